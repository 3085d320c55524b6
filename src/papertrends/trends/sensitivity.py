"""How far the papers near a theme's threshold move its curve and its verdict.

A score near the threshold is a membership in doubt. How much doubt goes with which
score depends on where the scores come from; so the doubt is not modelled here, but
the themes are counted and tested again without the doubtful members, and with the
papers that just miss being members. Must not count or test by itself: ``counts.py``
and ``changes.py`` do, for these readings as for any memberships.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.errors import InputError
from papertrends.tables import (
    EVENTS,
    MEMBERSHIPS,
    NEAR_MISSES,
    SENSITIVITY,
    THEMES,
    conform,
    require_columns,
)
from papertrends.trends.changes import theme_changes
from papertrends.trends.counts import theme_trends
from papertrends.trends.grid import Bools, Floats, Grid, Ints, grid_of

_PAIR = ["paper_id", "theme_id"]
#: 0.6 - 0.5 is less than 0.1 by the last bit: distances are rounded to so many digits.
_DIGITS = 9


def theme_sensitivity(
    papers: pd.DataFrame,
    memberships: pd.DataFrame,
    by: str = "digest",
    *,
    near_misses: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    date: str = "digest",
    count: str = "every",
    threshold: float = 0.5,
    margin: float = 0.1,
) -> pd.DataFrame:
    """Say how much the share and the verdict of each theme hang on scores near the threshold.

    The themes are counted and tested three times: as they are; without their
    borderline members, whose score is less than `margin` above the threshold
    (strict); and with the near misses, whose score is below the threshold by
    no more than `margin` (lenient).

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table, as `theme_trends` takes it.
    memberships : pandas.DataFrame
        The memberships table; ``paper_id``, ``theme_id`` and ``score`` (from
        `threshold` to 1) are used. A row that stands there twice counts once,
        with its higher score.
    by : str
        The length of a period, as `theme_trends` takes it.
    near_misses : pandas.DataFrame, optional
        Papers that are not in a theme, with their score in it: ``paper_id``,
        ``theme_id`` and ``score`` (0 to 1, below `threshold`). Rows further than
        `margin` below the threshold are not used. Without it there are none,
        and what is lenient is what was counted.
    themes : pandas.DataFrame, optional
        The themes table, or any frame with ``theme_id``: its themes get rows
        even where no paper is in them.
    date, count : str
        What dates a paper and how often it counts, as `theme_trends` takes them.
    threshold : float, default 0.5
        The score, from 0 to 1, from which on a paper is a member.
    margin : float, default 0.1
        How far from the threshold scores are in doubt, from 0 (none is) to 1.

    Returns
    -------
    pandas.DataFrame
        The sensitivity table, one row a theme in the order of ``theme_id``:

        - ``n_papers``: members; ``n_borderline``: of these, the borderline ones;
          ``n_near``: near misses. Distinct papers, however often they are listed.
        - ``most_down``, ``most_up``: by how much (0 to 1) the share of a complete
          period would fall without the borderline members, and rise with the near
          misses, in the period where that is most. Over all periods where none is
          complete. ``n_beyond``: the periods, of these, in which one or the other
          takes the share out of its 95 % interval, and so matters more than chance.
        - ``verdict``, ``verdict_strict``, ``verdict_lenient``: what `theme_changes`
          says of the three readings.

    Raises
    ------
    InputError
        If a column is missing or has empty cells, a score is no number from 0 to
        1, a membership lies below the threshold or a near miss above it, a near
        miss is a member already or of a paper that is not there, `threshold` or
        `margin` is not from 0 to 1, or `theme_trends` refuses the tables.

    Notes
    -----
    In each reading the false discovery rate is controlled over all its themes,
    so that a verdict can change by what other themes lose or gain. Fewer papers
    are also less evidence: "too little data" without the borderline members does
    not say that the theme stands still. The readings take all doubtful papers
    one way; they show how much hangs on the threshold and are no bounds on what
    any other sorting of these papers would give.
    """
    _check_limits(threshold=threshold, margin=margin)
    members = _scored(memberships, MEMBERSHIPS, "memberships")
    near = _scored(
        pd.DataFrame(columns=list(NEAR_MISSES)) if near_misses is None else near_misses,
        NEAR_MISSES,
        "near_misses",
    )
    _check_sides(members, near, threshold)
    firm = members[(members["score"] - threshold).round(_DIGITS) >= margin]
    near = near[((threshold - near["score"]).round(_DIGITS) <= margin) & (margin > 0)]
    every = _themes_of(members, near, themes)

    def read(links: pd.DataFrame) -> _Reading:
        trends = theme_trends(papers, links, by, date=date, count=count, themes=every)
        return _Reading.of(links, trends)

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        # First of all, as what is wrong with the tables shows here.
        counted = read(members)
        _check_papers(near, papers)
        strict = read(firm) if len(firm) < len(members) else counted
        lenient = read(pd.concat([members, near])) if len(near) else counted
    # Once each, though the papers were counted three times.
    for category, text in dict.fromkeys((one.category, str(one.message)) for one in said):
        warnings.warn(text, category, stacklevel=2)
    return _table(counted, strict, lenient)


@dataclass(frozen=True)
class _Reading:
    """What comes out of one way to draw the line between members and others.

    Attributes
    ----------
    grid : Grid of m themes and p periods
    low, high : numpy.ndarray, shape (m, p)
        The ends of the shares' 95 % intervals.
    n_papers : numpy.ndarray of int, shape (m,)
        Distinct papers of each theme.
    verdicts : numpy.ndarray of str, shape (m,)
    """

    grid: Grid
    low: Floats
    high: Floats
    n_papers: Ints
    verdicts: npt.NDArray[np.object_]

    @classmethod
    def of(cls, links: pd.DataFrame, trends: pd.DataFrame) -> _Reading:
        """Read what was counted of `links`, in which each pair stands once."""
        grid = grid_of(trends, "theme_sensitivity")
        n_papers = links["theme_id"].value_counts().reindex(grid.theme_ids, fill_value=0)
        # Verdicts need no events, and the search for them takes longest.
        verdicts = theme_changes(trends, events=conform(pd.DataFrame(), EVENTS))["verdict"]
        # `theme_trends` gives every theme every period, in this order.
        low, high = trends[["share_low", "share_high"]].to_numpy().T.reshape(2, *grid.n_theme.shape)
        return cls(grid, low, high, np.asarray(n_papers, dtype=np.int64), verdicts.to_numpy())

    @property
    def told(self) -> Bools:
        """The periods that are looked at: the complete ones, or all where none is."""
        return self.grid.complete if self.grid.complete.any() else self.grid.observed

    def shares(self, counts: Ints) -> Floats:
        """Return `counts` as shares of the papers of the periods looked at, else 0."""
        papers = np.where(self.told, self.grid.n_papers, 1)
        return np.asarray(np.where(self.told, counts / papers, 0.0))


def _table(counted: _Reading, strict: _Reading, lenient: _Reading) -> pd.DataFrame:
    return conform(
        pd.DataFrame(
            {
                "theme_id": counted.grid.theme_ids,
                "n_papers": counted.n_papers,
                "n_borderline": counted.n_papers - strict.n_papers,
                "n_near": lenient.n_papers - counted.n_papers,
                "most_down": _most(counted, strict),
                "most_up": _most(lenient, counted),
                "n_beyond": _beyond(counted, strict, lenient),
                "verdict": counted.verdicts,
                "verdict_strict": strict.verdicts,
                "verdict_lenient": lenient.verdicts,
            }
        ),
        SENSITIVITY,
    )


def _most(larger: _Reading, smaller: _Reading) -> Floats:
    """Return by how much the shares of each theme differ where they do most, shape (m,)."""
    apart = larger.shares(larger.grid.n_theme - smaller.grid.n_theme)
    return np.asarray(apart.max(axis=1, initial=0.0))


def _beyond(counted: _Reading, strict: _Reading, lenient: _Reading) -> Ints:
    """Count the periods in which a reading leaves the interval of what was counted."""
    low, high = (counted.shares(one.grid.n_theme) for one in (strict, lenient))
    out = (low < counted.low) | (high > counted.high)
    return np.asarray((out & counted.told).sum(axis=1))


def _scored(frame: pd.DataFrame, schema: Mapping[str, str], table: str) -> pd.DataFrame:
    """Return papers, themes (as text) and scores of a table, checked, each pair once."""
    names = (*_PAIR, "score")
    require_columns(frame, schema, table, *names)
    holes = [name for name in names if frame[name].isna().any()]
    if holes:
        raise InputError(
            f"the {table} table has empty cells in {', '.join(holes)}", "fill or drop these rows"
        )
    try:
        scores = frame["score"].to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            f"score of the {table} table holds {frame['score'].dtype}, not numbers",
            "give numbers from 0 to 1",
        ) from None
    outside = scores[(scores < 0) | (scores > 1)]
    if len(outside):
        raise InputError(
            f"{len(outside)} scores of the {table} table lie outside 0 to 1 ({_few(outside)})",
            "bring the scores to a scale from 0 to 1, and the threshold with them",
        )
    # As Python's strings: pandas' own kind takes several times as long to compare.
    texts = {name: pd.Series(frame[name].astype(str).to_numpy(), dtype=object) for name in _PAIR}
    links = pd.DataFrame({**texts, "score": scores})
    if links.duplicated(_PAIR).any():
        links = links.sort_values("score").drop_duplicates(_PAIR, keep="last")
    return links


def _themes_of(
    members: pd.DataFrame, near: pd.DataFrame, themes: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the themes that every reading has, papers in them or not."""
    known = [members["theme_id"], near["theme_id"]]
    if themes is not None:
        require_columns(themes, THEMES, "themes", "theme_id")
        known.append(themes["theme_id"].astype(object))
    return pd.DataFrame({"theme_id": pd.concat(known).unique()})


def _check_limits(**limits: float) -> None:
    for name, limit in limits.items():
        if not 0 <= limit <= 1:
            raise InputError(f"the {name} is {limit!r}", "give a number from 0 to 1")


def _check_sides(members: pd.DataFrame, near: pd.DataFrame, threshold: float) -> None:
    """Refuse members that are none by the threshold, and near misses that are members."""
    below = members.loc[members["score"] < threshold, "score"].to_numpy()
    if len(below):
        raise InputError(
            f"{len(below)} memberships have a score below the threshold of {threshold:g} "
            f"({_few(below)})",
            "give the threshold the memberships were made with, or drop these rows",
        )
    above = near.loc[near["score"] >= threshold, "score"].to_numpy()
    if len(above):
        raise InputError(
            f"{len(above)} near misses have a score of the threshold of {threshold:g} or more "
            f"({_few(above)})",
            "give the threshold the memberships were made with, or drop these rows",
        )
    both = near.merge(members[_PAIR], on=_PAIR)
    if len(both):
        paper, theme = min(both[_PAIR].itertuples(index=False, name=None))
        raise InputError(
            f"{len(both)} near misses are members already ('{paper}' of '{theme}' for one)",
            "keep each paper of a theme in one of memberships and near_misses",
        )


def _check_papers(near: pd.DataFrame, papers: pd.DataFrame) -> None:
    known = near["paper_id"].isin(papers["paper_id"].astype(str))
    strangers = sorted(set(near.loc[~known, "paper_id"]))
    if strangers:
        raise InputError(
            f"near_misses has {len(strangers)} papers that are not in papers "
            f"({', '.join(strangers[:3])}{', ...' if len(strangers) > 3 else ''})",
            "give the papers that the near misses were found in, or drop these rows",
        )


def _few(scores: Floats) -> str:
    """Return some of the scores, lowest first."""
    several = np.unique(scores)
    return ", ".join(f"{score:g}" for score in several[:3]) + (", ..." if len(several) > 3 else "")
