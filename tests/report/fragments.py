"""What a notebook is shown, parsed, and what holds of all of it."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

from papertrends.report import Summary
from papertrends.report.model import Sentence

VOID = {"br"}


# Elements of a drawing that end themselves.
CLOSED = {"path", "rect", "polygon", "polyline"}


NAMES = (
    "n" * 200,
    "دراسة النماذج اللغوية \u202e الكبيرة",
    "大型语言模型的推理",
    "😀 emoji 👩‍🔬",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} ${x} %{y}",
    "\x00\ud800 broken",
)


class Fragment(HTMLParser):
    """Checks that elements are closed in order, and keeps rows, tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in CLOSED
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open or "svg" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(text: str) -> Fragment:
    """Parse a fragment and check what holds of every one of them."""
    found = Fragment(text)
    # Inert, and alone: nothing runs, nothing loads, nothing clashes with another output.
    assert not {"script", "img", "iframe", "link", "object", "meta", "html", "body"} & set(
        found.tags
    )
    names = {name for _, name, _ in found.attributes}
    assert not {"id", "name", "src"} & names
    assert not [name for name in names if name.startswith("on")]
    links = [value for _, name, value in found.attributes if name in ("href", "xlink:href")]
    assert all(re.match("https?://", link or "") for link in links)
    # On light and dark: no colour of text, no background but the none that undoes stripes.
    css = text[: text.index("</style>")]
    rules = re.sub(r"\s+", " ", css[css.index("<style>") + 7 :])
    assert all(
        part.strip().startswith(".papertrends")
        for rule in re.findall(r"([^{}]+)\{", rules)
        for part in rule.split(",")
    )
    assert set(re.findall(r"(?<![-\w])color: ([^;}]+)", rules)) == {"inherit"}
    assert set(re.findall(r"background[^:;]*: ([^;}]+)", rules)) <= {"none"}
    styles = " ".join(value or "" for _, name, value in found.attributes if name == "style")
    assert "background" not in styles
    assert not re.search(r"(^|[; ])color:", styles)
    assert "url(" not in css
    text.encode("utf-8")
    return found


def tight(text: str) -> str:
    return text.replace("\u00a0", " ")


def renamed(summary: Summary, *names: str) -> Summary:
    """Give the first themes other names, in cards and sentences."""
    cards = list(summary.themes)
    told = []
    for place, name in enumerate(names):
        cards[place] = dataclasses.replace(cards[place], name=name, keywords=(name, "word"))
        told.append(Sentence("Before ", name, " after.", cards[place].theme_id))
    return dataclasses.replace(summary, themes=tuple(cards), headline=tuple(told))
