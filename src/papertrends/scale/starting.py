"""What an analysis over partitions begins with: a model, and where its papers stand.

A model is learned here, or was given; either way it leaves papers to be assigned by
others. Must not look at those.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from papertrends.encoders import EncoderLike
from papertrends.errors import InputError
from papertrends.progress import Progress
from papertrends.scale import steps
from papertrends.scale.pools import Pool
from papertrends.scale.sending import pack
from papertrends.themes.assigning import Places
from papertrends.themes.fitted import Fitted, encoder_of
from papertrends.themes.learning import learn
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

#: So many papers of a given model are enough to find places for others among them.
_MOST_PLACES = 4_000
#: With fewer of its papers at hand, its themes' centres stand for them.
_FEWEST_PLACES = 5


@dataclass(frozen=True)
class Start:
    """What is known before the partitions.

    Attributes
    ----------
    model : ThemeModel
        To be sent out.
    fitted : Fitted
        The same with the rows of those of its papers that are among the inputs.
    places : Places
        Where they stand on its map.
    sent : Any
        The model in the pool, packed.
    recount : bool
        Whether its themes were counted in other papers.
    """

    model: ThemeModel
    fitted: Fitted
    places: Places
    sent: Any
    recount: bool


def learned(
    pool: Pool,
    papers: pd.DataFrame,
    themes: tuple[Theme, ...],
    *,
    encoder: EncoderLike,
    seed: int,
    progress: Progress,
) -> Start:
    """Learn the themes of `papers` here, from a sample of them if they are many."""
    found = learn(papers, themes, encoder=encoder, seed=seed, bertopic=None, progress=progress)
    model = ThemeModel.of(found.fitted, themes, encoder=found.encoder, seed=seed)
    places = Places.of(found.fitted.map, found.sample.joined)
    return Start(model, found.fitted, places, pool.share(pack(model)), recount=False)


def given_model(
    model: ThemeModel | str | Path, themes: Any, encoder: EncoderLike, seed: int
) -> ThemeModel:
    """Return the fitted model that was given, itself or by its folder.

    Raises
    ------
    InputError
        If there is none, another version wrote it, its encoder is not at hand, or themes, an
        encoder or a seed were given as well.
    """
    if themes is not None or seed != 0 or (isinstance(encoder, str) and encoder != "auto"):
        raise InputError(
            "a model was given, and themes, an encoder or a seed as well",
            "leave these out: a fitted model has its own",
        )
    own = encoder if not isinstance(encoder, str) else None
    fitted = model if isinstance(model, ThemeModel) else ThemeModel.load(model, encoder=own)
    encoder_of(fitted.fitted, fitted.encoder)
    return fitted


def sent_out(pool: Pool, model: ThemeModel | None) -> Any:
    """Return the handle of a given model in the pool, which makes ready for it; None for none."""
    if model is None:
        return None
    sent = pool.share(pack(model))
    pool.prepare(steps.make_ready, sent)
    return sent


def restricted(
    pool: Pool, unique: pd.DataFrame, model: ThemeModel, sent: Any, progress: Progress
) -> Start:
    """Start from a given model, with the rows of those of its papers that are at hand.

    Parameters
    ----------
    pool : Pool
    unique : pandas.DataFrame
        The papers, one row each, by id.
    model : ThemeModel
    sent : Any
        What `sent_out` returned for it.
    progress : Progress
    """
    here = set(unique["paper_id"])
    rows = {
        name: getattr(model.fitted, name)[lambda table: table["paper_id"].isin(here)].reset_index(
            drop=True
        )
        for name in ("memberships", "unassigned", "near_misses", "map")
    }
    fitted = replace(model.fitted, **rows)
    if len(fitted.map) == len(unique):
        places = Places(np.zeros((0, 0), dtype=np.float32), np.zeros((0, 2)))
    elif len(fitted.map) < _FEWEST_PLACES:
        places = _centres(model.fitted)
    else:
        step = -(-len(fitted.map) // _MOST_PLACES)
        some = fitted.map.sort_values("paper_id").iloc[::step]
        known = unique[unique["paper_id"].isin(set(some["paper_id"]))]
        size = steps.PARTITION
        blocks = [known.iloc[at : at + size] for at in range(0, len(known), size)]
        vectors = pool.map(
            steps.joined_of,
            blocks,
            sent,
            stage="embedding",
            sizes=[len(block) for block in blocks],
            progress=progress,
        )
        places = Places(np.vstack(vectors), some[["x", "y"]].to_numpy(dtype=np.float64))
    return Start(model, fitted, places, sent, recount=True)


def _centres(fitted: Fitted) -> Places:
    """Return the discovered themes of a model in place of papers, in the middle of theirs."""
    at = fitted.map.set_index("paper_id")[["x", "y"]]
    by_theme = fitted.memberships.groupby("theme_id")["paper_id"]
    papers = {str(key): ids for key, ids in by_theme}
    middle = at.to_numpy(dtype=np.float64).mean(axis=0)
    xy = [
        at.loc[papers[key]].to_numpy(dtype=np.float64).mean(axis=0) if key in papers else middle
        for key in fitted.discovered_ids
    ]
    if not xy:
        width = fitted.centroids.centres.shape[1]
        return Places(np.zeros((1, width), dtype=np.float32), middle[None, :])
    return Places(fitted.centroids.centres.astype(np.float32), np.array(xy))
