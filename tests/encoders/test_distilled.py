"""An encoder imitated: as near to its teacher as it says, and the same in any order."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from papertrends import words
from papertrends.encoders.base import Encoder, Vectors
from papertrends.encoders.distilled import LEAST_AGREEMENT, Distilled, agreement_of, distil
from papertrends.encoders.lsa import DIMENSIONS, LSA, unit_rows
from papertrends.encoders.minilm import MiniLM
from papertrends.encoders.static import packaged_vectors
from papertrends.errors import InputError

FIELDS = [
    "diffusion sampler noise image pixel texture denoising latent resolution photograph",
    "protein residue folding enzyme docking molecule ligand binding chemistry antibody",
    "speech phoneme speaker acoustic voice audio recognition microphone accent dialogue",
    "robot grasp gripper locomotion torque manipulation terrain joint camera controller",
]
N_TAUGHT = 240


def made_up_texts(n_texts: int = 400) -> list[str]:
    chance = random.Random(0)
    texts = []
    for _ in range(n_texts):
        one, other = chance.sample(FIELDS, 2)
        texts.append(
            " ".join(chance.choices(one.split(), k=18) + chance.choices(other.split(), k=6))
        )
    return texts


def teach(
    texts: list[str], lsa: LSA, targets: Vectors, order: list[int] | None = None
) -> Distilled:
    """Distil from the first texts, given in that order."""
    rows = np.array(order if order is not None else range(len(texts)))
    some = [texts[row] for row in rows]
    taught = np.flatnonzero(rows < N_TAUGHT)
    keys = np.random.default_rng(1).integers(0, 2**64, len(texts), dtype=np.uint64)[rows]
    return distil(
        packaged_vectors().encode(some),
        lsa.transform(some),
        taught,
        targets[rows[taught]],
        keys,
        analysis=lsa,
        teacher="teacher",
    )


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return made_up_texts()


@pytest.fixture(scope="module")
def lsa(texts: list[str]) -> LSA:
    return LSA.fit(texts, dimensions=10)


@pytest.fixture(scope="module")
def targets(texts: list[str]) -> Vectors:
    """Vectors of a teacher who sees word pieces in its own way, and counts the field's name."""
    turned = np.random.default_rng(0).normal(size=(256, 24))
    field = np.array([[word in text for word in ("noise", "speech")] for text in texts])
    seen = packaged_vectors().encode(texts) @ turned
    return unit_rows(seen + 0.5 * field @ turned[:2] + 3)


@pytest.fixture(scope="module")
def distilled(texts: list[str], lsa: LSA, targets: Vectors) -> Distilled:
    return teach(texts, lsa, targets)


def test_texts_it_never_saw_are_near_the_teacher(
    distilled: Distilled, texts: list[str], targets: Vectors
) -> None:
    found = distilled.encode(texts)
    assert found.shape == targets.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    new = slice(N_TAUGHT, None)
    assert (found[new] * targets[new]).sum(axis=1).mean() > 0.97
    assert distilled.agreement > LEAST_AGREEMENT
    assert agreement_of(targets[new], found[new]) == pytest.approx(distilled.agreement, abs=0.15)


def test_a_teacher_whose_vectors_have_no_reason_is_not_imitated() -> None:
    chance = np.random.default_rng(0)
    # So many words that texts learned from could be told by heart.
    pieces = sorted(MiniLM()._tokenizer.get_vocab())
    known = [piece for piece in pieces if piece.isascii() and piece.isalpha()]
    texts = [" ".join(chance.choice(known, 20)) for _ in range(400)]
    lsa = LSA.fit(texts, dimensions=10)
    # As near to each other as the vectors of gibberish are: cosines to the imitation are high.
    noise = unit_rows(4 + chance.normal(size=(len(texts), 24)))
    learned = teach(texts, lsa, noise)
    assert (learned.encode(texts[N_TAUGHT:]) * noise[N_TAUGHT:]).sum(axis=1).mean() > 0.9
    assert learned.agreement < 0.1 < LEAST_AGREEMENT


def test_the_lsa_comes_along(distilled: Distilled, texts: list[str], lsa: LSA) -> None:
    vectors, projected = distilled.encode_with_lsa(texts)
    np.testing.assert_array_equal(vectors, distilled.encode(texts))
    np.testing.assert_array_equal(projected, lsa.transform(texts))


def test_more_directions_are_read_than_are_joined(texts: list[str], targets: Vectors) -> None:
    lsa = LSA.fit(texts, dimensions=DIMENSIONS + 30)
    learned = teach(texts, lsa, targets)
    assert learned.weights.shape[0] == 256 + DIMENSIONS + 30 + 1
    vectors, projected = learned.encode_with_lsa(texts)
    np.testing.assert_array_equal(vectors, learned.encode(texts))
    assert projected.shape == (len(texts), DIMENSIONS)
    np.testing.assert_array_equal(projected, lsa.first(DIMENSIONS).transform(texts))


def test_an_imitation_spreads_as_far_as_its_teacher(
    texts: list[str], lsa: LSA, targets: Vectors
) -> None:
    noise = np.random.default_rng(5).normal(size=targets.shape)
    blurred = unit_rows(targets + 0.05 * noise)
    new = slice(N_TAUGHT, None)
    guessed, wanted = teach(texts, lsa, blurred).encode(texts)[new], blurred[new]
    far, aim = (np.square(some - some.mean(axis=0)).sum() for some in (guessed, wanted))
    assert far == pytest.approx(aim, rel=0.05)


def test_guesses_at_what_has_no_reason_are_not_made_large(
    texts: list[str], lsa: LSA, targets: Vectors
) -> None:
    noise = unit_rows(4 + np.random.default_rng(5).normal(size=targets.shape))
    guessed = teach(texts, lsa, noise).encode(texts)[N_TAUGHT:]
    far, aim = (np.square(some - some.mean(axis=0)).sum() for some in (guessed, noise[N_TAUGHT:]))
    assert far < aim / 2


def test_a_vector_does_not_depend_on_the_other_texts_or_blocks(
    distilled: Distilled, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = distilled.encode(texts)
    for row in (0, 5, 399):
        np.testing.assert_array_equal(distilled.encode([texts[row]])[0], whole[row])
    monkeypatch.setattr(words, "BLOCK", 77)
    np.testing.assert_array_equal(distilled.encode(texts[::-1])[::-1], whole)


def test_the_order_of_texts_does_not_change_what_is_learned(
    distilled: Distilled, texts: list[str], lsa: LSA, targets: Vectors
) -> None:
    order = random.Random(3).sample(range(len(texts)), len(texts))
    again = teach(texts, lsa, targets, order)
    np.testing.assert_array_equal(again.weights, distilled.weights)
    assert again.agreement == distilled.agreement
    assert again.name == distilled.name


def test_the_name_tells_imitations_apart(distilled: Distilled) -> None:
    encoder: Encoder = distilled
    kind, teacher, digest = encoder.name.split("/")
    assert (kind, teacher, len(digest)) == ("distilled", "teacher", 16)
    others = [
        replace(distilled, weights=distilled.weights * np.float32(1.5)),
        replace(distilled, lsa=replace(distilled.lsa, idf=distilled.lsa.idf + 1)),
        replace(distilled, teacher="other"),
    ]
    assert len({distilled.name, *(other.name for other in others)}) == 4


def test_progress_counts_texts(
    distilled: Distilled, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "BLOCK", 3)
    for encode in (distilled.encode, distilled.encode_with_lsa):
        steps: list[tuple[str, int, int]] = []
        encode(texts[:5], progress=lambda *step: steps.append(step))  # noqa: B023
        assert steps == [("embedding", 3, 5), ("embedding", 5, 5)]


def test_no_text_and_no_word_have_their_place(distilled: Distilled) -> None:
    vectors, projected = distilled.encode_with_lsa([])
    assert (vectors.shape, projected.shape) == ((0, 24), (0, 10))
    assert np.linalg.norm(distilled.encode([""])) == pytest.approx(1.0)


def test_few_texts_teach_but_say_nothing_of_agreement(texts: list[str], targets: Vectors) -> None:
    nothing = LSA.fit([])
    for n in (1, 2, 99):
        learned = distil(
            packaged_vectors().encode(texts[:n]),
            nothing.transform(texts[:n]),
            np.arange(n),
            targets[:n],
            np.arange(n, dtype=np.uint64),
            analysis=nothing,
            teacher="teacher",
        )
        assert (learned.n_taught, learned.agreement) == (n, 0.0)
        assert np.isfinite(learned.encode(texts[:3])).all()


@pytest.mark.parametrize("n_vectors", [0, 2])
def test_nothing_to_learn_from_is_said(lsa: LSA, targets: Vectors, n_vectors: int) -> None:
    taught = np.arange(n_vectors // 2)
    with pytest.raises(
        InputError,
        match=rf"{len(taught)} texts and {n_vectors} vectors .*nothing to learn from.*at least one",
    ):
        distil(
            np.zeros((3, 256), dtype=np.float32),
            np.zeros((3, 10), dtype=np.float32),
            taught,
            targets[:n_vectors],
            np.arange(3, dtype=np.uint64),
            analysis=lsa,
            teacher="teacher",
        )


def test_agreement_counts_neighbours_found() -> None:
    """Of 200 points, the two nearest by one that are among the four nearest by the other."""
    chance = np.random.default_rng(0)
    one, other = (unit_rows(chance.normal(size=(200, 5))) for _ in range(2))
    found = 0
    for row in range(200):
        by_one, by_other = (
            sorted(set(range(200)) - {row}, key=lambda at: -float(some[row] @ some[at]))
            for some in (one, other)
        )
        found += len(set(by_one[:2]) & set(by_other[:4]))
    assert agreement_of(one, other) == pytest.approx(found / 400)
    assert agreement_of(one, one) == 1.0
    assert agreement_of(one[:99], one[:99]) == 0.0
