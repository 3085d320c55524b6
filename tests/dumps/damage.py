"""Made-up papers, and the ways in which their files can be damaged.

Everything is made from a seed: the same number always gives the same damaged file. Each
kind of damage says how far what is read from it may be from the papers that were written.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# The writers of all forms live beside what times the loader.
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from dump_forms import FORMS, Paper, gzipped, zipped

__all__ = ["DAY", "FORMS", "HUGE", "Damaged", "Paper", "broken", "damaged", "gzipped"]
__all__ += ["near_enough", "papers", "zipped"]

DAY = dt.date(2025, 7, 31)
_OPENINGS = ("We study", "This paper presents", "Large models need", "Little is known about")
_WORDS = (
    "alignment attention bandits causal-graphs decoders embeddings “few-shot” gradients hashing "
    "inference kernels latents memory noise-schedules optimisers prompts quantisation rewards "
    "sampling tokens uncertainty vision weights x-rays yields zero-shot $\\beta$-VAEs C++ R&D "
    'naïve 注意 <eos> [MASK] top_p* 95\\% `code` don\'t "quoted" #1 a|b {k:v} 1,000 p<.05 é̈'
).split()


def papers(count: int = 6, *, seed: int = 0) -> list[Paper]:
    """Return made-up papers that share no sentence."""
    rng = random.Random(f"papers {seed}")
    made = []
    for number in range(count):
        name = f"Model{seed}{chr(65 + number)}"
        sentences = [
            f"{rng.choice(_OPENINGS)} {' '.join(rng.sample(_WORDS, 9))} for {name} in case {case}."
            for case in range(rng.randint(3, 6))
        ]
        title = f"{name}: {' '.join(rng.sample(_WORDS, rng.randint(3, 9)))} at scale"
        day = DAY - dt.timedelta(days=rng.randint(1, 400))
        arxiv_id = f"{day:%y%m}.{rng.randint(0, 99999):05}"
        made.append(Paper(title, " ".join(sentences), arxiv_id, day, rng.randint(0, 99)))
    return made


@cache
def _written(form: str, count: int, seed: int) -> tuple[list[Paper], bytes]:
    made = papers(count, seed=seed)
    return made, FORMS[form].write(made, DAY)


@dataclass(frozen=True)
class Damaged:
    """A damaged file and what may be read from it.

    Attributes
    ----------
    kind : str
        What was done to it.
    data : bytes
        Its content.
    papers : sequence of Paper
        What was written into it.
    reach : str
        How near to one of the papers each record must be: ``exact``; ``near``, but for
        the few words that were hit; ``packed``, in title or abstract; ``patched``, of the
        words of the papers only.
    """

    kind: str
    data: bytes
    papers: Sequence[Paper]
    reach: str


def damaged(form: str, number: int) -> Damaged:
    """Return the damaged file of that form and number, the same each time."""
    rng = random.Random(f"{form} {number}")
    written, data = _written(form, rng.randint(1, 4), number % 7)
    kind = list(_KINDS)[number % len(_KINDS)]
    make, reach = _KINDS[kind]
    if form == "csv" and make is _token_lost:
        reach = "patched"  # a comma more or less moves texts to other columns
    if form == "parquet" and reach == "near":
        reach = "packed"  # a byte stands for many, and nothing tells that it was changed
    if make in (_two_joined, _two_whole):
        others, other = _written(rng.choice(list(FORMS)), 2, 7)
        return Damaged(kind, make(data, rng, other), [*written, *others], reach)
    return Damaged(kind, make(data, rng), written, reach)


def broken(data: bytes, number: int) -> bytes:
    """Return bytes of any sort with a cut, or a few of them changed, added or lost."""
    rng = random.Random(f"broken {number}")
    return rng.choice([_cut, _flipped, _bit_flipped, _removed, _span_removed, _repeated])(data, rng)


def near_enough(title: str, abstract: str, one: Damaged, *, loose: bool) -> bool:
    """Tell whether a record is one of the papers, as near as the damage lets it be.

    Parameters
    ----------
    loose : bool
        Whether the form says nowhere where a text ends, so that one that was cut looks whole.
    """
    if loose and one.kind in ("two files in one", "pieces of two forms"):
        return any(_near(title, p.title) or title in p.abstract for p in one.papers)
    if one.reach == "patched" or (loose and one.reach == "near"):
        known = Counter(" ".join(f"{p.title} {p.abstract}" for p in one.papers).split())
        return all(_foreign(text, known) <= 8 for text in (title, abstract))
    if one.reach == "packed":
        return any(_near(title, p.title) or _near(abstract, p.abstract) for p in one.papers)
    like = _near if one.reach == "near" else _part if loose else str.__eq__
    return any(like(title, p.title) and like(abstract, p.abstract) for p in one.papers)


def _part(found: str, whole: str) -> bool:
    # A character may have been cut in two.
    return whole.startswith((found, found[:-3])) or whole.endswith((found, found[3:]))


def _foreign(text: str, known: Mapping[str, int]) -> int:
    return sum(word not in known for word in text.split())


def _near(found: str, whole: str) -> bool:
    here, there = Counter(found.split()), Counter(whole.split())
    return (here - there).total() <= 8 and (there - here).total() <= 8


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _cut_near_the_end(data: bytes, rng: random.Random) -> bytes:
    return data[: -rng.randint(1, min(40, len(data) - 1))]


def _beheaded(data: bytes, rng: random.Random) -> bytes:
    return data[rng.randrange(len(data)) :]


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(data))] = rng.randrange(1, 256)
    return bytes(changed)


def _bit_flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _at_places(pieces: Sequence[bytes], most: int) -> Callable[[bytes, random.Random], bytes]:
    def insert(data: bytes, rng: random.Random) -> bytes:
        for _ in range(rng.randint(1, most)):
            place = rng.randrange(len(data) + 1)
            data = data[:place] + rng.choice(pieces) + data[place:]
        return data

    return insert


def _removed(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data))
        data = data[:place] + data[place + 1 :]
    return data


def _span_removed(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:start] + data[end:]


def _repeated(data: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:end] * rng.randint(1, 3) + data[end:]


def _token_lost(data: bytes, rng: random.Random) -> bytes:
    """Take away one of the signs that hold the form together."""
    places = [place for place, byte in enumerate(data) if byte in b"\"'[]{}<>()/\\:,&;\n"]
    if not places:
        return data
    place = rng.choice(places)
    return data[:place] + data[place + 1 :]


def _two_joined(data: bytes, rng: random.Random, other: bytes) -> bytes:
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def _two_whole(data: bytes, rng: random.Random, other: bytes) -> bytes:
    return data + rng.choice([b"", b"\n", b"\n\n"]) + other


def _with_mark(data: bytes, rng: random.Random) -> bytes:
    return rng.choice([b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xff\xfe", b"\0\0"]) + data


def _recoded(data: bytes, rng: random.Random) -> bytes:
    encoding = rng.choice(["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8-sig"])
    return data.decode("utf-8", errors="replace").encode(encoding)


def _half_recoded(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    rest = data[place:].decode("utf-8", errors="ignore")
    return data[:place] + rest.encode(rng.choice(["utf-16-le", "utf-16", "cp1252"]), "replace")


def _other_line_ends(data: bytes, rng: random.Random) -> bytes:
    return data.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\r\n"]))


def _as_it_is(data: bytes, rng: random.Random) -> bytes:
    return data


_BROKEN_BYTES = tuple(bytes([byte]) for byte in range(1, 256))
_CONTROLS = (b"\0", b"\x07", b"\x1b[0m", b"\x7f", b"\x0c", b"\x1a", b"\xc2\x85", b"\xe2\x80\xa8")
_NUMBERS = (b"9" * 400, b"1e999", b"-0", b"NaN", b"0x10", b"1" * 5000, b"4294967296", b"Infinity")
_SIGNS = (b'"', b"'", b"[", b"]", b"{", b"}", b"<", b">", b"&", b"\\", b"`", b",", b";", b"\t")
_ESCAPES = (b"\\ud800", b"\\u0000", b"&#0;", b"&#xd800;", b"&#99999999;", b"\\x00", b"%00", b"\\N")
_TAGS = (b"<p>", b"</p>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<script>", b"<?", b"<!DOCTYPE ")
_NESTED = (b"[" * 3000, b"{" * 3000, b"(" * 3000, b"<a>" * 3000, b'{"a":' * 3000, b"[[" * 2000)
_KINDS: Mapping[str, tuple[Callable[..., bytes], str]] = {
    "cut": (_cut, "exact"),
    "cut near the end": (_cut_near_the_end, "exact"),
    "without its beginning": (_beheaded, "exact"),
    "bytes changed": (_flipped, "near"),
    "bits changed": (_bit_flipped, "near"),
    "bytes inserted": (_at_places(_BROKEN_BYTES, 4), "near"),
    "bytes removed": (_removed, "near"),
    "a sign lost": (_token_lost, "near"),
    "a stretch removed": (_span_removed, "patched"),
    "a stretch repeated": (_repeated, "patched"),
    "pieces of two forms": (_two_joined, "patched"),
    "two files in one": (_two_whole, "exact"),
    "a byte order mark": (_with_mark, "exact"),
    "another encoding": (_recoded, "exact"),
    "two encodings": (_half_recoded, "near"),
    "other line ends": (_other_line_ends, "exact"),
    "control characters": (_at_places(_CONTROLS, 4), "near"),
    "huge numbers": (_at_places(_NUMBERS, 2), "near"),
    "unbalanced signs": (_at_places(_SIGNS, 4), "near"),
    "escapes of nothing": (_at_places(_ESCAPES, 3), "near"),
    "stray tags": (_at_places(_TAGS, 3), "patched"),
    "deep nesting": (_at_places(_NESTED, 1), "near"),
    "none": (_as_it_is, "exact"),
}

# For each format, expressions of what is at its worst for it, so that each is made in the process
# that reads it; MB is a million.
HUGE: Mapping[str, Mapping[str, str]] = {
    "jsonl": {
        "empty objects on lines": "b'{}\\n' * (3 * MB)",
        "huge numbers on lines": "b'{\"title\": ' + b'9' * (5 * MB) + b'}\\n{\"title\": 1}\\n'",
    },
    "json": {
        "open brackets": "b'[' * (10 * MB)",
        "open braces": "b'{\"a\":' * (2 * MB)",
        "nested 10,000 deep": "b'[{\"a\":' * 10_000 + b'1' + b'}]' * 10_000",
        "nested beside papers": (
            'b\'[{"title": "T", "abstract": "A", "x": \' + b"[" * 10**5 + b"]" * 10**5 + b"}]"'
        ),
        "empty lists": "b'[' + b'[],' * (3 * MB) + b'[]]'",
        "empty lists outside": "b'[],' * (3 * MB)",
        "empty objects": "b'[' + b'{},' * (3 * MB) + b'{}]'",
        "strings": "b'[' + b'\"a\",' * (2 * MB) + b'\"\"]'",
        "strings of literals": "b'[' + b'\"{}\",' * (2 * MB) + b'\"\"]'",
        "one deep literal": "b'[\"' + b'[' * (5 * MB) + b'\"]'",
        "one long sum": "b'[\"{\\'title\\': ' + b'1+' * (5 * MB) + b'1}\"]'",
        "a huge number": "b'[{\"title\": \"T\", \"abstract\": ' + b'9' * (10 * MB) + b'}]'",
        "backslashes": "b'\\\\' * (10 * MB)",
        "surrogates in JSON": ('b\'[{"title": "\' + b"\\\\ud800" * MB + b\'", "abstract": "A"}]\''),
    },
    "csv": {
        "quotes": "b'\"' * (10 * MB)",
        "quotes in a table": "b'title,abstract\\n' + b'\"' * (10 * MB)",
        "quotes within quotes": "b'title,abstract\\n' + b'\"a\"\"' * (3 * MB)",
        "commas": "b'title,abstract\\n' + b',' * (10 * MB)",
        "commas on the first line": "b'title,abstract' + b',' * (10 * MB)",
        "short rows": "b'title,abstract\\n' + b'a,\\n' * (3 * MB)",
        "one line of words": "b'word ' * (2 * MB)",
    },
    "feed": {
        "an entity bomb": (
            "b'<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e0 \"ha\">' + b''.join("
            "b'<!ENTITY e%d \"&e%d;&e%d;&e%d;&e%d;\">' % (i, i - 1, i - 1, i - 1, i - 1)"
            " for i in range(1, 40)) + b']><rss><channel><item><title>&e39;</title>'"
            " b'<description>&e39;</description></item></channel></rss>'"
        ),
        "a long entity often": (
            "b'<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e \"' + b'x' * MB"
            " + b'\">]><rss><channel><item><title>' + b'&e;' * MB"
            " + b'</title></item></channel></rss>'"
        ),
        "nested XML": "b'<rss><channel>' + b'<a>' * 10**5 + b'</a>' * 10**5 + b'</channel></rss>'",
        "nested and unclosed XML": "b'<rss><channel>' + b'<item>' * (MB)",
        "empty items": "b'<rss><channel>' + b'<item/>' * (MB) + b'</channel></rss>'",
        "nested HTML in a feed": (
            "b'<rss><channel><item><title>T</title><description>' + b'&lt;div&gt;' * 10**5"
            " + b'</description></item></channel></rss>'"
        ),
        "attributes": "b'<rss><channel><item ' + b''.join(b'a%d=\"\" ' % i for i in range(10**6))",
    },
    "daily-papers-html": {
        "nested HTML": "b'<!doctype html><html><body>' + b'<div>' * 10**5",
        "nested articles": "b'<!doctype html><html>' + b'<article><h3><a href=/papers/1>' * 10**5",
        "formatting HTML": "b'<!doctype html><html>' + b'<b><p>' * 10**4",
        "open tags": "b'<!doctype html><html>' + b'<' * (10 * MB)",
        "open comments": "b'<!doctype html><html>' + b'<!--' * (2 * MB)",
        "empty articles": "b'<!doctype html><html>' + b'<article></article>' * (MB // 2)",
        "empty props": (
            "b'<!doctype html><html><body class=\"DailyPapersPage\">'"
            " + b'<div data-props=\"{}\"></div>' * (MB // 3)"
        ),
        "broken props": (
            'b\'<!doctype html><div data-target="DailyPapers" data-props="\''
            " + b'&quot;' * (MB) + b'\">'"
        ),
    },
    "daily-papers-markdown": {
        "headings": "b'# Daily Papers\\n' + b'### [' * (2 * MB)",
        "headings on lines": "b'# Daily Papers\\n' + b'### [a\\n' * (MB)",
        "empty headings": (
            "b'# Daily Papers\\n' + b'### [](https://huggingface.co/papers/1)\\n' * (MB // 4)"
        ),
        "links": "b'# Daily Papers\\n\\n### [T][1]\\n\\n' + b'[a][1]' * (MB)",
        "open links": "b'# Daily Papers\\n\\n### [T][1]\\n\\n' + b'](' * (5 * MB)",
        "references": (
            "b'# Daily Papers\\n\\n### [T][1]\\n\\n' + b'[1]: https://a.org\\n' * (MB // 2)"
        ),
        "brackets on lines": "b'# Daily Papers\\n\\n### [T][1]\\n' + b'[\\n' * (3 * MB)",
    },
    "daily-papers-text": {
        "one line": "b'a' * (10 * MB)",
        "a page on one line": "b'Daily Papers ' + b'We study X. ' * (MB)",
        "newlines": "b'\\n' * (10 * MB)",
        "carriage returns": "b'\\r' * (10 * MB)",
        "spaces": "b' ' * (10 * MB)",
        "one letter a line": "b'a\\n' * (5 * MB)",
        "blocks of one letter": "b'Daily Papers\\n\\n' + b'a\\n\\n' * (3 * MB)",
        "dates": "b'Daily Papers\\n\\n' + b'Jul 31\\n\\n' * (MB)",
        "furniture": "b'Daily Papers\\n\\n' + b'Upvote\\n\\n' * (MB)",
        "full stops": "b'.' * (10 * MB)",
        "marks": "b'\\xef\\xbb\\xbf' * (3 * MB)",
        "broken bytes": "b'\\xff' * (10 * MB)",
        "broken UTF-16": "b'\\xff\\xfe' + b'\\x00\\xd8' * (5 * MB)",
        "NULs": "b'\\0' * (10 * MB)",
    },
    "parquet": {
        "no Parquet": "b'PAR1' + b'\\x15' * (10 * MB) + b'PAR1'",
    },
}
