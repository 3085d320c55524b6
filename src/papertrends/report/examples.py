"""The papers shown in a theme's card, and why each belongs to it.

Why is told from what stands in the paper: the theme's words, however they are
inflected there, and the score. Must not decide what belongs to a theme.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from papertrends.drawing.looks import period_label
from papertrends.errors import InputError
from papertrends.report.links import safe_url
from papertrends.report.model import Belonging, Example, PaperRow, ThemeCard
from papertrends.report.words import capital, listing
from papertrends.themes.phrases import pattern_of, singular_acronym, stem, words
from papertrends.themes.theme import Theme

MOST_PAPERS = 3
"""So many papers are shown for their score, and as many others for their date."""
MOST_TERMS = 4
"""So many words of the theme are named for a paper."""
MOST_TITLE = 300
"""Longer titles are cut where a card shows them."""


# Scripts that put no space between words: there a word stands anywhere in a run of letters.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff]")


def terms_of(themes: pd.DataFrame, asked: Iterable[object]) -> dict[str, tuple[str, ...]]:
    """Return the words that tell each theme's papers.

    Parameters
    ----------
    themes : DataFrame
        The themes table.
    asked : iterable of mapping or str
        The themes asked for, as `Theme.as_dict` has them, or names alone.

    Returns
    -------
    dict of str to tuple of str
        By ``theme_id``: of a named theme its name and aliases, its name and keywords
        where it was given none; of a discovered one its keywords.
    """
    known: dict[str, Theme] = {}
    for theme in filter(None, map(_asked, asked)):
        known[theme.theme_id] = known[theme.title.casefold()] = theme
    told = {}
    for row in themes.to_dict("records"):
        name, keywords = str(row["name"]), words_of(str(row["keywords"]))
        terms = keywords or (name,)
        if row["kind"] == "named":
            meant = known.get(str(row["theme_id"])) or known.get(name.casefold())
            phrases = meant.phrases if meant else ()
            terms = (name, *phrases, *(() if len(phrases) > 1 else keywords))
        told[str(row["theme_id"])] = tuple(dict.fromkeys(terms))
    return told


def words_of(text: str) -> tuple[str, ...]:
    """Return the words that a cell of keywords lists."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def typical(card: ThemeCard, rows: Mapping[str, PaperRow]) -> tuple[Example, ...]:
    """Return the papers of a theme with the highest scores."""
    there = [paper for paper in card.papers if paper.paper_id in rows]
    return _examples(there[:MOST_PAPERS], card, rows)


def newest(card: ThemeCard, rows: Mapping[str, PaperRow]) -> tuple[Example, ...]:
    """Return others than the typical ones, from the newest digests, there by score."""
    there = [paper for paper in card.papers if paper.paper_id in rows][MOST_PAPERS:]
    # Papers stand by score, and sorting leaves those of one day in their order.
    there.sort(key=lambda paper: _day(rows[paper.paper_id]), reverse=True)
    return _examples(there[:MOST_PAPERS], card, rows)


def why(
    title: str, abstract: str, pattern: re.Pattern[str], score: float, *, found: bool = False
) -> str:
    """Say why a paper is in a theme, by the theme's words as they stand in the paper.

    Parameters
    ----------
    title, abstract : str
    pattern : re.Pattern
        Of the theme's words, as `words_pattern` makes it.
    score : float
    found : bool
        Whether the theme was found in the papers: then one word alone is no reason.

    Examples
    --------
    >>> pattern = words_pattern(["prompt tuning", "soft prompt"])
    >>> why("Prompt-tuning for graphs", "Soft prompts help.", pattern, 0.83)
    'Its title has “Prompt-tuning”; its abstract has “Soft prompts”. Score 0.83.'
    """
    in_title = _forms(pattern, title, {})
    in_abstract = _forms(pattern, abstract, in_title)
    named = list(in_title.values())[:MOST_TERMS]
    others = list(in_abstract.values())[: MOST_TERMS - len(named)]
    told = [
        f"its {place} has {listing([f'“{form}”' for form in forms])}"
        for place, forms in (("title", named), ("abstract", others))
        if forms
    ]
    if not told:
        told = ["none of the theme's words stand in it: it reads like the theme's other papers"]
    elif found and len(named) + len(others) == 1:
        told.insert(0, "it reads like the theme's other papers")
    return f"{capital('; '.join(told))}. Score {score:.2f}."


def words_pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """Compile one pattern for a theme's words, those that are a single letter left out.

    Examples
    --------
    >>> pattern = words_pattern(["prompt", "提示学习", "x"])
    >>> pattern.findall("我们研究提示学习 with x prompts")
    ['提示学习', 'prompts']
    """
    told = list(terms)
    unspaced = [term for term in told if _UNSPACED.search(term)]
    inflected = pattern_of(
        term for term in told if term not in unspaced and len("".join(words(term))) > 1
    )
    return re.compile("|".join([*map(re.escape, unspaced), inflected.pattern]))


def _forms(pattern: re.Pattern[str], text: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return how the words of a pattern stand in a text, the most frequent first, each once."""
    forms = [" ".join(match.group().split()) for match in pattern.finditer(text)]
    counts = Counter(map(_stem, forms))
    first = {_stem(form): form for form in reversed(forms)}
    return {key: first[key] for key, _ in counts.most_common() if key not in known}


def _stem(form: str) -> str:
    return stem("".join(words(singular_acronym(form).casefold())))


def _examples(
    papers: Iterable[Belonging],
    card: ThemeCard,
    rows: Mapping[str, PaperRow],
) -> tuple[Example, ...]:
    pattern, found = words_pattern(card.terms), card.kind != "named"
    return tuple(
        _example(rows[paper.paper_id], paper.score, pattern, found=found) for paper in papers
    )


def _example(row: PaperRow, score: float, pattern: re.Pattern[str], *, found: bool) -> Example:
    long = len(row.title) > MOST_TITLE
    return Example(
        paper_id=row.paper_id,
        title=f"{row.title[: MOST_TITLE - 1]}…" if long else row.title,
        url=safe_url(row.url),
        digest=period_label(pd.Timestamp(_day(row)), "digest"),
        score=score,
        why=why(row.title, row.abstract, pattern, score, found=found),
    )


def _day(row: PaperRow) -> str:
    return row.appearances[-1].digest


def _asked(given: object) -> Theme | None:
    """Read a theme of the settings; None for what is none."""
    if isinstance(given, Mapping):
        name, aliases, own = (given.get(key, "") for key in ("name", "aliases", "id"))
        try:
            return Theme(str(name), aliases=tuple(aliases or ()), id=str(own or ""))
        except InputError:
            return None
    return _asked({"name": given}) if isinstance(given, str) else None
