"""A sentence encoder imitated for one corpus: cheap features mapped to its vectors.

The encoder sees a sample of the corpus; a ridge regression learns what it makes of
static token vectors and the corpus' own LSA, and does the rest in a hundredth of the
time. Must say how well it imitates, measured on texts it did not learn from.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors
from papertrends.encoders.lsa import DIMENSIONS, LSA, unit_rows
from papertrends.encoders.static import StaticVectors, packaged_vectors
from papertrends.errors import InputError
from papertrends.progress import Progress, silent
from papertrends.words import blocks

Floats = NDArray[np.float64]

#: Below this, the teacher has to do the work itself. Abstracts of arXiv and of Hugging Face's
#: digest reach 0.50-0.55 with 250 texts taught, 0.57-0.59 with 500 and 0.60-0.65 with 800; up
#: to 0.55 themes found (k-means, joined with LSA) lose 0.02 of AMI to the teacher's, from 0.59 on
#: about 0.01. Titles alone (0.49 with 500) and texts in twenty languages (0.44) fall below, and
#: so do words drawn at random (0.07) and gibberish (0.02), at cosines to the teacher of 0.81 and
#: 0.94: which is why agreement is not measured by cosines.
LEAST_AGREEMENT = 0.55

#: How much the regression is held back, from little to much; features have length 1.
_STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_FOLDS = 5
#: What hardly follows from the features is not made large: then guesses are noise.
_MOST_STRETCHED = 2.0
#: Fewer texts than this say nothing about agreement.
_LEAST_TAUGHT = 100
#: Always so many rows are multiplied, so that a row's numbers do not depend on how many
#: others there are: BLAS has other ways for small products and for what is left over.
_ROWS = 256


@dataclass(frozen=True, eq=False)
class Distilled:
    """Encoder that imitates another one on the texts of one corpus.

    Attributes
    ----------
    teacher : str
        Name of the encoder imitated.
    lsa : LSA
        The corpus' own analysis; it may have more directions than are joined with vectors.
    weights : numpy.ndarray of float32, shape (d + k + 1, t)
        From static vectors, LSA and a constant to the teacher's vectors.
    agreement : float
        Between 0 and 1: of the texts nearest to one by the teacher (the nearest
        hundredth), the part that is among its nearest fiftieth by the imitation,
        measured on texts that were held out from learning.
    n_taught : int
        Texts whose vectors by the teacher were learned from.

    References
    ----------
    Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural network";
    Hoerl and Kennard 1970, "Ridge regression".
    """

    teacher: str
    lsa: LSA
    weights: NDArray[np.float32]
    agreement: float
    n_taught: int

    @cached_property
    def name(self) -> str:
        """Tells imitations with different vectors apart."""
        digest = hashlib.sha256(StaticVectors.name.encode())
        digest.update("\0".join(self.lsa.terms).encode("utf-8", errors="surrogatepass"))
        for array in (self.lsa.idf, self.lsa.components, self.weights):
            digest.update(repr(array.shape).encode())
            digest.update(array.tobytes())
        return f"distilled/{self.teacher}/{digest.hexdigest()[:16]}"

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, t), float32."""
        vectors = np.zeros((len(texts), self.weights.shape[1]), dtype=np.float32)
        for part, encoded, _ in self._in_blocks(texts):
            vectors[part] = encoded
            progress("embedding", part.stop, len(texts))
        return vectors

    def encode_with_lsa(
        self, texts: Sequence[str], *, progress: Progress = silent
    ) -> tuple[Vectors, Vectors]:
        """Return `encode` and what is joined with it, for which texts are split only once.

        Returns
        -------
        encoded : numpy.ndarray of float32, shape (n, t)
        lsa : numpy.ndarray of float32, shape (n, at most 100)
            As ``lsa.first(100).transform(texts)``.
        """
        n_joined = min(self.lsa.dimensions, DIMENSIONS)
        vectors = np.zeros((len(texts), self.weights.shape[1]), dtype=np.float32)
        projected = np.zeros((len(texts), n_joined), dtype=np.float32)
        for part, vectors[part], projected[part] in self._in_blocks(texts):
            progress("embedding", part.stop, len(texts))
        return vectors, projected

    def _in_blocks(self, texts: Sequence[str]) -> Iterator[tuple[slice, Vectors, Vectors]]:
        static = packaged_vectors()
        for part, words in blocks(texts):
            lies = self.lsa.coordinates(words)
            encoded = imitated(static.pool(words), unit_rows(lies), self.weights)
            yield part, encoded, unit_rows(lies[:, :DIMENSIONS])


def imitated(static: Vectors, lsa: Vectors, weights: NDArray[np.float32]) -> Vectors:
    """Return the teacher's vectors as the features suggest them, rows of length 1."""
    n, width = len(static), static.shape[1] + lsa.shape[1]
    # In 64 bits: with 32, a row's sum is made otherwise at a block's end on some processors.
    features = np.zeros((-(-n // _ROWS) * _ROWS, width + 1))
    features[:n, : static.shape[1]] = static
    features[:n, static.shape[1] : width] = lsa
    features[:n, width] = 1
    products, wide = np.empty((len(features), weights.shape[1]), np.float32), weights.astype(float)
    for at in range(0, len(features), _ROWS):
        products[at : at + _ROWS] = features[at : at + _ROWS] @ wide
    return unit_rows(products[:n])


def distil(
    static: Vectors,
    lsa: Vectors,
    taught: NDArray[np.int64],
    targets: Vectors,
    keys: NDArray[np.uint64],
    *,
    analysis: LSA,
    teacher: str,
) -> Distilled:
    """Learn to imitate an encoder from the vectors it gave to some texts.

    Parameters
    ----------
    static : numpy.ndarray of float32, shape (n, d)
        `StaticVectors` of texts of the corpus.
    lsa : numpy.ndarray of float32, shape (n, k)
        Their projection by `analysis`.
    taught : numpy.ndarray of int, shape (m,)
        The rows whose vectors by the teacher are known.
    targets : numpy.ndarray of float32, shape (m, t)
        These vectors.
    keys : numpy.ndarray of uint64, shape (n,)
        A number of each text that depends on the text alone: what is learned depends
        on it, not on the order of rows.
    analysis : LSA
    teacher : str
        The name of the encoder imitated.

    Returns
    -------
    Distilled

    Raises
    ------
    InputError
        If no text is taught, or vectors and rows are not equally many.
    """
    if not len(taught) or len(taught) != len(targets):
        raise InputError(
            f"{len(taught)} texts and {len(targets)} vectors of them are nothing to learn from",
            "give at least one text, and a vector for each",
        )
    order = np.argsort(keys[taught], kind="stable")
    rows = taught[order]
    features = np.hstack([static[rows], lsa[rows]]).astype(np.float64)
    wanted = targets[order].astype(np.float64)
    guesses = _held_out(features, wanted)
    closeness = [float((unit_rows(guess) * wanted).sum(axis=1).mean()) for guess in guesses]
    best = int(np.argmax(closeness))
    (weights,) = _ridge(features, wanted, (_STRENGTHS[best],))
    middle, times = wanted.mean(axis=0), _stretch(guesses[best], wanted)
    weights *= times
    weights[-1] += (1 - times) * middle
    stretched = middle + times * (guesses[best] - middle)
    return Distilled(
        teacher=teacher,
        lsa=analysis,
        weights=weights.astype(np.float32),
        agreement=agreement_of(targets[order], unit_rows(stretched)),
        n_taught=len(taught),
    )


def agreement_of(teacher: Vectors, imitation: Vectors) -> float:
    """Return how many of a text's neighbours by the teacher the imitation finds.

    Of the nearest hundredth of the texts by the teacher, the part that is among the nearest
    fiftieth by the imitation: of a thousand, ten among twenty. By chance it is 0.02, however
    many texts there are.

    Parameters
    ----------
    teacher, imitation : numpy.ndarray of float32, shape (n, d)
        Rows of length 1. Time and memory grow with the square of n.

    Returns
    -------
    float
        Between 0 and 1; 0 for fewer than 100 rows, which say too little.
    """
    n = len(teacher)
    if n < _LEAST_TAUGHT:
        return 0.0
    wanted = n // 100
    near = np.zeros((n, n), dtype=bool)
    np.put_along_axis(near, _nearest(imitation, 2 * wanted), True, axis=1)
    return float(np.take_along_axis(near, _nearest(teacher, wanted), axis=1).mean())


def _nearest(vectors: Vectors, n_nearest: int) -> NDArray[np.int64]:
    closeness = vectors @ vectors.T
    np.fill_diagonal(closeness, -np.inf)
    return np.argsort(-closeness, axis=1, kind="stable")[:, :n_nearest]


def _stretch(guesses: Floats, wanted: Floats) -> float:
    """Return how many times as far from their middle guesses are to be as they are.

    A regression guesses too near to the middle: joined with other vectors, what it says would
    have less weight than what the teacher says.
    """
    spread, aim = (float(np.square(some - some.mean(axis=0)).sum()) for some in (guesses, wanted))
    return min(_MOST_STRETCHED, math.sqrt(aim / spread)) if spread > 0 else 1.0


def _held_out(features: Floats, wanted: Floats) -> list[Floats]:
    """Return for each strength what is made of texts by those of the other folds."""
    folds = np.arange(len(features)) % _FOLDS
    guesses = [np.zeros_like(wanted) for _ in _STRENGTHS]
    for fold in np.unique(folds):
        out = folds == fold
        if out.all():  # a single text: nothing is left to learn from
            break
        learned = _ridge(features[~out], wanted[~out], _STRENGTHS)
        for guess, weights in zip(guesses, learned, strict=True):
            guess[out] = features[out] @ weights[:-1] + weights[-1]
    return guesses


def _ridge(features: Floats, wanted: Floats, strengths: Sequence[float]) -> list[Floats]:
    """Return the weights by each strength, shape (p + 1, t); the constant is not held back."""
    middle, aim = features.mean(axis=0), wanted.mean(axis=0)
    centred = features - middle
    sizes, directions = np.linalg.eigh(centred.T @ centred)
    onto = directions.T @ (centred.T @ (wanted - aim))
    found = []
    for strength in strengths:
        slopes = directions @ (onto / (np.maximum(sizes, 0) + strength)[:, None])
        found.append(np.vstack([slopes, aim - middle @ slopes]))
    return found
