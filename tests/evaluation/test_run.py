"""The whole evaluation, in Python and on the command line."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import papertrends as pt
from papertrends.errors import InputError
from papertrends.evaluation import Evaluation, agreement, groups_of, keyword_figures

Run = Callable[..., subprocess.CompletedProcess[str]]

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")

#: Too few and too alike for discovered themes: nothing but named ones, in no time.
FEW = pd.DataFrame(
    {
        "title": [f"{what} number {row}" for row in range(6) for what in ("Cats", "Dogs")],
        "abstract": [f"{what} {row} again." for row in range(6) for what in ("Cats", "Dogs")],
        "area": ["cats", "dogs"] * 5 + ["", "dogs"],
    }
)


class CountingEncoder:
    """Puts texts on one of two axes, and counts how often it is asked for each."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
        self.asked += texts
        return np.array([[1.0, 0.1] if "at" in text else [0.1, 1.0] for text in texts], "float32")


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return pt.evaluate(FEW, labels="area", themes=["cats", "emus"], encoder=CountingEncoder())


def test_themes_and_papers_are_counted(evaluation: Evaluation) -> None:
    assert (evaluation.n_papers, evaluation.n_named, evaluation.n_discovered) == (12, 2, 0)
    assert evaluation.n_unassigned == 6
    assert evaluation.share_unassigned == 0.5
    assert "without a label, not compared: 1 of 12 papers" in evaluation.notes


def test_unassigned_papers_agree_with_a_label_of_their_own(evaluation: Evaluation) -> None:
    assert [(one.level, one.ami, one.ari, one.n_papers) for one in evaluation.agreement] == [
        (level, pytest.approx(1.0), pytest.approx(1.0), 11) for level in ("broad", "finest")
    ]


def test_the_same_themes_are_stable(evaluation: Evaluation) -> None:
    assert len(evaluation.stability) == 6
    assert all(one.mean == one.worst == 1 for one in evaluation.stability)


def test_the_table_has_every_figure(evaluation: Evaluation) -> None:
    table = evaluation.table()
    assert list(table) == ["measure", "level", "value", "worst", "over"]
    values = table.set_index(["measure", "level"])["value"]
    assert values["unassigned (share)", ""] == 0.5
    assert values["AMI with area", "broad"] == pytest.approx(1.0)
    assert values["ARI with 5 % more papers", "finest"] == 1.0
    assert np.isnan(values["NPMI, phrases", "broad"])
    assert "0.500" in evaluation._repr_html_()


def test_the_dictionary_is_json_without_nan(evaluation: Evaluation) -> None:
    plain = evaluation.as_dict()
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again == plain
    assert plain["keywords"][0]["npmi"] is None
    assert plain["settings"]["seed"] == 0
    assert [theme["name"] for theme in plain["settings"]["themes"]] == ["cats", "emus"]
    assert {"python", "papertrends", "scikit-learn"} <= set(plain["versions"])


def test_each_text_is_embedded_once_whether_or_not_there_is_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(tmp_path / "file" / "cache"))
    encoder = CountingEncoder()
    pt.evaluate(FEW, themes=["cats"], encoder=encoder)
    assert len(encoder.asked) == len(set(encoder.asked)) == len(FEW) + 1


def test_the_order_of_the_rows_changes_nothing() -> None:
    forth = pt.evaluate(FEW, labels="area", themes=["cats"], encoder=CountingEncoder())
    back = pt.evaluate(FEW.iloc[::-1], labels="area", themes=["cats"], encoder=CountingEncoder())
    assert forth.as_dict() == back.as_dict()  # a NaN is not even equal to itself


def test_without_labels_there_is_no_agreement_and_one_paper_has_no_stability() -> None:
    one = pt.evaluate(FEW.head(1), themes=["cats"], encoder=CountingEncoder())
    assert one.agreement == one.stability == ()
    assert "One paper has no stability to be measured." in one.notes
    assert any("too few to discover" in note for note in one.notes)
    assert not one.table()["measure"].str.contains("AMI|between").any()


def test_that_nothing_changes_where_nothing_was_found_is_said() -> None:
    found = pt.evaluate(FEW, themes=["emus"], encoder=CountingEncoder())
    assert found.share_unassigned == 1
    assert "No paper is in a theme: that nothing changes says nothing." in found.notes


def test_files_are_named_with_what_was_in_them(table: Path) -> None:
    found = pt.evaluate(table, labels="area", themes=["cats"], encoder=CountingEncoder())
    assert found.files == (("p.csv", hashlib.sha256(table.read_bytes()).hexdigest()),)
    assert found.n_papers == len(FEW)


def test_progress_is_told() -> None:
    told = []
    pt.evaluate(
        FEW, themes=["cats"], encoder=CountingEncoder(), progress=lambda *one: told.append(one)
    )
    assert ("fitting again", 0, 11) in told
    assert told[-1] == ("fitting again", 11, 11)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": "aera"}, "no column 'aera'; did you mean 'area'"),
        ({"seed": -1}, "the seed is -1; give"),
        ({"themes": ["cats", "cats"]}, "two themes have the name 'cats'"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        pt.evaluate(FEW, encoder=CountingEncoder(), **arguments)


@pytest.mark.slow
def test_figures_of_the_two_dumps_are_those_of_the_themes_there(
    data: Path, analysis: pt.Analysis, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "data").symlink_to(data)
    (written,) = re.findall(r"^papertrends (evaluate .*)$", README, re.M)  # as a reader types it
    done = run(*written.split())
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert (found["n_papers"], found["n_unassigned"]) == (150, len(analysis.unassigned))
    kinds = analysis.themes["kind"].value_counts()
    assert (found["n_named"], found["n_discovered"]) == (kinds["named"], kinds["discovered"])
    is_top = analysis.themes.query("kind == 'discovered'")["parent"] == ""
    assert (found["n_broad"], found["n_finer"]) == (is_top.sum(), (~is_top).sum())
    broad = found["keywords"][0]
    assert broad["n_absent"] == 0
    assert all(-1 < one["npmi"] < 1 for one in found["keywords"])
    by_change = {(one["change"], one["level"]): one for one in found["stability"]}
    assert by_change["orders", "finest"]["worst"] == 1.0
    # A second opinion on the broad level: titles and abstracts as they stand in the papers.
    papers = analysis.papers.drop_duplicates("paper_id")
    top = analysis.themes.query("kind == 'discovered' and parent == ''")
    figures = keyword_figures(
        [keywords.split(", ") for keywords in top["keywords"]],
        (papers["title"] + ". " + papers["abstract"]).tolist(),
    )
    same = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(figures).items()}
    assert {name: broad[name] for name in same} == same
    groups = groups_of(analysis.memberships, analysis.themes, papers["paper_id"].tolist())
    primary = analysis.memberships.query("primary").set_index("paper_id")["theme_id"]
    assert agreement(groups, primary)[0].n_papers == len(primary)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    FEW.to_csv(tmp_path / "p.csv", index=False)
    return tmp_path / "p.csv"


@pytest.mark.slow
def test_the_command_prints_a_table_and_writes_json(run: Run, table: Path) -> None:
    arguments = ("evaluate", "p.csv", "--labels", "area", "--theme", "cats", "-o", "r.json")
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert re.search(
        r"^ +AMI with area +broad +\d\.\d{3} .*11 papers with a label", done.stdout, re.M
    )
    assert re.search(
        r"^ +ARI between seeds +broad +1\.000 +1\.000 +10 pairs of fits", done.stdout, re.M
    )
    assert done.stdout.endswith("figures: r.json\n")
    written = (table.parent / "r.json").read_bytes()
    result = json.loads(written)
    assert result["n_papers"] == 12
    assert result["files"][0]["file"] == "p.csv"
    assert result["settings"]["labels"] == "area"
    quiet = run(*arguments, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert (table.parent / "r.json").read_bytes() == written


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["p.csv", "--labels", "aera"], r"p\.csv: there is no column 'aera'; did you mean 'area'"),
        (["p.csv", "--labels", "title"], "the column 'title' has another value for each paper; "),
        (["gone.csv"], r"gone\.csv: there is no such file; check"),
        (["p.csv", "-o", "no/folder.json"], "there is no folder 'no'; make"),
        (["p.csv", "--themes", "gone.toml"], r"gone\.toml: cannot be read"),
        (["p.csv", "--seed", "x"], "'x' is not a whole number"),
        ([], "Missing argument"),
    ],
)
def test_what_is_at_fault_is_said_in_one_line(
    run: Run, table: Path, arguments: list[str], expected: str
) -> None:
    done = run("evaluate", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert re.search(expected, done.stderr), done.stderr
    assert [path.name for path in table.parent.iterdir()] == ["p.csv"]
