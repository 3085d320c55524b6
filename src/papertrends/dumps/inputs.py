"""Find the files of an input, and give each a name that is the same everywhere.

Must not read what is in them beyond handing out their bytes.
"""

from __future__ import annotations

import glob
import os
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from papertrends.errors import InputError

Inputs = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""A file, a folder, a glob pattern or ``-`` for standard input, or several."""

_STDIN = "standard input"


@dataclass(frozen=True)
class InputFile:
    """One file to be read.

    Attributes
    ----------
    shown : str
        Its path as the user gave it, for messages.
    path : Path or None
        Where it is; None for standard input.
    source : str
        Its name in tables and reports: the file's name, with as much of its folders
        as tells it from others of that name. Neither the current folder nor the way
        the path was written matters.
    """

    shown: str
    path: Path | None
    source: str

    @property
    def name(self) -> str:
        """The file's own name; empty for standard input."""
        return self.path.name if self.path else ""

    def read(self) -> bytes:
        """Return the content.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        if self.path is None:
            return sys.stdin.buffer.read()
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise _unreadable(self.shown, error) from error


@dataclass(frozen=True)
class _Found:
    path: Path
    shown: str
    taken: bool


def find_files(
    inputs: Inputs, suffixes: Collection[str]
) -> tuple[list[InputFile], list[InputFile]]:
    """Find the files to read, each once however often it is met.

    Parameters
    ----------
    inputs : path, or iterable of them
        Files; folders, searched through and through but for hidden files; glob
        patterns; ``-`` for standard input.
    suffixes : collection of str
        The endings that are read in folders and of patterns, like ``.txt``. A file
        that is named itself is read whatever its ending.

    Returns
    -------
    files : list of InputFile
        Sorted by `source`.
    not_read : list of InputFile
        What was met but has another ending, sorted likewise.

    Raises
    ------
    InputError
        If something is missing, empty or cannot be read.
    """
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    if not given:
        raise InputError("no input was given", "name a file, a folder or a glob pattern")
    best: dict[Path, _Found] = {}
    for found in _all_found([os.fspath(one) for one in given], suffixes):
        real = found.path.resolve()
        best[real] = min(best.get(real, found), found, key=lambda one: _preference(one, real))
    sources = _short_names([found.path for found in best.values()])
    files = [
        (found.taken, InputFile(found.shown, found.path, sources[found.path]))
        for found in best.values()
    ]
    if "-" in given:
        files.append((True, InputFile(_STDIN, None, _STDIN)))
    files.sort(key=lambda one: one[1].source)
    return [one for taken, one in files if taken], [one for taken, one in files if not taken]


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
                yield _found(Path(one), taken=True)
            elif glob.has_magic(one):
                yield from _of_pattern(one, suffixes)
            else:
                raise InputError("there is no such file", "check the path", file=one)
        except OSError as error:
            raise _unreadable(error.filename or one, error) from error


def _found(path: Path, *, taken: bool) -> _Found:
    # Folders are resolved, so that the way there does not matter; a link keeps its
    # own name, which may bear the date.
    return _Found(path.parent.resolve() / path.name, str(path), taken)


def _preference(found: _Found, real: Path) -> tuple[bool, bool, str, str]:
    return (not found.taken, found.path != real, str(found.path), found.shown)


def _of_pattern(pattern: str, suffixes: Collection[str]) -> Iterator[_Found]:
    # Path.glob takes no absolute patterns.
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    if not matches:
        raise InputError("nothing matches this pattern", "check the pattern", file=pattern)
    yield from _in_folders([Path(match) for match in matches], suffixes, given=pattern)


def _in_folders(paths: list[Path], suffixes: Collection[str], *, given: str) -> list[_Found]:
    found = [
        _found(path, taken=path.suffix.lower() in suffixes) for path in _walk(paths, visited=set())
    ]
    if not found:
        raise InputError("there is nothing in it", "name a folder with dumps in it", file=given)
    if not any(one.taken for one in found):
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


def _unreadable(shown: str, error: OSError) -> InputError:
    return InputError(
        f"cannot be read ({error.strerror or error})",
        "check the file and who may read it",
        file=shown,
    )
