"""Damaged dumps: never a traceback, never a hang, never a paper made up."""

from __future__ import annotations

import copy
import json
import os
import re
import runpy
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from papertrends import InputError, load_papers
from papertrends.dumps import READERS, Dump, read_dump
from papertrends.dumps.content import of_bytes

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("damage.py"))))
HERE = [name for name, form in kit.FORMS.items() if form.reader in READERS]
COUNT = {"parquet": 100}  # 310 of all others: with these 5,060

# In these nothing says where a text ends, so that one that was cut looks whole.
LOOSE = {"page-text", "page-text-votes", "reference-text", "text-export"}


def check_error(error: InputError, file: str) -> None:
    """Check that the message is one line that says which file, what is wrong and what to do."""
    text = str(error)
    assert "\n" not in text
    assert text.startswith(file)
    assert error.problem
    assert error.remedy
    assert text.endswith(" ".join(error.remedy.split()))
    assert len(text) < 500


def check_dump(dump: Dump) -> None:
    """Check what is true of every dump, however broken the file."""
    assert dump.records
    assert [one.position for one in dump.records] == list(range(1, len(dump.records) + 1))
    for one in dump.records:
        assert one.title
        assert one.abstract
        assert one.lines == tuple(sorted(one.lines))
        assert one.lines[0] >= 1
        for text in (one.title, one.abstract, one.url or "", one.arxiv_id or ""):
            assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
            assert text == " ".join(text.split())
    for one in dump.dropped:
        assert one.reason
        assert one.lines


def read_or_refuse(data: bytes, *, format: str | None = None, file: str = "f") -> Dump | None:
    """Read a dump; what is not read must be refused with a proper message."""
    try:
        dump = read_dump(of_bytes(data, file=file), format=format)
    except InputError as error:
        check_error(error, file)
        return None
    check_dump(dump)
    return dump


@pytest.mark.parametrize("form", HERE)
def test_damaged_files_give_papers_that_were_written_or_an_error(form: str) -> None:
    reader = kit.FORMS[form].reader
    for number in range(COUNT.get(form, 310)):
        one = kit.damaged(form, number)
        for forced in (None, reader):
            dump = read_or_refuse(one.data, format=forced)
            if forced and reader.startswith(("daily-papers-text", "daily-papers-markdown")):
                continue  # whoever says what a text is gets it read like that
            for record in dump.records if dump else ():
                assert kit.near_enough(record.title, record.abstract, one, loose=form in LOOSE), (
                    form,
                    number,
                    one.kind,
                    forced,
                    record,
                )


@pytest.mark.parametrize("form", HERE)
def test_what_was_written_undamaged_is_read_without_loss(form: str) -> None:
    papers = kit.papers(5)
    dump = read_or_refuse(kit.FORMS[form].write(papers, kit.DAY))
    assert dump is not None
    assert [one.title for one in dump.records] == [one.title for one in papers]


_CHILD = """
import json, re, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1_600_000_000, 1_600_000_000))
from papertrends.dumps import read_dump
from papertrends.dumps.content import of_bytes
from papertrends.errors import InputError
MB = 10**6
data = eval(sys.argv[1])
said = []
for name in (None, *sys.argv[2:]):
    start = time.process_time()
    try:
        dump = read_dump(of_bytes(data, file="f"), format=name)
        what = f"{len(dump.records)} records, {len(dump.dropped)} dropped"
    except InputError as error:
        what = str(error)
    said.append([name, time.process_time() - start, what])
# Not getrusage, which knows of the memory of the process this one was made by.
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([said, int(peak) / 1024]))
"""


def in_child(code: str, *arguments: str) -> str:
    """Run code in a process of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


HUGE = {
    name: (format, expression)
    for format, huge in kit.HUGE.items()
    for name, expression in huge.items()
    if format in READERS
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_broken_files_take_neither_long_nor_much_memory(name: str) -> None:
    aimed, expression = HUGE[name]
    everywhere = os.environ.get("HYPOTHESIS_PROFILE") == "long"
    formats = READERS if everywhere else [aimed]
    said, memory = json.loads(in_child(_CHILD, expression, *formats))
    assert memory < 1000
    for reader, seconds, what in said:
        assert seconds < 10, reader
        assert "\n" not in what
        assert re.fullmatch(r"\d+ records, \d+ dropped|f(:\d+)?: .+; .+", what), (reader, what)
        dropped = re.search(r"(\d+) dropped", what)
        assert dropped is None or int(dropped[1]) <= 1_100, (reader, what)


def page() -> bytes:
    return kit.FORMS["page-text"].write(kit.papers(3), kit.DAY)


def bomb_in_gzip(path: Path) -> None:
    """Write 2 GB of blank lines into a file of 2 MB."""
    path.write_bytes(kit.gzipped(b"\n" * 10**7) * 200)


def bomb_in_zip(path: Path) -> None:
    """Write 20,000 members of 10 MB that all lie at the same place."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2025-07-31.txt", b"\n" * 10**7)
        for number in range(20_000):
            again = copy.copy(archive.filelist[0])
            again.filename = f"{number}.txt"
            archive.filelist.append(again)


def lying_zip(path: Path) -> None:
    """Write a member of 300 MB that is said to have a thousand bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2025-07-31.txt", b"Daily Papers\n" * 25_000_000)
        archive.filelist[0].file_size = 1000
    data = path.read_bytes()
    path.write_bytes(data.replace((325_000_000).to_bytes(4, "little"), b"\xe8\x03\0\0"))


def zip_in_zip(path: Path) -> None:
    data = kit.zipped({"2025-07-31.txt": page()})
    for depth in range(50):
        data = kit.zipped({f"{depth}.zip": data})
    path.write_bytes(data)


def gzip_in_gzip(path: Path) -> None:
    data = page()
    for _ in range(50):
        data = kit.gzipped(data)
    path.write_bytes(data)


def secret_zip(path: Path) -> None:
    data = bytearray(kit.zipped({"2025-07-31.txt": page()}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + place] |= 1
    path.write_bytes(data)


def odd_compression(path: Path) -> None:
    data = bytearray(kit.zipped({"2025-07-31.txt": page()}))
    for sign, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(sign) + place] = 99
    path.write_bytes(data)


PACKED = [
    bomb_in_gzip,
    bomb_in_zip,
    lying_zip,
    zip_in_zip,
    gzip_in_gzip,
    secret_zip,
    odd_compression,
]

_LOADING = """
import json, re, resource, sys, time
from pathlib import Path
import papertrends
resource.setrlimit(resource.RLIMIT_AS, (1_900_000_000, 1_900_000_000))
start = time.perf_counter()
try:
    what = len(papertrends.load_papers(sys.argv[1]))
except papertrends.InputError as error:
    what = str(error)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
memory = int(peak) / 1024
print(json.dumps([what, time.perf_counter() - start, memory]))
"""


def loaded_apart(path: Path) -> int | str:
    """Load in a process of its own, within bounds, and return the number of papers or the error."""
    done = in_child(_LOADING, str(path))
    what, seconds, memory = json.loads(done)
    assert seconds < 10
    assert memory < 1000
    if isinstance(what, str):
        assert path.name in what
        assert re.fullmatch(r"[^\n]+; [^\n]+", what)
    return what


@pytest.mark.parametrize("make", PACKED)
def test_packed_files_that_are_traps_are_refused(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / f"2025-07-31.{'gz' if 'gzip' in make.__name__ else 'zip'}"
    make(path)
    assert isinstance(loaded_apart(path), str)


@pytest.mark.parametrize("suffix", [".txt.gz", ".zip"])
def test_damaged_packed_files_give_papers_that_were_written_or_an_error(
    suffix: str, tmp_path: Path
) -> None:
    papers, path = kit.papers(3), tmp_path / f"2025-07-31{suffix}"
    data = kit.FORMS["arxiv-jsonl"].write(papers, kit.DAY)
    packed = kit.gzipped(data) if suffix == ".txt.gz" else kit.zipped({"2025-07-31.txt": data})
    known = {(paper.title, paper.abstract) for paper in papers}
    for number in range(300):
        path.write_bytes(kit.broken(packed, number))
        try:
            table = load_papers(path)
        except InputError as error:
            check_error(error, str(path))
        else:
            assert set(zip(table["title"], table["abstract"], strict=True)) <= known


def test_names_in_an_archive_are_no_paths(tmp_path: Path) -> None:
    names = ["../2025-07-31.txt", "/2025-08-01.txt", "a\nb 2025-08-02.txt", "C:\\2025-08-03.txt"]
    path = tmp_path / "inside" / "all.zip"
    path.parent.mkdir()
    path.write_bytes(
        kit.zipped({name: page().replace(b"Jul 31", b"") for name in [*names, "2025-08-04.txt/"]})
    )
    table = load_papers(path)
    assert len(table) == 3 * len(names)
    assert not table["source"].str.contains("\n").any()
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["all.zip"]


def test_links_in_a_circle_pipes_and_folders_named_like_files(tmp_path: Path) -> None:
    (tmp_path / "2025-07-31.txt").write_bytes(page())
    (tmp_path / "a.txt").symlink_to("b.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (tmp_path / "self").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "nowhere.txt").symlink_to("nothing")
    (tmp_path / "x.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    assert loaded_apart(tmp_path) == 3
    (tmp_path / "x.txt" / "2025-08-01.txt").write_bytes(page().replace(b"Jul 31", b"Aug 1"))
    assert loaded_apart(tmp_path) == 6
    for name in ("a.txt", "nowhere.txt", "pipe.txt"):
        assert isinstance(loaded_apart(tmp_path / name), str)
    assert loaded_apart(tmp_path / "x.txt") == 3


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_devices_are_refused(path: str) -> None:
    assert isinstance(loaded_apart(Path(path)), str)


def test_a_file_with_nothing_but_holes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2025-07-31.txt"
    with path.open("wb") as file:
        file.truncate(20 * 10**9)
    assert isinstance(loaded_apart(path), str)


def test_names_that_break_messages(tmp_path: Path) -> None:
    for name in ("a\nb.txt", "a\x1b[31mb.txt", b"a\xffb.txt".decode(errors="surrogateescape")):
        path = tmp_path / name
        path.write_bytes(b"no dump")
        with pytest.raises(InputError, match=r"^[^\n\x1b]+; .+$") as caught:
            load_papers(path)
        str(caught.value).encode()


def test_a_column_whose_name_is_no_text_is_refused() -> None:
    data = kit.FORMS["parquet"].write(kit.papers(2), kit.DAY)
    assert read_or_refuse(data.replace(b"abstract", b"\xff\xfestract"), format="parquet") is None


@pytest.mark.parametrize(
    ("format", "data"),
    [
        ("csv", b"title,abstract,url\nA title,An abstract.,https://a.org/\x7fb\n"),
        (
            "jsonl",
            b'{"title": "A title", "abstract": "An abstract.", "url": "https://a/\\u0007"}\n',
        ),
    ],
)
def test_addresses_with_control_characters_are_none(format: str, data: bytes) -> None:
    dump = read_or_refuse(data, format=format)
    assert dump is not None
    assert dump.records[0].url is None


def test_a_header_among_the_rows_is_no_paper() -> None:
    table = b"title,abstract\nA title,An abstract.\n"
    dump = read_or_refuse(table + table.replace(b"A title", b"Another"), format="csv")
    assert dump is not None
    assert [one.title for one in dump.records] == ["A title", "Another"]
    assert [(one.kind, one.lines) for one in dump.dropped] == [("furniture", (3,))]


@pytest.mark.parametrize("form", ["csv", "jsonl", "arxiv-jsonl"])
def test_one_row_is_no_page_of_a_title_and_an_abstract(form: str) -> None:
    dump = read_or_refuse(kit.FORMS[form].write(kit.papers(1), kit.DAY))
    assert dump is not None
    assert dump.format == kit.FORMS[form].reader


@pytest.mark.parametrize("form", ["api-new", "api-literals", "html-props", "jsonl", "rss"])
def test_data_after_a_page_as_text_is_no_paper(form: str) -> None:
    papers, others = kit.papers(3), kit.papers(3, seed=1)
    whole = kit.FORMS["page-text"].write(papers, kit.DAY) + b"\n\n"
    dump = read_or_refuse(whole + kit.FORMS[form].write(others, kit.DAY))
    assert dump is not None
    assert [one.title for one in dump.records] == [one.title for one in papers]
    assert any(one.kind == "unknown" for one in dump.dropped)


def test_a_wrapped_heading_goes_on_after_a_bracket() -> None:
    title = f"A title {'that goes on ' * 8}(and on) to the next line"
    paper = kit.Paper(title, "We study it. We do.", "2507.00001", kit.DAY, 1)
    dump = read_or_refuse(kit.FORMS["reference-text"].write([paper], kit.DAY))
    assert dump is not None
    assert [one.title for one in dump.records] == [title]


def test_a_link_that_is_not_closed_ends_before_the_next_one() -> None:
    papers = kit.papers(2)
    data = kit.FORMS["markdown"].write(papers, kit.DAY)
    place = data.index(b"](", data.index(b"\n[", data.index(b"### ")))
    dump = read_or_refuse(data[:place] + data[place + 1 :])
    assert dump is not None
    assert [one.title for one in dump.records] == [papers[1].title]
    assert [one.kind for one in dump.dropped if one.kind != "furniture"] == ["broken"]


def test_a_page_that_breaks_off_in_its_head_is_read_or_refused() -> None:
    data = b"[[Hu`ging Face's logo] $y$ here.* It i]\n\xc2\xb7 Jul 31 [ 0[[10]\n* [ Dataet\nn 47."
    read_or_refuse(data, format="daily-papers-markdown")
