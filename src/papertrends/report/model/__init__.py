"""The summary: every number and every sentence of the report, typed, without HTML.

Exists so that the page, the JSON and whoever checks them read the same thing.
Must not compute, and must not know how a page looks.
"""

from papertrends.report.model.changes import Changed, ChangedRow, HistoryRow, Move, ThemeRef
from papertrends.report.model.charts import Chart, DataTable, Download, Period, View
from papertrends.report.model.papers import Appearance, PaperRow, UnassignedPaper
from papertrends.report.model.summary import Summary
from papertrends.report.model.themes import Belonging, Change, Example, Point, Remark, ThemeCard
from papertrends.report.model.words import Fact, Passage, Sentence

__all__ = [
    "Appearance",
    "Belonging",
    "Change",
    "Changed",
    "ChangedRow",
    "Chart",
    "DataTable",
    "Download",
    "Example",
    "Fact",
    "HistoryRow",
    "Move",
    "PaperRow",
    "Passage",
    "Period",
    "Point",
    "Remark",
    "Sentence",
    "Summary",
    "ThemeCard",
    "ThemeRef",
    "UnassignedPaper",
    "View",
]
