"""What may be imported where, and how long it takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

import pytest

import papertrends as pt

HEAVY = (
    "bertopic",
    "umap",
    "hdbscan",
    "numba",
    "torch",
    "plotly",
    "sklearn",
    "onnxruntime",
    "scipy",
)


def in_fresh_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def loaded_after(code: str) -> set[str]:
    report = "import sys, json; print(json.dumps(list(sys.modules)))"
    return set(json.loads(in_fresh_python(f"{code}\n{report}")))


@pytest.mark.parametrize(
    "code",
    [
        "import papertrends",
        "import papertrends as pt; pt.load_papers; pt.Theme; pt.theme_trends",
        "import papertrends as pt; pt.ThemeModel(seed=1); pt.analyse",
        "import papertrends.cli",
    ],
)
def test_the_door_is_light(code: str) -> None:
    assert not loaded_after(code) & set(HEAVY)


def test_importing_takes_hardly_longer_than_pandas() -> None:
    def seconds(module: str) -> float:
        code = (
            f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        )
        return float(in_fresh_python(code))

    for module in ("pandas", "papertrends"):
        seconds(module)
    ratios = []
    for _ in range(5):
        pandas_seconds = seconds("pandas")
        ratios.append(seconds("papertrends") / pandas_seconds)
    assert statistics.median(ratios) <= 1.3


def test_every_public_name_is_there_and_documented() -> None:
    for name in pt.__all__:
        assert getattr(pt, name).__doc__, name
    assert set(pt.__all__) <= set(dir(pt))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyze'"):
        _ = pt.analyze


def test_no_torch_in_the_environment() -> None:
    for package in ("torch", "sentence_transformers"):
        code = f"import importlib.util as util; print(util.find_spec('{package}'))"
        assert in_fresh_python(code).strip() == "None"
