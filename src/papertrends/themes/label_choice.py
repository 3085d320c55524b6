"""Which phrase names a theme: a noun phrase that a person would use for it.

Must not look for phrases (``labels.py``): it chooses among those it is given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from papertrends.themes.phrases import stem, words

Key = tuple[str, ...]

#: A label that covers fewer of its papers than this gets a second phrase beside it.
_COVERED = 0.5
#: The part of its papers that must use a longer phrase for it to stand for the shorter.
_KEPT = 0.6
#: How far down the ranking a second phrase may stand, and how strong it is at least.
_SECONDS, _SECOND_STRENGTH = 8, 0.4
#: How much stronger one word must be than a phrase of several to be the label.
_SEVERAL_WORDS = 1.5

_ADJECTIVE_ENDINGS = ("al", "ive", "ed", "ous", "ic", "able", "ible", "less", "ful", "ary", "ly")
_ADJECTIVE_COMPOUND = re.compile(
    r"-(?:based|level|step|shot|wise|free|aware|aligned|driven|guided|specific|language|modal|text"
    r"|quality|scale|order|policy|time|efficient|agnostic|centric|source|domain|rank|art|generated"
    r"|end|resource|term|turn|view|task|form|context|horizon|dimensional)$"
)
_NOUNS = frozenset(
    "retrieval proposal signal goal objective logic music topic speed feed seed embed survival "
    "removal appraisal manual trial journal perspective narrative incentive alternative mosaic "
    "clinic arithmetic rubric vocabulary dictionary boundary summary library "
    "adversary".split()
)
#: Words in -ing that name something by themselves; others are forms of a verb.
_DOINGS = frozenset(
    "reasoning learning training planning prompting tuning fine-tuning finetuning pre-training "
    "pretraining post-training embedding modeling modelling testing pruning routing editing "
    "rendering grounding forecasting tracking driving coding hashing clustering ranking folding "
    "decoding encoding sampling scheduling matching parsing unlearning steering merging caching "
    "imaging sensing understanding inpainting outpainting voting bidding pricing auditing "
    "watermarking jailbreaking programming recycling bootstrapping distilling splatting "
    "relighting dubbing captioning meaning mapping positioning manufacturing gaming trading "
    "scaling processing computing searching cloning stitching upscaling denoising deblurring "
    "warping meshing rigging lensing string ring king spring wing thing building setting".split()
)


def choose_label(
    ranked: Mapping[str, float],
    papers: Sequence[Collection[str]],
    headed: Sequence[set[str]],
    used: Collection[Key],
) -> list[str]:
    """Choose one phrase, or two where one says too little of the papers.

    Parameters
    ----------
    ranked : mapping of phrase to float
        Phrases by how much they set the papers apart, the strongest first.
    papers, headed : sequence of set of str, length n
        Phrases of each paper and of its title.
    used : collection
        `keys_of` the names that others have.

    Returns
    -------
    list of str
        Phrases that stand in a title if there are such: what is in no title is
        hardly what people call it.
    """
    free = [form for form in ranked if words_key(form) and not used_up(form, used)]
    names = [form for form in free if _is_name(form)]
    titled = set().union(*headed) if headed else set()
    names = [form for form in names if form in titled] or names
    if not names:
        return [free[0] if free else f"theme {len(used) + 1}"]
    value = {form: ranked[form] * (_SEVERAL_WORDS if " " in form else 1.0) for form in names}
    names.sort(key=lambda form: -value[form])
    first = _extended(names[0], names, papers)
    covered = sum(first in paper for paper in papers)
    if covered >= _COVERED * len(papers):
        return [first]
    for second in names[1:_SECONDS]:
        both = sum(first in paper or second in paper for paper in papers)
        apart = not _akin(first, second) and not used_up(second, keys_of(first))
        strong = value[second] >= _SECOND_STRENGTH * value[names[0]]
        if apart and strong and both >= covered + 2 and not used_up(f"{first} {second}", used):
            return [first, second]
    return [first]


def joined(written: Sequence[str]) -> str:
    """Return phrases as one label, with a capital at its start."""
    text = " & ".join(written)
    return text if any(letter.isupper() for letter in text[:2]) else text[:1].upper() + text[1:]


@lru_cache(maxsize=200_000)
def words_key(label: str) -> Key:
    """Return what a label has in common with its plurals and other orders of its words."""
    return tuple(sorted({stem(word) for word in words(label.casefold())}))


def keys_of(label: str) -> set[Key]:
    """Return what no other label may be: the words of `label`, and its acronym.

    The acronym is of all its words, or of all but the last, which is often "models".
    """
    letters = "".join(word[0] for word in words(label.casefold()))
    acronyms = {(initials,) for initials in (letters, letters[:-1]) if len(initials) > 1}
    return {words_key(label)} | acronyms


def used_up(form: str, used: Collection[Key]) -> bool:
    """Say whether `form`, its plural, its acronym, what it is short for or a whole is in use."""
    own = set(words_key(form))
    return bool(keys_of(form) & set(used)) or any(own <= set(key) for key in used)


def _akin(one: str, other: str) -> bool:
    """Say whether two phrases share a word, or the beginning of one (math, mathematical)."""
    return any(
        left.startswith(right) or right.startswith(left)
        for left in words_key(one)
        for right in words_key(other)
    )


def _extended(form: str, names: Sequence[str], papers: Sequence[Collection[str]]) -> str:
    """Return the longer phrase around `form` that most of its papers use, or `form`."""
    covered = sum(form in paper for paper in papers)
    for other in names:
        longer = other != form and f" {form} " in f" {other} "
        if longer and sum(other in paper for paper in papers) >= max(2, _KEPT * covered):
            return other
    return form


def _is_name(form: str) -> bool:
    """Say whether a phrase could stand as a label: it ends in a noun, as far as its form tells."""
    last = form.split()[-1]
    if last in _NOUNS or last in _DOINGS:
        return True
    if last.endswith("ing") and " " not in form:
        return False
    return not (last.endswith(_ADJECTIVE_ENDINGS) or _ADJECTIVE_COMPOUND.search(last))
