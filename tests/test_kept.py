"""Reports kept between runs: found by all that could change them, and never needed."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from papertrends import kept
from papertrends.errors import InputError
from papertrends.kept import Told, keep, place_of, take


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "dumps"
    (folder / "older").mkdir(parents=True)
    (folder / "new.txt").write_text("new")
    (folder / "older" / "old.txt").write_text("old")
    return folder


def place(*inputs: Path | str, known: Path | None = None, **settings: Any) -> Path | None:
    return place_of([str(one) for one in inputs], settings, known, Path("cache"))


def test_the_same_command_has_the_same_place(dump: Path) -> None:
    found = place(dump, by="week")
    assert found is not None
    assert found.parent == Path("cache/reports")
    assert place(dump, by="week") == found


def test_whatever_could_change_a_report_changes_its_place(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "known.csv"
    known.write_text("a")
    places = [place(dump, by="week"), place(dump, by="month"), place(dump / "new.txt", by="week")]
    places.append(place(dump, by="week", known=known))
    known.write_text("b")
    places.append(place(dump, by="week", known=known))
    (dump / "older" / "old.txt").write_text("other")
    places.append(place(dump, by="week"))
    (dump / "older" / "old.txt").rename(dump / "older" / "renamed.txt")
    places.append(place(dump, by="week"))
    monkeypatch.setattr(kept, "versions", lambda: {"pandas": "4"})
    places.append(place(dump, by="week"))
    monkeypatch.setattr(kept, "_code", lambda: [])
    places.append(place(dump, by="week"))
    monkeypatch.chdir(tmp_path)
    places.append(place(dump, by="week"))
    assert None not in places
    assert len(set(places)) == len(places)


def test_the_day_counts_as_it_tells_years_that_dumps_leave_out(
    dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = place(dump)

    class Tomorrow(kept.datetime.date):
        @classmethod
        def today(cls) -> Tomorrow:
            return cls(2999, 1, 1)

    monkeypatch.setattr(kept.datetime, "date", Tomorrow)
    assert place(dump) != found


def test_patterns_are_followed(dump: Path) -> None:
    pattern = dump / "*.txt"
    found = place(pattern)
    assert found is not None
    (dump / "newer.txt").write_text("newer")
    assert place(pattern) not in (found, None)


@pytest.mark.parametrize("given", ["-", "no such file", "*.nothing"])
def test_what_cannot_be_read_twice_or_at_all_has_no_place(given: str) -> None:
    assert place(given) is None


def test_links_to_folders_are_not_followed(dump: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (dump / "link").symlink_to(tmp_path / "elsewhere")
    assert place(dump) is None


def test_a_kept_report_is_written_again(tmp_path: Path) -> None:
    made, again = tmp_path / "made.html", tmp_path / "again.html"
    made.write_bytes(b"<p>page</p>")
    where = tmp_path / "cache" / "reports" / "key"
    assert take(where, again) is None
    told = Told(["one", "two “ü” \udcff"])
    keep(where, made, told)
    assert take(where, again) == told
    assert again.read_bytes() == made.read_bytes()
    assert [one.name for one in where.parent.iterdir()] == ["key"]


@pytest.fixture
def parted(tmp_path: Path) -> tuple[Path, Told]:
    """Return a page whose abstracts lie beside it, kept in reports/key."""
    made, beside = tmp_path / "made.html", tmp_path / "made.texts.gz"
    made.write_bytes(b"<p>page</p>")
    beside.write_bytes(b"abstracts")
    told = Told(["told"], beside)
    keep(tmp_path / "reports" / "key", made, told)
    made.unlink()
    beside.unlink()
    return made, told


def test_abstracts_beside_a_page_are_kept_with_it(
    parted: tuple[Path, Told], tmp_path: Path
) -> None:
    made, told = parted
    assert take(tmp_path / "reports" / "key", made) == told
    assert made.read_bytes() == b"<p>page</p>"
    assert (tmp_path / "made.texts.gz").read_bytes() == b"abstracts"
    (tmp_path / "elsewhere").mkdir()
    found = take(tmp_path / "reports" / "key", tmp_path / "elsewhere" / "made.html")
    assert found == Told(["told"], tmp_path / "elsewhere" / "made.texts.gz")


def test_a_page_of_another_name_would_not_find_them(
    parted: tuple[Path, Told], tmp_path: Path
) -> None:
    assert take(tmp_path / "reports" / "key", tmp_path / "other.html") is None
    assert not (tmp_path / "other.html").exists()
    other = tmp_path / "other.html"
    other.write_bytes(b"<p>other</p>")
    beside = tmp_path / "other.texts.gz"
    beside.write_bytes(b"abstracts")
    keep(tmp_path / "reports" / "key", other, Told(["told"], beside))
    assert take(tmp_path / "reports" / "key", other) == Told(["told"], beside)
    assert other.read_bytes() == b"<p>other</p>"


def test_where_the_page_cannot_be_written_its_abstracts_are_not(
    parted: tuple[Path, Told], tmp_path: Path
) -> None:
    made, _ = parted
    made.mkdir()
    with pytest.raises(InputError, match="this is a folder"):
        take(tmp_path / "reports" / "key", made)
    assert not (tmp_path / "made.texts.gz").exists()


def test_damaged_abstracts_are_made_anew(parted: tuple[Path, Told], tmp_path: Path) -> None:
    made, _ = parted
    where = tmp_path / "reports" / "key"
    (where / "texts.gz").write_bytes(b"damaged")
    assert take(where, made) is None
    assert not made.exists()
    assert not where.exists()


def test_without_a_place_nothing_is_kept(tmp_path: Path) -> None:
    made = tmp_path / "made.html"
    made.write_bytes(b"page")
    keep(None, made, Told([]))
    assert take(None, tmp_path / "again.html") is None
    assert [one.name for one in tmp_path.iterdir()] == ["made.html"]


@pytest.mark.parametrize("damage", ["report.html", "told.json"])
def test_a_damaged_one_is_made_anew(
    damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made, where = tmp_path / "made.html", tmp_path / "reports" / "key"
    made.write_bytes(b"page")
    keep(where, made, Told(["told"]))
    (where / damage).write_bytes(b"{}")
    with caplog.at_level(logging.WARNING):
        assert take(where, tmp_path / "again.html") is None
    assert "cannot be used" in caplog.text
    assert not where.exists()
    assert not (tmp_path / "again.html").exists()


def test_a_cache_that_cannot_be_written_costs_only_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = tmp_path / "made.html"
    made.write_bytes(b"page")
    with caplog.at_level(logging.WARNING):
        keep(made / "reports" / "key", made, Told(["told"]))
    assert "the report is not kept" in caplog.text


def test_an_output_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    made, where = tmp_path / "made.html", tmp_path / "reports" / "key"
    made.write_bytes(b"page")
    keep(where, made, Told(["told"]))
    with pytest.raises(InputError, match="there is no folder"):
        take(where, tmp_path / "nowhere" / "again.html")


def test_only_the_last_ones_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_KEPT_REPORTS", 2)
    made = tmp_path / "made.html"
    made.write_bytes(b"page")
    for number in range(4):
        keep(tmp_path / "reports" / f"{number}", made, Told([]))
        if number < 3:
            os.utime(tmp_path / "reports" / f"{number}", (number, number))
    assert sorted(one.name for one in (tmp_path / "reports").iterdir()) == ["2", "3"]


def test_large_reports_push_older_ones_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_KEPT_BYTES", 2_000)
    made = tmp_path / "made.html"
    made.write_bytes(b"page" * 150)
    for number in range(4):
        keep(tmp_path / "reports" / f"{number}", made, Told([]))
        if number < 3:
            os.utime(tmp_path / "reports" / f"{number}", (number, number))
    assert sorted(one.name for one in (tmp_path / "reports").iterdir()) == ["2", "3"]
    made.write_bytes(b"page" * 1_500)
    keep(tmp_path / "reports" / "huge", made, Told([]))
    assert [one.name for one in (tmp_path / "reports").iterdir()] == ["huge"]
