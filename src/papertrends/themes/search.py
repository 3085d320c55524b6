"""The search for the themes of one corpus: named, discovered, and how they meet.

Must not read or write anything: papers and vectors in, tables out.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.cores import one_thread
from papertrends.encoders import LSA, Vectors
from papertrends.progress import Progress
from papertrends.tables import MAP, conform
from papertrends.themes import discovered
from papertrends.themes.assigning import Assigned
from papertrends.themes.calibration import Anew, analysed_anew, for_new_papers
from papertrends.themes.evidence import THRESHOLD, Corpus, WordSpace, score, texts_of
from papertrends.themes.fates import fates
from papertrends.themes.fitted import Fitted, can_be_primary, memberships_of, near_misses_of
from papertrends.themes.growth import counted
from papertrends.themes.labels import N_KEYWORDS, Phrasing, word_themes
from papertrends.themes.mapping import laid_out
from papertrends.themes.meeting import DiscoveredThemes, NamedThemes, meet
from papertrends.themes.named import fit_theme
from papertrends.themes.own_bertopic import Handed
from papertrends.themes.registry import ThemeEvent
from papertrends.themes.relearning import (
    Anchors,
    held_primaries,
    held_scores,
    recognise,
    start_of,
)
from papertrends.themes.theme import Theme

Floats = NDArray[np.float64]
Masks = Mapping[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]


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
    anchors: Anchors | None = None,
    n_all: int | None = None,
) -> tuple[Fitted, Handed | None, tuple[ThemeEvent, ...]]:
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
    anchors : Anchors, optional
        Themes there were before, to be held fast to.
    n_all : int, optional
        How many papers there are in all, if these are a sample of them.

    Returns
    -------
    fitted : Fitted
    bertopic : Handed or None
        Has the BERTopic of the discovered themes.
    events : tuple of ThemeEvent
        What became of the themes there were before.
    """
    if len(texts) >= discovered.MIN_PAPERS:
        discovered.warm_up()  # no thread is to import what others import at the time
    space = WordSpace.fit(texts)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # What knows nothing of themes is done beside the search for them.
        drawing = beside.submit(_map, corpus, seed)
        analysing = beside.submit(_anew, corpus, texts)
        phrasing = Phrasing.of(corpus.titles, texts)
        named = find_named(themes, vectors, corpus, space, masks)
        others, model, notes = _discovered(
            texts,
            corpus,
            named,
            phrasing,
            bertopic=bertopic,
            progress=progress,
            anchors=anchors,
            n_all=n_all,
        )
        places, anew = drawing.result(), analysing.result()
    rows, members = _rows(named, others, corpus, places, anchors)
    table = _themes_table(named, others, rows.memberships, papers, phrasing)
    borders = for_new_papers(others.centroids, corpus, anew, members)
    learned = (encoder, lsa, space, named.fitted, borders, others.ids)
    tables = (table, rows.memberships, rows.unassigned, rows.near_misses, rows.map)
    fitted = Fitted(*learned, *tables, notes)
    if anchors is None:
        return fitted, model, ()
    return fitted, model, fates(anchors, table, rows.memberships, named.ids)


def _rows(
    named: NamedThemes,
    others: DiscoveredThemes,
    corpus: Corpus,
    places: pd.DataFrame,
    anchors: Anchors | None,
) -> tuple[Assigned, list[NDArray[np.int64]]]:
    """Return the papers' rows in the tables, and which rows each discovered theme has."""
    ids, theme_ids = list(corpus.paper_ids), (*named.ids, *others.ids)
    scores = np.hstack([named.scores, others.scores])
    if anchors is not None:
        scores = held_scores(scores, theme_ids, anchors, ids)
    primary = can_be_primary(len(named.ids), others.centroids)
    memberships, unassigned = memberships_of(ids, theme_ids, scores, primary)
    if anchors is not None:
        memberships = held_primaries(memberships, anchors)
    members = [np.flatnonzero(rows) for rows in (scores[:, len(named.ids) :] >= THRESHOLD).T]
    near_misses = near_misses_of(ids, theme_ids, scores)
    return Assigned(memberships, unassigned, near_misses, places), members


def _discovered(
    texts: list[str],
    corpus: Corpus,
    named: NamedThemes,
    phrasing: Phrasing,
    *,
    bertopic: Any,
    progress: Progress,
    anchors: Anchors | None,
    n_all: int | None,
) -> tuple[DiscoveredThemes, Handed | None, tuple[str, ...]]:
    """Discover themes beside the named ones, held fast to those there were before.

    Returns
    -------
    others : DiscoveredThemes
    bertopic : Handed or None
    notes : tuple of str
        What was done without, and why.
    """
    if len(texts) < discovered.MIN_PAPERS:
        few = (
            f"{len(texts)} {'paper is' if len(texts) == 1 else 'papers are'} too few to discover "
            f"themes in (that takes {discovered.MIN_PAPERS}): only named themes were looked for."
        )
        return DiscoveredThemes.none(corpus), None, (few,)
    start = None if anchors is None else start_of(anchors, corpus.paper_ids, named.ids)
    found = discovered.discover(
        texts,
        corpus.joined,
        bertopic=bertopic,
        before=None if start is None else start.before,
        phrasing=phrasing,
        n_all=n_all,
        progress=progress,
    )
    if anchors is None or start is None:
        others = meet(found, named, corpus, phrasing)
    else:
        was = recognise(found, start, anchors, corpus.paper_ids)
        others = meet(found, named, corpus, phrasing, was)
    none = "No group of papers beside the named themes held together as a theme."
    return others, found.bertopic, () if others.ids else (none,)


def _themes_table(
    named: NamedThemes,
    others: DiscoveredThemes,
    memberships: pd.DataFrame,
    papers: pd.DataFrame,
    phrasing: Phrasing,
) -> pd.DataFrame:
    keywords = _named_keywords(named, phrasing)
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
    return counted(table, memberships, papers)


def _named_keywords(named: NamedThemes, phrasing: Phrasing) -> list[str]:
    """Return what sets each named theme's papers apart, or its own words where it has none."""
    members = {
        column: np.flatnonzero(named.scores[:, column] >= THRESHOLD)
        for column in range(len(named.fitted))
    }
    several = {column: rows for column, rows in members.items() if len(rows) >= 2}
    wordings = word_themes(phrasing, several)
    return [
        ", ".join(wordings[column].keywords if column in wordings else fitted.phrases[:N_KEYWORDS])
        for column, fitted in enumerate(named.fitted)
    ]


def _map(corpus: Corpus, seed: int) -> pd.DataFrame:
    # OpenMP's limit is one of each thread: without it the layout would depend on the cores.
    with one_thread():
        places = np.round(laid_out(corpus.joined, texts_of(corpus), seed=seed), 6)
    frame = pd.DataFrame({"paper_id": list(corpus.paper_ids)})
    frame["x"], frame["y"] = places[:, 0], places[:, 1]
    return conform(frame, MAP)


def _anew(corpus: Corpus, texts: list[str]) -> Anew:
    if len(texts) < discovered.MIN_PAPERS:  # then there is no theme to be calibrated
        return Anew.none(corpus)
    with one_thread():
        return analysed_anew(corpus, texts)
