"""Tables from elsewhere: papers loaded before, and memberships that other tools or people found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import papertrends as pt
from papertrends.given import given_memberships, given_papers
from papertrends.results import Analysis

DATA = Path(__file__).parents[1] / "data"
DAYS = pd.to_datetime(["2025-07-01", "2025-07-08"])


def papers_of(n: int = 12) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "paper_id": [f"p{row:02}" for row in range(n)],
            "title": [f"Paper {row}" for row in range(n)],
            "abstract": [f"What paper {row} says of {'agents' if row % 3 else 'vision'}."
                         for row in range(n)],
            "digest_date": [DAYS[row % 2] for row in range(n)],
        }
    )  # fmt: skip


def topics_of(papers: pd.DataFrame) -> pd.DataFrame:
    topics = [None if row == 11 else min(row % 3, 1) for row in range(len(papers))]
    return papers[["paper_id"]].assign(theme_id=topics)


def test_shares_are_those_of_plain_counting() -> None:
    papers = papers_of()
    analysis = pt.Analysis.from_memberships(papers, topics_of(papers))
    both = papers.merge(topics_of(papers).dropna(), on="paper_id")
    sizes = papers.groupby("digest_date").size()
    for row in analysis.trends.itertuples():
        inside = both[(both["theme_id"] == int(row.theme_id)) & (both["digest_date"] == row.period)]
        assert row.n_theme == len(inside)
        assert row.share == pytest.approx(len(inside) / sizes[row.period])
    assert list(analysis.themes["theme_id"]) == ["1", "0"]
    assert list(analysis.themes["name"]) == ["1", "0"]
    assert list(analysis.themes["n_papers"]) == [7, 4]
    assert list(analysis.unassigned["paper_id"]) == ["p11"]
    assert analysis.model is None
    assert analysis.map.empty


@pytest.mark.parametrize("as_table", [True, False])
def test_names_are_taken_and_the_order_is_kept(as_table: bool) -> None:
    papers = papers_of()
    names: Any = {0: "vision", 1: "agents", 2: "nothing yet"}
    if as_table:
        names = pd.DataFrame({"theme_id": list(names), "name": names.values()}, index=[7, 7, 7])
    themes = pt.Analysis.from_memberships(papers, topics_of(papers), names).themes
    assert list(themes["name"]) == ["vision", "agents", "nothing yet"]
    assert list(themes["n_papers"]) == [4, 7, 0]
    assert set(themes["kind"]) == {"named"}


def test_all_tables_of_an_analysis_come_back_as_they_were(tmp_path: Path) -> None:
    whole = pt.analyse(papers_of(), themes=["agents"])
    again = pt.Analysis.from_memberships(whole.papers, whole.memberships, whole.themes)
    for name in ("papers", "themes", "memberships", "trends", "curves", "changes", "events"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(whole, name), obj=name)


def test_the_report_says_where_the_themes_are_from(tmp_path: Path) -> None:
    papers = papers_of()
    analysis = pt.Analysis.from_memberships(papers, topics_of(papers), {0: "vision", 1: "agents"})
    page = analysis.write_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "which paper belongs to which, were given" in page
    assert "encoder unknown" not in page
    assert "12 papers, given as a table" in page
    folder = analysis.export(tmp_path / "tables")
    assert (folder / "memberships.csv").exists()


def test_without_a_primary_theme_the_highest_score_is_it() -> None:
    rows = pd.DataFrame(
        {"paper_id": ["p00"] * 3, "theme_id": ["a", "b", "c"], "score": [0.6, 0.9, 0.9]}
    )
    names = {"c": "C", "b": "B", "a": "A"}
    _, assigned = given_memberships(rows, names, papers_of())
    primary = assigned.memberships.set_index("theme_id")["primary"]
    assert primary.to_dict() == {"a": False, "b": False, "c": True}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theme": "a"}, r"memberships table lacks theme_id .*it has paper_id, theme.*columns"),
        ({"paper_id": "p1"}, r"1 papers of memberships are not in papers, the first 'p1'; give"),
        ({"theme_id": "agentz"}, r"has the theme 'agentz', which is not in.*did you mean 'agents'"),
        ({"score": 1.5}, r"has the score 1\.5; give scores from 0 to 1"),
        ({"score": "high"}, r"has the score 'high'; give scores from 0 to 1"),
        ({"twice": True}, r"1 rows more than one for a paper and a theme, the first 'p00' in 'age"),
        ({"primaries": True}, r"the paper 'p00' has several primary themes; give it one at most"),
    ],
)  # fmt: skip
def test_wrong_memberships_are_refused(change: dict[str, Any], message: str) -> None:
    rows = pd.DataFrame({"paper_id": ["p00"], "theme_id": ["agents"]})
    if "theme" in change:
        rows = rows.rename(columns={"theme_id": "theme"})
    elif "twice" in change:
        rows = pd.concat([rows, rows])
    elif "primaries" in change:
        rows = pd.concat([rows, rows.assign(theme_id="vision")]).assign(primary=True)
    else:
        rows = rows.assign(**change)
    with pytest.raises(pt.InputError, match=message):
        pt.Analysis.from_memberships(papers_of(), rows, {"agents": "agents", "vision": "vision"})


@pytest.mark.parametrize(
    ("themes", "message"),
    [
        (["agents"], r"themes is a list; give a table with theme_id and name"),
        (pd.DataFrame({"theme_id": ["a"]}), r"themes table lacks name"),
        (pd.DataFrame({"theme_id": ["a", "a"], "name": ["A", "B"]}), r"'a' stands twice in themes"),
        (pd.DataFrame({"theme_id": ["a"], "name": ["A"], "kind": ["found"]}), r"kind is 'found'"),
    ],
)
def test_wrong_themes_are_refused(themes: Any, message: str) -> None:
    rows = pd.DataFrame({"paper_id": ["p00"], "theme_id": ["a"]})
    with pytest.raises(pt.InputError, match=message):
        pt.Analysis.from_memberships(papers_of(), rows, themes)


def test_the_load_report_comes_with_the_table_as_long_as_it_is_the_same() -> None:
    papers = pt.load_papers(DATA, year=2025)
    assert given_papers(papers).report.n_files == 2
    fewer = given_papers(papers[papers["position"] < 5])
    assert fewer.report.n_files == 0
    assert fewer.report.n_papers == fewer.papers["paper_id"].nunique() > 0


def test_the_order_and_the_index_of_papers_do_not_matter() -> None:
    papers = papers_of()
    shuffled = papers.sample(frac=1, random_state=3)
    shuffled.index = [0] * len(shuffled)
    one, other = (given_papers(table).papers for table in (papers, shuffled))
    pd.testing.assert_frame_equal(
        one.sort_values("paper_id", ignore_index=True),
        other.sort_values("paper_id", ignore_index=True),
    )


@pytest.mark.parametrize("name", ["year", "columns", "papers_known"])
def test_what_says_how_dumps_are_read_is_refused_beside_a_table(name: str) -> None:
    given: dict[str, Any] = {"year": 2025, "columns": {}, "papers_known": "known.csv"}
    with pytest.raises(pt.InputError, match=rf"given as a table, and {name}= as well; leave"):
        pt.analyse(papers_of(), **{name: given[name]})


def test_a_store_is_made_of_files_only(tmp_path: Path) -> None:
    with pytest.raises(pt.InputError, match="a store was asked for; write them to a file"):
        pt.analyse(papers_of(), store=tmp_path / "x.papertrends")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_papers_loaded_before_give_the_same_analysis(analysis: Analysis) -> None:
    again = pt.analyse(pt.load_papers(DATA, year=2025))
    for name, table in analysis.tables.items():
        pd.testing.assert_frame_equal(table, getattr(again, name), obj=name)
