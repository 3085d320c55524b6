"""What is evaluated: dumps, or a table of papers, with labels if somebody gave them some.

Must not guess: a table without dates stays without, and rows that cannot be
used are counted and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from papertrends.dumps import READERS, Dropped
from papertrends.dumps.content import Content
from papertrends.dumps.inputs import Inputs, as_paths, find_dumps
from papertrends.dumps.lists import delimited, json_lines, parquet
from papertrends.dumps.lists.rows import Row
from papertrends.dumps.losses import Unlisted
from papertrends.dumps.text import fold
from papertrends.errors import InputError, did_you_mean, shortened
from papertrends.papers import load, paper_id
from papertrends.tables import PAPERS, conform

_NEEDED = ("title", "abstract")


@dataclass(frozen=True)
class Labelled:
    """Papers, and what somebody says they are about.

    Attributes
    ----------
    papers : pandas.DataFrame
        As `tables.PAPERS`.
    labels : pandas.Series of str, or None
        By paper id; papers without a label, or with two, are not in it.
    notes : tuple of str
        What was left out or filled in, in sentences.
    files : tuple of (str, str)
        Each file read and its SHA-256.
    """

    papers: pd.DataFrame
    labels: pd.Series[str] | None
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()


def read(inputs: Inputs, labels: str | None = None) -> Labelled:
    """Read dumps, or tables of papers.

    Parameters
    ----------
    inputs : path, or iterable of paths
        Tables (``.parquet``, ``.csv``, ``.jsonl`` and their like) with ``title`` and ``abstract``
        and whatever else of the papers table they have; without `labels` also
        anything that `load_papers` reads.
    labels : str, optional
        The column with each paper's label.

    Raises
    ------
    InputError
        If a file cannot be read, columns are missing, tables and dumps are mixed,
        or the labels are of no use.
    """
    given = as_paths(inputs)
    dumps = {suffix for reader in READERS.values() for suffix in reader.suffixes} - set(_TABLES)
    files, _ = find_dumps(given, set(_TABLES) if labels is not None else dumps | set(_TABLES))
    tables = [file for file in files if _ending(file) in _TABLES]
    others = [file for file in files if _ending(file) not in _TABLES]
    if labels is not None and others:
        raise InputError(
            "this is no table of papers, and labels are a column of one",
            f"name a {', '.join(_TABLES)} file with the columns title, abstract and {labels}",
            file=others[0].file,
        )
    if not tables:
        loaded = load(given)
        read_files = tuple((one.file, one.sha256) for one in loaded.report.files)
        return Labelled(loaded.papers, None, tuple(loaded.report.sentences()), read_files)
    if others:
        raise InputError(
            f"this is a dump and '{tables[0].file}' a table of papers",
            "evaluate one or the other ('papertrends load -o FILE' makes a table of dumps)",
            file=others[0].file,
        )
    frames = []
    notes: list[str] = []
    for file in tables:
        frame = _table(file, notes)
        require_paper_columns(frame, labels, file=file.file)
        frames.append(frame.assign(source=frame.get("source", file.source)))
    found = from_table(pd.concat(frames, ignore_index=True), labels)
    hashes = tuple((file.source, file.sha256()) for file in tables)
    return Labelled(found.papers, found.labels, (*notes, *found.notes), hashes)


def require_paper_columns(frame: pd.DataFrame, labels: str | None, *, file: str | None) -> None:
    """Raise an `InputError` if `frame` lacks title, abstract or the column of labels."""
    for name in (*_NEEDED, *([labels] if labels is not None else [])):
        if name not in frame:
            raise InputError(
                f"there is no column '{name}'", did_you_mean(name, map(str, frame)), file=file
            )


def from_table(frame: pd.DataFrame, labels: str | None = None) -> Labelled:
    """Make the papers table of any table with titles and abstracts.

    Ids are made from titles (or ``arxiv_id``) where there are none; dates stay
    unknown where there are none. The order of the rows changes nothing.

    Parameters
    ----------
    frame : pandas.DataFrame
    labels : str, optional
        The column with each paper's label.

    Raises
    ------
    InputError
        If columns are missing, no row has a title, or the labels are of no use.
    """
    require_paper_columns(frame, labels, file=None)
    text = {name: _text(frame, name) for name in (*_NEEDED, "paper_id", "arxiv_id", "source")}
    whole = frame.assign(**text)
    titled = whole["title"] != ""
    if not titled.any():
        raise InputError("no row has a title", "give each paper its title")
    notes = []
    if not titled.all():
        notes.append(f"without a title, left out: {int((~titled).sum())} of {len(whole)} rows")
    whole = whole[titled]
    made = [
        given or paper_id(title, arxiv)
        for given, title, arxiv in zip(
            whole["paper_id"], whole["title"], whole["arxiv_id"], strict=True
        )
    ]
    whole = whole.assign(paper_id=made)
    for name in ("digest_date", "published_date"):
        whole[name] = _dates(whole, name)
    whole = whole.sort_values(["paper_id", "digest_date", "title", "abstract"], kind="stable")
    # Rows are told apart by what they say, not by where they stand.
    whole["position"] = range(1, len(whole) + 1)
    blank = whole.drop_duplicates("paper_id")["abstract"] == ""
    if blank.any():
        n_blank = int(blank.sum())
        notes.append(f"without an abstract, read by title alone: {n_blank} of {len(blank)} papers")
    kept = whole[[name for name in PAPERS if name in whole and name != "upvotes"]]
    if labels is None:
        return Labelled(conform(kept, PAPERS), None, tuple(notes))
    found, said = _labels(whole, labels)
    return Labelled(conform(kept, PAPERS), found, (*notes, *said))


def _labels(frame: pd.DataFrame, column: str) -> tuple[pd.Series[str], list[str]]:
    """Return the label of each paper that has one, and what is to be said about the others."""
    given = frame[column]
    if given.map(lambda one: hasattr(one, "__iter__") and not isinstance(one, str)).any():
        raise InputError(
            f"the column '{column}' holds lists", "name a column with one label a paper"
        )
    told = pd.DataFrame({"paper_id": frame["paper_id"], "label": _text(frame, column)})
    told = told[told["label"] != ""].drop_duplicates()
    if told.empty:
        raise InputError(
            f"the column '{column}' is empty", "name a column that says what a paper is about"
        )
    twice = told["paper_id"].duplicated(keep=False)
    found = told[~twice].set_index("paper_id")["label"].sort_index()
    n_labels = found.nunique()
    if n_labels == len(found):
        raise InputError(
            f"the column '{column}' has another value for each paper",
            "name one whose values several papers share",
        )
    if n_labels == 1:
        raise InputError(
            f"the column '{column}' says '{shortened(found.iloc[0], 30)}' of every paper",
            "name one that tells papers apart",
        )
    n_papers = frame["paper_id"].nunique()
    notes = []
    if n_papers > told["paper_id"].nunique():
        n_without = n_papers - told["paper_id"].nunique()
        notes.append(f"without a label, not compared: {n_without} of {n_papers} papers")
    if twice.any():
        n_twice = told.loc[twice, "paper_id"].nunique()
        notes.append(f"with two labels, not compared: {n_twice} of {n_papers} papers")
    return found, notes


def _text(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return a column as folded text, empty where there is nothing."""
    if name not in frame:
        return pd.Series("", index=frame.index, dtype=object)
    blank = frame[name].isna()
    return frame[name].astype(object).where(~blank, "").map(lambda one: fold(str(one)))


def _dates(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    parsed = pd.to_datetime(frame[name].astype(object), errors="coerce", utc=True, format="ISO8601")
    return parsed.dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")


def _ending(file: Content) -> str:
    return Path(file.names[0]).suffix.lower() if file.names else ""


def _table(file: Content, notes: list[str]) -> pd.DataFrame:
    """Read a table, each value as it stands there; a row that cannot be read is an error."""
    found: list[str] = []
    rows = []
    for row in _TABLES[_ending(file)](file, found):
        if isinstance(row, Dropped):
            raise InputError(row.reason, "mend it", file=file.file, line=row.line)
        if isinstance(row, Row):
            rows.append(row.values)
    if not rows:
        raise InputError("there is no row in it", "give a table of papers", file=file.file)
    notes += [f"{file.source}: {note}" for note in found]
    return pd.DataFrame(rows, dtype=object)


_TABLES: Mapping[str, Callable[[Content, list[str]], Iterator[Row | Dropped | Unlisted]]]
_TABLES = MappingProxyType(
    {
        ".parquet": parquet.rows,
        ".csv": delimited.rows,
        ".tsv": delimited.rows,
        ".jsonl": json_lines.rows,
        ".ndjson": json_lines.rows,
    }
)
