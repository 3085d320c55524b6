"""Tests of the list of downloads: every table of the run, as it is."""

from __future__ import annotations

from papertrends.report.downloads import ROWS, downloads
from papertrends.tables import Tables


def test_every_table_has_a_description(sample):
    assert set(ROWS) == {name for name, _ in sample.two_digests().items()}


def test_names_rows_and_columns_are_those_of_the_tables(summaries):
    for summary in summaries.values():
        tables = dict(summary.tables.items())
        for one in summary.downloads:
            assert one.n_rows == len(tables[one.name])
            assert one.columns == tuple(tables[one.name].columns)
        order = [name for name in tables if name in {one.name for one in summary.downloads}]
        assert [one.name for one in summary.downloads] == order


def test_what_a_run_cannot_have_is_left_out(sample, summaries):
    names = {one.name for one in summaries["two"].downloads}
    # An empty table says something where the run could have filled it.
    assert {"events", "near_misses", "papers"} <= names
    assert not names & {"other_trends", "other_curves", "other_changes", "what_changed", "moves",
                        "history"}  # fmt: skip
    assert "other_trends" in {one.name for one in summaries["many"].downloads}
    tables: Tables = sample.rerun()[0]
    assert {"what_changed", "moves", "history"} <= {one.name for one in downloads(tables)}


def test_the_number_of_rows_is_written_as_it_is_read(summaries):
    rows = {one.name: one.size_text for one in summaries["wide"].downloads}
    assert rows["trends"] == f"{len(summaries['wide'].tables.trends):,}"
    assert "," in rows["trends"]
