"""Every wrong value says what was given, what is allowed, and which name is near."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import papertrends as pt
from papertrends.examples import some_papers, some_store, some_trends

PAPERS = some_papers()
TRENDS = some_trends()
MEMBERS = pd.DataFrame({"paper_id": ["p01", "p09"], "theme_id": "prompts"})
SHARES = pt.theme_trends(PAPERS, MEMBERS)
THEMES = pd.DataFrame(
    {"theme_id": ["prompts"], "name": "Prompts", "kind": "named", "n_papers": 2, "parent": ""}
)
MONTHS = TRENDS.assign(share=0.1, share_low=0.0, share_high=0.2)
AGENTS = THEMES.assign(theme_id="agents")
PERIODS = "Allowed: auto, digest, week, month, quarter, year"
NO_TEXT = "is no text; put it in quotes"

#: What is called, and what the message says; nothing here gets as far as a fit.
CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "by": (
        lambda: pt.analyse(PAPERS, by="monthly"),
        f"'monthly' is no period to count by; did you mean 'month'? {PERIODS}",
    ),
    "by, capitals": (lambda: pt.analyse(PAPERS, by="Week"), "did you mean 'week'?"),
    "by, of trends": (
        lambda: pt.theme_trends(PAPERS, MEMBERS, "weak"),
        "'weak' is no period to count by; did you mean 'week'?",
    ),
    "by, a number": (
        lambda: pt.digest_volume(PAPERS, by=7),
        f"7 is no period to count by; {PERIODS}",
    ),
    "date": (
        lambda: pt.analyse(PAPERS, date="publised"),
        "'publised' is no date to count by; did you mean 'published'? Allowed: digest, published",
    ),
    "date, of volume": (
        lambda: pt.digest_volume(PAPERS, date="publish"),
        "'publish' is no date to count by; did you mean 'published'?",
    ),
    "count": (
        lambda: pt.analyse(PAPERS, count="evry"),
        "'evry' is no way to count a paper that is listed twice; did you mean 'every'?",
    ),
    "unit": (
        lambda: pt.plot_shares(SHARES, THEMES, unit="shares"),
        "'shares' is no unit; did you mean 'share'? Allowed: share, count",
    ),
    "unit, of a heat map": (
        lambda: pt.plot_heatmap(SHARES, THEMES, unit="counts"),
        "'counts' is no unit; did you mean 'count'? Allowed: share, count",
    ),
    "encoder": (lambda: pt.ThemeModel(encoder=3).fit(PAPERS), "int is no encoder; give a name, or"),
    "store, none": (
        lambda: pt.open_store(None),
        "the store is a NoneType, not a path; give the path",
    ),
    "store, none to update": (lambda: pt.update(store=None), "the store is a NoneType, not a path"),
    "store, none to edit": (lambda: pt.ThemeEditor(7), "the store is a int, not a path"),
    "encoder, a slip": (
        lambda: pt.ThemeModel(encoder="MiniLMM").fit(PAPERS),
        "there is no encoder 'MiniLMM'; did you mean 'minilm'? Allowed: auto, minilm, distilled, "
        "or the name of a sentence-transformers model",
    ),
    "by, of a figure": (
        lambda: pt.plot_shares(SHARES, THEMES, by="monthly"),
        "'monthly' is no period; did you mean 'month'? Allowed: digest, week, month, quarter",
    ),
    "by, of the volume": (
        lambda: pt.plot_volume(pt.digest_volume(PAPERS), by="weak"),
        "'weak' is no period; did you mean 'week'?",
    ),
    "highlight": (
        lambda: pt.plot_shares(MONTHS, AGENTS, highlight=["agent"]),
        "highlight has 'agent', which is no theme_id of themes; did you mean 'agents'?",
    ),
    "encoder, empty": (
        lambda: pt.ThemeModel(encoder="").fit(PAPERS),
        "the encoder has no name; leave it out, or say 'minilm'",
    ),
    "seed": (
        lambda: pt.ThemeModel(seed=-1).fit(PAPERS),
        "the seed is -1; give a whole number from 0 on",
    ),
    "seed, in quotes": (
        lambda: pt.ThemeModel(seed="1").fit(PAPERS),
        "the seed is '1'; give a whole",
    ),
    "parameter": (
        lambda: pt.ThemeModel().set_params(sed=3),
        "ThemeModel has no parameter 'sed'; did you mean 'seed'? Allowed: themes, encoder, seed",
    ),
    "year": (
        lambda: pt.load_papers("dumps", year=25),
        "the year 25 is not one of 1900 to 2199; give the digest's year",
    ),
    "year, in quotes": (
        lambda: pt.load_papers("dumps", year="2025"),
        "the year '2025' is not one of 1900 to 2199",
    ),
    "columns": (
        lambda: pt.load_papers("dumps", columns={"abstrac": "Zusammenfassung"}),
        "there is no field 'abstrac'; did you mean 'abstract'? Allowed: title, abstract",
    ),
    "format": (
        lambda: pt.load_papers("dumps", format="jsn"),
        "there is no format 'jsn'; did you mean 'json'? Allowed: parquet",
    ),
    "inputs": (lambda: pt.load_papers(5), "an input is a int, not a path; name files, folders or"),
    "inputs, None": (lambda: pt.analyse(None), "an input is a NoneType, not a path"),
    "inputs, a table": (lambda: pt.load_papers(PAPERS), "an input is a DataFrame, not a path"),
    "inputs, none at all": (
        lambda: pt.load_papers([]),
        "no input was given; name a file, a folder",
    ),
    "inputs, not there": (
        lambda: pt.load_papers("nothing.txt"),
        "nothing.txt: there is no such file; check the path",
    ),
    "inputs of evaluate": (lambda: pt.evaluate(3), "an input is a int, not a path"),
    "labels": (
        lambda: pt.evaluate(PAPERS, labels="titel"),
        "there is no column 'titel'; did you mean 'title'? Allowed: paper_id, title, abstract",
    ),
    "themes": (lambda: pt.analyse(PAPERS, themes=5), "a theme is a name or a Theme, not int"),
    "theme without a name": (
        lambda: pt.Theme(""),
        "a theme needs a name with letters or digits in it, not ''; give it one, such as",
    ),
    "theme's aliases": (
        lambda: pt.Theme("agents", aliases="LLM agents"),
        "the aliases of the theme 'agents' are not a list; write aliases = [",
    ),
    "theme's example": (
        lambda: pt.ThemeModel([pt.Theme("prompts", examples=["Promts"])]).fit(PAPERS),
        "the example 'Promts' of the theme 'prompts' is no paper here; give a paper_id",
    ),
    "labels_from": (
        lambda: rename("gpt"),
        "'gpt' cannot be asked for names; give a LabelEndpoint(url, model)",
    ),
    "address": (
        lambda: pt.LabelEndpoint("localhost:11434", "qwen3"),
        "the label endpoint 'localhost:11434' is no http or https address; write it like http://",
    ),
    "timeout": (
        lambda: pt.LabelEndpoint("http://localhost", "qwen3", timeout=0),
        "the timeout is 0; give a number of seconds above 0",
    ),
    "column of papers": (
        lambda: pt.theme_trends(PAPERS.drop(columns="paper_id"), MEMBERS),
        "the papers table lacks paper_id (it has title, abstract, digest_date, position); give it",
    ),
    "column of trends": (
        lambda: pt.theme_changes(TRENDS.rename(columns={"n_theme": "n"})),
        "the trends table lacks n_theme (it has theme_id, period, n, n_papers, partial); give it",
    ),
    "counts": (
        lambda: pt.theme_curves(TRENDS.assign(n_theme=200)),
        "24 rows of the trends table have an n_theme or n_papers that is no count; give whole",
    ),
    "memberships": (
        lambda: pt.theme_trends(PAPERS, MEMBERS.replace("p09", "p99")),
        "memberships has 1 papers that are not in papers (p99); give the papers that",
    ),
    "tables from elsewhere": (
        lambda: pt.Analysis.from_memberships(PAPERS, MEMBERS, by="wek"),
        "'wek' is no period to count by; did you mean 'week'?",
    ),
    "store": (
        lambda: pt.open_store("nothing.duckdb"),
        "nothing.duckdb: there is no such store; name a store that papertrends report --store",
    ),
    "store to be updated": (
        lambda: pt.update("dumps", store="nothing.duckdb"),
        "nothing.duckdb: there is no such store; make it with 'papertrends report --store'",
    ),
    "model in a folder": (
        lambda: pt.ThemeModel.load("nothing"),
        "nothing: holds no saved model; name a folder written by save",
    ),
}


def rename(namer: Any) -> Any:
    from papertrends.themes.naming import rename_themes

    return rename_themes(THEMES, MEMBERS, PAPERS, namer)


@pytest.mark.parametrize("what", CALLS)
def test_a_wrong_value_is_told_with_what_would_be_right(what: str) -> None:
    call, message = CALLS[what]
    with pytest.raises(pt.InputError, match=re.escape(message)) as told:
        call()
    assert "\n" not in str(told.value)


@pytest.fixture(scope="module")
def store() -> Path:
    return some_store()


EDITS: dict[str, tuple[Callable[[pt.ThemeEditor], Any], str]] = {
    "theme": (
        lambda edit: edit.retire("robt"),
        "there is no theme 'robt'; did you mean 'robot'? 'papertrends themes --store FILE' lists",
    ),
    "theme to merge into": (
        lambda edit: edit.merge("robot", into="prompt lerning"),
        "there is no theme 'prompt lerning'; did you mean 'prompt-learning'?",
    ),
    "theme by number": (
        lambda edit: edit.rename(3, "arms"),
        "3 is no theme; give its id or its name",
    ),
    "name": (lambda edit: edit.rename("robot", 3), f"3 {NO_TEXT}"),
    "name, empty": (lambda edit: edit.rename("robot", ""), "a theme needs a name with letters"),
    "name, taken": (
        lambda edit: edit.rename("robot", "Fine-Tuning"),
        "'Fine-Tuning' is the name of the theme 'fine-tuning' (fine-tuning) already; give another",
    ),
    "one part": (
        lambda edit: edit.split("robot", ["arms"]),
        "a theme is split into two or more parts of different names; name each of them",
    ),
    "word": (lambda edit: edit.alias("robot", 3), f"3 {NO_TEXT}"),
    "description": (lambda edit: edit.describe("robot", None), f"None {NO_TEXT}"),
    "example": (
        lambda edit: edit.example("robot", "p99"),
        "the example 'p99' of the theme 'Robot' is no paper here; give a paper_id, an arXiv id",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", EDITS)
def test_a_correction_that_cannot_be_made_says_why(what: str, store: Path) -> None:
    correct, message = EDITS[what]
    before = store.read_bytes()
    with pytest.raises(pt.InputError, match=re.escape(message)):
        correct(pt.ThemeEditor(store))
    assert store.read_bytes() == before


@pytest.mark.slow
def test_a_table_that_a_store_has_not_is_told_with_the_near_name(store: Path) -> None:
    with pytest.raises(
        AttributeError, match=r"a store has no table 'theme'; did you mean 'themes'"
    ):
        _ = pt.open_store(store).theme


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda model: model.themes, "ThemeModel.themes: the ThemeModel is not fitted; call fit"),
        (lambda model: model.assign(PAPERS), "the ThemeModel is not fitted; call fit(papers)"),
        (lambda model: model.save("model"), "the ThemeModel is not fitted; call fit(papers)"),
    ],
)
def test_a_model_that_is_not_fitted_says_so(ask: Callable[..., Any], message: str) -> None:
    with pytest.raises(pt.PapertrendsError, match=re.escape(message)):
        ask(pt.ThemeModel())
