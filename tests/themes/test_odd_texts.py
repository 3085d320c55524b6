"""Themes of texts that are hardly texts at all, and themes that cannot be."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.encoders import cache_folder, encode_cached
from papertrends.errors import InputError
from papertrends.export import write_table
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

holding = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("holding.py"))))
FOUND, broad_themes, check = holding.FOUND, holding.broad_themes, holding.check
groups_in, members_of, once = holding.groups_in, holding.members_of, holding.once


Run = Callable[..., subprocess.CompletedProcess[str]]


def table(rows: Sequence[tuple[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["title", "abstract"])
    frame["paper_id"] = [f"p{row:05}" for row in range(len(rows))]
    return frame.assign(digest_date=pd.Timestamp("2025-07-31"))


# Texts that are hardly texts.

SCRIPTS = {
    "Chinese": ("我们提出了一种新的扩散模型方法", "用于图像生成"),
    "Arabic": ("نقترح طريقة جديدة للتعلم العميق", "في معالجة اللغة"),
    "Hindi": ("हम भाषा मॉडल के लिए एक नई विधि", "प्रस्तुत करते हैं"),
    "Russian": ("Мы предлагаем новый метод обучения", "языковых моделей"),
    "emoji": ("🙂🚀🧪", "🔬✨"),
}


def in_scripts(*scripts: str, n_each: int = 8) -> pd.DataFrame:
    rows = [
        (f"{SCRIPTS[script][0]} {number}", " ".join([*SCRIPTS[script], str(number % 3)]))
        for script in scripts
        for number in range(n_each)
    ]
    return table(rows).assign(
        paper_id=[f"{script}-{number:02}" for script in scripts for number in range(n_each)]
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_papers_in_one_script_are_fitted(themes: Any, bag_encoder: Any, script: str) -> None:
    papers = in_scripts(script, n_each=12)
    check(ThemeModel(themes, encoder=bag_encoder()).fit(papers), papers)


def test_papers_in_several_scripts_lie_with_their_own(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    foreign = in_scripts("Chinese", "Arabic", "Hindi", "Russian")
    mixed = pd.concat([once(papers), foreign])
    model = ThemeModel(themes, encoder=bag_encoder()).fit(mixed)
    check(model, mixed)
    primary = model.memberships[model.memberships["primary"]]
    theme_of = primary.set_index("paper_id")["theme_id"]
    for script in ("Chinese", "Arabic", "Russian"):
        theirs = theme_of[theme_of.index.str.startswith(script)]
        assert theirs.nunique() == 1
        assert len(theirs) == 8
        assert groups_in(theme_of.index[theme_of == theirs.iloc[0]]) == {script}
    assert groups_in(members_of(model, "prompt-learning")) == {"prompt"}


def test_one_paper_without_abstract_is_read_by_its_title(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    for blank in ("", " ", None, float("nan")):
        bare = papers.copy()
        bare.loc[bare["paper_id"] == "prompt-03", "abstract"] = blank
        model = ThemeModel(themes, encoder=bag_encoder()).fit(bare)
        check(model, bare)
        assert "prompt-03" in members_of(model, "prompt-learning")


@pytest.mark.parametrize("abstract", ["", None, "!!! ... ???", "word", "\u200b", "\n\t "])
def test_abstracts_that_say_nothing_leave_the_titles(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, abstract: str | None
) -> None:
    bare = papers.assign(abstract=abstract)
    model = ThemeModel(themes, encoder=bag_encoder()).fit(bare)
    check(model, bare)
    assert groups_in(members_of(model, "prompt-learning")) == {"prompt"}
    assert len(broad_themes(model)) == 3


@pytest.mark.parametrize("abstract", ["", "!!! ... ???", "word"])
@pytest.mark.parametrize("n_papers", [1, 7, 20])
def test_papers_that_say_nothing_at_all_are_unassigned(
    themes: Any, bag_encoder: Any, n_papers: int, abstract: str
) -> None:
    papers = table([("?" * (row + 1), abstract) for row in range(n_papers)])
    model = ThemeModel(themes, encoder=bag_encoder()).fit(papers)
    check(model, papers)
    assert model.memberships.empty
    assert len(model.unassigned) == n_papers


def test_an_abstract_of_200_000_characters_is_one_paper(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    whole = " ".join(papers.loc[papers["paper_id"].str.startswith("protein"), "abstract"])
    endless = table(
        [
            ("Protein folding at length", (whole + " ") * (200_000 // len(whole) + 1)),
            ("One word without end", "x" * 200_000),
        ]
    )
    both = pd.concat([once(papers), endless])
    assert endless["abstract"].str.len().min() >= 200_000
    model = ThemeModel(themes, encoder=bag_encoder()).fit(both)
    check(model, both)
    (theme,) = model.memberships.query("paper_id == 'p00000'")["theme_id"]
    # Where the endless word lies is for the encoder to say.
    assert groups_in(members_of(model, theme) - {"p00001"}) == {"protein", "p00000"}


def test_control_characters_and_halves_of_characters_do_no_harm(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, fitted: ThemeModel, tmp_path: Path
) -> None:
    marred = papers.assign(
        title="\x1b[31m" + papers["title"] + "\x00\ud800", abstract="\udcff " + papers["abstract"]
    )
    model = ThemeModel(themes, encoder=bag_encoder()).fit(marred)
    check(model, marred)
    for name in FOUND:
        for ending in ("csv", "parquet", "jsonl"):
            write_table(getattr(model, name), tmp_path / f"{name}.{ending}")
    assert members_of(model, "prompt-learning") == members_of(fitted, "prompt-learning")
    new = marred.assign(paper_id="again-" + marred["paper_id"]).tail(4)
    assert set(model.assign(new)["theme_id"]) == {"prompt-learning"}


def test_half_a_character_in_an_id_is_refused(papers: pd.DataFrame, bag_encoder: Any) -> None:
    marred = papers.assign(paper_id=papers["paper_id"] + "\ud800")
    with pytest.raises(
        InputError, match=r"the paper_id 'diffusion-00\\ud800' holds half a character; give it"
    ):
        ThemeModel([], encoder=bag_encoder()).fit(marred)


def test_text_that_no_utf8_can_hold_has_a_place_in_the_cache(
    bag_encoder: Any, tmp_path: Path
) -> None:
    encoder = bag_encoder()
    texts = ["half \ud83d", "half \ude42", "half ?"]
    first = encode_cached(encoder, texts, tmp_path)
    np.testing.assert_array_equal(encode_cached(encoder, texts, tmp_path), first)
    assert encoder.encoded == texts


def test_a_file_whose_name_is_no_utf8_is_loaded(run: Run, data: Path, tmp_path: Path) -> None:
    strange = os.fsencode(tmp_path) + b"/caf\xe9-2025-07-31.txt"
    try:
        Path(os.fsdecode(strange)).write_bytes((data / "2025-07-31.txt").read_bytes())
    except OSError:
        pytest.skip("the file system takes no such name")
    for ending in ("csv", "parquet", "jsonl"):
        done = run("load", ".", "-o", f"papers.{ending}")
        assert done.returncode == 0, done.stderr
    assert set(pd.read_csv(tmp_path / "papers.csv")["source"]) == {"caf\ufffd-2025-07-31.txt"}


@pytest.mark.slow
@pytest.mark.parametrize("title", ["Title {}", "Same title"])
def test_ten_thousand_copies_of_an_abstract_are_no_theme_and_take_no_time(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, title: str
) -> None:
    copies = table([(title.format(row), papers["abstract"][0]) for row in range(10_000)])
    encoder = bag_encoder(f"bag for {title}")
    start = time.process_time()
    model = ThemeModel(themes, encoder=encoder).fit(copies)
    assert time.process_time() - start < 60
    check(model, copies)
    assert model.themes["kind"].tolist() == ["named", "named"]
    assert len(encoder.encoded) == copies["title"].nunique() + len(themes)
    assert len(set(encoder.encoded)) == len(encoder.encoded)


def test_copies_share_a_place_on_the_map(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    copies = pd.concat(
        [once(papers), *(once(papers).tail(1).assign(paper_id=f"copy-{row}") for row in range(3))]
    )
    places = ThemeModel(themes, encoder=bag_encoder()).fit(copies).map.set_index("paper_id")
    copied = [once(papers)["paper_id"].iloc[-1], "copy-0", "copy-1", "copy-2"]
    assert len(places.loc[copied].drop_duplicates()) == 1
    assert len(places.drop_duplicates()) == len(once(papers))


def test_the_packaged_encoder_embeds_no_text_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    from papertrends.encoders.minilm import MiniLM

    asked: list[str] = []
    embed = MiniLM._embed

    def counted(self: MiniLM, text: str) -> Any:
        asked.append(text)
        return embed(self, text)

    monkeypatch.setattr(MiniLM, "_embed", counted)
    vectors = encode_cached(MiniLM(), ["one odd text", "another odd text"] * 50, cache_folder())
    assert sorted(asked) == ["another odd text", "one odd text"]
    assert len(np.unique(vectors, axis=0)) == 2


# Themes that cannot be.


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["a", ""], "a theme needs a name with letters or digits in it, not ''; give it one"),
        (["..."], r"a theme needs a name with letters or digits in it, not '\.\.\.'; give it one"),
        (["Graph nets", "graph-nets"], "two themes have the name 'graph-nets'; rename one"),
        (
            [Theme("a", examples=("9999.1",))],
            r"the example '9999\.1' of the theme 'a' is no paper here; give a paper_id, an arXiv",
        ),
        (
            [Theme("a", not_examples=("No such title",))],
            "the not-example 'No such title' of the theme 'a' is no paper here; give a paper_id",
        ),
    ],
)
def test_a_model_refuses_themes_that_cannot_be(
    papers: pd.DataFrame, bag_encoder: Any, given: Any, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        ThemeModel(given, encoder=bag_encoder()).fit(papers)


@pytest.mark.parametrize(
    ("toml", "arguments", "expected"),
    [
        ('[[theme]]\naliases = ["x"]', (), r"themes\.toml: theme 1: a theme needs a name with"),
        ('[[theme]]\nname = "a"\n[[theme]]\nname = "A"', (), "two themes have the name 'A'"),
        ('[[theme]]\nname = "a"', ("--theme", "A"), "two themes have the name 'A'"),
        (
            '[[theme]]\nname = "a"\nexamples = ["Nothing Like It"]',
            (),
            "the example 'Nothing Like It' of the theme 'a' is no paper here; give a paper_id",
        ),
    ],
)
def test_the_command_line_refuses_themes_that_cannot_be_in_one_line(
    run: Run, tmp_path: Path, toml: str, arguments: tuple[str, ...], expected: str
) -> None:
    (tmp_path / "2025-08-05.txt").write_text("Daily Papers\n\nAug 5\n\nA Title\n\nAn abstract.\n")
    (tmp_path / "themes.toml").write_text(toml)
    done = run("report", "2025-08-05.txt", "--themes", "themes.toml", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(expected, done.stderr), done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "report.html").exists()
