"""The tables of README and docs/scale.md, from what ``speed.py`` has measured.

Must not measure, and must say what was reckoned and not measured.
"""

from __future__ import annotations

import math
import textwrap
from statistics import linear_regression, median
from typing import Any

Figures = dict[str, Any]

#: Papers that docs/scale.md reckons for, and the machines.
CORPORA = {"arXiv": 2_500_000, "all of scholarship": 250_000_000}
CORES = (16, 256)
#: How far through the work of two workers one of them is killed.
KILLED_AT = 0.4
#: Marks what was measured on another machine than most.
_ELSEWHERE = "†"


def slope(sizes: list[int], seconds: list[float]) -> float:
    """Return the exponent of a power law through the figures: the slope of their logarithms."""
    return linear_regression([math.log(one) for one in sizes], [math.log(s) for s in seconds]).slope


def speed_table(result: dict[str, Figures]) -> str:
    """Return the figures of all parts that were measured as the README shows them."""
    some = [result[part] for part in ("dumps", "3000", "8000", "40000", "75000") if part in result]
    here = _machines(result)[0]
    lines = [_caption(result), "", "| | papertrends | BERTopic recipe | |", "|---|---|---|---|"]
    for part, name in (
        ("dumps", "the two dumps, 150 papers"),
        ("3000", "{n} Daily Papers"),
        ("8000", "{n} Daily Papers"),
        ("40000", "{n} papers of arXiv"),
        ("75000", "{n} papers"),
    ):
        if part in result:
            lines += _side_by_side(result[part], name, _mark(result[part], here))
    lines += _quality(result.get("quality"))
    lines += _others(result, here)
    elsewhere = [f"{_ELSEWHERE} On another machine ({one})." for one in _machines(result)[1:]]
    return "\n".join([*lines, "", *_notes(some), *(["", *elsewhere] if elsewhere else [])])


def _machines(result: dict[str, Figures]) -> list[str]:
    """Return the machines that parts were measured on, the one of most parts first."""
    named = [str(part["machine"]) for part in result.values()]
    return sorted(set(named), key=lambda one: (-named.count(one), one))


def _mark(part: Figures, here: str) -> str:
    return "" if part["machine"] == here else _ELSEWHERE


def _caption(result: dict[str, Figures]) -> str:
    any_part = next(iter(result.values()))
    runs = sorted({str(part["runs"]) for part in result.values()})
    return (
        f"Medians of {' or '.join(runs)} runs in turn on {any_part['cores']} cores "
        f"({_machines(result)[0]}), each in a fresh process from dumps to a written report, with "
        "peak memory. The recipe is all-MiniLM-L6-v2 (fp32, sentence-transformers), BERTopic's "
        "defaults, its topics over time and their chart. Nothing is cached but compiled kernels:"
    )


def _side_by_side(figures: Figures, name: str, elsewhere: str) -> list[str]:
    n = f"{figures['n_papers']:,}"
    ours = f"{_seconds(figures['ours_s'])}, {_memory(figures['ours_mb'])}"
    again = f"{_seconds(figures['again_s'])}, {_memory(figures['again_mb'])}"
    only = f"{_seconds(figures['vectors_only_s'])}, {_memory(figures['vectors_only_mb'])}"
    theirs, ratio = "not measured", ""
    if "recipe_s" in figures:
        mark = "\\*" if figures["stand_ins"] else ""
        least = "more than " if figures["recipe_stopped"] else ""
        theirs = f"{least}{_seconds(figures['recipe_s'])}{mark}, {_memory(figures['recipe_mb'])}"
        ratio = f"{least}{figures['recipe_to_ours']:.1f} times as fast"
    what = name.format(n=n) + elsewhere
    return [
        f"| {what} | {ours} | {theirs} | {ratio} |",
        f"| the same again | {again} | | {figures['first_to_again']:.1f} times as "
        "fast as its first run |",
        f"| the same with vectors cached only, themes learned anew | {only} | | |",
    ]


def _quality(figures: Figures | None) -> list[str]:
    if figures is None:
        return []
    rows = [
        (
            f"AMI of {name}, {found['minilm']['n_papers']:,} papers, "
            f"{found['distilled']['n_themes']} and {found['minilm']['n_themes']} broad themes",
            "ami",
            "broad",
            found,
        )
        for name, found in figures["ami"].items()
    ]
    f1 = ("macro F1 of 14 named themes in the archive", "f1", "report", figures["f1"])
    mean = f"| AMI on average over these | | | {-figures['ami_less']:+.3f} |"
    return [*(_encoders(*row) for row in rows), mean, _encoders(*f1)]


def _encoders(name: str, measure: str, which: str, found: Figures) -> str:
    ours, theirs = (found[encoder][measure][which] for encoder in ("distilled", "minilm"))
    what = f"{name}: `--encoder distilled` beside `minilm`"
    return f"| {what} | {ours:.3f} beside {theirs:.3f} | | {ours - theirs:+.3f} |"


def _others(result: dict[str, Figures], here: str) -> list[str]:
    lines = []
    if "growth" in result:
        found = result["growth"]
        steps = ", ".join(
            f"{size:,}: {seconds:.0f} s"
            for size, seconds in zip(found["sizes"], found["seconds"], strict=True)
        )
        lines.append(
            f"| growth{_mark(found, here)} | {steps} | | time exponent {found['exponent']:.2f} |"
        )
    if "assign" in result:
        found = result["assign"]
        lines.append(
            f"| `assign`, {found['n_papers']:,} papers it never saw, encoded by the distilled "
            f"encoder{_mark(found, here)} | {found['papers_a_second']:,.0f} papers a second | | |"
        )
    if "cluster" in result:
        found = result["cluster"]
        mark = _mark(found, here)
        same = {True: "identical tables", False: "TABLES DIFFER"}
        lines += [
            "| two Dask workers (their profiler off) beside one process, "
            f"{found['n_papers']:,} papers, the same model"
            f"{mark} | {found['two_workers_s']:.0f} s beside {found['alone_s']:.0f} s | "
            f"| {found['ratio']:.2f} times as fast, {same[found['identical']]} |",
            f"| the same, a worker killed on the way | {found['killed_s']:.0f} s | "
            f"| {same[found['identical_when_killed']]} |",
        ]
    return lines


def _notes(parts: list[Figures]) -> list[str]:
    """Say what was reckoned, and of what the largest corpus is made."""
    notes = []
    for figures in parts:
        if not figures.get("stand_ins") or "embed_s" not in figures["recipe_stages"][0]:
            continue
        stages, n = figures["recipe_stages"][0], figures["n_papers"]
        rate = stages["n_embedded"] / stages["embed_s"]
        notes.append(
            f"\\* Reckoned in part: of {n:,} papers the recipe embedded {stages['n_embedded']:,}, "
            f"at {rate:.0f} a second, which makes {n / rate:,.0f} s for all of them. All else was "
            "run, on vectors of a distilled encoder in place of MiniLM's: " + _then(stages)
        )
    notes += [
        f"Of {figures['n_papers']:,} papers {figures['n_made_up']:,} were made up: titles and "
        "abstracts of sentences of different real papers of one category."
        for figures in parts
        if figures.get("n_made_up")
    ]
    return [line for note in notes for line in (note, "")][:-1]


def _then(stages: Figures) -> str:
    """Say how long the recipe took after the embedding, or where it was stopped."""
    if "fit_s" not in stages:
        return "it was stopped while it fitted."
    fit = f"{stages['fit_s']:,.0f} s to fit, "
    if "over_time_s" not in stages:
        return f"{fit}and it was stopped before it had its topics over time."
    return f"{fit}{stages['over_time_s']:,.0f} s for topics over time."


def _seconds(values: list[float]) -> str:
    middle = median(values)
    return f"{middle:,.1f} s" if middle < 20 else f"{middle:,.0f} s"


def _memory(values: list[float]) -> str:
    """Return MiB as the reader's megabytes and gigabytes."""
    mb = median(values) * 1.048576
    return f"{mb / 1000:.1f} GB" if mb >= 1000 else f"{mb:.0f} MB"


def cluster_figures(alone: list[Figures], two: list[Figures], killed: list[Figures]) -> Figures:
    """Return what runs in turn come to: seconds, their ratios, and whether tables are identical."""
    ratios = [one["seconds"] / other["seconds"] for one, other in zip(alone, two, strict=True)]
    in_time = [
        KILLED_AT * whole["seconds"] < one["seconds"]
        for whole, one in zip(two, killed, strict=True)
    ]
    seconds = {"alone": alone, "two_workers": two, "killed": killed}
    wanted = alone[0]["tables"]
    return {
        "n_papers": alone[0]["n_papers"],
        **{
            f"{name}_s": round(median(run["seconds"] for run in runs), 2)
            for name, runs in seconds.items()
        },
        "ratio": round(median(ratios), 2),
        "identical": all(one["tables"] == wanted for one in (*alone, *two)),
        "identical_when_killed": all(one["tables"] == wanted for one in killed),
        "killed_before_the_end": all(in_time),
        "ratios": sorted(round(one, 2) for one in ratios),
    }


def whole_run(cluster: Figures, with_fit: list[Figures]) -> str:
    """Return what a run takes, with a model that is there and with its fit, for docs/scale.md."""
    n_papers, rate = cluster["n_papers"], cluster["n_papers"] / cluster["alone_s"]
    small, large = (_hours(papers / rate / 3600) for papers in CORPORA.values())
    shared = _hours(max(CORPORA.values()) / rate / 3600 / min(CORES))
    peaks = " and ".join(
        f"{_memory(one['ours_mb'])} with {one['n_papers']:,} papers" for one in with_fit
    )
    alone, two = cluster["alone_s"], cluster["two_workers_s"]
    return textwrap.fill(
        "A run with a model that is there already (load, embed with the distilled encoder, "
        f"assign, count, test) took {alone:.0f} s in one process for {n_papers:,} papers, "
        f"{rate:,.0f} a second on one core, and {two:.0f} s with two workers on two cores, which "
        "the scheduler and the process that asks use as well "
        "(`benchmarks/speed.py --part cluster`). At that rate 2.5 million papers (all of arXiv) "
        f"are {small} hours of one core, and 250 million (all of scholarship) {large}: {shared} "
        f"hours on {min(CORES)} cores, were everything dealt out. Runs with their fit peaked at "
        f"{peaks}.",
        100,
        break_long_words=False,
        break_on_hyphens=False,
    )


def scale_table(rates: Figures) -> str:
    """Return rates and the arithmetic for large corpora as docs/scale.md shows them."""
    stages = {"load": "load_rate", "encode and assign": "assign_rate", "count": "count_rate"}
    lines = [
        f"Measured on {rates['n_papers']:,} papers of arXiv, one core ({rates['machine']}):",
        "",
        "| stage | papers a second, one core |" + "".join(f" {one} |" for one in _headings()),
        "|---|---|" + "---|" * len(CORPORA),
    ]
    total = dict.fromkeys(CORPORA, 0.0)
    for stage, key in stages.items():
        hours = {name: papers / rates[key] / 3600 for name, papers in CORPORA.items()}
        total = {name: total[name] + hours[name] for name in CORPORA}
        cells = "".join(f" {_hours(one)} core-hours |" for one in hours.values())
        lines.append(f"| {stage} | {rates[key]:,} |{cells}")
    lines.append("| all | |" + "".join(f" {_hours(one)} core-hours |" for one in total.values()))
    for cores in CORES:
        cells = "".join(f" {_hours(one / cores)} hours |" for one in total.values())
        lines.append(f"| on {cores} cores, shared evenly | |{cells}")
    for what, key in (("memory", "bytes_per_paper"), ("Parquet", "disk_bytes_per_paper")):
        cells = "".join(f" {rates[key] * papers / 1e9:,.1f} GB |" for papers in CORPORA.values())
        lines.append(f"| {what} for the papers, {rates[key]:,} bytes each | |{cells}")
    return "\n".join(lines)


def _headings() -> list[str]:
    return [f"{papers / 1e6:g} million ({name})" for name, papers in CORPORA.items()]


def _hours(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"
