"""Static token vectors: what a text's word pieces mean, each taken by itself.

Hundreds of times as fast as the sentence encoder that they are distilled from, and
blind to the order of words. Must not learn from any text, so that vectors are the
same in every corpus.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors
from papertrends.encoders.lsa import unit_rows
from papertrends.encoders.minilm import MiniLM
from papertrends.errors import PapertrendsError
from papertrends.files import sha256_of
from papertrends.progress import Progress, silent
from papertrends.words import Words, blocks

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

VECTORS_SHA256 = "39592e986ac5681ef8c038a335584dc6d0bd1960511c22768573f57a19ec608c"

#: Words given to the tokenizer at once.
_WORDS_AT_ONCE = 4096
_PLAIN = re.compile("[a-z0-9]+")


class StaticVectors:
    """Encoder that adds up the vectors of a text's word pieces.

    The vectors come with papertrends, distilled from all-MiniLM-L6-v2: its vocabulary
    put through the model, reduced by principal components, frequent pieces weighing
    little. A text without a known word is a row of zeros.

    References
    ----------
    Tulkens and van Dongen 2024, "Model2Vec"; Arora, Liang and Ma 2017, "A simple but
    tough-to-beat baseline for sentence embeddings" (the weights).
    """

    name = f"all-MiniLM-L6-v2-static/{VECTORS_SHA256[:16]}"
    #: Numbers in a vector.
    dimensions = 256

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector a text, shape (n, 256), float32, rows of length 1 (or 0)."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for part, words in blocks(texts):
            vectors[part] = self.pool(words)
            progress("embedding", part.stop, len(texts))
        return vectors

    def pool(self, words: Words) -> Vectors:
        """Return the vectors of texts that are split already, as `encode` does."""
        from scipy.sparse import csr_matrix

        ones = np.ones(len(words.ids), dtype=np.float32)
        shape = (len(words.starts) - 1, len(words.distinct))
        counts = csr_matrix((ones, words.ids, words.starts), shape=shape)
        pieces = (counts @ self._pieces(words.distinct)).tocsr()
        # Whole numbers up to here; in a fixed order, the same pieces always add up to the same.
        pieces.sort_indices()
        return unit_rows(pieces @ self._table)

    def _pieces(self, words: Sequence[str]) -> csr_matrix:
        """Count the word pieces of each word, shape (n_words, n_pieces)."""
        from scipy.sparse import csr_matrix

        # A word of plain letters that is in the vocabulary is a piece of its own.
        whole = np.array([self._whole.get(word, -1) for word in words], dtype=np.int64)
        at_once = np.flatnonzero(whole >= 0)
        ids, rows = [whole[at_once]], [at_once]
        others = np.flatnonzero(whole < 0)
        for start in range(0, len(others), _WORDS_AT_ONCE):
            some = others[start : start + _WORDS_AT_ONCE]
            # One text of many words: a batch would run on threads, which forbid to fork.
            found = self._tokenizer.encode(
                [words[row] for row in some.tolist()],
                is_pretokenized=True,
                add_special_tokens=False,
            )
            ids.append(np.array(found.ids, dtype=np.int64))
            rows.append(some[np.array(found.word_ids, dtype=np.int64)])
        at = (np.concatenate(rows), np.concatenate(ids))
        ones = np.ones(len(at[0]), dtype=np.float32)
        return csr_matrix((ones, at), shape=(len(words), len(self._table)))

    @cached_property
    def _whole(self) -> dict[str, int]:
        """The plain lower-case words of the vocabulary, which no tokenizer takes apart."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        return {word: row for word, row in vocabulary.items() if _PLAIN.fullmatch(word)}

    @cached_property
    def _tokenizer(self) -> Any:
        return MiniLM()._tokenizer

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        asset = resources.files("papertrends.encoders") / "assets" / "all-MiniLM-L6-v2-static.npz"
        data = asset.read_bytes()
        if sha256_of(data) != VECTORS_SHA256:
            raise PapertrendsError(
                "the static vectors are not those papertrends was built with "
                "(their SHA-256 differs); install papertrends anew"
            )
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return np.asarray(arrays["vectors"] * arrays["scales"][:, None], dtype=np.float32)


@cache
def packaged_vectors() -> StaticVectors:
    """Return the one that is read from disk only once, for those who come with few texts."""
    return StaticVectors()
