"""How the documentation is built: ``make docs`` writes it to ``build/docs``.

The root of the repository is what is built, so that links between pages, notebooks and
changelog are the same here and in the repository. Nothing is fetched, neither by the
build nor by the pages, and no page says when it was built.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import plotly
from docutils import nodes
from myst_nb.core import render

import papertrends

project = "papertrends"
author = "the papertrends authors"
release = version = papertrends.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["docs/*.md", "notebooks/*.ipynb", "CHANGELOG.md"]
exclude_patterns = [
    ".*",
    "benchmarks",
    "build",
    "data",
    "src",
    "tests",
    "notebooks/.ipynb_checkpoints",
]

html_theme = "furo"
html_title = "papertrends"
html_show_copyright = html_show_sphinx = html_copy_source = False
html_static_path = ["static", str(Path(plotly.__file__).parent / "package_data" / "plotly.min.js")]
html_css_files = ["pages.css"]
html_js_files = [("figures.js", {"defer": "defer"})]
html_extra_path = ["root"]

myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_output_stderr = "remove"  # progress bars
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_ivar = True

# The notebooks' figures come as data and are drawn by the page's own Plotly.
os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
# Notebooks that run beside each other must not depend on what earlier runs left.
os.environ["PAPERTRENDS_CACHE"] = str(Path(__file__).parents[1] / "build" / "docs-cache")


class PlotlyData(render.MimeRenderPlugin):
    """Puts a Plotly figure into the page as JSON."""

    mime_priority_overrides = (("*", "application/vnd.plotly.v1+json", 1),)

    @staticmethod
    def handle_mime(
        _renderer: render.NbElementRenderer, data: render.MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the figure as a raw node; None for what is no figure."""
        if inline or data.mime_type != "application/vnd.plotly.v1+json":
            return None
        figure = json.dumps({key: data.content[key] for key in ("data", "layout")}, sort_keys=True)
        text = figure.replace("<", "\\u003c")
        html = f'<div class="figure"><script type="application/json">{text}</script></div>'
        return [nodes.raw("", html, format="html")]


# Plug-ins are looked for among installed packages only, and this one is not worth a package.
render.load_mime_renders = lambda: [PlotlyData]
