"""Read a saved page of Daily Papers: from the data in it, else from its markup.

The site puts the papers into an attribute as JSON, whole; what is to be seen may
be less. Must not run anything, and must not guess: a page says which papers it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from papertrends.dumps.dates import parse_date
from papertrends.dumps.fields import arxiv_id_of, count_of, date_of
from papertrends.dumps.lists.json_entries import Entries, date_in, entries
from papertrends.dumps.losses import Losses, no_paper
from papertrends.dumps.pages.furniture import is_furniture
from papertrends.dumps.pages.html_tokens import Block, attributes_of, blocks, tags
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.errors import InputError

_BEGINNING = re.compile(
    r"\s*(?:(?:<!--.{0,2000}?-->|<\?xml[^>]{0,200}>)\s*){0,20}<(?:!doctype\s+html|/?(?:html|head|body|main|article|section"
    r"|header|div|h[1-6]|p|a|ul|ol|li|span|nav|table|meta|title|link|script|style|base|center)\b)",
    re.IGNORECASE | re.DOTALL,
)
_MOST_TAGS = 500_000
_PARTS = frozenset(("html", "body", "article"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5"))
_PAPER_LINK = re.compile(r"(?:^|/)(?:papers|abs|pdf)/\d{4}\.\d{4,5}(?:v\d+)?$")
_DAY_LINK = re.compile(r"/papers(?:/date/|\?(?:[^\"'\s]*&)?date=)(\d{4}-\d\d-\d\d)")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T00:00:00(?:\.0+)?Z?)?")
_PUBLISHED = re.compile(r"(?:published|submitted)(?: on)?:? (.{3,30})", re.IGNORECASE)
_AUTHORS = re.compile(r"[·•]? ?\d+ authors?|authors?:.*", re.IGNORECASE)
_MEANT = "give a page saved with its papers (a title and an abstract each), or the API's JSON"


def looks_like(text: str) -> bool:
    """Tell whether `text` is an HTML page, judging by its beginning."""
    return _BEGINNING.match(text[:200_000]) is not None


def read(text: str, *, file: str) -> Dump:
    """Read one page.

    Parameters
    ----------
    text : str
        The page.
    file : str
        Its name for messages.

    Returns
    -------
    Dump
        Its papers, the entries that became none, and the date of the page.

    Raises
    ------
    InputError
        If there is no paper in it, or more tags than any page has.
    """
    if text.count("<") > _MOST_TAGS:
        problem = f"more than {_MOST_TAGS:,} tags, as no page has"
        raise InputError(problem, _MEANT, file=file, line=1)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    page = _look_over(text)
    found = _from_data(text, page)
    if not found.records:
        found = _from_markup(text, page, found)
    if not found.records:
        raise no_paper(found.dropped, _MEANT, file=file)
    date = found.date or page.date
    records = found.records
    if date and date.year:  # that of the header counts, whenever each paper was handed in
        records = tuple(replace(record, digest_date=None) for record in records)
    return Dump(records, found.dropped, date, found.n_entries, notes=found.notes)


@dataclass
class _Page:
    """What the tags of a page say: its data, and the day that it is of."""

    data: list[tuple[int, str]] = field(default_factory=list)
    date: PartialDate | None = None
    is_cut: bool = False


def _look_over(text: str) -> _Page:
    page = _Page()
    dates: list[tuple[int, PartialDate]] = []
    depth = line = last = open_parts = behind = 0
    for match, _ in tags(text):
        behind = match.end()
        name = (match["name"] or "").lower()
        if name and match["end"] and not match["attributes"] and name not in _PARTS:
            continue
        line, last = line + text.count("\n", last, match.start()), match.start()
        if match["comment"] is not None:
            _add_date(dates, 2, _DAY_LINK.search(match["comment"][:500]), line)
        elif name == "article":
            depth += -1 if match["close"] else 1
        elif "data-props" in (match["attributes"] or ""):
            data = attributes_of(match).get("data-props", "")
            if '"title"' in data or '"paper' in data.lower():
                page.data.append((match.start(), data))
        elif name == "time" and not match["close"] and depth <= 0:
            stamp = attributes_of(match).get("datetime", "")
            _add_date(dates, 0, _DAY.fullmatch(stamp), line)  # others are those of comments
        elif name in ("meta", "link") and "papers" in match["attributes"]:
            found = attributes_of(match)
            if found.get("property") == "og:url" or found.get("rel") == "canonical":
                link = found.get("content") or found.get("href", "")
                _add_date(dates, 1, _DAY_LINK.search(link), line)
        open_parts += (name in ("html", "body")) * (-1 if match["close"] else 1)
        page.is_cut = bool(name) and not match["end"]  # then there is no tag after it
    page.is_cut = page.is_cut or open_parts > 0 or bool(text[behind:].strip())
    page.date = min(dates, key=lambda one: one[0])[1] if dates else None
    return page


def _add_date(
    dates: list[tuple[int, PartialDate]], rank: int, match: re.Match[str] | None, line: int
) -> None:
    date = date_in(match[1], line + 1) if match else None
    if date:
        dates.append((rank, date))


def _from_data(text: str, page: _Page) -> Entries:
    """Read the papers from the attributes that hold data."""
    records: list[Record] = []
    losses = Losses()
    notes: list[str] = []
    seen: set[tuple[str, str]] = set()
    date: PartialDate | None = None
    count = line = last = 0
    for start, data in page.data:
        line, last = line + text.count("\n", last, start), start
        found = entries(data.replace("\n", " "), line=line + 1)
        if not found.records and (records or not _is_broken(found)):
            continue
        count += found.n_entries
        date = date or found.date
        notes += [note for note in found.notes if note not in notes]
        for one in found.dropped:
            losses.add(one)
        for record in found.records:
            what = (record.title, record.abstract)
            if what in seen:
                reason = "the same paper once more in the data of the page"
                losses.add(Dropped(record.lines, record.title, "furniture", reason))
            else:
                seen.add(what)
                records.append(replace(record, position=len(records) + 1))
    placed = _placed(text, records, page.data[0][0]) if records else records
    return Entries(tuple(placed), losses.all(), date, count, tuple(notes))


def _is_broken(found: Entries) -> bool:
    return any(one.kind == "broken" for one in found.dropped)


def _placed(text: str, records: Sequence[Record], start: int) -> list[Record]:
    """Find the lines of papers that stand one after the other in the data."""
    placed = []
    pos, line = start, 0
    counted = 0
    for record in records:
        at = text.find(record.arxiv_id, pos) if record.arxiv_id else -1
        if at >= 0:
            line, counted, pos = line + text.count("\n", counted, at), at, at
            record = replace(record, lines=(line + 1,))
        placed.append(record)
    return placed


@dataclass
class _Paper:
    """A paper on its way through the blocks of a page."""

    title: str
    line: int
    link: str
    upvotes: int | None = None
    paragraphs: list[tuple[int, str]] = field(default_factory=list)
    published: PartialDate | None = None
    is_over: bool = False
    is_damaged: bool = False


def _abstract(paper: _Paper) -> str:
    return " ".join(part for _, part in paper.paragraphs)


def _are_teasers(papers: Sequence[_Paper]) -> bool:
    """Tell whether a page shows beginnings of abstracts; single ones do end in dots."""
    abstracts = [abstract for paper in papers if (abstract := _abstract(paper))]
    return sum(abstract.endswith("...") for abstract in abstracts) * 2 > len(abstracts)


def _from_markup(text: str, page: _Page, found: Entries) -> Entries:
    """Read the papers from what is to be seen: headings with links, and paragraphs."""
    papers, date = _papers(text)
    records: list[Record] = []
    losses = Losses()
    for one in found.dropped:
        losses.add(one)
    teasers = _are_teasers(papers)
    for i, paper in enumerate(papers):
        abstract = _abstract(paper)
        cut = page.is_cut and i == len(papers) - 1 and not paper.is_over
        lines = tuple(dict.fromkeys((paper.line, *(line for line, _ in paper.paragraphs))))
        if cut:
            reason = "the page is cut off within this paper, or after it; save it again"
            losses.add(Dropped(lines, paper.title, "broken", reason))
        elif paper.is_damaged:
            reason = "a tag within this paper is damaged; save the page again"
            losses.add(Dropped(lines, paper.title, "broken", reason))
        elif not abstract:
            reason = "no abstract follows this title; the page shows none, or was saved without"
            losses.add(Dropped(lines, paper.title, "no abstract", reason))
        elif abstract.endswith("…") or (teasers and abstract.endswith("...")):
            reason = "the page shows only the beginning of its abstract"
            losses.add(Dropped(lines, paper.title, "broken", reason))
        else:
            records.append(_record(paper, abstract, lines, len(records) + 1))
    n_entries = found.n_entries + len(papers)
    return Entries(tuple(records), losses.all(), page.date or date, n_entries, found.notes)


def _record(paper: _Paper, abstract: str, lines: tuple[int, ...], position: int) -> Record:
    published = paper.published
    full = published.in_year(published.year) if published and published.year else None
    return Record(
        paper.title,
        abstract,
        lines,
        position,
        published_date=full or published,
        arxiv_id=arxiv_id_of(paper.link),
        url=paper.link if paper.link.startswith("http") else None,
        upvotes=paper.upvotes,
    )


def _papers(text: str) -> tuple[list[_Paper], PartialDate | None]:
    papers: list[_Paper] = []
    date: PartialDate | None = None
    upvotes: int | None = None
    for block, line in _numbered(text):
        if block.tag == "article":
            upvotes = None
        if block.tag == "/article" and papers:
            papers[-1].is_over = True
        if not block.text:
            continue
        link = next((link for link in block.links if _PAPER_LINK.search(link)), "")
        if block.tag in _HEADINGS and link:
            papers.append(_Paper(block.text, line, link, upvotes, is_damaged=block.is_damaged))
            upvotes = None
        elif "leading-none" in block.attributes.get("class", ""):
            upvotes = count_of(block.text) if upvotes is None else upvotes
        elif papers and not papers[-1].is_over:
            _add(papers[-1], block, line)
        elif not papers and date is None:
            date = parse_date(block.text, line) if len(block.text) < 40 else None
    return papers, date


def _numbered(text: str) -> Iterator[tuple[Block, int]]:
    line, last = 1, 0
    for block in blocks(text):
        line, last = line + text.count("\n", last, block.start), block.start
        yield block, line


def _add(paper: _Paper, block: Block, line: int) -> None:
    """Add a block that follows the title to the paper: its abstract, its date, or nothing."""
    paper.is_damaged = paper.is_damaged or block.is_damaged
    stamp = date_of(block.attributes.get("datetime", "")) if block.tag == "time" else None
    match = _PUBLISHED.fullmatch(block.text)
    written = date_in(stamp.isoformat(), line) if stamp else None
    written = written or parse_date(match[1] if match else block.text, line)
    if written:
        paper.published = paper.published or written
    elif match or is_furniture(block.text) or _AUTHORS.fullmatch(block.text):
        return
    elif block.tag in ("p", "blockquote") or "line-clamp" in block.attributes.get("class", ""):
        paper.paragraphs.append((line, block.text))
    elif paper.paragraphs and block.tag in _HEADINGS:
        paper.is_over = True
