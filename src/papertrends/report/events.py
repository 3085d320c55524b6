"""What is said of a theme beside its verdict: emergence, bursts, and papers in doubt.

Must not claim what the tests do not carry: an event whose q-value is 0.05 or more
is not told.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from papertrends.drawing.looks import iso_day, period_label
from papertrends.drawing.volume import level_text
from papertrends.report.model import Period, Remark
from papertrends.report.words import (
    count,
    lasted,
    percents,
    points,
    q_text,
    span,
    when,
)
from papertrends.tables import Tables
from papertrends.trends.changes import SIGNIFICANT

KINDS = ("emergence", "burst")
Row = Mapping[Hashable, Any]


def remarks(tables: Tables, periods: Sequence[Period], by: str) -> dict[str, tuple[Remark, ...]]:
    """Write the sentences about each theme's emergence, bursts and doubtful papers.

    Parameters
    ----------
    tables : Tables
        Of these, changes, events, jumps and sensitivity.
    periods : sequence of Period
        The oldest first.
    by : str
        What a period is.

    Returns
    -------
    dict of str to tuple of Remark
        By ``theme_id``, in the order of time; none for a theme without any.
    """
    told: dict[str, list[Remark]] = {}
    events = told_events(tables)
    for row in events.sort_values(["theme_id", "start", "event"]).to_dict("records"):
        own = told.setdefault(str(row["theme_id"]), [])
        own.append(Remark(str(row["event"]), event_text(row, by)))
        jump = jump_near(row["start"], tables.jumps, periods)
        if jump is not None and Remark("digest", jump_text(jump)) not in own:
            own.append(Remark("digest", jump_text(jump)))
    for row in tables.changes.dropna(subset=["emerged"]).to_dict("records"):
        own = told.setdefault(str(row["theme_id"]), [])
        if not any(remark.kind == "emergence" for remark in own):
            own.append(Remark("emergence", f"Emerged {when(row['emerged'], by)}."))
    for row in tables.sensitivity.to_dict("records"):
        if text := scores_text(row, by):
            told.setdefault(str(row["theme_id"]), []).append(Remark("scores", text))
    return {theme_id: tuple(own) for theme_id, own in told.items()}


def told_events(tables: Tables) -> pd.DataFrame:
    """Return the rows of the events table that are told: known ones, at q below 0.05."""
    events = tables.events
    return events[events["event"].isin(KINDS) & (events["q_value"] < SIGNIFICANT)]


def event_text(row: Row, by: str) -> str:
    """Put a row of the events table in words."""
    before, during = percents(float(row["share_before"]), float(row["share_during"]))
    q = q_text(float(row["q_value"]))
    if row["event"] == "emergence":
        return (
            f"Emerged {when(row['start'], by)} ({_start_range(row, by)}{q}), from {before} to "
            f"{during} of the papers."
        )
    lasting = lasted(row["start"], row["start"] if pd.isna(row["end"]) else row["end"], by)
    return f"A burst {lasting}: {during} of the papers against {before} before, gone since ({q})."


def jump_near(
    start: pd.Timestamp, jumps: pd.DataFrame, periods: Sequence[Period]
) -> Mapping[Hashable, Any] | None:
    """Return the change of the digest's size within one period of `start`, if there is one."""
    keys = [period.key for period in periods]

    def place(day: pd.Timestamp) -> int:
        return sum(key <= iso_day(day) for key in keys)

    near = [
        row
        for row in jumps.sort_values("start").to_dict("records")
        if abs(place(row["start"]) - place(start)) <= 1
    ]
    return near[0] if near else None


def jump_text(row: Row) -> str:
    """Say that the digest itself changed when a theme did."""
    day = period_label(row["start"], "digest")
    before, after = level_text(row["papers_before"]), level_text(row["papers_after"])
    return (
        f"The digest itself changed around then, from about {before} to {after} papers on {day}: "
        "what it takes in may have changed with it."
    )


def scores_text(row: Row, by: str) -> str:
    """Say how much of a theme's share hangs on papers near the threshold."""
    n_papers, borderline, near = (int(row[key]) for key in ("n_papers", "n_borderline", "n_near"))
    if not n_papers:
        return f"{count(near, 'paper')} just {_miss(near)} it." if near else ""
    if borderline:
        verb = "scores" if borderline == 1 else "score"
        of = "Its only paper" if n_papers == 1 else f"{borderline:,} of its {n_papers:,} papers"
        text = f"{of} {verb} close to the threshold"
        without = f": without {'it' if borderline == 1 else 'them'}"
        down = float(row["most_down"])
        if not math.isnan(down):
            text += f"{without} its share would be up to {points(down)} lower"
        if row["verdict"] != "too little data" and row["verdict_strict"] == row["verdict"]:
            text += f"{without if math.isnan(down) else ' and'} it would still be called "
            text += str(row["verdict"])
    else:
        text = f"None of its {n_papers:,} papers scores close to the threshold"
        if n_papers == 1:
            text = "Its only paper does not score close to the threshold"
    if near:
        text += f"; {near:,} more just {_miss(near)} it"
        up = float(row["most_up"])
        if not math.isnan(up):
            text += f", which would add up to {points(up)}"
    if beyond := int(row["n_beyond"]):
        text += f". In {count(beyond, by)} this takes the share out of its 95 % interval"
    return f"{text}."


def doubt(row: Row) -> str:
    """Say what verdict papers near the threshold would change a theme's to, if to another.

    Returns
    -------
    str
        Part of a sentence, to stand behind a semicolon; empty where the verdict holds.
    """
    verdict, borderline, near = str(row["verdict"]), int(row["n_borderline"]), int(row["n_near"])
    # Where it has no such papers, those of other themes moved the error control.
    strict = f"without the {count(borderline, 'paper')} that only just {_belong(borderline)}"
    strict = strict if borderline else "without papers that only just belong"
    lenient = f"with the {near:,} that only just {_miss(near)} it"
    lenient = lenient if near else "with papers that only just miss their themes"
    other = {
        way: _would(str(row[column]))
        for way, column in ((strict, "verdict_strict"), (lenient, "verdict_lenient"))
        if row[column] != verdict
    }
    if len(set(other.values())) == 1:
        return f"{', or '.join(other)}, {next(iter(other.values()))}"
    return ", and ".join(f"{way}, {told}" for way, told in other.items())


def doubts(sensitivity: pd.DataFrame) -> dict[str, str]:
    """Return the doubt about each theme's verdict, by ``theme_id``."""
    return {str(row["theme_id"]): doubt(row) for row in sensitivity.to_dict("records")}


def _start_range(row: Row, by: str) -> str:
    """Name the periods between which the start of an event lies, with a semicolon behind."""
    if row["start_low"] != row["start_low"] or row["start_high"] != row["start_high"]:
        return ""
    if row["start_low"] == row["start_high"]:
        return f"95 %: that {by} alone; "
    return f"95 %: {span(row['start_low'], row['start_high'], by)}; "


def _would(verdict: str) -> str:
    if verdict == "too little data":
        return "there would be too little data to tell"
    return f"it would be called {verdict}"


def _belong(n: int) -> str:
    return "belongs" if n == 1 else "belong"


def _miss(n: int) -> str:
    return "misses" if n == 1 else "miss"
