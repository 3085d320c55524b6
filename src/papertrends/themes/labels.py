"""Words for discovered themes: candidate phrases, keywords and readable labels.

Must not cluster: it names groups of papers that somebody else has formed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.phrases import stem
from papertrends.themes.stopwords import BREAKS, GENERIC

MAX_WORDS = 3
N_KEYWORDS = 8

#: A label that covers fewer of its papers than this gets a second phrase beside it.
_COVERED = 0.5
_MULTIWORD_BONUS = 1.5
#: The part of its papers that must use a longer phrase for it to stand for the shorter.
_KEPT = 0.6
#: How far down the ranking a second phrase may stand.
_SECONDS = 8

#: How many labels' worth a phrase gains when every title of the theme has it.
_TITLE_BONUS = 1.0

_ADJECTIVE_ENDINGS = ("al", "ive", "ed", "ous", "ic", "able", "ible", "less", "ful", "ary", "ly")
_ADJECTIVE_COMPOUND = re.compile(
    r"-(?:based|level|step|shot|wise|free|aware|aligned|driven|guided|specific|language|modal|text"
    r"|quality|scale|order|policy|time|efficient|agnostic|centric|source|domain|rank|art|generated)$"
)
_NOUNS = frozenset(
    "retrieval proposal signal goal objective logic music topic speed feed seed embed survival "
    "removal appraisal manual trial journal perspective narrative incentive alternative mosaic "
    "semantic clinic arithmetic rubric vocabulary dictionary boundary summary library "
    "adversary".split()
)
_TOKEN = re.compile(r"[^\W_]+(?:[-‐‑'’][^\W_]+)*|[^\w\s]|_")
#: Numbers, and names of models and benchmarks (Qwen2.5, AIME24); 2D and 3D are words.
_NUMBERED = re.compile(r"^(?![234][dD]\b).*\d")
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


@lru_cache(maxsize=1024)
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


def word_themes(
    titles: Sequence[str],
    texts: Sequence[str],
    groups: Mapping[int, NDArray[np.int64]],
    weights: Mapping[int, Mapping[str, float]] | None = None,
    *,
    taken: Collection[str] = (),
) -> dict[int, Wording]:
    """Name groups of papers, each differently.

    Parameters
    ----------
    titles, texts : sequence of str, length n
        Titles, and titles with abstracts.
    groups : mapping of group to numpy.ndarray
        Rows of the papers in each group.
    weights : mapping of group to mapping of phrase to float, optional
        How much each phrase sets the group apart (c-TF-IDF); the phrases to choose
        from. Without it all phrases of the group's papers are.
    taken : collection of str
        Labels that are in use already.

    Returns
    -------
    dict of group to Wording
        Larger groups choose first; no two labels have the same words.
    """
    present = [set(phrase_analyzer(text)) for text in texts]
    in_title = [set(phrase_analyzer(title)) for title in titles]
    spread: Counter[str] = Counter(form for forms in present for form in forms)
    written = _written_forms(texts)
    used = {_key(label) for label in taken}
    wordings = {}
    for group in sorted(groups, key=lambda g: (-len(groups[g]), g)):
        papers = [present[row] for row in groups[group]]
        headed = [in_title[row] for row in groups[group]]
        chosen = weights[group] if weights else dict.fromkeys(set().union(*papers), 1.0)
        ranked = _ranked(chosen, papers, headed, spread, len(texts))
        label = _label(ranked, papers, used)
        used.add(_key(" ".join(label)))
        wordings[group] = Wording(
            _joined([written.get(form, form) for form in label]),
            tuple(written.get(form, form) for form in _without_twins(ranked)[:N_KEYWORDS]),
        )
    return wordings


def _ranked(
    weights: Mapping[str, float],
    papers: Sequence[set[str]],
    headed: Sequence[set[str]],
    spread: Mapping[str, int],
    n_all: int,
) -> list[str]:
    """Order phrases by how many of the group's papers have them and how few others do."""
    inside = Counter(form for forms in papers for form in forms)
    titled = Counter(form for forms in headed for form in forms)
    n_inside = len(papers)

    def strength(form: str) -> float:
        covered = inside[form] / n_inside
        elsewhere = (spread[form] - inside[form] + 0.5) / (n_all - n_inside + 1.0)
        lift = max(float(np.log((covered + 0.5 / n_inside) / elsewhere)), 0.0)
        bonus = _MULTIWORD_BONUS if " " in form or "-" in form else 1.0
        return (covered + _TITLE_BONUS * titled[form] / n_inside) * lift * bonus

    known = [form for form in weights if inside[form] >= min(2, n_inside)]
    return sorted(known, key=lambda form: (-strength(form), -weights[form], form))


def _without_twins(ranked: Sequence[str]) -> list[str]:
    """Drop phrases whose words all stand in a stronger one, and stronger ones' extensions."""
    kept: list[str] = []
    for form in ranked:
        parts = set(_key(form))
        if not any(parts <= set(_key(other)) or parts >= set(_key(other)) for other in kept):
            kept.append(form)
    return kept


def _label(
    ranked: Sequence[str], papers: Sequence[set[str]], used: Collection[tuple[str, ...]]
) -> list[str]:
    """Choose one phrase, or two where one says too little of the papers."""
    names = [form for form in ranked if _is_name(form) and _key(form) not in used]
    if not names:
        return [next((form for form in ranked if _key(form) not in used), f"theme {len(used) + 1}")]
    first = _extended(names[0], names, papers)
    covered = sum(first in paper for paper in papers)
    if covered >= _COVERED * len(papers):
        return [first]
    for second in names[1:_SECONDS]:
        both = sum(first in paper or second in paper for paper in papers)
        apart = not set(_key(first)) & set(_key(second))
        if apart and both >= covered + 2 and _key(f"{first} {second}") not in used:
            return [first, second]
    return [first]


def _extended(form: str, names: Sequence[str], papers: Sequence[set[str]]) -> str:
    """Return the longer phrase around `form` that most of its papers use, or `form`."""
    covered = sum(form in paper for paper in papers)
    for other in names:
        longer = other != form and f" {form} " in f" {other} "
        if longer and sum(other in paper for paper in papers) >= max(2, _KEPT * covered):
            return other
    return form


def _joined(written: Sequence[str]) -> str:
    text = " & ".join(written)
    return text if any(letter.isupper() for letter in text[:2]) else text[:1].upper() + text[1:]


def _key(label: str) -> tuple[str, ...]:
    return tuple(sorted({stem(word) for word in re.findall(r"[^\W_]+", label.casefold())}))


def _written_forms(texts: Sequence[str]) -> dict[str, str]:
    """Return the commonest way each phrase is written, sentence capitals set aside."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for form, written in candidates(text):
            counts[form][" ".join(_plain_case(word) for word in written.split())] += 1
    return {
        form: min(seen, key=lambda written: (-seen[written], written))
        for form, seen in counts.items()
    }


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


def _is_name(form: str) -> bool:
    """Say whether a phrase could stand as a label: it ends in a noun, as far as its form tells."""
    last = form.split()[-1]
    if last in _NOUNS:
        return True
    return not (last.endswith(_ADJECTIVE_ENDINGS) or _ADJECTIVE_COMPOUND.search(last))


def _runs(text: str) -> Iterator[list[str]]:
    """Yield runs of words that no stop word, number or punctuation interrupts."""
    stop = _stop_words()
    run: list[str] = []
    for token in _TOKEN.findall(_LATEX.sub(" ; ", text)):
        if not token[0].isalnum() or token.casefold() in stop or _NUMBERED.search(token):
            if run:
                yield run
            run = []
        else:
            run.append(token)
    if run:
        yield run


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) | BREAKS
