"""New papers beside known ones: ids that stay, appearances that are left out, positions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.arrivals import Arrivals, arrive, known_ids
from papertrends.dumps.report import FileReport, LoadReport
from papertrends.papers import Loaded, load, paper_id
from papertrends.tables import PAPERS, conform

HEAD = "Daily Papers\n\nbyAK and the research community\n\n"


def papers(*rows: tuple[str, str, str], **columns: object) -> pd.DataFrame:
    """Return a papers table of (title, day, source); positions count in each file and day."""
    frame = pd.DataFrame(rows, columns=["title", "digest_date", "source"])
    frame["digest_date"] = pd.to_datetime(frame["digest_date"])
    frame["abstract"] = "About " + frame["title"] + "."
    frame["paper_id"] = [paper_id(title) for title in frame["title"]]
    frame["position"] = frame.groupby(["digest_date", "source"]).cumcount() + 1
    return conform(frame.assign(**columns), PAPERS)


def loaded(frame: pd.DataFrame, sha256: str = "a") -> Loaded:
    files = tuple(
        FileReport(
            str(source), f"{sha256}-{source}", "text", rows["digest_date"].iloc[0].date(),
            "name", 9, len(rows), 0,
        )
        for source, rows in frame.groupby("source")
    )  # fmt: skip
    return Loaded(frame, LoadReport(files, (), (), (), frame["paper_id"].nunique(), 0))


KNOWN = papers(("One", "2025-01-01", "1.txt"), ("Two", "2025-01-01", "1.txt"))
SOURCES = {"1.txt": "a-1.txt"}


def test_only_what_is_new_is_added() -> None:
    new = papers(
        ("Two", "2025-01-02", "2.txt"), ("Three", "2025-01-02", "2.txt"),
        ("One", "2025-01-01", "3.txt"),
    )  # fmt: skip
    got = arrive(KNOWN, SOURCES, loaded(new))
    assert got.papers["title"].tolist() == ["One", "Two", "Two", "Three"]
    assert got.added["title"].tolist() == ["Two", "Three"]
    assert got.new_ids == {paper_id("Three")}
    assert [(f.file, f.n_papers, f.n_known) for f in got.report.files] == [
        ("2.txt", 2, 0),
        ("3.txt", 0, 1),
    ]
    assert (got.report.n_papers, got.report.n_in_several_digests) == (3, 1)
    assert "and 1 that the store has already" in " ".join(got.report.sentences())


def test_nothing_new_is_empty() -> None:
    got = arrive(KNOWN, SOURCES, loaded(KNOWN))
    assert got.is_empty
    assert not got.new_ids
    pd.testing.assert_frame_equal(got.papers, KNOWN)
    assert Arrivals.none(KNOWN).is_empty
    assert Arrivals.none(KNOWN).report.n_papers == 2


def test_a_late_digest_takes_its_place_in_time() -> None:
    got = arrive(KNOWN, SOURCES, loaded(papers(("Zero", "2024-12-31", "0.txt"))))
    assert got.papers["title"].tolist() == ["Zero", "One", "Two"]
    assert got.added["title"].tolist() == ["Zero"]


def test_more_papers_of_a_digest_take_their_places_by_file() -> None:
    got = arrive(KNOWN, SOURCES, loaded(papers(("Nought", "2025-01-01", "0.txt"))))
    assert got.papers[["title", "position"]].to_numpy().tolist() == [
        ["Nought", 1],
        ["One", 2],
        ["Two", 3],
    ]


def test_a_known_id_stays_and_the_arxiv_id_becomes_its_attribute() -> None:
    new = papers(("one!", "2025-01-02", "2.txt"))
    new["arxiv_id"], new["paper_id"] = "2501.00001", "arxiv:2501.00001"
    got = arrive(KNOWN, SOURCES, loaded(new))
    assert got.new_ids == frozenset()
    first = paper_id("One")
    assert got.added["paper_id"].tolist() == [first]
    assert got.papers.loc[got.papers["paper_id"] == first, "arxiv_id"].tolist() == [
        "2501.00001",
        "2501.00001",
    ]
    # ... and by that it is known, whatever its title is then.
    later = papers(("Renamed", "2025-01-03", "3.txt"))
    later["arxiv_id"], later["paper_id"] = "2501.00001", "arxiv:2501.00001"
    assert arrive(got.papers, SOURCES, loaded(later)).added["paper_id"].tolist() == [first]


def test_a_paper_known_by_its_arxiv_id_is_met_again_without() -> None:
    known = KNOWN.assign(arxiv_id=["2501.00001", ""], paper_id=["arxiv:2501.00001", "t:2"])
    assert known_ids(papers(("ONE", "2025-01-02", "2.txt")), known).tolist() == ["arxiv:2501.00001"]


def test_an_id_of_ones_own_is_known_again_under_another_title() -> None:
    known = KNOWN.assign(paper_id=["x1", "x2"])
    new = papers(("Quite another title", "2025-01-02", "2.txt")).assign(paper_id="x1")
    assert known_ids(new, known).tolist() == ["x1"]


def test_two_arxiv_ids_are_two_papers_of_one_title() -> None:
    known = KNOWN.assign(arxiv_id=["2501.00001", ""], paper_id=["arxiv:2501.00001", "t:2"])
    new = papers(("One", "2025-01-02", "2.txt"))
    new["arxiv_id"], new["paper_id"] = "2501.99999", "arxiv:2501.99999"
    assert arrive(known, SOURCES, loaded(new)).new_ids == {"arxiv:2501.99999"}


def test_another_file_of_the_same_name_is_told_apart() -> None:
    new = loaded(papers(("Three", "2025-01-01", "1.txt")), sha256="b")
    got = arrive(KNOWN, SOURCES, new)
    assert got.added["source"].tolist() == ["1.txt (2)"]
    assert [file.file for file in got.report.files] == ["1.txt (2)"]
    again = arrive(KNOWN, SOURCES | {"1.txt (2)": "c"}, new)
    assert again.added["source"].tolist() == ["1.txt (3)"]


def test_another_abstract_of_a_known_paper_is_on_record() -> None:
    new = papers(("One", "2025-01-02", "2.txt"), ("Two", "2025-01-02", "2.txt"))
    new["abstract"] = ["Quite another one.", "about two"]
    notes = arrive(KNOWN, SOURCES, loaded(new)).report.notes
    assert len(notes) == 1
    assert notes[0].startswith("1 known paper comes with another abstract than before ('One')")


TITLES = st.sampled_from(["Alpha", "Beta", "Gamma", "Delta", "Eps", "Zeta", "Eta"])


@settings(max_examples=30)
@given(
    st.lists(st.lists(TITLES, min_size=1, max_size=5, unique=True), min_size=1, max_size=6),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_in_steps_or_at_once_it_is_the_same(dumps: list[list[str]], days: list[int]) -> None:
    frames = [
        papers(*[(title, f"2025-01-0{days[number] + 1}", f"{number}.txt") for title in titles])
        for number, titles in enumerate(dumps)
    ]
    nothing = KNOWN.head(0)
    steps = nothing
    for frame in frames:
        steps = arrive(steps, {}, loaded(frame)).papers
    both = pd.concat(frames, ignore_index=True)
    once = arrive(nothing, {}, loaded(both)).papers
    wanted = ["paper_id", "digest_date", "position", "source"]
    pd.testing.assert_frame_equal(steps[wanted], once[wanted])


def test_it_is_what_the_loader_makes_of_all_files(tmp_path: Path, data: Path) -> None:
    (tmp_path / "2025-08-05-more.txt").write_text(f"{HEAD}Aug 5\n\nOne more\n\nAn abstract.\n")
    files = [*sorted(data.glob("*.txt")), tmp_path / "2025-08-05-more.txt"]
    steps = load(files[2]).papers.head(0)
    for file in reversed(files):
        steps = arrive(steps, {}, load(file)).papers
    pd.testing.assert_frame_equal(steps, load(files).papers)


def test_the_reports_of_several_runs_are_one() -> None:
    one, two = (
        loaded(papers(("B", "2025-01-02", "b.txt"))),
        loaded(papers(("A", "2025-01-01", "a.txt"))),
    )
    joined = LoadReport.joined([one.report, two.report], n_papers=2, n_in_several_digests=0)
    assert [file.file for file in joined.files] == ["a.txt", "b.txt"]
    assert joined.n_rows == 2
    assert joined.n_papers == 2


LONG = "We present a method that checks each step of a chain of reasoning, and find that it helps."
OTHER = "Robots that fold laundry need to know what cloth is, so we collect ten thousand shirts."


def test_a_known_title_with_quite_another_abstract_is_another_paper() -> None:
    known = papers(("One", "2025-01-01", "1.txt"), abstract=LONG)
    arxiv = {"paper_id": "arxiv:2501.00001", "arxiv_id": "2501.00001"}
    same = papers(("ONE", "2025-01-02", "2.txt"), abstract=f"{LONG} Code is out.", **arxiv)
    assert known_ids(same, known).tolist() == [paper_id("One")]
    another = papers(("ONE", "2025-01-02", "2.txt"), abstract=OTHER, **arxiv)
    assert known_ids(another, known).tolist() == ["arxiv:2501.00001"]


def test_new_papers_that_are_nearly_known_ones_are_told() -> None:
    known = papers(("One", "2025-01-01", "1.txt"), abstract=LONG)
    new = papers(("Two", "2025-01-02", "2.txt"), abstract=f"{LONG} Indeed.")
    (pair,) = arrive(known, SOURCES, loaded(new)).report.near_duplicates
    assert {pair.title, pair.other_title} == {"One", "Two"}
    both = papers(("One", "2025-01-01", "1.txt"), ("Two", "2025-01-01", "1.txt"), abstract=LONG)
    third = papers(("Three", "2025-01-02", "2.txt"), abstract=OTHER)
    assert arrive(both, SOURCES, loaded(third)).report.near_duplicates == ()
