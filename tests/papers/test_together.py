"""All dumps in one: one paper, one id; each once in a digest; the rest on record."""

import json

import pytest

from papertrends.papers import load, paper_id

A = "We present a method that checks each step of a chain of reasoning and finds more mistakes."
B = "Robots that fold laundry need to know what cloth is, so we collect ten thousand shirts."


@pytest.fixture
def write(tmp_path):
    def write(name, *records):
        path = tmp_path / name
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
        return path

    return write


def paper(title, abstract, **fields):
    return {"title": title, "abstract": abstract, **fields}


def rows(loaded):
    dates = loaded.papers["digest_date"].dt.strftime("%m-%d")
    return list(zip(dates, loaded.papers["position"], loaded.papers["paper_id"], strict=True))


def test_a_paper_with_and_without_an_arxiv_id_is_one(write, tmp_path):
    write("2025-01-01.jsonl", paper("One: A Title", A), paper("Two", B))
    write("2025-01-02.jsonl", paper("one -- a title v2", A + " Code is out.", id="2501.00001v2"))
    loaded = load(tmp_path)
    assert rows(loaded) == [
        ("01-01", 1, "arxiv:2501.00001"),
        ("01-01", 2, paper_id("Two")),
        ("01-02", 1, "arxiv:2501.00001"),
    ]
    assert loaded.papers["arxiv_id"].tolist() == ["2501.00001", "", "2501.00001"]
    assert (loaded.report.n_papers, loaded.report.n_in_several_digests) == (2, 1)
    assert loaded.report.losses == ()


def test_in_one_digest_it_is_kept_once(write):
    path = write("2025-01-01.jsonl", paper("One", A), paper("ONE!", A, id="2501.00001"))
    loaded = load(path)
    assert rows(loaded) == [("01-01", 1, "arxiv:2501.00001")]
    (loss,) = loaded.report.losses
    assert (loss.line, loss.kind, loss.reason) == (2, "duplicate", "the same paper as in line 1")
    assert loaded.report.files[0].n_duplicates == 1
    assert "2025-01-01.jsonl: 1 paper of 2025-01-01" in loaded.report.sentences()[1]
    assert "1 met before" in loaded.report.sentences()[1]


def test_two_papers_with_one_title_are_not_merged(write, tmp_path):
    write("2025-01-01.jsonl", paper("One", A), paper("One", B, id="2501.00001"))
    loaded = load(tmp_path)
    assert rows(loaded) == [("01-01", 1, paper_id("One")), ("01-01", 2, "arxiv:2501.00001")]
    assert loaded.report.notes[-1] == (
        "papers kept apart though they share a title, as their abstracts differ: "
        "'One' (arXiv 2501.00001)"
    )


def test_of_two_arxiv_ids_the_one_with_the_same_abstract_is_it(write):
    path = write(
        "2025-01-01.jsonl",
        paper("One", A, id="2501.00001"),
        paper("One", B, id="2501.00002"),
        paper("One", B),
    )
    loaded = load(path)
    assert [row[2] for row in rows(loaded)] == ["arxiv:2501.00001", "arxiv:2501.00002"]
    assert [one.reason for one in loaded.report.losses] == ["the same paper as in line 2"]


def test_without_arxiv_ids_the_second_of_one_title_is_on_record(write, tmp_path):
    path = write("2025-01-01.jsonl", paper("One", A), paper("One", B))
    (loss,) = load(path).report.losses
    assert (loss.kind, loss.reason) == ("conflict", "same title as line 1 but another abstract")
    write("2025-01-01.jsonl", paper("One", A))
    write("2025-01-02.jsonl", paper("One", B))
    loaded = load(tmp_path)
    assert len(loaded.papers) == 2
    assert loaded.report.notes[-1] == (
        "papers met with quite different abstracts, which may be two with one title: "
        "'One' (2025-01-01.jsonl:1 and 2025-01-02.jsonl:1)"
    )


def test_one_arxiv_id_is_one_paper_whatever_its_title(write):
    path = write(
        "2025-01-01.jsonl", paper("One", A, id="2501.00001"), paper("New", B, id="2501.00001v3")
    )
    loaded = load(path)
    assert rows(loaded) == [("01-01", 1, "arxiv:2501.00001")]
    assert [one.reason for one in loaded.report.losses] == [
        "same arXiv id as line 1 but another abstract"
    ]


def test_a_file_with_many_digests(write):
    path = write(
        "all.jsonl",
        paper("C", A + " c", digest_date="2025-01-03"),
        paper("A", A + " a", digest_date="2025-01-01"),
        paper("B", B, digest_date="2025-01-03"),
    )
    loaded = load(path)
    assert rows(loaded) == [
        ("01-01", 1, paper_id("A")),
        ("01-03", 1, paper_id("C")),
        ("01-03", 2, paper_id("B")),
    ]
    (file,) = loaded.report.files
    assert (file.days, file.n_digests) == ("2025-01-01 to 2025-01-03 (2 digests)", 2)
    (pair,) = loaded.report.near_duplicates
    assert {pair.title, pair.other_title} == {"A", "C"}
    assert "different papers with nearly the same abstract, both kept: 1" in (
        loaded.report.sentences()
    )
    assert type(loaded.report).from_dict(loaded.report.as_dict()) == loaded.report


def test_the_furniture_of_long_pages_is_told_together(tmp_path):
    blocks = ["Daily Papers", "Jan 5"]
    for number in range(40):
        blocks += ["Upvote", f"Title {number}", f"We study the number {number}."]
    path = tmp_path / "2025-01-05.txt"
    path.write_text("\n\n".join(blocks))
    loaded = load(path)
    assert len(loaded.papers) == 40
    furniture = [one for one in loaded.report.dropped if not one.is_loss]
    assert len(furniture) == 21
    assert sum(one.n_blocks for one in furniture) == 41
    assert (furniture[-1].line, furniture[-1].text) == (
        2 * (2 + 3 * 19) + 1,
        "and 21 more blocks, the last on line 239",
    )
    assert "left out as furniture of the pages: 41 blocks" in loaded.report.sentences()
