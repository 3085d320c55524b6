"""What a walk through JSON meets: entries, plain values beside them, and damage.

Must not hold anything but these; who walks and who reads know nothing of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Element(NamedTuple):
    """An entry that could be decoded.

    Attributes
    ----------
    value : object
        What it says.
    start : int
        Where it begins in the text.
    path : tuple of int
        Where the lists and objects begin that it lies in, from the outside in.
    name : str
        What it is called in the object it lies in, if it lies in one.
    """

    value: object
    start: int
    path: tuple[int, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A plain value beside the lists of entries, like a date."""

    name: str
    value: object
    start: int
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """A part that cannot be read, or one that could for all its faults.

    Attributes
    ----------
    kind : str
        ``note`` if nothing is lost by it.
    start, end : int
        Its place in the text.
    problem : str
        What is wrong, and what to do.
    """

    kind: Literal["broken", "note"]
    start: int
    end: int
    problem: str


@dataclass(frozen=True, slots=True)
class Empties:
    """Elements in a row that are no entries, in a list that has had many."""

    start: int
    end: int
    count: int


Event = Element | Member | Damage | Empties
