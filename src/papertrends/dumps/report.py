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
    """

    file: str
    line: int
    kind: Kind
    reason: str
    text: str

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
    """

    files: tuple[FileReport, ...]
    dropped: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    not_read: tuple[NotRead, ...]
    n_papers: int
    n_in_several_digests: int

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
            "files": [
                {**asdict(file), "digest_date": file.digest_date.isoformat()} for file in self.files
            ],
            "dropped": [asdict(one) for one in self.dropped],
            "notes": list(self.notes),
            "not_read": [asdict(one) for one in self.not_read],
        }

    @classmethod
    def from_dict(cls, report: Mapping[str, Any]) -> Self:
        """Return the report that `as_dict` gave `report` for."""
        return cls(
            files=tuple(
                FileReport(**{**file, "digest_date": dt.date.fromisoformat(file["digest_date"])})
                for file in report["files"]
            ),
            dropped=tuple(LeftOut(**one) for one in report["dropped"]),
            notes=tuple(report["notes"]),
            not_read=tuple(NotRead(**one) for one in report["not_read"]),
            n_papers=report["n_papers"],
            n_in_several_digests=report["n_in_several_digests"],
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
        )

    def sentences(self) -> list[str]:
        """Say in plain lines what was read, how it was dated and what was left out."""
        several = self.n_in_several_digests
        lines = [
            f"{_count(self.n_rows, 'row')}, {_count(self.n_papers, 'paper')}"
            + (f", {several} of them in more than one digest" if several else "")
            + f", from {_count(self.n_files, 'file')}"
        ]
        shown = self.files if len(self.files) <= _MOST_FILES else self.files[-_MOST:]
        if len(shown) < len(self.files):
            days = [
                file.digest_date.isoformat() for file in (self.files[0], self.files[-_MOST - 1])
            ]
            more = len(self.files) - len(shown)
            lines.append(f"{more:,} files of {days[0]} to {days[1]}, then:")
        lines += [
            f"{file.file}: {_count(file.n_papers, 'paper')}"
            f" of {file.digest_date.isoformat()} ({file.date_from})"
            + (f", and {file.n_known:,} that the store has already" if file.n_known else "")
            for file in shown
        ]
        lines += self.notes
        lines += self._losses()
        furniture = len(self.dropped) - len(self.losses)
        if furniture:
            lines.append(f"left out as furniture of the pages: {_count(furniture, 'block')}")
        lines += [f"{one.file}: {one.reason}" for one in self.not_read[:_MOST]]
        if len(self.not_read) > _MOST:
            lines.append(f"and {len(self.not_read) - _MOST} more files not read")
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


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
