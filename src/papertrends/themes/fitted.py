"""What a fit leaves behind, in plain values, and how it assigns papers.

Everything here can be saved as arrays and JSON; nothing here needs BERTopic,
UMAP or HDBSCAN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders import (
    LSA,
    Distilled,
    Encoder,
    EncoderLike,
    GivenVectors,
    Vectors,
    encode_cached,
    join,
    resolve_encoder,
)
from papertrends.encoders.base import given_again
from papertrends.encoders.returned import checked_vectors, unit_length
from papertrends.errors import InputError
from papertrends.progress import Progress, silent
from papertrends.tables import MEMBERSHIPS, NEAR_MISSES, UNASSIGNED, conform
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import THRESHOLD, Corpus, WordSpace, score
from papertrends.themes.named import FittedTheme, evidence_of

Floats = NDArray[np.float64]

#: A paper narrowly misses a theme if its score is below `THRESHOLD` by no more than this.
NEAR_MARGIN = 0.1
#: Scores stand in the tables with so many digits.
_DIGITS = 6


@dataclass(frozen=True)
class Fitted:
    """A fitted theme model.

    Attributes
    ----------
    encoder : str
        Name of the encoder whose vectors it was learned from.
    lsa, space, named, centroids
        What the stages learned.
    discovered_ids : tuple of str, length t
        Theme ids of the rows of `centroids`.
    themes, memberships, unassigned, near_misses, map : pandas.DataFrame
        The tables of the papers it was learned from.
    notes : tuple of str
        What was done without, and why, in sentences.
    distilled : Distilled or None
        The encoder of its vectors, if that was distilled from this corpus.
    """

    encoder: str
    lsa: LSA
    space: WordSpace
    named: tuple[FittedTheme, ...]
    centroids: Centroids
    discovered_ids: tuple[str, ...]
    themes: pd.DataFrame
    memberships: pd.DataFrame
    unassigned: pd.DataFrame
    near_misses: pd.DataFrame
    map: pd.DataFrame
    notes: tuple[str, ...]
    distilled: Distilled | None = None

    @property
    def theme_ids(self) -> tuple[str, ...]:
        """Ids in the order of the columns of `scores`: named, then discovered."""
        return (*(fitted.theme.theme_id for fitted in self.named), *self.discovered_ids)

    @property
    def can_be_primary(self) -> NDArray[np.bool_]:
        """Which of `theme_ids` can be a paper's primary theme: not the finer ones."""
        return can_be_primary(len(self.named), self.centroids)

    @property
    def width(self) -> int | None:
        """Numbers in a vector of the encoder; None where no theme knows."""
        if self.named:
            return len(self.named[0].vector)
        joined = self.centroids.centres.shape[1]
        return joined - self.lsa.dimensions if len(self.discovered_ids) else None

    def vectors(
        self,
        texts: Sequence[str],
        encoder: Encoder,
        folder: Path,
        *,
        progress: Progress = silent,
        paper_ids: Sequence[str] | None = None,
    ) -> tuple[Vectors, Vectors]:
        """Read texts as those were that the model was learned from.

        Parameters
        ----------
        texts : sequence of str, length n
        encoder : Encoder
            As `encoder_of` returns it; a distilled one reads the texts itself.
        folder : Path
            Where the vectors of other encoders are cached.
        progress : Progress, optional
        paper_ids : sequence of str, length n, optional
            Whose texts they are, for vectors that were given by the ids of papers.

        Returns
        -------
        encoded : numpy.ndarray, shape (n, d)
        lsa : numpy.ndarray, shape (n, k)

        Raises
        ------
        InputError
            If papers have no vectors, or the encoder returns something else than vectors.
        """
        if self.distilled is not None:
            return self.distilled.encode_with_lsa(texts, progress=progress)
        if isinstance(encoder, GivenVectors) and paper_ids is not None:
            encoded = encoder.of(paper_ids)
        else:
            encoded = encode_cached(encoder, texts, folder, progress=progress)
        if len(texts):
            encoded = checked_vectors(encoded, len(texts), encoder.name, width=self.width)
        return unit_length(encoded), self.lsa.transform(texts)

    def corpus(self, papers: pd.DataFrame, encoded: Vectors) -> Corpus:
        """Return `papers` (one row a paper) as the fit reads them."""
        return corpus_of(papers, encoded, self.lsa)

    def scores(self, corpus: Corpus) -> Floats:
        """Score papers the model was not learned from, shape (n, themes)."""
        if not len(corpus.titles):
            return np.zeros((0, len(self.theme_ids)))
        columns = [score(evidence_of(fitted, corpus, self.space)) for fitted in self.named]
        named = np.column_stack(columns) if columns else np.zeros((len(corpus.titles), 0))
        return np.hstack([named, self.centroids.score(corpus.joined)])


def encoder_of(fitted: Fitted, asked: EncoderLike, *, of: str = "model") -> Encoder:
    """Return the encoder that a model's vectors are of.

    Parameters
    ----------
    fitted : Fitted
    asked : str, Encoder, or what can be made one
    of : str, optional
        What the model is called in messages.

    Raises
    ------
    InputError
        If the one asked for is another, or is one of the user's own and has to be given again.
    """
    if isinstance(asked, str):
        if fitted.distilled is not None and asked in ("auto", "distilled"):
            return fitted.distilled
        if asked == fitted.encoder:
            raise InputError(
                f"the {of} was fitted with an encoder of one's own, '{asked}', which is no part "
                "of what is saved",
                f"give it again: {given_again(asked)}",
            )
    encoder = resolve_encoder(asked)
    if encoder.name != fitted.encoder:
        raise InputError(
            f"the {of} was fitted with the encoder '{fitted.encoder}', not '{encoder.name}'",
            f"give it the same encoder: {given_again(fitted.encoder)}",
        )
    return encoder


def can_be_primary(n_named: int, centroids: Centroids) -> NDArray[np.bool_]:
    """Return which of the named and then the discovered themes lie under no discovered one."""
    return np.concatenate([np.ones(n_named, dtype=bool), centroids.parents < 0])


def corpus_of(papers: pd.DataFrame, encoded: Vectors, lsa: LSA) -> Corpus:
    """Return `papers` (one row a paper) with their vectors joined with their LSA."""
    return corpus_from(papers, encoded, lsa.transform(texts_of_papers(papers)))


def corpus_from(papers: pd.DataFrame, encoded: Vectors, lsa: Vectors) -> Corpus:
    """Return `papers` (one row a paper) with their vectors, row i being paper i."""
    return Corpus(
        papers["paper_id"].tolist(),
        papers["title"].tolist(),
        papers["abstract"].tolist(),
        encoded,
        join(encoded, lsa),
    )


def texts_of_papers(papers: pd.DataFrame) -> list[str]:
    """Return the text of each paper that is embedded: its title and its abstract."""
    return [
        f"{title}. {abstract}"
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]


def one_row_each(papers: pd.DataFrame) -> pd.DataFrame:
    """Return each paper once, as it first appeared, by id: their order changes nothing."""
    ordered = papers.sort_values(["paper_id", "digest_date", "source", "position"], kind="stable")
    return ordered.drop_duplicates("paper_id").reset_index(drop=True)


def memberships_of(
    paper_ids: list[str],
    theme_ids: tuple[str, ...],
    scores: Floats,
    primary: NDArray[np.bool_],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn scores into memberships and the papers that have none.

    Parameters
    ----------
    paper_ids : list of str, length n
    theme_ids : tuple of str, length t
        In order of preference where scores are equal.
    scores : numpy.ndarray, shape (n, t)
    primary : numpy.ndarray of bool, shape (t,)
        Themes that can be a paper's primary one.

    Returns
    -------
    memberships, unassigned : pandas.DataFrame
        As `tables.MEMBERSHIPS` and `tables.UNASSIGNED`, by paper, then score.
    """
    rounded = np.round(scores, _DIGITS)
    member = scores >= THRESHOLD
    # Rounding may lift a score that is none to that of a membership.
    best = np.where(member & primary, rounded, -1.0)
    rows, columns = np.nonzero(member)
    table = pd.DataFrame(
        {
            "paper_id": np.array(paper_ids, dtype=object)[rows],
            "theme_id": np.array(theme_ids, dtype=object)[columns],
            "score": rounded[rows, columns],
            "primary": (
                (columns == best.argmax(axis=1)[rows]) & primary[columns] if len(rows) else []
            ),
        }
    )
    order = np.lexsort((columns, -rounded[rows, columns], rows))
    memberships = conform(table.iloc[order], MEMBERSHIPS)
    left = np.flatnonzero(~member.any(axis=1))
    nearest = [int(rounded[row].argmax()) if len(theme_ids) else -1 for row in left]
    unassigned = pd.DataFrame(
        {
            "paper_id": [paper_ids[row] for row in left],
            "nearest_theme": [theme_ids[near] if near >= 0 else "" for near in nearest],
            "score": [
                rounded[row, near] if near >= 0 else 0.0
                for row, near in zip(left, nearest, strict=True)
            ],
            "reason": [
                f"its score in the nearest theme is below the {THRESHOLD:g} a membership takes"
                if near >= 0
                else "there is no theme"
                for near in nearest
            ],
        }
    )
    return memberships, conform(unassigned, UNASSIGNED)


def near_misses_of(
    paper_ids: list[str], theme_ids: tuple[str, ...], scores: Floats
) -> pd.DataFrame:
    """Return the papers that narrowly do not belong to a theme.

    Parameters
    ----------
    paper_ids : list of str, length n
    theme_ids : tuple of str, length t
    scores : numpy.ndarray, shape (n, t)
        As `memberships_of` takes them.

    Returns
    -------
    pandas.DataFrame
        As `tables.NEAR_MISSES`, by paper and theme: scores below `THRESHOLD` by no
        more than `NEAR_MARGIN`.
    """
    rows, columns = np.nonzero((scores < THRESHOLD) & (scores >= THRESHOLD - NEAR_MARGIN))
    # Rounding may lift a score to that of a membership.
    most = THRESHOLD - 10.0**-_DIGITS
    table = pd.DataFrame(
        {
            "paper_id": np.array(paper_ids, dtype=object)[rows],
            "theme_id": np.array(theme_ids, dtype=object)[columns],
            "score": np.minimum(np.round(scores[rows, columns], _DIGITS), most),
        }
    )
    return conform(table.sort_values(["paper_id", "theme_id"]), NEAR_MISSES)
