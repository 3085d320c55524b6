"""Which tables can be had from inside the page, and what a row of each is.

Must not hold the tables themselves.
"""

from __future__ import annotations

from papertrends.report.model import Download
from papertrends.tables import Tables

ROWS = {
    "papers": "a paper in a digest",
    "themes": "a theme",
    "memberships": "a paper in a theme, with its score",
    "unassigned": "a paper in no theme, with the nearest one and why it is in none",
    "near_misses": "a paper just below the threshold of a theme",
    "map": "a paper, with its place on the map",
    "volume": "a period, empty ones too: its papers, and how late they were listed",
    "jumps": "a change of level in papers a digest",
    "trends": "a theme in a period: papers, share and 95 % interval",
    "curves": "a theme in a period: the smoothed share and its 95 % band",
    "changes": "a theme: verdict, odds ratio, interval, p and q",
    "events": "an emergence or a burst of a theme",
    "sensitivity": "a theme: what papers near its threshold would change",
    "other_trends": "a theme in a period, counted by the other date",
    "other_curves": "a theme in a period: the smoothed share, counted by the other date",
    "other_changes": "a theme: verdict and odds ratio, counted by the other date",
    "looks": "a theme: its colour, symbol and dash",
    "what_changed": "a theme: what the last run changed of it",
    "moves": "a theme in a period: its share before the last run, with its papers, and after it",
    "history": "what became of a theme in a run",
}
OPTIONAL = ("other_trends", "other_curves", "other_changes", "what_changed", "moves", "history")
"""Tables that not every run has."""


def downloads(tables: Tables) -> tuple[Download, ...]:
    """Return what can be downloaded, in the order of the data.

    A table without rows is there as well, unless it is of a kind that not every run has.
    """
    return tuple(
        Download(name, ROWS[name], len(table), tuple(map(str, table.columns)))
        for name, table in tables.items()
        if len(table) or name not in OPTIONAL
    )
