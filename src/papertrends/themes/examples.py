"""The papers that a user gave as examples of a theme.

Must not judge whether they are good ones.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.errors import InputError
from papertrends.papers import title_key
from papertrends.themes.theme import Theme

#: By theme id: which papers are examples of it, which are not-examples.
Masks = Mapping[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]


def examples_among(themes: tuple[Theme, ...], unique: pd.DataFrame) -> Masks:
    """Find the examples and not-examples of each theme among the papers.

    Parameters
    ----------
    themes : tuple of Theme
    unique : pandas.DataFrame
        A papers table with one row a paper.

    Returns
    -------
    mapping of str to two arrays of bool, shape (n_papers,)
        By theme id: which papers are examples of it, which are not-examples.

    Raises
    ------
    InputError
        If one is no paper of the table, or is both.
    """
    rows = _rows(unique)
    masks = {}
    for theme in themes:
        examples = _mask(rows, len(unique), theme, theme.examples, "example")
        not_examples = _mask(rows, len(unique), theme, theme.not_examples, "not-example")
        if (examples & not_examples).any():
            both = unique.loc[examples & not_examples, "paper_id"].iloc[0]
            raise InputError(
                f"'{both}' is both an example and a not-example of the theme '{theme.title}'",
                "keep it in one of them",
            )
        masks[theme.theme_id] = (examples, not_examples)
    return masks


def part_of(masks: Masks, rows: NDArray[np.int64]) -> Masks:
    """Return the masks of some rows of the papers."""
    return {key: (some[rows], others[rows]) for key, (some, others) in masks.items()}


def shown_in(masks: Masks, n_papers: int) -> NDArray[np.bool_]:
    """Return which papers are an example or a not-example of any theme, shape (n_papers,)."""
    shown = np.zeros(n_papers, dtype=bool)
    for examples, not_examples in masks.values():
        shown |= examples | not_examples
    return shown


def _rows(unique: pd.DataFrame) -> dict[str, int]:
    """Return the row of each paper by all that it can be called."""
    rows: dict[str, int] = {}
    for row, paper in enumerate(
        zip(unique["paper_id"], unique["arxiv_id"], unique["title"], strict=True)
    ):
        paper_id, arxiv_id, title = paper
        for key in (
            title_key(title),
            str(arxiv_id),
            str(paper_id).removeprefix("arxiv:"),
            str(paper_id),
        ):
            rows.setdefault(key, row)
    rows.pop("", None)
    return rows


def _mask(
    rows: dict[str, int], n_papers: int, theme: Theme, given: tuple[str, ...], what: str
) -> NDArray[np.bool_]:
    found = np.zeros(n_papers, dtype=bool)
    for example in given:
        row = rows.get(example, rows.get(title_key(example)))
        if row is None:
            raise InputError(
                f"the {what} '{example}' of the theme '{theme.title}' is no paper here",
                "give a paper_id, an arXiv id or a title from the papers table",
            )
        found[row] = True
    return found
