"""Groups that were there are held fast to, as long as the points support them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from papertrends.themes import anchoring, grouping
from papertrends.themes.anchoring import Anchored, Past, anchored, one_to_one, supported
from papertrends.themes.grouping import Candidate, Grouping, group
from papertrends.themes.kmeans import keys_of

WIDTH = 30
N = 240
KEYS = keys_of(f"paper {row}" for row in range(N))


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make fewer runs: these groups are clear."""
    monkeypatch.setattr(grouping, "_BATCHES", 4)
    monkeypatch.setattr(grouping, "_RUNS", 5)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clumps(sizes: list[int], spread: float = 0.08) -> tuple[np.ndarray, np.ndarray]:
    """Return points around far middles, and which middle each is around."""
    truth = np.repeat(np.arange(len(sizes)), sizes)
    noise = np.random.default_rng(len(sizes)).normal(scale=spread, size=(len(truth), WIDTH))
    return unit(np.eye(WIDTH)[truth] + noise), truth


def past(home: Any, n_anchors: int | None = None, **changed: Any) -> Past:
    home = np.asarray(home)
    k = int(home.max(initial=-1)) + 1 if n_anchors is None else n_anchors
    whole = {"settled": np.ones(len(home), bool), "pinned": [], "nested": [], "barred": ()}
    whole |= changed
    for name in ("pinned", "nested"):
        whole[name] = np.isin(np.arange(k), whole[name])
    return Past(home, **whole)


def run(points: np.ndarray, before: Past) -> Anchored:
    return anchored(points, KEYS[: len(points)], before, least=3)


def homes(found: Anchored, n_anchors: int) -> np.ndarray:
    """Return the anchor of each point; new groups are numbered on behind the anchors."""
    new = iter(range(n_anchors, 99))
    names = [was if was >= 0 else next(new) for was in found.anchors.tolist()]
    return np.array([*names, -1])[found.grouping.labels]


def test_without_anchors_it_is_the_usual_grouping() -> None:
    points, _ = clumps([30, 25, 20, 18, 12], spread=0.3)
    plain = group(points, KEYS[:105], least=3)
    found = run(points, past([-1] * 105))
    assert len(plain.stability) >= 3
    np.testing.assert_array_equal(found.grouping.labels, plain.labels)
    np.testing.assert_array_equal(found.grouping.votes, plain.votes)
    np.testing.assert_array_equal(found.grouping.stability, plain.stability)
    assert set(found.anchors.tolist()) == {-1}


def test_groups_that_are_still_there_keep_their_points_whatever_their_order() -> None:
    """Where the borders are unclear a settled point stays where it was."""
    points, truth = clumps([40, 30, 25, 20], spread=0.25)
    home = np.array([2, 0, 3, 1])[truth]
    wrong = np.array([0, 41, 72])
    home[wrong] = [-1, 2, -1]
    before = past(home)
    found = run(points, before)
    after = homes(found, 4)
    assert sorted(found.anchors.tolist()) == [0, 1, 2, 3]
    inside = np.setdiff1d(np.arange(115), wrong)
    np.testing.assert_array_equal(after[inside], home[inside])
    assert after[[0, 72]].tolist() == [2, 3]
    assert (found.support > 0.8).all()
    sizes = np.bincount(found.grouping.labels[found.grouping.labels >= 0])
    assert (np.diff(sizes) <= 0).all()


def test_a_settled_point_leaves_only_where_the_runs_are_clear_and_nobody_pinned_it() -> None:
    points, truth = clumps([40, 40, 40])
    home = truth.copy()
    home[0] = 1
    assert homes(run(points, past(home)), 3)[0] == 0
    assert homes(run(points, past(home, pinned=[1])), 3)[0] == 1


def test_a_settled_point_in_no_group_joins_only_where_most_runs_say_so() -> None:
    points, truth = clumps([20, 20])
    home = truth.copy()
    home[[0, 1, 2, 3]] = -1
    votes = np.eye(2)[truth]
    votes[:4] = [[0.74, 0.26], [0.76, 0.24], [0.6, 0.4], [0.49, 0.51]]
    settled = np.arange(40) != 2
    before = past(home, settled=settled)
    stands = np.ones(2, bool)
    labels = anchoring._homes(points, votes, before, np.array([0, 1]), stands)
    assert labels[:4].tolist() == [-1, 0, 0, -1]
    new = anchoring._homes(points, votes, before, np.array([-1, 1]), np.array([False, True]))
    assert new[:4].tolist() == [0, 0, 0, -1]


def test_points_that_are_not_settled_go_where_the_runs_put_them() -> None:
    points, truth = clumps([40, 40, 40])
    home, settled = truth.copy(), np.ones(120, bool)
    home[:8], settled[:8] = [1, 1, 1, 1, -1, -1, -1, -1], False
    after = homes(run(points, past(home, settled=settled)), 3)
    np.testing.assert_array_equal(after, truth)


def test_a_group_of_new_points_is_born_and_breaks_nothing() -> None:
    points, truth = clumps([40, 40, 40, 20])
    home = np.where(truth == 3, -1, truth)
    found = run(points, past(home, settled=truth < 3))
    np.testing.assert_array_equal(homes(found, 3), truth)
    assert sorted(found.anchors.tolist()) == [-1, 0, 1, 2]


def test_new_points_that_were_given_to_old_groups_are_no_less_new() -> None:
    points, truth = clumps([40, 40, 40, 20])
    home = np.where(truth == 3, np.arange(140) % 3, truth)
    found = run(points, past(home, settled=truth < 3))
    np.testing.assert_array_equal(homes(found, 3), truth)


def test_halves_of_one_group_become_one_and_the_larger_lends_its_name() -> None:
    points, truth = clumps([60, 40, 40, 40])
    home = truth + 1
    home[:25] = 0
    found = run(points, past(home))
    np.testing.assert_array_equal(homes(found, 5), truth + 1)
    assert sorted(found.anchors.tolist()) == [1, 2, 3, 4]
    assert found.support[0] < 0.5 < found.support[2]
    assert found.rival[0] > 0.9


def test_pinned_halves_stay_halves() -> None:
    points, truth = clumps([60, 40, 40, 40])
    home = truth + 1
    home[:25] = 0
    found = run(points, past(home, pinned=[0, 1]))
    np.testing.assert_array_equal(homes(found, 5), home)


def test_groups_under_one_name_become_groups_of_their_own() -> None:
    points, truth = clumps([40, 30, 30, 30, 30])
    home = np.maximum(truth - 2, 0)  # three groups are one, the others are themselves
    found = run(points, past(home))
    after = homes(found, 3)
    np.testing.assert_array_equal(after[truth > 2], home[truth > 2])
    assert {frozenset(np.flatnonzero(after == one)) for one in (3, 4, 5)} == {
        frozenset(np.flatnonzero(truth == one)) for one in (0, 1, 2)
    }


def test_a_group_that_only_lost_and_won_points_keeps_its_name() -> None:
    """Most of it went into one new group, and no good part of it into another."""
    points, truth = clumps([60, 40, 40, 40, 40])
    home = np.full(220, -1)
    home[:30] = 0
    home[100:] = truth[100:] - 1
    found = run(points, past(home))
    after = homes(found, 4)
    assert set(after[:60].tolist()) == {0}
    assert set(after[60:100].tolist()) == {4}


def test_what_is_scattered_is_retired() -> None:
    points, truth = clumps([40, 40, 40])
    home = truth + 1
    home[::5] = 0
    found = run(points, past(home))
    assert sorted(found.anchors.tolist()) == [1, 2, 3]
    np.testing.assert_array_equal(homes(found, 4), truth + 1)


def test_an_anchor_without_points_is_gone() -> None:
    points, truth = clumps([40, 40, 40])
    found = run(points, past(truth, 5, pinned=[4]))
    assert sorted(found.anchors.tolist()) == [0, 1, 2]


def test_a_small_group_may_be_found_within_the_one_it_would_go_into() -> None:
    points, truth = clumps([70, 50, 50, 50])
    noise = np.random.default_rng(3).normal(scale=0.05, size=(12, WIDTH))
    points[:12] = unit(np.eye(WIDTH)[0] + 0.45 * np.eye(WIDTH)[20] + noise)
    found = Grouping(truth, np.eye(4)[truth], np.ones(4))

    def within(n_home: int, **changed: Any) -> Any:
        home = np.where(np.arange(220) < n_home, 4, truth)
        return anchoring._inside(points, KEYS[:220], past(home, **changed), 4, found)

    support, rival, votes = within(12)
    assert support > 0.9
    assert rival > 0.5
    assert (votes[:12] > 0.9).all()
    assert (votes[12:] < 0.1).all()
    assert within(18) is None  # a quarter of the group: no part of it any more
    assert within(18, nested=[4])[0] > 0.5
    nowhere = Grouping(np.full(220, -1), np.zeros((220, 4)), np.ones(4))
    before = past(np.where(np.arange(220) < 12, 4, truth))
    assert anchoring._inside(points, KEYS[:220], before, 4, nowhere) is None


def test_one_found_within_another_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    points, truth = clumps([60, 40, 40, 40])
    home = truth + 1
    home[:25] = 0
    monkeypatch.setattr(anchoring, "_inside", lambda *_: (0.8, 1.0, np.zeros(180)))
    found = run(points, past(home))
    np.testing.assert_array_equal(homes(found, 5)[:25], np.zeros(25))
    assert (found.support[0], found.rival[0]) == (0.8, 1.0)


def test_an_anchor_is_harder_to_lose_than_a_group_to_gain() -> None:
    before = past([0, 1, 2, 3, 4], 7, pinned=[4, 5])
    support = np.array([0.36, 0.34, 0.65, 0.6, 0.0, 0.9, 0.9])
    rival = np.array([0.5, 0.4, 0.89, 0.89, 0.9, 0.9, 0.9])
    stands = anchoring._standing(before, support, rival)
    assert stands.tolist() == [True, False, True, False, True, False, False]


@pytest.mark.parametrize(("parts", "names"), [((30, 8), [0, -1]), ((26, 12), [-1, -1])])
def test_one_that_fell_into_several_new_groups_is_none_of_them(
    parts: tuple[int, int], names: list[int]
) -> None:
    """A part counts from a fifth of the anchor on; ten points of 50 would be one."""
    home = np.zeros(sum(parts) + 12, dtype=int)
    labels = np.repeat([0, 1, -1], [*parts, 12])
    found = Grouping(labels, np.zeros((50, 2)), np.ones(2))
    taken = anchoring._taking_over(found, [0, 1], past(home), np.array([False]))
    assert taken.tolist() == names
    standing = anchoring._taking_over(found, [0, 1], past(home), np.array([True]))
    assert standing.tolist() == [-1, -1]


def test_two_that_went_into_one_group_lend_it_one_name() -> None:
    home = np.repeat([0, 1, 2], [20, 30, 10])
    found = Grouping(np.repeat([0, 1], [50, 10]), np.zeros((60, 2)), np.ones(2))
    before = past(home)
    fallen = np.zeros(3, bool)
    assert anchoring._taking_over(found, [0, 1], before, fallen).tolist() == [1, 2]
    assert anchoring._taking_over(found, [1], before, fallen).tolist() == [2]
    unsettled = past(home, settled=home < 1)
    assert anchoring._taking_over(found, [0, 1], unsettled, fallen).tolist() == [0, -1]


def test_groups_of_what_a_person_took_out_are_none() -> None:
    points, truth = clumps([40, 40, 40, 40])
    home = np.where(truth == 3, -1, truth)
    barred = (np.arange(160) >= 120) & (np.arange(160) % 4 > 0)
    after = homes(run(points, past(home, barred=(barred,))), 3)
    np.testing.assert_array_equal(after, home)
    few = barred & (np.arange(160) % 4 == 1)
    after = homes(run(points, past(home, barred=(few,))), 3)
    np.testing.assert_array_equal(after, truth)


def test_the_order_of_points_changes_nothing() -> None:
    points, truth = clumps([40, 30, 25, 20], spread=0.3)
    order = np.random.default_rng(5).permutation(115)
    home = np.where(np.arange(115) % 7 == 0, -1, truth)
    straight = run(points, past(home))
    mixed = anchored(points[order], KEYS[:115][order], past(home[order]), least=3)
    np.testing.assert_array_equal(homes(mixed, 4), homes(straight, 4)[order])
    np.testing.assert_allclose(mixed.support, straight.support)


def test_support_is_the_best_mean_jaccard_and_votes_are_those_of_that_group() -> None:
    home = np.array([0, 0, 0, 1, 1, -1])
    present = np.array([[True] * 6, [True] * 5 + [False]])
    first = Candidate(
        Grouping(np.array([1, 1, 0, 0, 0, 0]), np.arange(12.0).reshape(6, 2), np.ones(2)),
        np.array([[1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, -1]]),
        present,
    )
    second = Candidate(
        Grouping(np.array([0, 0, 1, 2, 2, 2]), np.arange(18.0).reshape(6, 3), np.ones(3)),
        np.array([[0, 0, 1, 2, 2, 2], [0, 0, 0, 2, 2, -1]]),
        present,
    )
    support, votes = supported([first, second], past(home))
    # Of the first: (2/3 + 1) / 2 and (2/4 + 1) / 2; of the second the same and (2/3 + 1) / 2.
    np.testing.assert_allclose(support, [(2 / 3 + 1) / 2, (2 / 3 + 1) / 2])
    np.testing.assert_array_equal(votes[:, 0], first.grouping.votes[:, 1])
    np.testing.assert_array_equal(votes[:, 1], second.grouping.votes[:, 2])


def test_pairs_are_the_best_in_all() -> None:
    alike = np.array([[0.9, 0.8], [0.7, 0.0], [0.0, 0.0]])
    assert one_to_one(alike) == [(0, 1), (1, 0)]
    assert one_to_one(np.zeros((2, 0))) == []


def test_a_part_of_the_past_has_only_the_anchors_asked_for() -> None:
    before = past([0, 1, 2, -1, 2], pinned=[2], barred=(np.arange(5) > 2,))
    part = before.part(np.array([4, 3, 1]), [2])
    assert part.home.tolist() == [0, -1, -1]
    assert part.pinned.tolist() == [True]
    assert [one.tolist() for one in part.barred] == [[True, True, False]]
    assert before.part(np.array([2, 0])).home.tolist() == [2, 0]
