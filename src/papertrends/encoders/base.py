"""What an encoder is, and how one is chosen by name.

Must not import any model here: each encoder's own file does, when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from inspect import signature
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.errors import InputError
from papertrends.progress import Progress, silent

Vectors = NDArray[np.float32]

#: The encoders that come with papertrends.
OWN_NAMES = ("auto", "minilm", "distilled")
#: A name so like one of these is a slip.
_NEAR = 0.75


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors, each text by itself.

    Attributes
    ----------
    name : str
        Tells encoders with different vectors apart; vectors are cached under it.

    Examples
    --------
    >>> import papertrends as pt
    >>> class Lengths:
    ...     name = "lengths"
    ...
    ...     def encode(self, texts, *, progress=None):
    ...         rows = np.array([[len(text), text.count(" ")] for text in texts], dtype=np.float32)
    ...         return rows / np.linalg.norm(rows, axis=1, keepdims=True)
    >>> isinstance(Lengths(), pt.Encoder)
    True
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

        Examples
        --------
        >>> from papertrends.encoders import resolve_encoder
        >>> resolve_encoder("minilm").encode(["One text.", "Another."]).shape
        (2, 384)
        """


class Encodes(Protocol):
    """A model of another library: sentence-transformers, model2vec and the like."""

    encode: Any


class Transforms(Protocol):
    """A transformer of texts, as scikit-learn has them."""

    transform: Any


#: All that can be given as an encoder: a name, an encoder, a model, a transformer, or the
#: vectors of papers by their ids or by the rows of their table.
EncoderLike: TypeAlias = (
    str | Encoder | Encodes | Transforms | NDArray[Any] | pd.DataFrame | Mapping[str, Any]
)

#: How the names of vectors begin that are of no encoder by name.
OWN_MODEL, OWN_TRANSFORMER, OWN_VECTORS = "own-model/", "own-transformer/", "own-vectors/"

_ALLOWED = (
    "give a name, or an object with `encode(texts)` (sentence-transformers, model2vec), a "
    "scikit-learn transformer, or vectors: a DataFrame by paper_id, or an array"
)


def resolve_encoder(encoder: EncoderLike) -> Encoder:
    """Return the encoder of that name, or what was given as one.

    Parameters
    ----------
    encoder : str, Encoder, or what can be made one
        ``"auto"``, ``"minilm"`` and ``"distilled"`` (whose teacher it is) are
        all-MiniLM-L6-v2, which comes with papertrends; any other name is a
        sentence-transformers model. Besides names and encoders: a model with
        ``encode(texts)``, a fitted transformer of scikit-learn, or the vectors of papers as
        a table by ``paper_id``.

    Raises
    ------
    InputError
        If it is none of these, or cannot be used without the papers of a fit: a transformer
        that is not fitted, an array.
    MissingDependencyError
        If a model is asked for that needs the sentence-transformers package.
    """
    if not isinstance(encoder, str):
        return _brought(encoder)
    if encoder in OWN_NAMES:
        from papertrends.encoders.minilm import MiniLM

        return MiniLM()
    if not encoder.strip():
        raise InputError("the encoder has no name", "leave it out, or say 'minilm'")
    near = get_close_matches(encoder.casefold(), OWN_NAMES, n=1, cutoff=_NEAR)
    if near:
        raise InputError(
            f"there is no encoder '{encoder}'",
            f"did you mean '{near[0]}'? Allowed: {', '.join(OWN_NAMES)}, or the name of a "
            "sentence-transformers model",
        )
    from papertrends.encoders.sentence_transformers import SentenceTransformerEncoder

    return SentenceTransformerEncoder(encoder)


def kind_of(given: Any) -> str:
    """Say what was given as an encoder.

    Returns
    -------
    str
        ``name``, ``encoder``, ``table`` (vectors by the ids of papers), ``model`` (it has
        ``encode``), ``transformer`` or ``array`` (vectors without ids).

    Raises
    ------
    InputError
        If it is none of these.
    """
    if isinstance(given, str):
        return "name"
    if isinstance(given, type):
        raise InputError(
            f"the encoder is the class {given.__name__}, not an object of it",
            f"give it as {given.__name__}(...)",
        )
    if isinstance(given, Encoder) and _tells_progress(given):
        return "encoder"
    if isinstance(given, pd.DataFrame | pd.Series | Mapping):
        return "table"
    if hasattr(given, "encode"):
        return "model"
    if hasattr(given, "transform"):
        return "transformer"
    listed = isinstance(given, list | tuple) and not any(isinstance(one, str) for one in given)
    if listed or hasattr(given, "__array__") or hasattr(given, "toarray"):
        return "array"
    raise InputError(f"{type(given).__name__} is no encoder", _ALLOWED)


def given_again(name: str) -> str:
    """Say what has to be given as ``encoder=`` to have vectors of that name again."""
    again = {
        OWN_VECTORS: "encoder=vectors, a DataFrame of vectors with the paper_id as its index",
        OWN_TRANSFORMER: "encoder=transformer, as it was fitted (`model.encoder.transformer`)",
        OWN_MODEL: "encoder=model, the loaded model that was given",
        "distilled/": "leave encoder= out, as it was learned from the papers",
        "all-MiniLM-L6-v2-int8-smooth": "encoder='minilm', or leave it out",
    }
    found = [what for start, what in again.items() if name.startswith(start)]
    return found[0] if found else f"encoder=..., the one whose name is '{name}'"


def _brought(given: Any) -> Encoder:
    """Return an object of the user's as an encoder."""
    kind = kind_of(given)
    if kind == "table":
        from papertrends.encoders.given import by_id

        return by_id(given)
    if kind == "model":
        return _model(given)
    if kind == "transformer":
        from papertrends.encoders.own import OwnTransformer, is_fitted

        if not is_fitted(given):
            raise InputError(
                f"the {type(given).__name__} given as encoder is not fitted",
                "give the one that was fitted: a model that fitted it has it as "
                "`model.encoder.transformer`",
            )
        return OwnTransformer(given)
    if kind == "array":
        raise InputError(
            "an array of vectors does not say which papers they are of",
            "give a DataFrame of them with the paper_id as its index",
        )
    encoder: Encoder = given
    return encoder


def _tells_progress(given: Any) -> bool:
    """Say whether it is encoded with as an `Encoder` is, rather than as a model of torch."""
    try:
        taken = signature(given.encode).parameters.values()
    except (TypeError, ValueError):  # written in another language
        return True
    if any(one.name == "progress" for one in taken):
        return True
    return not hasattr(given, "state_dict") and any(one.kind is one.VAR_KEYWORD for one in taken)


def _model(given: Any) -> Encoder:
    """Return a model with ``encode`` as an encoder, by its weights if it has any to show."""
    if getattr(given, "state_dict", dict)():
        from papertrends.encoders.sentence_transformers import SentenceTransformerEncoder

        return SentenceTransformerEncoder(given)
    from papertrends.encoders.own import OwnModel

    return OwnModel(given)
