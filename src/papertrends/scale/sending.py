"""A fitted model as bytes, to be sent to workers: arrays and JSON, never a pickled model.

Must not change what was learned: a worker's model gives the numbers of the one that was sent.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from papertrends.encoders import EncoderLike
from papertrends.themes.model import ThemeModel

#: The model that this process has read last: every task of a run needs the same one.
_LAST: dict[str, ThemeModel] = {}
_READING = threading.Lock()


@dataclass(frozen=True)
class Packed:
    """A model as `ThemeModel.save` writes it.

    Attributes
    ----------
    key : str
        SHA-256 of `files`, in hex.
    files : tuple of (str, bytes)
        Names and contents.
    encoder : Encoder, what can be made one, or None
        An encoder of the user's own, which is no part of the files.
    """

    key: str
    files: tuple[tuple[str, bytes], ...]
    encoder: EncoderLike | None


def pack(model: ThemeModel) -> Packed:
    """Return `model` as bytes."""
    with tempfile.TemporaryDirectory(prefix="papertrends-") as folder:
        model.save(folder)
        files = tuple((one.name, one.read_bytes()) for one in sorted(Path(folder).iterdir()))
    whole = hashlib.sha256()
    for name, data in files:
        whole.update(name.encode())
        whole.update(data)
    encoder = model.encoder
    return Packed(whole.hexdigest(), files, None if isinstance(encoder, str) else encoder)


def unpack(packed: Packed) -> ThemeModel:
    """Return the model of `packed`; that of the last call is kept."""
    with _READING:
        if packed.key not in _LAST:
            with tempfile.TemporaryDirectory(prefix="papertrends-") as folder:
                for name, data in packed.files:
                    (Path(folder) / name).write_bytes(data)
                model = ThemeModel.load(folder, encoder=packed.encoder)
            _LAST.clear()
            _LAST[packed.key] = model
        return _LAST[packed.key]
