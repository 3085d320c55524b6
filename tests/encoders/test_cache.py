"""The cache of vectors: saves work, and is never needed."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from papertrends.encoders import cache_folder, encode_cached


class Counting:
    """Encodes a text as its length and first letter, and remembers what it was asked."""

    def __init__(self, name: str = "counting", factor: float = 1.0) -> None:
        self.name = name
        self.factor = factor
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
        self.asked.append(list(texts))
        return np.array(
            [[self.factor * len(text), ord(text[:1] or " ")] for text in texts], dtype=np.float32
        )


TEXTS = ["alpha", "beta", "gamma ray"]


def expected(texts: Sequence[str]) -> np.ndarray:
    return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


def test_known_texts_are_not_encoded_again(tmp_path: Path) -> None:
    encoder = Counting()
    first = encode_cached(encoder, TEXTS, tmp_path / "new" / "folder")
    again = encode_cached(encoder, TEXTS, tmp_path / "new" / "folder")
    assert encoder.asked == [TEXTS]
    np.testing.assert_array_equal(first, expected(TEXTS))
    np.testing.assert_array_equal(again, first)
    assert again.dtype == np.float32


def test_only_unknown_texts_are_encoded_and_rows_keep_their_order(tmp_path: Path) -> None:
    encoder = Counting()
    encode_cached(encoder, ["beta"], tmp_path)
    mixed = ["delta", "beta", "alpha", "delta"]
    vectors = encode_cached(encoder, mixed, tmp_path)
    assert [sorted(texts) for texts in encoder.asked] == [["beta"], ["alpha", "delta"]]
    np.testing.assert_array_equal(vectors, expected(mixed))


def test_more_texts_than_one_query_takes(tmp_path: Path) -> None:
    encoder = Counting()
    texts = [f"{number} text" for number in range(1201)]
    encode_cached(encoder, texts, tmp_path)
    np.testing.assert_array_equal(encode_cached(encoder, texts, tmp_path), expected(texts))
    assert len(encoder.asked) == 1


def test_encoders_do_not_share_vectors(tmp_path: Path) -> None:
    one, other = Counting("one"), Counting("other", factor=2.0)
    encode_cached(one, TEXTS, tmp_path)
    vectors = encode_cached(other, TEXTS, tmp_path)
    assert other.asked == [TEXTS]
    np.testing.assert_array_equal(vectors[:, 0], 2 * expected(TEXTS)[:, 0])


def test_no_texts_need_no_encoder(tmp_path: Path) -> None:
    encoder = Counting()
    assert encode_cached(encoder, [], tmp_path).shape[0] == 0
    assert encoder.asked == []


def _garbage(file: Path) -> None:
    file.write_bytes(b"this is no database at all" * 100)


def _other_schema(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE vectors (something TEXT)")


def _cut_vectors(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE vectors SET vector = x'000000'")


def _text_vectors(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE vectors SET vector = 'words'")


def _truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [_garbage, _cut_vectors, _text_vectors, _truncated])
def test_a_damaged_cache_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Any
) -> None:
    encode_cached(Counting(), TEXTS, tmp_path)
    damage(tmp_path / "vectors.sqlite")
    encoder = Counting()
    with caplog.at_level(logging.WARNING, logger="papertrends"):
        vectors = encode_cached(encoder, TEXTS, tmp_path)
    np.testing.assert_array_equal(vectors, expected(TEXTS))
    assert encoder.asked == [TEXTS]
    assert "vectors.sqlite cannot be read" in caplog.text
    assert "encoding anew" in caplog.text


def test_a_database_of_another_kind_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _other_schema(tmp_path / "vectors.sqlite")
    with caplog.at_level(logging.WARNING, logger="papertrends"):
        vectors = encode_cached(Counting(), TEXTS, tmp_path)
    np.testing.assert_array_equal(vectors, expected(TEXTS))
    assert "cannot be read" in caplog.text
    assert "cannot be written" in caplog.text


def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("a file stands where the folder should")
    encoder = Counting()
    with caplog.at_level(logging.WARNING, logger="papertrends"):
        vectors = encode_cached(encoder, TEXTS, tmp_path / "file" / "cache")
    np.testing.assert_array_equal(vectors, expected(TEXTS))
    assert encoder.asked == [TEXTS]
    assert "cannot be written" in caplog.text
    assert "going on without" in caplog.text


def test_an_encoder_whose_vectors_changed_their_width_is_asked_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Wider(Counting):
        def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
            return np.hstack([super().encode(texts), np.ones((len(texts), 1), np.float32)])

    encode_cached(Counting(), TEXTS[:2], tmp_path)
    with caplog.at_level(logging.WARNING, logger="papertrends"):
        vectors = encode_cached(Wider(), TEXTS, tmp_path)
    np.testing.assert_array_equal(vectors[:, :2], expected(TEXTS))
    assert vectors.shape == (3, 3)
    assert "another width" in caplog.text
    np.testing.assert_array_equal(encode_cached(Wider(), TEXTS, tmp_path), vectors)


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("PAPERTRENDS_CACHE")
    assert cache_folder().name == "papertrends"
