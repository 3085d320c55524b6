"""Tests of the load report as tables: nothing hidden, nothing needed."""

from __future__ import annotations

import pytest

from papertrends.report.loaded import loaded_tables, notices


def named(report, name: str):
    return next((one for one in loaded_tables(report) if one.caption.startswith(name)), None)


def left_out(n: int, kind: str = "furniture", **given):
    return [{"file": "a.txt", "line": i + 1, "kind": kind, "reason": "r", "text": f"t{i}"} | given
            for i in range(n)]  # fmt: skip


class TestTables:
    def test_of_the_real_report(self, sample):
        tables = loaded_tables(sample.LoadReport().as_dict())
        assert [one.caption for one in tables] == [
            "Files (2)",
            "Left out (9 blocks, 1 of them more than page furniture)",
            "Files not read (1)",
            "Papers that are nearly the same, both kept (1 pair)",
            "Looked up in a table of known papers",
        ]
        files, dropped, not_read, alike, lookup = tables
        assert files.columns == (
            "File", "Format", "Digests", "Dated by", "Blocks", "Papers", "Met twice in a digest"
        )  # fmt: skip
        assert files.rows[0] == (
            "2025-07-31.txt", "daily-papers-text", "2025-07-31", "assumed year", "178", "86", "2"
        )  # fmt: skip
        assert dropped.rows[0] == (
            "2025-07-31.txt", "1204", "No abstract", "no abstract", sample.HOSTILE[2]
        )  # fmt: skip
        assert not_read.rows == (("notes.docx", "no reader knows this form"),)
        assert alike.rows == (("Prompting <b>well</b>", "Prompting", "93 %"),)
        assert lookup.rows == (("known.csv", "120", "118", "97", "3"),)
        assert all(len(row) == len(one.columns) for one in tables for row in one.rows)

    def test_a_file_of_many_digests_and_one_the_store_knows(self):
        file = {"file": "a", "digest_date": "2025-01-02", "last_digest": "2025-03-04",
                "n_digests": 1200, "n_known": 3}  # fmt: skip
        table = named({"files": [file]}, "Files")
        assert table.columns[-1] == "Known to the store"
        assert table.rows[0][2] == "2025-01-02 to 2025-03-04 (1,200 digests)"
        assert table.rows[0][-1] == "3"

    def test_losses_stand_before_furniture_and_the_rest_is_counted(self):
        report = {"dropped": left_out(500) + left_out(3, "broken")}
        table = named(report, "Left out")
        assert table.caption == (
            "Left out (503 blocks, 3 of them more than page furniture): the first 200 of 503 "
            "entries"
        )
        assert len(table.rows) == 200
        assert [row[2] for row in table.rows[:4]] == ["Broken", "Broken", "Broken", "Furniture"]

    def test_an_entry_may_stand_for_many_blocks(self):
        table = named({"dropped": left_out(2, n_blocks=40)}, "Left out")
        assert table.caption == "Left out (80 blocks, all page furniture)"

    def test_at_most_a_hundred_pairs(self):
        pairs = [{"title": f"a{i}", "other_title": "b", "similarity": 0.9} for i in range(130)]
        table = named({"near_duplicates": pairs}, "Papers that")
        assert len(table.rows) == 100
        assert table.caption.endswith("(130 pairs): the first 100 of 130 entries")

    def test_long_texts_are_cut(self):
        table = named({"dropped": left_out(1, text="x" * 100_000)}, "Left out")
        assert len(table.rows[0][-1]) == 160

    @pytest.mark.parametrize(
        "report",
        [{}, {"files": None, "dropped": "x", "lookup": None}, {"files": [], "near_duplicates": 3}],
    )
    def test_what_is_missing_is_done_without(self, report):
        assert loaded_tables(report) == ()

    def test_entries_that_lack_something_or_are_plain(self):
        report = {
            "files": ["a.txt", {}],
            "dropped": [{}],
            "not_read": ["b"],
            "lookup": {"file": "k"},
        }
        assert len(loaded_tables(report)) == 4
        assert [row[0] for row in named(report, "Files (").rows] == ["a.txt", ""]


class TestNotices:
    def test_what_was_assumed_and_nothing_else(self, sample):
        assert notices(sample.LoadReport().as_dict()) == (
            "The year of 2 digest dates was assumed to be 2025: their headers name none.",
        )
        assert notices({"notes": ["2 dates were put right"]}) == ()
        assert notices({}) == ()

    def test_many_are_counted(self):
        many = [f"the year of {i}.txt was assumed" for i in range(40)]
        assert notices({"notes": many})[2:] == (
            "The year of 2.txt was assumed", "37 more such dates were assumed."
        )  # fmt: skip
        assert len(notices({"notes": many[:4]})) == 4
