"""The themes of a store: listed, described, and put right by a person.

Parses, calls and prints, as all of the command line. Listing and describing load
no model.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from papertrends.cli.options import progress_bars
from papertrends.errors import InputError, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from papertrends.editing import ThemeEditor
    from papertrends.results import Analysis
    from papertrends.store import Store

app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)

StoreFile = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="The store they are in.")
]
ThemeGiven = Annotated[
    str, typer.Argument(metavar="THEME", help="Its id or its name, as the list has them.")
]

#: So many papers are listed of a theme, and so many examples of what it is found by.
_SHOWN = 10


@app.callback(invoke_without_command=True)
def themes(context: typer.Context, store: StoreFile = None) -> None:
    """List the themes of a store, or put them right with one of the commands.

    What is put right stays so in all later runs. A theme is named by its id or its
    name; an id never changes.
    """
    context.obj = store
    if context.invoked_subcommand is None:
        _say(_list(_opened(context, None).themes))


@app.command()
def rename(
    context: typer.Context,
    theme: ThemeGiven,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    store: StoreFile = None,
) -> None:
    """Call a theme otherwise; its id stays."""
    _correct(context, store, lambda editor: editor.rename(theme, name))


@app.command()
def merge(
    context: typer.Context,
    theme: Annotated[list[str], typer.Argument(metavar="THEME", help="Themes that are to go.")],
    into: Annotated[str, typer.Option("--into", metavar="THEME", help="The theme that stays.")],
    store: StoreFile = None,
) -> None:
    """Make the papers of themes papers of another."""
    _correct(context, store, lambda editor: editor.merge(theme, into))


@app.command()
def split(
    context: typer.Context,
    theme: ThemeGiven,
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="What to call the parts, two or more; none to split it into the finer themes "
            "under it.",
        ),
    ] = None,
    store: StoreFile = None,
) -> None:
    """Split a theme into parts. Each paper goes to the one that it is most like."""
    _correct(context, store, lambda editor: editor.split(theme, name or ()))


@app.command()
def retire(context: typer.Context, theme: ThemeGiven, store: StoreFile = None) -> None:
    """Take a theme, and finer ones under it, out of use for good."""
    _correct(context, store, lambda editor: editor.retire(theme))


@app.command()
def alias(
    context: typer.Context,
    theme: ThemeGiven,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help="Other words for it, each in quotes.")
    ],
    store: StoreFile = None,
) -> None:
    """Add words by which a theme is found from now on."""
    _correct(context, store, lambda editor: editor.alias(theme, *words))


@app.command()
def example(
    context: typer.Context,
    theme: ThemeGiven,
    paper: Annotated[
        list[str], typer.Argument(metavar="PAPER", help="Ids, arXiv ids or titles of papers.")
    ],
    not_: Annotated[
        bool, typer.Option("--not", help="They are not about it, though they sound like it.")
    ] = False,
    store: StoreFile = None,
) -> None:
    """Say of papers that they are about a theme, or are not. It is learned anew from that."""
    _correct(context, store, lambda editor: editor.example(theme, *paper, belongs=not not_))


@app.command()
def describe(
    context: typer.Context,
    theme: ThemeGiven,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT", help="What papers about it do, in a sentence or two, to find it by."
        ),
    ] = None,
    store: StoreFile = None,
) -> None:
    """Show all about a theme; with TEXT, say what papers about it do."""
    if text is None:
        _say(_all_about(_opened(context, store), theme))
    else:
        _correct(context, store, lambda editor: editor.describe(theme, text))


def _path(context: typer.Context, given: Path | None) -> Path:
    path: Path | None = given or context.obj
    if path is None:
        raise InputError("no store was named", "say --store FILE")
    return path


def _correct(
    context: typer.Context, store: Path | None, change: Callable[[ThemeEditor], Analysis]
) -> None:
    """Have a correction made, and tell what it did."""
    path = _path(context, store)

    from papertrends.editing import ThemeEditor

    with progress_bars(quiet=False) as progress:
        analysis = change(ThemeEditor(path, progress=progress))
    _say(analysis.news)


def _opened(context: typer.Context, given: Path | None) -> Store:
    from papertrends.store import open_store

    return open_store(_path(context, given))


def _say(lines: Iterable[str]) -> None:
    typer.echo("\n".join(lines))


def _plain(text: object) -> str:
    """Return `text` without the control characters that a terminal would obey."""
    from papertrends.dumps.text import fold

    return fold(str(text))


def _list(table: pd.DataFrame) -> list[str]:
    """Return a line for each theme, finer ones behind the broad one they are part of."""
    if table.empty:
        return ["there are no themes in this store"]
    rows = {str(row["theme_id"]): row for row in table.to_dict("records")}
    under: dict[str, list[str]] = {key: [] for key in ("", *rows)}
    for key, row in rows.items():
        under[row["parent"] if row["parent"] in rows else ""].append(key)

    def with_finer(key: str, depth: int) -> list[tuple[str, int]]:
        finer = [one for below in under[key] for one in with_finer(below, depth + 1)]
        return [(key, depth), *finer] if key else finer

    ordered = with_finer("", -1)
    wide = max(len(key) + 2 * depth for key, depth in ordered)
    return [f"{'theme':<{wide}}  papers  kind        name"] + [
        f"{'  ' * depth + key:<{wide}}  {rows[key]['n_papers']:>6,}  "
        f"{rows[key]['kind']:<10}  {_plain(rows[key]['name'])}"
        for key, depth in ordered
    ]


def _all_about(store: Store, given: str) -> list[str]:
    """Return what there is to be known of one theme, line by line."""
    from papertrends.tables import names_of
    from papertrends.themes.registry import find_theme

    registry = store.registry
    key = find_theme(registry, given)
    known, theme, changes = (
        next(row for row in table.to_dict("records") if row["theme_id"] == key)
        for table in (registry, store.themes, store.changes)
    )
    names = names_of(registry)
    lines = [
        f"{_plain(theme['name'])} ({key})",
        f"{theme['kind']}, there since {known['born']:%Y-%m-%d}, name from {known['named_by']}"
        + (", held by a person" if known["pinned"] else ""),
        f"papers: {theme['n_papers']:,}{_span(theme)}",
        f"trend: {changes['verdict']} ({changes['basis']})",
        f"keywords: {_plain(theme['keywords'])}",
        f"stability: {theme['stability']:.2f}",
    ]
    if theme["parent"]:
        lines.append(f"part of: {_plain(names[theme['parent']])} ({theme['parent']})")
    if known["definition"]:
        lines += _found_by(json.loads(known["definition"]))
    past = store.history[store.history["theme_id"] == key].to_dict("records")
    lines += ["", "history:", *(_told(row, names) for row in past)]
    return [*lines, "", "most typical papers:", *_typical(store, key)]


def _found_by(definition: Mapping[str, Any]) -> list[str]:
    """Return what a named theme is found by."""
    lines = ["words: " + _plain(", ".join([definition["name"], *definition["aliases"]]))]
    for field, label in (("examples", "examples"), ("not_examples", "not examples")):
        given = definition[field]
        more = f", and {len(given) - _SHOWN:,} more" if len(given) > _SHOWN else ""
        if given:
            lines.append(f"{label}: {_plain(', '.join(given[:_SHOWN]))}{more}")
    if definition["description"]:
        lines.append(f"description: {_plain(definition['description'])}")
    return lines


def _told(row: Mapping[Hashable, Any], names: Mapping[str, str]) -> str:
    """Return an event of a theme's history in a line."""
    others = ", ".join(f"'{names.get(key, key)}'" for key in row["others"].split(", ") if key)
    joint = {"merged": " into ", "split": " into "}.get(row["event"], " out of ")
    what = f"{row['event']}{joint + others if others else ''}"
    day = f"{row['date']:%Y-%m-%d}"
    return f"  {day}  {_plain(what)} ({row['by']}): {_plain(row['reason'])}"


def _span(theme: Mapping[Hashable, Any]) -> str:
    import pandas as pd

    days = [theme["first_digest"], theme["last_digest"]]
    return "" if any(map(pd.isna, days)) else f", {days[0]:%Y-%m-%d} to {days[1]:%Y-%m-%d}"


def _typical(store: Store, key: str) -> list[str]:
    rows = store.memberships[store.memberships["theme_id"] == key]
    best = rows.sort_values(["score", "paper_id"], ascending=[False, True]).head(_SHOWN)
    titles = store.papers.drop_duplicates("paper_id").set_index("paper_id")["title"]
    return [
        f"  {score:.2f}  {paper}  {shortened(_plain(titles[paper]), 90)}"
        for paper, score in zip(best["paper_id"], best["score"], strict=True)
    ]
