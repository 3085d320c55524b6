"""From scores to memberships: every paper ends up in exactly one of the two tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from papertrends.tables import MEMBERSHIPS, NEAR_MISSES, UNASSIGNED
from papertrends.themes.centroids import Centroids
from papertrends.themes.fitted import (
    can_be_primary,
    memberships_of,
    near_misses_of,
    one_row_each,
)

# Around one half, rounding to six digits can lift a score over the threshold.
near_half = st.one_of(
    st.floats(0, 1), st.sampled_from([0.0, 0.4, 0.3999999, 0.5, 0.4999999, 0.5000001, 0.9, 1.0])
)
#: Scores of papers in themes, and which of the themes can be primary.
scores_of = st.tuples(st.integers(1, 6), st.integers(0, 4)).flatmap(
    lambda shape: st.tuples(
        arrays(np.float64, shape, elements=near_half), arrays(np.bool_, shape[1])
    )
)


def every(n_themes: int) -> np.ndarray:
    """Say of all themes that they can be primary."""
    return np.ones(n_themes, dtype=bool)


@given(scores_of)
def test_every_paper_is_in_exactly_one_table(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, primary = case
    ids = [f"p{row}" for row in range(scores.shape[0])]
    themes = tuple(f"t{column}" for column in range(scores.shape[1]))
    memberships, unassigned = memberships_of(ids, themes, scores, primary)
    assert list(memberships.columns) == list(MEMBERSHIPS)
    assert list(unassigned.columns) == list(UNASSIGNED)
    inside, outside = set(memberships["paper_id"]), set(unassigned["paper_id"])
    assert inside | outside == set(ids)
    assert not inside & outside
    assert not unassigned["paper_id"].duplicated().any()
    pairs = {
        (ids[row], themes[column]) for row, column in zip(*np.nonzero(scores >= 0.5), strict=True)
    }
    found = zip(memberships["paper_id"], memberships["theme_id"], strict=True)
    assert sorted(found) == sorted(pairs)
    assert memberships["score"].between(0.5, 1.0).all()
    assert unassigned["score"].between(0.0, 0.5).all()
    can_be = memberships["theme_id"].isin([themes[column] for column in np.flatnonzero(primary)])
    primaries = memberships[memberships["primary"]]
    assert sorted(primaries["paper_id"]) == sorted(set(memberships.loc[can_be, "paper_id"]))
    assert can_be[primaries.index].all()
    best = memberships[can_be].groupby("paper_id")["score"].max()
    assert (primaries.set_index("paper_id")["score"] == best.loc[primaries["paper_id"]]).all()


def test_rounding_never_makes_a_stranger_primary() -> None:
    memberships, _ = memberships_of(["a"], ("no", "yes"), np.array([[0.4999999, 0.5]]), every(2))
    assert memberships.values.tolist() == [["a", "yes", 0.5, True]]


def test_rows_are_by_paper_then_score_and_ties_by_theme() -> None:
    scores = np.array([[0.6, 0.9, 0.9], [0.1, 0.3, 0.2], [0.5, 0.0, 0.7]])
    memberships, unassigned = memberships_of(["a", "b", "c"], ("x", "y", "z"), scores, every(3))
    assert memberships.values.tolist() == [
        ["a", "y", 0.9, True],
        ["a", "z", 0.9, False],
        ["a", "x", 0.6, False],
        ["c", "z", 0.7, True],
        ["c", "x", 0.5, False],
    ]
    assert unassigned.drop(columns="reason").values.tolist() == [["b", "y", 0.3]]
    assert unassigned["reason"].tolist() == [
        "its score in the nearest theme is below the 0.5 a membership takes"
    ]


def test_a_finer_theme_is_never_primary_however_high_its_score() -> None:
    scores = np.array([[0.6, 0.9, 0.7], [0.1, 0.8, 0.2]])
    memberships, unassigned = memberships_of(
        ["a", "b"], ("broad", "finer", "other"), scores, np.array([True, False, True])
    )
    assert memberships.values.tolist() == [
        ["a", "finer", 0.9, False],
        ["a", "other", 0.7, True],
        ["a", "broad", 0.6, False],
        ["b", "finer", 0.8, False],
    ]
    assert unassigned.empty


def test_themes_under_no_discovered_one_can_be_primary() -> None:
    vectors = np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2]]
    groups = [np.array([0, 1, 2, 3]), np.array([0, 1]), np.array([4, 5])]
    centroids = Centroids.fit(vectors, groups, [-1, 0, -1])
    assert can_be_primary(2, centroids).tolist() == [True, True, True, False, True]
    assert can_be_primary(1, Centroids.none(3)).tolist() == [True]


def test_without_themes_every_paper_says_so() -> None:
    memberships, unassigned = memberships_of(["a", "b"], (), np.zeros((2, 0)), every(0))
    assert memberships.empty
    assert memberships["primary"].dtype.kind == "b"
    assert (
        unassigned.drop(columns="paper_id").values.tolist() == [["", 0.0, "there is no theme"]] * 2
    )


@given(scores_of)
def test_a_paper_is_a_member_or_a_near_miss_or_neither(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, primary = case
    ids = [f"p{row}" for row in range(scores.shape[0])]
    themes = tuple(f"t{column}" for column in range(scores.shape[1]))
    near = near_misses_of(ids, themes, scores)
    expected = [
        (paper, theme, scores[row, column])
        for row, paper in enumerate(ids)
        for column, theme in enumerate(themes)
        if 0.4 <= scores[row, column] < 0.5
    ]
    found = list(near[["paper_id", "theme_id"]].itertuples(index=False, name=None))
    assert found == [(paper, theme) for paper, theme, _ in expected]
    assert near["score"].between(0.4, 0.499999).all()
    assert np.allclose(near["score"], [score for _, _, score in expected], atol=1.1e-6)
    memberships, _ = memberships_of(ids, themes, scores, primary)
    members = set(memberships[["paper_id", "theme_id"]].itertuples(index=False, name=None))
    assert not members & set(found)


def test_near_misses_are_by_paper_and_theme_in_six_digits() -> None:
    scores = np.array([[0.45, 0.4123456789, 0.5], [0.4, 0.39999, 0.49999999]])
    near = near_misses_of(["a", "b"], ("z", "y", "x"), scores)
    assert near.values.tolist() == [
        ["a", "y", 0.412346],
        ["a", "z", 0.45],
        ["b", "x", 0.499999],
        ["b", "z", 0.4],
    ]
    assert near.index.tolist() == [0, 1, 2, 3]


def test_where_nothing_is_near_the_table_is_empty_and_has_its_types() -> None:
    for ids, themes in ((["a"], ("x",)), (["a"], ()), ([], ("x",))):
        near = near_misses_of(ids, themes, np.zeros((len(ids), len(themes))))
        assert near.empty
        for column, dtype in NEAR_MISSES.items():
            assert near[column].dtype == pd.Series([], dtype=dtype).dtype


def test_a_paper_counts_as_it_first_appeared() -> None:
    papers = pd.DataFrame(
        {
            "paper_id": ["b", "a", "a", "a"],
            "title": ["b", "late", "second", "first"],
            "digest_date": pd.to_datetime(["2025-01-01", "2025-01-03", "2025-01-02", "2025-01-02"]),
            "source": "file",
            "position": [1, 1, 2, 1],
        }
    )
    expected = [["a", "first"], ["b", "b"]]
    for seed in range(4):
        once = one_row_each(papers.sample(frac=1, random_state=seed))
        assert once[["paper_id", "title"]].values.tolist() == expected
        assert once.index.tolist() == [0, 1]
