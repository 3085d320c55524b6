"""The command line: parse, call, print, exit code. Nothing is computed here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from papertrends.errors import InputError, PapertrendsError, one_line
from papertrends.progress import Progress, silent

if TYPE_CHECKING:
    from papertrends.evaluation import Evaluation
    from papertrends.themes.endpoint import LabelEndpoint
    from papertrends.themes.theme import Theme

app = typer.Typer(
    name="papertrends",
    help="What is a research field working on, and what changed since last time?",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _whole_number(given: str | int) -> int:
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
        parser=_whole_number,
        help="The year of dates written without one.",
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
        help="auto or minilm; any other name is a sentence-transformers model.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", parser=_whole_number, help="Same files and seed, same bytes."
    ),
]


@app.command()
def report(
    inputs: Input,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The report to write.")
    ] = Path("report.html"),
    theme: ThemeNames = None,
    themes: ThemesFile = None,
    by: Annotated[
        str,
        typer.Option("--by", metavar="PERIOD", help="auto, digest, week, month, quarter or year."),
    ] = "auto",
    date: Annotated[
        str,
        typer.Option(
            "--date", metavar="DATE", help="Count papers at the date of their digest or published."
        ),
    ] = "digest",
    count: Annotated[
        str,
        typer.Option(
            "--count",
            metavar="WHICH",
            help="A paper in two digests counts in every one of them, or in the first only.",
        ),
    ] = "every",
    year: Year = None,
    encoder: EncoderName = "auto",
    seed: Seed = 0,
    label_endpoint: Annotated[
        str | None,
        typer.Option(
            "--label-endpoint",
            metavar="URL",
            help="Ask the model there, behind OpenAI's interface, to name discovered themes; "
            "sends it titles and abstracts. Key: environment variable PAPERTRENDS_API_KEY.",
        ),
    ] = None,
    label_model: Annotated[
        str | None,
        typer.Option("--label-model", metavar="NAME", help="The model to ask there."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="DIR", help="Write all tables there, too."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Turn dumps into an HTML report of their themes' frequency over time."""
    from papertrends.files import check_writable
    from papertrends.trends import check_options

    check_options(by, date, count)
    check_writable(output)
    asked = _asked(theme, themes)
    labels_from = _label_endpoint(label_endpoint, label_model)

    from papertrends.analysis import analyse

    with _progress(quiet) as progress:
        analysis = analyse(
            inputs,
            themes=asked,
            by=by,
            date=date,
            count=count,
            year=year,
            encoder=encoder,
            seed=seed,
            labels_from=labels_from,
            progress=progress,
        )
    if export:
        analysis.export(export)
    analysis.write_report(output)
    if not quiet:
        lines = [*analysis.load_report.sentences(), *analysis.notes, ""]
        lines += [sentence.text for sentence in analysis.summary.headline]
        lines += ["", f"report: {output}", *([f"tables: {export}"] if export else [])]
        typer.echo("\n".join(lines))


@app.command()
def load(
    inputs: Input,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The papers as .parquet, .csv or .jsonl.",
        ),
    ] = None,
    year: Year = None,
    format: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="Read all inputs as this format."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Show what the loader sees in dumps, and write it as a table."""
    from papertrends.export import check_table_path, write_table
    from papertrends.files import check_writable
    from papertrends.papers import load as load_dumps

    if output:
        check_table_path(output)
        check_writable(output)
    loaded = load_dumps(inputs, year=year, format=format)
    if output:
        write_table(loaded.papers, output)
    if not quiet:
        lines = loaded.report.sentences()
        typer.echo("\n".join([*lines, *([f"papers: {output}"] if output else [])]))


@app.command()
def evaluate(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...", help="Tables of papers (.parquet, .csv, .jsonl), or dumps."
        ),
    ],
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels", metavar="COLUMN", help="The column that says what each paper is about."
        ),
    ] = None,
    theme: ThemeNames = None,
    themes: ThemesFile = None,
    encoder: EncoderName = "auto",
    seed: Seed = 0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="All figures as JSON."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tell how good and how stable the themes of papers are."""
    from papertrends.files import check_writable, write_text

    if output:
        check_writable(output)
    asked = _asked(theme, themes)

    from papertrends.evaluation import evaluate as evaluate_themes

    with _progress(quiet) as progress:
        result = evaluate_themes(
            inputs, labels=labels, themes=asked, encoder=encoder, seed=seed, progress=progress
        )
    if output:
        text = json.dumps(result.as_dict(), ensure_ascii=False, indent=2, sort_keys=True)
        write_text(output, f"{text}\n")
    if not quiet:
        typer.echo("\n".join(result.notes))
        _show(result)
        if output:
            typer.echo(f"figures: {output}")


@app.callback()
def _app() -> None:
    """Keep the commands apart from the options of the program itself."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 input or arguments at fault."""
    command = typer.main.get_command(app)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = command.main(given or ["--help"], prog_name="papertrends", standalone_mode=False)
    except PapertrendsError as error:
        _fail(str(error), 2)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        _fail(f"{message().rstrip('.')}; see 'papertrends --help'", 2)
    sys.exit(code if isinstance(code, int) else 0)


def _label_endpoint(url: str | None, model: str | None) -> LabelEndpoint | None:
    if url is None and model is None:
        return None
    if url is None:
        raise InputError("--label-model needs an endpoint", "give --label-endpoint URL, too")
    if model is None:
        raise InputError("--label-endpoint needs a model", "give --label-model NAME, too")
    from papertrends.themes.endpoint import LabelEndpoint

    return LabelEndpoint(url, model)


def _asked(names: list[str] | None, file: Path | None) -> tuple[Theme, ...] | None:
    """Return the themes of the command line and of the file, None if there are neither."""
    from papertrends.themes.theme import as_themes, read_themes

    if not names and not file:
        return None
    return as_themes([*(read_themes(file) if file else ()), *(names or ())])


def _show(result: Evaluation) -> None:
    """Print the figures as a table."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table("", "level", "value", "worst", "over", box=SIMPLE_HEAD)
    for measure, level, value, worst, over in result.table().itertuples(index=False):
        digits = 0 if measure.endswith("themes") else 3
        numbers = ["" if one != one else f"{one:.{digits}f}" for one in (value, worst)]
        table.add_row(measure, level, *numbers, over)
    Console(width=None if sys.stdout.isatty() else 100).print(table)


def _fail(message: str, code: int) -> None:
    typer.echo(f"papertrends: {one_line(message)}", err=True)
    sys.exit(code)


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
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
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
