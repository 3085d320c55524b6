"""Memberships and near misses that do not fit each other are refused."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.trends.sensitivity import theme_sensitivity

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
links_of = made.links_of


GOOD = links_of(("a", "x", 0.9), ("b", "x", 0.55), ("b", "y", 0.7))


NEAR = links_of(("a", "y", 0.45))


@pytest.mark.parametrize(
    ("members", "near", "options", "problem"),
    [
        pytest.param(
            GOOD.drop(columns="score"), NEAR, {}, "the memberships table lacks score", id="no score"
        ),
        pytest.param(
            GOOD,
            NEAR.drop(columns="score"),
            {},
            "the near_misses table lacks score",
            id="none near",
        ),
        pytest.param(
            GOOD.assign(score=[0.9, None, 0.7]),
            NEAR,
            {},
            "the memberships table has empty cells in score; fill or drop these rows",
            id="NaN",
        ),
        pytest.param(
            GOOD,
            NEAR.assign(paper_id=None, theme_id=None),
            {},
            "the near_misses table has empty cells in paper_id, theme_id",
            id="no ids",
        ),
        pytest.param(
            GOOD.assign(score=["high", "low", "high"]),
            NEAR,
            {},
            "score of the memberships table holds .+, not numbers; give numbers from 0 to 1",
            id="words",
        ),
        pytest.param(
            GOOD.assign(score=[90, 55, 0.7]),
            NEAR,
            {},
            r"2 scores of the memberships table lie outside 0 to 1 \(55, 90\); bring the scores",
            id="percent",
        ),
        pytest.param(
            GOOD,
            NEAR.assign(score=-0.1),
            {},
            r"1 scores of the near_misses table lie outside 0 to 1 \(-0\.1\)",
            id="negative",
        ),
        pytest.param(
            GOOD.assign(score=[0.1, 0.2, 0.3]),
            NEAR,
            {},
            r"3 memberships have a score below the threshold of 0\.5 \(0\.1, 0\.2, 0\.3\); give"
            " the threshold the memberships were made with",
            id="another threshold",
        ),
        pytest.param(
            GOOD,
            NEAR,
            {"threshold": 0.44},
            r"1 near misses have a score of the threshold of 0\.44 or more \(0\.45\); give the",
            id="near misses above",
        ),
        pytest.param(
            GOOD,
            links_of(("b", "y", 0.2), ("a", "x", 0.45), ("a", "y", 0.45)),
            {},
            r"2 near misses are members already \('a' of 'x' for one\); keep each paper of a theme",
            id="members already",
        ),
        pytest.param(
            links_of(("zz", "x", 0.9)),
            NEAR,
            {},
            r"memberships has 1 papers that are not in papers \(zz\)",
            id="unknown member",
        ),
        pytest.param(
            GOOD,
            links_of(*((name, "x", 0.45) for name in "srqp")),
            {},
            r"near_misses has 4 papers that are not in papers \(p, q, r, \.\.\.\); give the papers",
            id="unknown near miss",
        ),
        pytest.param(GOOD, NEAR, {"margin": -0.1}, "the margin is -0.1; give a number", id="below"),
        pytest.param(
            GOOD, NEAR, {"margin": float("nan")}, "the margin is nan; give a number", id="no margin"
        ),
        pytest.param(
            GOOD, NEAR, {"threshold": 50}, "the threshold is 50; give a number from 0 to 1", id="50"
        ),
        pytest.param(GOOD, NEAR, {"by": "decade"}, "'decade' is no period", id="decade"),
        pytest.param(
            GOOD,
            NEAR,
            {"themes": pd.DataFrame({"name": ["x"]})},
            "the themes table lacks theme_id",
            id="no theme ids",
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused(members, near, options, problem):
    papers = pd.DataFrame({"paper_id": ["a", "b"], "digest_date": pd.Timestamp("2025-08-05")})
    assert len(theme_sensitivity(papers, GOOD, near_misses=NEAR)) == 2
    with pytest.raises(InputError, match=problem):
        theme_sensitivity(papers, members, near_misses=near, **options)


def test_without_papers_there_is_nothing_to_count():
    with pytest.raises(InputError, match="the papers table is empty"):
        theme_sensitivity(pd.DataFrame({"paper_id": [], "digest_date": []}), links_of())
