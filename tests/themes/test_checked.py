"""Papers tables as users hand them over: what is taken, and what is told of the rest."""

from __future__ import annotations

import datetime
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.errors import InputError, PapertrendsError
from papertrends.tables import PAPERS
from papertrends.themes.checked import checked
from papertrends.themes.model import ThemeModel

TABLE = pd.DataFrame(
    {
        "paper_id": ["a", "b", "c"],
        "title": ["One", "Two", "Three"],
        "abstract": ["First.", "Second.", "Third."],
        "digest_date": pd.to_datetime(["2025-08-05", "2025-08-06", "2025-08-06"]),
    }
)


def test_it_has_the_columns_and_types_of_a_papers_table() -> None:
    before = TABLE.copy()
    found = checked(TABLE)
    assert found.columns.tolist() == list(PAPERS)
    assert found["digest_date"].dtype == "datetime64[ns]"
    assert found[list(TABLE)].astype(object).values.tolist() == TABLE.astype(object).values.tolist()
    pd.testing.assert_frame_equal(TABLE, before)


@pytest.mark.parametrize(
    "index", [[0, 0, 0], ["x", "y", "x"], pd.MultiIndex.from_tuples([(0, 1)] * 3)]
)
def test_the_index_may_be_anything(index: Any) -> None:
    for table in (TABLE, TABLE.assign(position=[3, np.nan, 1], upvotes=[1, None, 2])):
        pd.testing.assert_frame_equal(checked(table.set_axis(index)), checked(table))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([1], "papers is a list, not a DataFrame; give a pandas DataFrame with the columns paper_"),
        ("data/", r"papers is a str, not a DataFrame; load files with load_papers\(...\), or"),
        (TABLE["title"], "papers is a Series, not a DataFrame"),
        (TABLE.head(0), "the papers table has no rows"),
        (TABLE.rename(columns={"abstract": "Abstract"}), "lacks abstract .*is 'Abstract' its abst"),
        (TABLE.rename(columns={"abstract": "summary"}), r"rename\(columns={'summary': 'abstract'}"),
        (TABLE.rename(columns={"digest_date": "year"}), "is 'year' its digest_date"),
        (TABLE.rename(columns={"title": "titel"}), "is 'titel' its title"),
        (TABLE.set_index("paper_id"), r"lacks paper_id .*'paper_id' is its index: call reset_inde"),
        (pd.concat([TABLE, TABLE[["title"]]], axis=1), "has the column 'title' twice; keep one"),
        (
            TABLE.assign(title=[1.0, 2.0, 3.0]),
            r"the title in row 0 .* is 1.0 \(a float\), not text",
        ),
        (TABLE.assign(title=[1, 2, 3]), r"the title in row 0 of the papers table is 1 \(a int\)"),
        (
            TABLE.assign(abstract=["a", ["b"], "c"]),
            r"the abstract in row 1 .* \['b'\] \(a list\), not text; join the parts",
        ),
        (TABLE.assign(paper_id=[2503.1, 1, 2]), "dtype=str: a number loses the last zeros"),
        (TABLE.assign(paper_id=[True, 1, 2]), "the paper_id in row 0 .* True"),
        (TABLE.assign(paper_id=["a", None, "c"]), "has no paper_id; give each .* row 1 has none"),
        (TABLE.assign(title=["x", None, " "]), r"row 1 \(paper_id 'b'\) and 1 more have none"),
        (
            TABLE.assign(digest_date=[None, "2025-08-05", None]),
            r"a paper has no digest_date; give each paper one: row 0 \(paper_id 'a'\) and 1 more",
        ),
        (TABLE.assign(digest_date=[20250805] * 3), "'digest_date' of the papers table is int64"),
        (TABLE.assign(digest_date="Aug 5"), "the digest_date 'Aug 5' in row 0 .* is no date; give"),
        (TABLE.assign(digest_date="2025-13-05"), "'2025-13-05' in row 0 .* is no date"),
        (TABLE.assign(digest_date=[["x"]] * 3), r"the digest_date \['x'\] in row 0"),
        (TABLE.assign(published_date="soon"), "the published_date 'soon' in row 0"),
        (TABLE.assign(upvotes="many"), "the column 'upvotes' .* cannot be read as whole numbers"),
    ],
)
def test_what_is_no_papers_table_is_told_by_column_and_row(given: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        checked(given)
    assert "\n" not in str(caught.value)


def test_a_frame_of_another_library_is_to_be_converted() -> None:
    class Frame:
        def to_pandas(self) -> pd.DataFrame:
            return TABLE

    with pytest.raises(InputError, match=r"papers is a Frame, not a DataFrame; call its to_pandas"):
        checked(Frame())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "date",
    [
        "2025-08-05",
        "2025-08-05T23:30:00+09:00",
        "2025-08-05 00:10:00Z",
        datetime.date(2025, 8, 5),
        datetime.datetime(2025, 8, 5, 23, tzinfo=datetime.UTC),
        pd.Timestamp("2025-08-05 23:59", tz="America/New_York"),
        np.datetime64("2025-08-05T12:00", "s"),
    ],
)
def test_dates_are_the_days_as_they_are_written(date: Any) -> None:
    found = checked(TABLE.assign(digest_date=date, published_date=date))
    for column in ("digest_date", "published_date"):
        assert found[column].tolist() == [pd.Timestamp("2025-08-05")] * 3
    mixed = checked(TABLE.assign(digest_date=["2025-08-05", date, "2025-08-05T01:00:00-05:00"]))
    assert mixed["digest_date"].tolist() == [pd.Timestamp("2025-08-05")] * 3


def test_missing_values_that_may_be() -> None:
    found = checked(TABLE.assign(abstract=[None, np.nan, pd.NA], published_date=pd.NaT))
    assert found["abstract"].tolist() == ["", "", ""]
    assert found["published_date"].isna().all()
    assert checked(TABLE.astype({"title": "category"}))["title"].tolist() == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        *(
            (lambda model, name=name: getattr(model, name), name)
            for name in ("themes", "map", "notes", "encoded", "encoder", "encoder_name", "fitted")
        ),
        (lambda model: model.assign(TABLE), "assign(papers)"),
        (lambda model: model.save("nowhere"), "save(folder)"),
    ],
)
def test_a_model_that_is_not_fitted_names_what_was_called(call: Any, named: str) -> None:
    told = f"ThemeModel.{named}: the ThemeModel is not fitted; call fit(papers) first"
    with pytest.raises(PapertrendsError, match=f"^{re.escape(told)}$"):
        call(ThemeModel())
