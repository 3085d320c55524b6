"""Workers are made ready for a model before it is needed, and nobody waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from tests import clusters

from papertrends.papers import load_papers
from papertrends.scale import connecting, steps
from papertrends.scale.sending import pack, unpack
from papertrends.themes.model import ThemeModel

pytest.importorskip("distributed")
cloudpickle = pytest.importorskip("cloudpickle")

DATA = Path(__file__).parents[1] / "data"


def note_process(folder: str) -> NoReturn:
    """Leave a file of the process's number, and go wrong."""
    import os
    from pathlib import Path

    (Path(folder) / str(os.getpid())).touch()
    raise RuntimeError("nobody is told")


@pytest.fixture
def _sent_as_code() -> Iterator[None]:
    """Send this file's functions whole: workers cannot import it."""
    here = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(here)
    yield
    cloudpickle.unregister_pickle_by_value(here)


@pytest.mark.usefixtures("_sent_as_code")
def test_every_worker_is_made_ready_and_what_goes_wrong_is_not_told(tmp_path: Path) -> None:
    with (
        clusters.scheduler() as address,
        clusters.workers(address, 2),
        connecting.pool_on(address) as pool,
    ):
        pool.prepare(note_process, pool.share(str(tmp_path)))
        doubled = pool.map(abs, [-2], stage="embedding", sizes=[1], progress=lambda *_: None)
        for _ in range(100):
            if len(list(tmp_path.iterdir())) == 2:
                break
            time.sleep(0.1)
    assert doubled == [2]
    assert len(list(tmp_path.iterdir())) == 2


def test_in_this_process_nothing_is_made_ready(tmp_path: Path) -> None:
    with connecting.pool_on(None) as pool:
        pool.prepare(note_process, pool.share(str(tmp_path)))
    assert not list(tmp_path.iterdir())


def test_a_worker_that_is_ready_need_not_read_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ThemeModel(encoder=clusters.Words()).fit(load_papers(DATA / "2025-07-31.txt"))
    packed = pack(model)
    steps.make_ready(packed)
    monkeypatch.setattr(ThemeModel, "load", None)
    assert unpack(packed).get_params()["seed"] == 0
