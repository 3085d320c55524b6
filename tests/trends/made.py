"""Tables made by hand, for the tests of counts, volume, margins and curves."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from papertrends.trends.smoothing import theme_curves

#: Days for hypothesis, over the end of a year and a leap day.
days = st.dates(min_value=dt.date(2023, 12, 20), max_value=dt.date(2025, 1, 10))
#: The first day of the period of a day.
starts = {
    "digest": lambda d: d,
    "week": lambda d: d - dt.timedelta(days=d.weekday()),
    "month": lambda d: d.replace(day=1),
    "quarter": lambda d: d.replace(month=(d.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda d: d.replace(month=1, day=1),
}


def papers_of(*listed):
    """Build a papers table of (paper, digest) or (paper, digest, published) triples."""
    return pd.DataFrame(
        {
            "paper_id": [row[0] for row in listed],
            "digest_date": pd.to_datetime([row[1] for row in listed]),
            "published_date": pd.to_datetime([(*row, None)[2] for row in listed]),
        }
    )


def papers_a_digest(numbers, start="2024-01-01", freq="D"):
    """Build a papers table with so many papers in each digest, all of them new."""
    return pd.DataFrame(
        {
            "paper_id": [f"p{i:06d}" for i in range(sum(numbers))],
            "digest_date": np.repeat(
                pd.date_range(start, periods=len(numbers), freq=freq), numbers
            ),
        }
    )


def members_of(*pairs):
    return pd.DataFrame(pairs, columns=["paper_id", "theme_id"], dtype=object)


def links_of(*rows):
    """Build memberships, or near misses, of (paper, theme, score) triples."""
    return pd.DataFrame(rows, columns=["paper_id", "theme_id", "score"])


def trends_of(counts, n_papers, periods=None, partial=()):
    """Build a trends table from an array of themes by periods; monthly unless told."""
    counts = np.atleast_2d(counts)
    n_themes, length = counts.shape
    if periods is None:
        periods = pd.date_range("2020-01-01", periods=length, freq="MS")
    running = np.zeros(length, dtype=bool)
    running[list(partial)] = True
    return pd.DataFrame(
        {
            "theme_id": np.repeat([f"t{i:04}" for i in range(n_themes)], length),
            "period": np.tile(pd.to_datetime(periods), n_themes),
            "n_theme": counts.ravel(),
            "n_papers": np.broadcast_to(n_papers, counts.shape).ravel(),
            "partial": np.tile(running, n_themes),
        }
    )


def curves_of(*args, **options):
    """Return curve, lower and upper end of the band as arrays of themes by periods."""
    frame = theme_curves(trends_of(*args, **options))
    n_themes = frame["theme_id"].nunique()
    names = ("smooth", "smooth_low", "smooth_high")
    return tuple(frame[name].to_numpy().reshape(n_themes, -1) for name in names)


def draw(share, n_papers, n_themes, seed, correlation=0.0):
    """Draw counts, beta-binomial with a correlation within periods."""
    rng = np.random.default_rng(seed)
    share = np.broadcast_to(share, (n_themes, len(share)))
    if correlation:
        size = (1 - correlation) / correlation
        share = rng.beta(share * size, (1 - share) * size)
    return rng.binomial(n_papers, share)


#: Five listings of four papers in two digests.
FIVE = papers_of(
    ("a", "2025-07-31"),
    ("b", "2025-07-31"),
    ("c", "2025-08-05"),
    ("a", "2025-08-05"),
    ("d", "2025-08-05"),
)
