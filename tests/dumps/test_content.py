"""A dump as a whole and line by line: the same text, the same lines, within limits."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps import content as module
from papertrends.dumps.content import Content, of_bytes
from papertrends.dumps.text import split_lines
from papertrends.errors import InputError


def lines(data):
    found = of_bytes(data, file="x").lines()
    return list(found), found.notes


@given(st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_lines_are_those_of_the_whole(encoding, text):
    data = text.encode(encoding)
    whole, notes = of_bytes(data, file="x").text()
    assert (whole, notes) == (text, ())
    expected = [line for line in enumerate(split_lines(text), start=1) if line[1]]
    found, notes = lines(data)
    assert ([line for line in found if line[1]], notes) == (expected, ())


def test_lines_in_another_encoding_are_read_and_said():
    found, notes = lines(b"one\ncaf\xe9\n\xff\xfe\nfour\n")
    assert found == [(1, "one"), (2, "café"), (3, "ÿþ"), (4, "four")]
    assert notes == ("not all of it is UTF-8: 1 bytes, the first on line 2, read as Windows-1252",)


def test_characters_and_lines_across_pieces(monkeypatch):
    monkeypatch.setattr(module, "_PIECE", 3)
    text = "aé漢\n\n🙂b\r\nc"
    assert [line for _, line in lines(text.encode("utf-16"))[0]] == ["aé漢", "", "🙂b", "c"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_that_is_too_long_is_refused(monkeypatch, encoding):
    monkeypatch.setattr(module, "LONGEST_LINE", 2**20)
    data = f"short\n{'x' * 2**20}y".encode(encoding)
    with pytest.raises(InputError, match=r"^x:2: a line of more than 1 MB; give one record a line"):
        lines(data)
    assert len(lines(data[: 2**19])[0]) == 2


def test_an_endless_line_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 3 * 2**20)

    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            assert self.given < 10 * 2**20
            Endless.given += size
            return b"x" * size

    endless = Content("x", "x", ("x",), Endless)
    with pytest.raises(InputError, match=r"^x:1: a line of more than 3 MB"):
        list(endless.lines())


def test_a_nul_is_told_with_its_line():
    with pytest.raises(InputError, match=r"^x:3: this is no text \(it holds NUL"):
        lines(b"one\ntwo\nthr\0ee\n")


def test_a_whole_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 2**20)
    with pytest.raises(InputError, match=r"^x: the file has more than 1 MB, .*; split it"):
        of_bytes(b"x" * (2**20 + 1), file="x").text()
    assert len(of_bytes(b"x" * 2**20, file="x").text()[0]) == 2**20


def test_bytes_hash_and_disk(tmp_path):
    data = bytes(range(256)) * 10_000
    for path in (None, tmp_path / "x"):
        if path:
            path.write_bytes(data)
        dump = Content("x", "x", ("x",), lambda: io.BytesIO(data), path)
        assert dump.beginning() == data[:200_000]
        assert dump.data() == data
        assert dump.sha256() == hashlib.sha256(data).hexdigest()
        with dump.on_disk() as place:
            assert place.read_bytes() == data
        assert place.exists() == (path is not None)


def test_what_cannot_be_read_is_an_input_error():
    def refuse():
        raise IsADirectoryError(21, "Is a directory")

    dump = Content("x", "x", ("x",), refuse)
    for read in (dump.beginning, dump.data, dump.text, dump.sha256, lambda: list(dump.lines())):
        with pytest.raises(InputError, match=r"^x: cannot be read \(Is a directory\); check"):
            read()
