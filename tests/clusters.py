"""Clusters for tests: a scheduler and workers as processes of their own, as users start them."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_WORDS = re.compile(r"\w+")
_WIDTH = 512


class Words:
    """Words hashed to places: sent to workers as it stands, so it needs nothing of the tests.

    Attributes
    ----------
    seconds : float
        How long a call takes at least.
    seen : str
        A folder in which each process that embeds leaves a file of its number.
    """

    name = "words"

    def __init__(self, seconds: float = 0.0, seen: str = "") -> None:
        self.seconds = seconds
        self.seen = seen

    def encode(self, texts: Sequence[str], *, progress: object = None) -> np.ndarray:
        import os
        import zlib

        if self.seen:
            (Path(self.seen) / str(os.getpid())).touch()
        time.sleep(self.seconds)
        rows = np.zeros((len(texts), _WIDTH))
        for row, text in enumerate(texts):
            for word in _WORDS.findall(text.lower()) or ["nothing"]:
                code = zlib.crc32(word.encode())
                rows[row, code % _WIDTH] += 1.0 if code & 1024 else -1.0
            rows[row, 0] += 1e-3
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _started(what: str, *arguments: str, before: str = "") -> subprocess.Popen[bytes]:
    code = f"{before}\nfrom distributed.cli.dask_{what} import main\nmain()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments, "--no-dashboard"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _stopped(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@contextmanager
def scheduler() -> Iterator[str]:
    """Give the address of a scheduler without workers."""
    with scheduler_process() as (_, address):
        yield address


@contextmanager
def scheduler_process() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Give a scheduler without workers, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = _started("scheduler", "--host", "127.0.0.1", "--port", str(port))
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process, f"tcp://127.0.0.1:{port}"
    finally:
        _stopped(process)


@contextmanager
def workers(address: str, number: int, *, before: str = "") -> Iterator[list[subprocess.Popen]]:
    """Give some workers of one thread, ready; `before` is code that each runs first."""
    from distributed import Client

    some = [
        _started("worker", address, "--nthreads", "1", "--no-nanny", before=before)
        for _ in range(number)
    ]
    try:
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)
        yield some
    finally:
        for one in some:
            _stopped(one)
