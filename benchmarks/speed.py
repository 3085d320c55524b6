"""Measures time and memory of papertrends beside the BERTopic recipe, from 150 papers to 75,000.

Usage: python benchmarks/speed.py [FOLDER] --python PYTHON [--part PART]... [--runs N] [--readme]

FOLDER (default ../shared/data) holds the corpora; PYTHON is an interpreter with what
``speed_recipe.py`` needs (``make .cache/bertopic/.ready`` makes one). Runs alternate, each in a
process of its own, so that a drift of the machine's speed hits both; peak memory is what the
kernel counted for that process, or what it and those it started had at a time. Ours starts with an
empty cache of vectors and models; kernels that either compiles are kept from run to run. What a
part finds is kept at once, in
``benchmarks/results/speed.json``; with --readme the tables of README and docs/scale.md are
written from all parts that were ever measured. Takes a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import readme
import speed_data
from speed_tables import KILLED_AT, cluster_figures, scale_table, slope, speed_table, whole_run

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "speed.json"
KERNELS = ROOT / ".cache" / "speed"

#: From so many papers on the recipe embeds a sample, and its time for all is reckoned.
RECKONED_FROM = 20_000
SAMPLE = 500
GROWTH = (10_000, 20_000, 40_000, 75_000)
LARGEST = 75_000
#: The parts of arXiv that quality is measured on; the encoder was tuned on papers of parts 1 and 2.
QUALITY_PARTS = (0, 3, 4)
#: Runs a command and tells seconds and peak memory. A process of its own, as small as can be: the
#: kernel starts a child's peak at its parent's.
_LAUNCH = """
import json, os, signal, sys, threading, time
told, said, limit, command = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
opened = (os.POSIX_SPAWN_OPEN, 1, said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
def held(pid):
    at = f"/proc/{pid}"
    try:
        pages = int(open(at + "/statm").read().split()[1])
        started = [open(f"{at}/task/{one}/children").read() for one in os.listdir(at + "/task")]
    except OSError:  # it has ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(held(one) for one in " ".join(started).split())
seen = [0]
def watch():
    while True:
        seen.append(max(seen.pop(), held(pid)))
        time.sleep(0.25)
began = time.perf_counter()
pid = os.posix_spawn(command[0], command, os.environ, file_actions=[opened])
stopped = []
signal.signal(signal.SIGALRM, lambda *_: (stopped.append(1), os.kill(pid, signal.SIGKILL)))
signal.setitimer(signal.ITIMER_REAL, limit)
threading.Thread(target=watch, daemon=True).start()
_, status, used = os.wait4(pid, 0)
signal.setitimer(signal.ITIMER_REAL, 0)
most = max(used.ru_maxrss / 1024, *(one / 2**20 for one in seen))
told_all = {"seconds": time.perf_counter() - began, "mb": most}
told_all |= {"code": os.waitstatus_to_exitcode(status), "stopped": bool(stopped)}
with open(told, "w") as file:
    json.dump(told_all, file)
"""


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Attributes
    ----------
    seconds : float
        From start to end of the process, on the clock.
    mb : float
        The most memory it held, in MiB.
    said : str
        The last line it printed.
    stopped : bool
        Whether it was stopped at the limit.
    """

    seconds: float
    mb: float
    said: str
    stopped: bool


@dataclass(frozen=True)
class Bench:
    """Where and how often it is measured."""

    folder: Path
    scratch: Path
    python: str | None
    runs: int
    limit: float

    def run(self, command: list[str], **env: str) -> Run:
        """Run a command in a fresh process.

        Raises
        ------
        RuntimeError
            If it fails.
        """
        told, said = self.scratch / "told.json", self.scratch / "said.txt"
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCH, str(told), str(said)]
        done = subprocess.run(
            [*launcher, str(self.limit), *command],
            env={**os.environ, "HF_HUB_OFFLINE": "1", **env},
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
        found = json.loads(told.read_text(encoding="utf-8"))
        if found.pop("code") and not found["stopped"]:
            raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-4000:]}")
        lines = said.read_text(encoding="utf-8").strip().splitlines()
        return Run(said=lines[-1] if lines else "", **found)

    def job(self, name: str, *arguments: object, cached: bool = False) -> dict[str, Any]:
        """Run one of ``speed_jobs.py``, with an empty cache where time counts; return its find."""
        script = [sys.executable, str(ROOT / "benchmarks" / "speed_jobs.py"), name]
        with tempfile.TemporaryDirectory(dir=self.scratch) as cache:
            env = {} if cached else {"PAPERTRENDS_CACHE": cache}
            ran = self.run([*script, *map(str, arguments)], **env)
        found: dict[str, Any] = json.loads(ran.said)
        return found

    def ours(self, papers: Path) -> tuple[Run, Run, Run]:
        """Make the report of `papers` with nothing cached, once more, and with vectors only."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            first, again = self.report(papers, folder), self.report(papers, folder)
            for kept in ("reports", "models"):
                shutil.rmtree(f"{folder}/cache/{kept}", ignore_errors=True)
            return first, again, self.report(papers, folder)

    def report(self, papers: Path, folder: str) -> Run:
        """Make the report of `papers` in `folder`, where the cache is."""
        report = [sys.executable, "-m", "papertrends", "report", str(papers), "--quiet"]
        env = {"PAPERTRENDS_CACHE": f"{folder}/cache", "NUMBA_CACHE_DIR": f"{KERNELS}/ours"}
        return self.run([*report, "-o", f"{folder}/r.html"], **env)

    def recipe(self, papers: Path, vectors: Path | None = None) -> Run:
        """Run the recipe on `papers`; with vectors it embeds a sample only."""
        assert self.python
        name, lines = "bertopic_script.py", papers
        if papers.is_file():
            name, lines = "speed_recipe.py", papers.with_suffix(".jsonl")
        command = [self.python, str(ROOT / "benchmarks" / name), str(lines)]
        command += [str(self.scratch / "chart.html")]
        if vectors:
            command += ["--vectors", str(vectors), "--sample", str(SAMPLE)]
        return self.run(command, NUMBA_CACHE_DIR=f"{KERNELS}/recipe")


def side_by_side(bench: Bench, papers: Path, size: int) -> dict[str, Any]:
    """Run papertrends, papertrends again and the recipe in turn."""
    vectors, stand_ins = None, None
    if bench.python and size >= RECKONED_FROM:
        vectors = bench.scratch / f"{size}.npy"
        stand_ins = bench.job("stand-ins", papers.with_suffix(".jsonl"), vectors)
    if bench.python:  # kernels of neither are compiled when it counts
        bench.recipe(ROOT / "data")
    bench.ours(ROOT / "data")
    ours, again, vectors_only, theirs = [], [], [], []
    for _ in range(bench.runs):
        for found, run in zip((ours, again, vectors_only), bench.ours(papers), strict=True):
            found.append(run)
        if bench.python:
            theirs.append(bench.recipe(papers, vectors))
    seconds = [reckoned(run, size) for run in theirs]
    result: dict[str, Any] = {"n_papers": size, **figures("ours", ours), **figures("again", again)}
    result |= figures("vectors_only", vectors_only)
    if theirs:
        result |= figures("recipe", theirs)
        result["recipe_s"] = [round(one, 2) for one in seconds]
        pairs = zip(seconds, ours, strict=True)
        result["recipe_to_ours"] = round(median(one / run.seconds for one, run in pairs), 2)
        result["recipe_stopped"] = any(run.stopped for run in theirs)
        result["recipe_stages"] = [json.loads(one.said) for one in theirs if one.said[:1] == "{"]
        result["stand_ins"] = stand_ins
    pairs = zip(ours, again, strict=True)
    result["first_to_again"] = round(median(one.seconds / run.seconds for one, run in pairs), 2)
    return result


def reckoned(run: Run, size: int) -> float:
    """Return the seconds of a run of the recipe, had it embedded all papers."""
    stages = json.loads(run.said) if run.said[:1] == "{" else {}
    if "embed_s" not in stages:
        return run.seconds
    more = stages["embed_s"] * (size / stages["n_embedded"] - 1)
    return run.seconds + float(more)


def figures(name: str, runs: list[Run]) -> dict[str, Any]:
    """Return seconds and memory of all runs."""
    seconds, mb = [round(run.seconds, 2) for run in runs], [round(run.mb) for run in runs]
    return {f"{name}_s": seconds, f"{name}_mb": mb}


def on_dumps(bench: Bench) -> dict[str, Any]:
    """Measure on the two dumps of `data/`."""
    return side_by_side(bench, ROOT / "data", 150)


def on(papers: Callable[[Path], Any], size: int | None = None) -> Callable[[Bench], dict[str, Any]]:
    """Return the part that measures on those papers, or `size` of them."""

    def part(bench: Bench) -> dict[str, Any]:
        chosen = papers(bench.folder)
        chosen = chosen if size is None else speed_data.some(chosen, size)
        stem = bench.scratch / f"papers-{len(chosen)}"
        found = side_by_side(bench, speed_data.write(chosen, stem), len(chosen))
        return found | {"n_made_up": int(chosen["made_up"].sum())}

    return part


def growth(bench: Bench) -> dict[str, Any]:
    """Measure how time grows with the number of papers, all other things equal."""
    papers = speed_data.everything(bench.folder, LARGEST)
    files = {
        size: speed_data.write(speed_data.some(papers, size), bench.scratch / f"growth-{size}")
        for size in GROWTH
    }
    bench.ours(ROOT / "data")
    runs: dict[int, list[Run]] = {size: [] for size in GROWTH}
    for _ in range(bench.runs):
        for size, file in files.items():
            with tempfile.TemporaryDirectory(dir=bench.scratch) as folder:
                runs[size].append(bench.report(file, folder))
    seconds = [median(run.seconds for run in runs[size]) for size in GROWTH]
    ends = slope([GROWTH[0], GROWTH[-1]], [seconds[0], seconds[-1]])
    return {
        "sizes": list(GROWTH),
        "seconds": [round(one, 2) for one in seconds],
        "mb": [round(median(run.mb for run in runs[size])) for size in GROWTH],
        "exponent": round(slope(list(GROWTH), seconds), 3),
        "exponent_of_the_ends": round(ends, 3),
    }


def assign(bench: Bench) -> dict[str, Any]:
    """Measure papers a second that a fitted model assigns, their encoding included."""
    learned = speed_data.write(speed_data.archive(bench.folder), bench.scratch / "learned")
    fresh = speed_data.some(speed_data.arxiv(bench.folder), 20_000)
    file = speed_data.write(fresh, bench.scratch / "fresh")
    found = [bench.job("assign", learned, file) for _ in range(bench.runs)]
    rate = median(one["papers_a_second"] for one in found)
    return found[0] | {"papers_a_second": rate, "each": [one["papers_a_second"] for one in found]}


def quality(bench: Bench) -> dict[str, Any]:
    """Compare the distilled encoder with MiniLM: AMI with labels, F1 of named themes.

    Which groups there are turns on few papers: several samples that share none.
    """
    arxiv = speed_data.arxiv(bench.folder)
    labelled = {
        f"arXiv 2025, primary category, part {part}": speed_data.part(arxiv, 5_000, part)
        for part in QUALITY_PARTS
    }
    labelled["IJCAI 2020-2021, area"] = speed_data.read_papers(
        bench.folder, "ijcai_2020-2021.parquet"
    )
    result: dict[str, Any] = {"ami": {}, "f1": {}}
    for name, chosen in labelled.items():
        file = speed_data.write_table(chosen, bench.scratch / "labelled.parquet")
        result["ami"][name] = {
            encoder: bench.job("ami", file, "category", encoder, cached=True)
            for encoder in ("minilm", "distilled")
        }
    result["ami_less"] = round(mean(map(_ami_less, result["ami"].values())), 4)
    archive = speed_data.write(speed_data.archive(bench.folder), bench.scratch / "archive")
    for encoder in ("minilm", "distilled"):
        result["f1"][encoder] = bench.job("f1", archive, encoder, cached=True)
    return result


def _ami_less(found: dict[str, Any]) -> float:
    """Return how much lower the distilled encoder's AMI is, of broad themes."""
    return float(found["minilm"]["ami"]["broad"] - found["distilled"]["ami"]["broad"])


def in_parts(bench: Bench) -> Path:
    """Write the arXiv papers as 16 files; return their folder."""
    folder = bench.scratch / "parts"
    speed_data.write_parts(speed_data.arxiv(bench.folder), folder, 16)
    return folder


def cluster(bench: Bench) -> dict[str, Any]:
    """Measure two Dask workers beside one process, in turn, and with a worker killed."""
    folder, model = in_parts(bench), bench.scratch / "model"
    bench.job("model", folder, model)
    alone, two, killed = [], [], []
    for _ in range(bench.runs):
        alone.append(bench.job("alone", folder, model))
        two.append(bench.job("two-workers", folder, model))
        killed.append(bench.job("two-workers", folder, model, KILLED_AT * two[-1]["seconds"]))
    return cluster_figures(alone, two, killed)


def rates(bench: Bench) -> dict[str, Any]:
    """Measure papers a second on one core, for docs/scale.md."""
    return bench.job("rates", in_parts(bench))


def machine() -> str:
    """Name the processor: int8 is multiplied faster where it has VNNI."""
    try:
        features = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    return f"{platform.machine()} {'with' if '_vnni' in features else 'without'} VNNI"


PARTS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "dumps": on_dumps,
    "3000": on(speed_data.archive, 3_000),
    "8000": on(speed_data.archive),
    "40000": on(speed_data.arxiv),
    "75000": on(lambda folder: speed_data.everything(folder, LARGEST)),
    "growth": growth,
    "assign": assign,
    "quality": quality,
    "cluster": cluster,
    "rates": rates,
}


def main() -> None:
    """Measure the parts asked for, keep what they found, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--python", metavar="PYTHON", help="without it the recipe is left out")
    parser.add_argument("--part", choices=PARTS, action="append", help="all of them if not given")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=7_200, help="seconds a process may take")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    result: dict[str, Any] = {}
    if RESULTS.is_file():
        result = json.loads(RESULTS.read_text(encoding="utf-8"))
    for part in given.part or PARTS:
        with tempfile.TemporaryDirectory() as scratch:
            bench = Bench(
                given.folder.resolve(), Path(scratch), given.python, given.runs, given.limit
            )
            cores = len(os.sched_getaffinity(0))
            measured = {"runs": given.runs, "cores": cores, "machine": machine()}
            result[part] = measured | PARTS[part](bench)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"{part}: {json.dumps(result[part])}", flush=True)
    print(speed_table(result))
    if given.readme:
        readme.put("speed", speed_table(result))
        page = ROOT / "docs" / "scale.md"
        if "rates" in result:
            readme.put("scale", scale_table(result["rates"]), page)
        with_fit = [result[part] for part in ("8000", "40000") if part in result]
        if "cluster" in result and with_fit:
            readme.put("whole", whole_run(result["cluster"], with_fit), page)


if __name__ == "__main__":
    main()
