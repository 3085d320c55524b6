"""Dumps in .gz and .zip files, read where they lie and never unpacked to a folder.

Must not know of any format. What a small file claims to hold is not believed:
reading stops before it fills the memory.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from papertrends.dumps.content import Content
from papertrends.dumps.report import NotRead
from papertrends.errors import InputError

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# Texts shrink to a fifth or a tenth; what shrinks to a hundredth is no dump.
_HARMLESS = 64 * 2**20
_LARGEST_RATIO = 100
_DAMAGE = (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
_SKIPPED = ("__MACOSX/",)


def unpacked(content: Content) -> tuple[list[Content], list[NotRead]]:
    """Return the dumps in a file: itself, what is packed in it, or the members of an archive.

    Parameters
    ----------
    content : Content
        A file as it lies there.

    Returns
    -------
    dumps : list of Content
        In the order of the archive.
    not_read : list of NotRead
        Members that are no dumps.

    Raises
    ------
    InputError
        If an archive is damaged, needs a password or holds more than it can.
    """
    with content.stream() as stream:
        magic = stream.read(4)
    if magic.startswith(GZIP):
        return [_gunzipped(content)], []
    if magic in ZIP:
        return _members(content)
    return [content], []


def _gunzipped(content: Content) -> Content:
    size = _size(content.opened)

    def opened() -> IO[bytes]:
        packed = content.opened()
        return _guarded(gzip.GzipFile(fileobj=packed), content.file, size, beneath=packed)

    own, *others = content.names
    names = (own.removesuffix(".gz"), *others)
    return Content(content.file, content.source, names, opened, None, content.named)


def _members(content: Content) -> tuple[list[Content], list[NotRead]]:
    try:
        archive = zipfile.ZipFile(content.path or content.opened())
        members = [one for one in archive.infolist() if not one.is_dir()]
    except (*_DAMAGE, ValueError) as error:
        raise _damaged(content.file, error) from error
    size = _size(content.opened)
    if sum(one.file_size for one in members) > max(_HARMLESS, _LARGEST_RATIO * size):
        raise _bomb(content.file)
    dumps: list[Content] = []
    not_read: list[NotRead] = []
    taken: set[str] = set()
    for member in members:
        name = _distinct(_printable(member.filename), taken)
        if name.startswith(_SKIPPED) or PurePosixPath(name).name.startswith("."):
            continue
        dump = _member(archive, member, name, content)
        with dump.opened() as stream:
            magic = stream.read(4)
        if magic in ZIP:
            not_read.append(NotRead(dump.source, "not read: an archive within an archive"))
        else:
            dumps.append(_gunzipped(dump) if magic.startswith(GZIP) else dump)
    if not dumps and not not_read:
        raise InputError("there is nothing in it", "pack dumps into it", file=content.file)
    return dumps, not_read


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, content: Content
) -> Content:
    shown = f"{content.file}/{name}"

    def opened() -> IO[bytes]:
        if member.flag_bits & 1:
            raise InputError("this needs a password", "unpack the archive first", file=shown)
        try:
            return _guarded(archive.open(member), shown, member.compress_size)
        except (*_DAMAGE, ValueError) as error:
            raise _damaged(shown, error) from error

    names = (PurePosixPath(name).name, *content.names)
    return Content(shown, f"{content.source}/{name}", names, opened, None, named=False)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class _Guarded(io.RawIOBase):
    """A packed stream that stops at damage, and before it gives absurdly much."""

    def __init__(self, stream: _Stream, file: str, size: int, beneath: IO[bytes] | None) -> None:
        self._stream = stream
        self._beneath = beneath
        self._file = file
        self._most = max(_HARMLESS, _LARGEST_RATIO * size)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGE as error:
            raise _damaged(self._file, error) from error
        self._given += len(data)
        if self._given > self._most:
            raise _bomb(self._file)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        if self._beneath is not None:
            self._beneath.close()
        super().close()


def _guarded(
    stream: _Stream, file: str, size: int, *, beneath: IO[bytes] | None = None
) -> IO[bytes]:
    return io.BufferedReader(_Guarded(stream, file, size, beneath), 2**16)


def _size(opened: Callable[[], IO[bytes]]) -> int:
    with opened() as stream:
        if stream.seekable():
            return stream.seek(0, io.SEEK_END)
        return sum(len(piece) for piece in iter(lambda: stream.read(2**20), b""))


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


def _distinct(name: str, taken: set[str]) -> str:
    given, number = name, 1
    while name in taken:
        number += 1
        name = f"{given} ({number})"
    taken.add(name)
    return name


def _damaged(file: str, error: Exception) -> InputError:
    return InputError(
        f"the packed data is damaged ({error or type(error).__name__})",
        "copy or pack it again",
        file=file,
    )


def _bomb(file: str) -> InputError:
    return InputError(
        f"it unpacks to more than {_LARGEST_RATIO} times its size, as no dump does",
        "unpack it yourself if it is one",
        file=file,
    )


def ending(path: Path) -> str:
    """Return the ending of a file's name that tells its format, like ``.txt``.

    Examples
    --------
    >>> ending(Path("2025-07-31.TXT.gz")), ending(Path("all.zip")), ending(Path("README"))
    ('.txt', '.zip', '')
    """
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return name.suffix.lower()
