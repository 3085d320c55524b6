"""The date in the head of a page: its forms, and what is none."""

import pytest

from papertrends.dumps.pages.page_text import read
from papertrends.errors import InputError

HEAD = [
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Jul 31",
]
LONG = "We study how models learn and what they forget. " * 10 + "Code is at https://a.org/b."


def page(*blocks, head=HEAD):
    return "\n\n".join([*head, *blocks]) + "\n"


def pairs(dump):
    return [(record.title, record.abstract) for record in dump.records]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jul 31", (7, 31, None)),
        ("JULY 31", (7, 31, None)),
        ("Jul. 31", (7, 31, None)),
        ("jul 31st", (7, 31, None)),
        ("Jul 31, 2025", (7, 31, 2025)),
        ("July 31 2025", (7, 31, 2025)),
        ("31 Jul 2025", (7, 31, 2025)),
        ("31st of July", (7, 31, None)),
        ("2025-07-31", (7, 31, 2025)),
        ("Thu, Jul 31", (7, 31, None)),
        ("Thursday 31 July 2025", (7, 31, 2025)),
        ("Sept 5", (9, 5, None)),
        ("May 5", (5, 5, None)),
        ("Feb 29", (2, 29, None)),
    ],
)
@pytest.mark.parametrize("head", [HEAD[:5], []], ids=["head", "no head"])
def test_dates(text, expected, head):
    dump = read(page("A", LONG, head=[*head, text]), file="x")
    assert (dump.date.month, dump.date.day, dump.date.year) == expected
    assert dump.date.line == 2 * len(head) + 1
    assert pairs(dump) == [("A", LONG)]


@pytest.mark.parametrize("abstract", [LONG, "We study X."])
@pytest.mark.parametrize(
    "text",
    [
        "Feb 30",
        "Jul 99",
        "Feb 29, 2025",
        "Foo 31",
        "not a date",
        "2025-13-01",
        "31/07/2025",
        "Jul 31, 20255",
        "Jul 31, 1066",
        "0 Jul",
    ],
)
def test_what_is_no_date_in_its_place(text, abstract):
    blocks = ["A title", abstract, "Another title", abstract]
    with pytest.raises(InputError, match=rf"^x:11: '{text}' .* is no date; write it like 'Jul 31'"):
        read(page(*blocks, head=[*HEAD[:5], text]), file="x")


@pytest.mark.parametrize("abstract", [LONG, "We study X."])
@pytest.mark.parametrize("title", ["Olmo 3", "A", "Much longer than what follows it"])
def test_without_a_date_the_first_title_is_none(title, abstract):
    dump = read(page(title, abstract, "B", abstract, head=HEAD[:5]), file="x")
    assert dump.date is None
    assert pairs(dump) == [(title, abstract), ("B", abstract)]


def test_two_digests_in_one_file_are_refused():
    text = page("A", LONG, *HEAD[:5], "Aug 5", "B", LONG)
    with pytest.raises(InputError, match=r"^x:27: another date \('Aug 5'\) .*; save each digest"):
        read(text, file="x")


def test_the_same_date_again_and_other_dates_after_the_papers_are_furniture():
    dump = read(page("A", LONG, *HEAD, "B", LONG, "Previous", "Jul 30"), file="x")
    assert pairs(dump) == [("A", LONG), ("B", LONG)]
    assert {one.kind for one in dump.dropped} == {"furniture"}
    assert [one.text for one in dump.dropped][-3:] == ["Jul 31", "Previous", "Jul 30"]


def test_no_date_in_its_place_before_a_lonely_title():
    with pytest.raises(InputError, match=r"^x:11: 'Jul 99' stands in the date's place"):
        read(page("A title", head=[*HEAD[:5], "Jul 99"]), file="x")
