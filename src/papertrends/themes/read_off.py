"""What can be read off a fitted model: its tables, and what it was made by.

Must not fit, nor change what was fitted: tables are copies.
"""

from __future__ import annotations

import pandas as pd

from papertrends.encoders import EncoderLike, Vectors
from papertrends.errors import PapertrendsError
from papertrends.themes.fitted import Fitted


class ReadOff:
    """What whoever holds a fit can tell of it; before the fit each asks for one."""

    _fitted: Fitted | None
    _encoded: Vectors | None
    _encoder: EncoderLike

    @property
    def themes(self) -> pd.DataFrame:
        """The themes table: named themes first, then discovered ones by size."""
        return self._require_fitted("themes").themes.copy()

    @property
    def memberships(self) -> pd.DataFrame:
        """The memberships table of the papers it was fitted on."""
        return self._require_fitted("memberships").memberships.copy()

    @property
    def unassigned(self) -> pd.DataFrame:
        """Papers in no theme, each with its nearest theme and the reason."""
        return self._require_fitted("unassigned").unassigned.copy()

    @property
    def near_misses(self) -> pd.DataFrame:
        """Papers that narrowly do not belong to a theme: scores from 0.4 to below 0.5.

        One row a paper and theme, in this order. Named themes and broad discovered
        ones have them. A finer discovered theme has none: its members are the papers
        that were grouped in it, however near others are.
        """
        return self._require_fitted("near_misses").near_misses.copy()

    @property
    def map(self) -> pd.DataFrame:
        """A place on a two-dimensional map for each paper."""
        return self._require_fitted("map").map.copy()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done without, and why, in sentences."""
        return self._require_fitted("notes").notes

    @property
    def fitted(self) -> Fitted:
        """What was learned, in plain values."""
        return self._require_fitted("fitted")

    @property
    def encoded(self) -> Vectors | None:
        """The encoder's vectors of the papers in the order of `map`, shape (n, d).

        None in a model that was loaded.
        """
        self._require_fitted("encoded")
        return self._encoded

    @property
    def encoder(self) -> EncoderLike:
        """What reads its papers, for `load` and `update`: a transformer as it was fitted."""
        self._require_fitted("encoder")
        return self._encoder

    @property
    def encoder_name(self) -> str:
        """The name of the encoder whose vectors it was fitted on."""
        return self._require_fitted("encoder_name").encoder

    def _require_fitted(self, asked: str) -> Fitted:
        if self._fitted is None:
            raise PapertrendsError(
                f"ThemeModel.{asked}: the ThemeModel is not fitted; call fit(papers) first"
            )
        return self._fitted
