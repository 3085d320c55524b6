"""Measures how fast and how rightly dumps are loaded, in every form.

Usage: python benchmarks/loading.py [FOLDER] [--readme]

FOLDER (default ../shared/data) holds hf_daily_2024-2025.parquet, the archive, and
arxiv_daily_2025.parquet; nothing is measured without them. Figures go to
``benchmarks/results/loading.json`` and, with --readme, into the README between its markers.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pandas as pd
import readme
from archive_dumps import papers_of, read_archive, write_forms
from dump_forms import FORMS

from papertrends.dumps import read_dump
from papertrends.dumps.content import of_bytes

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "loading.json"
RUNS, PAPERS, BALLAST = 3, 13_000, 20_000

_LOAD = """
import re, sys, time
from pathlib import Path
start = time.perf_counter()
import pandas
middle = time.perf_counter()
import papertrends
papers = papertrends.load_papers(sys.argv[1])
end = time.perf_counter()
# Not getrusage: that knows of the memory of the process this one was made by.
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024
print(len(papers), end - middle, middle - start, peak)
"""


def forms(archive: pd.DataFrame, folder: Path) -> dict[str, Any]:
    """Write the archive in every form and read it: megabytes a second, and what is wrong."""
    found = {}
    digests = [papers_of(digest) for _, digest in archive.groupby("digest_date")]
    gc.collect()
    gc.freeze()  # what is held here is no part of what is measured
    for name, form in FORMS.items():
        paths = write_forms(archive, folder / name, [form])
        dumps = [path.read_bytes() for path in paths]
        seconds = []
        for _ in range(RUNS):
            start = time.perf_counter()
            read = [read_dump(of_bytes(data, file=name)) for data in dumps]
            seconds.append(time.perf_counter() - start)
        right = sum(
            (paper.title, paper.abstract) == (record.title, record.abstract)
            for papers, dump in zip(digests, read, strict=True)
            for paper, record in zip(papers, dump.records, strict=False)
        )
        megabytes = sum(map(len, dumps)) / 1e6
        found[name] = {
            "reader": form.reader,
            "told_by_content": sum(dump.format == form.reader for dump in read),
            "files": len(paths),
            "megabytes": round(megabytes, 1),
            "megabytes_a_second": round(megabytes / median(seconds), 1),
            "papers": sum(map(len, digests)),
            "right": right,
            "read": sum(len(dump.records) for dump in read),
        }
        print(name, found[name], flush=True)
    gc.unfreeze()
    return found


def many(archive: pd.DataFrame, folder: Path, arxiv: Path) -> dict[str, Any]:
    """Load 13,000 papers in some 440 files of page text, each time in a new process."""
    with duckdb.connect() as database:
        more = database.execute(
            "SELECT arxiv_id, title, abstract, digest_date FROM read_parquet(?)", [str(arxiv)]
        ).df()
    more = more[~more["arxiv_id"].isin(set(archive["arxiv_id"]))].drop_duplicates("title")
    more = more.head(PAPERS - len(archive)).assign(upvotes=0, published_date="2025-01-01")
    days = archive["digest_date"].drop_duplicates().tolist()
    more["digest_date"] = [days[row % len(days)] for row in range(len(more))]
    papers = pd.concat([archive, more], ignore_index=True)
    paths = write_forms(papers, folder / "many", [FORMS["page-text"]])
    return {"files": len(paths), **_loaded(folder / "many")}


def memory(archive: pd.DataFrame, folder: Path) -> dict[str, Any]:
    """Load JSON lines, and the same with 20 kB of other fields in each."""
    peaks = {}
    for name, ballast in (("plain", ""), ("with ballast", "x" * BALLAST)):
        path = folder / f"{name}.jsonl"
        rows = archive[["arxiv_id", "title", "abstract"]].assign(
            digest_date=archive["digest_date"].dt.strftime("%Y-%m-%d"), other=ballast
        )
        rows.to_json(path, orient="records", lines=True, force_ascii=False)
        peaks[name] = {"megabytes": round(path.stat().st_size / 1e6), **_loaded(path)}
    return peaks


def _loaded(path: Path) -> dict[str, Any]:
    """Load in new processes; seconds beside those of importing pandas, and the peak memory."""
    command = [sys.executable, "-c", _LOAD, str(path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    runs = []
    for _ in range(RUNS):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        runs.append([float(value) for value in done.stdout.split()])
    rows, seconds, pandas_seconds, peak = (median(values) for values in zip(*runs, strict=True))
    return {
        "rows": int(rows),
        "seconds": round(seconds, 2),
        "of_import_pandas": round(seconds / pandas_seconds, 1),
        "peak_megabytes": round(peak),
    }


def table(result: dict[str, Any]) -> str:
    """Return the README's tables."""
    several = result["many"]
    peaks = result["memory"]
    lines = [
        f"Medians of {RUNS} runs on one core, {result['machine']}:",
        "",
        "| 8,076 papers of 438 digests, a file each | MB | MB a second | right to the character |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} (`{one['reader']}`) | {one['megabytes']} | {one['megabytes_a_second']} "
        f"| {one['right']:,} of {one['papers']:,} |"
        for name, one in result["forms"].items()
    ]
    lines += [
        "",
        f"{several['rows']:,} papers in {several['files']} files of page text: "
        f"{several['seconds']} s for `load_papers` with its import, "
        f"{several['of_import_pandas']} times `import pandas`; "
        f"{several['peak_megabytes']} MB at most.",
        f"JSON lines of {peaks['plain']['megabytes']} MB: {peaks['plain']['peak_megabytes']} MB of "
        f"memory at most; with {BALLAST:,} bytes of other fields in each, "
        f"{peaks['with ballast']['megabytes']} MB: {peaks['with ballast']['peak_megabytes']} MB.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, keep the figures, and put them into the README if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    place = given.folder / "hf_daily_2024-2025.parquet"
    arxiv = given.folder / "arxiv_daily_2025.parquet"
    if not (place.exists() and arxiv.exists()):
        sys.exit(f"there is no archive in {given.folder}; name the folder that holds it")
    archive = read_archive(place)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        result = {
            "machine": platform.machine(),
            "python": platform.python_version(),
            "many": many(archive, folder, arxiv),
            "memory": memory(archive, folder),
            "forms": forms(archive, folder),
        }
    RESULTS.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(table(result))
    if given.readme:
        readme.put("loading", table(result))


if __name__ == "__main__":
    main()
