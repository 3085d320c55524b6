"""A person's corrections: what each makes of themes and papers, and what cannot be."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from papertrends import editing
from papertrends.editing import ThemeEditor
from papertrends.errors import InputError
from papertrends.memory import contents_of, memory_of
from papertrends.store import Contents

hand = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("hand_made.py"))))


papers_in = hand.papers_in


@pytest.fixture(scope="module")
def contents() -> Contents:
    return contents_of(hand.remembered())


class Shelf:
    """A store that is kept in mind, as writing one takes long; what is written is checked."""

    def __init__(self, contents: Contents, path: Path) -> None:
        self.contents, self.path, self.writes = contents, path, 0
        self.edit = ThemeEditor(path, encoder=hand.BagEncoder())

    @property
    def memory(self) -> Any:
        return memory_of(self.contents, "shelf")

    def write(self, path: Path, contents: Contents) -> None:
        self.contents, self.writes = contents, self.writes + 1
        hand.check_consistent(self.memory)

    def named(self, theme: str) -> Any:
        (found,) = [one for one in self.memory.themes_asked if one.theme_id == theme]
        return found

    def last(self) -> dict[str, tuple[str, str]]:
        """Return event and reason of each theme that something became of last."""
        history = self.memory.registry.history
        rows = history[history["run"] == history["run"].max()]
        return {
            key: (event, reason)
            for key, event, reason in zip(
                rows["theme_id"], rows["event"], rows["reason"], strict=True
            )
        }


@pytest.fixture
def shelf(contents: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    path = tmp_path / "papers.duckdb"
    path.touch()
    kept = Shelf(contents, path)
    monkeypatch.setattr(editing, "read_store", lambda _: kept.contents)
    monkeypatch.setattr(editing, "write_store", kept.write)
    return kept


def test_a_renamed_theme_keeps_its_id_and_its_papers(shelf: Shelf) -> None:
    before = shelf.memory
    analysis = shelf.edit.rename("agents", "Software agents")
    row = analysis.themes.set_index("theme_id").loc["agents"]
    assert row["name"] == "Software agents"
    pd.testing.assert_frame_equal(analysis.memberships, before.fitted.memberships)
    assert shelf.last() == {"agents": ("renamed", "it was called 'Agents' before")}
    assert analysis.news == ("theme 'Software agents' renamed: it was called 'Agents' before",)
    registry = shelf.memory.registry.themes.set_index("theme_id")
    assert registry.loc["agents", ["name", "named_by"]].tolist() == ["Software agents", "person"]
    shelf.edit.rename("software AGENTS", "Agents")
    assert shelf.memory.registry.name("agents") == "Agents"


def test_a_name_may_change_its_capitals(shelf: Shelf) -> None:
    shelf.edit.rename("agents", "AGENTS")
    assert shelf.memory.registry.name("agents") == "AGENTS"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<script>alert('x')</script>", "<script>alert('x')</script>"),
        ('a; "b", c\n\td', 'a; "b", c d'),
        ("\u202eright\u202c \x1b[31mred\x00", "right [31mred"),
        ("\u05e9\u05dc\u05d5\u05dd\u200f 1", "\u05e9\u05dc\u05d5\u05dd\u200f 1"),
        ("\u4e16\u754c", "\u4e16\u754c"),
    ],
)
def test_odd_characters_are_kept_unless_they_are_orders_to_a_terminal(
    shelf: Shelf, given: str, kept: str
) -> None:
    analysis = shelf.edit.rename("agents", given)
    assert shelf.memory.registry.name("agents") == kept
    assert len(analysis.news) == 1
    assert "\n" not in analysis.news[0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "a theme needs a name with letters or digits in it, not ''"),
        (" ;\u200f\n", "a theme needs a name"),
        ("Agents", "the theme is called 'Agents' already; give another name"),
        ("PROMPT learning", r"'PROMPT learning' is the name of the theme 'prompt learning' \(prom"),
        ("vision-VIDEO", r"'vision-VIDEO' is the id of the theme 'Video' \(vision-video\) already"),
        ("half \ud800", "half a character"),
    ],
)
def test_names_that_cannot_be_given(shelf: Shelf, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        shelf.edit.rename("agents", name)
    assert shelf.writes == 0


def test_the_name_of_a_theme_that_is_gone_may_be_given_again(shelf: Shelf) -> None:
    shelf.edit.retire("agents")
    shelf.edit.rename("vision", "Agents")
    assert shelf.memory.registry.name("vision") == "Agents"
    shelf.edit.split("vision", ["agents", "language models"])
    assert {"agents-2", "language-models"} < set(shelf.memory.registry.active)
    assert shelf.memory.registry.name("agents-2") == "agents"


def test_a_discovered_theme_goes_into_another(shelf: Shelf) -> None:
    before = shelf.memory
    analysis = shelf.edit.merge(["Vision & language", "agents", "vision"], into="reasoning")
    every = set().union(*(papers_in(before, one) for one in ("vision", "agents", "reasoning")))
    assert papers_in(shelf.memory, "reasoning") == every
    assert len(analysis.news) == 2
    with pytest.raises(InputError, match=r"'Agents' was merged; its papers are in 'Reasoning' \("):
        shelf.edit.retire("agents")


def test_a_named_theme_takes_papers_for_examples_and_words_for_aliases(shelf: Shelf) -> None:
    before = shelf.memory
    shelf.edit.merge(["vision-video", "prompt-learning"], into="fine-tuning")
    theme, after = shelf.named("fine-tuning"), shelf.memory
    moved = papers_in(before, "vision-video") | papers_in(before, "prompt-learning")
    assert set(theme.examples) == moved
    assert theme.aliases == (
        "SFT", "instruction tuning", "prompt learning", "prompt tuning", "prompts"
    )  # fmt: skip
    assert papers_in(after, "fine-tuning") >= moved | papers_in(before, "fine-tuning")
    events = shelf.last()
    assert events["fine-tuning"][0] == "taught"
    assert events["fine-tuning"][1].startswith("it took in 'Video', 'prompt learning'; ")
    number = len(papers_in(before, "vision-video"))
    reason = f"its {number} papers are in 'fine-tuning' from now on"
    assert events["vision-video"] == ("merged", reason)


def test_not_examples_stay_out_of_a_merge(shelf: Shelf) -> None:
    paper = sorted(papers_in(shelf.memory, "vision-video"))[0]
    shelf.edit.example("fine-tuning", paper, belongs=False)
    shelf.edit.merge("vision-video", into="fine-tuning")
    assert paper not in shelf.named("fine-tuning").examples
    assert paper not in papers_in(shelf.memory, "fine-tuning")


@pytest.mark.parametrize(
    ("themes", "into", "message"),
    [
        ("agents", "Agents", "a theme cannot be merged into itself; name two different themes"),
        ([], "agents", "a theme cannot be merged into itself"),
        (["agents", "vision"], "vision", "a theme cannot be merged into itself"),
        (
            "fine-tuning",
            "agents",
            "'fine-tuning' is found by its words and 'Agents' is not; merge 'A",
        ),
        ("agent", "vision", r"there is no theme 'agent'; did you mean 'agents'\?"),
        ("agents", "visions", r"there is no theme 'visions'; did you mean 'vision'\?"),
        ("agents", "vision-video", "'Video' is part of 'Vision & language' and cannot take in"),
    ],
)
def test_merges_that_cannot_be(shelf: Shelf, themes: Any, into: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        shelf.edit.merge(themes, into=into)
    assert shelf.writes == 0


def test_a_theme_is_split_into_named_parts_or_into_the_finer_ones(shelf: Shelf) -> None:
    before = shelf.memory
    shelf.edit.split("vision", ["Video generation", "vision & language"])
    after = shelf.memory
    parts = ("video-generation", "vision-language")
    assert set().union(*(papers_in(after, one) for one in parts)) == papers_in(before, "vision")
    assert [after.registry.name(one) for one in parts] == ["Video generation", "vision & language"]
    shelf.edit.split("reasoning")
    finer = ("reasoning-steps", "reasoning-search")
    assert set().union(*(papers_in(shelf.memory, one) for one in finer)) == papers_in(
        before, "reasoning"
    )


@pytest.mark.parametrize(
    ("theme", "parts", "message"),
    [
        ("vision", ["one"], "two or more parts of different names; name each of them"),
        ("vision", "one", "two or more parts of different names"),
        ("vision", ["one", "ONE"], "two or more parts of different names"),
        ("vision", ["one", "Agents"], "'Agents' is the name of the theme 'Agents'"),
        ("vision", ["one", "?"], "a theme needs a name"),
        ("agents", (), "there are no finer themes under 'Agents'; name the parts"),
    ],
)
def test_splits_that_cannot_be(shelf: Shelf, theme: str, parts: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        shelf.edit.split(theme, parts)
    assert shelf.writes == 0


def test_a_retired_theme_is_remembered_with_its_papers(shelf: Shelf) -> None:
    papers = papers_in(shelf.memory, "vision")
    shelf.edit.retire("vision")
    assert set(shelf.memory.barred["vision"]) == papers
    shelf.edit.retire("agents")
    assert set(shelf.memory.barred) == {"vision", "vision-video", "vision-images", "agents"}
    with pytest.raises(InputError, match="the theme 'Video' was retired; name one that is in use"):
        shelf.edit.retire("vision-video")


def test_words_are_added_to_a_named_theme(shelf: Shelf) -> None:
    shelf.edit.rename("prompt-learning", "Prompting")
    shelf.edit.alias("prompting", "soft  prompts", "prompts", "prefix\x1b tuning")
    theme = shelf.named("prompt-learning")
    assert theme.aliases == ("prompt tuning", "prompts", "soft prompts", "prefix tuning")
    assert theme.name == "prompt learning"
    assert shelf.memory.registry.name("prompt-learning") == "Prompting"
    event, reason = shelf.last()["prompt-learning"]
    assert event == "taught"
    assert reason.startswith("it is also found by 'soft prompts', 'prefix tuning'; ")


def test_a_discovered_theme_that_is_taught_words_is_named_from_then_on(shelf: Shelf) -> None:
    papers = papers_in(shelf.memory, "agents")
    shelf.edit.rename("agents", "Software agents")
    analysis = shelf.edit.alias("agents", "autonomous agents")
    theme = shelf.named("agents")
    assert (theme.name, theme.id) == ("Software agents", "agents")
    assert set(theme.examples) == papers
    assert papers_in(shelf.memory, "agents") >= papers
    row = analysis.themes.set_index("theme_id").loc["agents"]
    assert (row["kind"], row["name"]) == ("named", "Software agents")


@pytest.mark.parametrize("words", [(), ("prompts",), ("prompt learning", "prompts")])
def test_words_that_a_theme_has_already(shelf: Shelf, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="it is found by these words already; give others"):
        shelf.edit.alias("prompt-learning", *words)
    assert shelf.writes == 0


def test_a_word_is_not_empty(shelf: Shelf) -> None:
    with pytest.raises(InputError, match="the aliases of the theme 'prompt learning' hold"):
        shelf.edit.alias("prompt-learning", "fine", " \x07")


def test_a_description_is_read_by_the_encoder(shelf: Shelf) -> None:
    shelf.edit.describe("prompt-learning", "Learning prompts\nfor frozen models.")
    assert shelf.named("prompt-learning").description == "Learning prompts for frozen models."
    assert shelf.last()["prompt-learning"][1].startswith("it was described anew; ")
    again = "the theme is described like that already; give another text"
    with pytest.raises(InputError, match=again):
        shelf.edit.describe("prompt-learning", "Learning prompts for frozen models.")
    with pytest.raises(InputError, match="the description is empty"):
        shelf.edit.describe("prompt-learning", "\n")
    assert shelf.writes == 1


def test_a_paper_in_no_theme_is_an_example(shelf: Shelf) -> None:
    paper = shelf.memory.fitted.unassigned["paper_id"].iloc[0]
    title = shelf.memory.papers.set_index("paper_id").loc[paper, "title"]
    shelf.edit.example("prompt-learning", title.upper())
    assert paper in papers_in(shelf.memory, "prompt-learning", primary=True)
    assert paper not in set(shelf.memory.fitted.unassigned["paper_id"])
    assert shelf.last()["prompt-learning"][1].startswith("one paper is about it; ")
    with pytest.raises(InputError, match="nothing new is said of a paper; name other papers"):
        shelf.edit.example("prompt-learning", paper)


def test_what_is_said_last_of_a_paper_counts(shelf: Shelf) -> None:
    one, other = sorted(papers_in(shelf.memory, "vision"))[:2]
    title = shelf.memory.papers.set_index("paper_id").loc[one, "title"]
    shelf.edit.example("fine-tuning", one, other)
    assert {one, other} <= papers_in(shelf.memory, "fine-tuning")
    shelf.edit.example("fine-tuning", title, belongs=False)
    theme = shelf.named("fine-tuning")
    assert (theme.examples, theme.not_examples) == ((other,), (one,))
    assert one not in papers_in(shelf.memory, "fine-tuning")
    assert shelf.last()["fine-tuning"][1].startswith("one paper is not about it; ")
    shelf.edit.example("fine-tuning", one)
    assert set(shelf.named("fine-tuning").examples) == {one, other}
    assert shelf.named("fine-tuning").not_examples == ()


def test_examples_that_were_given_by_title_are_the_papers(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = sorted(papers_in(shelf.memory, "vision"))[0]
    title = shelf.memory.papers.set_index("paper_id").loc[paper, "title"]
    old = editing.definition

    def with_title(memory: Any, key: str) -> Any:
        return hand.Theme(old(memory, key).name, examples=(title,))

    monkeypatch.setattr(editing, "definition", with_title)
    shelf.edit.example("fine-tuning", paper, belongs=False)
    theme = shelf.named("fine-tuning")
    assert (theme.examples, theme.not_examples) == ((), (paper,))


@pytest.mark.parametrize(
    ("papers", "message"),
    [
        (("no such paper",), "the example 'no such paper' of the theme 'fine-tuning' is no paper"),
        ((), "nothing new is said of a paper"),
    ],
)
def test_examples_that_cannot_be(shelf: Shelf, papers: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        shelf.edit.example("fine-tuning", *papers)
    assert shelf.writes == 0


def test_no_paper_at_all_teaches_a_discovered_theme_nothing(shelf: Shelf) -> None:
    with pytest.raises(InputError, match="nothing new is said of a paper"):
        shelf.edit.example("agents")
    assert shelf.writes == 0


def test_another_encoder_is_refused_only_where_one_is_needed(shelf: Shelf) -> None:
    class Other(hand.BagEncoder):  # type: ignore[misc, name-defined]
        name = "another"

    editor = ThemeEditor(shelf.path, encoder=Other())
    with pytest.raises(InputError, match="fitted with the encoder 'bag-of-words', not 'another'"):
        editor.alias("agents", "bots")
    assert shelf.writes == 0
    editor.merge("agents", into="vision")
    assert shelf.writes == 1


def test_every_correction_is_a_run_of_its_own(shelf: Shelf) -> None:
    shelf.edit.rename("agents", "One")
    shelf.edit.retire("agents")
    runs = shelf.memory.runs
    assert runs["run"].tolist() == [1, 2, 3]
    assert runs["command"].tolist() == ["report", "themes rename", "themes retire"]
    history = shelf.memory.registry.history
    assert set(history.loc[history["run"] > 1, "by"]) == {"person"}
    assert (history["date"] == shelf.memory.papers["digest_date"].max()).all()
