"""What the tests of the figures read from them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from papertrends.tables import THEMES, conform


def points(figure) -> dict[tuple, tuple]:
    """Return customdata -> (x, y, hover) of every point that can be clicked."""
    found = {}
    for trace in figure.data:
        if trace.customdata is None:
            continue
        told = trace.hovertext
        if isinstance(told, str):  # one for all points
            told = [told] * len(trace.x)
        for key, x, y, hover in zip(trace.customdata, trace.x, trace.y, told, strict=True):
            found[tuple(key)] = (x, y, hover)
    return found


def all_text(figure) -> str:
    hovers = [t.hovertext for t in figure.data if t.hovertext is not None]
    flat = np.array(list(itertools.chain.from_iterable(np.ravel(h) for h in hovers)), dtype=object)
    notes = [note.text for note in figure.layout.annotations]
    return "\n".join([*map(str, flat), *notes, *(str(t.name) for t in figure.data)])


def themes_of(*ids: str, kind: str = "named") -> pd.DataFrame:
    return conform(
        pd.DataFrame(
            {"theme_id": list(ids), "name": [f"Theme {i}" for i in ids],
             "kind": kind, "n_papers": range(len(ids))}
        ),
        THEMES,
    )  # fmt: skip
