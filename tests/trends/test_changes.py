import time

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact, t
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.multitest import multipletests

from papertrends.errors import InputError
from papertrends.tables import CHANGES, EVENTS, conform
from papertrends.trends import theme_changes, theme_trends

DUMPS = ["2025-07-31", "2025-08-05"]


def trends_of(counts, n_papers, periods=None, partial=()):
    """Build a trends table from the counts of each theme; the last periods may be partial."""
    length = len(next(iter(counts.values())))
    if periods is None:
        periods = pd.date_range("2024-01-01", periods=length, freq="MS")
    running = np.zeros(length, dtype=bool)
    running[list(partial)] = True
    frames = [
        pd.DataFrame(
            {
                "theme_id": theme,
                "period": pd.to_datetime(periods),
                "n_theme": values,
                "n_papers": n_papers,
                "partial": running,
            }
        )
        for theme, values in counts.items()
    ]
    return pd.concat(frames, ignore_index=True)


def changes_of(*args, **options):
    return theme_changes(trends_of(*args, **options)).set_index("theme_id")


TWO = {"prompt": [6, 17], "reward": [7, 0], "tuning": [20, 18], "absent": [0, 0], "once": [0, 1]}


def test_the_two_dumps():
    changes = changes_of(TWO, [86, 69], DUMPS)
    expected = {
        theme: fisher_exact([[newer, 69 - newer], [older, 86 - older]]).pvalue
        for theme, (older, newer) in TWO.items()
    }
    assert expected["prompt"] == pytest.approx(0.0028, abs=5e-5)
    assert expected["reward"] == pytest.approx(0.0174, abs=5e-5)
    tested = ["prompt", "reward", "tuning"]
    assert changes.loc[tested, "p_value"].tolist() == [expected[theme] for theme in tested]
    assert changes.loc[tested, "q_value"].tolist() == pytest.approx(
        [expected["prompt"] * 3, expected["reward"] * 3 / 2, expected["tuning"]]
    )
    assert changes["verdict"].to_dict() == {
        "absent": "too little data",
        "once": "too little data",
        "prompt": "rising",
        "reward": "falling",
        "tuning": "too little data",
    }
    assert set(changes["basis"]) == {"last change"}
    assert changes["emerged"].isna().all()
    known = odds_ratio([[17, 52], [6, 80]]).confidence_interval(0.95)
    assert changes.loc["prompt", ["effect_low", "effect_high"]].tolist() == pytest.approx(
        list(known)
    )
    assert changes.loc["reward", ["effect", "effect_low"]].tolist() == [0.0, 0.0]
    assert changes.loc["reward", "effect_high"] < 1


def test_what_cannot_be_tested_is_not_counted():
    changes = changes_of(TWO, [86, 69], DUMPS)
    untested = changes.loc[["absent", "once"]]
    assert untested[["p_value", "q_value"]].isna().all(axis=None)
    assert changes.loc["absent", ["effect", "effect_low", "effect_high"]].isna().all()
    assert changes.loc["once", "effect"] == np.inf
    some = {theme: TWO[theme] for theme in ("prompt", "reward", "tuning")}
    alone = changes_of(some, [86, 69], DUMPS)
    pd.testing.assert_frame_equal(changes.loc[list(some)], alone.loc[list(some)])


def test_the_table_is_as_promised():
    changes = theme_changes(trends_of(TWO, [86, 69], DUMPS))
    blank = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in CHANGES.items()})
    pd.testing.assert_series_equal(changes.dtypes, blank.dtypes)
    assert changes["theme_id"].tolist() == sorted(TWO)


def test_no_themes_give_an_empty_table():
    changes = theme_changes(trends_of(TWO, [86, 69], DUMPS).iloc[:0])
    assert changes.empty
    assert list(changes) == list(CHANGES)


def test_one_period_tells_nothing():
    changes = changes_of({"x": [5]}, [80])
    assert changes.loc["x", "verdict"] == "too little data"
    assert changes.loc["x", "basis"] == "last change"
    assert changes[["effect", "p_value", "q_value"]].isna().all(axis=None)


def test_a_theme_that_is_everywhere_cannot_change():
    changes = changes_of({"x": [80, 69], "y": [6] * 2}, [80, 69])
    assert np.isnan(changes.loc["x", "effect"])
    assert changes.loc["x", "verdict"] == "too little data"


@pytest.mark.parametrize("n_periods", [2, 3, 4])
def test_below_five_periods_the_last_two_are_compared(n_periods):
    counts = [40, 3, 6, 17][-n_periods:]
    changes = changes_of({"x": counts}, [80] * n_periods)
    assert changes.loc["x", "p_value"] == fisher_exact([[17, 63], [6, 74]]).pvalue


def test_partial_periods_are_left_out_where_two_are_complete():
    whole = changes_of({"x": [6, 17]}, [80, 80])
    running = changes_of({"x": [6, 17, 0]}, [80, 80, 40], partial=[2])
    pd.testing.assert_frame_equal(running, whole)
    forced = changes_of({"x": [6, 17]}, [80, 80], partial=[1])
    pd.testing.assert_frame_equal(forced, whole)


def test_five_complete_periods_are_a_trend():
    four = changes_of({"x": [2, 4, 6, 9, 12]}, [80] * 5, partial=[4])
    five = changes_of({"x": [2, 4, 6, 9, 12, 0]}, [80] * 5 + [3], partial=[5])
    assert (four.loc["x", "basis"], five.loc["x", "basis"]) == ("last change", "trend")
    pd.testing.assert_frame_equal(five, changes_of({"x": [2, 4, 6, 9, 12]}, [80] * 5))


def expected_trend(y, n, steps):
    """Refit one theme with statsmodels and return effect, low, high and p."""
    y, n = np.array(y), np.array(n)
    data = np.column_stack([y, n - y])
    model = sm.GLM(data, sm.add_constant(np.array(steps, dtype=float)), sm.families.Binomial())
    fit = model.fit(tol=1e-13)
    scale = max(1.0, fit.pearson_chi2 / fit.df_resid)
    slope, error = fit.params[1], fit.bse[1] * np.sqrt(scale)
    reach = t.ppf(0.975, len(y) - 2) * error
    p_value = 2 * t.sf(abs(slope / error), len(y) - 2)
    return [*np.exp([slope, slope - reach, slope + reach]), p_value]


@pytest.mark.parametrize(
    ("periods", "steps"),
    [
        (["2024-01-01", "2024-02-01", "2024-06-01", "2024-07-01", "2024-09-01"], [0, 1, 5, 6, 8]),
        (["2024-01-01", "2024-04-01", "2025-01-01", "2025-04-01", "2025-07-01"], [0, 1, 4, 5, 6]),
        (["2019-01-01", "2020-01-01", "2021-01-01", "2023-01-01", "2024-01-01"], [0, 1, 2, 4, 5]),
        (["2024-12-30", "2025-01-06", "2025-01-20", "2025-02-03", "2025-02-10"], [0, 1, 3, 5, 6]),
        (["2025-07-31", "2025-08-01", "2025-08-04", "2025-08-05", "2025-08-06"], [0, 1, 4, 5, 6]),
        (["2025-07-01", "2025-07-11", "2025-07-21", "2025-07-31", "2025-08-05"], [0, 1, 2, 3, 3.5]),
    ],
    ids=["month", "quarter", "year", "week", "daily digests", "ten-day digests"],
)
def test_the_trend_runs_in_the_time_of_the_calendar(periods, steps):
    y, n = [4, 9, 6, 20, 14], [90] * 5
    row = changes_of({"x": y}, n, periods).loc["x"]
    found = row[["effect", "effect_low", "effect_high", "p_value"]].astype(float).tolist()
    assert found == pytest.approx(expected_trend(y, n, steps), rel=1e-6)


def test_verdicts_of_trends():
    flat = [2000] * 12
    changes = changes_of(
        {
            "down": [400 - 25 * i for i in range(12)],
            "flat": [200, 201, 199, 200, 198, 202, 200, 201, 199, 200, 200, 200],
            "rare": [0, 1, 0, 0, 1, 0, 2, 0, 0, 0, 1, 0],
            "rarer": [0, 1, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0],
            "up": [100 + 25 * i for i in range(12)],
            "zero": [0] * 12,
        },
        flat,
    )
    assert changes["verdict"].tolist() == [
        "falling",
        "steady",
        "too little data",
        "too little data",
        "rising",
        "too little data",
    ]
    assert changes["p_value"].isna().tolist() == [False, False, False, True, False, True]


def test_steady_needs_the_whole_interval_of_the_whole_span():
    # The same papers a period: the longer it goes on, the more could have changed.
    def row(n):
        return changes_of({"x": [n // 10] * 6}, [n] * 6).loc["x"]

    for n in range(100, 3000, 100):
        span_high = row(n)["effect_high"] ** 5
        assert row(n)["verdict"] == ("steady" if span_high <= 1.5 else "too little data")
    assert row(100)["verdict"] != row(2900)["verdict"]


def test_steady_between_two_periods():
    changes = changes_of({"few": [10, 10], "many": [1000, 1010]}, [10_000, 10_000])
    assert changes["verdict"].to_dict() == {"few": "too little data", "many": "steady"}


@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 0, 0, 0, 30], [30, 0, 0, 0, 0, 0, 0, 0]])
def test_a_theme_of_one_period_gives_finite_numbers(counts):
    row = changes_of({"x": counts}, [80] * 8).loc["x"]
    numbers = row[["effect", "effect_low", "effect_high", "p_value", "q_value"]].astype(float)
    assert np.isfinite(numbers).all()
    assert (row["effect"] > 1) == (counts[-1] > 0)
    assert row["effect_low"] < row["effect"] < row["effect_high"]


def test_emergence_is_dated_and_only_for_trends():
    counts = {"flat": [10] * 12, "new": [1, 2, 1, 2, 1, 2, 16, 15, 18, 16, 17, 15]}
    changes = changes_of(counts, [200] * 12)
    assert changes.loc["new", "emerged"] == pd.Timestamp("2024-07-01")
    assert pd.isna(changes.loc["flat", "emerged"])
    # A partial period in the middle of a table of one's own is skipped, not counted.
    shifted = {theme: [*row[:2], 0, *row[2:]] for theme, row in counts.items()}
    later = changes_of(shifted, [200] * 13, partial=[2])
    assert later.loc["new", "emerged"] == pd.Timestamp("2024-08-01")


def test_emergence_is_adjusted_for_the_number_of_themes():
    new = {"new": [2, 1, 3, 2, 2, 1, 10, 11, 9, 10, 10, 9]}
    crowd = {f"flat{i:03d}": [10] * 12 for i in range(400)}
    assert pd.notna(changes_of(new, [200] * 12).loc["new", "emerged"])
    assert pd.isna(changes_of(new | crowd, [200] * 12).loc["new", "emerged"])


def test_rows_that_are_missing_count_as_not_observed():
    counts = {"x": [3, 5, 4, 9, 8, 12, 14], "y": [9, 8, 9, 7, 9, 8, 9]}
    trends = trends_of(counts, [100] * 7)
    holes = trends[~((trends["theme_id"] == "x") & (trends.index % 7 == 2))]
    row = theme_changes(holes).set_index("theme_id").loc["x"]
    expected = expected_trend([3, 5, 9, 8, 12, 14], [100] * 6, [0, 1, 3, 4, 5, 6])
    assert [row["effect"], row["p_value"]] == pytest.approx([expected[0], expected[3]], rel=1e-6)


grids = st.integers(1, 9).flatmap(
    lambda periods: st.tuples(
        st.lists(st.integers(1, 60), min_size=periods, max_size=periods),
        st.lists(
            st.lists(st.floats(0, 1), min_size=periods, max_size=periods), min_size=1, max_size=6
        ),
        st.booleans(),
    )
)


@given(grids, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=80)
def test_any_table_gives_honest_rows_in_any_order(grid, random):
    n_papers, shares, running = grid
    counts = {
        f"t{i}": [round(s * n) for s, n in zip(row, n_papers, strict=True)]
        for i, row in enumerate(shares)
    }
    trends = trends_of(counts, n_papers, partial=[len(n_papers) - 1] if running else [])
    changes = theme_changes(trends)
    complete = len(n_papers) - running
    assert set(changes["basis"]) == {"trend" if complete >= 5 else "last change"}

    tested = changes.dropna(subset="p_value")
    assert changes["q_value"].notna().equals(changes["p_value"].notna())
    if len(tested):
        adjusted = multipletests(tested["p_value"], method="fdr_bh")[1]
        assert tested["q_value"].tolist() == pytest.approx(adjusted.tolist(), rel=1e-12)
        by_p = tested.sort_values("p_value")
        assert by_p["q_value"].is_monotonic_increasing
        assert (by_p["q_value"] >= by_p["p_value"]).all()
    known = changes.dropna(subset="effect")
    assert (known["effect_low"] <= known["effect"]).all()
    assert (known["effect"] <= known["effect_high"]).all()
    called = changes[changes["q_value"] < 0.05]
    assert (called["verdict"] == np.where(called["effect"] > 1, "rising", "falling")).all()
    rest = changes[~(changes["q_value"] < 0.05)]
    assert rest["verdict"].isin(["steady", "too little data"]).all()
    assert set(changes.loc[changes["q_value"].isna(), "verdict"]) <= {"too little data"}

    order = list(trends.index)
    random.shuffle(order)
    assert theme_changes(trends.loc[order]).to_csv() == changes.to_csv()


def test_it_reads_what_theme_trends_writes():
    papers = pd.DataFrame(
        {
            "paper_id": [f"p{i}" for i in range(155)],
            "digest_date": pd.to_datetime([DUMPS[0]] * 86 + [DUMPS[1]] * 69),
        }
    )
    members = pd.DataFrame(
        {"paper_id": [f"p{i}" for i in [*range(6), *range(86, 103)]], "theme_id": "prompt"}
    )
    row = theme_changes(theme_trends(papers, members)).iloc[0]
    assert (row["verdict"], row["p_value"]) == (
        "rising",
        fisher_exact([[17, 52], [6, 80]]).pvalue,
    )


BROKEN = trends_of({"x": [6, 17]}, [80, 80])


@pytest.mark.parametrize(
    ("trends", "message"),
    [
        (BROKEN.drop(columns="n_theme"), "trends table lacks n_theme"),
        (BROKEN.assign(n_theme=[90, 3]), "1 rows .* no count; give whole numbers"),
        (BROKEN.assign(n_theme=[-1, 3]), "1 rows .* no count"),
        (BROKEN.assign(n_theme=[0.5, 3]), "1 rows .* no count"),
        (BROKEN.assign(n_theme=[np.nan, 3]), "empty cells in n_theme; fill or drop"),
        (BROKEN.assign(period=[pd.NaT, pd.NaT]), "empty cells in period"),
        (BROKEN.assign(period=["2024-01-01", "2024-02-01"]), "not dates; .*to_datetime"),
        (pd.concat([BROKEN, BROKEN]), "two rows for one theme and period; keep one"),
    ],
)
def test_a_table_that_cannot_be_is_refused(trends, message):
    with pytest.raises(InputError, match=message):
        theme_changes(trends)


def test_speed_of_last_changes_between_years():
    rng = np.random.default_rng(0)
    counts = {f"t{i:03d}": rng.binomial(50_000, 0.02, size=2) for i in range(200)}
    trends = trends_of(counts, [50_000, 50_000])
    begun = time.perf_counter()
    theme_changes(trends)
    # Takes 1 s on a quiet machine; the promise is 5 s for all tables.
    assert time.perf_counter() - begun < 5


def test_emerged_is_the_start_of_an_emergence_that_is_sure():
    trends = trends_of({"x": [2] * 3 + [9] * 3, "y": [2] * 3 + [9] * 3, "z": [5] * 6}, [80] * 6)
    starts = sorted(trends["period"].unique())
    events = conform(
        pd.DataFrame(
            {
                "theme_id": ["x", "x", "y", "z"],
                "event": ["burst", "emergence", "emergence", "burst"],
                "start": [starts[1], starts[3], starts[2], starts[4]],
                "q_value": [0.001, 0.049, 0.05, 0.001],
            }
        ),
        EVENTS,
    )
    emerged = theme_changes(trends, events=events).set_index("theme_id")["emerged"]
    assert emerged["x"] == starts[3]
    assert emerged[["y", "z"]].isna().all()


def test_events_without_their_columns_are_refused():
    with pytest.raises(InputError, match="the events table lacks event, start, q_value"):
        theme_changes(trends_of({"x": [5] * 6}, [80] * 6), events=pd.DataFrame({"theme_id": ["x"]}))
