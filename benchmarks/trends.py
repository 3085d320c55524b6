"""Measures whether what papertrends says of trends holds.

Usage: python benchmarks/trends.py [FOLDER] [--runs 1000] [--only PART]... [--readme]

FOLDER (default ../shared/data) holds hf_daily_2024-2025.parquet; what needs it is skipped without.
PARTs are calibration, coverage, power, truth, dumps and speed. Figures go to
``benchmarks/results/trends.json`` and, with --readme, into the README between its markers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import readme
from simulated_trends import (
    NO_EVENTS,
    any_called,
    any_event,
    called,
    emergence_found,
    odds_ratio_coverage,
    power,
)

from papertrends import analyse
from papertrends.fits import fit_cached, versions
from papertrends.tables import PAPERS, conform
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme, as_themes
from papertrends.trends import (
    digest_volume,
    theme_changes,
    theme_curves,
    theme_events,
    theme_sensitivity,
    theme_trends,
    volume_jumps,
)

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "trends.json"

#: Themes of the archive with the verdict a reader of the field expects, and the terms that a
#: paper's title, abstract or keywords carry.
EXPECTED = {
    "agents": ("rising", r"\bagents?\b|\bagentic\b"),
    "reinforcement learning with verifiable rewards": (
        "rising",
        r"\bGRPO\b|\bRLVR\b|verifiable rewards?",
    ),
    "vision-language-action models": ("rising", r"vision[- ]language[- ]action|\bVLAs?\b"),
    "diffusion models": ("falling", r"diffusion"),
    "state-space models": ("falling", r"\bmamba|state[- ]space|\bSSMs?\b"),
    "3D Gaussian splatting": ("falling", r"gaussian splat|\b3DGS\b"),
    "text-to-image generation": ("falling", r"text[- ]to[- ]image"),
}
ASKED = {
    "4 to 12 % in 12 digests of 200": "85 %",
    "4 to 12 % in 12 digests of 80": "30 %",
    "step from 1 to 8 % in 12 digests of 200, correlation 0.0": "90 %",
    "step from 1 to 8 % in 24 digests of 200, correlation 0.0": "90 %",
}
PERIODS = ("quarter", "month", "week", "digest")


def archive(folder: Path) -> pd.DataFrame | None:
    """Return the archive as a papers table with its keywords, or None without it."""
    path = folder / "hf_daily_2024-2025.parquet"
    if not path.is_file():
        return None
    table = duckdb.read_parquet(str(path)).df().sort_values(["digest_date", "arxiv_id"])
    table["paper_id"] = "arxiv:" + table["arxiv_id"]
    table["position"] = table.groupby("digest_date").cumcount() + 1
    papers = conform(table.assign(source="archive", url=""), PAPERS)
    lists = [list(words) if np.ndim(words) else [] for words in table["ai_keywords"]]
    return papers.assign(keywords=[" ; ".join(words) for words in lists])


def fitted(papers: pd.DataFrame) -> ThemeModel:
    """Return the model of the archive with the expected themes named."""
    return fit_cached(
        papers[list(PAPERS)], as_themes(EXPECTED), encoder="auto", seed=0, progress=progress
    )


def calibration(papers: pd.DataFrame | None, runs: int) -> dict[str, Any]:
    """Return how often any theme is called where nothing changes."""
    rows: dict[str, Any] = {}
    if papers is not None:
        model = fitted(papers)
        named = model.themes.loc[model.themes["kind"] == "named", "theme_id"]
        own = model.memberships[model.memberships["theme_id"].isin(named)]
        for by in PERIODS:
            for label, memberships in (("named", own), ("all", model.memberships)):
                found = shuffled(papers, memberships, by, runs)
                key = f"archive, dates shuffled, {label} themes, by {by}"
                rows[key] = {"any_called": found, "themes": memberships["theme_id"].nunique()}
                print(key, rows[key], flush=True)
    rng = np.random.default_rng(1)
    for periods, n_papers, correlation in (
        (12, "200", 0.0),
        (12, "80", 0.0),
        (12, "200", 0.01),
        (12, "80", 0.01),
        (12, "40-400", 0.01),
        (36, "80", 0.01),
    ):
        key = f"simulated, {periods} digests of {n_papers} papers, correlation {correlation}"
        rows[key] = {
            "any_called": any_called(rng, periods, n_papers, correlation, runs),
            "any_event": any_event(rng, periods, n_papers, correlation, runs // 4),
        }
        print(key, rows[key], flush=True)
    return rows


def shuffled(papers: pd.DataFrame, memberships: pd.DataFrame, by: str, runs: int) -> float:
    """Return the share of shuffles of the digest dates after which any theme is called."""
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(runs):
        dates = rng.permutation(papers["digest_date"].to_numpy())
        trends = theme_trends(papers.assign(digest_date=dates), memberships, by=by)
        hits += bool(called(theme_changes(trends, events=NO_EVENTS)).any())
    return hits / runs


def coverage(runs: int) -> dict[str, Any]:
    """Return how often 95 % intervals hold the truth."""
    rng = np.random.default_rng(2)
    rows: dict[str, Any] = {"share": {}, "odds ratio": {}}
    for n_papers in (80, 200, "60-120"):
        for share in (0.01, 0.05, 0.2):
            held = [share_held(rng, n_papers, share) for _ in range(max(2, runs // 20))]
            rows["share"][f"{n_papers} papers, {share:.0%}"] = float(np.mean(held))
    for periods in (8, 12, 36):
        for n_papers in ("80", "200", "40-400"):
            for correlation in (0.0, 0.01):
                key = f"{periods} digests of {n_papers} papers, correlation {correlation}"
                held_ratio = odds_ratio_coverage(rng, periods, n_papers, correlation, 2 * runs)
                rows["odds ratio"][key] = held_ratio
                print(key, held_ratio, flush=True)
    return rows


def share_held(rng: np.random.Generator, n_papers: int | str, share: float) -> float:
    """Return the share of 200 digests whose interval of `theme_trends` holds the true share."""
    n = np.full(200, n_papers) if isinstance(n_papers, int) else rng.integers(60, 121, 200)
    days = np.repeat(pd.date_range("2020-01-01", periods=200), n)
    ids = np.array([f"p{i}" for i in range(len(days))], dtype=object)
    papers = pd.DataFrame({"paper_id": ids, "digest_date": days})
    inside = ids[rng.random(len(ids)) < share]
    memberships = pd.DataFrame({"paper_id": inside, "theme_id": "t"})
    trends = theme_trends(papers, memberships, by="digest")
    return float(trends["share_low"].le(share).mul(trends["share_high"].ge(share)).mean())


def powers(runs: int) -> dict[str, Any]:
    """Return how often what is there is found."""
    rng = np.random.default_rng(3)
    rows: dict[str, Any] = {}
    for n_papers in (200, 80):
        ours, oracle = power(rng, n_papers, runs)
        rows[f"4 to 12 % in 12 digests of {n_papers}"] = {"ours": ours, "oracle": oracle}
    for periods in (12, 24):
        for correlation in (0.0, 0.01):
            key = f"step from 1 to 8 % in {periods} digests of 200, correlation {correlation}"
            rows[key] = {"ours": emergence_found(rng, periods, 200, correlation, runs)}
    for key, row in rows.items():
        print(key, row, flush=True)
    return rows


def truth(papers: pd.DataFrame) -> dict[str, Any]:
    """Return what is said of the archive's themes by quarter, beside their terms' curve."""
    model = fitted(papers)
    trends = theme_trends(papers, model.memberships, by="quarter", themes=model.themes)
    changes = theme_changes(trends).set_index("theme_id")
    text = papers["title"] + " . " + papers["abstract"] + " . " + papers["keywords"]
    quarter = papers["digest_date"].dt.to_period("Q")
    rows = {}
    for name, (expected, terms) in EXPECTED.items():
        theme_id = Theme(name).theme_id
        curve = trends[trends["theme_id"] == theme_id]["share"].to_numpy()
        by_terms = text.str.contains(terms, case=False, regex=True).groupby(quarter).mean()
        row = changes.loc[theme_id]
        rows[name] = {
            "expected": expected,
            "verdict": row["verdict"],
            "effect": [round(float(row[c]), 3) for c in ("effect", "effect_low", "effect_high")],
            "q": float(row["q_value"]),
            "emerged": None if pd.isna(row["emerged"]) else str(row["emerged"].to_period("Q")),
            "correlation": round(float(np.corrcoef(curve, by_terms)[0, 1]), 3),
        }
        print(name, rows[name], flush=True)
    return rows


def dumps() -> dict[str, Any]:
    """Return what is said of the named themes of the two dumps in data/."""
    found = analyse(str(ROOT / "data"))
    changes = found.changes.set_index("theme_id")
    rows = {}
    for theme in found.themes[found.themes["kind"] == "named"].itertuples():
        own = found.trends[found.trends["theme_id"] == theme.theme_id]
        row = changes.loc[theme.theme_id]
        rows[theme.name] = {
            "counts": [f"{n} of {m}" for n, m in zip(own["n_theme"], own["n_papers"], strict=True)],
            "basis": row["basis"],
            "verdict": row["verdict"],
            "p": float(row["p_value"]),
            "q": float(row["q_value"]),
            "tested": int(changes["q_value"].notna().sum()),
        }
        print(theme.name, rows[theme.name], flush=True)
    return rows


def speed() -> dict[str, Any]:
    """Return the seconds for all tables of 100,000 papers, 200 themes and 600 digests."""
    rng = np.random.default_rng(4)
    ids = np.array([f"arxiv:{i:06d}" for i in range(100_000)], dtype=object)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 600, 100_000), unit="D")
    lag = pd.to_timedelta(rng.integers(0, 40, 100_000), unit="D")
    papers = pd.DataFrame({"paper_id": ids, "digest_date": days, "published_date": days - lag})
    # Some themes are rare, some rise, some fall.
    chance = rng.lognormal(-4.5, 0.8, 200)
    slope = rng.choice([-1.0, 0.0, 0.0, 0.0, 1.0], 200)
    age = ((days - days.min()).days.to_numpy() / 300 - 1)[:, None]
    row, column = np.nonzero(rng.random((100_000, 200)) < chance * np.exp(slope * age))
    score = np.round(rng.uniform(0.5, 1.0, len(row)), 6)
    memberships = pd.DataFrame(
        {"paper_id": ids[row], "theme_id": np.array([f"t{i:03d}" for i in range(200)])[column]}
    ).assign(score=score, primary=False)

    def by(period: str) -> Callable[[], None]:
        def run() -> None:
            trends = theme_trends(papers, memberships, by=period)
            theme_changes(trends)
            theme_curves(trends)
            theme_events(trends)
            digest_volume(papers, by=period)
            volume_jumps(papers)
            theme_sensitivity(papers, memberships, by=period)

        return run

    rows: dict[str, Any] = {"memberships": len(memberships)}
    for period in ("digest", "month"):
        taken = []
        for _ in range(5):
            began = time.perf_counter()
            by(period)()
            taken.append(time.perf_counter() - began)
        rows[f"by {period}, seconds"] = round(median(taken), 2)
    print(rows, flush=True)
    return rows


def table(result: dict[str, Any]) -> str:
    """Return the figures as the README shows them."""
    claims = [
        "| claim | asked of it | measured |",
        "|---|---|---|",
        *coverage_lines(result.get("coverage", {})),
        *(
            f"| {key}: {'dated right within one' if 'step' in key else 'called rising'} | "
            f"{ASKED.get(key, '')} | {row['ours']:.0%}"
            + (f" (at best {row['oracle']:.0%})" if "oracle" in row else "")
            + " |"
            for key, row in parts_of(result, "power")
        ),
        *(
            f"| all tables of 100,000 papers, 200 themes, 600 digests, {key} | under 5 | {row} |"
            for key, row in parts_of(result, "speed")
            if key.startswith("by ")
        ),
    ]
    archive_lines = [
        "| archive by quarter | verdict | odds ratio a quarter | q | emerged | correlation with "
        "its terms |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {row['verdict']} | {row['effect'][0]:.2f} ({row['effect'][1]:.2f} to "
            f"{row['effect'][2]:.2f}) | {small(row['q'])} | {row['emerged'] or ''} | "
            f"{row['correlation']:.3f} |"
            for name, row in parts_of(result, "truth")
        ),
    ]
    dump_lines = [
        "| the two dumps | counts | verdict | p | q | themes tested |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {', '.join(row['counts'])} | {row['verdict']} ({row['basis']}) | "
            f"{small(row['p'])} | {small(row['q'])} | {row['tested']} |"
            for name, row in parts_of(result, "dumps")
        ),
    ]
    return "\n\n".join(
        "\n".join(lines) for lines in (calibration_lines(result), claims, archive_lines, dump_lines)
    )


def parts_of(result: dict[str, Any], part: str) -> list[tuple[str, Any]]:
    """Return the rows of a part that was measured."""
    return [(key, row) for key, row in result.get(part, {}).items() if key != "runs"]


def calibration_lines(result: dict[str, Any]) -> list[str]:
    """Return the lines of what is called where nothing changes."""
    runs = result.get("calibration", {}).get("runs", 0)
    return [
        f"| where nothing changes, {runs:,} runs each: any theme called ... | rising or falling | "
        "emerged or bursting |",
        "|---|---|---|",
        *(
            f"| {key} | {row['any_called']:.1%} | "
            + (f"{row['any_event']:.1%} |" if "any_event" in row else "|")
            for key, row in parts_of(result, "calibration")
        ),
    ]


def coverage_lines(rows: dict[str, Any]) -> list[str]:
    """Return the lines of the intervals, from the least to the most coverage."""
    lines = []
    for kind in ("share", "odds ratio"):
        for correlation in ("",) if kind == "share" else (" 0.0", " 0.01"):
            held = [value for key, value in rows.get(kind, {}).items() if key.endswith(correlation)]
            if not held:
                continue
            alike = f", correlation{correlation}" if correlation else " (1, 5 and 20 %)"
            claim = f"95 % interval of {'a share' if kind == 'share' else 'an odds ratio'}"
            lines.append(
                f"| {claim} holds the truth{alike}, {len(held)} settings | 93 to 97 % | "
                f"{np.mean(held):.1%} ({min(held):.1%} to {max(held):.1%}) |"
            )
    return lines


def small(value: float) -> str:
    """Write a p- or q-value."""
    return "not tested" if value != value else f"{value:.2g}" if value >= 0.001 else "< 0.001"


def progress(stage: str, done: int, total: int) -> None:
    """Say how far a fit is."""
    if done == total:
        print(stage, flush=True)


def main() -> None:
    """Measure, keep the figures, write the README's table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "../shared/data")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--only", metavar="PART", action="append", default=[])
    parser.add_argument("--readme", action="store_true")
    arguments = parser.parse_args()
    # One core, as in the other benchmarks.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    papers = archive(arguments.folder)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "speed": speed,
        "dumps": dumps,
        "power": lambda: powers(arguments.runs),
        "coverage": lambda: coverage(arguments.runs),
        "calibration": lambda: calibration(papers, arguments.runs),
    }
    if papers is not None:
        parts["truth"] = lambda: truth(papers)
    result: dict[str, Any] = {}
    if RESULTS.is_file():
        result = json.loads(RESULTS.read_text(encoding="utf-8"))
    for name, part in parts.items():
        if not arguments.only or name in arguments.only:
            result[name] = part() | {"runs": arguments.runs}
            result |= {"machine": f"one core, {platform.machine()}", "versions": versions()}
            RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if arguments.readme:
        readme.put("trends", table(result))


if __name__ == "__main__":
    main()
