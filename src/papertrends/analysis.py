"""The stages in a row, from dumps to an `Analysis`; shared by command line and notebooks.

Must not hold any method of its own: each stage lives in its own module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from papertrends.counting import put_together, undated_remark
from papertrends.dumps.inputs import Inputs
from papertrends.encoders import EncoderLike, cache_folder
from papertrends.errors import InputError
from papertrends.fits import fit_cached
from papertrends.given import given_papers
from papertrends.memory import check_new, contents_of, first_memory
from papertrends.papers import Loaded, load
from papertrends.progress import Progress, showing
from papertrends.results import Analysis
from papertrends.store import locked, write_store
from papertrends.themes.fitted import encoder_of, one_row_each, texts_of_papers
from papertrends.themes.model import ThemeModel
from papertrends.themes.naming import Namer, check_namer, rename_themes
from papertrends.themes.theme import Theme, as_themes
from papertrends.trends import resolve_period
from papertrends.versions import versions


def analyse(
    inputs: Inputs | pd.DataFrame,
    *,
    themes: Iterable[str | Theme] | None = None,
    by: str = "auto",
    date: str = "digest",
    count: str = "every",
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    papers_known: str | Path | None = None,
    encoder: EncoderLike = "auto",
    seed: int = 0,
    labels_from: Namer | None = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Load dumps, find their themes, and tell how the themes' frequency changed.

    Parameters
    ----------
    inputs : path, iterable of paths, or pandas.DataFrame
        Files, folders, glob patterns, or ``-`` for standard input; or papers that are
        loaded already, as `load_papers` returns them.
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
    encoder : str, Encoder, or what can be made one, default "auto"
        As for `ThemeModel`.
    seed : int, default 0
        The same files and seed give the same bytes.
    labels_from : Namer, optional
        Whom to ask for names of discovered themes, such as a `LabelEndpoint`; what is
        sent there is told at `rename_themes`. Without it nobody is asked.
    store : path, optional
        A file to be made that remembers all of it, for `update` to add new dumps to. It
        remembers files: a table of papers has to be as `load_papers` returned it.
    progress : Progress, optional
        Told as ``progress(stage, done, total)`` how far it is; without it, bars are
        shown in Jupyter and nothing elsewhere.

    Returns
    -------
    Analysis

    Raises
    ------
    InputError
        If an input or an argument is at fault; the message says what to do.

    See Also
    --------
    load_papers : The papers table alone.
    update : New dumps for a store.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers(), themes=["prompt learning"])
    >>> analysis.trends[["theme_id", "period", "n_theme", "n_papers"]]
              theme_id     period  n_theme  n_papers
    0  prompt-learning 2025-07-31        2         8
    1  prompt-learning 2025-08-05        3         6
    2            robot 2025-07-31        5         8
    3            robot 2025-08-05        2         6
    """
    wanted = as_themes(themes)
    if labels_from is not None:
        check_namer(labels_from)
    if store is not None:
        check_new(Path(store))
    loaded = _loaded(inputs, year=year, columns=columns, papers_known=papers_known)
    if store is not None and not loaded.report.files:
        raise InputError(
            "papers were given as a table, and a store was asked for",
            "write them to a file and give its path: a store remembers the files it is made of",
        )
    period = resolve_period(loaded.papers, by, date=date, count=count)
    model = fit_cached(loaded.papers, wanted, encoder=encoder, seed=seed, progress=progress)
    asked = Asked(period, by, date, count, year)
    analysis = concluded(loaded, model, asked, labels_from=labels_from, progress=progress)
    if store is None:
        return analysis
    return _remembered(analysis, model, Path(store), encoder, progress)


@dataclass(frozen=True)
class Asked:
    """What is to be counted, as `analyse` takes it; `by` is resolved."""

    by: str
    by_asked: str
    date: str
    count: str
    year: int | None


def concluded(
    loaded: Loaded,
    model: ThemeModel,
    asked: Asked,
    *,
    labels_from: Namer | None,
    trends: pd.DataFrame | None = None,
    progress: Progress | None,
) -> Analysis:
    """Name, count and test what was found.

    Parameters
    ----------
    loaded : Loaded
    model : ThemeModel
        Fitted on its papers.
    asked : Asked
    labels_from, progress
        As for `analyse`.
    trends : pandas.DataFrame, optional
        The trends table, where it was counted elsewhere.
    """
    papers, plain = loaded.papers, model.plain_params()
    named, remarks = model.themes, tuple[str, ...]()
    if labels_from is not None:
        themes = as_themes(model.get_params()["themes"])
        named, remarks = rename_themes(
            model.themes,
            model.memberships,
            papers,
            labels_from,
            taken=[phrase for theme in themes for phrase in theme.phrases],
            progress=progress,
        )
    if asked.date == "published":
        remarks = (*undated_remark(papers), *remarks)
    tables = put_together(
        papers, model.fitted, named, by=asked.by, date=asked.date, count=asked.count
    )
    if trends is not None:
        tables = replace(tables, trends=trends)
    settings = asdict(asked) | {
        "seed": plain["seed"],
        "encoder": model.encoder_name,
        "encoder_asked": plain["encoder"],
        "themes": plain["themes"],
        "labels_from": labels_from.source if labels_from is not None else None,
    }
    return Analysis(tables, loaded.report, model, settings, versions(), remarks)


def _loaded(
    inputs: Inputs | pd.DataFrame,
    *,
    year: int | None,
    columns: Mapping[str, str] | None,
    papers_known: str | Path | None,
) -> Loaded:
    """Read dumps, or take papers that are loaded already."""
    if not isinstance(inputs, pd.DataFrame):
        return load(inputs, year=year, columns=columns, papers_known=papers_known)
    dumps_only = {"year": year, "columns": columns, "papers_known": papers_known}
    for name, value in dumps_only.items():
        if value is not None:
            raise InputError(
                f"papers were given as a table, and {name}= as well",
                f"leave {name}= out: it says how dumps are read",
            )
    return given_papers(inputs)


def _remembered(
    analysis: Analysis,
    model: ThemeModel,
    path: Path,
    encoder: EncoderLike,
    progress: Progress | None,
) -> Analysis:
    """Make the store of a first analysis."""
    encoded = model.encoded
    if encoded is None:  # the fit came from the cache, where the vectors are as well
        unique, own = one_row_each(analysis.papers), encoder_of(model.fitted, encoder)
        with showing(progress) as told:
            encoded, _ = model.fitted.vectors(
                texts_of_papers(unique), own, cache_folder(), progress=told
            )
    memory = first_memory(
        analysis.tables,
        model.fitted,
        encoded,
        load_report=analysis.load_report,
        settings=analysis.settings,
        versions=analysis.versions,
        remarks=analysis.remarks,
    )
    with showing(progress) as told, locked(path, progress=told):
        check_new(path)
        write_store(path, contents_of(memory))
    return replace(analysis, tables=memory.tables, news=(f"the store '{path}' was made",))
