"""A fitted model as a folder: exact, and nothing in it is ever run."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.themes import search
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

TABLES = ("themes", "memberships", "unassigned", "near_misses", "map")


@pytest.fixture(scope="module")
def saved(fitted: ThemeModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "new" / "model"
    fitted.save(folder)
    return folder


@pytest.fixture
def copied(saved: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder to be damaged."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


def test_a_model_comes_back_exactly(
    fitted: ThemeModel, saved: Path, make_papers: Any, bag_encoder: Any
) -> None:
    loaded = ThemeModel.load(saved, encoder=bag_encoder())
    for name in TABLES:
        pd.testing.assert_frame_equal(
            getattr(loaded, name), getattr(fitted, name), check_exact=True
        )
    assert loaded.notes == fitted.notes
    assert loaded.encoder_name == fitted.encoder_name
    assert loaded.plain_params() == fitted.plain_params()
    assert loaded.bertopic is None
    old_and_new = make_papers(16)
    found = loaded.assign(old_and_new)
    pd.testing.assert_frame_equal(found, fitted.assign(old_and_new), check_exact=True)
    new = set(found["paper_id"]) - set(fitted.map["paper_id"])
    assert {paper.split("-")[0] for paper in new} >= {"prompt", "protein"}


def test_saving_twice_gives_the_same_bytes(
    fitted: ThemeModel, saved: Path, tmp_path: Path, bag_encoder: Any
) -> None:
    ThemeModel.load(saved, encoder=bag_encoder()).save(tmp_path / "again")
    assert sorted(file.name for file in saved.iterdir()) == ["arrays.npz", "model.json"]
    assert (saved / "model.json").read_bytes() == (tmp_path / "again/model.json").read_bytes()
    with np.load(saved / "arrays.npz") as one, np.load(tmp_path / "again/arrays.npz") as other:
        assert one.files == other.files
        for name in one.files:
            np.testing.assert_array_equal(one[name], other[name])


def test_a_model_without_memberships_or_themes_comes_back(
    papers: pd.DataFrame, bag_encoder: Any, tmp_path: Path
) -> None:
    theme = Theme("quantum gravity", ("LQG",), 'with "quotes" ü', ("diffusion-00",), ())
    for number, themes in enumerate(([], [theme])):
        model = ThemeModel(themes, encoder=bag_encoder(), seed=9).fit(papers.head(3))
        model.save(tmp_path / str(number))
        loaded = ThemeModel.load(tmp_path / str(number))
        for name in TABLES:
            pd.testing.assert_frame_equal(getattr(loaded, name), getattr(model, name))
        assert list(loaded.get_params()["themes"]) == themes
        assert loaded.get_params()["seed"] == 9
        assert loaded.get_params()["encoder"] == "bag-of-words"


def test_near_misses_come_back(
    papers: pd.DataFrame, bag_encoder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = np.array([0.412345, 0.499999, 0.5])
    monkeypatch.setattr(search, "score", lambda evidence: scores.copy())
    model = ThemeModel(["a", "b"], encoder=bag_encoder()).fit(papers.tail(3))
    assert len(model.near_misses) == 4
    model.save(tmp_path / "model")
    loaded = ThemeModel.load(tmp_path / "model", encoder=bag_encoder())
    pd.testing.assert_frame_equal(loaded.near_misses, model.near_misses, check_exact=True)


def test_an_empty_folder_is_filled(fitted: ThemeModel, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    fitted.save(tmp_path / "empty")
    assert (tmp_path / "empty" / "model.json").is_file()


def test_a_folder_in_use_is_left_alone(fitted: ThemeModel, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for place in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(InputError, match="holds something already; name a new folder"):
            fitted.save(place)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_refused(fitted: ThemeModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match=r"model: cannot be made \(.+\); choose another folder"):
        fitted.save(tmp_path / "file" / "model")


def test_a_failed_save_leaves_nothing(
    fitted: ThemeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        fitted.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_where_no_model_is_none_is_loaded(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match="holds no saved model; name a folder written by save"):
            ThemeModel.load(place)


def _changed(key: str, value: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        data[key] = value
        (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")

    return change


def _without(key: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        del data[key]
        (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")

    return change


def _written(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def _cut(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 2])

    return change


def _flipped(folder: Path) -> None:
    whole = bytearray((folder / "arrays.npz").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    (folder / "arrays.npz").write_bytes(whole)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_written("model.json", b""), id="empty json"),
        pytest.param(_written("model.json", b"[1]"), id="list"),
        pytest.param(_written("model.json", b"3"), id="number"),
        pytest.param(_written("model.json", b"\xff\xfe"), id="no text"),
        pytest.param(_cut("model.json"), id="cut json"),
        pytest.param(_without("themes"), id="no themes"),
        pytest.param(_without("params"), id="no params"),
        pytest.param(_without("version"), id="no version"),
        pytest.param(_changed("themes", [["too", "short"]]), id="short rows"),
        pytest.param(_changed("memberships", 3), id="no rows"),
        pytest.param(_without("near_misses"), id="no near misses"),
        pytest.param(_changed("named", [{"theme": {}, "phrases": []}]), id="no theme"),
        pytest.param(_changed("named", "words"), id="named is text"),
        pytest.param(_changed("params", 3), id="params is a number"),
        pytest.param(_changed("params", {"themes": [{"nome": "x"}]}), id="unknown key"),
        pytest.param(_written("arrays.npz", b""), id="empty arrays"),
        pytest.param(_written("arrays.npz", b"PK\x03\x04 no zip"), id="no zip"),
        pytest.param(_cut("arrays.npz"), id="cut arrays"),
        pytest.param(_flipped, id="flipped bits"),
        pytest.param(lambda folder: (folder / "arrays.npz").unlink(), id="no arrays"),
    ],
)
def test_a_damaged_model_is_refused(copied: Path, damage: Callable[[Path], None]) -> None:
    damage(copied)
    with pytest.raises(InputError, match=r"model: is damaged \(\w+\); fit the model anew"):
        ThemeModel.load(copied)


def test_a_model_of_another_version_is_refused(copied: Path) -> None:
    _changed("version", 99)(copied)
    with pytest.raises(
        InputError, match="was written as version 99 of the format, not 5; fit the model anew"
    ):
        ThemeModel.load(copied)


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_to_the_arrays_is_refused_or_harmless(copied: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = bytearray((copied / "arrays.npz").read_bytes())
    # The directory of a zip is at its end: hit it as often as the rest.
    start = 0 if seed % 2 else len(whole) - 1500
    for _ in range(3):
        whole[chance.randrange(start, len(whole))] = chance.randrange(256)
    (copied / "arrays.npz").write_bytes(whole)
    try:
        ThemeModel.load(copied)
    except InputError as error:
        assert "is damaged" in str(error)  # noqa: PT017


class _Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (self.mark,)


def _npy(trap: _Trap) -> bytes:
    content = io.BytesIO()
    np.save(content, np.array([trap], dtype=object), allow_pickle=True)
    return content.getvalue()


def _in_an_array(folder: Path, trap: _Trap) -> None:
    with np.load(folder / "arrays.npz") as arrays:
        names = arrays.files
    with zipfile.ZipFile(folder / "arrays.npz", "w") as archive:
        for name in names:
            archive.writestr(f"{name}.npy", _npy(trap))


def _as_an_array(folder: Path, trap: _Trap) -> None:
    (folder / "arrays.npz").write_bytes(_npy(trap))


def _as_a_pickle(folder: Path, trap: _Trap) -> None:
    (folder / "arrays.npz").write_bytes(pickle.dumps(trap))


@pytest.mark.parametrize("place", [_in_an_array, _as_an_array, _as_a_pickle])
def test_nothing_is_unpickled(
    copied: Path, tmp_path: Path, place: Callable[[Path, _Trap], None]
) -> None:
    mark = tmp_path / "sprung"
    place(copied, _Trap(str(mark)))
    with pytest.raises(InputError, match="is damaged"):
        ThemeModel.load(copied)
    assert not mark.exists()
