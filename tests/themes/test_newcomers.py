"""New themes: found where papers share words and meaning that those of before did not have."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from papertrends.themes import newcomers
from papertrends.themes.kmeans import keys_of
from papertrends.themes.newcomers import MIN_PAPERS, Newcomer, find_newcomers

N_OLD, WIDTH = 240, 24
#: Words of the field in whatever mixture; those of a new theme come beside them.
FIELD = [f"{start}{end}" for start in "bcdfgklm" for end in ("abo", "ilu", "ona", "uta", "ero")]
GHOSTS = "spectral ghosts haunting mirrors".split()


def _texts(rng: np.random.Generator, n_papers: int, words: list[str] | None = None) -> list[str]:
    own = " ".join(words or [])
    return [f"{own} {' '.join(rng.choice(FIELD, 14))} {own}".strip() for _ in range(n_papers)]


def _vectors(rng: np.random.Generator, n_papers: int, centre: int | None = None) -> np.ndarray:
    rows = rng.normal(size=(n_papers, WIDTH))
    rows[:, centre if centre is not None else 0] += 8.0 if centre is not None else 0.0
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class Field:
    """Old papers, ordinary ones that came, and `n_new` of a new theme; in this order."""

    def __init__(self, n_new: int, n_ordinary: int = 20, n_before: int = 0, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.texts = _texts(rng, N_OLD) + _texts(rng, n_before, GHOSTS)
        self.texts += _texts(rng, n_ordinary) + _texts(rng, n_new, GHOSTS)
        parts = [(N_OLD, None), (n_before, 5), (n_ordinary, None), (n_new, 5)]
        self.vectors = np.vstack([_vectors(rng, size, centre) for size, centre in parts])
        self.arrived = np.arange(len(self.texts)) >= N_OLD + n_before
        self.new = set(range(len(self.texts) - n_new, len(self.texts)))

    def find(self, free: np.ndarray | None = None) -> tuple[Newcomer, ...]:
        free = self.arrived if free is None else free
        return find_newcomers(self.vectors, self.texts, free=free, arrived=self.arrived)


@pytest.mark.parametrize("n_new", [6, 10, 30])
def test_a_theme_that_was_not_there_is_found(n_new: int) -> None:
    field = Field(n_new)
    (found,) = field.find()
    assert set(found.rows.tolist()) == field.new
    assert found.rows.tolist() == sorted(found.rows.tolist())
    assert found.n_before == 0
    assert found.p_value < 0.001
    assert 0.8 < found.stability <= 1


def test_two_themes_are_two() -> None:
    rng = np.random.default_rng(4)
    texts = _texts(rng, N_OLD) + _texts(rng, 8, GHOSTS) + _texts(rng, 9, ["frozen", "lakes"])
    vectors = np.vstack([_vectors(rng, N_OLD), _vectors(rng, 8, 5), _vectors(rng, 9, 9)])
    arrived = np.arange(len(texts)) >= N_OLD
    found = find_newcomers(vectors, texts, free=arrived, arrived=arrived)
    groups = sorted(one.rows.tolist() for one in found)
    assert groups == [list(range(N_OLD, N_OLD + 8)), list(range(N_OLD + 8, N_OLD + 17))]


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_papers_are_no_theme(seed: int) -> None:
    assert Field(0, n_ordinary=40, seed=seed).find() == ()


def test_more_of_what_was_there_before_is_no_new_theme() -> None:
    assert Field(14, n_ordinary=6, n_before=18).find() == ()
    (found,) = Field(30, n_before=10).find()
    assert 0 < found.n_before <= 10


@pytest.mark.parametrize("n_new", [0, 1, MIN_PAPERS - 1])
def test_few_papers_are_no_theme(n_new: int) -> None:
    assert Field(n_new).find() == ()
    assert Field(n_new, n_ordinary=0).find() == ()


def test_copies_of_one_text_are_no_theme_but_go_with_their_original() -> None:
    field = Field(12)
    for row in range(len(field.texts) - 11, len(field.texts)):
        field.texts[row] = field.texts[-12] + f" {FIELD[row % len(FIELD)]}"
        field.vectors[row] = field.vectors[-12]
    assert field.find() == ()
    field = Field(10)
    field.texts[-1], field.vectors[-1] = field.texts[-2], field.vectors[-2]
    (found,) = field.find()
    assert set(found.rows.tolist()) == field.new


def test_a_group_takes_papers_that_mean_the_same_in_other_words() -> None:
    field = Field(12)
    row = len(field.texts) - 1
    field.texts[row] = "spectral ghosts " + " ".join(FIELD[3:17])
    (found,) = field.find()
    assert set(found.rows.tolist()) == field.new


def test_only_free_papers_are_taken_but_all_that_came_count() -> None:
    field = Field(12)
    free = field.arrived.copy()
    taken = np.array(sorted(field.new))[:6]
    free[taken] = False
    (found,) = field.find(free)
    assert set(found.rows.tolist()) == field.new - set(taken.tolist())
    free[sorted(field.new)[6:9]] = False
    assert field.find(free) == ()


def test_papers_left_over_from_before_may_join() -> None:
    field = Field(12, n_before=2)
    free = field.arrived.copy()
    free[N_OLD : N_OLD + 2] = True
    (found,) = field.find(free)
    assert set(found.rows.tolist()) == field.new | {N_OLD, N_OLD + 1}
    assert found.n_before == 0


def test_left_over_papers_alone_are_no_theme() -> None:
    field = Field(12)
    arrived = np.zeros(len(field.texts), dtype=bool)
    arrived[N_OLD : N_OLD + 20] = True
    assert find_newcomers(field.vectors, field.texts, free=field.arrived, arrived=arrived) == ()


def test_the_order_of_papers_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "_NEAR", 60)
    monkeypatch.setattr(newcomers, "_OTHERS", 80)
    field = Field(10, n_before=4)
    order = np.random.default_rng(1).permutation(len(field.texts))
    vectors, arrived = field.vectors[order], field.arrived[order]
    texts = [field.texts[row] for row in order]
    compared = newcomers._compared(vectors, keys_of(texts), arrived)
    expected = newcomers._compared(field.vectors, keys_of(field.texts), field.arrived)
    assert order[compared].tolist() == expected.tolist()
    (found,) = find_newcomers(vectors, texts, free=arrived, arrived=arrived)
    (before,) = field.find()
    assert sorted(order[found.rows].tolist()) == before.rows.tolist()
    assert (found.n_before, found.p_value, found.stability) == (
        before.n_before,
        before.p_value,
        before.stability,
    )


def test_alikeness_is_that_of_meaning_and_that_of_words() -> None:
    vectors = _vectors(np.random.default_rng(3), 4)
    words = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 0], [1, 1, 1]], dtype=float)
    weighted = words * np.log(5 / (words.sum(axis=0) + 1))
    unit = weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-12)
    expected = vectors.astype(np.float64) @ vectors.T.astype(np.float64) + unit @ unit.T
    found = newcomers._alikeness(vectors, csr_matrix(words))
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_nearest_are_all_the_first_then_all_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers, "_BLOCK", 3)
    rng = np.random.default_rng(2)
    vectors, others = _vectors(rng, 8), _vectors(rng, 30)
    order = np.argsort(-(vectors @ others.T), axis=1)
    wanted = list(dict.fromkeys(order.T.ravel().tolist()))
    assert newcomers._nearest(vectors, others).tolist() == wanted


def test_papers_beyond_the_limits_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    field = Field(30)
    monkeypatch.setattr(newcomers, "_MOST_FREE", 25)
    monkeypatch.setattr(newcomers, "_NEAR", 30)
    monkeypatch.setattr(newcomers, "_OTHERS", 40)
    monkeypatch.setattr(newcomers, "_BLOCK", 7)
    read: list[str] = []
    terms = newcomers._terms

    def watched(text: str) -> frozenset[str]:
        read.append(text)
        return terms(text)

    monkeypatch.setattr(newcomers, "_terms", watched)
    (found,) = field.find()
    assert set(found.rows.tolist()) < field.new
    assert len(read) == 25 + 30 + 40


@pytest.mark.parametrize("arrived", [False, True])
def test_nothing_to_compare_with_gives_nothing(arrived: bool) -> None:
    field = Field(12)
    every = np.full(len(field.texts), arrived)
    assert find_newcomers(field.vectors, field.texts, free=every, arrived=every) == ()


def test_texts_without_words_give_nothing() -> None:
    field = Field(12)
    field.texts = [f"{'.' * (row + 1)}" for row in range(len(field.texts))]
    assert field.find() == ()
