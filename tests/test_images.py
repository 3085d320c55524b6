"""Images of figures: all of them or none, and what is missing is said."""

from __future__ import annotations

import shutil
import sys
import types
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from papertrends.errors import InputError, MissingDependencyError
from papertrends.images import write_images

FIGURES = {"shares": go.Figure(), "other/shares": go.Figure()}


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what puts a function in the place of the browser."""

    def put(draw: Callable[..., None]) -> None:
        monkeypatch.setitem(sys.modules, "kaleido", types.ModuleType("kaleido"))
        monkeypatch.setattr(pio, "write_images", draw, raising=False)

    return put


def drawn(figures: list[go.Figure], files: list[Path], **given: object) -> None:
    for file in files:
        file.write_text(str(sorted(given.items())))


def test_each_figure_is_a_file_of_its_name(stand_in, tmp_path: Path) -> None:
    stand_in(drawn)
    files = write_images(FIGURES, tmp_path / "new" / "out", format="png")
    assert [file.name for file in files] == ["shares.png", "other-shares.png"]
    assert sorted(files) == sorted((tmp_path / "new" / "out").iterdir())
    assert files[0].read_text() == "[('format', 'png'), ('scale', 2), ('width', 1000)]"
    assert write_images({}, tmp_path) == []


def test_nothing_is_left_half_written(stand_in, tmp_path: Path) -> None:
    def full(figures: list[go.Figure], files: list[Path], **given: object) -> None:
        files[0].write_text("half")
        raise OSError(28, "disk full")

    (tmp_path / "shares.svg").write_text("old")
    stand_in(full)
    with pytest.raises(InputError, match=r"cannot be written to \(disk full\); make room"):
        write_images(FIGURES, tmp_path)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("shares.svg", "old")]


def test_a_folder_in_the_place_of_an_image_is_told_before_any_is_put(
    stand_in, tmp_path: Path
) -> None:
    (tmp_path / "shares.svg").mkdir()
    stand_in(drawn)
    with pytest.raises(InputError, match=r"'shares\.svg' is a folder; choose another folder"):
        write_images(FIGURES, tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["shares.svg"]


def test_without_a_browser_it_is_said(stand_in, tmp_path: Path) -> None:
    def none(*given: object, **more: object) -> None:
        raise RuntimeError("\n\nKaleido requires Google Chrome to be installed.\n")

    stand_in(none)
    with pytest.raises(InputError, match=r"no browser .*Chrome.*; install Chromium or Chrome"):
        write_images(FIGURES, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_kaleido_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'papertrends\[images\]'"):
        write_images(FIGURES, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_format_or_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image format 'sgv'; did you mean 'svg'"):
        write_images(FIGURES, tmp_path, format="sgv")  # type: ignore[arg-type]
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written to"):
        write_images(FIGURES, tmp_path / "file")


@pytest.mark.browser
@pytest.mark.skipif(
    find_spec("kaleido") is None or shutil.which("chromium") is None, reason="no Kaleido here"
)
def test_the_real_thing(tmp_path: Path) -> None:
    for ending, begins in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        [file] = write_images({"shares": go.Figure()}, tmp_path, format=ending)
        assert file.read_bytes().startswith(begins)
