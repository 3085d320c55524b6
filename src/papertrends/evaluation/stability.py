"""How much themes change when what should not matter changes.

Takes a function that groups papers, so that any way of grouping them can be
tried. Must not know how it groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from papertrends.evaluation.measures import LEVELS, rand_index
from papertrends.progress import Progress, silent

#: Papers and a seed -> groups, as `measures.groups_of` returns them.
Grouping = Callable[[pd.DataFrame, int], pd.DataFrame]

N_SEEDS, N_ORDERS, N_DRAWS = 5, 2, 5
#: The part of the papers that a draw leaves out: to the fit on the rest they are new.
LEFT_OUT = 0.05

STAGE = "fitting again"


@dataclass(frozen=True)
class Stability:
    """How alike groupings are under one kind of change, at one level.

    Attributes
    ----------
    change : str
        ``seeds``, ``orders`` or ``5 % more papers``.
    level : str
        ``broad`` or ``finest``.
    mean, worst : float
        Of the adjusted Rand indices of the pairs compared.
    n_pairs : int
        How many pairs.
    """

    change: str
    level: str
    mean: float
    worst: float
    n_pairs: int


def stability(
    papers: pd.DataFrame,
    first: pd.DataFrame,
    group: Grouping,
    *,
    seed: int,
    progress: Progress = silent,
) -> tuple[Stability, ...]:
    """Group papers again and again, and tell how alike the groupings are.

    Between five seeds (all ten pairs); between the papers as they are and two
    other orders of them (backwards and shuffled; all three pairs); and between
    all papers and a random 95 % of them, five times, on the papers that both have.

    Parameters
    ----------
    papers : pandas.DataFrame
        A paper may have several rows. Fewer than two papers have no stability.
    first : pandas.DataFrame
        Their groups with `seed`.
    group : callable
        ``(papers, seed) -> groups``.
    seed : int
        The first of the five, and what the draws follow from.
    progress : Progress, optional

    Returns
    -------
    tuple of Stability
        One a kind of change and level.
    """
    ids = sorted(set(papers["paper_id"]))
    if len(ids) < 2:
        return ()
    total = N_SEEDS - 1 + N_ORDERS + N_DRAWS
    done = 0
    progress(STAGE, done, total)

    def again(some: pd.DataFrame, other_seed: int = seed) -> pd.DataFrame:
        nonlocal done
        groups = group(some, other_seed)
        done += 1
        progress(STAGE, done, total)
        return groups

    chance = np.random.default_rng(seed)
    seeds = [first, *(again(papers, seed + step) for step in range(1, N_SEEDS))]
    shuffles = (chance.permutation(len(papers)) for _ in range(N_ORDERS - 1))
    orders = [np.arange(len(papers))[::-1], *shuffles]
    ordered = [first, *(again(papers.iloc[order]) for order in orders)]
    n_new = max(1, round(LEFT_OUT * len(ids)))
    draws = [set(chance.choice(ids, n_new, replace=False).tolist()) for _ in range(N_DRAWS)]
    grown = [(first, again(papers[~papers["paper_id"].isin(new)])) for new in draws]
    return (
        *_alike("seeds", combinations(seeds, 2)),
        *_alike("orders", combinations(ordered, 2)),
        *_alike("5 % more papers", grown),
    )


def _alike(
    change: str, pairs: Iterable[tuple[pd.DataFrame, pd.DataFrame]]
) -> tuple[Stability, ...]:
    compared = list(pairs)
    found = []
    for level in LEVELS:
        indices = [rand_index(one[level], other[level]) for one, other in compared]
        found.append(Stability(change, level, float(np.mean(indices)), min(indices), len(indices)))
    return tuple(found)
