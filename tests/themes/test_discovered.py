"""Themes that BERTopic finds, and corpora that would break it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.themes import consensus, discovered, grouping
from papertrends.themes.anchoring import Past
from papertrends.themes.discovered import MIN_PAPERS, Discovery, discover
from papertrends.themes.grouping import Grouping, usual_number
from papertrends.themes.labels import phrase_analyzer
from papertrends.themes.model import ThemeModel

COPY = "We study amino residues together with binding pockets. It holds for enzymes."


def table(rows: list[tuple[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["title", "abstract"])
    frame.insert(0, "paper_id", [f"p{row:03}" for row in range(len(rows))])
    return frame.assign(digest_date=pd.Timestamp("2025-07-31"))


def check_tables(model: ThemeModel, papers: pd.DataFrame) -> None:
    """Check what holds for every fit."""
    ids = set(papers["paper_id"])
    memberships, unassigned = model.memberships, model.unassigned
    inside, outside = set(memberships["paper_id"]), set(unassigned["paper_id"])
    assert inside | outside == ids
    assert not inside & outside
    assert (memberships.groupby("paper_id")["primary"].sum() == 1).all()
    assert memberships["score"].between(0, 1).all()
    assert set(memberships["theme_id"]) <= set(model.themes["theme_id"])
    assert model.themes["stability"].between(0, 1).all()
    assert set(model.map["paper_id"]) == ids
    assert np.isfinite(model.map[["x", "y"]].to_numpy()).all()


def test_groups_of_papers_are_found_again(fitted: ThemeModel, papers: pd.DataFrame) -> None:
    """Each made-up group but the named one is one discovered theme."""
    check_tables(fitted, papers)
    kinds = fitted.themes.set_index("theme_id")["kind"]
    found = fitted.memberships[fitted.memberships["theme_id"].map(kinds) == "discovered"]
    groups = {
        frozenset(paper.split("-")[0] for paper in theme["paper_id"])
        for _, theme in found.groupby("theme_id")
    }
    assert groups == {frozenset([name]) for name in ("diffusion", "protein", "speech")}
    assert fitted.themes.loc[fitted.themes["kind"] == "discovered", "n_papers"].tolist() == [12] * 3


def test_the_order_of_papers_changes_nothing_and_the_seed_is_kept(
    papers: pd.DataFrame, bag_encoder: Any
) -> None:
    first, again = (
        ThemeModel([], encoder=bag_encoder(), seed=3).fit(frame)
        for frame in (papers, papers.sample(frac=1, random_state=1))
    )
    for name in ("themes", "memberships", "unassigned", "map"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert len(first.themes) >= 3


@pytest.mark.parametrize("n_papers", [1, 2, MIN_PAPERS - 1])
def test_few_papers_are_searched_for_named_themes_only(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, n_papers: int
) -> None:
    some = papers.drop_duplicates("paper_id").tail(n_papers)
    model = ThemeModel(themes, encoder=bag_encoder()).fit(some)
    check_tables(model, some)
    assert set(model.themes["kind"]) == {"named"}
    assert model.bertopic is None
    (note,) = model.notes
    subject = "1 paper is" if n_papers == 1 else f"{n_papers} papers are"
    assert note == (
        f"{subject} too few to discover themes in (that takes 8): "
        "only named themes were looked for."
    )
    about = some["paper_id"].str.startswith("prompt").sum()
    assert model.themes["n_papers"].tolist() == [about, 0]


LONELY = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike oscar papa "
    "quebec"
).split()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("Two twins", COPY)] * 2, id="twins"),
        pytest.param([(f"Title {row}", COPY) for row in range(20)], id="20 copies"),
        pytest.param([("Title", COPY)] * 20, id="20 copies of title and abstract"),
        pytest.param([(f"{'?' * row}!", "") for row in range(16)], id="no words"),
        pytest.param([(word, "") for word in LONELY], id="no shared words"),
        pytest.param([(f"{word}. Galaxies", "") for word in LONELY], id="one shared word"),
        pytest.param([(f"機械学習 {row}", "提示学习 的 方法") for row in range(16)], id="Chinese"),
    ],
)
def test_strange_corpora_are_fitted(
    themes: Any, bag_encoder: Any, rows: list[tuple[str, str]]
) -> None:
    papers = table(rows)
    model = ThemeModel(themes, encoder=bag_encoder()).fit(papers)
    check_tables(model, papers)
    assert model.themes["name"].is_unique
    assert (len(model.notes) > 0) == (model.themes["kind"] == "named").all()


def test_papers_without_abstracts_are_fitted(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    bare = papers.assign(abstract=[None if row % 2 else "" for row in range(len(papers))])
    model = ThemeModel(themes, encoder=bag_encoder()).fit(bare)
    check_tables(model, bare)
    members = model.memberships.query("theme_id == 'prompt-learning'")["paper_id"]
    assert set(members.str.split("-").str[0]) == {"prompt"}


def texts_of(papers: pd.DataFrame) -> list[str]:
    frame = papers.drop_duplicates("paper_id")
    return (frame["title"] + ". " + frame["abstract"]).tolist()


@pytest.fixture(scope="module")
def found(make_papers: Any, bag_encoder: Any) -> Discovery:
    texts = texts_of(make_papers(30))
    return discover(texts, bag_encoder().encode(texts))


def test_what_is_discovered_is_described(papers: pd.DataFrame, bag_encoder: Any) -> None:
    texts = texts_of(papers)
    steps: list[tuple[str, int, int]] = []
    one = discover(texts, bag_encoder().encode(texts), progress=lambda *step: steps.append(step))
    names = sorted(set(one.topics.tolist()) - {-1})
    assert names == list(range(4))
    assert len(one.topics) == len(texts)
    assert sorted(one.stability) == sorted(one.weights) == names
    assert all(0.5 <= value <= 1 for value in one.stability.values())
    assert all(weight >= 0 for phrases in one.weights.values() for weight in phrases.values())
    assert steps == [("grouping", done, steps[0][2]) for done in range(1, len(steps) + 1)]
    assert steps[-1][1] == steps[-1][2]


def test_finer_topics_lie_in_one_broad_topic(found: Discovery) -> None:
    finer = sorted(set(found.finer.tolist()) - {-1})
    assert finer
    assert finer == list(range(len(finer)))
    assert sorted(found.parents) == sorted(found.finer_stability) == sorted(found.finer_weights)
    assert sorted(found.parents) == finer
    for name in finer:
        rows = found.finer == name
        assert set(found.topics[rows].tolist()) == {found.parents[name]}
        assert rows.sum() >= 4
        assert found.finer_weights[name]
    sizes = np.bincount(found.finer[found.finer >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert all(list(found.parents.values()).count(over) >= 2 for over in found.parents.values())


def test_finer_phrases_are_of_their_own_papers(found: Discovery, make_papers: Any) -> None:
    texts = texts_of(make_papers(30))
    for name, phrases in found.finer_weights.items():
        joined = " ".join(texts[row] for row in np.flatnonzero(found.finer == name)).lower()
        strongest = max(phrases, key=lambda phrase: phrases[phrase])
        assert strongest.split()[0] in joined
        assert all(weight > 0 for weight in phrases.values())


def test_the_nearest_topic_of_members_is_theirs(found: Discovery) -> None:
    inside = found.topics >= 0
    np.testing.assert_array_equal(found.nearest[inside], found.topics[inside])
    assert set(found.nearest.tolist()) <= set(found.stability)
    assert ((found.strength >= 0) & (found.strength <= 1)).all()
    assert found.strength[inside].min() >= 0.5


def test_many_copies_of_one_abstract_take_no_time() -> None:
    vectors = np.tile(np.eye(1, 8, dtype=np.float32), (10_000, 1))
    copies = discover([COPY] * 10_000, vectors)
    assert set(copies.topics.tolist()) == set(copies.nearest.tolist()) == {-1}
    assert copies.stability == copies.weights == copies.parents == {}


def test_vectors_of_zeros_are_grouped_with_nothing() -> None:
    texts = [f"{word}. Galaxies" for word in LONELY]
    nothing = discover(texts, np.zeros((len(texts), 8), dtype=np.float32))
    assert set(nothing.topics.tolist()) == {-1}


def test_a_bertopic_of_ones_own_that_cannot_be_fitted_says_so(make_papers: Any) -> None:
    class Unwilling:
        topics_ = None

        def fit_transform(self, texts: list[str], embeddings: Any) -> Any:
            raise ValueError("k must be less than N")

    texts = make_papers(3)["abstract"].tolist()
    vectors = np.eye(len(texts), dtype=np.float32)
    message = rf"cannot be fitted on {len(texts)} papers \(k must be less than N\); leave it out"
    with pytest.raises(InputError, match=message):
        discover(texts, vectors, bertopic=Unwilling())


def test_the_grouping_is_told_as_it_was_found(
    monkeypatch: pytest.MonkeyPatch, make_papers: Any, bag_encoder: Any
) -> None:
    """Of 120 papers 60, 30 and 20 are grouped, the first 60 as 35 and 20, and 3 are copies."""
    broad = np.repeat([0, 1, 2, -1], [60, 30, 20, 7])
    votes = np.eye(4)[broad][:, :3] * 0.75 + 0.05
    votes[110:] = [0.1, 0.4, 0.2]
    answers = {
        117: Grouping(broad, votes, np.array([0.9, 0.6, 0.8])),
        60: Grouping(np.repeat([0, 1, -1], [35, 20, 5]), np.ones((60, 2)), np.array([0.6, 0.7])),
    }
    nothing = Grouping(np.full(30, -1), np.zeros((30, 0)), np.zeros(0))
    monkeypatch.setattr(
        consensus, "group", lambda points, *_, **__: answers.get(len(points), nothing)
    )
    monkeypatch.setattr(discovered, "same_vectors", lambda _: np.array([*range(117), 0, 60, 110]))
    texts = texts_of(make_papers(30))
    one = discover(texts, bag_encoder().encode(texts))
    assert one.topics.tolist() == [*broad.tolist(), 0, 1, -1]
    assert one.nearest.tolist() == [*broad[:110].tolist(), *[1] * 7, 0, 1, 1]
    np.testing.assert_allclose(one.strength, [0.8] * 110 + [0.4] * 7 + [0.8, 0.8, 0.4])
    assert one.stability == {0: 0.9, 1: 0.6, 2: 0.8}
    assert one.finer.tolist() == [0] * 35 + [1] * 20 + [-1] * 62 + [0, -1, -1]
    assert one.parents == {0: 0, 1: 0}
    assert one.finer_stability == {0: 0.6, 1: 0.7}


def test_topics_are_numbered_by_their_papers_and_not_their_points(
    monkeypatch: pytest.MonkeyPatch, make_papers: Any, bag_encoder: Any
) -> None:
    """Of two groups of 40 and 50 points the first has twenty copies."""
    broad = np.repeat([1, 0, 2], [40, 50, 10])
    points = Grouping(broad, np.eye(3)[broad], np.array([0.9, 0.8, 0.7]))
    nothing = Grouping(np.full(50, -1), np.zeros((50, 0)), np.zeros(0))
    monkeypatch.setattr(
        consensus,
        "group",
        lambda points_given, *_, **__: points if len(points_given) == 100 else nothing,
    )
    monkeypatch.setattr(discovered, "same_vectors", lambda _: np.array([*range(100), *range(20)]))
    texts = texts_of(make_papers(30))
    one = discover(texts, bag_encoder().encode(texts))
    assert one.topics.tolist() == [0] * 40 + [1] * 50 + [2] * 10 + [0] * 20
    assert one.nearest.tolist() == one.topics.tolist()
    assert one.stability == {0: 0.8, 1: 0.9, 2: 0.7}


def test_a_sample_has_as_many_topics_as_all_papers_would(
    monkeypatch: pytest.MonkeyPatch, make_papers: Any, bag_encoder: Any
) -> None:
    texts = texts_of(make_papers(30))
    vectors = bag_encoder().encode(texts)
    asked: list[tuple[int, int]] = []
    ask = grouping.ask

    def listening(batches: Any, keys: Any, n_groups: int) -> Any:
        asked.append((len(keys), n_groups))
        return ask(batches, keys, n_groups)

    monkeypatch.setattr(grouping, "ask", listening)
    for n_all in (None, 120, 12_000):
        asked.append((0, 0))
        discover(texts, vectors, n_all=n_all)
    parts = [n for n, one in enumerate(asked) if one == (0, 0)]
    alone, same, large = (
        asked[start + 1 : end] for start, end in zip(parts, [*parts[1:], None], strict=True)
    )
    assert alone == same
    assert max(number for n, number in large if n == 120) == round(1.6 * usual_number(12_000))


def test_finer_phrases_are_weighted_by_c_tf_idf(found: Discovery, make_papers: Any) -> None:
    """The weights recomputed from counts: sqrt of the share, by log(1 + mean length / count)."""
    texts = texts_of(make_papers(30))
    phrases = {form for weights in found.finer_weights.values() for form in weights}
    known = set(found.bertopic.build().vectorizer_model.vocabulary)
    counts: dict[int, dict[str, int]] = {int(name): {} for name in set(found.finer.tolist()) | {-1}}
    for name, text in zip(found.finer.tolist(), texts, strict=True):
        for form in phrase_analyzer(text):
            if form in known:
                counts[name][form] = counts[name].get(form, 0) + 1
    totals = {name: sum(of.values()) for name, of in counts.items()}
    mean = int(sum(totals.values()) / len(totals))
    for name, weights in found.finer_weights.items():
        expected = {
            form: np.sqrt(count / totals[name])
            * np.log(1 + mean / sum(of.get(form, 0) for of in counts.values()))
            for form, count in counts[name].items()
        }
        best = sorted(expected.values(), reverse=True)[:60]
        assert list(weights.values()) == pytest.approx(best)
        assert weights == pytest.approx({form: expected[form] for form in weights})
    assert phrases <= known


class Own:
    """A BERTopic of one's own that is not fitted yet."""

    topics_: list[int] | None = None
    found = (1, 1, 0, 0, 0, -1, -1)

    def fit_transform(self, texts: list[str], embeddings: Any) -> Any:
        assert len(texts) == len(embeddings)
        self.topics_ = list(self.found)
        return self.topics_, None

    def transform(self, texts: list[str]) -> Any:
        assert len(texts) == len(self.found)
        return list(self.found), None


@pytest.mark.parametrize("is_fitted", [False, True])
def test_the_topics_of_a_bertopic_of_ones_own_are_taken(is_fitted: bool) -> None:
    model = Own()
    if is_fitted:
        model.topics_ = [5, 5]
    texts = ["Protein folding"] * 2 + ["Speech recognition"] * 3 + ["Galaxy surveys"] * 2
    vectors = np.array([[1, 0], [1, 0], [0, 3], [0, 3], [1, 0.2], [1, 0], [0.5, 1.8]])
    one = discover(texts, vectors.astype(np.float32), bertopic=model)
    assert one.topics.tolist() == list(Own.found)
    assert one.strength.tolist() == [1, 1, 1, 1, 1, 0, 0]
    # The means are (1, 0) and (1/3, 62/30): the fifth stays where it was put.
    assert one.nearest.tolist() == [1, 1, 0, 0, 0, 1, 0]
    assert sorted(one.stability) == [0, 1]
    assert np.isnan(list(one.stability.values())).all()
    assert set(one.weights[1]) == set(phrase_analyzer("Protein folding"))
    assert set(one.weights[0]) == set(phrase_analyzer("Speech recognition"))
    assert set(one.finer.tolist()) == {-1}
    assert one.parents == one.finer_stability == one.finer_weights == {}
    assert model.topics_ == ([5, 5] if is_fitted else None)
    assert (one.bertopic.build() is model) == is_fitted


def test_a_bertopic_that_finds_nothing_has_no_nearest_topics() -> None:
    class Nothing(Own):
        found = (-1,) * 7

    one = discover(["text"] * 7, np.eye(7, dtype=np.float32), bertopic=Nothing())
    assert set(one.nearest.tolist()) == {-1}
    assert one.weights == one.stability == {}


def test_topics_of_a_model_of_ones_own_are_matched_to_the_groups_before() -> None:
    home = np.array([1, 1, 1, 0, 0, 0, 2, -1])
    no = np.zeros(3, bool)
    topics = np.array([7, 7, 4, 4, 4, -1, 7, 9])
    past = Past(home, np.ones(8, bool), no, no)
    assert discovered._matched(topics, past) == {7: 1, 4: 0}
    settled = Past(home, np.arange(8) > 1, no, no)
    assert discovered._matched(topics, settled) == {4: 0, 7: 2}
    assert discovered._matched(np.full(8, -1), past) == {}
