"""The theme model: named and discovered themes of a set of papers.

An estimator over the stages, with scikit-learn's manners. Must not hold any of their
methods: themes are learned in ``learning.py``, files written and read in ``saved.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pandas as pd

from papertrends.cores import one_thread
from papertrends.encoders import EncoderLike, Vectors, cache_folder
from papertrends.errors import InputError, did_you_mean
from papertrends.progress import Progress, showing
from papertrends.themes.checked import checked
from papertrends.themes.evidence import Corpus
from papertrends.themes.fitted import (
    Fitted,
    corpus_from,
    encoder_of,
    memberships_of,
    one_row_each,
    texts_of_papers,
)
from papertrends.themes.learning import learn, with_rest
from papertrends.themes.own_bertopic import Handed
from papertrends.themes.read_off import ReadOff
from papertrends.themes.theme import Theme, as_themes

_LOG = logging.getLogger(__name__)


class ThemeModel(ReadOff):
    """Finds named themes and discovers the rest.

    Parameters
    ----------
    themes : iterable of str or Theme, optional
        The themes to find; the built-in ones when nothing is given.
    encoder : str, Encoder, or what can be made one, default "auto"
        ``"minilm"`` embeds every paper with all-MiniLM-L6-v2, ``"distilled"`` a
        thousand, from which the vectors of the others are learned, and ``"auto"``
        takes the second for more than 4,000 papers. Another name is a
        sentence-transformers model. Or an object: an `Encoder`, a model with
        ``encode(texts)``, a transformer of scikit-learn (one that is not fitted is
        copied and fitted on the papers), or vectors: a DataFrame by ``paper_id``, or an
        array with a row for each row of the papers.
    seed : int, default 0
        For the map. Themes draw what chance they need from the papers themselves:
        neither the seed nor the order of the papers moves them.
    bertopic : bertopic.BERTopic, optional
        A model of one's own. One that is fitted assigns its topics to the papers
        (it must be able to embed them); of one that is not a copy is fitted on them.

    Attributes
    ----------
    themes, memberships, unassigned, near_misses, map : pandas.DataFrame
        After `fit`: the tables described in the README.
    notes : tuple of str
        What was done without, and why.
    bertopic : bertopic.BERTopic or None
        The fitted BERTopic, for its own plots; None when there were too few
        papers for it, and in a model that was loaded.

    Examples
    --------
    >>> model = ThemeModel(themes=["prompt learning"], seed=1)
    >>> model.get_params()["seed"]
    1
    """

    def __init__(
        self,
        themes: Iterable[str | Theme] | None = None,
        *,
        encoder: EncoderLike = "auto",
        seed: int = 0,
        bertopic: Any = None,
    ) -> None:
        self._params: dict[str, Any] = {
            "themes": themes,
            "encoder": encoder,
            "seed": seed,
            "bertopic": bertopic,
        }
        self._fitted: Fitted | None = None
        self._found_by: Handed | None = None
        self._encoded: Vectors | None = None
        self._encoder: EncoderLike = encoder

    @classmethod
    def of(
        cls, fitted: Fitted, themes: Iterable[str | Theme], *, encoder: EncoderLike, seed: int
    ) -> ThemeModel:
        """Return the model of a fit that was made before.

        Parameters
        ----------
        fitted : Fitted
        themes, encoder, seed
            What it was made with.

        Returns
        -------
        ThemeModel

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> model = pt.ThemeModel(["prompt learning"]).fit(some_papers())
        >>> pt.ThemeModel.of(model.fitted, ["prompt learning"], encoder="auto", seed=0)
        ThemeModel with 1 named and 1 discovered themes of 14 papers: see .themes, .memberships
        """
        model = cls(themes, encoder=encoder, seed=seed)
        model._fitted = fitted
        return model

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters it was made with, as scikit-learn's estimators do.

        Parameters
        ----------
        deep : bool, optional
            Ignored: there is nothing nested.

        Returns
        -------
        dict
            ``themes``, ``encoder``, ``seed`` and ``bertopic``.

        Examples
        --------
        >>> import papertrends as pt
        >>> pt.ThemeModel(seed=3).get_params()["seed"]
        3
        """
        del deep  # there is nothing nested
        return dict(self._params)

    def set_params(self, **params: Any) -> ThemeModel:
        """Change parameters; the model has to be fitted again.

        Parameters
        ----------
        params
            The ones to change, by their names.

        Returns
        -------
        ThemeModel
            Itself.

        Raises
        ------
        InputError
            If a parameter is unknown.

        Examples
        --------
        >>> import papertrends as pt
        >>> pt.ThemeModel().set_params(seed=3).get_params()["seed"]
        3
        """
        for name in params:
            if name not in self._params:
                raise InputError(
                    f"ThemeModel has no parameter '{name}'", did_you_mean(name, self._params)
                )
        self._params |= params
        self._fitted = self._encoded = None
        self._encoder = self._params["encoder"]
        return self

    def fit(
        self, papers: pd.DataFrame, y: object = None, *, progress: Progress | None = None
    ) -> ThemeModel:
        """Learn the themes of `papers`.

        Of more than 4,000 papers they are learned from about 3,000 that cover them, and
        the others are assigned: time and memory grow in proportion to the papers.

        Parameters
        ----------
        papers : pandas.DataFrame
            With ``paper_id, title, abstract, digest_date``; a paper may stand
            in several digests and counts once here.
        y : object, optional
            Ignored, as scikit-learn has it.
        progress : Progress, optional
            Told as ``progress(stage, done, total)`` how far it is; without it, bars
            are shown in Jupyter and nothing elsewhere.

        Returns
        -------
        ThemeModel
            Itself.

        Raises
        ------
        InputError
            If there are no papers, columns are missing, an example is no paper
            of `papers`, or a parameter is not allowed.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> model = pt.ThemeModel(["prompt learning"]).fit(some_papers())
        >>> model.themes[["name", "kind", "n_papers"]]
                      name        kind  n_papers
        0  prompt learning       named         5
        1            Robot  discovered         7
        """
        del y
        params = self._params
        themes, papers = as_themes(params["themes"]), checked(papers)
        with showing(progress) as told:
            learned = learn(
                papers,
                themes,
                encoder=params["encoder"],
                seed=params["seed"],
                bertopic=params["bertopic"],
                progress=told,
            )
            self._found_by, self._encoder = learned.found_by, learned.encoder
            self._fitted, self._encoded = with_rest(
                learned,
                papers,
                lambda rest: self._corpus(learned.fitted, rest, told),
                told,
            )
        kinds = self._fitted.themes["kind"].value_counts()
        _LOG.info(
            "found %d named and %d discovered themes in %d papers",
            *(kinds.get("named", 0), kinds.get("discovered", 0), len(self._fitted.map)),
        )
        return self

    def _corpus(self, fitted: Fitted, papers: pd.DataFrame, progress: Progress) -> Corpus:
        """Read papers (one row each) as the fit does, by its encoder."""
        encoder, ids = encoder_of(fitted, self._encoder), papers["paper_id"].tolist()
        texts = texts_of_papers(papers)
        limits = one_thread() if fitted.distilled is not None else nullcontext()
        with limits:
            encoded, lsa = fitted.vectors(
                texts, encoder, cache_folder(), progress=progress, paper_ids=ids
            )
        return corpus_from(papers, encoded, lsa)

    def assign(self, papers: pd.DataFrame, *, progress: Progress | None = None) -> pd.DataFrame:
        """Return the memberships of papers, whether it was fitted on them or not.

        Parameters
        ----------
        papers : pandas.DataFrame
            With ``paper_id, title, abstract, digest_date``.
        progress : Progress, optional
            As for `fit`.

        Returns
        -------
        pandas.DataFrame
            As `memberships`. Papers that belong to no theme have no row. A paper
            the model was fitted on gets the memberships it has.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> model = pt.ThemeModel(["prompt learning"]).fit(some_papers())
        >>> new = some_papers().head(1).assign(paper_id="new", title="Prompt tuning for maps")
        >>> model.assign(new)[["paper_id", "theme_id"]].values.tolist()
        [['new', 'prompt-learning']]
        """
        fitted = self._require_fitted("assign(papers)")
        unique = one_row_each(checked(papers))
        known = set(fitted.map["paper_id"])
        new = unique[~unique["paper_id"].isin(known)].reset_index(drop=True)
        ids = set(unique["paper_id"])
        old = fitted.memberships[fitted.memberships["paper_id"].isin(ids)]
        if new.empty:
            return old.reset_index(drop=True)
        with showing(progress) as told:
            corpus = self._corpus(fitted, new, told)
        with one_thread():
            scores = fitted.scores(corpus)
        found, _ = memberships_of(
            new["paper_id"].tolist(), fitted.theme_ids, scores, fitted.can_be_primary
        )
        both = pd.concat([old, found], ignore_index=True) if len(old) else found
        return both.sort_values("paper_id", kind="stable").reset_index(drop=True)

    def save(self, folder: str | Path) -> None:
        """Write the fitted model into `folder` as arrays and JSON.

        Parameters
        ----------
        folder : path
            A new folder, or an empty one.

        Raises
        ------
        InputError
            If the folder holds something already or cannot be made.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_folder, some_papers
        >>> folder = some_folder() / "model"
        >>> pt.ThemeModel(["prompt learning"]).fit(some_papers()).save(folder)
        >>> sorted(one.name for one in folder.iterdir())
        ['arrays.npz', 'model.json']
        """
        from papertrends.themes.saved import save

        save(self._require_fitted("save(folder)"), self.plain_params(), Path(folder))

    @classmethod
    def load(cls, folder: str | Path, *, encoder: EncoderLike | None = None) -> ThemeModel:
        """Read a model that `save` has written.

        Parameters
        ----------
        folder : path
        encoder : str or Encoder, optional
            Needed when the model was fitted with an encoder of one's own.

        Returns
        -------
        ThemeModel

        Raises
        ------
        InputError
            If there is no such model, or it is damaged.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_folder, some_papers
        >>> folder = some_folder() / "model"
        >>> pt.ThemeModel(["prompt learning"]).fit(some_papers()).save(folder)
        >>> pt.ThemeModel.load(folder)
        ThemeModel with 1 named and 1 discovered themes of 14 papers: see .themes, .memberships
        """
        from papertrends.themes.saved import load

        fitted, params = load(Path(folder))
        return cls.of(fitted, **(params if encoder is None else {**params, "encoder": encoder}))

    @property
    def bertopic(self) -> Any:
        """The fitted BERTopic, or None; it takes seconds when it is asked for first."""
        if self._fitted is None:
            return self._params["bertopic"]
        return None if self._found_by is None else self._found_by.build()

    def plain_params(self) -> dict[str, Any]:
        """Return the parameters as JSON-able values, an encoder by its name.

        Returns
        -------
        dict
            ``themes``, ``encoder`` and ``seed``.

        Examples
        --------
        >>> import papertrends as pt
        >>> pt.ThemeModel(["prompt learning"], seed=3).plain_params()["encoder"]
        'auto'
        """
        encoder = self._params["encoder"]
        return {
            "themes": [theme.as_dict() for theme in as_themes(self._params["themes"])],
            "encoder": encoder if isinstance(encoder, str) else self.encoder_name,
            "seed": self._params["seed"],
        }

    def __repr__(self) -> str:
        if self._fitted is None:
            return f"ThemeModel(seed={self._params['seed']}), not fitted: call fit(papers)"
        kinds = self._fitted.themes["kind"].value_counts()
        return (
            f"ThemeModel with {kinds.get('named', 0)} named and {kinds.get('discovered', 0)} "
            f"discovered themes of {len(self._fitted.map)} papers: see .themes, .memberships"
        )
