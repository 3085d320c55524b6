"""Real papers, written in every form and loaded, are right to the character."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from papertrends.papers import load

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "data" / "hf_daily_2024-2025.parquet"
sys.path.insert(0, str(ROOT / "benchmarks"))

from archive_dumps import papers_of, read_archive, write_forms  # noqa: E402
from dump_forms import FORMS  # noqa: E402


@pytest.fixture(scope="module")
def archive() -> pd.DataFrame:
    if not ARCHIVE.exists():
        pytest.skip("the archive is no part of this repository")
    papers = read_archive(ARCHIVE)
    days = sorted(papers["digest_date"].unique())[::20]
    return papers[papers["digest_date"].isin(days)]


@pytest.mark.parametrize("form", FORMS)
def test_digests_of_an_archive(archive: pd.DataFrame, tmp_path: Path, form: str) -> None:
    paths = write_forms(archive, tmp_path, [FORMS[form]])
    loaded = load(tmp_path)
    written = [
        (day, one.title, one.abstract)
        for day, digest in archive.groupby("digest_date")
        for one in papers_of(digest)
    ]
    columns = ("digest_date", "title", "abstract")
    assert list(loaded.papers[list(columns)].itertuples(index=False, name=None)) == written
    assert loaded.report.losses == ()
    assert loaded.report.n_files == len(paths)
    assert {file.format for file in loaded.report.files} == {FORMS[form].reader}


def test_all_forms_of_one_day_are_one_digest(archive: pd.DataFrame, tmp_path: Path) -> None:
    day, digest = next(iter(archive.groupby("digest_date")))
    for name, form in FORMS.items():
        write_forms(digest, tmp_path / name, [form])
    loaded = load(tmp_path)
    assert loaded.papers["paper_id"].tolist() == [f"arxiv:{one}" for one in digest["arxiv_id"]]
    assert set(loaded.papers["digest_date"]) == {day}
    assert {one.kind for one in loaded.report.losses} == {"duplicate"}
    assert len(loaded.report.losses) == len(digest) * (len(FORMS) - 1)
