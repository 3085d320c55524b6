"""Which papers of a large corpus its themes are learned from, and how they are read.

Learning takes more than linear time in the papers and pairs of them in memory: from some
thousands on it looks at a sample that covers the corpus, and every other paper is assigned.
Must not learn themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.cores import one_thread, one_thread_in_blas
from papertrends.encoders import (
    LSA,
    Distilled,
    Encoder,
    EncoderLike,
    GivenVectors,
    Vectors,
    coverage_sample,
    distil,
    encode_cached,
    resolve_encoder,
)
from papertrends.encoders.base import kind_of
from papertrends.encoders.distilled import LEAST_AGREEMENT
from papertrends.encoders.given import by_row
from papertrends.encoders.lsa import DIMENSIONS
from papertrends.encoders.own import fitted_on
from papertrends.encoders.returned import unit_length
from papertrends.encoders.static import packaged_vectors
from papertrends.errors import InputError
from papertrends.progress import Progress
from papertrends.themes.fitted import one_row_each
from papertrends.themes.kmeans import keys_of
from papertrends.themes.phrases import finder_of

Rows = NDArray[np.int64]

#: A corpus of more papers than this is large: its themes are learned from a sample, and
#: "auto" has its vectors from a distilled encoder.
LARGE = 4_000
#: Papers in the sample, and those of them that the distilled encoder's teacher embeds.
SAMPLED, TAUGHT = 3_000, 800
#: So many times as many are taught while the encoder agrees too little with its teacher.
_TIMES = (1, 2, 4)
#: Directions of the papers' own analysis that it reads; more of them take longer to find.
_READ = 200
#: So many for each in the sample are looked at to choose it.
_POOL = 4
#: The sample holds at least so many papers that have a named theme's words, if there are.
_WORDED = 100


@dataclass(frozen=True)
class Read:
    """The papers that themes are learned from, as vectors.

    Attributes
    ----------
    rows : numpy.ndarray of int, shape (m,)
        Which papers of the corpus they are, in its order.
    encoded : numpy.ndarray, shape (m, d)
        Their vectors.
    described : numpy.ndarray, shape (t, d)
        The vectors of further texts, by the encoder itself or by its teacher.
    lsa : LSA
        Learned from them.
    encoder : str
        Name of the encoder that the vectors are of.
    distilled : Distilled or None
        What was learned of an encoder, if not all papers are embedded by it.
    notes : tuple of str
        What was done in place of what was asked for, and how well, in sentences.
    """

    rows: Rows
    encoded: Vectors
    described: Vectors
    lsa: LSA
    encoder: str
    distilled: Distilled | None = None
    notes: tuple[str, ...] = ()


def is_distilled(encoder: EncoderLike, n_papers: int) -> bool:
    """Say whether so many papers get their vectors from a distilled encoder."""
    if not isinstance(encoder, str):
        return False
    asked = encoder == "distilled" and n_papers > TAUGHT
    return asked or (encoder == "auto" and n_papers > LARGE)


def brought(
    encoder: EncoderLike, papers: pd.DataFrame, unique: pd.DataFrame, texts: Sequence[str]
) -> str | Encoder:
    """Return what was given as an encoder as one that can read the papers of a fit.

    Parameters
    ----------
    encoder : str, Encoder, or what can be made one
        A transformer that is not fitted is copied, and the copy fitted on the texts.
        The rows of an array are those of `papers`.
    papers : pandas.DataFrame
        The table as it was given.
    unique : pandas.DataFrame
        `one_row_each` of it, n papers.
    texts : sequence of str, length n

    Raises
    ------
    InputError
        If it is no encoder, or papers have no vector in it.
    """
    if isinstance(encoder, str):
        return encoder
    kind = kind_of(encoder)
    if kind == "transformer":
        return fitted_on(encoder, texts)
    if kind == "array":
        first = one_row_each(papers.assign(row=np.arange(len(papers))))["row"].tolist()
        return by_row(encoder, unique["paper_id"].tolist(), first, len(papers))
    return resolve_encoder(encoder)


def sample_rows(texts: Sequence[str], words: Sequence[Sequence[str]], must: Rows) -> Rows:
    """Return the rows of a sample of texts that covers them, in their order.

    Parameters
    ----------
    texts : sequence of str, length n
    words : sequence of sequence of str
        The phrases of each named theme.
    must : numpy.ndarray of int
        Rows that are to be in it, such as examples.

    Returns
    -------
    numpy.ndarray of int
        All rows where there are no more than `LARGE`; else `SAMPLED`, those that must be,
        and as many as it takes to meet each named theme. Which ones depends on the texts
        alone.
    """
    if len(texts) <= LARGE:
        return np.arange(len(texts))
    keys = keys_of(texts)
    order = np.argsort(keys, kind="stable")
    pool = order[: _POOL * SAMPLED]
    static = packaged_vectors().encode([texts[row] for row in pool])
    chosen = pool[coverage_sample(static, keys[pool], SAMPLED)]
    worded = [_worded(texts, order, phrases, chosen) for phrases in words]
    return np.unique(np.concatenate([chosen, must.astype(np.int64), *worded]))


def _worded(texts: Sequence[str], order: Rows, phrases: Sequence[str], chosen: Rows) -> Rows:
    """Return rows with a theme's words that are missing in those chosen, the first by key."""
    has = finder_of(phrases)
    missing = _WORDED - sum(has(texts[row]) for row in chosen.tolist())
    inside, found = set(chosen.tolist()), list[int]()
    for row in order.tolist():
        if len(found) >= missing:
            break
        if row not in inside and has(texts[row]):
            found.append(row)
    return np.array(found, dtype=np.int64)


def read(
    texts: Sequence[str],
    rows: Rows,
    further: Sequence[str],
    *,
    encoder: str | Encoder,
    folder: Path,
    progress: Progress,
    paper_ids: Sequence[str] | None = None,
) -> Read:
    """Read the texts that themes are learned from.

    Parameters
    ----------
    texts : sequence of str, length n
        The whole corpus.
    rows : numpy.ndarray of int, shape (m,)
        As `sample_rows` has them.
    further : sequence of str, length t
        Texts to be embedded along with them.
    encoder : str or Encoder
        As `brought` returns it.
    folder : Path
        Where vectors are cached.
    progress : Progress
    paper_ids : sequence of str, length n, optional
        Whose texts they are, for vectors that were given by the ids of papers.

    Raises
    ------
    InputError
        If papers have no vectors, or the encoder returns something else than vectors.
    """
    sample = [texts[row] for row in rows.tolist()]
    if isinstance(encoder, GivenVectors) and paper_ids is not None:
        given = encoder.of(paper_ids)[rows]
        return _read_given(given, rows, sample, further, encoder.name, len(texts))
    distils = is_distilled(encoder, len(texts))
    teacher = resolve_encoder(encoder)
    notes = _sampled_note(len(rows), len(texts))
    if distils:
        learned, lsa, described = _taught(sample, further, teacher, folder, progress)
        told = _distilled_note(learned, len(texts))
        if learned.agreement >= LEAST_AGREEMENT:
            with one_thread():
                encoded = learned.encode(sample)
            return Read(rows, encoded, described, lsa, learned.name, learned, (*notes, told))
        notes = (*notes, told)
    elif encoder == "distilled":
        few = f"{len(texts):,} papers are too few to distil an encoder: all of them were embedded."
        notes = (*notes, few)
    vectors = encode_cached(teacher, [*sample, *further], folder, progress=progress)
    vectors = unit_length(vectors)
    _check_some(vectors[: len(sample)], teacher.name)
    with one_thread():
        lsa = LSA.fit(sample)
    return Read(
        rows, vectors[: len(sample)], vectors[len(sample) :], lsa, teacher.name, None, notes
    )


def _read_given(
    encoded: Vectors,
    rows: Rows,
    sample: Sequence[str],
    further: Sequence[str],
    name: str,
    n_papers: int,
) -> Read:
    """Take vectors that were given, and learn from words what those of further texts would be."""
    _check_some(encoded, name)
    notes = _sampled_note(len(rows), n_papers)
    described = np.zeros((0, encoded.shape[1]), dtype=np.float32)
    with one_thread():
        lsa = LSA.fit(sample)
        if further:
            learned = imitation(sample, lsa, encoded, name)
            described = learned.encode(further)
            notes = (*notes, _given_note(learned))
    return Read(rows, encoded, described, lsa, name, None, notes)


def _taught(
    sample: Sequence[str],
    further: Sequence[str],
    teacher: Encoder,
    folder: Path,
    progress: Progress,
) -> tuple[Distilled, LSA, Vectors]:
    """Learn what an encoder makes of texts; return the vectors of further ones, too.

    Where it agrees too little, more of the sample is embedded, which is less than all papers.
    """
    with one_thread():
        static, keys = packaged_vectors().encode(sample), keys_of(sample)
    import_module("scipy.sparse.linalg")  # no thread is to import what others import at the time
    with one_thread_in_blas(), ThreadPoolExecutor(max_workers=1) as beside:
        analysed = beside.submit(_analysed, sample)
        for number in sorted({min(times * TAUGHT, len(sample)) for times in _TIMES}):
            with one_thread():
                taught = coverage_sample(static, keys, number)
            asked = [*(sample[row] for row in taught), *further]
            vectors = encode_cached(teacher, asked, folder, progress=progress)
            known, described = vectors[: len(taught)], vectors[len(taught) :]
            lsa, projected = analysed.result()
            with one_thread():
                learned = distil(
                    static, projected, taught, known, keys, analysis=lsa, teacher=teacher.name
                )
            if learned.agreement >= LEAST_AGREEMENT:
                break
    return learned, lsa.first(DIMENSIONS), described


def _analysed(texts: Sequence[str]) -> tuple[LSA, Vectors]:
    """Return the analysis that a distilled encoder reads, and what it makes of the texts."""
    with one_thread():
        lsa = LSA.fit(texts, dimensions=_READ)
        # It is kept with what is learned: tens of megabytes, half as many in 32 bits.
        lsa = replace(lsa, components=lsa.components.astype(np.float32))
        return lsa, lsa.transform(texts)


def imitation(texts: Sequence[str], lsa: LSA, vectors: Vectors, name: str) -> Distilled:
    """Learn from the words of texts what their vectors are, by ridge regression.

    Parameters
    ----------
    texts : sequence of str, length n
    lsa : LSA
        The corpus' own analysis.
    vectors : numpy.ndarray of float32, shape (n, d)
    name : str
        What the vectors are called.

    Returns
    -------
    Distilled
        Gives vectors to texts that came without.
    """
    static, keys = packaged_vectors().encode(texts), keys_of(texts)
    taught = coverage_sample(static, keys, TAUGHT)
    projected = lsa.transform(texts)
    return distil(static, projected, taught, vectors[taught], keys, analysis=lsa, teacher=name)


def _check_some(vectors: Vectors, encoder: str) -> None:
    if not vectors.any():
        raise InputError(
            f"all {len(vectors)} vectors of the encoder '{encoder}' are zero",
            "give an encoder that tells the papers apart",
        )


def _given_note(learned: Distilled) -> str:
    enough = learned.agreement > 0
    told = f"held-out agreement {learned.agreement:.2f}" if enough else "too few to say how well"
    return (
        "The papers' vectors were given; those of the descriptions of named themes were learned "
        f"from words, by ridge regression on {learned.n_taught:,} papers ({told})."
    )


def read_again(
    texts: Sequence[str],
    rows: Rows,
    encoded: Vectors,
    *,
    encoder: str,
    distilled: bool,
    folder: Path,
    progress: Progress,
) -> Read:
    """Read the texts that themes are learned anew from, which have vectors already.

    Vectors by an encoder stay what they are; what was distilled of one is learned anew.

    Parameters
    ----------
    texts, rows, folder, progress
        As for `read`.
    encoded : numpy.ndarray, shape (n, d)
        The vectors of all texts.
    encoder : str
        Name of the encoder that they are of.
    distilled : bool
        Whether that was distilled.
    """
    if distilled:
        return read(texts, rows, (), encoder="distilled", folder=folder, progress=progress)
    with one_thread():
        lsa = LSA.fit([texts[row] for row in rows.tolist()])
    none = np.zeros((0, encoded.shape[1]), dtype=np.float32)
    notes = _sampled_note(len(rows), len(texts))
    return Read(rows, encoded[rows], none, lsa, encoder, None, notes)


def _sampled_note(n_sampled: int, n_papers: int) -> tuple[str, ...]:
    if n_sampled == n_papers:
        return ()
    return (
        f"Themes were learned from {n_sampled:,} of {n_papers:,} papers, chosen to cover them; "
        "the others were assigned to these themes as new papers are.",
    )


def _distilled_note(learned: Distilled, n_papers: int) -> str:
    poor = learned.agreement < LEAST_AGREEMENT
    came = "all papers were embedded after all" if poor else "the others' vectors were imitated"
    return (
        f"{learned.n_taught:,} of {n_papers:,} papers were embedded by {learned.teacher}; {came} "
        f"(held-out agreement {learned.agreement:.2f}, at least {LEAST_AGREEMENT:.2f} is asked)."
    )
