"""The wheel in clean environments: as plain pip has it, as the lock has it, as old as declared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from tests.packaging.conftest import UV, ran

if TYPE_CHECKING:
    from tests.packaging.conftest import Built, Report

#: A choice of the tests: quick, and each leans on what changed between versions.
CHOSEN = (
    "tests/drawing/test_figures.py",
    "tests/trends/test_counts.py",
    "tests/test_export.py",
    "tests/themes/test_model.py",
)
#: What a lean environment does without.
ABSENT = ("torch", "sentence_transformers", "huggingface_hub")

pytestmark = pytest.mark.packaging


def environment(folder: Path) -> Path:
    """Make an empty environment and return its Python."""
    ran(UV, "venv", "--quiet", "--python", sys.executable, folder)
    return folder / "bin/python"


def loaded_by_import(python: Path, folder: Path) -> set[str]:
    code = "import papertrends, sys, json; print(json.dumps(list(sys.modules)))"
    return set(json.loads(ran(python, "-c", code, folder=folder)))


def has(python: Path, module: str) -> bool:
    code = f"import importlib.util as util; print(util.find_spec({module!r}) is not None)"
    return ran(python, "-c", code).strip() == "True"


@pytest.fixture(scope="module")
def lean(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python with the wheel and what the lock names."""
    folder = tmp_path_factory.mktemp("lean")
    python = environment(folder / "env")
    locked = folder / "locked.txt"
    ran(
        UV,
        "export",
        "--quiet",
        "--frozen",
        "--no-default-groups",
        "--no-emit-project",
        "-o",
        locked,
    )
    ran(UV, "pip", "install", "--quiet", "--python", python, "--no-deps", "-r", locked)
    ran(UV, "pip", "install", "--quiet", "--python", python, "--no-deps", built.wheel)
    return python


@pytest.fixture(scope="module")
def lowest(built: Built, excluded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python with the wheel and the lowest versions that it declares."""
    folder = tmp_path_factory.mktemp("lowest")
    python = environment(folder / "env")
    declared = folder / "declared.txt"
    declared.write_text("\n".join(built.requirements), encoding="utf-8")
    install = (UV, "pip", "install", "--quiet", "--python", python)
    ran(*install, "--resolution", "lowest-direct", "--excludes", excluded, "-r", declared)
    ran(*install, "--no-deps", built.wheel)
    return python


def test_the_lean_wheel_gives_the_bytes_that_the_source_gives(
    lean: Path, report: Report, reference: Path
) -> None:
    assert not [module for module in ABSENT if has(lean, module)]
    assert "report" in ran(lean.with_name("papertrends"), "--help")
    made = report(lean)
    tables = sorted(path.name for path in (made / "tables").glob("*.csv"))
    assert tables == sorted(path.name for path in (reference / "tables").glob("*.csv"))
    for name in tables:
        assert (made / "tables" / name).read_bytes() == (reference / "tables" / name).read_bytes()
    assert (made / "report.html").read_bytes() == (reference / "report.html").read_bytes()


def test_the_installed_wheel_imports_nothing_heavy(lean: Path, tmp_path: Path) -> None:
    heavy = {"bertopic", "umap", "hdbscan", "numba", "sklearn", "scipy", "plotly", "onnxruntime"}
    assert not loaded_by_import(lean, tmp_path) & (heavy | set(ABSENT))


def test_the_lowest_versions_give_a_report(lowest: Path, report: Report, reference: Path) -> None:
    assert "report" in ran(lowest.with_name("papertrends"), "--help")
    tables = report(lowest) / "tables"
    papers = (tables / "papers.csv").read_bytes()
    assert papers == (reference / "tables/papers.csv").read_bytes()
    verdicts = [
        pd.read_csv(folder / "changes.csv").set_index("theme_id")["verdict"].get("prompt-learning")
        for folder in (tables, reference / "tables")
    ]
    assert verdicts == ["rising", "rising"]


def test_a_choice_of_the_tests_passes_on_the_lowest_versions(lowest: Path, tmp_path: Path) -> None:
    install = (UV, "pip", "install", "--quiet", "--python", lowest)
    kept = tmp_path / "kept.txt"
    frozen = ran(UV, "pip", "freeze", "--python", lowest).splitlines()
    kept.write_text("\n".join(line for line in frozen if "==" in line), encoding="utf-8")
    ran(*install, "-c", kept, "pytest>=8.3", "hypothesis>=6.130", "statsmodels>=0.14.5")
    # A test that hangs is told by where it stands.
    settings = ("-o", "addopts=--import-mode=importlib", "-o", "faulthandler_timeout=240")
    options = ("-q", "-x", *settings, "-p", "no:cacheprovider")
    told = ran(lowest, "-m", "pytest", *options, *CHOSEN, PYTHONDONTWRITEBYTECODE="1")
    assert " passed" in told
    assert " failed" not in told


def test_plain_pip_brings_what_bertopic_declares(
    built: Built, report: Report, reference: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "env"
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    install = (python, "-m", "pip", "install", "--quiet", "--no-compile")
    # The build for processors alone, where there is one; BERTopic asks for any.
    ran(*install, "torch==2.13.0")
    ran(*install, built.wheel)
    assert has(python, "sentence_transformers")
    assert not loaded_by_import(python, tmp_path) & {"torch", "bertopic", "plotly"}
    papers = (report(python) / "tables/papers.csv").read_bytes()
    assert papers == (reference / "tables/papers.csv").read_bytes()


@pytest.mark.parametrize("extra", ["cluster", "sentence-transformers", "images"])
def test_extras_can_be_resolved(built: Built, extra: str, tmp_path: Path) -> None:
    if extra not in (built.metadata.get_all("Provides-Extra") or []):
        pytest.skip(f"there is no extra {extra}")
    wanted = f"papertrends[{extra}] @ {built.wheel.as_uri()}"
    command = [UV, "pip", "compile", "--quiet", "--python", sys.executable, "-"]
    done = subprocess.run(
        list(map(str, command)),
        input=wanted,
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    asked = {"cluster": "distributed", "images": "kaleido"}.get(extra, extra)
    assert f"\n{asked}==" in done.stdout
