"""What an encoder is, and how one is chosen by name.

Must not import any model here: each encoder's own file does, when it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from papertrends.errors import InputError
from papertrends.progress import Progress, silent

Vectors = NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors, each text by itself.

    Attributes
    ----------
    name : str
        Tells encoders with different vectors apart; vectors are cached under it.
    """

    @property
    def name(self) -> str:
        """What its vectors are called."""

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text.

        Parameters
        ----------
        texts : sequence of str, length n
        progress : Progress, optional
            Told how many texts are done.

        Returns
        -------
        numpy.ndarray of float32, shape (n, d)
        """


def resolve_encoder(encoder: str | Encoder) -> Encoder:
    """Return the encoder of that name, or the one given.

    Parameters
    ----------
    encoder : str or Encoder
        ``"auto"``, ``"minilm"`` and ``"distilled"`` (whose teacher it is) are
        all-MiniLM-L6-v2, which comes with papertrends; any other name is a
        sentence-transformers model.

    Raises
    ------
    InputError
        If it is neither a name nor has ``name`` and ``encode``.
    MissingDependencyError
        If a model is asked for that needs the sentence-transformers package.
    """
    if not isinstance(encoder, str):
        if isinstance(encoder, Encoder):
            return encoder
        raise InputError(
            f"{type(encoder).__name__} is no encoder",
            "give a name, or an object with a `name` and `encode(texts, *, progress)`",
        )
    if encoder in ("auto", "minilm", "distilled"):
        from papertrends.encoders.minilm import MiniLM

        return MiniLM()
    if not encoder.strip():
        raise InputError("the encoder has no name", "leave it out, or say 'minilm'")
    from papertrends.encoders.sentence_transformers import SentenceTransformerEncoder

    return SentenceTransformerEncoder(encoder)
