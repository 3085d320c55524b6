"""A run that asks an endpoint for names: they are all it changes, and all it can cost."""

from __future__ import annotations

import html
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import papertrends as pt
from papertrends.analysis import analyse
from papertrends.results import Analysis

fake = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fake_endpoint.py"))))
KEY, KEYS, Reply, Server = fake.KEY, fake.KEYS, fake.Reply, fake.Server

pytestmark = pytest.mark.usefixtures("alone")


def by_label(names: dict[str, str]) -> Callable[[dict[str, Any]], str]:
    def answer(body: dict[str, Any]) -> str:
        label = json.loads(body["messages"][1]["content"])["label"]
        return json.dumps({"name": names.get(label, label)})

    return answer


def without_names(one: Analysis) -> list[pd.DataFrame]:
    return [table.drop(columns="name", errors="ignore") for _, table in one.tables.items()]


@pytest.mark.slow
def test_an_analysis_takes_the_names_and_nothing_else(
    server: Server, analysis: Analysis, data: Path, tmp_path: Path
) -> None:
    labels = analysis.themes.loc[analysis.themes["kind"] == "discovered", "name"].tolist()
    server.answer = by_label(
        {
            labels[0]: "Ranking & retrieval",
            labels[1]: "<script>window.hacked=1</script>",
            labels[2]: "ranking & retrieval",
            labels[3]: "soft prompt",  # an alias of prompt learning
        }
    )
    namer = pt.LabelEndpoint(server.url, "test-model", api_key=KEY)
    named = analyse(data, labels_from=namer)
    expected = analysis.themes.replace({"name": {labels[0]: "Ranking & retrieval"}})
    pd.testing.assert_frame_equal(named.themes, expected)
    for one, other in zip(without_names(named), without_names(analysis), strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert len(server.requests) == len(labels)
    first_id = expected.loc[expected["name"] == "Ranking & retrieval", "theme_id"].item()
    manifest = named.manifest()
    assert manifest["offline_labels"] == {first_id: labels[0]}
    assert manifest["settings"]["labels_from"] == f"test-model at {server.url}"
    assert analysis.manifest()["offline_labels"] == {}
    assert any(f"named {len(labels) - 3} of {len(labels)}" in note for note in named.notes)
    page = named.write_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "window.hacked" not in page
    assert "Ranking &amp; retrieval" in page
    assert html.escape(f"“Ranking & retrieval” for “{labels[0]}”") in page
    assert "titles and beginnings of abstracts of up to 6 papers" in page
    assert KEY not in page
    passages = [passage.title for passage in named.summary.method]
    assert "Names by a language model" in passages
    assert "Names by a language model" not in [one.title for one in analysis.summary.method]


@pytest.mark.slow
def test_a_failing_endpoint_costs_nothing_but_the_names(
    server: Server, analysis: Analysis, data: Path, tmp_path: Path
) -> None:
    server.replies = [Reply(status=500)]
    plain = analyse(data, labels_from=pt.LabelEndpoint(server.url, "broken"))
    pd.testing.assert_frame_equal(plain.themes, analysis.themes)
    assert len(server.requests) == 6  # two themes, three times each
    assert plain.notes[-1].endswith("run again later: the names that came are kept.")
    assert "it gave none that is used here" in plain.summary.method[-1].text


@pytest.mark.slow
def test_the_command_gives_the_same_bytes_again_and_asks_nothing(
    server: Server, run: Any, analysis: Analysis, data: Path, tmp_path: Path
) -> None:
    labels = analysis.themes.loc[analysis.themes["kind"] == "discovered", "name"].tolist()
    server.answer = by_label({labels[0]: "Ranking and retrieval"})
    options = ["--label-endpoint", server.url, "--label-model", "test-model"]
    env = {"PAPERTRENDS_API_KEY": KEY}
    outputs = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        done = run(
            "report", data, "-o", f"{folder}/r.html", "--export", f"{folder}/t", *options, env=env
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert f"test-model at {server.url} named {len(labels)} of {len(labels)}" in done.stdout
        outputs.append(done.stdout.replace(f"{folder}/", ""))
        assert len(server.requests) == len(labels)
    assert outputs[0] == outputs[1]
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) > 10
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    names = pd.read_csv(tmp_path / "one/t/themes.csv")["name"].tolist()
    assert "Ranking and retrieval" in names
    assert labels[0] not in names
    everywhere = [tmp_path, Path(os.environ["PAPERTRENDS_CACHE"])]
    written = [path for place in everywhere for path in place.rglob("*") if path.is_file()]
    assert any(path.name == "names.sqlite" for path in written)
    assert not [path for path in written if KEY.encode() in path.read_bytes()]
    assert all(KEY not in output for output in outputs)


@pytest.mark.slow
def test_nothing_is_contacted_unless_asked_for(
    run: Any, analysis: Analysis, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*args, **kwargs):\n"
        "    open('touched', 'a').close()\n"
        "    raise OSError('the network was touched')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    env = {"PYTHONPATH": path, **dict.fromkeys(KEYS, KEY)}
    done = run("report", data, "-o", "r.html", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "touched").exists()
    options = ["--label-endpoint", "http://127.0.0.1:9/v1", "--label-model", "m"]
    done = run("report", data, "-o", "r.html", *options, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "as m at http://127.0.0.1:9/v1 could not be reached: check" in done.stdout
    assert (tmp_path / "touched").exists()


def test_without_the_option_no_module_for_it_is_loaded() -> None:
    code = (
        "import sys, papertrends as pt, papertrends.cli, papertrends.themes.naming; pt.analyse\n"
        "print('papertrends.themes.endpoint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--label-model", "m"], "--label-model needs an endpoint; give --label-endpoint URL"),
        (
            ["--label-endpoint", "http://localhost/v1"],
            "--label-endpoint needs a model; give --label-model NAME",
        ),
        (
            ["--label-endpoint", "localhost", "--label-model", "m"],
            "the label endpoint 'localhost' is no http or https address; write it like",
        ),
        (
            ["--label-endpoint", f"http://u:{KEY}@host", "--label-model", "m"],
            "holds a user name, a key or a query",
        ),
    ],
)
def test_half_an_endpoint_is_refused_in_one_line(
    run: Any, data: Path, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    done = run("report", data, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert expected in done.stderr
    assert KEY not in done.stderr
    assert list(tmp_path.iterdir()) == []
