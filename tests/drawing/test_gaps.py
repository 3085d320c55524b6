"""Tests of what counts as a gap: a missing calendar period, or far beyond the usual distance."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.drawing.gaps import gaps_before, runs

FREQS = {"week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}


def days(*given: str) -> list[str]:
    return [str(pd.Timestamp(day).date()) for day in given]


@pytest.mark.parametrize("by", FREQS)
def test_any_missing_calendar_period_is_a_gap(by):
    """Over 40 years: leap years, months of every length."""
    starts = [str(day.date()) for day in pd.date_range("1996-01-01", "2035-12-31", freq=FREQS[by])]
    assert not any(gaps_before(starts, by))
    for missing in range(1, min(60, len(starts) - 1)):
        left = starts[:missing] + starts[missing + 1 :]
        assert [i for i, gap in enumerate(gaps_before(left, by)) if gap] == [missing]


@pytest.mark.parametrize(
    ("distance", "gap", "broken"),
    [
        (1, 14, False),  # no more than two weeks
        (1, 15, True),
        (7, 28, False),  # no more than four times the usual
        (7, 29, True),
        (3, 13, False),  # more than four times the usual, but less than two weeks
    ],
)
def test_digests_are_apart_far_beyond_their_usual_distance(distance, gap, broken):
    steps = [distance] * 6 + [gap] + [distance] * 6
    starts = pd.Timestamp("2025-01-01") + pd.to_timedelta(pd.Series([0, *steps]).cumsum(), "D")
    for by in ("digest", ""):
        told = gaps_before([str(day.date()) for day in starts], by)
        assert [i for i, one in enumerate(told) if one] == ([7] if broken else [])


def test_few_periods_have_no_gaps():
    for by in ("digest", "month"):
        assert gaps_before([], by) == []
        assert gaps_before(["2025-01-01"], by) == [False]
    assert gaps_before(days("2020-01-01", "2025-01-01"), "digest") == [False, False]


def test_a_run_ends_at_what_is_unknown():
    starts = [f"2025-{month:02}-01" for month in range(1, 8)]
    values = [0.1, 0.2, math.nan, 0.3, None, None, 0.4]
    assert runs(starts, values, "month") == [[0, 1], [3], [6]]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30, unique=True), st.data())
def test_runs_hold_every_known_value_once_and_none_across_a_gap(places, data):
    starts = [str((pd.Period("2020-01", "M") + i).start_time.date()) for i in sorted(places)]
    values = data.draw(
        st.lists(st.sampled_from([0.5, None]), min_size=len(starts), max_size=len(starts))
    )
    found = runs(starts, values, "month")
    assert [i for run in found for i in run] == [i for i, v in enumerate(values) if v is not None]
    gaps = gaps_before(starts, "month")
    for run in found:
        assert run == list(range(run[0], run[-1] + 1))
        assert not any(gaps[i] for i in run[1:])
