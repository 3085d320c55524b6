"""What may be imported where, and how long it takes."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import papertrends as pt

#: What only a fit, or not even that, may need.
FITTING = frozenset({"bertopic", "umap", "hdbscan", "numba", "torch", "sentence_transformers"})
#: What takes long to import, and no path needs that neither fits nor draws.
HEAVY = FITTING | {"dask", "onnxruntime", "plotly", "scipy", "sklearn", "tokenizers"}

#: Two papers that fit themes of the two dumps, and are too few to make one of their own.
NEWCOMERS = (
    ("Prompt tuning for charts", "We tune prompts for language models that read charts."),
    ("Fine-tuning for maps", "We fine-tune language models on maps with low-rank adapters."),
)


def in_fresh_python(code: str, *arguments: object, folder: Path | None = None, **env: str) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=folder, env={**os.environ, **env}
    )
    return done.stdout


REPORT = "import sys, json; print('\\n' + json.dumps(list(sys.modules)))"


def loaded_after(code: str) -> set[str]:
    return set(json.loads(in_fresh_python(f"{code}\n{REPORT}").splitlines()[-1]))


def loaded_by(folder: Path, *arguments: object) -> set[str]:
    """Return what a command has imported by its end; it has to end well."""
    code = (
        "import sys\nfrom papertrends.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit as end: assert not end.code, end.code\n"
    )
    told = in_fresh_python(code + REPORT, *arguments, folder=folder)
    return set(json.loads(told.splitlines()[-1]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """Return a folder with the store of a first run on the two dumps."""
    folder = tmp_path_factory.mktemp("made")
    code = "import sys, papertrends as pt; pt.analyse(sys.argv[1], store='papers.duckdb')\n"
    # An empty cache: a fit that another test has kept would be taken.
    cache = str(folder / "cache")
    told = in_fresh_python(code + REPORT, data, folder=folder, PAPERTRENDS_CACHE=cache)
    (folder / "loaded.json").write_text(told.splitlines()[-1], encoding="utf-8")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """Return a folder of one's own with that store in it."""
    shutil.copy(made / "papers.duckdb", tmp_path)
    return tmp_path


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
    assert not loaded_after(code) & HEAVY


@pytest.mark.parametrize(
    "command", [[], ["--help"], *([name, "--help"] for name in ("report", "update", "themes"))]
)
def test_help_needs_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    assert not loaded_by(tmp_path, *command) & (HEAVY | {"duckdb", "jinja2"})


def test_loading_needs_nothing_heavy(data: Path, tmp_path: Path) -> None:
    assert not loaded_by(tmp_path, "load", data) & (HEAVY | {"duckdb", "jinja2"})
    assert not loaded_by(tmp_path, "load", data, "-o", "papers.parquet") & HEAVY
    assert not loaded_by(tmp_path, "load", "papers.parquet") & HEAVY


@pytest.mark.slow
def test_listing_themes_needs_nothing_heavy(folder: Path) -> None:
    assert not loaded_by(folder, "themes", "--store", "papers.duckdb") & HEAVY


@pytest.mark.slow
def test_the_store_of_a_run_needs_no_model_when_nothing_is_new(folder: Path, data: Path) -> None:
    # The page needs Plotly to draw, and nothing is counted anew.
    for inputs in ([], [data]):
        loaded = loaded_by(folder, "update", *inputs, "--store", "papers.duckdb")
        assert not loaded & (HEAVY - {"plotly"})


@pytest.mark.slow
def test_new_papers_without_new_themes_need_no_fit(folder: Path) -> None:
    rows = [
        json.dumps({"title": title, "abstract": abstract, "digest_date": "2025-08-12"})
        for title, abstract in NEWCOMERS
    ]
    (folder / "new.jsonl").write_text("\n".join(rows), encoding="utf-8")
    before = pt.open_store(folder / "papers.duckdb")
    loaded = loaded_by(folder, "update", "new.jsonl", "--store", "papers.duckdb")
    assert not loaded & FITTING
    after = pt.open_store(folder / "papers.duckdb")
    assert len(after.papers) == len(before.papers) + len(NEWCOMERS)
    assert after.themes["theme_id"].tolist() == before.themes["theme_id"].tolist()


@pytest.mark.slow
def test_a_fit_needs_neither_bertopic_nor_what_it_is_made_of(made: Path) -> None:
    loaded = set(json.loads((made / "loaded.json").read_text(encoding="utf-8")))
    assert "sklearn" in loaded
    assert not loaded & FITTING


@pytest.mark.slow
def test_a_report_on_the_same_papers_needs_no_model(
    made: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(made / "cache"))
    loaded = loaded_by(tmp_path, "report", data)
    assert not loaded & (HEAVY - {"plotly", "scipy"})
    # Now the page is kept as well, and nothing has to be drawn.
    again = loaded_by(tmp_path, "report", data, "-o", "again.html")
    assert not again & (HEAVY | {"pandas", "numpy", "duckdb", "jinja2"})
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "report.html").read_bytes()


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
