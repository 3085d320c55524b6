"""The README's examples run, and its commands are those of the command line."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import papertrends
from papertrends.tables import (
    CHANGES,
    HISTORY,
    MAP,
    MEMBERSHIPS,
    MOVES,
    PAPERS,
    THEMES,
    TRENDS,
    UNASSIGNED,
    WHAT_CHANGED,
)
from papertrends.themes.theme import read_themes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.slow
def test_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    examples = blocks("python")
    assert len(examples) == 4
    for example in examples:
        exec(compile(example, "README.md", "exec"), names)
    assert (tmp_path / "report.html").stat().st_size > 1_000_000
    later = names["later"]
    assert isinstance(later, pd.DataFrame)
    assert later["paper_id"].nunique() >= 1
    mine = names["mine"]
    assert isinstance(mine, pd.DataFrame)
    assert mine["paper_id"].nunique() >= 10
    store = names["store"]
    assert isinstance(store, papertrends.Store)
    assert len(store.papers) == 155
    assert "prompting" in set(store.themes["name"])


def test_theme_file_example_is_read(tmp_path: Path) -> None:
    (example,) = blocks("toml")
    (tmp_path / "themes.toml").write_text(example, encoding="utf-8")
    (theme,) = read_themes(tmp_path / "themes.toml")
    assert theme.as_dict() == {**theme.as_dict(), **tomllib.loads(example)["theme"][0]}


@pytest.mark.parametrize("command", ["report", "update", "load", "evaluate"])
def test_options_are_those_of_the_command(
    run: Callable[..., subprocess.CompletedProcess[str]], command: str
) -> None:
    usage = re.search(
        rf"^    papertrends {command}\b(.*?)(?=^    papertrends|^$)",
        README,
        re.DOTALL | re.MULTILINE,
    )
    assert usage
    written = set(re.findall(r"--[a-z]+", usage[1]))
    offered = set(re.findall(r"--[a-z]+", run(command, "--help").stdout)) - {"--help", "--output"}
    assert written == offered


def test_columns_of_the_tables_are_those_of_the_contract() -> None:
    tables = {
        "papers": PAPERS,
        "themes": THEMES,
        "memberships": MEMBERSHIPS,
        "unassigned": UNASSIGNED,
        "map": MAP,
        "trends": TRENDS,
        "changes": CHANGES,
        "what_changed": WHAT_CHANGED,
        "moves": MOVES,
        "history": HISTORY,
    }
    for name, schema in tables.items():
        row = re.search(rf"^\| `{name}` \|[^|]*\|([^|]*)\|$", README, re.MULTILINE)
        assert row, name
        columns = re.findall(r"\b[a-z_]+\b", " ".join(re.findall(r"`([^`]*)`", row[1])))
        assert columns == list(schema), name


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z]+)`|^    make ([a-z]+)", README, re.MULTILINE)):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target


def test_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {papertrends.__version__}" in changelog
