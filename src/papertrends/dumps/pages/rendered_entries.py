"""One paper on a page as a tool rendered it: its title and its abstract.

An entry runs from its heading to the next one. Titles and abstracts may be links,
wrapped, or of several paragraphs. Must not know of the page: what entries have in
common is for the reader of the whole page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from papertrends.dumps.fields import arxiv_id_of
from papertrends.dumps.pages.rendered_lines import LONGEST_NAME, Around, Line, Part, part_of
from papertrends.dumps.pages.rendered_links import Closing, closing
from papertrends.dumps.text import fold

_LONGEST_TITLE = 400
_PARAGRAPH = 80  # characters from which on a paragraph is no name nor button
SENTENCE_ENDS = (".", "!", "?", ":", ";", ")", "。", "！", "？")
"""How a paragraph ends that is one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper with its texts as they stand, and what stands around it."""

    title: Text
    abstract: Text | None
    around: Around
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A title or an abstract as it stands: its lines, and where it links to.

    `form` is ``link`` or ``plain``, or ``open`` for a link that never ends.
    """

    lines: tuple[int, ...]
    raw: list[str]
    form: str
    address: str | None = None


def title_of(lines: Sequence[Line], names: Mapping[str, str]) -> tuple[Text, int]:
    """Read the title that the first line begins, and tell how many lines it takes."""
    content = [_without_marks(line) for _, line in _first_paragraph(lines)]
    if content[0].startswith("["):
        for i, line in enumerate(content):
            end = closing(line, names)
            if end:
                raw = [*content[:i], line[: end.start]]
                raw[0] = raw[0][1:]
                return Text(_numbers(lines[: i + 1]), raw, "link", end.address), i + 1
        if content[0].endswith("]"):  # a link by its own text
            inner = content[0][1:-1]
            return Text(_numbers(lines[:1]), [inner], "link", names.get(inner)), 1
        if any(line.endswith((")", "]")) or "](" in line for line in content) or len(lines) < 3:
            return Text(_numbers(lines[: len(content)]), content, "open"), len(content)
    n_lines = _n_wrapped(lines, content, names)
    return Text(_numbers(lines[:n_lines]), content[:n_lines], "plain"), n_lines


def _first_paragraph(lines: Sequence[Line]) -> Sequence[Line]:
    end = next((i for i, (_, line) in enumerate(lines) if not line), len(lines))
    return lines[: min(end, 20)]


def _without_marks(line: str) -> str:
    marked = re.match(r"#{1,6}\s+", line)
    if marked:
        line = line[marked.end() :]
        line = line.removesuffix(marked[0].rstrip()).rstrip() if line.endswith(" #") else line
    if len(line) > 4 and line.startswith("**") and line.endswith("**"):
        line = line[2:-2]
    return line.strip()


def _n_wrapped(lines: Sequence[Line], content: list[str], names: Mapping[str, str]) -> int:
    """Tell how many lines a title takes: those wrapped, if its abstract stands apart."""
    count = 1
    while count < len(content):
        number, line = lines[count]
        first_word = line.split(maxsplit=1)[0]
        full = len(lines[count - 1][1]) + 1 + len(first_word) > 60
        if not full or part_of(number, line, names).kind != "text":
            break
        count += 1
    fits = len(" ".join(content[:count])) <= _LONGEST_TITLE
    if count > 1 and fits and abstract_of(lines, count, names, None):
        return count
    return 1


def abstract_of(
    lines: Sequence[Line], start: int, names: Mapping[str, str], address: str | None
) -> tuple[Text, int, int] | None:
    """Find the abstract from line `start` on: it, where it begins and where it ends."""
    own = arxiv_id_of(address)
    i = start
    submitted = False
    while i < len(lines):
        number, line = lines[i]
        if not line:
            i += 1
            continue
        part = part_of(number, line, names)
        opens = line == "[" and _kind_after(lines, i, names) == "text"
        if opens or (line[0] == "[" and (part.kind == "text" or _is_own(line, names, own, part))):
            return _in_link(lines, i, names, own) or _plain(lines, i, names, "open")
        if part.kind == "text" and not submitted and not _is_name(lines, i):
            return _plain(lines, i, names, "plain")
        submitted = part.words.casefold() == "submitted by" or (submitted and part.kind != "text")
        i += 1
    return None


def _kind_after(lines: Sequence[Line], i: int, names: Mapping[str, str]) -> str:
    number, line = _following(lines, i)
    return part_of(number, line, names).kind if line else "separator"


def _following(lines: Sequence[Line], i: int) -> Line:
    """Return the next line on which something stands."""
    i += 1
    while i < len(lines) and not lines[i][1]:
        i += 1
    return lines[i] if i < len(lines) else (0, "")


def _is_own(line: str, names: Mapping[str, str], own: str | None, part: Part) -> bool:
    """Tell a short abstract from other links, like that of an organisation."""
    end = closing(line, names)
    if part.kind != "link" or end is None or line.startswith(("[!", "[]", "[[")):
        return False
    if end.address is None:
        return part.words.endswith(SENTENCE_ENDS)
    return "#" not in end.address and _leads_to(end, own)


def _leads_to(end: Closing, own: str | None) -> bool:
    if end.address is None or own is None:
        return end.address is None or "papers/" in end.address
    return "login" not in end.address and arxiv_id_of(end.address) == own


def _in_link(
    lines: Sequence[Line], i: int, names: Mapping[str, str], own: str | None
) -> tuple[Text, int, int] | None:
    """Read an abstract that is a link, of one paragraph or several, up to its end."""
    alone = lines[i][1] == "["
    for j in range(i + alone, len(lines)):
        line = lines[j][1]
        another = j > i + alone and (line == "[" or line.startswith(("[- ", "[![")))
        if another or line in ("·", "•") or line.startswith("#"):
            return None
        end = closing(line, names)
        at_end = j + 1 == len(lines) or not lines[j + 1][1] or line[:1] == "]"
        if end and _leads_to(end, own) and (end.address is not None or at_end):
            raw = [text for _, text in lines[i:j]] + [line[: end.start]]
            raw[0] = raw[0][1:]
            text = Text(_numbers(lines[i : j + 1]), raw, "link", end.address)
            return text, i, j + 1
    return None


def _plain(
    lines: Sequence[Line], i: int, names: Mapping[str, str], form: str
) -> tuple[Text, int, int]:
    """Read an abstract that is mere text: a paragraph, and those that go on with it."""
    begin, end = i, _paragraph_end(lines, i, names)
    while end < len(lines):
        following = end
        while following < len(lines) and not lines[following][1]:
            following += 1
        if following in (end, len(lines)) or not _goes_on(lines, following, names):
            break
        end = _paragraph_end(lines, following, names)
    raw = [line for _, line in lines[begin:end]]
    return Text(_numbers(lines[begin:end]), raw, form), begin, end


def _goes_on(lines: Sequence[Line], i: int, names: Mapping[str, str]) -> bool:
    if part_of(*lines[i], names).kind != "text" or _is_name(lines, i):
        return False
    text = " ".join(line for _, line in lines[i : _paragraph_end(lines, i, names)])
    return len(text) >= _PARAGRAPH or text.endswith(SENTENCE_ENDS)


def _paragraph_end(lines: Sequence[Line], i: int, names: Mapping[str, str]) -> int:
    ends = ("authors", "date", "link", "mark", "separator", "community")
    for j in range(i, len(lines)):
        number, line = lines[j]
        if not line or (j > i and line.startswith(("### ", "·", "[LINK:"))):
            return j
        if j > i and part_of(number, line, names).kind in ends:
            return j
    return len(lines)


def _is_name(lines: Sequence[Line], i: int) -> bool:
    """Tell an organisation's name by what follows: the dot before the date."""
    line = lines[i][1]
    if len(line) > LONGEST_NAME or line[-1] in ".?!":
        return False
    return _following(lines, i)[1].startswith(("·", "•"))


def _numbers(lines: Sequence[Line]) -> tuple[int, ...]:
    return tuple(number for number, line in lines if fold(line))
