r"""Links, escapes and line breaks as tools write them that turn pages into text.

Markdown writers put ``[text](address)`` or ``[text][3]`` around what was a link, and
some put a backslash before what would be markup. What they made of a text is undone
here, so that it is right to the character. Must not know what a paper is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

_ADDRESS = r"<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*"
_TITLED = r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?"
_CLOSING = re.compile(rf"\](?:\(\s*(?P<to>{_ADDRESS}){_TITLED}\s*\)|\[(?P<ref>[^\[\]\n]*)\])\s*")
_IMAGE = re.compile(rf"!\[[^\[\]]*\](?:\((?:{_ADDRESS}){_TITLED}\)|\[[^\[\]\n]*\])?")
_LINK = re.compile(
    rf"(?<![\\!\]])\[(?P<text>[^\[\]]*)\]"
    rf"(?:\((?P<to>{_ADDRESS}){_TITLED}\)|\[(?P<ref>[^\[\]\n]{{0,200}})\])"
)
_LIKE_AN_ADDRESS = re.compile(r"<?(?:https?://|mailto:|[/#.])|<?$", re.IGNORECASE)
_DEFINITION = re.compile(r"^[ \t]{0,4}\[([^\[\]\n]{1,500})\]:[ \t]*\n?[ \t]*<?([^\s<>]+)>?", re.M)
_SITE = "https://huggingface.co"

# A backslash before the first is LaTeX in every known tool's output, never an escape.
_NEVER_ESCAPED = "%&,;/:=?@(){}!"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_OF_HTML2TEXT = "\\`*_{}[]()#+-.!"
_PAIR = re.compile(r"\\([^\n])")
_DOUBLED = re.compile(r"(?<!\\)(?:\\\\)+(?=([^\s\\]))")
_AT_LIST_MARK = re.compile(r"(?:(?<=\s)|^)\\(?=[-+](?:\s|$))|(?<=\d)\\(?=\.(?:\s|$))")
_BREAK_IN_LINE = re.compile(r"\\{1,2}[ \t]{2,}(?=\S)")
_BREAK_AT_END = re.compile(r"\\{1,2}[ \t]*$")


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a link: ``](address)`` or ``][3]``.

    Attributes
    ----------
    start : int
        Where it begins in its line.
    address : str or None
        Where the link leads to, None where that is not known.
    """

    start: int
    address: str | None


def definitions(text: str) -> dict[str, str]:
    """Return the addresses that ``[3]: address`` lines give to names."""
    if "]:" not in text:
        return {}
    return {match[1]: match[2] for match in _DEFINITION.finditer(text)}


def is_definition(line: str) -> bool:
    """Tell whether the line begins the definition of a link."""
    return line[:1] == "[" and "]:" in line and _DEFINITION.match(line + "\nx") is not None


def closing(line: str, names: Mapping[str, str]) -> Closing | None:
    """Find the end of a link at the end of the line."""
    if line[-1:] == ")":
        start = line.rfind("](")
    elif line[-1:] == "]":
        start = line.rfind("][")
    else:
        return None
    match = _CLOSING.fullmatch(line, start) if start >= 0 else None
    if match is None or (line[max(start - 1, 0)] == "\\" and line[max(start - 2, 0)] != "\\"):
        return None
    if match["to"] is None:
        return Closing(start, names.get(match["ref"] or line[1:start]))
    if not _LIKE_AN_ADDRESS.match(match["to"]):
        return None
    return Closing(start, match["to"].strip("<>"))


def absolute(address: str) -> str:
    """Complete an address within the site."""
    return f"{_SITE}{address}" if address.startswith("/") else address


def without_inner_links(text: str, names: Mapping[str, str]) -> str:
    """Put the texts of links into the place of the links, and nothing for images.

    ``[5][6]`` may be two references to literature, ``a[i](x)`` a formula: they stay.
    """
    if "](" not in text and "][" not in text:
        return text

    def shown(match: re.Match[str]) -> str:
        if match["to"] is not None:
            is_link = match["to"] != "" and _LIKE_AN_ADDRESS.match(match["to"]) is not None
        else:
            is_link = not match["text"].isdecimal() and (match["ref"] or match["text"]) in names
        return match["text"] if is_link else match[0]

    return _LINK.sub(shown, _IMAGE.sub(_shown_image, text))


def _shown_image(match: re.Match[str]) -> str:
    return match[0] if match[0].endswith("]") and "][" not in match[0] else ""


def words(line: str) -> str:
    """Return what of a short line a reader of the page would see as words."""
    if "[" in line or "]" in line:
        line = _IMAGE.sub(" ", line) if "![" in line else line
        for _ in range(2):  # a link around a link's text, as around "[logo] Name"
            if "](" not in line and "][" not in line:
                break
            line = _LINK.sub(_spaced, line)
        line = _CLOSING.sub(" ", line).replace("[]", " ")
    return line


def _spaced(match: re.Match[str]) -> str:
    return f" {match['text']} "


def unbroken(lines: list[str]) -> str:
    """Join the lines of a text; backslashes that stand for their ends go.

    They stand for them only if all lines but the last end so.
    """
    inner = [line for line in lines[:-1] if line]
    if inner and all(line.endswith("\\") for line in inner):
        lines = [*(_BREAK_AT_END.sub("", line) for line in lines[:-1]), lines[-1]]
    text = "\n".join(lines)
    return _BREAK_IN_LINE.sub(" ", text) if "\\" in text else text


def escaped(text: str, *, marked: bool) -> str:
    r"""Find out which characters the tool that wrote `text` put backslashes before.

    Parameters
    ----------
    text : str
        All of the titles and abstracts.
    marked : bool
        Whether it is known from elsewhere that it does.

    Returns
    -------
    str
        The characters, for `unescaped`; none if backslashes are the papers' own.

    Examples
    --------
    >>> escaped(r"a\_b of 5\\%", marked=False) == _PUNCTUATION
    True
    >>> escaped(r"a_b of 5\% and \times", marked=False)
    ''
    """
    if "\\" not in text:
        return ""
    after = Counter(_PAIR.findall(text))
    bare = Counter(_PAIR.sub("", text))
    doubled = set(_DOUBLED.findall(text))
    lone_words = any(char.isalnum() or not char.isascii() for char in after)
    latex = [char for char in _NEVER_ESCAPED if after[char]]
    if doubled and not (lone_words and any(char.isalnum() for char in doubled)):
        others = [char for char in latex if char not in _OF_HTML2TEXT]
        return _OF_HTML2TEXT if others else _PUNCTUATION
    always = [char for char in "_*[]`" if after[char] and not bare[char]]
    if not lone_words and not latex and (marked or always):
        return _PUNCTUATION
    if marked:
        return "".join(char for char in "_*[]`#<>|$~^" if after[char] and not bare[char])
    return "".join(char for char in always if char in "_*")


def unescaped(text: str, characters: str) -> str:
    r"""Take away the backslashes before `characters`, and before marks of lists.

    Examples
    --------
    >>> unescaped(r"a\_b of 5\\%", escaped(r"a\_b of 5\\%", marked=False))
    'a_b of 5\\%'
    """
    if "\\" not in text:
        return text
    if characters:
        text = re.sub(rf"\\([{re.escape(characters)}])", r"\1", text)
    if characters != _PUNCTUATION:
        text = _AT_LIST_MARK.sub("", text)
    return text
