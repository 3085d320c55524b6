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

from papertrends.errors import InputError
from papertrends.tables import CHANGES, TRENDS, conform, require_columns
from papertrends.trends.emergence import emergence
from papertrends.trends.exact import exact_change
from papertrends.trends.regression import fit_slopes

TREND_PERIODS = 5
"""From so many complete periods on, a trend can be told from two of its points."""
TREND_PAPERS = 5
"""A trend is fitted to themes with so many papers in them and as many outside."""
SIGNIFICANT = 0.05
"""Rising and falling are said below this false discovery rate."""
STEADY_ODDS = 1.5
"""Steady is said where the odds changed by less than this factor, either way."""

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Grid:
    """The counts as arrays of themes by periods; a row that is missing has 0 papers."""

    theme_ids: list[str]
    periods: pd.DatetimeIndex
    n_theme: _Ints
    n_papers: _Ints
    partial: _Bools


def theme_changes(trends: pd.DataFrame) -> pd.DataFrame:
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
          above its background and stayed; else NaT.

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
    overdispersion, with a t test of periods - 2 degrees of freedom (see
    `papertrends.trends.regression`). Time runs as in the calendar, so that
    gaps count: in years, quarters or months where all periods begin one, in
    weeks where all are Mondays, else in the usual (median) distance of one
    period from the next. A theme needs five papers in it and five outside.

    *Emerged*: the best single upward step of the share (see
    `papertrends.trends.emergence`) at a false discovery rate of 5 %.

    False discovery rates are Benjamini & Hochberg's (1995) over all themes
    tested, by scipy.
    """
    grid = _grid(trends)
    observed = grid.n_papers > 0
    complete = observed & ~grid.partial
    has_trend = complete.sum(axis=1) >= TREND_PERIODS
    enough = (complete.sum(axis=1) >= 2)[:, None]
    rows = _Rows.blank(len(grid.theme_ids))
    _fill_last_changes(rows, grid, np.where(enough, complete, observed), ~has_trend)
    emerged = _fill_trends(rows, grid, complete, has_trend)
    q_value = _false_discovery_rates(rows.p_value)
    return conform(
        pd.DataFrame(
            {
                "theme_id": grid.theme_ids,
                "verdict": _verdicts(rows, q_value),
                "basis": np.where(has_trend, "trend", "last change"),
                "effect": rows.effect,
                "effect_low": rows.low,
                "effect_high": rows.high,
                "p_value": rows.p_value,
                "q_value": q_value,
                "emerged": pd.DatetimeIndex(
                    [pd.NaT if i < 0 else grid.periods[i] for i in emerged]
                ),
            }
        ),
        CHANGES,
    )


@dataclass(frozen=True)
class _Rows:
    """The numbers of the changes table, filled in theme by theme; NaN where unknown."""

    effect: _Floats
    low: _Floats
    high: _Floats
    p_value: _Floats
    span: _Floats
    """How many times the effect applies from the first period to the last."""

    @classmethod
    def blank(cls, n_themes: int) -> _Rows:
        blank = np.full((4, n_themes), np.nan)
        return cls(blank[0], blank[1], blank[2], blank[3], np.ones(n_themes))


def _grid(trends: pd.DataFrame) -> _Grid:
    names = ("theme_id", "period", "n_theme", "n_papers", "partial")
    require_columns(trends, TRENDS, "trends", *names)
    holes = [name for name in names if trends[name].isna().any()]
    if holes:
        raise InputError(
            f"the trends table has empty cells in {', '.join(holes)}", "fill or drop these rows"
        )
    counts = trends[["n_theme", "n_papers"]].to_numpy(dtype=float)
    wrong = (counts < 0).any(axis=1) | (counts % 1 != 0).any(axis=1)
    wrong |= counts[:, 0] > counts[:, 1]
    if wrong.any():
        raise InputError(
            f"{wrong.sum()} rows of the trends table have an n_theme or n_papers that is no count",
            "give whole numbers with 0 <= n_theme <= n_papers",
        )
    if not pd.api.types.is_datetime64_dtype(trends["period"].dtype):
        raise InputError(
            f"period of the trends table holds {trends['period'].dtype}, not dates",
            "turn it into dates with pandas.to_datetime",
        )
    themes = trends["theme_id"].astype(str).to_numpy(dtype=object)
    row, theme_ids = pd.factorize(themes, sort=True)
    column, periods = pd.factorize(trends["period"], sort=True)
    shape = (len(theme_ids), len(periods))
    cell = row * shape[1] + column
    if len(np.unique(cell)) < len(cell):
        raise InputError(
            "the trends table has two rows for one theme and period",
            "keep one trends table at a time, counted by one kind of period",
        )
    n_theme, n_papers = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    partial = np.zeros(shape, dtype=bool)
    n_theme.flat[cell], n_papers.flat[cell] = counts.T
    partial.flat[cell] = trends["partial"].to_numpy(dtype=bool)
    return _Grid(list(theme_ids), pd.DatetimeIndex(periods), n_theme, n_papers, partial)


def _fill_last_changes(rows: _Rows, grid: _Grid, usable: _Bools, wanted: _Bools) -> None:
    """Compare the last two usable periods of each theme that has two."""
    for i in np.flatnonzero(wanted & (usable.sum(axis=1) >= 2)):
        older, newer = np.flatnonzero(usable[i])[-2:]
        y, n = grid.n_theme[i], grid.n_papers[i]
        change = exact_change(
            int(y[newer]), int(n[newer]), int(y[older]), int(n[older]), level=SIGNIFICANT
        )
        rows.effect[i], rows.low[i], rows.high[i] = change.effect, change.low, change.high
        rows.p_value[i] = change.p_value


def _fill_trends(rows: _Rows, grid: _Grid, complete: _Bools, wanted: _Bools) -> list[int]:
    """Fit the trend of each theme with enough papers; return where each emerged, or -1."""
    from scipy.stats import t

    n = np.where(complete, grid.n_papers, 0)
    y = np.where(complete, grid.n_theme, 0)
    inside, outside = y.sum(axis=1), (n - y).sum(axis=1)
    tested = np.flatnonzero(wanted & (inside >= TREND_PAPERS) & (outside >= TREND_PAPERS))
    emerged = [-1] * len(wanted)
    if not len(tested):
        return emerged
    y, n = y[tested].astype(float), n[tested].astype(float)
    time = _time(grid.periods)
    fit = fit_slopes(y, n, time)
    reach = t.ppf(0.975, fit.df) * fit.error
    # Beyond the range of numbers an odds ratio is as good as 0 or infinite.
    with np.errstate(over="ignore", under="ignore"):
        rows.effect[tested] = np.exp(fit.slope)
        rows.low[tested] = np.exp(fit.slope - reach)
        rows.high[tested] = np.exp(fit.slope + reach)
    rows.p_value[tested] = 2 * t.sf(np.abs(fit.slope) / fit.error, fit.df)
    steps = []
    for i, theme in enumerate(tested):
        seen = np.flatnonzero(n[i] > 0)
        rows.span[theme] = time[seen[-1]] - time[seen[0]]
        cut, p_value = emergence(y[i, seen], n[i, seen])
        steps.append((-1 if cut < 0 else int(seen[cut]), p_value))
    rates = _false_discovery_rates(np.array([p_value for _, p_value in steps]))
    for theme, (period, _), rate in zip(tested, steps, rates, strict=True):
        emerged[theme] = period if rate < SIGNIFICANT else -1
    return emerged


def _time(periods: pd.DatetimeIndex) -> _Floats:
    """Count time in periods of the calendar, from the first one on."""
    if (periods.day == 1).all():
        months = np.asarray(periods.year * 12 + periods.month, dtype=float)
        in_year = set(periods.month)
        unit = 12 if in_year == {1} else 3 if in_year <= {1, 4, 7, 10} else 1
        return np.asarray((months - months[0]) / unit)
    days = np.asarray((periods - periods[0]).days, dtype=float)
    if (periods.day_of_week == 0).all():
        return days / 7
    gaps = np.sort(np.diff(days))
    return np.asarray(days / gaps[(len(gaps) - 1) // 2])


def _false_discovery_rates(p_values: _Floats) -> _Floats:
    """Adjust the p-values that are there; NaN stays NaN and does not count."""
    rates = np.full(len(p_values), np.nan)
    tested = ~np.isnan(p_values)
    if tested.any():
        from scipy.stats import false_discovery_control

        rates[tested] = false_discovery_control(p_values[tested], method="bh")
    return rates


def _verdicts(rows: _Rows, q_value: _Floats) -> npt.NDArray[np.str_]:
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = np.log(STEADY_ODDS) / rows.span
        narrow = (np.log(rows.low) >= -bound) & (np.log(rows.high) <= bound)
    significant = q_value < SIGNIFICANT
    conditions = [
        significant & (rows.effect > 1),
        significant & (rows.effect < 1),
        ~np.isnan(q_value) & ~significant & narrow,
    ]
    return np.select(conditions, ["rising", "falling", "steady"], "too little data")
