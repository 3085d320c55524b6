"""Words for discovered themes: the phrases of papers, and those that set a group apart.

Must not cluster: it words groups of papers that somebody else has formed. Which
phrase is the label is decided in ``label_choice.py``, which are the keywords in
``keywords.py``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.keywords import POOL, going_together
from papertrends.themes.label_choice import choose_label, joined, keys_of, words_key
from papertrends.themes.stopwords import BREAKS, GENERIC

MAX_WORDS = 3
N_KEYWORDS = 8

_MULTIWORD_BONUS = 1.5
#: How many labels' worth a phrase gains when every title of the theme has it.
_TITLE_BONUS = 1.0

_TOKEN = re.compile(r"[^\W_]+(?:[-‐‑'’][^\W_]+)*|[^\w\s]|_")
#: Numbers, and names of models and benchmarks (Qwen2.5, AIME24); 2D and 3D are words.
_NUMBERED = re.compile(r"^(?![234][dD]\b).*\d")
_POSSESSIVE = re.compile(r"['’]s$")
_LATEX = re.compile(r"\\[a-zA-Z]+|[{}$^\\]|https?://\S+|www\.\S+")


@dataclass(frozen=True)
class Wording:
    """The words of one theme.

    Attributes
    ----------
    label : str
        A phrase that names it.
    keywords : tuple of str
        The phrases that set its papers apart, the strongest first.
    """

    label: str
    keywords: tuple[str, ...]


def candidates(text: str) -> tuple[tuple[str, str], ...]:
    """Return the phrases of `text` as pairs of normal form and form as written.

    A phrase is one to three neighbouring words with no stop word and no
    punctuation between them; its normal form is in lower case with the last
    word in the singular, so that plurals are one phrase.
    """
    return tuple(
        (normal_form(run[start:end]), " ".join(run[start:end]))
        for run in _runs(text)
        for start in range(len(run))
        for end in range(start + 1, min(start + MAX_WORDS, len(run)) + 1)
        if _is_phrase(run[start:end])
    )


def normal_form(written: Sequence[str]) -> str:
    """Return the form under which spellings of one phrase are counted together."""
    folded = [word.casefold().replace("‑", "-").replace("‐", "-") for word in written]
    return " ".join([*folded[:-1], _singular(folded[-1])])


def phrase_analyzer(text: str) -> list[str]:
    """Return the normal forms of the phrases of `text`, as a vectorizer's analyzer."""
    return [form for form, _ in candidates(text)]


def vocabulary(texts: Sequence[str], *, min_papers: int = 2) -> list[str]:
    """Return the phrases that stand in at least `min_papers` of the texts, sorted."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(phrase_analyzer(text)))
    return sorted(form for form, count in counts.items() if count >= min_papers)


@dataclass(frozen=True)
class Phrasing:
    """The phrases of n papers, read once.

    Attributes
    ----------
    present : tuple of mapping of str to int, length n
        How often each normal form stands in each paper.
    titled : tuple of set of str, length n
        Normal forms in its title.
    written : dict of str to str
        The commonest way each form is written.
    """

    present: tuple[Mapping[str, int], ...]
    titled: tuple[set[str], ...]
    written: dict[str, str]

    @classmethod
    def of(cls, titles: Sequence[str], texts: Sequence[str]) -> Phrasing:
        """Read titles, and titles with abstracts, of n papers."""
        forms, words = _Forms(), _Words()
        said: Counter[str] = Counter()
        present = []
        for text in texts:
            written = _plain_phrases(text, words)
            said.update(written)
            present.append(dict(Counter(map(forms.__getitem__, written))))
        spellings: dict[str, list[str]] = defaultdict(list)
        for written_so in said:
            spellings[forms[written_so]].append(written_so)
        written_as = {
            form: min(some, key=lambda one: (-said[one], one)) for form, some in spellings.items()
        }
        titled = tuple(
            {forms[written] for written in _plain_phrases(title, words)} for title in titles
        )
        return cls(tuple(present), titled, written_as)

    @cached_property
    def vocabulary(self) -> list[str]:
        """The phrases that stand in two papers or more, sorted."""
        having = Counter(form for forms in self.present for form in forms)
        return sorted(form for form, count in having.items() if count >= 2)

    @cached_property
    def counts(self) -> Any:
        """How often each phrase of `vocabulary` stands in each paper, a sparse matrix."""
        from scipy.sparse import csr_matrix

        column = {form: place for place, form in enumerate(self.vocabulary)}
        columns: list[int] = []
        counts: list[int] = []
        starts = [0]
        for forms in self.present:
            known = [(column[form], count) for form, count in forms.items() if form in column]
            columns += [place for place, _ in known]
            counts += [count for _, count in known]
            starts.append(len(columns))
        shape = (len(self.present), len(column))
        return csr_matrix((np.array(counts, dtype=np.float64), columns, starts), shape=shape)


def word_themes(
    phrasing: Phrasing,
    groups: Mapping[int, NDArray[np.int64]],
    weights: Mapping[int, Mapping[str, float]] | None = None,
    *,
    among: NDArray[np.int64] | None = None,
    taken: Collection[str] = (),
    beside: Collection[str] = (),
) -> dict[int, Wording]:
    """Name groups of papers, each differently.

    Parameters
    ----------
    phrasing : Phrasing
        Of n papers.
    groups : mapping of group to numpy.ndarray
        Rows of the papers in each group.
    weights : mapping of group to mapping of phrase to float, optional
        How much each phrase sets the group apart (c-TF-IDF); the phrases to choose
        from. Without it all phrases of the group's papers are.
    among : numpy.ndarray, optional
        Rows of the papers that the groups are set apart from; all of them unless given.
    taken : collection of str
        Labels that are in use already.
    beside : collection of str, optional
        Keywords of the broader theme the groups lie under: they set none of them apart.

    Returns
    -------
    dict of group to Wording
        Larger groups choose first; no two labels have the same words.
    """
    rows = range(len(phrasing.present)) if among is None else among.tolist()
    present = [phrasing.present[row] for row in rows]
    spread: Counter[str] = Counter(form for forms in present for form in forms)
    written = phrasing.written
    used = {key for label in taken for key in keys_of(label)}
    known = {words_key(keyword) for keyword in beside}
    wordings = {}
    for group in sorted(groups, key=lambda g: (-len(groups[g]), g)):
        papers = [phrasing.present[row] for row in groups[group]]
        headed = [phrasing.titled[row] for row in groups[group]]
        chosen = weights[group] if weights else dict.fromkeys(set().union(*papers), 1.0)
        ranked = _ranked(chosen, papers, headed, spread, len(rows))
        label = choose_label(ranked, papers, headed, used)
        used |= {key for phrase in (*label, " ".join(label)) for key in keys_of(phrase)}
        own = _without_twins(form for form in ranked if words_key(form) not in known)
        keywords = going_together({form: ranked[form] for form in own}, present, N_KEYWORDS)
        wordings[group] = Wording(
            joined([written.get(form, form) for form in label]),
            tuple(written.get(form, form) for form in keywords),
        )
    return wordings


def _ranked(
    weights: Mapping[str, float],
    papers: Sequence[Collection[str]],
    headed: Sequence[set[str]],
    spread: Mapping[str, int],
    n_all: int,
) -> dict[str, float]:
    """Return phrases by how many of the group's papers have them and how few others do."""
    inside = Counter(form for forms in papers for form in forms)
    titled = Counter(form for forms in headed for form in forms)
    n_inside = len(papers)

    def strength(form: str) -> float:
        covered = inside[form] / n_inside
        elsewhere = (spread[form] - inside[form] + 0.5) / (n_all - n_inside + 1.0)
        lift = max(float(np.log((covered + 0.5 / n_inside) / elsewhere)), 0.0)
        bonus = _MULTIWORD_BONUS if " " in form or "-" in form else 1.0
        return (covered + _TITLE_BONUS * titled[form] / n_inside) * lift * bonus

    strengths = {form: strength(form) for form in weights if inside[form] >= min(2, n_inside)}
    ordered = sorted(strengths, key=lambda form: (-strengths[form], -weights[form], form))
    return {form: strengths[form] for form in ordered}


def _without_twins(ranked: Iterable[str]) -> list[str]:
    """Return the strongest phrases, without parts and extensions of stronger ones."""
    kept: dict[str, set[str]] = {}
    for form in ranked:
        parts = set(words_key(form))
        if not any(parts <= other or parts >= other for other in kept.values()):
            kept[form] = parts
            if len(kept) == POOL:
                break
    return list(kept)


@lru_cache(maxsize=100_000)
def _plain_case(word: str) -> str:
    """Lower a word that is capitalised as a sentence or title would; keep CLIP and LoRA."""
    parts = re.split(r"(-)", word)
    return "".join(part.lower() if part[1:].islower() or len(part) == 1 else part for part in parts)


@lru_cache(maxsize=100_000)
def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics", "as")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "ches", "shes", "xes", "zes")) else word[:-1]


def _is_phrase(written: Sequence[str]) -> bool:
    """Say whether the words name something: not all generic, none a bare letter or a number."""
    specific = [word for word in written if word.casefold() not in GENERIC]
    return bool(specific) and all(len(word) > 2 or word.isupper() for word in specific)


def _runs(text: str) -> Iterator[list[str]]:
    """Yield runs of words that no stop word, number or punctuation interrupts."""
    run: list[str] = []
    for token in _tokens(text):
        word = _word(token)
        if word:
            run.append(word)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_LATEX.sub(" ; ", text))


def _word(token: str) -> str:
    """Return the word that a token is, empty for what interrupts a run of words."""
    stops = token.casefold() in _stop_words() or _NUMBERED.search(token)
    return "" if not token[0].isalnum() or stops else _POSSESSIVE.sub("", token)


class _Words(dict[str, tuple[str, bool] | None]):
    """By token: the word as written in a sentence, and whether it is specific.

    None for what no phrase can hold: stop words, punctuation, bare letters. One for a
    corpus, as most tokens of a text stand in others, too.
    """

    def __missing__(self, token: str) -> tuple[str, bool] | None:
        word = _word(token)
        specific = bool(word) and word.casefold() not in GENERIC
        kept = bool(word) and (not specific or _is_phrase([word]))
        self[token] = found = (_plain_case(word), specific) if kept else None
        return found


class _Forms(dict[str, str]):
    """By phrase as written: its normal form."""

    def __missing__(self, written: str) -> str:
        self[written] = form = normal_form(written.split(" "))
        return form


def _plain_phrases(text: str, known: _Words) -> list[str]:
    """Return the phrases of `text`, as `candidates` does, as written in a sentence."""
    found = []
    last = before = None
    for token in _tokens(text):
        word = known[token]
        if word is None:
            last = before = None
            continue
        written, specific = word
        if specific:
            found.append(written)
        if last is not None:
            two = f"{last[0]} {written}"
            if specific or last[1]:
                found.append(two)
            if before is not None and (specific or last[1] or before[1]):
                found.append(f"{before[0]} {two}")
        before, last = last, word
    return found


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) | BREAKS
