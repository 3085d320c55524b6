"""What a person's words mean in a store: which theme, which papers, which new name.

Must not change anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from papertrends.dumps.text import fold
from papertrends.errors import InputError
from papertrends.memory import Memory
from papertrends.themes.examples import examples_among
from papertrends.themes.fitted import one_row_each
from papertrends.themes.registry import find_theme
from papertrends.themes.theme import Theme

#: Marks that turn the direction of all that follows: in a name they would turn the words of
#: the sentences it stands in.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def theme_meant(memory: Memory, given: str) -> str:
    """Return the id of the theme that is given by its id or its name."""
    if not isinstance(given, str):
        raise InputError(f"{given!r} is no theme", "give its id or its name, in quotes")
    return find_theme(memory.registry.themes, given)


def name_given(memory: Memory, given: str, *, own: str) -> str:
    """Return a name that may be given to the theme `own` or a part of it."""
    name = Theme(plain(given)).name
    rows = memory.registry.themes
    others = rows[(rows["status"] == "active") & (rows["theme_id"] != own)]
    for column, what in (("name", "name"), ("theme_id", "id")):
        same = others[others[column].str.casefold() == name.casefold()]
        if len(same):
            raise InputError(
                f"'{name}' is the {what} of the theme '{same['name'].iloc[0]}' "
                f"({same['theme_id'].iloc[0]}) already",
                "give another name, or merge the two",
            )
    return name


def plain(given: str) -> str:
    """Return `given` without what is not to be seen but changes how the rest is shown."""
    if not isinstance(given, str):
        raise InputError(f"{given!r} is no text", "put it in quotes")
    return fold(_TURNING.sub("", given))


def quoted(given: Iterable[str]) -> str:
    """Return names as a list for a sentence."""
    return ", ".join(f"'{one}'" for one in given)


def papers_meant(memory: Memory, theme: Theme, given: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the papers that are given by id, arXiv id or title."""
    unique = one_row_each(memory.papers)
    asked = replace(theme, examples=tuple(given), not_examples=())
    inside, _ = examples_among((asked,), unique)[theme.theme_id]
    return tuple(unique.loc[inside, "paper_id"])
