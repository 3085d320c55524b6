"""The examples in docstrings run in a folder and with a cache of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep examples away from the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAPERTRENDS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what examples write away from the checkout."""
    monkeypatch.chdir(tmp_path)
