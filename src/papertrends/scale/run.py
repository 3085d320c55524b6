"""An analysis over partitions: the stages in a row, each on a pool of workers.

Must not hold a method of its own, and must give what `papertrends.analyse` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from papertrends.analysis import Asked, concluded
from papertrends.beside import beside
from papertrends.dumps.inputs import Inputs
from papertrends.dumps.report import NearDuplicate
from papertrends.encoders import EncoderLike
from papertrends.papers.near_duplicates import pairs_of
from papertrends.progress import Progress, showing
from papertrends.results import Analysis
from papertrends.scale.connecting import pool_on
from papertrends.scale.counts import Counting, added_up
from papertrends.scale.datasets import check_new, write_datasets
from papertrends.scale.loading import load
from papertrends.scale.pools import Pool
from papertrends.scale.starting import Start, given_model, learned, restricted, sent_out
from papertrends.scale.steps import Part, part_of, partitions
from papertrends.themes.assigning import Assigned, with_rows
from papertrends.themes.checked import checked
from papertrends.themes.fitted import Fitted, one_row_each
from papertrends.themes.growth import recounted
from papertrends.themes.model import ThemeModel
from papertrends.themes.naming import Namer
from papertrends.themes.theme import Theme, as_themes
from papertrends.trends import check_options, resolve_period


def analyse(
    inputs: Inputs,
    *,
    cluster: Any,
    model: ThemeModel | str | Path | None = None,
    results: str | Path | None = None,
    themes: Iterable[str | Theme] | None = None,
    by: str = "auto",
    date: str = "digest",
    count: str = "every",
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    papers_known: str | Path | None = None,
    encoder: EncoderLike = "auto",
    seed: int = 0,
    labels_from: Namer | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Do what `papertrends.analyse` does, over partitions on the workers of a Dask cluster.

    The tables are the same, number for number. Files are read by the workers, which have to
    see them under the same paths; themes are learned here, from a sample if there are many
    papers, and the workers embed, assign and count all others. A worker that is lost costs
    the time for what it had in hand.

    Parameters
    ----------
    inputs : path, or iterable of paths
        As for `papertrends.analyse`.
    cluster : str, distributed.Client or None
        The scheduler's address, like ``tcp://127.0.0.1:8786``, or a client, which is left
        open. With None all is done in this process, partition by partition.
    model : ThemeModel or path, optional
        A fitted model, or a folder that `ThemeModel.save` has written: its themes are
        taken and none are learned. Papers that it was fitted on keep their memberships.
    results : path, optional
        A new folder for the tables as Parquet datasets, a folder a table. It is there
        when all of them are written, and not before.
    themes, encoder, seed
        As for `papertrends.analyse`; not with `model`, which has its own.
    by, date, count, year, columns, papers_known, labels_from, progress
        As for `papertrends.analyse`.

    Returns
    -------
    Analysis

    Raises
    ------
    MissingDependencyError
        If Dask is not installed.
    InputError
        If an input or an argument is at fault, there is no cluster or no worker, or a
        worker has another papertrends or other versions of what it computes with.
    """
    check_options(by, date, count)
    given = None if model is None else given_model(model, themes, encoder, seed)
    wanted = as_themes(themes if given is None else given.get_params()["themes"])
    if results is not None:
        check_new(Path(results))
    with showing(progress) as told, pool_on(cluster) as pool:
        sent = cache(partial(sent_out, pool, given))
        how: dict[str, Any] = {"year": year, "columns": columns, "papers_known": papers_known}
        with beside(told, "loading", sent) as hook:
            loaded = load(pool, inputs, **how, progress=hook)
        period = resolve_period(loaded.papers, by, date=date, count=count)
        asked = Asked(period, by, date, count, year)
        papers = checked(loaded.papers)
        unique = one_row_each(papers)
        if given is None:
            start = learned(pool, papers, wanted, encoder=encoder, seed=seed, progress=told)
        else:
            start = restricted(pool, unique, given, sent(), told)
        fitted, trends, alike = _over_partitions(pool, papers, unique, start, asked, told)
    loaded = replace(loaded, report=replace(loaded.report, near_duplicates=alike))
    made_with = start.model.get_params()
    analysis = concluded(
        loaded,
        ThemeModel.of(fitted, wanted, encoder=made_with["encoder"], seed=made_with["seed"]),
        asked,
        labels_from=labels_from,
        trends=trends,
        progress=progress,
    )
    if results is not None:
        write_datasets(analysis.tables, analysis.manifest(), Path(results))
    return analysis


def _over_partitions(
    pool: Pool,
    papers: pd.DataFrame,
    unique: pd.DataFrame,
    start: Start,
    asked: Asked,
    progress: Progress,
) -> tuple[Fitted, pd.DataFrame | None, tuple[NearDuplicate, ...]]:
    """Assign, count and compare all papers, of which `unique` has one row each.

    Returns
    -------
    fitted : Fitted
        With the rows of all papers.
    trends : pandas.DataFrame or None
        The trends table, where it can be counted over partitions.
    alike : tuple of NearDuplicate
    """
    settled = unique["paper_id"].isin(set(start.fitted.map["paper_id"])).to_numpy()
    listings = papers[["paper_id", "digest_date"]]
    known = partitions(unique[settled], listings, start.fitted.memberships)
    rest = partitions(unique[~settled], listings, None)
    counting = (
        Counting(asked.by, asked.count, start.fitted.theme_ids) if asked.date == "digest" else None
    )
    # What the statistics need is imported while others work.
    with beside(progress, "assigning", _import_statistics) as told:
        parts: list[Part] = pool.map(
            part_of,
            [*known, *rest],
            start.sent,
            pool.share(start.places),
            counting,
            stage="assigning",
            sizes=[len(one.papers) for one in (*known, *rest)],
            progress=told,
        )
    fitted = start.fitted
    rows = [part.rows for part in parts if part.rows is not None]
    if rows:
        fitted = with_rows(fitted, Assigned.joined(rows))
    if rows or start.recount:
        fitted = recounted(fitted, papers)
    trends = None
    counts = [part.counts for part in parts if part.counts is not None]
    if counting is not None:
        trends = added_up(counts, counting, papers["digest_date"].max())
    signatures = np.concatenate([part.signatures for part in parts])
    order = np.argsort(np.concatenate([np.flatnonzero(settled), np.flatnonzero(~settled)]))
    return fitted, trends, pairs_of(unique, signatures[order])


def _import_statistics() -> None:
    import_module("ruptures")
    import_module("scipy.stats")
