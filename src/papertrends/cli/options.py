"""Options that several commands have, and what becomes of their values."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from papertrends.errors import InputError
from papertrends.progress import Progress, silent

if TYPE_CHECKING:
    from papertrends.themes.endpoint import LabelEndpoint
    from papertrends.themes.theme import Theme


def whole_number(given: str | int) -> int:
    """Return an option's value as a whole number."""
    if not str(given).strip().isdecimal():
        raise typer.BadParameter(f"'{given}' is not a whole number from 0 on")
    return int(given)


Input = Annotated[
    list[str],
    typer.Argument(metavar="INPUT...", help="Dumps: files, folders, globs, or - for stdin."),
]
Year = Annotated[
    int | None,
    typer.Option(
        "--year",
        metavar="YYYY",
        parser=whole_number,
        help="The year of dates written without one.",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="FIELD=NAME",
        help="How your table calls a field: title, abstract, digest_date, published_date, "
        "arxiv_id, url or upvotes; may be given often.",
    ),
]
PapersKnown = Annotated[
    Path | None,
    typer.Option(
        "--papers-known",
        metavar="FILE",
        help="A table of known papers, to fill in arXiv ids, publication dates and digest dates.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]
ThemeNames = Annotated[
    list[str] | None,
    typer.Option("--theme", metavar="NAME", help="A theme to find; may be given often."),
]
ThemesFile = Annotated[
    Path | None,
    typer.Option("--themes", metavar="FILE.toml", help="Themes to find, as [[theme]] tables."),
]
EncoderName = Annotated[
    str,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help="auto, minilm or distilled; any other name is a sentence-transformers model.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", parser=whole_number, help="Same files and seed, same bytes."
    ),
]


Period = Annotated[
    str,
    typer.Option("--by", metavar="PERIOD", help="auto, digest, week, month, quarter or year."),
]
Date = Annotated[
    str,
    typer.Option(
        "--date", metavar="DATE", help="Count papers at the date of their digest or published."
    ),
]
Count = Annotated[
    str,
    typer.Option(
        "--count",
        metavar="WHICH",
        help="A paper in two digests counts in every one of them, or in the first only.",
    ),
]
Endpoint = Annotated[
    str | None,
    typer.Option(
        "--label-endpoint",
        metavar="URL",
        help="Ask the model there, behind OpenAI's interface, to name discovered themes; "
        "sends it titles and abstracts. Key: environment variable PAPERTRENDS_API_KEY.",
    ),
]
LabelModel = Annotated[
    str | None, typer.Option("--label-model", metavar="NAME", help="The model to ask there.")
]
NewStore = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="FILE", help="Make a store there, for 'update' to add new dumps to."
    ),
]

Output = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="The report to write.")
]
Export = Annotated[
    Path | None,
    typer.Option(
        "--export",
        metavar="DIR",
        help="Write all tables there, too: CSV, Parquet, JSON, papers.bib.",
    ),
]

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Read, embed, assign and count on the workers of the Dask cluster there, "
        "like tcp://127.0.0.1:8786.",
    ),
]
Results = Annotated[
    Path | None,
    typer.Option(
        "--results",
        metavar="DIR",
        help="With --cluster: write all tables there, too, as Parquet datasets.",
    ),
]


def asked_columns(given: list[str] | None) -> dict[str, str]:
    """Return the columns of the fields that ``--column`` names.

    Raises
    ------
    InputError
        If one is not of the form FIELD=NAME, or a field is given twice.
    """
    columns: dict[str, str] = {}
    for one in given or ():
        field, sign, name = one.partition("=")
        if not (field.strip() and sign and name.strip()):
            raise InputError(f"--column '{one}' is not FIELD=NAME", "write it like title=headline")
        if field.strip() in columns:
            raise InputError(f"--column gives '{field.strip()}' twice", "name one column for it")
        columns[field.strip()] = name.strip()
    return columns


def check_cluster(cluster: str | None, results: Path | None, store: Path | None) -> None:
    """Refuse what does not go with a cluster, or not without one, before any work is done."""
    if cluster is None and results is not None:
        raise InputError("--results needs a cluster", "give --cluster ADDRESS, or use --export DIR")
    if cluster is not None and store is not None:
        raise InputError(
            "a store is made on one machine, not by a cluster",
            "leave out --store, or --cluster",
        )


def label_endpoint(url: str | None, model: str | None) -> LabelEndpoint | None:
    """Return whom to ask for names of discovered themes, None for nobody."""
    if url is None and model is None:
        return None
    if url is None:
        raise InputError("--label-model needs an endpoint", "give --label-endpoint URL, too")
    if model is None:
        raise InputError("--label-endpoint needs a model", "give --label-model NAME, too")
    from papertrends.themes.endpoint import LabelEndpoint

    return LabelEndpoint(url, model)


def asked_themes(names: list[str] | None, file: Path | None) -> tuple[Theme, ...] | None:
    """Return the themes of the command line and of the file, None if there are neither."""
    from papertrends.themes.theme import as_themes, read_themes

    if not names and not file:
        return None
    return as_themes([*(read_themes(file) if file else ()), *(names or ())])


@contextmanager
def page_made_ready(progress: Progress, stage: str) -> Iterator[Progress]:
    """Make ready what every report has, and import what draws, beside a stage."""
    from papertrends.beside import beside

    with beside(progress, stage, _make_page_ready) as told:
        yield told


def _make_page_ready() -> None:
    from papertrends.drawing.sheet import figure
    from papertrends.report.ready import made_ready

    made_ready()
    # Plotly imports what checks a kind of trace when the first of it is drawn.
    figure([{"type": kind} for kind in ("scatter", "heatmap", "bar")], {})


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Progress]:
    """Give a hook that draws progress bars on a terminal, and nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int, /) -> None:
            if stage not in tasks:
                if done >= total:  # a bar that is full at once would only flicker
                    return
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
