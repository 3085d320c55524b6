"""New papers beside those that are known: who is new, who is the same, what stays as it was.

Papers tables in, papers tables out. Must not read files nor know what a store is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from papertrends.dumps.report import FileReport, LoadReport
from papertrends.errors import shortened
from papertrends.papers import Loaded, agree, near_duplicates, paper_id
from papertrends.tables import PAPERS, conform, paper_counts

_NAMED_IN_NOTES = 5


@dataclass(frozen=True)
class Arrivals:
    """What new dumps add to the papers that were known.

    Attributes
    ----------
    papers : pandas.DataFrame
        All appearances afterwards, by digest date, then position.
    added : pandas.DataFrame
        The appearances among them that were not known.
    new_ids : frozenset of str
        Papers never met before.
    report : LoadReport
        What became of the new dumps, with what was known already.
    """

    papers: pd.DataFrame
    added: pd.DataFrame
    new_ids: frozenset[str]
    report: LoadReport

    @classmethod
    def none(cls, known: pd.DataFrame) -> Arrivals:
        """Return what no dump at all adds to `known`."""
        report = LoadReport((), (), (), (), *paper_counts(known))
        return cls(known, known.head(0), frozenset(), report)

    @property
    def is_empty(self) -> bool:
        """Whether the dumps hold nothing but what was known."""
        return self.added.empty


def arrive(known: pd.DataFrame, sources: dict[str, str], loaded: Loaded) -> Arrivals:
    """Tell new papers and appearances from known ones, and put both together.

    A known paper keeps its id: where it was met without an arXiv id and comes with
    one now, that becomes its ``arxiv_id``. A paper in a digest that had it already
    is left out; the counts of the load report say so. Positions in a digest that
    gets more papers are dealt out anew, by file and position in it, as if all files
    had been loaded at once.

    Parameters
    ----------
    known : pandas.DataFrame
        A papers table.
    sources : dict of str to str
        The SHA-256 of each file it came from, by ``source``.
    loaded : Loaded
        Papers and load report of the new dumps.
    """
    names = _distinct_names(loaded.report.files, sources)
    fresh = loaded.papers.assign(source=loaded.papers["source"].map(names).astype("str"))
    ids = known_ids(fresh, known)
    others = _other_abstracts(fresh.assign(paper_id=ids), known)
    fresh["paper_id"] = ids
    fresh = fresh.drop_duplicates(["paper_id", "digest_date"])
    pairs = pd.MultiIndex.from_frame(known[["paper_id", "digest_date"]])
    is_known = pd.MultiIndex.from_frame(fresh[["paper_id", "digest_date"]]).isin(pairs)
    added = conform(fresh[~is_known], PAPERS)
    papers = _together(known, added, fresh)
    n_papers, n_in_several = paper_counts(papers)
    report = replace(
        loaded.report,
        files=tuple(_counted(file, names, fresh, added) for file in loaded.report.files),
        dropped=tuple(
            replace(one, file=names.get(one.file, one.file)) for one in loaded.report.dropped
        ),
        notes=(*loaded.report.notes, *others),
        n_papers=n_papers,
        n_in_several_digests=n_in_several,
    )
    new_ids = frozenset(added["paper_id"]) - frozenset(known["paper_id"])
    pairs_alike = near_duplicates(papers) if new_ids else ()
    report = replace(
        report,
        near_duplicates=tuple(
            pair for pair in pairs_alike if not new_ids.isdisjoint({pair.paper_id, pair.other_id})
        ),
    )
    rows = papers.set_index(["paper_id", "digest_date"]).index.isin(
        pd.MultiIndex.from_frame(added[["paper_id", "digest_date"]])
    )
    return Arrivals(papers, papers[rows].reset_index(drop=True), new_ids, report)


def known_ids(papers: pd.DataFrame, known: pd.DataFrame) -> pd.Series[str]:
    """Return the id of each row of `papers`: that of the known paper it is, else its own.

    The same are papers with one id, with one arXiv id, or with one normalised title
    unless both have arXiv ids and these differ, or their abstracts have nothing in
    common.
    """
    first = known.drop_duplicates("paper_id")
    abstracts = dict(zip(first["paper_id"], first["abstract"], strict=True))
    by_id = set(first["paper_id"])
    with_arxiv = known[known["arxiv_id"] != ""]
    by_arxiv: dict[str, str] = dict(
        zip(with_arxiv["arxiv_id"], with_arxiv["paper_id"], strict=True)
    )
    arxiv_of: dict[str, str] = dict(
        zip(with_arxiv["paper_id"], with_arxiv["arxiv_id"], strict=True)
    )
    by_title: dict[str, str] = {}
    for title, known_id in zip(first["title"], first["paper_id"], strict=True):
        by_title.setdefault(paper_id(title), known_id)

    def same(own: str, arxiv: str, title: str, abstract: str) -> str:
        if own in by_id:
            return own
        if arxiv in by_arxiv:
            return by_arxiv[arxiv]
        candidate = by_title.get(paper_id(title))
        if (
            candidate
            and (not arxiv or arxiv_of.get(candidate, arxiv) == arxiv)
            and agree(abstract, abstracts[candidate])
        ):
            return candidate
        return own

    rows = papers[["paper_id", "arxiv_id", "title", "abstract"]].itertuples(index=False)
    return pd.Series([same(*row) for row in rows], index=papers.index, dtype="str")


def _together(known: pd.DataFrame, added: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Put all appearances in order, and fill in arXiv ids that are known now."""
    papers = pd.concat([known, added], ignore_index=True) if len(known) else added.copy()
    met = fresh[fresh["arxiv_id"] != ""].drop_duplicates("paper_id")
    arxiv = dict(zip(met["paper_id"], met["arxiv_id"], strict=True))
    papers["arxiv_id"] = [
        own or arxiv.get(key, "")
        for key, own in zip(papers["paper_id"], papers["arxiv_id"], strict=True)
    ]
    touched = papers["digest_date"].isin(added["digest_date"])
    order = papers.sort_values(["digest_date", "source", "position", "paper_id"], kind="stable")
    rank = order.groupby("digest_date").cumcount() + 1
    papers["position"] = papers["position"].where(~touched, rank)
    papers = papers.sort_values(["digest_date", "position"], kind="stable")
    return conform(papers, PAPERS)


def _counted(
    file: FileReport, names: dict[str, str], fresh: pd.DataFrame, added: pd.DataFrame
) -> FileReport:
    name = names[file.file]
    n_added = int((added["source"] == name).sum())
    n_fresh = int((fresh["source"] == name).sum())
    again = file.n_papers - n_fresh  # papers that turned out to be another row of the same file
    return replace(
        file,
        file=name,
        n_papers=n_added,
        n_known=n_fresh - n_added,
        n_duplicates=file.n_duplicates + again,
    )


def _distinct_names(files: Sequence[FileReport], sources: dict[str, str]) -> dict[str, str]:
    """Give a file whose name another one had before a number behind it."""
    names = {}
    for file in files:
        name, number = file.file, 1
        while sources.get(name, file.sha256) != file.sha256:
            number += 1
            name = f"{file.file} ({number})"
        names[file.file] = name
    return names


def _other_abstracts(fresh: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """Say which known papers come with another abstract: the first is kept."""
    first = known.drop_duplicates("paper_id").set_index("paper_id")["abstract"]
    again = fresh[fresh["paper_id"].isin(first.index)]
    changed = [
        title
        for key, title, abstract in zip(
            again["paper_id"], again["title"], again["abstract"], strict=True
        )
        if not agree(abstract, first[key])
    ]
    titles = sorted(dict.fromkeys(changed))
    if not titles:
        return []
    told = "; ".join(f"'{shortened(title)}'" for title in titles[:_NAMED_IN_NOTES])
    more = f" and {len(titles) - _NAMED_IN_NOTES} more" if len(titles) > _NAMED_IN_NOTES else ""
    one = len(titles) == 1
    return [
        f"{len(titles)} known {'paper comes' if one else 'papers come'} with another abstract "
        f"than before ({told}{more}): {'its' if one else 'their'} themes stay as they are"
    ]
