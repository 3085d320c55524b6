"""The commands that read dumps: report, update, load, evaluate."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from papertrends.cli.options import (
    Columns,
    EncoderName,
    Export,
    Input,
    Output,
    PapersKnown,
    Quiet,
    Seed,
    ThemeNames,
    ThemesFile,
    Year,
    asked_columns,
    asked_themes,
    label_endpoint,
    progress_bars,
)

if TYPE_CHECKING:
    from papertrends.analysis import Analysis
    from papertrends.evaluation import Evaluation


def report(
    inputs: Input,
    output: Output = Path("report.html"),
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
    column: Columns = None,
    papers_known: PapersKnown = None,
    encoder: EncoderName = "auto",
    seed: Seed = 0,
    endpoint: Annotated[
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
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="FILE", help="Make a store there, for 'update' to add new dumps to."
        ),
    ] = None,
    export: Export = None,
    quiet: Quiet = False,
) -> None:
    """Turn dumps into an HTML report of their themes' frequency over time."""
    from papertrends.files import check_writable
    from papertrends.trends import check_options

    check_options(by, date, count)
    check_writable(output)
    asked = asked_themes(theme, themes)
    labels_from = label_endpoint(endpoint, label_model)

    from papertrends.analysis import analyse

    with progress_bars(quiet) as progress:
        analysis = analyse(
            inputs,
            themes=asked,
            by=by,
            date=date,
            count=count,
            year=year,
            columns=asked_columns(column),
            papers_known=papers_known,
            encoder=encoder,
            seed=seed,
            labels_from=labels_from,
            store=store,
            progress=progress,
        )
    _write(analysis, output, export)
    if not quiet:
        _tell([*analysis.load_report.sentences(), *analysis.notes], analysis, output, export, store)


def update(
    store: Annotated[
        Path, typer.Option("--store", metavar="FILE", help="The store that 'report' has made.")
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT]...", help="New dumps; none to refit, or for the report of the store."
        ),
    ] = None,
    output: Output = Path("report.html"),
    refit: Annotated[
        bool, typer.Option("--refit", help="Learn the themes anew, and match them to the old.")
    ] = False,
    year: Year = None,
    column: Columns = None,
    papers_known: PapersKnown = None,
    export: Export = None,
    quiet: Quiet = False,
) -> None:
    """Add new dumps to a store, and report what they changed."""
    from papertrends.files import check_writable

    check_writable(output)

    from papertrends.updating import update as update_store

    with progress_bars(quiet) as progress:
        analysis = update_store(
            inputs or (),
            store=store,
            refit=refit,
            year=year,
            columns=asked_columns(column),
            papers_known=papers_known,
            progress=progress,
        )
    _write(analysis, output, export)
    if not quiet:
        _tell([*analysis.news, *analysis.notes], analysis, output, export, store)


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
    column: Columns = None,
    papers_known: PapersKnown = None,
    quiet: Quiet = False,
) -> None:
    """Show what the loader sees in dumps, and write it as a table."""
    from papertrends.export import check_table_path, write_table
    from papertrends.files import check_writable
    from papertrends.papers import load as load_dumps

    if output:
        check_table_path(output)
        check_writable(output)
    loaded = load_dumps(
        inputs,
        year=year,
        format=format,
        columns=asked_columns(column),
        papers_known=papers_known,
    )
    if output:
        write_table(loaded.papers, output)
    if not quiet:
        lines = loaded.report.sentences()
        typer.echo("\n".join([*lines, *([f"papers: {output}"] if output else [])]))


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
    asked = asked_themes(theme, themes)

    from papertrends.evaluation import evaluate as evaluate_themes

    with progress_bars(quiet) as progress:
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


def _write(analysis: Analysis, output: Path, export: Path | None) -> None:
    if export:
        analysis.export(export)
    analysis.write_report(output)


def _tell(
    lines: list[str], analysis: Analysis, output: Path, export: Path | None, store: Path | None
) -> None:
    """Say what was done, what changed, and where it all is."""
    from papertrends.report.page import texts_beside

    lines = [*lines, "", *(sentence.text for sentence in analysis.summary.headline), ""]
    lines.append(f"report: {output}")
    beside = texts_beside(analysis.summary, output)
    lines += [f"its abstracts, too many for one page: {beside}"] if beside else []
    lines += [f"tables: {export}"] if export else []
    lines += [f"store: {store}"] if store else []
    typer.echo("\n".join(lines))
