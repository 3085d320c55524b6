"""Themes named with one string: the thesaurus is well formed and finds what is meant."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import resources
from itertools import product

import pytest

from papertrends.errors import InputError
from papertrends.themes.phrases import is_acronym, pattern_of, stem, words
from papertrends.themes.theme import BUILT_IN, Theme, as_themes, read_themes, slug
from papertrends.themes.thesaurus import Entry, entries, find

ENTRIES = entries()
PATTERNS = {entry.name: pattern_of(entry.phrases) for entry in ENTRIES}
PHRASES = [(entry.name, phrase) for entry in ENTRIES for phrase in entry.phrases]
FILE = resources.files("papertrends.themes") / "assets" / "thesaurus.toml"


def meant_by(text: str) -> set[str]:
    """Return the names of all entries that match, by trying every pattern."""
    return {name for name, pattern in PATTERNS.items() if pattern.fullmatch(text.strip())}


def test_the_file_is_one_that_users_could_have_written() -> None:
    with resources.as_file(FILE) as path:
        themes = read_themes(path)
    assert [(theme.name, theme.aliases, theme.description) for theme in themes] == list(ENTRIES)
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["theme"]
    assert all(list(row) == ["name", "aliases", "description"] for row in rows)


def test_entries_are_sorted_and_full() -> None:
    names = [entry.name for entry in ENTRIES]
    assert names == sorted(names, key=str.casefold)
    assert len(names) == len(set(names)) > 90
    for entry in ENTRIES:
        assert 2 <= len(entry.aliases) <= 7, entry.name
        assert entry.description.endswith("."), entry.name
        assert 30 < len(entry.description) < 200, entry.name
        for phrase in entry.phrases:
            assert phrase == " ".join(phrase.split()), phrase
            assert slug(phrase), phrase


def test_every_word_for_a_theme_means_that_theme_alone() -> None:
    for name, phrase in PHRASES:
        assert meant_by(phrase) == {name}, phrase
        found = find(phrase)
        assert found is not None, phrase
        assert found.name == name, phrase


def test_no_alias_is_matched_without_being_listed() -> None:
    for entry in ENTRIES:
        for alias, other in product(entry.aliases, entry.phrases):
            assert alias == other or not pattern_of([other]).fullmatch(alias), (alias, other)


def test_nothing_of_the_built_in_themes_is_in_it() -> None:
    for theme in BUILT_IN:
        pattern = pattern_of(theme.phrases)
        assert [phrase for _, phrase in PHRASES if pattern.fullmatch(phrase)] == []
        assert {phrase: meant_by(phrase) for phrase in theme.phrases if meant_by(phrase)} == {}


def test_words_are_joined_by_spaces_where_hyphens_would_make_an_acronym() -> None:
    # "LLM-as-a-judge" would not be found as "LLM-as-a-Judge".
    parts = [phrase.split("-") for _, phrase in PHRASES if is_acronym(phrase)]
    assert [one for one in parts if any(part.islower() for part in one[1:])] == []


def inflected(phrase: str) -> set[str]:
    """Write `phrase` in ways that a reader would: other endings, cases and joints."""
    if is_acronym(phrase):
        return {phrase, f"{phrase}s", f" {phrase} ", phrase.casefold(), phrase.replace("-", "")}
    *first, last = phrase.split()
    endings = ("", "s", "es", "e", "ed", "ing", "er", "ers", "ation", "ions", "ies", "al")
    ends = {stem(last.casefold()) + ending for ending in endings}
    ends |= {end.replace("yies", "ies") for end in ends}
    whole = {" ".join((*first, end)) for end in ends}
    if first:
        beginning = stem(first[0].casefold())
        whole |= {" ".join((beginning + end, *first[1:], last)) for end in ("", "s", "ing", "ed")}
    joints = {phrase.replace(" ", joint) for joint in ("-", "", "  ", "‑", "/")}
    joints |= {phrase.replace("-", joint) for joint in (" ", "")}
    return whole | joints | {phrase.upper(), phrase.title(), phrase.casefold(), f"{phrase} x"}


def test_the_quick_look_up_agrees_with_trying_every_pattern() -> None:
    # By their own pattern alone, as trying all with each of them would take minutes.
    ways = matched = 0
    for entry in ENTRIES:
        for text in sorted(set().union(*map(inflected, entry.phrases))):
            ways += 1
            if PATTERNS[entry.name].fullmatch(text.strip()):
                matched += 1
                found = find(text)
                assert found is not None, text
                assert found.name in meant_by(text), text
            elif find(text):
                assert find(text).name in meant_by(text), text  # type: ignore[union-attr]
    assert ways > matched > 10_000


def test_no_phrase_begins_with_a_single_letter() -> None:
    # Its ending would stand within the two letters by which phrases are looked up.
    assert [phrase for _, phrase in PHRASES if len(words(phrase)[0]) < 2] == []


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("RLVR", "reinforcement learning with verifiable rewards"),
        ("GRPO", "reinforcement learning with verifiable rewards"),
        ("VLMs", "vision-language models"),
        ("vision language model", "vision-language models"),
        ("World-Modeling", "world models"),
        ("  LLM agent ", "LLM agents"),
        ("LLM-as-a-judge", "LLM as a judge"),
        ("Chain-of-Thought", "LLM reasoning"),
        ("Text-to-SQL", "text to SQL"),
        ("retrieval-augmented generation (RAG)", "retrieval-augmented generation"),
        ("quantisation", "quantization"),
    ],
)
def test_a_common_theme_is_completed_under_the_name_it_was_given(name: str, entry: str) -> None:
    (theme,) = as_themes([name])
    (known,) = (one for one in ENTRIES if one.name == entry)
    assert theme.name == " ".join(name.split())
    assert theme.theme_id == Theme(name).theme_id
    assert theme.description == known.description
    assert {*theme.phrases} == {*Theme(name).phrases, *known.phrases}
    assert len({*theme.phrases}) == len(theme.phrases)


def test_the_entrys_own_name_comes_first_among_the_aliases() -> None:
    (theme,) = as_themes("RLVR")
    assert theme.aliases[0] == "reinforcement learning with verifiable rewards"
    assert "RLVR" not in theme.aliases


@pytest.mark.parametrize(
    "name",
    [
        "my own theme",
        "rlvr",
        "rag",
        "search",
        "memory",
        "planning",
        "models",
        "agents",
        "学習",
        "a",
    ],
)
def test_unknown_names_stay_as_they_are(name: str) -> None:
    assert find(name) is None
    assert as_themes([name]) == (Theme(name),)


@pytest.mark.parametrize("name", ["", "  ", "?!"])
def test_what_is_no_name_has_no_entry(name: str) -> None:
    assert find(name) is None
    with pytest.raises(InputError, match="a theme needs a name"):
        as_themes([name])


def test_a_theme_of_ones_own_is_left_alone() -> None:
    own = Theme("RLVR", aliases=("verified",))
    assert as_themes([own]) == (own,)


def test_the_built_in_themes_come_first() -> None:
    for theme in BUILT_IN:
        for phrase in theme.phrases:
            assert as_themes([phrase]) == (theme,)


def test_two_words_for_one_theme_are_told_apart() -> None:
    assert as_themes(["RLVR", "GRPO", "my own", "mine"]) == tuple(
        map(Theme, ("RLVR", "GRPO", "my own", "mine"))
    )
    many = as_themes(["my own", "mine", "LLM agents", "GUI agents", "LoRA"])
    assert [bool(theme.aliases) for theme in many] == [False, False, True, True, True]
    assert as_themes(iter(["LLM agents", "RAG"])) == as_themes(["LLM agents", "RAG"])


def test_a_completed_theme_survives_its_dictionary() -> None:
    (theme,) = as_themes("3DGS")
    assert Theme(**theme.as_dict()) == theme


def test_the_thesaurus_is_read_once() -> None:
    assert entries() is entries()
    assert isinstance(find("RAG"), Entry)


def test_importing_it_loads_nothing_heavy_and_does_not_read_the_file() -> None:
    code = (
        "import sys, papertrends.themes.thesaurus as thesaurus\n"
        "assert thesaurus.entries.cache_info().currsize == 0\n"
        "assert thesaurus.find('RAG')\n"
        "heavy = {'bertopic', 'umap', 'hdbscan', 'sklearn', 'scipy', 'plotly', 'duckdb'}\n"
        "print(sorted(heavy & set(sys.modules)), thesaurus._pattern.cache_info().currsize < 99)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
