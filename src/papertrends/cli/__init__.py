"""The command line: parse, call, print, exit code. Nothing is computed here."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from papertrends.cli import commands, themes
from papertrends.errors import PapertrendsError, one_line

#: So many more objects than before, and garbage is collected.
_OBJECTS = 200_000

app = typer.Typer(
    name="papertrends",
    help="What is a research field working on, and what changed since last time?",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


for _command in (commands.report, commands.update, commands.load, commands.evaluate):
    app.command()(_command)
app.add_typer(themes.app, name="themes")


@app.callback()
def _app() -> None:
    """Keep the commands apart from the options of the program itself."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 input or arguments at fault."""
    if arguments is None:
        # Looking for circles of garbage among all that is imported takes a tenth of a run.
        gc.set_threshold(_OBJECTS)
    command = typer.main.get_command(app)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with _warnings_told():
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


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Have warnings of the package written to standard error, but for those in what is told."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("papertrends: %(message)s"))
    handler.addFilter(lambda record: record.name != "papertrends.papers.loading")
    log = logging.getLogger("papertrends")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _fail(message: str, code: int) -> None:
    typer.echo(f"papertrends: {one_line(message)}", err=True)
    sys.exit(code)
