"""Which papers of a large corpus its themes are learned from, and how they are read.

Learning takes more than linear time in the papers and pairs of them in memory: from some
thousands on it looks at a sample that covers the corpus, and every other paper is assigned.
Must not learn themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import (
    LSA,
    Distilled,
    Encoder,
    Vectors,
    coverage_sample,
    distil,
    encode_cached,
    resolve_encoder,
)
from papertrends.encoders.distilled import LEAST_AGREEMENT
from papertrends.encoders.static import packaged_vectors
from papertrends.progress import Progress
from papertrends.themes.kmeans import keys_of
from papertrends.themes.phrases import pattern_of

Rows = NDArray[np.int64]

#: A corpus of more papers than this is large: its themes are learned from a sample, and
#: "auto" has its vectors from a distilled encoder.
LARGE = 4_000
#: Papers in the sample, and those of them that the distilled encoder's teacher embeds.
SAMPLED, TAUGHT = 3_000, 1_000
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


def is_distilled(encoder: str | Encoder, n_papers: int) -> bool:
    """Say whether so many papers get their vectors from a distilled encoder."""
    asked = encoder == "distilled" and n_papers > TAUGHT
    return asked or (encoder == "auto" and n_papers > LARGE)


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
    pattern = pattern_of(phrases)
    missing = _WORDED - sum(pattern.search(texts[row]) is not None for row in chosen.tolist())
    inside, found = set(chosen.tolist()), list[int]()
    for row in order.tolist():
        if len(found) >= missing:
            break
        if row not in inside and pattern.search(texts[row]):
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
        As `ThemeModel` has it.
    folder : Path
        Where vectors are cached.
    progress : Progress
    """
    from threadpoolctl import threadpool_limits

    sample = [texts[row] for row in rows.tolist()]
    distils = is_distilled(encoder, len(texts))
    teacher = resolve_encoder(encoder)
    notes = _sampled_note(len(rows), len(texts))
    if distils:
        # Sums over several BLAS threads would depend on the number of cores.
        with threadpool_limits(limits=1):
            lsa, static, keys = LSA.fit(sample), packaged_vectors().encode(sample), keys_of(sample)
            taught = coverage_sample(static, keys, TAUGHT)
        vectors = encode_cached(
            teacher, [*(sample[row] for row in taught), *further], folder, progress=progress
        )
        with threadpool_limits(limits=1):
            learned = distil(
                static,
                lsa.transform(sample),
                taught,
                vectors[: len(taught)],
                keys,
                analysis=lsa,
                teacher=teacher.name,
            )
            told = _distilled_note(learned, len(texts))
            if learned.agreement >= LEAST_AGREEMENT:
                encoded = learned.encode(sample)
                described = vectors[len(taught) :]
                return Read(rows, encoded, described, lsa, learned.name, learned, (*notes, told))
        notes = (*notes, told)
    elif encoder == "distilled":
        few = f"{len(texts):,} papers are too few to distil an encoder: all of them were embedded."
        notes = (*notes, few)
    vectors = encode_cached(teacher, [*sample, *further], folder, progress=progress)
    with threadpool_limits(limits=1):
        lsa = LSA.fit(sample)
    return Read(
        rows, vectors[: len(sample)], vectors[len(sample) :], lsa, teacher.name, None, notes
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
    from threadpoolctl import threadpool_limits

    if distilled:
        return read(texts, rows, (), encoder="distilled", folder=folder, progress=progress)
    with threadpool_limits(limits=1):
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
