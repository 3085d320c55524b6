"""Dates, identity and duplicates, and the load report: what becomes of dumps together."""

import datetime as dt
import hashlib
import itertools
import json
import re
import types
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.papers import LoadReport, load, load_papers, paper_id
from papertrends.tables import PAPERS

DATA = Path(__file__).parents[2] / "data"
TODAY = dt.date(2026, 3, 15)


def page(*papers, date="Jul 31"):
    blocks = ["Daily Papers", *([date] if date else [])]
    for title in papers:
        blocks += [title, f"We study {title}."] if isinstance(title, str) else title
    return "\n\n".join(blocks) + "\n"


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(loaded):
    frame = loaded.papers
    return list(
        zip(
            frame["digest_date"].dt.strftime("%Y-%m-%d"),
            frame["position"],
            frame["title"],
            frame["source"],
            strict=True,
        )
    )


def losses(loaded):
    return [(one.file, one.line, one.kind, one.text) for one in loaded.report.losses]


def dated(loaded):
    return [(one.digest_date.isoformat(), one.date_from) for one in loaded.report.files]


# The two real dumps


def test_the_real_dumps():
    loaded = load(DATA, today=dt.date(1999, 1, 1))
    papers, report = loaded.papers, loaded.report
    blocks = {
        path.stem: [block.strip() for block in path.read_text("utf-8").split("\n\n")]
        for path in DATA.glob("*.txt")
    }
    expected = [
        (date, position, title, abstract)
        for date in sorted(blocks)
        for position, (title, abstract) in enumerate(
            zip(blocks[date][6::2], blocks[date][7::2], strict=True), start=1
        )
    ]
    dates = papers["digest_date"].dt.strftime("%Y-%m-%d")
    columns = [dates, papers["position"], papers["title"], papers["abstract"]]
    assert list(zip(*columns, strict=True)) == expected
    assert dates.value_counts().to_dict() == {"2025-07-31": 86, "2025-08-05": 69}
    titles = [{block.casefold() for block in found[6::2]} for found in blocks.values()]
    assert (papers["paper_id"].nunique(), len(titles[0] | titles[1])) == (150, 150)
    assert (report.n_in_several_digests, len(titles[0] & titles[1])) == (5, 5)
    assert (report.n_files, report.n_rows, report.n_papers) == (2, 155, 150)
    assert report.n_blocks == sum(len(found) for found in blocks.values()) == 2 * 155 + 10 + 2
    assert [one.line for one in report.dropped] == [1, 3, 5, 7, 9] * 2
    assert report.losses == report.notes == report.not_read == ()
    assert [one.sha256 for one in report.files] == [
        hashlib.sha256((DATA / f"{date}.txt").read_bytes()).hexdigest() for date in sorted(blocks)
    ]
    assert report.sentences() == [
        "155 rows, 150 papers, 5 of them in more than one digest, from 2 files",
        "2025-07-31.txt: 86 papers of 2025-07-31 (daily-papers-text, date in the file's name)",
        "2025-08-05.txt: 69 papers of 2025-08-05 (daily-papers-text, date in the file's name)",
        "left out as furniture of the pages: 10 blocks",
    ]


def test_the_table_is_as_promised():
    papers = load_papers(DATA)
    assert {name: str(dtype) for name, dtype in papers.dtypes.items()} == {
        name: str(pd.Series([], dtype=dtype).dtype) for name, dtype in PAPERS.items()
    }
    assert list(papers.index) == list(range(155))
    assert papers[["published_date", "upvotes"]].isna().all(axis=None)
    assert (papers[["arxiv_id", "url"]] == "").all(axis=None)
    assert papers["paper_id"].str.fullmatch(r"t:[0-9a-f]{16}").all()
    report = papers.attrs["load_report"]
    assert json.loads(json.dumps(report)) == report
    assert LoadReport.from_dict(report) == load(DATA).report


# Identity


def test_the_id_is_made_of_letters_and_digits():
    key = "learning2reasonwithalpha"
    expected = "t:" + hashlib.sha256(key.encode()).hexdigest()[:16]
    for title in (
        "Learning 2 Reason with alpha",
        "LEARNING-2-REASON, with: alpha!",
        "Learning²  Reason with ${alpha}$",
        "Ｌearning 2 Reason\nwith 'alpha'",
    ):
        assert paper_id(title) == expected


def test_titles_that_differ_keep_their_own_ids():
    titles = [
        "A",
        "B",
        "A2",
        "论文一",
        "论文二",
        "Статья",
        "किताब",
        "कताब",
        "كتاب",
        "???",
        "!!!",
        "\U0001f600",
        "\U0001f601",
        "αβ",
        "αγ",
        "naive",
        "नवी",
    ]
    assert len({paper_id(title) for title in titles}) == len(titles)
    assert paper_id("ℕ") == paper_id("n")
    assert paper_id(" ??  ? ") == paper_id("?? ?") != paper_id("???")
    assert paper_id("NAI\u0308VE") == paper_id("na\u00efve")


@given(st.text(), st.text())
def test_ids_agree_exactly_when_the_letters_and_digits_do(one, other):
    def letters(text):
        return re.sub(r"[\W_]", "", text.casefold())

    if one.isascii() and other.isascii() and letters(one) and letters(other):
        assert (paper_id(one) == paper_id(other)) == (letters(one) == letters(other))
    assert re.fullmatch("t:[0-9a-f]{16}", paper_id(one))


# Dates


@pytest.mark.parametrize(
    ("name", "header", "year", "expected"),
    [
        ("2024-07-31.txt", "Jul 31, 2024", 2023, ("2024-07-31", "full date in the dump")),
        ("page.txt", "Jul 31, 2024", 2023, ("2024-07-31", "full date in the dump")),
        ("2024-07-31.txt", "Jul 31", 2023, ("2024-07-31", "date in the file's name")),
        ("daily_20240731.txt", "Jul 31", None, ("2024-07-31", "date in the file's name")),
        ("2024_07_31-hf.txt", "Jul 31", None, ("2024-07-31", "date in the file's name")),
        ("Daily Jul 31, 2024.txt", "Jul 31", None, ("2024-07-31", "date in the file's name")),
        ("31-july-2024.txt", None, None, ("2024-07-31", "date in the file's name")),
        (
            "2024-07-31_saved_2024-08-02.txt",
            "Jul 31",
            None,
            ("2024-07-31", "date in the file's name"),
        ),
        ("page.txt", "Jul 31", 2023, ("2023-07-31", "--year")),
        ("2025-07-311.txt", "Jul 31", 2023, ("2023-07-31", "--year")),
        ("2403.12110.txt", "Jul 31", 2023, ("2023-07-31", "--year")),
        ("page.txt", "Feb 29", 2024, ("2024-02-29", "--year")),
        ("page.txt", "Jul 31", None, ("2025-07-31", "assumed year")),
        ("page.txt", "Mar 15", None, ("2026-03-15", "assumed year")),
        ("page.txt", "Mar 16", None, ("2025-03-16", "assumed year")),
        ("page.txt", "Feb 29", None, ("2024-02-29", "assumed year")),
    ],
)
def test_where_a_date_comes_from(write, name, header, year, expected):
    loaded = load(write(name, page("A", date=header)), year=year, today=TODAY)
    assert dated(loaded) == [expected]
    assert rows(loaded) == [(expected[0], 1, "A", name)]
    assert any("assumed" in note for note in loaded.report.notes) == (expected[1] == "assumed year")


def test_an_assumed_year_is_said(write):
    loaded = load(write("page.txt", page("A")), today=TODAY)
    note = (
        "page.txt: the year 2025 of 'Jul 31' was assumed: it is the latest that does not lie in the"
        " future; say --year or put the full date into the file's name"
    )
    assert loaded.report.notes == (note,)
    assert loaded.report.sentences()[1:3] == [
        "page.txt: 1 paper of 2025-07-31 (daily-papers-text, assumed year)",
        note,
    ]


def test_the_clock_is_asked_in_the_last_resort_only(write, monkeypatch):
    class Clock(dt.date):
        @classmethod
        def today(cls):
            raise AssertionError("the clock was asked")

    fake = types.SimpleNamespace(date=Clock)
    monkeypatch.setattr("papertrends.papers.digests.dt", fake)
    load([write("a.txt", page("A"))], year=2024)
    load(DATA)
    with pytest.raises(AssertionError, match="clock"):
        load(write("b.txt", page("A")))


def test_a_year_that_is_not_used_is_noted(write):
    loaded = load(write("2025-07-31.txt", page("A")), year=2024)
    assert loaded.report.notes == (
        "2025-07-31.txt: the year 2024 was not used: there is a date in the file's name",
    )


def test_a_weekday_that_is_not_the_date_s_is_noted(write):
    loaded = load(write("a.txt", page("A", date="Thu, Jul 31")), year=2024)
    assert loaded.report.notes == (
        "a.txt: the dump says 'Thu, Jul 31', but 2024-07-31 is a Wednesday",
    )
    assert load(write("a.txt", page("A", date="Thu, Jul 31")), year=2025).report.notes == ()


def test_a_missing_header_date_is_noted(write):
    loaded = load(write("2025-07-31.txt", page("A", date=None)))
    assert loaded.report.notes == ("2025-07-31.txt: there is no date in the dump itself",)


@pytest.mark.parametrize(
    ("name", "header", "year", "message"),
    [
        ("2025-07-30.txt", "Jul 31", None, r":3: the date 'Jul 31' contradicts .*2025-07-30\); re"),
        ("2025-07-31.txt", "Jul 31, 2024", None, r":3: the date 'Jul 31, 2024' contradicts .*; re"),
        ("2025-02-28.txt", "Feb 29", None, r":3: the date 'Feb 29' contradicts"),
        ("2024-07-31 2025-07-31.txt", "Jul 31", None, r": the file's name has more than one .*; n"),
        ("2024-07-31 2025-07-31.txt", None, None, r": the file's name has more than one date \(2"),
        ("page.txt", None, 2025, r": there is no date, neither .*; name the file like '2025-07-3"),
        ("page.txt", "Feb 29", 2025, r":3: there is no 'Feb 29' in 2025; give the year"),
        ("page.txt", "Feb 30", 2025, r":3: 'Feb 30' stands in the date's place and is no date; w"),
    ],
)
def test_dates_that_cannot_be(write, name, header, year, message):
    path = write(name, page("A", "B", date=header))
    with pytest.raises(InputError, match="^" + re.escape(str(path)) + message):
        load(path, year=year, today=TODAY)


@pytest.mark.parametrize("year", [0, 31, 20255, -2025])
def test_years_that_cannot_be(year):
    with pytest.raises(InputError, match=rf"^the year {year} is not one of 1900 to 2199; give"):
        load(DATA, year=year)


# Duplicates and several files


def test_a_paper_twice_in_one_digest(write):
    first, second = ("A: b", "We study A."), ("a B", "We  study, a")
    loaded = load(write("2025-07-31.txt", page(first, "C", second, ("A  b!", "Other."), "D")))
    assert [row[1:3] for row in rows(loaded)] == [(1, "A: b"), (2, "C"), (3, "D")]
    assert [(one.line, one.kind, one.reason) for one in loaded.report.losses] == [
        (13, "duplicate", "the same paper as in line 5"),
        (17, "conflict", "same title as line 5 but another abstract"),
    ]
    (file,) = loaded.report.files
    assert (file.n_papers, file.n_duplicates, file.n_blocks) == (3, 1, 12)
    assert "2025-07-31.txt:17: same title as line 5 but another abstract: 'A b!'" in (
        loaded.report.sentences()
    )


def test_the_same_content_under_two_names(write):
    write("b-2025-07-31.txt", page("A", "B"))
    folder = write("a-2025-07-31.txt", page("A", "B")).parent
    loaded = load(folder)
    assert {row[3] for row in rows(loaded)} == {"a-2025-07-31.txt"}
    assert losses(loaded) == [
        ("b-2025-07-31.txt", 5, "duplicate", "A"),
        ("b-2025-07-31.txt", 9, "duplicate", "B"),
    ]
    assert [(one.n_papers, one.n_duplicates) for one in loaded.report.files] == [(2, 0), (0, 2)]
    assert loaded.report.losses[0].reason == "the same paper as in line 5 of a-2025-07-31.txt"


def test_two_files_of_one_digest_and_the_order_of_files(write):
    paths = [
        write("2025-08-01.txt", page("A", "E", date="Aug 1")),
        write("2025-07-31-b.txt", page("C", "D")),
        write("2025-07-31-a.txt", page("A", "B")),
    ]
    expected = [
        ("2025-07-31", 1, "A", "2025-07-31-a.txt"),
        ("2025-07-31", 2, "B", "2025-07-31-a.txt"),
        ("2025-07-31", 3, "C", "2025-07-31-b.txt"),
        ("2025-07-31", 4, "D", "2025-07-31-b.txt"),
        ("2025-08-01", 1, "A", "2025-08-01.txt"),
        ("2025-08-01", 2, "E", "2025-08-01.txt"),
    ]
    results = [load(order) for order in itertools.permutations(paths)]
    assert [rows(loaded) for loaded in results] == [expected] * 6
    assert {json.dumps(loaded.report.as_dict()) for loaded in results} == {
        json.dumps(load(paths[0].parent).report.as_dict())
    }
    assert results[0].report.n_in_several_digests == 1


_WORDS = st.sampled_from(["A", "B", "a!", "C", "Models", "12", "Aug 5", "We study A.", "Submit"])


@settings(max_examples=100)
@given(st.lists(st.lists(_WORDS, max_size=9), min_size=1, max_size=3))
def test_every_block_is_a_row_or_on_record(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("dumps")
    for number, blocks in enumerate(files):
        text = "\n\n".join(["Daily Papers", "Jul 31", "First", f"We study {number}.", *blocks])
        (folder / f"{number}.txt").write_text(text)
    try:
        report = load(folder, year=2025).report
    except InputError:
        return
    met_twice = sum(one.kind in ("duplicate", "conflict") for one in report.dropped)
    others = len(report.dropped) - met_twice
    assert report.n_blocks == sum(4 + len(blocks) for blocks in files)
    assert report.n_blocks == 2 * (report.n_rows + met_twice) + others + report.n_files
    assert LoadReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


def test_losses_are_shown_and_long_lists_cut(write):
    blocks = [f"Paper {i}" for i in range(12)] * 2
    loaded = load(write("2025-07-31.txt", page(*blocks) + "\nLonely\n"))
    lines = loaded.report.sentences()
    assert "left out, papers met twice in one digest: 12" in lines
    assert "and 2 more of them in the load report" in lines
    assert "2025-07-31.txt:101: no abstract follows this title: 'Lonely'" in lines
    assert len(loaded.report.losses) == 13


def test_a_format_that_is_none():
    with pytest.raises(
        InputError, match=r"there is no format 'html'; did you mean 'daily-papers-html'\? Allowed: "
    ):
        load(DATA, format="html")


def test_notes_on_the_encoding_name_the_file(write):
    loaded = load(write("2025-07-31.txt", page("Café").encode("cp1252")))
    assert loaded.report.notes == (
        "2025-07-31.txt: not all of it is UTF-8: 2 bytes, the first on line 5,"
        " read as Windows-1252",
    )
    assert rows(loaded)[0][2] == "Café"


def test_of_many_files_the_last_are_told_one_by_one(tmp_path: Path) -> None:
    for day in range(1, 31):
        head = f"Daily Papers\n\nbyAK and the research community\n\nJan {day}\n\n"
        (tmp_path / f"2025-01-{day:02d}.txt").write_text(f"{head}Title {day}\n\nText {day}.\n")
    assert sum("2025-01-" in line for line in load(tmp_path).report.sentences()) == 30
    head = "Daily Papers\n\nbyAK and the research community\n\nJan 31\n\n"
    (tmp_path / "2025-01-31.txt").write_text(f"{head}Title 31\n\nText 31.\n")
    lines = load(tmp_path).report.sentences()
    assert lines[1] == "21 files of 2025-01-01 to 2025-01-21, then:"
    assert [line[:10] for line in lines[2:12]] == [f"2025-01-{day}" for day in range(22, 32)]
