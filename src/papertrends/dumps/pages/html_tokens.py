"""Take an HTML page apart into its blocks of text and its attributes, in one pass.

No tree is built: that is what makes parsers slow, or fill the memory, on pages
with thousands of elements in one another. Each block knows the place it stands
at. Must not know what a paper is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from papertrends.dumps.text import fold

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<attributes>(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?P<end>>?)"
    r"|<!--(?P<comment>.*?)(?:-->|\Z)|<[!?/][^>]*+(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([^\s=>\"'/]++)(?:\s*+=\s*+(?:\"([^\"]*+)(\"|\Z)|'([^']*+)('|\Z)|([^\s>\"']*+)))?+"
)
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_UNSEEN = frozenset(
    "script style template noscript svg head iframe select textarea video audio math".split()
)
_INLINE = frozenset(
    "a abbr b bdi big cite code data dfn em font i img input kbd mark q s samp small span strong"
    " strike sub sup tt u var wbr ins del picture source label".split()
)
_BLOCKS = frozenset(
    "html body main article section header footer nav aside div p h1 h2 h3 h4 h5 h6 ul ol li dl dt"
    " dd table thead tbody tfoot tr td th caption blockquote pre hr figure figcaption form fieldset"
    " legend button time details summary address title center dialog menu option optgroup search"
    " hgroup br meta link base area param col colgroup track embed object canvas noframes".split()
)
_KNOWN = _BLOCKS | _INLINE | _UNSEEN


@dataclass
class Block:
    """Text between two tags that begin a block.

    Attributes
    ----------
    tag : str
        The tag it stands in, like ``p``; ``/article`` and the like end one.
    start : int
        Where it stands.
    text : str
        White space folded, entities decoded.
    links : list of str
        Where it leads to.
    attributes : dict
        Those of its tag.
    is_damaged : bool
        Whether a tag in it lacks its end, or is none that there is: text may be missing.
    """

    tag: str
    start: int
    text: str = ""
    links: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    is_damaged: bool = False


def tags(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Find the tags and comments outside scripts and styles, with the text before each."""
    pos = 0
    while True:
        match = _TAG.search(text, pos)
        if match is None:
            return
        yield match, text[pos : match.start()]
        pos = match.end()
        name = (match["name"] or "").lower()
        if name in ("script", "style") and not match["close"]:
            end = re.compile(f"</{name}", re.IGNORECASE).search(text, pos)
            pos = end.start() if end else len(text)


def attributes_of(match: re.Match[str]) -> dict[str, str]:
    """Return the attributes of a tag, entities decoded; names in small letters."""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(match["attributes"] or ""):
        value = next((part for part in (one[2], one[4], one[6]) if part is not None), "")
        found.setdefault(one[1].lower(), html.unescape(value))
    return found


def blocks(text: str) -> Iterator[Block]:
    """Cut a page into blocks of text, in their order.

    Each begins with a tag that is not one of running text; empty ones are left out,
    but for the beginnings and ends of articles.
    """
    block = Block("", 0)
    pieces: list[str] = []
    unseen: list[str] = []
    for match, before in tags(text):
        if before and not unseen:
            pieces.append(before)
        name = (match["name"] or "").lower()
        if not name:
            continue
        damaged = "<" in match["attributes"] and "<" in _QUOTED.sub("", match["attributes"])
        damaged = damaged or (name not in _KNOWN and "-" not in name and ":" not in name)
        block.is_damaged = block.is_damaged or (damaged and not unseen)
        if name in _UNSEEN or unseen:
            _enter_or_leave(unseen, name, match)
        elif name == "br":
            pieces.append(" ")
        elif name not in _BLOCKS:
            if name == "a" and not match["close"]:
                block.links.append(attributes_of(match).get("href", ""))
        else:
            if pieces:
                block.text = fold(html.unescape("".join(pieces)))
                pieces = []
            if block.text or block.tag in ("article", "/article"):
                yield block
            opening = not match["close"]
            attributes = attributes_of(match) if opening and match["attributes"] else {}
            tag = name if opening else f"/{name}"
            block = Block(tag, match.start(), attributes=attributes, is_damaged=damaged)
        if not match["end"]:
            return  # the page is cut off within this tag
    # What stands behind the last tag may be cut off, and belongs to no block.


def _enter_or_leave(unseen: list[str], name: str, match: re.Match[str]) -> None:
    if unseen and (name != unseen[0] or not match["close"]):
        return
    if match["close"]:
        unseen.clear()
    elif not match["attributes"].rstrip().endswith("/") and not unseen:
        unseen.append(name)
