"""The pages of ``docs/``: all are reached, links lead somewhere, examples run, tables agree.

Does not build the site (``make docs`` does, and takes warnings for errors).
"""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

import papertrends
from papertrends import tables
from papertrends.cli import app
from papertrends.themes.theme import read_themes

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
LINKING = [ROOT / "README.md", ROOT / "CHANGELOG.md", *PAGES]
#: Pages whose Python runs here, from top to bottom; that of others runs in tests of their own.
RUNNING = ("bring_your_own.md", "in_a_notebook.md", "index.md", "many_papers.md")
RUNNING += ("run_it_every_week.md",)
_SCHEMAS = {"other_trends": "TRENDS", "other_curves": "CURVES", "other_changes": "CHANGES"}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """Return a page without code, in which brackets are no links."""
    text = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", lambda code: re.sub(r"[\[\]()]", "", code[0]), text)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE)


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the repository's and the site's readers see."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text_of(page), flags=re.S | re.M), re.M
    )
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"^```\{toctree\}\n(.*?)^```", text_of(DOCS / "index.md"), re.S | re.M)
    names = [line for block in listed for line in block.splitlines() if line and line[0] != ":"]
    assert len(names) == len(set(names))
    pages = {page.stem for page in PAGES} - {"index"}
    assert {name for name in names if "/" not in name} == pages
    assert "../CHANGELOG" in names


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in anchors_of(file), target


def test_pages_of_the_site_link_to_nothing_outside_it() -> None:
    inside = {*PAGES, ROOT / "CHANGELOG.md", DOCS / "report.png"}
    inside |= set((ROOT / "notebooks").glob("*.ipynb"))
    for page in [*PAGES, ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
            path = target.partition("#")[0]
            if path and not re.match(r"https?:|mailto:", target):
                assert (page.parent / path).resolve() in inside, f"{page.name}: {target}"


def test_tables_are_described_column_by_column() -> None:
    sections = re.split(r"^## `(\w+)`$", text_of(DOCS / "tables.md"), flags=re.MULTILINE)[1:]
    described = {
        name: re.findall(r"^\| `(\w+)` \| `([^`]+)` \| \S.* \|$", text, re.MULTILINE)
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }
    names = [one.name for one in fields(tables.Tables)]
    assert list(described) == names
    for name in names:
        schema = getattr(tables, _SCHEMAS.get(name, name.upper()))
        assert described[name] == list(schema.items()), name


def test_the_reference_has_every_public_name() -> None:
    named = re.findall(r"^\.\. auto\w+:: ([\w.]+)$", text_of(DOCS / "reference.md"), re.MULTILINE)
    assert len(named) == len(set(named))
    assert {name for name in named if "." not in name} == set(papertrends.__all__)


def commands(command: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every command below `command` by its words."""
    found = {path: command} if path else {}
    for name, below in getattr(command, "commands", {}).items():
        found |= commands(below, (*path, name))
    return found


def test_commands_are_described_as_they_describe_themselves() -> None:
    sections = re.split(r"^##+ papertrends (.+)$", text_of(DOCS / "commands.md"), flags=re.M)[1:]
    told = dict(zip(sections[::2], sections[1::2], strict=True))
    every = commands(typer.main.get_command(app))
    assert list(told) == [" ".join(words) for words in every]
    for words, command in every.items():
        text = told[" ".join(words)]
        lines = re.findall(r"^  (?:(-\w), )?(--[\w-]+)", text, re.MULTILINE)
        written = {option for line in lines for option in line if option} - {"--help"}
        offered = {option for one in command.params for option in one.opts if option[0] == "-"}
        assert written == offered - {"--help"}, words
        letters = "".join(text.split())  # lines may break within a word
        for one in command.params:
            told_of = "".join((getattr(one, "help", None) or "").split())
            assert told_of in letters, (words, one.name)


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNNING)
def test_python_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    examples = blocks(DOCS / name, "python")
    assert examples
    for example in examples:
        exec(compile(example, name, "exec"), names)


def test_python_of_every_page_is_tested() -> None:
    with_python = {page.name for page in PAGES if blocks(page, "python")}
    assert with_python >= set(RUNNING)
    others = [text_of(test) for test in (ROOT / "tests").rglob("test_*.py")]
    others.remove(text_of(Path(__file__)))
    for name in with_python - set(RUNNING):
        assert any(f'"{name}"' in test for test in others), f"no test runs the Python of {name}"


def test_themes_in_files_are_read(tmp_path: Path) -> None:
    for page in PAGES:
        for number, example in enumerate(blocks(page, "toml")):
            file = tmp_path / f"{page.stem}-{number}.toml"
            file.write_text(example, encoding="utf-8")
            assert read_themes(file)
