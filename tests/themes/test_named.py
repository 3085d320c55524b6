"""Named themes: which papers are about them, and what moves the line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.encoders import LSA
from papertrends.themes.evidence import (
    EVIDENCE,
    INTERCEPT,
    THRESHOLD,
    WEIGHTS,
    Corpus,
    WordSpace,
    score,
    texts_of,
    words_of,
)
from papertrends.themes.fitted import corpus_of, texts_of_papers
from papertrends.themes.named import describe, evidence_of, fit_theme, jaccard
from papertrends.themes.theme import Theme

Fit = Callable[..., tuple[Any, np.ndarray, float]]

EXTRA = [
    ("named", "Prompt learning for everyone", "We study prompt learning in depth."),
    ("mentioned", "Enzyme sequences and binding pockets", "Some papers do prompt learning."),
    ("none", "Enzyme sequences and molecular docking", "Some papers do amino residues."),
    ("trap", "Predicting prompt refusal", "Chatbots decline requests that users type."),
]


def with_extra(papers: pd.DataFrame) -> pd.DataFrame:
    extra = pd.DataFrame(EXTRA, columns=["paper_id", "title", "abstract"])
    return (
        pd.concat([papers, extra])
        .drop_duplicates("paper_id")
        .sort_values("paper_id")
        .reset_index(drop=True)
    )


def corpus(papers: pd.DataFrame, encoder: Any) -> Corpus:
    texts = texts_of_papers(papers)
    return corpus_of(papers, encoder.encode(texts), LSA.fit(texts))


@pytest.fixture(scope="module")
def field(papers: pd.DataFrame, bag_encoder: Any) -> Corpus:
    return corpus(with_extra(papers), bag_encoder())


@pytest.fixture(scope="module")
def space(field: Corpus) -> WordSpace:
    return WordSpace.fit(texts_of(field))


@pytest.fixture(scope="module")
def fit(field: Corpus, space: WordSpace, bag_encoder: Any) -> Fit:
    """Return a function that fits a theme, its examples given by paper_id."""

    def call(
        theme: Theme, examples: Sequence[str] = (), not_examples: Sequence[str] = ()
    ) -> tuple[Any, np.ndarray, float]:
        ids = np.array(field.paper_ids, dtype=object)
        return fit_theme(
            theme,
            bag_encoder().encode([describe(theme)])[0].astype(np.float64),
            field,
            space,
            examples=np.isin(ids, examples),
            not_examples=np.isin(ids, not_examples),
        )

    return call


@pytest.fixture(scope="module")
def scores(field: Corpus, fit: Fit, themes: tuple[Theme, Theme]) -> pd.Series:
    return pd.Series(score(fit(themes[0])[1]), index=field.paper_ids)


def test_scores_lie_between_zero_and_one(
    field: Corpus, fit: Fit, themes: tuple[Theme, Theme]
) -> None:
    for theme in themes:
        _, evidence, stability = fit(theme)
        assert evidence.shape == (len(field.titles), len(EVIDENCE))
        assert np.isfinite(evidence).all()
        values = score(evidence)
        assert ((values >= 0) & (values <= 1)).all()
        assert 0 <= stability <= 1


def test_the_score_is_a_logistic_sum_of_the_evidence() -> None:
    evidence = np.array([[0.0] * 6 + [-1.0], [1.0, 0.5, 0.2, 0.1, 0.3, -1.0, -2.0]])
    total = sum(w * e for w, e in zip(WEIGHTS, evidence[1], strict=True)) + INTERCEPT
    expected = [1 / (1 + np.exp(-(INTERCEPT - WEIGHTS[6]))), 1 / (1 + np.exp(-total))]
    np.testing.assert_allclose(score(evidence), expected)
    assert score(evidence)[0] < 0.02


def test_a_theme_in_the_title_counts_more_than_one_mention(scores: pd.Series) -> None:
    assert scores["named"] > scores["mentioned"] > scores["none"]
    assert scores["named"] >= THRESHOLD > scores["mentioned"]


def test_papers_of_the_theme_are_in_and_others_out(scores: pd.Series) -> None:
    about = scores.index.str.startswith("prompt")
    assert (scores[about] >= THRESHOLD).all()
    assert (scores[~about].drop("named") < THRESHOLD).all()


def test_a_word_of_the_theme_is_not_the_theme(scores: pd.Series) -> None:
    assert scores["trap"] < THRESHOLD


def test_a_theme_that_no_paper_is_about_has_no_papers(
    fit: Fit, themes: tuple[Theme, Theme]
) -> None:
    fitted, evidence, stability = fit(themes[1])
    assert (score(evidence) < THRESHOLD).all()
    assert len(fitted.first) == 0
    assert stability == 1.0


def test_examples_and_not_examples_move_the_line(
    field: Corpus, fit: Fit, themes: tuple[Theme, Theme], scores: pd.Series
) -> None:
    speech = [name for name in field.paper_ids if name.startswith("speech")]
    given, held = speech[:6], speech[6:]
    with_examples = pd.Series(score(fit(themes[0], given)[1]), index=field.paper_ids)
    assert (with_examples[held] > scores[held]).all()

    prompts = [name for name in field.paper_ids if name.startswith("prompt")]
    given, held = prompts[:6], prompts[6:]
    without = pd.Series(score(fit(themes[0], (), given)[1]), index=field.paper_ids)
    assert (without[held] < scores[held]).all()


def test_new_papers_are_scored_by_the_same_rules(
    field: Corpus, fit: Fit, space: WordSpace, themes: tuple[Theme, Theme]
) -> None:
    """All but what the classifiers say, which was held out, is the same again."""
    fitted, evidence, _ = fit(themes[0])
    again = evidence_of(fitted, field, space)
    np.testing.assert_allclose(again[:, :5], evidence[:, :5], atol=1e-12)
    for column in (5, 6):
        assert not np.allclose(again[:, column], evidence[:, column])


def test_the_second_classifier_meets_a_theme_in_other_words(field: Corpus, fit: Fit) -> None:
    """Papers on prompts that never say "soft prompts" lie above those on other subjects."""
    _, evidence, _ = fit(Theme("soft prompts"))
    unsaid = evidence[:, 0] + evidence[:, 1] == 0
    about = np.array([name.startswith("prompt") for name in field.paper_ids])
    second = evidence[:, EVIDENCE.index("second_classifier")]
    assert (unsaid & about).sum() >= 2
    assert second[unsaid & about].mean() > second[unsaid & ~about].max()


def some_with_only(short: str, near: bool) -> pd.DataFrame:
    """Return papers on "LLM agents", others that have only `short`, and ones on fishing."""
    tools = "They call tools, browse pages, plan steps and keep a memory of tasks."
    fish = "Trawlers with finer nets catch more cod and herring off northern coasts."
    rows = [(f"LLM agents, part {i}", f"We build LLM agents number {i}. {tools}") for i in range(5)]
    rows += [
        (f"Working {i}", f"Here {short} do work {i}. {tools if near else fish}") for i in range(4)
    ]
    rows += [(f"Fishing {i}", f"{fish} Season {i} went well.") for i in range(12)]
    frame = pd.DataFrame(rows, columns=["title", "abstract"])
    return frame.assign(paper_id=[f"p{row:02}" for row in range(len(rows))])


@pytest.mark.parametrize(("near", "phrases"), [(True, ("LLM agents", "agents")), (False, None)])
def test_a_shorter_form_counts_where_its_papers_are_near_the_theme(
    near: bool, phrases: tuple[str, ...] | None, bag_encoder: Any
) -> None:
    some = corpus(some_with_only("agents", near), bag_encoder())
    nobody = np.zeros(len(some.titles), dtype=bool)
    theme = Theme("LLM agents")
    vector = bag_encoder().encode([describe(theme)])[0].astype(float)
    space = WordSpace.fit(texts_of(some))
    fitted, _, _ = fit_theme(theme, vector, some, space, examples=nobody, not_examples=nobody)
    assert fitted.phrases == (phrases or ("LLM agents",))


def test_with_few_clear_papers_a_shorter_form_counts_if_it_is_rare(
    field: Corpus, bag_encoder: Any, space: WordSpace
) -> None:
    """Nobody in the field says "pixel guidance systems": "pixel guidance" is too common here."""
    nobody = np.zeros(len(field.titles), dtype=bool)
    taken = {}
    for name in ("pixel guidance systems", "soft prompts and enzyme tools", "refusal models"):
        theme = Theme(name)
        vector = bag_encoder().encode([describe(theme)])[0].astype(float)
        fitted, _, _ = fit_theme(theme, vector, field, space, examples=nobody, not_examples=nobody)
        taken[name] = fitted.phrases[1:]
    texts = texts_of(field)
    often = sum("pixel guidance" in text.lower() for text in texts)
    assert often > len(texts) / 10
    assert taken["pixel guidance systems"] == ()
    assert taken["refusal models"] == ("refusal",)


def test_places_are_counted_in_title_and_abstract(fit: Fit, field: Corpus) -> None:
    _, evidence, _ = fit(Theme("enzyme sequences"))
    for row, (title, abstract) in enumerate(zip(field.titles, field.abstracts, strict=True)):
        assert evidence[row, 0] == ("enzyme sequences" in title.lower())
        count = abstract.lower().count("enzyme sequences")
        assert evidence[row, 1] == pytest.approx(np.log1p(count))


def test_what_a_paper_does_without_is_not_counted(fit: Fit) -> None:
    """Words after "without" and the like, and acronyms that mean something else there."""
    frame = pd.DataFrame(
        {
            "paper_id": ["a", "b", "c", "d"],
            "title": ["One", "Two", "Three", "RAG for images"],
            "abstract": [
                "We use fine-tuning. It works without any fine-tuning of others.",
                "It needs no fine-tuning; unlike fine-tuning it is fast.",
                "Fine-tuning without labels.",
                "We propose Region-Aware Generation (RAG). RAG draws regions.",
            ],
        }
    )
    vectors = np.eye(4, dtype=np.float32)
    some = Corpus(frame["paper_id"], frame["title"], frame["abstract"], vectors, vectors)
    space = WordSpace.fit(texts_of(some))
    assert words_of(("fine-tuning",), some, space).count.tolist() == [1, 0, 1, 0]
    words = words_of(("retrieval-augmented generation", "RAG"), some, space)
    assert not words.anywhere.any()
    assert words_of(("region-aware generation", "RAG"), some, space).count[3] == 3
    assert words_of(("region-aware generation", "RAG"), some, space).in_title[3]


def test_an_acronym_that_the_papers_define_is_a_phrase(bag_encoder: Any) -> None:
    frame = pd.DataFrame(
        {
            "paper_id": ["a", "b", "c"],
            "title": ["Step rewards", "Training PRMs", "Fishing"],
            "abstract": ["We study process reward models (PRMs).", "Our PRM works.", "Nets."],
        }
    )
    small = corpus(frame, bag_encoder())
    none = np.zeros(3, dtype=bool)
    theme = Theme("process reward models")
    vector = bag_encoder().encode([describe(theme)])[0].astype(float)
    space = WordSpace.fit(texts_of(small))
    fitted, evidence, _ = fit_theme(theme, vector, small, space, examples=none, not_examples=none)
    assert fitted.phrases == ("process reward models", "PRM")
    assert evidence[:, 0].tolist() == [0, 1, 0]


def test_the_encoder_reads_name_aliases_and_description() -> None:
    theme = Theme("process reward models (PRMs)", aliases=("a", "b"), description="What it is")
    assert describe(theme) == "process reward models. a, b. What it is"
    assert describe(Theme("x")) == "x"


def test_jaccard_is_the_share_in_both() -> None:
    one, other = np.array([1, 1, 0, 0], bool), np.array([0, 1, 1, 0], bool)
    assert jaccard(one, other) == pytest.approx(1 / 3)
    assert jaccard(one, one) == 1.0
    assert jaccard(one & False, one & False) == 1.0


def test_texts_without_words_have_an_empty_space() -> None:
    space = WordSpace.fit(["?", "!"])
    assert space.terms == ()
    assert space.transform(["anything"]).nnz == 0


@pytest.mark.slow
def test_words_alone_do_not_decide_in_the_real_dumps(analysis: Any) -> None:
    """Titles read by a person: on the theme, and with its words but about something else."""
    titles = analysis.papers.drop_duplicates("paper_id").set_index("paper_id")["title"]

    def about(theme_id: str) -> str:
        members = analysis.memberships.query("theme_id == @theme_id")["paper_id"]
        return "\n".join(titles[members])

    assert "Mixture of Prompt Learning for Vision Language Models" in about("prompt-learning")
    assert "Diversity-Aware Meta Visual Prompting" in about("prompt-learning")
    assert "Predicting Prompt Refusal" in "\n".join(titles)
    assert "Predicting Prompt Refusal" not in about("prompt-learning")
    assert "GenPRM: Scaling Test-Time Compute" in about("process-reward-models")
    assert "Automated Process Supervision" in about("process-reward-models")
