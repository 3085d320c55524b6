"""Read a Daily Papers page that was saved or copied as text.

The page has a head, the day of the digest ("Jul 31"), and then titles and
abstracts in turn. Titles and abstracts are told apart by their turn alone, so
that a short abstract or a title that ends in a full stop does no harm; only
text that is unmistakably out of turn shifts it. Must not guess beyond that:
what is no paper goes on record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from papertrends.dumps.dates import is_like_a_date, parse_date
from papertrends.dumps.losses import no_paper
from papertrends.dumps.pages.furniture import is_date_cue, is_furniture, is_page_mark, label
from papertrends.dumps.records import Dropped, Dump, Kind, PartialDate, Record
from papertrends.dumps.text import fold, split_lines
from papertrends.errors import InputError, shortened

_MEANT = "give a page with titles and abstracts in turn, separated by blank lines"
# Of 48,000 titles from 2024 and 2025 the longest has 226 characters, two have three
# sentences and none ends in a full stop; of their abstracts one in 1,500 has less
# than 300 characters or a single sentence.
_LONG_TITLE = 150
_LONGEST_TITLE = 250
_SURE_ABSTRACT = 300
_NO_TITLE = 600
_LONGEST_ABSTRACT = 20_000
_MARKS_BEGIN = "#DdBb"
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")

_LONG_LINE = 300  # no hard-wrapped text has lines like that
_HEAD_BLOCKS = 60
_MOST_LINES = 1_000_000
_DATE_PLACE = 40  # characters of what may stand for a date
_SNIFFED_CHARACTERS = 40_000
_HEAD_CHARACTERS = 4_000
_SNIFFED_PAIRS = 20

_KEY = re.compile(r"""["']\w{1,40}["']: (?:["'\[{\d-]|null|true|false|None)""")
_BEGINS_AS_DATA = re.compile(r'<[a-zA-Z]\w* [\w-]+="|"[^"]*",$|"\S+"$')
_COLUMN_NAMES = re.compile(r"\S*(?:,\S*){3,}")
_ADDRESS = re.compile(r"(?:\[\d+\]: )?https?:/\S*(?: \[\d+\]: .*)?")

_Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together, as one text."""

    lines: tuple[int, ...]
    text: str

    @property
    def line(self) -> int:
        return self.lines[0]

    def dropped(self, kind: Kind, reason: str) -> Dropped:
        return Dropped(self.lines, self.text, kind, reason)


def looks_like(text: str) -> bool:
    """Tell whether `text` is a Daily Papers page as text, judging by its beginning."""
    beginning = text[:_SNIFFED_CHARACTERS]
    if beginning.lstrip()[:1] in ("<", "{", "[") or _names_columns(beginning):
        return False
    head = (fold(line) for line in split_lines(beginning[:_HEAD_CHARACTERS]))
    if any(is_page_mark(line) for line in head):
        return True
    blocks = _blocks(_groups(beginning))
    body = [one for one in blocks if not (is_furniture(one.text) or _is_data(one.text))]
    if body and is_like_a_date(body[0].text):
        return len(body) > 2 and not _is_abstract(body[1].text) and not _is_surplus(body[1:])
    pairs = list(islice(_pairs(body), _SNIFFED_PAIRS))
    fitting = sum(_may_be_title(one.text) and _is_abstract(other.text) for one, other in pairs)
    return fitting > 0.8 * len(pairs)


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
        If what stands in the date's place is no date, if two digests are in it, if
        titles cannot be told from abstracts, or if there is no paper in it.
    """
    groups = _groups(text)
    _refuse_endless(groups, file)
    _refuse_unseparated(groups, file)
    blocks = _blocks(groups)
    date, head, rest = _split_head(blocks, file)
    labels = label([block.text for block in rest], leading=date is None)
    dropped = [_of_head(block) for block in head]
    for block, what in zip(rest, labels, strict=True):
        if what == "furniture":
            dropped.append(block.dropped("furniture", "page furniture"))
        elif what == "foot":
            dropped.append(block.dropped("unknown", "unknown text in the foot of the page"))
    body = [block for block, what in zip(rest, labels, strict=True) if what == "text"]
    records, left_out = _papers(body, date, file)
    dropped = sorted(dropped + left_out, key=lambda one: one.line)
    if not records:
        raise no_paper(dropped, _MEANT, file=file)
    return Dump(tuple(records), tuple(dropped), date, len(blocks))


def _groups(text: str) -> list[list[_Line]]:
    """Clean the lines, number them and cut at those where nothing is to be seen."""
    groups: list[list[_Line]] = [[]]
    seen = 0
    for number, raw in enumerate(split_lines(text), start=1):
        if raw and (line := fold(raw)):
            seen += 1
            if seen > _MOST_LINES:
                break
            groups[-1].append((number, line))
        elif groups[-1]:
            groups.append([])
    return groups if groups[-1] else groups[:-1]


def _refuse_endless(groups: Sequence[list[_Line]], file: str) -> None:
    if sum(map(len, groups)) == _MOST_LINES:
        raise InputError(
            f"it has {_MOST_LINES:,} lines or more, as no page has",
            "save each digest to a file of its own",
            file=file,
            line=groups[-1][-1][0],
        )


def _blocks(groups: Sequence[list[_Line]]) -> list[_Block]:
    # In both cases blank lines do not stand between title and abstract.
    if len(groups) == 1 or (_have_title_on_top(groups) and _longest(groups) == 2):
        return [_block([line]) for group in groups for line in group]
    return [_block(part) for group in groups for part in _parts(group)]


def _block(lines: Sequence[_Line]) -> _Block:
    if len(lines) == 1:
        number, text = lines[0]
        return _Block((number,), text)
    return _Block(tuple(number for number, _ in lines), " ".join(line for _, line in lines))


def _parts(group: list[_Line]) -> Iterable[Sequence[_Line]]:
    """Keep a paragraph together, but take lines apart that are blocks of their own.

    A short line before a long one is a title; short ones after it may end the
    paragraph.
    """
    if len(group) == 1:
        return [group]
    long = [len(line) >= _LONG_LINE for _, line in group]
    titled = any(not before and after for before, after in pairwise(long))
    if titled or _is_page(group):
        return [[line] for line in group]
    return [group]


def _have_title_on_top(groups: Sequence[list[_Line]]) -> bool:
    """Tell whether each paragraph seems to be a title and its abstract in one."""
    has_papers = False
    for group in groups:
        is_paper = len(group) > 1 and not group[0][1].endswith(".") and group[-1][1].endswith(".")
        if _is_page(group):
            continue
        if not is_paper:
            return False
        has_papers = True
    return has_papers


def _longest(groups: Sequence[list[_Line]]) -> int:
    return max((len(group) for group in groups if not _is_page(group)), default=0)


def _is_page(group: Sequence[_Line]) -> bool:
    return all(is_furniture(line) or parse_date(line, n) for n, line in group)


def _refuse_unseparated(groups: Sequence[list[_Line]], file: str) -> None:
    """Refuse wrapped lines without blank lines between title and abstract: a guess at best."""
    if len(groups) > 1 and not (_have_title_on_top(groups) and _longest(groups) > 2):
        return
    lines = [line for group in groups for line in group if not _is_page([line])]
    # Hardly any title or abstract begins with a small letter; most wrapped lines do.
    small = [number for number, line in lines if line[0].islower()]
    if len(lines) > 2 and len(small) > 0.3 * len(lines):
        raise InputError(
            "the lines are wrapped and no blank line tells titles from abstracts",
            "separate titles and abstracts by blank lines",
            file=file,
            line=small[0],
        )


def _split_head(
    blocks: Sequence[_Block], file: str
) -> tuple[PartialDate | None, Sequence[_Block], Sequence[_Block]]:
    """Find the date; nothing beyond the first abstract can be the head."""
    cue = -1
    for i, block in enumerate(blocks[:_HEAD_BLOCKS]):
        if len(block.text) > _LONGEST_TITLE:
            break
        date = parse_date(block.text, block.line)
        if date:
            return date, blocks[:i], blocks[i + 1 :]
        if is_date_cue(block.text):
            cue = i
    _refuse_broken_date(blocks[cue + 1 :], after_cue=cue >= 0, file=file)
    return None, [], blocks


def _refuse_broken_date(blocks: Sequence[_Block], *, after_cue: bool, file: str) -> None:
    text = [block for block in blocks if not is_furniture(block.text)]
    if not text or len(text[0].text) > _DATE_PLACE:
        return
    place = text[0]
    is_named = after_cue or re.fullmatch(r"\w+\.? \d{1,2}(?:,? \d{4})?", place.text)
    if is_like_a_date(place.text) or (is_named and _is_surplus(text)):
        raise InputError(
            f"'{shortened(place.text)}' stands in the date's place and is no date",
            "write it like 'Jul 31' or 'Jul 31, 2025'",
            file=file,
            line=place.line,
        )


def _is_surplus(blocks: Sequence[_Block]) -> bool:
    """Tell whether the first block is one too many for titles and abstracts in turn.

    If those after it are titles and abstracts in pairs, they are the papers, and the
    first is none of theirs.
    """
    pairs = list(islice(_pairs(blocks[1:]), _SNIFFED_PAIRS))
    rising = sum(_like_abstract(one.text) < _like_abstract(other.text) for one, other in pairs)
    return rising > len(pairs) / 2


def _like_abstract(text: str) -> tuple[bool, bool, int]:
    return _is_abstract(text), text.endswith("."), len(text)


def _pairs(blocks: Sequence[_Block]) -> Iterator[tuple[_Block, _Block]]:
    return zip(blocks[::2], blocks[1::2], strict=False)


def _of_head(block: _Block) -> Dropped:
    if is_furniture(block.text):
        return block.dropped("furniture", "page furniture")
    return block.dropped("unknown", "unknown text before the date")


def _papers(
    blocks: Sequence[_Block], date: PartialDate | None, file: str
) -> tuple[list[Record], list[Dropped]]:
    """Take titles and abstracts in turn; see the module's docstring."""
    records: list[Record] = []
    dropped: list[Dropped] = []
    title: _Block | None = None
    other_date: PartialDate | None = None
    for i, block in enumerate(blocks):
        another = parse_date(block.text, block.line)
        if another:
            dropped.append(block.dropped("furniture", "a date among the papers"))
            if not (date and date.agrees_with(another)):
                other_date = other_date or another
        elif why := _no_text(block.text):
            if title:
                dropped.append(title.dropped("no abstract", "no abstract follows this title"))
            dropped.append(block.dropped("unknown", why))
            title = None
        elif title is None and _is_abstract(block.text):
            dropped.append(block.dropped("no title", "text without a title"))
        elif title is None:
            title = block
        elif _is_title(block.text) and _is_abstract(_text_at(blocks, i + 1)):
            dropped.append(title.dropped("no abstract", "no abstract follows this title"))
            title = block
        else:
            _refuse_second_digest(other_date, file)
            lines = title.lines + block.lines
            records.append(Record(title.text, block.text, lines, len(records) + 1))
            title = None
    if title:
        dropped.append(title.dropped("no abstract", "no abstract follows this title"))
    return records, dropped


def _names_columns(text: str) -> bool:
    first = text.lstrip().partition("\n")[0][:_HEAD_CHARACTERS]
    names = [name.strip(' "').casefold() for name in re.split("[,;\t]", first)]
    return len(names) > 1 and "title" in names


def _no_text(text: str) -> str:
    if len(text) > _LONGEST_ABSTRACT:
        return "a text too long for an abstract"
    if text[0] in _MARKS_BEGIN and is_page_mark(text.lstrip("# ")[:27]):
        return "the name of the page among the papers"
    return "markup, data or an address among the text" if _is_data(text) else ""


def _is_data(text: str) -> bool:
    """Tell whether this is an address or a piece of HTML, XML, JSON or a table beyond doubt."""
    has_keys = text.find('": ', 0, 1000) >= 0 or text.find("': ", 0, 1000) >= 0
    if text[0].isalnum() and not has_keys and " " in text:
        return False  # nearly all there is
    if _BEGINS_AS_DATA.match(text):
        return True
    if text.startswith("<") and text.endswith(">"):
        return "</" in text or '="' in text or " " not in text or text[1] in "!?/"
    if has_keys and len(_KEY.findall(text[:1000])) >= 2:
        return True
    if text.startswith(('"', "{", "[")) and _KEY.match(text.lstrip("{[ ")):
        return True
    if "http" in text[:12] and _ADDRESS.fullmatch(text):
        return True
    if " " in text:
        return False
    if not text.isascii():
        return "_" in text and _COLUMN_NAMES.fullmatch(text) is not None
    return _COLUMN_NAMES.fullmatch(text) is not None or not any(map(str.isalnum, text[:1000]))


def _text_at(blocks: Sequence[_Block], i: int) -> str:
    return blocks[i].text if i < len(blocks) else ""


def _is_abstract(text: str) -> bool:
    """Tell whether this is an abstract beyond doubt, wherever it stands."""
    if len(text) < _LONG_TITLE:
        return False
    several = len(_SENTENCE_END.findall(text)) >= 2
    if text.endswith((".", "。")):
        return several or len(text) > _LONGEST_TITLE
    return len(text) >= (_SURE_ABSTRACT if several else _NO_TITLE)


def _is_title(text: str) -> bool:
    """Tell whether this is a title beyond doubt, if an abstract follows it."""
    return _may_be_title(text) and not text.endswith((".", "。"))


def _may_be_title(text: str) -> bool:
    return len(text) <= _LONGEST_TITLE and len(_SENTENCE_END.findall(text)) <= 2


def _refuse_second_digest(other: PartialDate | None, file: str) -> None:
    if other:
        raise InputError(
            f"another date ('{other.text}') with papers after it",
            "save each digest to a file of its own",
            file=file,
            line=other.line,
        )
