"""Tests of the chart of papers and lag: what the table says, gaps and jumps to be seen."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest

from papertrends.drawing.volume import level_text
from papertrends.errors import InputError
from papertrends.figures import plot_volume
from papertrends.tables import JUMPS, VOLUME, conform

NAN = float("nan")


def rows(n: int = 6, **given) -> pd.DataFrame:
    starts = pd.date_range("2025-01-01", periods=n, freq="MS")
    table = {
        "period": starts, "n_digests": 20, "n_papers": range(100, 100 + n), "n_again": 0,
        "n_dated": 90, "n_late": 0, "lag_low": 0.0, "lag_median": 2.0, "lag_high": 9.5,
        "partial": False,
    }  # fmt: skip
    return conform(pd.DataFrame(table | given), VOLUME)


def jumps(*given: tuple) -> pd.DataFrame:
    return conform(pd.DataFrame(given, columns=list(JUMPS)), JUMPS)


def named(figure, name):
    return next(one for one in figure.data if one.name == name)


def test_bars_are_the_papers(gapped):
    figure = plot_volume(gapped.volume, by="month")
    bars = named(figure, "papers")
    assert list(bars.y) == list(gapped.volume["n_papers"])
    assert [key[0] for key in bars.customdata] == list(bars.x)
    assert list(bars.x) == [str(day.date()) for day in gapped.volume["period"]]
    # Empty months have their place on the axis, and no bar.
    empty = dict(zip(bars.x, bars.y, strict=True))
    assert (empty["2024-11-01"], empty["2024-12-01"]) == (0, 0)


def test_papers_listed_again_stand_in_the_bar(gapped):
    figure = plot_volume(gapped.volume, by="month")
    assert figure.layout.barmode == "overlay"
    assert sum(named(figure, "of these, listed before").y) == 7
    none = plot_volume(gapped.volume.assign(n_again=0), by="month")
    assert "of these, listed before" not in {one.name for one in none.data}


def test_a_period_that_is_not_over_is_hatched(gapped):
    bars = named(plot_volume(gapped.volume, by="month"), "papers")
    shapes = dict(zip(bars.x, bars.marker.pattern.shape, strict=True))
    assert shapes.pop("2025-06-01") == "/"
    assert set(shapes.values()) == {""}
    hovers = dict(zip(bars.x, bars.hovertext, strict=True))
    assert "June 2025</b> (not over yet)" in hovers["2025-06-01"]


def test_lag_is_the_median_within_its_band():
    figure = plot_volume(rows(lag_median=[1.0, 2, 3, NAN, 5, 6]), by="month")
    line = named(figure, "their median")
    assert list(line.y) == [1, 2, 3, None, 5, 6]
    band = named(figure, "days to listing: middle 80 %")
    assert list(band.y) == [*[9.5] * 3, *[0] * 3, None, *[9.5] * 2, *[0] * 2]
    assert band.fill == "toself"
    assert line.yaxis == band.yaxis == "y2"
    assert [key and key[0] for key in line.customdata][2:5] == ["2025-03-01", None, "2025-05-01"]


def test_lag_breaks_over_missing_months(gapped):
    line = named(plot_volume(gapped.volume, by="month"), "their median")
    at = list(line.x).index(None)
    assert (line.x[at - 1], line.x[at + 1]) == ("2024-10-01", "2025-01-01")


def test_without_publication_dates_there_is_the_volume_only():
    none = rows(n_dated=0, lag_low=NAN, lag_median=NAN, lag_high=NAN)
    figure = plot_volume(none, by="month")
    assert [one.type for one in figure.data] == ["bar"]
    assert "yaxis2" not in figure.layout
    assert figure.layout.height < plot_volume(rows(), by="month").layout.height
    assert "listed" not in figure.data[0].hovertext[0]


def test_one_jump_is_told_in_full_and_several_in_short():
    one = plot_volume(rows(), jumps=jumps(("2025-04-07", 13.2, 28.0)), by="month")
    assert [note.text for note in one.layout.annotations] == ["13 → 28 papers a digest"]
    [line] = one.layout.shapes
    assert (line.x0, line.x1, line.yref) == ("2025-04-07", "2025-04-07", "paper")
    two = plot_volume(
        rows(), jumps=jumps(("2025-05-09", 28.0, 13.5), ("2025-02-07", 13.0, 28.0)), by="month"
    )
    assert [note.text for note in two.layout.annotations] == ["13 → 28", "28 → 14"]
    assert named(two, "papers a digest, before → after").x == (None,)


@pytest.mark.parametrize("apart", [1, 5, 30, 60])
def test_labels_of_jumps_never_meet(apart):
    """A label is a quarter of the width of a phone's chart at most."""
    starts = pd.date_range("2025-01-01", periods=8, freq=f"{apart}D")
    figure = plot_volume(
        rows(16), jumps=jumps(*((start, 10.0, 20.0) for start in starts)), by="month"
    )
    span = pd.Timestamp("2026-04-01") - pd.Timestamp("2025-01-01")
    boxes = []
    for note in figure.layout.annotations:
        along = (pd.Timestamp(note.x) - pd.Timestamp("2025-01-01")) / span
        left = along - {"left": 0, "center": 0.125, "right": 0.25}[note.xanchor]
        assert -0.02 <= left <= 0.77
        boxes.append((left, note.yshift))
    for (left, level), (other, other_level) in itertools.combinations(boxes, 2):
        assert level != other_level or abs(left - other) >= 0.25
    top = max(note.yshift for note in figure.layout.annotations)
    assert figure.layout.margin.t >= top + 17


def test_a_bar_says_what_the_table_does():
    table = rows(n_again=3, n_late=4, n_digests=[1, 20, 20, 20, 20, 20])
    hover = named(plot_volume(table, by="month"), "papers").hovertext
    assert hover[1].split("<br>") == [
        "<b>February 2025</b>",
        "101 papers in 20 digests",
        "3 of them listed before",
        "listed 2 days after publication (median; 80 %: 0 to 9.5)",
        "90 with a publication date",
        "4 listed more than 90 days after publication",
    ]
    assert "100 papers in 1 digest<br>" in hover[0]
    assert "digest<br>" not in named(plot_volume(table, by="digest"), "papers").hovertext[0]


def test_bars_are_as_wide_as_their_period():
    bars = named(plot_volume(rows(), by="month"), "papers")
    assert (bars.xperiod, bars.xperiodalignment) == ("M1", "middle")
    assert named(plot_volume(rows(), by="digest"), "papers").xperiod is None


def test_order_of_the_rows_changes_nothing(gapped):
    shuffled = gapped.volume.sample(frac=1, random_state=1)
    same = plot_volume(shuffled, by="month").to_json()
    assert same == plot_volume(gapped.volume, by="month").to_json()


def test_nothing_and_little():
    assert "There are no papers" in plot_volume(rows(0)).layout.annotations[0].text
    one = plot_volume(rows(1), jumps=jumps(("2025-01-01", 1.0, 2.0)))
    assert list(one.data[0].y) == [100]
    with pytest.raises(InputError, match="the volume table lacks n_late"):
        plot_volume(rows().drop(columns="n_late"))
    with pytest.raises(InputError, match="the jumps table lacks start"):
        plot_volume(rows(), jumps=jumps().drop(columns="start"))


@pytest.mark.parametrize(
    ("papers", "text"),
    [(13.2, "13"), (1234.5, "1,234"), (9.96, "10"), (9.5, "9.5"), (0.4, "0.4"), (4.0, "4")],
)
def test_level_text(papers, text):
    assert level_text(papers) == text
    assert abs(float(text.replace(",", "")) - papers) <= (0.5 if papers >= 10 else 0.05)


def test_numbers_are_those_of_the_table(gapped):
    figure = plot_volume(gapped.volume, by="month")
    line = named(figure, "their median")
    told = {x: y for x, y in zip(line.x, line.y, strict=True) if x}
    for row in gapped.volume.itertuples():
        if not math.isnan(row.lag_median):
            assert told[str(row.period.date())] == pytest.approx(row.lag_median, abs=0.005)
