"""The themes there ever were, and what became of them: an id is for ever.

Must not look at papers nor search for themes: it writes down what a run or a
person did to them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from typing import Any, Literal

import pandas as pd

from papertrends.errors import InputError, shortened
from papertrends.tables import HISTORY, REGISTRY, blank, conform, names_of
from papertrends.themes.theme import Theme, slug

Event = Literal["born", "renamed", "merged", "split", "retired", "returned", "taught"]

#: Who did it: the first fit, an update, a refit, or a person.
By = Literal["fit", "update", "refit", "person"]

#: A dozen papers show what became of a theme.
SHOWN = 12
SEPARATOR = ", "

_STATUS = {"merged": "merged", "split": "split", "retired": "retired", "returned": "active"}


@dataclass(frozen=True)
class ThemeEvent:
    """Something that became of a theme.

    Attributes
    ----------
    theme_id : str
        The theme that it happened to.
    event : str
        ``born``; ``renamed``; ``merged`` into the one of `others`; ``split`` into
        `others`; ``retired``; ``returned`` after that; ``taught`` by words or examples.
    reason : str
        Why, in a sentence.
    others : tuple of str
        The other themes it concerns: what it was merged into or split into, and for
        one that is born the theme it came out of.
    papers : tuple of str
        Ids of papers that show it, the clearest first; a dozen at most.
    """

    theme_id: str
    event: Event
    reason: str
    others: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registry:
    """All themes there ever were, and their history.

    Attributes
    ----------
    themes : pandas.DataFrame
        As `tables.REGISTRY`, in the order in which they were born.
    history : pandas.DataFrame
        As `tables.HISTORY`, in the order in which it happened.
    """

    themes: pd.DataFrame
    history: pd.DataFrame

    @classmethod
    def empty(cls) -> Registry:
        """Return a registry without themes."""
        return cls(blank(REGISTRY), blank(HISTORY))

    @property
    def used(self) -> frozenset[str]:
        """Every id there ever was."""
        return frozenset(self.themes["theme_id"])

    @property
    def active(self) -> tuple[str, ...]:
        """The ids of the themes that are in use."""
        return tuple(self.themes.loc[self.themes["status"] == "active", "theme_id"])

    @property
    def pinned(self) -> frozenset[str]:
        """The ids of active themes that a person stands for: renamed, merged, split off."""
        rows = self.themes
        return frozenset(rows.loc[rows["pinned"] & (rows["status"] == "active"), "theme_id"])

    @property
    def definitions(self) -> tuple[Theme, ...]:
        """The active named themes, as they are looked for."""
        rows = self.themes[(self.themes["status"] == "active") & (self.themes["definition"] != "")]
        return tuple(Theme(**json.loads(text)) for text in rows["definition"])

    def name(self, theme_id: str) -> str:
        """Return what a theme is called, or was called last."""
        return str(self.themes.set_index("theme_id").loc[theme_id, "name"])

    def shown(self, theme_id: str) -> tuple[str, ...]:
        """Return the papers that showed what became of a theme last."""
        rows = self.history[(self.history["theme_id"] == theme_id) & (self.history["papers"] != "")]
        return tuple(rows["papers"].iloc[-1].split(SEPARATOR)) if len(rows) else ()

    def gone(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return name and papers of the themes that a run, and no person, retired."""
        last = self.history[self.history["event"] == "retired"].drop_duplicates(
            "theme_id", keep="last"
        )
        by_run = set(last.loc[last["by"] != "person", "theme_id"])
        rows = self.themes[self.themes["status"] == "retired"]
        return {
            theme_id: (name, self.shown(theme_id))
            for theme_id, name in zip(rows["theme_id"], rows["name"], strict=True)
            if theme_id in by_run
        }

    def with_events(
        self,
        events: Sequence[ThemeEvent],
        *,
        run: int,
        date: pd.Timestamp,
        by: By,
        themes: pd.DataFrame,
        named_by: Mapping[str, str] | None = None,
        definitions: Mapping[str, Theme] | None = None,
    ) -> Registry:
        """Return the registry after what happened in a run.

        Parameters
        ----------
        events : sequence of ThemeEvent
        run : int
        date : pandas.Timestamp
            The newest digest then: no clock is asked.
        by : {"fit", "update", "refit", "person"}
        themes : pandas.DataFrame
            The themes table after it, with the names in use.
        named_by : mapping of str to str, optional
            Whose name a new or renamed theme has; if not said, the corpus'.
        definitions : mapping of str to Theme, optional
            What is looked for, of named themes that are new or were taught.
        """
        given = dict(definitions or {})
        whose = dict(named_by or {})
        rows: dict[str, dict[Hashable, Any]] = {
            str(row["theme_id"]): row for row in self.themes.to_dict("records")
        }
        now = {str(row["theme_id"]): row for row in themes.to_dict("records")}
        for event in events:
            key = event.theme_id
            if event.event == "born":
                rows[key] = _new_row(now[key], date, whose.get(key, "corpus"), given.get(key))
            elif event.event == "renamed":
                rows[key] |= {"name": now[key]["name"], "named_by": whose.get(key, "corpus")}
            elif event.event == "taught":
                rows[key] |= {"kind": "named", "definition": _as_text(given[key])}
            else:
                became = SEPARATOR.join(event.others)
                rows[key] |= {"status": _STATUS[event.event], "became": became}
            for heir in _pinned(event) if by == "person" else ():
                rows[heir]["pinned"] = True
        told = pd.DataFrame(
            [
                (run, date, one.theme_id, one.event, by, SEPARATOR.join(one.others), one.reason,
                 SEPARATOR.join(one.papers[:SHOWN]))
                for one in events
            ],
            columns=list(HISTORY),
        )  # fmt: skip
        history = pd.concat([self.history, told], ignore_index=True) if len(told) else self.history
        table = pd.DataFrame(list(rows.values()), columns=list(REGISTRY))
        return Registry(conform(table, REGISTRY), conform(history, HISTORY))


def _pinned(event: ThemeEvent) -> tuple[str, ...]:
    """Return the themes that a person stands for by what they did."""
    if event.event == "renamed":
        return (event.theme_id,)
    return event.others if event.event in ("merged", "split") else ()


def new_id(label: str, used: Collection[str]) -> str:
    """Return an id made of `label` that is not among the `used` ones.

    >>> new_id("World models", {"world-models"})
    'world-models-2'
    """
    base = slug(label) or "theme"
    if base not in used:
        return base
    return next(f"{base}-{number}" for number in count(2) if f"{base}-{number}" not in used)


def find_theme(registry: pd.DataFrame, given: str) -> str:
    """Return the id of the active theme that has `given` for its id or its name.

    Parameters
    ----------
    registry : pandas.DataFrame
        As `tables.REGISTRY`.
    given : str

    Raises
    ------
    InputError
        If there is none, or more than one has that name.
    """
    wanted = given.strip().casefold()
    names = registry["name"].str.casefold()
    is_active = registry["status"] == "active"
    active = registry[is_active]
    for same in (
        active.loc[active["theme_id"] == given.strip(), "theme_id"],
        active.loc[names[is_active] == wanted, "theme_id"],
    ):
        if len(same) == 1:
            return str(same.iloc[0])
        if len(same) > 1:
            raise InputError(
                f"{len(same)} themes have the name '{given}'", f"give an id: {', '.join(same)}"
            )
    past = registry[~is_active & ((registry["theme_id"] == given.strip()) | (names == wanted))]
    if len(past):
        raise InputError(*_no_longer(registry, str(past["theme_id"].iloc[-1])))
    raise InputError(f"there is no theme '{shortened(given)}'", _nearest(active, wanted))


def _no_longer(registry: pd.DataFrame, key: str) -> tuple[str, str]:
    """Say what became of a theme that is no longer in use, and what to do."""
    names = names_of(registry)
    status = dict(zip(registry["theme_id"], registry["status"], strict=True))
    became = dict(zip(registry["theme_id"], registry["became"], strict=True))
    told, heirs = f"the theme '{names[key]}' was {status[key]}", [key]
    # A chain of merges and splits is followed to the themes that are in use now.
    while any(became[heir] and status[heir] != "active" for heir in heirs):
        after = [
            became[heir].split(SEPARATOR) if became[heir] and status[heir] != "active" else [heir]
            for heir in heirs
        ]
        heirs = list(dict.fromkeys(one for part in after for one in part if one in names))
    left = [f"'{names[heir]}' ({heir})" for heir in heirs if status[heir] == "active"]
    if not left:
        return told, "name one that is in use"
    return f"{told}; its papers are in {', '.join(left)} now", "name that instead"


def _nearest(active: pd.DataFrame, wanted: str) -> str:
    """Say which theme in use has an id or a name like the one given, and where all are told."""
    ids = {key.casefold(): key for key in active["theme_id"]}
    ids |= dict(zip(active["name"].str.casefold(), active["theme_id"], strict=True))
    near = get_close_matches(wanted, list(ids), n=1) or [
        one for one in ids if wanted and wanted in one
    ]
    hint = f"did you mean '{ids[near[0]]}'? " if near else ""
    return f"{hint}'papertrends themes --store FILE' lists them all"


def most_typical(memberships: pd.DataFrame, theme_id: str) -> tuple[str, ...]:
    """Return the dozen papers that are most clearly in a theme, the clearest first."""
    rows = memberships[memberships["theme_id"] == theme_id]
    best = rows.sort_values(["score", "paper_id"], ascending=[False, True], kind="stable")
    return tuple(best["paper_id"].head(SHOWN))


def _new_row(
    theme: Mapping[Hashable, Any], date: pd.Timestamp, named_by: str, definition: Theme | None
) -> dict[Hashable, Any]:
    return {
        "theme_id": theme["theme_id"],
        "name": theme["name"],
        "kind": theme["kind"],
        "status": "active",
        "became": "",
        "born": date,
        "named_by": named_by,
        "pinned": False,
        "definition": _as_text(definition) if definition else "",
    }


def _as_text(theme: Theme) -> str:
    return json.dumps(theme.as_dict(), ensure_ascii=False, sort_keys=True)
