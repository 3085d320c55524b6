"""Fixtures that several test files share."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

from papertrends.analysis import analyse
from papertrends.results import Analysis

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"

# Fast: the same examples every time. Long: many new ones, HYPOTHESIS_PROFILE=long make test.
settings.register_profile("fast", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests away from the user's cache."""
    before = os.environ.get("PAPERTRENDS_CACHE")
    os.environ["PAPERTRENDS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["PAPERTRENDS_CACHE"]
    else:
        os.environ["PAPERTRENDS_CACHE"] = before


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder with the two real dumps."""
    return DATA


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    """Return the analysis of the two real dumps, made once."""
    return analyse(DATA)


@pytest.fixture(scope="session")
def sample() -> SimpleNamespace:
    """Return report/sample.py, run by path: tests are no package under importlib mode."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "report" / "sample.py")))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs the command line in an empty folder, as a user does."""

    def call(
        *arguments: object,
        env: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        command = [*before, sys.executable, "-m", "papertrends", *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return call
