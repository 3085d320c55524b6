"""From the summary to one HTML file that opens anywhere and loads nothing.

Text from dumps reaches the page in two ways only: through templates that escape
everything, and as data that the page's own script writes as text. A
content-security policy forbids any other script, and every request. Must not
compute what is said: that is the summary's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from papertrends.drawing.looks import GREY, theme_styles
from papertrends.files import replacing, write_text
from papertrends.report import payload
from papertrends.report.curves import curve, symbol_path, widest
from papertrends.report.links import papers_link, theme_link
from papertrends.report.model import Summary
from papertrends.report.ready import PAGE, made_ready
from papertrends.report.templating import source


def write_report(summary: Summary, path: Path) -> None:
    """Render `summary` and write it to `path`, whole or not at all.

    Where there are too many abstracts for one page they are written to
    ``<stem>.texts.gz`` beside it; if either cannot be written, both are as they were.

    Raises
    ------
    InputError
        If a file cannot be written there.
    """
    beside = texts_beside(summary, path)
    if beside is None:
        write_text(path, render(summary))
        return
    with replacing(beside) as temporary:
        temporary.write_bytes(payload.texts(summary))
        # The abstracts take their place when the page has taken its own.
        write_text(path, render(summary, beside=beside.name))


def texts_beside(summary: Summary, path: Path) -> Path | None:
    """Return the file for abstracts beside the page at `path`, or None if they fit into it."""
    return path.with_name(f"{path.stem}.texts.gz") if payload.has_texts_beside(summary) else None


def render(summary: Summary, *, beside: str = "") -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    summary : Summary
        What it says; the charts are drawn from ``summary.tables``.
    beside : str, optional
        The name of the file that has the abstracts; without one they are in the page.

    Returns
    -------
    str
        The same summary gives the same text. It needs no network, and its
        content-security policy forbids it any.
    """
    from markupsafe import Markup

    ready = made_ready()
    templates, plotly, own = ready.templates, ready.plotly, ready.own
    styles = theme_styles(summary.tables.themes, summary.tables.looks)
    top = widest(summary.themes)
    looks: dict[str, dict[str, Any]] = {
        card.theme_id: {
            "color": styles[card.theme_id].color,
            "path": symbol_path(styles[card.theme_id].symbol),
            "curve": curve(card.points, top, summary.by),
            "link": theme_link(card.theme_id),
            "papers_link": papers_link(theme=card.theme_id),
        }
        for card in summary.themes
    }
    looks[""] = {"color": GREY, "path": symbol_path("circle")}
    data = payload.data(summary, styles, beside=beside)
    # Markup is given to what this module has made safe, and to nothing else.
    page = templates.get_template(PAGE).render(
        s=summary,
        cards={card.theme_id: card for card in summary.themes},
        looks=looks,
        beside=beside,
        policy=_policy([plotly, own]),
        css=Markup(source(templates, "page.css")),
        script=Markup(own),
        packed={
            "charts": payload.packed(payload.as_json(payload.charts(summary))),
            "plotly": ready.packed_plotly,
            "data": payload.packed(payload.as_json(data)),
        },
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def _policy(scripts: Sequence[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
