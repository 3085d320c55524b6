"""The stages in a row, from dumps to an `Analysis`; shared by command line and notebooks.

Must not hold any method of its own: each stage lives in its own module.
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import shutil
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.dumps.inputs import Inputs
from papertrends.encoders import Encoder, cache_folder
from papertrends.errors import PapertrendsError
from papertrends.papers import LoadReport, load
from papertrends.progress import Progress, silent
from papertrends.tables import Tables
from papertrends.themes.model import ThemeModel
from papertrends.themes.naming import Namer, rename_themes
from papertrends.themes.theme import Theme, as_themes
from papertrends.trends import (
    digest_volume,
    resolve_period,
    theme_changes,
    theme_curves,
    theme_events,
    theme_sensitivity,
    theme_trends,
    undated,
    volume_jumps,
)

if TYPE_CHECKING:
    from papertrends.report import Summary

_LOG = logging.getLogger(__name__)

#: Packages whose versions can change a number.
_PACKAGES = (
    "papertrends",
    "bertopic",
    "hdbscan",
    "numpy",
    "onnxruntime",
    "pandas",
    "plotly",
    "ruptures",
    "scikit-learn",
    "scipy",
    "umap-learn",
)
_KEPT_MODELS = 20


@dataclass(frozen=True)
class Analysis:
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
    """

    tables: Tables
    load_report: LoadReport
    model: ThemeModel
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    remarks: tuple[str, ...] = ()

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

        return summarise(
            self.tables,
            self.load_report,
            settings=self.settings,
            versions=self.versions,
            notes=self.notes,
            offline_labels=self.offline_labels,
        )

    def write_report(self, path: str | Path) -> Path:
        """Write the report as one HTML file that opens offline.

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
        """Write each table as CSV and Parquet, and ``manifest.json``.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        from papertrends.export import export

        target = Path(folder)
        export(self.tables, self.manifest(), target)
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

    def _repr_html_(self) -> str:
        from papertrends.report import notebook_card

        return notebook_card(self.summary)


def analyse(
    inputs: Inputs,
    *,
    themes: Iterable[str | Theme] | None = None,
    by: str = "auto",
    date: str = "digest",
    count: str = "every",
    year: int | None = None,
    encoder: str | Encoder = "auto",
    seed: int = 0,
    labels_from: Namer | None = None,
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
    encoder : str or Encoder, default "auto"
        As for `ThemeModel`.
    seed : int, default 0
        The same files and seed give the same bytes.
    labels_from : Namer, optional
        Whom to ask for names of discovered themes, such as a `LabelEndpoint`; what is
        sent there is told at `rename_themes`. Without it nobody is asked.
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
    loaded = load(inputs, year=year)
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
        remarks = (*_undated_remark(papers), *remarks)
    tables = _tables(papers, model, named, by=period, date=date, count=count)
    settings = {
        "by": period,
        "by_asked": by,
        "date": date,
        "count": count,
        "year": year,
        "seed": seed,
        "encoder": model.encoder_name,
        "themes": [theme.as_dict() for theme in wanted],
        "labels_from": labels_from.source if labels_from is not None else None,
    }
    return Analysis(tables, loaded.report, model, settings, versions(), remarks)


def _tables(
    papers: pd.DataFrame,
    model: ThemeModel,
    themes: pd.DataFrame,
    *,
    by: str,
    date: str,
    count: str,
) -> Tables:
    """Count and test, and put all tables together."""
    with warnings.catch_warnings():
        # How many papers have no publication date is said in a remark.
        warnings.filterwarnings("ignore", message=".* are left out", category=UserWarning)
        trends = theme_trends(
            papers, model.memberships, by=by, date=date, count=count, themes=model.themes
        )
        sensitivity = theme_sensitivity(
            papers,
            model.memberships,
            by=by,
            near_misses=model.near_misses,
            themes=model.themes,
            date=date,
            count=count,
        )
        volume = digest_volume(papers, by=by, date=date, count=count)
    events = theme_events(trends)
    return Tables(
        papers=papers,
        themes=themes,
        memberships=model.memberships,
        unassigned=model.unassigned,
        near_misses=model.near_misses,
        map=model.map,
        volume=volume,
        jumps=volume_jumps(papers),
        trends=trends,
        curves=theme_curves(trends),
        changes=theme_changes(trends, events=events),
        events=events,
        sensitivity=sensitivity,
    )


def _undated_remark(papers: pd.DataFrame) -> tuple[str, ...]:
    """Say how many papers are not counted for want of a publication date."""
    left = undated(papers)
    if not left:
        return ()
    total = papers["paper_id"].nunique()
    verb = "has" if left == 1 else "have"
    return (
        f"{left:,} of {total:,} papers {verb} no publication date that can be right, and "
        "no part in the counts by publication date.",
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that can change a number."""
    return {"python": platform.python_version()} | {
        package: metadata.version(package) for package in _PACKAGES
    }


def fit_cached(
    papers: pd.DataFrame,
    themes: tuple[Theme, ...],
    *,
    encoder: str | Encoder,
    seed: int,
    progress: Progress = silent,
) -> ThemeModel:
    """Fit a `ThemeModel`, or take the fit of the very same papers and settings.

    What is kept is found by the content of the papers, the settings, the code
    and the versions; fits with an encoder of one's own are not kept.
    """
    model = ThemeModel(themes, encoder=encoder, seed=seed)
    if not isinstance(encoder, str):
        return model.fit(papers, progress=progress)
    folder = cache_folder() / "models"
    place = folder / _fingerprint(papers, model)
    if place.is_dir():
        try:
            return ThemeModel.load(place)
        except PapertrendsError as error:
            _LOG.warning("the kept model cannot be used (%s); fitting anew", error)
            shutil.rmtree(place, ignore_errors=True)
    model.fit(papers, progress=progress)
    try:
        model.save(place)
        _prune(folder)
    except (PapertrendsError, OSError) as error:
        _LOG.warning("the fitted model is not kept (%s)", error)
    return model


def _fingerprint(papers: pd.DataFrame, model: ThemeModel) -> str:
    columns = ["paper_id", "title", "abstract", "arxiv_id", "digest_date", "source", "position"]
    digest = hashlib.sha256()
    for part in (model.plain_params(), versions()):
        digest.update(json.dumps(part, sort_keys=True).encode())
    digest.update(papers[columns].to_csv(index=False).encode())
    home = Path(__file__).parent
    for file in sorted([*home.glob("themes/*.py"), *home.glob("encoders/*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def _prune(folder: Path) -> None:
    """Keep the models that were made last."""
    made = sorted(folder.iterdir(), key=lambda place: (-place.stat().st_mtime, place.name))
    for place in made[_KEPT_MODELS:]:
        shutil.rmtree(place, ignore_errors=True)
