"""The command line: bad input gives one line, exit status 2 and nothing half-written."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner

from papertrends.cli import app
from papertrends.papers import load_papers

Run = Callable[..., subprocess.CompletedProcess[str]]

GOOD = "Daily Papers\n\nbyAK and the research community\n\nAug 5\n\nA Title\n\nAn abstract of it.\n"


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    """Check the manners of a refusal and return its line."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("gone.txt", None, r"gone\.txt: .*no such file|gone\.txt: .*there is no"),
        ("empty.txt", "", r"empty\.txt: .*(empty|nothing)"),
        ("blank.txt", " \n\n\t\n", r"blank\.txt: .*(empty|nothing)"),
        ("prose.txt", "Dear all,\nplease find attached.\n", r"prose\.txt"),
        ("2025-08-05.txt", "a,b,c\n1,2,3\n", r"2025-08-05\.txt"),
        ("nodate.txt", GOOD.replace("Aug 5", "Foo 99"), r"nodate\.txt:5: 'Foo 99'"),
        ("never.txt", GOOD.replace("Aug 5", "Feb 30"), r"never\.txt:5: 'Feb 30'"),
    ],
)
@pytest.mark.parametrize("command", ["report", "load"])
def test_bad_files_are_refused_in_one_line(
    run: Run, tmp_path: Path, command: str, name: str, content: str | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    output = ["-o", "r.html"] if command == "report" else ["-o", "p.csv"]
    line = error_line(run(command, name, *output))
    assert re.search(expected, line), line
    assert "; " in line  # the remedy
    assert [path.name for path in tmp_path.iterdir()] == ([name] if content is not None else [])


@pytest.mark.parametrize("place", ["folder", "folder/*.txt"])
def test_a_folder_or_glob_with_nothing_in_it_is_refused(
    run: Run, tmp_path: Path, place: str
) -> None:
    (tmp_path / "folder").mkdir()
    assert "folder" in error_line(run("report", place))


def test_binary_junk_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "junk.txt").write_bytes(bytes(range(256)) * 10)
    assert "junk.txt" in error_line(run("load", "junk.txt"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--by", "moth"], "'moth' is no period to count by; did you mean 'month'?"),
        (["--date", "publish"], "'publish' is no date to count by; did you mean 'published'?"),
        (["--count", "once"], "'once' is no way to count a paper that is listed twice"),
        (["--date", "published", "--by", "digest"], "belong to no digest"),
        (["--date", "published"], "none of the 1 papers has a publication date"),
        (["--themes", "gone.toml"], r"gone\.toml: cannot be read"),
        (["--theme", "PRM", "--theme", "process reward models"], "two themes have the name"),
        (["--theme", "!!"], "a theme needs a name"),
        (["-o", "no/folder/r.html"], "there is no folder"),
        (["--year", "soon"], "soon"),
        (["--seed", "-1"], "seed"),
        (["--encoder", "no-such-model"], "pip install 'papertrends"),
        (["--colour"], "colour"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(
    run: Run, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    (tmp_path / "2025-08-05.txt").write_text(GOOD)
    assert re.search(expected, error_line(run("report", "2025-08-05.txt", *arguments)))
    assert [path.name for path in tmp_path.iterdir()] == ["2025-08-05.txt"]


def test_load_writes_the_papers_in_each_format(run: Run, data: Path, tmp_path: Path) -> None:
    expected = load_papers(data)
    for ending in ("csv", "parquet", "jsonl"):
        done = run("load", data, "-o", f"p.{ending}")
        assert done.returncode == 0, done.stderr
        assert "155 rows, 150 papers, 5 of them in more than one digest" in done.stdout
    csv = pd.read_csv(tmp_path / "p.csv", parse_dates=["digest_date"])
    assert csv["abstract"].tolist() == expected["abstract"].tolist()
    assert csv["digest_date"].tolist() == expected["digest_date"].tolist()
    lines = (tmp_path / "p.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["title"] for line in lines] == expected["title"].tolist()
    rows = duckdb.sql(f"SELECT paper_id, digest_date FROM '{tmp_path}/p.parquet'").fetchall()
    assert rows == list(zip(expected["paper_id"], expected["digest_date"], strict=True))


def test_load_refuses_an_unknown_table_format(run: Run, data: Path) -> None:
    assert "did you mean '.parquet'" in error_line(run("load", data, "-o", "p.parqet"))


def test_standard_input_is_read(run: Run) -> None:
    done = run("load", "-", "--year", "2025", stdin=GOOD)
    assert done.returncode == 0, done.stderr
    assert "1 row, 1 paper" in done.stdout


def test_quiet_prints_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "2025-08-05.txt").write_text(GOOD)
    done = run("report", "2025-08-05.txt", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "report.html").is_file()


def test_themes_on_the_command_line_and_in_a_file_are_found_together(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "2025-08-05.txt").write_text(GOOD)
    (tmp_path / "themes.toml").write_text('[[theme]]\nname = "graph learning"\naliases = ["GNN"]\n')
    done = run(
        "report", "2025-08-05.txt", "--themes", "themes.toml", "--theme", "Mamba", "--export", "out"
    )
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "out/themes.csv")
    assert table["theme_id"].tolist() == ["graph-learning", "mamba"]
    assert table["n_papers"].tolist() == [0, 0]


def test_the_report_replaces_an_older_one_with_ordinary_rights(run: Run, tmp_path: Path) -> None:
    (tmp_path / "2025-08-05.txt").write_text(GOOD)
    (tmp_path / "report.html").write_text("old")
    assert run("report", "2025-08-05.txt").returncode == 0
    assert (tmp_path / "report.html").read_text() != "old"
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_report_with_abstracts_beside_it_is_there_at_once_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("papertrends.report.payload.MOST_CHARACTERS", 1)
    dump, page, texts = (tmp_path / name for name in ("d.txt", "r.html", "r.texts.gz"))
    dump.write_text(GOOD)
    command = ["report", str(dump), "-o", str(page)]
    first = CliRunner().invoke(app, command)
    made = page.read_bytes(), texts.read_bytes()
    assert f"too many for one page: {texts}" in first.stdout
    page.unlink()
    texts.unlink()
    monkeypatch.setattr("papertrends.cli.commands._made", None)
    again = CliRunner().invoke(app, command)
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert (page.read_bytes(), texts.read_bytes()) == made


def test_help_names_the_commands(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0
    assert {"report", "load"} <= set(done.stdout.split())
