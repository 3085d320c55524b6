"""Objects of other libraries as encoders: whatever has ``encode``, or ``transform``.

A model2vec ``StaticModel``, a scikit-learn ``Pipeline`` and the like say nothing of who they
are. They get a name that tells them apart when a model is loaded, but no vector of theirs is
kept in the cache: a name is no promise that an object gives the same vectors for ever. Must
not import scikit-learn before a transformer is brought, nor ever change what was brought.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from papertrends.cores import one_thread
from papertrends.encoders.base import OWN_MODEL, OWN_TRANSFORMER, Vectors
from papertrends.encoders.returned import checked_vectors, unit_length
from papertrends.errors import InputError, shortened
from papertrends.progress import Progress, silent

_BATCH = 1_024
#: Whoever gives these texts the same vectors is taken for the same model; the last is long,
#: so that a model that was told to read less of a text is another one.
_PROBES = (
    "Attention is all you need.",
    "We fold proteins with a diffusion model trained on 3 million structures.",
    "Étude des ondes gravitationnelles; 量子计算",
    " ".join(f"theorem {number} bounds the regret of bandit {number % 7}" for number in range(90)),
)
#: Nothing that describes a transformer is nested deeper.
_DEEPEST = 12


@dataclass(frozen=True, eq=False)
class OwnModel:
    """Encoder with an object that has ``encode(texts)``, such as model2vec's ``StaticModel``.

    Attributes
    ----------
    model : Any
        Its ``encode`` takes a list of texts and returns an array of one vector a text.
    """

    model: Any
    cached = False

    @cached_property
    def name(self) -> str:
        """Its type, and a fingerprint of what it makes of a few sentences."""
        vectors = self.encode(_PROBES)
        # Signs: the last digits of a number depend on the machine.
        digest = hashlib.sha256(repr(vectors.shape).encode())
        digest.update(np.packbits(vectors > 0).tobytes())
        return f"{OWN_MODEL}{type(self.model).__name__}-{digest.hexdigest()[:16]}"

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, d), float32.

        Raises
        ------
        InputError
            If the model returns something else than one vector for each text.
        """
        kind = type(self.model).__name__
        rows: list[Vectors] = []
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            width = rows[0].shape[1] if rows else None
            rows.append(checked_vectors(self.model.encode(batch), len(batch), kind, width=width))
            progress("embedding", start + len(batch), len(texts))
        return unit_length(np.vstack(rows)) if rows else np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class OwnTransformer:
    """Encoder with a fitted transformer of scikit-learn that takes texts.

    Attributes
    ----------
    transformer : Any
        Its ``transform`` takes a list of texts and returns an array of one vector a text.
    """

    transformer: Any
    cached = False

    @property
    def name(self) -> str:
        """Its type, and a fingerprint of its parameters and of what it has learned."""
        digest = hashlib.sha256()
        _describe(self.transformer, digest, 0)
        return f"{OWN_TRANSFORMER}{type(self.transformer).__name__}-{digest.hexdigest()[:16]}"

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, d), float32.

        Raises
        ------
        InputError
            If the transformer cannot read texts, or does not return one vector for each.
        """
        if not len(texts):
            return np.zeros((0, 0), dtype=np.float32)
        with one_thread():
            try:
                returned = self.transformer.transform(list(texts))
            except Exception as error:
                raise _cannot_read(self.transformer, len(texts), error) from error
        progress("embedding", len(texts), len(texts))
        kind = type(self.transformer).__name__
        return unit_length(checked_vectors(returned, len(texts), kind))


def is_fitted(transformer: Any) -> bool:
    """Say whether a transformer can transform; in doubt by its attributes that end in ``_``."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    if not hasattr(transformer, "fit"):
        return True
    try:
        check_is_fitted(transformer)
    except NotFittedError:
        return False
    except (AttributeError, TypeError):  # none of scikit-learn's own
        return any(name.endswith("_") and name[:1] != "_" for name in vars(transformer))
    return True


def fitted_on(transformer: Any, texts: Sequence[str]) -> OwnTransformer:
    """Return a transformer as an encoder, a copy of it fitted on `texts` if it is not fitted.

    Parts of it that draw chance and have no ``random_state`` get the state 0, so that the
    same texts give the same vectors.

    Raises
    ------
    InputError
        If it cannot be fitted on texts.
    """
    from sklearn.base import clone

    if is_fitted(transformer):
        return OwnTransformer(transformer)
    has_params = hasattr(transformer, "get_params")
    own = clone(transformer) if has_params else copy.deepcopy(transformer)
    if has_params:
        unseeded = [
            key
            for key, value in own.get_params().items()
            if value is None and key.rpartition("__")[2] == "random_state"
        ]
        own.set_params(**dict.fromkeys(unseeded, 0))
    with one_thread():
        try:
            own.fit(list(texts))
        except Exception as error:
            raise _cannot_read(own, len(texts), error) from error
    return OwnTransformer(own)


def _cannot_read(transformer: Any, n_texts: int, error: Exception) -> InputError:
    return InputError(
        f"the {type(transformer).__name__} given as encoder cannot read {n_texts} texts "
        f"({shortened(str(error), 160)})",
        "give a transformer that takes a list of texts, such as "
        "make_pipeline(TfidfVectorizer(), TruncatedSVD(100)), with no more dimensions than texts",
    )


def _describe(value: Any, digest: Any, depth: int) -> None:
    """Add to the digest what an object is and has learned, the same in every process."""
    digest.update(f"({type(value).__module__}.{type(value).__qualname__}".encode())
    if depth > _DEEPEST:
        return
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        digest.update(f"{value.shape}{value.dtype.str}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif hasattr(value, "tocoo"):  # sparse
        rows = value.tocsr()
        _describe((rows.shape, rows.data, rows.indices), digest, depth + 1)
    elif isinstance(value, Mapping):
        for key in sorted(value, key=repr):
            digest.update(repr(key).encode("utf-8", errors="surrogatepass"))
            _describe(value[key], digest, depth + 1)
    elif isinstance(value, list | tuple | np.ndarray):
        for one in value:
            _describe(one, digest, depth + 1)
    elif isinstance(value, set | frozenset):
        digest.update(repr(sorted(map(repr, value))).encode("utf-8", errors="surrogatepass"))
    elif isinstance(value, FunctionType):
        digest.update(value.__qualname__.encode() + value.__code__.co_code)
    elif hasattr(value, "get_params") and not isinstance(value, type):
        _describe(value.get_params(deep=False), digest, depth + 1)
        _describe(_learned(value), digest, depth + 1)
    elif value is None or isinstance(value, str | bytes | int | float | np.generic):
        digest.update(repr(value).encode("utf-8", errors="surrogatepass"))
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        _describe(_learned(value), digest, depth + 1)
    digest.update(b")")


def _learned(value: Any) -> dict[str, Any]:
    """Return what an estimator has learned: its attributes whose names end in ``_``."""
    found = {}
    for name in dir(value):
        if name.endswith("_") and not name.startswith("_"):
            try:
                found[name] = getattr(value, name)
            except Exception:
                continue
    return found
