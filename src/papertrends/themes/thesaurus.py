"""Other names of common research themes, so that a theme can be named with one string.

Must not know of papers or decide what a theme is called: it says what else a
name goes by, and the table it reads is ``assets/thesaurus.toml``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

from papertrends.themes.phrases import pattern_of, words


class Entry(NamedTuple):
    """A common theme: what it is called, what else, and what papers about it do."""

    name: str
    aliases: tuple[str, ...]
    description: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """All words for it, its name first."""
        return (self.name, *self.aliases)


@cache
def entries() -> tuple[Entry, ...]:
    """Return all entries, sorted by name."""
    file = resources.files("papertrends.themes") / "assets" / "thesaurus.toml"
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["theme"]
    return tuple(Entry(row["name"], tuple(row["aliases"]), row["description"]) for row in rows)


def find(name: str) -> Entry | None:
    """Return the entry of which `name` is the name or an alias, however inflected.

    Acronyms are matched in their own case, as they are in papers.

    >>> find("world model").name, find("3DGS").name, find("rag"), find("my own theme")
    ('world models', '3D Gaussian splatting', None, None)
    """
    name = name.strip()
    for phrase, entry in _by_start().get(_start(name), ()):
        if _pattern(phrase).fullmatch(name):
            return entry
    return None


@cache
def _by_start() -> dict[str, tuple[tuple[str, Entry], ...]]:
    """Sort the phrases by their start, as compiling all of them takes most of a second."""
    found: dict[str, list[tuple[str, Entry]]] = {}
    for entry in entries():
        for phrase in entry.phrases:
            found.setdefault(_start(phrase), []).append((phrase, entry))
    return {start: tuple(pairs) for start, pairs in found.items()}


def _start(phrase: str) -> str:
    """Return the first two letters of `phrase`, which no inflection or hyphen changes."""
    return "".join(words(phrase)).casefold()[:2]


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    return pattern_of([phrase])
