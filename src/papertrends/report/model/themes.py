"""Themes as the report tells of them: numbers, verdicts, cards.

Must not compute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A theme in a period; shares are 0 to 1, with their 95 % interval.

    `smooth` is the share that the smoothed curve gives, with its band; NaN for none.
    """

    period: str
    label: str
    n_theme: int
    n_papers: int
    share: float
    share_low: float
    share_high: float
    partial: bool
    text: str
    smooth: float = math.nan
    smooth_low: float = math.nan
    smooth_high: float = math.nan


@dataclass(frozen=True)
class Change:
    """How a theme changed, in numbers and in words; NaN where nothing was tested.

    `doubt` says what verdict papers near the threshold would change it to, as part of
    a sentence; empty where they would not.
    """

    verdict: str
    basis: str
    effect: float
    effect_low: float
    effect_high: float
    q_value: float
    significant: bool
    text: str
    doubt: str = ""

    @property
    def sure(self) -> bool:
        """Whether the verdict says what the theme did: rising, falling or steady."""
        return self.significant or self.verdict == "steady"


@dataclass(frozen=True)
class Remark:
    """A sentence beside a theme's verdict.

    Attributes
    ----------
    kind : {"emergence", "burst", "digest", "scores"}
        What it is about: the theme's emergence or a burst of it, a change of the digest
        at that time, the papers that score close to the threshold.
    text : str
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Belonging:
    """A paper in a theme."""

    paper_id: str
    score: float
    primary: bool


@dataclass(frozen=True)
class Example:
    """A paper shown in a theme's card, and why it is in the theme.

    Attributes
    ----------
    paper_id, title : str
    url : str
        An address that can be linked to (http or https), or empty.
    digest : str
        The day of its newest digest, as it is read.
    score : float
        From 0 to 1.
    why : str
        In a sentence, from the theme's words that stand in the paper and the score.
    """

    paper_id: str
    title: str
    url: str
    digest: str
    score: float
    why: str


@dataclass(frozen=True)
class ThemeCard:
    """All that is said of a theme; `papers` stand by score, the highest first.

    Attributes
    ----------
    level : {"named", "broad", "finer"}
        A discovered theme is finer if it is part of another discovered one.
    parent, parent_id : str
        Name and id of the theme it is part of, of a finer one the broad theme that it
        is shown under; empty for none.
    parts : tuple of str
        Ids of the themes shown as parts of it, the largest first.
    brief : str
        Its size and verdict in a few words.
    terms : tuple of str
        The words that tell its papers: for a named theme its name and aliases, for a
        discovered one its keywords. Those that are marked in its papers.
    typical, newest : tuple of Example
        Papers with the highest scores, and others from the newest digests.
    """

    theme_id: str
    name: str
    kind: str
    level: str
    keywords: tuple[str, ...]
    parent: str
    parent_id: str
    parts: tuple[str, ...]
    n_papers: int
    brief: str
    when: str
    points: tuple[Point, ...]
    change: Change
    remarks: tuple[Remark, ...]
    stability: float
    stability_text: str
    papers: tuple[Belonging, ...]
    terms: tuple[str, ...] = ()
    typical: tuple[Example, ...] = ()
    newest: tuple[Example, ...] = ()

    @property
    def doubt(self) -> str:
        """The doubt about its verdict as a sentence; empty for none."""
        text = self.change.doubt
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    @property
    def kind_text(self) -> str:
        """Where the theme comes from, in words."""
        return "asked for by name" if self.kind == "named" else "found in the papers"

    @property
    def size_text(self) -> str:
        """How many papers it has, and from when to when."""
        papers = f"{self.n_papers:,} paper{'' if self.n_papers == 1 else 's'}"
        return f"{papers}, {self.when}" if self.when else papers

    @property
    def parts_title(self) -> str:
        """What stands over its parts; empty where it has none."""
        if not self.parts:
            return ""
        return "Themes found in it" if self.kind == "named" else "Finer themes in it"

    @property
    def papers_link_text(self) -> str:
        """What the link to its papers says; empty where it has none."""
        if self.n_papers < 2:
            return "Show its only paper" if self.n_papers else ""
        return f"Show its {self.n_papers:,} papers"

    @property
    def option_text(self) -> str:
        """Its name in a list of all themes, where finer ones stand behind their broad one."""
        return f"– {self.name}" if self.level == "finer" else self.name
