"""Read Daily Papers pages, listings and search results as other tools render them.

Converters of pages write a heading for each title (``### [title](address)``,
``### [title][n]`` or ``### title``), or addresses on lines of their own. The date
with a paper is that of its publication; the digest's stands before the first paper.
Must not guess: an entry that may be cut is no paper, and what is no paper goes on
record.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from papertrends.dumps.fields import arxiv_id_of, url_of
from papertrends.dumps.losses import no_paper
from papertrends.dumps.pages.furniture import is_furniture, is_page_mark
from papertrends.dumps.pages.rendered_addresses import ADDRESS_LINE, by_addresses
from papertrends.dumps.pages.rendered_dates import date_of_page
from papertrends.dumps.pages.rendered_entries import (
    SENTENCE_ENDS,
    Entry,
    Text,
    abstract_of,
    title_of,
)
from papertrends.dumps.pages.rendered_lines import TOO_LONG, Around, Line, around, lines_between
from papertrends.dumps.pages.rendered_links import (
    absolute,
    closing,
    definitions,
    escaped,
    unbroken,
    unescaped,
    without_inner_links,
    words,
)
from papertrends.dumps.pages.rendered_plain import is_dated, starts_between_dates
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.dumps.text import fold
from papertrends.errors import InputError

_MEANT = "give a page with a heading for each title and its abstract below"
_SNIFFED_CHARACTERS = 200_000
_MOST_ENTRIES = 50_000
_MOST_LINES = 300_000
_MOST_DROPPED = 1_000
_LONGEST_HEAD_LINE = 300
_LONGEST_HEAD = 200_000
_FOOT = 5_000

_HEADING = re.compile(r"^[ \t]{0,4}(#{2,6})[ \t]+(\S.*)$", re.MULTILINE)
_LINK_END = re.compile(r"\](?:\([^()\s]*\)|\[[^\[\]]*\])?$")
_UNDERLINED = re.compile(r"^[ \t]{0,3}([^\s#>].{0,500})\n[ \t]{0,3}(?:-{3,}|={3,})[ \t]*$", re.M)
_TO_PAPER = re.compile(r"\]\((?:https?://(?:www\.)?huggingface\.co)?/papers/[^\s/)]+\)")
_MARK = re.compile(
    r"[\s#*]*(?:title:\s*)?[\"\[]?(?:daily|trending) papers(?: - hugging face)?[\"\]]?"
    r"(?:\([^()\s]*\))?[\s*]*|.{0,200}\band the research community\s*",
    re.IGNORECASE,
)
_MARK_WORDS = ("daily papers", "trending papers", "research community")
_NO_PAGE = re.compile(r"[<{]|\[\s*[{\"\]]")
_WORD = re.compile(r"[^\W\d_]{2}")
_NO_TITLE = re.compile(
    r"by\W{0,4}ak\b.*|by\b.*and the research community|trending papers|extracted text",
    re.IGNORECASE,
)


def looks_like(text: str) -> bool:
    """Tell whether `text` is a Daily Papers page as rendered, judging by its beginning."""
    beginning = text[:_SNIFFED_CHARACTERS]
    if _NO_PAGE.match(beginning.lstrip()[:1_000]):
        return False
    if "##" in beginning:
        headings = [match[2][-500:] for match in islice(_HEADING.finditer(beginning), 50)]
        if any(_TO_PAPER.search(heading) for heading in headings):
            return True
        if any(map(_is_title, headings)):
            return _has_author_counts(beginning) or _has_mark(beginning.lower())
    if "huggingface.co/papers/" in beginning:
        addresses = [match[1] for match in islice(ADDRESS_LINE.finditer(beginning), 100)]
        if any(one == other for one, other in pairwise(addresses)):
            return True
    return is_dated(beginning)


def _has_author_counts(beginning: str) -> bool:
    places = islice(re.finditer(" author", beginning), 100)
    return sum(beginning[match.start() - 1].isdigit() for match in places) > 1


def _has_mark(beginning: str) -> bool:
    for words_of_mark in _MARK_WORDS:
        for match in islice(re.finditer(words_of_mark, beginning), 100):
            start = beginning.rfind("\n", 0, match.start()) + 1
            end = beginning.find("\n", match.end())
            line = beginning[start : end if end >= 0 else None]
            if len(line) < _LONGEST_HEAD_LINE and _MARK.fullmatch(line):
                return True
    return False


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
        Its papers, what became none, and the date in its head (None without one).

    Raises
    ------
    InputError
        If what stands in the date's place is no date, if two digests are in it, or
        if there is no paper in it.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_endless(text, file)
    names = definitions(text)
    starts = _headings(text, file)
    if not starts and not ADDRESS_LINE.search(text):
        starts = starts_between_dates(text)
    if starts:
        pieces = _pieces(text, starts)
        head = around(next(pieces), names, head=True)
        entries = [_entry(lines, names) for lines in pieces]
        end = starts[0]
        literal = _is_literal(entries, names)
    else:
        literal = True
        head, entries, end = by_addresses(text, names, file)
    date, notes = date_of_page(text[: min(end, _LONGEST_HEAD)], text[-_FOOT:], head.date, file)
    records, dropped = _papers(entries, head, names, literal=literal)
    _refuse_second_digest(entries, records, date, file)
    dropped = _capped([*head.dropped, *dropped], date)
    if not records:
        raise no_paper(dropped, _MEANT, file=file)
    n_blocks = 2 * len(records) + len(dropped) + (date is not None)
    return Dump(tuple(records), tuple(dropped), date, n_blocks, notes=notes)


def _refuse_endless(text: str, file: str) -> None:
    if text.count("\n") < _MOST_LINES:
        return
    filled = sum(1 for _ in islice(re.finditer(r"\n[ \t]*\S", text), _MOST_LINES))
    if filled == _MOST_LINES:
        raise InputError(
            f"more than {_MOST_LINES:,} lines",
            "give a page of papers, a digest to a file",
            file=file,
        )


def _headings(text: str, file: str) -> list[int]:
    """Find where the titles begin: the headings of the level that most of them have."""
    body = _end_of_front_matter(text)
    found: dict[int, list[int]] = {}
    to_papers: Counter[int] = Counter()
    open_until = -2  # where the line ends on which a link around a title still goes on
    for match in islice(_HEADING.finditer(text, body), _MOST_ENTRIES + 1):
        goes_on = match.start() == open_until + 1
        title = match[2].rstrip()
        is_open = (title[0] == "[" or goes_on) and not _LINK_END.search(title[-500:])
        open_until = match.end() if is_open else -2
        if not goes_on and _is_title(match[2]):
            level = len(match[1])
            found.setdefault(level, []).append(match.start())
            to_papers[level] += "/papers/" in match[2][-300:]
    if not found:
        matches = islice(_UNDERLINED.finditer(text, body), _MOST_ENTRIES + 1)
        found[0] = [match.start() for match in matches if _is_title(match[1])]
    level = max(found, key=lambda one: (to_papers[one], len(found[one]), one))
    if len(found[level]) > _MOST_ENTRIES:
        raise InputError(
            f"more than {_MOST_ENTRIES:,} headings",
            "give a page of papers, a digest to a file",
            file=file,
        )
    return found[level]


def _is_title(heading: str) -> bool:
    if len(heading) > 1_000:
        return True
    seen = fold(words(heading)).strip("*# ")
    return bool(seen) and not (
        is_furniture(seen) or is_page_mark(seen) or _NO_TITLE.fullmatch(seen)
    )


def _end_of_front_matter(text: str) -> int:
    if not text[:20].lstrip().startswith("---"):
        return 0
    end = re.compile(r"^---[ \t]*$", re.MULTILINE).search(text, text.index("---") + 3, 20_000)
    return end.end() if end else 0


def _pieces(text: str, starts: Sequence[int]) -> Iterator[list[Line]]:
    """Cut the page before each title; the first piece is the head."""
    number = 1
    begin = 0
    for end in (*starts, len(text)):
        yield lines_between(text, begin, end, number)
        number += text.count("\n", begin, end)
        begin = end


def _entry(lines: list[Line], names: Mapping[str, str]) -> Entry:
    if lines[-1][1] == TOO_LONG:
        title = Text((lines[0][0], lines[-1][0]), [lines[0][1][:200]], "open")
        return Entry(title, None, around([], names), "an entry far longer than any paper is")
    underlined = len(lines) > 1 and re.fullmatch(r"-{3,}|={3,}", lines[1][1]) is not None
    if underlined:
        lines = [lines[0], (lines[1][0], ""), *lines[2:]]
    title, begin = title_of(lines, names)
    if underlined:
        title = replace(title, lines=(*title.lines, lines[1][0]))
    found = None if title.form == "open" else abstract_of(lines, begin, names, title.address)
    if found is None:
        problem = "the link around this title never ends" if title.form == "open" else ""
        return Entry(title, None, around(lines[begin:], names), problem)
    abstract, start, end = found
    before = around(lines[begin:start], names)
    behind = around(lines[end:], names)
    if not before.dropped:
        return Entry(title, abstract, behind)
    together = replace(
        behind,
        date=behind.date or before.date,
        votes={**before.votes, **behind.votes},
        addresses=(*before.addresses, *behind.addresses),
        dropped=(*before.dropped, *behind.dropped),
    )
    return Entry(title, abstract, together)


def _is_literal(entries: Sequence[Entry], names: Mapping[str, str]) -> bool:
    """Tell tools that number the links and list them below: within a text they mark nothing."""
    linked = [entry for entry in entries if entry.title.form == "link"]
    numbered = bool(names) and all(name.isdecimal() for name in names)
    addresses = set(names.values())
    return numbered and bool(linked) and all(one.title.address in addresses for one in linked)


def _papers(
    entries: Sequence[Entry], head: Around, names: Mapping[str, str], *, literal: bool
) -> tuple[list[Record], list[Dropped]]:
    """Make records of the entries, and put on record what is none."""
    titles = [_raw(entry.title, names, literal) for entry in entries]
    abstracts = [
        _raw(entry.abstract, names, literal) if entry.abstract else "" for entry in entries
    ]
    marked = head.escapes or any(map(_is_marked, entries))
    characters = "" if literal else escaped("\n".join([*titles, *abstracts]), marked=marked)
    linked = any(one.abstract and one.abstract.form == "link" for one in entries)
    # Where papers have votes or dates, something stands behind each abstract.
    followed = head.counts or any(entry.around.date for entry in entries)
    votes = {paper: n for one in entries for paper, n in one.around.votes.items()}
    votes = {**head.votes, **votes}
    records: list[Record] = []
    dropped: list[Dropped] = []
    before = head
    for i, (entry, title, abstract) in enumerate(zip(entries, titles, abstracts, strict=True)):
        last = i + 1 == len(entries)
        entry = _judged(entry, linked=linked, last=last, expected=followed)
        title, abstract = (fold(unescaped(text, characters)) for text in (title, abstract))
        loss = _loss(entry, title, abstract)
        if loss or not entry.abstract:
            dropped += loss
        else:
            lines = tuple(sorted({*entry.title.lines, *entry.abstract.lines}))
            record = Record(title, abstract, lines, len(records) + 1)
            records.append(_with_details(record, entry, before, votes))
        dropped += entry.around.dropped
        before = entry.around
    return records, dropped


def _raw(text: Text, names: Mapping[str, str], literal: bool) -> str:
    whole = unbroken(text.raw)
    return whole if literal else without_inner_links(whole, names)


def _is_marked(entry: Entry) -> bool:
    lines = entry.abstract.raw if entry.abstract else []
    broken = len(lines) > 1 and all(line.endswith("\\") for line in lines[:-1] if line)
    return entry.around.escapes or broken


def _judged(entry: Entry, *, linked: bool, last: bool, expected: bool) -> Entry:
    """Tell entries that may not be whole by what the other ones have."""
    abstract = entry.abstract
    if abstract is None or entry.problem or abstract.form == "link":
        return entry
    unfollowed = last and not any(_WORD.search(one.text) for one in entry.around.dropped)
    if abstract.form == "open" and (linked or entry.title.form == "link" or unfollowed):
        return replace(entry, problem="the link around this abstract never ends")
    end = closing(abstract.raw[-1], {})
    if linked and end and end.address and "/papers/" in end.address:
        return replace(entry, problem="the link around this abstract never begins")
    if unfollowed and (expected or not abstract.raw[-1].endswith(SENTENCE_ENDS)):
        return replace(entry, problem="the page ends here, perhaps within the abstract")
    return entry


def _loss(entry: Entry, title: str, abstract: str) -> list[Dropped]:
    texts = [entry.title, *([entry.abstract] if entry.abstract else [])]
    lines = tuple(sorted({number for text in texts for number in text.lines}))
    shown = (title or abstract)[:2_000]
    if entry.problem:
        remedy = "save the page again"
        return [Dropped(lines, shown, "broken", f"{entry.problem}; {remedy}")]
    if not title:
        return [Dropped(lines, shown, "no title", "an entry without a title")]
    if not abstract:
        return [Dropped(lines, shown, "no abstract", "no abstract follows this title")]
    return []


def _with_details(
    record: Record, entry: Entry, before: Around, votes: Mapping[str, int | None]
) -> Record:
    """Add what the page says of the paper beyond its texts."""
    abstract = entry.abstract.address if entry.abstract else None
    links = [link for link in (entry.title.address, abstract, *entry.around.addresses) if link]
    ids = (arxiv_id_of(link) for link in links)
    arxiv_id = next((one for one in ids if one), before.login)
    url = next((url_of(absolute(link).partition("#")[0]) for link in links), None)
    date = entry.around.date
    published: dt.date | PartialDate | None = date
    if date and date.year:
        published = date.in_year(date.year)
    upvotes = votes.get(arxiv_id or "", before.last_votes)
    return replace(record, published_date=published, arxiv_id=arxiv_id, url=url, upvotes=upvotes)


def _refuse_second_digest(
    entries: Sequence[Entry], records: Sequence[Record], date: PartialDate | None, file: str
) -> None:
    last = records[-1].line if records else 0
    for entry in entries:
        other = entry.around.header
        if other is None or other.line > last or (date is None and not entry.around.marked):
            continue
        if not (date and date.agrees_with(other)):
            raise InputError(
                f"another date ('{other.text}') with papers after it",
                "save each digest to a file of its own",
                file=file,
                line=other.line,
            )


def _capped(dropped: Sequence[Dropped], date: PartialDate | None) -> list[Dropped]:
    """Order what was dropped; of thousands of entries without a paper most become one."""
    own = date.line if date else 0
    kept: list[Dropped] = []
    for furniture in (True, False):
        found = [one for one in dropped if (one.kind == "furniture") == furniture]
        for one in found[:_MOST_DROPPED]:
            lines = tuple(number for number in one.lines if number != own)
            if lines:
                kept.append(replace(one, lines=lines))
        rest = found[_MOST_DROPPED:]
        if rest:
            lines = (rest[0].lines[0], rest[-1].lines[-1])
            text = f"{len(rest):,} more"
            kept.append(Dropped(lines, text, rest[0].kind, f"{text}, the first: {rest[0].reason}"))
    return sorted(kept, key=lambda one: one.line)
