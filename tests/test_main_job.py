"""The main job on the two real dumps: what is known to be right about them."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from papertrends.results import Analysis
from papertrends.themes.phrases import stem, words

AUGUST, JULY = pd.Timestamp("2025-08-05"), pd.Timestamp("2025-07-31")
LABELS = "tests/data/labels_dumps.csv"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shares(analysis: Analysis) -> pd.DataFrame:
    return analysis.trends.pivot(index="theme_id", columns="period", values="share")


@pytest.fixture(scope="module")
def labels(request: pytest.FixtureRequest) -> pd.DataFrame:
    return pd.read_csv(request.config.rootpath / LABELS, dtype=str).set_index("paper_id")


def test_all_papers_of_both_digests_are_there(analysis: Analysis) -> None:
    papers = analysis.papers
    assert papers.groupby("digest_date").size().to_dict() == {JULY: 86, AUGUST: 69}
    assert papers["paper_id"].nunique() == 150
    assert (papers.groupby("paper_id")["digest_date"].nunique() == 2).sum() == 5


def test_prompt_learning_is_a_fifth_to_a_quarter_in_august_and_under_a_tenth_in_july(
    shares: pd.DataFrame,
) -> None:
    assert 0.18 <= shares.loc["prompt-learning", AUGUST] <= 0.29
    assert shares.loc["prompt-learning", JULY] < 0.10


def test_all_papers_on_process_reward_models_are_in_july(analysis: Analysis) -> None:
    counts = analysis.trends.set_index(["theme_id", "period"])["n_theme"]
    assert 6 <= counts["process-reward-models", JULY] <= 8
    assert counts["process-reward-models", AUGUST] == 0


def test_a_paper_on_refusing_prompts_is_not_prompt_learning(analysis: Analysis) -> None:
    papers = analysis.papers
    refusal = papers.loc[papers["title"].str.contains("Predicting Prompt Refusal"), "paper_id"]
    members = analysis.memberships.query("theme_id == 'prompt-learning'")["paper_id"]
    assert len(refusal) == 1
    assert not refusal.isin(members).any()


@pytest.mark.parametrize(
    ("theme_id", "least"),
    [("fine-tuning", 0.85), ("process-reward-models", 0.9), ("prompt-learning", 0.8)],
)
def test_named_themes_hold_the_papers_that_readers_put_there(
    analysis: Analysis, labels: pd.DataFrame, theme_id: str, least: float
) -> None:
    clear = labels[labels[theme_id] != "u"]
    about = set(clear.index[clear[theme_id] == "1"])
    members = analysis.memberships.query("theme_id == @theme_id")["paper_id"]
    found = set(members) & set(clear.index)
    f1 = 2 * len(found & about) / (len(found) + len(about))
    assert f1 >= least
    # Some are found without their theme's name standing in the title.
    assert len(about) >= 7


def test_discovered_themes_have_readable_labels_no_two_alike(analysis: Analysis) -> None:
    names = analysis.themes["name"].tolist()
    stems = [tuple(sorted({stem(word) for word in words(name.casefold())})) for name in names]
    assert len(set(stems)) == len(names)
    for name in names:
        assert not set(name.casefold().split()) & ENGLISH_STOP_WORDS, name


def test_discovered_themes_are_a_handful_to_a_few_dozen(analysis: Analysis) -> None:
    discovered = analysis.themes.query("kind == 'discovered'")
    assert 5 <= len(discovered) <= 30
    assert discovered["stability"].between(0.25, 1).all()
    assert len(analysis.unassigned) <= 0.25 * 150


def test_every_paper_is_in_a_theme_or_unassigned(analysis: Analysis) -> None:
    assigned, left = set(analysis.memberships["paper_id"]), set(analysis.unassigned["paper_id"])
    assert assigned.isdisjoint(left)
    assert assigned | left == set(analysis.papers["paper_id"])
    assert analysis.memberships.groupby("paper_id")["primary"].sum().eq(1).all()


def test_change_of_prompt_learning_and_process_reward_models(analysis: Analysis) -> None:
    changes = analysis.changes.set_index("theme_id")
    assert (changes["basis"] == "last change").all()
    assert changes.loc["prompt-learning", "verdict"] == "rising"
    assert changes.loc["prompt-learning", "q_value"] < 0.05
    assert changes.loc["process-reward-models", "effect"] == 0.0
    assert changes.loc["process-reward-models", "p_value"] < 0.05


def test_headline_says_so_in_words_as_a_change_and_not_a_trend(analysis: Analysis) -> None:
    sentences = [sentence.text for sentence in analysis.summary.headline]
    assert 3 <= len(sentences) <= 8
    assert any(text.startswith("Prompt learning rose from") for text in sentences)
    assert any("process reward models are in the digest of 31 July" in text for text in sentences)
    assert any("a change, never a trend" in text for text in sentences)
