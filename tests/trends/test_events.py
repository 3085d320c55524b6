"""What is found, when, and how seldom where there is nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, multivariate_normal, norm, t

from papertrends.errors import InputError
from papertrends.tables import EVENTS, blank
from papertrends.trends.events import theme_events

FLAT = [20, 18, 22, 19, 21, 20, 18, 21, 22, 19, 20, 18]


def month(i):
    return pd.Timestamp("2024-01-01") + pd.DateOffset(months=int(i))


def table(counts, n_papers=200, periods=None):
    counts = np.array(counts)
    themes, length = counts.shape
    if periods is None:
        periods = pd.date_range("2024-01-01", periods=length, freq="MS")
    return pd.DataFrame(
        {
            "theme_id": np.repeat([f"t{i:02d}" for i in range(themes)], length),
            "period": np.tile(periods, themes),
            "n_theme": counts.ravel(),
            "n_papers": np.broadcast_to(n_papers, counts.shape).ravel(),
            "partial": False,
        }
    )


def events_of(counts, n_papers=200):
    """Return the events of a theme of interest among six that scatter by chance only."""
    counts = np.array(counts)
    rng = np.random.default_rng(0)
    others = rng.binomial(n_papers, 0.1, size=(6, len(counts)))
    events = theme_events(table(np.vstack([counts, others]), n_papers))
    return events[events["theme_id"] == "t00"].reset_index(drop=True)


def simulated(rng, curve, n_papers, alike=0.0):
    """Draw a theme that follows `curve`, and 20 flat ones of 1 to 20 %."""
    flat = np.repeat(rng.uniform(0.01, 0.2, size=(20, 1)), len(curve), axis=1)
    shares = np.vstack([curve, flat])
    if alike:
        size = 1 / alike - 1
        shares = rng.beta(shares * size, (1 - shares) * size)
    return table(rng.binomial(n_papers, shares), n_papers)


def found(events, kind):
    rows = events[(events["theme_id"] == "t00") & (events["event"] == kind)]
    return rows[rows["q_value"] < 0.05]


def starts(trends):
    return {period: i for i, period in enumerate(sorted(trends["period"].unique()))}


# What an event is


def test_a_step_that_stays_is_an_emergence():
    counts = [2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15]
    (row,) = events_of(counts).to_dict("records")
    assert row["event"] == "emergence"
    assert row["start"] == row["start_low"] == row["start_high"] == month(6)
    assert pd.isna(row["end"])
    assert row["share_before"] == pytest.approx(sum(counts[:6]) / 1200)
    assert row["share_during"] == pytest.approx(sum(counts[6:]) / 1200)
    assert row["p_value"] < row["q_value"] < 1e-5


def test_what_came_and_went_is_a_burst():
    counts = [4, 3, 5, 4, 22, 19, 21, 5, 3, 4, 5, 4]
    (row,) = events_of(counts).to_dict("records")
    assert row["event"] == "burst"
    assert (row["start"], row["end"]) == (month(4), month(6))
    assert row["share_before"] == pytest.approx(16 / 800)
    assert row["share_during"] == pytest.approx(62 / 600)
    assert row["q_value"] < 1e-3


def test_a_burst_of_one_period():
    (row,) = events_of([4, 3, 5, 4, 4, 35, 4, 5, 3, 4, 5, 4]).to_dict("records")
    assert row["event"] == "burst"
    assert row["start"] == row["end"] == month(5)


def test_the_first_of_several_rises_that_stayed():
    counts = [4, 5, 3, 4, 30, 28, 31, 29, 80, 78, 83, 79]
    (row,) = events_of(counts).to_dict("records")
    assert row["event"] == "emergence"
    assert row["start"] == month(4)


def test_a_rise_that_eased_off_above_its_background_stayed():
    (row,) = events_of([2, 1, 3, 2, 1, 40, 42, 39, 41, 15, 17, 16]).to_dict("records")
    assert (row["event"], row["start"]) == ("emergence", month(5))


def test_a_burst_and_a_later_emergence_are_two_events():
    rows = events_of([2, 1, 3, 30, 28, 2, 1, 3, 2, 20, 22, 19])
    assert rows["event"].tolist() == ["burst", "emergence"]
    assert rows["start"].tolist() == [month(3), month(9)]
    assert rows["end"][0] == month(4)
    # The burst is no part of the background.
    assert rows["share_before"][1] == pytest.approx(14 / 1400)


def test_two_bursts():
    rows = events_of([2, 1, 3, 2, 2, 1, 3, 30, 28, 31, 2, 1, 3, 2, 1, 2, 25, 27, 2, 1, 3, 2, 1, 2])
    assert rows["event"].tolist() == ["burst", "burst"]
    assert rows["start"].tolist() == [month(7), month(16)]
    assert rows["end"].tolist() == [month(9), month(17)]


def test_a_burst_after_a_fall_rises_from_what_it_fell_to():
    rows = events_of([40, 38, 42, 4, 3, 5, 25, 27, 4, 3, 5, 4])
    assert rows["event"].tolist() == ["burst"]
    assert rows["start"][0] == month(6)
    assert rows["share_before"][0] == pytest.approx(12 / 600)


def test_from_nothing_and_to_everything():
    (row,) = events_of([0, 0, 0, 0, 0, 9, 8, 10, 9, 11]).to_dict("records")
    assert (row["event"], row["start"], row["share_before"]) == ("emergence", month(5), 0)
    (row,) = events_of([9, 8, 10, 9, 11, 200, 200, 200, 200, 200]).to_dict("records")
    assert (row["event"], row["start"], row["share_during"]) == ("emergence", month(5), 1)


@pytest.mark.parametrize(
    "counts",
    [
        FLAT,
        [36, 35, 38, 36, 37, 35, 2, 1, 3, 2, 2, 3],  # fell
        [40, 38, 42, 4, 3, 5, 4, 3, 38, 42, 39, 40],  # fell and recovered
        [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 30],  # up in the last period only
        [20, 21, 20, 21, 21, 22, 22, 22, 23, 23, 24, 24],  # drifted from 10 to 12 %
        [40, 38, 42, 41, 40, 39, 2, 3, 4, 2, 3, 2],  # in fashion from the beginning
    ],
)
def test_what_is_no_event(counts):
    assert events_of(counts).empty


def test_a_theme_that_fell_back_did_not_emerge():
    rows = events_of([1, 2, 1, 2, 1, 30, 32, 29, 31, 30, 2])
    assert rows["event"].tolist() == ["burst"]
    assert rows["end"][0] == month(9)


def test_a_great_archive_does_not_make_a_slow_drift_an_event():
    rng = np.random.default_rng(1)
    drift = np.linspace(0.10, 0.12, 24)
    trends = simulated(rng, drift, 20_000)
    assert theme_events(trends).query("theme_id == 't00'").empty


# How sure it is


def test_false_discovery_rates_are_over_all_themes_tested():
    rng = np.random.default_rng(2)
    counts = rng.binomial(200, 0.1, size=(9, 12))
    counts[0] = [2, 1, 3, 2, 2, 1, 6, 5, 8, 7, 5, 6]
    counts[1] = 0  # in no paper: not tested
    counts[2] = 200  # in every paper: not tested
    counts[3] = [2] + [0] * 10 + [2]  # in too few papers: not tested
    events = theme_events(table(counts))
    (row,) = events[events["event"] == "emergence"].to_dict("records")
    assert row["theme_id"] == "t00"
    assert 1e-6 < row["p_value"] < 0.02
    assert row["q_value"] == pytest.approx(6 * row["p_value"])


def test_a_p_value_recomputed():
    # One theme by itself that scatters less than by chance: binomial, 12 - 2 degrees of freedom.
    counts = np.array([4, 5, 4, 5, 4, 5, 9, 10, 9, 10, 9, 10])
    (row,) = theme_events(table([counts])).to_dict("records")
    before, after = counts[:6].sum(), counts[6:].sum()
    ratio = 2 * sum(
        binom.logpmf(y, 1200, y / 1200) - binom.logpmf(y, 1200, counts.sum() / 2400)
        for y in (before, after)
    )
    level = norm.isf(t.sf(np.sqrt(ratio), 10))
    # The first cut is as high, or a later one is and the one before it is not.
    chance = norm.sf(level)
    for i in range(1, 11):
        alike = np.sqrt(i * (12 - i - 1) / ((i + 1) * (12 - i)))
        both = multivariate_normal([0, 0], [[1, alike], [alike, 1]]).cdf([-level, -level])
        chance += norm.sf(level) - both
    assert row["p_value"] == pytest.approx(2 * chance, rel=1e-3)
    assert 0.001 < row["p_value"] == row["q_value"] < 0.2


def test_less_is_sure_where_papers_of_a_period_are_alike():
    counts = np.array([3, 6, 4, 7, 5, 6, 18, 15, 19, 14, 20, 17])
    rng = np.random.default_rng(3)
    alone = events_of(counts)
    shares = rng.beta(0.1 * 49, 0.9 * 49, size=(6, 12))
    scattered = theme_events(table(np.vstack([counts, rng.binomial(200, shares)])))
    (calm,), rows = alone["p_value"], scattered[scattered["theme_id"] == "t00"]
    assert calm < 0.01
    assert rows.empty or rows["p_value"].iloc[0] > 10 * calm


@pytest.mark.parametrize(
    ("periods", "runs", "n_papers", "alike"),
    [
        (8, 100, 80, 0.0),
        (8, 100, (13, 200), 0.01),
        (12, 100, (13, 200), 0.0),
        (12, 100, 200, 0.01),
        (36, 50, 80, 0.01),
        (600, 10, (13, 80), 0.01),
    ],
)
def test_where_nothing_changes_nothing_is_found(periods, runs, n_papers, alike):
    # It is 5 % at most over many runs; by so much more it is seldom seen in a few.
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(runs):
        n = rng.integers(*n_papers, periods) if isinstance(n_papers, tuple) else n_papers
        flat = np.full(periods, rng.uniform(0.01, 0.2))
        events = theme_events(simulated(rng, flat, n, alike))
        called += (events["q_value"] < 0.05).any()
    assert called <= 0.12 * runs


@pytest.mark.parametrize("periods", [12, 24])
def test_the_date_of_a_step(periods):
    # From 1 % to 8 % of 200 papers, from the fourth to the fourth-last period on.
    rng = np.random.default_rng(5)
    right = covered = 0
    for _ in range(80):
        date = int(rng.integers(3, periods - 3))
        curve = np.where(np.arange(periods) < date, 0.01, 0.08)
        trends = simulated(rng, curve, 200)
        place = starts(trends)
        for row in found(theme_events(trends), "emergence").to_dict("records"):
            right += abs(place[row["start"]] - date) <= 1
            covered += place[row["start_low"]] <= date <= place[row["start_high"]]
    assert right >= 0.9 * 80
    assert covered >= 0.9 * 80


def test_a_burst_of_three_periods():
    # From 2 % to 10 % of 200 papers for 3 of 24 periods.
    rng = np.random.default_rng(6)
    right = 0
    for _ in range(50):
        date = int(rng.integers(3, 18))
        curve = np.full(24, 0.02)
        curve[date : date + 3] = 0.10
        trends = simulated(rng, curve, 200)
        place = starts(trends)
        for row in found(theme_events(trends), "burst").to_dict("records"):
            right += abs(place[row["start"]] - date) <= 1 and abs(place[row["end"]] - date - 2) <= 1
    assert right >= 45


def test_a_theme_in_the_last_period_only_has_not_emerged():
    rng = np.random.default_rng(7)
    curve = np.append(np.full(11, 0.01), 0.10)
    emerged = [len(found(theme_events(simulated(rng, curve, 200)), "emergence")) for _ in range(60)]
    assert sum(emerged) <= 3


def test_many_digests_are_searched_in_blocks_and_dated_to_the_digest():
    rng = np.random.default_rng(8)
    curve = np.full(300, 0.02)
    curve[83:131] = 0.3
    curve[221:] = 0.3
    trends = simulated(rng, curve, 100)
    place = starts(trends)
    rows = theme_events(trends).query("theme_id == 't00'").to_dict("records")
    assert [row["event"] for row in rows] == ["burst", "emergence"]
    assert abs(place[rows[0]["start"]] - 83) <= 1
    assert abs(place[rows[0]["end"]] - 130) <= 1
    assert abs(place[rows[1]["start"]] - 221) <= 1


# What is given


def test_columns_and_order():
    counts = [[2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15], [4, 3, 5, 4, 22, 19, 21, 5, 3, 4, 5, 4]]
    trends = table([*counts, FLAT, counts[0]])
    events = theme_events(trends)
    assert events.dtypes.equals(blank(EVENTS).dtypes)
    assert events["theme_id"].tolist() == ["t00", "t01", "t03"]
    shuffled = trends.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(events, theme_events(shuffled))


def test_a_running_period_is_left_out():
    counts = [2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15]
    trends = table([counts, FLAT])
    running = trends["period"] == month(11)
    events = theme_events(
        trends.assign(partial=running, n_theme=trends["n_theme"].mask(running, 0))
    )
    assert events["event"].tolist() == ["emergence"]
    assert events["share_during"][0] == pytest.approx(sum(counts[6:11]) / 1000)


def test_periods_that_are_missing_or_empty_are_not_observed():
    counts = [2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15]
    trends = table([counts, FLAT])
    gap = trends["period"].isin([month(4), month(6)])
    without = theme_events(trends[~gap])
    empty = trends.assign(n_theme=trends["n_theme"].mask(gap, 0))
    empty["n_papers"] = empty["n_papers"].mask(gap, 0)
    pd.testing.assert_frame_equal(without, theme_events(empty))
    assert without["start"].tolist() == [month(7)]


def test_themes_may_have_periods_of_their_own():
    trends = table([[2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15], FLAT, FLAT[::-1]])
    late = (trends["theme_id"] == "t00") & (trends["period"] < month(3))
    events = theme_events(trends[~late])
    assert events["start"].tolist() == [month(6)]


@pytest.mark.parametrize(
    "trends",
    [
        table(np.zeros((0, 12), dtype=int)),
        table([[3]]),
        table([[1, 9, 2, 9]]),
        table([[0] * 8]),
        table([[200] * 8]),
        table([[1, 1, 1, 1, 0, 0, 0, 0]]),
        table([[2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15]]).assign(partial=True),
        table([[0, 1, 0, 1, 1, 1]], n_papers=1),
    ],
    ids="no-theme one-period four-periods no-paper every-paper few-papers partial tiny".split(),
)
def test_too_little_to_look_for_events(trends):
    events = theme_events(trends)
    assert events.empty
    assert events.dtypes.equals(blank(EVENTS).dtypes)


def test_one_theme_by_itself():
    events = theme_events(table([[2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15]]))
    assert events["start"].tolist() == [month(6)]
    assert events["q_value"][0] < 0.001


def test_wild_counts_give_numbers():
    rng = np.random.default_rng(9)
    for scale in (1, 3, 40, 10**7):
        for length in (5, 6, 17, 130):
            n = rng.integers(0, scale + 1, size=length)
            shares = np.repeat(rng.uniform(size=(5, 4)) ** 3, -(-length // 4), axis=1)[:, :length]
            periods = pd.date_range("2024-01-01", periods=length)
            events = theme_events(table(rng.binomial(n, shares), n, periods))
            assert events.drop(columns="end").notna().all(axis=None)
            assert events["p_value"].between(0, 1).all()
            assert (events["start_low"] <= events["start"]).all()
            assert (events["start"] <= events["start_high"]).all()
            assert (events["share_during"] > events["share_before"]).all()
            same = events["theme_id"] == events["theme_id"].shift()
            assert (events["start"] > events["end"].shift())[same].all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x.drop(columns="partial"), "lacks partial"),
        (lambda x: x.assign(n_theme=-1), "is no count"),
        (lambda x: x.assign(period="May"), "not dates"),
        (lambda x: pd.concat([x, x]), "two rows for one theme and period"),
    ],
)
def test_what_is_no_trends_table(change, message):
    with pytest.raises(InputError, match=message):
        theme_events(change(table([FLAT])))
