"""Tables of papers: what is filled in, what is left out and said, what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.evaluation.inputs import from_table, read
from papertrends.export import write_table
from papertrends.papers import load_papers, paper_id
from papertrends.tables import PAPERS

ROWS = pd.DataFrame(
    [
        ("On  cats", "Cats\npurr.", "pets"),
        ("On dogs", "Dogs bark.", "pets"),
        ("On hens", "Hens cluck.", " pets "),
        ("On foxes", "", "wild"),
        ("On emus", "Emus run.", None),
        ("On cats", "Cats\npurr.", "wild"),
        ("", "Of nothing.", "wild"),
    ],
    columns=["title", "abstract", "area"],
)


def write(table: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        with duckdb.connect() as database:
            database.register("plain", table.astype(object))
            database.execute(f"COPY plain TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl"])
def test_a_table_of_titles_and_abstracts_becomes_papers(tmp_path: Path, ending: str) -> None:
    file = write(ROWS, tmp_path / f"some{ending}")
    found = read(file, "area")
    assert list(found.papers) == list(PAPERS)
    by_title = found.papers.drop_duplicates("title").set_index("title")
    assert sorted(by_title.index) == ["On cats", "On dogs", "On emus", "On foxes", "On hens"]
    assert by_title["paper_id"].to_dict() == {one: paper_id(one) for one in by_title.index}
    assert by_title.loc["On cats", "abstract"] == "Cats purr."
    assert found.papers[["digest_date", "published_date"]].isna().all(axis=None)
    assert found.papers["source"].eq(f"some{ending}").all()
    assert found.labels.to_dict() == {
        paper_id("On dogs"): "pets",
        paper_id("On hens"): "pets",
        paper_id("On foxes"): "wild",
    }
    assert found.notes == (
        "without a title, left out: 1 of 7 rows",
        "without an abstract, read by title alone: 1 of 5 papers",
        "without a label, not compared: 1 of 5 papers",
        "with two labels, not compared: 1 of 5 papers",
    )
    assert found.files == ((f"some{ending}", hashlib.sha256(file.read_bytes()).hexdigest()),)


def test_what_the_table_has_is_kept() -> None:
    table = ROWS.head(2).assign(
        paper_id=["a", ""],
        arxiv_id=["", "2503.04625"],
        digest_date=["2025-07-31T22:00:00Z", "soon"],
        upvotes=["many", "few"],
        position=["first", "last"],
    )
    papers = from_table(table).papers.set_index("paper_id")
    assert sorted(papers.index) == ["a", "arxiv:2503.04625"]
    assert papers.loc["a", "digest_date"] == pd.Timestamp("2025-07-31")
    assert pd.isna(papers.loc["arxiv:2503.04625", "digest_date"])


def test_the_order_of_the_rows_changes_nothing() -> None:
    twice = pd.concat([ROWS, ROWS.assign(abstract="Another text.")], ignore_index=True)
    forth, back = from_table(twice, "area"), from_table(twice.iloc[::-1], "area")
    pd.testing.assert_frame_equal(forth.papers, back.papers)
    pd.testing.assert_series_equal(forth.labels, back.labels)
    assert forth.notes == back.notes


def test_labels_that_are_numbers_count_as_names() -> None:
    table = ROWS.iloc[1:4].assign(year=[2020, 2020, 2021])
    assert sorted(from_table(table, "year").labels) == ["2020", "2020", "2021"]


def test_several_tables_and_folders_of_them_are_one_corpus(tmp_path: Path) -> None:
    write(ROWS.head(3), tmp_path / "a.csv")
    write(ROWS.iloc[3:4], tmp_path / "b.parquet")
    both = read([tmp_path / "a.csv", str(tmp_path / "b.parquet")], "area")
    assert both.papers["source"].tolist().count("b.parquet") == 1
    assert len(both.papers) == 4
    pd.testing.assert_frame_equal(read(tmp_path, "area").papers, both.papers)
    assert len(read(str(tmp_path / "*.csv")).papers) == 3


def test_dumps_are_read_as_ever(data: Path) -> None:
    found = read(data)
    pd.testing.assert_frame_equal(found.papers, load_papers(data), check_like=True)
    assert found.labels is None
    assert [name for name, _ in found.files] == ["2025-07-31.txt", "2025-08-05.txt"]
    assert "155 rows, 150 papers" in found.notes[0]


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_what_load_has_written_is_read_back(data: Path, tmp_path: Path, ending: str) -> None:
    papers = load_papers(data)
    write_table(papers, tmp_path / f"p.{ending}")
    found = read(tmp_path / f"p.{ending}").papers
    keys = ["paper_id", "title", "abstract", "digest_date", "source"]
    pd.testing.assert_frame_equal(
        found[keys],
        papers[keys].sort_values(["paper_id", "digest_date"], ignore_index=True),
        check_dtype=False,
    )


HEAD = "title,abstract,area\n"
LIST = '{"title": "a", "abstract": "b", "area": ["x"]}\n'


@pytest.mark.parametrize(
    ("name", "content", "labels", "message"),
    [
        (
            "p.csv",
            f"{HEAD}a,b,c\n",
            "aera",
            r"p\.csv: there is no column 'aera'; "
            r"did you mean 'area'\? Allowed: title, abstract, area",
        ),
        ("p.csv", "Title,abstract\na,b\n", None, r"no column 'title'; did you mean 'Title'\?"),
        ("p.csv", "title,summary\na,b\n", None, r"no column 'abstract'; Allowed: title, summary"),
        ("p.csv", f"{HEAD},b,c\n", None, "no row has a title; give each"),
        ("p.csv", f"{HEAD}a,b,\nc,d,\n", "area", "column 'area' is empty; name"),
        ("p.csv", f"{HEAD}a,b,x\nc,d,y\n", "area", "another value for each paper; name"),
        ("p.csv", f"{HEAD}a,b,x\nc,d,x\n", "area", "says 'x' of every paper; name"),
        ("p.csv", "", None, r"p\.csv: there is no row in it; name"),
        ("p.csv", HEAD, None, r"p\.csv: there is no row in it; give a table"),
        ("p.csv", f"{HEAD}a,b\n", None, r"p\.csv:2: 2 fields where the header has 3; mend"),
        ("p.parquet", "PAR", None, r"p\.parquet: cannot be read as Parquet \(.*\); check"),
        ("p.jsonl", '{}\n\n{"title"\n', None, r"p\.jsonl:3: this line is cut off \(.*\); mend"),
        ("p.jsonl", "[1]\n", None, r"p\.jsonl:1: this line is no JSON object; mend"),
        ("p.jsonl", LIST, "area", "the column 'area' holds lists; name"),
        ("p.txt", "Daily Papers\n", "area", r"p\.txt: this is no table of papers, .*; name a"),
        ("gone.csv", None, None, r"gone\.csv: there is no such file"),
    ],
)
def test_tables_that_are_of_no_use_are_refused(
    tmp_path: Path, name: str, content: str | None, labels: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        read(tmp_path / name, labels)


def test_tables_and_dumps_are_not_mixed(data: Path, tmp_path: Path) -> None:
    table = write(ROWS, tmp_path / "p.csv")
    with pytest.raises(
        InputError, match=r"this is a dump and '.*p\.csv' a table of papers; .*load"
    ):
        read([data, table])
