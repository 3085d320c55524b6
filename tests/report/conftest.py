"""Sample summaries and a browser, shared by the tests of the report."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from papertrends.report import Summary, summarise

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _load_sample() -> ModuleType:
    """Load sample.py by path: tests are no package under importlib mode."""
    path = Path(__file__).with_name("sample.py")
    spec = importlib.util.spec_from_file_location("papertrends_report_sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    return _load_sample()


def summary_of(sample: ModuleType, tables: Any, by: str) -> Summary:
    return summarise(
        tables,
        sample.LoadReport(),
        settings={
            "by": by,
            "by_asked": "auto",
            "seed": 0,
            "encoder": "minilm",
            "themes": ["fine-tuning", "prompt learning"],
        },
        versions={"papertrends": "0.1.0"},
        notes=["A note with <b>tags</b>."],
    )


@pytest.fixture(scope="session")
def summaries(sample: ModuleType) -> dict[str, Summary]:
    """Return one summary a kind of sample."""
    return {
        "two": summary_of(sample, sample.two_digests(), "digest"),
        "one": summary_of(sample, sample.one_digest(), "digest"),
        "many": summary_of(sample, sample.many_months(), "month"),
        "hostile": summary_of(sample, sample.hostile(), "digest"),
    }


@pytest.fixture(scope="session")
def summarised(sample: ModuleType) -> Callable[..., Summary]:
    return lambda tables, by="digest": summary_of(sample, tables, by)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    import shutil

    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=found,
            args=[
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()
