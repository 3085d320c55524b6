"""The trends table as arrays of themes by periods: what every statistic starts from.

Exists so that a trends table is checked in one place, however many statistics
are made of it. Must not test or estimate anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.errors import InputError
from papertrends.frames import check_frame
from papertrends.tables import TRENDS, require_columns

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """The counts of m themes in p periods; a row that is missing has 0 papers.

    Attributes
    ----------
    theme_ids : list of str, length m
        Sorted.
    periods : pandas.DatetimeIndex of length p
        Sorted.
    n_theme, n_papers : numpy.ndarray of int, shape (m, p)
    partial : numpy.ndarray of bool, shape (m, p)
    """

    theme_ids: list[str]
    periods: pd.DatetimeIndex
    n_theme: Ints
    n_papers: Ints
    partial: Bools

    @property
    def observed(self) -> Bools:
        """Where there are papers at all."""
        return self.n_papers > 0

    @property
    def complete(self) -> Bools:
        """Where there are papers, and the period is over."""
        return self.observed & ~self.partial


def grid_of(trends: pd.DataFrame, function: str) -> Grid:
    """Read a trends table that was given to a public `function`.

    Raises
    ------
    InputError
        If a column is missing, a cell is empty, a count is none or above the number
        of papers, ``period`` holds no dates, or a theme has a period twice.
    """
    names = ("theme_id", "period", "n_theme", "n_papers", "partial")
    require_columns(trends, TRENDS, "trends", *names, function=function)
    holes = [name for name in names if trends[name].isna().any()]
    if holes:
        raise InputError(
            f"the trends table has empty cells in {', '.join(holes)}", "fill or drop these rows"
        )
    check_frame(function, "trends", trends, TRENDS, "n_theme", "n_papers", "partial")
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
    return Grid(list(theme_ids), pd.DatetimeIndex(periods), n_theme, n_papers, partial)


def time_of(periods: pd.DatetimeIndex) -> Floats:
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


def false_discovery_rates(p_values: Floats) -> Floats:
    """Adjust p-values by Benjamini & Hochberg (1995); NaN stays NaN and does not count."""
    rates = np.full(len(p_values), np.nan)
    tested = ~np.isnan(p_values)
    if tested.any():
        from scipy.stats import false_discovery_control

        rates[tested] = false_discovery_control(p_values[tested], method="bh")
    return rates
