"""Days from which digests are of another size, in made digests and in the archive."""

import runpy
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from papertrends.tables import JUMPS
from papertrends.trends import digest_volume, undated, volume_jumps

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
papers_a_digest, papers_of = made.papers_a_digest, made.papers_of


def test_the_level_of_a_jump_is_told():
    numbers = [10, 12, 11, 13, 9] * 8 + [25, 23, 27, 24, 26] * 6
    jumps = volume_jumps(papers_a_digest(numbers))
    assert jumps["start"].tolist() == [pd.Timestamp("2024-01-01") + pd.Timedelta(days=40)]
    assert jumps[["papers_before", "papers_after"]].to_numpy().tolist() == [[11.0, 25.0]]
    assert {name: str(kind) for name, kind in jumps.dtypes.items()} == dict(JUMPS)


def test_a_surge_goes_up_and_down_again():
    rng = np.random.default_rng(0)
    levels = np.repeat([13, 45, 16], [200, 25, 100])
    jumps = volume_jumps(papers_a_digest(rng.poisson(levels)))
    assert jumps["start"].tolist() == [
        pd.Timestamp("2024-01-01") + pd.Timedelta(days=day) for day in (200, 225)
    ]
    # From 13 to 16 alone would be no jump.
    assert jumps["papers_before"].tolist() == pytest.approx([13, 45], abs=4)
    assert jumps["papers_after"].tolist() == pytest.approx([45, 16], abs=4)


def test_small_changes_are_not_told():
    numbers = [20] * 50 + [29] * 50
    assert volume_jumps(papers_a_digest(numbers)).empty
    assert len(volume_jumps(papers_a_digest([20] * 50 + [30] * 50))) == 1
    # In three steps, each too small alone, from one level to twice as many.
    numbers = [20, 21] * 20 + [26, 27] * 5 + [33, 34] * 5 + [42, 43] * 20
    assert len(volume_jumps(papers_a_digest(numbers))) == 1


def test_a_small_change_beside_a_large_one_goes_by_itself():
    jumps = volume_jumps(papers_a_digest([20] * 40 + [26] * 40 + [60] * 40))
    assert jumps["start"].tolist() == [pd.Timestamp("2024-01-01") + pd.Timedelta(days=80)]
    assert jumps[["papers_before", "papers_after"]].to_numpy().tolist() == [[23.0, 60.0]]


def test_papers_that_are_listed_again_are_volume_too():
    numbers = [10] * 20 + [30] * 20
    papers = papers_a_digest(numbers).assign(
        paper_id=[f"p{i}" for number in numbers for i in range(number)]
    )
    assert volume_jumps(papers)["papers_after"].tolist() == [30.0]


@pytest.mark.parametrize(
    "numbers",
    [
        [20] * 30 + [500] + [20] * 30,
        [20] * 30 + [1, 900, 1] + [20] * 30,
        [24, 22, 20, 23, 21, 2, 3] * 20,
        ([20, 22, 24, 18, 21] * 20)[:80] + [3, 2, 4, 2, 1] + [20, 22, 24, 18, 21] * 4,
        [20] * 60,
        [1, 40] * 30,
    ],
    ids=["odd day", "odd days", "weekends", "holidays", "constant", "every other day"],
)
def test_odd_days_are_no_level(numbers):
    assert volume_jumps(papers_a_digest(numbers)).empty


def test_with_few_digests_no_level_is_told():
    for numbers in ([5], [5] * 2, [5] * 9 + [50] * 10):
        jumps = volume_jumps(papers_a_digest(numbers))
        assert jumps.empty
        assert list(jumps) == list(JUMPS)
    assert len(volume_jumps(papers_a_digest([5] * 10 + [50] * 10))) == 1


def test_jumps_count_distinct_papers_of_a_digest_in_any_order():
    papers = papers_a_digest([10] * 20 + [30] * 20)
    twice = pd.concat([papers, papers.iloc[:150]]).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(volume_jumps(twice), volume_jumps(papers))


def test_gaps_are_no_jumps():
    papers = papers_a_digest([20, 21, 19, 22] * 15)
    later = papers["digest_date"] >= "2024-02-01"
    papers.loc[later, "digest_date"] += pd.Timedelta(days=60)
    assert volume_jumps(papers).empty


@pytest.mark.parametrize(("mean", "most"), [(2, 0.08), (13, 0.01), (80, 0.01)])
def test_constant_levels_are_seldom_said_to_jump(mean, most):
    rng = np.random.default_rng(3)
    found = [
        len(volume_jumps(papers_a_digest(np.maximum(rng.poisson(mean, 60), 1)))) > 0
        for _ in range(150)
    ]
    assert np.mean(found) <= most


@pytest.mark.parametrize("n_digests", [20, 60, 300])
def test_a_doubling_is_nearly_always_found(n_digests):
    rng = np.random.default_rng(4)
    half = n_digests // 2
    found = 0
    for _ in range(60):
        jumps = volume_jumps(papers_a_digest(rng.poisson(np.repeat([13, 26], half))))
        if len(jumps) == 1:
            off = (jumps["start"][0] - pd.Timestamp("2024-01-01")).days - half
            found += abs(off) <= 2
    assert found >= 55


ARCHIVE = Path(__file__).parents[2].parent / "shared" / "data" / "hf_daily_2024-2025.parquet"


@pytest.fixture(scope="module")
def archive():
    """Return the identifiers and dates of the real Daily Papers, where they are."""
    if not ARCHIVE.exists():
        pytest.skip("the archive is not here")
    import duckdb

    rows = duckdb.sql(
        f"select arxiv_id, digest_date, published_date from '{ARCHIVE}' order by all"
    ).fetchall()
    return papers_of(*rows)


def test_the_archive_jumps_before_deadlines(archive):
    jumps = volume_jumps(archive)
    assert [str(start.date()) for start in jumps["start"]] == [
        "2025-05-16",
        "2025-06-19",
        "2025-09-26",
        "2025-11-06",
    ]
    levels = archive.groupby("digest_date").size()
    edges = [levels.index[0], *jumps["start"], pd.Timestamp("2026-01-01")]
    medians = [
        levels[(levels.index >= begin) & (levels.index < end)].median()
        for begin, end in pairwise(edges)
    ]
    assert jumps["papers_before"].tolist() == medians[:-1]
    assert jumps["papers_after"].tolist() == medians[1:]


def test_the_archive_shuffled_seldom_jumps(archive):
    rng = np.random.default_rng(5)
    numbers = archive.groupby("digest_date").size().to_numpy()
    found = [len(volume_jumps(papers_a_digest(rng.permutation(numbers)))) > 0 for _ in range(60)]
    assert np.mean(found) <= 0.05


def test_the_gap_of_the_archive_is_there(archive):
    volume = digest_volume(archive, "week").set_index("period")
    gap = volume.loc["2024-04-08":"2024-05-20"]
    assert len(gap) == 7
    assert (gap["n_papers"] == 0).all()
    assert (volume["n_dated"] == volume["n_papers"]).all()
    assert undated(archive) == 0
