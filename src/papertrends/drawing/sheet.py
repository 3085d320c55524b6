"""What every figure is made of: the look they share, as a template, and the parts around traces.

Exists so that a figure is put together from plain values and checked by Plotly once, which
takes a tenth of the time that adding part after part does. Must not know any chart, and
imports nothing heavy at its top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from papertrends.drawing.looks import INK, PALETTE, short_name

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: Under this name the look is registered in ``plotly.io.templates``.
TEMPLATE = "papertrends"
#: The height of a row that has its name above it, in pixels.
ROW_HEIGHT = 46
#: From hardly anything to much; shows on white and on black.
DEEPER = (
    (0, "rgba(61,150,253,0.05)"),
    (0.5, "rgba(61,130,240,0.55)"),
    (1, "#2463c9"),
)
_MARGIN = {"l": 56, "r": 12, "t": 34, "b": 48}
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left"}

#: A trace, a layout or a part of one, as Plotly takes them.
Values = dict[str, Any]


def template() -> Values:
    """Return the look of all figures, for light and dark pages alike, as Plotly takes it."""
    line = "rgba(128,128,128,0.22)"
    axis = {
        "title": {"font": {"size": 12}, "standoff": 10},
        "gridcolor": line,
        "zerolinecolor": line,
        "zerolinewidth": 2,
        "linecolor": line,
        "ticks": "",
        "automargin": True,
    }
    return {
        "data": {"bar": [{"marker": {"pattern": {"solidity": 0.2}}}]},
        "layout": {
            "autotypenumbers": "strict",
            "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
            "title": {"x": 0.05},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(PALETTE),
            "colorscale": {"sequential": DEEPER},
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {"align": "left", "font": {"family": "system-ui, sans-serif"}},
        },
    }


def register() -> None:
    """Put the look among Plotly's templates, once; which of them is the default stays."""
    import plotly.graph_objects as go
    import plotly.io as pio

    # Whoever has put another under this name wants that one.
    if TEMPLATE not in pio.templates:
        pio.templates[TEMPLATE] = go.layout.Template(template())


def layout(
    *,
    height: int,
    margin: Mapping[str, int] | None = None,
    legend: Mapping[str, Any] | None = None,
    **more: Any,
) -> Values:
    """Return what all layouts have, with a margin and legend of one's own, and `more`."""
    return {
        "template": TEMPLATE,
        "height": height,
        "margin": _MARGIN | dict(margin or {}),
        "legend": _LEGEND | dict(legend or {}),
        "hovermode": "closest",
        "dragmode": False,
        **more,
    }


def note(text: str, **more: Any) -> Values:
    """Return words on a figure, without an arrow."""
    return {"text": text, "showarrow": False, **more}


def figure(
    traces: Sequence[Values],
    around: Values,
    *,
    notes: Sequence[Values] = (),
    shapes: Sequence[Values] = (),
) -> go.Figure:
    """Return a figure of traces and the layout `around` them, each value checked by Plotly."""
    import plotly.graph_objects as go

    register()
    parts = {"annotations": list(notes), "shapes": list(shapes)}
    return go.Figure(
        {"data": list(traces), "layout": around | {key: put for key, put in parts.items() if put}}
    )


def rows_figure(
    traces: Sequence[Values],
    names: Sequence[str],
    *,
    height: int,
    xaxis: Mapping[str, Any],
    shapes: Sequence[Values] = (),
) -> go.Figure:
    """Return a figure of rows, the first at the bottom, each with its name above its left end.

    There the names need no margin on a phone.
    """
    notes = [
        note(
            short_name(name), x=0, xref="paper", xanchor="left", xshift=-6, y=level + 0.4,
            yref="y", yanchor="middle", font={"size": 12.5}, captureevents=False,
        )
        for level, name in enumerate(names)
    ]  # fmt: skip
    rules = [
        {
            "type": "line", "line": {"color": "rgba(128,128,128,0.18)", "width": 1},
            "x0": 0, "x1": 1, "xref": "x domain",
            "y0": level - 0.38, "y1": level - 0.38, "yref": "y",
        }
        for level in range(1, len(names))
    ]  # fmt: skip
    rows = {"range": [-0.55, len(names) - 0.38], "visible": False, "zeroline": False}
    around = layout(
        height=height,
        margin={"l": 12},
        legend={"y": 1, "yanchor": "bottom"},
        xaxis={"fixedrange": True, "side": "bottom", **xaxis},
        yaxis=rows | {"fixedrange": True},
    )
    return figure(traces, around, notes=notes, shapes=[*rules, *shapes])


def blank(text: str) -> go.Figure:
    """Say why there is nothing to draw, rather than raise."""
    unseen = {"visible": False}
    said = note(text, x=0.5, y=0.5, xref="paper", yref="paper", font={"size": 14})
    return figure([], layout(height=160, xaxis=unseen, yaxis=unseen), notes=[said])
