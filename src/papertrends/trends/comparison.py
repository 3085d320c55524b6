"""What the papers that a run added changed, against all that was known before it.

Counts and tests of one store at two times; theme by theme, and period by period.
Must not know how themes are found, matched or stored: what became of them is told
by whoever calls, and two pairs of papers and memberships will do.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from papertrends.errors import InputError, did_you_mean
from papertrends.tables import MEMBERSHIPS, MOVES, WHAT_CHANGED, conform, require_columns
from papertrends.trends.changes import SIGNIFICANT, TREND_PAPERS, TREND_PERIODS, verdicts
from papertrends.trends.counts import theme_trends, wilson
from papertrends.trends.exact import exact_change
from papertrends.trends.grid import Bools, Floats, Ints, false_discovery_rates
from papertrends.trends.odds import Odds, compare_odds
from papertrends.trends.periods import check_options, fold, publication_days, read_listings

ACTIVE = ("new", "kept", "returned")
"""What `status` can be of a theme that is there after the run."""
VANISHED = ("merged", "split", "retired")
"""What `status` can be of one that was there before it only."""

_DAYS = np.dtype("datetime64[ns]")


def what_changed(
    papers_before: pd.DataFrame,
    papers: pd.DataFrame,
    *,
    memberships_before: pd.DataFrame,
    memberships: pd.DataFrame,
    memberships_assigned: pd.DataFrame | None = None,
    status: Mapping[str, str],
    date: str = "digest",
    count: str = "every",
) -> pd.DataFrame:
    """Compare what a run added with what was there before it, theme by theme.

    Parameters
    ----------
    papers_before, papers : pandas.DataFrame
        The papers table before and after the run; ``paper_id`` and ``digest_date``
        are used, and ``published_date`` to count by it. That before may be empty;
        what it lists is to stand in `papers`, too.
    memberships_before : pandas.DataFrame
        Memberships before the run.
    memberships : pandas.DataFrame
        Memberships after it.
    memberships_assigned : pandas.DataFrame, optional
        All papers in the themes as they were before the run, where it learned the
        themes anew. Left out, the themes are taken for the same as before, and
        all moves for the work of new papers; or where there are none, of whatever
        else was done.
    status : mapping of theme id to str
        What became of each theme: "new", "kept" or "returned" of those that are
        there now; "merged", "split" or "retired" of those that vanished with this run.
    date : {"digest", "published"}
        As for `theme_trends`. By publication, papers without such a date count
        for nothing but ``n_added``.
    count : {"every", "first"}
        Whether every appearance in a digest counts, or of each paper only the first.

    Returns
    -------
    pandas.DataFrame
        One row a theme of `status`, in the order of ``theme_id``:

        - ``n_added``: papers in it that were not known before in any theme or none.
        - ``n_before``, ``papers_before``, ``n_new``, ``papers_new``: appearances
          in digests (or papers, where each counts once) in the theme and in all,
          before the run and added by it. Of a theme that is there now, both are
          counted by `memberships`, so that one and the same theme is compared;
          of one that vanished, by `memberships_before`, and nothing is new.
        - ``share_before``, ``share_new`` with their 95 % intervals, as in
          `theme_trends`; NaN where there are no papers, or no such theme.
        - ``effect``, ``effect_low``, ``effect_high``: odds ratio of new against
          before; 0 or infinite where one of them has no paper in the theme.
        - ``p_value``, ``q_value``: two-sided; NaN where nothing was tested.
        - ``verdict``: as of `theme_changes`, the change being that of the new papers
          against all before.
        - ``move``: share of all papers after the run, less that of all before it,
          each with the memberships of its time (0 where the theme was not there);
          ``move_papers``: of that, what new papers would have moved under the old
          themes; ``move_themes``: the rest, by the new themes.

    Raises
    ------
    InputError
        If a column is missing, a status, `date` or `count` is not known, or a papers
        table is not as `theme_trends` wants it.

    Notes
    -----
    Papers of one digest are not independent, and one new digest is one
    observation. With digests of five days or more in all, how alike the papers of
    a digest are is therefore estimated from all digests and all themes, and each
    theme's own scatter moderated by that of all; what is tested are the sums of
    papers, as many as that leaves of them (see `papertrends.trends.odds`). A theme
    needs five papers in it and five outside.

    With fewer digests, Fisher's exact test as for the last change in
    `theme_changes`, which takes papers for independent.

    Not tested is a new theme: that it was found in the new papers is no evidence
    that they have more of it. False discovery rates are Benjamini & Hochberg's
    (1995) over all themes tested.
    """
    check_options("auto", date, count)
    theme_ids = _themes_of(status)
    active = np.array([status[theme] in ACTIVE for theme in theme_ids], dtype=bool)
    fresh = np.array([status[theme] == "new" for theme in theme_ids], dtype=bool)
    before = _listed(papers_before, date, count)
    after = _listed(papers, date, count)
    new = _added(before, after, each=date == "digest" and count == "every")
    then, now = (_counts(rows, memberships, theme_ids) for rows in (before, new))
    old = _totals(before, memberships_before, theme_ids)
    assigned = _assigned(memberships_assigned, memberships_before, memberships, len(new))
    total = _totals(after, memberships, theme_ids)
    under_old = total if assigned is memberships else _totals(after, assigned, theme_ids)
    shares = [_share(old, len(before)), *(_share(n, len(after)) for n in (under_old, total))]
    n_before = np.where(active, then.n_theme.sum(axis=1), old)
    n_new = np.where(active, now.n_theme.sum(axis=1), 0)
    test = _tested(then, now, active & ~fresh)
    q_value = false_discovery_rates(test.p_value)
    rows = {
        "theme_id": theme_ids,
        "status": [status[theme] for theme in theme_ids],
        "n_added": np.where(active, _newcomers(papers_before, memberships, theme_ids), 0),
        **_told("before", n_before, len(before), np.ones_like(active)),
        **_told("new", n_new, len(new), active),
        "effect": test.effect,
        "effect_low": test.low,
        "effect_high": test.high,
        "p_value": test.p_value,
        "q_value": q_value,
        "verdict": verdicts(test.effect, test.low, test.high, q_value),
        "move": shares[2] - shares[0],
        "move_papers": shares[1] - shares[0],
        "move_themes": shares[2] - shares[1],
    }
    return conform(pd.DataFrame(rows), WHAT_CHANGED)


def curve_moves(
    papers_before: pd.DataFrame,
    papers: pd.DataFrame,
    *,
    memberships_before: pd.DataFrame,
    memberships: pd.DataFrame,
    memberships_assigned: pd.DataFrame | None = None,
    status: Mapping[str, str],
    by: str,
    date: str = "digest",
    count: str = "every",
) -> pd.DataFrame:
    """Tell how each point of each theme's curve moved, by new papers and by new themes.

    Parameters
    ----------
    papers_before, papers, memberships_before, memberships, memberships_assigned, status
        As for `what_changed`.
    by : {"digest", "week", "month", "quarter", "year"}
        The period of the trends.
    date, count : str
        As for `theme_trends`.

    Returns
    -------
    pandas.DataFrame
        A row for each theme of `status` and each period of the trends after the run,
        whether it moved or not, in the order of theme and period: ``share_before``,
        the curve as it was (NaN where the period had no papers); ``share_papers``,
        with the new papers and the themes as they were; ``share_after``. A theme
        has the share 0 where it is not there: a new one before, a vanished one after.

    Raises
    ------
    InputError
        As for `what_changed`, or if `by` is not known.
    """
    check_options(by, date, count)
    theme_ids = _themes_of(status)
    keys = pd.DataFrame({"theme_id": theme_ids}, dtype=object)
    n_new = len(_added(papers_before, papers, each=True))
    assigned = _assigned(memberships_assigned, memberships_before, memberships, n_new)
    curves = []
    for listed, belonging in (
        (papers_before, memberships_before), (papers, assigned), (papers, memberships)
    ):  # fmt: skip
        if listed.empty:
            curves.append(pd.Series(dtype=float))
            continue
        own = belonging[belonging["theme_id"].isin(theme_ids)]
        with warnings.catch_warnings():
            # How many papers have no publication date is said where the trends are made.
            warnings.filterwarnings("ignore", message=".* are left out", category=UserWarning)
            trends = theme_trends(listed, own, by, date=date, count=count, themes=keys)
        curves.append(trends.set_index(["theme_id", "period"])["share"])
    after = curves[2]
    return conform(
        pd.DataFrame(
            {
                "share_before": curves[0].reindex(after.index),
                "share_papers": curves[1].reindex(after.index),
                "share_after": after,
            }
        ).reset_index(),
        MOVES,
    )


@dataclass(frozen=True)
class _Counts:
    """The counts of m themes in c digests: those of all before a run, or those it added."""

    n_theme: Ints
    n_papers: Ints
    days: Ints


def _themes_of(status: Mapping[str, str]) -> list[str]:
    """Return the themes, sorted, if what became of each is known."""
    for theme, became in status.items():
        if became not in ACTIVE + VANISHED:
            raise InputError(
                f"{became!r} is nothing that can become of a theme ({theme})",
                did_you_mean(str(became), ACTIVE + VANISHED),
            )
    return sorted(status)


def _listed(papers: pd.DataFrame, date: str, count: str) -> pd.DataFrame:
    """Return what counts of the papers table: a paper and the day of the digest it counts in."""
    if papers.empty:
        return pd.DataFrame({"paper_id": [], "digest_date": pd.DatetimeIndex([], dtype=_DAYS)})
    listings = read_listings(papers)
    published = publication_days(papers, listings) if date == "published" else None
    # By publication any period will do: the digest that lists a paper is the cluster it is in.
    counted = fold(listings, published, "digest" if published is None else "week", count)
    days = counted.day.astype("datetime64[D]").astype(_DAYS)
    return pd.DataFrame({"paper_id": listings.ids[counted.paper], "digest_date": days})


def _added(before: pd.DataFrame, after: pd.DataFrame, *, each: bool) -> pd.DataFrame:
    """Return what counts after the run and did not before: appearances, or papers."""
    keys = ["paper_id", "digest_date"] if each else ["paper_id"]
    known = before[keys].drop_duplicates().assign(known=True)
    joined = after.merge(known, "left", keys)
    return after[joined["known"].isna().to_numpy()]


def _of(memberships: pd.DataFrame, listed: pd.DataFrame, theme_ids: list[str]) -> pd.DataFrame:
    """Return each membership of listed papers in the themes once."""
    require_columns(memberships, MEMBERSHIPS, "memberships", "paper_id", "theme_id")
    wanted = memberships["theme_id"].isin(theme_ids)
    wanted &= memberships["paper_id"].isin(listed["paper_id"].unique())
    return memberships.loc[wanted, ["paper_id", "theme_id"]].drop_duplicates()


def _counts(listed: pd.DataFrame, memberships: pd.DataFrame, theme_ids: list[str]) -> _Counts:
    """Count the papers of every theme in every digest."""
    if listed.empty or not theme_ids:
        none = np.zeros((len(theme_ids), 0), np.int64)
        return _Counts(none, none, np.zeros(0, np.int64))
    keys = pd.DataFrame({"theme_id": theme_ids}, dtype=object)
    trends = theme_trends(listed, _of(memberships, listed, theme_ids), themes=keys)
    shape = (len(theme_ids), -1)
    n_theme, n_papers = (trends[name].to_numpy().reshape(shape) for name in ("n_theme", "n_papers"))
    days = trends["period"].to_numpy().reshape(shape)[0].astype(np.int64)
    return _Counts(n_theme, n_papers, days)


def _assigned(
    given: pd.DataFrame | None, before: pd.DataFrame, after: pd.DataFrame, n_new: int
) -> pd.DataFrame:
    """Return the memberships of all papers in the themes as they were."""
    if given is not None:
        return given
    return after if n_new else before


def _totals(listed: pd.DataFrame, memberships: pd.DataFrame, theme_ids: list[str]) -> Ints:
    """Count the listings of every theme's papers."""
    own = _of(memberships, listed, theme_ids)
    times = listed["paper_id"].value_counts()
    n = own["paper_id"].map(times).groupby(own["theme_id"].to_numpy(dtype=object)).sum()
    return np.asarray(n.reindex(theme_ids).fillna(0), dtype=np.int64)


def _newcomers(
    papers_before: pd.DataFrame, memberships: pd.DataFrame, theme_ids: list[str]
) -> Ints:
    """Count the papers of every theme that were not known before."""
    own = memberships[~memberships["paper_id"].isin(papers_before["paper_id"].unique())]
    n = own.drop_duplicates(["paper_id", "theme_id"])["theme_id"].value_counts()
    return np.asarray(n.reindex(theme_ids).fillna(0), dtype=np.int64)


def _share(n_theme: Ints, n_papers: int) -> Floats:
    return np.asarray(n_theme / n_papers if n_papers else np.zeros(len(n_theme)))


def _told(name: str, n_theme: Ints, n_papers: int, there: Bools) -> dict[str, object]:
    """Return the columns of one side of the comparison."""
    share = low = high = np.full(len(n_theme), np.nan)
    if n_papers:
        low, high = wilson(n_theme, np.full(len(n_theme), n_papers))
        share, low, high = (
            np.where(there, values, np.nan) for values in (n_theme / n_papers, low, high)
        )
    return {
        f"n_{name}": n_theme,
        f"papers_{name}": n_papers,
        f"share_{name}": share,
        f"share_{name}_low": low,
        f"share_{name}_high": high,
    }


def _tested(then: _Counts, now: _Counts, wanted: Bools) -> Odds:
    """Test each of the themes that are `wanted`, if there is anything on both sides."""
    found = Odds(*np.full((4, len(wanted)), np.nan))
    if not len(then.days) or not len(now.days):
        return found
    if len(np.union1d(then.days, now.days)) < TREND_PERIODS:
        _fill_exact(found, then, now, wanted)
        return found
    y = np.hstack([then.n_theme, now.n_theme]).astype(float)
    n = np.hstack([then.n_papers, now.n_papers]).astype(float)
    inside, outside = y.sum(axis=1), (n - y).sum(axis=1)
    tested = np.flatnonzero(wanted & (inside >= TREND_PAPERS) & (outside >= TREND_PAPERS))
    if len(tested):
        odds = compare_odds(y[tested], n[tested], len(then.days))
        for field in fields(Odds):
            getattr(found, field.name)[tested] = getattr(odds, field.name)
    return found


def _fill_exact(found: Odds, then: _Counts, now: _Counts, wanted: Bools) -> None:
    """Compare the sums of both sides by Fisher's exact test."""
    sides = [(side.n_theme.sum(axis=1), side.n_papers.sum(axis=1)) for side in (now, then)]
    for i in np.flatnonzero(wanted):
        change = exact_change(*(int(n[i]) for side in sides for n in side), level=SIGNIFICANT)
        for field in fields(Odds):
            getattr(found, field.name)[i] = getattr(change, field.name)
