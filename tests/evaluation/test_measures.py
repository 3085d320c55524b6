"""Agreement is recomputed from its definition: pairs of papers, and all permutations."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.evaluation import agreement, groups_of, named_figures, rand_index


def memberships(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["paper_id", "theme_id", "score", "primary"])


def themes(**parents: str) -> pd.DataFrame:
    return pd.DataFrame({"theme_id": list(parents), "parent": list(parents.values())})


def series(groups: list[str]) -> pd.Series:
    return pd.Series(groups, index=[f"p{row}" for row in range(len(groups))], dtype=object)


def pair_counting(one: list[str], other: list[str]) -> float:
    """Return the adjusted Rand index from pairs of papers alone."""
    pairs = list(combinations(range(len(one)), 2))
    both = sum(one[i] == one[j] and other[i] == other[j] for i, j in pairs)
    first = sum(one[i] == one[j] for i, j in pairs)
    second = sum(other[i] == other[j] for i, j in pairs)
    by_chance = first * second / len(pairs)
    most = (first + second) / 2
    return 1.0 if most == by_chance else (both - by_chance) / (most - by_chance)


def mutual_information(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    n, left, right = len(one), Counter(one), Counter(other)
    return sum(
        count / n * math.log(count * n / (left[a] * right[b]))
        for (a, b), count in Counter(zip(one, other, strict=True)).items()
    )


def adjusted_by_permuting(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Return AMI with the expectation taken over each order of the other labels."""
    expected = np.mean([mutual_information(one, order) for order in permutations(other)])
    most = (mutual_information(one, one) + mutual_information(other, other)) / 2
    return (mutual_information(one, other) - expected) / (most - expected)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), min_size=2, max_size=12))
def test_rand_index_counts_pairs(rows: list[tuple[str, str]]) -> None:
    one, other = (list(column) for column in zip(*rows, strict=True))
    expected = pair_counting(one, other)
    assert rand_index(series(one), series(other)) == pytest.approx(expected, abs=1e-12)


def test_rand_index_is_over_the_papers_that_both_have() -> None:
    one = pd.Series(["a", "a", "b", "b", "b"], index=list("vwxyz"))
    other = pd.Series(["s", "t", "t", "q"], index=list("zwxq"))
    assert rand_index(one, other) == pytest.approx(pair_counting(["a", "b", "b"], ["t", "t", "s"]))


def test_ami_is_adjusted_for_what_permuted_labels_share() -> None:
    found, true = ("a", "a", "b", "b", "", "", "a"), ("x", "x", "x", "y", "y", "z", "x")
    groups = pd.DataFrame({"broad": found, "finest": true}, index=series(list(found)).index)
    broad, finest = agreement(groups, series(list(true)))
    assert broad.ami == pytest.approx(adjusted_by_permuting(found, true), abs=1e-9)
    assert broad.ari == pytest.approx(pair_counting(list(found), list(true)), abs=1e-9)
    assert (finest.ami, finest.ari) == (pytest.approx(1.0), pytest.approx(1.0))


def test_unassigned_papers_count_as_one_more_group_and_unlabelled_not_at_all() -> None:
    broad = ["a", "a", "b", "b", "", "c"]
    groups = pd.DataFrame({"broad": broad, "finest": broad}, index=list("uvwxyz"))
    labels = pd.Series(["x", "x", "y", "y", "y"], index=list("uvwxy"))
    found = agreement(groups, labels)[0]
    assert found.n_papers == 5
    assert found.ami == pytest.approx(adjusted_by_permuting(tuple(broad[:5]), tuple("xxyyy")))
    assert found.ami < 1


def test_a_paper_counts_in_the_topmost_parent_and_in_the_finest_theme_below() -> None:
    table = memberships(
        ("p1", "vision", 0.9, True),
        ("p1", "video", 0.6, False),
        ("p1", "images", 0.7, False),
        ("p1", "faces", 0.2, False),
        ("p1", "agents", 0.99, False),
        ("p2", "faces", 0.8, True),
        ("p3", "agents", 0.5, True),
        ("p3", "images", 0.4, False),
    )
    tree = themes(vision="", images="vision", video="vision", faces="images", agents="")
    groups = groups_of(table, tree, ["p1", "p2", "p3", "p4"])
    assert groups["broad"].tolist() == ["vision", "vision", "agents", ""]
    assert groups["finest"].tolist() == ["faces", "faces", "agents", ""]
    assert groups.index.tolist() == ["p1", "p2", "p3", "p4"]


def test_equal_scores_are_settled_by_id_whatever_the_order_of_the_rows() -> None:
    rows = [("p", "top", 0.9, True), ("p", "b", 0.5, False), ("p", "a", 0.5, False)]
    tree = themes(top="", b="top", a="top")
    for order in permutations(rows):
        assert groups_of(memberships(*order), tree, ["p"]).loc["p", "finest"] == "a"


def test_parents_that_go_round_in_circles_end() -> None:
    groups = groups_of(memberships(("p", "a", 1.0, True)), themes(a="b", b="a"), ["p"])
    assert groups.loc["p", "broad"] == "b"


def test_no_memberships_leave_all_papers_in_no_theme() -> None:
    groups = groups_of(memberships(), themes(), ["p", "q"])
    assert (groups == "").all(axis=None)


def test_named_figures_leave_out_what_is_unclear() -> None:
    found = memberships(
        ("p1", "prompts", 0.9, True),
        ("p2", "prompts", 0.9, True),
        ("p3", "prompts", 0.9, False),
        ("p4", "prompts", 0.9, True),
        ("p9", "prompts", 0.9, True),  # nobody read this one
    )
    labels = pd.DataFrame(
        {
            "paper_id": ["p1", "p2", "p3", "p4", "p5", "p6", "p7"],
            "prompts": ["1", "1", "0", "u", "1", "1", "0"],
            "agents": [1, 0, 0, 0, 0, 0, 0],
            "quanta": ["0"] * 7,
        }
    )
    figures = named_figures(found, labels).set_index("theme_id")
    assert figures.loc["prompts"].tolist() == pytest.approx([2 / 3, 2 / 4, 4 / 7, 4])
    assert figures.loc["agents", ["recall", "f1", "n"]].tolist() == [0.0, 0.0, 1]
    assert math.isnan(figures.loc["agents", "precision"])
    assert figures.loc["quanta", ["precision", "recall", "f1"]].isna().all()
    assert figures.loc["macro mean"].tolist() == pytest.approx([2 / 3, 1 / 4, 2 / 7, 5])
    by_index = named_figures(found, labels.set_index("paper_id"))
    pd.testing.assert_frame_equal(by_index, named_figures(found, labels))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"half": ["develop", "report"]}, "the column 'half' of the labels holds 'develop'; write"),
        ({"prompts": ["1", None]}, "holds '(None|nan)'"),
        ({"paper_id": ["p", "p"], "prompts": ["1", "0"]}, "'p' has two rows of labels"),
    ],
)
def test_labels_that_say_something_else_are_refused(labels: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        named_figures(memberships(("p", "prompts", 1.0, True)), pd.DataFrame(labels))
