"""Rendered pages without headings or addresses: titles and abstracts in plain text.

There a paper ends with a dot and the date of its publication, and the next one
begins with the first text behind them. Must not read more than where papers begin.
"""

from __future__ import annotations

import re
from itertools import islice

from papertrends.dumps.pages.rendered_lines import MONTHS, lines_between, part_of

_MOST_DATES = 50_000
_ENDING = re.compile(
    rf"^[ \t]*[·•](?:[ \t]*\n){{0,6}}[ \t]*(?:published on )?(?:{MONTHS})[a-z]*\.? \d{{1,2}}\b.*$",
    re.MULTILINE | re.IGNORECASE,
)


def is_dated(beginning: str) -> bool:
    """Tell whether papers end with their dates in a page that begins like this."""
    if "·" not in beginning and "•" not in beginning:
        return False
    return len(list(islice(_ENDING.finditer(beginning), 2))) == 2


def starts_between_dates(text: str) -> list[int]:
    """Find where the titles begin; an entry without its date behind it is none."""
    endings = list(islice(_ENDING.finditer(text), _MOST_DATES))
    if not endings:
        return []
    begins = [_behind_head(text, endings[0].start()), *(match.end() for match in endings[:-1])]
    starts = [
        _next_text(text, begin, match.start()) for begin, match in zip(begins, endings, strict=True)
    ]
    return [start for start in starts if start is not None]


def _behind_head(text: str, end: int) -> int:
    """Find the end of the digest's date, or of the page's name where it has none."""
    begin = max(0, end - 100_000)
    lines = lines_between(text, begin, end, 0)
    last = dict.fromkeys(("date", "mark"), -1)
    for number, line in lines:
        kind = part_of(number, line, {}).kind
        if kind in last:
            last[kind] = number
    count = (last["date"] if last["date"] >= 0 else last["mark"]) + 1
    for _ in range(count):
        begin = text.index("\n", begin) + 1
    return begin


def _next_text(text: str, begin: int, end: int) -> int | None:
    """Find the first line of mere text."""
    while begin < end:
        stop = text.find("\n", begin)
        stop = len(text) if stop < 0 else stop
        line = text[begin:stop].strip()
        if line and part_of(0, line, {}).kind == "text":
            return begin
        begin = stop + 1
    return None
