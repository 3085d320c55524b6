"""Small contents of a store with every kind of value in every table."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.store import TABLES, Contents, write_store
from papertrends.tables import conform

VALUES: Mapping[str, list[Any]] = {
    "str": ["plain", "", "ä 漢 🙂 'quoted' \"twice\"; DROP TABLE papers; -- \n\t\\"],
    "datetime64[ns]": [pd.Timestamp("2025-07-31"), pd.NaT, pd.Timestamp("1700-01-01")],
    "int64": [0, -(2**63), 2**63 - 1],
    "Int64": [7, pd.NA, 2**53 + 1],
    "float64": [0.1, float("nan"), float("inf"), -0.0, 5e-324, 1 / 3],
    "bool": [True, False],
}


def rows(schema: Mapping[str, str], count: int) -> pd.DataFrame:
    """Return a table of `count` rows in which each type's odd values come up."""
    columns = {
        name: [VALUES[dtype][(place + row) % len(VALUES[dtype])] for row in range(count)]
        for place, (name, dtype) in enumerate(schema.items())
    }
    return conform(
        pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in columns.items()}), schema
    )


def sample(count: int = 7, seed: int = 0) -> Contents:
    """Return contents with `count` rows in each table."""
    tables = {name: rows(schema, count) for name, schema in TABLES.items()}
    ids = tuple(f"arxiv:2507.{row:05d}" for row in range(count))
    tables["papers"]["paper_id"] = pd.Series(ids, dtype="str")
    # Longer than DuckDB keeps among the rows.
    tables["papers"]["abstract"] = pd.Series(
        ["long " * 2000 * (one == ids[-1]) + one for one in ids], dtype="str"
    )
    random = np.random.default_rng(seed)
    return Contents(
        tables=tables,
        paper_ids=ids[::-1],
        encoded=random.normal(size=(count, 5)).astype(np.float32),
        lsa=random.normal(size=(count, 3)).astype(np.float32),
        parts={"words": ["ä", "b"], "nested": {"a": [1, 2.5, None, True], "b": {}}, "n": 3},
        arrays={
            "single": np.array(math.pi),
            "cube": random.normal(size=(2, 3, 4)),
            "odd": np.array([np.nan, -np.nan, np.inf, -0.0, 5e-324]),
            "narrow": random.normal(size=4).astype(np.float32),
            "counts": np.array([[-(2**63), 2**63 - 1]]),
            "flags": np.array([True, False, True]),
            "none": np.zeros((0, 4)),
        },
    )


def assert_same(found: Contents, expected: Contents) -> None:
    """Check that both hold the same: tables by value and type, arrays bit for bit."""
    assert set(found.tables) == set(expected.tables) == set(TABLES)
    for name in TABLES:
        pd.testing.assert_frame_equal(found.tables[name], expected.tables[name], check_exact=True)
    assert found.paper_ids == expected.paper_ids
    assert found.parts == expected.parts
    assert found.reduced == expected.reduced
    assert set(found.arrays) == set(expected.arrays)
    pairs = [(found.arrays[name], expected.arrays[name]) for name in expected.arrays]
    for one, other in [*pairs, (found.encoded, expected.encoded), (found.lsa, expected.lsa)]:
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.tobytes() == other.tobytes()


@pytest.fixture(scope="session")
def contents() -> Contents:
    """Return small contents."""
    return sample()


@pytest.fixture
def other(contents: Contents) -> Contents:
    """Return contents that differ from the first in one number."""
    return replace(contents, lsa=contents.lsa + 1)


def _folder() -> Iterator[Path]:
    # Every store is seen through to the disk, which takes long on a busy one.
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder in memory, where there is one."""
    yield from _folder()


@pytest.fixture(scope="session")
def written() -> Iterator[Path]:
    """Return a store that was written once, to be copied."""
    for folder in _folder():
        write_store(folder / "papers.duckdb", sample())
        yield folder / "papers.duckdb"


@pytest.fixture
def store(tmp_path: Path, written: Path) -> Path:
    """Return a store of the small contents, to do with as one likes."""
    return Path(shutil.copy(written, tmp_path / "papers.duckdb"))


Make = Callable[..., Contents]
Same = Callable[[Contents, Contents], None]


@pytest.fixture
def make() -> Make:
    """Return what makes contents of a number of rows."""
    return sample


@pytest.fixture
def same() -> Same:
    """Return the check that two contents are the same."""
    return assert_same
