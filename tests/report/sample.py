"""Sample tables for the tests of figures and report, made without any theme model."""

from __future__ import annotations

import datetime as dt
import math
import re
import warnings
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from papertrends import tables as schema
from papertrends.dumps import report
from papertrends.report.history import Since
from papertrends.tables import Tables, conform
from papertrends.trends import (
    curve_moves,
    theme_changes,
    theme_curves,
    theme_trends,
    what_changed,
)
from papertrends.trends.periods import OTHER_DATE, other_period

DATA = Path(__file__).parents[2] / "data"
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    "<script>alert(1)</script>",
    '<img src=x onerror="window.hacked = 2">',
    "{{ 7*7 }} {% raw %} ${window.hacked=3} %{customdata[0]}",
    '<b>bold</b> & <a href="javascript:window.hacked=4">link</a> &lt;i&gt; \' "',
    "دراسة النماذج اللغوية \u202e الكبيرة \u2028 שלום",
    "Long " + "x" * 100_000 + " word",
    "<!--<script>",
    "$\\alpha$ <sub>2</sub> ]]> \x00 \ud7ff 😀 " + "very long title " * 20,
)
# Theme id, name, kind, words, and how many of these words a paper must hold.
THEMES = (
    ("n1", "fine-tuning", "named", ("fine-tun", "finetun", "lora"), 3),
    ("n2", "process reward models", "named", ("process reward", "step-wise", "verifier"), 2),
    ("n3", "prompt learning", "named", ("prompt",), 5),
    ("d1", "Reasoning with reinforcement learning", "discovered", ("reinforcement", "grpo"), 2),
    ("d2", "Vision-language models", "discovered", ("vision-language", "clip", "visual"), 3),
    ("d3", "Mathematical problem solving", "discovered", ("math", "theorem"), 3),
    ("d4", "Code generation", "discovered", ("code", "program"), 4),
    ("d5", "Retrieval and ranking", "discovered", ("retriev", "ranking", "recommend"), 3),
    ("d6", "Preference optimisation and alignment", "discovered", ("preference", "align"), 3),
    ("d7", "Diffusion and image generation", "discovered", ("diffusion", "image generation"), 2),
    ("d8", "Few-shot and continual learning", "discovered", ("few-shot", "continual"), 2),
    ("d9", "Agents and tools", "discovered", ("agent", "tool"), 3),
    ("d10", "Data selection and curation", "discovered", ("data selection", "dataset"), 3),
    ("n4", "quantum chemistry", "named", ("quantum chemistry",), 1),
)


class LoadReport(report.LoadReport):
    """The report of loading the two dumps, with something of all that can be in one."""

    def __init__(self) -> None:
        files = [
            report.FileReport(name, 64 * letter, "daily-papers-text", day, "assumed year", *counts)
            for name, letter, day, counts in (
                ("2025-07-31.txt", "a", dt.date(2025, 7, 31), (178, 86, 2)),
                ("2025-08-05.txt", "b", dt.date(2025, 8, 5), (144, 69, 0)),
            )
        ]
        dropped = [
            report.LeftOut("2025-07-31.txt", 3, "furniture", "page furniture", "Subscribe", 8),
            report.LeftOut("2025-07-31.txt", 1204, "no abstract", "no abstract", HOSTILE[2]),
        ]
        super().__init__(
            files=tuple(files),
            dropped=tuple(dropped),
            notes=("The year of 2 digest dates was assumed to be 2025: their headers name none.",),
            not_read=(report.NotRead("notes.docx", "no reader knows this form"),),
            n_papers=150,
            n_in_several_digests=5,
            near_duplicates=(
                report.NearDuplicate("t:1", "t:2", "Prompting <b>well</b>", "Prompting", 0.93),
            ),
            lookup=report.Lookup("known.csv", 64 * "c", 120, 118, 97, 3),
        )


def dump_papers() -> pd.DataFrame:
    """Read the two committed dumps: title and abstract in turn below the header."""
    rows = []
    for path in sorted(DATA.glob("2025-*.txt")):
        text = path.read_text(encoding="utf-8").split("\n\n")
        blocks = [" ".join(block.split()) for block in text if block.strip()]
        start = next(i for i, block in enumerate(blocks) if re.match(r"(Jul|Aug) \d", block)) + 1
        pairs = zip(blocks[start::2], blocks[start + 1 :: 2], strict=True)
        for position, (title, abstract) in enumerate(pairs, start=1):
            rows.append(_paper(title, abstract, path.stem, position, path.name))
    return conform(pd.DataFrame(rows), schema.PAPERS)


def _paper(title: str, abstract: str, day: str, position: int, source: str) -> dict[str, object]:
    return {
        "paper_id": f"t:{title}"[:40],
        "title": title,
        "abstract": abstract,
        "digest_date": day,
        "position": position,
        "source": source,
        "url": f"https://arxiv.org/abs/{position}" if position % 3 == 0 else "",
    }


def wilson(k: int, n: int) -> tuple[float, float]:
    z = 1.959964
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def tables_of(
    papers: pd.DataFrame,
    *,
    themes: tuple = THEMES,
    by: str = "digest",
    day: str = "digest_date",
    late: tuple[str, ...] = (),
) -> Tables:
    """Give the papers memberships by their words, and count and compare from there.

    Papers count by the date in the column `day`; the periods `late` are not over yet.
    """
    first = papers.drop_duplicates("paper_id")
    rows = []
    for paper in first.itertuples():
        text = f"{paper.title} {paper.abstract}".lower()
        hits = [
            (sum(text.count(w) for w in words) / least, tid) for tid, _, _, words, least in themes
        ]
        hits = sorted([h for h in hits if h[0] >= 1], key=lambda h: (-h[0], h[1]))[:3]
        for rank, (count, tid) in enumerate(hits):
            rows.append((paper.paper_id, tid, round(1 - 0.5**count, 3), rank == 0))
    memberships = conform(pd.DataFrame(rows, columns=list(schema.MEMBERSHIPS)), schema.MEMBERSHIPS)
    joined = memberships.merge(papers, on="paper_id")
    dated = papers.dropna(subset=day)
    rows = _trend_rows(dated, joined.dropna(subset=day), themes, by, day)
    trends = conform(pd.DataFrame(rows), schema.TRENDS)
    trends["partial"] = trends["period"].isin(pd.to_datetime(list(late)))
    changes = _changes(trends)
    return Tables(
        papers=papers,
        themes=conform(pd.DataFrame(_theme_rows(joined, themes)), schema.THEMES),
        memberships=memberships,
        unassigned=_unassigned(first, memberships, themes),
        near_misses=conform(pd.DataFrame(), schema.NEAR_MISSES),
        map=_map(first, memberships, themes),
        volume=_volume(dated, by, day, late),
        jumps=conform(pd.DataFrame(), schema.JUMPS),
        trends=trends,
        curves=_curves(trends),
        changes=changes,
        events=conform(pd.DataFrame(), schema.EVENTS),
        sensitivity=_sensitivity(memberships, changes, trends),
    )


def _volume(papers: pd.DataFrame, by: str, day: str, late: tuple[str, ...]) -> pd.DataFrame:
    """Count each period between the first and the last, those without papers too."""
    papers = papers.sort_values("digest_date", kind="stable")
    period = _period(papers[day], by)
    ends = pd.DatetimeIndex(sorted(period.unique()))
    code = {"month": "MS", "week": "W-MON", "quarter": "QS", "year": "YS"}.get(by)
    lag = (papers["digest_date"] - papers["published_date"]).dt.days
    listed = _period(papers["digest_date"], by)
    seen: set[str] = set()
    rows = []
    for start in pd.date_range(ends[0], ends[-1], freq=code) if code else ends:
        own, days = papers[period == start], lag[period == start].dropna()
        n_digests = papers[listed == start]["digest_date"].nunique()
        low, middle, high = days.quantile([0.1, 0.5, 0.9])
        ids = set(own["paper_id"])
        rows.append(
            (start, n_digests, len(ids), len(ids & seen), len(days),
             int((days > 90).sum()), low, middle, high, start in pd.to_datetime(list(late)))
        )  # fmt: skip
        seen |= ids
    return conform(pd.DataFrame(rows, columns=list(schema.VOLUME)), schema.VOLUME)


def _curves(trends: pd.DataFrame) -> pd.DataFrame:
    """Pool each period with its neighbours; none for few periods, nor for partial ones."""
    rows = []
    for tid, own in trends.groupby("theme_id"):
        own = own[~own["partial"]]
        if len(own) < 5:
            continue
        pooled = own[["n_theme", "n_papers"]].rolling(3, center=True, min_periods=1).sum()
        for period, k, n in zip(own["period"], pooled["n_theme"], pooled["n_papers"], strict=True):
            rows.append((tid, period, k / n, *wilson(k, n)))
    return conform(pd.DataFrame(rows, columns=list(schema.CURVES)), schema.CURVES)


def _sensitivity(
    memberships: pd.DataFrame, changes: pd.DataFrame, trends: pd.DataFrame
) -> pd.DataFrame:
    """Call a paper borderline whose score is below 0.6; make up the near misses."""
    verdicts = dict(zip(changes["theme_id"], changes["verdict"], strict=True))
    rows = []
    for place, tid in enumerate(trends["theme_id"].unique()):
        own = memberships[memberships["theme_id"] == tid]
        verdict = verdicts.get(tid, "too little data")
        border = int((own["score"] < 0.6).sum())
        moved = border / trends["n_papers"].max() / 4, 0.002 * (place % 4)
        beyond = int(tid == "n1")
        rows.append((tid, len(own), border, place % 4, *moved, beyond, *[verdict] * 3))
    return conform(pd.DataFrame(rows, columns=list(schema.SENSITIVITY)), schema.SENSITIVITY)


def with_other(tables: Tables, by: str, *, date: str = "digest", count: str = "every") -> Tables:
    """Count by the other date as well, as a run does that goes by `date`."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* are left out", category=UserWarning)
        trends = theme_trends(
            tables.papers,
            tables.memberships,
            by=other_period(tables.papers, by, date=date),
            date=OTHER_DATE[date],
            count=count,
            themes=tables.themes,
        )
    return replace(
        tables,
        other_trends=trends,
        other_curves=theme_curves(trends),
        other_changes=theme_changes(trends),
    )


def with_events(tables: Tables, *rows: tuple) -> Tables:
    """Give the themes events: id, event, start, range of the start, end, shares, q."""
    table = [(tid, event, *dates, *shares, q / 2, q) for tid, event, dates, shares, q in rows]
    frame = pd.DataFrame(table, columns=list(schema.EVENTS))
    return replace(tables, events=conform(frame, schema.EVENTS))


def with_jump(tables: Tables, start: str, before: float, after: float) -> Tables:
    """Let the digest change its size at `start`."""
    frame = pd.DataFrame([(start, before, after)], columns=list(schema.JUMPS))
    return replace(tables, jumps=conform(frame, schema.JUMPS))


def _period(dates: pd.Series, by: str) -> pd.Series:
    if by == "digest":
        return dates
    code = {"month": "M", "week": "W-SUN", "quarter": "Q", "year": "Y"}[by]
    return dates.dt.to_period(code).dt.start_time


def _trend_rows(
    papers: pd.DataFrame, joined: pd.DataFrame, themes: tuple, by: str, day: str = "digest_date"
) -> list[dict]:
    periods, own = _period(papers[day], by), _period(joined[day], by)
    rows = []
    for tid, *_ in themes:
        for period in sorted(periods.unique()):
            n = papers[periods == period]["paper_id"].nunique()
            k = joined[(own == period) & (joined["theme_id"] == tid)]["paper_id"].nunique()
            low, high = wilson(k, n)
            rows.append(
                {
                    "theme_id": tid, "period": period, "n_theme": k, "n_papers": n,
                    "share": k / n, "share_low": low, "share_high": high, "partial": False,
                }
            )  # fmt: skip
    return rows


def _theme_rows(joined: pd.DataFrame, themes: tuple) -> list[dict]:
    rows = []
    for number, (tid, name, kind, words, _) in enumerate(themes):
        own = joined[joined["theme_id"] == tid]
        rows.append(
            {
                "theme_id": tid, "name": name, "kind": kind, "keywords": ", ".join(words),
                "n_papers": own["paper_id"].nunique(), "first_digest": own["digest_date"].min(),
                "last_digest": own["digest_date"].max(), "parent": "",
                "stability": float("nan") if kind == "named" else 0.95 - 0.05 * (number % 8),
            }
        )  # fmt: skip
    return rows


def _unassigned(first: pd.DataFrame, memberships: pd.DataFrame, themes: tuple) -> pd.DataFrame:
    left = first[~first["paper_id"].isin(memberships["paper_id"])]
    rows = [(p, themes[i % len(themes)][0], 0.31, "below the threshold of every theme")
            for i, p in enumerate(left["paper_id"])]  # fmt: skip
    return conform(pd.DataFrame(rows, columns=list(schema.UNASSIGNED)), schema.UNASSIGNED)


def _map(first: pd.DataFrame, memberships: pd.DataFrame, themes: tuple) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    main = memberships[memberships["primary"]].set_index("paper_id")["theme_id"]
    ids = [tid for tid, *_ in themes]
    rows = []
    for paper in first["paper_id"]:
        turn = 2 * math.pi * ids.index(main[paper]) / len(ids) if paper in main else 0.0
        far = 6.0 if paper in main else 0.0
        noise = rng.normal(0, 0.9, 2)
        rows.append((paper, far * math.cos(turn) + noise[0], far * math.sin(turn) + noise[1]))
    return conform(pd.DataFrame(rows, columns=list(schema.MAP)), schema.MAP)


def _changes(trends: pd.DataFrame) -> pd.DataFrame:
    periods = sorted(trends["period"].unique())
    if len(periods) < 2:
        return conform(pd.DataFrame(), schema.CHANGES)
    rows = []
    for tid in trends["theme_id"].unique():
        a, b = (trends[(trends["theme_id"] == tid) & (trends["period"] == p)].iloc[0]
                for p in (periods[0], periods[-1]))  # fmt: skip
        k, n, m, total = b["n_theme"], b["n_papers"], a["n_theme"], a["n_papers"]
        odds, p = fisher_exact([[k, n - k], [m, total - m]])
        if k + m == 0:
            odds = p = float("nan")
        se = math.sqrt(sum(1 / (c + 0.5) for c in (k, n - k, m, total - m)))
        middle = math.log((k + 0.5) * (total - m + 0.5) / ((n - k + 0.5) * (m + 0.5)))
        low, high = math.exp(middle - 1.96 * se), math.exp(middle + 1.96 * se)
        rows.append(
            [tid, odds, 0.0 if odds == 0 else low, math.inf if math.isinf(odds) else high, p]
        )
    if len(periods) >= 5:
        rows = [[tid, *_slope(trends[trends["theme_id"] == tid])] for tid, *_ in rows]
    frame = pd.DataFrame(
        rows, columns=["theme_id", "effect", "effect_low", "effect_high", "p_value"]
    )
    tested = frame["p_value"].dropna().sort_values()
    q = (tested * len(tested) / np.arange(1, len(tested) + 1))[::-1].cummin().clip(upper=1)
    frame["q_value"] = q.reindex(frame.index)
    frame["verdict"] = [
        "too little data" if not q < 0.05 else "rising" if e > 1 else "falling"
        for q, e in zip(frame["q_value"], frame["effect"], strict=True)
    ]
    frame.loc[frame["q_value"] > 0.9, "verdict"] = "steady"
    frame["basis"] = "trend" if len(periods) >= 5 else "last change"
    return conform(frame, schema.CHANGES)


def _slope(rows: pd.DataFrame) -> tuple[float, float, float, float]:
    """Weighted least squares on empirical logits: good enough for a sample."""
    k, n = rows["n_theme"].to_numpy() + 0.5, rows["n_papers"].to_numpy() + 1.0
    if rows["n_theme"].sum() == 0:
        return (float("nan"),) * 4
    weight, y, t = k * (n - k) / n, np.log(k / (n - k)), np.arange(len(k))
    middle = np.average(t, weights=weight)
    spread = (weight * (t - middle) ** 2).sum()
    slope = (weight * (t - middle) * y).sum() / spread
    se = 1 / math.sqrt(spread)
    p = math.erfc(abs(slope / se) / math.sqrt(2))
    return math.exp(slope), math.exp(slope - 1.96 * se), math.exp(slope + 1.96 * se), p


def nothing() -> Tables:
    """Return the tables of an analysis of no papers."""
    tables = {field.name: schema.blank(getattr(schema, field.name.upper().removeprefix("OTHER_")))
              for field in fields(Tables)}  # fmt: skip
    return Tables(**tables)


def two_digests() -> Tables:
    return tables_of(dump_papers())


def one_digest() -> Tables:
    papers = dump_papers()
    papers = papers[papers["source"] == "2025-08-05.txt"]
    return tables_of(papers.reset_index(drop=True))


EMERGENCE = ("n3", "emergence", ("2024-11-01", "2024-10-01", "2024-12-01", None), (0.07, 0.3), 4e-3)
BURST = ("d4", "burst", ("2025-02-01", "2025-02-01", "2025-02-01", "2025-04-01"), (0.1, 0.2), 2e-2)


def months_of_papers(months: int = 14, papers_a_month: int = 60) -> pd.DataFrame:
    """Draw papers of the dumps for each month, prompt learning more and more often.

    Each was published up to six days before, one in a hundred four months before.
    """
    pool = dump_papers().drop_duplicates("paper_id")
    prompt = pool["abstract"].str.lower().str.count("prompt") >= 5
    rng = np.random.default_rng(5)
    rows = []
    for month, start in enumerate(pd.date_range("2024-06-01", periods=months, freq="MS")):
        weight = np.where(prompt, 0.2 + 0.25 * month, 1.0)
        picks = rng.choice(len(pool), papers_a_month, p=weight / weight.sum())
        for place, pick in enumerate(picks):
            day = start + pd.Timedelta(days=int(place * 27 / papers_a_month))
            before = 120 if (place + month) % 100 == 0 else place % 7
            paper = pool.iloc[pick]
            row = _paper(paper["title"], paper["abstract"], str(day.date()), place + 1, "made.txt")
            published = day - pd.Timedelta(days=before)
            rows.append(row | {"paper_id": f"m{month}-{place}", "published_date": published})
    return conform(pd.DataFrame(rows), schema.PAPERS)


def many_months(months: int = 14, papers_a_month: int = 60) -> Tables:
    """Return months with a jump of the digest, an emergence and a burst."""
    tables = with_other(tables_of(months_of_papers(months, papers_a_month), by="month"), "month")
    return with_jump(with_events(tables, EMERGENCE, BURST), "2024-10-15", 2.0, 3.5)


def gapped() -> Tables:
    """Return months of which two have no papers and the last is not over; some listed again."""
    papers = months_of_papers()
    month = papers["digest_date"].dt.strftime("%Y-%m")
    again = papers[month == "2024-08"].head(7).assign(digest_date=pd.Timestamp("2025-01-09"))
    kept = ~month.isin(["2024-11", "2024-12", "2025-07"])
    kept &= (month != "2025-06") | (papers["position"] <= 20)
    papers = pd.concat([papers[kept], again]).sort_values("digest_date", kind="stable")
    tables = tables_of(conform(papers, schema.PAPERS), by="month", late=("2025-06-01",))
    return with_other(tables, "month")


def published() -> Tables:
    """Return the months counted by publication date, three papers without one."""
    papers = months_of_papers()
    papers.loc[:2, "published_date"] = pd.NaT
    tables = tables_of(papers, by="quarter", day="published_date")
    return with_other(tables, "quarter", date="published")


def hostile() -> Tables:
    """Return the two digests with hostile text wherever a dump or a user can put it."""
    papers = dump_papers()
    for place, text in enumerate(HOSTILE):
        papers.loc[place, ["title", "abstract"]] = [text, f"fine-tuning {text}"]
        papers.loc[place, "paper_id"] = f"h{place}"
    papers.loc[0, "url"] = "javascript:window.hacked=5"
    papers.loc[1, "url"] = "data:text/html,<script>window.hacked=6</script>"
    papers.loc[2, "url"] = 'https://example.org/"><script>window.hacked=7</script>'
    papers.loc[3, "source"] = "<script>window.hacked=8</script>.txt"
    names = {"n1": HOSTILE[0], "n2": HOSTILE[2], "n3": HOSTILE[3], "d1": HOSTILE[4],
             "d2": HOSTILE[5], "d3": HOSTILE[6][:200], "d4": HOSTILE[8]}  # fmt: skip
    themes = tuple((tid, names.get(tid, name), kind, (*words, "<i>&"), least)
                   for tid, name, kind, words, least in THEMES)  # fmt: skip
    return tables_of(papers, themes=themes)


PARENTS = {"d3": "d1", "d5": "d2", "d8": "d2", "d6": "n1", "d10": "d6"}


def nested() -> Tables:
    """Return the two digests with finer themes, under broad ones and one under a named one."""
    return _with_parents(two_digests(), PARENTS)


def wide(broad: int = 30, finer: int = 2) -> Tables:
    """Return 14 months of 30 broad themes, each with two finer ones: half of its papers each."""
    tables = many_months()
    themes, members = tables.themes, tables.memberships
    found = [tid for tid in themes["theme_id"] if tid.startswith("d")]
    rows, belongings = [], []
    for number in range(broad - len(found)):
        source, part = found[number % len(found)], number // len(found)
        rows.append((source, f"b{number}", f"Broad {number}", part))
    rows += [
        (source, f"{tid}-{k}", f"{name} {'ab'[k]}", k)
        for tid, source, name in [
            *((tid, tid, tid) for tid in found),
            *((tid, source, name) for source, tid, name, _ in rows),
        ]
        for k in range(finer)
    ]
    parents = {tid: tid.rpartition("-")[0] for _, tid, _, _ in rows if "-" in tid}
    copies = []
    for source, tid, name, k in rows:
        own = members[members["theme_id"] == source].iloc[k::2]
        belongings.append(own.assign(theme_id=tid, primary=False))
        theme = themes[themes["theme_id"] == source].iloc[0].to_dict()
        copies.append(theme | {"theme_id": tid, "name": name, "n_papers": len(own)})
    themes = conform(pd.concat([themes, pd.DataFrame(copies)]), schema.THEMES)
    members = conform(pd.concat([members, *belongings]), schema.MEMBERSHIPS)
    joined = members.merge(tables.papers, on="paper_id")
    ids = tuple((tid,) for tid in themes["theme_id"])
    counts = conform(pd.DataFrame(_trend_rows(tables.papers, joined, ids, "month")), schema.TRENDS)
    return _with_parents(
        replace(tables, themes=themes, memberships=members, trends=counts,
                changes=_changes(counts)), parents)  # fmt: skip


NEW = ("d8", "d10")
GONE = ("d99", "Chain-of-thought <b>prompting</b>")


def rerun() -> tuple[Tables, Since]:
    """Return the months after a refit: two themes are new, one was merged, a digest came late.

    What the run added are the digests of July 2025 and four papers of March.
    """
    papers = months_of_papers()
    month = papers["digest_date"].dt.strftime("%Y-%m")
    march = papers[(month == "2025-03") & (papers["position"] <= 4)].index
    is_new = (month == "2025-07") | papers.index.isin(march)
    added, before = papers[is_new], papers[~is_new]
    tables = tables_of(papers, by="month")
    after = tables.memberships
    as_they_were = after[~after["theme_id"].isin(NEW)]
    # One theme was two, and another had a quarter more.
    part = as_they_were["theme_id"].eq("d1") & (np.arange(len(as_they_were)) % 2 == 0)
    assigned = as_they_were.assign(theme_id=as_they_were["theme_id"].mask(part, GONE[0]))
    free = papers.loc[~papers["paper_id"].isin(after["paper_id"]), "paper_id"].head(40)
    more = after.head(1).assign(theme_id="d2").drop(columns="paper_id").merge(free, "cross")
    assigned = pd.concat([assigned, more])
    then = assigned[assigned["paper_id"].isin(before["paper_id"])]
    status = {tid: "new" if tid in NEW else "kept" for tid, *_ in THEMES} | {GONE[0]: "merged"}
    given = {"memberships_before": then, "memberships": after, "memberships_assigned": assigned,
             "status": status}  # fmt: skip
    names = {tid: name for tid, name, *_ in THEMES} | {GONE[0]: GONE[1]}
    return (
        replace(
            tables,
            what_changed=what_changed(before, papers, **given),
            moves=curve_moves(before, papers, by="month", **given),
            history=_history(after, papers),
        ),
        Since(run=3, refit=True, added=added, names=names),
    )


def _history(memberships: pd.DataFrame, papers: pd.DataFrame) -> pd.DataFrame:
    def shown(tid: str, n: int = 5) -> str:
        return ", ".join(memberships[memberships["theme_id"] == tid]["paper_id"].head(n))

    first, last = papers["digest_date"].iloc[200], papers["digest_date"].max()
    rows = [
        (1, first, tid, "born", "fit", "", "the first run found it", shown(tid))
        for tid, *_ in THEMES if tid not in NEW
    ] + [
        (2, first, "n1", "renamed", "person", "", "a person renamed it", ""),
        (3, last, "d8", "born", "refit", "", "31 papers stand apart from all themes", shown("d8")),
        (3, last, "d10", "born", "refit", "d2", "12 papers of another theme stand apart",
         shown("d10", 2)),
        (3, last, GONE[0], "merged", "refit", "d1",
         "92 % of its papers are in that theme now", shown("d1")),
    ]  # fmt: skip
    return conform(pd.DataFrame(rows, columns=list(schema.HISTORY)), schema.HISTORY)


def _with_parents(tables: Tables, parents: dict[str, str]) -> Tables:
    """Put themes under others; a finer one is the main theme of no paper."""
    themes = tables.themes.copy()
    themes["parent"] = themes["theme_id"].map(parents).fillna("").astype("str")
    finer = {tid for tid, parent in parents.items() if parent.startswith(("d", "b"))}
    members = tables.memberships.assign(broad=~tables.memberships["theme_id"].isin(finer))
    best = members.sort_values(["primary", "score", "theme_id"], ascending=False, kind="stable")
    first = best[best["broad"]].drop_duplicates("paper_id").index
    members["primary"] = members.index.isin(first)
    return replace(tables, themes=themes, memberships=conform(members, schema.MEMBERSHIPS))
