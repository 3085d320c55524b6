"""The quality and stability of the themes of a set of papers, in one result.

Must not measure anything itself: each measure is a function in the modules beside
it, for the themes of any tool.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from papertrends.dumps.inputs import Inputs
from papertrends.encoders import Encoder, Vectors, resolve_encoder
from papertrends.encoders.base import kind_of
from papertrends.errors import InputError
from papertrends.evaluation.inputs import Labelled, from_table, read
from papertrends.evaluation.keywords import TOP, KeywordFigures, keyword_figures, single_words
from papertrends.evaluation.measures import NO_THEME, Agreement, agreement, groups_of
from papertrends.evaluation.stability import Stability, stability
from papertrends.progress import Progress, showing, silent
from papertrends.themes.bounded import is_distilled
from papertrends.themes.fitted import one_row_each, texts_of_papers
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme, as_themes
from papertrends.versions import versions

#: The date of papers without one: a fit wants one of each, and finds the same themes by any.
_ANY_DAY = pd.Timestamp("2000-01-01")


@dataclass(frozen=True)
class Keywords:
    """The keywords of the discovered themes of one level.

    Attributes
    ----------
    level : str
        ``broad``: discovered themes without a parent; ``finest``: those without
        finer ones below them.
    read_as : str
        ``phrases`` as they stand, or single ``words`` of them.
    figures : KeywordFigures
    """

    level: str
    read_as: str
    figures: KeywordFigures


@dataclass(frozen=True)
class Evaluation:
    """How good the themes of a set of papers are.

    Attributes
    ----------
    n_papers, n_unassigned : int
        All papers, and those in no theme.
    n_named, n_broad, n_finer : int
        Named themes; discovered ones without and with a broader one above them.
    labels : str or None
        The column of labels.
    agreement : tuple of Agreement
        With the labels, a level each; empty without labels.
    keywords : tuple of Keywords
    stability : tuple of Stability
        Empty for a single paper.
    notes : tuple of str
        What was left out or done without, in sentences.
    settings, versions : mapping
    files : tuple of (str, str)
        The files read and their SHA-256.
    """

    n_papers: int
    n_unassigned: int
    n_named: int
    n_broad: int
    n_finer: int
    labels: str | None
    agreement: tuple[Agreement, ...]
    keywords: tuple[Keywords, ...]
    stability: tuple[Stability, ...]
    notes: tuple[str, ...]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    files: tuple[tuple[str, str], ...] = ()

    @property
    def n_discovered(self) -> int:
        """Discovered themes, broad and finer."""
        return self.n_broad + self.n_finer

    @property
    def share_unassigned(self) -> float:
        """The part of the papers that is in no theme."""
        return self.n_unassigned / self.n_papers

    def table(self) -> pd.DataFrame:
        """Return all figures as one table.

        Returns
        -------
        pandas.DataFrame
            ``measure``, ``level`` (broad, finest, or empty where there are none),
            ``value``, ``worst`` (of the runs that `value` is the mean of, else
            NaN), ``over`` (what was counted).
        """
        none, papers = float("nan"), f"{self.n_papers:,} papers"
        rows: list[tuple[str, str, float, float, str]] = [
            ("unassigned (share)", "", self.share_unassigned, none, papers),
            ("named themes", "", self.n_named, none, papers),
            ("discovered themes", "broad", self.n_broad, none, papers),
            ("discovered themes", "finer", self.n_finer, none, papers),
        ]
        for one in self.agreement:
            over = f"{one.n_papers:,} papers with a label"
            rows.append((f"AMI with {self.labels}", one.level, one.ami, none, over))
            rows.append((f"ARI with {self.labels}", one.level, one.ari, none, over))
        for words in self.keywords:
            figures, over = words.figures, f"{words.figures.n_keywords:,} keywords"
            rows.append((f"NPMI, {words.read_as}", words.level, figures.npmi, none, over))
            rows.append((f"diversity, {words.read_as}", words.level, figures.diversity, none, over))
        for again in self.stability:
            over = f"{again.n_pairs} pairs of fits"
            name = f"ARI between {again.change}"
            name = "ARI with 5 % more papers" if again.change == "5 % more papers" else name
            rows.append((name, again.level, again.mean, again.worst, over))
        return pd.DataFrame(rows, columns=["measure", "level", "value", "worst", "over"])

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values; a figure that does not exist is None."""
        return {
            "n_papers": self.n_papers,
            "n_unassigned": self.n_unassigned,
            "share_unassigned": self.share_unassigned,
            "n_named": self.n_named,
            "n_discovered": self.n_discovered,
            "n_broad": self.n_broad,
            "n_finer": self.n_finer,
            "labels": self.labels,
            "agreement": [_plain(asdict(one)) for one in self.agreement],
            "keywords": [
                {"level": one.level, "read_as": one.read_as, **_plain(asdict(one.figures))}
                for one in self.keywords
            ],
            "stability": [_plain(asdict(one)) for one in self.stability],
            "notes": list(self.notes),
            "settings": dict(self.settings),
            "versions": dict(self.versions),
            "files": [{"file": file, "sha256": sha256} for file, sha256 in self.files],
        }

    def __repr__(self) -> str:
        return (
            f"Evaluation of {self.n_discovered} discovered and {self.n_named} named themes of "
            f"{self.n_papers} papers: see .table(), .as_dict()"
        )

    def _repr_html_(self) -> str:
        return str(self.table().to_html(index=False, na_rep="", float_format="{:.3f}".format))


def evaluate(
    papers: pd.DataFrame | Inputs,
    *,
    labels: str | None = None,
    themes: Iterable[str | Theme] | None = None,
    encoder: str | Encoder = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Find the themes of papers and tell how good and how stable they are.

    The themes are found once with `seed`, and again with four other seeds, in two
    other orders of the papers, and without a random 5 % of them, five times.

    Parameters
    ----------
    papers : pandas.DataFrame, path, or iterable of paths
        A table with ``title`` and ``abstract``, and other columns of the papers
        table where it has them; or files: such tables (``.parquet``, ``.csv``,
        ``.jsonl``) or, without `labels`, dumps.
    labels : str, optional
        The column that says what each paper is about.
    themes, encoder, seed
        As for `ThemeModel`.
    progress : Progress, optional
        Told as ``progress(stage, done, total)`` how far it is; without it, bars are
        shown in Jupyter and nothing elsewhere.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        If an input, the labels or an argument is at fault; the message says what to do.

    Notes
    -----
    Agreement is measured by the adjusted mutual information (Vinh, Epps & Bailey 2010,
    Journal of Machine Learning Research 11:2837) and the adjusted Rand index (Hubert &
    Arabie 1985, Journal of Classification 2:193), keywords by normalised pointwise mutual
    information (Bouma 2009) and by how many of them are in one theme only.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> evaluation = pt.evaluate(some_papers())
    >>> evaluation.n_papers, evaluation.n_named, evaluation.n_discovered
    (14, 3, 1)
    """
    wanted = as_themes(themes)
    if isinstance(papers, pd.DataFrame):
        given = from_table(papers, labels)
        if given.papers.empty:
            raise InputError("the papers table has no rows", "give it papers")
    else:
        given = read(papers, labels)
    distils = is_distilled(encoder, given.papers["paper_id"].nunique())
    as_given = distils or kind_of(encoder) in ("table", "array", "transformer")
    once = encoder if as_given else _Remembering(resolve_encoder(encoder))

    def fit(some: pd.DataFrame, with_seed: int, told: Progress = silent) -> ThemeModel:
        dated = some.assign(digest_date=some["digest_date"].fillna(_ANY_DAY))
        return ThemeModel(wanted, encoder=once, seed=with_seed).fit(dated, progress=told)

    def group(some: pd.DataFrame, with_seed: int) -> pd.DataFrame:
        return _groups(fit(some, with_seed), some)

    with showing(progress) as told:
        model = fit(given.papers, seed, told)
        first = _groups(model, given.papers)
        again = stability(given.papers, first, group, seed=seed, progress=told)
    settings = {
        "labels": labels,
        "themes": [theme.as_dict() for theme in wanted],
        "encoder": model.encoder_name,
        "seed": seed,
        "keywords_a_theme": TOP,
    }
    return _result(given, model, first, again, settings)


def _result(
    given: Labelled,
    model: ThemeModel,
    groups: pd.DataFrame,
    again: tuple[Stability, ...],
    settings: dict[str, Any],
) -> Evaluation:
    themes = model.themes
    discovered = themes[themes["kind"] == "discovered"]
    top = discovered["parent"] == ""
    texts = texts_of_papers(one_row_each(given.papers))
    notes = [*given.notes, *model.notes]
    if not again:
        notes.append("One paper has no stability to be measured.")
    elif (groups["broad"] == NO_THEME).all():
        notes.append("No paper is in a theme: that nothing changes says nothing.")
    return Evaluation(
        n_papers=len(groups),
        n_unassigned=int((groups["broad"] == NO_THEME).sum()),
        n_named=int((themes["kind"] == "named").sum()),
        n_broad=int(top.sum()),
        n_finer=int((~top).sum()),
        labels=settings["labels"],
        agreement=agreement(groups, given.labels) if given.labels is not None else (),
        keywords=_keywords(discovered, texts),
        stability=again,
        notes=tuple(notes),
        settings=settings,
        versions=versions(),
        files=given.files,
    )


def _keywords(discovered: pd.DataFrame, texts: Sequence[str]) -> tuple[Keywords, ...]:
    with_finer = set(discovered["parent"])
    levels = {
        "broad": discovered[discovered["parent"] == ""],
        "finest": discovered[~discovered["theme_id"].isin(with_finer)],
    }
    found = []
    for level, themes in levels.items():
        phrases = [keywords.split(", ") for keywords in themes["keywords"]]
        for read_as, some in (("phrases", phrases), ("words", single_words(phrases))):
            found.append(Keywords(level, read_as, keyword_figures(some, texts)))
    return tuple(found)


def _groups(model: ThemeModel, papers: pd.DataFrame) -> pd.DataFrame:
    ids = pd.Index(sorted(set(papers["paper_id"])))
    return groups_of(model.memberships, model.themes, ids)


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures with None in place of NaN, which JSON does not have."""

    def one(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return [one(part) for part in value]
        return None if isinstance(value, float) and math.isnan(value) else value

    return {name: one(value) for name, value in figures.items()}


class _Remembering:
    """An encoder that encodes a text once, whether or not the cache can be written."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, Any] = {}

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Return one vector a text, shape (n, d)."""
        import numpy as np

        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            vectors = self._encoder.encode(new, progress=progress)
            self._known |= dict(zip(new, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])
