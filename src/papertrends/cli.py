"""The command line: parse, call, print, exit code. Nothing is computed here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from papertrends.errors import InputError, PapertrendsError, did_you_mean, one_line
from papertrends.progress import Progress, silent

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


@app.command()
def report(
    inputs: Input,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The report to write.")
    ] = Path("report.html"),
    theme: Annotated[
        list[str] | None,
        typer.Option("--theme", metavar="NAME", help="A theme to find; may be given often."),
    ] = None,
    themes: Annotated[
        Path | None,
        typer.Option("--themes", metavar="FILE.toml", help="Themes to find, as [[theme]] tables."),
    ] = None,
    by: Annotated[
        str,
        typer.Option("--by", metavar="PERIOD", help="auto, digest, week, month, quarter or year."),
    ] = "auto",
    year: Year = None,
    encoder: Annotated[
        str,
        typer.Option(
            "--encoder",
            metavar="NAME",
            help="auto or minilm; any other name is a sentence-transformers model.",
        ),
    ] = "auto",
    seed: Annotated[
        int,
        typer.Option(
            "--seed", metavar="N", parser=_whole_number, help="Same files and seed, same bytes."
        ),
    ] = 0,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="DIR", help="Write all tables there, too."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Turn dumps into an HTML report of their themes' frequency over time."""
    from papertrends.files import check_writable
    from papertrends.themes.theme import as_themes, read_themes
    from papertrends.trends import PERIODS

    if by not in PERIODS:
        raise InputError(f"there is no period '{by}'", did_you_mean(by, PERIODS))
    check_writable(output)
    from_file = read_themes(themes) if themes else ()
    asked = as_themes([*from_file, *(theme or ())]) if themes or theme else None

    from papertrends.analysis import analyse

    with _progress(quiet) as progress:
        analysis = analyse(
            inputs,
            themes=asked,
            by=by,
            year=year,
            encoder=encoder,
            seed=seed,
            progress=progress,
        )
    if export:
        analysis.export(export)
    analysis.write_report(output)
    if not quiet:
        lines = [*analysis.load_report.sentences(), *analysis.model.notes, ""]
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
