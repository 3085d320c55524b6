"""The words of a Daily Papers page that are no papers: head, buttons, counts, menus.

Must not decide what is a paper; it only knows what the site writes around them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Label = Literal["text", "furniture", "foot"]

_LONGEST = 80
_BODY_WORDS = frozenset(
    {
        "·",
        "•",
        "|",
        "-",
        "new",
        "subscribe",
        "daily papers",
        "daily papers - hugging face",
        "get trending papers in your email inbox!",
        "get trending papers in your email inbox once a day!",
        "search by arxiv id or title",
        "submit",
        "submit paper",
        "submit a paper",
        "submitted by",
        "upvote",
        "previous",
        "next",
        "load more",
        "abstract",
    }
)
_BODY_PATTERN = re.compile(
    r"by ?ak and the research community"
    r"|[+-]?\d{1,6}(?:[.,]\d{1,3})?k?"  # votes and comments
    r"|upvotes? \d+|\d+ (?:up)?votes?"
    r"|[-·•]? ?\d+ authors?"
    r"|submitted by \S+"
    r"|published on \w+ \d+(?:, \d{4})?"
)
_MENU_WORDS = frozenset(
    {
        "hugging face",
        "hugging face's logo",
        "models",
        "datasets",
        "spaces",
        "buckets",
        "posts",
        "community",
        "docs",
        "solutions",
        "enterprise",
        "pricing",
        "log in",
        "sign up",
        "search",
        "papers",
        "trending papers",
        "daily",
        "weekly",
        "monthly",
        "by",
        "ak",
        "and the research community",
        "system theme",
        "company",
        "© hugging face",
        "tos",
        "terms of service",
        "privacy",
        "about",
        "jobs",
        "careers",
        "website",
        "inference endpoints",
        "huggingchat",
    }
)
_MENU_PATTERN = re.compile(
    r"(?:©|\(c\)) ?(?:\d{4} )?hugging face(?: \d{4})?|hugging face ©(?: \d{4})?"
)
_USER_NAME = re.compile(r"[\w.-]{2,42}")


def is_page_mark(text: str) -> bool:
    """Tell whether the line names the page as what it is."""
    return _folded(text) in ("daily papers", "daily papers - hugging face") or is_date_cue(text)


def is_date_cue(text: str) -> bool:
    """Tell whether the date of the digest follows this line."""
    return re.fullmatch(r"by ?ak and the research community", _folded(text)) is not None


def is_furniture(text: str) -> bool:
    """Tell whether the site writes this, be it around the papers or between them."""
    if len(text) > _LONGEST:
        return False
    folded = text.casefold()
    return _is_of(folded, _BODY_WORDS, _BODY_PATTERN) or _is_of(folded, _MENU_WORDS, _MENU_PATTERN)


def label(texts: Sequence[str], *, leading: bool) -> list[Label]:
    """Tell page furniture from text.

    A word of the site's menus ("Datasets") is furniture in a row of three or more
    and at the ends of the page; alone among the papers it may be a title.

    Parameters
    ----------
    texts : sequence of str
        The blocks of a page in their order.
    leading : bool
        Whether the blocks begin with the head of the page.

    Returns
    -------
    list of str
        For each block ``furniture``, ``text``, or ``foot`` for text that is not
        known but stands among the menus at the foot of the page.
    """
    known = [is_furniture(text) for text in texts]
    foot = _foot(texts, known)
    labels: list[Label] = []
    start = 0
    while start < len(texts):
        end = start
        while end < len(texts) and known[end]:
            end += 1
        menu = end - start >= 3 or end == len(texts) or start >= foot or (leading and start == 0)
        labels += ["furniture" if menu or _stands_between(t) else "text" for t in texts[start:end]]
        if end < len(texts):
            labels.append("foot" if end >= foot else "text")
        start = end + 1
    for i, text in enumerate(texts[1:], start=1):
        after = known[i - 1] and _folded(texts[i - 1]) == "submitted by"
        if after and _USER_NAME.fullmatch(text):
            labels[i] = "furniture"
    return labels


def _folded(text: str) -> str:
    return text.casefold() if len(text) <= _LONGEST else ""


def _stands_between(text: str) -> bool:
    return _is_of(_folded(text), _BODY_WORDS, _BODY_PATTERN)


def _stands_in_menu(text: str) -> bool:
    return _is_of(_folded(text), _MENU_WORDS, _MENU_PATTERN)


def _is_of(folded: str, words: frozenset[str], pattern: re.Pattern[str]) -> bool:
    return folded in words or pattern.fullmatch(folded) is not None


def _foot(texts: Sequence[str], known: Sequence[bool]) -> int:
    """Find where the foot begins: short blocks to the end, half of them known."""
    foot = len(texts)
    seen = 0
    for count, i in enumerate(range(len(texts) - 1, -1, -1), start=1):
        if len(texts[i]) > _LONGEST:
            break
        seen += known[i]
        if seen >= 3 and seen * 2 >= count and _stands_in_menu(texts[i]):
            foot = i
    return foot
