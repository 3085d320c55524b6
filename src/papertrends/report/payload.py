"""What the page carries for its scripts: figures, tables and papers, compressed.

The tables are those that are exported, cell for cell, so that what is downloaded from
inside the page is what ``--export`` writes. Must not compute, and must not know how the
page looks.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from papertrends.drawing.looks import GREY, ThemeStyle
from papertrends.files import csv_cells
from papertrends.report.charted import OTHER, figures
from papertrends.report.curves import symbol_path
from papertrends.report.model import Chart, Summary, View
from papertrends.report.model.summary import plain

#: With more characters of abstracts than these, they are left to a file beside the page.
MOST_CHARACTERS = 24_000_000


def packed(text: str) -> str:
    """Return `text` as gzip in base 64: the same text, the same result."""
    data = gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)
    return base64.b64encode(data).decode("ascii")


def as_json(value: object) -> str:
    """Return `value` as JSON text without needless space; NaN is refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def has_texts_beside(summary: Summary) -> bool:
    """Tell whether the abstracts are too many to be carried inside the page."""
    return sum(len(paper.abstract) for paper in summary.papers) > MOST_CHARACTERS


def texts(summary: Summary) -> bytes:
    """Return the abstracts by paper id, as the file beside a page has them: JSON, gzipped."""
    plain = {paper.paper_id: paper.abstract for paper in summary.papers}
    return gzip.compress(as_json(plain).encode("utf-8", "replace"), 9, mtime=0)


def charts(summary: Summary) -> dict[str, Any]:
    """Return figures as Plotly takes them, and the words and numbers around each.

    Returns
    -------
    dict
        ``figures`` by the keys of `charted.figures`; ``words`` by chart id, those of the
        other date behind ``other/``: ``title, caption, count_caption, alt, table``.
    """
    words = {chart.chart_id: _words(chart) for chart in summary.charts}
    if summary.other is not None:
        words |= {OTHER + chart.chart_id: _words(chart) for chart in summary.other.charts}
    drawn = {
        key: json.loads(str(fig.to_json(engine="json"))) for key, fig in figures(summary).items()
    }
    return {"figures": drawn, "words": words}


def _words(chart: Chart) -> dict[str, Any]:
    table = chart.table
    return {
        "title": chart.title,
        "caption": chart.caption,
        "count_caption": chart.count_caption,
        "alt": chart.alt,
        "table": {
            "caption": table.caption,
            "columns": table.columns,
            "rows": table.rows,
            "row_keys": table.row_keys,
            "column_keys": table.column_keys,
            "row_periods": table.row_periods,
        },
    }


def data(summary: Summary, styles: Mapping[str, ThemeStyle], *, beside: str = "") -> dict[str, Any]:
    """Return themes, periods and all tables.

    Parameters
    ----------
    summary : Summary
    styles : mapping of theme id to ThemeStyle
    beside : str
        The name of the file that has the abstracts; empty where they are in the page.

    Returns
    -------
    dict
        ``themes`` in the order of the page; ``views``, the run's own date first, each
        with its ``periods``; ``counted``, for each view the places of the periods that a
        paper counts in, papers in the order of the first rows of the papers table;
        ``tables`` by name, with ``columns`` and ``cells``, a list of texts a column.
    """
    views = [View(summary.date, summary.by, "", summary.periods, summary.charts)]
    if summary.other is not None:
        views.append(summary.other)
    return {
        "themes": [
            {
                "id": card.theme_id,
                "name": card.name,
                "color": styles[card.theme_id].color,
                "path": symbol_path(styles[card.theme_id].symbol),
                "level": card.level,
                "terms": card.terms,
            }
            for card in summary.themes
        ],
        "views": [
            {
                "date": view.date,
                "by": view.by,
                "note": view.note,
                "periods": [{"key": one.key, "label": one.label} for one in view.periods],
            }
            for view in views
        ],
        "counted": _counted(summary, views),
        "grey": GREY,
        "beside": beside,
        "load_report": plain(summary.load_report),
        "tables": {name: _cells(name, table, beside) for name, table in summary.tables.items()},
    }


def _counted(summary: Summary, views: list[View]) -> list[list[list[int]]]:
    places = [{one.key: place for place, one in enumerate(view.periods)} for view in views]
    own, other = places[0], places[-1]
    counted = [
        [sorted({own[one.period] for one in paper.appearances if one.period})
         for paper in summary.papers]
    ]  # fmt: skip
    if len(views) > 1:
        counted.append([[other[key] for key in paper.other_periods] for paper in summary.papers])
    return counted


def _cells(name: str, table: pd.DataFrame, beside: str) -> dict[str, Any]:
    """Return a table as its CSV has it, column by column."""
    if beside and name == "papers":
        table = table.assign(abstract="")
    return {"columns": list(table), "cells": csv_cells(table)}
