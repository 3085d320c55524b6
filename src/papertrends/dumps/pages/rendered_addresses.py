"""Pages whose addresses stand on lines of their own, without any heading.

Exports of text write what was a link as its text and, below, its address. A paper's
address stands below its title, and again below its abstract. Must not know more of
an entry than that; what stands around is read as in any other rendering.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from papertrends.dumps.fields import arxiv_id_of
from papertrends.dumps.pages.rendered_entries import Entry, Text
from papertrends.dumps.pages.rendered_lines import TOO_LONG, Around, Line, around, lines_between
from papertrends.dumps.text import fold
from papertrends.errors import InputError

_MOST_ADDRESSES = 100_000

ADDRESS_LINE = re.compile(
    r"^[ \t]*<?(https?://(?:www\.)?huggingface\.co/(?:papers/|login\?next=)[^\s<>]+)>?[ \t]*$",
    re.MULTILINE,
)
"""A line that consists of the address of a paper, or of voting for one."""


def by_addresses(text: str, names: Mapping[str, str], file: str) -> tuple[Around, list[Entry], int]:
    """Read such a page.

    Parameters
    ----------
    text : str
        The page.
    names : mapping of str to str
        The addresses of named links.
    file : str
        Its name for messages.

    Returns
    -------
    head : Around
        What stands before the first paper.
    entries : list of Entry
        The papers.
    end : int
        Where the head ends.
    """
    matches = list(islice(ADDRESS_LINE.finditer(text), _MOST_ADDRESSES + 1))
    if len(matches) > _MOST_ADDRESSES:
        raise InputError(
            f"more than {_MOST_ADDRESSES:,} addresses",
            "give a page of papers, a digest to a file",
            file=file,
        )
    firsts = [i for i, match in enumerate(matches) if _is_first(matches, i, _paper(match))]
    numbers = _line_numbers(text, matches)
    begins: list[int] = []
    titles: list[list[Line]] = []
    for i in firsts:
        begin = matches[i - 1].end() if i else 0
        number = numbers[i - 1] if i else 1
        above = lines_between(text, begin, matches[i].start(), number)
        titles.append(_last_paragraph(above))
        first = titles[-1][0][0] if titles[-1] else numbers[i]
        begins.append(_start_of_line(text, begin, first - number))
    head_end = begins[0] if begins else len(text)
    head = around(lines_between(text, 0, head_end, 1), names, head=True)
    entries: list[Entry] = []
    for i, title, end in zip(firsts, titles, [*begins[1:], len(text)][: len(firsts)], strict=True):
        entries.append(_entry(text, names, matches, numbers, i, title, end))
    return head, entries, head_end


def _entry(
    text: str,
    names: Mapping[str, str],
    matches: Sequence[re.Match[str]],
    numbers: Sequence[int],
    i: int,
    title_lines: Sequence[Line],
    end: int,
) -> Entry:
    match = matches[i]
    own = (*(number for number, line in title_lines if fold(line)), numbers[i])
    title = Text(own, [line for _, line in title_lines], "plain", match[1])
    whole = i + 1 < len(matches) and _paper(matches[i + 1]) == _paper(match)
    begin = matches[i + 1].end() if whole else match.end()
    number = numbers[i + 1] if whole else numbers[i]
    behind = around(lines_between(text, begin, end, number)[1:], names)
    if not whole:
        return Entry(title, None, behind, "its address is missing below the abstract")
    lines = lines_between(text, match.end(), matches[i + 1].start(), numbers[i])[1:]
    if lines and lines[-1][1] == TOO_LONG:
        return Entry(title, None, behind, "an entry far longer than any paper is")
    seen = [(number, line) for number, line in lines if fold(line)]
    raw = [line for _, line in seen] or [""]
    abstract = Text((*(number for number, _ in seen), number), raw, "link", match[1])
    return Entry(title, abstract, behind)


def _paper(match: re.Match[str]) -> str | None:
    address = match[1]
    return None if "login?" in address or "#" in address else arxiv_id_of(address)


def _is_first(matches: Sequence[re.Match[str]], i: int, paper: str | None) -> bool:
    return paper is not None and not (i and _paper(matches[i - 1]) == paper)


def _last_paragraph(lines: Sequence[Line]) -> list[Line]:
    end = len(lines)
    while end and not fold(lines[end - 1][1]):
        end -= 1
    begin = end
    while begin and fold(lines[begin - 1][1]):
        begin -= 1
    return list(lines[begin:end])


def _start_of_line(text: str, begin: int, n_lines: int) -> int:
    for _ in range(n_lines):
        begin = text.index("\n", begin) + 1
    return begin


def _line_numbers(text: str, matches: Sequence[re.Match[str]]) -> list[int]:
    numbers = []
    number, begin = 1, 0
    for match in matches:
        number += text.count("\n", begin, match.start())
        numbers.append(number)
        begin = match.start()
    return numbers
