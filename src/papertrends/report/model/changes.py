"""What the last run changed, and what became of the themes over all runs.

Must not compute.
"""

from __future__ import annotations

from dataclasses import dataclass

from papertrends.report.model.words import Sentence


@dataclass(frozen=True)
class ThemeRef:
    """A theme's name, and its id where the report has a card of it; else that is empty."""

    name: str
    theme_id: str


@dataclass(frozen=True)
class Move:
    """By how much a share (0 to 1) moved, and which part is of new papers, which of new themes.

    `texts` are the three in percentage points.
    """

    whole: float
    by_papers: float
    by_themes: float
    texts: tuple[str, str, str]


@dataclass(frozen=True)
class ChangedRow:
    """What the last run changed of a theme; shares are 0 to 1, NaN where there are none.

    `others` are what it was merged or split into; texts are empty where there is nothing
    to say; `sure` is whether the verdict claims a change.
    """

    theme: ThemeRef
    finer: bool
    status: str
    status_text: str
    others: tuple[ThemeRef, ...]
    n_added: int
    share_before: float
    before: str
    before_interval: str
    share_new: float
    new: str
    new_interval: str
    verdict: str
    sure: bool
    q_value: float
    verdict_text: str
    move: Move

    @property
    def added_text(self) -> str:
        """How many papers were added to it."""
        return f"{self.n_added:,}"


@dataclass(frozen=True)
class HistoryRow:
    """Something that became of a theme; `papers` show it, by id and title."""

    run: int
    date: str
    theme: ThemeRef
    event: str
    others: tuple[ThemeRef, ...]
    by: str
    reason: str
    papers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Changed:
    """What the last run on a store changed, and what became of the themes over all runs.

    `rows` are the themes to be seen at once and `more` those on
    demand; `untouched` tells of those that got no paper, `first` of those of the first
    run. The newest of the `history` stands first. With `refit` moves have two parts.
    """

    sentences: tuple[Sentence, ...]
    caption: str
    refit: bool
    rows: tuple[ChangedRow, ...]
    more: tuple[ChangedRow, ...]
    untouched: str
    history: tuple[HistoryRow, ...]
    first: str

    @property
    def more_text(self) -> str:
        """How many themes are left to be seen on demand; empty for none."""
        left = len(self.more)
        return f"{left:,} more theme{'' if left == 1 else 's'}" if left else ""

    @property
    def history_text(self) -> str:
        """What stands over the history, with how long it is."""
        return f"What became of the themes, over all runs ({len(self.history):,})"
