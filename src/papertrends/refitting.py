"""The themes of a store learned anew, held fast to those that were there.

The stages of a fit in a row once more, for papers that have themes already. Must not hold
any method of its own, nor read or write a store.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders import cache_folder
from papertrends.memory import Memory
from papertrends.progress import Progress
from papertrends.runs import Step
from papertrends.tables import names_of
from papertrends.themes.assigning import Places, assigned, with_rows
from papertrends.themes.bounded import read_again, sample_rows
from papertrends.themes.evidence import Corpus
from papertrends.themes.examples import Masks, examples_among, part_of, shown_in
from papertrends.themes.fates import fates
from papertrends.themes.fitted import (
    Fitted,
    corpus_from,
    corpus_of,
    one_row_each,
    texts_of_papers,
)
from papertrends.themes.growth import recounted
from papertrends.themes.relearning import Anchors, held_primaries, held_scores
from papertrends.themes.search import search


def refitted(memory: Memory, step: Step, papers: pd.DataFrame, progress: Progress) -> Step:
    """Learn the themes anew from all papers, anchored on those that were there.

    Parameters
    ----------
    memory : Memory
        What was remembered before this run.
    step : Step
        The same with new papers assigned.
    papers : pandas.DataFrame
        All appearances of papers in digests.
    progress : Progress

    Returns
    -------
    Step
    """
    unique = one_row_each(papers)
    texts = texts_of_papers(unique)
    named = memory.fitted.named
    themes = tuple(one.theme for one in named)
    given = examples_among(themes, unique)
    anchors = _anchors(memory, step)
    rows = sample_rows(texts, [one.phrases for one in named], _needed(anchors, given, unique))
    vectors = read_again(
        texts,
        rows,
        step.encoded,
        encoder=memory.fitted.encoder,
        distilled=memory.fitted.distilled is not None,
        folder=cache_folder(),
        progress=progress,
    )
    sample = unique.iloc[rows].reset_index(drop=True)
    corpus = corpus_of(sample, vectors.encoded, vectors.lsa)
    width = memory.encoded.shape[1]
    fitted, _, events = search(
        themes,
        np.array([one.vector for one in named]).reshape(-1, width),
        part_of(given, rows),
        corpus,
        [texts[row] for row in rows.tolist()],
        papers,
        lsa=vectors.lsa,
        encoder=vectors.encoder,
        seed=int(memory.settings["seed"]),
        bertopic=None,
        progress=progress,
        anchors=anchors,
        n_all=len(unique),
    )
    fitted = replace(fitted, distilled=vectors.distilled, notes=(*vectors.notes, *fitted.notes))
    encoded, lsa = step.encoded, vectors.lsa.transform(texts)
    if vectors.distilled is not None:
        encoded = vectors.distilled.encode(texts)
    if len(rows) < len(texts):
        fitted = _with_rest(fitted, corpus, corpus_from(unique, encoded, lsa), anchors, progress)
        fitted = recounted(fitted, papers)
        ids = [one.theme_id for one in themes]
        events = fates(anchors, fitted.themes, fitted.memberships, ids)
    return Step(_with_names(fitted, memory), encoded, lsa, events, step.fitted.memberships)


def _anchors(memory: Memory, step: Step) -> Anchors:
    """Return the themes as they are, for a search to hold on to."""
    return Anchors(
        themes=memory.tables.themes,
        memberships=step.fitted.memberships,
        settled=frozenset(memory.fitted.map["paper_id"]),
        pinned=memory.registry.pinned,
        gone=memory.registry.gone(),
        barred={key: frozenset(ids) for key, ids in memory.barred.items()},
        used=memory.registry.used,
    )


def _needed(anchors: Anchors, given: Masks, unique: pd.DataFrame) -> NDArray[np.int64]:
    """Return the rows of papers no search can do without: examples, and retired themes' own."""
    typical = [paper for _, papers in anchors.gone.values() for paper in papers]
    needed = unique["paper_id"].isin(typical).to_numpy(dtype=bool)
    return np.flatnonzero(needed | shown_in(given, len(unique)))


def _with_rest(
    fitted: Fitted, sample: Corpus, whole: Corpus, anchors: Anchors, progress: Progress
) -> Fitted:
    """Assign the papers that the themes were not learned from; settled ones move less easily."""
    inside = set(sample.paper_ids)
    outside = [row for row, key in enumerate(whole.paper_ids) if key not in inside]
    rows = assigned(
        fitted,
        whole.part(np.array(outside, dtype=np.int64)),
        Places.of(fitted.map, sample.joined),
        held=lambda scores, ids: held_scores(scores, fitted.theme_ids, anchors, ids),
        progress=progress,
    )
    return with_rows(fitted, replace(rows, memberships=held_primaries(rows.memberships, anchors)))


def _with_names(fitted: Fitted, memory: Memory) -> Fitted:
    """Return the model with the names its themes were found under before."""
    found = names_of(memory.fitted.themes)
    themes = zip(fitted.themes["theme_id"], fitted.themes["name"], strict=True)
    return replace(
        fitted, themes=fitted.themes.assign(name=[found.get(key, name) for key, name in themes])
    )
