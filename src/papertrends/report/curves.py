"""The geometry of the small drawings in a theme's card: where its marks stand.

Exists so that templates hold no arithmetic. Must not know text or colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from papertrends.report.model import Point, ThemeCard

WIDTH, HEIGHT = 240, 56
FEW = 4
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
    """A theme over time: bars for a few periods, else a line with its band."""

    bars: tuple[Bar, ...]
    line: str
    band: str
    width: int
    height: int


def symbol_path(symbol: str) -> str:
    """Return the SVG path of a theme's symbol in a box of 12 by 12."""
    return _PATHS[symbol]


def widest(cards: Sequence[ThemeCard]) -> float:
    """Return the upper end of the widest interval, so that bars compare between cards."""
    highs = [point.share_high for card in cards for point in card.points]
    return max((high for high in highs if high == high), default=0.0) or 1.0


def curve(points: Sequence[Point], scale: float) -> Curve:
    """Place a theme's points: bars up to four periods, a line above that.

    Bars are drawn to `scale`, which all themes share; a line shows the shape of one
    theme and fills its own height.
    """
    if len(points) <= FEW:
        bars = tuple(_bar(point, scale) for point in points)
        return Curve(bars, "", "", WIDTH, HEIGHT)
    top = max((p.share_high for p in points if p.share_high == p.share_high), default=0.0) or 1.0
    first, last = _day(points[0].period), _day(points[-1].period)
    xs = [round((_day(p.period) - first) / (last - first) * WIDTH, 1) for p in points]

    def corners(values: Sequence[float]) -> list[str]:
        known = [0.0 if value != value else value for value in values]
        return [
            f"{x},{round(HEIGHT - 3 - value / top * (HEIGHT - 6), 1)}"
            for x, value in zip(xs, known, strict=True)
        ]

    upper = corners([p.share_high for p in points])
    lower = corners([p.share_low for p in points])
    band = " ".join(upper + lower[::-1])
    return Curve((), " ".join(corners([p.share for p in points])), band, WIDTH, HEIGHT)


def _bar(point: Point, top: float) -> Bar:
    share, low, high = (
        0.0 if value != value else round(100 * value / top, 2)
        for value in (point.share, point.share_low, point.share_high)
    )
    return Bar(point.label, point.text, share, low, round(high - low, 2))


def _day(period: str) -> int:
    from datetime import date

    return date.fromisoformat(period).toordinal()
