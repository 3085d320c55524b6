"""What the benchmark of speed reckons and says, without measuring anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "benchmarks"))

import readme  # noqa: E402
from speed import Bench, Run, reckoned  # noqa: E402
from speed_data import COLUMNS, abridged, part, some, write_parts  # noqa: E402
from speed_tables import cluster_figures, scale_table, slope, speed_table, whole_run  # noqa: E402


def papers(number: int) -> pd.DataFrame:
    rows = [
        (
            f"2501.{row:05}",
            f"Title {row} of paper number {row}",
            " ".join(f"Sentence {place} of {row} in {'ab'[row % 2]}." for place in range(4)),
            f"2025-01-{1 + row % 28:02}",
            "ab"[row % 2],
            False,
        )
        for row in range(number)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def measured(part: str, **more: Any) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "runs": 3,
        "cores": 2,
        "machine": "x86_64",
        "n_papers": 40_712,
        "ours_s": [100.0, 110.0, 90.0],
        "ours_mb": [900, 1000, 950],
        "again_s": [9.0, 8.0, 10.0],
        "again_mb": [500, 500, 500],
        "vectors_only_s": [30.0, 20.0, 40.0],
        "vectors_only_mb": [600, 500, 700],
        "first_to_again": 11.0,
    }
    return {part: figures | more}


def test_slope_is_the_exponent_of_a_power_law() -> None:
    sizes = [10_000, 20_000, 75_000]
    assert slope(sizes, [3 * size**1.1 for size in sizes]) == pytest.approx(1.1)
    assert slope(sizes, [7.0, 7.0, 7.0]) == pytest.approx(0)


def test_the_recipe_is_reckoned_as_if_it_had_embedded_all() -> None:
    said = json.dumps({"n_embedded": 500, "embed_s": 25.0, "fit_s": 60.0})
    assert reckoned(Run(100.0, 900.0, said, False), 40_000) == 75.0 + 25.0 * 80
    # One that embedded all of them, one that tells nothing, one stopped before it embedded.
    assert reckoned(Run(100.0, 900.0, said, False), 500) == 100.0
    assert reckoned(Run(26.0, 900.0, "3 topics (...)", False), 150) == 26.0
    assert reckoned(Run(26.0, 900.0, '{"import_s": 9}', True), 150) == 26.0


def test_a_smaller_choice_is_part_of_a_larger_one() -> None:
    large, small = some(papers(200), 100), some(papers(200), 30)
    assert (len(large), len(small)) == (100, 30)
    assert set(small["title"]) < set(large["title"])
    assert large["digest_date"].is_monotonic_increasing
    mixed = papers(200).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(some(mixed, 30), small)


def test_abridged_papers_are_new_texts_about_what_one_paper_is() -> None:
    real = papers(60)
    real["abstract"] = [f"{text} {text}" for text in real["abstract"]]
    short = papers(70).tail(10)
    made = abridged(pd.concat([real, short], ignore_index=True), 40)
    assert len(made) == made["title"].nunique() == 40
    assert made["made_up"].all()
    assert not set(made["title"]) & set(real["title"])
    assert not set(made["abstract"]) & set(real["abstract"])
    for row in made.itertuples():
        sentences = row.abstract.removesuffix(".").split(". ")
        assert len(sentences) == 4
        same = real.loc[real["category"] == row.category, "abstract"]
        assert any(all(one in text for one in sentences) for text in same)
    pd.testing.assert_frame_equal(abridged(pd.concat([real, short], ignore_index=True), 40), made)


def test_parts_of_a_corpus_share_nothing() -> None:
    parts = [part(papers(100), 30, number) for number in range(3)]
    assert [len(one) for one in parts] == [30, 30, 30]
    assert len({title for one in parts for title in one["title"]}) == 90
    pd.testing.assert_frame_equal(parts[0], some(papers(100), 30))


def test_parts_hold_every_paper_once(tmp_path: Path) -> None:
    from papertrends.papers import load_papers

    files = write_parts(papers(50), tmp_path, 4)
    assert len(files) == 4
    assert sorted(load_papers(files)["title"]) == sorted(papers(50)["title"])


def test_the_table_says_what_was_measured_on_another_machine() -> None:
    two = measured("40000", machine="x86_64 with VNNI") | measured("8000") | measured("3000")
    marked = [line for line in speed_table(two).splitlines() if "†" in line]
    assert [line.split(" |")[0] for line in marked] == [
        "| 40,712 papers of arXiv†",
        "† On another machine (x86_64 with VNNI).",
    ]
    assert "on 2 cores (x86_64)," in speed_table(two)
    assert "†" not in speed_table(measured("8000"))


def test_a_run_tells_seconds_memory_and_its_last_line(tmp_path: Path) -> None:
    bench = Bench(tmp_path, tmp_path, None, 1, 20.0)
    ballast = bytearray(b"x") * 150_000_000  # is the parent's, and no part of the child's peak
    ran = bench.run([sys.executable, "-c", "import time; time.sleep(0.2); print('a\\nb')"])
    assert ran.said == "b"
    assert 0.2 <= ran.seconds < 20
    assert 5 < ran.mb < 100 < len(ballast) / 2**20
    assert not ran.stopped
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        bench.run([sys.executable, "-c", "1 / 0"])
    stopped = Bench(tmp_path, tmp_path, None, 1, 0.3).run(["/bin/sleep", "10"])
    assert stopped.stopped
    assert stopped.seconds < 5


def test_memory_of_a_run_is_that_of_all_its_processes(tmp_path: Path) -> None:
    holds = "held = bytearray(b'x') * 60_000_000; import time; time.sleep(1)"
    starts = f"import subprocess as s, sys; own = s.Popen([sys.executable, '-c', {holds!r}])"
    both = [sys.executable, "-c", f"{starts}; {holds}; own.wait(); print()"]
    ran = Bench(tmp_path, tmp_path, None, 1, 20.0).run(both)
    assert 120 < ran.mb < 250


def test_the_table_says_what_was_reckoned_and_made_up() -> None:
    stages = {"n_embedded": 500, "embed_s": 25.0, "fit_s": 60.0, "over_time_s": 30.0}
    recipe = {
        "recipe_s": [2200.0, 2300.0, 2250.0],
        "recipe_mb": [4000, 4100, 4050],
        "recipe_to_ours": 22.5,
        "recipe_stopped": False,
        "recipe_stages": [stages],
        "stand_ins": {"agreement": 0.6},
    }
    told = speed_table(measured("40000", **recipe))
    row = next(line for line in told.splitlines() if line.startswith("| 40,712 papers of arXiv"))
    assert "| 100 s, 996 MB | 2,250 s\\*, 4.2 GB | 22.5 times as fast |" in row
    assert "the recipe embedded 500, at 20 a second, which makes 2,036 s for all" in told
    assert "60 s to fit, 30 s for topics over time" in told
    assert "made up" not in told
    cut = recipe | {"recipe_stopped": True, "recipe_stages": [{"n_embedded": 500, "embed_s": 25.0}]}
    told = speed_table(measured("75000", n_papers=75_000, n_made_up=28_000, **cut))
    assert "more than 2,250 s\\*" in told
    assert "more than 22.5 times as fast" in told
    assert "stopped while it fitted" in told
    assert "Of 75,000 papers 28,000 were made up" in told


def test_the_table_shows_what_was_measured_and_nothing_else() -> None:
    told = speed_table(measured("dumps", n_papers=150))
    assert "not measured" in told
    assert "\\*" not in told
    assert "Dask" not in told
    both = {"n_papers": 40_712, "alone_s": 60.0, "two_workers_s": 35.0, "ratio": 1.71}
    both |= {"identical": True, "killed_s": 50.0, "identical_when_killed": False}
    parts = measured("dumps", n_papers=150)
    parts["cluster"] = both | {"runs": 3, "cores": 2, "machine": "x86_64"}
    told = speed_table(parts)
    assert "| 1.71 times as fast, identical tables |" in told
    assert "| 50 s | | TABLES DIFFER |" in told


def runs(seconds: list[float], tables: str = "same") -> list[dict[str, Any]]:
    return [{"n_papers": 40_000, "seconds": one, "tables": tables} for one in seconds]


def test_two_workers_are_compared_with_the_run_before_them() -> None:
    found = cluster_figures(runs([30.0, 45.0, 33.0]), runs([20.0, 25.0, 30.0]), runs([25.0] * 3))
    assert (found["ratio"], found["ratios"]) == (1.5, [1.1, 1.5, 1.8])
    assert (found["alone_s"], found["two_workers_s"], found["killed_s"]) == (33.0, 25.0, 25.0)
    assert found["identical"]
    assert found["identical_when_killed"]
    assert found["killed_before_the_end"]


def test_one_run_with_other_tables_is_enough_to_say_so() -> None:
    whole, two = runs([30.0, 30.0]), [*runs([20.0]), *runs([20.0], "others")]
    found = cluster_figures(whole, two, runs([25.0, 7.0]))
    assert not found["identical"]
    assert found["identical_when_killed"]
    assert not found["killed_before_the_end"]
    assert not cluster_figures(whole, whole, two)["identical_when_killed"]


def test_the_arithmetic_for_large_corpora() -> None:
    rates = {"n_papers": 40_000, "machine": "x86_64", "load_rate": 10_000, "assign_rate": 2_000}
    rates |= {"count_rate": 50_000, "bytes_per_paper": 4_000, "disk_bytes_per_paper": 1_000}
    told = scale_table(rates)
    assert "| encode and assign | 2,000 | 0.3 core-hours | 35 core-hours |" in told
    # 2.5 million: 250 s + 1,250 s + 50 s.
    assert "| all | | 0.4 core-hours | 43 core-hours |" in told
    assert "| on 16 cores, shared evenly | | 0.03 hours | 2.7 hours |" in told
    assert "| memory for the papers, 4,000 bytes each | | 10.0 GB | 1,000.0 GB |" in told


def test_what_a_run_takes_is_told_with_the_measured_figures() -> None:
    found = {"n_papers": 40_000, "alone_s": 40.0, "two_workers_s": 25.0}
    sizes = [{"n_papers": 8_000, "ours_mb": [1_000.0]}, {"n_papers": 40_000, "ours_mb": [1_500.0]}]
    told = " ".join(whole_run(found, sizes).split())
    assert "took 40 s in one process for 40,000 papers, 1,000 a second on one core" in told
    assert "25 s with two workers" in told
    # 2.5 million: 2,500 s; 250 million: 250,000 s, on 16 cores 15,625 s.
    assert "are 0.7 hours of one core, and 250 million (all of scholarship) 69: 4.3 hours" in told
    assert "peaked at 1.0 GB with 8,000 papers and 1.6 GB with 40,000 papers." in told


def test_figures_are_put_between_their_markers_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "scale.md"
    page.write_text("a\n<!-- scale: begin -->\nold\n<!-- scale: end -->\nb\n", encoding="utf-8")
    readme.put("scale", "new", page)
    expected = "a\n<!-- scale: begin -->\nnew\n<!-- scale: end -->\nb\n"
    assert page.read_text(encoding="utf-8") == expected


def test_the_table_sets_encoders_side_by_side_and_gives_their_mean() -> None:
    def found(*amis: float) -> dict[str, Any]:
        return {
            encoder: {"n_papers": 5_000, "n_themes": place, "ami": {"broad": ami}}
            for place, (encoder, ami) in enumerate(
                zip(("distilled", "minilm"), amis, strict=True), 12
            )
        }

    f1 = {"distilled": {"f1": {"report": 0.75}}, "minilm": {"f1": {"report": 0.76}}}
    ami = {"one": found(0.25, 0.26), "other": found(0.35, 0.38)}
    quality = {"runs": 1, "cores": 2, "machine": "x86_64", "ami": ami, "f1": f1, "ami_less": 0.02}
    lines = speed_table(measured("3000") | {"quality": quality}).splitlines()
    [first] = [line for line in lines if "AMI of one" in line]
    assert "5,000 papers, 12 and 13 broad themes" in first
    assert "| 0.250 beside 0.260 | | -0.010 |" in first
    assert "| AMI on average over these | | | -0.020 |" in lines
    assert any("F1" in line and "0.750 beside 0.760" in line for line in lines)
