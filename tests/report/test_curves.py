"""Tests of the small drawing in a card: the smoothed line, its band, breaks and points."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from papertrends.report.curves import HEIGHT, WIDTH, curve
from papertrends.report.model import Point

NAN = math.nan


def points(*rows: tuple[str, float, float]) -> list[Point]:
    return [
        Point(day, day, 1, 10, share, share / 2, share * 2, False, "",
              smooth, smooth / 2, smooth * 1.5)
        for day, share, smooth in rows
    ]  # fmt: skip


def months(shares, smooth, *, skip=()) -> list[Point]:
    days = [f"2025-{month:02}-01" for month in range(1, 13) if month not in skip]
    return points(*zip(days, shares, smooth, strict=False))


def corners(text: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in text.split()]


def test_a_smoothed_line_has_points_for_the_shares():
    drawn = curve(months([0.1, 0.3, 0.1, 0.3, 0.2, 0.2], [0.2] * 6), 1.0, "month")
    assert drawn.bars == ()
    [line], [band] = drawn.lines, drawn.bands
    assert len(corners(line)) == 6
    assert len({y for _, y in corners(line)}) == 1
    dots = [tuple(map(float, one[1:-2].split(","))) for one in drawn.dots.split()]
    assert [x for x, _ in dots] == [x for x, _ in corners(line)]
    # The highest of points and band fills the height: here both reach 0.3.
    top = min(y for _, y in dots)
    assert top == min(y for _, y in corners(band)) == 3
    assert corners(line)[0][0] == 0
    assert corners(line)[-1][0] == WIDTH
    assert all(0 <= y <= HEIGHT for _, y in dots)


def test_without_a_curve_the_shares_are_the_line():
    drawn = curve(months([0.1, 0.3, 0.1, 0.3, 0.2], [NAN] * 5), 1.0, "month")
    [line] = drawn.lines
    assert drawn.dots == ""
    heights = [y for _, y in corners(line)]
    assert heights[0] == heights[2] > heights[4] > heights[1]


def test_it_breaks_where_months_are_missing_and_before_what_is_unknown():
    drawn = curve(months([0.1] * 8, [0.1] * 7 + [NAN], skip=(3, 4, 11, 12)), 1.0, "month")
    assert [len(corners(line)) for line in drawn.lines] == [2, 5]
    assert [len(corners(band)) for band in drawn.bands] == [4, 10]
    assert len(drawn.dots.split()) == 8


@pytest.mark.parametrize("share", [0.0, NAN])
def test_nothing_in_it(share):
    drawn = curve(months([share] * 6, [share] * 6), 1.0, "month")
    text = " ".join((*drawn.lines, *drawn.bands, drawn.dots))
    assert "nan" not in text
    assert "inf" not in text


def test_a_theme_without_papers_has_no_line():
    none = [replace(one, n_theme=0) for one in months([0.0] * 6, [0.01] * 6)]
    drawn = curve(none, 1.0, "month")
    assert drawn.lines == drawn.bands == drawn.bars == ()


def test_few_periods_are_bars():
    drawn = curve(months([0.1, 0.2], [NAN] * 2), 0.4, "month")
    assert [bar.width for bar in drawn.bars] == [25, 50]
    assert drawn.lines == drawn.bands == ()
