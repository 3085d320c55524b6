"""What a named theme is, the three that are built in, and names of common ones completed.

Must not look at papers: how a theme is found in them is in ``named.py``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papertrends.errors import InputError, did_you_mean
from papertrends.themes.phrases import is_acronym, pattern_of
from papertrends.themes.thesaurus import Entry, find


def slug(text: str) -> str:
    """Return `text` as a lower-case identifier of words joined by hyphens.

    >>> slug("Vision–Language Models!")
    'vision-language-models'
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # In many scripts the vowels are marks: they belong to their letters.
    kept = "".join(
        char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else " "
        for char in folded
    )
    return "-".join(word for word in kept.split() if any(map(str.isalnum, word)))


def _strings(given: object, field: str, theme: str) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InputError(
            f"the {field} of the theme '{theme}' are not a list", f'write {field} = ["..."]'
        )
    if not all(isinstance(item, str) and item.strip() for item in given):
        raise InputError(
            f"the {field} of the theme '{theme}' hold something that is not text",
            "put each in quotes, none empty",
        )
    if not all(map(_is_text, given)):
        raise InputError(f"the {field} of the theme '{theme}' hold half a character", "retype them")
    return tuple(dict.fromkeys(" ".join(item.split()) for item in given))


def _is_text(given: str) -> bool:
    """Say whether `given` can be written down: a lone surrogate is half a character."""
    return not any("\ud800" <= char <= "\udfff" for char in given)


@dataclass(frozen=True)
class Theme:
    """A theme that somebody has named, to be found in the papers that are about it.

    Parameters
    ----------
    name : str
        What people call it, such as ``"process reward models"``. An acronym in
        brackets behind it counts as an alias: ``"process reward models (PRMs)"``.
    aliases : sequence of str, optional
        Other words for it. Inflections, hyphens and plurals are matched anyway;
        an alias in capitals (``"PRM"``) is matched as an acronym, case-sensitively.
    description : str, optional
        What papers about it do, in a sentence or two; read by the encoder.
    examples : sequence of str, optional
        Papers that are about it: ``paper_id``, arXiv id or title.
    not_examples : sequence of str, optional
        Papers that are not, though they sound like it.
    id : str, optional
        Its ``theme_id``, where that is not to follow from the name: an id is for ever,
        a name may change.

    Raises
    ------
    InputError
        If the name is empty, or a paper is both an example and a not-example.

    Examples
    --------
    >>> Theme("process reward models", aliases=("PRM", "process supervision")).theme_id
    'process-reward-models'
    """

    name: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    examples: tuple[str, ...] = ()
    not_examples: tuple[str, ...] = ()
    id: str = ""

    def __post_init__(self) -> None:
        """Turn lists into tuples and refuse what cannot be a theme."""
        if not isinstance(self.name, str) or not slug(self.name):
            raise InputError(
                f"a theme needs a name with letters or digits in it, not {self.name!r}",
                "give it one, such as 'prompt learning'",
            )
        if not _is_text(self.name):
            raise InputError(f"the theme name {self.name!r} holds half a character", "retype it")
        if not isinstance(self.description, str) or not _is_text(self.description):
            raise InputError(
                f"the description of the theme '{self.name}' is not text", "put it in quotes"
            )
        object.__setattr__(self, "name", " ".join(self.name.split()))
        for field in ("aliases", "examples", "not_examples"):
            object.__setattr__(self, field, _strings(getattr(self, field), field, self.name))
        both = sorted(set(self.examples) & set(self.not_examples))
        if both:
            raise InputError(
                f"'{both[0]}' is both an example and a not-example of the theme '{self.name}'",
                "keep it in one of them",
            )

    @property
    def theme_id(self) -> str:
        """The identifier: the one given, else that which follows from the name."""
        return self.id or slug(self.title)

    @property
    def title(self) -> str:
        """The name without an acronym in brackets."""
        return self._split_name()[0]

    @property
    def phrases(self) -> tuple[str, ...]:
        """All words for it: the name, an acronym behind it in brackets, the aliases."""
        return tuple(dict.fromkeys((*self._split_name(), *self.aliases)))

    def _split_name(self) -> tuple[str, ...]:
        """Part the name from an acronym in brackets; other brackets belong to the name."""
        bracket = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", self.name)
        if bracket and slug(bracket[1]) and is_acronym(bracket[2]):
            return bracket[1], bracket[2]
        return (self.name,)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-able values, the way ``themes.toml`` spells it.

        Returns
        -------
        dict
            ``name``, ``aliases``, ``description``, ``examples`` and ``not_examples``, and
            ``id`` if it has one of its own.

        Examples
        --------
        >>> import papertrends as pt
        >>> pt.Theme("prompt learning", aliases=["soft prompts"]).as_dict()["aliases"]
        ['soft prompts']
        """
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "description": self.description,
            "examples": list(self.examples),
            "not_examples": list(self.not_examples),
            **({"id": self.id} if self.id else {}),
        }


BUILT_IN: tuple[Theme, ...] = (
    Theme(
        "fine-tuning",
        aliases=(
            "supervised fine-tuning",
            "SFT",
            "instruction tuning",
            "parameter-efficient fine-tuning",
            "PEFT",
            "LoRA",
            "low-rank adaptation",
            "preference fine-tuning",
        ),
        description=(
            "Adapting a pretrained model by further training on task, instruction or preference "
            "data: supervised fine-tuning, instruction tuning, low-rank and other "
            "parameter-efficient adaptation, and what such tuning changes."
        ),
    ),
    Theme(
        "process reward models (PRMs)",
        aliases=(
            "process reward",
            "process supervision",
            "step-level reward",
            "step-level verifier",
            "step-level supervision",
        ),
        description=(
            "Reward models and verifiers that score each step of a chain of reasoning instead of "
            "its final answer, how they are trained and how they guide search."
        ),
    ),
    Theme(
        "prompt learning",
        aliases=(
            "prompt tuning",
            "prompt engineering",
            "prompt optimization",
            "soft prompts",
            "learnable prompts",
            "visual prompting",
        ),
        description=(
            "Learning, tuning, optimising or engineering prompts so that a frozen language or "
            "vision-language model does a task: soft prompts, visual prompts, prompt search."
        ),
    ),
)


def as_themes(themes: Iterable[Theme | str] | None) -> tuple[Theme, ...]:
    """Return `themes` as `Theme` objects, the built-in ones for None.

    A name alone that is a built-in theme's name or alias (``"PRM"``) brings
    that theme with its aliases and description. One that the thesaurus of common
    themes knows (``"RLVR"``) keeps its name and is given the other words for it
    and a description, unless two of the names mean the same entry there.

    Raises
    ------
    InputError
        If two themes have one name, or something is neither a name nor a `Theme`.
    """
    if themes is None:
        return BUILT_IN
    one = isinstance(themes, str | Theme) or not isinstance(themes, Iterable)
    every: tuple[Any, ...] = (themes,) if one else tuple(themes)
    for given in every:
        if not isinstance(given, str | Theme):
            raise InputError(
                f"a theme is a name or a Theme, not {type(given).__name__}", "give its name"
            )
    # Who names a theme by two of its words tells them apart: neither may take the other's.
    meant = Counter(find(Theme(given).title) for given in every if isinstance(given, str))
    apart = {entry for entry, times in meant.items() if entry and times > 1}
    found: dict[str, Theme] = {}
    for given in every:
        theme = given if isinstance(given, Theme) else _built_in(given, apart) or Theme(given)
        if theme.theme_id in found:
            raise InputError(
                f"two themes have the name '{theme.title}'", "rename one, or make it an alias"
            )
        found[theme.theme_id] = theme
    return tuple(found.values())


def _built_in(name: str, apart: Collection[Entry] = ()) -> Theme | None:
    """Return the built-in theme of which `name` is the name or a way to write an alias.

    Else `name` with what the thesaurus knows of it, unless its entry is in `apart`.
    """
    for theme in BUILT_IN:
        if name == theme.name or pattern_of(theme.phrases).fullmatch(name.strip()):
            return theme
    given = Theme(name)
    entry = find(given.title)
    if entry is None or entry in apart:
        return None
    others = tuple(phrase for phrase in entry.phrases if phrase not in given.phrases)
    return Theme(name, others, entry.description)


def read_themes(path: Path) -> tuple[Theme, ...]:
    """Read the ``[[theme]]`` tables of a TOML file.

    Raises
    ------
    InputError
        If the file cannot be read, is no TOML, or has keys a theme does not have.
    """
    name = str(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8 text'})",
            "check the path",
            file=name,
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is no TOML: {error}", "mend it there", file=name) from error
    rows = data.get("theme")
    if not isinstance(rows, list) or not rows or set(data) != {"theme"}:
        raise InputError(
            f"holds {', '.join(sorted(data)) or 'nothing'} instead of [[theme]] tables",
            'write each theme as [[theme]] and name = "..."',
            file=name,
        )
    found = [_from_table(row, number, name) for number, row in enumerate(rows, 1)]
    try:
        return as_themes(found)
    except InputError as error:
        raise InputError(error.problem, error.remedy, file=name) from error


def _from_table(row: Mapping[str, Any], number: int, file: str) -> Theme:
    allowed = ("name", "aliases", "description", "examples", "not_examples")
    if not isinstance(row, dict):
        raise InputError(f"theme {number} is no table", "write it as [[theme]]", file=file)
    for key in row:
        if key not in allowed:
            raise InputError(
                f"theme {number} has the unknown key '{key}'", did_you_mean(key, allowed), file=file
            )
    try:
        return Theme(**{"name": "", **row})
    except InputError as error:
        raise InputError(f"theme {number}: {error.problem}", error.remedy, file=file) from error
