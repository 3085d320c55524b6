"""What is remembered between runs, in the stages' own terms, and how it is kept in a store.

Between the store, which knows tables and arrays, and the runs, which know papers
and models. Must not compute anything from either.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from papertrends.dumps.report import LoadReport
from papertrends.encoders import Vectors, join
from papertrends.errors import InputError
from papertrends.files import check_writable
from papertrends.store.database import Contents
from papertrends.tables import DIGESTS, FILES, RUNS, Tables, blank, conform, names_of, paper_counts
from papertrends.themes.evidence import Corpus
from papertrends.themes.fitted import Fitted, one_row_each, texts_of_papers
from papertrends.themes.registry import Registry, ThemeEvent, most_typical
from papertrends.themes.saved import FITTED_TABLES, VERSION, pack, unpack
from papertrends.themes.theme import Theme

#: The one large array of a model. A store keeps it in single precision, which halves
#: the file; it is only ever multiplied and summed in double precision.
_HALVED = "lsa_components"

#: How the commands of runs begin that a person corrected themes with.
CORRECTION = "themes "


@dataclass(frozen=True)
class Memory:
    """Everything that a run leaves for the next one.

    Attributes
    ----------
    tables : Tables
        All tables of the last run; the names of themes are those in use.
    fitted : Fitted
        The model, with the memberships of all papers; the names of its themes are
        those found in the corpus, or given by a person.
    encoded, lsa : numpy.ndarray, shapes (n, d) and (n, k)
        The vectors of the papers in the order of ``fitted.map``.
    registry : Registry
    files, runs : pandas.DataFrame
        As `tables.FILES` and `tables.RUNS`.
    settings : mapping
        What the last run was asked for.
    versions : mapping of str to str
    barred : mapping of str to tuple of str
        The papers of each theme that a person retired.
    """

    tables: Tables
    fitted: Fitted
    encoded: Vectors
    lsa: Vectors
    registry: Registry
    files: pd.DataFrame
    runs: pd.DataFrame
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    barred: Mapping[str, tuple[str, ...]]

    @property
    def papers(self) -> pd.DataFrame:
        """All appearances of papers in digests."""
        return self.tables.papers

    @property
    def next_run(self) -> int:
        """The number of the run to come."""
        return int(self.runs["run"].max()) + 1 if len(self.runs) else 1

    @property
    def run_learned(self) -> int:
        """The run in which the themes were learned last."""
        return int(self.runs.loc[self.runs["n_fitted"] > 0, "run"].max())

    @property
    def n_learned(self) -> int:
        """How many papers the themes were learned from."""
        return int(self.runs.loc[self.runs["run"] == self.run_learned, "n_fitted"].iloc[0])

    @property
    def compared_run(self) -> int:
        """The run that the last comparison is about: the last one that was no correction."""
        row = self.runs.iloc[-1]
        if not str(row["command"]).startswith(CORRECTION):
            return int(row["run"])
        return int(self.runs.loc[self.runs["n_rows"] > 0, "run"].max())

    @property
    def sources(self) -> dict[str, str]:
        """The SHA-256 of each file that the store was built from, by its name."""
        return dict(zip(self.files["source"], self.files["sha256"], strict=True))

    @property
    def themes_asked(self) -> tuple[Theme, ...]:
        """The named themes that are looked for."""
        return self.registry.definitions

    @property
    def joined(self) -> Vectors:
        """The vectors that themes are found in, shape (n, d + k)."""
        return join(self.encoded, self.lsa)

    def corpus(self) -> Corpus:
        """Return all papers as the model reads them, in the order of ``fitted.map``."""
        unique = one_row_each(self.papers)
        return Corpus(
            unique["paper_id"].tolist(),
            unique["title"].tolist(),
            unique["abstract"].tolist(),
            self.encoded,
            self.joined,
        )

    def paper_runs(self) -> pd.Series[int]:
        """Return the run in which each paper came first, by paper id."""
        runs = self.papers["source"].map(
            dict(zip(self.files["source"], self.files["run"], strict=True))
        )
        return runs.groupby(self.papers["paper_id"].to_numpy()).min().astype("int64")

    def load_report(self) -> LoadReport:
        """Return the load reports of all runs as one."""
        told = [LoadReport.from_dict(json.loads(text)) for text in self.runs["load_report"] if text]
        n_papers, n_in_several = paper_counts(self.papers)
        return LoadReport.joined(told, n_papers=n_papers, n_in_several_digests=n_in_several)

    def remarks(self) -> tuple[str, ...]:
        """Return what else the last run had to say."""
        return tuple(json.loads(self.runs["remarks"].iloc[-1])) if len(self.runs) else ()


def check_new(path: Path) -> None:
    """Raise an `InputError` if there is something at `path` already.

    A store that has grown over many runs is not to be lost to a new one.
    """
    check_writable(path)
    if path.exists() or path.is_symlink():
        raise InputError(
            "there is a file of this name already",
            "add to a store with 'papertrends update', or name another file",
            file=str(path),
        )


def first_memory(
    tables: Tables,
    fitted: Fitted,
    encoded: Vectors,
    *,
    load_report: LoadReport,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    remarks: tuple[str, ...],
) -> Memory:
    """Return what is remembered of a first analysis.

    Parameters
    ----------
    tables : Tables
    fitted : Fitted
    encoded : numpy.ndarray, shape (n, d)
        The vectors of its papers in the order of ``fitted.map``.
    load_report, settings, versions, remarks
        As an `Analysis` has them.
    """
    newest = tables.papers["digest_date"].max()
    registry = Registry.empty().with_events(
        [_born(row, tables.memberships) for row in tables.themes.to_dict("records")],
        run=1,
        date=newest,
        by="fit",
        themes=tables.themes,
        named_by=_named_by(tables.themes, fitted.themes, settings),
        definitions={one.theme.theme_id: one.theme for one in fitted.named},
    )
    runs = run_row(
        1,
        "report",
        newest=newest,
        n_files=load_report.n_files,
        n_papers=len(encoded),
        n_rows=len(tables.papers),
        n_embedded=len(encoded),
        n_fitted=len(encoded),
        settings=settings,
        versions=versions,
        load_report=load_report,
        remarks=remarks,
    )
    return Memory(
        tables=replace(tables, history=registry.history),
        fitted=fitted,
        encoded=encoded,
        lsa=fitted.lsa.transform(texts_of_papers(one_row_each(tables.papers))),
        registry=registry,
        files=file_rows(load_report, 1),
        runs=runs,
        settings=settings,
        versions=versions,
        barred={},
    )


def _named_by(
    themes: pd.DataFrame, found: pd.DataFrame, settings: Mapping[str, Any]
) -> dict[str, str]:
    """Say who gave each theme its name: a person, the corpus, or whoever was asked."""
    offline = names_of(found)
    asked = settings.get("labels_from")
    whose = {}
    for key, name, kind in zip(themes["theme_id"], themes["name"], themes["kind"], strict=True):
        other = str(asked) if name != offline[key] else "corpus"
        whose[str(key)] = "person" if kind == "named" else other
    return whose


def _born(theme: Mapping[Hashable, Any], memberships: pd.DataFrame) -> ThemeEvent:
    key = str(theme["theme_id"])
    number = f"{theme['n_papers']:,} paper{'' if theme['n_papers'] == 1 else 's'}"
    reason = (
        f"asked for by name; {number} of the first dumps are in it"
        if theme["kind"] == "named"
        else f"found in {number} of the first dumps"
    )
    return ThemeEvent(key, "born", reason, papers=most_typical(memberships, key))


def run_row(
    number: int,
    command: str,
    *,
    newest: pd.Timestamp,
    n_files: int = 0,
    n_papers: int = 0,
    n_rows: int = 0,
    n_embedded: int = 0,
    n_fitted: int = 0,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    load_report: LoadReport | None = None,
    remarks: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return the row of one run, as `tables.RUNS`."""
    report = json.dumps(load_report.as_dict(), ensure_ascii=False) if load_report else ""
    row = (
        number, command, newest, n_files, n_papers, n_rows, n_embedded, n_fitted,
        json.dumps(dict(settings), ensure_ascii=False), json.dumps(dict(versions)), report,
        json.dumps(list(remarks), ensure_ascii=False),
    )  # fmt: skip
    return conform(pd.DataFrame([row], columns=list(RUNS)), RUNS)


def file_rows(report: LoadReport, run: int) -> pd.DataFrame:
    """Return the files of a load report, as `tables.FILES`."""
    if not report.files:
        return blank(FILES)
    rows = [
        {
            **vars(file),
            "source": file.file,
            "last_digest": file.last_digest or file.digest_date,
            "run": run,
        }
        for file in report.files
    ]
    return conform(pd.DataFrame(rows), FILES)


def digests_of(papers: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each digest: its papers, its files and the run it came first in."""
    runs = papers["source"].map(dict(zip(files["source"], files["run"], strict=True)))
    by_day = papers.assign(run=runs).groupby("digest_date")
    table = by_day.agg(
        n_papers=("paper_id", "size"), n_files=("source", "nunique"), run=("run", "min")
    )
    return conform(table.reset_index(), DIGESTS)


def contents_of(memory: Memory) -> Contents:
    """Return what a store keeps of `memory`."""
    plain, arrays = pack(memory.fitted)
    arrays[_HALVED] = np.asarray(arrays[_HALVED], dtype=np.float32)
    found = names_of(memory.fitted.themes)
    tables = dict(memory.tables.items()) | {
        "digests": digests_of(memory.papers, memory.files),
        "files": memory.files,
        "registry": memory.registry.themes,
        "history": memory.registry.history,
        "runs": memory.runs,
    }
    return Contents(
        tables=tables,
        paper_ids=tuple(memory.fitted.map["paper_id"]),
        encoded=memory.encoded,
        lsa=memory.lsa,
        parts={
            "model": plain | {"version": VERSION},
            "names_found": found,
            "barred": {key: list(papers) for key, papers in memory.barred.items()},
        },
        arrays=arrays,
    )


def memory_of(contents: Contents, file: str) -> Memory:
    """Return what `contents` of a store remember.

    Raises
    ------
    InputError
        If the store was reduced to its tables, or another version of the model is in it.
    """
    if contents.reduced:
        raise InputError(
            "this store was reduced to its tables: it has no model to go on with",
            "use the store it was made from, or make one with 'papertrends report --store'",
            file=file,
        )
    plain = dict(contents.parts["model"])
    if plain.pop("version", None) != VERSION:
        raise InputError(
            "the themes in this store were learned by another version of papertrends",
            "make a new store with 'papertrends report --store'",
            file=file,
        )
    found = contents.parts["names_found"]
    themes = contents.tables["themes"]
    names = [
        found.get(key, name) for key, name in zip(themes["theme_id"], themes["name"], strict=True)
    ]
    own = {name: contents.tables[name] for name in FITTED_TABLES}
    own["themes"] = conform(themes.assign(name=names), FITTED_TABLES["themes"])
    runs = contents.tables["runs"]
    return Memory(
        tables=Tables(**{one.name: contents.tables[one.name] for one in fields(Tables)}),
        fitted=unpack(plain, contents.arrays, own),
        encoded=contents.encoded,
        lsa=contents.lsa,
        registry=Registry(contents.tables["registry"], contents.tables["history"]),
        files=contents.tables["files"],
        runs=runs,
        settings=json.loads(runs["settings"].iloc[-1]),
        versions=json.loads(runs["versions"].iloc[-1]),
        barred={key: tuple(papers) for key, papers in contents.parts["barred"].items()},
    )
