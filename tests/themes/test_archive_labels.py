"""Named themes against labels made by reading, on papers whose texts are not in this repository.

Runs where the archive lies beside the checkout, and is skipped elsewhere. The half of the
labels marked ``report`` never had a part in any weight.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from papertrends.evaluation import named_figures
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import BUILT_IN, Theme, read_themes

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared" / "data" / "hf_daily_2024-2025.parquet"
DATA = Path(__file__).parents[1] / "data"
LABELS = DATA / "labels_archive.csv"
#: The built-in themes and the first five others: those with enough papers in both halves.
THEMES = (*BUILT_IN, *read_themes(DATA / "themes_archive.toml")[:5])


def test_the_labels_are_as_they_are_described() -> None:
    labels = pd.read_csv(LABELS, dtype=str).set_index("arxiv_id")
    assert labels.index.is_unique
    assert len(labels) >= 200
    assert set(labels["half"]) == {"develop", "report"}
    assert set(labels.drop(columns="half").stack()) == {"0", "1", "u"}
    assert {theme.theme_id for theme in THEMES} <= set(labels)
    for theme in THEMES:
        for _, half in labels.groupby("half"):
            assert (half[theme.theme_id] == "1").sum() >= 5


@pytest.mark.slow
@pytest.mark.skipif(not ARCHIVE.exists(), reason="the archive is not beside this checkout")
def test_named_themes_agree_with_readers_on_labels_never_fitted_on() -> None:
    """Bars well below the measured figures, which are in benchmarks/results."""
    import duckdb

    labels = pd.read_csv(LABELS, dtype=str).set_index("arxiv_id")
    table = duckdb.read_parquet(str(ARCHIVE)).df().drop_duplicates("arxiv_id")
    papers = table[table["arxiv_id"].isin(labels.index)]
    papers = papers.assign(
        paper_id="arxiv:" + papers["arxiv_id"],
        source="archive",
        digest_date=pd.to_datetime(papers["digest_date"]),
    )
    report = labels[labels["half"] == "report"].drop(columns="half")
    report.index = "arxiv:" + report.index
    report = report[[theme.theme_id for theme in THEMES]]
    for themes, least in ((THEMES, 0.70), ([Theme(one.title) for one in THEMES], 0.55)):
        found = ThemeModel(themes).fit(papers)
        figures = named_figures(found.memberships, report)
        assert figures["f1"].iloc[-1] >= least, figures.to_string()
