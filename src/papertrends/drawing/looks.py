"""How themes, periods and text look in every chart and on every page.

Exists so that a theme has one colour everywhere and text from dumps is shown as
text. It must not know any chart, and imports
nothing heavy at its top.
"""

from __future__ import annotations

import hashlib
import html
import math
import re
import textwrap
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import pandas as pd

from papertrends.errors import InputError, shortened
from papertrends.tables import LOOKS, conform, require_columns

# Chosen by maximising the smallest OKLab distance as seen with normal, protan,
# deutan and tritan sight, at a contrast of 3:1 against white and against #161616.
PALETTE = (
    "#3d96fd",
    "#b33b15",
    "#169d4a",
    "#8b46ad",
    "#e95e09",
    "#406f4e",
    "#af5480",
    "#6265e3",
    "#d5798f",
    "#997bc3",
)
SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "star",
    "triangle-down",
    "hexagon",
)
#: The symbols as signs of text.
SIGNS = dict(zip(SYMBOLS, "●■◆▲✚★▼⬢", strict=True))
DASHES = ("solid", "dash", "dot", "dashdot")
_LOOK = {
    "color": re.compile("#[0-9a-fA-F]{6}"),
    "symbol": re.compile("|".join(SYMBOLS)),
    "dash": re.compile("|".join(DASHES)),
}
GREY = "#85888f"
#: Can be read on white and on black, as notebooks are either.
INK = "#767b84"
VERDICT_STYLES = {
    "rising": ("#e95e09", "triangle-up"),
    "falling": ("#3d96fd", "triangle-down"),
    "steady": (GREY, "circle"),
    "too little data": (GREY, "circle-open"),
}
MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
# Invisible characters that reorder or hide text around them (bidi overrides, controls).
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
# Plotly takes what stands between two dollar signs for LaTeX, and fills in %{} in names and
# annotations where a layout or a trace has a meta.
_SIGNS_OF_PLOTLY = str.maketrans({"$": "&#36;", "%": "&#37;"})


@dataclass(frozen=True)
class ThemeStyle:
    """How a theme is drawn everywhere: a colour, and a symbol and dash beside it."""

    color: str
    symbol: str
    dash: str


def top_level(themes: pd.DataFrame) -> dict[str, str]:
    """Tell which theme at the top of `themes` each theme stands under.

    At the top are named themes and broad discovered ones, also those that are part of
    a named theme. A finer theme is one whose parent is a discovered theme of the
    table; parents that lead back to themselves count as none.

    Parameters
    ----------
    themes : DataFrame
        The themes table; without ``kind`` and ``parent`` every theme is at the top.

    Returns
    -------
    dict of str to str
        The id of the broad theme of each finer theme, and of every other its own.
    """
    ids = [str(theme_id) for theme_id in themes["theme_id"]]
    if "parent" not in themes or "kind" not in themes:
        return {theme_id: theme_id for theme_id in ids}
    discovered = (themes["kind"] == "discovered").to_numpy()
    over = {
        theme_id: str(parent)
        for theme_id, parent, found in zip(ids, themes["parent"], discovered, strict=True)
        if found
    }
    tops = {}
    for theme_id in ids:
        way = [theme_id]
        while over.get(way[-1]) in over and over[way[-1]] not in way:
            way.append(over[way[-1]])
        tops[theme_id] = theme_id if over.get(way[-1]) in over else way[-1]
    return tops


def theme_styles(themes: pd.DataFrame, looks: pd.DataFrame | None = None) -> dict[str, ThemeStyle]:
    """Return how each theme is drawn.

    Parameters
    ----------
    themes : DataFrame
        The themes table, as for `theme_looks`.
    looks : DataFrame, optional
        The looks that themes have already; the others get theirs as in `theme_looks`.

    Returns
    -------
    dict of str to ThemeStyle
        By ``theme_id``, those at the top first, each in natural order of the ids.
    """
    rows = theme_looks(themes, looks)
    styles = {
        str(row["theme_id"]): ThemeStyle(str(row["color"]), str(row["symbol"]), str(row["dash"]))
        for row in rows.to_dict("records")
    }
    tops = top_level(themes)
    ordered = sorted(
        tops, key=lambda theme_id: (tops[theme_id] != theme_id, natural_order(theme_id))
    )
    return {theme_id: styles[theme_id] for theme_id in ordered}


def theme_looks(themes: pd.DataFrame, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give each theme its colour, symbol and dash, and leave those that have theirs.

    A theme's place in the palette follows from its id; where two would meet, the
    later one (in natural order of the ids) takes the next place least used, so that
    no two of the first 320 look the same. A finer theme has the colour of its broad
    one and another symbol.

    Parameters
    ----------
    themes : DataFrame
        The themes table; only ``theme_id`` is read, and where they are there ``kind``
        and ``parent``; its order does not matter.
    known : DataFrame, optional
        A table like the one returned: the looks given in earlier runs.

    Returns
    -------
    DataFrame
        ``theme_id``, ``color``, ``symbol``, ``dash``: the rows of `known`, then the new
        ones.

    Raises
    ------
    InputError
        If `known` has a look that no chart can draw.
    """
    given = _given(conform(pd.DataFrame(), LOOKS) if known is None else known)
    tops = top_level(themes)
    taken = set(given.values())
    used = [0] * len(PALETTE)
    for theme_id, style in given.items():
        if tops.get(theme_id) == theme_id and style.color in PALETTE:
            used[PALETTE.index(style.color)] += 1
    new = [theme_id for theme_id in sorted(tops, key=natural_order) if theme_id not in given]
    # A finer theme takes after its broad one, which is seated before it.
    for theme_id in sorted(new, key=lambda one: tops[one] != one):
        if tops[theme_id] == theme_id:
            style = _seat(theme_id, used, taken)
        else:
            style = _beside(given[tops[theme_id]], taken)
        given[theme_id] = style
        taken.add(style)
    table = [(key, style.color, style.symbol, style.dash) for key, style in given.items()]
    return conform(pd.DataFrame(table, columns=list(LOOKS)), LOOKS)


def _given(looks: pd.DataFrame) -> dict[str, ThemeStyle]:
    """Return the looks of a table by theme, each checked: colours end up in markup."""
    require_columns(looks, LOOKS, "looks")
    given = {}
    for row in looks.to_dict("records"):
        style = ThemeStyle(str(row["color"]), str(row["symbol"]), str(row["dash"]))
        for part, value, allowed in (
            ("color", style.color, "one like #3d96fd"),
            ("symbol", style.symbol, f"one of {', '.join(SYMBOLS)}"),
            ("dash", style.dash, f"one of {', '.join(DASHES)}"),
        ):
            if not _LOOK[part].fullmatch(value):
                raise InputError(
                    f"the looks table gives {shortened(str(row['theme_id']))!r} "
                    f"the {part} {shortened(value)!r}",
                    f"give it {allowed}",
                )
        given[str(row["theme_id"])] = style
    return given


def _seat(theme_id: str, used: list[int], taken: set[ThemeStyle]) -> ThemeStyle:
    """Return the look of a theme at the top: of the colours least used the first from its own."""
    wish = hashlib.sha256(theme_id.encode()).digest()[0] % len(PALETTE)
    places = [(wish + step) % len(PALETTE) for step in range(len(PALETTE))]
    looks = [
        ThemeStyle(
            PALETTE[place],
            SYMBOLS[(place + turn) % len(SYMBOLS)],
            DASHES[turn // len(SYMBOLS) % len(DASHES)],
        )
        for place in sorted(places, key=lambda index: used[index])
        for turn in range(used[place], used[place] + len(SYMBOLS) * len(DASHES))
    ]
    look = next((look for look in looks if look not in taken), looks[0])
    used[PALETTE.index(look.color)] += 1
    return look


def _beside(top: ThemeStyle, taken: set[ThemeStyle]) -> ThemeStyle:
    """Return the look of a finer theme: the colour of its broad one, with another symbol."""
    looks = [
        ThemeStyle(
            top.color,
            # One symbol of the eight is the broad theme's own.
            SYMBOLS[(SYMBOLS.index(top.symbol) + turn % (len(SYMBOLS) - 1) + 1) % len(SYMBOLS)],
            DASHES[(DASHES.index(top.dash) + turn + 1) % len(DASHES)],
        )
        for turn in range((len(SYMBOLS) - 1) * len(DASHES))
    ]
    # Better another colour than the look of another theme.
    rest = [ThemeStyle(*look) for look in product((top.color, *PALETTE), SYMBOLS, DASHES)]
    return next((look for look in looks + rest if look not in taken), looks[0])


def period_label(period: pd.Timestamp, by: str, *, short: bool = False) -> str:
    """Name a period by its first day.

    Examples
    --------
    >>> period_label(pd.Timestamp("2025-07-31"), "digest")
    '31 July 2025'
    >>> period_label(pd.Timestamp("2025-07-01"), "quarter")
    'Q3 2025'
    """
    month = MONTHS[period.month - 1]
    if short:
        month = month[:3]
    if by == "year":
        return str(period.year)
    if by == "quarter":
        return f"Q{(period.month + 2) // 3} {period.year}"
    if by == "month":
        return f"{month} {period.year}"
    day = f"{period.day} {month} {period.year}"
    return f"week of {day}" if by == "week" and not short else day


#: Letters in a line of a hover box, and lines.
_IN_BOX = (60, 6)


def hover_text(text: str) -> str:
    """Return `text` for a Plotly hover box: shown as it is, wrapped, never as markup.

    Examples
    --------
    >>> hover_text("Is 1 < 2?")
    'Is 1 &lt; 2?'
    """
    return "<br>".join(text_lines(text, *_IN_BOX))


def text_lines(text: str, width: int, most: int) -> list[str]:
    """Fold `text` into at most `most` lines of `width`, each escaped for Plotly.

    `width` counts letters of Latin script; of Chinese and of emoji half as many fit.

    Examples
    --------
    >>> text_lines("提示学习与微调", 8, 2)
    ['提示学习', '与微调']
    """
    plain = shortened(_UNSAFE.sub(" ", str(text)), width * most)
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in plain)
    width = max(4, round(width * len(plain) / max(1, len(plain) + wide)))
    plain = shortened(plain, width * most)
    lines = textwrap.wrap(plain, width, max_lines=most, placeholder=" …") or [""]
    return [html.escape(line, quote=False).translate(_SIGNS_OF_PLOTLY) for line in lines]


def natural_order(text: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts ``d10`` behind ``d9``."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts]


def percent(share: float) -> float | None:
    """Turn a share into per cent, and NaN into a gap."""
    return None if math.isnan(share) else round(100 * float(share), 4)


@lru_cache(maxsize=10_000)
def iso_day(period: Hashable) -> str:
    """Return the first day of `period` as ``YYYY-MM-DD``."""
    return pd.Timestamp(str(period)).date().isoformat()


def rgba(color: str, alpha: float) -> str:
    """Make a colour of the palette translucent."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:.2g})"


def sign(style: ThemeStyle) -> str:
    """Return a theme's symbol in its colour, to stand beside its name in a chart."""
    return f'<span style="color:{style.color}">{SIGNS.get(style.symbol, SIGNS["circle"])}</span>'


def short_name(name: str) -> str:
    """Cut a theme's name to what fits above a row on a phone."""
    return text_lines(name, 42, 1)[0]
