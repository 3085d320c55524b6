"""The period in which a theme first rose above its background and stayed.

A step, not a slope: the regression on time says whether a theme rises, this
says since when. Must not know tables, names or verdicts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def emergence(successes: Floats, totals: Floats) -> tuple[int, float]:
    """Find the best single upward step in one theme's share.

    Parameters
    ----------
    successes, totals : numpy.ndarray of shape (periods,)
        Papers in the theme and papers in all (above 0), by period; five
        periods or more.

    Returns
    -------
    int
        The first period of the later part (1 to periods - 2), or -1 where the
        share never rose, rose in the very last period only (whether it stays
        is not known yet), or fell back.
    float
        The p-value of that step, adjusted for the search over all periods;
        1.0 without a step.

    Notes
    -----
    Of all ways to cut the periods in two with a greater share in the later
    part, the one of the greatest binomial likelihood ratio (Hinkley & Hinkley
    1970, Biometrika 57:477). The ratio is divided by the overdispersion left
    within the parts (Pearson, never below 1) and its signed root referred to a
    t distribution with periods - 3 degrees of freedom; the one-sided p-value is
    multiplied by the number of cuts (Bonferroni), which is on the safe side, as
    neighbouring cuts go together.

    It fell back where the later part holds, by the same test, a downward step
    at 5 % after which the share is no longer above the background at 5 %.
    """
    from scipy.stats import t

    cut, ratio = _best_cut(successes, totals, upward=True)
    if cut < 0 or cut == len(totals) - 1:
        return -1, 1.0
    df = len(totals) - 3
    spread = _dispersion(successes, totals, [cut], df)
    p_value = min(1.0, float(t.sf(np.sqrt(ratio / spread), df)) * (len(totals) - 1))
    if _fell_back(successes, totals, cut):
        return -1, 1.0
    return cut, p_value


def _fell_back(successes: Floats, totals: Floats, cut: int) -> bool:
    from scipy.stats import t

    fall, ratio = _best_cut(successes[cut:], totals[cut:], upward=False)
    if fall < 0:
        return False
    df = len(totals) - 4
    spread = _dispersion(successes, totals, [cut, cut + fall], df)
    if t.sf(np.sqrt(ratio / spread), df) * (len(totals) - cut - 1) >= 0.05:
        return False
    ends = np.array(
        [
            [successes[:cut].sum(), successes[cut + fall :].sum()],
            [totals[:cut].sum(), totals[cut + fall :].sum()],
        ]
    )
    above, ratio = _best_cut(ends[0], ends[1], upward=True)
    return above < 0 or bool(t.sf(np.sqrt(ratio / spread), df) >= 0.05)


def _best_cut(successes: Floats, totals: Floats, *, upward: bool) -> tuple[int, float]:
    """Return the best cut (-1 if the share never goes that way) and its likelihood ratio."""
    if len(totals) < 2:
        return -1, 0.0
    y, n = successes.cumsum(), totals.cumsum()
    y0, n0 = y[:-1], n[:-1]
    y1, n1 = y[-1] - y0, n[-1] - n0
    ratio = 2 * (_likelihood(y0, n0) + _likelihood(y1, n1) - _likelihood(y[-1:], n[-1:]))
    # Compared without division, so that equal shares are equal.
    goes = y1 * n0 > y0 * n1 if upward else y1 * n0 < y0 * n1
    if not goes.any():
        return -1, 0.0
    ratio = np.where(goes, np.maximum(ratio, 0.0), -1.0)
    best = int(ratio.argmax())
    return best + 1, float(ratio[best])


def _likelihood(y: Floats, n: Floats) -> Floats:
    """Binomial log likelihood at the share itself, without the constant."""
    from scipy.special import xlogy

    return np.asarray(xlogy(y, y / n) + xlogy(n - y, (n - y) / n))


def _dispersion(successes: Floats, totals: Floats, cuts: list[int], df: int) -> float:
    """Pearson's chi-squared within the parts over its degrees of freedom, at least 1."""
    pearson = 0.0
    for y, n in zip(np.split(successes, cuts), np.split(totals, cuts), strict=True):
        share = y.sum() / n.sum()
        if 0 < share < 1:
            pearson += float(((y - n * share) ** 2 / (n * share * (1 - share))).sum())
    return max(1.0, pearson / df)
