"""Sample tables of the real dumps, with memberships by words: made without any theme model."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from papertrends import tables as schema
from papertrends.dumps import report
from papertrends.tables import Tables, conform

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
            rows.append(paper_row(title, abstract, path.stem, position, path.name))
    return conform(pd.DataFrame(rows), schema.PAPERS)


def paper_row(title: str, abstract: str, day: str, position: int, source: str) -> dict[str, object]:
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
    rows = trend_rows(dated, joined.dropna(subset=day), themes, by, day)
    trends = conform(pd.DataFrame(rows), schema.TRENDS)
    trends["partial"] = trends["period"].isin(pd.to_datetime(list(late)))
    changes = changes_of(trends)
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


def _period(dates: pd.Series, by: str) -> pd.Series:
    if by == "digest":
        return dates
    code = {"month": "M", "week": "W-SUN", "quarter": "Q", "year": "Y"}[by]
    return dates.dt.to_period(code).dt.start_time


def trend_rows(
    papers: pd.DataFrame, joined: pd.DataFrame, themes: tuple, by: str, day: str = "digest_date"
) -> list[dict]:
    periods, own = _period(papers[day], by), _period(joined[day], by)
    in_period = papers.groupby(periods)["paper_id"].nunique()
    in_theme = joined.groupby(["theme_id", own])["paper_id"].nunique().to_dict()
    rows = []
    for tid, *_ in themes:
        for period, n in in_period.items():
            k = in_theme.get((tid, period), 0)
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


def changes_of(trends: pd.DataFrame) -> pd.DataFrame:
    periods = sorted(trends["period"].unique())
    if len(periods) < 2:
        return conform(pd.DataFrame(), schema.CHANGES)
    rows = []
    each = dict(list(trends.groupby("theme_id", sort=False)))
    for tid, own in each.items():
        a, b = (own[own["period"] == p].iloc[0] for p in (periods[0], periods[-1]))
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
        rows = [[tid, *_slope(own)] for tid, own in each.items()]
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
