"""The content of one dump, wherever it comes from, read as a whole or line by line.

Must not know of any format. Nothing is held that nobody asked for: a dump that
is read line by line takes no more memory than its longest line.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from papertrends.dumps.text import decode, encoding_of, split_lines
from papertrends.errors import InputError

LARGEST = 256 * 2**20
"""Bytes that a dump may have which is read as a whole."""

LONGEST_LINE = 16 * 2**20
"""Bytes that a line may have in a dump that is read line by line."""

_BEGINNING = 200_000
_PIECE = 2**20


@dataclass(frozen=True)
class Content:
    """One dump: a file, one in an archive, or standard input.

    Attributes
    ----------
    file : str
        Its path as the user gave it, for messages.
    source : str
        Its name in tables and reports, the same everywhere.
    names : tuple of str
        Names that may bear its date: its own, without the ending of a compression,
        then that of the archive it lies in.
    opened : callable
        Gives a stream of its bytes, from the beginning, each time.
    path : Path or None
        Where it lies as it is, if it does.
    named : bool
        Whether the user named it; a file met in a folder may be no dump.
    """

    file: str
    source: str
    names: tuple[str, ...]
    opened: Callable[[], IO[bytes]]
    path: Path | None = None
    named: bool = True

    @contextmanager
    def stream(self) -> Iterator[IO[bytes]]:
        """Give a stream of its bytes; one that cannot be read is an `InputError`."""
        try:
            with self.opened() as stream:
                yield stream
        except OSError as error:
            raise unreadable(self.file, error) from error

    def beginning(self) -> bytes:
        """Return the first 200,000 bytes."""
        with self.stream() as stream:
            return stream.read(_BEGINNING)

    def data(self) -> bytes:
        """Return all bytes; more than `LARGEST` are refused."""
        with self.stream() as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise InputError(
                f"the file has more than {LARGEST // 2**20} MB, and its format is read as a whole",
                "split it, a digest to a file, or make a .jsonl of it",
                file=self.file,
            )
        return data

    def text(self) -> tuple[str, tuple[str, ...]]:
        """Return the whole text, and what had to be put right in it; see `text.decode`."""
        return decode(self.data(), file=self.file)

    def lines(self) -> Lines:
        """Return the lines, to be read one after the other."""
        return Lines(self)

    def sha256(self) -> str:
        """Return the SHA-256 of its bytes in hex."""
        found = hashlib.sha256()
        with self.stream() as stream:
            while piece := stream.read(_PIECE):
                found.update(piece)
        return found.hexdigest()

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Give a file with these bytes, for libraries that want one."""
        if self.path is not None:
            yield self.path
            return
        with tempfile.NamedTemporaryFile(prefix="papertrends-") as copy, self.stream() as stream:
            while piece := stream.read(_PIECE):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)


def unreadable(file: str, error: OSError) -> InputError:
    """Return the error that says why a file cannot be read."""
    return InputError(
        f"cannot be read ({error.strerror or error})",
        "check the file and who may read it",
        file=file,
    )


def of_bytes(data: bytes, *, file: str) -> Content:
    """Return the content that consists of `data`."""
    return Content(file, file, (file,), lambda: io.BytesIO(data))


@dataclass
class Lines:
    """The lines of a dump, decoded one by one like a whole text is.

    Iterating gives pairs of the line's number, from 1, and its text without the
    line's end. A line longer than `LONGEST_LINE` is refused.

    Attributes
    ----------
    notes : tuple of str
        What had to be put right in the lines read so far.
    """

    content: Content
    notes: tuple[str, ...] = field(default=(), init=False)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Read from the beginning."""
        self.notes = ()
        number = 0
        with self.content.stream() as stream:
            encoding = encoding_of(stream.read(4))
        with self.content.stream() as stream:
            blocks = _blocks(stream) if encoding == "utf-8" else _wide(stream, encoding)
            for block in blocks:
                for line in self._decoded(block, number + 1):
                    number += 1
                    yield number, line

    def _decoded(self, block: bytes, first: int) -> list[str]:
        """Return the lines of a block that begins with line `first`."""
        try:
            text = block.decode("utf-8") if len(block) <= LONGEST_LINE else None
        except UnicodeDecodeError:
            text = None
        if text is None or "\0" in text:
            return self._one_by_one(block, first)
        lines = split_lines(text.removeprefix("\ufeff") if first == 1 else text)
        return lines[:-1] if not lines[-1] else lines

    def _one_by_one(self, block: bytes, first: int) -> list[str]:
        """Do it line by line, to say which one is at fault."""
        lines: list[str] = []
        for raw in block.removesuffix(b"\n").split(b"\n"):
            number = first + len(lines)
            if len(raw) > LONGEST_LINE:
                raise InputError(
                    f"a line of more than {LONGEST_LINE // 2**20} MB",
                    "give one record a line",
                    file=self.content.file,
                    line=number,
                )
            text, notes = decode(raw, file=self.content.file, line=number)
            self.notes = self.notes or notes
            lines += split_lines(text.removesuffix("\r"))
        return lines


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Give whole lines, about a megabyte at a time; the last may lack its end."""
    pending: list[bytes] = []
    size = 0
    while size <= LONGEST_LINE and (piece := stream.read(_PIECE)):
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join((*pending, piece[:end]))
            pending, size = [], 0
        pending.append(piece[end:])
        size += len(piece) - end
    if size:
        yield b"".join(pending)


def _wide(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Turn lines of UTF-16 or UTF-32 into UTF-8, some at a time."""
    reader: codecs.StreamReader = codecs.getreader(encoding)(stream, "replace")
    pending = ""
    while len(pending) <= LONGEST_LINE and (piece := reader.read(_PIECE)):
        whole, end, pending = (pending + piece).rpartition("\n")
        if end:
            yield f"{whole}\n".encode("utf-8", errors="replace")
    if pending:
        yield pending.encode("utf-8", errors="replace")
