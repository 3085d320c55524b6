"""Large stores: themes learned anew from a sample, and every paper held to what it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.themes.test_bounded import Teacher, corpus, table

from papertrends import analyse, open_store, update
from papertrends.encoders import minilm
from papertrends.results import Analysis
from papertrends.themes import bounded
from papertrends.themes.theme import Theme

THEMES = [Theme("robots", aliases=("robot",)), Theme("continual learning")]


def dump(folder: Path, day: str, texts: list[str]) -> Path:
    path = folder / f"{day}.csv"
    table(texts).assign(digest_date=day)[["title", "abstract", "digest_date"]].to_csv(
        path, index=False
    )
    return path


@pytest.fixture(scope="module", params=["an encoder of one's own", "distilled"])
def grown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Analysis, Analysis, Path]]:
    """A store of 240 papers, and the same with 40 more after a refit; both are large here."""
    folder = tmp_path_factory.mktemp("refit")
    teacher = Teacher()
    own: dict[str, Any] = {} if request.param == "distilled" else {"encoder": teacher}
    texts = corpus(280)
    store = folder / "papers.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("LARGE", 160), ("SAMPLED", 120), ("TAUGHT", 80), ("_WORDED", 6)):
            patch.setattr(bounded, name, size)
        patch.setattr(bounded, "LEAST_AGREEMENT", 0.0)
        patch.setattr(minilm, "MiniLM", lambda: teacher)
        patch.setenv("PAPERTRENDS_CACHE", str(folder / "cache"))
        days = [
            dump(folder, f"2025-03-{day + 1:02d}", texts[day * 24 : day * 24 + 24])
            for day in range(10)
        ]
        before = analyse(days, themes=THEMES, store=store, **own)
        new = dump(folder, "2025-03-20", texts[240:])
        yield before, update(new, store=store, refit=True, **own), store


def primaries(analysis: Analysis) -> pd.Series[str]:
    first = analysis.memberships[analysis.memberships["primary"]]
    return first.set_index("paper_id")["theme_id"]


def test_old_papers_keep_their_themes_and_new_ones_have_theirs(
    grown: tuple[Analysis, Analysis, Path],
) -> None:
    before, after, _ = grown
    was, now = primaries(before), primaries(after)
    assert (now.reindex(was.index) == was).mean() >= 0.95
    ids = set(after.papers["paper_id"])
    assert len(ids) == 280
    assert set(after.memberships["paper_id"]) | set(after.unassigned["paper_id"]) == ids
    assert list(after.map["paper_id"]) == sorted(ids)


def test_sizes_events_and_the_store_are_those_of_all_papers(
    grown: tuple[Analysis, Analysis, Path],
) -> None:
    before, after, path = grown
    counts = after.memberships.groupby("theme_id")["paper_id"].nunique()
    sizes = after.themes.set_index("theme_id")["n_papers"]
    assert sizes[sizes > 0].to_dict() == counts.to_dict()
    born = after.history[(after.history["event"] == "born") & (after.history["run"] == 2)]
    assert set(born["theme_id"]) == set(after.themes["theme_id"]) - set(before.themes["theme_id"])
    for row in born.to_dict("records"):
        assert f"{sizes[row['theme_id']]} papers" in row["reason"]
    assert any("learned from" in note and "of 280 papers" in note for note in after.notes)
    store = open_store(path)
    pd.testing.assert_frame_equal(store.memberships, after.memberships)
    assert store.runs["n_fitted"].tolist() == [240, 280]


def test_a_distilled_encoder_is_remembered(grown: tuple[Analysis, Analysis, Path]) -> None:
    before, after, path = grown
    assert (before.model.fitted.distilled is None) == (after.model.fitted.distilled is None)
    if after.model.fitted.distilled is None:
        assert after.model.encoder_name == "bag-of-words"
        return
    assert after.model.encoder_name != before.model.encoder_name
    again = update(store=path)
    assert again.model.encoder_name == after.model.encoder_name
    new = table(corpus(290)[280:])
    pd.testing.assert_frame_equal(again.model.assign(new), after.model.assign(new))
