"""The load report: what became of every file and every block of it.

Must not decide anything; it keeps what the loading decided and puts it in words.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from papertrends.dumps.records import Kind
from papertrends.errors import shortened

_MOST = 10
#: More files than this are told of together but for the last ones.
_MOST_FILES = 30
_KINDS: Mapping[Kind, str] = {
    "no abstract": "titles without an abstract",
    "no title": "texts without a title",
    "broken": "entries that cannot be read",
    "unknown": "unknown texts",
    "duplicate": "papers met twice in one digest",
    "conflict": "papers met twice in one digest with different abstracts",
}


@dataclass(frozen=True)
class FileReport:
    """What came of one file.

    Attributes
    ----------
    file : str
        Its name, as in the papers table's ``source``.
    sha256 : str
        Of its bytes, in hex.
    format : str
        The name of the reader.
    digest_date : datetime.date
        The date of its papers' digest.
    date_from : str
        ``full date in the dump``, ``date in the file's name``, ``--year`` or
        ``assumed year``.
    n_blocks : int
        Blocks of text in it.
    n_papers : int
        Rows it gave.
    n_duplicates : int
        Papers left out because the digest has them already.
    n_known : int
        Papers left out because a store had them in that digest before.
    last_digest : datetime.date, optional
        The date of its newest digest, where it has several: then `digest_date` is
        that of the oldest.
    n_digests : int
        Digests in it.
    """

    file: str
    sha256: str
    format: str
    digest_date: dt.date
    date_from: str
    n_blocks: int
    n_papers: int
    n_duplicates: int
    n_known: int = 0
    last_digest: dt.date | None = None
    n_digests: int = 1

    @property
    def days(self) -> str:
        """The day or days of its digests, in words."""
        if self.last_digest in (None, self.digest_date):
            return self.digest_date.isoformat()
        return f"{self.digest_date.isoformat()} to {self.last_digest} ({self.n_digests} digests)"


@dataclass(frozen=True)
class NearDuplicate:
    """Two papers whose abstracts are nearly the same.

    Attributes
    ----------
    paper_id, other_id : str
        Their ids, the lesser first.
    title, other_title : str
        Their titles.
    similarity : float
        Of their runs of three words, the share that both have (Jaccard).
    """

    paper_id: str
    other_id: str
    title: str
    other_title: str
    similarity: float


@dataclass(frozen=True)
class Lookup:
    """What a table of known papers was good for.

    Attributes
    ----------
    file, sha256 : str
        The table.
    n_met : int
        Appearances of papers that are in it.
    n_arxiv_ids, n_published, n_moved : int
        How many of them got an arXiv id, a publication date, another digest date.
    """

    file: str
    sha256: str
    n_met: int
    n_arxiv_ids: int
    n_published: int
    n_moved: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        return (
            f"{self.file}: {_count(self.n_met, 'row')} of papers known there;"
            f" filled in: {_count(self.n_arxiv_ids, 'arXiv id')},"
            f" {_count(self.n_published, 'publication date')};"
            f" {_count(self.n_moved, 'row')} moved to the digest the paper really appeared in"
        )


@dataclass(frozen=True)
class LeftOut:
    """A block that became no row.

    Attributes
    ----------
    file, line
        Where it stands.
    kind : str
        ``furniture`` of the page, which is harmless, or the sort of loss.
    reason : str
        Why it was left out.
    text : str
        Its beginning.
    n_blocks : int
        How many blocks it stands for: of long pages the furniture is told together.
    """

    file: str
    line: int
    kind: Kind
    reason: str
    text: str
    n_blocks: int = 1

    @property
    def is_loss(self) -> bool:
        """Whether it might have been a paper, unlike the furniture of a page."""
        return self.kind != "furniture"


@dataclass(frozen=True)
class NotRead:
    """A file that was met in a folder but not read."""

    file: str
    reason: str


@dataclass(frozen=True)
class LoadReport:
    """What became of every file and every block of it.

    Attributes
    ----------
    files : tuple of FileReport
        In the order of the digests.
    dropped : tuple of LeftOut
        In the order of `files`, then by line.
    notes : tuple of str
        What had to be assumed or put right, as sentences.
    not_read : tuple of NotRead
        Files met but not read.
    n_papers : int
        Different papers.
    n_in_several_digests : int
        Papers that appear in more than one digest.
    near_duplicates : tuple of NearDuplicate
        Different papers with nearly the same abstract: flagged, not merged.
    lookup : Lookup, optional
        What a table of known papers was good for, if there was one.
    """

    files: tuple[FileReport, ...]
    dropped: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    not_read: tuple[NotRead, ...]
    n_papers: int
    n_in_several_digests: int
    near_duplicates: tuple[NearDuplicate, ...] = ()
    lookup: Lookup | None = None

    @property
    def n_files(self) -> int:
        """Files read."""
        return len(self.files)

    @property
    def n_rows(self) -> int:
        """Rows of the papers table: a paper counts once in each digest."""
        return sum(file.n_papers for file in self.files)

    @property
    def n_blocks(self) -> int:
        """Blocks of text in all files."""
        return sum(file.n_blocks for file in self.files)

    @property
    def losses(self) -> tuple[LeftOut, ...]:
        """What was left out and is no furniture of a page."""
        return tuple(one for one in self.dropped if one.is_loss)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain lists and dictionaries that JSON can hold."""
        return {
            "n_files": self.n_files,
            "n_rows": self.n_rows,
            "n_blocks": self.n_blocks,
            "n_papers": self.n_papers,
            "n_in_several_digests": self.n_in_several_digests,
            "files": [_file_as_dict(file) for file in self.files],
            "dropped": [asdict(one) for one in self.dropped],
            "notes": list(self.notes),
            "not_read": [asdict(one) for one in self.not_read],
            "near_duplicates": [asdict(one) for one in self.near_duplicates],
            "lookup": asdict(self.lookup) if self.lookup else None,
        }

    @classmethod
    def from_dict(cls, report: Mapping[str, Any]) -> Self:
        """Return the report that `as_dict` gave `report` for."""
        return cls(
            files=tuple(_file_of_dict(file) for file in report["files"]),
            dropped=tuple(LeftOut(**one) for one in report["dropped"]),
            notes=tuple(report["notes"]),
            not_read=tuple(NotRead(**one) for one in report["not_read"]),
            n_papers=report["n_papers"],
            n_in_several_digests=report["n_in_several_digests"],
            near_duplicates=tuple(NearDuplicate(**one) for one in report["near_duplicates"]),
            lookup=Lookup(**report["lookup"]) if report["lookup"] else None,
        )

    @classmethod
    def joined(cls, reports: Sequence[Self], *, n_papers: int, n_in_several_digests: int) -> Self:
        """Return the reports of several runs as one, the digests in their order.

        Parameters
        ----------
        reports : sequence of LoadReport
            In the order of the runs.
        n_papers, n_in_several_digests : int
            Of all runs together: a paper may have come in two of them.
        """
        files = sorted(
            (file for report in reports for file in report.files),
            key=lambda file: (file.digest_date, file.file),
        )
        order = {file.file: place for place, file in enumerate(files)}
        dropped = sorted(
            (one for report in reports for one in report.dropped),
            key=lambda one: (order.get(one.file, len(order)), one.line),
        )
        return cls(
            files=tuple(files),
            dropped=tuple(dropped),
            notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
            not_read=tuple(dict.fromkeys(one for report in reports for one in report.not_read)),
            n_papers=n_papers,
            n_in_several_digests=n_in_several_digests,
            near_duplicates=tuple(
                sorted({pair for report in reports for pair in report.near_duplicates}, key=_pair)
            ),
            lookup=next((one.lookup for one in reversed(reports) if one.lookup), None),
        )

    def sentences(self) -> list[str]:
        """Say in plain lines what was read, how it was dated and what was left out."""
        several = self.n_in_several_digests
        lines = [
            f"{_count(self.n_rows, 'row')}, {_count(self.n_papers, 'paper')}"
            + (f", {several} of them in more than one digest" if several else "")
            + f", from {_count(self.n_files, 'file')}"
        ]
        if not self.files:
            lines = [f"{_count(self.n_papers, 'paper')}, given as a table"]
        shown = self.files if len(self.files) <= _MOST_FILES else self.files[-_MOST:]
        if len(shown) < len(self.files):
            days = [
                file.digest_date.isoformat() for file in (self.files[0], self.files[-_MOST - 1])
            ]
            more = len(self.files) - len(shown)
            lines.append(f"{more:,} files of {days[0]} to {days[1]}, then:")
        lines += [
            f"{file.file}: {_count(file.n_papers, 'paper')}"
            f" of {file.days} ({file.format}, {file.date_from})"
            + (f", {file.n_duplicates:,} met before" if file.n_duplicates else "")
            + (f", and {file.n_known:,} that the store has already" if file.n_known else "")
            for file in shown
        ]
        lines += self.notes
        if self.lookup:
            lines.append(self.lookup.sentence)
        lines += self._alike()
        lines += self._losses()
        furniture = sum(one.n_blocks for one in self.dropped if not one.is_loss)
        if furniture:
            lines.append(f"left out as furniture of the pages: {_count(furniture, 'block')}")
        lines += [f"{one.file}: {one.reason}" for one in self.not_read[:_MOST]]
        if len(self.not_read) > _MOST:
            lines.append(f"and {len(self.not_read) - _MOST} more files not read")
        return lines

    def _alike(self) -> list[str]:
        pairs = self.near_duplicates
        if not pairs:
            return []
        lines = [f"different papers with nearly the same abstract, both kept: {len(pairs)}"]
        lines += [
            f"'{shortened(one.title)}' and '{shortened(one.other_title)}'"
            f" ({one.paper_id}, {one.other_id}): {one.similarity:.0%} alike"
            for one in pairs[:_MOST]
        ]
        if len(pairs) > _MOST:
            lines.append(f"and {len(pairs) - _MOST} more of them in the load report")
        return lines

    def _losses(self) -> list[str]:
        kinds: dict[Kind, list[LeftOut]] = defaultdict(list)
        for loss in self.losses:
            kinds[loss.kind].append(loss)
        lines = []
        for kind, found in kinds.items():
            lines.append(f"left out, {_KINDS[kind]}: {len(found)}")
            lines += [
                f"{one.file}:{one.line}: {one.reason}: '{shortened(one.text)}'"
                for one in found[:_MOST]
            ]
            if len(found) > _MOST:
                lines.append(f"and {len(found) - _MOST} more of them in the load report")
        return lines


def _file_as_dict(file: FileReport) -> dict[str, Any]:
    last = file.last_digest.isoformat() if file.last_digest else None
    return {**asdict(file), "digest_date": file.digest_date.isoformat(), "last_digest": last}


def _file_of_dict(file: Mapping[str, Any]) -> FileReport:
    days = {name: _day(file[name]) for name in ("digest_date", "last_digest")}
    return FileReport(**{**file, **days})


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _pair(pair: NearDuplicate) -> tuple[str, str]:
    return pair.paper_id, pair.other_id


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
