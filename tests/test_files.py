"""Tables as CSV, and the cells of it."""

from __future__ import annotations

import csv
import io

import pandas as pd

from papertrends.files import csv_cells, csv_text
from papertrends.tables import PAPERS, conform


def test_cells_are_what_stands_in_the_csv() -> None:
    rows = [
        {"paper_id": "a", "title": 'a "quoted", title', "digest_date": "2025-08-05", "upvotes": 3},
        {"paper_id": "b", "title": "two\nlines", "abstract": "NUL \x00 and '\"\"'"},
        {"paper_id": "", "title": "漢 😀", "position": -1},
    ]
    table = conform(pd.DataFrame(rows).fillna({"abstract": "", "position": 0}), PAPERS)
    written = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert written[0] == list(table)
    assert [list(cells) for cells in zip(*csv_cells(table), strict=True)] == written[1:]


def test_numbers_stand_as_in_the_file() -> None:
    table = pd.DataFrame(
        {"share": [0.1, float("nan"), 1e-7, 5.0], "sure": [True, False, True, True]}
    )
    assert csv_cells(table) == [["0.1", "", "1e-07", "5.0"], ["True", "False", "True", "True"]]


def test_a_missing_text_is_an_empty_one() -> None:
    table = pd.DataFrame({"title": pd.Series(["one", None], dtype=object), "n": [1, 2]})
    assert csv_text(table) == "title,n\none,1\n,2\n"
    assert csv_cells(table) == [["one", ""], ["1", "2"]]


def test_a_lone_carriage_return_begins_no_row() -> None:
    table = pd.DataFrame({"title": ["one\rrow"], "n": [1]})
    assert csv_text(table) == "title,n\none row,1\n"
    assert csv_cells(table) == [["one row"], ["1"]]


def test_a_table_without_rows_has_columns() -> None:
    table = conform(pd.DataFrame(), PAPERS)
    assert csv_text(table) == ",".join(PAPERS) + "\n"
    assert csv_cells(table) == [[] for _ in PAPERS]
