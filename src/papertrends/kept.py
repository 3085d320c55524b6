"""Reports kept between runs: the same command on the same files gives the same page at once.

Must never be needed, nor import anything that a report is made with: where nothing is kept,
or what was kept cannot be read, the report is made anew.
"""

from __future__ import annotations

import datetime
import glob
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from papertrends.files import replacing
from papertrends.versions import versions

_LOG = logging.getLogger(__name__)
_KEPT_REPORTS = 10
_PAGE, _TOLD = "report.html", "told.json"
#: Files of the package that can change a page; models and vectors are verified when loaded.
_CODE = (".py", ".js", ".css", ".j2")


def place_of(
    inputs: Sequence[str], settings: Mapping[str, Any], known: Path | None, cache: Path
) -> Path | None:
    """Return where the report of a command is kept, whether it is there or not.

    Parameters
    ----------
    inputs : sequence of str
        Files, folders and patterns, as the command line has them.
    settings : mapping
        What else was asked for, as JSON-able values.
    known : Path, optional
        The look-up table of known papers.
    cache : Path
        The folder of all that is kept.

    Returns
    -------
    Path or None
        Found by the inputs' names and content, the settings, the day (a year that a dump
        leaves out is told by it), the versions and the code. None where the inputs cannot be
        read twice, or not all of them at all.
    """
    digest = hashlib.sha256()
    day = datetime.date.today().isoformat()
    for part in (list(inputs), dict(settings), day, versions(), os.getcwd()):  # noqa: PTH109
        digest.update(json.dumps(part, sort_keys=True).encode("utf-8", errors="surrogatepass"))
    try:
        for file in [*_files(inputs), *([known] if known else []), *_code()]:
            digest.update(os.fsencode(file.resolve()))
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    except OSError:
        return None  # what is wrong is for the reader of dumps to say
    return cache / "reports" / digest.hexdigest()[:32]


def _files(inputs: Sequence[str]) -> Iterator[Path]:
    """Yield every file below the inputs, in a fixed order; raise OSError for what is none."""
    for given in inputs:
        path = Path(given)
        if path.is_dir():
            for folder, inside, names in os.walk(path):
                inside.sort()
                yield from (_regular(Path(folder, name)) for name in sorted(names))
                if any(Path(folder, name).is_symlink() for name in inside):
                    raise OSError(f"{folder}: folders behind links are not followed here")
        elif path.exists():
            yield _regular(path)
        else:
            for one in sorted(glob.glob(given, recursive=True)) or [given]:  # noqa: PTH207
                yield _regular(Path(one))


def _regular(path: Path) -> Path:
    if not path.is_file():
        raise OSError(f"{path}: no file")
    return path


def _code() -> list[Path]:
    home = Path(__file__).parent
    return sorted(file for file in home.rglob("*") if file.suffix in _CODE)


def take(place: Path | None, output: Path) -> list[str] | None:
    """Write the report kept at `place` to `output`; return what was told of it.

    Returns
    -------
    list of str or None
        None if there is none.

    Raises
    ------
    InputError
        If the report cannot be written.
    """
    if place is None or not place.is_dir():
        return None
    try:
        told = json.loads((place / _TOLD).read_text(encoding="utf-8"))
        page = (place / _PAGE).read_bytes()
        if told["sha256"] != hashlib.sha256(page).hexdigest():
            raise ValueError("the page is not the one that was kept")
        lines = [str(line) for line in told["lines"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        _LOG.warning("the report kept in %s cannot be used (%s); making it anew", place, error)
        shutil.rmtree(place, ignore_errors=True)
        return None
    with replacing(output) as temporary:
        temporary.write_bytes(page)
    return lines


def keep(place: Path | None, output: Path, lines: Sequence[str]) -> None:
    """Keep the report at `output`, and what was told of it, for the next time."""
    if place is None:
        return
    try:
        page = output.read_bytes()
        told = {"lines": list(lines), "sha256": hashlib.sha256(page).hexdigest()}
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=".new-"))
        try:
            (temporary / _PAGE).write_bytes(page)
            (temporary / _TOLD).write_text(json.dumps(told), encoding="utf-8")
            if not place.exists():
                temporary.rename(place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        _prune(place.parent)
    except OSError as error:
        _LOG.warning("the report is not kept (%s)", error)


def _prune(folder: Path) -> None:
    """Keep the reports that were made last."""
    made = sorted(folder.iterdir(), key=lambda place: (-place.stat().st_mtime, place.name))
    for place in made[_KEPT_REPORTS:]:
        shutil.rmtree(place, ignore_errors=True)
