"""The papers that ``speed.py`` measures on, from 3,000 to 75,000 and more.

Must not measure. All but the two dumps are made from ../shared/data, which is no part of this
repository: a Parquet file for papertrends, and the same as JSON lines for the recipe.
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import duckdb
import pandas as pd

COLUMNS = ["arxiv_id", "title", "abstract", "digest_date", "category", "made_up"]
#: Digests of IJCAI have a year only; papers of a year count at its conference.
_CONFERENCE = "-07-15"
_LEAST_SENTENCES = 6
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def read_papers(folder: Path, name: str) -> pd.DataFrame:
    """Return one of the corpora with the columns `COLUMNS`, each paper once."""
    table = duckdb.read_parquet(str(folder / name)).df()
    if "year" in table:
        table["digest_date"] = table["year"].astype(str) + _CONFERENCE
    if "arxiv_id" not in table:
        table["arxiv_id"] = None
    given = [one for one in ("primary", "area") if one in table]
    table["category"] = table[given[0]] if given else "Daily Papers"
    table["made_up"] = False
    for column in ("title", "abstract"):
        table[column] = [" ".join(str(text).split()) for text in table[column]]
    return table[COLUMNS].drop_duplicates("title").reset_index(drop=True)


def archive(folder: Path) -> pd.DataFrame:
    """Return the 8,000 papers of the digest's archive."""
    return read_papers(folder, "hf_daily_2024-2025.parquet")


def arxiv(folder: Path) -> pd.DataFrame:
    """Return the 40,000 papers of arXiv."""
    return read_papers(folder, "arxiv_daily_2025.parquet")


def everything(folder: Path, size: int) -> pd.DataFrame:
    """Return `size` papers: all there are, and abridged ones for what is missing."""
    real = pd.concat(
        [archive(folder), arxiv(folder), read_papers(folder, "ijcai_2020-2021.parquet")],
        ignore_index=True,
    ).drop_duplicates("title")
    made = abridged(real, size - len(real)) if size > len(real) else real.head(0)
    return some(pd.concat([real, made], ignore_index=True), size)


def abridged(papers: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return papers made of real ones: every other sentence, the title's halves exchanged.

    Each is about one thing, as a paper is. Texts put together from several papers are not, and
    no encoder's neighbourhoods of them mean anything.
    """
    sentences = papers["abstract"].map(_SENTENCE.split)
    longest = papers.assign(said=sentences)[sentences.map(len) >= _LEAST_SENTENCES]
    made = some_rows(longest, number)
    words = made["title"].str.split()
    title = [" ".join([*one[len(one) // 2 :], *one[: len(one) // 2]]) for one in words]
    text = [" ".join(said[1::2]) for said in made["said"]]
    return made.assign(arxiv_id=None, title=title, abstract=text, made_up=True)[COLUMNS]


def some(papers: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return `size` of the papers, chosen by their titles, the oldest first.

    A smaller choice is part of a larger one, and has papers of every kind in proportion.
    """
    chosen = some_rows(papers, size)
    return chosen.sort_values(["digest_date", "order"])[COLUMNS].reset_index(drop=True)


def some_rows(papers: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return `size` rows by the hashes of their titles, the column ``order``."""
    by_title = [hashlib.sha256(title.encode()).hexdigest() for title in papers["title"]]
    return papers.assign(order=by_title).sort_values("order").head(size)


def part(papers: pd.DataFrame, size: int, number: int) -> pd.DataFrame:
    """Return the `size` papers that `some` would choose after ``number * size`` others."""
    before = set(some(papers, number * size)["title"])
    return some(papers[~papers["title"].isin(before)], size)


def write(papers: pd.DataFrame, stem: Path) -> Path:
    """Write papers as ``<stem>.parquet`` and ``<stem>.jsonl``; return the first."""
    rows = papers.drop(columns=["category", "made_up"])
    rows.to_json(stem.with_suffix(".jsonl"), orient="records", lines=True, force_ascii=False)
    return write_table(rows, stem.with_suffix(".parquet"))


def write_table(rows: pd.DataFrame, path: Path) -> Path:
    """Write a table as Parquet."""
    with duckdb.connect() as database:
        database.register("rows", rows)
        database.execute(f"COPY (FROM rows) TO '{path}' (FORMAT parquet)")
    return path


def write_parts(papers: pd.DataFrame, folder: Path, number: int) -> list[Path]:
    """Write papers in `number` Parquet files, each a stretch of time."""
    folder.mkdir(parents=True, exist_ok=True)
    bounds = [len(papers) * part // number for part in range(number + 1)]
    return [
        write(papers.iloc[begin:end], folder / f"part-{part:02}")
        for part, (begin, end) in enumerate(pairwise(bounds))
    ]
