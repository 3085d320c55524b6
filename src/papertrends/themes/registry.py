"""What became of themes: born, renamed, merged, split, retired.

The words in which the search for themes tells what it did to those that were
there before. Must not look at papers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Event = Literal["born", "renamed", "merged", "split", "retired", "returned", "taught"]


@dataclass(frozen=True)
class ThemeEvent:
    """Something that became of a theme.

    Attributes
    ----------
    theme_id : str
        The theme that it happened to.
    event : str
        ``born``; ``renamed``; ``merged`` into the one of `others`; ``split`` into
        `others`; ``retired``; ``returned`` after that; ``taught`` by words or examples.
    reason : str
        Why, in a sentence.
    others : tuple of str
        The other themes it concerns: what it was merged into or split into, and for
        one that is born the theme it came out of.
    papers : tuple of str
        Ids of papers that show it, the clearest first; a dozen at most.
    """

    theme_id: str
    event: Event
    reason: str
    others: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
