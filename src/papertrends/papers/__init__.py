"""From dumps to the checked papers table: dates, identity, duplicates.

Here all dumps meet, so this is where a digest gets its full date and a paper its
id. Must not know of formats, and must not leave anything out without saying so
in the load report.
"""

from papertrends.dumps.report import LoadReport
from papertrends.papers.identity import agree, normalised, paper_id, title_key
from papertrends.papers.loading import Loaded, load, load_papers
from papertrends.papers.near_duplicates import near_duplicates

__all__ = [
    "LoadReport",
    "Loaded",
    "agree",
    "load",
    "load_papers",
    "near_duplicates",
    "normalised",
    "paper_id",
    "title_key",
]
