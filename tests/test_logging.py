"""What the package says while it works goes through `logging`, and never to the terminal."""

from __future__ import annotations

import ast
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import papertrends as pt
from papertrends.examples import some_folder, some_papers

Run = Callable[..., subprocess.CompletedProcess[str]]

HOME = Path(pt.__file__).parent
MODULES = sorted(file for file in HOME.rglob("*.py") if "cli" not in file.relative_to(HOME).parts)

DUMP = "Aug 5\n\nSoft Prompts for Maps\n\nWe tune soft prompts of frozen language models.\n"


def _speaks(node: ast.AST) -> bool:
    """Say whether a piece of code writes to the terminal or sets up logging for everybody."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called == "print" or called.endswith((".basicConfig", ".addHandler", ".setLogger"))
    return isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr")


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(HOME)))
def test_nothing_below_the_command_line_prints(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    said = [ast.unparse(node) for node in ast.walk(tree) if _speaks(node)]
    door = ["logging.getLogger('papertrends').addHandler"]
    assert [one.split("(logging.Null")[0] for one in said] == (
        door if file == HOME / "__init__.py" else []
    )


def test_the_stages_are_told_with_their_counts(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(tmp_path / "cache"))
    folder = some_folder()
    some_papers().to_csv(folder / "papers.csv", index=False)
    with caplog.at_level(logging.INFO, logger="papertrends"):
        analysis = pt.analyse(folder / "papers.csv", store=folder / "papers.duckdb")
        analysis.write_report(folder / "report.html")
    # Which MiniLM it is depends on the machine.
    told = [re.sub("of all-MiniLM-L6-v2[^ ]*", "of MiniLM", one) for one in caplog.messages]
    assert told == [
        "loaded 14 papers from 1 files",
        "0 of 17 vectors of MiniLM are in the cache",
        "found 3 named and 1 discovered themes in 14 papers",
        f"wrote the store {folder / 'papers.duckdb'}: 14 papers",
        f"wrote the report {folder / 'report.html'}",
    ]
    assert {one.name.split(".")[0] for one in caplog.records} == {"papertrends"}


def test_a_kept_fit_is_told(caplog: pytest.LogCaptureFixture) -> None:
    pt.analyse(some_papers())
    with caplog.at_level(logging.INFO, logger="papertrends"):
        pt.analyse(some_papers())
    assert caplog.messages == ["the fit of these papers is in the cache: 4 themes"]


def test_an_assumed_year_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    folder = some_folder()
    (folder / "dump.txt").write_text(DUMP, encoding="utf-8")
    (folder / "2025-08-05.txt").write_text(DUMP, encoding="utf-8")
    with caplog.at_level(logging.WARNING, logger="papertrends"):
        loaded = pt.load_papers(folder / "2025-08-05.txt", year=2024)
        assert "was not used" in str(loaded.attrs["load_report"]["notes"])
        assert not caplog.messages
        pt.load_papers(folder / "dump.txt")
    (message,) = caplog.messages
    assert message.startswith("dump.txt: the year 20")
    assert "was assumed" in message


def test_nobody_hears_it_who_did_not_ask(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_text(DUMP, encoding="utf-8")
    code = "import papertrends as pt; pt.load_papers('dump.txt')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout + done.stderr == ""


def test_the_command_line_tells_an_assumed_year_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_text(DUMP, encoding="utf-8")
    done = run("load", "dump.txt")
    assert done.stdout.count("was assumed") == 1
    assert done.stderr == ""


@pytest.mark.slow
def test_the_command_line_tells_other_warnings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "2025-08-05.txt").write_text(DUMP, encoding="utf-8")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/vectors.sqlite").write_text("no database", encoding="utf-8")
    done = run("report", "2025-08-05.txt", env={"PAPERTRENDS_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 0
    told = done.stderr.splitlines()
    assert told
    assert all(line.startswith("papertrends: the cache ") for line in told)
    assert "vectors.sqlite cannot be read (file is not a database); encoding anew" in told[0]
