"""Addresses: those within the page, and those out of it that may be linked to.

Must not follow any.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit


def safe_url(url: str) -> str:
    """Return `url` if it is one to link to (http or https), else an empty text.

    Examples
    --------
    >>> safe_url("https://arxiv.org/abs/2503.04625"), safe_url("javascript:alert(1)")
    ('https://arxiv.org/abs/2503.04625', '')
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def theme_link(theme_id: str) -> str:
    """Return the address of a theme's card."""
    return f"#theme={quote(theme_id, safe='')}"


def papers_link(**filters: str) -> str:
    """Return the address of the list of papers, filtered.

    Examples
    --------
    >>> papers_link(theme="prompt-learning", period="2025-08-05")
    '#papers&theme=prompt-learning&period=2025-08-05'
    """
    return "#papers" + "".join(f"&{name}={quote(one, safe='')}" for name, one in filters.items())
