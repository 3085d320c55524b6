"""Measures the report's page in Chromium: its size, and how soon it can be used.

Usage: python benchmarks/page.py [FOLDER] [--readme]

FOLDER (default ../shared/data) holds hf_daily_2024-2025.parquet and arxiv_daily_2025.parquet.
Three pages are made: the two dumps in data/ (all of papertrends), the 8,000 papers of the
archive (all of papertrends; a quarter of an hour unless its vectors are in the cache), and
75,000 papers, which are the arXiv abstracts, the archive and some of them once more, with
themes by k-means, as it is the page that is measured. Figures go to
``benchmarks/results/page.json`` and, with --readme, into the README between its markers.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import readme

import papertrends as pt
from papertrends.report import summarise, write_report
from papertrends.tables import (
    MAP,
    MEMBERSHIPS,
    NEAR_MISSES,
    PAPERS,
    THEMES,
    UNASSIGNED,
    Tables,
    conform,
)
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
RESULTS = ROOT / "benchmarks" / "results" / "page.json"
RUNS, MANY, GROUPS = 5, 75_000, 120
#: What is asked of a page, by its number of papers: megabytes, seconds, milliseconds.
ASKED = {
    "two dumps": (6.5, 1.5, 100),
    "8,000 papers": (12, 3, 100),
    "75,000 papers": (None, None, None),
}

_WATCH = """
window.times = {};
new MutationObserver(() => {
  const now = performance.now();
  const plots = [...document.querySelectorAll(".plot")];
  if (!times.first && plots.some((plot) => plot.dataset.drawn)) times.first = now;
  if (!times.ready && document.documentElement.dataset.ready) times.ready = now;
  if (!times.all && plots.length && plots.every((plot) => plot.dataset.drawn)) times.all = now;
}).observe(document, { subtree: true, childList: true, attributes: true,
  attributeFilter: ["data-drawn", "data-ready"] });
"""
_UNTIL_SHOWN = """
const shown = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
const changed = (node, act) => new Promise((done) => {
  const start = performance.now();
  const before = node.textContent;
  const watch = new MutationObserver(async () => {
    if (node.textContent === before) return;
    watch.disconnect();
    await shown();
    done(performance.now() - start);
  });
  watch.observe(node, { subtree: true, childList: true, characterData: true });
  act();
});
"""
_SEARCH = f"""async (words) => {{ {_UNTIL_SHOWN}
  const query = document.getElementById("query");
  return changed(document.getElementById("found"), () => {{
    query.value = words;
    query.dispatchEvent(new Event("input", {{ bubbles: true }}));
  }});
}}"""
_FILTER = f"""async (theme) => {{ {_UNTIL_SHOWN}
  const filter = document.getElementById("theme-filter");
  return changed(document.getElementById("found"), () => {{
    filter.value = theme;
    filter.dispatchEvent(new Event("change", {{ bubbles: true }}));
  }});
}}"""
_CLICK = f"""async () => {{ {_UNTIL_SHOWN}
  const plot = document.getElementById("plot-shares");
  const points = plot.data.flatMap((trace) => trace.customdata || []).filter(Boolean);
  return changed(document.getElementById("behind-papers"), () => {{
    plot.emit("plotly_click", {{ points: [{{ customdata: points[points.length - 1] }}] }});
  }});
}}"""


def stand_in(papers: pd.DataFrame) -> Tables:
    """Return all tables of `papers` with k-means clusters of their words as themes."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = (papers["title"] + " " + papers["abstract"]).tolist()
    vectorizer = TfidfVectorizer(max_features=20_000, stop_words="english", min_df=5)
    words = vectorizer.fit_transform(texts)
    vectors = TruncatedSVD(50, random_state=0).fit_transform(words)
    groups = MiniBatchKMeans(GROUPS, random_state=0, n_init=1).fit_predict(vectors)
    names = vectorizer.get_feature_names_out()
    rows, members = [], []
    for group in range(GROUPS):
        own = papers[groups == group]
        top = words[groups == group].mean(axis=0).A1.argsort()[::-1][:8]
        key = f"theme-{group}"
        rows.append(
            {"theme_id": key, "name": " & ".join(names[top[:2]]), "kind": "discovered",
             "keywords": ", ".join(names[top]), "n_papers": len(own), "stability": 0.9,
             "first_digest": own["digest_date"].min(), "last_digest": own["digest_date"].max()}
        )  # fmt: skip
        members += [(paper, key, 0.9, True) for paper in own["paper_id"]]
    themes = conform(pd.DataFrame(rows), THEMES)
    memberships = conform(pd.DataFrame(members, columns=list(MEMBERSHIPS)), MEMBERSHIPS)
    places = pd.DataFrame({"paper_id": papers["paper_id"], "x": vectors[:, 1], "y": vectors[:, 2]})
    near = conform(pd.DataFrame(), NEAR_MISSES)
    trends = theme_trends(papers, memberships, by="month", themes=themes)
    events = theme_events(trends)
    return Tables(
        papers=papers,
        themes=themes,
        memberships=memberships,
        unassigned=conform(pd.DataFrame(), UNASSIGNED),
        near_misses=near,
        map=conform(places, MAP),
        volume=digest_volume(papers, by="month"),
        jumps=volume_jumps(papers),
        trends=trends,
        curves=theme_curves(trends),
        changes=theme_changes(trends, events=events),
        events=events,
        sensitivity=theme_sensitivity(
            papers, memberships, by="month", near_misses=near, themes=themes
        ),
    )


def many_papers(folder: Path) -> pd.DataFrame:
    """Return 75,000 papers: arXiv, the archive, and the first of them once more, a year earlier."""
    import duckdb

    rows = duckdb.sql(f"SELECT * FROM read_parquet('{folder / 'arxiv_daily_2025.parquet'}')").df()
    day = next(name for name in rows if "day" in name or "date" in name)
    first = pd.DataFrame(
        {"title": rows["title"], "abstract": rows["abstract"], "digest_date": rows[day]}
    )
    known = pt.load_papers(folder / "hf_daily_2024-2025.parquet")
    first = pd.concat([first, known[["title", "abstract", "digest_date"]]], ignore_index=True)
    again = first.head(MANY - len(first)).copy()
    again["digest_date"] = pd.to_datetime(again["digest_date"]) - pd.Timedelta(days=364)
    papers = pd.concat([first, again], ignore_index=True).head(MANY)
    papers["paper_id"] = [f"t:{place:016x}" for place in range(len(papers))]
    papers["position"], papers["source"] = 1, "archive"
    papers["digest_date"] = pd.to_datetime(papers["digest_date"]).dt.normalize()
    return conform(papers.sort_values("digest_date", kind="stable"), PAPERS)


class _LoadReport:
    """Stands for the load report of papers that were loaded by hand."""

    def as_dict(self) -> dict[str, object]:
        return {}

    def sentences(self) -> list[str]:
        return []


def pages(folder: Path, scratch: Path) -> dict[str, Path]:
    """Write the three pages, each into a folder of its own."""
    places = {name: scratch / str(number) / "report.html" for number, name in enumerate(ASKED)}
    for place in places.values():
        place.parent.mkdir()
    dumps, archive, many = places.values()
    pt.analyse(ROOT / "data").write_report(dumps)
    pt.analyse(folder / "hf_daily_2024-2025.parquet").write_report(archive)
    settings = {"by": "month", "by_asked": "month", "seed": 0, "encoder": "none", "themes": []}
    tables = stand_in(many_papers(folder))
    write_report(summarise(tables, _LoadReport(), settings=settings, versions={}), many)
    return places


def measured(place: Path, browser: Any) -> dict[str, Any]:
    """Open a page several times, and use it."""
    times: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        times.setdefault(name, []).append(value)

    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto(place.as_uri(), timeout=120_000)
        page.locator("html[data-ready]").wait_for(state="attached", timeout=120_000)
        note("search_ms", page.evaluate(_SEARCH, "language model"))
        ready = page.evaluate("Math.max(window.times.first, window.times.ready)")
        note("usable_s", ready / 1000 + times["search_ms"][-1] / 1000)
        for plot in page.locator(".plot").all():
            plot.and_(page.locator("[data-drawn]")).wait_for(state="attached", timeout=120_000)
        note("all_charts_s", page.evaluate("window.times.all") / 1000)
        page.evaluate(_SEARCH, "")
        note("search_again_ms", page.evaluate(_SEARCH, "reward model"))
        page.evaluate(_SEARCH, "")
        theme = page.locator("#theme-filter option").nth(2).get_attribute("value")
        note("filter_ms", page.evaluate(_FILTER, theme))
        note("click_ms", page.evaluate(_CLICK))
        context.close()
    beside = sum(one.stat().st_size for one in place.parent.glob("*.gz"))
    return {
        "megabytes": round(place.stat().st_size / 1e6, 2),
        "megabytes_beside": round(beside / 1e6, 1),
        **{
            name: round(median(values), 2 if name.endswith("_s") else 0)
            for name, values in times.items()
        },
    }


def table(result: dict[str, Any]) -> str:
    """Return the README's table."""
    lines = [
        f"Medians of {RUNS} openings in Chromium {result['chromium']}, two cores without a GPU:",
        "",
        "| page | MB (asked) | usable after, s (asked) | all charts, s | search, ms | filter, ms "
        "| click to papers, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in result["pages"].items():
        megabytes, seconds, _ = ASKED[name]
        size = f"{one['megabytes']}" + (f" (< {megabytes})" if megabytes else "")
        if one["megabytes_beside"]:
            size += f" and {one['megabytes_beside']} beside"
        soon = f"{one['usable_s']}" + (f" (< {seconds})" if seconds else "")
        lines.append(
            f"| {name} | {size} | {soon} | {one['all_charts_s']} | {one['search_again_ms']:.0f} "
            f"| {one['filter_ms']:.0f} | {one['click_ms']:.0f} |"
        )
    lines += [
        "",
        "Usable: the first chart is drawn and the search box has answered its first question. "
        "Search, filter and click are asked to take at most 100 ms for 8,000 papers. The 75,000 "
        "are arXiv's abstracts and the archive, some of them twice, k-means clusters as themes. "
        "Written by `make bench-page` (`benchmarks/page.py`).",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, keep the figures, and put them into the README if asked."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    if not (given.folder / "arxiv_daily_2025.parquet").exists():
        sys.exit(f"there is no archive in {given.folder}; name the folder that holds it")
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        places = pages(given.folder, Path(scratch))
        browser = play.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        result = {
            "machine": platform.machine(),
            "chromium": browser.version.split(".")[0],
            "pages": {name: measured(place, browser) for name, place in places.items()},
        }
        browser.close()
    RESULTS.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(table(result))
    if given.readme:
        readme.put("page", table(result))


if __name__ == "__main__":
    main()
