"""The promises of the README, each with a test that fails if it is broken."""

from __future__ import annotations

import ast
import filecmp
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest

import papertrends
from papertrends.errors import InputError
from papertrends.papers import load
from papertrends.results import Analysis

Run = Callable[..., subprocess.CompletedProcess[str]]

#: Runs a command without any network; needs the right to make a name space.
NO_NETWORK = ["unshare", "-n"]
ONE_CORE = ["taskset", "-c", "0"]

SMALL = """new

Daily Papers

byAK and the research community

{date}

{first}

We study prompt tuning of frozen language models and find that soft prompts help.

A Title Without Anything Odd

An abstract about process reward models that score each step of a chain of reasoning.
"""


def write(
    path: Path, *, date: str = "Aug 5", first: str = "Soft Prompts for Language Models"
) -> Path:
    path.write_text(SMALL.format(date=date, first=first), encoding="utf-8")
    return path


def same_tree(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    _, mismatch, errors = filecmp.cmpfiles(one, other, names, shallow=False)
    return not mismatch and not errors


# 1. Nothing is lost silently.


def test_every_block_is_a_paper_or_in_the_load_report(data: Path) -> None:
    loaded = load(data)
    for file in loaded.report.files:
        blocks = [block for block in (data / file.file).read_text().split("\n\n") if block.strip()]
        dropped = [one for one in loaded.report.dropped if one.file == file.file]
        # A paper takes two blocks, the date one.
        assert len(blocks) == 2 * file.n_papers + 1 + len(dropped)
        assert all(one.line > 0 and one.reason for one in dropped)


def test_a_title_without_abstract_is_in_terminal_and_report(run: Run, tmp_path: Path) -> None:
    dump = write(tmp_path / "2025-08-05.txt")
    dump.write_text(dump.read_text() + "\nThe Lost Paper\n", encoding="utf-8")
    done = run("report", dump, "-o", "r.html")
    assert done.returncode == 0, done.stderr
    assert "2025-08-05.txt:17" in done.stdout
    assert "The Lost Paper" in done.stdout
    assert "The Lost Paper" in (tmp_path / "r.html").read_text(encoding="utf-8")


# 2. Dates are never guessed silently.


def test_an_assumed_year_is_said_in_terminal_report_and_manifest(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "dump.txt")
    done = run("report", "dump.txt", "-o", "r.html", "--export", "out")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["load_report"]["files"][0]["date_from"] == "assumed year"
    year = manifest["load_report"]["files"][0]["digest_date"][:4]
    note = next(note for note in manifest["load_report"]["notes"] if "assumed" in note)
    assert year in note
    assert note in done.stdout
    assert "assumed" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_given_year_is_taken_and_nothing_is_assumed(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "dump.txt")
    done = run("load", "dump.txt", "--year", 2024, "-o", "p.csv")
    assert done.returncode == 0, done.stderr
    assert set(pd.read_csv(tmp_path / "p.csv")["digest_date"]) == {"2024-08-05"}
    assert "assumed" not in done.stdout


def test_a_header_that_contradicts_the_files_name_is_an_error(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "2025-08-06.txt")
    done = run("load", "2025-08-06.txt")
    assert done.returncode == 2
    assert re.match(r"papertrends: 2025-08-06.txt:7: .*Aug 5", done.stderr)


# 3. Same input, same bytes; 7. offline by default.


@pytest.fixture(scope="module")
def base(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the report and the tables of the two real dumps."""
    folder = tmp_path_factory.mktemp("base")
    analysis.write_report(folder / "report.html")
    analysis.export(folder / "tables")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variation", "before", "hash_seed"),
    [
        pytest.param("cached", [], "1", id="cached, other hash seed, files in another order"),
        pytest.param("fresh", [*ONE_CORE, *NO_NETWORK], "2", id="fresh, one core and no network"),
    ],
)
def test_same_files_and_seed_give_the_same_bytes(
    run: Run,
    data: Path,
    base: Path,
    tmp_path: Path,
    variation: str,
    before: list[str],
    hash_seed: str,
) -> None:
    if before and subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"{before[0]} is not allowed here")
    env = {"PYTHONHASHSEED": hash_seed}
    if variation == "fresh":
        env["PAPERTRENDS_CACHE"] = str(tmp_path / "cache")
    files = sorted(data.glob("*.txt"), reverse=True)
    done = run("report", *files, "-o", "r.html", "--export", "tables", env=env, before=before)
    assert done.returncode == 0, done.stderr
    assert filecmp.cmp(tmp_path / "r.html", base / "report.html", shallow=False)
    assert same_tree(tmp_path / "tables", base / "tables")


def test_another_folder_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for place in ("here", "there/deeper"):
        (tmp_path / place).mkdir(parents=True)
        write(tmp_path / place / "2025-08-05.txt")
        done = run(
            "report", f"{place}/2025-08-05.txt", "-o", f"{place}/r.html", "--export", f"{place}/out"
        )
        assert done.returncode == 0, done.stderr
    here, there = tmp_path / "here", tmp_path / "there/deeper"
    assert filecmp.cmp(here / "r.html", there / "r.html", shallow=False)
    assert same_tree(here / "out", there / "out")


def test_the_clock_is_not_asked_where_the_year_is_known(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from papertrends.papers import digests

    class NoClock(digests.dt.date):
        @classmethod
        def today(cls) -> NoClock:
            raise AssertionError("the clock was asked")

    monkeypatch.setattr(digests.dt, "date", NoClock)
    assert len(load(data).papers) == 155


# 5. No claim without its uncertainty.


@pytest.mark.slow
def test_every_share_has_n_and_interval_and_every_verdict_its_effect_and_q(
    analysis: Analysis,
) -> None:
    trends, changes = analysis.trends, analysis.changes
    assert (
        trends[["n_theme", "n_papers", "share", "share_low", "share_high"]].notna().all(axis=None)
    )
    assert (trends["share_low"] <= trends["share"]).all()
    assert (trends["share"] <= trends["share_high"]).all()
    claimed = changes[changes["verdict"] != "too little data"]
    assert len(claimed)
    assert (
        claimed[["effect", "effect_low", "effect_high", "p_value", "q_value"]]
        .notna()
        .all(axis=None)
    )


@pytest.mark.slow
def test_every_claim_of_the_headline_has_counts_and_q(analysis: Analysis) -> None:
    sentences = [sentence.text for sentence in analysis.summary.headline]
    claims = [text for text in sentences if re.search(r"\b(rose|fell)\b", text)]
    assert claims
    for text in claims:
        assert re.search(r"\(\d+ of \d+ papers to \d+ of \d+, q [=<] 0\.\d+\)", text), text
    assert not any(
        re.search(r"\btrend(s|ed|ing)?\b", text) for text in sentences if "never" not in text
    )


# 6. It always gives a report.


@pytest.mark.parametrize("n_papers", [1, 2, 5])
def test_very_few_papers_give_a_report_that_says_what_was_done_without(
    run: Run, tmp_path: Path, n_papers: int
) -> None:
    titles = [f"Paper Number {number} On Prompt Tuning" for number in range(n_papers)]
    body = "\n\n".join(f"{title}\n\nWe tune soft prompts and find it works." for title in titles)
    (tmp_path / "2025-08-05.txt").write_text(f"Daily Papers\n\nAug 5\n\n{body}\n")
    done = run("report", "2025-08-05.txt", "-o", "r.html")
    assert done.returncode == 0, done.stderr
    assert "too few to discover themes" in done.stdout
    assert "too few to discover themes" in (tmp_path / "r.html").read_text(encoding="utf-8")


# 7. Offline by default.


@pytest.mark.slow
def test_the_report_names_no_address_to_load_from(base: Path) -> None:
    page = (base / "report.html").read_text(encoding="utf-8")
    head, own = page.split("<body", 1)
    assert not re.search(r"<(?:link|iframe|img|object|embed|base)\b", own)
    assert not re.search(r"<script[^>]+src=", page)
    assert "default-src 'none'" in html.unescape(head)


# 8. Text from dumps is data.


def test_hostile_text_is_text_in_the_report(run: Run, tmp_path: Path) -> None:
    hostile = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>"
    write(tmp_path / "2025-08-05.txt", first=hostile)
    done = run("report", "2025-08-05.txt", "-o", "r.html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "document.title='broken'</script>" not in page
    assert "<img src=x" not in page
    assert "onerror=alert(1)" in page  # it is there to read, escaped


def _taken_from(module: str, tree: ast.Module) -> set[str]:
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in froms if node.module == module for alias in node.names}


def test_nothing_is_unpickled_or_evaluated() -> None:
    refused = {"pickle", "marshal", "shelve", "joblib", "dill", "eval", "exec", "read_pickle"}
    for file in Path(papertrends.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if file.name == "processes.py":  # sends arrays to processes that it starts, no files
            assert _taken_from("joblib", tree) == {"Parallel", "delayed", "parallel_config"}
            names -= {"joblib"}
        assert not names & refused, file
        loads = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle"
        ]
        assert all(ast.literal_eval(node.value) is False for node in loads), file


def test_no_run_reaches_for_the_network(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "2025-08-05.txt")
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*args, **kwargs):\n"
        "    raise SystemExit('the network was touched')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
    )
    env = {"PYTHONPATH": str(tmp_path), "PAPERTRENDS_CACHE": str(tmp_path / "cache")}
    done = run("report", "2025-08-05.txt", "-o", "r.html", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    proof = subprocess.run(
        [sys.executable, "-c", "import socket; socket.getaddrinfo('localhost', 80)"],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the network was touched" in proof.stderr


# Nothing half-written is left.


def test_a_failed_export_leaves_no_trace(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import papertrends.export as exporting
    from papertrends.tables import Tables

    def broken(table: pd.DataFrame, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(exporting, "write_parquet", broken)
    papers = load(data).papers
    empty = Tables(papers, *[papers.head(0)] * (len(fields(Tables)) - 1))
    target = tmp_path / "out"
    target.mkdir()
    (target / "kept.txt").write_text("kept")
    with pytest.raises(InputError, match=r"out: cannot be written to \(disk full\); make room"):
        exporting.export(empty, {}, target)
    assert [path.name for path in target.iterdir()] == ["kept.txt"]
    shutil.rmtree(target)
