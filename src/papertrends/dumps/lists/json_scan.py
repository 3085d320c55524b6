"""Walk through JSON and hand out its entries one by one, with the places they stand at.

A file is never decoded as a whole: each entry knows where it stands, those
before a break are kept, and memory follows the largest entry. Must not know what
a paper is, beyond what a caller says of an entry; must not mend what is broken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import islice
from typing import Any

from papertrends.dumps.fields import key
from papertrends.dumps.lists.json_events import Damage, Element, Empties, Event, Member

LONGEST = 5_000_000
"""Characters that one entry may have."""

TOLD = 1_000
"""Elements of a list that are handed out one by one, whatever they are."""

LISTS = frozenset(
    "papers dailypapers data items results entries entry records rows docs documents articles hits"
    " searchresults response list feed channel item content payload body days digests".split()
)
"""How objects call the list of papers in them, in small letters without dashes."""

_NEAR = 30_000  # characters that hold most entries
_TOO_LONG = f"it is longer than {LONGEST // 10**6} MB"
_DEEPEST = 8  # lists and objects around the entries
_MOST_STRANGE = 10_000  # missing commas, or texts one after the other
_MOST_SKIPPED = 100_000
_EXAMINED = 100  # elements looked at to tell whether a list holds entries
_STRICT = json.JSONDecoder()
_LENIENT = json.JSONDecoder(strict=False)
_SEPARATORS = re.compile(r"[ \t\n\r,]*+")
# Elements that are surely no entries; so many of them are not worth a look each.
_EMPTIES = re.compile(
    r'(?:(?:\[ ?\]|\{ ?\}|""|null|true|false|-?[\d.]{1,20})[ \n]?,[ \n]{0,20}){50,}+'
)
_SPACE = re.compile(r"[ \t\n\r]*+")
_FIRST_KEY = re.compile(r'\{[ \t\n\r]*+"([^"\\\n]{1,100})"[ \t\n\r]*+:')
_FOLLOWED = re.compile(r"[ \t\n\r]*+(?:\]|,[ \t\n\r]*+[{\]]|\Z)")
_MESSAGE = re.compile(r"(.*?)(?:: line \d+ column \d+.*)?", re.DOTALL)

IsEntry = Callable[[Mapping[str, Any]], bool]


_Part = Generator[Event, None, int | None]


def scan(text: str, is_entry: IsEntry) -> Iterator[Event]:
    """Hand out the entries of a JSON text, in their order.

    Parameters
    ----------
    text : str
        One JSON value, or several one after the other.
    is_entry : callable
        Tells whether an object is an entry, and not one that holds entries.

    Examples
    --------
    >>> [event.value for event in scan('[{"title": "A"}, 7]', lambda value: False)]
    [{'title': 'A'}, 7]
    """
    walk = _Walk(text, is_entry)
    pos = walk.space(0)
    first = True
    while pos < len(text):
        walk.strange += not first
        if text[pos] not in "[{" or walk.strange > _MOST_STRANGE:
            yield _broken(pos, len(text), "text that is no JSON; take it out")
            return
        if not first:
            yield Damage("note", pos, pos, "several JSON texts one after the other")
        first = False
        end = yield from walk.walk_value(pos, (), "", top=True)
        if end is None:
            return
        pos = walk.space(end)


def holds_entries(value: object, is_entry: IsEntry, depth: int = 0) -> bool:
    """Tell whether there are entries in `value`, at least some with a title."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, Mapping):
        return any(
            _is_like_entry(one, is_entry) or holds_entries(one, is_entry, depth + 1)
            for name, one in islice(value.items(), _EXAMINED)
            if isinstance(one, Mapping | list) and _may_hold(value, name)
        )
    if isinstance(value, list):
        return any(
            _is_like_entry(one, is_entry) or holds_entries(one, is_entry, depth + 1)
            for one in islice(value, _EXAMINED)
        )
    return False


def _may_hold(owner: Mapping[str, Any], name: str) -> bool:
    # What has a title is a paper or a list of known name: not its references.
    return key(name) in LISTS or not isinstance(owner.get("title"), str)


def _is_like_entry(value: object, is_entry: IsEntry) -> bool:
    if isinstance(value, str):
        return value.lstrip()[:2] in ("{'", '{"', "@{")
    if not isinstance(value, Mapping):
        return False
    return is_entry(value) or (isinstance(value.get("title"), str) and "name" not in value)


class _UndecodableError(ValueError):
    def __init__(self, problem: str, cost: int, *, cut: bool = False, longer: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.cost = cost
        self.cut = cut
        self.longer = longer


class _Walk:
    """One pass over a text; what it keeps is a window on it and the work spent."""

    def __init__(self, text: str, is_entry: IsEntry) -> None:
        self.text = text
        self.is_entry = is_entry
        self.strange = self.skipped = 0
        self.patience = 4 * len(text) + 1_000_000
        self._windows: dict[int, tuple[int, str]] = {}
        self._end = len(text.rstrip())

    def space(self, pos: int) -> int:
        match = _SPACE.match(self.text, pos)
        return match.end() if match else pos

    def skip(self) -> None:
        """Count a value that holds no papers; there may be some, but not a file of them."""
        self.skipped += 1
        if self.skipped > _MOST_SKIPPED:
            raise _UndecodableError("there are too many values beside the papers", 0)

    def separated(self, pos: int) -> int:
        match = _SEPARATORS.match(self.text, pos)
        return match.end() if match else pos

    def decode(self, pos: int) -> tuple[Any, int]:
        """Decode the value at `pos`, if it is no longer than `LONGEST`."""
        # Errors cost as much as there is text before them: hence the narrow window first.
        try:
            return self._decode_in(_NEAR, pos)
        except _UndecodableError as problem:
            if not problem.longer:
                raise
        return self._decode_in(LONGEST, pos)

    def _decode_in(self, width: int, pos: int) -> tuple[Any, int]:
        base, window = self._windows.get(width, (0, ""))
        behind = base + len(window)
        if pos + width > behind and behind < len(self.text):
            base, window = self._windows[width] = pos, self.text[pos : pos + 2 * width]
            behind = base + len(window)
        try:
            try:
                value, end = _STRICT.raw_decode(window, pos - base)
            except json.JSONDecodeError as error:
                if not error.msg.startswith("Invalid control character"):
                    raise
                value, end = _LENIENT.raw_decode(window, pos - base)
        except json.JSONDecodeError as error:
            raise self._undecodable(error, pos, base, behind) from None
        except RecursionError:
            raise _UndecodableError("it is nested too deeply", 20_000) from None
        except ValueError:
            raise _UndecodableError("a number in it has thousands of digits", 20_000) from None
        end += base
        if end - pos > LONGEST or (end == behind < len(self.text)):
            raise _UndecodableError(_TOO_LONG, end - pos, longer=True)
        return value, end

    def _undecodable(
        self, error: json.JSONDecodeError, pos: int, base: int, behind: int
    ) -> _UndecodableError:
        place = error.pos + base
        unterminated = error.msg.startswith("Unterminated string")
        cost = (behind if unterminated else place) - pos + error.pos // 20
        if behind < len(self.text) and (unterminated or place >= behind - 10):
            return _UndecodableError(_TOO_LONG, cost, longer=True)
        if place >= self._end or unterminated:
            return _UndecodableError("the file ends within it", cost, cut=True)
        match = _MESSAGE.fullmatch(error.msg)
        found = self.text[place : place + 10].split("\n")[0]
        return _UndecodableError(f"{match[1] if match else error.msg}, found '{found}'", cost)

    def walk_value(self, pos: int, path: tuple[int, ...], name: str, *, top: bool = False) -> _Part:
        """Walk through the list or object at `pos`; return its end, None at the end of all."""
        if self.text[pos] == "[":
            return (yield from self.walk_list(pos, path))
        try:
            value, end = self.decode(pos)
        except _UndecodableError:
            return (yield from self.walk_object(pos, path, damaged=True))
        if self.is_entry(value):
            yield Element(value, pos, path, name)
        elif holds_entries(value, self.is_entry) or (top and "title" not in value):
            return (yield from self.walk_object(pos, path))
        elif top or _is_like_entry(value, self.is_entry):
            yield Element(value, pos, path, name)
        else:
            self.skip()
        return end

    def walk_list(self, start: int, path: tuple[int, ...]) -> _Part:
        """Walk through the elements of the list at `start`."""
        path = (*path, start)
        end: int | None = start + 1
        first_key: str | None = None
        comma = True
        count = 0
        while end is not None:
            pos = self.separated(end)
            comma = comma or "," in self.text[end:pos]
            char = self.text[pos : pos + 1]
            if char == "]":
                return pos + 1
            if char == "":
                yield _broken(pos, pos, "the file ends within a list; save it again")
                return None
            self.strange += not comma
            if self.strange > _MOST_STRANGE:
                yield _broken(pos, len(self.text), "the rest is no list of entries; take it out")
                return None
            if not comma:
                yield Damage("note", pos, pos, "a comma is missing between two entries")
            count += 1
            comma = False
            empties = _EMPTIES.match(self.text, pos) if count > TOLD else None
            if empties:
                yield Empties(pos, empties.end(), empties[0].count(","))
                end, comma = empties.end(), True
            elif char == "[" and len(path) < _DEEPEST:
                end = yield from self.walk_list(pos, path)
            else:
                first_key = first_key or _key_at(self.text, pos)
                end = yield from self.element(pos, path, first_key)
        return None

    def element(self, pos: int, path: tuple[int, ...], first_key: str | None) -> _Part:
        """Hand out the element of a list at `pos`; after a break find the next one."""
        try:
            value, end = self.decode(pos)
        except _UndecodableError as problem:
            if self._is_wrapper_at(pos):
                return (yield from self.walk_object(pos, path, damaged=True))
            return (yield from self.damage(pos, problem, first_key))
        inner = isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values())
        if (
            inner
            and not self.is_entry(value)
            and len(path) < _DEEPEST
            and holds_entries(value, self.is_entry)
        ):
            return (yield from self.walk_object(pos, path))
        yield Element(value, pos, path)
        return end

    def damage(self, pos: int, problem: _UndecodableError, first_key: str | None) -> _Part:
        """Say what is broken from `pos` on, and go on at the next entry that surely is one."""
        self.patience -= problem.cost
        following = self.next_entry(pos, first_key)
        cut = problem.cut and following is None
        remedy = "save it again" if cut else "mend it"
        what = "an entry" if cut or following is not None else "the rest, from this entry on,"
        end = len(self.text) if following is None else following
        yield _broken(pos, end, f"{what} cannot be read: {problem.problem}; {remedy}")
        return following

    def next_entry(self, pos: int, first_key: str | None) -> int | None:
        """Find the next entry behind `pos` that begins like the others and is whole."""
        if first_key is None:
            return None
        begin = re.compile(r"\{[ \t\n\r]*+\"" + re.escape(first_key) + r"\"[ \t\n\r]*+:")
        for match in begin.finditer(self.text, pos + 1):
            if self.patience < 0:
                return None
            if not self._may_begin(match.start(), pos):
                continue
            try:
                value, end = self.decode(match.start())
            except _UndecodableError as problem:
                self.patience -= problem.cost
                continue
            self.patience -= end - match.start()
            whole = isinstance(value, Mapping) and self.is_entry(value)
            if whole and _FOLLOWED.match(self.text, end):
                return match.start()
        return None

    def _may_begin(self, place: int, pos: int) -> bool:
        before = self.text[max(pos, place - 200) : place].rstrip()
        return before.endswith((",", "}", "["))

    def walk_object(self, start: int, path: tuple[int, ...], *, damaged: bool = False) -> _Part:
        """Walk through the members of the object at `start`, which holds entries."""
        path = (*path, start)
        pos = start + 1
        while True:
            pos = self.space(pos)
            char = self.text[pos : pos + 1]
            if char == "}":
                return pos + 1
            if char == ",":
                pos += 1
                continue
            place = pos
            try:
                name, pos = self._name(pos)
                if damaged and key(name) in ("paper", "abstract", "summary"):
                    place = start
                    self.decode(start)  # raises what is wrong with it
                end = yield from self.member(name, pos, path, damaged=damaged)
            except _UndecodableError as problem:
                remedy = "save it again" if problem.cut else "mend it"
                what = "an entry" if place == start else "the rest"
                what = f"{what} cannot be read: {problem.problem}; {remedy}"
                yield _broken(place, len(self.text), what)
                return None
            if end is None:
                return None
            pos = end

    def member(self, name: str, pos: int, path: tuple[int, ...], *, damaged: bool) -> _Part:
        """Walk through one member, if it can hold entries; else skip it."""
        known = key(name) in LISTS
        char = self.text[pos : pos + 1]
        if char in ("[", "{") and len(path) < _DEEPEST:
            if char == "[" and (known or (not damaged and self._is_list_of_entries(pos))):
                yield Member(name, None, pos, (*path, pos))
                return (yield from self.walk_list(pos, path))
            if char == "{" and (known or not damaged):
                yield Member(name, None, pos, (*path, pos))
                return (yield from self.walk_value(pos, path, name))
        value, end = self.decode(pos)
        self.skip()
        if not isinstance(value, list | dict):
            yield Member(name, value, pos, path)
        return end

    def _name(self, pos: int) -> tuple[str, int]:
        if pos >= len(self.text):
            raise _UndecodableError("the file ends within it", 0, cut=True)
        if self.text[pos] != '"':
            raise _UndecodableError(f"a name in quotes expected, found '{self.text[pos]}'", 0)
        name, end = self.decode(pos)
        end = self.space(end)
        if self.text[end : end + 1] != ":":
            cut = end >= len(self.text)
            problem = "the file ends within it" if cut else "a colon is missing after a name"
            raise _UndecodableError(problem, 0, cut=cut)
        return str(name), self.space(end + 1)

    def _is_list_of_entries(self, pos: int) -> bool:
        try:
            value, _ = self.decode(pos)
        except _UndecodableError:
            try:
                value = [self.decode(self.space(pos + 1))[0]]
            except _UndecodableError:
                return True  # then it says what is wrong
        return holds_entries(value, self.is_entry)

    def _is_wrapper_at(self, pos: int) -> bool:
        """Tell whether the object at `pos`, which is damaged, begins like one with a list."""
        if self.text[pos] != "{":
            return False
        beginning = self.text[pos : pos + 2_000]
        found = re.search(r'"([A-Za-z_-]{1,30})"\s*:\s*[\[{]', beginning)
        return found is not None and key(found[1]) in LISTS


def _broken(start: int, end: int, problem: str) -> Damage:
    return Damage("broken", start, end, problem)


def _key_at(text: str, pos: int) -> str | None:
    match = _FIRST_KEY.match(text, pos)
    return match[1] if match else None
