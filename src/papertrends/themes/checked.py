"""Papers tables as users hand them over, checked before anything is learned from them.

Must not change what a paper says, but for halves of characters that no encoder takes.
"""

from __future__ import annotations

import re

import pandas as pd

from papertrends.errors import InputError
from papertrends.tables import PAPERS, conform, require_columns

_NEEDED = ("paper_id", "title", "abstract", "digest_date")
#: Half of a character, as cut or badly escaped JSON leaves it: no encoder takes it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def checked(papers: pd.DataFrame) -> pd.DataFrame:
    """Return `papers` with the columns of a papers table.

    Raises
    ------
    InputError
        If columns are missing, there are no rows, or a paper has no id or title.
    """
    require_columns(papers, PAPERS, "papers", *_NEEDED)
    if papers.empty:
        raise InputError("the papers table has no rows", "load a dump with papers in it first")
    position = papers["position"].fillna(0) if "position" in papers else 0
    whole = conform(papers.assign(position=position), PAPERS)
    for column in ("paper_id", "title"):
        if (whole[column].fillna("").str.strip() == "").any():
            raise InputError(f"a paper has no {column}", "give each paper one")
    halves = whole["paper_id"].str.contains(_LONE_SURROGATE, regex=True)
    if halves.any():
        raise InputError(
            f"the paper_id {whole.loc[halves, 'paper_id'].iloc[0]!r} holds half a character",
            "give it another",
        )
    whole["abstract"] = whole["abstract"].fillna("")
    for column in ("title", "abstract"):
        whole[column] = whole[column].str.replace(_LONE_SURROGATE, "\ufffd", regex=True)
    return whole
