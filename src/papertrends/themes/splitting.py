"""A theme that a person splits: along the finer themes under it, or into parts they name.

Must not read or write anything; merging, retiring and teaching are in
``corrections.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.encoders.lsa import unit_rows
from papertrends.errors import InputError
from papertrends.tables import THEMES, conform
from papertrends.themes.centroids import Centroids
from papertrends.themes.corrections import (
    Correction,
    once_each,
    papers_of,
    relearned,
    rows_of,
    with_members,
    with_themes,
    without,
)
from papertrends.themes.evidence import Corpus, texts_of
from papertrends.themes.fitted import Fitted
from papertrends.themes.labels import Phrasing, word_themes
from papertrends.themes.phrases import pattern_of
from papertrends.themes.registry import ThemeEvent, most_typical

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_STEPS = 50
#: A part of a theme begins with the papers that are most like its name: one in so many, but
#: so many at least.
_SEED_SHARE, _SEEDS = 10, 3
#: What a name's standing in a paper adds to how like the paper is to it, in standard deviations.
_NAMED = 2.0
#: A part that gets fewer papers is none.
_LEAST_PAPERS = 2


def split_by_names(
    fitted: Fitted,
    corpus: Corpus,
    theme: str,
    parts: Mapping[str, str],
    vectors: Vectors,
    names: Mapping[str, str],
) -> Correction:
    """Deal the papers of a theme out to parts that a person has named.

    Parameters
    ----------
    fitted : Fitted
    corpus : Corpus
        All its papers, in the order of ``fitted.map``.
    theme : str
        The id of the theme that falls into the parts.
    parts : mapping of theme id to str
        The parts, two or more, and their names.
    vectors : numpy.ndarray, shape (parts, d)
        The encoder's vectors of the names.
    names : mapping of theme id to str
        What the themes are called.

    Notes
    -----
    Each part begins with the papers most like its name, by the encoder and by its
    words; spherical k-means in the joined vectors goes on from there (seeded
    k-means: Basu, Banerjee and Mooney 2002).

    Raises
    ------
    InputError
        If a part gets fewer than two papers.
    """
    rows = rows_of(corpus, papers_of(fitted.memberships, theme, primary=False))
    labels = _dealt(corpus, rows, list(parts.values()), vectors)
    for number, name in enumerate(parts.values()):
        if (labels == number).sum() < _LEAST_PAPERS:
            raise InputError(
                f"hardly a paper of the theme '{names[theme]}' is about '{name}'",
                "name its parts as its papers do",
            )
    ids = list(parts)
    home = {corpus.paper_ids[row]: ids[label] for row, label in zip(rows, labels, strict=True)}
    whole = fitted.themes.set_index("theme_id").loc[theme]
    groups = {number: rows[labels == number] for number in range(len(ids))}
    new = pd.DataFrame({"theme_id": ids, "name": list(parts.values())})
    new["kind"], new["keywords"] = "discovered", _keywords(corpus, rows, groups)
    new["n_papers"], new["stability"], new["parent"] = 0, whole["stability"], whole["parent"]
    return _split(fitted, corpus, theme, ids, home, conform(new, THEMES), {**names, **parts})


def split_by_parts(
    fitted: Fitted, corpus: Corpus, theme: str, names: Mapping[str, str]
) -> Correction:
    """Deal the papers of a theme out to the finer themes under it, which stand for themselves.

    A paper that is in none of them goes to the one whose centre is nearest.

    Parameters
    ----------
    fitted, corpus, theme, names
        As `split_by_names` has them.

    Raises
    ------
    InputError
        If there are fewer than two finer themes under it.
    """
    ids = fitted.themes.loc[fitted.themes["parent"] == theme, "theme_id"].tolist()
    if len(ids) < 2:
        told = f"there is only one finer theme under '{names[theme]}'" if ids else (
            f"there are no finer themes under '{names[theme]}'"
        )  # fmt: skip
        raise InputError(told, "name the parts that it is to be split into")
    rows = rows_of(corpus, papers_of(fitted.memberships, theme, primary=False))
    centres = fitted.centroids.centres[[fitted.discovered_ids.index(part) for part in ids]]
    nearest = (corpus.joined[rows].astype(np.float64) @ centres.T).argmax(axis=1)
    home = {corpus.paper_ids[row]: ids[label] for row, label in zip(rows, nearest, strict=True)}
    own = fitted.memberships[fitted.memberships["theme_id"].isin(ids)].sort_values("score")
    own = own[own["paper_id"].isin(home)]
    home |= dict(zip(own["paper_id"], own["theme_id"], strict=True))
    return _split(fitted, corpus, theme, ids, home, fitted.themes.head(0), names)


def _split(
    fitted: Fitted,
    corpus: Corpus,
    theme: str,
    ids: Sequence[str],
    home: Mapping[str, str],
    new: pd.DataFrame,
    names: Mapping[str, str],
) -> Correction:
    """Move the memberships of a theme to its parts, each paper's to its home."""
    before = fitted.memberships
    table = pd.concat([fitted.themes[fitted.themes["theme_id"] != theme], new], ignore_index=True)
    parents = _parents(fitted, table, theme, ids, home)
    finer = table.loc[(table["parent"] == theme) & ~table["theme_id"].isin(ids), "theme_id"]
    members = _at_home(before, theme, {key: parents[key] for key in finer}, home)
    rest = without(fitted, [theme])
    added = list(new["theme_id"])
    rest = replace(
        rest,
        discovered_ids=(*rest.discovered_ids, *added),
        centroids=_widened(rest.centroids, len(added)),
    )
    rest = with_themes(rest, table.assign(parent=[parents[key] for key in table["theme_id"]]))
    centroids = rest.centroids
    for part in ids:
        papers = papers_of(members, part, primary=False)
        centroids = relearned(centroids, rest.discovered_ids.index(part), corpus, papers)
    rest = replace(rest, centroids=centroids)
    near = _near_parts(rest, corpus, fitted.near_misses, theme, ids)
    numbers = {part: sum(one == part for one in home.values()) for part in ids}
    events = [
        ThemeEvent(
            part,
            "born",
            f"of the {len(home):,} papers of '{names[theme]}' it has the {numbers[part]:,} that "
            "are most like it",
            (theme,),
            most_typical(members, part),
        )
        for part in added
    ]
    dealt = ", ".join(f"{numbers[part]:,} in '{names[part]}'" for part in ids)
    reason = f"its {len(home):,} papers are in its parts from now on: {dealt}"
    events.append(ThemeEvent(theme, "split", reason, tuple(ids), most_typical(before, theme)))
    rest = with_members(replace(rest, near_misses=near), corpus, members)
    return Correction(rest, tuple(events))


def _parents(
    fitted: Fitted,
    table: pd.DataFrame,
    theme: str,
    ids: Sequence[str],
    home: Mapping[str, str],
) -> dict[str, str]:
    """Return what each theme lies under after `theme` was split into `ids`.

    A finer theme goes with the part that most of its papers went to. Those under a
    named theme also have papers that are not in it: they stand for themselves.
    """
    above = str(fitted.themes.set_index("theme_id").loc[theme, "parent"])
    found = theme in fitted.discovered_ids
    parents = {}
    for key, parent in zip(table["theme_id"], table["parent"], strict=True):
        parents[key] = parent
        if parent == theme:
            papers = papers_of(fitted.memberships, key, primary=False)
            parts = [home[paper] for paper in papers if paper in home]
            goes_with = found and key not in ids and parts
            parents[key] = max(sorted(set(parts)), key=parts.count) if goes_with else above
    return parents


def _at_home(
    members: pd.DataFrame, theme: str, finer: Mapping[str, str], home: Mapping[str, str]
) -> pd.DataFrame:
    """Return the memberships with those in `theme` in its parts.

    A finer theme that goes with a part (`finer`) keeps the papers of that part: others
    would be members of it without being in what it is part of.
    """
    parts = set(home.values())
    pairs = list(zip(members["paper_id"], members["theme_id"], strict=True))
    keys = [home[paper] if key == theme else key for paper, key in pairs]
    strays = [finer.get(key) in parts and home.get(paper) != finer[key] for paper, key in pairs]
    return once_each(members.assign(theme_id=keys)[~np.array(strays, dtype=bool)])


def _near_parts(
    fitted: Fitted, corpus: Corpus, near: pd.DataFrame, theme: str, ids: Sequence[str]
) -> pd.DataFrame:
    """Return the near misses with those of `theme` as near misses of its nearest part."""
    own = near["theme_id"] == theme
    rows = rows_of(corpus, near.loc[own, "paper_id"])
    centres = fitted.centroids.centres[[fitted.discovered_ids.index(part) for part in ids]]
    nearest = (corpus.joined[rows].astype(np.float64) @ centres.T).argmax(axis=1)
    part = {corpus.paper_ids[row]: ids[place] for row, place in zip(rows, nearest, strict=True)}
    pairs = zip(near["paper_id"], near["theme_id"], strict=True)
    return once_each(
        near.assign(theme_id=[part[paper] if key == theme else key for paper, key in pairs])
    )


def _dealt(corpus: Corpus, rows: Labels, names: Sequence[str], vectors: Vectors) -> Labels:
    """Deal papers out to named parts, shape (len(rows),)."""
    alike = _alike(corpus, rows, names, vectors)
    points = corpus.joined[rows].astype(np.float64)
    n_seeds = max(_SEEDS, len(rows) // (_SEED_SHARE * len(names)))
    centres = []
    for number in range(len(names)):
        lead = alike[:, number] - np.delete(alike, number, axis=1).max(axis=1, initial=-np.inf)
        seeds = np.argsort(-lead, kind="stable")[:n_seeds]
        centres.append(points[seeds].sum(axis=0))
    labels = np.full(len(rows), -1)
    for _ in range(_STEPS):
        near = points @ unit_rows(np.array(centres)).astype(np.float64).T
        moved = near.argmax(axis=1)
        if (moved == labels).all():
            break
        labels = moved
        centres = [
            points[labels == number].sum(axis=0) if (labels == number).any() else centre
            for number, centre in enumerate(centres)
        ]
    return np.asarray(labels, dtype=np.int64)


def _alike(corpus: Corpus, rows: Labels, names: Sequence[str], vectors: Vectors) -> Floats:
    """Return how like papers are to the names of parts, shape (len(rows), parts)."""
    texts = texts_of(corpus)
    alike = corpus.encoded[rows].astype(np.float64) @ vectors.T.astype(np.float64)
    alike = (alike - alike.mean(axis=0)) / np.maximum(alike.std(axis=0), 1e-9)
    for number, name in enumerate(names):
        pattern = pattern_of([name])
        named = [pattern.search(texts[row]) is not None for row in rows.tolist()]
        alike[:, number] += _NAMED * np.array(named)
    return np.asarray(alike)


def _keywords(corpus: Corpus, rows: Labels, groups: Mapping[int, Labels]) -> list[str]:
    """Return what sets each part apart from the others."""
    texts = texts_of(corpus)
    phrasing = Phrasing.of(
        [corpus.titles[row] for row in rows.tolist()], [texts[row] for row in rows.tolist()]
    )
    places = {number: np.searchsorted(rows, group) for number, group in groups.items()}
    wordings = word_themes(phrasing, places)
    return [", ".join(wordings[number].keywords) for number in groups]


def _widened(centroids: Centroids, count: int) -> Centroids:
    """Return the centroids with room for more, which are to be learned."""
    nothing = np.zeros(count)
    return Centroids(
        np.vstack([centroids.centres, np.zeros((count, centroids.centres.shape[1]))]),
        np.append(centroids.cuts, nothing),
        np.append(centroids.scales, nothing),
        np.append(centroids.lows, nothing),
        np.append(centroids.parents, np.full(count, -1)).astype(np.int64),
        np.vstack([centroids.shifts, np.tile(centroids.shifts.max(axis=0, initial=0), (count, 1))]),
    )
