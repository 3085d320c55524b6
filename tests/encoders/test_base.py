"""Choosing an encoder by name."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from papertrends.encoders import Encoder, resolve_encoder
from papertrends.encoders.minilm import MiniLM
from papertrends.errors import InputError, MissingDependencyError


class Constant:
    name = "constant"

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
        return np.ones((len(texts), 1), dtype=np.float32)


@pytest.mark.parametrize("name", ["auto", "minilm"])
def test_the_packaged_encoder_goes_by_two_names(name: str) -> None:
    assert isinstance(resolve_encoder(name), MiniLM)


def test_an_encoder_of_ones_own_is_taken_as_it_is() -> None:
    own = Constant()
    assert isinstance(own, Encoder)
    assert resolve_encoder(own) is own


@pytest.mark.parametrize("wrong", [3, None, object(), ["minilm"]])
def test_what_cannot_encode_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match=rf"{type(wrong).__name__} is no encoder; give a name, or"):
        resolve_encoder(wrong)


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_name_is_refused(blank: str) -> None:
    with pytest.raises(InputError, match="the encoder has no name; leave it out, or say 'minilm'"):
        resolve_encoder(blank)


def test_a_model_without_its_package_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name.split(".")[0] == "sentence_transformers":
            raise ModuleNotFoundError(f"No module named '{name}'")
        return real(name, *arguments, **more)

    monkeypatch.delitem(sys.modules, "papertrends.encoders.sentence_transformers", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        MissingDependencyError,
        match=r"'some/model' needs sentence-transformers, which is not installed; "
        r"pip install 'papertrends\[sentence-transformers\]'",
    ):
        resolve_encoder("some/model")


def test_a_model_of_sentence_transformers_is_asked_for_unit_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, Mapping[str, Any]]] = []

    class Model:
        def __init__(self, name: str) -> None:
            assert name == "some/model"

        def encode(self, texts: list[str], **options: Any) -> np.ndarray:
            asked.append((len(texts), options))
            return np.array([[len(text), 0.0] for text in texts])

    package = type(sys)("sentence_transformers")
    package.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    name = "papertrends.encoders.sentence_transformers"
    monkeypatch.delitem(sys.modules, name, raising=False)
    done: list[tuple[str, int, int]] = []
    try:
        encoder = resolve_encoder("some/model")
        vectors = encoder.encode(
            ["x" * length for length in range(40)], progress=lambda *step: done.append(step)
        )
    finally:
        sys.modules.pop(name, None)
    assert encoder.name == "sentence-transformers/some/model"
    assert vectors.dtype == np.float32
    assert vectors[:, 0].tolist() == list(range(40))
    assert [count for count, _ in asked] == [32, 8]
    assert all(options["normalize_embeddings"] for _, options in asked)
    assert done == [("embedding", 32, 40), ("embedding", 40, 40)]
