"""What the digest itself does to the curves: how many papers, how late, and since when.

A share can move because the digest did: this says where to look for that. Must
not know themes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from statistics import median
from typing import Any

import pandas as pd

from papertrends.drawing.gaps import gaps_before
from papertrends.drawing.looks import iso_day, period_label
from papertrends.drawing.volume import level_text
from papertrends.report.model import Chart, DataTable
from papertrends.report.words import capital, count, listing, span

#: Fewer periods are told in a sentence; bars would say no more.
LEAST_BARS = 5
MOST_LISTED = 4
Row = Mapping[Hashable, Any]


def counted_text(volume: pd.DataFrame, n_papers: int, *, by: str, date: str, count_in: str) -> str:
    """Say whose date counts and how often a paper does, where that is not the usual.

    Parameters
    ----------
    volume : DataFrame
        The volume table.
    n_papers : int
        Papers in all, counted or not.
    by : str
        What a period is.
    date : {"digest", "published"}
        The date that a paper counts by.
    count_in : {"every", "first"}
        In which of the digests that list it a paper counts.

    Returns
    -------
    str
        Empty where papers count by digest, in every one that lists them.
    """
    if date == "published":
        text = "Papers count by publication date, not by the digest that lists them."
        left = n_papers - int(volume["n_papers"].sum())
        if len(volume) and left > 0:
            text += (
                f" {capital(count(left, 'paper'))} without a publication date, or with one after "
                f"{'its' if left == 1 else 'their'} listing, {'is' if left == 1 else 'are'} left "
                "out of every count."
            )
        return text
    if count_in == "first":
        return f"A paper counts in the first {by} that lists it only."
    return ""


def digest_sentences(
    volume: pd.DataFrame, jumps: pd.DataFrame, *, by: str, date: str
) -> tuple[str, ...]:
    """Say how many papers the periods have, what is missing, and how late papers are listed.

    Parameters
    ----------
    volume, jumps : DataFrame
        As described in the README.
    by : str
        What a period is.
    date : {"digest", "published"}
        The date that a paper counts by.

    Returns
    -------
    tuple of str
        None where there are no papers.
    """
    rows = volume.sort_values("period").to_dict("records")
    there = [row for row in rows if row["n_papers"]]
    if not there:
        return ()
    if len(there) < LEAST_BARS:
        said = [_few_sentence(there, by), _gap_sentence(rows, by)]
    else:
        again = "" if date == "published" else _again_sentence(there, by)
        said = [_size_sentence(there, by), _gap_sentence(rows, by), _jump_sentence(jumps), again]
    if len(there) > 1 or there[0]["n_dated"]:
        said.append(_lag_sentence(there, by))
    return tuple(text for text in said if text)


def volume_chart(volume: pd.DataFrame, jumps: pd.DataFrame, *, by: str) -> Chart | None:
    """Write the words around the chart of papers and lag; None where it would say nothing."""
    rows = volume.sort_values("period").to_dict("records")
    if sum(row["n_papers"] > 0 for row in rows) < LEAST_BARS:
        return None
    dated = any(row["n_dated"] for row in rows)
    caption = f"Each bar is the papers of a {by}"
    if any(row["n_again"] for row in rows):
        caption += "; in blue those that were listed before"
    if rows[-1]["partial"]:
        caption += f"; hatched is a {by} that is not over yet"
    caption += "."
    if len(jumps):
        many = len(jumps) > 1
        caption += f" {'Dotted lines are' if many else 'The dotted line is'} where the digest "
        caption += "changed its size."
    if dated:
        caption += (
            " Below are the days from a paper's publication to its listing: the median, and "
            "between which days the middle 80 % lie."
        )
    alt = f"Papers in each of {len(rows)} {by}s{', and days to their listing' if dated else ''}."
    return Chart(
        "volume", "Papers, and how late they come", caption, f"{alt} The numbers are in the table.",
        _volume_table(rows, by, dated=dated), (),
    )  # fmt: skip


def _volume_table(rows: Sequence[Row], by: str, *, dated: bool) -> DataTable:
    columns = [capital(by), "Papers", "Listed before"]
    if by != "digest":
        columns.insert(1, "Digests")
    if dated:
        columns += ["Dated", "Over 90 days late", "Days to listing (median)", "Middle 80 %"]

    def cells(row: Row) -> tuple[str, ...]:
        label = period_label(row["period"], by) + (" (not over yet)" if row["partial"] else "")
        told = [label, f"{row['n_papers']:,}", f"{row['n_again']:,}"]
        if by != "digest":
            told.insert(1, f"{row['n_digests']:,}")
        if dated:
            known = row["lag_median"] == row["lag_median"]
            lag = [_days(row["lag_median"]), f"{_days(row['lag_low'])} to {_days(row['lag_high'])}"]
            told += [f"{row['n_dated']:,}", f"{row['n_late']:,}", *(lag if known else ["", ""])]
        return tuple(told)

    return DataTable(
        f"Papers of each {by}" + (", and days from publication to listing" if dated else ""),
        tuple(columns),
        tuple(cells(row) for row in rows),
        (),
        (),
        tuple(iso_day(row["period"]) for row in rows),
    )


def _few_sentence(there: Sequence[Row], by: str) -> str:
    """Tell the papers of a few periods one by one."""
    if len(there) < 2:
        return ""
    sizes = [f"{row['n_papers']:,}" for row in there]
    again = sum(int(row["n_again"]) for row in there)
    told = f"{listing(sizes)} papers" + (f", {again:,} of them listed again" if again else "")
    return f"{_digests(there, by)}{told}: compare shares, not counts."


def _size_sentence(there: Sequence[Row], by: str) -> str:
    complete = [int(row["n_papers"]) for row in there if not row["partial"]]
    sizes = complete or [int(row["n_papers"]) for row in there]
    low, high = min(sizes), max(sizes)
    told = f"{low:,} to {high:,} papers a {by} (median {median(sizes):,.0f})"
    if low == high:
        told = f"{low:,} papers a {by}"
    if by == "digest":
        return f"{count(len(there), 'digest')} with {told}."
    return f"{_digests(there, by)}{told}."


def _digests(there: Sequence[Row], by: str) -> str:
    return "" if by == "digest" else f"{count(sum(row['n_digests'] for row in there), 'digest')}: "


def _gap_sentence(rows: Sequence[Row], by: str) -> str:
    """Name the periods without papers, or the long times without a digest."""
    if by in ("digest", ""):
        gaps = gaps_before([iso_day(row["period"]) for row in rows], by)
        found = [
            f"between {period_label(rows[i - 1]['period'], by)} and "
            f"{period_label(rows[i]['period'], by)}"
            for i, gap in enumerate(gaps)
            if gap
        ]
        return f"There is no digest {_few(found)}: curves break there." if found else ""
    empty = [i for i, row in enumerate(rows) if not row["n_papers"]]
    if not empty:
        return ""
    starts = [i for i in empty if i - 1 not in empty]
    ends = [i for i in empty if i + 1 not in empty]
    found = [
        span(rows[i]["period"], rows[j]["period"], by) for i, j in zip(starts, ends, strict=True)
    ]
    many = f"{len(empty):,} of {len(rows):,} {by}s have" if len(empty) > 1 else f"One {by} has"
    return f"{many} no papers ({_few(found)}): curves break there."


def _jump_sentence(jumps: pd.DataFrame) -> str:
    """Tell the levels of the digest's size one after the other."""
    said: list[str] = []
    for row in jumps.sort_values("start").to_dict("records"):
        verb = "grew" if row["papers_after"] > row["papers_before"] else "shrank"
        start = f" from about {level_text(row['papers_before'])}" if not said else ""
        end = level_text(row["papers_after"]) + ("" if said else " papers")
        said.append(f"{verb}{start} to {end} on {period_label(row['start'], 'digest')}")
    return f"A digest {listing(said)}: compare shares, not counts." if said else ""


def _again_sentence(there: Sequence[Row], by: str) -> str:
    again = sum(int(row["n_again"]) for row in there)
    if not again:
        return ""
    had = "had been listed" if again > 1 else "was listed"
    return f"{count(again, 'paper')} {had} in an earlier {by} as well."


def _lag_sentence(there: Sequence[Row], by: str) -> str:
    papers, dated, late = (
        sum(int(row[key]) for row in there) for key in ("n_papers", "n_dated", "n_late")
    )
    if not dated:
        return "No paper has a publication date, so it is not known how late they are listed."
    lags = [float(row["lag_median"]) for row in there if row["lag_median"] == row["lag_median"]]
    low, high, middle = _days(min(lags)), _days(max(lags)), _days(median(lags))
    ends = f" ({low} to {high} by {by})" if low != high else ""
    few = f"{late:,} of {dated:,}" if late else "none"
    text = (
        f"The median paper is listed {middle} {'day' if middle == '1' else 'days'} after its "
        f"publication{ends}, and {few} more than 90 days after."
    )
    if dated < papers:
        missing = papers - dated
        text += f" {missing:,} of {papers:,} have no publication date."
    return text


def _days(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _few(found: Sequence[str]) -> str:
    left = len(found) - MOST_LISTED
    if left <= 1:
        return listing(found)
    return f"{', '.join(found[:MOST_LISTED])} and {left} more"
