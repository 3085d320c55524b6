"""Files and functions stay short enough to be read in one go."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50


def sources(root: Path) -> list[Path]:
    return [
        path
        for folder in ("src", "tests", "benchmarks")
        for path in sorted((root / folder).rglob("*.py"))
    ]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has from its `def` on, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def too_long(path: Path) -> list[str]:
    """Return the file, if it is too long, and those of its functions that are."""
    text = path.read_text(encoding="utf-8")
    n_lines = len(text.splitlines())
    found = [f"{path}: {n_lines} lines"] if n_lines > MOST_LINES else []
    functions = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return found + [
        f"{path}:{one.lineno}: {one.name} has {length(one)} lines"
        for one in functions
        if length(one) > MOST_LINES_OF_A_FUNCTION
    ]


def test_no_file_and_no_function_is_too_long() -> None:
    paths = sources(ROOT)
    assert {path.relative_to(ROOT).parts[0] for path in paths} == {"src", "tests", "benchmarks"}
    assert [line for path in paths for line in too_long(path)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1\n" * 400, []),
        ("x = 1\n" * 401, [": 401 lines"]),
        ("def f():\n" + "    x = 1\n" * 49, []),
        ("def f():\n" + "    x = 1\n" * 50, [":1: f has 51 lines"]),
        ('def f():\n    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * 49, []),
        ('def f():\n    """One.\n    """\n' + "    x = 1\n" * 50, [":1: f has 51 lines"]),
        ("class A:\n    async def f():\n" + "        x = 1\n" * 50, [":2: f has 51 lines"]),
    ],
)
def test_what_is_too_long_is_found(tmp_path: Path, text: str, found: list[str]) -> None:
    path = tmp_path / "long.py"
    path.write_text(text, encoding="utf-8")
    assert too_long(path) == [f"{path}{one}" for one in found]
