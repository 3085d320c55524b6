"""Tests of what the report says of the last run: the tables' numbers, no claim too many."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from papertrends.report import render, summarise
from papertrends.report.history import Since
from papertrends.tables import HISTORY, PAPERS, WHAT_CHANGED, blank, conform


@pytest.fixture(scope="module")
def ran(sample):
    return sample.rerun()


def summary(sample, tables, since=None):
    return summarise(
        tables, sample.LoadReport(), settings={"by": "month"}, versions={}, since=since
    )


@pytest.fixture(scope="module")
def told(sample, ran):
    return summary(sample, *ran)


@pytest.fixture(scope="module")
def text(told):
    return render(told)


def section(page: str) -> str:
    return page.split('<section id="since"')[1].split("</section>")[0]


def words(markup: str) -> str:
    markup = re.sub(r"<svg.*?</svg>", "", markup).replace("\u00a0", " ")
    return " ".join(re.sub("<[^>]+>", "", markup).replace("&lt;", "<").replace("&gt;", ">").split())


def said(told) -> list[str]:
    return [sentence.text for sentence in told.changed.sentences]


def row(theme_id, status="kept", **values):
    """Return a row of the table of changes, 40 of 400 before and 4 of 40 new."""
    told = {
        "theme_id": theme_id, "status": status, "n_added": 4, "n_before": 40,
        "papers_before": 400, "share_before": 0.1, "share_before_low": 0.07,
        "share_before_high": 0.13, "n_new": 4, "papers_new": 40, "share_new": 0.1,
        "share_new_low": 0.04, "share_new_high": 0.23, "effect": 1.0, "q_value": 0.9,
        "verdict": "too little data", "move": 0.0, "move_papers": 0.0, "move_themes": 0.0,
    }  # fmt: skip
    return told | values


def made(sample, *rows, events=(), **since):
    tables = sample.two_digests()
    history = conform(pd.DataFrame(events, columns=list(HISTORY)), HISTORY)
    table = conform(pd.DataFrame(rows), WHAT_CHANGED)
    return summary(sample, replace(tables, what_changed=table, history=history), Since(**since))


def event(theme_id, kind, reason="because of that", others="", run=2):
    return (run, pd.Timestamp("2025-08-05"), theme_id, kind, "update", others, reason, "")


class TestSentences:
    def test_of_a_refit(self, told, ran):
        tables, since = ran
        sentences = said(told)
        assert 2 <= len(sentences) <= 6
        assert sentences[0] == (
            f"The run added {since.added['paper_id'].nunique()} new papers from "
            f"{since.added['digest_date'].nunique()} digests (1 March 2025 to 27 July 2025); "
            "before it, the newest was of 27 June 2025. 4 appearances came late, from the "
            "digests of 1 March 2025 and 2 March 2025."
        )
        kept = tables.what_changed[tables.what_changed["status"] == "kept"]
        mean = [
            f"{100 * kept[name].abs().mean():.1f}"
            for name in ("move", "move_papers", "move_themes")
        ]
        assert f"moved by {mean[0]} points on average" in sentences[-1]
        assert f"new papers alone would have moved them by {mean[1]}" in sentences[-1]
        assert f"new clustering alone by {mean[2]}" in sentences[-1]
        assert any(
            "was merged into Reasoning with reinforcement learning: 92 %" in s for s in sentences
        )
        assert sum("is a new theme" in s for s in sentences) == 2

    def test_a_rise_and_a_fall_with_counts_and_q(self, sample):
        told = made(
            sample,
            row("n1", verdict="rising", q_value=0.012, n_new=12, share_new=0.3, effect=3.9),
            row("n2", verdict="falling", q_value=0.003, n_new=0, share_new=0.0, effect=0.0),
            row("n3", verdict="rising", q_value=0.2),
        )
        assert said(told)[1:] == [
            "Process reward models fell: 0 % (0 of 40) of the new papers, against 10 % (40 of 400) "
            "of all before (q = 0.003).",
            "Fine-tuning rose: 30 % (12 of 40) of the new papers, against 10 % (40 of 400) of all "
            "before (q = 0.012).",
        ]
        assert [one.theme.theme_id for one in told.changed.rows] == ["n2", "n1", "n3"]
        assert [one.sure for one in told.changed.rows] == [True, True, False]

    def test_no_claim_without_q(self, sample):
        told = made(
            sample, row("n1", verdict="rising", q_value=0.2), row("n2", q_value=float("nan"))
        )
        assert said(told)[1] == (
            "No theme has more or less of the new papers than chance alone could give (1 tested)."
        )
        assert [one.verdict_text for one in told.changed.rows] == [
            "Chance alone could give it (q = 0.20)", "Too few papers for a test",
        ]  # fmt: skip
        told = made(sample, row("n1", q_value=float("nan")))
        assert said(told)[1] == "There are too few papers to tell whether any theme rose or fell."

    def test_what_became_of_themes_is_of_the_last_run(self, sample):
        events = [event("n1", "renamed", run=1), event("n2", "retired"),
                  event("n3", "split", "it is two", "d1, d2")]  # fmt: skip
        told = made(sample, row("d1"), row("n2", "retired"), events=events, run=2)
        assert said(told)[2:] == [
            "Process reward models was retired: because of that.",
            "Prompt learning was split into Reasoning with reinforcement learning and "
            "Vision-language models: it is two.",
        ]
        assert [one.run for one in told.changed.history] == [2, 2, 1]

    def test_six_at_most_and_something_of_each(self, sample):
        rows = [row(f"n{i}", verdict="rising", q_value=0.01) for i in (1, 2, 3)]
        rows += [row(f"d{i}", "new") for i in range(1, 6)]
        events = [event(f"d{i}", "born") for i in range(1, 6)] + [event("x", "retired")] * 4
        told = made(sample, *rows, events=events, run=2, refit=True, names={"x": "Old theme"})
        kinds = [
            re.search("added|rose|new theme|retired|learned anew", one)[0] for one in said(told)
        ]
        assert len(kinds) == 6
        assert set(kinds) == {"added", "rose", "new theme", "retired", "learned anew"}

    def test_a_known_paper_listed_again_is_no_new_one(self, sample):
        tables = sample.two_digests()
        papers = tables.papers
        old = papers[papers["digest_date"] == papers["digest_date"].min()]
        again = old.head(2).assign(digest_date=pd.Timestamp("2025-08-05"))
        both = conform(pd.concat([old, again]), PAPERS)
        changed = conform(pd.DataFrame([row("n1")]), WHAT_CHANGED)
        tables = replace(tables, papers=both, what_changed=changed)
        told = summary(sample, tables, Since(added=both.tail(2)))
        assert said(told)[0] == (
            "The run added no new paper from the digest of 5 August 2025; before it, the newest "
            "was of 31 July 2025. 2 known papers stood there again."
        )

    def test_a_paper_that_joins_the_newest_digest_is_not_late(self, sample):
        tables = sample.two_digests()
        changed = conform(pd.DataFrame([row("n1")]), WHAT_CHANGED)
        added = tables.papers.iloc[[0, -1]]
        told = summary(sample, replace(tables, what_changed=changed), Since(added=added))
        assert said(told)[0] == (
            "The run added 2 new papers from the digests of 31 July 2025 and 5 August 2025; before "
            "it, the newest was of 5 August 2025. 1 appearance came late, from the digest of "
            "31 July 2025."
        )


class TestRows:
    def test_page_agrees_with_the_table(self, text, told, ran):
        table = ran[0].what_changed.set_index("theme_id")
        names = {row.theme.name: row for row in told.changed.rows}
        body = re.findall(r'<tr role="row"[^>]*>\s*<th scope="row".*?</tr>', section(text), re.S)
        assert len(body) == len(told.changed.rows) == 13
        ids = dict(zip(ran[0].themes["name"], ran[0].themes["theme_id"], strict=True))
        seen = 0
        for one in body:
            head = words(re.search(r"<bdi>(.*?)</bdi>", one)[1])
            row = table.loc[ids.get(head, "d99")]
            cells = [words(cell) for cell in re.findall(r"<td.*?</td>", one, re.S)]
            assert names[head].status == row["status"]
            assert int(cells[0]) == row["n_added"]
            assert f"({row['n_before']} of {row['papers_before']})" in cells[1]
            assert f"{100 * row['share_before']:.0f} %" in cells[1]
            assert (f"({row['n_new']} of {row['papers_new']})" in cells[2]) == (head in ids)
            assert cells[3] == names[head].verdict_text
            for cell, name in zip(cells[4:], ("move", "move_papers", "move_themes"), strict=True):
                assert float(cell.replace("−", "-")) == pytest.approx(100 * row[name], abs=0.051)
            seen += row["n_added"]
        assert seen == table["n_added"].sum()

    def test_untouched_themes_are_one_line(self, told, text):
        assert told.changed.untouched == (
            "No paper was added to 2 themes: Agents and tools and quantum chemistry."
        )
        assert told.changed.untouched in words(section(text))

    def test_finer_themes_wait_unless_they_tell_something(self, sample):
        tables = sample.nested()
        rows = [row(tid) for tid in tables.themes["theme_id"]]
        rows[[r["theme_id"] for r in rows].index("d3")] |= {"verdict": "rising", "q_value": 0.01}
        told = summary(
            sample, replace(tables, what_changed=conform(pd.DataFrame(rows), WHAT_CHANGED))
        )
        assert "d3" in [one.theme.theme_id for one in told.changed.rows]
        assert {one.theme.theme_id for one in told.changed.more} == {"d5", "d8", "d10"}
        assert all(one.finer for one in told.changed.more)

    def test_moves_are_told_after_a_refit_only(self, sample):
        quiet = section(render(made(sample, row("n1"))))
        assert "points" not in quiet
        assert "by new clustering" in section(render(made(sample, row("n1"), refit=True)))


class TestPage:
    def test_no_section_where_nothing_was_before(self, sample):
        tables = sample.two_digests()
        first = row("n1", papers_before=0, n_before=0)
        for table in (blank(WHAT_CHANGED), conform(pd.DataFrame([first]), WHAT_CHANGED)):
            told = summary(sample, replace(tables, what_changed=table))
            assert told.changed is None
        assert 'id="since"' not in render(told)
        assert "#since" not in render(told)

    def test_history_links_to_themes_and_papers(self, text, ran, told):
        tables = ran[0]
        links = set(re.findall(r'href="([^"]+)"', section(text)))
        assert "#theme=d8" in links
        assert not any("d99" in link for link in links)
        shown = tables.memberships[tables.memberships["theme_id"] == "d8"]["paper_id"].head(3)
        assert {f"#papers&amp;only={paper}" for paper in shown} <= links
        assert "What became of the themes, over all runs (4)" in section(text)
        assert told.changed.history[-1].event == "was renamed"
        assert told.changed.first == (
            "12 themes were there from the first run on, up to 10 September 2024."
        )

    def test_table_is_said_to_be_one(self, text):
        table = section(text).split("<table")[1].split("</table>")[0]
        assert "<caption>" in table
        assert table.count('scope="col"') == 8
        assert table.count('scope="row"') == 13
        assert table.count('role="cell"') == 13 * 7

    def test_text_of_the_store_is_text(self, sample, text):
        assert "<b>" not in section(text)
        assert "Chain-of-thought &lt;b&gt;prompting&lt;/b&gt;" in section(text)
        bad = "<img src=x onerror=alert(1)>"
        told = made(
            sample,
            row("n1", bad, verdict=bad),
            row(bad, "merged"),
            events=[(2, pd.NaT, bad, "merged", bad, bad, bad, bad), event("n1", bad, bad)],
            run=2,
            names={bad: bad},
        )
        page = render(told)
        assert "<img" not in page
        assert bad in words(section(page))

    def test_summary_is_plain_values(self, told, sample):
        plain = told.as_dict()["changed"]
        json.dumps(plain)
        assert plain["sentences"][0]["text"] == said(told)[0]
        assert summary(sample, sample.two_digests()).as_dict()["changed"] is None

    def test_same_tables_same_bytes(self, sample, ran, text):
        tables, since = ran
        mixed = replace(
            tables,
            what_changed=tables.what_changed[::-1],
            papers=tables.papers,
        )
        assert section(render(summary(sample, mixed, since))) == section(text)


@pytest.mark.browser
def test_it_fits_and_its_links_lead_somewhere(browser, text, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri())
    page.locator(".plot[data-drawn]").first.wait_for(timeout=60_000)
    table = page.locator("table.changed").first
    for width in (1280, 1000, 800, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.querySelector('#since').scrollWidth") <= width
        box = table.bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
        # A narrow page shows what each number is, where a wide one has a head of the table.
        label = (
            "getComputedStyle(document.querySelector('.changed .number[data-label]'), '::before')"
        )
        assert ("Papers added" in page.evaluate(f"{label}.content")) == (width < 960)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.locator("#since .proofs a").first.click()
    page.locator("#rows tr").nth(0).wait_for()
    assert page.locator("#found").inner_text().startswith("1 of ")
    page.close()
