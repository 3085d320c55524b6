"""Who shows how far long work is: Jupyter bars, a hook of one's own, or nobody."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from papertrends.cli.options import progress_bars
from papertrends.progress import in_notebook, showing, silent

#: What a user would write; the encoder needs no model, so that the cell takes a second.
CELLS = [
    """
import numpy as np, pandas as pd, papertrends as pt

class Letters:
    name = "letters"
    def encode(self, texts, *, progress):
        rows = np.ones((len(texts), 8), dtype=np.float32)
        for done, text in enumerate(texts, 1):
            rows[done - 1] += [text.count(letter) for letter in "aeiounrs"]
            progress("embedding", done, len(texts))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

papers = pd.DataFrame({
    "paper_id": [f"p{n}" for n in range(6)],
    "title": [f"Prompt tuning for {word}" for word in "maps code faces songs birds roads".split()],
    "abstract": "We tune soft prompts.",
    "digest_date": pd.Timestamp("2025-07-31"),
})
model = pt.ThemeModel(["prompt learning"], encoder=Letters()).fit(papers)
""",
    "print(len(model.memberships), 'memberships')",
]


class ZMQInteractiveShell:
    """Called as Jupyter calls the shell of its kernels."""


class HostedShell(ZMQInteractiveShell):
    """Hosted notebooks have shells of their own."""


class TerminalInteractiveShell:
    """IPython on a terminal."""


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend to run in a Jupyter kernel without widgets."""
    _in_shell(monkeypatch, ZMQInteractiveShell())
    real = importlib.util.find_spec

    def without_widgets(name: str, package: str | None = None) -> Any:
        return None if name == "ipywidgets" else real(name, package)

    monkeypatch.setattr("papertrends.progress.find_spec", without_widgets)


def _in_shell(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        (ZMQInteractiveShell(), True),
        (HostedShell(), True),
        (TerminalInteractiveShell(), False),
        (None, False),
    ],
)
def test_a_notebook_is_told_by_its_shell(
    shell: object, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_shell(monkeypatch, shell)
    assert in_notebook() is expected


def test_elsewhere_nothing_is_shown_and_nothing_imported() -> None:
    code = (
        "import sys\nfrom papertrends.progress import showing, silent\n"
        "with showing(None) as told:\n    assert told is silent\n    told('grouping', 1, 3)\n"
        "assert not {'tqdm', 'IPython', 'ipywidgets', 'rich'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


@pytest.mark.usefixtures("jupyter")
def test_in_a_notebook_each_stage_has_a_bar_that_fills(capsys: pytest.CaptureFixture[str]) -> None:
    with showing(None) as told:
        for done in range(1, 4):
            told("embedding", done, 3)
        told("grouping", 1, 2)
        told("grouping", 2, 2)
    last = [line.split("\r")[-1] for line in capsys.readouterr().err.strip().split("\n")]
    assert [line.split(" [")[0] for line in last] == [
        "embedding: 100%|██████████| 3/3",
        "grouping: 100%|██████████| 2/2",
    ]


@pytest.mark.usefixtures("jupyter")
def test_a_stage_that_ends_as_it_begins_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    with showing(None) as told:
        told("embedding", 1, 1)
        told("naming", 12, 12)
        told("grouping", 0, 0)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("jupyter")
def test_a_stage_may_find_more_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with showing(None) as told:
        told("loading", 1, 2)
        told("loading", 2, 4)
        told("loading", 4, 4)
    assert "4/4" in capsys.readouterr().err.split("\r")[-1]


@pytest.mark.usefixtures("jupyter")
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_or_an_interruption_ends_the_bars(
    error: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        with showing(None) as told:
            told("embedding", 1, 3)
            raise error

    # A notebook keeps the last traceback, and what was at work with it.
    with pytest.raises(error) as kept:
        work()
    from tqdm import tqdm

    assert kept.tb
    assert not tqdm._instances
    assert capsys.readouterr().err.endswith("\n")


@pytest.mark.usefixtures("jupyter")
def test_a_hook_of_ones_own_wins(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, int, int]] = []
    with showing(lambda *what: told.append(what)) as progress:
        progress("embedding", 1, 3)
    with showing(silent) as progress:
        progress("embedding", 1, 3)
    assert told == [("embedding", 1, 3)]
    assert capsys.readouterr().err == ""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return a notebook after Jupyter ran it."""
    nbclient = pytest.importorskip("nbclient")
    import nbformat.v4 as v4

    folder = tmp_path_factory.mktemp("notebook")
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in CELLS])
    env = {**os.environ, "PYTHONWARNINGS": "error::UserWarning"}
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=env)
    return json.loads(json.dumps(notebook))


def _streamed(cell: dict[str, Any]) -> str:
    return "".join(one["text"] for one in cell["outputs"] if one["output_type"] == "stream")


def _in_widgets(notebook: dict[str, Any]) -> str:
    """Return the last text of each widget; there are none without ipywidgets."""
    kept = notebook["metadata"].get("widgets", {}).values()
    states = [one["state"] for every in kept for one in every["state"].values()]
    texts = [str(one["value"]) for one in states if one.get("_model_name") == "HTMLModel"]
    return " ".join(texts).replace("\u2007", " ")


@pytest.mark.slow
def test_a_notebook_shows_how_far_it_is(executed: dict[str, Any]) -> None:
    fit, count = executed["cells"]
    assert {one["output_type"] for one in fit["outputs"]} <= {"stream", "display_data"}
    shown = _streamed(fit) + _in_widgets(executed)
    assert "embedding: 100%" in shown
    assert "7/7" in shown  # the papers, and what the theme is
    assert "arning" not in shown
    assert _streamed(count) == "6 memberships\n"


class Terminal(io.StringIO):
    """Standard error on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("told", "expected"),
    [([("grouping", 1, 2), ("grouping", 2, 2)], "grouping"), ([("embedding", 12, 12)], "")],
)
def test_on_a_terminal_the_command_line_draws_bars(
    told: list[tuple[str, int, int]], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bars(quiet=False) as progress:
        for one in told:
            progress(*one)
    assert re.findall(r"[a-z]{4,}", terminal.getvalue())[-1:] == ([expected] if expected else [])


def test_bars_are_drawn_in_one_place_each() -> None:
    home = Path(__file__).parents[1] / "src/papertrends"
    users = {
        str(file.relative_to(home))
        for file in home.rglob("*.py")
        if {"tqdm", "rich.progress"} & set(re.findall(r"[\w.]+", file.read_text(encoding="utf-8")))
    }
    assert users == {"progress.py", "cli/options.py"}
