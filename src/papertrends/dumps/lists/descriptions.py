"""The abstract in the description of a feed's entry, whatever stands beside it.

Feeds put thumbnails, authors and votes around the abstract, as HTML or plainly.
The text is taken apart by hand, and not as a browser would do it: abstracts hold
tags of their own ("<think>") that must stay, and there is no nesting that could
make it slow. Must not lose a character of the abstract.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5

from papertrends.dumps.fields import count_of
from papertrends.dumps.text import fold

_BLOCKS = frozenset(
    "p br hr div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table thead tbody tr td th"
    " figure figcaption section article header footer center".split()
)
_INLINE = frozenset(
    "a abbr b cite code del em font i img ins small span strong sub sup tt u svg path video audio"
    " iframe html body".split()
)
_UNSEEN = frozenset(("script", "style"))
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,11}+)"
    r"(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++))*+\s*+/?>"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ABSTRACT = re.compile(r"(?:paper )?(?:abstract|summary)\s*[:：]\s*", re.IGNORECASE)
_HEADING = re.compile(r"abstract|summary", re.IGNORECASE)
_VOTES = re.compile(r"(?:up)?votes?\s*[:：]\s*(\d+)", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:authors?|(?:up)?votes?|likes?|published(?: on| at| date)?|publication date|date|submitted"
    r"(?: by| on)?|updated|categor(?:y|ies)|primary category|subjects?|tags?|keywords?|comments?"
    r"|journal[ -]ref|doi|arxiv(?: id)?|pdf|links?|url|source|affiliations?|organi[sz]ations?"
    r"|license|github|stars|rank|score|title|tl;?dr|ai[- ](?:generated )?summary)\s*[:：]",
    re.IGNORECASE,
)
_ARXIV = re.compile(r"\s*arxiv:\S+\s+announce type:\s*\S+\s+abstract:\s", re.IGNORECASE)
_LINK_WORDS = re.compile(
    r"(?:view|read|open|see|download|continue reading|full|discuss)?\s*(?:the\s)?"
    r"(?:more|pdf|paper|abstract|arxiv|html|comments|discussion|source|link|code|project page"
    r"|full text|original|article)?(?:\s(?:on|at|in)\s[\w .]{2,30})?\s*[.…»→\]]*",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?:\[\s*(?:…|\.\.\.)\s*\]|(?:…|\.\.\.)\s*(?:\(?(?:read|view) more\)?|continue reading))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Described:
    """What a description says.

    Attributes
    ----------
    abstract : str
        White space folded; empty where there is none.
    labelled : bool
        Whether it is called an abstract or a summary there.
    upvotes : int or None
        Where they are said.
    """

    abstract: str
    labelled: bool = False
    upvotes: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the feed gives the beginning of the abstract only."""
        return _CUT.search(self.abstract[-40:]) is not None


def described(text: str, *, markup: bool | None) -> Described:
    """Find the abstract in a description.

    Parameters
    ----------
    text : str
        As the feed has it, its own escaping undone.
    markup : bool or None
        Whether it is HTML; None where the feed does not say.

    Examples
    --------
    >>> described("<p><b>Votes:</b> 3</p><p><b>Summary:</b> If a &lt; b.</p>", markup=True)
    Described(abstract='If a < b.', labelled=True, upvotes=3)
    """
    announced = _ARXIV.match(text[:500])
    if announced:
        return Described(fold(text[announced.end() :]), labelled=True)
    if markup is False and not _begins_with_tag(text):
        return _chosen(_lines(text))
    tags = any(map(_name, _TAG.finditer(text)))
    return _chosen(list(_blocks(text)) if tags else [_decoded(one) for one in _lines(text)])


def best(found: Sequence[Described]) -> Described:
    """Return the one that has the whole abstract and the least besides."""
    upvotes = next((one.upvotes for one in found if one.upvotes is not None), None)
    whole = [one for one in found if one.abstract and not one.is_cut] or list(found)
    if not whole:
        return Described("", upvotes=upvotes)
    chosen = max(whole, key=lambda one: (one.labelled, len(one.abstract)))
    for one in whole:
        most = len(one.abstract) * 2 > len(chosen.abstract) and one.abstract[-1:] in ".!?。"
        if not chosen.labelled and most and one.abstract in chosen.abstract:
            chosen = min(chosen, one, key=lambda one: len(one.abstract))
    return Described(chosen.abstract, chosen.labelled, upvotes)


def plain(text: str) -> str:
    """Undo what a title has been escaped with once too often, and take its tags out."""
    return fold(" ".join(_blocks(text)) if _pairs_tags(text) else _decoded(text))


def _pairs_tags(text: str) -> bool:
    names = [match["close"] for match in _TAG.finditer(text) if _name(match)]
    return "/" in names


def _begins_with_tag(text: str) -> bool:
    match = _TAG.match(text.lstrip()[:2_000])
    return match is not None and _name(match) in _BLOCKS


def _name(match: re.Match[str]) -> str:
    """Return the name of the tag if it is one of HTML."""
    name = match["name"].lower()
    return name if name in _BLOCKS or name in _INLINE or name in _UNSEEN else ""


def _blocks(text: str) -> Iterator[str]:
    """Give the paragraphs of HTML, without tags and with its entities decoded."""
    text = _without_comments(text)
    pieces: list[str] = []
    at = 0
    closed = True
    for match in _TAG.finditer(text):
        name = _name(match)
        if not name or match.start() < at:
            continue
        pieces.append(_decoded(text[at : match.start()]))
        at = match.end()
        if name in _UNSEEN and not match["close"] and closed:
            end = text.find(f"</{match['name']}", at)
            closed = end >= 0  # else there is no use in looking for it again
            at = end if closed else at
        if name in _BLOCKS:
            yield "".join(pieces)
            pieces = []
    pieces.append(_decoded(text[at:]))
    yield "".join(pieces)


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    pieces = [first]
    for other in others:
        comment, end, after = other.partition("-->")
        pieces.append(after if end else f"<!--{comment}")
    return "".join(pieces)


def _decoded(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    known = match[0][1] == "#" or match[0][1:] in html5
    return html.unescape(match[0]) if known else match[0]


def _lines(text: str) -> list[str]:
    """Return the lines of plain text if they are labelled, else all in one."""
    if "\n" not in text:
        return [text]
    lines = text.split("\n")
    return lines if any(_ABSTRACT.match(line.lstrip()[:40]) for line in lines) else [text]


def _chosen(blocks: Sequence[str]) -> Described:
    """Take the paragraphs of the abstract."""
    upvotes = None
    labelled = False
    taken: list[str] = []
    ended = False
    for block in blocks:
        text = fold(block)
        votes = _VOTES.fullmatch(text[:40])
        label = None if labelled else _ABSTRACT.match(text[:40])
        if votes:
            upvotes = count_of(votes[1])
        if label:
            labelled, taken = True, [text[label.end() :]]
        elif not labelled and len(blocks) > 1 and _HEADING.fullmatch(text):
            labelled, taken = True, []
        elif len(blocks) > 1 and _OTHER.match(text[:40]):
            ended = labelled
        elif text and not ended and not (len(blocks) > 1 and _LINK_WORDS.fullmatch(text[:80])):
            taken.append(text)
    return Described(" ".join(one for one in taken if one), labelled, upvotes)
