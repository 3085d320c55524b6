"""Which of a theme's strongest phrases to show: those that go together.

The phrases that set a theme apart most are often each from a corner of it; ones
that stand in the same papers tell a reader what it is about. Must not look for
phrases: ``labels.py`` does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

#: How many of the strongest phrases there are to choose from, and how much it counts that a
#: phrase goes together with the chosen ones: from never (-1) to always (1) is worth a factor
#: of e squared in strength.
POOL = 20
_TOGETHER = 1.0


def going_together(
    strengths: Mapping[str, float], present: Sequence[Collection[str]], most: int
) -> list[str]:
    """Choose phrases that are strong and stand in the same papers.

    Parameters
    ----------
    strengths : mapping of phrase to float
        The strongest first.
    present : sequence of collections of str, length n
        The phrases of each paper of the corpus.
    most : int
        How many to choose at most.

    Returns
    -------
    list of str
        The strongest phrase, and then, one by one, the one whose strength and mean
        normalised pointwise mutual information with those before are highest.

    References
    ----------
    Bouma 2009 for the measure; the greedy choice is that of maximal marginal
    relevance (Carbonell and Goldstein 1998) with the sign turned.
    """
    left = [phrase for phrase, strength in strengths.items() if strength > 0][:POOL]
    left = left or list(strengths)[:1]
    papers = {
        phrase: {row for row, phrases in enumerate(present) if phrase in phrases} for phrase in left
    }
    chosen: list[str] = []
    while left and len(chosen) < most:

        def worth(phrase: str) -> float:
            others = [_npmi(papers[phrase], papers[other], len(present)) for other in chosen]
            together = sum(others) / len(others) if others else 0.0
            return math.log(max(strengths[phrase], 1e-12)) + _TOGETHER * together

        best = max(left, key=worth)  # of equals the first, which is the stronger
        chosen.append(best)
        left.remove(best)
    return chosen


def _npmi(one: set[int], other: set[int], n_papers: int) -> float:
    both = len(one & other)
    if both == 0:
        return -1.0
    if both == n_papers:
        return 0.0
    return math.log(both * n_papers / (len(one) * len(other))) / math.log(n_papers / both)
