"""What stands around the papers of a rendered page: dates, votes, authors, buttons.

Each line is told by itself, without the links and marks that a tool put there. Must
not decide which text is a title and which an abstract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from papertrends.dumps.dates import parse_date
from papertrends.dumps.fields import arxiv_id_of
from papertrends.dumps.pages.furniture import is_furniture, is_page_mark
from papertrends.dumps.pages.rendered_links import closing, is_definition, words
from papertrends.dumps.records import Dropped, PartialDate
from papertrends.dumps.text import fold

Line = tuple[int, str]
"""A line's number and what stands on it, without white space around."""

TOO_LONG = "(and more)"
"""Stands for what was left out of a piece of a page that is far longer than any paper."""

_LONGEST_PIECE = 100_000
_LONGEST_WORDS = 2_000  # characters of a line that may be anything but text
_LONGEST_LINK = 150
_PROSE = 70
_LONGEST_DATED = 300
_MOST_LINES = 5_000
LONGEST_NAME = 100
"""Characters that the name of an organisation or a user may have."""

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
"""How the names of months begin."""

_DATE = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
    rf"(?:(?:{MONTHS})[a-z]*\.?\s*\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
    rf"|\d{{1,2}}\s+(?:{MONTHS})[a-z]*\.?(?:,?\s+\d{{4}})?|\d{{4}}-\d\d-\d\d)"
)
_DATED = re.compile(
    rf"(?:[^·•]{{0,120}}[·•])*\s*(?:published\s*(?:on)?:?\s*)?(?P<date>{_DATE})"
    r"(?:\s+\d+(?:\.\d+)?k?|(?<=\d{4})\d{1,3})?\s*\[?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?:[-*+]\s+)?(?:[-*_=~+]\s*){3,}|:{3,}\s*(?:\{.*\})?|[-*+]\s+:{3,}\s*\{.*\}"
    r"|`{3,}\s*\w*|<[^<>]*>(?:\s*</\w+>)?|\]|\[|\\+"
)
_AUTHORS = re.compile(r"(?:[-*·•+\s]|\\)*\d+ authors?\W{0,3}", re.IGNORECASE)
_COUNT = re.compile(
    r"[\[\s]*(?:[-*+]\s+)?(?:\[[ xX-]?\]\s*)?(?:upvote\s*)?\\?(?P<count>\d{1,7}|-)", re.IGNORECASE
)
_BUTTON = re.compile(
    r"(?:link: )?(?:github|arxiv page|project page|view arxiv page|view pdf)(?: [\d.,]+k?)?"
    r"|#\d+ paper of the (?:day|week|month)|trending papers ranked by .*|\+ ?\d+"
    r"|get trending papers .*|ai-generated summary|buckets(?: new)?|image:? ?\d*",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(r"(?:[-*+]\s+)?\[[^\[\]]{0,60}\]")
_CUE = re.compile(r"by\b.{0,60}\band the research community", re.IGNORECASE)
_ADDRESS = re.compile(r"<?https?://\S+>?|/papers/\S+|/login\?\S+", re.IGNORECASE)
_LOGIN = re.compile(r"/login\?next=([^\s()\[\]]+)", re.IGNORECASE)
_ONLY_LINKS = re.compile(r"(?:\s*(?:[-*+]\s+)?!?\[[^\[\]]*\](?:\([^()\s]*\)|\[[^\[\]]*\]))+\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """What a line is.

    Attributes
    ----------
    kind : str
        ``text`` for what may be part of a paper's text, else what it is known for.
    words : str
        What a reader of the page would see.
    date : PartialDate or None
        The date it consists of.
    paper : str or None
        The paper whose votes may be given here, by the address for logging in.
    """

    kind: str
    words: str
    date: PartialDate | None = None
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the papers: before the first, or behind one.

    Attributes
    ----------
    date : PartialDate or None
        The date of the paper, or of the digest before the first.
    header : PartialDate or None
        A date further on: that of another digest.
    votes : mapping of str to (int or None)
        Votes by arXiv id, where they link to it.
    last_votes : int or None
        Votes that stand last, so that they are of the paper that follows.
    counts : bool
        Whether votes stand last.
    login : str or None
        The paper whose votes stand last, if their link says so.
    addresses : tuple of str
        Links to papers.
    marked : bool
        Whether the name of the page stands here.
    escapes : bool
        Whether a vote of '-' is escaped.
    dropped : tuple of Dropped
        All of it.
    """

    date: PartialDate | None
    header: PartialDate | None
    votes: Mapping[str, int | None]
    last_votes: int | None
    counts: bool
    login: str | None
    addresses: tuple[str, ...]
    marked: bool
    escapes: bool
    dropped: tuple[Dropped, ...]


def part_of(number: int, line: str, names: Mapping[str, str]) -> Part:
    """Tell what a line is; see `Part`."""
    if len(line) > _LONGEST_WORDS or _is_prose(line):
        return Part("text", line)
    if _SEPARATOR.fullmatch(line):
        return Part("count" if line == "-" else "separator", line)
    if is_definition(line):
        return Part("separator", "")
    seen = fold(words(line))
    bare = seen.lstrip("-*+•·[# ").rstrip("\\ ]")
    paper = _paper_to_log_in_for(line, names)
    dated = _DATED.fullmatch(seen.strip("-*+ ")) if len(seen) < _LONGEST_DATED else None
    if dated:
        text = re.sub(r"(?<=[a-z])\.?(?=\d)", " ", dated["date"], flags=re.IGNORECASE)
        date = parse_date(text, number)
        if date:
            return Part("date", seen, date)
    if _COUNT.fullmatch(seen):
        return Part("community" if "#community" in line else "count", seen, paper=paper)
    if _AUTHORS.fullmatch(seen):
        return Part("authors", seen)
    if is_page_mark(bare) or _CUE.fullmatch(bare) or bare.casefold() == "trending papers":
        return Part("mark", bare)
    if "#community" in line and _ADDRESS.fullmatch(line):
        return Part("community", line)
    if _ALTERNATIVE.fullmatch(line):  # what stands for an image
        return Part("known", "")
    if not bare or is_furniture(bare) or _BUTTON.fullmatch(bare) or _ADDRESS.fullmatch(line):
        return Part("known", bare, paper=paper)
    if len(seen) <= _LONGEST_LINK and line[:1] in "[!-*+" and _is_links(line):
        return Part("link", bare, paper=paper)
    return Part("text", bare)


def _is_prose(line: str) -> bool:
    """Tell most lines of text from all that is short or marked up; quick, for speed."""
    if len(line) < _PROSE or " " not in line or line[0] in "[<`-*+#:·•":
        return False
    return not ("](" in line or "][" in line or "·" in line or "•" in line)


def _is_links(line: str) -> bool:
    if _ONLY_LINKS.fullmatch(line):
        return True
    return line.startswith(("[![", "[[")) and closing(line, {}) is not None


def _paper_to_log_in_for(line: str, names: Mapping[str, str]) -> str | None:
    match = _LOGIN.search(line)
    if match is None and names and line.endswith("]"):
        end = closing(line, names)
        match = _LOGIN.search(end.address) if end and end.address else None
    return arxiv_id_of(unquote(match[1])) if match else None


def around(lines: Sequence[Line], names: Mapping[str, str], *, head: bool = False) -> Around:
    """Read what stands before the first paper (`head`) or behind a paper's abstract."""
    parts = [(n, line, part_of(n, line, names)) for n, line in lines if fold(line)]
    votes: dict[str, int | None] = {}
    counted: list[int | None] = []
    date = header = login = None
    marked = False
    for _, _, part in parts:
        marked = marked or part.kind == "mark"
        if part.date and (head or (date is None and not marked)):
            date = part.date
        elif part.date:
            header = part.date
        if part.kind == "count":
            counted = [_count(part.words)]
        elif not (part.kind == "separator" or (part.kind == "known" and not part.words)):
            counted = [] if part.paper is None else counted
        if part.paper and counted:
            votes[part.paper] = counted[0]
        login = part.paper or (login if counted else None)
    if head and date:
        parts = [part for part in parts if part[2].date is not date]
    return Around(
        date,
        header,
        votes,
        counted[0] if counted else None,
        bool(counted),
        login,
        tuple(_papers_linked(parts, names)),
        marked,
        any(line.strip("[ ") == "\\-" or line.startswith("[\\-]") for _, line, _ in parts),
        tuple(_dropped(parts, head=head)),
    )


def _papers_linked(
    parts: Sequence[tuple[int, str, Part]], names: Mapping[str, str]
) -> Iterator[str]:
    for _, line, _ in parts:
        if "/papers/" in line or "arxiv.org/abs/" in line:
            end = closing(line, names)
            if end and end.address and "#" not in end.address and arxiv_id_of(end.address):
                yield end.address


def _count(seen: str) -> int | None:
    match = _COUNT.fullmatch(seen)
    return int(match["count"]) if match and match["count"] != "-" else None


def _dropped(parts: Sequence[tuple[int, str, Part]], *, head: bool) -> list[Dropped]:
    """Put lines of the same kind that follow each other together."""
    runs: list[tuple[str, list[int], list[str]]] = []
    for i, (number, line, part) in enumerate(parts):
        submitted = any(
            one.words.casefold() == "submitted by" for _, _, one in parts[max(i - 2, 0) : i]
        )
        after = parts[i + 1][1] if i + 1 < len(parts) else ""
        name = len(line) <= LONGEST_NAME and (
            submitted or after.startswith(("·", "•")) or _ADDRESS.fullmatch(after)
        )
        known = part.kind != "text" or name or (head and _is_of_head(line))
        kind = "furniture" if known else "unknown"
        if runs and runs[-1][0] == kind:
            runs[-1][1].append(number)
            runs[-1][2].append(part.words)
        else:
            runs.append((kind, [number], [part.words]))
    return [_run(kind, numbers, texts, head=head) for kind, numbers, texts in runs]


def _is_of_head(line: str) -> bool:
    """Tell whether a tool says something on the page there, like ``Source: address``."""
    pattern = r"(?:[-*]\s+)?\**[A-Za-z][\w .()-]{0,40}\**:\**(?:\s.{0,300})?|#{1,6} .{1,100}"
    return re.fullmatch(pattern, line) is not None


def _run(kind: str, numbers: list[int], texts: list[str], *, head: bool) -> Dropped:
    text = fold(" ".join(texts))
    if kind == "furniture":
        return Dropped(tuple(numbers), text, "furniture", "page furniture")
    where = "before the papers" if head else "behind a paper"
    return Dropped(tuple(numbers), text, "unknown", f"unknown text {where}")


def lines_between(text: str, begin: int, end: int, number: int) -> list[Line]:
    """Return the numbered lines of a piece; of one far too long, the first and `TOO_LONG`.

    Parameters
    ----------
    text : str
        The page.
    begin, end : int
        Where the piece lies in it.
    number : int
        The number of its first line.
    """
    piece = text[begin : min(end, begin + _LONGEST_PIECE)].split("\n")
    lines = [(n, line.strip()) for n, line in enumerate(piece, number)]
    if end - begin > _LONGEST_PIECE or len(lines) > _MOST_LINES:
        del lines[_MOST_LINES:]
        lines.append((number + text.count("\n", begin, end), TOO_LONG))
    return lines
