"""A store as someone in a notebook sees it: its tables as DataFrames.

Must not change the store: what it hands out are copies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from papertrends.errors import InputError, did_you_mean
from papertrends.store.contents import Contents
from papertrends.store.database import read_store, write_store
from papertrends.store.locking import locked, real_place
from papertrends.store.schema import TABLES


def open_store(path: str | PathLike[str]) -> Store:
    """Open the store that ``papertrends report --store`` has made.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    Store
        As the file is now; later runs do not change it.

    Raises
    ------
    InputError
        If there is no store, it is damaged, in use by another program, or of a version
        that this one cannot read.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_store
    >>> store = pt.open_store(some_store())
    >>> store
    Store of 14 papers in 2 digests, 4 themes, 1 run: see .themes, .what_changed, .history
    """
    place = as_path(path)
    return Store(place, read_store(place))


def as_path(given: str | PathLike[str]) -> Path:
    """Return where a store is, or raise an `InputError` if that is no path."""
    if not isinstance(given, str | PathLike):
        raise InputError(
            f"the store is a {type(given).__name__}, not a path",
            "give the path of the file that 'papertrends report --store' has made",
        )
    return Path(given)


@dataclass(frozen=True, repr=False)
class Store:
    """What a store held when it was opened.

    Each table is an attribute of its name: ``store.papers``, ``.digests``, ``.files``,
    ``.themes``, ``.memberships``, ``.unassigned``, ``.near_misses``, ``.map``,
    ``.volume``, ``.jumps``, ``.trends``, ``.curves``, ``.changes``, ``.events``,
    ``.sensitivity``, ``.other_trends``, ``.other_curves``, ``.other_changes``,
    ``.looks``, ``.what_changed``, ``.moves``, ``.history``, ``.registry``,
    ``.runs``. They are copies: editing one changes nothing.

    Attributes
    ----------
    path : Path
        Where it was opened.
    contents : Contents
        All of it, the fitted model included.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_store
    >>> store = pt.open_store(some_store())
    >>> store.themes["name"].tolist()
    ['fine-tuning', 'process reward models', 'prompt learning', 'Robot']
    """

    path: Path
    contents: Contents

    @property
    def reduced(self) -> bool:
        """Whether vectors and model were left out, so that nothing can be added."""
        return self.contents.reduced

    @property
    def vectors(self) -> pd.DataFrame:
        """The vectors, a row of float32 for each paper, shape (n, d + k).

        The index is ``paper_id``; ``vectors["encoded"]`` has the `d` columns of the
        encoder, ``vectors["lsa"]`` the `k` of the word space. Without rows and columns
        if the store is reduced.
        """
        kinds = (("encoded", self.contents.encoded), ("lsa", self.contents.lsa))
        columns = [(name, number) for name, kind in kinds for number in range(kind.shape[1])]
        return pd.DataFrame(
            np.hstack([kind for _, kind in kinds]),
            index=pd.Index(self.contents.paper_ids, name="paper_id", dtype="str"),
            columns=pd.MultiIndex.from_tuples(columns, names=["kind", "number"])
            if columns
            else None,
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by its name, as copies.

        Returns
        -------
        dict of str to pandas.DataFrame
            Copies.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> sorted(pt.open_store(some_store()).tables())[:3]
        ['changes', 'curves', 'digests']
        """
        return {name: getattr(self, name) for name in TABLES}

    def write_reduced(self, path: str | PathLike[str]) -> None:
        """Write a smaller copy without vectors and model, for passing on.

        Any DuckDB opens it, and so does `open_store`; ``papertrends update`` refuses it.

        Parameters
        ----------
        path : str or path-like
            A new file, or a reduced store to be replaced.

        Raises
        ------
        InputError
            If something else is there, or it cannot be written.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_store
        >>> path = some_store()
        >>> pt.open_store(path).write_reduced(path.with_name("small.duckdb"))
        >>> pt.open_store(path.with_name("small.duckdb")).reduced
        True
        """
        target = Path(path)
        with locked(target):
            if real_place(target).exists() and not read_store(target).reduced:
                raise InputError(
                    "this is a store with vectors and model, which a reduced one must not replace",
                    "name a new file",
                    file=str(target),
                )
            nothing = np.zeros((0, 0), dtype=np.float32)
            reduced = replace(
                self.contents,
                paper_ids=(),
                encoded=nothing,
                lsa=nothing,
                parts={},
                arrays={},
                reduced=True,
            )
            write_store(target, reduced)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise AttributeError(f"a store has no table '{name}'; {did_you_mean(name, TABLES)}")
        return self.contents.tables[name].copy()

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *TABLES})

    def __repr__(self) -> str:
        tables = self.contents.tables
        kind = "Reduced store (without vectors and model: to read, not to update)"
        counts = (
            f"{kind if self.reduced else 'Store'} of "
            f"{_counted(tables['papers']['paper_id'].nunique(), 'paper')} in "
            f"{_counted(len(tables['digests']), 'digest')}, "
            f"{_counted(len(tables['themes']), 'theme')}, "
            f"{_counted(len(tables['runs']), 'run')}"
        )
        return f"{counts}: see .themes, .what_changed, .history"

    def _repr_html_(self) -> str:
        tables = self.contents.tables
        rows = "".join(
            f"<tr><td>.{escape(name)}</td><td>{len(tables[name]):,}</td></tr>" for name in TABLES
        )
        return (
            f"<p>{escape(repr(self))}</p><details><summary>{escape(str(self.path))}</summary>"
            f"<table><tr><th>table</th><th>rows</th></tr>{rows}</table></details>"
        )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
