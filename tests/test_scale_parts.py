"""What is done part by part adds up to what is done at once."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hand_made import remembered

from papertrends.counting import put_together
from papertrends.dumps.inputs import find_dumps
from papertrends.errors import InputError
from papertrends.export import write_parquet
from papertrends.papers import load, load_papers, near_duplicates
from papertrends.papers.loading import suffixes
from papertrends.papers.near_duplicates import pairs_of, signatures_of
from papertrends.scale import datasets, loading, pools, steps
from papertrends.scale.counts import Counting, added_up, count
from papertrends.scale.datasets import check_new, write_datasets
from papertrends.scale.pools import InProcess
from papertrends.scale.refusals import Refused, refusing
from papertrends.scale.steps import partitions
from papertrends.tables import Tables
from papertrends.themes.fitted import one_row_each
from papertrends.trends import theme_trends

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return remembered().tables


@pytest.fixture(scope="module")
def papers() -> pd.DataFrame:
    return load_papers(DATA)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 400), st.sampled_from(["a", "b", "c", ""])),
        min_size=1,
        max_size=40,
    ),
    parts=st.integers(1, 4),
    by=st.sampled_from(["digest", "week", "month", "quarter", "year"]),
    which=st.sampled_from(["every", "first"]),
    with_themes=st.booleans(),
)
def test_counts_of_parts_add_up(
    rows: list[tuple[int, int, str]], parts: int, by: str, which: str, with_themes: bool
) -> None:
    table = pd.DataFrame(rows, columns=["paper_id", "day", "theme_id"])
    table["digest_date"] = pd.Timestamp("2024-11-03") + pd.to_timedelta(table["day"], unit="D")
    part_of = table["paper_id"] % parts
    table["paper_id"] = "t:" + table["paper_id"].astype(str)
    inside = table[table["theme_id"] != ""] if with_themes else table.head(0)
    themes = pd.DataFrame({"theme_id": ["a", "b", "c", "d"] if with_themes else []}, dtype="str")
    asked = Counting(by, which, tuple(themes["theme_id"]))
    counts = [
        count(table[part_of == one], inside[part_of[inside.index] == one], asked)
        for one in sorted(set(part_of))
    ]
    found = added_up(counts, asked, table["digest_date"].max())
    pd.testing.assert_frame_equal(
        found, theme_trends(table, inside, by, count=which, themes=themes)
    )


def test_partitions_hold_whole_papers_whatever_their_order(
    papers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PARTITION", 32)
    unique = one_row_each(papers)
    links = pd.DataFrame({"paper_id": unique["paper_id"].iloc[::3], "theme_id": "a"})
    found = partitions(unique, papers, links)
    assert [len(one.papers) for one in found] == [32] * 4 + [len(unique) - 4 * 32]
    for one in found:
        ids = set(one.papers["paper_id"])
        assert one.memberships is not None
        assert set(one.listings["paper_id"]) == ids
        assert set(one.memberships["paper_id"]) <= ids
    assert sum(len(one.listings) for one in found) == len(papers)
    assert sum(len(one.memberships) for one in found if one.memberships is not None) == len(links)
    turned = partitions(unique, papers.iloc[::-1], links.iloc[::-1])
    assert [sorted(one.listings["paper_id"]) for one in turned] == [
        sorted(one.listings["paper_id"]) for one in found
    ]


def test_a_partition_is_a_whole_number_of_blocks() -> None:
    assert steps.PARTITION % steps.BLOCK == 0


def test_near_duplicates_by_signatures_are_those_of_all(papers: pd.DataFrame) -> None:
    twin = papers.head(3).assign(
        paper_id=["t:1", "t:2", "t:3"], abstract=papers["abstract"].head(3) + " Once more."
    )
    both = pd.concat([papers, twin], ignore_index=True)
    unique = one_row_each(both)
    pieces = [unique["abstract"].tolist()[at : at + 40] for at in range(0, len(unique), 40)]
    signatures = np.concatenate([signatures_of(piece) for piece in pieces])
    found = pairs_of(unique, signatures)
    assert found == near_duplicates(both)
    assert len(found) >= 3


def test_files_read_in_blocks_are_the_papers_of_one_reading(
    tmp_path: Path, papers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_FILES", 2)
    (tmp_path / "notes.txt").write_text("Dear diary, nothing happened.\n", encoding="utf-8")
    for number in range(5):
        write_parquet(papers.iloc[number::5], tmp_path / f"p{number}.parquet")
    told: list[tuple[str, int, int]] = []
    found = loading.load(
        InProcess(),
        tmp_path,
        year=None,
        columns=None,
        papers_known=None,
        progress=lambda *one: told.append(one),
    )
    expected = load(tmp_path)
    pd.testing.assert_frame_equal(found.papers, expected.papers)
    assert found.report == dataclasses.replace(expected.report, near_duplicates=())
    assert [one.file for one in found.report.not_read] == ["notes.txt"]
    assert len(told) == 3
    assert told[-1][1] == told[-1][2]


def test_what_was_read_arrives_as_it_was_sent(tmp_path: Path, papers: pd.DataFrame) -> None:
    write_parquet(papers.assign(upvotes=range(len(papers))), tmp_path / "p.parquet")
    (tmp_path / "page.txt").write_bytes((DATA / "2025-07-31.txt").read_bytes())
    (tmp_path / "notes.txt").write_text("Dear diary, nothing happened.\n", encoding="utf-8")
    contents, _ = find_dumps(tmp_path, suffixes())
    files = [one for content in contents if (one := loading._lying(content)) is not None]
    options = loading._Options(None, 2025, dt.date(2025, 8, 6))
    read = loading.read_files(files, options)
    assert len(read) == 3
    for one, other in zip(read, copy.deepcopy(read), strict=True):
        assert (one.source, one.sha256, one.why_not) == (other.source, other.sha256, other.why_not)
        if one.dump is None:
            assert other.dump is None
            continue
        # All but the records, which the entries hold with full dates.
        assert other.dump.entries == one.dump.entries
        rest = dataclasses.replace(one.dump, dump=dataclasses.replace(one.dump.dump, records=()))
        assert other.dump == rest


def test_a_packed_dump_and_a_wrong_year_are_as_on_one_machine(tmp_path: Path) -> None:
    import gzip
    import zipfile

    text = (DATA / "2025-07-31.txt").read_bytes()
    (tmp_path / "2025-07-31.txt.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(DATA / "2025-08-05.txt", "2025-08-05.txt")
    asked = {"columns": None, "papers_known": None, "progress": lambda *_: None}
    found = loading.load(InProcess(), tmp_path, year=None, **asked)
    expected = load(tmp_path)
    pd.testing.assert_frame_equal(found.papers, expected.papers)
    assert found.report == dataclasses.replace(expected.report, near_duplicates=())
    with pytest.raises(InputError, match="the year 1066 is not one of"):
        loading.load(InProcess(), tmp_path, year=1066, **asked)


def test_datasets_are_read_back_and_come_whole(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    monkeypatch.setattr(datasets, "PART_ROWS", 30)
    write_datasets(tables, {"by": "digest"}, tmp_path / "sets")
    assert [one.name for one in tmp_path.iterdir()] == ["sets"]
    parts = sorted((tmp_path / "sets" / "papers.parquet").iterdir())
    assert [one.name for one in parts[:2]] == ["part-00000.parquet", "part-00001.parquet"]
    again = load_papers(tmp_path / "sets" / "papers.parquet")
    for name in ("paper_id", "title", "abstract", "digest_date", "position"):
        assert again[name].tolist() == tables.papers[name].tolist(), name
    for name, table in tables.items():
        files = f"{tmp_path}/sets/{name}.parquet/*.parquet"
        with duckdb.connect() as database:
            rows = database.execute("SELECT count(*) FROM read_parquet(?)", [files]).fetchall()
        assert rows == [(len(table),)]
    with pytest.raises(InputError, match="holds something already; name a new folder"):
        write_datasets(tables, {}, tmp_path / "sets")


def test_datasets_that_cannot_be_finished_leave_nothing(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(table: pd.DataFrame, path: Path) -> None:
        if path.parent.name == "trends.parquet":
            raise OSError(28, "No space left on device")
        write_parquet(table, path)

    monkeypatch.setattr(datasets, "write_parquet", full)
    with pytest.raises(InputError, match=r"sets: cannot be written to .No space left on device"):
        write_datasets(tables, {}, tmp_path / "sets")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="there is no folder"):
        check_new(tmp_path / "none" / "sets")


def test_what_is_refused_elsewhere_is_raised_here() -> None:
    def step(item: int) -> int:
        raise InputError("no paper in it", "give one", file="a.parquet", line=item)

    found = refusing(step, 7)
    assert isinstance(found, Refused)
    with pytest.raises(InputError, match=r"a\.parquet:7: no paper in it; give one"):
        found.throw()
    assert refusing(abs, -7) == 7


def test_counting_once_is_what_the_tables_have(tables: Tables) -> None:
    memory = remembered()
    ids = memory.fitted.theme_ids
    part = count(memory.papers, memory.fitted.memberships, Counting("digest", "every", ids))
    found = added_up([part], Counting("digest", "every", ids), memory.papers["digest_date"].max())
    expected = put_together(
        memory.papers, memory.fitted, memory.tables.themes, by="digest", date="digest",
        count="every",
    )  # fmt: skip
    pd.testing.assert_frame_equal(found, expected.trends)
    assert pools.PATIENCE == 30
