"""Papers as BibTeX entries, for those who cite what they have found.

Must not know how papers are loaded, and never makes up what the data do not hold: there
are no authors in them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

# What TeX reads as more than a sign. BibTeX counts braces whatever stands before them, so
# that they are written as commands.
_SIGNS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\ensuremath{\lbrace}",
        "}": r"\ensuremath{\rbrace}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
# In an address nothing is escaped but what would end the field.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", '"': "%22"})
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PLAIN_KEY = re.compile(r"[a-z0-9][a-z0-9:./-]*")
_YEAR_MONTH = re.compile(r"(\d\d)(?:0[1-9]|1[0-2])\.\d{4,5}")


def bibtex(
    papers: pd.DataFrame,
    memberships: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
) -> str:
    r"""Return one entry a paper, in the order of their ids.

    Parameters
    ----------
    papers : DataFrame
        The papers table. Of a paper in several digests the first row counts.
    memberships, themes : DataFrame, optional
        With both of them the names of a paper's themes are its keywords.

    Returns
    -------
    str
        ``title``, ``year`` (of publication), ``eprint`` and ``archivePrefix`` (of an
        arXiv id), ``url`` and ``keywords``; what a paper has not is left out. Text is as
        LaTeX takes it, letters of all scripts stay themselves.

    Examples
    --------
    >>> row = {"paper_id": "arxiv:2507.01234", "title": "Attention & memory: 50 % less"}
    >>> print(bibtex(pd.DataFrame([row | {"arxiv_id": "2507.01234"}])))
    @misc{arxiv:2507.01234,
      title = {Attention \& memory: 50 \% less},
      year = {2025},
      eprint = {2507.01234},
      archivePrefix = {arXiv}
    }
    <BLANKLINE>
    """
    order = [name for name in ("paper_id", "digest_date", "position", "source") if name in papers]
    first = papers.sort_values(order, kind="stable").drop_duplicates("paper_id")
    keywords = _keywords(memberships, themes)
    entries = [
        _entry(str(row["paper_id"]), row, keywords.get(str(row["paper_id"]), []))
        for row in first.to_dict("records")
    ]
    return "\n".join(entries)


def _entry(paper_id: str, row: Mapping[Any, Any], keywords: list[str]) -> str:
    arxiv = _text(row.get("arxiv_id"))
    fields = {
        "title": _escaped(row.get("title")),
        "year": _year(row.get("published_date"), arxiv),
        "eprint": arxiv.translate(_SIGNS),
        "archivePrefix": "arXiv" if arxiv else "",
        "url": _text(row.get("url")).replace(" ", "%20").translate(_IN_ADDRESS),
        "keywords": ", ".join(keywords),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "@misc{" + ",\n".join([_key(paper_id), *lines]) + "\n}\n"


def _keywords(
    memberships: pd.DataFrame | None, themes: pd.DataFrame | None
) -> dict[str, list[str]]:
    """Return the names of each paper's themes, its primary one first."""
    if memberships is None or themes is None:
        return {}
    names = dict(zip(themes["theme_id"], themes["name"], strict=True))
    order = memberships.sort_values(
        ["primary", "score", "theme_id"], ascending=[False, False, True]
    )
    found: dict[str, list[str]] = {}
    for paper, theme in zip(order["paper_id"], order["theme_id"], strict=True):
        name = _escaped(names.get(theme))
        # Keywords are told apart by commas.
        name = f"{{{name}}}" if "," in name else name
        own = found.setdefault(str(paper), [])
        if name and name not in own:
            own.append(name)
    return found


def _key(paper_id: str) -> str:
    """Return a key that no other id has, whether or not capitals count."""
    if _PLAIN_KEY.fullmatch(paper_id):
        return paper_id
    mark = hashlib.sha256(paper_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    plain = re.sub(r"[^a-z0-9:./-]+", "-", paper_id.lower()).strip("-.:/")[:40]
    return f"{plain or 'paper'}-{mark}"


def _year(published: Any, arxiv_id: str) -> str:
    if published is not None and not pd.isna(published):
        return f"{pd.Timestamp(published).year:04d}"
    # An arXiv id begins with the year and month in which it was given.
    known = _YEAR_MONTH.fullmatch(arxiv_id)
    return f"20{known[1]}" if known else ""


def _escaped(value: Any) -> str:
    return _text(value).translate(_SIGNS)


def _text(value: Any) -> str:
    """Return a cell as one line without control characters; a blank as nothing."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return " ".join(_CONTROLS.sub(" ", str(value)).split())
