"""The summary: every number and every sentence of the report, typed, without HTML.

Exists so that the page, the JSON and whoever checks them read the same thing.
Must not compute, and must not know how a page looks.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

from papertrends.tables import Tables


@dataclass(frozen=True)
class Sentence:
    """A sentence about a theme, in three parts so that the theme can be a link.

    Attributes
    ----------
    before, subject, after : str
        The text, in order; `subject` is the theme's name.
    theme_id : str
        Where the evidence is; empty where the sentence is about no single theme.
    """

    before: str
    subject: str = ""
    after: str = ""
    theme_id: str = ""

    @property
    def text(self) -> str:
        """The sentence as it is read."""
        return self.before + self.subject + self.after


@dataclass(frozen=True)
class Fact:
    """A number with what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class Period:
    """A period: its first day as ``YYYY-MM-DD``, its name, and its papers in all."""

    key: str
    label: str
    short: str
    n_papers: int
    partial: bool


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

    @property
    def doubt(self) -> str:
        """The doubt about its verdict as a sentence; empty for none."""
        text = self.change.doubt
        return f"{text[:1].upper()}{text[1:]}." if text else ""


@dataclass(frozen=True)
class Appearance:
    """A paper in a digest: its date as ``YYYY-MM-DD`` and the period that it counts in."""

    digest: str
    period: str
    position: int
    source: str


@dataclass(frozen=True)
class PaperRow:
    """A paper, once, with the digests it stood in, the oldest first."""

    paper_id: str
    title: str
    abstract: str
    published: str
    url: str
    upvotes: int | None
    appearances: tuple[Appearance, ...]


@dataclass(frozen=True)
class UnassignedPaper:
    """A paper in no theme, with the theme it came nearest to and why it is in none."""

    paper_id: str
    nearest_theme: str
    score: float
    reason: str


@dataclass(frozen=True)
class DataTable:
    """The numbers behind a chart as text: a header and rows of as many cells.

    Where a row is a theme, `row_keys` has its id; where a row or a column is a period,
    `row_periods` or `column_keys` has its first day. All are empty where they do not
    apply.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_keys: tuple[str, ...]
    column_keys: tuple[str, ...]
    row_periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart's words: its title, what to see in it, and the table behind it.

    `theme_ids` are the themes that are drawn, `stands_out` those among them that are
    drawn boldly where not all can be; the table may hold more.
    """

    chart_id: str
    title: str
    caption: str
    alt: str
    table: DataTable
    theme_ids: tuple[str, ...]
    stands_out: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class Passage:
    """A paragraph of the method with its heading."""

    title: str
    text: str


@dataclass(frozen=True)
class Summary:
    """What the report says, from its title to its last caveat.

    `counted` says whose date counts and how often a paper does, where that is not the
    usual; `digest` what the digest itself does to the curves; `changed` what the last
    run on a store changed, None where there is nothing to compare with.
    """

    title: str
    standfirst: str
    counted: str
    by: str
    facts: tuple[Fact, ...]
    headline: tuple[Sentence, ...]
    changed: Changed | None
    notices: tuple[str, ...]
    periods: tuple[Period, ...]
    themes: tuple[ThemeCard, ...]
    charts: tuple[Chart, ...]
    digest: tuple[str, ...]
    papers: tuple[PaperRow, ...]
    unassigned: tuple[UnassignedPaper, ...]
    unassigned_text: str
    load_sentences: tuple[str, ...]
    load_report: dict[str, object]
    method: tuple[Passage, ...]
    settings: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    tables: Tables = field(repr=False, compare=False)

    @property
    def top_themes(self) -> tuple[ThemeCard, ...]:
        """The themes that are part of no discovered one: named and broad."""
        return tuple(card for card in self.themes if card.level != "finer")

    @property
    def n_finer(self) -> int:
        """How many themes are finer ones."""
        return len(self.themes) - len(self.top_themes)

    def chart(self, chart_id: str) -> Chart | None:
        """Return the words of a chart, or None where the report does without it."""
        return next((chart for chart in self.charts if chart.chart_id == chart_id), None)

    def as_dict(self) -> dict[str, object]:
        """Return everything but the tables as plain values that JSON knows.

        NaN and infinity, which JSON lacks, become None and the text "infinite".
        """
        names = [f.name for f in dataclasses.fields(self) if f.name != "tables"]
        return {name: _plain(getattr(self, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, Sentence):
        return {"text": value.text, "theme_id": value.theme_id}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    return value if isinstance(value, str | int | float | bool | None) else str(value)
