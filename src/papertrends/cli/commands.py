"""The commands that read dumps: report, update, load, evaluate."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from papertrends.cli.options import (
    Cluster,
    Columns,
    Count,
    Date,
    EncoderName,
    Endpoint,
    Export,
    Input,
    LabelModel,
    NewStore,
    Output,
    PapersKnown,
    Period,
    Quiet,
    Results,
    Seed,
    ThemeNames,
    ThemesFile,
    Year,
    asked_columns,
    asked_themes,
    check_cluster,
    label_endpoint,
    page_made_ready,
    progress_bars,
)

_BESIDE = "its abstracts, too many for one page"

if TYPE_CHECKING:
    from papertrends.evaluation import Evaluation
    from papertrends.results import Analysis


def report(
    inputs: Input,
    output: Output = Path("report.html"),
    theme: ThemeNames = None,
    themes: ThemesFile = None,
    by: Period = "auto",
    date: Date = "digest",
    count: Count = "every",
    year: Year = None,
    column: Columns = None,
    papers_known: PapersKnown = None,
    encoder: EncoderName = "auto",
    seed: Seed = 0,
    endpoint: Endpoint = None,
    label_model: LabelModel = None,
    store: NewStore = None,
    export: Export = None,
    cluster: Cluster = None,
    results: Results = None,
    quiet: Quiet = False,
) -> None:
    """Turn dumps into an HTML report of their themes' frequency over time."""
    from papertrends.files import check_writable
    from papertrends.kept import Told, keep, take

    check_writable(output)
    check_cluster(cluster, results, store)
    settings: dict[str, Any] = {
        "themes": asked_themes(theme, themes),
        "by": by,
        "date": date,
        "count": count,
        "year": year,
        "columns": asked_columns(column),
        "papers_known": papers_known,
        "encoder": encoder,
        "seed": seed,
        "labels_from": label_endpoint(endpoint, label_model),
    }
    place = _place(inputs, settings) if not (store or export or cluster) else None
    told = take(place, output)
    if told is None:
        analysis = _made(inputs, settings, store, cluster, results, quiet=quiet)
        _write(analysis, output, export)
        lines = _lines([*analysis.load_report.sentences(), *analysis.notes], analysis)
        told = Told(lines, _beside(analysis, output))
        keep(place, output, told)
    if not quiet:
        others = {"tables": export, "store": store, "datasets": results}
        _tell(told.lines, output, {_BESIDE: told.beside, **others})


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
        others = {_BESIDE: _beside(analysis, output), "tables": export, "store": store}
        _tell(_lines([*analysis.news, *analysis.notes], analysis), output, others)


def load(
    inputs: Input,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The papers as .parquet, .csv, .json, .jsonl or .bib.",
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


def _made(
    inputs: list[str],
    settings: dict[str, Any],
    store: Path | None,
    cluster: str | None,
    results: Path | None,
    *,
    quiet: bool,
) -> Analysis:
    """Analyse dumps on this machine or on a cluster."""
    stage = "embedding" if cluster is None else "assigning"
    with progress_bars(quiet) as shown, page_made_ready(shown, stage) as progress:
        from papertrends.trends import check_options

        check_options(settings["by"], settings["date"], settings["count"])
        if cluster is None:
            from papertrends.analysis import analyse

            return analyse(inputs, store=store, progress=progress, **settings)
        from papertrends import scale

        return scale.analyse(
            inputs, cluster=cluster, results=results, progress=progress, **settings
        )


def _write(analysis: Analysis, output: Path, export: Path | None) -> None:
    if export:
        analysis.export(export)
    analysis.write_report(output)


def _place(inputs: list[str], settings: dict[str, Any]) -> Path | None:
    """Return where the report of this command is kept, if it can be told."""
    from papertrends.files import cache_folder
    from papertrends.kept import place_of

    named = settings["encoder"] in ("auto", "minilm", "distilled")
    if not named or settings["labels_from"] is not None:
        return None  # what another encoder's name stands for can change, and so can an endpoint
    asked = settings["themes"]
    themes = None if asked is None else [one.as_dict() for one in asked]
    known = settings["papers_known"]
    plain = settings | {"themes": themes, "papers_known": str(known)}
    return place_of(inputs, plain, known, cache_folder())


def _lines(told: list[str], analysis: Analysis) -> list[str]:
    """Return what is said of an analysis: what was done, and what changed."""
    return [*told, "", *(sentence.text for sentence in analysis.summary.headline), ""]


def _beside(analysis: Analysis, output: Path) -> Path | None:
    from papertrends.report.page import texts_beside

    return texts_beside(analysis.summary, output)


def _tell(lines: list[str], output: Path, others: dict[str, Path | None]) -> None:
    """Print what is said, and where everything is."""
    places = [f"{name}: {place}" for name, place in others.items() if place]
    typer.echo("\n".join([*lines, f"report: {output}", *places]))
