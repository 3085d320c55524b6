"""Stability of groupings that are known to change, or not to."""

from __future__ import annotations

import pandas as pd
import pytest

from papertrends.evaluation import rand_index
from papertrends.evaluation.stability import LEFT_OUT, N_DRAWS, N_ORDERS, N_SEEDS, stability

N_PAPERS = 60
PAPERS = pd.DataFrame(
    {
        # The first five stand in two digests.
        "paper_id": [f"p{row:02}" for row in [*range(N_PAPERS), *range(5)]],
        "topic": [row % 3 for row in [*range(N_PAPERS), *range(5)]],
    }
)


def as_groups(groups: dict[str, str]) -> pd.DataFrame:
    column = pd.Series(groups, dtype=object).sort_index()
    return pd.DataFrame({"broad": column, "finest": column})


def by_topic(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
    pairs = zip(papers["paper_id"], papers["topic"], strict=True)
    return as_groups({paper: f"t{topic}" for paper, topic in pairs})


def means(found: tuple) -> dict[str, float]:
    return {one.change: one.mean for one in found if one.level == "broad"}


def test_what_depends_on_nothing_is_stable_throughout() -> None:
    found = stability(PAPERS, by_topic(PAPERS, 0), by_topic, seed=0)
    assert [(one.change, one.level) for one in found] == [
        (change, level)
        for change in ("seeds", "orders", "5 % more papers")
        for level in ("broad", "finest")
    ]
    assert all(one.mean == one.worst == 1.0 for one in found)
    assert [one.n_pairs for one in found[::2]] == [10, 3, N_DRAWS]


def test_each_kind_of_change_is_seen_by_itself() -> None:
    def by_seed(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        return as_groups({one: str(int(one[1:]) % (2 + seed)) for one in papers["paper_id"]})

    def by_order(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        ids = list(dict.fromkeys(papers["paper_id"]))
        return as_groups({one: str(row // 20) for row, one in enumerate(ids)})

    def by_size(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        whole = papers["paper_id"].nunique() == N_PAPERS
        return as_groups(
            {one: str(int(one[1:]) % (3 if whole else 5)) for one in papers["paper_id"]}
        )

    seeds = means(stability(PAPERS, by_seed(PAPERS, 0), by_seed, seed=0))
    assert seeds["seeds"] < 1
    assert seeds["orders"] == seeds["5 % more papers"] == 1
    orders = means(stability(PAPERS, by_order(PAPERS, 0), by_order, seed=0))
    assert orders["orders"] < 1
    assert orders["seeds"] == 1
    sizes = means(stability(PAPERS, by_size(PAPERS, 0), by_size, seed=0))
    assert sizes["5 % more papers"] < 0.5
    assert sizes["seeds"] == sizes["orders"] == 1


def test_means_and_worst_are_over_all_pairs() -> None:
    def by_seed(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        return as_groups({one: str(int(one[1:]) % (2 + seed)) for one in papers["paper_id"]})

    runs = [by_seed(PAPERS, seed)["broad"] for seed in range(7, 7 + N_SEEDS)]
    pairs = [rand_index(runs[i], runs[j]) for i in range(5) for j in range(i)]
    found = stability(PAPERS, by_seed(PAPERS, 7), by_seed, seed=7)[0]
    assert found.mean == pytest.approx(sum(pairs) / 10)
    assert found.worst == min(pairs)


def test_each_level_is_compared_with_itself() -> None:
    def finest_by_seed(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        finest = {one: str(int(one[1:]) % (2 + seed)) for one in papers["paper_id"]}
        return by_topic(papers, seed).assign(finest=pd.Series(finest))

    broad, finest = stability(PAPERS, finest_by_seed(PAPERS, 0), finest_by_seed, seed=0)[:2]
    assert (broad.level, broad.mean) == ("broad", 1.0)
    assert finest.level == "finest"
    assert finest.mean < 1


def test_what_is_fitted_again() -> None:
    seen: list[tuple[list[str], int]] = []

    def watch(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        seen.append((papers["paper_id"].tolist(), seed))
        return by_topic(papers, seed)

    told: list[tuple[str, int, int]] = []
    stability(PAPERS, by_topic(PAPERS, 3), watch, seed=3, progress=lambda *one: told.append(one))
    seeds, orders, draws = seen[:4], seen[4 : 4 + N_ORDERS], seen[4 + N_ORDERS :]
    given = PAPERS["paper_id"].tolist()
    assert seeds == [(given, 4), (given, 5), (given, 6), (given, 7)]
    assert orders[0] == (given[::-1], 3)
    for rows, seed in orders:
        assert rows != given
        assert sorted(rows) == sorted(given)
        assert seed == 3
    assert len({tuple(rows) for rows, _ in orders}) == N_ORDERS
    assert len({frozenset(rows) for rows, _ in draws}) == N_DRAWS
    for rows, seed in draws:
        assert len(set(rows)) == N_PAPERS - LEFT_OUT * N_PAPERS
        assert seed == 3
    assert told[0][1:] == (0, len(seen))
    assert told[-1][1:] == (len(seen), len(seen))


def test_which_papers_are_new_does_not_depend_on_the_order_of_the_rows() -> None:
    def draws(papers: pd.DataFrame) -> list[frozenset[str]]:
        seen = []

        def watch(some: pd.DataFrame, seed: int) -> pd.DataFrame:
            seen.append(frozenset(some["paper_id"]))
            return by_topic(some, seed)

        stability(papers, by_topic(papers, 0), watch, seed=0)
        return seen[-N_DRAWS:]

    assert draws(PAPERS) == draws(PAPERS.iloc[::-1])


def test_very_few_papers() -> None:
    one = PAPERS.head(1)
    assert stability(one, by_topic(one, 0), by_topic, seed=0) == ()
    two = PAPERS.head(2)
    found = stability(two, by_topic(two, 0), by_topic, seed=0)
    assert all(part.mean == 1 for part in found)
