"""What became of themes that were learned anew, in events with their reasons.

Compares the tables before and after. Must not change any theme.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from papertrends.tables import names_of
from papertrends.themes.registry import SHOWN, ThemeEvent
from papertrends.themes.relearning import Anchors

#: A fallen theme was merged into the one that more than this part of its papers are in, or
#: split into those that have that part each.
_MOST, _PART = 0.5, 0.1


@dataclass(frozen=True)
class _Themes:
    """Themes at one time.

    Attributes
    ----------
    names : dict of str to str
        By theme id, in the order of the table.
    above : dict of str to str
        The discovered theme that a finer one lies under.
    discovered : tuple of str
    members : dict of str to list of str
        Paper ids, those that score highest first.
    """

    names: dict[str, str]
    above: dict[str, str]
    discovered: tuple[str, ...]
    members: dict[str, list[str]]

    @classmethod
    def of(cls, themes: pd.DataFrame, memberships: pd.DataFrame) -> _Themes:
        """Read the tables."""
        found = themes[themes["kind"] == "discovered"]
        finer = found[found["parent"].isin(set(found["theme_id"]))]
        ordered = memberships.sort_values(["score", "paper_id"], ascending=[False, True])
        return cls(
            names_of(themes),
            dict(zip(finer["theme_id"], finer["parent"], strict=True)),
            tuple(found["theme_id"]),
            {str(one): part["paper_id"].tolist() for one, part in ordered.groupby("theme_id")},
        )

    def papers(self, theme: str, only: frozenset[str]) -> list[str]:
        """Return the papers of a theme that are in `only`, those that score highest first."""
        return [paper for paper in self.members.get(theme, []) if paper in only]


def fates(
    anchors: Anchors, themes: pd.DataFrame, memberships: pd.DataFrame, named: Sequence[str]
) -> tuple[ThemeEvent, ...]:
    """Return what became of the discovered themes there were, and which are new.

    Parameters
    ----------
    anchors : Anchors
        As they were.
    themes, memberships : pandas.DataFrame
        As they are.
    named : sequence of str
        Ids of the themes that are looked for by name: nothing becomes of them.

    Returns
    -------
    tuple of ThemeEvent
        Those that are new first.
    """
    old = _Themes.of(anchors.themes, anchors.memberships)
    now = _Themes.of(themes, memberships)
    there = {*old.discovered, *named}
    new = [one for one in now.discovered if one not in there]
    fallen = [one for one in old.discovered if one not in {*now.discovered, *named}]
    return (
        *(_came(one, now, old, anchors) for one in new),
        *(_went(one, now, old, anchors.settled) for one in fallen),
    )


def _came(theme: str, now: _Themes, old: _Themes, anchors: Anchors) -> ThemeEvent:
    """Tell of a theme that was not there: born, or returned."""
    papers = now.members.get(theme, [])
    settled = now.papers(theme, anchors.settled)
    shown = tuple(papers[:SHOWN])
    n_new = len(papers) - len(settled)
    new = "all" if n_new == len(papers) else f"{n_new:,}" if n_new else "none"
    whole = f"{_papers(len(papers))}, {new} of them new"
    if theme in anchors.gone:
        typical = anchors.gone[theme][1]
        again = len(set(typical) & set(papers))
        reason = f"{again} of its {len(typical)} typical papers are in one group again: {whole}"
        return ThemeEvent(theme, "returned", reason, (), shown)
    where = f" within '{now.names[now.above[theme]]}'" if theme in now.above else ""
    reason = f"{whole}, hold together as a theme of their own{where}"
    origin, n_out_of = _origin(settled, theme in now.above, old)
    if not origin:
        return ThemeEvent(theme, "born", reason, (), shown)
    reason += f"; {n_out_of:,} of the {len(settled):,} others were in '{old.names[origin]}'"
    return ThemeEvent(theme, "born", reason, (origin,), shown)


def _origin(papers: Sequence[str], finer: bool, old: _Themes) -> tuple[str, int]:
    """Return the old theme, broad or finer, that most of the papers were in, and how many."""
    inside = set(papers)
    counts = Counter(
        {
            one: len(inside & set(old.members.get(one, [])))
            for one in old.discovered
            if (one in old.above) == finer
        }
    )
    most = max(counts, key=lambda one: counts[one], default="")
    return (most, counts[most]) if counts[most] > _MOST * len(papers) else ("", 0)


def _went(theme: str, now: _Themes, old: _Themes, settled: frozenset[str]) -> ThemeEvent:
    """Tell of a theme that is no more: merged, split, or retired."""
    papers = old.papers(theme, settled)
    taken = _taken(theme, papers, now, old)
    large = [one for one in taken if len(taken[one]) >= _PART * len(papers)]
    # Themes of this kind that were not there: the parts that it fell into.
    parts = [
        one for one in large if one not in old.names or (one in old.above) > (one in now.above)
    ]
    whole = _papers(len(papers))
    if len(parts) < 2 and large and len(taken[large[0]]) > _MOST * len(papers):
        into = large[0]
        reason = f"{len(taken[into]):,} of its {whole} are in '{now.names[into]}' now"
        moved = tuple(paper for paper in papers if paper in taken[into])
        return ThemeEvent(theme, "merged", reason, (into,), moved[:SHOWN])
    shown, into_parts = tuple(papers[:SHOWN]), parts if len(parts) >= 2 else large
    if len(into_parts) >= 2:
        counted = ", ".join(f"{len(taken[one]):,} in '{now.names[one]}'" for one in into_parts)
        reason = f"its {whole} have come apart: {counted}"
        return ThemeEvent(theme, "split", reason, tuple(into_parts), shown)
    reason = f"its {whole} no longer hold together as a theme"
    return ThemeEvent(theme, "retired", reason, (), shown)


def _taken(
    theme: str, papers: Sequence[str], now: _Themes, old: _Themes
) -> dict[str, frozenset[str]]:
    """Return the papers of a fallen theme that other themes have now, those with most first.

    A named theme has taken only those it did not have before. Of a finer theme, the
    broad one above it has the papers anyway: only finer and new ones count.
    """
    taken = {}
    for one in now.names:
        if theme in old.above:
            counts = one in now.above or (one in now.discovered and one not in old.names)
        else:
            counts = one not in now.above
        if counts:
            before = () if one in now.discovered else old.members.get(one, ())
            taken[one] = frozenset(now.members.get(one, ())) & set(papers) - set(before)
    ordered = sorted(taken, key=lambda one: (-len(taken[one]), one))
    return {one: taken[one] for one in ordered if taken[one]}


def _papers(number: int) -> str:
    return f"{number:,} paper" if number == 1 else f"{number:,} papers"
