"""Read RSS and Atom feeds of papers.

Must not follow anything that a feed refers to, nor expand entities that it
declares itself. The entries before a break are whole and are kept; the break
goes on record.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.entities import html5
from xml.parsers import expat

from papertrends.dumps.fields import arxiv_id_of, date_of, url_of
from papertrends.dumps.lists.descriptions import Described, best, described, plain
from papertrends.dumps.losses import Losses, Unlisted
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.dumps.text import fold
from papertrends.errors import InputError, shortened

_ROOTS = frozenset(("rss", "feed", "RDF"))
_ENTRIES = frozenset(("item", "entry"))
_OWN = frozenset(("", "atom", "rss", "rdf", "a", "a10", "ns0"))
_TEXTS = frozenset(
    ("description", "summary", "content", "content:encoded", "dc:description", "dcterms:abstract")
)
_LINKS = frozenset(("link", "guid", "id", "feedburner:origLink", "dc:identifier"))
_PUBLISHED = ("published", "pubDate", "issued", "dc:date", "dcterms:issued")
_DIGEST = ("lastBuildDate", "pubDate", "updated", "modified", "dc:date")
_ENTRY_FIELDS = _TEXTS | _LINKS | {"title", "dc:title", *_PUBLISHED}
_DEEPEST = 5  # an entry lies at most so deep
_MOST_TAGS = 5_000
_PROLOGUE = 20
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,200}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([\w:.-]{1,50})")
_ROOT = re.compile(r"<([\w:.-]{1,50})[\s/>]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_OLD_TITLE = re.compile(
    r"\.?\s*\(arXiv:[\w./-]+(?:\s\[[\w.-]+\])?(?:\s(?:UPDATED|CROSS LISTED))?\)\.?$"
)
_ID_AT_END = re.compile(r"[/:.](\d\d(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?/?(?:[?#].*)?$", re.ASCII)
_REMEDY = "save the feed again"


def looks_like(text: str) -> bool:
    """Tell whether `text` is a feed, judging by its root."""
    at, text = 0, text[:200_000]
    for _ in range(_PROLOGUE):
        at += len(text) - at - len(text[at:].lstrip())
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith("<!DOCTYPE", at):
            return _is_root(_DOCTYPE.match(text, at))
        else:
            return _is_root(_ROOT.match(text, at))
        if end < 0:
            return False
        at = text.index(">", end) + 1
    return False


def _is_root(match: re.Match[str] | None) -> bool:
    return match is not None and match[1].rpartition(":")[2] in _ROOTS


def read(text: str, *, file: str) -> Dump:
    """Read one feed.

    Parameters
    ----------
    text : str
        The feed.
    file : str
        Its name for messages.

    Returns
    -------
    Dump
        Its papers, what became none, and the date that it was built (None without one).

    Raises
    ------
    InputError
        If it declares entities of its own, or there is no paper in it.
    """
    notes: list[str] = []
    parsing = _Parsing(file)
    parsing.run(_clean(text, notes))
    if not parsing.records:
        raise parsing.losses.no_paper(
            "give a feed whose entries have titles and abstracts", file=file
        )
    n_entries = len(parsing.records) + parsing.losses.count
    date = _date_of_feed(parsing.dates, notes)
    return Dump(tuple(parsing.records), parsing.losses.all(), date, n_entries, notes=tuple(notes))


def _clean(text: str, notes: list[str]) -> bytes:
    """Make it what expat reads: UTF-8, without the declaration of another encoding."""
    declaration = _DECLARATION.match(text)
    if declaration:
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    first = _NOT_XML.search(text)
    if first:
        line = text.count("\n", 0, first.start()) + 1
        text, count = _NOT_XML.subn("", text)
        notes.append(
            f"characters that XML does not allow left out: {count}, the first on line {line}"
        )
    return text.encode("utf-8")


def _date_of_feed(dates: dict[str, tuple[str, int]], notes: list[str]) -> PartialDate | None:
    for name in _DIGEST:
        text, line = dates.get(name, ("", 0))
        date = date_of(text)
        if date:
            return PartialDate(date.month, date.day, date.year, None, text, line)
        if text:
            notes.append(f"'{shortened(text)}' on line {line} is no date of the feed")
    return None


@dataclass
class _Entry:
    """What an entry says, until it is whole."""

    line: int
    title: str = ""
    found: list[Described] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    too_deep: bool = False


@dataclass
class _Element:
    """One whose text is wanted, with the markup within it if there is any."""

    name: str
    depth: int
    markup: bool | None
    line: int
    pieces: list[str] = field(default_factory=list)
    n_tags: int = 0

    def text(self) -> str:
        if not self.n_tags:
            return "".join(self.pieces)
        return "".join(
            f"<{one[1:]}>" if one.startswith("\0") else html.escape(one, quote=False)
            for one in self.pieces
        )


class _TooDeepError(Exception):
    """Elements lie within each other as in no feed."""


class _Parsing:
    """One run of the parser, entry by entry."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.records: list[Record] = []
        self.losses = Losses()
        self.dates: dict[str, tuple[str, int]] = {}
        self._depth = 0
        self._parents = [""] * (_DEEPEST + 2)
        self._entry: _Entry | None = None
        self._entry_depth = 0
        self._element: _Element | None = None
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 2**16
        parser.UseForeignDTD(True)  # else an entity of HTML would be the end
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.SkippedEntityHandler = self._entity
        parser.EntityDeclHandler = self._declared
        self._parser = parser

    def run(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            self._broken(data, error.lineno, expat.ErrorString(error.code))
        except _TooDeepError:
            self._broken(data, self._parser.CurrentLineNumber, "elements nested too deep")

    def _broken(self, data: bytes, line: int, what: str) -> None:
        at = max(self._parser.CurrentByteIndex, 0)
        n_after = sum(data.count(f"<{name}{end}".encode(), at) for name in _ENTRIES for end in "> ")
        after = f", and {n_after} entries after it are not read" if n_after else ""
        entry = self._entry
        where = "within this entry " if entry else ""
        self.losses.add(
            Dropped(
                (entry.line, line) if entry and entry.line < line else (line,),
                entry.title if entry else "",
                "broken",
                f"the feed breaks off {where}on line {line} ({what}){after}; {_REMEDY}",
            )
        )

    def _declared(self, name: str, *_: object) -> None:
        raise InputError(
            f"the feed declares entities of its own ('{shortened(name)}'), which no feed needs",
            "take its <!DOCTYPE ...> out if you trust it",
            file=self.file,
            line=self._parser.CurrentLineNumber,
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        depth = self._depth
        if depth > _MOST_TAGS:
            raise _TooDeepError
        element = self._element
        if element is not None:
            element.n_tags += 1
            if element.n_tags <= _MOST_TAGS:
                element.pieces.append(f"\0{name}")
            elif self._entry is not None:
                self._entry.too_deep = True
        elif self._entry is not None:
            if depth == self._entry_depth + 1:
                self._start_field(self._entry, _own(name), attributes)
        elif depth <= _DEEPEST:
            self._start_outside(_own(name), attributes)

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        depth = self._depth
        self._parents[depth] = name
        if name in _ENTRIES and depth > 1:
            self._entry = _Entry(self._parser.CurrentLineNumber)
            self._entry.links += [attributes[one] for one in ("rdf:about",) if one in attributes]
            self._entry_depth = depth
        elif name in _DIGEST and self._parents[depth - 1] in ("channel", "feed"):
            self._element = _Element(name, depth, None, self._parser.CurrentLineNumber)

    def _start_field(self, entry: _Entry, name: str, attributes: dict[str, str]) -> None:
        if name not in _ENTRY_FIELDS:
            return
        if name == "link" and "href" in attributes:
            if attributes.get("rel", "alternate") == "alternate":
                entry.links.insert(0, attributes["href"])
            return
        kind = attributes.get("type", "")
        markup = True if "html" in kind else False if self._parents[1] == "feed" else None
        line = self._parser.CurrentLineNumber
        self._element = _Element(name, self._depth, markup, line)

    def _characters(self, text: str) -> None:
        if self._element is not None:
            self._element.pieces.append(text)

    def _entity(self, name: str, is_parameter: bool) -> None:
        if self._element is not None and not is_parameter:
            self._element.pieces.append(html5.get(f"{name};", f"&{name};"))

    def _end(self, name: str) -> None:
        element, entry = self._element, self._entry
        if element is not None and self._depth == element.depth:
            self._element = None
            if entry is None:
                self.dates.setdefault(element.name, (fold(element.text()), element.line))
            else:
                _take(entry, element)
        elif element is not None:
            if element.n_tags <= _MOST_TAGS:
                element.pieces.append(f"\0/{name}")
        elif entry is not None and self._depth == self._entry_depth:
            self._entry = None
            self._finish(entry)
        self._depth -= 1

    def _finish(self, entry: _Entry) -> None:
        if self.losses.full and not (entry.title and entry.found):
            self.losses.add_unlisted(
                Unlisted(1, entry.line, entry.line)
            )  # there may be millions of them
            return
        made = _record_or_dropped(entry, len(self.records) + 1)
        if isinstance(made, Record):
            self.records.append(made)
        else:
            self.losses.add(made)


def _own(name: str) -> str:
    """Return the name without a prefix that says no more than that it is of the feed."""
    prefix, _, local = name.rpartition(":")
    return local if prefix in _OWN else name


def _take(entry: _Entry, element: _Element) -> None:
    """Put the text of an element where it belongs."""
    text, name = element.text(), element.name
    markup = True if element.n_tags else element.markup
    if name in ("title", "dc:title"):
        title = fold(text) if markup is False else plain(text)
        entry.title = entry.title or title
    elif name in _TEXTS:
        entry.found.append(described(text, markup=markup))
    elif name in _LINKS:
        entry.links.append(fold(text))
    else:
        entry.values.setdefault(name, fold(text))


def _record_or_dropped(entry: _Entry, position: int) -> Record | Dropped:
    lines = (entry.line,)
    said = best(entry.found)
    title = _OLD_TITLE.sub("", entry.title) or entry.title
    if entry.too_deep:
        return Dropped(lines, title, "broken", "an entry with more markup than an abstract has")
    if not title:
        return Dropped(lines, said.abstract[:200], "no title", "an entry without a title")
    if not said.abstract:
        return Dropped(lines, title, "no abstract", "an entry without an abstract")
    if said.is_cut:
        return Dropped(lines, title, "broken", "the feed has only the beginning of the abstract")
    published = (date_of(entry.values.get(name, "")) for name in _PUBLISHED)
    return Record(
        title,
        said.abstract,
        lines,
        position,
        published_date=next((date for date in published if date), None),
        arxiv_id=_first(map(_arxiv_id, entry.links)),
        url=_first(map(url_of, entry.links)),
        upvotes=said.upvotes,
    )


def _arxiv_id(link: str) -> str | None:
    link = link.removeprefix("oai:arXiv.org:")
    found = arxiv_id_of(link)
    if found is None and len(link) < 500:
        at_end = _ID_AT_END.search(link)
        found = at_end[1] if at_end else None
    return found


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)
