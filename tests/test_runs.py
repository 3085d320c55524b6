"""The end of a run: what it is compared with, and what goes on record."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from papertrends.arrivals import Arrivals, arrive
from papertrends.memory import Memory
from papertrends.papers import load
from papertrends.runs import Step, conclude
from papertrends.tables import RUNS, THEMES
from papertrends.themes.registry import ThemeEvent

MADE = runpy.run_path(str(Path(__file__).parent / "hand_made.py"))


@pytest.fixture(scope="module")
def memory() -> Memory:
    made: Memory = MADE["remembered"]()
    return made


def step_of(memory: Memory, **changes: object) -> Step:
    return replace(Step(memory.fitted, memory.encoded, memory.lsa), **changes)  # type: ignore[arg-type]


def named(memory: Memory) -> tuple[str, str]:
    """Return the id and the name of the first discovered theme."""
    table = memory.tables.themes
    row = table[table["kind"] == "discovered"].iloc[0]
    return str(row["theme_id"]), str(row["name"])


def test_a_new_name_is_in_use_at_once_and_nothing_else_changes(memory: Memory) -> None:
    key, old = named(memory)
    event = ThemeEvent(key, "renamed", f"it was called '{old}' before")
    step = step_of(memory, events=(event,), names={key: "Quite new"})
    none = Arrivals.none(memory.papers)
    after = conclude(memory, step, none, command="themes rename", by="person")
    names = after.tables.themes.set_index("theme_id")["name"]
    assert names[key] == "Quite new"
    assert after.registry.name(key) == "Quite new"
    assert after.fitted.themes.set_index("theme_id")["name"][key] == "Quite new"
    others = names.drop(key)
    before = memory.tables.themes.set_index("theme_id")["name"].drop(key)
    pd.testing.assert_series_equal(others, before)
    pd.testing.assert_frame_equal(after.tables.memberships, memory.tables.memberships)
    row = after.runs.iloc[-1]
    assert (row["command"], row["n_papers"], row["n_rows"], row["n_embedded"]) == (
        "themes rename", 0, 0, 0,
    )  # fmt: skip
    assert list(after.runs.columns) == list(RUNS)
    assert after.tables.history["event"].iloc[-1] == "renamed"
    # Nothing came before the first dump: there is nothing to compare with.
    assert after.tables.what_changed.empty
    assert after.tables.moves.empty


def test_themes_keep_their_looks_whatever_comes_or_goes(memory: Memory) -> None:
    key, _ = named(memory)
    fitted = memory.fitted
    # One theme is gone, and one has come whose id sorts before all others.
    gone = fitted.themes["theme_id"] == key
    came = fitted.themes[gone].assign(theme_id="0-new", parent="")
    themes = pd.concat([fitted.themes[~gone], came], ignore_index=True)
    members = fitted.memberships.replace({"theme_id": {key: "0-new"}})
    near = fitted.near_misses.replace({"theme_id": {key: "0-new"}})
    step = step_of(
        memory,
        fitted=replace(fitted, themes=themes, memberships=members, near_misses=near),
        events=(
            ThemeEvent(key, "retired", "no paper bears it out"),
            ThemeEvent("0-new", "born", "found in the papers"),
        ),
    )
    after = conclude(memory, step, Arrivals.none(memory.papers), command="refit", by="refit")
    before = memory.tables.looks
    assert set(before["theme_id"]) == set(memory.tables.themes["theme_id"])
    pd.testing.assert_frame_equal(after.tables.looks.head(len(before)), before)
    assert list(after.tables.looks["theme_id"])[len(before) :] == ["0-new"]
    looks = after.tables.looks[["color", "symbol", "dash"]]
    assert not looks.duplicated().any()


def test_a_model_without_any_theme_is_remembered(memory: Memory) -> None:
    bare = replace(
        memory.fitted,
        themes=memory.fitted.themes.head(0),
        memberships=memory.fitted.memberships.head(0),
        near_misses=memory.fitted.near_misses.head(0),
    )
    none = Arrivals.none(memory.papers)
    after = conclude(memory, step_of(memory, fitted=bare), none, command="update", by="update")
    assert after.tables.themes.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(THEMES, "str"),
        **{name: kind for name, kind in THEMES.items() if kind != "str"},
    }


def test_the_comparison_outlives_corrections(memory: Memory, tmp_path: Path) -> None:
    head = "Daily Papers\n\nbyAK and the research community\n\nAug 9\n\n"
    known = memory.papers.iloc[:2]
    texts = "\n\n".join(
        f"{title}\n\n{text}" for title, text in zip(known["title"], known["abstract"], strict=True)
    )
    (tmp_path / "2025-08-09.txt").write_text(f"{head}{texts}\n", encoding="utf-8")
    arrivals = arrive(memory.papers, memory.sources, load(tmp_path))
    grown = conclude(memory, step_of(memory), arrivals, command="update", by="update")
    told = grown.tables.what_changed
    assert told["papers_new"].unique().tolist() == [2]
    assert told["papers_before"].unique().tolist() == [len(memory.papers)]
    key, _ = named(memory)
    step = step_of(grown, events=(ThemeEvent(key, "renamed", "r"),), names={key: "Other"})
    none = Arrivals.none(grown.papers)
    after = conclude(grown, step, none, command="themes rename", by="person")
    pd.testing.assert_frame_equal(after.tables.what_changed, told)
    pd.testing.assert_frame_equal(after.tables.moves, grown.tables.moves)
    assert after.compared_run == 2


def test_files_that_were_there_go_on_record_once(
    memory: Memory, data: Path, tmp_path: Path
) -> None:
    again = arrive(memory.papers, memory.sources, load(data / "2025-07-31.txt"))
    assert again.is_empty
    step = step_of(memory)
    after = conclude(memory, step, again, command="update --refit", by="refit")
    assert after.runs["n_files"].tolist() == [1, 0]
    assert [file.file for file in after.load_report().files] == ["2025-07-31.txt"]
    assert after.load_report().dropped == memory.load_report().dropped
    assert after.files["source"].tolist() == ["2025-07-31.txt"]
    assert after.runs["n_fitted"].tolist() == [len(memory.encoded)] * 2
