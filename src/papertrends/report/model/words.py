"""Sentences, figures and passages of the report.

Must not compute.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """A sentence about a theme, in three parts so that the theme can be a link.

    Attributes
    ----------
    before, subject, after : str
        The text, in order; `subject` is the theme's name.
    theme_id : str
        Where the evidence is; empty where the sentence is about no single theme.
    """

    before: str
    subject: str = ""
    after: str = ""
    theme_id: str = ""

    @property
    def text(self) -> str:
        """The sentence as it is read."""
        return self.before + self.subject + self.after


@dataclass(frozen=True)
class Fact:
    """A number with what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class Passage:
    """A paragraph of the method with its heading."""

    title: str
    text: str
