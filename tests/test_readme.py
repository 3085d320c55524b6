"""The README's examples run, and so do its commands, in their order."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import papertrends
from papertrends.themes.theme import read_themes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Return what a reader types, in order, without the remarks."""
    lines = "".join(blocks("sh")).splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


@pytest.fixture
def with_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_python_examples_run(with_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = pytest.importorskip("plotly.graph_objects")
    shown = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(figure))
    names: dict[str, object] = {}
    examples = blocks("python")
    assert len(examples) == 3
    for example in examples:
        exec(compile(example, "README.md", "exec"), names)
    assert len(shown) == 1
    assert (with_data / "report.html").stat().st_size > 1_000_000
    assert (with_data / "tables" / "papers.bib").exists()
    later, store = names["later"], names["store"]
    assert isinstance(later, pd.DataFrame)
    assert later["paper_id"].nunique() >= 1
    assert isinstance(store, papertrends.Store)
    assert len(store.papers) == 155
    assert "prompting" in set(store.themes["name"])


def test_the_first_example_takes_five_lines() -> None:
    first = blocks("python")[0].splitlines()
    assert len([line for line in first if line.strip()]) <= 5


@pytest.mark.slow
def test_commands_run_in_their_order(
    with_data: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    every = [words[1:] for words in commands() if words[0] == "papertrends"]
    # That one takes long, changes nothing for others, and is run by the evaluation's own tests.
    ours = [words for words in every if words[0] != "evaluate"]
    assert len(every) - 1 == len(ours) >= 8
    told = {}
    for arguments in ours:
        done = run(*arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        told[tuple(arguments)] = done.stdout
    for file in ("report.html", "agents.html", "papers.parquet", "papers.duckdb"):
        assert (with_data / file).exists(), file
    assert "prompting" in told["themes", "--store", "papers.duckdb"]


def test_other_commands_are_those_that_set_up() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for words in commands():
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), words
        elif words[0] != "papertrends":
            assert words == ["pip", "install", "."]
    for target in set(re.findall(r"`make ([a-z-]+)`", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_theme_file_example_is_read(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    (tmp_path / "themes.toml").write_text(example, encoding="utf-8")
    (theme,) = read_themes(tmp_path / "themes.toml")
    assert theme.as_dict() == {**theme.as_dict(), **tomllib.loads(example)["theme"][0]}


def test_every_file_it_names_is_there() -> None:
    for place in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / place).exists(), place


def test_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {papertrends.__version__}" in changelog
