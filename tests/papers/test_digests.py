"""Which digest a paper is of, and when it was published, by what is written."""

import datetime as dt
import json

import pytest

from papertrends.dumps.content import Content, of_bytes
from papertrends.dumps.records import Dump, PartialDate, Record
from papertrends.errors import InputError
from papertrends.papers import load
from papertrends.papers.digests import dated


def partial(month, day, year=None):
    return PartialDate(month, day, year, None, f"{month}-{day}", 1)


def dump(*published, header=None):
    records = [
        Record(f"T{number}", "An abstract.", (number,), number, published_date=one)
        for number, one in enumerate(published, start=1)
    ]
    return Dump(tuple(records), (), header, len(records))


def content(name):
    return Content(name, name, (name,), of_bytes(b"", file=name).opened)


def test_publication_dates_without_a_year_are_of_the_pages_year():
    page = dump(partial(1, 2), partial(8, 30), partial(2, 27, 2020), dt.date(2019, 5, 1))
    found = dated(content("2026-08-30.md"), page)
    assert [entry.record.published_date for entry in found.entries] == [
        dt.date(2026, 1, 2),
        dt.date(2026, 8, 30),
        dt.date(2020, 2, 27),
        dt.date(2019, 5, 1),
    ]
    assert "publication dates without a year are of the page's year: 2" in found.notes


def test_one_that_would_lie_after_the_digest_is_left_out():
    found = dated(content("2026-01-02.md"), dump(partial(12, 30), partial(1, 2), partial(2, 29)))
    published = [entry.record.published_date for entry in found.entries]
    assert published == [None, dt.date(2026, 1, 2), None]
    assert found.notes[-2:] == (
        "publication dates without a year are of the page's year: 1",
        "publication dates without a year, left out as they lie after it: 2",
    )


def test_papers_of_one_day_contradict_the_files_name(tmp_path):
    def write(name, *days):
        path = tmp_path / name
        rows = [
            {"title": f"T{day}", "abstract": "We study it.", "digest_date": day} for day in days
        ]
        path.write_text("\n".join(map(json.dumps, rows)))
        return path

    with pytest.raises(
        InputError,
        match=r"2025-10-16\.jsonl:1: the papers are of 2025-10-15, which contradicts the file's "
        r"name \(2025-10-16\); rename",
    ):
        load(write("2025-10-16.jsonl", "2025-10-15"))
    for name, days in [
        ("2025-10-15.jsonl", ["2025-10-15"]),
        ("saved-2025-10-16.jsonl", ["2025-10-14", "2025-10-15"]),  # an archive of that day
    ]:
        loaded = load(write(name, *days))
        assert loaded.papers["digest_date"].dt.strftime("%Y-%m-%d").tolist() == days
        assert loaded.report.files[0].date_from == "full date in the dump"
