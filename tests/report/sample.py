"""Sample tables for the tests of figures and report: few digests, many months, traps."""

from __future__ import annotations

import runpy
import warnings
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from papertrends import tables as schema
from papertrends.report.history import Since
from papertrends.tables import Tables, conform
from papertrends.trends import curve_moves, theme_changes, theme_curves, theme_trends, what_changed
from papertrends.trends.periods import OTHER_DATE, other_period

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("sample_tables.py"))))
HOSTILE, LoadReport, THEMES = made.HOSTILE, made.LoadReport, made.THEMES
dump_papers, tables_of = made.dump_papers, made.tables_of


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
            row = made.paper_row(
                paper["title"], paper["abstract"], str(day.date()), place + 1, "made.txt"
            )
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
    counts = conform(
        pd.DataFrame(made.trend_rows(tables.papers, joined, ids, "month")), schema.TRENDS
    )
    return _with_parents(
        replace(tables, themes=themes, memberships=members, trends=counts,
                changes=made.changes_of(counts)), parents)  # fmt: skip


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
