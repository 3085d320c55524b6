"""A few made-up papers, to try things out on; the examples of the documentation use them.

Must not be used by anything else of the package.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd

from papertrends.progress import silent

_TITLES = {
    "2025-07-31": (
        "Prompt tuning for charts",
        "Soft prompts for medical images",
        "Process reward models for proofs",
        "Grasping with two robot arms",
        "A robot hand that folds cloth",
        "Robot manipulation from touch",
        "Grasp planning for cluttered bins",
        "Imitation learning for robot arms",
    ),
    "2025-08-05": (
        "Prompt learning without labels",
        "Learnable prompts for satellite images",
        "Prompt tuning on a phone",
        "Process reward models for code",
        "Robot grasping of glass",
        "Teaching a robot arm to pour",
    ),
}


def some_papers() -> pd.DataFrame:
    """Return fourteen made-up papers of two digests.

    Returns
    -------
    pandas.DataFrame
        With ``paper_id``, ``title``, ``abstract``, ``digest_date`` and ``position``, as
        `papertrends.load_papers` returns them.

    Examples
    --------
    >>> some_papers()["title"].iloc[0]
    'Prompt tuning for charts'
    """
    rows = [
        (title, f"{title}: we say how it is done, and measure it.", pd.Timestamp(day), position)
        for day, titles in _TITLES.items()
        for position, title in enumerate(titles, 1)
    ]
    papers = pd.DataFrame(rows, columns=["title", "abstract", "digest_date", "position"])
    papers.insert(0, "paper_id", [f"p{number:02}" for number in range(1, len(rows) + 1)])
    return papers


def some_trends() -> pd.DataFrame:
    """Return a trends table of two made-up themes over twelve months of a hundred papers.

    Returns
    -------
    pandas.DataFrame
        With ``theme_id``, ``period``, ``n_theme``, ``n_papers`` and ``partial``: ``agents``
        become more from July on, ``parsing`` stays where it is.

    Examples
    --------
    >>> some_trends().groupby("theme_id")["n_theme"].sum().to_dict()
    {'agents': 177, 'parsing': 122}
    """
    months = pd.date_range("2025-01-01", periods=12, freq="MS").as_unit("ns")
    counts = {
        "agents": (4, 6, 5, 4, 6, 5, 21, 24, 23, 26, 25, 28),
        "parsing": (10, 11, 9, 10, 12, 10, 9, 11, 10, 10, 11, 9),
    }
    rows = [
        (theme, month, n_theme, 100, False)
        for theme, numbers in counts.items()
        for month, n_theme in zip(months, numbers, strict=True)
    ]
    columns = ["theme_id", "period", "n_theme", "n_papers", "partial"]
    return pd.DataFrame(rows, columns=columns)


def some_folder() -> Path:
    """Return a new empty folder, which is gone when Python ends.

    Examples
    --------
    >>> list(some_folder().iterdir())
    []
    """
    folder = Path(tempfile.mkdtemp(prefix="papertrends-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def some_store() -> Path:
    """Return the path of a new store with these papers in it.

    Examples
    --------
    >>> some_store().name
    'papers.duckdb'
    """
    return Path(shutil.copy(_made(), some_folder()))


@cache
def _made() -> Path:
    """Return the store that the others are copies of."""
    from papertrends.analysis import analyse

    folder = some_folder()
    some_papers().drop(columns="paper_id").to_csv(folder / "papers.csv", index=False)
    analyse(folder / "papers.csv", store=folder / "papers.duckdb", progress=silent)
    return folder / "papers.duckdb"
