"""The geometry of the small drawings in a theme's card: where its marks stand.

Exists so that templates hold no arithmetic. Must not know text or colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from papertrends.drawing.gaps import runs
from papertrends.report.model import Point, ThemeCard

WIDTH, HEIGHT = 240, 56
FEW = 4
_SHARE = ("share", "share_low", "share_high")
_PATHS = {
    "circle": "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
    "square": "M1.5 1.5h9v9h-9z",
    "diamond": "M6 .5L11.5 6L6 11.5L.5 6z",
    "triangle-up": "M6 1L11.5 10.5H.5z",
    "triangle-down": "M6 11L.5 1.5H11.5z",
    "cross": "M4.2 1h3.6v3.2H11v3.6H7.8V11H4.2V7.8H1V4.2h3.2z",
    "star": "M6 .4L7.6 4.3L11.8 4.6L8.5 7.3L9.6 11.5L6 9.2L2.4 11.5L3.5 7.3L.2 4.6L4.4 4.3z",
    "hexagon": "M6 .6L10.7 3.3V8.7L6 11.4L1.3 8.7V3.3z",
}


@dataclass(frozen=True)
class Bar:
    """A share as a bar with its interval; all in per cent of the widest."""

    label: str
    text: str
    width: float
    low: float
    span: float


@dataclass(frozen=True)
class Curve:
    """A theme over time: bars for a few periods, else lines with their bands.

    A line breaks where periods are missing. `dots` has the counted shares as an SVG
    path of points, where the line is a smoothed one.
    """

    bars: tuple[Bar, ...]
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    dots: str
    width: int
    height: int


def symbol_path(symbol: str) -> str:
    """Return the SVG path of a theme's symbol in a box of 12 by 12."""
    return _PATHS[symbol]


def widest(cards: Sequence[ThemeCard]) -> float:
    """Return the upper end of the widest interval, so that bars compare between cards."""
    highs = [point.share_high for card in cards for point in card.points]
    return max((high for high in highs if high == high), default=0.0) or 1.0


def curve(points: Sequence[Point], scale: float, by: str) -> Curve:
    """Place a theme's points: bars up to four periods, lines above that.

    Bars are drawn to `scale`, which all themes share; a line shows the shape of one
    theme and fills its own height. A theme without papers has none.
    """
    if len(points) <= FEW:
        return Curve(tuple(_bar(point, scale) for point in points), (), (), "", WIDTH, HEIGHT)
    if not any(point.n_theme for point in points):
        return Curve((), (), (), "", WIDTH, HEIGHT)
    smoothed = any(point.smooth == point.smooth for point in points)
    named = ("smooth", "smooth_low", "smooth_high") if smoothed else _SHARE
    middle, low, high = ([float(getattr(point, name)) for point in points] for name in named)
    shares = [point.share for point in points]
    top = max((v for v in (*high, *(shares if smoothed else ())) if v == v), default=0.0) or 1.0
    days = [point.period for point in points]
    first, last = _day(days[0]), _day(days[-1])

    def corner(place: int, value: float) -> str:
        x = round((_day(days[place]) - first) / (last - first) * WIDTH, 1)
        return f"{x},{round(HEIGHT - 3 - value / top * (HEIGHT - 6), 1)}"

    lines, bands = [], []
    for run in runs(days, middle, by):
        lines.append(" ".join(corner(i, middle[i]) for i in run))
        upper, lower = ([corner(i, ends[i]) for i in run] for ends in (high, low))
        bands.append(" ".join(upper + lower[::-1]))
    known = [i for i, share in enumerate(shares) if smoothed and share == share]
    dots = " ".join(f"M{corner(i, shares[i])}h0" for i in known)
    return Curve((), tuple(lines), tuple(bands), dots, WIDTH, HEIGHT)


def _bar(point: Point, top: float) -> Bar:
    share, low, high = (
        0.0 if value != value else round(100 * value / top, 2)
        for value in (point.share, point.share_low, point.share_high)
    )
    return Bar(point.label, point.text, share, low, round(high - low, 2))


def _day(period: str) -> int:
    from datetime import date

    return date.fromisoformat(period).toordinal()
