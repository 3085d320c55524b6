"""What a worker keeps of its memory between blocks of papers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import numpy as np
from papertrends.scale.allocating import keep_memory
keep_memory()
def faults():
    import resource
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(250_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own")
def test_a_worker_of_a_nanny_keeps_its_memory() -> None:
    """Two megabytes are some 500 pages: asked for once, and not for each of twenty arrays."""

    def faults(code: str) -> int:
        environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    kept, given_back = faults(CODE), faults(CODE.replace("keep_memory()\ndef", "def"))
    assert given_back > 1_000
    assert kept < given_back / 5
