"""How well themes agree with labels, and one way of grouping papers with another.

Pure functions of tables, so that the themes of any tool can be measured alike.
Must not fit anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from papertrends.errors import InputError, shortened
from papertrends.tables import MEMBERSHIPS, THEMES, require_columns

#: The two levels of the hierarchy: a theme as its topmost parent, and as the finest below.
LEVELS = ("broad", "finest")
#: The group of the papers that are in no theme, which is compared like any other.
NO_THEME = ""
#: The row of `named_figures` that holds the means; no identifier has a space in it.
MACRO_MEAN = "macro mean"


@dataclass(frozen=True)
class Agreement:
    """How well groups agree with labels at one level of the hierarchy.

    Attributes
    ----------
    level : str
        ``broad`` or ``finest``.
    ami, ari : float
        Adjusted mutual information (arithmetic mean of the entropies) and adjusted
        Rand index: 1 for the same groups, 0 for what chance gives.
    n_papers : int
        Papers with a label, assigned or not.
    """

    level: str
    ami: float
    ari: float
    n_papers: int


def groups_of(
    memberships: pd.DataFrame, themes: pd.DataFrame, paper_ids: pd.Index | list[str]
) -> pd.DataFrame:
    """Put each paper into one group a level, by its primary theme.

    Parameters
    ----------
    memberships, themes : pandas.DataFrame
        As in `papertrends.tables`.
    paper_ids : index or list of str, length n
        All papers, in a theme or not, each once.

    Returns
    -------
    pandas.DataFrame, shape (n, 2)
        By paper id, the theme ids ``broad`` (the primary theme's topmost parent)
        and ``finest`` (from the primary theme down, each time the finer theme the
        paper scores highest in); an empty string for papers in no theme.

    Raises
    ------
    InputError
        If columns are missing.
    """
    require_columns(memberships, MEMBERSHIPS, "memberships")
    require_columns(themes, THEMES, "themes", "theme_id", "parent")
    parents = dict(zip(themes["theme_id"], themes["parent"].fillna(""), strict=True))
    ordered = memberships.sort_values(["score", "theme_id"], ascending=[False, True], kind="stable")
    belongs: dict[str, list[str]] = {}
    primary: dict[str, str] = {}
    for paper, theme, is_primary in zip(
        ordered["paper_id"], ordered["theme_id"], ordered["primary"], strict=True
    ):
        belongs.setdefault(paper, []).append(theme)
        if is_primary:
            primary[paper] = theme
    broad, finest = [], []
    for paper in paper_ids:
        theme = primary.get(paper, NO_THEME)
        broad.append(_topmost(theme, parents))
        finest.append(_finest(theme, belongs.get(paper, []), parents))
    return pd.DataFrame({"broad": broad, "finest": finest}, index=pd.Index(paper_ids), dtype=object)


def _topmost(theme: str, parents: dict[str, str]) -> str:
    seen = {theme}
    while parents.get(theme) and parents[theme] not in seen:
        theme = parents[theme]
        seen.add(theme)
    return theme


def _finest(theme: str, belongs: list[str], parents: dict[str, str]) -> str:
    seen = {theme}
    while theme:
        below = [one for one in belongs if parents.get(one) == theme and one not in seen]
        if not below:
            break
        theme = below[0]
        seen.add(theme)
    return theme


def agreement(groups: pd.DataFrame, labels: pd.Series[str]) -> tuple[Agreement, ...]:
    """Compare the groups of papers with labels that somebody gave them.

    Parameters
    ----------
    groups : pandas.DataFrame
        As `groups_of` returns it.
    labels : pandas.Series of str
        By paper id; papers that are not in it are left out.

    Returns
    -------
    tuple of Agreement
        One a level.

    References
    ----------
    Vinh, Epps and Bailey 2010, "Information theoretic measures for clusterings
    comparison"; Hubert and Arabie 1985, "Comparing partitions".
    """
    from sklearn.metrics import adjusted_mutual_info_score

    known = groups[groups.index.isin(labels.index)]
    true = labels.loc[known.index].to_numpy(dtype=object)
    return tuple(
        Agreement(
            level,
            float(adjusted_mutual_info_score(true, known[level].to_numpy(dtype=object))),
            rand_index(labels.loc[known.index], known[level]),
            len(known),
        )
        for level in LEVELS
    )


def rand_index(one: pd.Series[str], other: pd.Series[str]) -> float:
    """Return the adjusted Rand index of two groupings, over the papers that both have.

    Parameters
    ----------
    one, other : pandas.Series
        The group of each paper, by paper id; papers in no theme are a group, too.
    """
    from sklearn.metrics import adjusted_rand_score

    common = one.index.intersection(other.index)
    left = one.loc[common].to_numpy(dtype=object)
    return float(adjusted_rand_score(left, other.loc[common].to_numpy(dtype=object)))


def named_figures(memberships: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Compare the papers found in named themes with those that readers put there.

    Parameters
    ----------
    memberships : pandas.DataFrame
        With ``paper_id`` and ``theme_id``; whether a theme is the paper's primary
        one does not matter.
    labels : pandas.DataFrame
        A row a paper, by ``paper_id`` (its index or a column), and a column a
        theme, by theme id: ``1`` about it, ``0`` not, ``u`` unclear. Unclear
        pairs of paper and theme count neither way.

    Returns
    -------
    pandas.DataFrame
        ``theme_id, precision, recall, f1, n`` (papers about it), a row a theme in
        the order of the columns, then the row ``macro mean``. A figure whose
        denominator is zero is NaN and left out of the mean: precision where
        nothing was found, recall where there was nothing to find, F1 where both.

    Raises
    ------
    InputError
        If a label is something else, or a paper has two rows.
    """
    require_columns(memberships, MEMBERSHIPS, "memberships", "paper_id", "theme_id")
    table = labels.set_index("paper_id") if "paper_id" in labels else labels
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"the paper '{twice}' has two rows of labels", "keep one of them")
    rows = []
    for theme_id in table.columns:
        # Whole numbers become fractions beside blanks; a blank is no label.
        given = table[theme_id].map(lambda one: str(one).strip().removesuffix(".0"))
        odd = given[~given.isin(["1", "0", "u"])]
        if len(odd):
            raise InputError(
                f"the column '{theme_id}' of the labels holds '{shortened(str(odd.iloc[0]), 20)}'",
                "write 1 (about it), 0 (not) or u (unclear), and drop columns that are no theme",
            )
        members = set(memberships.loc[memberships["theme_id"] == theme_id, "paper_id"])
        clear = given[given != "u"]
        rows.append((theme_id, *_precision_recall_f1(clear.index.isin(members), clear == "1")))
    figures = pd.DataFrame(rows, columns=["theme_id", "precision", "recall", "f1", "n"])
    means = figures[["precision", "recall", "f1"]].mean()
    mean = pd.DataFrame([{"theme_id": MACRO_MEAN, **means, "n": figures["n"].sum()}])
    return pd.concat([figures, mean], ignore_index=True).astype({"n": "int64"})


def _precision_recall_f1(found: object, about: object) -> tuple[float, float, float, int]:
    is_found, is_about = np.asarray(found, dtype=bool), np.asarray(about, dtype=bool)
    hits, n_found, n_about = (int(one.sum()) for one in (is_found & is_about, is_found, is_about))
    none = float("nan")
    return (
        hits / n_found if n_found else none,
        hits / n_about if n_about else none,
        2 * hits / (n_found + n_about) if n_found + n_about else none,
        n_about,
    )
