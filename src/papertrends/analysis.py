"""The stages in a row, from dumps to an `Analysis`; shared by command line and notebooks.

Must not hold any method of its own: each stage lives in its own module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.counting import put_together, undated_remark
from papertrends.dumps.inputs import Inputs
from papertrends.encoders import Encoder, cache_folder
from papertrends.fits import fit_cached
from papertrends.inline import ShownInline
from papertrends.memory import check_new, contents_of, first_memory
from papertrends.papers import LoadReport, load
from papertrends.progress import Progress, silent
from papertrends.store import locked, write_store
from papertrends.tables import Tables
from papertrends.themes.fitted import encoder_of, one_row_each, texts_of_papers
from papertrends.themes.model import ThemeModel
from papertrends.themes.naming import Namer, rename_themes
from papertrends.themes.theme import Theme, as_themes
from papertrends.trends import resolve_period
from papertrends.versions import versions

if TYPE_CHECKING:
    from papertrends.report import Summary
    from papertrends.report.history import Since


@dataclass(frozen=True)
class Analysis(ShownInline):
    """All that came out of one run.

    Attributes
    ----------
    tables : Tables
        Every table; each is an attribute of the analysis as well.
    load_report : LoadReport
        What became of every block of every dump.
    model : ThemeModel
        The fitted model; its ``bertopic`` is None where the fit came from the cache.
    settings, versions : mapping
        What the run was asked for, and the versions of what did it.
    remarks : tuple of str
        What else a reader should know: papers that were not counted, and what came
        of asking somebody for the names of discovered themes.
    news : tuple of str
        What a run on a store did, in sentences; empty without one.
    since : Since, optional
        What the last run on a store was, for the report.
    """

    tables: Tables
    load_report: LoadReport
    model: ThemeModel
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    remarks: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    since: Since | None = None

    @property
    def papers(self) -> pd.DataFrame:
        """The papers table: a row for each appearance of a paper in a digest."""
        return self.tables.papers

    @property
    def themes(self) -> pd.DataFrame:
        """The themes table."""
        return self.tables.themes

    @property
    def memberships(self) -> pd.DataFrame:
        """The memberships table: which paper belongs to which theme, and how clearly."""
        return self.tables.memberships

    @property
    def unassigned(self) -> pd.DataFrame:
        """Papers in no theme, each with the nearest one and the reason."""
        return self.tables.unassigned

    @property
    def near_misses(self) -> pd.DataFrame:
        """Papers that narrowly do not belong to a theme."""
        return self.tables.near_misses

    @property
    def map(self) -> pd.DataFrame:
        """A place on a two-dimensional map for each paper."""
        return self.tables.map

    @property
    def volume(self) -> pd.DataFrame:
        """The papers and digests of each period, and how late papers were listed."""
        return self.tables.volume

    @property
    def jumps(self) -> pd.DataFrame:
        """Where the papers a digest changed level."""
        return self.tables.jumps

    @property
    def trends(self) -> pd.DataFrame:
        """The trends table: counts and shares by theme and period."""
        return self.tables.trends

    @property
    def curves(self) -> pd.DataFrame:
        """Each theme's share smoothed over time, with its band."""
        return self.tables.curves

    @property
    def changes(self) -> pd.DataFrame:
        """The changes table: verdict, effect, interval and q-value a theme."""
        return self.tables.changes

    @property
    def events(self) -> pd.DataFrame:
        """When themes emerged, and their bursts."""
        return self.tables.events

    @property
    def sensitivity(self) -> pd.DataFrame:
        """What papers near the threshold would change."""
        return self.tables.sensitivity

    @property
    def other_trends(self) -> pd.DataFrame:
        """The trends counted by the other date: publication where the run counts by digest."""
        return self.tables.other_trends

    @property
    def other_curves(self) -> pd.DataFrame:
        """The curves counted by the other date."""
        return self.tables.other_curves

    @property
    def other_changes(self) -> pd.DataFrame:
        """The changes counted by the other date."""
        return self.tables.other_changes

    @property
    def looks(self) -> pd.DataFrame:
        """Colour, symbol and dash of each theme."""
        return self.tables.looks

    @property
    def what_changed(self) -> pd.DataFrame:
        """What the last run on the store changed, theme by theme; empty without one."""
        return self.tables.what_changed

    @property
    def moves(self) -> pd.DataFrame:
        """Each theme's curve before the last run, with its papers, and after it."""
        return self.tables.moves

    @property
    def history(self) -> pd.DataFrame:
        """What became of the themes over all runs on the store."""
        return self.tables.history

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done without, and why, and who named themes, in sentences."""
        return (*self.model.notes, *self.remarks)

    @property
    def offline_labels(self) -> dict[str, str]:
        """The label found offline of each theme that has another name now, by theme id."""
        found = self.model.themes.set_index("theme_id")["name"]
        names = self.themes.set_index("theme_id")["name"]
        return {str(key): str(found[key]) for key in names.index if found[key] != names[key]}

    @cached_property
    def summary(self) -> Summary:
        """Every number and sentence of the report."""
        from papertrends.report import summarise

        # The report says itself which papers it does not count.
        told = undated_remark(self.papers)
        return summarise(
            self.tables,
            self.load_report,
            settings=self.settings,
            versions=self.versions,
            notes=tuple(note for note in self.notes if note not in told),
            offline_labels=self.offline_labels,
            since=self.since,
        )

    def write_report(self, path: str | Path) -> Path:
        """Write the report as one HTML file that opens offline.

        With more abstracts than a page can carry (some 17,000 papers) they are written to
        ``<stem>.texts.gz`` beside it.

        Raises
        ------
        InputError
            If the file cannot be written there.
        """
        from papertrends.report import write_report

        target = Path(path)
        write_report(self.summary, target)
        return target

    def export(self, folder: str | Path) -> Path:
        """Write each table as CSV and Parquet, ``manifest.json`` and ``summary.json``.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        from papertrends.export import export

        target = Path(folder)
        export(self.tables, self.manifest(), target, summary=self.summary.to_json())
        return target

    def manifest(self) -> dict[str, Any]:
        """Return versions, settings, input files and the load report as plain values."""
        report = self.load_report.as_dict()
        files = [{"file": one["file"], "sha256": one["sha256"]} for one in report["files"]]
        return {
            "versions": dict(self.versions),
            "settings": dict(self.settings),
            "files": files,
            "notes": list(self.notes),
            "offline_labels": self.offline_labels,
            "load_report": report,
        }

    def __repr__(self) -> str:
        n_digests = self.papers["digest_date"].nunique()
        return (
            f"Analysis of {self.papers['paper_id'].nunique()} papers in {n_digests} "
            f"digest{'' if n_digests == 1 else 's'}, {len(self.themes)} themes: see .themes, "
            ".trends, .changes; .write_report('report.html')"
        )


def analyse(
    inputs: Inputs,
    *,
    themes: Iterable[str | Theme] | None = None,
    by: str = "auto",
    date: str = "digest",
    count: str = "every",
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    papers_known: str | Path | None = None,
    encoder: str | Encoder = "auto",
    seed: int = 0,
    labels_from: Namer | None = None,
    store: str | Path | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Load dumps, find their themes, and tell how the themes' frequency changed.

    Parameters
    ----------
    inputs : path, or iterable of paths
        Files, folders, glob patterns, or ``-`` for standard input.
    themes : iterable of str or Theme, optional
        The themes to find beside those that are discovered; the built-in ones
        (fine-tuning, process reward models, prompt learning) when nothing is given.
    by : str, default "auto"
        The period: ``auto``, ``digest``, ``week``, ``month``, ``quarter`` or ``year``.
    date : {"digest", "published"}
        Whether papers count at the date of their digest or of their publication.
    count : {"every", "first"}
        Whether a paper counts in every digest it stood in, or in the first only.
    year : int, optional
        The year of digests whose date is written without one.
    columns, papers_known
        How tables call the fields of a paper, and a look-up table of known papers:
        see `load_papers`.
    encoder : str or Encoder, default "auto"
        As for `ThemeModel`.
    seed : int, default 0
        The same files and seed give the same bytes.
    labels_from : Namer, optional
        Whom to ask for names of discovered themes, such as a `LabelEndpoint`; what is
        sent there is told at `rename_themes`. Without it nobody is asked.
    store : path, optional
        A file to be made that remembers all of it, for `update` to add new dumps to.
    progress : Progress, optional

    Returns
    -------
    Analysis

    Raises
    ------
    InputError
        If an input or an argument is at fault; the message says what to do.
    """
    wanted = as_themes(themes)
    if store is not None:
        check_new(Path(store))
    loaded = load(inputs, year=year, columns=columns, papers_known=papers_known)
    papers = loaded.papers
    period = resolve_period(papers, by, date=date, count=count)
    model = fit_cached(papers, wanted, encoder=encoder, seed=seed, progress=progress)
    named, remarks = model.themes, tuple[str, ...]()
    if labels_from is not None:
        named, remarks = rename_themes(
            model.themes,
            model.memberships,
            papers,
            labels_from,
            taken=[phrase for theme in wanted for phrase in theme.phrases],
            progress=progress,
        )
    if date == "published":
        remarks = (*undated_remark(papers), *remarks)
    tables = put_together(papers, model.fitted, named, by=period, date=date, count=count)
    settings = {
        "by": period,
        "by_asked": by,
        "date": date,
        "count": count,
        "year": year,
        "seed": seed,
        "encoder": model.encoder_name,
        "encoder_asked": encoder if isinstance(encoder, str) else encoder.name,
        "themes": [theme.as_dict() for theme in wanted],
        "labels_from": labels_from.source if labels_from is not None else None,
    }
    analysis = Analysis(tables, loaded.report, model, settings, versions(), remarks)
    if store is None:
        return analysis
    return _remembered(analysis, Path(store), encoder, progress)


def _remembered(
    analysis: Analysis, path: Path, encoder: str | Encoder, progress: Progress
) -> Analysis:
    """Make the store of a first analysis."""
    encoded = analysis.model.encoded
    if encoded is None:  # the fit came from the cache, where the vectors are as well
        texts = texts_of_papers(one_row_each(analysis.papers))
        fitted = analysis.model.fitted
        own = encoder_of(fitted, encoder)
        encoded, _ = fitted.vectors(texts, own, cache_folder(), progress=progress)
    memory = first_memory(
        analysis.tables,
        analysis.model.fitted,
        encoded,
        load_report=analysis.load_report,
        settings=analysis.settings,
        versions=analysis.versions,
        remarks=analysis.remarks,
    )
    with locked(path, progress=progress):
        check_new(path)
        write_store(path, contents_of(memory))
    return replace(analysis, tables=memory.tables, news=(f"the store '{path}' was made",))
