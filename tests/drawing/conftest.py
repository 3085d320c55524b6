"""Sample tables, shared by the tests of drawing."""

from __future__ import annotations

import pytest

from papertrends.tables import Tables


@pytest.fixture(scope="session")
def many(sample) -> Tables:
    return sample.many_months()


@pytest.fixture(scope="session")
def gapped(sample) -> Tables:
    return sample.gapped()


@pytest.fixture(scope="session")
def two(sample) -> Tables:
    return sample.two_digests()


@pytest.fixture(scope="session")
def hostile(sample) -> Tables:
    return sample.hostile()


@pytest.fixture(scope="session")
def nested(sample) -> Tables:
    return sample.nested()
