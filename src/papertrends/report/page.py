"""From the summary to one HTML file that opens anywhere and loads nothing.

Text from dumps reaches the page in two ways only: through templates that escape
everything, and as JSON data that the page's own script writes as text. A
content-security policy forbids any other script, and every request. Must not
compute what is said: that is the summary's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from papertrends.drawing.looks import GREY, MONTHS, theme_styles
from papertrends.figures import plot_changes, plot_heatmap, plot_map, plot_shares, plot_volume
from papertrends.files import write_text
from papertrends.report.curves import curve, symbol_path, widest
from papertrends.report.model import Chart, PaperRow, Summary

if TYPE_CHECKING:
    import jinja2
    import pandas as pd
    import plotly.graph_objects as go

_SCRIPTS = ("charts.js", "papers.js")
_MODEBAR = {"displaylogo": False, "displayModeBar": "hover", "responsive": True}
_STILL_BUTTONS = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d",
                  "autoScale2d", "resetScale2d"]  # fmt: skip
# What would end a script element or a line of JavaScript, and what UTF-8 cannot hold.
_RISKY = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_DATE = re.compile(rf"\b(\d{{1,2}} )?({'|'.join(MONTHS)}|Q[1-4])( \d{{4}})?\b")
_MAP_BUTTONS = ["select2d", "lasso2d", "autoScale2d"]


def write_report(summary: Summary, path: Path) -> None:
    """Render `summary` and write it to `path`, whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written there.
    """
    write_text(path, render(summary))


def render(summary: Summary) -> str:
    """Return the report as one HTML document.

    Parameters
    ----------
    summary : Summary
        What it says; the charts are drawn from ``summary.tables``.

    Returns
    -------
    str
        The same summary gives the same text. It needs no network, and its
        content-security policy forbids it any.
    """
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = _environment()
    own = "\n".join(_source(environment, name) for name in _SCRIPTS)
    scripts = [_as_parsed(get_plotlyjs()), _as_parsed(own)]
    styles = theme_styles(summary.tables.themes)
    top = widest(summary.themes)
    looks: dict[str, dict[str, Any]] = {
        card.theme_id: {
            "color": styles[card.theme_id].color,
            "path": symbol_path(styles[card.theme_id].symbol),
            "curve": curve(card.points, top, summary.by),
            "link": f"#theme={quote(card.theme_id, safe='')}",
            "papers_link": f"#papers&theme={quote(card.theme_id, safe='')}",
        }
        for card in summary.themes
    }
    looks[""] = {"color": GREY, "path": symbol_path("circle")}
    # Markup is given to what this module has made safe, and to nothing else.
    page = environment.get_template("page.html.j2").render(
        s=summary,
        cards={card.theme_id: card for card in summary.themes},
        looks=looks,
        policy=_policy(scripts),
        css=Markup(_source(environment, "page.css")),
        scripts=[Markup(script) for script in scripts],
        figures=Markup(to_json(_figures(summary))),
        data=Markup(to_json(_data(summary))),
        load_report=json.dumps(
            summary.as_dict()["load_report"], ensure_ascii=False, indent=2, sort_keys=True
        ),
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def notebook_card(summary: Summary) -> str:
    """Return what a notebook shows of an analysis: its sentences and a table of its themes.

    Parameters
    ----------
    summary : Summary
        What it says.

    Returns
    -------
    str
        An HTML fragment without any script.
    """
    template = _environment().get_template("notebook.html.j2")
    card = template.render(s=summary, styles=theme_styles(summary.tables.themes))
    return card.encode("utf-8", "replace").decode("utf-8")


def to_json(value: object) -> str:
    r"""Return `value` as JSON that can stand in a script element whatever it holds.

    Examples
    --------
    >>> print(to_json({"title": "</script>"}))
    {"title":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _RISKY.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def safe_url(url: str) -> str:
    """Return `url` if it is one to link to (http or https), else an empty text."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("papertrends.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tight"] = _tight
    environment.filters["paper_link"] = _paper_link
    return environment


def _tight(text: str) -> str:
    """Keep a number and its sign, and the parts of a date, on one line."""
    text = _DATE.sub(lambda date: date[0].replace(" ", "\u00a0"), text)
    for sign in (" %", " = ", " < "):
        text = text.replace(sign, sign.replace(" ", "\u00a0"))
    return text


def _paper_link(paper_id: str) -> str:
    """Return the address of one paper in the list of papers."""
    return f"#papers&only={quote(paper_id, safe='')}"


def _source(environment: jinja2.Environment, name: str) -> str:
    if environment.loader is None:
        raise LookupError(name)
    return environment.loader.get_source(environment, name)[0]


def _as_parsed(script: str) -> str:
    """Write line ends as the browser will read them, or the hash would not match."""
    return script.replace("\r\n", "\n").replace("\r", "\n")


def _policy(scripts: Sequence[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _figures(summary: Summary) -> dict[str, Any]:
    """Return the charts that the summary has words for, as plain JSON."""
    tables, by = summary.tables, summary.by

    def of(table: pd.DataFrame, chart: Chart) -> pd.DataFrame:
        return table[table["theme_id"].isin(chart.theme_ids)]

    draw: dict[str, Callable[[Chart], go.Figure]] = {
        "shares": lambda chart: plot_shares(
            of(tables.trends, chart),
            tables.themes,
            curves=tables.curves,
            events=tables.events,
            by=by,
            highlight=chart.stands_out or None,
        ),
        "changes": lambda chart: plot_changes(of(tables.changes, chart), tables.themes),
        "heatmap": lambda chart: plot_heatmap(of(tables.trends, chart), tables.themes, by=by),
        "map": lambda _: plot_map(tables.map, tables.memberships, tables.themes),
        "volume": lambda _: plot_volume(tables.volume, jumps=tables.jumps, by=by),
    }
    return {
        chart.chart_id: _plain_figure(draw[chart.chart_id](chart), chart.chart_id)
        for chart in summary.charts
    }


def _plain_figure(figure: go.Figure, chart_id: str) -> dict[str, Any]:
    buttons = _MAP_BUTTONS if chart_id == "map" else _STILL_BUTTONS
    plain: dict[str, Any] = json.loads(str(figure.to_json(engine="json")))
    download = {"format": "png", "filename": f"papertrends-{chart_id}", "scale": 2}
    plain["config"] = _MODEBAR | {
        "modeBarButtonsToRemove": buttons,
        "toImageButtonOptions": download,
    }
    return plain


def _data(summary: Summary) -> dict[str, Any]:
    """Return the papers and what they belong to, each paper and each text once."""
    styles = theme_styles(summary.tables.themes)
    places = {card.theme_id: place for place, card in enumerate(summary.themes)}
    periods = {period.key: place for place, period in enumerate(summary.periods)}
    members: dict[str, list[list[float]]] = {}
    for card in summary.themes:
        for paper in card.papers:
            members.setdefault(paper.paper_id, []).append(
                [places[card.theme_id], round(paper.score, 4), int(paper.primary)]
            )
    left = {paper.paper_id: paper for paper in summary.unassigned}
    reasons = sorted({paper.reason for paper in summary.unassigned})
    papers = []
    for row in summary.papers:
        plain = _plain_paper(row, periods)
        plain["m"] = sorted(members.get(row.paper_id, []), key=lambda m: (-m[2], -m[1], m[0]))
        if row.paper_id in left:
            lost = left[row.paper_id]
            score = None if lost.score != lost.score else round(lost.score, 4)
            plain["n"] = [lost.nearest_theme, score, reasons.index(lost.reason)]
        papers.append(plain)
    return {
        "themes": [
            {
                "id": card.theme_id,
                "name": card.name,
                "color": styles[card.theme_id].color,
                "path": symbol_path(styles[card.theme_id].symbol),
            }
            for card in summary.themes
        ],
        "periods": [{"key": period.key, "label": period.label} for period in summary.periods],
        "reasons": reasons,
        "grey": GREY,
        "papers": papers,
    }


def _plain_paper(row: PaperRow, periods: dict[str, int]) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "i": row.paper_id,
        "t": row.title,
        "a": row.abstract,
        "d": [[seen.digest, periods.get(seen.period, -1)] for seen in row.appearances],
    }
    if safe_url(row.url):
        plain["u"] = safe_url(row.url)
    if row.published:
        plain["p"] = row.published
    if row.upvotes is not None:
        plain["v"] = row.upvotes
    return plain
