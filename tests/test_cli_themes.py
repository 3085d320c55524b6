"""`papertrends themes`: listed and described without a model, put right with one command each."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import papertrends as pt
from papertrends.cli import main
from papertrends.memory import contents_of
from papertrends.store import locked, write_store

hand = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("hand_made.py"))))

Call = Callable[..., tuple[int, list[str], str]]
COMMANDS = ("rename", "merge", "split", "retire", "alias", "example", "describe")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that no test may change."""
    path = tmp_path_factory.mktemp("store") / "papers.duckdb"
    with locked(path):
        write_store(path, contents_of(hand.remembered()))
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(made.read_bytes())
    return copy


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs the command line: its status, its lines, its errors."""

    def run(*arguments: object) -> tuple[int, list[str], str]:
        with pytest.raises(SystemExit) as ended:
            main(["themes", *map(str, arguments)])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out.splitlines(), told.err

    return run


def test_themes_are_listed_with_finer_ones_behind_what_they_are_part_of(
    made: Path, call: Call
) -> None:
    status, lines, err = call("--store", made)
    assert (status, err) == (0, "")
    assert lines[0].split() == ["theme", "papers", "kind", "name"]
    table = pt.open_store(made).themes.set_index("theme_id")
    shown = [
        re.fullmatch(r"( *)(\S+) +([\d,]+)  (named|discovered) +(.+)", one) for one in lines[1:]
    ]
    assert [(len(one[1]) // 2, one[2]) for one in shown if one] == [
        (0, "fine-tuning"),
        (1, "instructions"),
        (2, "instructions-code"),
        (0, "prompt-learning"),
        (0, "vision"),
        (1, "vision-video"),
        (1, "vision-images"),
        (0, "reasoning"),
        (1, "reasoning-steps"),
        (1, "reasoning-search"),
        (0, "agents"),
    ]
    for one in shown:
        assert one is not None
        row = table.loc[one[2]]
        assert [int(one[3]), one[4], one[5]] == row[["n_papers", "kind", "name"]].tolist()
    assert len({one.start(3) + len(one[3]) for one in shown if one}) == 1


def test_everything_about_a_theme_is_shown(made: Path, call: Call) -> None:
    status, lines, _ = call("describe", "STEPS", "--store", made)
    assert status == 0
    assert lines[0] == "Steps (reasoning-steps)"
    assert "part of: Reasoning (reasoning)" in lines
    assert any(line.startswith("keywords: ") for line in lines)
    assert any(re.fullmatch(r"trend: .+ \(.+\)", line) for line in lines)
    history = lines[lines.index("history:") + 1]
    assert re.fullmatch(r"  2025-\d\d-\d\d  born \(fit\): found in \d+ papers of .*", history)
    papers = lines[lines.index("most typical papers:") + 1 :]
    assert len(papers) == 7
    titles = dict(zip(*(pt.open_store(made).papers[c] for c in ("paper_id", "title")), strict=True))
    for line in papers:
        found = re.fullmatch(r"  [01]\.\d\d  (\S+)  (.+)", line)
        assert found is not None
        assert titles[found[1]].startswith(found[2].rstrip("…"))


def test_a_named_theme_is_shown_with_what_it_is_found_by(made: Path, call: Call) -> None:
    _, lines, _ = call("describe", "prompt-learning", "--store", made)
    assert "words: prompt learning, prompt tuning, prompts" in lines
    assert lines[1].startswith("named, there since 2025-")


def test_the_store_is_named_before_or_after_the_command(made: Path, call: Call) -> None:
    assert call("--store", made, "describe", "agents") == call(
        "describe", "agents", "--store", made
    )


def test_each_command_does_what_it_says(store: Path, call: Call) -> None:
    assert call("rename", "agents", "Software; <b>agents</b>", "--store", store) == (
        0,
        ["theme 'Software; <b>agents</b>' renamed: it was called 'Agents' before"],
        "",
    )
    status, lines, _ = call("--store", store, "merge", "vision", "agents", "--into", "reasoning")
    assert (status, len(lines)) == (0, 2)
    assert lines[0].startswith("theme 'Vision & language' merged into 'Reasoning': its ")
    status, lines, _ = call("retire", "reasoning-steps", "--store", store)
    assert (status, len(lines)) == (0, 1)
    status, lines, _ = call("split", "reasoning", "--store", store)
    assert lines[-1].startswith("theme 'Reasoning' split into 'Video', 'Images', 'Search': its ")
    _, lines, _ = call("--store", store)
    assert [line.split()[0] for line in lines[1:]] == [
        "fine-tuning", "instructions", "instructions-code", "prompt-learning",
        "vision-video", "vision-images", "reasoning-search",
    ]  # fmt: skip
    _, lines, _ = call("describe", "vision-video", "--store", store)
    assert lines[1].endswith(", held by a person")


def test_commands_give_the_editor_what_was_said(
    made: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []

    class Editor:
        def __init__(self, store: Path, **_: object) -> None:
            assert store == made

        def __getattr__(self, name: str) -> Callable[..., object]:
            def method(*arguments: object, **options: object) -> object:
                said.append((name, arguments, options))
                return SimpleNamespace(news=("done",))

            return method

    monkeypatch.setattr("papertrends.editing.ThemeEditor", Editor)
    for arguments in (
        ("split", "a", "One part", "another"),
        ("alias", "a", "one word", "another"),
        ("example", "a", "2503.04625", "A title"),
        ("example", "a", "2503.04625", "--not"),
        ("describe", "a", "What they do."),
        ("merge", "a", "b", "--into", "c"),
    ):
        assert call(*arguments, "--store", made) == (0, ["done"], "")
    assert said == [
        ("split", ("a", ["One part", "another"]), {}),
        ("alias", ("a", "one word", "another"), {}),
        ("example", ("a", "2503.04625", "A title"), {"belongs": True}),
        ("example", ("a", "2503.04625"), {"belongs": False}),
        ("describe", ("a", "What they do."), {}),
        ("merge", (["a", "b"], "c"), {}),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no store was named; say --store FILE"),
        (["retire", "agents"], "no store was named; say --store FILE"),
        (["--store", "none.duckdb"], "none.duckdb: there is no such store; .*"),
        (["retire", "agents", "--store", "none.duckdb"], "none.duckdb: there is no such store; .*"),
        (
            ["--store", "MADE", "retire", "agent"],
            "there is no theme 'agent'; did you mean 'agents'.*",
        ),
        (["--store", "MADE", "describe", "x\ny"], "there is no theme 'x y'; .*"),
        (["--store", "MADE", "rename", "agents"], "Missing argument 'NAME'; see .*"),
        (["--store", "MADE", "merge", "agents"], "Missing option '--into'; see .*"),
        (["--store", "MADE", "banish", "agents"], "No such command 'banish'; see .*"),
        (["--store", "MADE", "split", "agents"], "there are no finer themes under 'Agents'; .*"),
    ],
)
def test_errors_are_one_line_and_status_2(
    made: Path, call: Call, arguments: list[str], message: str
) -> None:
    given = [str(made) if one == "MADE" else one for one in arguments]
    status, lines, err = call(*given)
    assert (status, lines) == (2, [])
    assert re.fullmatch(f"papertrends: {message}\n", err), err


def test_what_a_terminal_would_obey_is_not_printed(made: Path, call: Call) -> None:
    from papertrends.cli import themes

    assert themes._plain("a\x1b[31m\x07\nb") == "a[31m b"


def test_help_reads_well(call: Call) -> None:
    status, lines, _ = call("--help")
    text = "\n".join(lines)
    assert status == 0
    for command in COMMANDS:
        told = re.search(rf"^  {command} +(.+)$", text, re.MULTILINE)
        assert told is not None
        assert told[1].endswith("."), "cut short"
    assert "What is put right stays so" in text
    for command in COMMANDS:
        status, lines, _ = call(command, "--help")
        usage = lines[0]
        assert status == 0
        assert usage.startswith(f"Usage: papertrends themes {command} ")
        assert "]]" not in usage
        assert "......" not in usage


def test_listing_and_describing_load_no_model(made: Path) -> None:
    code = (
        "import json, sys\n"
        "from papertrends.cli import main\n"
        "for command in ([], ['describe', 'agents']):\n"
        "    try:\n"
        "        main(['themes', '--store', sys.argv[1], *command])\n"
        "    except SystemExit as ended:\n"
        "        assert ended.code == 0\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(made)],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    heavy = {"bertopic", "umap", "hdbscan", "numba", "onnxruntime", "sklearn", "scipy", "plotly"}
    assert not loaded & heavy
