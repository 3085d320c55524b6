"""The corpora and the tools that ``themes.py`` measures: papertrends and, in a process, others.

Must not measure: what a tool found is handed on as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from papertrends.evaluation import groups_of
from papertrends.evaluation.inputs import Labelled, from_table
from papertrends.papers import load_papers
from papertrends.themes.fitted import one_row_each, texts_of_papers
from papertrends.themes.model import ThemeModel

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".cache" / "themes"

#: Papers drawn from an archive.
SAMPLE = 2000


@dataclass(frozen=True)
class Corpus:
    """Papers, each once and by id, their texts, and their labels where there are some."""

    name: str
    papers: pd.DataFrame
    texts: dict[str, str]
    labels: pd.Series | None

    @classmethod
    def of(cls, name: str, given: Labelled) -> Corpus:
        """Take each paper once."""
        unique = one_row_each(given.papers)
        texts = dict(zip(unique["paper_id"], texts_of_papers(unique), strict=True))
        return cls(name, unique, texts, given.labels)


@dataclass(frozen=True)
class Found:
    """What a tool found: groups as `groups_of` returns them, and keywords a level."""

    groups: pd.DataFrame
    keywords: dict[str, list[list[str]]]


#: Papers (each once) and a seed -> what a tool finds in them.
Tool = Callable[[pd.DataFrame, int], Found]


class ToolFailedError(Exception):
    """A tool raised on a corpus; what it said."""


class Others:
    """The process that runs the other tools; asked a second time, it answers from a file."""

    def __init__(self, python: str) -> None:
        self.python = python
        self.process: subprocess.Popen[str] | None = None

    def ask(
        self, tool: str, texts: list[str], seed: int, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Return groups, keywords and seconds.

        Raises
        ------
        ToolFailedError
            If the tool raised.
        """
        request = {"tool": tool, "texts": texts, "seed": seed, "options": options}
        line = json.dumps(request, sort_keys=True)
        kept = KEPT / f"{hashlib.sha256(line.encode()).hexdigest()}.json"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(self._answer(line), encoding="utf-8")
        answer = json.loads(kept.read_text(encoding="utf-8"))
        if "failed" in answer:
            raise ToolFailedError(answer["failed"])
        return answer

    def timed(self, tool: str, corpus: Corpus, options: dict[str, Any]) -> float:
        """Return the seconds a tool takes now, from texts to themes; no answer is kept."""
        request = {"tool": tool, "texts": list(corpus.texts.values()), "seed": 0}
        return float(
            json.loads(self._answer(json.dumps(request | {"options": options})))["seconds"]
        )

    def versions(self) -> dict[str, str]:
        """Return the versions of the other tools."""
        return dict(self.ask("versions", [], 0, {})["versions"])

    def _answer(self, line: str) -> str:
        if self.process is None:
            self.process = subprocess.Popen(
                [self.python, str(ROOT / "benchmarks" / "other_tools.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "HF_HUB_OFFLINE": "1"},
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.python} benchmarks/other_tools.py ended; run it by itself to see why")
        return answer

    def tool(self, name: str, corpus: Corpus, options: dict[str, Any]) -> Tool:
        """Return one of the tools with its options, as a function of papers and a seed."""

        def find(papers: pd.DataFrame, seed: int) -> Found:
            ids = papers["paper_id"].tolist()
            answer = self.ask(name, [corpus.texts[one] for one in ids], seed, options)
            names = ["" if group < 0 else str(group) for group in answer["groups"]]
            groups = pd.DataFrame({"broad": names, "finest": names}, index=pd.Index(ids))
            keywords = answer["keywords"]
            return Found(groups, {"broad": keywords, "finest": keywords})

        return find


def ours(papers: pd.DataFrame, seed: int) -> Found:
    """Find themes with papertrends as it comes."""
    model = ThemeModel(seed=seed).fit(papers)
    themes = model.themes
    discovered = themes[themes["kind"] == "discovered"]
    levels = {
        "broad": discovered[discovered["parent"] == ""],
        "finest": discovered[~discovered["theme_id"].isin(discovered["parent"])],
    }
    keywords = {
        level: [words.split(", ") for words in some["keywords"]] for level, some in levels.items()
    }
    return Found(groups_of(model.memberships, themes, papers["paper_id"].tolist()), keywords)


def ours_timed(corpus: Corpus) -> float:
    """Return the seconds papertrends takes with no vector in its cache but everything compiled."""
    before = os.environ.get("PAPERTRENDS_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PAPERTRENDS_CACHE"] = folder
        try:
            ours(corpus.papers.head(30), 0)  # imports, and kernels that are compiled at first use
            started = time.perf_counter()
            ours(corpus.papers, 0)
            return round(time.perf_counter() - started, 2)
        finally:
            del os.environ["PAPERTRENDS_CACHE"]
            if before is not None:
                os.environ["PAPERTRENDS_CACHE"] = before


def corpora(folder: Path, only: list[str]) -> list[Corpus]:
    """Return the corpora that are there."""

    def labelled(file: str, column: str | None, sample: int | None) -> Labelled:
        with duckdb.connect() as database:
            table = database.read_parquet(str(folder / file)).df()
        if sample is not None:
            table = table.drop_duplicates("arxiv_id").sample(sample, random_state=1)
        return from_table(table, column)

    sources: dict[str, tuple[str, Callable[[], Labelled]]] = {
        "two dumps": ("dumps", lambda: Labelled(load_papers(folder / "dumps"), None, ())),
        "IJCAI 2020-2021": (
            "ijcai_2020-2021.parquet",
            lambda: labelled("ijcai_2020-2021.parquet", "area", None),
        ),
        "Daily Papers 2024-2025": (
            "hf_daily_2024-2025.parquet",
            lambda: labelled("hf_daily_2024-2025.parquet", None, SAMPLE),
        ),
        "arXiv 2025": (
            "arxiv_daily_2025.parquet",
            lambda: labelled("arxiv_daily_2025.parquet", "primary", SAMPLE),
        ),
    }
    there = []
    for name, (file, read) in sources.items():
        if only and name not in only:
            continue
        if (folder / file).exists():
            there.append(Corpus.of(name, read()))
        else:
            print(f"{name}: skipped, there is no {folder / file}")
    return there
