"""From the bytes of a dump to clean lines of text.

Must not know of any format. Whatever had to be put right is said, so that no
character is exchanged silently.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from papertrends.errors import InputError

# UTF-32 comes first: its little-endian mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_CP1252 = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", errors="replace") for byte in range(0x80, 0x100)
}
# Control characters that are no white space, and the zero-width ones that carry no meaning.
_INVISIBLE = dict.fromkeys(
    [
        code
        for code in (*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x2060, 0xFEFF)
        if not chr(code).isspace()
    ]
)


def encoding_of(beginning: bytes) -> str:
    """Return the encoding that a byte order mark names, UTF-8 without one."""
    return next((name for mark, name in _MARKS if beginning.startswith(mark)), "utf-8")


def decode(data: bytes, *, file: str, line: int = 1) -> tuple[str, tuple[str, ...]]:
    """Turn bytes into text: UTF-8, or UTF-16/32 with its mark, else Windows-1252.

    Parameters
    ----------
    data : bytes
        The content of a dump.
    file : str
        Its name for messages.
    line : int
        The number of its first line; a byte order mark stands on the first only.

    Returns
    -------
    text : str
        Without byte order mark.
    notes : tuple of str
        What had to be put right; empty when all is well.

    Raises
    ------
    InputError
        If there are NUL characters in it, as there are in no text.
    """
    encoding = encoding_of(data) if line == 1 else "utf-8"
    notes: tuple[str, ...] = ()
    if encoding == "utf-8":
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text, notes = _from_cp1252(data.decode("utf-8", errors="surrogateescape"), line)
    else:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            text = data.decode(encoding, errors="replace")
            first = line - 1 + _line_at(data[: error.start].decode(encoding, errors="ignore"), None)
            notes = (f"broken {encoding.upper()} from line {first} on shows as '\ufffd'",)
    nul = text.find("\0")
    if nul >= 0:
        raise InputError(
            "this is no text (it holds NUL characters)",
            "give a text file, saved as UTF-8",
            file=file,
            line=line - 1 + _line_at(text, nul),
        )
    return text.removeprefix("\ufeff"), notes


def decode_beginning(data: bytes) -> str | None:
    """Turn the first bytes of a text, perhaps cut within a character, into text.

    Returns None where they are of no text.
    """
    encoding = encoding_of(data)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    text = data.decode(encoding, errors=errors)
    return None if "\0" in text else text.removeprefix("\ufeff")


def split_lines(text: str) -> list[str]:
    """Split at LF, CRLF and CR only, so that line numbers are those of an editor."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def fold(text: str) -> str:
    r"""Fold white space and take out control and zero-width characters.

    Returns an empty string where nothing visible is left.

    Examples
    --------
    >>> fold(" A  title\twith\x07 a\u200b bell ")
    'A title with a bell'
    """
    # What can be printed is neither a control character nor white space but a space.
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    folded = " ".join(text.translate(_INVISIBLE).split())
    if folded.isascii() or any(_visible(char) for char in folded):
        return folded
    return ""


def _visible(char: str) -> bool:
    return char != " " and unicodedata.category(char) != "Cf"


def _from_cp1252(text: str, line: int) -> tuple[str, tuple[str, ...]]:
    # Only the bytes that are not UTF-8 are read otherwise: one broken byte must
    # not garble the rest of the file.
    places = [match.start() for match in _ESCAPED.finditer(text)]
    line += _line_at(text, places[0]) - 1
    count = len(places)
    before = text.count("\ufffd")
    text = text.translate(_CP1252)
    lost = text.count("\ufffd") - before
    note = f"not all of it is UTF-8: {count} bytes, the first on line {line}, read as Windows-1252"
    return text, (note + (f", {lost} of them unreadable and shown as '\ufffd'" if lost else ""),)


def _line_at(text: str, offset: int | None) -> int:
    return len(split_lines(text[:offset]))
