"""Notebooks: which there are, and how they are kept. That they run is tested by nbmake."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NAMES = (
    "every_week.ipynb",
    "large_archives.ipynb",
    "start_here.ipynb",
    "trends_you_can_believe.ipynb",
    "your_own_themes.ipynb",
)
#: What writes something to take along.
EXPORTS = {"write_report", "export", "to_csv", "to_parquet", "write_html", "write_reduced"}
#: What makes a figure, when it is the last thing in a cell.
FIGURES = re.compile(r"plot_\w+|add_vline|figure|update_layout")


def notebook(name: str) -> dict[str, Any]:
    text = (ROOT / "notebooks" / name).read_text(encoding="utf-8")
    return dict(json.loads(text))


def code(name: str) -> list[str]:
    cells = notebook(name)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def is_figure(source: str) -> bool:
    """Whether the last expression of a cell, which is what is shown, is a figure."""
    last = ast.parse(source).body[-1]
    shown = last.value if isinstance(last, ast.Expr | ast.Assign) else None
    called = shown.func if isinstance(shown, ast.Call) else shown
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return FIGURES.fullmatch(name) is not None


def test_these_are_the_notebooks() -> None:
    assert sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_stripped(name: str) -> None:
    cells = [cell for cell in notebook(name)["cells"] if cell["cell_type"] == "code"]
    assert cells
    for cell in cells:
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert cell["metadata"] == {}


@pytest.mark.parametrize("name", NAMES)
def test_kept_as_the_format_asks(name: str) -> None:
    nbformat = pytest.importorskip("nbformat")
    read = notebook(name)
    nbformat.validate(read)
    assert read["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in read["cells"]]
    assert len(set(ids)) == len(ids)
    # Words, not what an editor draws by chance: a cell that is edited keeps its id.
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", one) for one in ids), ids


@pytest.mark.parametrize("name", NAMES)
def test_begins_with_a_title(name: str) -> None:
    first = notebook(name)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert first["source"][0].startswith("# ")


@pytest.mark.parametrize("name", NAMES)
def test_shows_figures_inline(name: str) -> None:
    assert sum(is_figure(source) for source in code(name)) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_ends_with_an_export_into_a_temporary_folder(name: str) -> None:
    last = code(name)[-1]
    called = {node.attr for node in ast.walk(ast.parse(last)) if isinstance(node, ast.Attribute)}
    assert called & EXPORTS
    every = "\n".join(code(name))
    assert "folder = Path(tempfile.mkdtemp())" in every
    written = re.findall(
        r"\b(?:write_report|export|to_csv|write_html|write_reduced)\(([^\s,)]+)", every
    )
    assert written
    assert set(written) == {"folder"}


def test_every_notebook_is_linked() -> None:
    start = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"../notebooks/{Path(name).stem}\n" in start
    assert "notebooks/start_here.ipynb" in readme


def test_every_notebook_that_is_named_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    cells = "\n".join("".join(cell["source"]) for one in NAMES for cell in notebook(one)["cells"])
    texts = [page.read_text(encoding="utf-8") for page in pages] + [cells]
    named = {found for text in texts for found in re.findall(r"\b(\w+\.ipynb)\b", text)}
    assert named == set(NAMES)
