"""BibTeX that every reader takes, whatever stands in a title."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from papertrends.bibtex import bibtex
from papertrends.export import write_table
from papertrends.tables import MEMBERSHIPS, PAPERS, THEMES, conform


def papers(*rows: dict[str, object]) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows)).fillna({"position": 1}), PAPERS)


def paper(paper_id: str = "t:1", **given: object) -> dict[str, object]:
    blank = {"abstract": "", "position": 1, "source": "a.txt", "arxiv_id": "", "url": ""}
    return {"paper_id": paper_id, "title": "A title", "digest_date": "2025-07-31"} | blank | given


def title_of(entry: str) -> str:
    [line] = [line for line in entry.splitlines() if line.startswith("  title = {")]
    return line.removeprefix("  title = {").removesuffix(",").removesuffix("}")


def test_an_entry_has_what_the_paper_has() -> None:
    known = paper(
        "arxiv:2507.01234", title="Attention & memory", arxiv_id="2507.01234",
        published_date="2024-12-30", url="https://x.org/a_b?c=1&d=50%25#e",
    )  # fmt: skip
    assert bibtex(papers(known)) == (
        "@misc{arxiv:2507.01234,\n"
        "  title = {Attention \\& memory},\n"
        "  year = {2024},\n"
        "  eprint = {2507.01234},\n"
        "  archivePrefix = {arXiv},\n"
        "  url = {https://x.org/a_b?c=1&d=50%25#e}\n"
        "}\n"
    )
    assert bibtex(papers(paper())) == "@misc{t:1,\n  title = {A title}\n}\n"
    assert "  year = {2025}" in bibtex(papers(paper(arxiv_id="2512.00001")))
    assert "year" not in bibtex(papers(paper(arxiv_id="cs/0112017")))


def test_keywords_are_the_names_of_its_themes_the_primary_first() -> None:
    themes = pd.DataFrame({"theme_id": ["n1", "n2", "n3"], "name": ["A & B", "Graphs, trees", "C"]})
    rows = [("t:1", "n1", 0.5, False), ("t:1", "n2", 0.4, True), ("t:2", "n3", 1.0, True)]
    members = conform(pd.DataFrame(rows, columns=list(MEMBERSHIPS)), MEMBERSHIPS)
    both = papers(paper("t:2"), paper("t:1"), paper("t:3"))
    text = bibtex(both, members, conform(themes.assign(n_papers=1), THEMES))
    one, two, three = text.split("\n\n")
    assert "keywords = {{Graphs, trees}, A \\& B}" in one
    assert "keywords = {C}" in two
    assert "keywords" not in three


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("50% of $x$ & #1_a", r"50\% of \$x\$ \& \#1\_a"),
        ("{unbalanced", r"\ensuremath{\lbrace}unbalanced"),
        ("}{", r"\ensuremath{\rbrace}\ensuremath{\lbrace}"),
        ("a\\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("Möbius 提示 👩‍🔬 agents", "Möbius 提示 👩‍🔬 agents"),
        ("@misc{x, title = {y}}", r"@misc\ensuremath{\lbrace}x, title = \ensuremath{\lbrace}y"
         r"\ensuremath{\rbrace}\ensuremath{\rbrace}"),
    ],
)  # fmt: skip
def test_titles_are_text_to_latex(title: str, written: str) -> None:
    entry = bibtex(papers(paper(title=title)))
    assert title_of(entry) == written
    assert entry.count("{") == entry.count("}")


def test_a_very_long_title_is_whole() -> None:
    assert title_of(bibtex(papers(paper(title="{" * 100_000)))).count("lbrace") == 100_000


def test_keys_are_plain_and_no_two_are_alike() -> None:
    ids = ["t:1", "math.GT/1", "math.gt/1", "a b", "a-b", "a,b", "}", "{", "提", "T:1"]
    text = bibtex(papers(*(paper(one) for one in ids)))
    keys = [line[6:-1] for line in text.splitlines() if line.startswith("@misc{")]
    assert len({key.lower() for key in keys}) == len(ids)
    assert not set("".join(keys)) & set(" ,{}%#\\\"'()~=")
    [alone] = [line[6:-1] for line in bibtex(papers(paper("a b"))).splitlines() if "@" in line]
    assert alone in keys


def test_order_and_repeats_change_nothing() -> None:
    rows = [paper("t:1", title="Later", digest_date="2025-08-01"), paper("t:2"), paper("t:1")]
    assert bibtex(papers(*rows)) == bibtex(papers(*rows[::-1]))
    assert bibtex(papers(*rows)).count("@misc") == 2
    assert "Later" not in bibtex(papers(*rows))


def test_papers_are_written_by_the_name_of_the_file(tmp_path: Path) -> None:
    table = papers(paper(title="A 100% sure \ud800 title"))
    write_table(table, tmp_path / "papers.bib")
    assert "{A 100\\% sure ? title}" in (tmp_path / "papers.bib").read_text(encoding="utf-8")
