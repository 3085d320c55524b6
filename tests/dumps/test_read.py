"""From bytes to a dump: encodings, and formats told by their content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps import READERS, read_dump, sniff
from papertrends.dumps.content import of_bytes
from papertrends.dumps.text import fold
from papertrends.errors import InputError

ABSTRACT = "Café “quotes” – naïve € études."
PAGE = f"Daily Papers\n\nJul 31\n\nÜber Größe\n\n{ABSTRACT}\n"


def papers(dump):
    return [(record.title, record.abstract) for record in dump.records]


@pytest.mark.parametrize(
    "data",
    [
        PAGE.encode(),
        PAGE.encode("utf-8-sig"),
        PAGE.encode("utf-16"),
        b"\xff\xfe" + PAGE.encode("utf-16-le"),
        b"\xfe\xff" + PAGE.encode("utf-16-be"),
        PAGE.encode("utf-32"),
        PAGE.replace("\n", "\r\n").encode(),
        PAGE.replace("\n", "\r").encode("utf-16"),
        PAGE.rstrip().encode(),
        (PAGE + "\ufeff").encode(),
    ],
)
def test_encodings_that_need_no_note(data):
    dump = read_dump(of_bytes(data, file="x"))
    assert papers(dump) == [("Über Größe", ABSTRACT)]
    assert dump.notes == ()
    assert dump.format == "daily-papers-text"
    assert (dump.date.line, dump.records[0].line) == (3, 5)


def test_windows_1252_is_read_and_noted():
    dump = read_dump(of_bytes(PAGE.encode("cp1252"), file="x"))
    assert papers(dump) == [("Über Größe", ABSTRACT)]
    assert dump.notes == (
        "not all of it is UTF-8: 10 bytes, the first on line 5, read as Windows-1252",
    )


def test_one_broken_byte_does_not_garble_the_rest():
    dump = read_dump(of_bytes(PAGE.encode() + b"\n\nCaf\xe9\n\nWe study \x81 X.\n", file="x"))
    assert papers(dump) == [("Über Größe", ABSTRACT), ("Café", "We study \ufffd X.")]
    assert dump.notes == (
        "not all of it is UTF-8: 2 bytes, the first on line 10, read as Windows-1252,"
        " 1 of them unreadable and shown as '\ufffd'",
    )


def test_a_replacement_character_of_the_dump_itself_is_no_news():
    dump = read_dump(of_bytes(PAGE.replace("ß", "\ufffd").encode("utf-16"), file="x"))
    assert (papers(dump)[0][0], dump.notes) == ("Über Grö\ufffde", ())


def test_broken_utf_16_is_noted():
    dump = read_dump(of_bytes(PAGE.encode("utf-16") + b"\x41", file="x"))
    assert dump.notes == ("broken UTF-16 from line 8 on shows as '\ufffd'",)


@pytest.mark.parametrize("data", [b"", b" \n\r\n\t", "\ufeff\n\u200b \u00a0".encode(), b"\xff\xfe"])
@pytest.mark.parametrize("format", [None, "daily-papers-text"])
def test_empty(data, format):
    with pytest.raises(InputError, match=r"^x: the file is empty; leave it out"):
        read_dump(of_bytes(data, file="x"), format=format)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\n\x00\x01", PAGE.encode("utf-16-le"), PAGE.encode() + b"\0"]
)
def test_no_text(data):
    with pytest.raises(InputError, match=r"^x:\d+: this is no text .*NUL.*; give a text file"):
        read_dump(of_bytes(data, file="x"))


@pytest.mark.parametrize(
    "data",
    [
        b"Dear diary,\n\nnothing.",
        b"a,b\n1,2\n",
        b"\xd8\xe7" * 400,
    ],
)
def test_no_dump(data):
    with pytest.raises(
        InputError, match=r"^x:1: this is no dump .*; leave it out, or say .*daily-p"
    ):
        read_dump(of_bytes(data, file="x"))


def test_format_given():
    text = "Dear diary\n\nnothing."
    assert sniff(text.encode()) is None
    assert papers(read_dump(of_bytes(text.encode(), file="x"), format="daily-papers-text")) == [
        ("Dear diary", "nothing.")
    ]
    with pytest.raises(
        InputError, match="no format 'daily-papers'; did you mean 'daily-papers-text'"
    ):
        read_dump(of_bytes(text.encode(), file="x"), format="daily-papers")


def test_the_table_of_readers():
    assert list(READERS) == [
        "parquet",
        "daily-papers-html",
        "feed",
        "jsonl",
        "json",
        "daily-papers-markdown",
        "daily-papers-text",
        "csv",
    ]
    assert sniff(PAGE.encode()) == "daily-papers-text"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with pytest.raises(InputError, match=r"^x(:\d+)?: [^\n]+; [^\n]+$"):
        read_dump(of_bytes(data, file="x"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_leaves_what_can_be_seen(text):
    folded = fold(text)
    assert folded == fold(folded) == folded.strip()
    assert "".join(folded.split()) in ("", "".join(c for c in text if _seen_or_format(c)))


def _seen_or_format(char):
    is_control = ord(char) < 32 or 0x7F <= ord(char) < 0xA0
    return not char.isspace() and not is_control and char not in "\u200b\u2060\ufeff"
