"""When a theme emerged, and when it was in fashion for a while.

A trend says that a share rises; an event says since when, and from when to when.
Must not know papers, memberships or how they were made: the trends table is all
it sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.tables import EVENTS, conform
from papertrends.trends.changepoints import (
    contrast,
    segments,
    step_date,
    step_p_value,
    stretch_p_value,
)
from papertrends.trends.grid import Bools, Floats, Grid, Ints, false_discovery_rates, grid_of
from papertrends.trends.scatter import Series, between, series_of, with_factors

Value = TypeVar("Value", np.float64, np.bool_)

EVENT_PERIODS = 5
"""From so many complete periods on, events are looked for."""
EVENT_PAPERS = 5
"""They are looked for in themes with so many papers in them and as many outside."""
EVENT_ODDS = 1.5
"""A stretch is above its background if its odds are by this factor."""

SIGNIFICANT = 0.05
"""By this level a theme has to be up without its last period, too."""

_MOST_BLOCKS = 60
"""More periods than this are folded into so many blocks to be searched."""
_LEVEL = 2.3263478740408408
"""Standard normal quantile of a one-sided 1 % test."""
_KINDS = 2
"""The search is for emergences and for bursts."""


def theme_events(trends: pd.DataFrame) -> pd.DataFrame:
    """Find when themes emerged, and their bursts that came and went.

    Parameters
    ----------
    trends : pandas.DataFrame
        A trends table; ``theme_id``, ``period``, ``n_theme``, ``n_papers`` and
        ``partial`` are used. Only complete periods with papers count; a theme's
        missing period counts as not observed.

    Returns
    -------
    pandas.DataFrame
        The events table, in the order of ``theme_id`` and ``start``, with every
        event that was found, believable or not (see ``q_value``):

        - ``event``: "emergence" where the share rose above its background and
          stayed above it to the end, two periods or more; at most one a theme.
          "burst" where it rose above its background and came back.
        - ``start``: the first period above the background; ``start_low`` and
          ``start_high``: first and last period of its 95 % confidence set.
        - ``end``: the last period of a burst; NaT for an emergence.
        - ``share_before``: share of the background it rose from, which is all
          periods before it but for earlier bursts, and none from before a fall;
          ``share_during``: share from start to end (0 to 1).
        - ``p_value``: adjusted for the search over periods and both kinds of
          event; ``q_value``: false discovery rate over all themes tested for
          that kind of event, found or not.

        Empty where no theme has five complete periods, five papers in it and
        five outside.

    Raises
    ------
    InputError
        If a column is missing, a cell is empty, a count is none or above the
        number of papers, ``period`` holds no dates, or a theme has a period twice.

    Notes
    -----
    *Segments*: the periods of each theme are cut where its level changes (see
    `papertrends.trends.changepoints`). More than 60 periods are folded into 60
    blocks first, and the dates found are refined to the period.

    *Background*: from the first segment on, a segment whose odds are 1.5 times
    those of the background, and higher by a one-sided test at 1 %, is above it;
    one that is below it is the new background; any other becomes part of it.
    Neighbouring segments above the background are one stretch: an emergence
    where it lasts to the end, is so without its last period too (a theme that
    is up in the last period only may be gone in the next) and is above all
    earlier backgrounds; a burst where the theme came back.

    *p-values*: an emergence is tested by the share of all periods since against
    that before, a burst by its share against the background on both sides. The
    likelihood ratio is the beta-binomial one, because papers of one period are
    alike; how much is estimated from the scatter within the segments of all
    themes together and moderated for each (see `papertrends.trends.dispersion`),
    and never below what is common to all. Its signed root is referred to the t
    distribution of that estimate, and the p-value multiplied up for all the cuts
    or stretches it might have been, and for the two kinds.

    False discovery rates are Benjamini & Hochberg's (1995), by scipy.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_trends
    >>> pt.theme_events(some_trends())[["theme_id", "event", "start"]]
      theme_id      event      start
    0   agents  emergence 2025-07-01
    """
    grid = grid_of(trends, "theme_events")
    themes = [_theme(grid, i) for i in _tested(grid)]
    rough = with_factors([theme.blocks for theme in themes])
    cuts = [segments(blocks) for blocks in rough]
    fine = with_factors(rough, cuts)
    rows = [
        {"theme_id": theme.theme_id, **row}
        for theme, blocks, at in zip(themes, fine, cuts, strict=True)
        for row in _events(theme.of(blocks), at)
    ]
    frame = pd.DataFrame(rows, columns=[name for name in EVENTS if name != "q_value"])
    return conform(frame.assign(q_value=_rates(frame, len(themes))), EVENTS)


@dataclass(frozen=True)
class _Theme:
    """One theme's complete periods, and the blocks they are folded into.

    Attributes
    ----------
    theme_id : str
    periods : pandas.DatetimeIndex of length p
    by_period : Series
    blocks : Series
        Sums over the periods of each block.
    edges : numpy.ndarray of int, shape (blocks + 1,)
        The period each block begins with, and p.
    """

    theme_id: str
    periods: pd.DatetimeIndex
    by_period: Series
    blocks: Series
    edges: Ints

    def of(self, blocks: Series) -> _Theme:
        """Return the same counts with what is known of their scatter by now."""
        factors = self.unfolded(blocks.factors)
        by_period = replace(self.by_period, factors=factors, df=blocks.df)
        return replace(self, by_period=by_period, blocks=blocks)

    def unfolded(self, values: npt.NDArray[Value]) -> npt.NDArray[Value]:
        """Give each period the value of its block."""
        return np.repeat(values, np.diff(self.edges))


@dataclass(frozen=True)
class _Stretch:
    """Neighbouring segments above the background.

    Attributes
    ----------
    first, last : int
        Their numbers.
    backgrounds : list of numpy.ndarray of bool, shape (blocks,)
        All backgrounds before it, the newest last.
    """

    first: int
    last: int
    backgrounds: list[Bools]


def _tested(grid: Grid) -> Ints:
    complete = grid.complete
    inside = np.where(complete, grid.n_theme, 0).sum(axis=1)
    outside = np.where(complete, grid.n_papers - grid.n_theme, 0).sum(axis=1)
    enough = complete.sum(axis=1) >= EVENT_PERIODS
    return np.flatnonzero(enough & (inside >= EVENT_PAPERS) & (outside >= EVENT_PAPERS))


def _theme(grid: Grid, i: int) -> _Theme:
    seen = np.flatnonzero(grid.complete[i])
    y, n = grid.n_theme[i, seen].astype(float), grid.n_papers[i, seen].astype(float)
    n_blocks = min(len(seen), _MOST_BLOCKS)
    edges = np.arange(n_blocks + 1) * len(seen) // n_blocks
    blocks = [np.add.reduceat(counts, edges[:-1]) for counts in (y, n)]
    return _Theme(grid.theme_ids[i], grid.periods[seen], series_of(y, n), series_of(*blocks), edges)


def _stretches(blocks: Series, cuts: list[int]) -> list[_Stretch]:
    """Find the neighbouring segments above the background they rose from."""
    found = []
    backgrounds = [between(cuts[0], cuts[1], blocks)]
    rise = None
    for i in range(1, len(cuts) - 1):
        here = between(cuts[i], cuts[i + 1], blocks)
        if _is_above(blocks, here, backgrounds[-1]):
            rise = i if rise is None else rise
            continue
        if rise is not None:
            if contrast(blocks, here, between(cuts[rise], cuts[i], blocks)) >= 0:
                continue
            found.append(_Stretch(rise, i - 1, list(backgrounds)))
            rise = None
        if contrast(blocks, here, backgrounds[-1]) <= -_LEVEL:
            backgrounds.append(here)
        else:
            backgrounds[-1] = backgrounds[-1] | here
    if rise is not None:
        found.append(_Stretch(rise, len(cuts) - 2, list(backgrounds)))
    return found


def _is_above(series: Series, here: Bools, there: Bools) -> bool:
    if contrast(series, here, there) < _LEVEL:
        return False
    high, low = series.share(here), series.share(there)
    return high * (1 - low) >= EVENT_ODDS * low * (1 - high)


def _events(theme: _Theme, cuts: list[int]) -> Iterator[dict[str, object]]:
    """Turn the stretches of a theme into rows of the events table."""
    series, blocks = theme.by_period, theme.blocks
    # The periods, and the blocks, that are in no burst.
    quiet, quiet_blocks = np.ones_like(series.totals, bool), np.ones_like(blocks.totals, bool)
    ended = 0
    for stretch in _stretches(blocks, cuts):
        lasts = stretch.last == len(cuts) - 2
        start, low, high = _start(theme, cuts, stretch, ended)
        before = quiet & between(0, start, series)
        if lasts and not _stays(theme, start, before, stretch.backgrounds):
            continue
        here = between(cuts[stretch.first], cuts[stretch.last + 1], blocks)
        if lasts:
            ended = len(series.totals)
            p_value = step_p_value(contrast(blocks, here, quiet_blocks & ~here), blocks)
        else:
            ended = _end(theme, cuts, stretch, start)
            after = between(cuts[stretch.last + 1], cuts[stretch.last + 2], blocks)
            level = contrast(blocks, here, stretch.backgrounds[-1] | after)
            p_value = stretch_p_value(level, blocks)
        yield {
            "event": "emergence" if lasts else "burst",
            "start": theme.periods[start],
            "start_low": theme.periods[low],
            "start_high": theme.periods[high],
            "end": pd.NaT if lasts else theme.periods[ended - 1],
            "share_before": series.share(before & theme.unfolded(stretch.backgrounds[-1])),
            "share_during": series.share(between(start, ended, series)),
            "p_value": min(1.0, _KINDS * p_value),
        }
        quiet[start:ended] = False
        quiet_blocks[here] = False


def _start(theme: _Theme, cuts: list[int], stretch: _Stretch, ended: int) -> tuple[int, int, int]:
    """Date the period in which a stretch begins, after the burst before it has `ended`."""
    before, after = theme.edges[cuts[stretch.first - 1]], theme.edges[cuts[stretch.first + 1]]
    return step_date(theme.by_period, max(int(before), ended), int(after), upward=True)


def _end(theme: _Theme, cuts: list[int], stretch: _Stretch, start: int) -> int:
    """Date the first period after a burst that begins with `start`."""
    before, after = theme.edges[cuts[stretch.last]], theme.edges[cuts[stretch.last + 2]]
    return step_date(theme.by_period, max(int(before), start), int(after), upward=False)[0]


def _stays(theme: _Theme, start: int, before: Bools, backgrounds: list[Bools]) -> bool:
    """Whether a theme rose, and above all its backgrounds, even without its last period."""
    series = theme.by_period
    run = between(start, len(series.totals) - 1, series)
    if not run.any():
        return False
    rises = step_p_value(contrast(series, run, before), theme.blocks) < SIGNIFICANT
    return rises and all(
        _is_above(series, run, theme.unfolded(background) & ~run) for background in backgrounds
    )


def _rates(frame: pd.DataFrame, n_tested: int) -> Floats:
    """Adjust the p-values of each kind of event over all themes it was looked for in."""
    q_value = np.full(len(frame), np.nan)
    for kind in sorted(set(frame["event"])):
        rows = np.flatnonzero(frame["event"] == kind)
        without = n_tested - frame["theme_id"].iloc[rows].nunique()
        p_values = np.concatenate([frame["p_value"].to_numpy(dtype=float)[rows], np.ones(without)])
        q_value[rows] = false_discovery_rates(p_values)[: len(rows)]
    return q_value
