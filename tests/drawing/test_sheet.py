"""The look of all figures is a template that others can use, and that gives way to others."""

from __future__ import annotations

import subprocess
import sys

import plotly.express as px
import plotly.graph_objects as go
import plotly.io as pio

from papertrends.drawing.looks import INK, PALETTE
from papertrends.drawing.sheet import TEMPLATE, figure, layout
from papertrends.figures import plot_shares


def test_the_look_is_among_the_templates_and_the_default_stays() -> None:
    code = (
        "import sys, papertrends\nassert 'plotly' not in sys.modules\n"
        "import plotly.io as pio\nbefore = pio.templates.default\n"
        "assert 'papertrends' not in pio.templates\nimport papertrends.figures\n"
        "assert 'papertrends' in pio.templates and pio.templates.default == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_figures_of_ones_own_can_have_it() -> None:
    own = px.scatter(x=[1, 2], y=[1, 2], color=["a", "b"], template=TEMPLATE)
    assert [trace.marker.color for trace in own.data] == list(PALETTE[:2])
    assert own.layout.template.layout.font.color == INK


def test_a_figure_has_it_whatever_the_default_and_gives_way_to_another(many) -> None:
    drawn = plot_shares(many.trends, many.themes)
    before, pio.templates.default = pio.templates.default, "plotly_dark"
    try:
        assert plot_shares(many.trends, many.themes).to_json() == drawn.to_json()
    finally:
        pio.templates.default = before
    assert drawn.layout.template == pio.templates[TEMPLATE]
    drawn.update_layout(template="plotly_dark")
    dark = pio.templates["plotly_dark"].layout
    assert drawn.layout.template.layout.paper_bgcolor == dark.paper_bgcolor
    assert drawn.layout.template.layout.font.color == dark.font.color
    assert drawn.layout.paper_bgcolor is None


def test_parts_are_put_together_and_checked() -> None:
    made = figure(
        [{"type": "scatter", "x": [1], "y": [2]}], layout(height=100, margin={"l": 1}, bargap=0.5)
    )
    assert isinstance(made, go.Figure)
    assert (made.layout.margin.l, made.layout.margin.r, made.layout.bargap) == (1, 12, 0.5)
    assert made.layout.annotations == ()
