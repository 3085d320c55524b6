"""Whether the claims hold as often as they say, on simulated papers and shuffled real ones.

``benchmarks/trends.py`` measures the same with more runs.
"""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import binom, t

from papertrends.tables import EVENTS, conform
from papertrends.trends import theme_changes, theme_trends
from papertrends.trends.counts import wilson
from papertrends.trends.regression import fit_slopes

ARCHIVE = Path(__file__).parents[2] / "../shared/data/hf_daily_2024-2025.parquet"
#: Words that sort papers into themes, whose shares do change over time.
WORDS = (
    "agent|diffusion|reinforcement|video|benchmark|3d|retrieval|speech|robot|alignment|"
    "multimodal|reasoning|code|safety|transformer|dataset|attention|text-to-image|medical|training"
).split("|")


def table(counts, n_papers):
    """Build a trends table from an array of themes by months."""
    themes, periods = counts.shape
    return pd.DataFrame(
        {
            "theme_id": np.repeat([f"t{i:02d}" for i in range(themes)], periods),
            "period": np.tile(pd.date_range("2024-01-01", periods=periods, freq="MS"), themes),
            "n_theme": counts.ravel(),
            "n_papers": np.tile(n_papers, themes),
            "partial": False,
        }
    )


def drawn(rng, shares, n_papers, correlation=0.0):
    """Draw counts, binomial or with so much correlation within a digest (beta-binomial)."""
    if correlation:
        strength = 1 / correlation - 1
        shares = rng.beta(shares * strength, (1 - shares) * strength)
    return rng.binomial(n_papers, shares)


def flat(rng, periods):
    return np.repeat(rng.uniform(0.01, 0.2, size=(20, 1)), periods, axis=1)


def verdicts(trends):
    # Events are checked elsewhere, and take longest to find.
    return theme_changes(trends, events=conform(pd.DataFrame(), EVENTS))["verdict"]


def is_called(trends):
    return verdicts(trends).isin(["rising", "falling"])


@pytest.mark.parametrize(
    ("n_papers", "correlation", "runs"),
    [
        ([86, 69], 0.0, 200),
        ([100] * 12, 0.0, 200),
        ([200] * 12, 0.01, 200),
        ([30, 250, 60, 400, 45, 120, 310, 80, 40, 220, 150, 350], 0.01, 200),
    ],
    ids=["two digests", "binomial", "overdispersed", "of very different sizes"],
)
def test_digests_alike_are_seldom_called_different(n_papers, correlation, runs):
    rng = np.random.default_rng(1)
    called = sum(
        is_called(
            table(drawn(rng, flat(rng, len(n_papers)), n_papers, correlation), n_papers)
        ).any()
        for _ in range(runs)
    )
    # 5 % of the runs, and what chance adds to it once in a hundred times.
    assert called <= binom.ppf(0.99, runs, 0.05)


@pytest.mark.skipif(not ARCHIVE.exists(), reason="needs the archive of real digests")
@pytest.mark.parametrize("by", ["quarter", "week"])
def test_real_papers_with_shuffled_dates_show_nothing(by):
    raw = duckdb.read_parquet(str(ARCHIVE)).df()
    papers = pd.DataFrame(
        {"paper_id": raw["arxiv_id"], "digest_date": pd.to_datetime(raw["digest_date"])}
    )
    text = (raw["title"] + " " + raw["abstract"]).str.lower()
    inside = {word: papers["paper_id"][text.str.contains(word)] for word in WORDS}
    memberships = pd.concat(
        pd.DataFrame({"paper_id": ids, "theme_id": word}) for word, ids in inside.items()
    )
    # With the dates they have, several are called: it is not that nothing ever is.
    assert is_called(theme_trends(papers, memberships, by=by)).sum() >= 5
    rng, called = np.random.default_rng(3), 0
    for _ in range(80):
        dates = rng.permutation(papers["digest_date"].to_numpy())
        trends = theme_trends(papers.assign(digest_date=dates), memberships, by=by)
        called += is_called(trends).any()
    assert called <= binom.ppf(0.99, 80, 0.05)


def test_intervals_of_odds_ratios_hold_the_truth_when_digests_are_overdispersed():
    rng, time = np.random.default_rng(4), np.arange(12.0)
    for slope in (0.0, 0.08):
        for n_papers in (np.full(12, 200), np.full(12, 80), rng.integers(40, 400, 12)):
            held = []
            for _ in range(100):
                base = rng.uniform(-4, -1.4, size=(20, 1))
                counts = drawn(rng, expit(base + slope * (time - 5.5)), n_papers, 0.01)
                totals = np.tile(n_papers, (20, 1)).astype(float)
                fit = fit_slopes(counts.astype(float), totals, time)
                held.append(np.abs(fit.slope - slope) <= t.ppf(0.975, fit.df) * fit.error)
            assert 0.93 <= np.mean(held) <= 0.97


def test_intervals_of_shares_hold_the_truth():
    for share in (0.01, 0.05, 0.2):
        for n in (80, 200, 1000):
            counts = np.arange(n + 1)
            low, high = wilson(counts, np.full(n + 1, n))
            held = binom.pmf(counts, n, share)[(low <= share) & (share <= high)].sum()
            assert 0.93 <= held <= 0.97, (share, n)


@pytest.mark.parametrize(("n_papers", "least"), [(200, 0.85), (80, 0.30)])
def test_a_theme_that_triples_is_found(n_papers, least):
    # From 4 % to 12 % over twelve digests, among 20 flat ones.
    rng, shares, found = np.random.default_rng(5), np.linspace(0.04, 0.12, 12), 0
    for _ in range(400):
        counts = drawn(rng, np.vstack([shares, flat(rng, 12)]), n_papers)
        found += verdicts(table(counts, [n_papers] * 12))[0] == "rising"
    assert found / 400 >= least


def test_a_theme_that_stays_is_called_steady_where_the_papers_allow_it():
    rng, steady = np.random.default_rng(6), {100: 0, 2000: 0}
    for n_papers in steady:
        for _ in range(30):
            counts = drawn(rng, np.full((5, 12), 0.1), n_papers)
            steady[n_papers] += (verdicts(table(counts, [n_papers] * 12)) == "steady").sum()
    assert steady[2000] > 130
    assert steady[100] < 30
