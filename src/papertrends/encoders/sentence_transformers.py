"""Any sentence-transformers model as an encoder, on any device, for those who install that package.

Must not import sentence-transformers before a model is asked for: torch comes with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from papertrends.encoders.base import Vectors
from papertrends.errors import InputError, MissingDependencyError, shortened
from papertrends.progress import Progress, silent

#: What torch raises where a device is unknown, not there, or not built in.
_NO_DEVICE = (RuntimeError, AssertionError, NotImplementedError, TypeError, ValueError)


class SentenceTransformerEncoder:
    """Encoder with a sentence-transformers model.

    Parameters
    ----------
    model : str, Path or sentence_transformers.SentenceTransformer
        A model's name, a folder, or a loaded model. A name that is not on this
        machine is looked up on the network by sentence-transformers.
    device : str, optional
        Where it runs, in torch's words: ``"cuda"``, ``"cuda:1"``, ``"mps"`` or
        ``"cpu"``. Without it sentence-transformers takes a GPU if there is one; a
        loaded model stays where it is. A loaded model is moved there.
    batch_size : int, default 32
        Texts at a time; a GPU with memory to spare is faster with 128 or more.

    Attributes
    ----------
    name : str
        The model's name; of a folder or a loaded model a fingerprint of its weights. The
        device is no part of it, so a model of themes can be learned on a GPU and
        used on a CPU: vectors differ in the last digits only.

    Raises
    ------
    InputError
        If the device is not there, the model cannot be loaded, or an argument is not allowed.
    MissingDependencyError
        If the sentence-transformers package is needed and not installed.
    """

    def __init__(self, model: Any, *, device: str | None = None, batch_size: int = 32) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise InputError(f"the batch_size is {batch_size!r}", "give a whole number from 1 on")
        self.batch_size = batch_size
        if isinstance(model, str | Path):
            self._model = _loaded(str(model), device)
            self.name = f"sentence-transformers/{model}"
            if Path(model).is_dir():
                self.name = f"sentence-transformers/{_fingerprint(self._model)}"
        elif hasattr(model, "encode") and hasattr(model, "state_dict"):
            self._model = model if device is None else _moved(model, device)
            self.name = f"sentence-transformers/{_fingerprint(model)}"
        else:
            raise InputError(
                f"{type(model).__name__} is no sentence-transformers model",
                "give a name, a folder or a loaded SentenceTransformer",
            )

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector of length 1 a text, shape (n, d), float32.

        Raises
        ------
        InputError
            If the device has too little memory for a batch.
        """
        rows = []
        for start in range(0, len(texts), self.batch_size):
            batch = list(texts[start : start + self.batch_size])
            rows.append(self._encoded(batch))
            progress("embedding", start + len(batch), len(texts))
        return np.vstack(rows) if rows else np.zeros((0, 0), dtype=np.float32)

    def _encoded(self, batch: list[str]) -> Vectors:
        try:
            vectors = self._model.encode(
                batch,
                batch_size=self.batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        except RuntimeError as error:  # so torch says it, on every device
            if "out of memory" not in str(error):
                raise
            raise InputError(
                f"the device has too little memory for {len(batch)} texts at a time",
                "give SentenceTransformerEncoder a smaller batch_size, or the device 'cpu'",
            ) from error
        return np.asarray(vectors, dtype=np.float32)


def _loaded(model: str, device: str | None) -> Any:
    """Return the model of that name or folder."""
    try:
        import sentence_transformers
    except ImportError as error:
        raise MissingDependencyError(
            f"the encoder '{model}' needs sentence-transformers, which is not installed; "
            "pip install 'papertrends[sentence-transformers]', or use the encoder 'minilm'"
        ) from error
    if device is not None:
        _check(device)
    options = {} if device is None else {"device": device}
    at_fault = (OSError, ValueError) if device is None else (OSError, *_NO_DEVICE)
    try:
        return sentence_transformers.SentenceTransformer(model, **options)
    except at_fault as error:
        where = "" if device is None else f" on the device {device!r}"
        raise InputError(
            f"sentence-transformers cannot load '{model}'{where} ({shortened(str(error), 120)})",
            "check the name or folder" + (" and the device" if where else "") + ", or use 'minilm'",
        ) from error


def _moved(model: Any, device: str) -> Any:
    """Return a loaded model on `device`."""
    try:
        return model.to(device)
    except _NO_DEVICE as error:
        raise _not_there(device, error) from error


def _check(device: str) -> None:
    """Put nothing on the device, so that one that is not there is told before a model is loaded."""
    try:
        torch = import_module("torch")
    except ImportError:  # then sentence-transformers has its own word on it
        return
    try:
        torch.empty(0, device=device)
    except _NO_DEVICE as error:
        raise _not_there(device, error) from error


def _not_there(device: object, error: Exception) -> InputError:
    return InputError(
        f"the device {device!r} cannot be used ({shortened(str(error), 120)})",
        "give 'cpu', or 'cuda', 'cuda:1' or 'mps' where torch finds such a device, "
        "or leave it out to take what is there",
    )


def _fingerprint(model: Any) -> str:
    """Return 16 hex digits that tell a model's layers and weights from those of any other."""
    digest = hashlib.sha256(repr(model).encode())
    # Told to the model, and no part of its layers.
    for setting in ("default_prompt_name", "prompts", "truncate_dim"):
        if told := getattr(model, setting, None):
            digest.update(f"{setting} {told!r}".encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(f"{key} {tensor.dtype}".encode())
        # NumPy has no bfloat16; as float32 its numbers are the same.
        digest.update(tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()[:16]
