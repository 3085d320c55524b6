"""Named themes as people give them: checked, completed, read from TOML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.themes.theme import BUILT_IN, Theme, as_themes, read_themes, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vision–Language Models!", "vision-language-models"),
        ("機械学習", "機械学習"),
        ("Обучение с подкреплением", "обучение-с-подкреплением"),
        ("मशीन लर्निंग", "मशीन-लर्निंग"),
        ("STRASSE  straße", "strasse-strasse"),
        ("ﬁne_tuning", "fine-tuning"),
        ("C++ / ②", "c-2"),
        ("?!", ""),
        ("\u0301", ""),
    ],
)
def test_slugs(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_a_slug_is_its_own_slug_and_needs_no_quotes(text: str) -> None:
    once = slug(text)
    assert slug(once) == once
    assert not re.search(r"[\s/\\.,;:'\"<>&]", once)
    assert bool(once) == any(char.isalnum() for char in slug(text))


@pytest.mark.parametrize("name", ["", "  ", "?!", None, 3])
def test_a_theme_needs_a_name(name: Any) -> None:
    with pytest.raises(
        InputError, match=r"a theme needs a name with letters or digits in it, not .*; give it one"
    ):
        Theme(name)


@pytest.mark.parametrize("field", ["aliases", "examples", "not_examples"])
@pytest.mark.parametrize("given", ["PRM", 3, {"PRM"}])
def test_what_is_no_list_is_refused(field: str, given: Any) -> None:
    with pytest.raises(
        InputError,
        match=rf"the {field} of the theme 'rewards' are not a list; write {field} = \[",
    ):
        Theme("rewards", **{field: given})


@pytest.mark.parametrize("item", ["", " ", 3, None])
def test_what_is_no_text_in_a_list_is_refused(item: Any) -> None:
    with pytest.raises(
        InputError,
        match="the aliases of the theme 'rewards' hold something that is not text; put each in",
    ):
        Theme("rewards", aliases=["PRM", item])  # type: ignore[arg-type]


def test_a_description_is_text() -> None:
    with pytest.raises(InputError, match="the description of the theme 'rewards' is not text"):
        Theme("rewards", description=["a"])  # type: ignore[arg-type]


def test_a_paper_cannot_be_both_example_and_not_example() -> None:
    with pytest.raises(
        InputError,
        match=r"'2503\.1' is both an example and a not-example of the theme 'rewards'; keep it in",
    ):
        Theme("rewards", examples=["2503.1", "2503.2"], not_examples=["2503.1"])  # type: ignore[arg-type]


def test_white_space_and_repetitions_are_folded() -> None:
    theme = Theme("  prompt \n learning ", aliases=["soft  prompts", "soft prompts"])  # type: ignore[arg-type]
    assert theme.name == "prompt learning"
    assert theme.aliases == ("soft prompts",)
    assert theme == Theme("prompt learning", aliases=("soft prompts",))


def test_an_acronym_in_brackets_is_an_alias() -> None:
    theme = Theme("process reward models (PRMs)", aliases=("process supervision",))
    assert theme.title == "process reward models"
    assert theme.theme_id == "process-reward-models"
    assert theme.phrases == ("process reward models", "PRMs", "process supervision")


@pytest.mark.parametrize("name", ["reasoning (math)", "!! (AB)", "(ABC)", "agents (in the web)"])
def test_other_brackets_belong_to_the_name(name: str) -> None:
    theme = Theme(name)
    assert theme.title == name
    assert theme.phrases == (name,)
    assert theme.theme_id == slug(name) != ""


def test_a_theme_survives_its_dictionary() -> None:
    theme = Theme("a b", ("AB",), "what it is", ("x",), ("y",))
    assert Theme(**theme.as_dict()) == theme


def test_the_built_in_themes_are_the_three_of_the_readme() -> None:
    assert as_themes(None) == BUILT_IN
    assert [theme.theme_id for theme in BUILT_IN] == [
        "fine-tuning",
        "process-reward-models",
        "prompt-learning",
    ]


@pytest.mark.parametrize(
    ("name", "theme_id"),
    [
        ("PRM", "process-reward-models"),
        ("PRMs", "process-reward-models"),
        ("Process Reward Models", "process-reward-models"),
        ("process supervision", "process-reward-models"),
        ("Fine Tuning", "fine-tuning"),
        ("LoRA", "fine-tuning"),
        ("finetuning", "fine-tuning"),
        ("prompt-tuning", "prompt-learning"),
    ],
)
def test_a_built_in_name_or_alias_brings_the_whole_theme(name: str, theme_id: str) -> None:
    (theme,) = as_themes([name])
    assert theme in BUILT_IN
    assert theme.theme_id == theme_id


def test_a_theme_of_ones_own_replaces_the_built_in_one() -> None:
    own = Theme("prompt learning", description="mine")
    assert as_themes([own, "my own subject"]) == (own, Theme("my own subject"))
    assert as_themes("my own subject") == (Theme("my own subject"),)
    assert as_themes(own) == (own,)
    assert as_themes([]) == ()


@pytest.mark.parametrize(
    "two", [["a b", "A-B"], ["PRM", "process reward models"], [Theme("x"), "X (XY)"]]
)
def test_two_themes_with_one_name_are_refused(two: list[Any]) -> None:
    with pytest.raises(
        InputError, match=r"two themes have the name '.*'; rename one, or make it an alias"
    ):
        as_themes(two)


def test_what_is_no_theme_is_refused() -> None:
    with pytest.raises(InputError, match="a theme is a name or a Theme, not int; give its name"):
        as_themes(["a", 3])  # type: ignore[list-item]


def write(folder: Path, text: str) -> Path:
    file = folder / "themes.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_themes_are_read_from_toml(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '\ufeff[[theme]]\nname = "rewards"\naliases = ["PRM"]\ndescription = "d"\n'
        'examples = ["x"]\nnot_examples = ["y"]\n[[theme]]\nname = "LoRA"\n',
    )
    assert read_themes(file) == (Theme("rewards", ("PRM",), "d", ("x",), ("y",)), Theme("LoRA"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"holds nothing instead of \[\[theme\]\] tables; write each theme as \[\[theme\]\]"),
        ('[[themes]]\nname = "a"', r"holds themes instead of \[\[theme\]\] tables"),
        ('[theme]\nname = "a"', r"holds theme instead of \[\[theme\]\] tables"),
        ('top = 1\n[[theme]]\nname = "a"', r"holds theme, top instead of"),
        ("theme = []", r"holds theme instead of"),
        ("theme = [1]", r"theme 1 is no table; write it as \[\[theme\]\]"),
        ("[[theme]\n", r"is no TOML: .*line 1.*; mend it there"),
        (
            '[[theme]]\nname = "a"\n[[theme]]\nname = "b"\nalias = ["c"]',
            r"theme 2 has the unknown key 'alias'; did you mean 'aliases'\? Allowed: name, al",
        ),
        ('[[theme]]\naliases = ["c"]', r"theme 1: a theme needs a name .* not ''; give it one"),
        ("[[theme]]\nname = 3", r"theme 1: a theme needs a name .* not 3"),
        ('[[theme]]\nname = "a"\naliases = "c"', r"theme 1: the aliases .* are not a list"),
        ('[[theme]]\nname = "a"\n[[theme]]\nname = "A"', r"two themes have the name 'A'"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, problem: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(InputError, match=rf"^{re.escape(str(file))}: {problem}"):
        read_themes(file)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.toml: cannot be read \(No such file.*\); check"):
        read_themes(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[[theme]]\nname = "é"'.encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.toml: cannot be read \(not UTF-8 text\)"):
        read_themes(latin)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "prompt \udcff"}, "the theme name 'prompt .* holds half a character; retype it"),
        ({"name": "x", "aliases": ("\ud800",)}, "the aliases of the theme 'x' hold half a char"),
        ({"name": "x", "description": "\udfff"}, "the description of the theme 'x' is not text"),
    ],
)
def test_half_characters_are_refused(given: dict[str, Any], message: str) -> None:
    """What a terminal makes of bytes that are no text; no encoder could read it."""
    with pytest.raises(InputError, match=message):
        Theme(**given)
