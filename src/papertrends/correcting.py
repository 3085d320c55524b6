"""Corrections as steps of a store: a theme taught anew, or taking in others.

Must not read or write the store: it is given what the store remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from papertrends.encoders import EncoderLike, Vectors, cache_folder, encode_cached
from papertrends.meant import papers_meant, quoted
from papertrends.memory import Memory
from papertrends.runs import Step
from papertrends.tables import names_of
from papertrends.themes.corrections import Correction, taught
from papertrends.themes.examples import examples_among
from papertrends.themes.fitted import one_row_each
from papertrends.themes.named import describe
from papertrends.themes.search import find_named
from papertrends.themes.theme import Theme
from papertrends.updating import teacher_of


def vectors_of(memory: Memory, given: EncoderLike | None, texts: Sequence[str]) -> Vectors:
    """Return the vectors of names and descriptions, by the store's encoder or the one given."""
    return encode_cached(teacher_of(memory, given), texts, cache_folder())


def taught_anew(
    memory: Memory, given: EncoderLike | None, theme: Theme, told: str, merged: Sequence[str] = ()
) -> Step:
    """Learn one named theme anew from all papers."""
    corpus = memory.corpus()
    found = find_named(
        (theme,),
        vectors_of(memory, given, [describe(theme)]),
        corpus,
        memory.fitted.space,
        examples_among((theme,), one_row_each(memory.papers)),
    )
    correction = taught(
        memory.fitted,
        corpus,
        found.fitted[0],
        found.scores[:, 0],
        found.stability[0],
        told=told,
        names=all_names(memory),
        merged=merged,
    )
    return step_of(memory, correction)


def taken_in(memory: Memory, given: EncoderLike | None, keys: Sequence[str], target: str) -> Step:
    """Merge themes into a named one: their papers are examples, their words aliases."""
    theme = definition(memory, target)
    members = memory.fitted.memberships
    papers = sorted(set(members.loc[members["theme_id"].isin(keys), "paper_id"]))
    words = [
        word
        for key in keys
        if is_named(memory, key)
        for word in definition(memory, key).phrases
        if word not in theme.phrases
    ]
    no = papers_meant(memory, theme, theme.not_examples)
    yes = dict.fromkeys((*papers_meant(memory, theme, theme.examples), *papers))
    new = replace(
        theme,
        aliases=(*theme.aliases, *words),
        examples=tuple(one for one in yes if one not in no),
        not_examples=no,
    )
    told = f"it took in {quoted(memory.registry.name(key) for key in keys)}"
    return taught_anew(memory, given, new, told, merged=keys)


def all_names(memory: Memory) -> dict[str, str]:
    """Return what each theme there ever was is called."""
    rows = memory.registry.themes
    return names_of(rows)


def is_named(memory: Memory, key: str) -> bool:
    """Say whether a theme is found by its words."""
    return key in {one.theme.theme_id for one in memory.fitted.named}


def definition(memory: Memory, key: str) -> Theme:
    """Return what a theme is found by; of a discovered one its name and its papers."""
    for one in memory.fitted.named:
        if one.theme.theme_id == key:
            return one.theme
    members: pd.DataFrame = memory.fitted.memberships
    papers = members.loc[members["theme_id"] == key, "paper_id"]
    return Theme(memory.registry.name(key), examples=tuple(sorted(papers)), id=key)


def step_of(memory: Memory, correction: Correction, names: dict[str, str] | None = None) -> Step:
    """Return the step that a correction is, with the names it gives."""
    plain = vars(correction)
    return Step(encoded=memory.encoded, lsa=memory.lsa, names=names or {}, **plain)
