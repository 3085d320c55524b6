"""What ``speed.py`` measures within one process of papertrends, each job in a process of its own.

Usage: python benchmarks/speed_jobs.py JOB ARGUMENT...   (prints figures as JSON, as its last line)
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from papertrends.papers import load, load_papers
from papertrends.themes.model import ThemeModel

ROOT = Path(__file__).resolve().parents[1]
#: Papers that a model is learned from before it assigns others.
LEARNED = 3_000


def stand_ins(papers: str, out: str) -> dict[str, Any]:
    """Write vectors much like MiniLM's, by a distilled encoder, for the recipe's fit."""
    from threadpoolctl import threadpool_limits

    from papertrends.encoders import LSA, StaticVectors, coverage_sample, distil
    from papertrends.encoders.minilm import MiniLM
    from papertrends.themes.kmeans import keys_of

    rows = pd.read_json(papers, lines=True)
    texts = (rows["title"] + ". " + rows["abstract"]).tolist()
    step = max(1, len(texts) // LEARNED)
    sample = texts[::step]
    with threadpool_limits(limits=1):
        lsa, static, keys = LSA.fit(sample), StaticVectors().encode(sample), keys_of(sample)
        taught = coverage_sample(static, keys, 1_000)
        targets = MiniLM().encode([sample[row] for row in taught.tolist()])
        learned = distil(
            static,
            lsa.transform(sample),
            taught,
            targets,
            keys,
            analysis=lsa,
            teacher=MiniLM.name,
        )
        vectors = learned.encode(texts)
    np.save(out, vectors)
    return {"n_papers": len(texts), "agreement": round(learned.agreement, 3)}


def assign(learned: str, fresh: str) -> dict[str, Any]:
    """Time `ThemeModel.assign` on papers it never saw, their encoding included."""
    model = ThemeModel(encoder="distilled").fit(load_papers(learned))
    papers = load_papers(fresh)
    papers = papers[~papers["paper_id"].isin(model.map["paper_id"])]
    started = time.perf_counter()
    found = model.assign(papers)
    seconds = time.perf_counter() - started
    return {
        "encoder": model.encoder_name,
        "n_papers": int(papers["paper_id"].nunique()),
        "n_assigned": int(found["paper_id"].nunique()),
        "seconds": round(seconds, 3),
        "papers_a_second": round(papers["paper_id"].nunique() / seconds),
    }


def agreement_with_labels(papers: str, column: str, encoder: str) -> dict[str, Any]:
    """Return AMI of discovered themes with a column of labels, for `encoder`."""
    import duckdb

    from papertrends.evaluation import agreement, groups_of
    from papertrends.evaluation.inputs import from_table

    given = from_table(duckdb.read_parquet(papers).df(), column)
    model = ThemeModel(encoder=encoder).fit(given.papers)
    ids = given.papers["paper_id"].drop_duplicates().tolist()
    groups = groups_of(model.memberships, model.themes, ids)
    figures = {one.level: round(one.ami, 4) for one in agreement(groups, given.labels)}
    broad = (model.themes["kind"] == "discovered") & (model.themes["parent"] == "")
    n_themes = int(broad.sum())
    return {
        "encoder": model.encoder_name,
        "n_papers": len(ids),
        "n_themes": n_themes,
        "ami": figures,
    }


def named_f1(archive: str, encoder: str) -> dict[str, Any]:
    """Return macro F1 of named themes in the whole archive, for `encoder`."""
    from named_themes import THEMES

    from papertrends.evaluation import named_figures

    labels = pd.read_csv(ROOT / "tests/data/labels_archive.csv", dtype=str).set_index("arxiv_id")
    labels.index = "arxiv:" + labels.index
    papers = load_papers(archive)
    model = ThemeModel(THEMES, encoder=encoder).fit(papers)
    halves = {"report": labels[labels["half"] == "report"], "all": labels}
    f1 = {
        half: round(
            float(named_figures(model.memberships, rows.drop(columns="half"))["f1"].iloc[-1]), 4
        )
        for half, rows in halves.items()
    }
    return {"encoder": model.encoder_name, "n_papers": len(model.map), "f1": f1}


def rates(folder: str) -> dict[str, Any]:
    """Return papers a second on one core by stage, and bytes a paper."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from papertrends.counting import put_together
    from papertrends.export import write_table

    files = sorted(Path(folder).glob("*.parquet"))
    load(files[:1])  # what is imported on the way is no paper's cost
    before = _resident()
    started = time.perf_counter()
    papers = load(files).papers
    load_s = time.perf_counter() - started
    memory = _resident() - before
    model = ThemeModel(encoder="distilled").fit(_spread(papers, LEARNED))
    new = papers[~papers["paper_id"].isin(model.map["paper_id"])]
    started = time.perf_counter()
    found = model.assign(new)
    assign_s = time.perf_counter() - started
    whole = ThemeModel(encoder="distilled").fit(papers)
    put_together(papers, whole.fitted, whole.themes, by="month", date="digest", count="every")
    started = time.perf_counter()
    put_together(papers, whole.fitted, whole.themes, by="month", date="digest", count="every")
    count_s = time.perf_counter() - started
    sizes = []
    for name, table in (("papers", papers), ("memberships", found)):
        file = Path(folder) / f"{name}-of-rates.parquet"
        write_table(table, file)
        sizes.append(file.stat().st_size / len(papers))
        file.unlink()
    return {
        "n_papers": len(papers),
        "load_rate": round(len(papers) / load_s),
        "assign_rate": round(len(new) / assign_s),
        "count_rate": round(len(papers) / count_s),
        "bytes_per_paper": round(memory / len(papers)),
        "disk_bytes_per_paper": round(sum(sizes)),
    }


def model_of(folder: str, out: str) -> dict[str, Any]:
    """Fit a model on some of the papers in `folder` and keep it in `out`."""
    papers = _spread(load_papers(sorted(Path(folder).glob("*.parquet"))), LEARNED)
    ThemeModel(encoder="distilled").fit(papers).save(out)
    return {"n_papers": len(papers)}


def alone(folder: str, model: str) -> dict[str, Any]:
    """Time one process with a model, as ready as a worker that stands ready."""
    from papertrends import scale

    _ready()
    files, given = sorted(Path(folder).glob("*.parquet")), ThemeModel.load(model)
    took, found = _timed(lambda: scale.analyse(files, cluster=None, model=given))
    return {"n_papers": len(found.papers), "seconds": took, "tables": _sum_of(found.tables)}


def two_workers(folder: str, model: str, kill_after: str = "") -> dict[str, Any]:
    """Time two Dask workers with a model, one of them killed after so many seconds, if any."""
    from dask import config
    from dask.distributed import Client, LocalCluster

    from papertrends import scale

    config.set({"distributed.worker.profile.enabled": False})  # as docs/scale.md has it
    _ready()
    files, given = sorted(Path(folder).glob("*.parquet")), ThemeModel.load(model)
    own = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(**own) as workers, Client(workers) as client:
        client.run(_ready)
        victim = next(iter(workers.workers.values())).pid
        if kill_after:
            timer = threading.Timer(float(kill_after), os.kill, (victim, signal.SIGKILL))
            timer.daemon = True
            timer.start()
        took, found = _timed(lambda: scale.analyse(files, cluster=client, model=given))
    return {"seconds": took, "tables": _sum_of(found.tables)}


def _ready() -> None:
    """Import what a worker that stands ready has imported."""
    import sklearn.feature_extraction.text
    import tokenizers

    import papertrends.scale.steps

    del papertrends, sklearn, tokenizers


def _spread(papers: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return about `size` papers spread evenly over all."""
    return papers.iloc[:: max(1, len(papers) // size)].reset_index(drop=True)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _sum_of(tables: Any) -> str:
    """Return the SHA-256 of all tables, to the last digit."""
    whole = hashlib.sha256()
    for name, table in tables.items():
        whole.update(f"{name} {table.dtypes.to_dict()}\n".encode())
        whole.update(table.to_csv(index=False).encode())
    return whole.hexdigest()


def _resident() -> int:
    """Return the bytes of memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "stand-ins": stand_ins,
    "assign": assign,
    "ami": agreement_with_labels,
    "f1": named_f1,
    "rates": rates,
    "model": model_of,
    "alone": alone,
    "two-workers": two_workers,
}

if __name__ == "__main__":  # Dask's workers import this file as well
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
