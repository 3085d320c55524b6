"""Papers of themes whose share is known, to check what is claimed of them.

What is drawn here is handed to the public functions as any other table is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from papertrends.tables import EVENTS, conform
from papertrends.trends import theme_changes, theme_events

N_FLAT = 20
"""Themes that do not change, beside the one that does."""
NO_EVENTS = conform(pd.DataFrame(), EVENTS)
"""Verdicts do not need them, and they take longest to find."""


def trends_table(counts: np.ndarray, n_papers: np.ndarray) -> pd.DataFrame:
    """Return a trends table of monthly digests from an array of themes by digests."""
    themes, periods = counts.shape
    return pd.DataFrame(
        {
            "theme_id": np.repeat([f"t{i:03d}" for i in range(themes)], periods),
            "period": np.tile(pd.date_range("2020-01-01", periods=periods, freq="MS"), themes),
            "n_theme": counts.ravel(),
            "n_papers": np.tile(n_papers, themes),
            "partial": False,
        }
    )


def draw(
    rng: np.random.Generator, shares: np.ndarray, n_papers: np.ndarray, correlation: float
) -> np.ndarray:
    """Draw counts, binomial or with so much correlation within a digest (beta-binomial)."""
    if correlation:
        strength = 1 / correlation - 1
        shares = rng.beta(shares * strength, (1 - shares) * strength)
    return rng.binomial(n_papers, shares)


def flat_shares(rng: np.random.Generator, periods: int, themes: int = N_FLAT) -> np.ndarray:
    """Return themes of 1 to 20 % that do not change."""
    return np.repeat(rng.uniform(0.01, 0.2, size=(themes, 1)), periods, axis=1)


def with_theme(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    """Put the theme of these shares, by digest, before the flat ones."""
    return np.vstack([shares, flat_shares(rng, len(shares))])


def sizes(rng: np.random.Generator, kind: str, periods: int) -> np.ndarray:
    """Return the papers of each digest: a number, or ``low-high`` for any between."""
    if "-" not in kind:
        return np.full(periods, int(kind))
    low, high = map(int, kind.split("-"))
    return rng.integers(low, high + 1, periods)


def rate(runs: int, once: Callable[[], bool]) -> float:
    """Return the share of runs in which something is so."""
    return float(np.mean([once() for _ in range(runs)]))


def called(changes: pd.DataFrame) -> pd.Series:
    """Return which themes are called rising or falling."""
    return changes["verdict"].isin(["rising", "falling"])


def verdicts(counts: np.ndarray, n_papers: np.ndarray) -> pd.DataFrame:
    """Return the changes table of these counts, without when themes emerged."""
    return theme_changes(trends_table(counts, n_papers), events=NO_EVENTS)


def any_event(
    rng: np.random.Generator, periods: int, n_papers: str, correlation: float, runs: int
) -> float:
    """Return the share of runs in which any of 20 unchanging themes emerges or bursts."""

    def once() -> bool:
        n = sizes(rng, n_papers, periods)
        counts = draw(rng, flat_shares(rng, periods), n, correlation)
        return bool((theme_events(trends_table(counts, n))["q_value"] < 0.05).any())

    return rate(runs, once)


def any_called(
    rng: np.random.Generator, periods: int, n_papers: str, correlation: float, runs: int
) -> float:
    """Return the share of runs in which any of 20 unchanging themes is called."""

    def once() -> bool:
        n = sizes(rng, n_papers, periods)
        counts = draw(rng, flat_shares(rng, periods), n, correlation)
        return bool(called(verdicts(counts, n)).any())

    return rate(runs, once)


def odds_ratio_coverage(
    rng: np.random.Generator, periods: int, n_papers: str, correlation: float, runs: int
) -> float:
    """Return how often the interval of a trend's odds ratio holds the true one.

    One theme that doubles its odds from first to last stands among 20 flat ones.
    """
    from scipy.special import expit, logit

    slope = np.log(2) / (periods - 1)
    rising = expit(logit(0.05) + slope * np.arange(periods))

    def once() -> bool:
        n = sizes(rng, n_papers, periods)
        counts = draw(rng, with_theme(rng, rising), n, correlation)
        row = verdicts(counts, n).iloc[0]
        return bool(row["effect_low"] <= np.exp(slope) <= row["effect_high"])

    return rate(runs, once)


def power(rng: np.random.Generator, n_papers: int, runs: int) -> tuple[float, float]:
    """Return how often a theme from 4 to 12 % in 12 digests is called rising.

    Returns
    -------
    ours, oracle : float
        As `theme_changes` has it, and by a test that is told that digests are
        independent draws, with the same control of the false discovery rate.
    """
    from scipy.stats import false_discovery_control, norm

    shares, time = np.linspace(0.04, 0.12, 12), np.arange(12) - 5.5
    found = []
    for _ in range(runs):
        counts = rng.binomial(n_papers, with_theme(rng, shares))
        ours = verdicts(counts, np.full(12, n_papers))["verdict"][0] == "rising"
        mean = counts.mean(axis=1) / n_papers
        z = counts @ time / np.sqrt(n_papers * mean * (1 - mean) * (time @ time))
        oracle = false_discovery_control(2 * norm.sf(np.abs(z)))[0] < 0.05 and z[0] > 0
        found.append((ours, oracle))
    means = np.mean(found, axis=0)
    return float(means[0]), float(means[1])


def emergence_found(
    rng: np.random.Generator, periods: int, n_papers: int, correlation: float, runs: int
) -> float:
    """Return how often a step from 1 to 8 % is dated right within one digest.

    The step is at any digest from the fourth to the fourth last; a theme that is
    not said to have emerged is not dated right.
    """

    def once() -> bool:
        step = int(rng.integers(3, periods - 3))
        shares = np.where(np.arange(periods) < step, 0.01, 0.08)
        counts = draw(rng, with_theme(rng, shares), np.full(periods, n_papers), correlation)
        table = trends_table(counts, np.full(periods, n_papers))
        emerged = theme_changes(table)["emerged"][0]
        if pd.isna(emerged):
            return False
        at = int(np.flatnonzero(table["period"].to_numpy()[:periods] == emerged)[0])
        return abs(at - step) <= 1

    return rate(runs, once)
