"""Themes learned from papers, or from a sample that covers them, in one row of stages.

Shared by `ThemeModel` and by analyses over partitions, where others assign the rest. Must not
hold any method of its own: words are in ``named.py`` and ``labels.py``, groups in
``discovered.py``, their meeting in ``search.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.beside import beside
from papertrends.cores import one_thread
from papertrends.encoders import Encoder, EncoderLike, Vectors, cache_folder
from papertrends.errors import InputError
from papertrends.processes import ready_processes
from papertrends.progress import Progress
from papertrends.themes.assigning import Places, assigned, with_rows
from papertrends.themes.bounded import Read, brought, read, sample_rows
from papertrends.themes.discovered import MIN_PAPERS, warm_up
from papertrends.themes.evidence import Corpus
from papertrends.themes.examples import Masks, examples_among, part_of, shown_in
from papertrends.themes.fitted import Fitted, corpus_of, one_row_each, texts_of_papers
from papertrends.themes.grouping import ALONE, import_what_groups
from papertrends.themes.growth import recounted
from papertrends.themes.named import describe
from papertrends.themes.own_bertopic import Handed
from papertrends.themes.search import search
from papertrends.themes.theme import Theme


@dataclass(frozen=True)
class Learned:
    """What was learned, and from which papers.

    Attributes
    ----------
    fitted : Fitted
        With the rows of those papers.
    sample : Corpus
        The papers themselves, as they were read.
    found_by : Handed or None
        What a BERTopic can be built of.
    encoder : str or Encoder
        What was given as one, as `bounded.brought` makes it ready for these papers.
    """

    fitted: Fitted
    sample: Corpus
    found_by: Handed | None
    encoder: str | Encoder


def learn(
    papers: pd.DataFrame,
    themes: tuple[Theme, ...],
    *,
    encoder: EncoderLike,
    seed: int,
    bertopic: Any,
    progress: Progress,
) -> Learned:
    """Learn the themes of papers; of many, from a sample.

    Parameters
    ----------
    papers : pandas.DataFrame
        Checked; a paper may stand in several digests.
    themes : tuple of Theme
        The named ones.
    encoder, seed, bertopic
        As `ThemeModel` has them.
    progress : Progress

    Raises
    ------
    InputError
        If an example is no paper of `papers`, or the seed is not allowed.
    """
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"the seed is {seed!r}", "give a whole number from 0 on")
    unique = one_row_each(papers)
    given = examples_among(themes, unique)
    texts = texts_of_papers(unique)
    ready = brought(encoder, papers, unique, texts)
    rows = np.arange(len(texts))
    if bertopic is None:
        rows = _learned_from(texts, themes, given)
    ids = unique["paper_id"].tolist()
    vectors = _read(texts, ids, rows, themes, ready, progress, warm=bertopic is None)
    with one_thread():
        sample = unique.iloc[rows].reset_index(drop=True)
        corpus = corpus_of(sample, vectors.encoded, vectors.lsa)
        fitted, found_by, _ = search(
            themes,
            vectors.described,
            part_of(given, rows),
            corpus,
            [texts[row] for row in rows.tolist()],
            papers,
            lsa=vectors.lsa,
            encoder=vectors.encoder,
            seed=seed,
            bertopic=bertopic,
            progress=progress,
            n_all=len(texts),
        )
    notes = (*vectors.notes, *fitted.notes)
    fitted = replace(fitted, distilled=vectors.distilled, notes=notes)
    return Learned(fitted, corpus, found_by, ready)


def with_rest(
    learned: Learned,
    papers: pd.DataFrame,
    corpus_of_rest: Callable[[pd.DataFrame], Corpus],
    progress: Progress,
) -> tuple[Fitted, Vectors]:
    """Assign the papers that the themes were not learned from.

    Parameters
    ----------
    learned : Learned
    papers : pandas.DataFrame
        All papers, those it was learned from among them.
    corpus_of_rest : callable
        Reads papers, one row each, as those were read.
    progress : Progress

    Returns
    -------
    fitted : Fitted
        With the rows of all papers.
    encoded : numpy.ndarray, shape (n, d)
        Their vectors, in the order of its map.
    """
    fitted, sample = learned.fitted, learned.sample
    unique = one_row_each(papers)
    inside = unique["paper_id"].isin(set(sample.paper_ids)).to_numpy()
    if inside.all():
        return fitted, sample.encoded
    corpus = corpus_of_rest(unique[~inside].reset_index(drop=True))
    encoded = np.zeros((len(unique), sample.encoded.shape[1]), dtype=np.float32)
    encoded[inside], encoded[~inside] = sample.encoded, corpus.encoded
    with one_thread():
        places = Places.of(fitted.map, sample.joined)
        whole = with_rows(fitted, assigned(fitted, corpus, places, progress=progress))
    return recounted(whole, papers), encoded


def _read(
    texts: list[str],
    paper_ids: list[str],
    rows: NDArray[np.int64],
    themes: tuple[Theme, ...],
    encoder: str | Encoder,
    progress: Progress,
    *,
    warm: bool,
) -> Read:
    """Read the papers while what groups them is made ready beside, if there are enough."""

    def made_ready() -> None:
        if warm and len(texts) >= MIN_PAPERS:
            warm_up()
        if warm and len(rows) > ALONE:
            ready_processes(import_what_groups)

    with beside(progress, "embedding", made_ready) as told:
        return read(
            texts,
            rows,
            [describe(theme) for theme in themes],
            encoder=encoder,
            folder=cache_folder(),
            progress=told,
            paper_ids=paper_ids,
        )


def _learned_from(texts: list[str], themes: tuple[Theme, ...], given: Masks) -> NDArray[np.int64]:
    """Return the rows of the papers that themes are learned from, a user's examples included."""
    shown = shown_in(given, len(texts))
    return sample_rows(texts, [theme.phrases for theme in themes], np.flatnonzero(shown))
