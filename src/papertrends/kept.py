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
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from papertrends.files import replacing, sha256_of, write_bytes
from papertrends.versions import versions

_LOG = logging.getLogger(__name__)
_KEPT_REPORTS = 10
_KEPT_BYTES = 500 * 2**20
_PAGE, _TEXTS, _TOLD = "report.html", "texts.gz", "told.json"
#: Files of the package that can change a page; models and vectors are verified when loaded.
_CODE = (".py", ".js", ".css", ".j2")


class Told(NamedTuple):
    """What is said of a report, and where its abstracts are if they are not in it."""

    lines: list[str]
    beside: Path | None = None


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


def take(place: Path | None, output: Path) -> Told | None:
    """Write the report kept at `place` to `output`, and its abstracts beside it, if it has such.

    Returns
    -------
    Told or None
        None if there is none, or if its abstracts lie beside a page of another name: the page
        asks for them by theirs.

    Raises
    ------
    InputError
        If the report cannot be written.
    """
    if place is None or not place.is_dir():
        return None
    try:
        told = json.loads((place / _TOLD).read_text(encoding="utf-8"))
        page = _intact(place / _PAGE, told["sha256"])
        beside = output.with_name(told["beside"]) if told["beside"] else None
        texts = _intact(place / _TEXTS, told["beside_sha256"]) if beside else b""
        lines = [str(line) for line in told["lines"]]
        named = str(told["output"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        _LOG.warning("the report kept in %s cannot be used (%s); making it anew", place, error)
        shutil.rmtree(place, ignore_errors=True)
        return None
    if beside is None:
        write_bytes(output, page)
    elif named != output.name:
        return None
    else:
        with replacing(beside) as temporary:
            temporary.write_bytes(texts)
            # The abstracts take their place when the page has taken its own.
            write_bytes(output, page)
    return Told(lines, beside)


def keep(place: Path | None, output: Path, told: Told) -> None:
    """Keep the report at `output`, and what was told of it, for the next time."""
    if place is None:
        return
    try:
        page, beside = output.read_bytes(), told.beside
        texts = beside.read_bytes() if beside else b""
        record = {"lines": told.lines, "sha256": sha256_of(page), "output": output.name}
        record |= {"beside": beside.name if beside else "", "beside_sha256": sha256_of(texts)}
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=".new-"))
        try:
            (temporary / _PAGE).write_bytes(page)
            (temporary / _TEXTS).write_bytes(texts)
            (temporary / _TOLD).write_text(json.dumps(record), encoding="utf-8")
            shutil.rmtree(place, ignore_errors=True)
            temporary.rename(place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        _prune(place.parent)
    except OSError as error:
        _LOG.warning("the report is not kept (%s)", error)


def _intact(file: Path, sha256: str) -> bytes:
    data = file.read_bytes()
    if sha256_of(data) != sha256:
        raise ValueError(f"{file.name} is not the one that was kept")
    return data


def _prune(folder: Path) -> None:
    """Keep the reports that were made last, the newest whatever its size."""
    with suppress(OSError):  # another process may prune, too
        made = sorted(folder.iterdir(), key=lambda place: (-place.stat().st_mtime, place.name))
        n_bytes = 0
        for number, place in enumerate(made):
            n_bytes += sum(file.stat().st_size for file in place.rglob("*"))
            if number >= _KEPT_REPORTS or (number and n_bytes > _KEPT_BYTES):
                shutil.rmtree(place, ignore_errors=True)
