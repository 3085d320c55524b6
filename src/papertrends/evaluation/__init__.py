"""How good themes are: agreement with labels, keywords, stability, what is left out."""

from papertrends.evaluation.keywords import KeywordFigures, keyword_figures, single_words
from papertrends.evaluation.measures import (
    Agreement,
    agreement,
    groups_of,
    named_figures,
    rand_index,
)
from papertrends.evaluation.run import Evaluation, evaluate

__all__ = [
    "Agreement",
    "Evaluation",
    "KeywordFigures",
    "agreement",
    "evaluate",
    "groups_of",
    "keyword_figures",
    "named_figures",
    "rand_index",
    "single_words",
]
