"""New dumps for a store: what is new is added, what was there stays what it was.

The stages in a row once more, from new dumps to the store's next state and its
`Analysis`. Must not hold any method of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.arrivals import Arrivals, arrive
from papertrends.cores import one_thread
from papertrends.dumps.inputs import Inputs, as_paths
from papertrends.encoders import (
    LSA,
    Encoder,
    EncoderLike,
    GivenVectors,
    cache_folder,
    resolve_encoder,
)
from papertrends.errors import InputError
from papertrends.memory import Memory, contents_of, memory_of
from papertrends.papers import load
from papertrends.progress import Progress, showing
from papertrends.refitting import refitted
from papertrends.report.history import Since
from papertrends.results import Analysis
from papertrends.runs import Step, conclude
from papertrends.store import as_path, locked, read_store, write_store
from papertrends.tables import names_of
from papertrends.themes.bounded import imitation
from papertrends.themes.discovered import MIN_PAPERS
from papertrends.themes.evidence import texts_of
from papertrends.themes.fitted import (
    Fitted,
    corpus_from,
    one_row_each,
    texts_of_papers,
)
from papertrends.themes.fitted import encoder_of as fitted_encoder_of
from papertrends.themes.founding import Founded, barred, founded, is_named_already
from papertrends.themes.growth import take_in, with_themes
from papertrends.themes.model import ThemeModel
from papertrends.themes.newcomers import find_newcomers
from papertrends.themes.registry import ThemeEvent, most_typical

_LOG = logging.getLogger(__name__)


def update(
    inputs: Inputs = (),
    *,
    store: str | Path,
    refit: bool = False,
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    papers_known: str | Path | None = None,
    encoder: EncoderLike | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Add new dumps to a store, and tell what they changed.

    What the store has already is left out, and only papers it never met are
    embedded. Papers that were there keep their themes; new ones are assigned to
    them, and new themes are looked for among those that fit none. Themes that were
    learned from fewer than eight papers are learned anew with the next ones.

    Parameters
    ----------
    inputs : path, or iterable of paths
        As for `analyse`; none at all to refit, or to have the analysis of the store.
    store : path
        A file that ``analyse(..., store=...)`` has made.
    refit : bool, default False
        Learn the themes anew from all papers. A theme that the papers still bear
        out keeps its id, its name and its papers; others are merged, split or
        retired, and that is written down in the history.
    year : int, optional
        The year of digests whose date is written without one.
    columns, papers_known
        How tables call the fields of a paper, and a look-up table of known papers:
        see `load_papers`.
    encoder : Encoder or what can be made one, optional
        The encoder that the store was made with, if it was one of your own; vectors by
        ``paper_id`` where it was made with vectors.
    progress : Progress, optional
        Told as ``progress(stage, done, total)`` how far it is; without it, bars are
        shown in Jupyter and nothing elsewhere.

    Returns
    -------
    Analysis
        Of everything in the store; its ``news`` say what this run did. Without
        anything new the store is left as it is, to the byte.

    Raises
    ------
    InputError
        If an input or the store is at fault. The store is as it was then.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers, some_store
    >>> store = some_store()
    >>> new = some_papers().tail(2).drop(columns="paper_id")
    >>> new["title"], new["digest_date"] = ["Prompts for maps", "Robot legs"], "2025-08-12"
    >>> new.to_csv(store.parent / "new.csv", index=False)
    >>> analysis = pt.update(store.parent / "new.csv", store=store)
    >>> len(analysis.papers)
    16
    """
    path = as_path(store)
    if not path.exists():
        raise InputError(
            "there is no such store", "make it with 'papertrends report --store'", file=str(path)
        )
    with showing(progress) as told, locked(path, progress=told):
        memory = memory_of(read_store(path), str(path))
        given = as_paths(inputs)
        arrivals = Arrivals.none(memory.papers)
        if given:
            loaded = load(given, year=year, columns=columns, papers_known=papers_known)
            arrivals = arrive(memory.papers, memory.sources, loaded)
            _LOG.info("%d papers are new to the store %s", len(arrivals.new_ids), path)
        if arrivals.is_empty and not refit:
            return analysis_of(memory, news=_nothing_new(arrivals))
        # Of so few papers no themes were discovered, and hardly a word of the field is known.
        refit = refit or (bool(arrivals.new_ids) and memory.n_learned < MIN_PAPERS)
        after = _next(memory, arrivals, refit, encoder_of(memory, encoder), told)
        write_store(path, contents_of(after))
    return analysis_of(after, news=news_of(after, arrivals))


def analysis_of(memory: Memory, *, news: Sequence[str] = ()) -> Analysis:
    """Return the analysis of all that a store remembers."""
    model = ThemeModel.of(
        memory.fitted,
        memory.themes_asked,
        encoder=str(memory.settings["encoder_asked"]),
        seed=int(memory.settings["seed"]),
    )
    return Analysis(
        memory.tables,
        memory.load_report(),
        model,
        memory.settings,
        memory.versions,
        memory.remarks(),
        tuple(news),
        _since(memory),
    )


def _since(memory: Memory) -> Since:
    """Return what the report tells of the last run."""
    run, runs = memory.compared_run, memory.runs
    came = dict(zip(memory.files["source"], memory.files["run"], strict=True))
    known = memory.registry.themes
    return Since(
        run=run,
        refit=str(runs.loc[runs["run"] == run, "command"].iloc[0]).endswith("--refit"),
        added=memory.papers[memory.papers["source"].map(came) == run].reset_index(drop=True),
        names=names_of(known),
    )


def encoder_of(memory: Memory, given: EncoderLike | None = None) -> Encoder:
    """Return the encoder that a store was made with.

    Raises
    ------
    InputError
        If `given` is another one, or one of the user's own has to be given again.
    """
    asked = str(memory.settings["encoder_asked"]) if given is None else given
    if memory.fitted.distilled is not None and given is None:
        return memory.fitted.distilled
    return fitted_encoder_of(memory.fitted, asked, of="store")


def teacher_of(memory: Memory, given: EncoderLike | None = None) -> Encoder:
    """Return the encoder that names and descriptions of themes are read by.

    That of the papers or, where theirs was distilled, the one that taught it: it knows
    words that no paper has. Where vectors were given, what the papers' words tell of them.
    """
    if memory.fitted.distilled is not None and given is None:
        return resolve_encoder("minilm")
    encoder = encoder_of(memory, given)
    if isinstance(encoder, GivenVectors):
        texts = texts_of_papers(one_row_each(memory.papers))
        return imitation(texts, LSA.fit(texts), memory.encoded, encoder.name)
    return encoder


def _next(
    memory: Memory, arrivals: Arrivals, refit: bool, encoder: Encoder, progress: Progress
) -> Memory:
    """Return what is to be remembered after a run."""
    unique = one_row_each(arrivals.papers)
    new = unique[unique["paper_id"].isin(arrivals.new_ids)].reset_index(drop=True)
    with one_thread():
        encoded, lsa = memory.fitted.vectors(
            texts_of_papers(new),
            encoder,
            cache_folder(),
            progress=progress,
            paper_ids=new["paper_id"].tolist(),
        )
        step = _assigned(memory, new, encoded, lsa)
        if refit:
            step = refitted(memory, step, arrivals.papers, progress)
        else:
            step = _with_new_themes(memory, step, arrivals)
    command = "update --refit" if refit else "update"
    return conclude(memory, step, arrivals, command=command, by="refit" if refit else "update")


def _assigned(
    memory: Memory, new: pd.DataFrame, encoded: NDArray[np.float32], lsa: NDArray[np.float32]
) -> Step:
    """Put new papers (one row each) into the themes there are."""
    if new.empty:
        return Step(memory.fitted, memory.encoded, memory.lsa)
    fitted = take_in(memory.fitted, corpus_from(new, encoded, lsa), memory.joined)
    ids = [*memory.fitted.map["paper_id"], *new["paper_id"]]
    order = np.argsort(np.array(ids, dtype=object), kind="stable")
    return Step(
        fitted,
        np.vstack([memory.encoded, encoded])[order],
        np.vstack([memory.lsa, lsa])[order],
    )


def _with_new_themes(memory: Memory, step: Step, arrivals: Arrivals) -> Step:
    """Look for new themes among the papers that fit none."""
    corpus = corpus_from(one_row_each(arrivals.papers), step.encoded, step.lsa)
    ids = np.array(corpus.paper_ids, dtype=object)
    learned = memory.run_learned
    came = memory.paper_runs()
    arrived = np.isin(ids, [*arrivals.new_ids, *came.index[came > learned]])
    loose = step.fitted.unassigned["paper_id"].to_numpy(dtype=object)
    free = np.isin(ids, [*arrivals.new_ids, *loose])
    free &= ~barred(corpus, step.fitted.centroids, memory.barred)
    # Papers of a theme that was new a while ago are no news: it would be found once more.
    settled = _in_young_themes(memory, step.fitted.memberships, ids, learned)
    free, arrived = free & ~settled, arrived & ~settled
    newcomers = find_newcomers(corpus.encoded, texts_of(corpus), free=free, arrived=arrived)
    named = [one.theme.theme_id for one in step.fitted.named]
    there = [
        is_named_already(one.rows, corpus, step.fitted.memberships, named, free | arrived)
        for one in newcomers
    ]
    groups = [one for one, known in zip(newcomers, there, strict=True) if not known]
    if not groups:
        return step
    themes = founded(
        [one.rows for one in groups],
        [one.stability for one in groups],
        corpus,
        taken=list(memory.tables.themes["name"]),
        used=memory.registry.used,
    )
    fitted = with_themes(step.fitted, themes, corpus, arrivals.new_ids)
    events = tuple(_born(theme, fitted, arrivals.new_ids) for theme in themes)
    return replace(step, fitted=fitted, events=events)


def _born(theme: Founded, fitted: Fitted, new: frozenset[str]) -> ThemeEvent:
    came = sum(key in new for key in theme.paper_ids)
    older = len(theme.paper_ids) - came
    reason = f"{came:,} new {'paper stands' if came == 1 else 'papers stand'} apart from all themes"
    if older:
        reason += f", with {older:,} earlier {'one' if older == 1 else 'ones'} that fitted none"
    papers = most_typical(fitted.memberships, theme.theme_id)
    return ThemeEvent(theme.theme_id, "born", reason, papers=papers)


def _in_young_themes(
    memory: Memory, members: pd.DataFrame, ids: NDArray[np.object_], learned: int
) -> NDArray[np.bool_]:
    """Return which papers are in a theme that was born since the themes were learned."""
    history = memory.registry.history
    born = history[(history["event"] == "born") & (history["run"] > learned)]["theme_id"]
    inside = members.loc[members["theme_id"].isin(born), "paper_id"]
    return np.isin(ids, inside.to_numpy(dtype=object))


def _nothing_new(arrivals: Arrivals) -> tuple[str, ...]:
    if not arrivals.report.files:
        return ("nothing was given to add: the store is as it was",)
    return (
        *arrivals.report.sentences()[1:],
        "nothing new: the store has all of these papers already and is as it was",
    )


def news_of(after: Memory, arrivals: Arrivals) -> tuple[str, ...]:
    """Say what a run added and what became of the themes."""
    new = set(arrivals.new_ids)
    loose = int(after.fitted.unassigned["paper_id"].isin(new).sum())
    told: list[str] = []
    if arrivals.report.files:
        told = list(arrivals.report.sentences()[1:])
        told.append(
            f"added to the store: {len(arrivals.added):,} rows, {len(new):,} papers it had never "
            "met" + (f" ({loose:,} of them in no theme)" if new else "")
        )
    history = after.registry.history
    n_learned = int(after.runs["n_fitted"].iloc[-1])
    if n_learned:
        told.append(f"the themes were learned anew from {n_learned:,} papers")
    names = names_of(after.registry.themes)
    for row in history[history["run"] == after.next_run - 1].to_dict("records"):
        others = ", ".join(f"'{names[key]}'" for key in str(row["others"]).split(", ") if key)
        into = {"merged": " into ", "split": " into "}.get(str(row["event"]), " from ")
        told.append(
            f"theme '{names[row['theme_id']]}' {row['event']}{into + others if others else ''}: "
            f"{row['reason']}"
        )
    return tuple(told)
