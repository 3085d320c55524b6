"""What a person puts right in the themes: merged, retired, taught.

Functions from a fitted model to a fitted model. A person's word decides: no
evidence is weighed against it. Must not read or write anything; splitting is in
``splitting.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.errors import InputError
from papertrends.tables import MEMBERSHIPS, NEAR_MISSES, THEMES, UNASSIGNED, conform
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import THRESHOLD, Corpus
from papertrends.themes.fitted import Fitted, memberships_of, near_misses_of
from papertrends.themes.named import FittedTheme
from papertrends.themes.registry import ThemeEvent, most_typical
from papertrends.themes.theme import Theme

Floats = NDArray[np.float64]

TAKEN_OUT = "it was in a theme until a person corrected that theme"
"""Why a paper is in no theme after a correction."""

#: A centre is learned from so many papers at least: with fewer it says nothing of others.
_LEAST_PAPERS = 2


@dataclass(frozen=True)
class Correction:
    """A model put right, and what that did to its themes.

    Attributes
    ----------
    fitted : Fitted
        Its themes are still to be counted.
    events : tuple of ThemeEvent
    definitions : mapping of str to Theme
        Of named themes that were taught.
    barred : mapping of str to tuple of str
        The papers of each theme that is retired for good.
    """

    fitted: Fitted
    events: tuple[ThemeEvent, ...]
    definitions: Mapping[str, Theme] = field(default_factory=dict)
    barred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def merge(
    fitted: Fitted, corpus: Corpus, themes: Sequence[str], into: str, names: Mapping[str, str]
) -> Correction:
    """Make the papers of discovered themes papers of another discovered one.

    Finer themes under them lie under it then. A finer theme that takes in one from
    under another broad theme lies under neither from now on.

    Parameters
    ----------
    fitted : Fitted
    corpus : Corpus
        All its papers, in the order of ``fitted.map``.
    themes : sequence of str
        The ids of the themes that are to go.
    into : str
        The id of the one that stays.
    names : mapping of theme id to str
        What the themes are called.

    Raises
    ------
    InputError
        If a broad theme is to go into a finer one.
    """
    above = _broader(fitted)
    broad = [theme for theme in themes if not above[theme]]
    if above[into] and broad:
        raise InputError(
            f"'{names[into]}' is part of '{names[above[into]]}' and cannot take in "
            f"'{names[broad[0]]}', which is part of no theme",
            f"merge '{names[into]}' into '{names[broad[0]]}'",
        )
    others = sorted({above[one] for one in themes if above[into] not in ("", above[one])})
    renamed = dict.fromkeys(themes, into)
    table = fitted.themes[~fitted.themes["theme_id"].isin(renamed)].copy()
    table["parent"] = [renamed.get(key, key) for key in table["parent"]]
    if others:
        table.loc[table["theme_id"] == into, "parent"] = ""
    rest = with_themes(without(fitted, themes), table)
    members = moved(fitted.memberships, renamed)
    place = rest.discovered_ids.index(into)
    centroids = relearned(rest.centroids, place, corpus, papers_of(members, into))
    rest = replace(rest, centroids=centroids, near_misses=moved(fitted.near_misses, renamed))
    apart = "".join(
        f"; as it holds papers of '{names[above[into]]}' and '{names[one]}', it is part of "
        "neither now"
        for one in others[:1]
    )
    events = tuple(_merged(fitted, theme, into, names, apart) for theme in themes)
    return Correction(with_members(rest, corpus, members), events)


def retire(fitted: Fitted, corpus: Corpus, theme: str, names: Mapping[str, str]) -> Correction:
    """Take a theme, and all finer ones under it, out of use for good.

    Parameters
    ----------
    fitted, corpus, names
        As `merge` has them.
    theme : str
        Its id.
    """
    before = fitted.memberships
    gone = [theme, *_under(fitted.themes, theme)]
    table = fitted.themes[~fitted.themes["theme_id"].isin(gone)]
    members = before[~before["theme_id"].isin(gone)]
    rest = with_members(with_themes(without(fitted, gone), table), corpus, members)
    papers = {key: papers_of(before, key, primary=False) for key in gone}
    loose = len(set(papers[theme]) - set(members["paper_id"]))
    reasons = dict.fromkeys(gone, f"it was part of '{names[theme]}', which was retired")
    reasons[theme] = f"it had {_papers(len(papers[theme]))}, of which {loose} " + (
        "is in no theme now" if loose == 1 else "are in no theme now"
    )
    events = tuple(
        ThemeEvent(key, "retired", reasons[key], papers=most_typical(before, key)) for key in gone
    )
    return Correction(rest, events, barred={key: tuple(papers[key]) for key in gone})


def taught(
    fitted: Fitted,
    corpus: Corpus,
    learned: FittedTheme,
    scores: Floats,
    stability: float,
    *,
    told: str,
    names: Mapping[str, str],
    merged: Sequence[str] = (),
) -> Correction:
    """Put a named theme that was learned anew in the place of the theme of its id.

    Named themes are part of no other: one that was discovered as part of a broader
    theme stands for itself then.

    Parameters
    ----------
    fitted, corpus, names
        As `merge` has them; n papers.
    learned : FittedTheme
        Of a theme that was named before, or discovered; then it is named from now on.
    scores : numpy.ndarray, shape (n,)
    stability : float
    told : str
        What a person said of it, a sentence's beginning.
    merged : sequence of str
        Other themes whose papers are examples of it now.
    """
    theme, before = learned.theme.theme_id, fitted.memberships
    known = [one.theme.theme_id for one in fitted.named]
    rest = without(fitted, [*merged, *([] if theme in known else [theme])])
    named = [learned if one.theme.theme_id == theme else one for one in rest.named]
    rest = replace(rest, named=(*named, *([] if theme in known else [learned])))
    table = fitted.themes[~fitted.themes["theme_id"].isin(merged)].copy()
    table["parent"] = [theme if key in merged else key for key in table["parent"]]
    row = table["theme_id"] == theme
    table.loc[row, ["kind", "parent"]] = ["named", ""]
    table.loc[row, "stability"] = round(stability, 6)
    rest = with_themes(rest, table)
    anew = (theme, *merged)
    was = before[before["theme_id"].isin(anew)]
    # What takes in other themes is to lose none of its own papers by that.
    scores = _held(scores, corpus, was[was["theme_id"] == theme]) if merged else scores
    mine, _ = memberships_of(
        list(corpus.paper_ids), (theme,), scores[:, None], np.ones(1, dtype=bool)
    )
    mine["primary"] = mine["paper_id"].isin(was.loc[was["primary"], "paper_id"])
    members = pd.concat([before[~before["theme_id"].isin(anew)], mine], ignore_index=True)
    near = fitted.near_misses[~fitted.near_misses["theme_id"].isin(anew)]
    new_near = near_misses_of(list(corpus.paper_ids), (theme,), scores[:, None])
    rest = replace(rest, near_misses=pd.concat([near, new_near], ignore_index=True))
    told = f"{told}; {_compared(papers_of(before, theme, primary=False), list(mine['paper_id']))}"
    events = (
        ThemeEvent(theme, "taught", told, papers=most_typical(mine, theme)),
        *(_merged(fitted, key, theme, names) for key in merged),
    )
    return Correction(with_members(rest, corpus, members), events, {theme: learned.theme})


def without(fitted: Fitted, gone: Collection[str]) -> Fitted:
    """Return the model without what it learned of some themes; its tables are untouched."""
    ids = fitted.discovered_ids
    keep = [place for place, key in enumerate(ids) if key not in gone]
    values = {one.name: getattr(fitted.centroids, one.name)[keep] for one in fields(Centroids)}
    return replace(
        fitted,
        named=tuple(one for one in fitted.named if one.theme.theme_id not in gone),
        discovered_ids=tuple(ids[place] for place in keep),
        centroids=Centroids(**values),
    )


def with_themes(fitted: Fitted, table: pd.DataFrame) -> Fitted:
    """Return the model with the rows of `table` for its themes, in the model's order.

    What lies under what is taken from there; a theme that is not there has no theme
    under it.
    """
    ids = fitted.theme_ids
    rows = table.set_index("theme_id").loc[list(ids)].reset_index()
    rows["parent"] = rows["parent"].where(rows["parent"].isin(ids), "")
    above = dict(zip(rows["theme_id"], rows["parent"], strict=True))
    place = {key: row for row, key in enumerate(fitted.discovered_ids)}
    parents = [place.get(above[key], -1) for key in fitted.discovered_ids]
    centroids = replace(fitted.centroids, parents=np.array(parents, dtype=np.int64))
    return replace(fitted, themes=conform(rows, THEMES), centroids=centroids)


def with_members(fitted: Fitted, corpus: Corpus, members: pd.DataFrame) -> Fitted:
    """Return the model with these memberships, and all else that follows from them.

    A paper keeps its primary theme where it has one; else the one with the highest
    score is, of those that can be.
    """
    can = dict(zip(fitted.theme_ids, fitted.can_be_primary.tolist(), strict=True))
    members = members[members["theme_id"].isin(can)].reset_index(drop=True)
    able = members["theme_id"].map(can).astype(bool)
    order = members[able].sort_values(
        ["paper_id", "primary", "score", "theme_id"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    members["primary"] = members.index.isin(order.drop_duplicates("paper_id").index)
    members = members.sort_values(
        ["paper_id", "score", "theme_id"], ascending=[True, False, True], kind="stable"
    )
    pairs = pd.MultiIndex.from_frame(members[["paper_id", "theme_id"]])
    near = fitted.near_misses[fitted.near_misses["theme_id"].isin(can)]
    near = near[~pd.MultiIndex.from_frame(near[["paper_id", "theme_id"]]).isin(pairs)]
    near = near.sort_values(["paper_id", "theme_id"], kind="stable")
    return replace(
        fitted,
        memberships=conform(members, MEMBERSHIPS),
        near_misses=conform(near, NEAR_MISSES),
        unassigned=_unassigned(fitted, corpus, set(members["paper_id"])),
    )


def moved(table: pd.DataFrame, into: Mapping[str, str]) -> pd.DataFrame:
    """Return memberships or near misses with some theme ids exchanged for others.

    Of two rows that become the same the higher score counts.
    """
    new = table.assign(theme_id=[into.get(key, key) for key in table["theme_id"]])
    return once_each(new)


def once_each(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each paper and theme, with the highest of its values."""
    return table.groupby(["paper_id", "theme_id"], sort=False).max().reset_index()


def relearned(
    centroids: Centroids, place: int, corpus: Corpus, papers: Collection[str]
) -> Centroids:
    """Return the centroids with one of them learned from other papers, if these suffice.

    Its borders are moved for new papers as they were before.
    """
    rows = rows_of(corpus, papers)
    if len(rows) < _LEAST_PAPERS:
        return centroids
    cut, low = centroids.shifts[place]
    new = Centroids.fit(corpus.joined, [rows], [int(centroids.parents[place])])
    new = replace(new, cuts=new.cuts + cut, lows=new.lows + low, shifts=centroids.shifts[[place]])
    values = {}
    for one in fields(Centroids):
        values[one.name] = getattr(centroids, one.name).copy()
        values[one.name][place] = getattr(new, one.name)[0]
    return Centroids(**values)


def papers_of(memberships: pd.DataFrame, theme: str, *, primary: bool = True) -> list[str]:
    """Return the papers of a theme: those whose primary one it is, if it is of any."""
    rows = memberships[memberships["theme_id"] == theme]
    mine = rows[rows["primary"]]
    return list((mine if primary and len(mine) else rows)["paper_id"])


def rows_of(corpus: Corpus, papers: Collection[str]) -> NDArray[np.int64]:
    """Return the rows of some papers, ascending."""
    wanted = set(papers)
    rows = [row for row, key in enumerate(corpus.paper_ids) if key in wanted]
    return np.array(rows, dtype=np.int64)


def _held(scores: Floats, corpus: Corpus, members: pd.DataFrame) -> Floats:
    """Return scores that are at least what members had, but for papers that are no examples."""
    had = dict(zip(members["paper_id"], members["score"], strict=True))
    least = np.array([had.get(key, 0.0) for key in corpus.paper_ids])
    return np.where(scores > 0, np.maximum(scores, least), scores)


def _broader(fitted: Fitted) -> dict[str, str]:
    """Return the broader discovered theme that each discovered one lies under, or none."""
    ids = (*fitted.discovered_ids, "")
    parents = fitted.centroids.parents.tolist()
    return {key: ids[parent] for key, parent in zip(fitted.discovered_ids, parents, strict=True)}


def _under(themes: pd.DataFrame, theme: str) -> list[str]:
    """Return all themes under one, and under those."""
    below: list[str] = themes.loc[themes["parent"] == theme, "theme_id"].tolist()
    return [key for one in below for key in (one, *_under(themes, one))]


def _unassigned(fitted: Fitted, corpus: Corpus, assigned: Collection[str]) -> pd.DataFrame:
    """Return the papers in no theme; those that were in none before as they stood."""
    before = fitted.unassigned
    known = before[before["nearest_theme"].isin(fitted.theme_ids)]
    known = known[~known["paper_id"].isin(assigned)]
    listed = {*assigned, *known["paper_id"]}
    rows = [row for row, key in enumerate(corpus.paper_ids) if key not in listed]
    if not rows:
        return conform(known.sort_values("paper_id", kind="stable"), UNASSIGNED)
    part = corpus.part(np.array(rows))
    # However near: that a person took a paper out of one theme puts it into no other.
    scores = np.minimum(fitted.scores(part), THRESHOLD - 1e-6)
    _, new = memberships_of(list(part.paper_ids), fitted.theme_ids, scores, fitted.can_be_primary)
    taken_out = ~new["paper_id"].isin(before["paper_id"]) & (new["nearest_theme"] != "")
    new["reason"] = new["reason"].where(~taken_out, TAKEN_OUT)
    both = pd.concat([known, new], ignore_index=True) if len(known) else new
    return conform(both.sort_values("paper_id", kind="stable"), UNASSIGNED)


def _merged(
    fitted: Fitted, theme: str, into: str, names: Mapping[str, str], more: str = ""
) -> ThemeEvent:
    number = len(papers_of(fitted.memberships, theme, primary=False))
    verb = "is" if number == 1 else "are"
    reason = f"its {_papers(number)} {verb} in '{names[into]}' from now on{more}"
    return ThemeEvent(theme, "merged", reason, (into,), most_typical(fitted.memberships, theme))


def _compared(before: Sequence[str], now: Sequence[str]) -> str:
    """Say how many papers are in a theme, and how many came and went."""
    came, went = len({*now} - {*before}), len({*before} - {*now})
    told = f"{_papers(len(now))} {'is' if len(now) == 1 else 'are'} in it now"
    told += f", {came} newly" if came else ""
    return told + (f", and {went} {'is' if went == 1 else 'are'} no longer" if went else "")


def _papers(number: int) -> str:
    return f"{number:,} paper{'' if number == 1 else 's'}"
