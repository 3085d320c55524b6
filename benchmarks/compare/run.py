"""Counts a notebook user's lines for one result with four tools, and sees that each gets there.

The result: from a folder of page-text dumps, themes and their share of each digest with 95 %
intervals, as a figure (``shares.html``), a table (``shares.csv``) and one HTML report that has both
(``report.html``). Every script is run in an empty folder with the dumps in ``data/``, and what it
leaves there is read: whoever leaves out a part of the result has no lines to count.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tokenize
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from readme import put  # noqa: E402 (a script beside the others, in no package)

#: Tool, its script, its distribution.
SCRIPTS = (
    ("papertrends", "ours.py", "papertrends"),
    ("BERTopic", "with_bertopic.py", "bertopic"),
    ("Turftopic", "with_turftopic.py", "turftopic"),
    ("litstudy", "with_litstudy.py", "litstudy"),
)
#: What stands under the table.
NOTE = (
    "Themes of the two dumps in `data/` and their share of each digest with 95 % intervals, as a "
    "figure, a table and an HTML report that has both: each script was run and what it left was "
    "read. Lines as the formatter sets them, blank ones, comments and docstrings not counted; "
    "seconds of one whole process. Written by `make bench-compare` "
    "(`benchmarks/compare/run.py`)."
)
_NO_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)


def code_lines(source: str) -> tuple[int, int]:
    """Return lines of imports, and of all other code: no blank ones, comments or docstrings."""
    tree = ast.parse(source)
    imports, documentation = set(), set()
    for node in ast.walk(tree):
        span = range(getattr(node, "lineno", 0), (getattr(node, "end_lineno", 0) or 0) + 1)
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.update(span)
        elif (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            documentation.update(span)
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(imports), len(code - imports - documentation)


def missing(folder: Path) -> list[str]:
    """Return what was asked for and is not in the folder a script was run in."""
    files = ("shares.csv", "shares.html", "report.html")
    lacking = [name for name in files if not (folder / name).is_file()]
    if lacking:
        return lacking
    shares = pd.read_csv(folder / "shares.csv")
    within = shares["share_low"].le(shares["share"] + 1e-9) & shares["share"].le(
        shares["share_high"] + 1e-9
    )
    period = "period" if "period" in shares else "digest"
    if shares[period].nunique() != len(list((folder / "data").glob("*.txt"))):
        lacking.append("a share of each digest")
    if not within.all() or shares["share_low"].eq(shares["share_high"]).any():
        lacking.append("intervals")
    if "Plotly.newPlot" not in (folder / "shares.html").read_text(encoding="utf-8"):
        lacking.append("a figure")
    report = (folder / "report.html").read_text(encoding="utf-8")
    if "<table" not in report or ("Plotly" not in report and "plotly" not in report):
        lacking.append("a report with figure and table")
    return lacking


def run(script: str, python: str, data: Path) -> float:
    """Run a script in a folder of its own and return the seconds; it has to leave all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(data, folder / "data")
        before = time.perf_counter()
        done = subprocess.run(
            [python, str(HERE / script)],
            cwd=folder,
            # Nothing that an earlier run kept is taken.
            env={**os.environ, "PAPERTRENDS_CACHE": str(folder / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - before
        if done.returncode:
            raise SystemExit(f"{script} failed:\n{done.stderr}")
        lacking = missing(folder)
    if lacking:
        raise SystemExit(f"{script} leaves out: {', '.join(lacking)}")
    return round(seconds, 1)


def version(python: str, distribution: str) -> str:
    """Return the version of a distribution that a Python has."""
    code = f"import importlib.metadata as m; print(m.version({distribution!r}))"
    told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def table(rows: list[dict[str, object]]) -> str:
    """Return the part of the README."""
    lines = [
        "| with | lines, imports and all | without imports | seconds |",
        "|---|---|---|---|",
        *(
            f"| [{row['tool']} {row['version']}](benchmarks/compare/{row['script']})"
            f" | {row['imports'] + row['lines']} | {row['lines']} | {row['seconds']} |"  # type: ignore[operator]
            for row in rows
        ),
        "",
        NOTE,
    ]
    return "\n".join(lines)


def main() -> None:
    """Count, run and check every script, and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bertopic", required=True, help="a Python with BERTopic and Turftopic")
    parser.add_argument("--litstudy", required=True, help="a Python with litstudy and Plotly")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="the folder of dumps")
    parser.add_argument("--readme", action="store_true", help="write the README's part as well")
    arguments = parser.parse_args()
    # Not resolved: a venv's Python is a link, and what it links to knows no packages.
    pythons = {
        "papertrends": sys.executable,
        "BERTopic": str(Path(arguments.bertopic).absolute()),
        "Turftopic": str(Path(arguments.bertopic).absolute()),
        "litstudy": str(Path(arguments.litstudy).absolute()),
    }
    rows: list[dict[str, object]] = []
    for tool, script, distribution in SCRIPTS:
        imports, lines = code_lines((HERE / script).read_text(encoding="utf-8"))
        row = {
            "tool": tool,
            "version": version(pythons[tool], distribution),
            "script": script,
            "imports": imports,
            "lines": lines,
            "seconds": run(script, pythons[tool], arguments.data),
        }
        rows.append(row)
        print(row)
    results = HERE.parent / "results" / "compare.json"
    results.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    if arguments.readme:
        put("compare", table(rows))


if __name__ == "__main__":
    main()
