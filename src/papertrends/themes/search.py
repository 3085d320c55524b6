"""The search for the themes of one corpus: named, discovered, and how they meet.

Must not read or write anything: papers and vectors in, tables out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders import LSA, Vectors
from papertrends.progress import Progress
from papertrends.tables import MAP, THEMES, conform
from papertrends.themes import discovered
from papertrends.themes.centroids import Centroids
from papertrends.themes.discovered import Discovery
from papertrends.themes.evidence import THRESHOLD, Corpus, WordSpace, score
from papertrends.themes.fitted import Fitted, memberships_of
from papertrends.themes.labels import N_KEYWORDS, Wording, word_themes
from papertrends.themes.named import FittedTheme, fit_theme, jaccard
from papertrends.themes.theme import Theme, slug

Floats = NDArray[np.float64]
Masks = Mapping[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]

#: A discovered theme this alike to a named one (Jaccard index of their papers) is that theme;
#: one with this part of its papers in a named theme lies under it.
_SAME, _UNDER = 0.4, 0.6
#: A group of papers that single runs find again less than this is not a theme.
_LEAST_STABLE = 0.25


@dataclass(frozen=True)
class NamedThemes:
    """Named themes found in a corpus: what was learned, scores (n, t), stability."""

    fitted: tuple[FittedTheme, ...]
    scores: Floats
    stability: tuple[float, ...]


@dataclass(frozen=True)
class DiscoveredThemes:
    """Discovered themes: ids, words, parents, stability, centres and scores (n, t)."""

    ids: tuple[str, ...]
    wordings: tuple[Wording, ...]
    parents: tuple[str, ...]
    stability: tuple[float, ...]
    centroids: Centroids
    scores: Floats


def find_named(
    themes: tuple[Theme, ...], vectors: Vectors, corpus: Corpus, space: WordSpace, masks: Masks
) -> NamedThemes:
    """Find named themes; row i of `vectors` is theme i as the encoder reads it.

    A person's word decides: an example scores 1 in its theme, a not-example 0.
    """
    fitted, columns, stability = [], [], []
    for theme, vector in zip(themes, vectors, strict=True):
        examples, not_examples = masks[theme.theme_id]
        one, evidence, again = fit_theme(
            theme,
            vector.astype(np.float64),
            corpus,
            space,
            examples=examples,
            not_examples=not_examples,
        )
        scores = score(evidence)
        scores[examples], scores[not_examples] = 1.0, 0.0
        fitted.append(one)
        columns.append(scores)
        stability.append(again)
    scores = np.column_stack(columns) if columns else np.zeros((len(corpus.titles), 0))
    return NamedThemes(tuple(fitted), scores, tuple(stability))


def find_discovered(
    found: Discovery, named: NamedThemes, corpus: Corpus, texts: list[str]
) -> DiscoveredThemes:
    """Turn groups of papers into themes beside the named ones.

    A group that is really a named theme is left to it; one that lies mostly
    within a named theme becomes a finer theme under it; one that single runs
    hardly find again is no theme, and its papers go to whatever is nearest.
    """
    members = named.scores >= THRESHOLD
    ids = [fitted.theme.theme_id for fitted in named.fitted]
    parents: dict[int, str] = {}
    for topic in sorted(found.stability):
        inside = found.topics == topic
        if found.stability[topic] < _LEAST_STABLE:
            continue
        overlap = [jaccard(inside, members[:, column]) for column in range(len(ids))]
        within = [float(members[inside, column].mean()) for column in range(len(ids))]
        if max(overlap, default=0.0) >= _SAME:
            continue
        over = int(np.argmax(within)) if within else 0
        parents[topic] = ids[over] if max(within, default=0.0) >= _UNDER else ""
    groups = {topic: np.flatnonzero(found.topics == topic) for topic in parents}
    taken = [phrase for fitted in named.fitted for phrase in fitted.phrases]
    words = word_themes(corpus.titles, texts, groups, found.weights, taken=taken)
    order = sorted(parents, key=lambda topic: (-len(groups[topic]), words[topic].label))
    centroids = Centroids.fit(corpus.joined, found.topics, order)
    scores = centroids.score_fitted(corpus.joined, found.topics, order)
    for column, topic in enumerate(order):
        # BERTopic put these papers together; likeness alone would lose those at its edge.
        core = groups[topic]
        scores[core, column] = np.maximum(scores[core, column], THRESHOLD)
    return DiscoveredThemes(
        _ids([words[topic].label for topic in order], taken=ids),
        tuple(words[topic] for topic in order),
        tuple(parents[topic] for topic in order),
        tuple(found.stability[topic] for topic in order),
        centroids,
        scores,
    )


def nothing_discovered(corpus: Corpus) -> DiscoveredThemes:
    """Return the discovered themes of a corpus too small to have any."""
    width = corpus.joined.shape[1]
    centroids = Centroids(np.zeros((0, width)), np.zeros(0), np.zeros(0))
    return DiscoveredThemes((), (), (), (), centroids, np.zeros((len(corpus.titles), 0)))


def search(
    themes: tuple[Theme, ...],
    vectors: Vectors,
    masks: Masks,
    corpus: Corpus,
    texts: list[str],
    papers: pd.DataFrame,
    *,
    lsa: LSA,
    encoder: str,
    seed: int,
    bertopic: Any,
    progress: Progress,
) -> tuple[Fitted, Any]:
    """Find all themes of a corpus.

    Parameters
    ----------
    themes, vectors, masks
        The named themes, their vectors (one row each) and their examples.
    corpus, texts
        n papers and their texts.
    papers : pandas.DataFrame
        All appearances of them in digests.
    lsa, encoder, seed, bertopic, progress
        As `ThemeModel` has them.

    Returns
    -------
    fitted : Fitted
    bertopic : bertopic.BERTopic or None
        The model that found the discovered themes.
    """
    notes = []
    space = WordSpace.fit(texts)
    named = find_named(themes, vectors, corpus, space, masks)
    model = None
    if len(texts) < discovered.MIN_PAPERS:
        notes.append(
            f"{len(texts)} {'paper is' if len(texts) == 1 else 'papers are'} too few to discover "
            f"themes in (that takes {discovered.MIN_PAPERS}): only named themes were looked for."
        )
        others = nothing_discovered(corpus)
    else:
        found = discovered.discover(
            texts, corpus.joined, seed=seed, bertopic=bertopic, progress=progress
        )
        others = find_discovered(found, named, corpus, texts)
        model = found.bertopic
        if not others.ids:
            notes.append("No group of papers beside the named themes held together as a theme.")
    theme_ids = (*(fitted.theme.theme_id for fitted in named.fitted), *others.ids)
    scores = np.hstack([named.scores, others.scores])
    memberships, unassigned = memberships_of(list(corpus.paper_ids), theme_ids, scores)
    table = _themes_table(named, others, memberships, papers, corpus, texts)
    fitted = Fitted(
        encoder,
        lsa,
        space,
        named.fitted,
        others.centroids,
        others.ids,
        table,
        memberships,
        unassigned,
        _map(corpus, seed),
        tuple(notes),
    )
    return fitted, model


def _themes_table(
    named: NamedThemes,
    others: DiscoveredThemes,
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
    corpus: Corpus,
    texts: list[str],
) -> pd.DataFrame:
    keywords = _named_keywords(named, corpus, texts)
    rows = [
        (fitted.theme.theme_id, fitted.theme.title, "named", words, stability, "")
        for fitted, words, stability in zip(named.fitted, keywords, named.stability, strict=True)
    ] + [
        (theme_id, wording.label, "discovered", ", ".join(wording.keywords), stability, parent)
        for theme_id, wording, stability, parent in zip(
            others.ids, others.wordings, others.stability, others.parents, strict=True
        )
    ]
    columns = ["theme_id", "name", "kind", "keywords", "stability", "parent"]
    table = pd.DataFrame(rows, columns=columns)
    table["stability"] = table["stability"].astype(float).round(6)
    dated = memberships.merge(papers[["paper_id", "digest_date"]], on="paper_id")
    by_theme = dated.groupby("theme_id")
    table["n_papers"] = (
        table["theme_id"].map(by_theme["paper_id"].nunique()).fillna(0).astype("int64")
    )
    for column, which in (("first_digest", "min"), ("last_digest", "max")):
        dates = by_theme["digest_date"].agg(which)
        table[column] = pd.to_datetime(table["theme_id"].map(dates.to_dict()))
    return conform(table, THEMES)


def _named_keywords(named: NamedThemes, corpus: Corpus, texts: list[str]) -> list[str]:
    """Return what sets each named theme's papers apart, or its own words where it has none."""
    members = {
        column: np.flatnonzero(named.scores[:, column] >= THRESHOLD)
        for column in range(len(named.fitted))
    }
    several = {column: rows for column, rows in members.items() if len(rows) >= 2}
    wordings = word_themes(corpus.titles, texts, several)
    return [
        ", ".join(wordings[column].keywords if column in wordings else fitted.phrases[:N_KEYWORDS])
        for column, fitted in enumerate(named.fitted)
    ]


def _ids(labels: list[str], *, taken: list[str]) -> tuple[str, ...]:
    """Return an identifier for each label that no other theme has."""
    used = set(taken)
    ids = []
    for label in labels:
        base = slug(label) or "theme"
        identifier, number = base, 2
        while identifier in used:
            identifier, number = f"{base}-{number}", number + 1
        used.add(identifier)
        ids.append(identifier)
    return tuple(ids)


def _map(corpus: Corpus, seed: int) -> pd.DataFrame:
    """Return a place in the plane for each paper: UMAP, or the main axes of very few papers."""
    n_papers = len(corpus.titles)
    if n_papers >= discovered.MIN_PAPERS:
        neighbors = discovered.nearest(corpus.joined)
        places = discovered.reduce(corpus.joined, neighbors, 2, seed=seed)
    else:
        centred = corpus.joined.astype(np.float64)
        centred = centred - centred.mean(axis=0)
        left, strength, _ = np.linalg.svd(centred, full_matrices=False)
        places = np.zeros((n_papers, 2))
        axes = min(2, len(strength))
        signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])[:axes]
        places[:, :axes] = left[:, :axes] * strength[:axes] * np.where(signs == 0, 1.0, signs)
    frame = pd.DataFrame({"paper_id": list(corpus.paper_ids)})
    frame["x"], frame["y"] = np.round(places[:, 0], 6), np.round(places[:, 1], 6)
    return conform(frame, MAP)
