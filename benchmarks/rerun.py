"""Measures whether themes stay the same themes when papertrends is run again.

Usage: python benchmarks/rerun.py [FOLDER] [--only PART]... [--readme]

FOLDER (default ../shared/data) holds hf_daily_2024-2025.parquet, the archive; nothing is measured
without it. PARTs are kept, new, alarms, speed and updates. Figures go to
``benchmarks/results/rerun.json`` and, with --readme, into the README between its markers.
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
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import readme
from archive_dumps import read_archive, write_dump, write_dumps

from papertrends import analyse, open_store, update
from papertrends.fits import versions

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "rerun.json"

#: Themes that are held out of the archive and fed in, by words of titles and abstracts. None of
#: them was looked at when the search for new themes was made.
HELD_OUT = {
    "hallucination": r"hallucinat",
    "KV cache": r"\bKV[- ]cache",
    "medical": r"\bmedical|clinical|radiolog",
    "mixture of experts": r"mixture[- ]of[- ]experts|\bMoEs?\b",
    "music": r"\bmusic",
    "proteins and molecules": r"\bprotein|molecul",
    "retrieval-augmented generation": r"retrieval[- ]augmented|\bRAG\b",
    "RLVR": r"\bGRPO\b|\bRLVR\b|verifiable rewards?",
}
DRAWS, SIZE, DIGEST, ALARMS = 3, 3_000, 30, 20


def texts(papers: pd.DataFrame) -> pd.Series[str]:
    """Return title and abstract of each paper."""
    return papers["title"] + ". " + papers["abstract"]


def kept(papers: pd.DataFrame) -> dict[str, Any]:
    """Refit after 5 % random new papers: how many old papers keep their themes."""
    draws = []
    for seed in range(DRAWS):
        new = np.random.default_rng(seed).random(len(papers)) < 0.05
        with tempfile.TemporaryDirectory() as place:
            folder, store = Path(place), Path(place) / "papers.duckdb"
            write_dumps(papers[~new], folder / "old")
            write_dumps(papers, folder / "all")
            start = time.perf_counter()
            analyse(folder / "old", store=store)
            fitted = time.perf_counter() - start
            # The rest of each digest comes in a file of its own, as it would.
            write_dumps(papers[new], folder / "new")
            old = open_store(store)
            start = time.perf_counter()
            shutil.copy(store, folder / "grown.duckdb")
            grown = update(folder / "new", store=folder / "grown.duckdb")
            updated = time.perf_counter() - start
            before = old.memberships
            after = grown.memberships[grown.memberships["paper_id"].isin(before["paper_id"])]
            start = time.perf_counter()
            refitted = update(folder / "new", store=store, refit=True)
            relearned = time.perf_counter() - start
        draws.append(
            {
                "papers": int(len(papers) - new.sum()),
                "new": int(new.sum()),
                "themes": len(old.themes),
                "update_same": bool(
                    before.equals(after[after["theme_id"].isin(old.themes["theme_id"])]
                                  .reset_index(drop=True))
                ),
                "update_born": int((grown.history["run"] == 2).sum()),
                "primary": of_primary(before, refitted.memberships),
                "memberships": of_memberships(before, refitted.memberships),
                "refit_events": refitted.history.loc[refitted.history["run"] == 2, "event"]
                .value_counts().to_dict(),
                "seconds": {"fit": fitted, "update": updated, "refit": relearned},
            }
        )  # fmt: skip
        print("kept", draws[-1], flush=True)
    return {"draws": draws}


def of_primary(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """Return the share of papers with a primary theme that have the same one afterwards."""
    then = before[before["primary"]].set_index("paper_id")["theme_id"]
    now = after[after["primary"]].set_index("paper_id")["theme_id"]
    return float((now.reindex(then.index) == then).mean())


def of_memberships(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """Return the share of memberships that are there afterwards, finer themes included."""
    keys = ["paper_id", "theme_id"]
    return len(before[keys].merge(after[keys])) / len(before)


def new(papers: pd.DataFrame) -> dict[str, Any]:
    """Hold a theme out of the archive, then feed it in: when it is found, and what of it."""
    found: dict[str, Any] = {}
    for number, (name, words) in enumerate(HELD_OUT.items()):
        is_theme = texts(papers).str.contains(words, case=False, regex=True)
        chance = np.random.default_rng(100 + number)
        theme, others = np.flatnonzero(is_theme), np.flatnonzero(~is_theme)
        theme, others = chance.permutation(theme), chance.permutation(others)
        with tempfile.TemporaryDirectory() as place:
            base = Path(place) / "base.duckdb"
            write_dumps(papers.iloc[np.sort(others[:SIZE])], Path(place) / "old")
            analyse(Path(place) / "old", store=base)
            for kind, size in (("all of it", DIGEST), ("a third of it", DIGEST // 3)):
                store = Path(shutil.copy(base, Path(place) / "grown.duckdb"))
                digests = [
                    papers.iloc[
                        np.concatenate([
                            theme[step * size : (step + 1) * size],
                            others[SIZE:][step * (DIGEST - size) : (step + 1) * (DIGEST - size)],
                        ])
                    ]
                    for step in range(2)
                ]  # fmt: skip
                found[f"{name}, {kind}"] = fed(store, digests, words)
                print(name, kind, found[f"{name}, {kind}"], flush=True)
    return found


def fed(store: Path, digests: list[pd.DataFrame], words: str) -> dict[str, Any]:
    """Add digests one by one; tell of the first new theme that is mostly of the theme."""
    old, result = open_store(store), {"found": 0, "precision": 0.0, "recall": 0.0}
    for step, digest in enumerate(digests, 1):
        day = pd.Timestamp("2026-01-01") + pd.Timedelta(days=step)
        path = write_dump(digest.assign(digest_date=day), store.parent)
        grown = update(path, store=store)
        path.unlink()
        is_new = ~grown.papers["paper_id"].isin(old.papers["paper_id"])
        came = grown.papers[is_new].set_index("paper_id")
        mine = texts(came).str.contains(words, case=False, regex=True)
        born = grown.history[(grown.history["event"] == "born") & (grown.history["run"] > 1)]
        best = 0.0
        for theme in born["theme_id"]:
            inside = grown.memberships[grown.memberships["theme_id"] == theme]["paper_id"]
            inside = inside[inside.isin(came.index)]
            precision = float(mine[inside].mean()) if len(inside) else 0.0
            recall = float(mine[inside].sum() / mine.sum())
            if precision >= 0.8 and recall > best:
                best, first = recall, result["found"] or step
                result = {"found": first, "precision": precision, "recall": recall}
    kept_old = grown.memberships[grown.memberships["theme_id"].isin(old.themes["theme_id"])]
    kept_old = kept_old[kept_old["paper_id"].isin(old.papers["paper_id"])]
    same = old.memberships.equals(kept_old.reset_index(drop=True))
    return result | {"themes_born": len(born), "old_same": same}


def alarms(papers: pd.DataFrame) -> dict[str, Any]:
    """Feed random papers in: how often a new theme is found though none has started."""
    order = np.random.default_rng(9).permutation(len(papers))
    wrong = []
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "base.duckdb"
        write_dumps(papers.iloc[np.sort(order[:SIZE])], Path(place) / "old")
        analyse(Path(place) / "old", store=base)
        for step in range(ALARMS):
            store = Path(shutil.copy(base, Path(place) / "grown.duckdb"))
            part = papers.iloc[order[SIZE + 80 * step : SIZE + 80 * (step + 1)]]
            path = write_dump(part.assign(digest_date="2026-01-01"), Path(place))
            grown = update(path, store=store)
            wrong.append(int((grown.history["run"] == 2).sum()))
    print("alarms", wrong, flush=True)
    return {"updates": ALARMS, "with_a_new_theme": int(np.count_nonzero(wrong))}


def dumps_of(papers: pd.DataFrame, folder: Path) -> Path:
    """Write some 8,000 papers, in a folder ``old``, and a dump of 80 more; return that."""
    rows = papers.sort_values("digest_date").tail(8_080)
    write_dumps(rows.head(len(rows) - 80), folder / "old")
    return write_dump(rows.tail(80).assign(digest_date=rows["digest_date"].iloc[-1]), folder)


def timed(folder: Path, cache: str, *arguments: str) -> float:
    """Return how many seconds the command line takes, with vectors kept in `cache`."""
    environment = os.environ | ({"PAPERTRENDS_CACHE": str(folder / cache)} if cache else {})
    command = [sys.executable, "-m", "papertrends", *arguments, "--quiet"]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True)
    return time.perf_counter() - start


def speed(papers: pd.DataFrame) -> dict[str, Any]:
    """Time a full run of the command line with nothing kept, and one with the vectors kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        dumps_of(papers, folder)
        full = timed(folder, "kept", "report", "old", "--store", "papers.duckdb")
        shutil.rmtree(folder / "kept" / "models", ignore_errors=True)
        encoded = timed(folder, "kept", "report", "old", "-o", "again.html")
        n_papers = int(open_store(folder / "papers.duckdb").runs["n_papers"].iloc[0])
    return {"papers": n_papers, "full": full, "full_vectors_cached": encoded}


def updates(papers: pd.DataFrame) -> dict[str, Any]:
    """Time updates of a store of 8,000 papers with 80 new ones, no vector of which is kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        new_dump = dumps_of(papers, folder).name
        timed(folder, "", "report", "old", "--store", "papers.duckdb")
        seconds: dict[str, list[float]] = {"update": [], "nothing_new": []}
        for turn in range(3):
            shutil.copy(folder / "papers.duckdb", folder / "grown.duckdb")
            for kind in seconds:
                took = timed(folder, f"{turn}", "update", new_dump, "--store", "grown.duckdb")
                seconds[kind].append(took)
        embedded = open_store(folder / "grown.duckdb").runs["n_embedded"].tolist()
    return {kind: median(took) for kind, took in seconds.items()} | {"embedded": embedded}


def table(result: dict[str, Any]) -> str:
    """Return the README's table."""
    lines = ["| run again, on 8,000 papers of the archive | asked of it | measured |",
             "|---|---|---|"]  # fmt: skip
    if "kept" in result:
        draws = result["kept"]["draws"]
        same = sum(draw["update_same"] for draw in draws)
        lines.append(
            f"| update with 5 % random new papers: old papers keep all their themes | all | "
            f"{same} of {len(draws)} draws, to the last digit |"
        )
        for name, words in (("primary", "primary theme"), ("memberships", "themes, finer ones "
                            "included")):  # fmt: skip
            values = ", ".join(f"{draw[name]:.2%}" for draw in draws)
            lines.append(f"| refit instead: old papers keep their {words} | 95 % | {values} |")
    if "speed" in result and "updates" in result:
        s = result["speed"] | result["updates"]
        lines.append(
            f"| update with 80 new papers, of the time of a full run | 1/20 | "
            f"{s['update'] / s['full']:.3f} ({s['update']:.0f} s of {s['full']:.0f} s; "
            f"{s['update'] / s['full_vectors_cached']:.3f} of a run with all vectors at hand) |"
        )
        lines.append(f"| the same update again: nothing new | | {s['nothing_new']:.0f} s |")
    if "new" in result:
        for kind in ("all of it", "a third of it"):
            cases = {k: v for k, v in result["new"].items() if k.endswith(kind)}
            once = sum(case["found"] == 1 for case in cases.values())
            ever = sum(case["found"] > 0 for case in cases.values())
            recall = np.mean([case["recall"] for case in cases.values() if case["found"]])
            lines.append(
                f"| a theme held out, then fed in, digests of {DIGEST} papers with {kind}: found "
                f"within two | {'all' if kind == 'all of it' else ''} | {ever} of {len(cases)} "
                f"({once} with the first), with {recall:.0%} of its papers |"
            )
    if "alarms" in result:
        a = result["alarms"]
        lines.append(
            f"| updates with 80 random papers that gave a new theme | | "
            f"{a['with_a_new_theme']} of {a['updates']} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, keep the figures, write the README's table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "../shared/data")
    parser.add_argument("--only", metavar="PART", action="append", default=[])
    parser.add_argument("--readme", action="store_true")
    arguments = parser.parse_args()
    # One core, as in the other benchmarks.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    path = arguments.folder / "hf_daily_2024-2025.parquet"
    if not path.is_file():
        sys.exit(f"there is no {path}")
    papers = read_archive(path)
    parts: dict[str, Callable[[pd.DataFrame], dict[str, Any]]] = {
        "kept": kept, "new": new, "alarms": alarms, "speed": speed, "updates": updates,
    }  # fmt: skip
    for name, part in parts.items():
        if not arguments.only or name in arguments.only:
            figures = part(papers)
            # Parts may be measured one beside the other.
            result = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
            result |= {name: figures, "versions": versions()}
            result["machine"] = f"one core, {platform.machine()}"
            RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if arguments.readme:
        readme.put("rerun", table(json.loads(RESULTS.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
