"""JSON with a list of papers: forms, lines, dates, and damage of every sort."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps import READERS
from papertrends.dumps.lists.json_entries import looks_like, read
from papertrends.dumps.text import fold
from papertrends.errors import InputError

FORMS = Path(__file__).parents[4] / "shared" / "forms"


def entry(n, **outer):
    inner = {
        "id": f"2405.{n:05d}",
        "authors": [{"_id": "a", "name": "A. Nobody"}],
        "publishedAt": "2024-05-24T17:34:15.000Z",
        "title": f"Title {n}: of\n  things",
        "summary": f'We study the {n}th thing,\nwith "quotes", braces }},{{ and more.',
        "upvotes": n,
    }
    return {"paper": inner, "publishedAt": "2024-05-27T03:50:58.348Z", "title": "Outer", **outer}


def titles(dump):
    return [record.title for record in dump.records]


def expected(numbers):
    return [f"Title {n}: of things" for n in numbers]


ENTRIES = [entry(n) for n in range(1, 6)]


def test_an_entry_with_a_paper_in_it():
    new = entry(7)
    new["paper"]["submittedOnDailyAt"] = "2024-05-28T00:25:14.164Z"
    dump = read(json.dumps([entry(1), new], indent=2), file="x")
    first, second = dump.records
    assert (first.title, first.abstract) == (
        "Title 1: of things",
        'We study the 1th thing, with "quotes", braces },{ and more.',
    )
    assert (first.arxiv_id, first.upvotes, first.position) == ("2405.00001", 1, 1)
    assert first.published_date == dt.date(2024, 5, 24)
    assert (first.digest_date, second.digest_date) == (None, dt.date(2024, 5, 28))
    assert (first.line, second.line) == (2, 19)
    assert (dump.dropped, dump.date, dump.n_blocks, dump.notes) == ((), None, 2, ())


def test_the_entrys_own_time_is_that_of_the_paper_only_without_an_inner_one():
    one = entry(1)
    del one["paper"]["publishedAt"]
    own = {
        "title": "A",
        "abstract": "B",
        "publishedAt": "2024-05-24",
        "_id": "x",
        "id": "2405.1234",
    }
    first, second = read(json.dumps([one, own]), file="x").records
    assert (first.published_date, second.published_date) == (None, dt.date(2024, 5, 24))
    assert second.arxiv_id == "2405.1234"


def test_null_inside_does_not_hide_what_is_outside():
    one = entry(1, summary="From outside.")
    one["paper"]["summary"] = None
    assert read(json.dumps([one]), file="x").records[0].abstract == "From outside."


@pytest.mark.parametrize(
    "whole",
    [
        ENTRIES,
        {"papers": ENTRIES},
        {"status": "ok", "keywords": ["a"], "data": {"count": 5, "items": ENTRIES}},
        {"any name": ENTRIES},
        {"morning": ENTRIES[:2], "evening": ENTRIES[2:]},
        {one["paper"]["id"]: one["paper"] for one in ENTRIES},
        [ENTRIES[:3], ENTRIES[3:]],
        {"title": "Daily Papers", "items": ENTRIES},
        [json.dumps(one) for one in ENTRIES],
        [repr(one) for one in ENTRIES],
        [{**one, "paper": repr(one["paper"])} for one in ENTRIES],
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_wherever_the_list_stands(whole, indent):
    text = json.dumps(whole, indent=indent)
    assert looks_like(text)
    dump = read(text, file="x")
    assert titles(dump) == expected(range(1, 6))
    assert [record.position for record in dump.records] == [1, 2, 3, 4, 5]
    assert (dump.dropped, dump.n_blocks) == ((), 5)


@pytest.mark.parametrize("name", ["date", "digest_date", "digestDate"])
@pytest.mark.parametrize("first", [True, False])
def test_the_date_beside_the_list(name, first):
    members = [(name, "2025-10-15"), ("papers", ENTRIES)]
    dump = read(json.dumps(dict(members if first else members[::-1]), indent=1), file="x")
    assert (dump.date.year, dump.date.month, dump.date.day) == (2025, 10, 15)
    assert (dump.date.line == 2) is first


def test_several_days_in_one_file():
    days = [
        {"date": "2025-10-15", "papers": ENTRIES[:2]},
        {"date": "2025-10-16", "papers": ENTRIES[2:]},
    ]
    by_date = {day["date"]: day["papers"] for day in days}
    for whole in (days, by_date):
        dump = read(json.dumps(whole), file="x")
        assert dump.date is None
        assert [record.digest_date.day for record in dump.records] == [15, 15, 16, 16, 16]


def test_entries_that_are_no_papers_are_on_record():
    whole = [
        entry(1),
        {"title": "A"},
        {"abstract": "B"},
        7,
        None,
        "text",
        "{'title': 1, 'abstract':",
    ]
    dump = read(json.dumps(whole, indent=1), file="x")
    kinds = ["no abstract", "no title", "unknown", "unknown", "broken", "broken"]
    assert [one.kind for one in dump.dropped] == kinds
    assert len({one.line for one in dump.dropped}) == 6
    assert dump.n_blocks == 7


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_cut_anywhere_keeps_the_whole_entries(indent):
    text = json.dumps(ENTRIES, indent=indent)
    for end in range(2, len(text) - 1, 7):
        if end <= text.index("}", text.index("Outer")):
            with pytest.raises(InputError, match=r"x:\d+: .*the file ends within"):
                read(text[:end], file="x")
            continue
        dump = read(text[:end], file="x")
        n = len(dump.records)
        assert titles(dump) == expected(range(1, n + 1))
        assert [one.kind for one in dump.dropped] == ["broken"]
        assert "save it again" in dump.dropped[0].reason
        assert dump.n_blocks == n + 1


@pytest.mark.parametrize("indent", [None, 2])
def test_damage_in_one_entry_costs_that_entry_alone(indent):
    text = json.dumps(ENTRIES, indent=indent)
    start = text.index("2405.00003")
    broken = text[:start] + text[start:].replace('"publishedAt":', '"publishedAt"', 1)
    dump = read(broken, file="x")
    assert titles(dump) == expected([1, 2, 4, 5])
    (loss,) = dump.dropped
    assert (loss.kind, loss.line) == ("broken", 1 if indent is None else 36)
    assert "Expecting ':' delimiter" in loss.reason
    assert loss.reason.endswith("; mend it")


def test_small_slips_are_noted():
    text = json.dumps(ENTRIES, indent=1)
    text = text.replace("\n },", "\n }", 1).replace("\n]", ",\n]") + "\n[]"
    dump = read(text, file="x")
    assert (titles(dump), dump.dropped) == (expected(range(1, 6)), ())
    assert dump.notes == (
        "a comma is missing between two entries, first on line 19",
        "several JSON texts one after the other, first on line 88",
    )


def test_line_breaks_within_strings_are_read():
    text = json.dumps(ENTRIES).replace("\\n", "\r\n")
    assert titles(read(text, file="x")) == expected(range(1, 6))


def test_half_a_character_never_reaches_a_record():
    text = json.dumps([{"title": "A \ud800 \U0001f600", "abstract": "B"}, {"\udc00": "x"}])
    dump = read(text, file="x")
    assert titles(dump) == ["A \ufffd \U0001f600"]
    assert dump.notes == ("half a character (a lone surrogate) shows as '\ufffd', first on line 1",)
    repr(dump.dropped).encode()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[]", r"^x:1: no paper in it; give a list of entries"),
        ("[" * 10_000, r"^x:1: no paper in it \(the rest, .* nested too deeply; mend it\)"),
        ('{"a":' * 10_000, r"^x:1: .*nested too deeply"),
        ('[{"paper":' * 10_000, r"^x:1: .*nested too deeply"),
        ("[" + "9" * 5_000 + "]", r"^x:1: .*thousands of digits"),
        ('\n["' + "a" * 6_000_000 + '"]', r"^x:2: .*longer than 5 MB"),
        ("[" + "[]," * 300_000 + "[]]", r"^x:1: no paper"),
        ('[\n{"title": "A"}]', r"^x:2: no paper in it \(an entry without an abstract\)"),
        ("plain", r"^x:1: .*no JSON"),
    ],
)
def test_no_paper(text, match):
    with pytest.raises(InputError, match=match):
        read(text, file="x")


def test_more_losses_than_can_be_told_of():
    text = "[\n" + "{},\n" * 5_000 + json.dumps(entry(1)) + ",\n" + '{"a": 1},\n' * 10 + "7]"
    dump = read(text, file="x")
    assert (len(dump.records), len(dump.dropped), dump.n_blocks) == (1, 1_001, 5_012)
    last = dump.dropped[-1]
    assert (last.text, last.lines) == ("4,011 more entries that are no papers", (1002, 5013))


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("[]", True),
        ('{"papers": []}', True),
        ('{"papers": [{"title": "A", "abstract": "B"}]}', True),
        ('{\n "title": "A",\n "abstract": "B"\n}', True),
        ('{"title": "A", "abstract": "B"}', False),
        ('{"a": 1}\n{"a": 2}', False),
        ("[Daily Papers](https://example.org)", False),
        ("[1] A reference", False),
        ("Daily Papers", False),
        ("<html>", False),
        ("title,abstract", False),
    ],
)
def test_looks_like(text, mine):
    assert looks_like(text) is mine


TEXT = st.text(min_size=1, max_size=60).filter(fold)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), st.sampled_from([None, 0, 2]))
def test_what_is_written_is_read(papers, indent):
    whole = [{"paper": {"title": title, "summary": abstract}} for title, abstract in papers]
    dump = read(json.dumps({"papers": whole}, indent=indent), file="x")
    found = [(record.title, record.abstract) for record in dump.records]
    assert found == [(fold(title), fold(abstract)) for title, abstract in papers]


@given(
    st.integers(0, 2_000), st.sampled_from(['"', "{", "}", "[", "]", ",", ":", "\\", "x", "\ud800"])
)
def test_one_wrong_character_makes_no_paper_up(place, char):
    text = json.dumps(ENTRIES, indent=1)
    text = text[:place] + char + text[place + 1 :]
    known = {
        (record.title, record.abstract) for record in read(json.dumps(ENTRIES), file="x").records
    }
    try:
        dump = read(text, file="x")
    except InputError:
        return
    strange = [r for r in dump.records if (r.title, r.abstract) not in known]
    assert len(strange) <= 1  # the change itself may lie within a text
    assert all(abs(len(r.abstract) - 58) <= 2 or r.abstract.startswith("We") for r in strange)
    assert len(dump.records) >= 4


@pytest.mark.skipif(not FORMS.exists(), reason="the real files are not here")
@pytest.mark.parametrize(
    ("name", "count", "characters", "days", "first_line"),
    [
        ("api_2024-05-27.json", 13, 18_115, {None}, 2),
        ("api_2025-10-15.json", 26, 41_771, {dt.date(2025, 10, 15)}, 2),
    ],
)
def test_real_files(name, count, characters, days, first_line):
    text = (FORMS / name).read_text(encoding="utf-8")
    assert [form for form, reader in READERS.items() if reader.looks_like(text[:200_000])] == [
        "json"
    ]
    dump = read(text, file=name)
    raw = [one["paper"] for one in json.loads(text)]
    assert (len(dump.records), len(raw), dump.dropped) == (count, count, ())
    assert [r.title for r in dump.records] == [" ".join(p["title"].split()) for p in raw]
    assert [r.abstract for r in dump.records] == [" ".join(p["summary"].split()) for p in raw]
    assert sum(len(r.title) + len(r.abstract) for r in dump.records) == characters
    assert {r.digest_date for r in dump.records} == days
    assert dump.records[0].line == first_line
