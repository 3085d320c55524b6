"""Effects with their intervals on a logarithmic axis.

Must not compute statistics: it draws the changes table as it is.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.drawing.looks import (
    GREY,
    VERDICT_STYLES,
    hover_text,
    rgba,
)
from papertrends.drawing.sheet import ROW_HEIGHT, Values, rows_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_effects(rows: pd.DataFrame) -> go.Figure:
    """Odds ratios on rows, one trace a verdict; what lies off the axis stands at its end."""
    low, high = _ratio_range(rows)
    traces: list[Values] = []
    for verdict, (color, symbol) in VERDICT_STYLES.items():
        own = rows[(rows["verdict"] == verdict) & rows["effect"].notna()]
        if own.empty:
            continue
        # The legend shows the verdict's own symbol, also where its points stand off the axis.
        shown = {
            "type": "scatter", "x": [None], "y": [None], "mode": "markers", "name": verdict,
            "hoverinfo": "skip", "marker": {"size": 11, "color": color, "symbol": symbol},
        }  # fmt: skip
        traces += [shown, _effects(own, verdict, low, high)]
    traces += _untested(rows[rows["effect"].isna()])
    ticks = _ratio_ticks(high)
    axis = {
        "type": "log",
        "range": [math.log10(low) - 0.06, math.log10(high) + 0.06],
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "title": {"text": "odds ratio (1 = no change), with 95 % interval"},
    }
    no_change = {
        "type": "line", "x0": 1, "x1": 1, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain",
        "line": {"color": GREY, "width": 1.5},
    }  # fmt: skip
    height = 104 + ROW_HEIGHT * len(rows)
    return rows_figure(traces, list(rows["name"]), height=height, xaxis=axis, shapes=[no_change])


def _effects(own: pd.DataFrame, verdict: str, low: float, high: float) -> Values:
    """Return the points of the themes of one verdict, with their intervals."""
    color, symbol = VERDICT_STYLES[verdict]
    places = [min(max(float(effect), low), high) for effect in own["effect"]]
    ends = [not low <= float(effect) <= high for effect in own["effect"]]
    return {
        "type": "scatter",
        "x": places,
        "y": own.index.tolist(),
        "mode": "markers",
        "name": verdict,
        "marker": {
            "size": 12,
            "color": color,
            "symbol": [_end_symbol(float(e), high, symbol) for e in own["effect"]],
            "line": {"width": [2 if end else 0 for end in ends], "color": color},
        },
        "error_x": _ratio_error(own, places, low, high, rgba(color, 0.6)),
        "hovertext": [_change_hover(row) for row in own.to_dict("records")],
        "hoverinfo": "text",
        "customdata": [[theme] for theme in own["theme_id"]],
        "cliponaxis": False,
        "showlegend": False,
    }


def _untested(bare: pd.DataFrame) -> list[Values]:
    """List the themes without an effect in words."""
    if bare.empty:
        return []
    return [{
        "type": "scatter", "x": [1] * len(bare), "y": bare.index.tolist(), "mode": "text",
        "text": ["  too little data"] * len(bare), "textposition": "middle right",
        "hovertext": [_change_hover(row) for row in bare.to_dict("records")],
        "hoverinfo": "text", "customdata": [[theme] for theme in bare["theme_id"]],
        "showlegend": False, "textfont": {"size": 12, "color": GREY}, "name": "too little data",
    }]  # fmt: skip


def _ratio_range(rows: pd.DataFrame) -> tuple[float, float]:
    """Choose an axis that holds the effects and most of their intervals, 1 in its middle."""
    effects = [float(e) for e in rows["effect"].dropna() if 0 < e < math.inf]
    bounds = [
        float(b)
        for b in [*rows["effect_low"].dropna(), *rows["effect_high"].dropna()]
        if 1 / 64 <= b <= 64
    ]
    far = max((abs(math.log2(value)) for value in [*effects, *bounds]), default=1.0)
    if any(e == 0 or math.isinf(e) for e in rows["effect"].dropna()):
        far += 1  # room for the open symbols beyond every interval
    reach = 2.0 ** min(max(0.5, math.ceil(far * 2) / 2), 12.0)
    return 1 / reach, reach


def _ratio_ticks(high: float) -> dict[float, str]:
    """Choose ticks that mirror each other: 2 and 1/2, or 1.25 and 0.8 where 2 is far."""
    if high < 4:
        fine = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
        return {tick: f"{tick:g}" for tick in fine if 1 / high <= tick <= high}
    most = math.floor(math.log2(high))
    step = max(1, math.ceil(most / 4))
    powers = range(step, most + 1, step)
    upper = {2.0**power: f"{2**power}" for power in powers}
    return {2.0**-power: f"1/{2**power}" for power in reversed(powers)} | {1.0: "1"} | upper


def _end_symbol(effect: float, high: float, symbol: str) -> str:
    if 1 / high <= effect <= high:
        return symbol
    return "triangle-right-open" if effect > 1 else "triangle-left-open"


def _ratio_error(
    rows: pd.DataFrame, places: Sequence[float], low: float, high: float, color: str
) -> dict[str, Any]:
    def clipped(bound: float, otherwise: float) -> float:
        return otherwise if math.isnan(bound) else min(max(bound, low / 1.2), high * 1.2)

    pairs = list(zip(rows["effect_low"], rows["effect_high"], places, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(0.0, clipped(float(up), at) - at) for _, up, at in pairs],
        "arrayminus": [max(0.0, at - clipped(float(down), at)) for down, _, at in pairs],
        "color": color,
        "thickness": 2,
        "width": 0,
    }


def _change_hover(row: Mapping[Hashable, Any]) -> str:
    lines = [f"<b>{hover_text(row['name'])}</b>", hover_text(row["verdict"])]
    if not math.isnan(row["effect"]):
        low, high = _ratio(row["effect_low"]), _ratio(row["effect_high"])
        lines.append(f"odds ratio {_ratio(row['effect'])} (95 % interval {low} to {high})")
    if not math.isnan(row["q_value"]):
        q = row["q_value"]
        lines.append(f"q = {q:.2g}" if q >= 0.001 else "q &lt; 0.001")
    return "<br>".join(lines)


def _ratio(value: float) -> str:
    if math.isnan(value):
        return "unknown"
    return "infinite" if math.isinf(value) else f"{value:.2g}" if value < 100 else f"{value:.0f}"
