"""Find the dumps of an input, and give each a name that is the same everywhere.

Must not read what is in them beyond handing out their bytes.
"""

from __future__ import annotations

import glob
import io
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from papertrends.dumps.content import Content, unreadable
from papertrends.dumps.report import NotRead
from papertrends.dumps.unpacking import ending, unpacked
from papertrends.errors import InputError

Inputs = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""A file, a folder, a glob pattern or ``-`` for standard input, or several."""

_STDIN = "standard input"
_IN_MEMORY = 64 * 2**20


@dataclass(frozen=True)
class _Found:
    path: Path
    shown: str
    named: bool
    why_not: str | None = None


def as_paths(inputs: Inputs) -> list[str | os.PathLike[str]]:
    """Return `inputs` as a list of paths.

    Raises
    ------
    InputError
        If one of them is none.
    """
    if isinstance(inputs, str | os.PathLike):
        return [inputs]
    # The columns of a table are no paths either.
    several = isinstance(inputs, Iterable) and not hasattr(inputs, "columns")
    given: list[Any] = list(inputs) if several else [inputs]
    for one in given:
        if not isinstance(one, str | os.PathLike):
            raise InputError(
                f"an input is a {type(one).__name__}, not a path", "name files, folders or patterns"
            )
    return given


def find_dumps(inputs: Inputs, suffixes: Collection[str]) -> tuple[list[Content], list[NotRead]]:
    """Find the dumps to read, each once however often it is met.

    Parameters
    ----------
    inputs : path, or iterable of them
        Files; folders, searched through and through but for hidden files; glob
        patterns; ``-`` for standard input. What is packed as .gz or .zip counts as
        what is in it.
    suffixes : collection of str
        The endings that are read in folders and of patterns, like ``.txt``. A file
        that is named itself is read whatever its ending.

    Returns
    -------
    dumps : list of Content
        Sorted by `source`, the members of an archive in their order.
    not_read : list of NotRead
        What was met but is no dump by its ending or kind, sorted likewise.

    Raises
    ------
    InputError
        If something is missing, empty or cannot be read.
    """
    given = as_paths(inputs)
    if not given:
        raise InputError("no input was given", "name a file, a folder or a glob pattern")
    best: dict[Path, _Found] = {}
    for found in _all_found([os.fspath(one) for one in given], suffixes):
        real = found.path.resolve() if found.why_not is None else found.path
        best[real] = min(best.get(real, found), found, key=lambda one: _preference(one, real))
    sources = _short_names([found.path for found in best.values()])
    dumps: list[Content] = []
    not_read: list[NotRead] = []
    for found in sorted(best.values(), key=lambda one: sources[one.path]):
        source = sources[found.path]
        if found.why_not is not None:
            not_read.append(NotRead(source, found.why_not))
        else:
            inside, others = unpacked(_on_disk(found, source))
            dumps += inside
            not_read += others
    if "-" in given:
        dumps += unpacked(_standard_input())[0]
    return sorted(dumps, key=lambda one: one.source), not_read


def _on_disk(found: _Found, source: str) -> Content:
    def opened() -> IO[bytes]:
        return found.path.open("rb")

    return Content(found.shown, source, (found.path.name,), opened, found.path, found.named)


def _standard_input() -> Content:
    """Keep what comes in, so that it can be read more than once."""
    data = sys.stdin.buffer.read(_IN_MEMORY)
    if len(data) < _IN_MEMORY:
        return Content(_STDIN, _STDIN, ("",), lambda: io.BytesIO(data))
    copy = tempfile.NamedTemporaryFile(prefix="papertrends-")  # noqa: SIM115
    copy.write(data)
    shutil.copyfileobj(sys.stdin.buffer, copy)
    copy.flush()
    # The stream in the closure keeps the file as long as anybody may read it.
    return Content(_STDIN, _STDIN, ("",), lambda: Path(copy.name).open("rb"), Path(copy.name))


def _all_found(given: Sequence[str], suffixes: Collection[str]) -> Iterator[_Found]:
    for one in given:
        if one == "-":
            continue
        if not one.strip():
            raise InputError("an empty path was given", "name a file or a folder ('.' for this)")
        try:
            if Path(one).is_dir():
                yield from _in_folders([Path(one)], suffixes, given=one)
            elif Path(one).exists():
                yield _named(Path(one))
            elif glob.has_magic(one):
                yield from _of_pattern(one, suffixes)
            else:
                raise InputError("there is no such file", "check the path", file=one)
        except OSError as error:
            raise unreadable(error.filename or one, error) from error


def _named(path: Path) -> _Found:
    if not path.is_file():
        raise InputError(
            "this is no file but a pipe or a device",
            "give '-' and redirect it to standard input",
            file=str(path),
        )
    return _Found(_place(path), str(path), named=True)


def _met(path: Path, suffixes: Collection[str]) -> _Found:
    return _Found(_place(path), str(path), named=False, why_not=_why_not(path, suffixes))


def _place(path: Path) -> Path:
    # Folders are resolved, so that the way there does not matter; a link keeps its
    # own name, which may bear the date.
    return path.parent.resolve() / path.name


def _why_not(path: Path, suffixes: Collection[str]) -> str | None:
    if path.is_symlink() and not path.exists():
        return "not read: a link that leads nowhere"
    if not path.is_file():
        return "not read: no file but a pipe or a device"
    suffix = ending(path)
    if suffix in suffixes or suffix == ".zip" or (path.suffix.lower() == ".gz" and not suffix):
        return None
    return "not read: no reader for " + (f"'{suffix}' files" if suffix else "files without suffix")


def _preference(found: _Found, real: Path) -> tuple[bool, bool, bool, str, str]:
    return (
        found.why_not is not None, not found.named, found.path != real, str(found.path),
        found.shown,
    )  # fmt: skip


def _of_pattern(pattern: str, suffixes: Collection[str]) -> Iterator[_Found]:
    # Path.glob takes no absolute patterns.
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    if not matches:
        raise InputError("nothing matches this pattern", "check the pattern", file=pattern)
    yield from _in_folders([Path(match) for match in matches], suffixes, given=pattern)


def _in_folders(paths: list[Path], suffixes: Collection[str], *, given: str) -> list[_Found]:
    found = [_met(path, suffixes) for path in _walk(paths, visited=set())]
    if not found:
        raise InputError("there is nothing in it", "name a folder with dumps in it", file=given)
    if all(one.why_not is not None for one in found):
        raise InputError(
            f"none of the {len(found)} files in it ends in {' or '.join(sorted(suffixes))}",
            "name the files themselves if they are dumps",
            file=given,
        )
    return found


def _walk(paths: Iterable[Path], visited: set[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            real = path.resolve()
            if real not in visited:  # links may go round in circles
                visited.add(real)
                inside = (one for one in path.iterdir() if not one.name.startswith("."))
                yield from _walk(sorted(inside), visited)
        else:
            yield path


def _short_names(paths: Iterable[Path]) -> dict[Path, str]:
    """Give each path the shortest end of it that no other has."""
    names: dict[Path, str] = {}
    open_groups = [(1, sorted(set(paths)))]
    while open_groups:
        depth, group = open_groups.pop()
        ends: dict[tuple[str, ...], list[Path]] = defaultdict(list)
        for path in group:
            ends[path.parts[-depth:]].append(path)
        for end, same in ends.items():
            if len(same) == 1:
                names[same[0]] = _as_text(Path(*end))
            else:
                open_groups.append((depth + 1, same))
    return names


def _as_text(path: Path) -> str:
    # Bytes in a name that are no UTF-8 could be written to no table.
    return os.fsencode(path.as_posix()).decode("utf-8", errors="replace")
