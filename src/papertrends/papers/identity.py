"""When two records are one paper: keys made of titles, ids, and abstracts that agree.

Pure functions over text. Must not know of dumps, digests or tables.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from papertrends.dumps.text import fold

# Versions of one abstract share most of their runs of three words, abstracts of
# different papers with one title hardly any.
_SHARED_RUNS = 0.1
_RUN = 3
_WORD = re.compile(r"\w+")

_VERSION = re.compile(r"(?<=\S)(?:\s+|\s*[(\[]\s*)v\d{1,2}\s*[)\]]?\s*$")
_ACCENT = re.compile(r"\\(?:[`'^\"~=.]\s*|[cvHukrbd](?=\s*\{)\s*|[cvHukrbd]\s+)\{?\\?([A-Za-z])\}?")
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*(\{)?")
_SPELLED: Mapping[str, str] = MappingProxyType(
    {"ss": "ss", "o": "o", "O": "O", "l": "l", "L": "L", "ae": "ae", "AE": "AE", "oe": "oe",
     "OE": "OE", "aa": "a", "AA": "A", "i": "i", "j": "j", "ell": "l", "TeX": "TeX",
     "LaTeX": "LaTeX"}
)  # fmt: skip
# Commands for signs that are no letters when they are written as themselves.
_SIGNS = frozenset(
    "times cdot to rightarrow leftarrow leftrightarrow Rightarrow Leftarrow mapsto infty pm"
    " mp leq le geq ge neq ne approx sim simeq equiv ldots dots cdots circ star ast bullet"
    " dagger sharp flat in notin subset cup cap wedge vee forall exists neg sum prod int"
    " partial nabla propto perp parallel langle rangle lbrace rbrace textless textgreater"
    " quad qquad space textregistered copyright textdegree textasciitilde backslash bf it em"
    " rm sc tt sf sl bfseries itshape large Large small tiny left right big Big limits"
    " displaystyle textstyle cal".split()
)
_LETTERS = MappingProxyType(
    str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ı": "i"})
)


def paper_id(title: str, arxiv_id: str | None = None) -> str:
    """Return the id of a paper: its arXiv id, else one made of its title.

    Examples
    --------
    >>> paper_id("A Title: {LaTeX}") == paper_id("a title -- LATEX")
    True
    >>> paper_id("A Title", "2503.04625")
    'arxiv:2503.04625'
    """
    return f"arxiv:{arxiv_id}" if arxiv_id else id_of_key(title_key(title))


def id_of_key(key: str) -> str:
    """Return the id of a paper without an arXiv id, from the `title_key` of its title."""
    encoded = key.encode("utf-8", errors="surrogatepass")
    return f"t:{hashlib.sha256(encoded).hexdigest()[:16]}"


def title_key(title: str) -> str:
    r"""Return what all spellings of one title have in common.

    Case, punctuation, white space, accents and LaTeX do not matter, Greek letters
    count as their names, and a version at the end ("v2") is none of the title.

    Examples
    --------
    >>> title_key(r"$\beta$-VAE: {\em M\"obius} Nets v2") == title_key("β-VAE: Möbius nets")
    True
    """
    end = title.rstrip()[-1:]
    plain = _VERSION.sub("", title) if end.isdecimal() or end in ")]" else title
    if "\\" in plain:
        plain = _COMMAND.sub(_command, _ACCENT.sub(r"\1", plain))
    key = normalised(plain)
    if key.isascii():
        return key
    apart = unicodedata.normalize("NFKD", key)
    return "".join(
        _GREEK.get(char, char) for char in apart if not "\u0300" <= char <= "\u036f"
    ).translate(_LETTERS)


def normalised(text: str) -> str:
    """Return the letters and digits of `text`, compatibility forms and case folded.

    Marks count as part of their letters: in many scripts they are the vowels. A text
    without letters and digits is returned as it stands, folded.
    """
    if text.isascii():
        kept = text.encode().translate(None, _NO_LETTER_OR_DIGIT).decode().lower()
        return kept or fold(text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not any(char.isalnum() for char in folded):
        return fold(folded)
    return "".join(char for char in folded if char.isalnum() or _is_mark(char))


def agree(abstract: str, other: str) -> bool:
    """Tell whether two abstracts can be versions of one: cut, revised or spelled otherwise.

    Examples
    --------
    >>> agree("We train a small model on text.", "We train a small model on text and images.")
    True
    >>> agree("We train a small model on text.", "We survey the field of robotics.")
    False
    """
    if abstract == other:
        return True
    one, two = normalised(abstract), normalised(other)
    if one.startswith(two) or two.startswith(one):
        return True
    runs, others = _runs(abstract), _runs(other)
    fewer = min(len(runs), len(others))
    return fewer > 0 and len(runs & others) >= _SHARED_RUNS * fewer


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}


def _command(match: re.Match[str]) -> str:
    name, has_argument = match[1], match[2] is not None
    if name in _SPELLED:
        return _SPELLED[name]
    if has_argument or name in _SIGNS:
        return " "
    return name.removeprefix("var") if name.removeprefix("var") in _GREEK_NAMES else name


def _is_mark(char: str) -> bool:
    # Variation selectors choose between glyphs and say nothing.
    return unicodedata.category(char) in ("Mn", "Mc") and not "\ufe00" <= char <= "\ufe0f"


def _greek() -> dict[str, str]:
    names = {}
    for code in range(0x3B1, 0x3CA):
        name = unicodedata.name(chr(code)).rsplit(" ", 1)[-1].lower()
        names[chr(code)] = {"lamda": "lambda"}.get(name, name)
    return names


_NO_LETTER_OR_DIGIT = bytes(code for code in range(128) if not chr(code).isalnum())
_GREEK: Mapping[str, str] = MappingProxyType(_greek())
_GREEK_NAMES = frozenset(_GREEK.values())
