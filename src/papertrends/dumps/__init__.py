"""Dumps of a paper digest: one reader a format, all yielding the same records.

A new format is a module of its own with ``looks_like(text)`` and ``read(text)``,
and a line in `READERS`. Must not know of dates beyond what a dump says, nor of
papers met twice: that is for the stage that puts dumps together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from papertrends.dumps import page_text
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.dumps.text import decode, fold
from papertrends.errors import InputError, did_you_mean

__all__ = ["READERS", "Dropped", "Dump", "PartialDate", "Reader", "Record", "read_dump", "sniff"]


class _Read(Protocol):
    def __call__(self, text: str, *, file: str) -> Dump:
        """Read one dump; `file` is its name for messages."""


@dataclass(frozen=True)
class Reader:
    """How one format is told, and read.

    Attributes
    ----------
    suffixes : tuple of str
        The endings, like ``.txt``, by which its files are found in a folder.
    looks_like : callable
        ``text -> bool``, judging by the beginning of the text.
    read : callable
        ``(text, file=name) -> Dump``.
    """

    suffixes: tuple[str, ...]
    looks_like: Callable[[str], bool]
    read: _Read


READERS: Mapping[str, Reader] = MappingProxyType(
    {"daily-papers-text": Reader((".txt",), page_text.looks_like, page_text.read)}
)
"""The readers by the name of their format, the most particular first."""


def sniff(text: str) -> str | None:
    """Return the name of the format `text` is in, or None.

    Examples
    --------
    >>> page = ["Daily Papers", "Jul 31", "A title", "An abstract."]
    >>> sniff(chr(10).join(page))
    'daily-papers-text'
    >>> sniff("Dear diary") is None
    True
    """
    return next((name for name, reader in READERS.items() if reader.looks_like(text)), None)


def read_dump(data: bytes, *, file: str, format: str | None = None) -> Dump:
    """Read one dump, whatever its format.

    Parameters
    ----------
    data : bytes
        The content of a dump.
    file : str
        Its name for messages.
    format : str, optional
        One of `READERS`; found out from the content if not given.

    Returns
    -------
    Dump
        What the reader found, with the format's name and notes on the encoding.

    Raises
    ------
    InputError
        If it is empty, no text, of no known format, or not as its format should be.
    """
    require_format(format)
    text, notes = decode(data, file=file)
    if not fold(text[:1000]) and not fold(text):
        raise InputError("the file is empty", "leave it out or save it again", file=file)
    name = format or sniff(text)
    if name is None:
        raise InputError(
            "this is no dump of a known format",
            f"leave it out, or say which format it is ({', '.join(READERS)})",
            file=file,
        )
    return replace(READERS[name].read(text, file=file), format=name, notes=notes)


def require_format(format: str | None) -> None:
    """Raise an `InputError` if there is no reader of that name."""
    if format is not None and format not in READERS:
        raise InputError(f"there is no format '{format}'", did_you_mean(format, READERS))
