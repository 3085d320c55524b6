"""How far scores near the threshold move a curve, recounted by other means."""

import inspect
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from papertrends.tables import NEAR_MISSES, SENSITIVITY
from papertrends.themes.evidence import THRESHOLD
from papertrends.themes.fitted import NEAR_MARGIN
from papertrends.trends import theme_changes, theme_trends
from papertrends.trends.sensitivity import theme_sensitivity

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
links_of = made.links_of


PAIR = ["paper_id", "theme_id"]


def field(seed, *, n_papers=300, n_days=40, n_themes=5, freq="9D"):
    """Return papers (some listed twice), memberships and near misses, scores in hundredths."""
    chance = np.random.default_rng(seed)
    days = pd.date_range("2024-01-03", periods=n_days, freq=freq)
    ids = np.array([f"p{i:04d}" for i in range(n_papers)])
    listed = np.concatenate([np.arange(n_papers), chance.integers(0, n_papers, n_papers // 5)])
    papers = pd.DataFrame(
        {"paper_id": ids[listed], "digest_date": days[chance.integers(0, n_days, len(listed))]}
    )
    cells = chance.permutation(n_papers * n_themes)[: n_papers * 2]
    links = pd.DataFrame(
        {"paper_id": ids[cells // n_themes], "theme_id": [f"t{i}" for i in cells % n_themes]}
    )
    links["score"] = chance.integers(30, 101, len(links)) / 100
    member = links["score"] >= 0.5
    return papers, links[member].reset_index(drop=True), links[~member].reset_index(drop=True)


def counts_of(papers, links, themes, unit):
    """Count distinct papers of each theme and period, a theme a row, by pandas alone."""
    dated = papers.assign(period=papers["digest_date"].dt.to_period(unit))
    once = dated[["paper_id", "period"]].drop_duplicates()
    n_papers = once.groupby("period").size()
    inside = once.merge(links[PAIR].drop_duplicates(), on="paper_id")
    table = inside.groupby(["theme_id", "period"]).size().unstack(fill_value=0)
    return table.reindex(index=themes, columns=n_papers.index, fill_value=0), n_papers


def by_hand(papers, members, near, *, unit, by, margin=10):
    """Return the table for a threshold of 50 hundredths and whole hundredths of margin."""
    firm = members[(members["score"] * 100).round() >= 50 + margin]
    near = near[(near["score"] * 100).round() >= 50 - margin] if margin else near[:0]
    themes = sorted({*members["theme_id"], *near["theme_id"]})
    blank = pd.DataFrame({"theme_id": themes})
    readings = {"": members, "_strict": firm, "_lenient": pd.concat([members, near])}
    shares, sizes, verdicts = {}, {}, {}
    counted = theme_trends(papers, members, by, themes=blank)
    within = counted.pivot(index="theme_id", columns="period", values=["share_low", "share_high"])
    for name, links in readings.items():
        counts, n_papers = counts_of(papers, links, themes, unit)
        shares[name] = (counts / n_papers).loc[:, n_papers.index.end_time < last_day_after(papers)]
        sizes[name] = links[PAIR].drop_duplicates().groupby("theme_id").size().reindex(themes)
        changes = theme_changes(theme_trends(papers, links, by, themes=blank))
        verdicts[f"verdict{name}"] = changes["verdict"].tolist()
    sizes = pd.DataFrame(sizes).fillna(0).astype(int)
    for name in shares:
        shares[name].columns = shares[name].columns.start_time
    looked_at = shares[""].columns
    out = shares["_strict"] < within["share_low"][looked_at]
    out |= shares["_lenient"] > within["share_high"][looked_at]
    return pd.DataFrame(
        {
            "theme_id": themes,
            "n_papers": sizes[""].tolist(),
            "n_borderline": (sizes[""] - sizes["_strict"]).tolist(),
            "n_near": (sizes["_lenient"] - sizes[""]).tolist(),
            "most_down": (shares[""] - shares["_strict"]).max(axis=1).tolist(),
            "most_up": (shares["_lenient"] - shares[""]).max(axis=1).tolist(),
            "n_beyond": out.sum(axis=1).tolist(),
            **verdicts,
        }
    )


def last_day_after(papers):
    return papers["digest_date"].max() + pd.Timedelta(days=1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("by", "unit"), [("digest", "D"), ("month", "M"), ("quarter", "Q")])
def test_the_table_is_what_counting_three_times_gives(seed, by, unit):
    papers, members, near = field(seed)
    found = theme_sensitivity(papers, members, by, near_misses=near)
    expected = by_hand(papers, members, near, unit=unit, by=by)
    assert expected[["n_borderline", "n_near"]].gt(0).all(axis=None)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)


@pytest.mark.parametrize("margin", [0, 1, 5, 20, 50])
def test_the_margin_says_how_far_scores_are_in_doubt(margin):
    papers, members, near = field(7)
    found = theme_sensitivity(papers, members, "month", near_misses=near, margin=margin / 100)
    expected = by_hand(papers, members, near, unit="M", by="month", margin=margin)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)


@pytest.mark.parametrize("threshold", [10, 30, 50, 60, 70, 80])
def test_scores_on_the_edge_of_the_margin_are_not_lost_to_rounding(threshold):
    papers = pd.DataFrame({"paper_id": list("abcdef"), "digest_date": pd.Timestamp("2025-01-01")})
    scores = [(threshold + step) / 100 for step in (0, 9, 10, 11)]
    members = links_of(*zip("abcd", "xxxx", scores, strict=True))
    near = links_of(("e", "x", (threshold - 10) / 100), ("f", "x", (threshold - 10.001) / 100))
    near = near[near["score"] >= 0]
    found = theme_sensitivity(papers, members, near_misses=near, threshold=threshold / 100)
    assert found[["n_papers", "n_borderline", "n_near"]].values.tolist() == [[4, 2, 1]]


def two_digests(before, after, n_papers=60):
    """Return papers of two digests, and those of a theme with the scores of each digest."""
    days = np.repeat(pd.to_datetime(["2025-07-31", "2025-08-05"]), n_papers)
    papers = pd.DataFrame({"paper_id": [f"p{i:03d}" for i in range(2 * n_papers)]})
    papers["digest_date"] = days
    old, new = papers["paper_id"][: len(before)], papers["paper_id"][n_papers:][: len(after)]
    links = pd.DataFrame({"paper_id": [*old, *new], "theme_id": "x", "score": [*before, *after]})
    return papers, links


def test_a_rise_made_of_borderline_members_is_none_without_them():
    papers, members = two_digests([0.9] * 6, [0.9] * 12 + [0.55] * 12)
    p_values = [fisher_exact([[new, 60 - new], [6, 54]]).pvalue for new in (24, 12)]
    assert p_values[0] < 0.05 < p_values[1]
    row = theme_sensitivity(papers, members).iloc[0]
    assert row["n_papers":"n_near"].tolist() == [30, 12, 0]
    assert (row["most_down"], row["most_up"]) == (pytest.approx(12 / 60), 0)
    assert row["verdict":].tolist() == ["rising", "too little data", "rising"]


def test_near_misses_can_make_a_rise():
    papers, links = two_digests([0.9] * 6, [0.9] * 6 + [0.45] * 18)
    is_near = links["score"] < 0.5
    row = theme_sensitivity(papers, links[~is_near], near_misses=links[is_near]).iloc[0]
    assert row["n_papers":"n_near"].tolist() == [12, 0, 18]
    assert (row["most_down"], row["most_up"]) == (0, pytest.approx(18 / 60))
    assert row["verdict":].tolist() == ["too little data", "too little data", "rising"]


def test_without_near_misses_lenient_is_as_counted():
    papers, members, _ = field(3)
    found = theme_sensitivity(papers, members, "month")
    assert (found[["n_near", "most_up"]] == 0).all(axis=None)
    assert found["verdict_lenient"].equals(found["verdict"])
    empty = theme_sensitivity(papers, members, "month", near_misses=links_of())
    pd.testing.assert_frame_equal(empty, found)


def test_a_running_period_is_not_looked_at_unless_it_is_all_there_is():
    days = pd.to_datetime(["2025-06-30", "2025-06-30", "2025-07-02", "2025-07-02"])
    papers = pd.DataFrame({"paper_id": list("abcd"), "digest_date": days})
    members = links_of(("a", "x", 0.9), ("c", "x", 0.5))
    near = links_of(("d", "x", 0.49))
    found = theme_sensitivity(papers, members, "month", near_misses=near)
    assert found[["n_borderline", "n_near", "most_down", "most_up"]].values.tolist() == [
        [1, 1, 0, 0]
    ]
    july = papers[2:]
    found = theme_sensitivity(july, members[1:], "month", near_misses=near)
    assert found[["most_down", "most_up"]].values.tolist() == [[0.5, 0.5]]


scored = st.tuples(
    st.integers(0, 9), st.sampled_from(["x", "y", "z"]), st.integers(0, 100).map(lambda n: n / 100)
)


@settings(max_examples=40)
@given(
    st.lists(scored, max_size=40, unique_by=lambda row: row[:2]),
    st.integers(0, 100).map(lambda n: n / 100),
    st.lists(st.integers(0, 100).map(lambda n: n / 100), min_size=2, max_size=2).map(sorted),
    st.randoms(use_true_random=False),
)
def test_strict_is_never_more_and_lenient_never_less(rows, threshold, margins, chance):
    papers = pd.DataFrame({"paper_id": [str(i) for i in range(10)]})
    papers["digest_date"] = pd.to_datetime("2025-01-01") + pd.to_timedelta(papers.index // 4, "D")
    links = links_of(*((str(paper), theme, score) for paper, theme, score in rows))
    member = links["score"] >= threshold
    members, near = links[member], links[~member]

    def table(margin, *tables):
        papers, members, near = tables
        return theme_sensitivity(
            papers, members, near_misses=near, themes=links, threshold=threshold, margin=margin
        )

    narrow, wide = (table(margin, papers, members, near) for margin in margins)
    for column in ("n_borderline", "n_near", "most_down", "most_up"):
        assert (narrow[column] >= 0).all()
        assert (narrow[column] <= wide[column]).all()
    assert (wide["n_borderline"] <= wide["n_papers"]).all()
    assert wide[["most_down", "most_up"]].le(1).all(axis=None)
    assert wide["n_papers"].sum() == len(members)
    assert sorted(wide["theme_id"]) == sorted(set(links["theme_id"]))
    for doubtful, most in (("n_borderline", "most_down"), ("n_near", "most_up")):
        assert (wide[doubtful].eq(0) == wide[most].eq(0)).all()
    shuffled = [frame.sample(frac=1, random_state=chance.randrange(99)) for frame in (papers, near)]
    again = table(margins[1], shuffled[0], members.iloc[::-1], shuffled[1])
    pd.testing.assert_frame_equal(again, wide, check_exact=True)


def test_with_no_margin_nothing_is_in_doubt():
    papers, members, near = field(5)
    nearly = near.assign(score=np.nextafter(0.5, 0))
    found = theme_sensitivity(papers, members, "month", near_misses=nearly, margin=0)
    assert (found[["n_borderline", "n_near", "most_down", "most_up"]] == 0).all(axis=None)
    for reading in ("verdict_strict", "verdict_lenient"):
        assert found[reading].equals(found["verdict"])
    expected = theme_changes(theme_trends(papers, members, "month"))
    assert found["verdict"].tolist() == expected["verdict"].tolist()


def test_the_table_is_as_promised_and_the_given_ones_are_left_alone():
    papers, members, near = field(1)
    given_tables = [papers, members, near]
    before = [frame.copy() for frame in given_tables]
    found = theme_sensitivity(papers, members, "month", near_misses=near)
    blank = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in SENSITIVITY.items()})
    pd.testing.assert_series_equal(found.dtypes, blank.dtypes)
    assert found.index.tolist() == list(range(5))
    for frame, copy in zip(given_tables, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_its_limits_are_those_of_the_theme_model():
    defaults = inspect.signature(theme_sensitivity).parameters
    assert defaults["threshold"].default == THRESHOLD
    assert defaults["margin"].default == NEAR_MARGIN


def test_a_row_that_stands_twice_counts_once_with_its_higher_score():
    papers, members, near = field(2)
    lower = members.assign(score=0.5)
    expected = theme_sensitivity(papers, members, "month", near_misses=near)
    for twice in (pd.concat([members, lower]), pd.concat([lower, members])):
        found = theme_sensitivity(papers, twice, "month", near_misses=pd.concat([near, near]))
        pd.testing.assert_frame_equal(found, expected)


def test_identifiers_are_read_as_text():
    papers, members, near = field(2)
    expected = theme_sensitivity(papers, members, near_misses=near)
    number = [frame.copy() for frame in (papers, members, near)]
    for frame in number:
        frame["paper_id"] = frame["paper_id"].str[1:].astype(int)
    found = theme_sensitivity(number[0], number[1], near_misses=number[2])
    pd.testing.assert_frame_equal(found, expected)


def test_first_counting_and_publication_dates_are_handed_on():
    papers, members, near = field(4)
    first = papers.sort_values("digest_date").drop_duplicates("paper_id")
    expected = theme_sensitivity(first, members, "month", near_misses=near)
    found = theme_sensitivity(papers, members, "month", near_misses=near, count="first")
    pd.testing.assert_frame_equal(found, expected)
    assert not found.equals(theme_sensitivity(papers, members, "month", near_misses=near))
    # Published when they were listed first, and listed all at once on the last of these days.
    late = first.assign(published_date=first["digest_date"], digest_date=first["digest_date"].max())
    found = theme_sensitivity(late, members, "month", near_misses=near, date="published")
    pd.testing.assert_frame_equal(found, expected)


def test_papers_left_out_are_told_of_once_and_where_it_was_asked():
    papers, members, near = field(4)
    papers["published_date"] = papers["digest_date"].where(papers["paper_id"] > "p0009")
    with pytest.warns(UserWarning, match="10 of 300 papers are left out") as said:
        theme_sensitivity(papers, members, "month", near_misses=near, date="published")
    assert [one.filename for one in said] == [__file__]


def test_one_paper_in_one_digest():
    papers = pd.DataFrame({"paper_id": ["a"], "digest_date": [pd.Timestamp("2025-08-05")]})
    found = theme_sensitivity(
        papers, links_of(("a", "x", 0.5)), near_misses=links_of(("a", "y", 0.4))
    )
    little = ["too little data"] * 3
    assert found.values.tolist() == [
        ["x", 1, 1, 0, 1.0, 0.0, 1, *little],
        ["y", 0, 0, 1, 0.0, 1.0, 1, *little],
    ]


def test_a_theme_in_no_paper_has_its_row():
    papers, members, near = field(6)
    themes = pd.DataFrame({"theme_id": ["ghost", "t1"], "name": ["Ghost", "One"]})
    found = theme_sensitivity(papers, members, "month", near_misses=near, themes=themes)
    plain = theme_sensitivity(papers, members, "month", near_misses=near)
    assert found.iloc[0].tolist() == ["ghost", 0, 0, 0, 0.0, 0.0, 0, *["too little data"] * 3]
    pd.testing.assert_frame_equal(found[1:].reset_index(drop=True), plain)


def test_a_theme_of_borderline_members_alone_keeps_its_row():
    papers, members = two_digests([0.5] * 6, [0.59] * 30)
    row = theme_sensitivity(papers, members).iloc[0]
    assert row["n_papers":"n_near"].tolist() == [36, 36, 0]
    assert row["most_down"] == pytest.approx(0.5)
    assert row["verdict":].tolist() == ["rising", "too little data", "rising"]


def test_without_memberships_or_themes_there_is_nothing_to_say():
    papers, _, near = field(6)
    for members in (links_of(), pd.DataFrame(columns=[*PAIR, "score"], dtype=str)):
        found = theme_sensitivity(papers, members)
        assert found.empty
        assert list(found) == list(SENSITIVITY)
    found = theme_sensitivity(papers, links_of(), near_misses=near)
    assert found["n_papers"].eq(0).all()
    assert found["n_near"].gt(0).all()
    blank = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in NEAR_MISSES.items()})
    assert theme_sensitivity(papers, links_of(), near_misses=blank).empty


@pytest.mark.parametrize("kind", ["Float64", object])
def test_scores_of_other_types_are_read_alike(kind):
    papers, members, near = field(6)
    expected = theme_sensitivity(papers, members, near_misses=near)
    other = [frame.astype({"score": kind}) for frame in (members, near)]
    found = theme_sensitivity(papers, other[0], near_misses=other[1])
    pd.testing.assert_frame_equal(found, expected)
