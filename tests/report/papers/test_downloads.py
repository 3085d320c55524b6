"""Tests of downloads: what is saved from inside the page is what is exported."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest

from papertrends.files import csv_text
from papertrends.report import payload
from papertrends.report.page import write_report

pytestmark = pytest.mark.browser
SAMPLES = ("two", "one", "many", "hostile", "nested", "wide", "gapped", "published")


def found(page) -> str:
    return page.locator("#found").inner_text()


@pytest.mark.parametrize("name", SAMPLES)
def test_tables_are_saved_as_they_are_exported(opened_at, summaries, name, saved):
    with opened_at(name) as page:
        for table, frame in summaries[name].tables.items():
            button = page.locator(f"[data-table='{table}']")
            if not button.count():
                assert frame.empty
                continue
            file, data = saved(page, f"[data-table='{table}']")
            assert file == f"{table}.csv"
            assert data == csv_text(frame).encode()


def test_fields_are_quoted_as_pandas_does(opened_at):
    import pandas as pd

    texts = ["", 'a "b"', "a,b", "a\nb", " a ", "é😀", "'", ";\t", '"', ","]
    frames = [pd.DataFrame({"one": texts}), pd.DataFrame({"a,b": texts, 'c"d': texts[::-1]})]
    with opened_at("one") as page:
        for frame in [*frames, frames[0].head(0)]:
            columns, cells = list(frame), [frame[column].tolist() for column in frame]
            told = page.evaluate("([c, d]) => papertrends.downloads.csv(c, d)", [columns, cells])
            assert told == csv_text(frame)


def test_the_load_report_is_saved(opened_at, summaries, saved):
    with opened_at("hostile") as page:
        file, data = saved(page, "[data-json=load_report]")
        assert file == "load_report.json"
        assert json.loads(data) == summaries["hostile"].as_dict()["load_report"]


def test_found_papers_are_saved(opened_at, summaries, saved):
    with opened_at("hostile", "#papers&theme=n1&query=fine-tuning") as page:
        _, data = saved(page, "#save-found")
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        table = summaries["hostile"].tables.papers
        assert list(rows[0]) == [*table.columns, "themes"]
        n_found = int(found(page).split()[0])
        assert len({row["paper_id"] for row in rows}) == n_found
        expected = table[table["paper_id"].isin({row["paper_id"] for row in rows})]
        assert sorted((r["paper_id"], r["digest_date"], r["title"]) for r in rows) == sorted(
            zip(expected["paper_id"], expected["digest_date"].dt.strftime("%Y-%m-%d"),
                expected["title"], strict=True))  # fmt: skip
        name = next(c.name for c in summaries["hostile"].themes if c.theme_id == "n1")
        assert all(name in row["themes"] for row in rows)


def test_abstracts_in_a_file_beside_the_page(at, summaries, tmp_path, monkeypatch, saved):
    monkeypatch.setattr(payload, "MOST_CHARACTERS", 1000)
    path = tmp_path / "report.html"
    write_report(summaries["two"], path)
    other = tmp_path / "other.gz"
    other.write_bytes(gzip.compress(b'{"t:unknown": "text"}', mtime=0))
    broken = tmp_path / "broken.gz"
    broken.write_bytes(b"not gzip")
    word = "leveraging"
    expected = sum(word in f"{p.title}\n{p.abstract}".lower() for p in summaries["two"].papers)
    with at(path) as page:
        page.fill("#query", word)
        assert found(page) != f"{expected} of 150 papers"
        assert page.locator("#rows details").count() == 0
        row = page.locator("tr:has([data-table=papers])")
        assert "empty until report.texts.gz is opened" in row.inner_text()
        for wrong in (other, broken):
            page.set_input_files("#texts", str(wrong))
            page.get_by_text("This is not the file that came with this page").wait_for()
        page.set_input_files("#texts", str(tmp_path / "report.texts.gz"))
        page.get_by_text("The abstracts are here now.").wait_for()
        assert found(page) == f"{expected} of 150 papers"
        assert page.locator("#rows details").count() == expected
        _, data = saved(page, "[data-table=papers]")
        assert data == csv_text(summaries["two"].tables.papers).encode()
        assert "With the abstracts" in row.inner_text()
