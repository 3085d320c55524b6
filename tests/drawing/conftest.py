"""Sample tables, shared by the tests of drawing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from papertrends.tables import Tables


@pytest.fixture(scope="session")
def sample():
    """Load the report's sample.py by path: tests are no package under importlib mode."""
    path = Path(__file__).parents[1] / "report" / "sample.py"
    spec = importlib.util.spec_from_file_location("papertrends_drawing_sample", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def many(sample) -> Tables:
    return sample.many_months()


@pytest.fixture(scope="session")
def gapped(sample) -> Tables:
    return sample.gapped()
