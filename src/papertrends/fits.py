"""Fits kept between runs, by the content of the papers and all else that could change them.

Must never be needed: where nothing is kept or it cannot be read, themes are
learned anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from pathlib import Path

import pandas as pd

from papertrends.encoders import EncoderLike, cache_folder
from papertrends.errors import PapertrendsError
from papertrends.progress import Progress
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme
from papertrends.versions import versions

_LOG = logging.getLogger(__name__)

_KEPT_MODELS = 20


def fit_cached(
    papers: pd.DataFrame,
    themes: tuple[Theme, ...],
    *,
    encoder: EncoderLike,
    seed: int,
    progress: Progress | None = None,
) -> ThemeModel:
    """Fit a `ThemeModel`, or take the fit of the very same papers and settings.

    What is kept is found by the content of the papers, the settings, the code
    and the versions; fits with an encoder of one's own are not kept, nor those with a
    model in a folder, as its name does not say what is in there.
    """
    model = ThemeModel(themes, encoder=encoder, seed=seed)
    if not isinstance(encoder, str) or Path(encoder).is_dir():
        return model.fit(papers, progress=progress)
    folder = cache_folder() / "models"
    place = folder / _fingerprint(papers, model)
    if place.is_dir():
        try:
            model = ThemeModel.load(place)
            _LOG.info("the fit of these papers is in the cache: %d themes", len(model.themes))
            return model
        except PapertrendsError as error:
            _LOG.warning("the kept model cannot be used (%s); fitting anew", error)
            shutil.rmtree(place, ignore_errors=True)
    model.fit(papers, progress=progress)
    try:
        model.save(place)
        _prune(folder)
    except (PapertrendsError, OSError) as error:
        _LOG.warning("the fitted model is not kept (%s)", error)
    return model


def _fingerprint(papers: pd.DataFrame, model: ThemeModel) -> str:
    columns = ["paper_id", "title", "abstract", "arxiv_id", "digest_date", "source", "position"]
    digest = hashlib.sha256()
    for part in (model.plain_params(), versions()):
        digest.update(json.dumps(part, sort_keys=True).encode())
    digest.update(papers[columns].to_csv(index=False).encode())
    home = Path(__file__).parent
    for file in sorted([*home.glob("themes/*.py"), *home.glob("encoders/*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def _prune(folder: Path) -> None:
    """Keep the models that were made last."""
    made = sorted(folder.iterdir(), key=lambda place: (-place.stat().st_mtime, place.name))
    for place in made[_KEPT_MODELS:]:
        shutil.rmtree(place, ignore_errors=True)
