"""The stages in a row: what one asks for reaches the tables, and what is left out is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import papertrends.analysis
from papertrends.analysis import analyse
from papertrends.errors import InputError
from papertrends.papers import Loaded
from papertrends.results import Analysis
from papertrends.tables import Tables


@pytest.fixture
def dated(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Give the papers of the two dumps publication dates, all but three of them."""
    papers = analysis.papers.copy()
    number = pd.Series(papers["paper_id"].factorize()[0])
    papers["published_date"] = pd.Timestamp("2025-07-30") - pd.to_timedelta(number, unit="D")
    papers.loc[number < 3, "published_date"] = pd.NaT
    loaded = Loaded(papers, analysis.load_report)
    monkeypatch.setattr(papertrends.analysis, "load", lambda *_, **__: loaded)
    monkeypatch.setattr(papertrends.analysis, "fit_cached", lambda *_, **__: analysis.model)
    return papers


def test_papers_count_by_publication_and_those_without_are_told_of(
    dated: pd.DataFrame, data: Path
) -> None:
    found = analyse(data, by="month", date="published")
    once = dated.dropna(subset="published_date").drop_duplicates("paper_id")
    expected = once.groupby(once["published_date"].dt.to_period("M")).size()
    counted = found.trends.drop_duplicates("period").set_index("period")["n_papers"]
    assert counted.to_dict() == expected.set_axis(expected.index.start_time).to_dict()
    assert found.volume.loc[found.volume["n_papers"] > 0, "n_papers"].tolist() == expected.tolist()
    assert found.settings["date"] == "published"
    assert "3 of 150 papers have no publication date" in found.notes[-1]
    assert "by publication date" in found.summary.standfirst.lower() + str(found.summary.as_dict())


def test_a_paper_in_two_digests_counts_where_it_is_asked_to(
    dated: pd.DataFrame, data: Path
) -> None:
    every, first = (analyse(data, by="digest", count=count) for count in ("every", "first"))
    assert every.trends.drop_duplicates("period")["n_papers"].tolist() == [86, 69]
    assert first.trends.drop_duplicates("period")["n_papers"].tolist() == [86, 64]
    assert first.settings["count"] == "first"
    assert every.notes == analysis_notes(every)


def analysis_notes(found: Analysis) -> tuple[str, ...]:
    return tuple(found.model.notes)


def test_every_table_is_an_attribute_of_the_analysis(analysis: Analysis) -> None:
    for name, table in analysis.tables.items():
        assert getattr(analysis, name) is table
    assert [name for name, _ in analysis.tables.items()] == list(Tables.__dataclass_fields__)


def test_the_tables_agree_with_each_other(analysis: Analysis) -> None:
    assert analysis.sensitivity["theme_id"].tolist() == analysis.changes["theme_id"].tolist()
    assert analysis.sensitivity["verdict"].tolist() == analysis.changes["verdict"].tolist()
    assert analysis.volume["n_papers"].tolist() == [86, 69]
    assert analysis.volume["n_again"].tolist() == [0, 5]
    assert analysis.events.empty
    assert analysis.curves.empty
    near = analysis.near_misses.merge(analysis.memberships, on=["paper_id", "theme_id"])
    assert near.empty


def test_it_shows_itself_in_a_notebook(analysis: Analysis) -> None:
    shown = analysis._repr_html_()
    assert "What changed between" in shown
    assert shown.count('class="papertrends-name"') == len(analysis.summary.top_themes)
    assert repr(analysis).startswith("Analysis of 150 papers in 2 digests")


def test_cards_and_figures_are_had_by_name(analysis: Analysis) -> None:
    card = analysis.card("Prompt Learning")
    n_papers = analysis.themes.set_index("name").loc["prompt learning", "n_papers"]
    assert card.card.n_papers == n_papers
    assert f"{n_papers} papers" in card._repr_html_()
    assert [one.card.theme_id for one in analysis.cards] == [
        one.theme_id for one in analysis.summary.themes
    ]
    with pytest.raises(InputError, match="did you mean 'prompt learning'"):
        analysis.card("prompt lerning")
    shares = analysis.figure("shares")
    assert len(shares.data) > 0
    assert shares.data == analysis.figure("shares", date="digest").data
    with pytest.raises(InputError, match="no chart 'sharse'; did you mean 'shares'"):
        analysis.figure("sharse")


def test_showing_itself_is_what_loads_the_report() -> None:
    code = "import sys, papertrends.analysis; print('papertrends.report' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
