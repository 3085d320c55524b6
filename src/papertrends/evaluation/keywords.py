"""How good keywords are: whether those of a theme go together, and whether themes share them.

Takes plain lists of keywords and texts, so that the keywords of any tool are
measured by the same function. Must not know where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.phrases import stems, words

Form = tuple[str, ...]

#: How many of a theme's keywords count, unless said otherwise.
TOP = 10


@dataclass(frozen=True)
class KeywordFigures:
    """How good the keywords of a set of themes are.

    Attributes
    ----------
    npmi : float
        Mean coherence of the themes, -1 to 1; NaN if none has two keywords.
    diversity : float
        Part of all keywords that are unique, 0 to 1; NaN without keywords.
    by_theme : tuple of float, length t
        Coherence of each theme; NaN for one with fewer than two keywords.
    n_keywords : int
        Keywords that counted.
    n_absent : int
        Those of them that stand in no text.
    """

    npmi: float
    diversity: float
    by_theme: tuple[float, ...]
    n_keywords: int
    n_absent: int


def keyword_figures(
    keywords: Sequence[Sequence[str]], texts: Sequence[str], *, top: int = TOP
) -> KeywordFigures:
    """Measure coherence and diversity of the keywords of t themes.

    Keywords and texts are read alike: as runs of letters and digits, in lower
    case, without English inflections, so that "Reward models" is found in
    "reward-modeling". A keyword of several words is present where its words stand
    next to each other. Two keywords of a theme that are the same when read so
    count once for coherence and twice for diversity.

    Coherence is the normalised pointwise mutual information of two keywords'
    presence in the texts, averaged over the pairs of a theme and then over the
    themes. Two keywords that never meet in a text count -1, and so does each pair
    with a keyword that stands in no text at all: a word the texts do not have
    says nothing about them. Two that stand in every text count 0, as what is
    everywhere tells nothing.

    Parameters
    ----------
    keywords : sequence of sequences of str, length t
        The strongest first. Keywords without a letter or digit are ignored.
    texts : sequence of str, length n
        The corpus, a text a paper.
    top : int, default 10
        How many keywords of each theme count; all of them where there are fewer.

    Returns
    -------
    KeywordFigures

    References
    ----------
    Bouma 2009, "Normalized (pointwise) mutual information in collocation
    extraction"; Lau, Newman and Baldwin 2014 for the average over pairs; Dieng,
    Ruiz and Blei 2020, "Topic modeling in embedding spaces", for diversity.

    Examples
    --------
    >>> texts = ["cats purr", "a cat purrs", "dogs bark", "the dog barks"]
    >>> figures = keyword_figures([["cat", "purring"], ["dog", "cat"]], texts)
    >>> figures.by_theme, figures.diversity
    ((1.0, -1.0), 0.75)
    """
    read = [_forms(theme)[:top] for theme in keywords]
    all_forms = [form for theme in read for form in theme]
    forms = sorted(set(all_forms))
    present = presence(forms, texts)
    rows = {form: row for row, form in enumerate(forms)}
    by_theme = tuple(
        _coherence(present[[rows[form] for form in dict.fromkeys(theme)]]) for theme in read
    )
    absent = {form for form in forms if not present[rows[form]].any()}
    scored = [one for one in by_theme if not np.isnan(one)]
    return KeywordFigures(
        npmi=float(np.mean(scored)) if scored else float("nan"),
        diversity=len(forms) / len(all_forms) if all_forms else float("nan"),
        by_theme=by_theme,
        n_keywords=len(all_forms),
        n_absent=sum(form in absent for form in all_forms),
    )


def single_words(keywords: Iterable[Iterable[str]]) -> list[list[str]]:
    """Split the keywords of each theme into words, each once, in their order.

    For comparison with tools whose keywords are single words.

    Examples
    --------
    >>> single_words([["reward models", "process reward"]])
    [['reward', 'models', 'process']]
    """
    return [
        list(dict.fromkeys(word for keyword in theme for word in words(keyword.casefold())))
        for theme in keywords
    ]


def presence(forms: Sequence[Form], texts: Sequence[str]) -> NDArray[np.bool_]:
    """Say which of the `forms` (words without inflection) stand in which text, shape (m, n)."""
    rows = {form: row for row, form in enumerate(forms)}
    lengths = sorted({len(form) for form in forms})
    present = np.zeros((len(forms), len(texts)), dtype=bool)
    for column, text in enumerate(texts):
        run = stems(text)
        for length in lengths:
            windows = zip(*(run[start:] for start in range(length)), strict=False)
            for window in set(windows):
                if window in rows:
                    present[rows[window], column] = True
    return present


def _forms(keywords: Iterable[str]) -> list[Form]:
    return [form for form in (tuple(stems(keyword)) for keyword in keywords) if form]


def _coherence(present: NDArray[np.bool_]) -> float:
    """Return the mean NPMI of the pairs of rows of `present`, shape (k, n)."""
    if len(present) < 2 or not present.shape[1]:
        return float("nan")
    n_texts = present.shape[1]
    together = present.astype(np.int64) @ present.T.astype(np.int64)
    alone = np.diag(together)
    pairs = combinations(range(len(present)), 2)
    return float(np.mean([_npmi(together[i, j], alone[i], alone[j], n_texts) for i, j in pairs]))


def _npmi(both: int, one: int, other: int, n_texts: int) -> float:
    if both == 0:
        return -1.0
    if both == n_texts:
        return 0.0
    # Whole numbers as far as they go: keywords that always meet give 1, not nearly 1.
    return float(np.log(both * n_texts / (one * other)) / np.log(n_texts / both))
