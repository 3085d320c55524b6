"""How named and discovered themes meet in one table."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from papertrends.themes.discovered import Discovery
from papertrends.themes.evidence import THRESHOLD, Corpus
from papertrends.themes.labels import Phrasing, phrase_analyzer
from papertrends.themes.meeting import DiscoveredThemes, NamedThemes, Recognised, _ids, meet

#: Twelve papers: six on prompts, four of them soft; six on enzymes, three of them folding.
TITLES = ["Soft prompts"] * 4 + ["Hard prompts"] * 2 + ["Enzyme folding"] * 3 + ["Enzyme docks"] * 3
TOPICS = np.array([0, 0, 0, 0, -1, -1, 1, 1, 1, 1, 1, 1])
FINER = np.array([-1, -1, -1, -1, -1, -1, 0, 0, 0, 1, 1, 1])
VECTORS = np.eye(6, dtype=np.float32)[[0] * 4 + [1] * 2 + [2] * 6]


def phrases(labels: np.ndarray) -> dict[int, dict[str, float]]:
    return {
        topic: dict.fromkeys(
            (
                form
                for row in np.flatnonzero(topic == labels)
                for form in phrase_analyzer(TITLES[row])
            ),
            1.0,
        )
        for topic in (0, 1)
    }


def found(
    named: Sequence[float],
    stability: Sequence[float] = (1.0, 1.0),
    finer_stability: Sequence[float] = (0.9, 0.8),
    strength: float = 0.8,
    topics: np.ndarray = TOPICS,
    finer: np.ndarray = FINER,
    vectors: np.ndarray = VECTORS,
    was: Recognised | None = None,
) -> DiscoveredThemes:
    """Find themes where the one named theme has these scores."""
    corpus = Corpus([f"p{row:02}" for row in range(12)], TITLES, [""] * 12, vectors, vectors)
    theme: Any = SimpleNamespace(theme=SimpleNamespace(theme_id="prompts"), phrases=("prompts",))
    finer = np.where(topics == 1, FINER, -1)
    discovery = Discovery(
        topics=topics,
        finer=finer,
        parents={0: 1, 1: 1},
        stability=dict(enumerate(stability)),
        finer_stability=dict(enumerate(finer_stability)),
        strength=np.full(12, strength),
        nearest=np.abs(topics),
        weights=phrases(topics) | {2: {}},
        finer_weights=phrases(finer),
        bertopic=None,
    )
    scores = np.array(named, dtype=float)[:, None]
    return meet(
        discovery,
        NamedThemes((theme,), scores, (1.0,)),
        corpus,
        Phrasing.of(TITLES, TITLES),
        was or Recognised(),
    )


def parents(others: DiscoveredThemes) -> dict[str, str]:
    return dict(zip(others.ids, others.parents, strict=True))


def members(others: DiscoveredThemes, theme: str) -> list[int]:
    column = others.scores[:, others.ids.index(theme)]
    return np.flatnonzero(column >= THRESHOLD).tolist()


def test_finer_themes_follow_the_broad_one_they_lie_under() -> None:
    others = found([0.1] * 12)
    assert others.ids == ("enzyme", "enzyme-folding", "enzyme-docks", "soft-prompts")
    assert others.parents == ("", "enzyme", "enzyme", "")
    assert others.stability == (1.0, 0.9, 0.8, 1.0)
    assert others.centroids.parents.tolist() == [-1, 0, 0, -1]


def test_all_papers_of_a_group_are_members_and_no_others() -> None:
    others = found([0.1] * 12)
    assert members(others, "enzyme") == [6, 7, 8, 9, 10, 11]
    assert members(others, "enzyme-folding") == [6, 7, 8]
    assert members(others, "enzyme-docks") == [9, 10, 11]
    assert members(others, "soft-prompts") == [0, 1, 2, 3]
    finer = others.scores[:, 1:3]
    assert (finer <= others.scores[:, [0]]).all()


def test_a_paper_that_sits_firmly_scores_higher() -> None:
    loose, firm = found([0.1] * 12, strength=0.2), found([0.1] * 12, strength=0.9)
    assert loose.scores[6, 0] == pytest.approx(0.6, abs=1e-6)
    assert firm.scores[6, 0] == pytest.approx(0.95, abs=1e-6)


def test_a_paper_belongs_most_to_the_group_it_was_put_into() -> None:
    """Row 4 has the vector of row 5 but was put with the soft prompts, loosely."""
    topics = np.array([0, 0, 0, 0, 0, 2, 1, 1, 1, 1, 1, 1])
    others = found([0.1] * 12, topics=topics, strength=0.0, stability=(1.0, 1.0))
    soft = others.ids.index("soft-prompts")
    assert (others.scores[4].argmax(), others.scores[0].argmax()) == (soft, soft)


def test_a_broad_group_within_a_named_theme_lies_under_it() -> None:
    # Four of eleven papers in both: a Jaccard index of 0.36, below that of the same theme.
    others = found([0.9] * 4 + [0.9] * 2 + [0.9] * 2 + [0.1] + [0.9] * 3)
    assert parents(others)["soft-prompts"] == "prompts"


def test_a_group_that_is_a_named_theme_is_left_to_it() -> None:
    others = found([0.9] * 6 + [0.1] * 6)
    assert others.ids == ("enzyme", "enzyme-folding", "enzyme-docks")


def test_finer_groups_of_one_that_is_a_named_theme_lie_under_the_named_theme() -> None:
    others = found([0.1] * 6 + [0.9] * 6)
    assert parents(others) == {
        "soft-prompts": "",
        "enzyme-folding": "prompts",
        "enzyme-docks": "prompts",
    }
    assert others.centroids.parents.tolist() == [-1, -1, -1]
    assert members(others, "enzyme-docks") == [9, 10, 11]


def test_a_finer_group_that_is_a_named_theme_is_left_to_it() -> None:
    others = found([0.1] * 6 + [0.9] * 2 + [0.1] * 4)
    assert others.ids == ("enzyme", "enzyme-docks", "soft-prompts")


def test_a_group_that_reruns_do_not_find_is_no_theme_nor_are_those_under_it() -> None:
    assert found([0.1] * 12, stability=[0.9, 0.2]).ids == ("soft-prompts",)
    assert found([0.1] * 12, finer_stability=[0.2, 0.9]).ids == (
        "enzyme",
        "enzyme-docks",
        "soft-prompts",
    )


def test_papers_of_a_group_left_out_go_where_they_are_as_near_as_others() -> None:
    """Rows 4, 5 and 11 form an unstable group; row 11 is nearer to enzymes than row 10 is."""
    vectors = VECTORS.copy()
    for row, axis, apart in ((10, 4, 0.6), (11, 5, 0.4)):
        vectors[row, axis] = apart
        vectors[row] /= np.linalg.norm(vectors[row])
    topics = np.array([0, 0, 0, 0, 2, 2, 1, 1, 1, 1, 1, 2])
    finer = np.where(topics == 1, FINER, -1)
    others = found(
        [0.1] * 12, stability=[1.0, 1.0, 0.1], topics=topics, finer=finer, vectors=vectors
    )
    assert sorted(others.stability) == [0.8, 0.9, 1.0, 1.0]
    assert 11 in members(others, others.ids[0])
    for theme in others.ids:
        assert not {4, 5} & set(members(others, theme))


def test_finer_keywords_set_apart_from_those_beside_them() -> None:
    others = found([0.1] * 12)
    broad, folding, docks, _ = others.wordings
    assert "enzyme" in broad.keywords
    assert not set(broad.keywords) & set(folding.keywords)
    assert not set(folding.keywords) & set(docks.keywords)


def test_identifiers_are_slugs_that_no_other_theme_has() -> None:
    labels = ["Soft prompts", "soft-prompts", "!", "?", "fine-tuning", "機械学習"]
    assert _ids(labels, taken=["fine-tuning"]) == (
        "soft-prompts",
        "soft-prompts-2",
        "theme",
        "theme-2",
        "fine-tuning-2",
        "機械学習",
    )


def test_identifiers_that_are_known_stay_and_no_other_theme_gets_them() -> None:
    labels = ["Enzymes", "Enzymes", "Prompts"]
    assert _ids(labels, taken=["prompts"], known=["", "enzymes", ""]) == (
        "enzymes-2",
        "enzymes",
        "prompts-2",
    )


def test_themes_that_were_there_keep_their_names_and_have_new_keywords() -> None:
    was = Recognised(
        broad={1: ("e", "My enzymes")},
        finer={1: ("d", "Docks")},
        names=frozenset(["My enzymes", "Docks", "Soft prompts", "Enzyme folding"]),
        ids=frozenset(["e", "d", "soft", "folding"]),
    )
    others = found([0.1] * 12, was=was)
    usual = found([0.1] * 12)
    assert others.ids[0], others.ids[2] == ("e", "d")
    assert [one.label for one in others.wordings][::2] == ["My enzymes", "Docks"]
    assert others.wordings[0].keywords == usual.wordings[0].keywords
    # The others' usual names are taken, though by no theme that is there.
    assert not {one.label.casefold() for one in others.wordings[1::2]} & {
        "soft prompts",
        "enzyme folding",
    }
    assert not {"soft", "folding"} & set(others.ids)
    np.testing.assert_array_equal(others.scores, usual.scores)


def test_a_theme_that_was_there_stays_however_unstable_it_is() -> None:
    was = Recognised(broad={0: ("s", "Soft")}, finer={0: ("f", "Folding")})
    others = found([0.1] * 12, stability=(0.1, 1.0), finer_stability=(0.1, 0.1), was=was)
    assert {"s", "f"} <= set(others.ids)
    assert len(others.ids) == 3


def test_from_when_a_group_is_a_named_theme_can_be_said() -> None:
    """Four of six papers of the named theme are in the group: a Jaccard index of 0.67."""
    named = [0.9] * 6 + [0.1] * 6
    stays = Recognised(broad={0: ("s", "Soft")}, same={0: 0.7})
    assert "s" in found(named, was=stays).ids
    assert "s" not in found(named, was=Recognised(broad={0: ("s", "Soft")}, same={0: 0.6})).ids
    # Three of its four papers are among nine: 0.3.
    some = [0.9] * 3 + [0.1] * 3 + [0.9] * 6
    assert len(found(some).ids) > len(found(some, was=Recognised(same={0: 0.2})).ids)


def test_a_theme_moves_under_another_only_if_that_is_clear() -> None:
    def above(part: int, known: bool, before: str = "") -> str:
        """Return what the group of four lies under if `part` of it is in the named theme."""
        named = [0.9] * part + [0.1] * (6 - part) + [0.9] * 6
        theme = {0: ("s", "Soft")} if known else {}
        was = Recognised(broad=theme, same={0: 2.0}, parents={"s": before})
        others = found(named, was=was)
        return parents(others)["s" if known else "soft-prompts"]

    assert [above(part, known=False) for part in (2, 3)] == ["", "prompts"]
    assert [above(part, known=True) for part in (3, 4)] == ["", "prompts"]
    assert [above(part, known=True, before="prompts") for part in (1, 2)] == ["", "prompts"]
