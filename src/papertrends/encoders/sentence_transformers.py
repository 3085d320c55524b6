"""Any sentence-transformers model as an encoder, for those who install that package.

Must not be imported unless such a model was asked for: torch comes with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sentence_transformers

from papertrends.encoders.base import Vectors
from papertrends.progress import Progress, silent


class SentenceTransformerEncoder:
    """Encoder with a sentence-transformers model.

    Parameters
    ----------
    model : str
        A folder or a model's name; a name that is not on this machine is looked
        up on the network by sentence-transformers.
    """

    def __init__(self, model: str) -> None:
        self.name = f"sentence-transformers/{model}"
        self._model = sentence_transformers.SentenceTransformer(model)

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, d), float32."""
        step = 32
        rows = []
        for start in range(0, len(texts), step):
            batch = list(texts[start : start + step])
            rows.append(self._model.encode(batch, normalize_embeddings=True, batch_size=step))
            progress("embedding", start + len(batch), len(texts))
        return np.asarray(np.vstack(rows), dtype=np.float32)
