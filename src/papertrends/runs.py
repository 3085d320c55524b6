"""The end of every run on a store: counting, comparing, and what is to be remembered.

Whether new dumps came, the themes were learned anew, or a person put them right.
Must not find themes nor read files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from papertrends.arrivals import Arrivals
from papertrends.counting import put_together, undated_remark
from papertrends.dumps.report import LoadReport
from papertrends.encoders import Vectors
from papertrends.memory import Memory, file_rows, run_row
from papertrends.tables import MOVES, THEMES, WHAT_CHANGED, Tables, blank, conform, names_of
from papertrends.themes.fitted import Fitted
from papertrends.themes.growth import recounted
from papertrends.themes.registry import By, Registry, ThemeEvent
from papertrends.themes.theme import Theme
from papertrends.trends import curve_moves, resolve_period, what_changed
from papertrends.versions import versions

#: Papers that came since the themes were learned, for each that they were learned from, from
#: which on learning them anew is recommended.
_MANY = 0.25
_STATUS = {
    "born": "new",
    "returned": "returned",
    "merged": "merged",
    "split": "split",
    "retired": "retired",
}


@dataclass(frozen=True)
class Step:
    """What becomes of the themes in one run.

    Attributes
    ----------
    fitted : Fitted
        The model with the memberships of all papers.
    encoded, lsa : numpy.ndarray, shapes (n, d) and (n, k)
        In the order of ``fitted.map``.
    events : tuple of ThemeEvent
    assigned : pandas.DataFrame, optional
        The memberships of all papers in the themes as they were, where these were
        learned anew.
    names : mapping of str to str
        The names that a person gave themes in this run.
    definitions : mapping of str to Theme
        Of named themes that a person taught.
    barred : mapping of str to tuple of str
        The papers of each theme that a person retired.
    """

    fitted: Fitted
    encoded: Vectors
    lsa: Vectors
    events: tuple[ThemeEvent, ...] = ()
    assigned: pd.DataFrame | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, Theme] = field(default_factory=dict)
    barred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def conclude(memory: Memory, step: Step, arrivals: Arrivals, *, command: str, by: By) -> Memory:
    """Return what is to be remembered after a run.

    Parameters
    ----------
    memory : Memory
        What was remembered before it.
    step : Step
    arrivals : Arrivals
    command : str
        What was asked for, for the record.
    by : {"update", "refit", "person"}
        Who did it. After a person's correction the comparison is still that of the
        last new papers with those before them, the themes taken for what they are now.
    """
    papers, run = arrivals.papers, memory.next_run
    report = _of_new_files(arrivals.report, memory.sources)
    step = replace(step, fitted=recounted(_renamed(step.fitted, step.names), papers))
    settings = _settings(memory, papers)
    themes = names_in_use(step.fitted.themes, memory.registry, step.names)
    newest = papers["digest_date"].max()
    registry = memory.registry.with_events(
        step.events,
        run=run,
        date=newest,
        by=by,
        themes=themes,
        named_by=dict.fromkeys(step.names, "person"),
        definitions=step.definitions,
    )
    since = memory.compared_run if by == "person" else run
    before = _before_new(memory, step) if by == "person" else _before(memory)
    compared = _compared(before, step, papers, registry, settings, since)
    tables = _tables(memory, step, papers, themes, settings, compared, registry.history)
    row = run_row(
        run,
        command,
        newest=newest,
        n_files=report.n_files,
        n_papers=len(arrivals.new_ids),
        n_rows=len(arrivals.added),
        n_embedded=len(step.encoded) - len(memory.encoded),
        n_fitted=len(step.encoded) if by == "refit" else 0,
        settings=settings,
        versions=versions(),
        load_report=report,
        remarks=_remarks(memory, papers, len(step.encoded), refit=by == "refit"),
    )
    return Memory(
        tables=tables,
        fitted=step.fitted,
        encoded=step.encoded,
        lsa=step.lsa,
        registry=registry,
        files=pd.concat([memory.files, file_rows(report, run)], ignore_index=True),
        runs=pd.concat([memory.runs, row], ignore_index=True),
        settings=settings,
        versions=versions(),
        barred={**memory.barred, **step.barred},
    )


def _tables(
    memory: Memory,
    step: Step,
    papers: pd.DataFrame,
    themes: pd.DataFrame,
    settings: Mapping[str, Any],
    compared: tuple[pd.DataFrame, pd.DataFrame],
    history: pd.DataFrame,
) -> Tables:
    """Count and test, and add what the run changed."""
    changed, moves = compared
    by, date, count = (str(settings[name]) for name in ("by", "date", "count"))
    looks = memory.tables.looks
    counted = put_together(papers, step.fitted, themes, by=by, date=date, count=count, looks=looks)
    return replace(counted, what_changed=changed, moves=moves, history=history)


def _of_new_files(report: LoadReport, known: Collection[str]) -> LoadReport:
    """Return a load report without the files that the store was built from before."""
    return replace(
        report,
        files=tuple(file for file in report.files if file.file not in known),
        dropped=tuple(one for one in report.dropped if one.file not in known),
        notes=tuple(
            note for note in report.notes if not note.startswith(tuple(f"{key}: " for key in known))
        ),
    )


def names_in_use(
    themes: pd.DataFrame, registry: Registry, given: Mapping[str, str]
) -> pd.DataFrame:
    """Return `themes` with the names given, else those that the registry has for them."""
    names = names_of(registry.themes)
    names |= given
    told = zip(themes["theme_id"], themes["name"], strict=True)
    return conform(themes.assign(name=[names.get(key, name) for key, name in told]), THEMES)


def _renamed(fitted: Fitted, names: Mapping[str, str]) -> Fitted:
    """Return the model with the names that a person gave: they take the place of those found."""
    told = zip(fitted.themes["theme_id"], fitted.themes["name"], strict=True)
    table = fitted.themes.assign(name=[names.get(key, name) for key, name in told])
    return replace(fitted, themes=conform(table, THEMES))


def _settings(memory: Memory, papers: pd.DataFrame) -> dict[str, Any]:
    """Return the settings of the last run, the period chosen anew if it was left to us."""
    settings = dict(memory.settings)
    date, count = str(settings["date"]), str(settings["count"])
    asked = str(settings["by_asked"])
    return settings | {"by": resolve_period(papers, asked, date=date, count=count)}


@dataclass(frozen=True)
class _Before:
    """Papers and memberships to compare with."""

    papers: pd.DataFrame
    memberships: pd.DataFrame


def _before(memory: Memory) -> _Before:
    return _Before(memory.papers, memory.fitted.memberships)


def _before_new(memory: Memory, step: Step) -> _Before:
    """Return what there was before the last new papers, in the themes as they are now."""
    runs = dict(zip(memory.files["source"], memory.files["run"], strict=True))
    papers = memory.papers[memory.papers["source"].map(runs) < memory.compared_run]
    gone = {one.theme_id for one in step.events}
    was = memory.fitted.memberships
    both = pd.concat([was[was["theme_id"].isin(gone)], step.fitted.memberships], ignore_index=True)
    both = both.drop_duplicates(["paper_id", "theme_id"], keep="last")
    return _Before(
        papers.reset_index(drop=True),
        both[both["paper_id"].isin(papers["paper_id"])].reset_index(drop=True),
    )


def _compared(
    before: _Before,
    step: Step,
    papers: pd.DataFrame,
    registry: Registry,
    settings: Mapping[str, Any],
    since: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what came since a run, theme by theme and period by period."""
    if before.papers.empty:
        return blank(WHAT_CHANGED), blank(MOVES)
    recent = registry.history[registry.history["run"] >= since]
    became = zip(recent["theme_id"], recent["event"], strict=True)
    status = dict.fromkeys(registry.active, "kept")
    # What was found and gone again since then is nobody's news.
    known = set(before.memberships["theme_id"])
    for theme, event in became:
        word = _STATUS.get(event)
        if word and (theme in status or theme in known):
            status[theme] = word
    given: dict[str, Any] = {
        "memberships_before": before.memberships,
        "memberships": step.fitted.memberships,
        "memberships_assigned": step.assigned,
        "status": status,
        "date": str(settings["date"]),
        "count": str(settings["count"]),
    }
    changed = what_changed(before.papers, papers, **given)
    return changed, curve_moves(before.papers, papers, by=str(settings["by"]), **given)


def _remarks(
    memory: Memory, papers: pd.DataFrame, n_papers: int, *, refit: bool
) -> tuple[str, ...]:
    told = undated_remark(papers) if memory.settings["date"] == "published" else ()
    learned = memory.n_learned
    if refit or n_papers - learned < _MANY * learned:
        return told
    return (
        *told,
        f"The themes were learned from {learned:,} papers, and {n_papers - learned:,} "
        f"{'has' if n_papers - learned == 1 else 'have'} come since: 'papertrends update --refit' "
        "learns them anew.",
    )
