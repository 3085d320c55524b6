"""What came out of one run: every table, and what can be made of them.

Must not find themes nor count: it holds what others computed, hands it out, and has the report
and the export written.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from papertrends.counting import put_together, undated_remark
from papertrends.given import given_memberships, given_papers
from papertrends.inline import ShownInline
from papertrends.papers import LoadReport
from papertrends.tabled import Tabled
from papertrends.tables import Tables
from papertrends.themes.model import ThemeModel
from papertrends.trends import resolve_period
from papertrends.versions import versions

if TYPE_CHECKING:
    from papertrends.report import Summary
    from papertrends.report.history import Since

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Analysis(Tabled, ShownInline):
    """All that came out of one run.

    Attributes
    ----------
    tables : Tables
        Every table; each is an attribute of the analysis as well.
    load_report : LoadReport
        What became of every block of every dump.
    model : ThemeModel, optional
        The fitted model; its ``bertopic`` is None where the fit came from the cache. There
        is none where the memberships came from elsewhere.
    settings, versions : mapping
        What the run was asked for, and the versions of what did it.
    remarks : tuple of str
        What else a reader should know: papers that were not counted, and what came
        of asking somebody for the names of discovered themes.
    news : tuple of str
        What a run on a store did, in sentences; empty without one.
    since : Since, optional
        What the last run on a store was, for the report.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> analysis  # doctest: +ELLIPSIS
    Analysis of 14 papers in 2 digests, 4 themes: see ...
    >>> analysis.changes["verdict"].unique().tolist()
    ['too little data']
    """

    tables: Tables
    load_report: LoadReport
    model: ThemeModel | None
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    remarks: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    since: Since | None = None

    @classmethod
    def from_memberships(
        cls,
        papers: pd.DataFrame,
        memberships: pd.DataFrame,
        themes: pd.DataFrame | Mapping[str, str] | None = None,
        *,
        by: str = "auto",
        date: str = "digest",
        count: str = "every",
    ) -> Analysis:
        """Count, test and report themes that were found elsewhere, or by hand.

        Parameters
        ----------
        papers : pandas.DataFrame
            As `load_papers` returns them; ``paper_id, title, abstract, digest_date`` are
            enough.
        memberships : pandas.DataFrame
            ``paper_id`` and ``theme_id`` (text or whole numbers), and if known ``score``
            (from 0 to 1; 1 without it) and ``primary`` (that of highest score without it).
            Rows without a ``theme_id`` are left out; papers in no row are unassigned.
        themes : pandas.DataFrame or mapping, optional
            ``theme_id, name``, and ``kind``, ``keywords``, ``stability``, ``parent`` if
            known; or the name of each ``theme_id``. Without it a theme's id is its name.
        by, date, count : str
            As for `analyse`.

        Returns
        -------
        Analysis
            With every table but the map, which needs vectors.

        Raises
        ------
        InputError
            If a column is missing, a paper or theme is unknown, a paper is in one theme
            twice, or scores are not between 0 and 1.

        Examples
        --------
        >>> import pandas as pd
        >>> import papertrends as pt
        >>> papers = pd.DataFrame(
        ...     {
        ...         "paper_id": ["a", "b", "c"],
        ...         "title": ["One", "Two", "Three"],
        ...         "abstract": ["On agents.", "On agents, too.", "On vision."],
        ...         "digest_date": pd.to_datetime(["2025-07-01", "2025-07-08", "2025-07-08"]),
        ...     }
        ... )
        >>> topics = papers[["paper_id"]].assign(theme_id=[0, 0, 1])
        >>> analysis = pt.Analysis.from_memberships(papers, topics, {0: "agents", 1: "vision"})
        >>> analysis.trends[["theme_id", "n_theme", "n_papers"]].values.tolist()
        [['0', 1, 1], ['0', 1, 2], ['1', 0, 1], ['1', 1, 2]]
        """
        loaded = given_papers(papers)
        period = resolve_period(loaded.papers, by, date=date, count=count)
        table, assigned = given_memberships(memberships, themes, loaded.papers)
        tables = put_together(loaded.papers, assigned, table, by=period, date=date, count=count)
        settings = {"by": period, "by_asked": by, "date": date, "count": count}
        remarks = undated_remark(loaded.papers) if date == "published" else ()
        return cls(
            tables, loaded.report, None, settings | {"memberships": "given"}, versions(), remarks
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done without, and why, and who named themes, in sentences."""
        return (*(self.model.notes if self.model else ()), *self.remarks)

    @property
    def offline_labels(self) -> dict[str, str]:
        """The label found offline of each theme that has another name now, by theme id."""
        if self.model is None:
            return {}
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

        Parameters
        ----------
        path : path
            The HTML file.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If the file cannot be written there.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_folder, some_papers
        >>> analysis = pt.analyse(some_papers())
        >>> analysis.write_report(some_folder() / "report.html").name
        'report.html'
        """
        from papertrends.report import write_report

        target = Path(path)
        write_report(self.summary, target)
        _LOG.info("wrote the report %s", target)
        return target

    def write_figures(
        self, folder: str | Path, *, format: Literal["svg", "png", "pdf"] = "svg"
    ) -> list[Path]:
        """Write the charts of the report as images, drawn by Kaleido in Chromium.

        Parameters
        ----------
        folder : path
            Made if it is not there.
        format : {"svg", "png", "pdf"}

        Returns
        -------
        list of Path
            A file for each chart.

        Raises
        ------
        MissingDependencyError
            If Kaleido is not installed: ``pip install 'papertrends[images]'``.
        InputError
            If there is no such format, no browser, or the folder cannot be written to.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> analysis = pt.analyse(some_papers())
        >>> analysis.write_figures("images", format="jpeg")
        Traceback (most recent call last):
        papertrends.errors.InputError: there is no image format 'jpeg'; Allowed: svg, png, pdf
        """
        from papertrends.images import write_images
        from papertrends.report.charted import figures

        return write_images(figures(self.summary), folder, format=format)

    def export(self, folder: str | Path) -> Path:
        """Write each table as CSV, Parquet and JSON, the papers as BibTeX, and what was done.

        Beside the tables stand ``papers.bib``, ``manifest.json`` and ``summary.json``.

        Parameters
        ----------
        folder : path
            Made if it is not there.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        InputError
            If the folder cannot be written to.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_folder, some_papers
        >>> analysis = pt.analyse(some_papers())
        >>> folder = analysis.export(some_folder() / "tables")
        >>> (folder / "trends.csv").is_file(), (folder / "manifest.json").is_file()
        (True, True)
        """
        from papertrends.export import export

        target = Path(folder)
        export(self.tables, self.manifest(), target, summary=self.summary.to_json())
        return target

    def manifest(self) -> dict[str, Any]:
        """Return versions, settings, input files and the load report as plain values.

        Returns
        -------
        dict
            As ``manifest.json`` has it.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> analysis = pt.analyse(some_papers())
        >>> analysis.manifest()["settings"]["by"]
        'digest'
        """
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
