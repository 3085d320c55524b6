"""What the last run on a store changed, and what became of the themes over all runs.

Must not claim what the tests do not carry, and must not compute shares or moves:
the tables have them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from papertrends.drawing.looks import iso_day, natural_order
from papertrends.report.headline import is_significant
from papertrends.report.history import (
    EVENTS,
    Names,
    Since,
    closed,
    day_text,
    first_line,
    history_rows,
)
from papertrends.report.levels import MOST_ROWS
from papertrends.report.model import (
    Changed,
    ChangedRow,
    Move,
    Sentence,
    ThemeCard,
)
from papertrends.report.words import (
    capital,
    count,
    interval,
    listing,
    percent,
    percents,
    q_text,
    signed_points,
)
from papertrends.tables import Tables

MOST_SENTENCES = 6
MOST_MOVED = 2
MOST_NAMES = 12

Row = Mapping[Hashable, Any]
_STATUS = {"returned": "back again", "merged": "merged into", "split": "split into"}
_GONE = ("merged", "split", "retired")


def changed(tables: Tables, cards: Sequence[ThemeCard], since: Since) -> Changed | None:
    """Write down what the last run changed.

    Parameters
    ----------
    tables : Tables
        ``what_changed``, ``history``, ``themes`` and ``papers`` are used.
    cards : sequence of ThemeCard
        The themes that there are, as they are read.
    since : Since

    Returns
    -------
    Changed or None
        None where the tables compare with nothing.
    """
    if tables.what_changed.empty or not (tables.what_changed["papers_before"] > 0).any():
        return None
    names = Names.of(cards, since.names)
    told = _Told(tables, cards, since, names)
    told_rows = told.rows()
    rows = [row for row in told_rows if _is_touched(row)]
    still = [row for row in told_rows if not _is_touched(row)]
    loud = [row for row in rows if not row.finer or row.sure or row.status != "kept"][:MOST_ROWS]
    return Changed(
        sentences=_sentences(told, told_rows),
        caption=_caption(since.refit),
        refit=since.refit,
        rows=tuple(loud),
        more=tuple(row for row in rows if row not in loud),
        untouched=_untouched(still),
        history=history_rows(tables.history, tables.papers, names),
        first=first_line(tables.history),
    )


@dataclass(frozen=True)
class _Told:
    """The tables with what is needed to name themes and papers."""

    tables: Tables
    cards: Sequence[ThemeCard]
    since: Since
    names: Names

    def events(self) -> list[Row]:
        """Return what became of themes since then."""
        rows, run = self.tables.history, self.since.run
        return [dict(row) for row in rows[rows["run"] >= run].to_dict("records")] if run else []

    def rows(self) -> list[ChangedRow]:
        """Return the themes: what became of them first, then clear changes, then by papers."""
        told = [self._row(row) for row in self.tables.what_changed.to_dict("records")]
        return [row for _, row in sorted(told, key=lambda one: one[0])]

    def _row(self, row: Row) -> tuple[tuple[Any, ...], ChangedRow]:
        theme_id, status = str(row["theme_id"]), str(row["status"])
        ends = [one for one in self.events() if one["theme_id"] == theme_id]
        ends = [one for one in ends if one["event"] == status]
        finer = any(card.theme_id == theme_id and card.level == "finer" for card in self.cards)
        before, new = _shares(row)
        sure = is_significant(str(row["verdict"]), float(row["q_value"]))
        told = ChangedRow(
            theme=self.names.ref(theme_id),
            finer=finer,
            status=status,
            status_text=_status(status),
            others=self.names.refs(str(ends[-1]["others"])) if ends and status in _GONE else (),
            n_added=int(row["n_added"]),
            share_before=float(row["share_before"]),
            before=before,
            before_interval=_interval(row, "before") if before else "",
            share_new=float(row["share_new"]),
            new=new,
            new_interval=_interval(row, "new") if new else "",
            verdict=str(row["verdict"]),
            sure=sure,
            q_value=float(row["q_value"]),
            verdict_text=_verdict(row, sure),
            move=_move(row),
        )
        rank = 0 if status == "new" else 3 if status in _GONE else 1 if sure else 2
        order = (rank, float(row["q_value"]) if sure else 0.0, -told.n_added, -told.share_before)
        return (*order, natural_order(theme_id)), told


def _is_touched(row: ChangedRow) -> bool:
    return bool(row.n_added) or row.status != "kept" or row.sure


def _shares(row: Row) -> tuple[str, str]:
    """Write both shares with their counts; empty for one that there is none of."""
    old, new = float(row["share_before"]), float(row["share_new"])
    first, last = percents(old, new) if old == old and new == new else (percent(old), percent(new))
    return (
        f"{first} ({row['n_before']:,} of {row['papers_before']:,})" if old == old else "",
        f"{last} ({row['n_new']:,} of {row['papers_new']:,})" if new == new else "",
    )


def _interval(row: Row, side: str) -> str:
    return interval(float(row[f"share_{side}_low"]), float(row[f"share_{side}_high"]))


def _status(status: str) -> str:
    return "" if status == "kept" else _STATUS.get(status, status)


def _verdict(row: Row, sure: bool) -> str:
    status, verdict, q = str(row["status"]), str(row["verdict"]), float(row["q_value"])
    if status in _GONE:
        return ""
    if status == "new":
        return "Not compared: it was found just now"
    if q != q:
        return "Too few papers for a test"
    if sure or verdict == "steady":
        return f"{capital(verdict)} ({q_text(q)})"
    return f"Chance alone could give it ({q_text(q)})"


def _move(row: Row) -> Move:
    parts = [float(row[name]) for name in ("move", "move_papers", "move_themes")]
    whole, by_papers, by_themes = parts
    return Move(
        whole,
        by_papers,
        by_themes,
        (signed_points(whole), signed_points(by_papers), signed_points(by_themes)),
    )


def _caption(refit: bool) -> str:
    text = (
        "Of each theme: the papers the run added to it, its share of all papers before the run "
        "and of those it added, with 95 % intervals, and whether the two differ by more than chance"
    )
    return text + ("; and by how many points its share of all papers moved, and why." if refit
                   else ".")  # fmt: skip


def _sentences(told: _Told, rows: Sequence[ChangedRow]) -> tuple[Sentence, ...]:
    """Write two to six sentences: what came, what it moved, what became of the themes."""
    opening = [_added(told)]
    closing = [_refitted(rows)] if told.since.refit else []
    ended = _ended(told)
    fresh = _fresh(told, rows)
    moved = _moved(rows) if (told.tables.what_changed["papers_new"] > 0).any() else []
    room = MOST_SENTENCES - len(opening) - len(closing)
    moved = moved[: max(1, min(MOST_MOVED, room - min(len(fresh), 1) - min(len(ended), 1)))]
    room -= len(moved)
    fresh = fresh[: max(1, room - min(len(ended), 1))]
    return (*opening, *moved, *fresh, *ended[: room - len(fresh)], *closing)


def _added(told: _Told) -> Sentence:
    """Say what came: papers, digests, and which of them late."""
    added, papers = told.since.added, told.tables.papers
    if added.empty:
        n = int(told.tables.what_changed["papers_new"].max())
        text = f"The run added {count(n, 'paper')} to the counts." if n else "No paper was added."
        return Sentence(text)
    keys = ["paper_id", "digest_date"]
    mark = papers[keys].merge(added[keys].drop_duplicates().assign(new=True), "left", keys)
    old = papers[mark["new"].isna().to_numpy()]
    never = ~added["paper_id"].isin(old["paper_id"])
    n, again = added.loc[never, "paper_id"].nunique(), added.loc[~never, "paper_id"].nunique()
    days = sorted({iso_day(day) for day in added["digest_date"]})
    last = iso_day(old["digest_date"].max()) if len(old) else ""
    text = f"The run added {count(n, 'new paper') if n else 'no new paper'} from {_digests(days)}"
    text += f"; before it, the newest was of {day_text(last)}." if last else "."
    if again:
        text += f" {count(again, 'known paper')} stood there again."
    late = added[added["digest_date"] < pd.Timestamp(last)] if last else added[:0]
    if len(late):
        from_days = _digests(sorted({iso_day(day) for day in late["digest_date"]}))
        text += f" {count(len(late), 'appearance')} came late, from {from_days}."
    return Sentence(text)


def _digests(days: Sequence[str]) -> str:
    if len(days) > 3:
        return f"{count(len(days), 'digest')} ({day_text(days[0])} to {day_text(days[-1])})"
    noun = "the digest of" if len(days) == 1 else "the digests of"
    return f"{noun} {listing([day_text(day) for day in days])}"


def _moved(rows: Sequence[ChangedRow]) -> list[Sentence]:
    """Write of the themes that have clearly more or less of the new papers; at least one."""
    sure = sorted((row for row in rows if row.sure), key=lambda row: row.q_value)
    said = []
    for row in sure:
        text = (
            f" {'rose' if row.verdict == 'rising' else 'fell'}: {row.new} of the new papers, "
            f"against {row.before} of all before ({q_text(row.q_value)})."
        )
        said.append(Sentence("", capital(row.theme.name), text, row.theme.theme_id))
    if not sure:
        tested = sum(row.q_value == row.q_value for row in rows)
        if not tested:
            return [Sentence("There are too few papers to tell whether any theme rose or fell.")]
        text = "No theme has more or less of the new papers than chance alone could give"
        said.append(Sentence(f"{text} ({tested:,} tested)."))
    return said


def _fresh(told: _Told, rows: Sequence[ChangedRow]) -> list[Sentence]:
    """Introduce the themes that are new or back again."""
    reasons = {
        str(event["theme_id"]): closed(str(event["reason"]))
        for event in told.events()
        if event["event"] in ("born", "returned")
    }
    said = []
    for row in rows:
        if row.status in ("new", "returned"):
            words = "is a new theme" if row.status == "new" else "is back again"
            why = reasons.get(row.theme.theme_id, "")
            size = f", with {count(row.n_added, 'new paper')}" if row.n_added else ""
            text = f" {words}{size}{': ' + why if why else '.'}"
            said.append(Sentence("", capital(row.theme.name), text, row.theme.theme_id))
    return said


def _ended(told: _Told) -> list[Sentence]:
    """Say which themes were merged, split, retired or renamed, and why."""
    said = []
    for event in told.events():
        kind = str(event["event"])
        if kind not in (*_GONE, "renamed"):
            continue
        theme = told.names.ref(str(event["theme_id"]))
        others = listing([other.name for other in told.names.refs(str(event["others"]))])
        words = f" {EVENTS[kind]} {others}" if others else f" was {kind}"
        text = f"{words}: {closed(str(event['reason']))}" if event["reason"] else f"{words}."
        said.append(Sentence("", capital(theme.name), text, theme.theme_id))
    return said


def _refitted(rows: Sequence[ChangedRow]) -> Sentence:
    """Say how much of the moves comes from new papers and how much from new themes."""
    kept = [row for row in rows if row.status in ("kept", "returned")]
    mean = [
        f"{100 * sum(abs(value) for value in values) / len(values):.1f}"
        for values in (
            [row.move.whole for row in kept] or [0.0],
            [row.move.by_papers for row in kept] or [0.0],
            [row.move.by_themes for row in kept] or [0.0],
        )
    ]
    text = (
        f"The themes were learned anew: the shares of those that stayed moved by {mean[0]} points "
        f"on average, where new papers alone would have moved them by {mean[1]} and the new "
        f"clustering alone by {mean[2]}"
    )
    if not kept:
        return Sentence(text + ".")
    most = max(kept, key=lambda row: abs(row.move.whole))
    whole, by_papers, by_themes = most.move.texts
    return Sentence(
        text + "; the most ",
        most.theme.name,
        f", by {whole} ({by_papers} from new papers, {by_themes} from the new clustering).",
        most.theme.theme_id,
    )


def _untouched(rows: Sequence[ChangedRow]) -> str:
    if not rows:
        return ""
    names = [row.theme.name for row in rows[:MOST_NAMES]]
    left = len(rows) - len(names)
    told = listing([*names, f"{left:,} more"] if left else names)
    return f"No paper was added to {count(len(rows), 'theme')}: {told}."
