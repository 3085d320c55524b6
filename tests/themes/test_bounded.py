"""Large corpora: what themes are learned from, how it is read, and what becomes of the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.hand_made import BagEncoder
from threadpoolctl import threadpool_info, threadpool_limits

from papertrends.encoders import LSA, minilm
from papertrends.progress import silent
from papertrends.themes import bounded
from papertrends.themes.bounded import is_distilled, read, read_again, sample_rows
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

FIELDS = {
    "robots": "robot grasping manipulation gripper arm motion planning torque",
    "proteins": "protein folding structure residue amino molecule binding enzyme",
    "speech": "speech recognition acoustic phoneme audio transcription speaker voice",
    "graphs": "graph neural network node edge message passing spectral community",
}


def corpus(n: int) -> list[str]:
    """Texts of four fields, each of a few words of its own and some that all have."""
    texts = []
    for number in range(n):
        draw = np.random.default_rng(number)
        words = list(FIELDS.values())[number % 4].split()
        common = "we propose a new method and show results on data".split()
        said = [*draw.choice(words, 14), *draw.choice(common, 8), f"number{number}"]
        rare = " continual learning of skills" if number % 60 == 7 else ""
        texts.append(f"Study {number} of {words[number % 3]}. {' '.join(said)}{rare}")
    return texts


def table(texts: Sequence[str]) -> pd.DataFrame:
    rows = [
        (f"t:{hashlib.sha256(text.encode()).hexdigest()[:16]}", *text.split(". ", 1))
        for text in texts
    ]
    frame = pd.DataFrame(rows, columns=["paper_id", "title", "abstract"])
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(len(texts)) % 10, unit="D")
    return frame.assign(digest_date=days)


class Teacher(BagEncoder):
    """Says which texts it was asked for."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Any = None) -> np.ndarray:
        self.seen += texts
        return super().encode(texts)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Teacher:
    """Bounds of a hundredth, a teacher made by hand in MiniLM's place, and an empty cache."""
    teacher = Teacher()
    monkeypatch.setattr(bounded, "LARGE", 160)
    monkeypatch.setattr(bounded, "SAMPLED", 120)
    monkeypatch.setattr(bounded, "TAUGHT", 80)
    monkeypatch.setattr(bounded, "_WORDED", 6)
    monkeypatch.setattr(minilm, "MiniLM", lambda: teacher)
    monkeypatch.setenv("PAPERTRENDS_CACHE", str(tmp_path / "cache"))
    return teacher


def test_few_papers_are_all_learned_from(small: Teacher) -> None:
    np.testing.assert_array_equal(sample_rows(corpus(160), [], np.arange(0)), np.arange(160))


def test_a_sample_is_bounded_and_covers_the_corpus(small: Teacher) -> None:
    for n in (161, 240, 480):
        rows = sample_rows(corpus(n), [], np.arange(0))
        assert len(rows) == 120
        assert (np.diff(rows) > 0).all()
        assert (np.bincount(rows % 4) >= 20).all()


def test_a_sample_does_not_depend_on_the_order_of_papers(small: Teacher) -> None:
    texts = corpus(300)
    chosen = {texts[row] for row in sample_rows(texts, [["continual learning"]], np.arange(0))}
    turned = texts[::-1]
    again = {turned[row] for row in sample_rows(turned, [["continual learning"]], np.arange(0))}
    assert again == chosen


def test_a_sample_has_what_must_be_in_it_and_papers_with_each_themes_words(small: Teacher) -> None:
    texts = corpus(480)
    plain = sample_rows(texts, [], np.arange(0))
    must = np.setdiff1d(np.arange(480), plain)[:3]
    rows = sample_rows(texts, [["continual learning"], ["no such words"]], must)
    assert set(must) <= set(rows)
    worded = [row for row in range(480) if "continual learning" in texts[row]]
    assert len(worded) == 8
    assert sum(row in set(rows) for row in worded) >= 6
    assert len(rows) <= 120 + 3 + 6


@pytest.mark.parametrize(
    ("encoder", "n_papers", "distils"),
    [
        ("auto", 4_000, False),
        ("auto", 4_001, True),
        ("minilm", 100_000, False),
        ("distilled", 800, False),
        ("distilled", 801, True),
        (BagEncoder(), 100_000, False),
    ],
)
def test_when_an_encoder_is_distilled(encoder: Any, n_papers: int, distils: bool) -> None:
    assert is_distilled(encoder, n_papers) is distils


def _read(texts: list[str], tmp_path: Path, encoder: Any = "auto") -> bounded.Read:
    rows = sample_rows(texts, [], np.arange(0))
    return read(
        texts, rows, ["robots"], encoder=encoder, folder=tmp_path / "vectors", progress=silent
    )


def test_the_teacher_sees_a_part_of_the_sample_and_the_themes(
    small: Teacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "LEAST_AGREEMENT", 0.0)
    texts = corpus(300)
    found = _read(texts, tmp_path)
    assert len(small.seen) == 81
    assert small.seen[-1] == "robots"
    assert set(small.seen[:-1]) <= {texts[row] for row in found.rows}
    assert found.distilled is not None
    assert found.encoder == found.distilled.name
    np.testing.assert_array_equal(found.described, BagEncoder().encode(["robots"]))
    np.testing.assert_array_equal(
        found.encoded, found.distilled.encode([texts[row] for row in found.rows])
    )
    sampled, told = found.notes
    assert sampled.startswith("Themes were learned from 120 of 300 papers, chosen to cover them;")
    agreed = f"{found.distilled.agreement:.2f}"
    assert told.startswith("80 of 300 papers were embedded by bag-of-words; the others'")
    assert f"held-out agreement {agreed}, at least 0.00 is asked" in told


def test_more_papers_are_taught_where_few_do_not_do(
    small: Teacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "LEAST_AGREEMENT", 0.01)  # 80 texts say nothing of agreement
    found = _read(corpus(300), tmp_path)
    assert found.distilled is not None
    assert found.distilled.n_taught == 120
    assert len(small.seen) == 121  # none twice
    assert found.notes[-1].startswith("120 of 300 papers were embedded by bag-of-words;")


def test_the_analysis_beside_the_teacher_uses_one_thread_to_its_end(
    small: Teacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teaching, analysed = Event(), Event()
    in_blas: list[set[int]] = []
    fit, encode = LSA.fit, small.encode

    def slow_fit(*texts: Any, **given: Any) -> LSA:
        assert teaching.wait(60)
        in_blas.append({one["num_threads"] for one in _libraries()})
        analysed.set()
        return fit(*texts, **given)

    def slow_encode(texts: Sequence[str], **given: Any) -> np.ndarray:
        teaching.set()
        assert analysed.wait(60)
        return encode(texts, **given)

    monkeypatch.setattr(bounded.LSA, "fit", slow_fit)
    monkeypatch.setattr(small, "encode", slow_encode)
    with threadpool_limits(limits=2, user_api="blas"):
        _read(corpus(300), tmp_path)
        assert in_blas[0] == {1}
        assert {one["num_threads"] for one in _libraries()} == {2}


def _libraries() -> list[dict[str, Any]]:
    return [one for one in threadpool_info() if one["user_api"] == "blas"]


def test_poor_agreement_falls_back_to_the_teacher(
    small: Teacher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "LEAST_AGREEMENT", 1.01)
    texts = corpus(300)
    found = _read(texts, tmp_path)
    assert found.distilled is None
    assert found.encoder == "bag-of-words"
    np.testing.assert_array_equal(
        found.encoded, BagEncoder().encode([texts[row] for row in found.rows])
    )
    assert len(small.seen) == 121  # none twice
    assert "all papers were embedded after all" in found.notes[-1]


def test_too_few_papers_to_distil_are_all_embedded(small: Teacher, tmp_path: Path) -> None:
    found = _read(corpus(70), tmp_path, "distilled")
    assert found.distilled is None
    assert found.notes == (
        "70 papers are too few to distil an encoder: all of them were embedded.",
    )


def test_vectors_of_a_teacher_stay_when_themes_are_learned_anew(
    small: Teacher, tmp_path: Path
) -> None:
    texts = corpus(300)
    rows = sample_rows(texts, [], np.arange(0))
    vectors = BagEncoder().encode(texts)
    given: dict[str, Any] = {"folder": tmp_path, "progress": silent}
    again = read_again(texts, rows, vectors, encoder="bag", distilled=False, **given)
    np.testing.assert_array_equal(again.encoded, vectors[rows])
    assert (again.encoder, again.distilled, small.seen) == ("bag", None, [])
    assert again.described.shape == (0, vectors.shape[1])


@pytest.fixture
def fitted(small: Teacher, monkeypatch: pytest.MonkeyPatch) -> tuple[ThemeModel, pd.DataFrame]:
    monkeypatch.setattr(bounded, "LEAST_AGREEMENT", 0.0)
    papers = table(corpus(300))
    return ThemeModel([Theme("robots", aliases=("robot",))]).fit(papers), papers


def test_all_papers_of_a_large_corpus_have_their_rows(
    fitted: tuple[ThemeModel, pd.DataFrame],
) -> None:
    model, papers = fitted
    ids = set(papers["paper_id"])
    assert set(model.map["paper_id"]) == ids
    assert set(model.memberships["paper_id"]) | set(model.unassigned["paper_id"]) == ids
    counts = model.memberships.groupby("theme_id")["paper_id"].nunique()
    sizes = model.themes.set_index("theme_id")["n_papers"]
    assert sizes[sizes > 0].to_dict() == counts.to_dict()
    assert model.themes["first_digest"].dropna().min() == papers["digest_date"].min()
    assert model.encoded is not None
    assert model.encoded.shape == (300, model.fitted.distilled.weights.shape[1])


def test_themes_of_a_sample_are_those_of_the_corpus(
    fitted: tuple[ThemeModel, pd.DataFrame],
) -> None:
    model, papers = fitted
    primary = model.memberships[model.memberships["primary"]]
    home = papers["paper_id"].map(primary.set_index("paper_id")["theme_id"]).fillna("")
    field = np.arange(len(papers)) % 4
    together = pd.crosstab(field, home)
    # Each field's papers are in one theme, and each theme's in one field.
    assert together.max(axis=1).sum() / len(papers) > 0.8
    assert together.max(axis=0).sum() / len(papers) > 0.9


def test_a_saved_model_assigns_as_it_did(
    fitted: tuple[ThemeModel, pd.DataFrame], tmp_path: Path
) -> None:
    model, _ = fitted
    new = table(corpus(330)[300:])
    found = model.assign(new)
    assert len(found) >= 20
    model.save(tmp_path / "model")
    again = ThemeModel.load(tmp_path / "model")
    assert again.fitted.lsa.dimensions == 100
    assert again.fitted.distilled is not None
    assert again.fitted.distilled.lsa.dimensions > 100
    assert again.fitted.distilled is not None
    assert again.fitted.distilled.name == model.encoder_name == again.encoder_name
    pd.testing.assert_frame_equal(again.assign(new), found, check_exact=True)


def test_order_of_papers_changes_nothing_in_a_large_corpus(
    fitted: tuple[ThemeModel, pd.DataFrame],
) -> None:
    model, papers = fitted
    turned = ThemeModel([Theme("robots", aliases=("robot",))]).fit(papers.iloc[::-1])
    pd.testing.assert_frame_equal(turned.memberships, model.memberships, check_exact=True)
    pd.testing.assert_frame_equal(turned.themes, model.themes, check_exact=True)
