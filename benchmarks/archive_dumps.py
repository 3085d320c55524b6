"""Write an archive of papers as dump files, one a digest, as the loader reads them.

    python benchmarks/archive_dumps.py ../shared/data/hf_daily_2024-2025.parquet FOLDER

Each file is named by its day, and is a Daily Papers page as text or what ``--form NAME`` says: the
forms are those of `dump_forms`, and with ``all-in-turn`` each digest comes in the next one.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import duckdb
import pandas as pd
from dump_forms import FORMS, Form, Paper

HEAD = "Daily Papers\n\nbyAK and the research community"
IN_TURN = "all-in-turn"


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


def write_forms(papers: pd.DataFrame, folder: Path, forms: Sequence[Form]) -> list[Path]:
    """Write a file for each digest of `papers`, the oldest first, in these forms in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for (day, digest), form in zip(papers.groupby("digest_date"), cycle(forms), strict=False):
        path = folder / f"{day:%Y-%m-%d}{form.ending}"
        path.write_bytes(form.write(papers_of(digest), day.date()))
        paths.append(path)
    return paths


def papers_of(digest: pd.DataFrame) -> list[Paper]:
    """Return the papers of one digest as the writers take them."""
    return [
        Paper(
            " ".join(row.title.split()),
            " ".join(row.abstract.split()),
            row.arxiv_id,
            dt.date.fromisoformat(row.published_date),
            int(row.upvotes),
        )
        for row in digest.itertuples()
    ]


def read_archive(path: Path) -> pd.DataFrame:
    """Return the papers of a Parquet archive by digest and arXiv id."""
    with duckdb.connect() as database:
        rows = database.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()
    rows["digest_date"] = pd.to_datetime(rows["digest_date"])
    return rows.sort_values(["digest_date", "arxiv_id"]).reset_index(drop=True)


def main() -> None:
    """Write the archive that was named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", choices=[*FORMS, IN_TURN])
    given = parser.parse_args()
    archive = read_archive(given.archive)
    if given.form:
        forms = list(FORMS.values()) if given.form == IN_TURN else [FORMS[given.form]]
        paths = write_forms(archive, given.folder, forms)
    else:
        paths = write_dumps(archive, given.folder)
    print(f"{len(paths)} files in {given.folder}")


if __name__ == "__main__":
    main()
