"""The theme model, in scikit-learn's manners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from papertrends.errors import InputError, PapertrendsError
from papertrends.results import Analysis
from papertrends.tables import MAP, MEMBERSHIPS, NEAR_MISSES, THEMES, UNASSIGNED
from papertrends.themes import discovered, search
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

TABLES = {
    "themes": THEMES,
    "memberships": MEMBERSHIPS,
    "unassigned": UNASSIGNED,
    "near_misses": NEAR_MISSES,
    "map": MAP,
}


@pytest.fixture(scope="module")
def few(papers: pd.DataFrame) -> pd.DataFrame:
    """Return too few papers to discover themes in, so that a fit takes no time."""
    once = papers.drop_duplicates("paper_id")
    some = pd.concat([once.head(3), once.tail(4)]).reset_index(drop=True)
    assert len(some) < discovered.MIN_PAPERS
    return some


def small(themes: Any, encoder: Any, papers: pd.DataFrame) -> ThemeModel:
    return ThemeModel(themes, encoder=encoder()).fit(papers)


def new_paper(title: str, abstract: str) -> pd.DataFrame:
    row = {"paper_id": "new", "title": title, "abstract": abstract}
    return pd.DataFrame([{**row, "digest_date": pd.Timestamp("2025-08-12")}])


def test_tables_have_their_columns_and_types(fitted: ThemeModel) -> None:
    for name, schema in TABLES.items():
        table = getattr(fitted, name)
        assert table.columns.tolist() == list(schema)
        for column, dtype in schema.items():
            assert table[column].dtype == pd.Series([], dtype=dtype).dtype
        assert table.index.tolist() == list(range(len(table)))


def test_memberships_and_unassigned_cover_every_paper_once(
    fitted: ThemeModel, papers: pd.DataFrame
) -> None:
    inside = set(fitted.memberships["paper_id"])
    outside = fitted.unassigned["paper_id"].tolist()
    assert sorted([*inside, *outside]) == sorted(set(papers["paper_id"]))
    primary = fitted.memberships.groupby("paper_id")["primary"].sum()
    assert primary.max() == 1
    assert not fitted.memberships.duplicated(["paper_id", "theme_id"]).any()


def test_shuffled_papers_give_the_same_tables(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, few: pd.DataFrame, fitted: ThemeModel
) -> None:
    again = ThemeModel(themes, encoder=bag_encoder(), seed=0).fit(
        papers.sample(frac=1, random_state=7).reset_index(drop=True)
    )
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(fitted, name))
    assert again.notes == fitted.notes


def test_a_fitted_paper_is_assigned_what_it_has(fitted: ThemeModel, papers: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(fitted.assign(papers), fitted.memberships)
    some = papers[papers["paper_id"].isin(["speech-03", "prompt-05"])].iloc[::-1]
    expected = fitted.memberships[fitted.memberships["paper_id"].isin(some["paper_id"])]
    pd.testing.assert_frame_equal(fitted.assign(some), expected.reset_index(drop=True))


def test_new_papers_are_assigned_to_the_theme_they_are_near(
    fitted: ThemeModel, make_papers: Any
) -> None:
    """A cut lies below three quarters of a theme's papers, so some miss, and none goes astray."""
    new = make_papers(24)
    new = new[new["paper_id"].str[-2:].astype(int) >= 12]
    group = new.set_index("paper_id").index.str.split("-").str[0]
    found = fitted.assign(new)
    assert found.columns.tolist() == list(MEMBERSHIPS)
    assert found["score"].between(0.5, 1).all()
    theme_of = _theme_of_each_group(fitted)
    right = found["paper_id"].str.split("-").str[0].map(theme_of) == found["theme_id"]
    assert right.all()
    hit = found["paper_id"].str.split("-").str[0].value_counts()
    assert set(hit.index) == set(group)
    assert hit["prompt"] == 12
    assert (hit >= 6).all()


def _theme_of_each_group(fitted: ThemeModel) -> dict[str, str]:
    primary = fitted.memberships[fitted.memberships["primary"]]
    group = primary["paper_id"].str.split("-").str[0]
    return {name: str(theirs.mode()[0]) for name, theirs in primary["theme_id"].groupby(group)}


def test_a_paper_about_something_else_is_assigned_nothing(fitted: ThemeModel) -> None:
    assert fitted.assign(new_paper("Penguins of the ice", "Birds walk far.")).empty


def test_old_and_new_papers_are_assigned_together(fitted: ThemeModel, papers: pd.DataFrame) -> None:
    new = new_paper("Soft prompts", "We learn soft prompts by prompt tuning.")
    both = fitted.assign(pd.concat([new, papers.tail(3)]))
    alone = fitted.assign(new)
    assert both["paper_id"].is_monotonic_increasing
    pd.testing.assert_frame_equal(both[both["paper_id"] == "new"].reset_index(drop=True), alone)
    assert set(both["paper_id"]) == {"new", *papers["paper_id"].tail(3)}


def test_assigning_and_reading_change_nothing(fitted: ThemeModel, papers: pd.DataFrame) -> None:
    before = fitted.memberships
    fitted.assign(new_paper("Soft prompts", "x"))
    table = fitted.themes
    table["name"] = "scribbled"
    assert (fitted.themes["name"] != "scribbled").all()
    pd.testing.assert_frame_equal(fitted.memberships, before)
    papers_before = papers.copy()
    pd.testing.assert_frame_equal(papers, papers_before)


def test_papers_are_left_as_they_are(few: pd.DataFrame, themes: Any, bag_encoder: Any) -> None:
    before = few.copy()
    small(themes, bag_encoder, few).assign(few)
    pd.testing.assert_frame_equal(few, before)


def test_an_example_is_a_member_and_a_not_example_is_none(
    few: pd.DataFrame, bag_encoder: Any
) -> None:
    stranger = few["paper_id"][0]
    title = few["title"][6]
    theme = Theme("prompt learning", ("soft prompts",), "", (stranger,), (title.upper(),))
    model = small([theme], bag_encoder, few)
    assert stranger.startswith("diffusion")
    score = model.memberships.set_index("paper_id")["score"]
    assert score[stranger] == 1.0
    assert few["paper_id"][6] not in score
    plain = small([Theme("prompt learning", ("soft prompts",))], bag_encoder, few)
    assert stranger not in set(plain.memberships["paper_id"])
    assert few["paper_id"][6] in set(plain.memberships["paper_id"])


def test_near_misses_are_those_just_below_a_membership(
    few: pd.DataFrame, bag_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sorted(few["paper_id"])
    scores = np.array([0.2, 0.39, 0.4, 0.45, 0.49, 0.5, 0.7])
    monkeypatch.setattr(search, "score", lambda evidence: scores.copy())
    # Given by name only: their ids are not in the order of the alphabet.
    model = small([Theme("two"), Theme("one")], bag_encoder, few.iloc[::-1])
    assert model.near_misses.values.tolist() == [
        [paper_id, theme_id, score]
        for paper_id, score in zip(ids[2:5], scores[2:5], strict=True)
        for theme_id in ("one", "two")
    ]
    member, stranger = ids[2], ids[3]
    told = small([Theme("one", (), "", (member,), (stranger,))], bag_encoder, few)
    assert told.near_misses["paper_id"].tolist() == [ids[4]]
    assert told.memberships.set_index("paper_id")["score"][member] == 1.0


def test_near_misses_of_the_real_dumps_are_few(analysis: Analysis) -> None:
    model = analysis.model
    near = model.near_misses
    assert 1 <= len(near) <= 0.2 * len(model.memberships)
    assert near["score"].between(0.4, 0.5, inclusive="left").all()
    pairs = [frame[["paper_id", "theme_id"]] for frame in (near, model.memberships)]
    assert not pd.concat(pairs).duplicated().any()
    assert near.equals(near.sort_values(["paper_id", "theme_id"]))
    assert set(near["paper_id"]) <= set(analysis.papers["paper_id"])


def test_examples_are_known_by_arxiv_id_too(few: pd.DataFrame, bag_encoder: Any) -> None:
    papers = few.assign(arxiv_id=[f"2503.{row:05}" for row in range(7)])
    papers["paper_id"] = "arxiv:" + papers["arxiv_id"]
    theme = Theme("x y", examples=("2503.00001", "arxiv:2503.00002"))
    members = small([theme], bag_encoder, papers).memberships["paper_id"].tolist()
    assert members == ["arxiv:2503.00001", "arxiv:2503.00002"]


def test_an_example_that_is_no_paper_is_refused(few: pd.DataFrame, bag_encoder: Any) -> None:
    with pytest.raises(
        InputError,
        match=r"the example '9999\.1' of the theme 'a' is no paper here; give a paper_id, an arXiv",
    ):
        small([Theme("a", examples=("9999.1",))], bag_encoder, few)
    with pytest.raises(InputError, match="the not-example 'nope' of the theme 'a' is no paper"):
        small([Theme("a", not_examples=("nope",))], bag_encoder, few)


def test_one_paper_given_by_id_and_title_cannot_be_both(
    few: pd.DataFrame, bag_encoder: Any
) -> None:
    paper_id, title = few["paper_id"][3], few["title"][3]
    with pytest.raises(
        InputError, match=f"'{paper_id}' is both an example and a not-example of the theme 'a'"
    ):
        small([Theme("a", examples=(paper_id,), not_examples=(title,))], bag_encoder, few)


def test_parameters_are_those_given() -> None:
    model = ThemeModel(["a"], encoder="minilm", seed=4)
    assert model.get_params() == {
        "themes": ["a"],
        "encoder": "minilm",
        "seed": 4,
        "bertopic": None,
    }
    assert model.set_params(seed=5, themes=None) is model
    assert (model.get_params()["seed"], model.get_params()["themes"]) == (5, None)


def test_an_unknown_parameter_is_refused_and_nothing_is_set() -> None:
    model = ThemeModel(seed=1)
    with pytest.raises(
        InputError,
        match=r"ThemeModel has no parameter 'sed'; did you mean 'seed'\? Allowed: themes, enc",
    ):
        model.set_params(seed=2, sed=3)
    assert model.get_params()["seed"] == 1


def test_a_clone_has_the_parameters_and_no_fit(
    few: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    model = small(themes, bag_encoder, few)
    copy = clone(model)
    assert copy is not model
    assert copy.get_params()["themes"] == themes
    assert copy.get_params()["encoder"].name == "bag-of-words"
    with pytest.raises(PapertrendsError, match="not fitted"):
        _ = copy.themes
    pd.testing.assert_frame_equal(copy.fit(few).memberships, model.memberships)


@pytest.mark.parametrize(
    "use",
    [
        lambda model, papers: model.themes,
        lambda model, papers: model.memberships,
        lambda model, papers: model.unassigned,
        lambda model, papers: model.near_misses,
        lambda model, papers: model.map,
        lambda model, papers: model.notes,
        lambda model, papers: model.encoder_name,
        lambda model, papers: model.assign(papers),
        lambda model, papers: model.save("nowhere"),
    ],
)
def test_a_model_that_is_not_fitted_says_so(use: Any, few: pd.DataFrame) -> None:
    with pytest.raises(
        PapertrendsError, match=r"the ThemeModel is not fitted; call fit\(papers\) first"
    ):
        use(ThemeModel(), few)


def test_new_parameters_ask_for_a_new_fit(few: pd.DataFrame, bag_encoder: Any) -> None:
    model = small([], bag_encoder, few).set_params(seed=3)
    with pytest.raises(PapertrendsError, match="not fitted"):
        _ = model.themes


def test_it_says_what_it_is(fitted: ThemeModel) -> None:
    assert repr(ThemeModel(seed=2)) == "ThemeModel(seed=2), not fitted: call fit(papers)"
    assert repr(fitted) == (
        "ThemeModel with 2 named and 3 discovered themes of 48 papers: see .themes, .memberships"
    )


@pytest.mark.parametrize("seed", [-1, 1.5, "0", True, None])
def test_a_seed_is_a_whole_number(few: pd.DataFrame, seed: Any) -> None:
    with pytest.raises(InputError, match=rf"the seed is {seed!r}; give a whole number from 0 on"):
        ThemeModel(seed=seed).fit(few)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda papers: papers.head(0), "the papers table has no rows; load a dump with papers"),
        (lambda papers: papers.drop(columns="title"), "the papers table lacks title"),
        (
            lambda papers: papers.drop(columns=["abstract", "digest_date"]),
            "the papers table lacks abstract, digest_date",
        ),
        (lambda papers: papers.assign(title=" "), "a paper has no title; give each paper one"),
        (lambda papers: papers.assign(paper_id=None), "a paper has no paper_id"),
    ],
)
def test_tables_that_hold_no_papers_are_refused(
    few: pd.DataFrame, bag_encoder: Any, change: Any, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        small([], bag_encoder, change(few))


def test_four_columns_are_enough(few: pd.DataFrame, themes: Any, bag_encoder: Any) -> None:
    needed = few[["paper_id", "title", "abstract", "digest_date"]]
    whole = small(themes, bag_encoder, few)
    bare = small(themes, bag_encoder, needed)
    pd.testing.assert_frame_equal(bare.memberships, whole.memberships)
    written = needed.assign(digest_date=needed["digest_date"].dt.strftime("%Y-%m-%d"))
    pd.testing.assert_frame_equal(small(themes, bag_encoder, written).themes, whole.themes)


def test_numbers_as_ids_are_read_as_text(few: pd.DataFrame, themes: Any, bag_encoder: Any) -> None:
    model = small(themes, bag_encoder, few.assign(paper_id=range(100, 107)))
    assert model.themes["n_papers"].tolist() == [4, 0]
    assert set(model.memberships["paper_id"]) == {"103", "104", "105", "106"}


def test_another_encoder_cannot_assign(few: pd.DataFrame, bag_encoder: Any) -> None:
    model = small([], bag_encoder, few)
    model.get_params()["encoder"].name = "other"
    with pytest.raises(
        InputError, match="fitted with the encoder 'bag-of-words', not 'other'; give it the same"
    ):
        model.assign(new_paper("a", "b"))


def test_vectors_are_kept_for_the_next_fit(
    few: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    first, again = bag_encoder("kept"), bag_encoder("kept")
    ThemeModel(themes, encoder=first).fit(few)
    ThemeModel(themes, encoder=again).fit(few)
    assert len(first.encoded) == len(few) + len(themes)
    assert again.encoded == []


def test_few_papers_leave_a_bertopic_alone(few: pd.DataFrame, bag_encoder: Any) -> None:
    own = object()
    assert ThemeModel([], encoder=bag_encoder(), bertopic=own).fit(few).bertopic is None
