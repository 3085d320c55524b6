"""Write an archive of papers as dump files, one a digest, as the loader reads them.

    python benchmarks/archive_dumps.py ../shared/data/hf_daily_2024-2025.parquet FOLDER

Each file is a Daily Papers page as text, named by its day.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
import pandas as pd

HEAD = "Daily Papers\n\nbyAK and the research community"


def write_dump(papers: pd.DataFrame, folder: Path) -> Path:
    """Write the papers of one digest (``title, abstract, digest_date``) into a file."""
    day = pd.Timestamp(papers["digest_date"].iloc[0])
    blocks = [HEAD, f"{day:%b} {day.day}"]
    for title, abstract in zip(papers["title"], papers["abstract"], strict=True):
        blocks += [" ".join(title.split()), " ".join(abstract.split())]
    path = folder / f"{day:%Y-%m-%d}.txt"
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def write_dumps(papers: pd.DataFrame, folder: Path) -> list[Path]:
    """Write a file for each digest of `papers`, the oldest first."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_dump(digest, folder) for _, digest in papers.groupby("digest_date")]


def read_archive(path: Path) -> pd.DataFrame:
    """Return the papers of a Parquet archive by digest and arXiv id."""
    with duckdb.connect() as database:
        rows = database.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
    rows["digest_date"] = pd.to_datetime(rows["digest_date"])
    return rows.sort_values(["digest_date", "arxiv_id"]).reset_index(drop=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    print(f"{len(write_dumps(read_archive(given.archive), given.folder))} files in {given.folder}")
