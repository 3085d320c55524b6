"""What every page has, whatever is in it: templates, and scripts as the browser gets them.

Made once in a process, and beside other work if somebody asks for it early. Must not know
what a page says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from papertrends.report.payload import packed
from papertrends.report.plotly_script import plotly_script
from papertrends.report.templating import environment, source

if TYPE_CHECKING:
    import jinja2

PAGE = "page.html.j2"
#: The page's own script, in the order of its parts.
_SCRIPTS = ("start.js", "text.js", "address.js", "fitting.js", "numbers.js", "tools.js", "keys.js",
            "charts.js", "found.js", "papers.js", "behind.js", "downloads.js",
            "boot.js")  # fmt: skip


@dataclass(frozen=True)
class Ready:
    """The parts of a page that are the same for all.

    Attributes
    ----------
    templates : jinja2.Environment
        With the page's template compiled.
    own, plotly : str
        The page's own script and Plotly's, as the browser will read them.
    packed_plotly : str
        The latter as the page carries it.
    """

    templates: jinja2.Environment
    own: str
    plotly: str
    packed_plotly: str


@cache
def made_ready() -> Ready:
    """Return what every page has."""
    templates = environment()
    templates.get_template(PAGE)
    own = _as_parsed("\n".join(source(templates, name) for name in _SCRIPTS))
    plotly = _as_parsed(plotly_script())
    return Ready(templates, own, plotly, packed(plotly))


def _as_parsed(script: str) -> str:
    """Write line ends as the browser will read them, or the hash would not match."""
    return script.replace("\r\n", "\n").replace("\r", "\n")
