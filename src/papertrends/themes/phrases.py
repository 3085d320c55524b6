"""Finding a theme's words in a text, however they are inflected or hyphenated.

Must not know of vectors: it says where words stand, not what a paper means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_INFLECTION = r"(?:s|es|e|ed|ing|ings|er|ers|ation|ations|ion|ions)?"
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e")
_JOINT = r"[\s\-‐‑–]*"

_BRACKETED = r"\(([A-Z][\w\-]{1,9})\)"
#: Words at the end of a text, which is read backwards.
_LAST_WORDS = re.compile(r"(?:\s+[^\s().,;:]+){1,9}")

FUNCTION_WORDS = frozenset("a an the of and or for in to with by via on from as at is are".split())

_PARTS = re.compile(r"\s+(?:and|&|or)\s+|\s*[,/]\s*")
_LINKS = re.compile(r"\s+(?:with|for|of|via|from|in)\s+")
#: Words that end (stems) or begin names of themes of every kind and say little by themselves.
_GENERAL_ENDS = frozenset(
    "model method system techniqu approach network algorithm framework task architectur".split()
)
_GENERAL_STARTS = re.compile(
    r"^(?:(?:(?:large )?language models?|llms?|lms?|ai|ml|deep|neural|machine)\s+)+",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    """Return the words of `text`: runs of letters and digits, in any script."""
    return _WORD.findall(text)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Cut an English inflection off a lower-case `word`; never below three letters.

    >>> [stem(word) for word in ("tuning", "tuned", "models", "process", "policies")]
    ['tun', 'tun', 'model', 'process', 'policy']
    """
    for ending in _ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and not word.endswith("ss"):
            root += "y" if ending == "ies" else ""
            return root if re.search(r"[aeiouy]", root) else word
    return word


def stems(text: str) -> list[str]:
    """Return the stems of the words of `text`."""
    return [stem(word) for word in words(text.casefold())]


def is_acronym(phrase: str) -> bool:
    """Say whether `phrase` is one word with two capitals or more (``PRM``, ``LoRA``)."""
    return " " not in phrase and sum(letter.isupper() for letter in phrase) >= 2


def singular_acronym(phrase: str) -> str:
    """Cut the plural ending off an acronym (``PRMs``); other phrases stay as they are."""
    return re.sub(r"(?<=[A-Z])s$", "", phrase)


def pattern_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Compile one pattern for all `phrases` and their inflections, longest first.

    Words may be joined, hyphenated or apart; an acronym is matched in its own case.

    >>> pattern = pattern_of(["fine-tuning", "PRM"])
    >>> [match.group() for match in pattern.finditer("we finetuned two PRMs, not a prm")]
    ['finetuned', 'PRMs']
    """
    named = {phrase for phrase in phrases if words(phrase)}
    ordered = sorted(named, key=lambda phrase: (-len(phrase), phrase))
    # Without a word the pattern would match everywhere: let it match nowhere.
    any_of = "|".join(map(_one_pattern, ordered)) or r"(?!)"
    return re.compile(f"{_BEFORE}(?:{any_of}){_AFTER}")


def finder_of(phrases: Iterable[str]) -> Callable[[str], bool]:
    """Return what says whether a text has one of `phrases`, quickly of the many that have none.

    >>> has = finder_of(["fine-tuning", "PRM"])
    >>> [has(text) for text in ("We finetune it.", "Two PRMs.", "A prm, tuned.")]
    [True, True, False]
    """
    named = [phrase for phrase in phrases if words(phrase)]
    pattern, every = pattern_of(named), [_roots(phrase) for phrase in named]

    def has(text: str) -> bool:
        if text.isascii():  # else letters may be the same to a pattern that are not here
            lower = text.lower()
            if not any(all(root in lower for root in roots) for roots in every):
                return False
        return pattern.search(text) is not None

    return has


def _roots(phrase: str) -> list[str]:
    """Return what the words of `phrase` begin with wherever it is found, as far as is plain."""
    parts = words(singular_acronym(phrase)) if is_acronym(phrase) else words(phrase)
    roots = [part if is_acronym(phrase) else _root_of(part).removesuffix("y") for part in parts]
    return [root.lower() for root in roots if root.isascii()]


@dataclass(frozen=True)
class Opening:
    """How a phrase begins in a text, as patterns of single words.

    Attributes
    ----------
    first, second : str
        What its first two words begin with; `second` is empty for a phrase of one word.
    whole : str
        Its first word, and nothing after it.
    alone : str
        A phrase of one word, or the first two written as one.
    """

    first: str
    second: str
    whole: str
    alone: str


def openings(phrases: Iterable[str]) -> list[Opening] | None:
    """Return how `phrases` begin where `pattern_of` finds them, None if that cannot be told."""
    named = sorted({phrase for phrase in phrases if words(phrase)})
    if not all(phrase.isascii() for phrase in named):
        return None
    return [_opening(phrase) for phrase in named]


def _opening(phrase: str) -> Opening:
    if is_acronym(phrase):
        roots = parts = [re.escape(part) for part in words(singular_acronym(phrase))]
        parts = [*parts[:-1], parts[-1] + "s?"]
        flags = "(?-i:{})"
    else:
        roots = [_root_pattern(part) for part in words(phrase)]
        parts = [_word_pattern(part) for part in words(phrase)]
        flags = "(?i:{})"
    if len(parts) == 1:
        return Opening(flags.format(roots[0]), "", "", flags.format(parts[0]) + r"\Z")
    return Opening(
        flags.format(roots[0]),
        flags.format(roots[1]),
        flags.format(parts[0]) + r"\Z",
        flags.format(parts[0] + parts[1]),
    )


def acronyms_defined(phrases: Sequence[str], texts: Iterable[str]) -> tuple[str, ...]:
    """Find acronyms that the texts define for one of the `phrases`.

    ``"process reward models (PRMs)"`` defines PRM. One counts if its capitals,
    or all its letters (``MoE``), are the initials of the phrase's words, with or
    without its function words (``RLVR``); sorted, without plural ending.
    """
    whole = [phrase for phrase in phrases if not is_acronym(phrase) and len(words(phrase)) > 1]
    patterns = [
        (_initials(phrase), re.compile(_BEFORE + _one_pattern(phrase) + r"\s*" + _BRACKETED))
        for phrase in whole
    ]
    bracketed = re.compile(_BRACKETED)
    found = set()
    for text in texts:
        seen = set(bracketed.findall(text)) if "(" in text else set()
        if not seen:
            continue
        for initials, pattern in patterns:
            # Most acronyms are of something else: that takes no search for the phrase.
            if any(_spells(acronym, initials) for acronym in seen):
                found |= {
                    singular_acronym(match.group(1))
                    for match in pattern.finditer(text)
                    if _spells(match.group(1), initials)
                }
    return tuple(sorted(found))


def _spells(bracketed: str, initials: set[str]) -> bool:
    """Say whether what stands in brackets is an acronym with these initials."""
    return not initials.isdisjoint(_spellings(bracketed))


@lru_cache(maxsize=100_000)
def _spellings(bracketed: str) -> frozenset[str]:
    """Return its capitals and all its letters if it is an acronym, else nothing."""
    acronym = singular_acronym(bracketed)
    capitals = "".join(letter for letter in acronym if letter.isupper())
    found = (capitals.casefold(), acronym.casefold()) if is_acronym(acronym) else ()
    return frozenset(found)


def has_other_meaning(acronym: str, phrases: Sequence[str], text: str) -> bool:
    """Say whether `text` spells out `acronym` as something that is none of `phrases`.

    >>> text = "We propose Region-Aware Generation (RAG) of images."
    >>> has_other_meaning("RAG", ["retrieval-augmented generation"], text)
    True
    """
    spelled = singular_acronym(acronym)
    if f"({spelled})" not in text and f"({spelled}s)" not in text:
        return False
    before = _words_before(rf"\({re.escape(spelled)}s?\)", text)
    if not before:
        return False
    if pattern_of([phrase for phrase in phrases if not is_acronym(phrase)]).search(before):
        return False
    letters = spelled.casefold()
    parts = words(before)
    ends = [" ".join(parts[start:]) for start in range(len(parts))]
    return any(letters in _initials(end) for end in ends)


def _words_before(pattern: str, text: str) -> str:
    """Return up to nine words that stand before `pattern` where it has some for the first time."""
    for found in re.finditer(pattern, text):
        # Read backwards there is one place to begin at, in place of every word of the text.
        if before := _LAST_WORDS.match(text[: found.start()][::-1]):
            return before.group()[::-1]
    return ""


def shorter_forms(phrases: Sequence[str]) -> tuple[str, ...]:
    """Return what people call a theme for short: parts of its names that could stand for it.

    General words at either end go, and members of a list and of a phrase with a
    link (``with``, ``for``) come apart. Whether a form means the theme in a given
    corpus is for the corpus to say.

    >>> shorter_forms(["LLM agents", "diffusion models", "RL with verifiable rewards"])
    ('agents', 'diffusion', 'verifiable rewards')
    """
    known = {phrase.casefold() for phrase in phrases}
    found: dict[str, str] = {}
    for phrase in phrases:
        for part in _PARTS.split(phrase):
            linked = _LINKS.split(part)
            whole = [part, _without_ends(part)]
            halves = [half for half in linked if len(words(half)) > 1] if len(linked) > 1 else []
            for form in (*whole, *map(_without_starts, whole), *halves):
                if len(form) > 3 and form.casefold() not in known:
                    found.setdefault(form.casefold(), form)
    return tuple(found.values())


def _without_ends(phrase: str) -> str:
    kept = phrase.split()
    while len(kept) > 1 and stem(kept[-1].casefold()) in _GENERAL_ENDS:
        kept.pop()
    return " ".join(kept)


def _without_starts(phrase: str) -> str:
    return _GENERAL_STARTS.sub("", phrase)


def _one_pattern(phrase: str) -> str:
    if is_acronym(phrase):
        return _with_joints(singular_acronym(phrase), re.escape) + "s?"
    return f"(?i:{_with_joints(phrase, _word_pattern)})"


def _with_joints(phrase: str, as_pattern: Callable[[str], str]) -> str:
    """Join the patterns of the words of `phrase`; what stands between two may be left out."""
    found = list(_WORD.finditer(phrase))
    parts = [as_pattern(found[0].group())]
    for left, right in pairwise(found):
        between = phrase[left.end() : right.start()]
        plain = re.fullmatch(_JOINT, between)
        parts.append(_JOINT if plain else f"(?:{_JOINT}|{re.escape(between)})")
        parts.append(as_pattern(right.group()))
    return "".join(parts)


def _word_pattern(word: str) -> str:
    root = _root_of(word)
    if root.endswith("y"):
        return f"{re.escape(root[:-1])}(?:y{_INFLECTION}|ies|ied)"
    return re.escape(root) + _INFLECTION


def _root_pattern(word: str) -> str:
    """Return what all inflections of `word` begin with."""
    return re.escape(_root_of(word).removesuffix("y"))


def _root_of(word: str) -> str:
    # Where lowering changes the length, a pattern that ignores case would miss the original.
    return stem(word.lower() if len(word.lower()) == len(word) else word)


def _initials(phrase: str) -> set[str]:
    """Return the initials of all words of `phrase`, and of those that are no function words."""
    every = [word.casefold() for word in words(phrase)]
    content = [word for word in every if word not in FUNCTION_WORDS]
    return {"".join(word[0] for word in some) for some in (every, content)}
