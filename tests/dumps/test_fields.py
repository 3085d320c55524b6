"""Fields by any of their names, and values that may be none."""

import datetime as dt

import pandas as pd
import pytest

from papertrends.dumps.fields import arxiv_id_of, count_of, date_of, keyed, url_of


def test_each_of_several_names_that_mean_the_same_is_kept():
    assert keyed(["_id", "ID", "id"], {})["arxiv_id"] == ["_id", "ID", "id"]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2025-10-15T23:59:59-08:00", dt.date(2025, 10, 15)),
        ("Jul 31, 2025", dt.date(2025, 7, 31)),
        (dt.datetime(2025, 1, 2, 3), dt.date(2025, 1, 2)),
        (pd.NaT, None),
        ("1 Jan 99999999999999999999 10:00:00", None),
        ("Mon, 1 Jan 2025 10:00:00 +99999999999999999", None),
        ("2025-02-30", None),
        (5, None),
    ],
)
def test_date_of(value, date):
    assert date_of(value) == date


def test_other_values():
    assert arxiv_id_of("https://huggingface.co/papers/2405.15738") == "2405.15738"
    assert arxiv_id_of("66540321d200a2ecdf784ffe") is None
    assert (count_of("12"), count_of(True), count_of(float("inf")), count_of(-1)) == (
        12,
        *[None] * 3,
    )
    assert (url_of("https://a.b/c"), url_of("javascript:x")) == ("https://a.b/c", None)
