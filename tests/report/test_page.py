"""Tests of the page as text: one file, its own scripts only, everything escaped, same bytes."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
from dataclasses import replace

import pytest

from papertrends.drawing.looks import PALETTE, rgba
from papertrends.errors import InputError
from papertrends.files import csv_text
from papertrends.report import payload, render, write_report
from papertrends.report.plotly_script import plotly_script


def test_same_summary_same_bytes(summaries, texts):
    for name, summary in summaries.items():
        assert render(summary) == texts[name]


def test_plotly_stands_in_it_once_and_packed(texts, pages):
    for name, text in texts.items():
        assert "plotly.js v" not in text
        assert pages[name].unpacked("plotly") == plotly_script()


def test_policy_allows_its_own_scripts_by_hash_and_nothing_else(pages):
    for page in pages.values():
        metas = [a for tag, a in page.elements if tag == "meta" and "http-equiv" in a]
        policy = dict(part.strip().split(" ", 1) for part in metas[0]["content"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["connect-src"] == "'none'"
        assert policy["base-uri"] == policy["form-action"] == "'none'"
        assert policy["img-src"] == "data: blob:"
        assert {a.get("type") for a, _ in page.scripts} == {None, "text/plain"}
        code = [page.unpacked("plotly"), *(t for a, t in page.scripts if "type" not in a)]
        assert len(code) == 2
        digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in code]
        assert policy["script-src"].split() == [f"'sha256-{digest}'" for digest in digests]


def test_nothing_is_loaded_and_no_handler_is_inline(pages):
    for page in pages.values():
        for tag, attributes in page.elements:
            assert not any(name.startswith("on") for name in attributes), (tag, attributes)
            assert not attributes.get("src"), (tag, attributes)
            if tag == "link":
                assert attributes["href"] == "data:,"
            if tag == "a":
                assert attributes["href"].startswith(("#", "https://", "http://"))
                if not attributes["href"].startswith("#"):
                    assert attributes["rel"] == "noopener noreferrer"


def test_hostile_text_makes_no_element(pages, summaries):
    kinds = {tag for tag, _ in pages["two"].elements}
    assert {tag for tag, _ in pages["hostile"].elements} == kinds
    assert len(pages["hostile"].scripts) == 4
    names = [card.name for card in summaries["hostile"].themes]
    assert "</script><script>window.hacked = 1</script>" in names
    for name in names:
        shown = " ".join(name.split("\x00")[0].split())[:60]
        assert shown in " ".join(pages["hostile"].text.split())


def test_finer_themes_stand_in_the_card_of_their_broad_theme(texts, summaries):
    for name in ("nested", "wide"):
        cards = re.split('<article class="card" ', texts[name])[1:]
        assert len(cards) == len(summaries[name].top_themes)
        for card, text in zip(summaries[name].top_themes, cards, strict=True):
            assert text.startswith(f'id="theme={card.theme_id}"')
            inside = re.findall('<details class="part" id="theme=([^"]+)"', text)
            wanted = [c.theme_id for c in summaries[name].themes if c.parent_id == card.theme_id]
            finer = {c.theme_id for c in summaries[name].themes if c.level == "finer"}
            assert inside == [one for one in wanted if one in finer]


def test_a_named_card_links_to_what_was_found_in_it(texts):
    card = texts["nested"].split('id="theme=n1"')[1].split("</article>")[0]
    assert '<p class="part"><a href="#theme=d6">' in card
    assert 'part of <a href="#theme=n1">' in texts["nested"]


def test_finer_themes_are_marked_in_the_filter(texts):
    text = texts["nested"]
    assert re.search('<option value="d3">– ', text)
    assert re.search('<option value="d6">[^–]', text)


def test_charts_draw_the_themes_that_the_summary_chose(pages, summaries):
    for name, page in pages.items():
        figures = page.figures
        for chart in summaries[name].charts:
            traces = figures[chart.chart_id]["data"]
            if chart.chart_id in ("map", "volume"):
                continue
            keys = [row for t in traces for row in t.get("customdata", []) if row]
            flat = [k if isinstance(k[0], str) else k[0] for k in keys]
            assert {key[0] for key in flat} == set(chart.theme_ids)


def test_a_theme_has_the_same_colour_in_charts_and_cards(pages, summaries):
    data = pages["wide"].data
    colours = {theme["id"]: theme["color"] for theme in data["themes"]}
    for trace in pages["wide"].figures["shares"]["data"]:
        if trace.get("customdata"):
            text = json.dumps(trace)
            drawn = {color for color in PALETTE if color in text or rgba(color, 1)[5:-2] in text}
            assert drawn == {colours[trace["customdata"][0][0]]}
    for card in summaries["wide"].themes:
        if card.level == "finer":
            assert colours[card.theme_id] == colours[card.parent_id]


def test_templates_are_not_run_twice(pages):
    assert "{{ 7*7 }}" in pages["hostile"].text
    assert "49" not in re.findall(r"\{\{?\s*49", pages["hostile"].text)


def test_headline_cards_and_load_report_are_on_the_page(pages, summaries):
    for name in ("two", "one", "many", "gapped", "published"):
        text = " ".join(pages[name].text.split())
        summary = summaries[name]
        assert summary.counted in text
        for sentence in summary.headline:
            assert " ".join(sentence.text.split()) in text
        for card in summary.themes:
            assert card.change.text in text
            assert card.stability_text in text
            for remark in card.remarks:
                assert remark.text in text
        for sentence in (
            *summary.load_sentences, *summary.notes, summary.unassigned_text, *summary.digest,
            *(passage.text for passage in summary.method),
        ):  # fmt: skip
            assert sentence in text


def test_numbers_behind_the_charts_agree_with_the_tables(pages, summaries):
    for name in ("two", "many", "gapped"):
        figures, tables = pages[name].figures, summaries[name].tables
        shares = tables.trends.set_index(["theme_id", "period"])["share"]
        smooth = tables.curves.set_index(["theme_id", "period"])["smooth"]
        seen = []
        for trace in figures["shares"]["data"]:
            counted = trace["mode"] != "lines" and trace.get("meta") != "event"
            values = trace["x"] if name == "two" else trace["y"]
            for key, value in zip(trace.get("customdata", []), values, strict=False):
                if key:
                    table = shares if counted else smooth
                    assert value == pytest.approx(100 * table.loc[tuple(key)], abs=1e-3)
                    seen += [tuple(key)] * (trace.get("meta") != "event")
        assert len(seen) == len(set(seen))
        # Of faint themes only the smoothed line is drawn, which ends before a partial period.
        loud = summaries[name].chart("shares").stands_out
        late = tables.trends[tables.trends["partial"] & ~tables.trends["theme_id"].isin(loud)]
        assert len(seen) == len(shares) - len(late)


def test_volume_chart_and_table_are_those_of_the_table(pages, summaries):
    for name in ("many", "gapped", "published"):
        volume = summaries[name].tables.volume
        figure = pages[name].figures["volume"]
        bars = figure["data"][0]
        assert dict(zip((key[0] for key in bars["customdata"]), bars["y"], strict=True)) == {
            str(row.period.date()): row.n_papers for row in volume.itertuples()
        }
        table = summaries[name].chart("volume").table
        papers = table.columns.index("Papers")
        assert [int(row[papers]) for row in table.rows] == list(volume["n_papers"])


def test_tables_stand_in_it_as_they_are_exported(pages, summaries):
    for name, page in pages.items():
        tables = page.data["tables"]
        assert list(tables) == [one for one, _ in summaries[name].tables.items()]
        for one, table in summaries[name].tables.items():
            rows = zip(*tables[one]["cells"], strict=True)
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerows([tables[one]["columns"], *rows])
            assert text.getvalue() == csv_text(table), (name, one)


def test_every_table_can_be_downloaded(pages, summaries):
    for name, page in pages.items():
        offered = [a["data-table"] for tag, a in page.elements if "data-table" in a]
        assert offered == [one.name for one in summaries[name].downloads]
        assert set(offered) <= set(page.data["tables"])
        assert {"papers", "memberships", "trends", "changes"} <= set(offered)


def test_every_headline_link_leads_to_a_card(pages, summaries):
    for name, page in pages.items():
        ids = {attributes.get("id") for _, attributes in page.elements}
        for card in summaries[name].themes:
            assert f"theme={card.theme_id}" in ids
        links = {a["href"] for tag, a in page.elements if tag == "a" and a["href"][0] == "#"}
        inside = {link for link in links if not link.startswith("#papers&")}
        assert {link[1:] for link in inside} <= ids


def test_page_ids_are_unique(pages):
    for page in pages.values():
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids))


def test_unsafe_urls_are_no_links(pages):
    links = {a["href"] for tag, a in pages["hostile"].elements if tag == "a"}
    assert not any(link.lower().startswith(("javascript", "data")) for link in links)


def test_sizes(texts):
    assert len(texts["two"].encode()) < 2_600_000


def test_abstracts_that_are_too_many_stand_in_a_file_beside_it(
    tmp_path, summaries, monkeypatch, parsed
):
    monkeypatch.setattr(payload, "MOST_CHARACTERS", 1_000)
    summary = summaries["two"]
    path = tmp_path / "report.html"
    write_report(summary, path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "report.texts.gz"]
    page = parsed(path.read_text(encoding="utf-8"))
    papers = page.data["tables"]["papers"]
    assert set(papers["cells"][papers["columns"].index("abstract")]) == {""}
    assert page.data["beside"] == "report.texts.gz"
    assert "The abstracts are in the file report.texts.gz" in page.text
    texts = json.loads(gzip.decompress((tmp_path / "report.texts.gz").read_bytes()))
    assert texts == {paper.paper_id: paper.abstract for paper in summary.papers}


def test_a_file_beside_that_cannot_be_written_leaves_no_page(tmp_path, summaries, monkeypatch):
    monkeypatch.setattr(payload, "MOST_CHARACTERS", 1_000)
    (tmp_path / "report.texts.gz").mkdir()
    with pytest.raises(InputError, match="this is a folder"):
        write_report(summaries["two"], tmp_path / "report.html")
    assert [p.name for p in tmp_path.iterdir()] == ["report.texts.gz"]


def test_written_whole_and_equal(tmp_path, summaries, texts):
    path = tmp_path / "report.html"
    write_report(summaries["two"], path)
    assert path.read_bytes() == texts["two"].encode("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_missing_folder_is_said(tmp_path, summaries):
    with pytest.raises(InputError, match="there is no folder"):
        write_report(summaries["one"], tmp_path / "none" / "report.html")


def test_a_page_for_one_paper(sample, summarised, parsed):
    papers = sample.dump_papers()
    one = summarised(sample.tables_of(papers[:1]))
    assert "one digest" in parsed(render(one)).text


def test_the_page_says_first_what_is_counted_where_it_is_not_the_usual(texts):
    head = texts["published"].split("<main>")[0]
    assert "by publication date" in head
    assert '<p class="counted">' not in texts["two"]
    assert '<p class="counted">' not in texts["many"]


def test_the_digest_has_a_section_only_where_there_is_something_to_say(pages, summaries):
    for name, page in pages.items():
        ids = {attributes.get("id") for _, attributes in page.elements}
        assert ("digest" in ids) == bool(summaries[name].digest)
        assert ("chart-volume" in ids) == (name in ("many", "wide", "gapped", "published"))
    assert "digest" not in {a.get("id") for _, a in pages["one"].elements}


def test_empty_statistics_leave_a_valid_page(sample, summarised, parsed):
    """Tables of one's own may hold counts and nothing else."""
    for tables, by in ((sample.many_months(), "month"), (sample.two_digests(), "digest")):
        names = ("near_misses", "volume", "jumps", "curves", "events", "sensitivity")
        bare = replace(tables, **{name: getattr(tables, name)[:0] for name in names})
        page = parsed(render(summarised(bare, by)))
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids))
        assert "digest" not in ids
        assert "nan" not in page.text.lower().replace("finance", "").split()
        told = page.text.split("Downloads")[0]
        for words in ("threshold: without", "smoothed", "Emerged", "ring marks"):
            assert words not in told


def test_hostile_verdicts_and_events_are_text(sample, summarised, parsed):
    """Whatever the tables hold, the page has no element of it."""
    tables = sample.many_months()
    bad = "<img src=x onerror=alert(1)>"
    scores = tables.sensitivity.assign(
        verdict=bad, verdict_strict=bad, verdict_lenient=f"{bad} ", n_borderline=1
    )
    events = tables.events.assign(event=bad)
    page = parsed(render(summarised(replace(tables, sensitivity=scores, events=events), "month")))
    assert "img" not in {tag for tag, _ in page.elements}
    assert f"it would still be called {bad}" in page.text
    assert f"it would be called {bad}" in page.text


def test_events_are_marked_where_their_theme_stands_out(pages, summaries):
    for name in ("many", "gapped"):
        marks = {
            tuple(key)
            for trace in pages[name].figures["shares"]["data"]
            if trace.get("meta") == "event"
            for key in trace["customdata"]
        }
        loud = summaries[name].chart("shares").stands_out
        events = summaries[name].tables.events.itertuples()
        assert marks == {(e.theme_id, str(e.start.date())) for e in events if e.theme_id in loud}
        assert bool(marks) == (name == "many")
