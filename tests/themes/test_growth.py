"""New papers in a fitted model: what was there stays, and a new theme takes only what is free."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from papertrends.encoders import LSA
from papertrends.encoders.lsa import unit_rows
from papertrends.tables import (
    MAP,
    MEMBERSHIPS,
    NEAR_MISSES,
    THEMES,
    UNASSIGNED,
    conform,
)
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import Corpus, WordSpace
from papertrends.themes.fitted import Fitted, memberships_of, near_misses_of
from papertrends.themes.founding import Founded, barred, founded, is_named_already
from papertrends.themes.growth import counted, take_in, with_themes

WORDS = ("alpha", "beta", "gamma")


def corpus(rows: np.ndarray, first: int = 0) -> Corpus:
    ids = [f"p{first + row:02d}" for row in range(len(rows))]
    points = unit_rows(rows)
    titles = [f"On {WORDS[int(row.argmax()) % 3]} things" for row in rows]
    return Corpus(ids, titles, [f"{title} again." for title in titles], points, points)


def around(axis: int, number: int, seed: int, scale: float = 0.04) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(scale=scale, size=(number, 6))
    rows[:, axis] += 1
    return rows


OLD = corpus(np.vstack([around(0, 8, 1, 0.15), around(1, 8, 2, 0.15), [[0, 0, 0, 0, 0, 1.0]]]))


@pytest.fixture
def fitted() -> Fitted:
    """Two themes of eight papers each, and a paper in none."""
    centroids = Centroids.fit(OLD.joined, [np.arange(8), np.arange(8, 16)], [-1, -1])
    scores = centroids.score(OLD.joined)
    ids = list(OLD.paper_ids)
    members, unassigned = memberships_of(ids, ("a", "b"), scores, np.ones(2, dtype=bool))
    themes = pd.DataFrame({"theme_id": ["a", "b"], "name": ["Alpha", "Beta"]})
    themes = themes.assign(kind="discovered", keywords="k", n_papers=8, stability=0.9, parent="")
    return Fitted(
        "bag",
        LSA((), np.zeros(0), np.zeros((0, 0))),
        WordSpace((), np.zeros(0)),
        (),
        centroids,
        ("a", "b"),
        conform(themes, THEMES),
        conform(members, MEMBERSHIPS),
        conform(unassigned, UNASSIGNED),
        conform(near_misses_of(ids, ("a", "b"), scores), NEAR_MISSES),
        conform(pd.DataFrame({"paper_id": ids, "x": OLD.joined[:, 0], "y": 0.5}), MAP),
        (),
    )


def whole(new: Corpus) -> Corpus:
    return Corpus(
        [*OLD.paper_ids, *new.paper_ids],
        [*OLD.titles, *new.titles],
        [*OLD.abstracts, *new.abstracts],
        np.vstack([OLD.encoded, new.encoded]),
        np.vstack([OLD.joined, new.joined]),
    )


def test_new_papers_join_the_themes_there_are(fitted: Fitted) -> None:
    new = corpus(np.vstack([around(0, 2, 3), around(1, 1, 4), around(3, 1, 5)]), first=20)
    grown = take_in(fitted, new, OLD.joined)
    old = grown.memberships["paper_id"].isin(OLD.paper_ids)
    pd.testing.assert_frame_equal(grown.memberships[old].reset_index(drop=True), fitted.memberships)
    added = grown.memberships[~old]
    assert added[["paper_id", "theme_id", "primary"]].values.tolist() == [
        ["p20", "a", True],
        ["p21", "a", True],
        ["p22", "b", True],
    ]
    assert grown.unassigned["paper_id"].tolist() == ["p16", "p23"]
    assert grown.memberships["paper_id"].is_monotonic_increasing
    assert grown.themes is fitted.themes


def test_new_papers_stand_on_the_map_where_their_like_are(fitted: Fitted) -> None:
    new = corpus(around(0, 1, 3), first=20)
    places = take_in(fitted, new, OLD.joined).map.set_index("paper_id")
    nearest = np.argsort(-(OLD.joined @ new.joined[0]))[:5]
    assert places.loc["p20", "x"] == pytest.approx(OLD.joined[nearest, 0].mean(), abs=1e-6)
    assert places.loc["p20", "y"] == 0.5
    pd.testing.assert_frame_equal(places.drop("p20").reset_index(), fitted.map)


def test_without_new_papers_nothing_changes(fitted: Fitted) -> None:
    assert take_in(fitted, corpus(np.zeros((0, 6))), OLD.joined) is fitted


def test_a_new_theme_takes_new_papers_and_those_in_none(fitted: Fitted) -> None:
    new = corpus(np.vstack([around(5, 5, 6), around(0, 1, 7)]), first=20)
    grown = take_in(fitted, new, OLD.joined)
    theme = Founded("c", "Gamma", "g, h", 0.6, ("p16", "p20", "p21", "p22", "p23", "p24"))
    found = with_themes(grown, [theme], whole(new), frozenset(new.paper_ids))
    assert found.theme_ids == ("a", "b", "c")
    mine = found.memberships[found.memberships["theme_id"] == "c"]
    assert mine["paper_id"].tolist() == ["p16", "p20", "p21", "p22", "p23", "p24"]
    assert mine["primary"].all()
    assert (mine["score"] >= 0.8).all()  # half the way from 0.5 to 1 and a little more
    assert found.unassigned.empty
    rest = found.memberships[found.memberships["theme_id"] != "c"]
    old = rest["paper_id"].isin(OLD.paper_ids)
    pd.testing.assert_frame_equal(rest[old].reset_index(drop=True), fitted.memberships)
    assert rest.loc[~old, ["paper_id", "theme_id"]].values.tolist() == [["p25", "a"]]
    row = found.themes.iloc[-1]
    assert row[["theme_id", "name", "kind", "keywords", "stability", "parent"]].tolist() == [
        "c", "Gamma", "discovered", "g, h", 0.6, "",
    ]  # fmt: skip
    # ... and papers to come are put into it.
    later = take_in(found, corpus(around(5, 1, 8, 0.01), first=30), whole(new).joined)
    assert later.memberships.iloc[-1][["paper_id", "theme_id"]].tolist() == ["p30", "c"]


def test_an_older_paper_of_a_new_theme_joins_no_other(fitted: Fitted) -> None:
    loose = replace(
        fitted,
        memberships=fitted.memberships[fitted.memberships["paper_id"] != "p00"],
        unassigned=conform(pd.DataFrame({"paper_id": ["p00", "p16"], "nearest_theme": "a",
                                         "score": 0.4, "reason": "r"}), UNASSIGNED),
    )  # fmt: skip
    new = corpus(around(5, 5, 6), first=20)
    theme = Founded("c", "Gamma", "", 0.6, ("p00", "p20", "p21", "p22", "p23"))
    found = with_themes(take_in(loose, new, OLD.joined), [theme], whole(new),
                        frozenset(new.paper_ids))  # fmt: skip
    own = found.memberships[found.memberships["paper_id"] == "p00"]
    assert own["theme_id"].tolist() == ["c"]
    assert found.unassigned["paper_id"].tolist() == ["p16"]


def test_papers_of_a_new_theme_are_in_no_other_more_than_in_it(fitted: Fitted) -> None:
    new = corpus(around(0, 4, 9), first=20)  # right in the middle of theme a
    theme = Founded("c", "Gamma", "", 0.1, tuple(new.paper_ids))
    found = with_themes(take_in(fitted, new, OLD.joined), [theme], whole(new),
                        frozenset(new.paper_ids))  # fmt: skip
    mine = found.memberships[found.memberships["paper_id"].isin(new.paper_ids)]
    assert mine.loc[mine["primary"], "theme_id"].tolist() == ["c"] * 4
    best = mine.sort_values("score").groupby("paper_id").tail(1)
    assert best["theme_id"].tolist() == ["c"] * 4


def test_themes_are_counted_with_their_dates(fitted: Fitted) -> None:
    days = pd.to_datetime(["2025-01-02", "2025-01-01", "2025-01-05"])
    papers = pd.DataFrame({"paper_id": ["p00", "p01", "p00"], "digest_date": days})
    table = counted(fitted.themes, fitted.memberships, papers).set_index("theme_id")
    assert table.loc["a", ["n_papers", "first_digest", "last_digest"]].tolist() == [
        2,
        pd.Timestamp("2025-01-01"),
        pd.Timestamp("2025-01-05"),
    ]
    assert table.loc["b", "n_papers"] == 0
    assert pd.isna(table.loc["b", "first_digest"])


def test_new_themes_get_names_and_ids_nobody_had() -> None:
    new = corpus(around(2, 6, 11), first=20)
    every = whole(new)
    rows = np.arange(17, 23)
    (theme,) = founded([rows], [0.7], every, taken=[], used=[])
    assert "gamma" in theme.name.lower()
    assert theme.paper_ids == tuple(new.paper_ids)
    assert theme.stability == 0.7
    again = founded([rows], [0.7], every, taken=[theme.name], used=[theme.theme_id])
    assert again[0].theme_id != theme.theme_id
    assert again[0].name.lower() != theme.name.lower()
    two = founded([rows[:3], rows[3:]], [0.7, 0.5], every, taken=[], used=[theme.theme_id])
    assert len({one.theme_id for one in two} | {theme.theme_id}) == 3


def test_papers_near_a_theme_that_a_person_retired_are_barred(fitted: Fitted) -> None:
    new = corpus(np.vstack([around(5, 2, 6), around(0, 2, 7), around(4, 1, 8)]), first=20)
    every = whole(new)
    five = corpus(around(5, 6, 12, 0.15), first=40)
    both = Corpus(
        [*every.paper_ids, *five.paper_ids],
        [*every.titles, *five.titles],
        [*every.abstracts, *five.abstracts],
        np.vstack([every.encoded, five.encoded]),
        np.vstack([every.joined, five.joined]),
    )
    out = barred(both, fitted.centroids, {"gone": list(five.paper_ids)})
    ids = np.array(both.paper_ids)[out].tolist()
    assert set(five.paper_ids) <= set(ids)
    assert {"p20", "p21"} <= set(ids)
    assert not set(ids) & {"p22", "p23", "p24", *OLD.paper_ids[:16]}
    assert not barred(both, fitted.centroids, {}).any()


def test_papers_nearer_to_a_theme_there_is_are_not_barred(fitted: Fitted) -> None:
    wide = np.zeros((6, 6))
    wide[:, 5], wide[range(3), range(2, 5)], wide[range(3, 6), range(2, 5)] = 1, 1, -1
    between = np.array([[0.8, 0, 0, 0, 0, 0.7], [0.6, 0, 0, 0, 0, 0.8]])
    every = whole(corpus(np.vstack([wide, between]), first=20))
    retired = [f"p{number}" for number in range(20, 26)]
    out = barred(every, fitted.centroids, {"gone": retired})
    assert np.array(every.paper_ids)[out].tolist() == ["p16", *retired, "p27"]


def test_a_group_that_is_a_named_theme_is_not_new() -> None:
    every = whole(corpus(around(2, 6, 11), first=20))
    members = pd.DataFrame({"paper_id": ["p20", "p21", "p22", "p00", "p01"], "theme_id": "named"})
    rows, came = np.arange(17, 23), np.arange(23) >= 17
    assert is_named_already(rows, every, members, ["named"], came)
    assert not is_named_already(rows, every, members, ["other"], came)
    assert not is_named_already(rows, every, members.iloc[2:], ["named"], came)
