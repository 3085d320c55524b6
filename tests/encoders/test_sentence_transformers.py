"""Models of sentence-transformers on any device, with stand-ins for package and devices."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from papertrends.encoders import Encoder, encode_cached, resolve_encoder
from papertrends.encoders.sentence_transformers import SentenceTransformerEncoder
from papertrends.errors import InputError, MissingDependencyError

#: What is on the machine of these tests.
DEVICES = ("cpu", "cuda", "cuda:1")


class Tensor:
    """A tensor as torch has them, on whatever device."""

    dtype = "torch.float32"

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def detach(self) -> Tensor:
        return self

    cpu = float = detach

    def numpy(self) -> np.ndarray:
        return np.array(self.values, dtype=np.float32)


class Model:
    """A SentenceTransformer that tells what it was asked for."""

    def __init__(self, name: str = "", device: str | None = None, weights: float = 1.0) -> None:
        if name == "no/such":
            raise OSError("no/such is not a local folder and is\nnot a valid model identifier")
        if device is not None and device not in DEVICES:
            raise RuntimeError(f"no {device} here")
        self.name, self.device, self.weights = name, device, weights
        self.asked: list[tuple[int, dict[str, Any]]] = []

    def __repr__(self) -> str:
        return "Model((0): Transformer, (1): Pooling)"

    def to(self, device: str) -> Model:
        self.__init__(self.name, device, self.weights)  # type: ignore[misc]
        return self

    def state_dict(self) -> dict[str, Tensor]:
        return {"b": Tensor([self.weights]), "a": Tensor([1.0, 2.0])}

    def encode(self, texts: list[str], **options: Any) -> np.ndarray:
        self.asked.append((len(texts), options))
        assert options["normalize_embeddings"] is True
        assert options["show_progress_bar"] is False
        rows = np.array([[len(text) * self.weights, 1.0] for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def empty(size: int, *, device: str) -> None:
    assert size == 0
    if device not in DEVICES:
        raise AssertionError("Torch not compiled with CUDA enabled")


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put stand-ins where sentence-transformers and torch would be."""
    for name, content in (
        ("sentence_transformers", {"SentenceTransformer": Model}),
        ("torch", {"empty": empty}),
    ):
        package = ModuleType(name)
        vars(package).update(content)
        monkeypatch.setitem(sys.modules, name, package)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.usefixtures("packages")
def test_the_device_is_handed_on_and_is_no_part_of_the_name(device: str) -> None:
    encoder = SentenceTransformerEncoder("some/model", device=device)
    assert encoder._model.device == device
    assert encoder.name == "sentence-transformers/some/model"


@pytest.mark.usefixtures("packages")
def test_without_a_device_sentence_transformers_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    def made(name: str, **options: Any) -> Model:
        given.append(options)
        return Model(name)

    monkeypatch.setattr(sys.modules["sentence_transformers"], "SentenceTransformer", made)
    assert isinstance(resolve_encoder("some/model"), SentenceTransformerEncoder)
    assert given == [{}]


@pytest.mark.parametrize("device", ["cuda:7", "mps", "gpu"])
@pytest.mark.usefixtures("packages")
def test_a_device_that_is_not_there_is_told_before_a_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    def never(name: str, **options: Any) -> Model:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(sys.modules["sentence_transformers"], "SentenceTransformer", never)
    wrong = rf"the device '{device}' cannot be used \(Torch not compiled with CUDA enabled\); "
    with pytest.raises(InputError, match=wrong + r"give 'cpu', or 'cuda', 'cuda:1' or 'mps'"):
        SentenceTransformerEncoder("some/model", device=device)


@pytest.mark.usefixtures("packages")
def test_a_device_that_only_fails_with_the_model_on_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.modules["torch"], "empty", lambda size, *, device: None)
    wrong = r"cannot load 'some/model' on the device 'cuda:7' \(no cuda:7 here\); check the name"
    with pytest.raises(InputError, match=wrong):
        SentenceTransformerEncoder("some/model", device="cuda:7")


@pytest.mark.usefixtures("packages")
def test_a_model_that_is_nowhere_is_told_in_one_line() -> None:
    wrong = (
        r"^sentence-transformers cannot load 'no/such' \(no/such is not a local folder and is not "
        r"a valid model identifier\); check the name or folder, or use 'minilm'$"
    )
    with pytest.raises(InputError, match=wrong):
        resolve_encoder("no/such")


@pytest.mark.usefixtures("packages")
def test_an_error_of_another_kind_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Model:
        raise RuntimeError("size mismatch")

    monkeypatch.setattr(sys.modules["sentence_transformers"], "SentenceTransformer", broken)
    with pytest.raises(RuntimeError, match=r"^size mismatch$"):
        resolve_encoder("some/model")


@pytest.mark.usefixtures("packages")
def test_texts_go_in_batches_and_come_back_in_order() -> None:
    encoder = SentenceTransformerEncoder("some/model", batch_size=16)
    assert isinstance(encoder, Encoder)
    texts = ["x" * length for length in range(40)]
    done: list[tuple[str, int, int]] = []
    vectors = encoder.encode(texts, progress=lambda *step: done.append(step))
    asked = encoder._model.asked
    assert [count for count, _ in asked] == [16, 16, 8]
    assert {options["batch_size"] for _, options in asked} == {16}
    assert done == [("embedding", count, 40) for count in (16, 32, 40)]
    assert vectors.dtype == np.float32
    assert vectors.shape == (40, 2)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(vectors[:, 0] / vectors[:, 1], np.arange(40), rtol=1e-5)


@pytest.mark.usefixtures("packages")
def test_no_texts_have_no_vectors() -> None:
    assert len(SentenceTransformerEncoder("some/model").encode([])) == 0


@pytest.mark.parametrize("size", [0, -1, 1.5, "32", True, None])
@pytest.mark.usefixtures("packages")
def test_a_batch_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(InputError, match=rf"batch_size is {size!r}; give a whole number from 1 on"):
        SentenceTransformerEncoder("some/model", batch_size=size)


def test_a_loaded_model_goes_by_its_weights_and_needs_no_package(tmp_path: Path) -> None:
    first, same, other = (
        SentenceTransformerEncoder(Model(weights=weights)) for weights in (1.0, 1.0, 2.0)
    )
    assert first.name == same.name != other.name
    assert first.name.startswith("sentence-transformers/")
    # What is kept of one is never taken for the other.
    one, two = (encode_cached(encoder, ["abc"], tmp_path) for encoder in (first, other))
    assert not np.allclose(one, two)


def test_a_loaded_model_stays_where_it_is_or_is_moved() -> None:
    assert SentenceTransformerEncoder(Model(device="cuda"))._model.device == "cuda"
    moved = SentenceTransformerEncoder(Model(device="cuda"), device="cuda:1")
    assert moved._model.device == "cuda:1"
    with pytest.raises(InputError, match=r"the device 'mps' cannot be used \(no mps here\)"):
        SentenceTransformerEncoder(Model(), device="mps")


@pytest.mark.parametrize("kind", [str, Path])
@pytest.mark.usefixtures("packages")
def test_a_folder_goes_by_its_weights_wherever_it_stands(
    tmp_path: Path, kind: Callable[[Path], str | Path]
) -> None:
    loaded = SentenceTransformerEncoder(Model())
    assert SentenceTransformerEncoder(kind(tmp_path)).name == loaded.name


@pytest.mark.parametrize("wrong", [3, None, object(), ["some/model"]])
def test_what_is_no_model_is_refused(wrong: Any) -> None:
    expected = rf"{type(wrong).__name__} is no sentence-transformers model; give a name, a folder"
    with pytest.raises(InputError, match=expected):
        SentenceTransformerEncoder(wrong)


def test_too_little_memory_is_told_with_what_to_do() -> None:
    class Full(Model):
        said = "CUDA out of memory. Tried to allocate 2.00 GiB"

        def encode(self, texts: list[str], **options: Any) -> np.ndarray:
            raise RuntimeError(self.said)

    encoder = SentenceTransformerEncoder(Full(), batch_size=4)
    wrong = "too little memory for 3 texts at a time; give SentenceTransformerEncoder a smaller"
    with pytest.raises(InputError, match=wrong):
        encoder.encode(["a", "b", "c"])
    Full.said = "something else"
    with pytest.raises(RuntimeError, match=r"^something else$"):
        encoder.encode(["a"])


def test_the_class_says_how_to_get_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name.split(".")[0] == "sentence_transformers":
            raise ModuleNotFoundError(f"No module named '{name}'")
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        MissingDependencyError,
        match=r"'some/model' needs sentence-transformers, which is not installed; "
        r"pip install 'papertrends\[sentence-transformers\]'",
    ):
        SentenceTransformerEncoder("some/model", device="cuda")
