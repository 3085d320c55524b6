"""The exact comparison of a theme's share in two periods.

All of it is conditional on how many papers the two periods and the theme have,
so that it holds for three papers as for three thousand. Must not know tables,
names or verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_TAIL = 0.025
_NAN = float("nan")


@dataclass(frozen=True)
class Change:
    """The odds of the newer period against those of the older.

    Attributes
    ----------
    effect, low, high : float
        Odds ratio with its 95 % interval; NaN where the counts leave no room
        for any change.
    p_value : float
        Two-sided; NaN where nothing was tested.
    """

    effect: float = _NAN
    low: float = _NAN
    high: float = _NAN
    p_value: float = _NAN


def exact_change(newer: int, n_newer: int, older: int, n_older: int, *, level: float) -> Change:
    """Compare `newer` of `n_newer` papers with `older` of `n_older`.

    Parameters
    ----------
    newer, n_newer, older, n_older : int
        Papers in the theme and papers in all, of each period.
    level : float
        Where no way to deal the theme's papers out to the periods has a p-value
        below this, there is no test.

    Returns
    -------
    Change
        Conditional maximum-likelihood odds ratio (0 or infinite where one
        period has none or all), exact central interval, Fisher's two-sided p.

    Notes
    -----
    Odds ratio and p-value are scipy's. So is the definition of the interval
    (Cornfield 1956), but scipy sums the distribution anew, paper by paper, in
    each of its steps and takes a quarter of a second for thousands of papers;
    here it is summed once and tilted.
    """
    from scipy.stats import fisher_exact, hypergeom
    from scipy.stats.contingency import odds_ratio

    inside = newer + older
    if inside in (0, n_newer + n_older):
        return Change()
    support = np.arange(max(0, inside - n_older), min(inside, n_newer) + 1)
    if len(support) < 2:
        return Change()
    table = np.array([[newer, n_newer - newer], [older, n_older - older]])
    effect = float(odds_ratio(table, kind="conditional").statistic)
    weights = np.asarray(hypergeom.logpmf(support, n_newer + n_older, inside, n_newer))
    low, high = _interval(newer, support, weights)
    # The ends are the least probable outcomes; if they are equal, both count.
    ends = np.exp(weights[[0, -1]])
    least = ends[ends <= ends.min() * (1 + 1e-9)].sum()
    p_value = float(fisher_exact(table).pvalue) if least < level else _NAN
    return Change(effect, low, high, p_value)


def _interval(
    newer: int, support: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]
) -> tuple[float, float]:
    low = 0.0 if newer == support[0] else _limit(support >= newer, support, weights)
    if newer == support[-1]:
        return low, float("inf")
    # Counted the other way round, the upper limit is a lower one.
    return low, 1 / _limit(support <= newer, -support, weights)


def _limit(
    tail: npt.NDArray[np.bool_],
    support: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
) -> float:
    """Return the odds ratio at which the `tail`, which grows with it, has 2.5 %."""
    from scipy.optimize import brentq

    def excess(log_odds: float) -> float:
        tilted = weights + support * log_odds
        tilted = np.exp(tilted - tilted.max())
        return float(tilted[tail].sum() / tilted.sum()) - _TAIL

    reach = 1.0
    while excess(-reach) > 0 or excess(reach) < 0:
        reach *= 2
    return float(np.exp(brentq(excess, -reach, reach, xtol=1e-12)))
