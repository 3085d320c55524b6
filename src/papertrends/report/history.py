"""What became of the themes over all runs on a store, and the names of those long gone.

Must not judge: what happened, and why, is told as the store has it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from papertrends.drawing.looks import iso_day, period_label
from papertrends.report.model import HistoryRow, ThemeCard, ThemeRef
from papertrends.report.words import capital, count
from papertrends.tables import PAPERS, blank

MOST_PAPERS = 3
"""So many of the papers that show an event are linked."""
EVENTS = {
    "born": "is new",
    "renamed": "was renamed",
    "merged": "was merged into",
    "split": "was split into",
    "retired": "was retired",
    "returned": "is back again",
    "taught": "was taught",
}
_BY = {"fit": "first run", "update": "update", "refit": "refit", "person": "a person"}


@dataclass(frozen=True)
class Since:
    """What a run on a store was, beyond what its tables say.

    Attributes
    ----------
    run : int
        Its number; 0 where it is not known. What a person put right after it is told, too.
    refit : bool
        Whether it learned the themes anew.
    added : pandas.DataFrame
        The rows of the papers table that it added.
    names : mapping of theme id to str
        The names of all themes there ever were: tables of themes have no vanished ones.
    """

    run: int = 0
    refit: bool = False
    added: pd.DataFrame = field(default_factory=lambda: blank(PAPERS))
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """The names of themes, and which of them the report has a card of.

    Attributes
    ----------
    known : mapping of theme id to str
    there : frozenset of str
    """

    known: Mapping[str, str]
    there: frozenset[str]

    @classmethod
    def of(cls, cards: Sequence[ThemeCard], former: Mapping[str, str]) -> Names:
        """Put the names in use before those there were."""
        now = {card.theme_id: card.name for card in cards}
        return cls({**former, **now}, frozenset(now))

    def ref(self, theme_id: str) -> ThemeRef:
        """Return what to call a theme and where to find it."""
        name = self.known.get(theme_id, theme_id)
        return ThemeRef(str(name), theme_id if theme_id in self.there else "")

    def refs(self, text: str) -> tuple[ThemeRef, ...]:
        """Return the same of each theme of a cell that lists several."""
        return tuple(self.ref(theme_id) for theme_id in text.split(", ") if theme_id)


def history_rows(
    history: pd.DataFrame, papers: pd.DataFrame, names: Names
) -> tuple[HistoryRow, ...]:
    """Return what became of themes, the newest run first, but for the themes of the first."""
    titles = dict(zip(papers["paper_id"], papers["title"], strict=True))
    rows = history[history["by"] != "fit"].sort_values("run", ascending=False, kind="stable")
    return tuple(_row(row, titles, names) for row in rows.to_dict("records"))


def first_line(history: pd.DataFrame) -> str:
    """Tell of the themes of the first run; empty where the history does not begin with it."""
    first = history[(history["by"] == "fit") & (history["event"] == "born")]
    if first.empty:
        return ""
    verb = "was" if len(first) == 1 else "were"
    day = day_text(iso_day(first["date"].min()))
    return f"{count(len(first), 'theme')} {verb} there from the first run on, up to {day}."


def day_text(day: str) -> str:
    """Write a day of the calendar."""
    return period_label(pd.Timestamp(day), "digest")


def closed(text: str) -> str:
    """End a reason as a sentence ends."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _row(row: Mapping[Hashable, Any], titles: Mapping[Any, Any], names: Names) -> HistoryRow:
    event, others = str(row["event"]), names.refs(str(row["others"]))
    words = EVENTS.get(event, event)
    if event == "born" and others:
        words = "is new, out of"
    shown = [paper for paper in str(row["papers"]).split(", ") if paper in titles]
    return HistoryRow(
        run=int(row["run"]),
        date="" if pd.isna(row["date"]) else day_text(iso_day(row["date"])),
        theme=names.ref(str(row["theme_id"])),
        event=words if others else words.removesuffix(" into"),
        others=others,
        by=_BY.get(str(row["by"]), str(row["by"])),
        reason=capital(closed(str(row["reason"]))) if row["reason"] else "",
        papers=tuple((paper, str(titles[paper])) for paper in shown[:MOST_PAPERS]),
    )
