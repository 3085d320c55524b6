"""The summary as a whole.

Must not compute.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field

from papertrends.report.model.changes import Changed
from papertrends.report.model.charts import Chart, DataTable, Download, Period, View
from papertrends.report.model.papers import PaperRow, UnassignedPaper
from papertrends.report.model.themes import ThemeCard
from papertrends.report.model.words import Fact, Passage, Sentence
from papertrends.tables import Tables


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
    date: str
    by: str
    facts: tuple[Fact, ...]
    headline: tuple[Sentence, ...]
    changed: Changed | None
    notices: tuple[str, ...]
    periods: tuple[Period, ...]
    themes: tuple[ThemeCard, ...]
    charts: tuple[Chart, ...]
    other: View | None
    digest: tuple[str, ...]
    papers: tuple[PaperRow, ...]
    unassigned: tuple[UnassignedPaper, ...]
    unassigned_text: str
    load_sentences: tuple[str, ...]
    load_report: dict[str, object]
    loaded: tuple[DataTable, ...]
    caveats: tuple[str, ...]
    downloads: tuple[Download, ...]
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

    @property
    def opening_title(self) -> str:
        """What stands over the first sentences."""
        return "What changed" if len(self.periods) > 1 else "What is in it"

    @property
    def opening_link(self) -> str:
        """The same in one word, for a list of sections."""
        return "Changed" if len(self.periods) > 1 else "Shares"

    @property
    def themes_lead(self) -> str:
        """In which order the themes stand."""
        finer = "; finer themes stand under the broad one they are part of" if self.n_finer else ""
        return (
            "Those asked for by name first, then those found in the papers, the largest "
            f"first{finer}."
        )

    def chart(self, chart_id: str) -> Chart | None:
        """Return the words of a chart, or None where the report does without it."""
        return next((chart for chart in self.charts if chart.chart_id == chart_id), None)

    def to_json(self) -> str:
        """Return the same as JSON text, the papers included; the same summary, the same text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def as_dict(self) -> dict[str, object]:
        """Return everything but the tables as plain values that JSON knows.

        NaN and infinity, which JSON lacks, become None and the text "infinite".
        """
        names = [f.name for f in dataclasses.fields(self) if f.name != "tables"]
        return {name: plain(getattr(self, name)) for name in names}


def plain(value: object) -> object:
    """Return `value` as plain values that JSON knows, as `Summary.as_dict` does of all of it."""
    if isinstance(value, Sentence):
        return {"text": value.text, "theme_id": value.theme_id}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    return value if isinstance(value, str | int | float | bool | None) else str(value)
