"""What can be said of each theme's share: rising, falling, steady, or too little data.

The only place that turns counts into claims, so that every claim goes through
the same tests, error control and bounds. Must not know papers, memberships or
how they were made: the trends table is all it sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.frames import check_frame
from papertrends.tables import CHANGES, EVENTS, conform
from papertrends.trends.events import theme_events
from papertrends.trends.exact import exact_change
from papertrends.trends.grid import Bools, Floats, Grid, false_discovery_rates, grid_of, time_of
from papertrends.trends.regression import fit_slopes

TREND_PERIODS = 5
"""From so many complete periods on, a trend can be told from two of its points."""
TREND_PAPERS = 5
"""A trend is fitted to themes with so many papers in them and as many outside."""
SIGNIFICANT = 0.05
"""Rising and falling are said below this false discovery rate."""
STEADY_ODDS = 1.5
"""Steady is said where the odds changed by less than this factor, either way."""


def theme_changes(trends: pd.DataFrame, *, events: pd.DataFrame | None = None) -> pd.DataFrame:
    """Test how the share of each theme changed.

    With five or more complete periods this is the trend over all of them, with
    fewer the change between the last two, and `basis` says which. Partial
    periods are left out; only where fewer than two complete ones are there,
    the last two are compared as they are.

    Parameters
    ----------
    trends : pandas.DataFrame
        A trends table; ``theme_id``, ``period``, ``n_theme``, ``n_papers`` and
        ``partial`` are used. A theme's missing period counts as not observed.
    events : pandas.DataFrame, optional
        The events table of these trends, where it is there already; else
        `theme_events` is asked.

    Returns
    -------
    pandas.DataFrame
        The changes table, one row a theme in the order of ``theme_id``:

        - ``basis``: "trend" or "last change".
        - ``effect``, ``effect_low``, ``effect_high``: odds ratio with its 95 %
          interval. For a last change, of the newer period against the older (0
          or infinite where one of them has no paper in the theme); for a
          trend, for each period of time.
        - ``p_value``, ``q_value``: two-sided; NaN where nothing was tested.
        - ``verdict``: "rising" or "falling" where q < 0.05; "steady" where not
          and the whole interval lies within odds ratios of 1/1.5 and 1.5 (for a
          trend: of the change from the first period to the last); else "too
          little data".
        - ``emerged``: for a trend, the period in which the theme first rose
          above its background and stayed, where that is sure at q < 0.05 (see
          `theme_events`); else NaT.

    Raises
    ------
    InputError
        If a column is missing, a count is none or above the number of papers,
        a period is missing, or a theme has a period twice.

    Notes
    -----
    *Last change*: Fisher's exact test (1935), two-sided by the probability of
    the tables; the conditional maximum-likelihood odds ratio with its exact
    interval (Cornfield 1956), both by scipy. The interval is central and the
    test is not, so that close to the bound one may reach 1 and the other not;
    the verdict goes by the test. Not tested is a theme with so few papers that
    not even all of them in one period would give p < 0.05 (Tarone 1990,
    Biometrics 46:515); only the sums decide this, not how they fell.

    *Trend*: the log odds of the share on time in a binomial regression with
    overdispersion, which is estimated from all themes of the table together and
    moderated for each (see `papertrends.trends.regression`), with a t test. Time
    runs as in the calendar, so that gaps count: in years, quarters or months
    where all periods begin one, in weeks where all are Mondays, else in the usual
    (median) distance of one period from the next. A theme needs five papers in it
    and five outside.

    False discovery rates are Benjamini & Hochberg's (1995) over all themes
    tested, by scipy.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_trends
    >>> changes = pt.theme_changes(some_trends())
    >>> changes[["theme_id", "verdict", "effect"]].round({"effect": 2})
      theme_id          verdict  effect
    0   agents           rising    1.26
    1  parsing  too little data    1.00
    """
    grid = grid_of(trends, "theme_changes")
    observed = grid.n_papers > 0
    complete = observed & ~grid.partial
    has_trend = complete.sum(axis=1) >= TREND_PERIODS
    enough = (complete.sum(axis=1) >= 2)[:, None]
    rows = _Rows.blank(len(grid.theme_ids))
    _fill_last_changes(rows, grid, np.where(enough, complete, observed), ~has_trend)
    _fill_trends(rows, grid, complete, has_trend)
    q_value = false_discovery_rates(rows.p_value)
    return conform(
        pd.DataFrame(
            {
                "theme_id": grid.theme_ids,
                "verdict": verdicts(rows.effect, rows.low, rows.high, q_value, rows.span),
                "basis": np.where(has_trend, "trend", "last change"),
                "effect": rows.effect,
                "effect_low": rows.low,
                "effect_high": rows.high,
                "p_value": rows.p_value,
                "q_value": q_value,
                "emerged": _emerged(grid, theme_events(trends) if events is None else events),
            }
        ),
        CHANGES,
    )


@dataclass(frozen=True)
class _Rows:
    """The numbers of the changes table, filled in theme by theme; NaN where unknown."""

    effect: Floats
    low: Floats
    high: Floats
    p_value: Floats
    span: Floats
    """How many times the effect applies from the first period to the last."""

    @classmethod
    def blank(cls, n_themes: int) -> _Rows:
        blank = np.full((4, n_themes), np.nan)
        return cls(blank[0], blank[1], blank[2], blank[3], np.ones(n_themes))


def _fill_last_changes(rows: _Rows, grid: Grid, usable: Bools, wanted: Bools) -> None:
    """Compare the last two usable periods of each theme that has two."""
    for i in np.flatnonzero(wanted & (usable.sum(axis=1) >= 2)):
        older, newer = np.flatnonzero(usable[i])[-2:]
        y, n = grid.n_theme[i], grid.n_papers[i]
        change = exact_change(
            int(y[newer]), int(n[newer]), int(y[older]), int(n[older]), level=SIGNIFICANT
        )
        rows.effect[i], rows.low[i], rows.high[i] = change.effect, change.low, change.high
        rows.p_value[i] = change.p_value


def _fill_trends(rows: _Rows, grid: Grid, complete: Bools, wanted: Bools) -> None:
    """Fit the trend of each theme with enough papers."""
    from scipy.stats import t

    n = np.where(complete, grid.n_papers, 0)
    y = np.where(complete, grid.n_theme, 0)
    inside, outside = y.sum(axis=1), (n - y).sum(axis=1)
    tested = np.flatnonzero(wanted & (inside >= TREND_PAPERS) & (outside >= TREND_PAPERS))
    if not len(tested):
        return
    y, n = y[tested].astype(float), n[tested].astype(float)
    time = time_of(grid.periods)
    fit = fit_slopes(y, n, time)
    reach = t.ppf(0.975, fit.df) * fit.error
    # Beyond the range of numbers an odds ratio is as good as 0 or infinite.
    with np.errstate(over="ignore", under="ignore"):
        rows.effect[tested] = np.exp(fit.slope)
        rows.low[tested] = np.exp(fit.slope - reach)
        rows.high[tested] = np.exp(fit.slope + reach)
    rows.p_value[tested] = 2 * t.sf(np.abs(fit.slope) / fit.error, fit.df)
    seen = n > 0
    last = n.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    rows.span[tested] = time[last] - time[seen.argmax(axis=1)]


def _emerged(grid: Grid, events: pd.DataFrame) -> pd.Series:
    """Return since when each theme is above its background, where that is sure."""
    names = ("theme_id", "event", "start", "q_value")
    check_frame("theme_changes", "events", events, EVENTS, *names)
    sure = events[(events["event"] == "emergence") & (events["q_value"] < SIGNIFICANT)]
    start = sure.drop_duplicates("theme_id").set_index("theme_id")["start"]
    return pd.Series(start.reindex(grid.theme_ids).to_numpy(), dtype="datetime64[ns]")


def verdicts(
    effect: Floats, low: Floats, high: Floats, q_value: Floats, span: Floats | float = 1.0
) -> npt.NDArray[np.str_]:
    """Put tests into words, by the rules of `theme_changes`.

    Parameters
    ----------
    effect, low, high : numpy.ndarray of shape (themes,)
        Odds ratios with their 95 % intervals.
    q_value : numpy.ndarray of shape (themes,)
        NaN where nothing was tested.
    span : numpy.ndarray of shape (themes,), or float
        How many times the effect applies to the change that is judged.

    Returns
    -------
    numpy.ndarray of str, shape (themes,)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = np.log(STEADY_ODDS) / span
        narrow = (np.log(low) >= -bound) & (np.log(high) <= bound)
    significant = q_value < SIGNIFICANT
    conditions = [
        significant & (effect > 1),
        significant & (effect < 1),
        ~np.isnan(q_value) & ~significant & narrow,
    ]
    return np.select(conditions, ["rising", "falling", "steady"], "too little data")
