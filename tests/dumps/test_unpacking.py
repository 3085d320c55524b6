"""Packed dumps are read where they lie, and never more than a dump can hold."""

import gzip
import io
import struct
import zipfile

import pytest

from papertrends.dumps.unpacking import ending
from papertrends.errors import InputError
from papertrends.papers import load


def page(title):
    return f"Daily Papers\n\nJul 31\n\n{title}\n\nWe study {title}.\n".encode()


def zipped(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def found(loaded):
    frame = loaded.papers
    dates = frame["digest_date"].dt.strftime("%Y-%m-%d")
    return list(zip(dates, frame["title"], frame["source"], strict=True))


@pytest.fixture
def write(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_gz_is_read_as_what_is_in_it(write, tmp_path):
    path = write("2025-07-31.txt.gz", gzip.compress(page("A")))
    for inputs in (path, tmp_path, write("named.txt", gzip.compress(page("A")))):
        loaded = load(inputs, year=2025)
        assert [row[:2] for row in found(loaded)] == [("2025-07-31", "A")]


def test_zip_is_read_member_by_member(write, tmp_path):
    inner = {
        "a/2025-07-31.txt": page("A"),
        "b/2024-07-31.txt.gz": gzip.compress(page("B")),
        "b/notes.txt": b"Dear diary",
        "more.zip": zipped(x=b"x"),
        "__MACOSX/._x.txt": b"\0",
        "b/.DS_Store": b"\0",
    }
    write("all.zip", zipped(**inner))
    loaded = load(tmp_path)
    assert found(loaded) == [
        ("2024-07-31", "B", "all.zip/b/2024-07-31.txt.gz"),
        ("2025-07-31", "A", "all.zip/a/2025-07-31.txt"),
    ]
    assert [(one.file, one.reason) for one in loaded.report.not_read] == [
        (
            "all.zip/b/notes.txt",
            "not read: this is no dump of a known format (it begins with 'Dear diary')",
        ),
        ("all.zip/more.zip", "not read: an archive within an archive"),
    ]


def test_the_name_of_the_archive_may_bear_the_date(write):
    path = write("2023-07-31.zip", zipped(**{"page.txt": page("A")}))
    assert found(load(path)) == [("2023-07-31", "A", "2023-07-31.zip/page.txt")]


def test_two_members_of_one_name(write):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2025-07-31.txt", page("A"))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("2025-07-31.txt", page("B"))
    loaded = load(write("all.zip", packed.getvalue()))
    assert [row[1:] for row in found(loaded)] == [
        ("A", "all.zip/2025-07-31.txt"),
        ("B", "all.zip/2025-07-31.txt (2)"),
    ]


def test_damage_is_told_in_one_line(write):
    packed = gzip.compress(page("A") * 1000)
    archive = zipped(**{"2025-07-31.txt": page("A") * 1000})
    broken = bytearray(archive)
    broken[60] ^= 0xFF
    for name, data in {
        "cut.txt.gz": packed[: len(packed) // 2],
        "head.gz": packed[:5],
        "flipped.gz": packed[:-6] + b"\0" + packed[-5:],
        "cut.zip": archive[: len(archive) // 2],
        "flipped.zip": bytes(broken),
        "torn.zip": b"PK\x03\x04" + b"\xff" * 200,
    }.items():
        with pytest.raises(InputError, match=r"^[^\n]*the packed data is damaged [^\n]*; copy or"):
            load(write(name, data))
    with pytest.raises(InputError, match=r"empty\.zip: there is nothing in it; pack dumps"):
        load(write("empty.zip", zipped()))


def test_a_member_with_a_password(write):
    data = bytearray(zipped(**{"2025-07-31.txt": page("A")}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + place
        data[at : at + 2] = struct.pack("<H", struct.unpack("<H", data[at : at + 2])[0] | 1)
    with pytest.raises(InputError, match=r"all\.zip/2025-07-31\.txt: this needs a password; unp"):
        load(write("all.zip", bytes(data)))


def test_bombs_do_not_go_off(write):
    blank = b" " * 2**20
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as stream:
        for _ in range(100):
            stream.write(blank)
    with pytest.raises(InputError, match=r"bomb\.gz: it unpacks to more than 100 times its size"):
        load(write("bomb.gz", packed.getvalue()))
    many = zipped(**{f"{number}.txt": blank * 10 for number in range(10)})
    with pytest.raises(InputError, match=r"bomb\.zip: it unpacks to more than 100 times its size"):
        load(write("bomb.zip", many))


def test_endings():
    from pathlib import Path

    names = {"a.txt": ".txt", "a.TXT.GZ": ".txt", "a.gz": "", "a": "", ".gz": "", "a.zip": ".zip"}
    assert {name: ending(Path(name)) for name in names} == names
