"""Each table of an analysis as an attribute of it.

Must not hold anything but names: the tables themselves are in `tables.Tables`.
"""

from __future__ import annotations

import pandas as pd

from papertrends.tables import Tables


class Tabled:
    """What has ``tables`` hands each of them out."""

    tables: Tables

    @property
    def papers(self) -> pd.DataFrame:
        """The papers table: a row for each appearance of a paper in a digest."""
        return self.tables.papers

    @property
    def themes(self) -> pd.DataFrame:
        """The themes table."""
        return self.tables.themes

    @property
    def memberships(self) -> pd.DataFrame:
        """The memberships table: which paper belongs to which theme, and how clearly."""
        return self.tables.memberships

    @property
    def unassigned(self) -> pd.DataFrame:
        """Papers in no theme, each with the nearest one and the reason."""
        return self.tables.unassigned

    @property
    def near_misses(self) -> pd.DataFrame:
        """Papers that narrowly do not belong to a theme."""
        return self.tables.near_misses

    @property
    def map(self) -> pd.DataFrame:
        """A place on a two-dimensional map for each paper."""
        return self.tables.map

    @property
    def volume(self) -> pd.DataFrame:
        """The papers and digests of each period, and how late papers were listed."""
        return self.tables.volume

    @property
    def jumps(self) -> pd.DataFrame:
        """Where the papers a digest changed level."""
        return self.tables.jumps

    @property
    def trends(self) -> pd.DataFrame:
        """The trends table: counts and shares by theme and period."""
        return self.tables.trends

    @property
    def curves(self) -> pd.DataFrame:
        """Each theme's share smoothed over time, with its band."""
        return self.tables.curves

    @property
    def changes(self) -> pd.DataFrame:
        """The changes table: verdict, effect, interval and q-value a theme."""
        return self.tables.changes

    @property
    def events(self) -> pd.DataFrame:
        """When themes emerged, and their bursts."""
        return self.tables.events

    @property
    def sensitivity(self) -> pd.DataFrame:
        """What papers near the threshold would change."""
        return self.tables.sensitivity

    @property
    def other_trends(self) -> pd.DataFrame:
        """The trends counted by the other date: publication where the run counts by digest."""
        return self.tables.other_trends

    @property
    def other_curves(self) -> pd.DataFrame:
        """The curves counted by the other date."""
        return self.tables.other_curves

    @property
    def other_changes(self) -> pd.DataFrame:
        """The changes counted by the other date."""
        return self.tables.other_changes

    @property
    def looks(self) -> pd.DataFrame:
        """Colour, symbol and dash of each theme."""
        return self.tables.looks

    @property
    def what_changed(self) -> pd.DataFrame:
        """What the last run on the store changed, theme by theme; empty without one."""
        return self.tables.what_changed

    @property
    def moves(self) -> pd.DataFrame:
        """Each theme's curve before the last run, with its papers, and after it."""
        return self.tables.moves

    @property
    def history(self) -> pd.DataFrame:
        """What became of the themes over all runs on the store."""
        return self.tables.history
