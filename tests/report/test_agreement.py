"""Tests that every number on the page is one of the exported tables.

The page is parsed as a reader would: sentences, cards, charts, the tables behind charts.
Expected numbers are worked out from the tables with plain pandas.
"""

from __future__ import annotations

import re

import pandas as pd
import pytest

from papertrends.export import export

NAMES = ("two", "many", "nested", "gapped", "published")
COUNTS = re.compile(r"(\d[\d,]*) of (\d[\d,]*)(?: papers?)?")
PERCENT = re.compile(r"(\d+(?:\.\d+)?) %")
Q_VALUE = re.compile(r"q (=|<) (\d+(?:\.\d+)?)")


def number(text: str) -> int:
    return int(text.replace(",", ""))


def counted(tables, theme_id: str) -> set[tuple[int, int]]:
    own = tables.trends[tables.trends["theme_id"] == theme_id]
    return set(zip(own["n_theme"], own["n_papers"], strict=True))


def is_rounded(text: str, value: float) -> bool:
    """Tell whether `text` is `value` rounded to as many digits as it has."""
    digits = len(text.split(".")[1]) if "." in text else 0
    return abs(float(text) - value) <= 0.5 * 10**-digits + 1e-9


@pytest.fixture(scope="module")
def exported(summaries, tmp_path_factory) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the tables as they are read back from the exported CSV files."""
    found = {}
    for name in NAMES:
        folder = tmp_path_factory.mktemp(name)
        export(summaries[name].tables, {}, folder)
        found[name] = {file.stem: pd.read_csv(file) for file in folder.glob("*.csv")}
    return found


@pytest.mark.parametrize("name", NAMES)
def test_sentences_tell_the_tables_counts_shares_and_q_values(pages, summaries, exported, name):
    page = " ".join(pages[name].text.split())
    summary, changes = summaries[name], exported[name]["changes"].set_index("theme_id")
    checked = 0
    for sentence in summary.headline:
        assert " ".join(sentence.text.split()) in page
        if not sentence.theme_id:
            continue
        rows = exported[name]["trends"].query("theme_id == @sentence.theme_id")
        pairs = {(number(a), number(b)) for a, b in COUNTS.findall(sentence.text)}
        assert pairs <= set(zip(rows["n_theme"], rows["n_papers"], strict=True))
        told = PERCENT.findall(sentence.text.replace("95 % interval", ""))
        curves = exported[name]["curves"].query("theme_id == @sentence.theme_id")
        shares = [100 * x for x in (*rows["share"], *curves["smooth"])]
        for share in told:
            assert any(is_rounded(share, value) for value in shares), (share, sentence.text)
        for sign, q in Q_VALUE.findall(sentence.text):
            value = changes.loc[sentence.theme_id, "q_value"]
            assert is_rounded(q, value) if sign == "=" else value < float(q)
        checked += len(pairs) + len(told)
    assert checked > 0


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_those_of_the_tables(summaries, exported, name):
    facts = [fact.value for fact in summaries[name].facts]
    tables = exported[name]
    assert number(facts[0]) == tables["papers"]["paper_id"].nunique()
    assert number(facts[1]) == tables["trends"]["period"].nunique()
    assert number(facts[2]) == len(tables["themes"])
    left = 100 * len(tables["unassigned"]) / tables["papers"]["paper_id"].nunique()
    assert is_rounded(PERCENT.findall(facts[3])[0], left)


@pytest.mark.parametrize("name", NAMES)
def test_cards_tell_sizes_shares_and_effects_of_the_tables(texts, parsed, exported, name):
    themes = exported[name]["themes"].set_index("theme_id")
    changes = exported[name]["changes"].set_index("theme_id")
    pieces = re.split(r'id="theme=([^"]+)"', texts[name])
    assert set(pieces[1::2]) == set(themes.index)
    for theme_id, html in zip(pieces[1::2], pieces[2::2], strict=True):
        text = " ".join(parsed("<p " + html.split("</article>")[0]).text.split())
        size = re.search(r"(\d[\d,]*) papers?", text)
        assert size
        assert number(size[1]) == themes.loc[theme_id, "n_papers"]
        effect = re.search(r"odds ratio(?: per \w+)? (\d+(?:\.\d+)?)", text)
        if effect:
            assert is_rounded(effect[1], changes.loc[theme_id, "effect"])
        told = COUNTS.findall(text.split("odds ratio")[0])
        rows = exported[name]["trends"].query("theme_id == @theme_id")
        known = set(zip(rows["n_theme"], rows["n_papers"], strict=True))
        assert {(number(a), number(b)) for a, b in told} <= known


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_papers_in_charts_are_n_theme(pages, summaries, exported, name):
    figures = pages[name].figures
    for prefix, trends in (("", "trends"), ("other/", "other_trends")):
        rows = exported[name][trends].set_index(["theme_id", "period"])
        for key in ("shares/count", "multiples/count"):
            if prefix + key not in figures:
                continue
            seen = 0
            for trace in figures[prefix + key]["data"]:
                values = trace["x"] if len(summaries[name].periods) < 5 else trace["y"]
                for place, value in zip(trace.get("customdata") or [], values, strict=False):
                    if place and trace.get("meta") != "event":
                        assert value == rows.loc[tuple(place), "n_theme"]
                        seen += 1
            assert seen > 0


@pytest.mark.parametrize("name", NAMES)
def test_effects_in_the_chart_are_those_of_the_table(pages, exported, name):
    for key, table in (("changes", "changes"), ("other/changes", "other_changes")):
        if key not in pages[name].figures:
            continue
        rows = exported[name][table].set_index("theme_id")
        drawn = {}
        for trace in pages[name].figures[key]["data"]:
            for place, x in zip(trace.get("customdata") or [], trace["x"], strict=False):
                if place and trace["mode"] == "markers":
                    drawn[place[0]] = x
        assert drawn
        for theme_id, x in drawn.items():
            effect = rows.loc[theme_id, "effect"]
            if effect == effect and 0 < effect < float("inf"):
                low, high = pages[name].figures[key]["layout"]["xaxis"]["range"]
                assert x == pytest.approx(effect) or not 10**low <= effect <= 10**high


@pytest.mark.parametrize("name", NAMES)
def test_the_map_has_each_paper_once_in_its_place(pages, exported, name):
    places = exported[name]["map"].set_index("paper_id")
    seen = []
    for trace in pages[name].figures["map"]["data"]:
        rows = zip(trace.get("customdata") or [], trace["x"], trace["y"], strict=False)
        for (paper_id, *_), x, y in rows:
            assert x == pytest.approx(places.loc[paper_id, "x"], abs=1e-3)
            assert y == pytest.approx(places.loc[paper_id, "y"], abs=1e-3)
            seen.append(paper_id)
    assert sorted(seen) == sorted(places.dropna().index)


@pytest.mark.parametrize("name", NAMES)
def test_tables_behind_charts_hold_the_tables_numbers(summaries, exported, name):
    summary = summaries[name]
    rows = exported[name]["trends"].set_index(["theme_id", "period"])
    table = summary.chart("shares").table
    for theme_id, cells in zip(table.row_keys, table.rows, strict=True):
        for period, cell in zip(table.column_keys, cells[1:], strict=True):
            told = re.match(r"(\d[\d,]*) \((.+) %\)", cell)
            row = rows.loc[(theme_id, period)]
            assert number(told[1]) == row["n_theme"]
            assert is_rounded(told[2], 100 * row["share"])
