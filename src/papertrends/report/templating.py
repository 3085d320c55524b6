"""Templates: everything put into one is escaped, and what is missing is an error.

Must not know what the templates say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from papertrends.drawing.looks import MONTHS
from papertrends.report.links import papers_link, safe_url

if TYPE_CHECKING:
    import jinja2

_DATE = re.compile(rf"\b(\d{{1,2}} )?({'|'.join(MONTHS)}|Q[1-4])( \d{{4}})?\b")


def environment() -> jinja2.Environment:
    """Return what finds and fills the templates of the report."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("papertrends.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Any] = {
        "tight": tight,
        "safe_url": safe_url,
        "paper_link": lambda paper_id: papers_link(only=paper_id),
    }
    made.filters.update(filters)
    return made


def source(templates: jinja2.Environment, name: str) -> str:
    """Return a file of the templates as it is."""
    if templates.loader is None:
        raise LookupError(name)
    return templates.loader.get_source(templates, name)[0]


def tight(text: str) -> str:
    """Keep a number and its sign, and the parts of a date, on one line."""
    text = _DATE.sub(lambda date: date[0].replace(" ", "\u00a0"), text)
    for sign in (" %", " = ", " < "):
        text = text.replace(sign, sign.replace(" ", "\u00a0"))
    return text
