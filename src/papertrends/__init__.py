"""Themes of a research field and how their frequency changes.

papertrends loads dumps of a paper digest, finds the themes people would have
named, and tells how their frequency changed, with intervals and tests:

>>> import papertrends as pt
>>> from papertrends.examples import some_papers
>>> analysis = pt.analyse(some_papers())  # or the path of a folder of dumps
>>> analysis.write_report("report.html").name
'report.html'

This module is the one public door. It must stay light: each name is imported
from where it lives when it is first used.
"""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from papertrends import scale as scale
    from papertrends.analysis import analyse
    from papertrends.editing import ThemeEditor
    from papertrends.encoders.base import Encoder
    from papertrends.errors import InputError, PapertrendsError
    from papertrends.evaluation import evaluate
    from papertrends.figures import (
        plot_changes,
        plot_heatmap,
        plot_map,
        plot_multiples,
        plot_shares,
        plot_volume,
    )
    from papertrends.papers import load_papers
    from papertrends.results import Analysis
    from papertrends.store import Store, open_store
    from papertrends.themes.endpoint import LabelEndpoint
    from papertrends.themes.model import ThemeModel
    from papertrends.themes.theme import Theme
    from papertrends.trends import (
        digest_volume,
        theme_changes,
        theme_curves,
        theme_events,
        theme_trends,
    )
    from papertrends.updating import update

__all__ = [
    "Analysis",
    "Encoder",
    "InputError",
    "LabelEndpoint",
    "PapertrendsError",
    "Store",
    "Theme",
    "ThemeEditor",
    "ThemeModel",
    "analyse",
    "digest_volume",
    "evaluate",
    "load_papers",
    "open_store",
    "plot_changes",
    "plot_heatmap",
    "plot_map",
    "plot_multiples",
    "plot_shares",
    "plot_volume",
    "theme_changes",
    "theme_curves",
    "theme_events",
    "theme_trends",
    "update",
]

_HOMES = {
    "Analysis": "papertrends.results",
    "Encoder": "papertrends.encoders.base",
    "InputError": "papertrends.errors",
    "LabelEndpoint": "papertrends.themes.endpoint",
    "PapertrendsError": "papertrends.errors",
    "Store": "papertrends.store",
    "Theme": "papertrends.themes.theme",
    "ThemeEditor": "papertrends.editing",
    "ThemeModel": "papertrends.themes.model",
    "analyse": "papertrends.analysis",
    "digest_volume": "papertrends.trends",
    "evaluate": "papertrends.evaluation",
    "load_papers": "papertrends.papers",
    "open_store": "papertrends.store",
    "plot_changes": "papertrends.figures",
    "plot_heatmap": "papertrends.figures",
    "plot_map": "papertrends.figures",
    "plot_multiples": "papertrends.figures",
    "plot_shares": "papertrends.figures",
    "plot_volume": "papertrends.figures",
    "theme_changes": "papertrends.trends",
    "theme_curves": "papertrends.trends",
    "theme_events": "papertrends.trends",
    "theme_trends": "papertrends.trends",
    "update": "papertrends.updating",
}

# Who wants to hear what is done asks `logging` for it.
logging.getLogger("papertrends").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first used (PEP 562)."""
    if name == "__version__":
        return version("papertrends")
    if name == "scale":  # a module of its own, for those who have a cluster
        return import_module("papertrends.scale")
    if name not in _HOMES:
        from papertrends.errors import did_you_mean

        near = did_you_mean(name, __all__)
        raise AttributeError(f"module 'papertrends' has no attribute '{name}'; {near}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__", "scale"])
