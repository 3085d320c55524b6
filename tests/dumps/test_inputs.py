"""Finding the files of an input: each once, under a name that is the same everywhere."""

import io
import itertools
import os
from pathlib import Path

import pytest

from papertrends.errors import InputError
from papertrends.papers import load


def page(title, date="Jul 31"):
    return f"Daily Papers\n\n{date}\n\n{title}\n\nWe study {title}.\n"


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def rows(loaded):
    frame = loaded.papers
    dates = frame["digest_date"].dt.strftime("%Y-%m-%d")
    return list(zip(dates, frame["position"], frame["title"], frame["source"], strict=True))


def test_folders_patterns_and_names(write, tmp_path, monkeypatch):
    write("in/2025-07-31.txt", page("A"))
    write("in/deep/2025-08-01.TXT", page("B", date="Aug 1"))
    write("in/notes.rst", "# no dump")
    write("in/README", "# no dump")
    write("in/.hidden.txt", "nothing")
    write("in/.cache/x.txt", "nothing")
    expected = [("2025-07-31", 1, "A", "2025-07-31.txt"), ("2025-08-01", 1, "B", "2025-08-01.TXT")]
    results = [load(tmp_path / "in"), load(str(tmp_path / "i*"))]
    monkeypatch.chdir(tmp_path / "in")
    results += [load("."), load("**/*"), load(Path("../in")), load([tmp_path / "in", "./deep"])]
    for loaded in results:
        assert rows(loaded) == expected
        assert [(one.file, one.reason) for one in loaded.report.not_read] == [
            ("README", "not read: no reader for files without suffix"),
            ("notes.rst", "not read: no reader for '.rst' files"),
        ]
    assert "notes.rst: not read: no reader for '.rst' files" in results[0].report.sentences()


def test_files_that_are_not_read_are_listed_in_order(write, tmp_path):
    folders = []
    for name in ("z", "a"):
        folders.append(write(f"{name}/2025-07-31-{name}.txt", page(name)).parent)
        for number in range(6):
            write(f"{name}/{name}{number}.rst", "# no dump")
    report = load(folders).report
    assert [one.file for one in report.not_read] == [f"{c}{i}.rst" for c in "az" for i in range(6)]
    assert report.sentences()[-2:] == [
        "z3.rst: not read: no reader for '.rst' files",
        "and 2 more files not read",
    ]
    assert report == load(tmp_path).report == load(folders[::-1]).report


def test_a_file_that_is_named_is_read_whatever_its_suffix(write):
    path = write("2025-07-31.page", page("A"))
    assert rows(load(path)) == [("2025-07-31", 1, "A", "2025-07-31.page")]
    write("2025-08-01.txt", page("B", date="Aug 1"))
    for inputs in ([path, path.parent], [path.parent, path]):
        loaded = load(inputs)
        assert [row[3] for row in rows(loaded)] == ["2025-07-31.page", "2025-08-01.txt"]
        assert loaded.report.not_read == ()


def test_equal_names_get_the_shortest_ends_that_differ(write, tmp_path, monkeypatch):
    write("x/a/page.txt", page("A", date="Jul 1, 2025"))
    write("y/a/page.txt", page("B", date="Jul 2, 2025"))
    write("y/b/page.txt", page("C", date="Jul 3, 2025"))
    write("y/b/other.txt", page("D", date="Jul 4, 2025"))
    expected = ["x/a/page.txt", "y/a/page.txt", "b/page.txt", "other.txt"]
    assert list(load(tmp_path).papers["source"]) == expected
    (tmp_path / "link").symlink_to("y")
    monkeypatch.chdir(tmp_path / "x" / "a")
    given = ["page.txt", "../../y/b", tmp_path / "link" / "a" / "page.txt"]
    assert list(load(given).papers["source"]) == expected


def test_the_same_file_is_read_once(write, tmp_path):
    path = write("in/2025-07-31.txt", page("A"))
    (tmp_path / "in" / "00-latest.txt").symlink_to(path)
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    inputs = [
        path,
        tmp_path / "in",
        str(tmp_path / "in" / "*.txt"),
        tmp_path / "in/loop/00-latest.txt",
    ]
    for order in itertools.permutations(inputs):
        loaded = load(order)
        assert rows(loaded) == [("2025-07-31", 1, "A", "2025-07-31.txt")]
        assert loaded.report.losses == loaded.report.not_read == ()


def test_a_link_keeps_its_name(write, tmp_path):
    write("store/5f3a", page("A"))
    (tmp_path / "2025-07-31.txt").symlink_to("store/5f3a")
    assert rows(load(tmp_path / "2025-07-31.txt"))[0][3] == "2025-07-31.txt"


def test_standard_input(write, monkeypatch):
    content = page("A", date="Jul 31, 2025").encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    loaded = load(["-", write("2025-08-01.txt", page("B", date="Aug 1")), "-"])
    assert [row[3] for row in rows(loaded)] == ["standard input", "2025-08-01.txt"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(InputError, match=r"^standard input: the file is empty; "):
        load("-")


def test_inputs_that_cannot_be_read(write, tmp_path, monkeypatch):
    write("empty/.hidden", "")
    write("rst/a.rst", "# A")
    write("pages/2025-07-31.txt", page("A"))
    write("pages/prose.txt", "Dear diary")
    write("prose/a.txt", "Dear diary")
    write("prose/b.txt", " ")
    (tmp_path / "gone.txt").symlink_to("nowhere")
    monkeypatch.chdir(tmp_path)
    for inputs, message in [
        ([], "^no input was given; name a file"),
        ("", "^an empty path was given; name a file"),
        ("none.txt", "^none.txt: there is no such file; check the path"),
        (["pages/2025-07-31.txt", "none"], "^none: there is no such file"),
        ("gone.txt", "^gone.txt: there is no such file"),
        ("x" * 5000, "cannot be read .*; check the file"),
        ("*.none", r"^\*.none: nothing matches this pattern; check the pattern"),
        ("empty", "^empty: there is nothing in it; name a folder with dumps"),
        ("rst", r"^rst: none of the 1 files in it ends in .*\.txt.*; name the files themselves"),
        ("prose", "^prose/a.txt:1: this is no dump of a known format .*; leave it out"),
        (
            "pages/prose.txt",
            "^pages/prose.txt:1: this is no dump of a known format .*; leave it out",
        ),
        (["pages", "pages/prose.txt"], "^pages/prose.txt:1: this is no dump of a known format"),
        ("rst/a.rst", "^rst/a.rst:1: this is no dump of a known format"),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            load(inputs)
        assert "\n" not in str(caught.value)


def test_what_is_no_dump_in_a_folder_is_on_record(write):
    folder = write("in/2025-07-31.txt", page("A")).parent
    write("in/blank.txt", " \n")
    write("in/prose.txt", "Dear diary")
    (folder / "gone.txt").symlink_to("nowhere")
    (folder / "round.txt").symlink_to("round.txt")
    (folder / "up").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    (folder / "x.txt").mkdir()
    loaded = load(folder)
    assert rows(loaded) == [("2025-07-31", 1, "A", "2025-07-31.txt")]
    assert [(one.file, one.reason) for one in loaded.report.not_read] == [
        ("blank.txt", "not read: the file is empty"),
        ("gone.txt", "not read: a link that leads nowhere"),
        ("pipe.txt", "not read: no file but a pipe or a device"),
        ("prose.txt", "not read: this is no dump of a known format (it begins with 'Dear diary')"),
        ("round.txt", "not read: a link that leads nowhere"),
    ]
    for name in ("pipe.txt", "/dev/zero"):
        with pytest.raises(InputError, match=r": this is no file but a pipe .*; give '-' and r"):
            load(folder / name)


def test_a_file_that_breaks_off_while_it_is_read(write, monkeypatch):
    path = write("2025-07-31.txt", page("A"))

    class Torn(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", lambda self, mode: Torn())
    with pytest.raises(InputError, match=r"cannot be read \(Input/output error\); check the file"):
        load(path)


def test_a_file_without_permission(write, monkeypatch):
    path = write("2025-07-31.txt", page("A"))

    def refuse(self, mode):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(
        InputError, match=r"2025-07-31.txt: cannot be read \(Permission denied\); c"
    ):
        load(path)


def test_a_path_that_looks_like_a_pattern(write):
    path = write("2025-07-31 [1].txt", page("A"))
    assert rows(load(path))[0][3] == "2025-07-31 [1].txt"
