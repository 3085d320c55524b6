"""Tables from elsewhere, checked and made whole: papers loaded before, memberships by other tools.

Must not find themes nor count. What a user did not say is filled in where it follows from the
rest, and left blank where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from papertrends.errors import InputError, did_you_mean, shortened
from papertrends.papers import Loaded, LoadReport, near_duplicates
from papertrends.tables import (
    MAP,
    MEMBERSHIPS,
    NEAR_MISSES,
    THEMES,
    UNASSIGNED,
    blank,
    conform,
    paper_counts,
    require_columns,
)
from papertrends.themes.assigning import Assigned
from papertrends.themes.checked import checked
from papertrends.themes.growth import counted

_KINDS = ("named", "discovered")


def given_papers(papers: pd.DataFrame) -> Loaded:
    """Return papers that were loaded before, with what is known of their loading.

    Parameters
    ----------
    papers : pandas.DataFrame
        With ``paper_id, title, abstract, digest_date``.

    Returns
    -------
    Loaded
        Oldest digest first, then by position. The load report is the one that
        `load_papers` left with the table, if the table is as it was then.

    Raises
    ------
    InputError
        If columns are missing, there are no rows, or a paper has no id or title.
    """
    whole = checked(papers).sort_values(["digest_date", "position"], kind="stable")
    whole = whole.reset_index(drop=True)
    n_papers, n_in_several = paper_counts(whole)
    if "load_report" in papers.attrs:
        report = LoadReport.from_dict(papers.attrs["load_report"])
        if (report.n_rows, report.n_papers) == (len(whole), n_papers):
            return Loaded(whole, report)
    report = LoadReport((), (), (), (), n_papers, n_in_several, near_duplicates(whole))
    return Loaded(whole, report)


def given_memberships(
    memberships: pd.DataFrame,
    themes: pd.DataFrame | Mapping[str, str] | None,
    papers: pd.DataFrame,
) -> tuple[pd.DataFrame, Assigned]:
    """Return the themes table and the rows of all papers in it, from memberships of any origin.

    Parameters
    ----------
    memberships : pandas.DataFrame
        ``paper_id, theme_id``, and if known ``score`` (from 0 to 1; 1 without it) and
        ``primary`` (the highest score without it). Rows without a theme are left out.
    themes : pandas.DataFrame or mapping, optional
        ``theme_id, name`` and more columns of the themes table if known; or the name of
        each ``theme_id``. Without it each theme is called by its id.
    papers : pandas.DataFrame
        As `given_papers` has them.

    Raises
    ------
    InputError
        If a column is missing, a paper or a theme is unknown, a paper is in one theme
        twice, or scores are not between 0 and 1.
    """
    require_columns(memberships, MEMBERSHIPS, "memberships", "paper_id", "theme_id")
    rows = memberships[memberships["theme_id"].notna()].reset_index(drop=True)
    rows = rows.assign(theme_id=_ids(rows["theme_id"]))
    _check_papers(rows["paper_id"], papers)
    table = _themes(themes, rows)
    _check_themes(rows["theme_id"], table)
    if "score" not in rows:
        rows["score"] = 1.0
    _check_pairs(rows)
    rows = _with_primaries(rows, table["theme_id"].tolist())
    known = conform(rows, MEMBERSHIPS).sort_values(
        ["paper_id", "score"], ascending=[True, False], kind="stable"
    )
    known = known.reset_index(drop=True)
    ids = pd.Series(sorted(papers["paper_id"].unique()))
    left = ids[~ids.isin(set(known["paper_id"]))]
    unassigned = pd.DataFrame({"paper_id": left, "reason": "in none of the themes that were given"})
    assigned = Assigned(known, conform(unassigned, UNASSIGNED), blank(NEAR_MISSES), blank(MAP))
    return counted(table, known, papers), assigned


def _ids(column: pd.Series[Any]) -> list[str]:
    """Return ids as text: 3, 3.0 and "3" are one, as a blank turns whole numbers to floats."""
    whole = [
        int(one) if isinstance(one, float | np.floating) and float(one).is_integer() else one
        for one in column
    ]
    return [str(one) for one in whole]


def _themes(
    themes: pd.DataFrame | Mapping[str, str] | None, memberships: pd.DataFrame
) -> pd.DataFrame:
    """Return the themes table, in the order given, else by size."""
    if themes is None:
        sizes = memberships.groupby("theme_id")["paper_id"].nunique()
        order = sorted(sizes.index, key=lambda key: (-sizes[key], key))
        table = pd.DataFrame({"theme_id": order, "name": order})
    elif isinstance(themes, pd.DataFrame):
        require_columns(themes, THEMES, "themes", "theme_id", "name")
        table = themes.assign(theme_id=_ids(themes["theme_id"]))
    elif isinstance(themes, Mapping):
        table = pd.DataFrame({"theme_id": _ids(pd.Series(list(themes), dtype=object))})
        table["name"] = list(themes.values())
    else:
        raise InputError(
            f"themes is a {type(themes).__name__}",
            "give a table with theme_id and name, or the name of each theme_id",
        )
    if table["theme_id"].duplicated().any():
        twice = table.loc[table["theme_id"].duplicated(), "theme_id"].iloc[0]
        raise InputError(f"the theme '{twice}' stands twice in themes", "give it one row")
    kinds = table["kind"] if "kind" in table else pd.Series("named", index=table.index)
    for kind in kinds[~kinds.isin(_KINDS)]:
        raise InputError(f"a theme's kind is '{kind}'", did_you_mean(str(kind), _KINDS))
    uncounted = table.drop(columns=["first_digest", "last_digest"], errors="ignore")
    return conform(uncounted.assign(kind=kinds, n_papers=0), THEMES)


def _check_papers(ids: pd.Series[str], papers: pd.DataFrame) -> None:
    unknown = ids[~ids.isin(set(papers["paper_id"]))]
    if len(unknown):
        raise InputError(
            f"{unknown.nunique():,} papers of memberships are not in papers, the first "
            f"'{shortened(str(unknown.iloc[0]))}'",
            "give the paper_id of the papers table",
        )


def _check_themes(ids: pd.Series[str], themes: pd.DataFrame) -> None:
    unknown = ids[~ids.isin(set(themes["theme_id"]))]
    if len(unknown):
        first = str(unknown.iloc[0])
        raise InputError(
            f"memberships has the theme '{shortened(first)}', which is not in themes",
            did_you_mean(first, themes["theme_id"].tolist()[:20]),
        )


def _check_pairs(rows: pd.DataFrame) -> None:
    twice = rows[rows.duplicated(["paper_id", "theme_id"])]
    if len(twice):
        paper, theme = twice[["paper_id", "theme_id"]].iloc[0]
        raise InputError(
            f"memberships has {len(twice):,} rows more than one for a paper and a theme, the "
            f"first '{shortened(str(paper))}' in '{shortened(str(theme))}'",
            "give one row for each",
        )
    scores = pd.to_numeric(rows["score"], errors="coerce")
    wrong = rows.loc[~scores.between(0, 1), "score"]
    if len(wrong):
        raise InputError(
            f"memberships has the score {wrong.tolist()[0]!r}", "give scores from 0 to 1, or none"
        )


def _with_primaries(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Return memberships with one primary theme a paper, if none is given that of highest score."""
    if "primary" in rows:
        primary = rows["primary"].astype(bool)
        twice = rows.loc[primary, "paper_id"]
        twice = twice[twice.duplicated()]
        if len(twice):
            raise InputError(
                f"the paper '{shortened(str(twice.iloc[0]))}' has several primary themes",
                "give it one at most",
            )
        return rows.assign(primary=primary)
    place = {key: at for at, key in enumerate(order)}
    ranked = rows.assign(
        _score=-pd.to_numeric(rows["score"]), _place=rows["theme_id"].map(place)
    ).sort_values(["paper_id", "_score", "_place"], kind="stable")
    first = ranked.drop_duplicates("paper_id").index
    return rows.assign(primary=rows.index.isin(first))
