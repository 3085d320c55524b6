"""A person's corrections are in the store at once, and later runs keep to them."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import papertrends as pt
from papertrends.editing import ThemeEditor
from papertrends.errors import InputError
from papertrends.memory import contents_of, memory_of
from papertrends.store import Contents, locked, read_store, write_store

hand = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("hand_made.py"))))
papers_in = hand.papers_in


@pytest.fixture(scope="module")
def contents() -> Contents:
    return contents_of(hand.remembered())


@pytest.fixture
def store(tmp_path: Path, contents: Contents) -> Path:
    """Return a store on the disk."""
    path = tmp_path / "papers.duckdb"
    with locked(path):
        write_store(path, contents)
    return path


def test_there_must_be_a_store(tmp_path: Path) -> None:
    editor = pt.ThemeEditor(tmp_path / "none.duckdb")
    with pytest.raises(InputError, match=r"none\.duckdb: there is no such store"):
        editor.retire("agents")
    assert list(tmp_path.iterdir()) == []


def test_what_fails_leaves_the_store_as_it_is(store: Path) -> None:
    before = store.read_bytes()
    with pytest.raises(InputError, match="there is no theme 'nothing'"):
        pt.ThemeEditor(store).retire("nothing")
    assert store.read_bytes() == before


def corrections(editor: ThemeEditor) -> None:
    """Make a correction of each kind."""
    editor.rename("agents", "Software agents")
    editor.merge("vision-video", into="vision-images")
    editor.split("reasoning", ["Language models", "Visual reasoning"])
    editor.retire("instructions")
    editor.alias("prompt-learning", "soft prompts")


def kept_to(memory: Any, before: Any) -> None:
    """Check that corrections made in `before` hold in `memory`: no paper leaves a part."""
    hand.check_consistent(memory)
    registry = memory.registry.themes.set_index("theme_id")
    assert registry.loc["agents", "name"] == "Software agents"
    stay = ["vision-images", "language-models", "visual-reasoning", "prompt-learning"]
    assert set(registry.loc[stay, "status"]) == {"active"}
    assert registry.loc[["vision-video", "reasoning", "instructions"], "status"].tolist() == [
        "merged", "split", "retired"
    ]  # fmt: skip
    assert "soft prompts" in memory.themes_asked[1].aliases
    for theme in ("vision-images", "language-models", "visual-reasoning"):
        assert papers_in(memory, theme) >= papers_in(before, theme)


def test_corrections_are_in_the_store_and_updates_keep_to_them(store: Path) -> None:
    encoder = hand.BagEncoder()
    corrections(pt.ThemeEditor(store, encoder=encoder))
    before = memory_of(read_store(store), "store")
    kept_to(before, before)
    assert pt.open_store(store).history["event"].value_counts().to_dict() == {
        "born": 13, "renamed": 1, "merged": 1, "split": 1, "retired": 2, "taught": 1
    }  # fmt: skip
    after = pt.update([hand.SECOND], store=store, encoder=encoder)
    memory = memory_of(read_store(store), "store")
    kept_to(memory, before)
    old = after.memberships[after.memberships["paper_id"].isin(before.papers["paper_id"])]
    pd.testing.assert_frame_equal(old.reset_index(drop=True), before.fitted.memberships)
    new = after.memberships[~after.memberships["paper_id"].isin(before.papers["paper_id"])]
    assert {"language-models", "visual-reasoning", "agents"} <= set(new["theme_id"])


@pytest.mark.slow
def test_a_refit_keeps_to_corrections(store: Path) -> None:
    encoder = hand.BagEncoder()
    corrections(pt.ThemeEditor(store, encoder=encoder))
    before = memory_of(read_store(store), "store")
    analysis = pt.update(store=store, encoder=encoder, refit=True)
    kept_to(memory_of(read_store(store), "store"), before)
    assert "Software agents" in set(analysis.themes["name"])
