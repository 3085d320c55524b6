"""Puts what was measured into the README or another page, between the markers of its part."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"


def put(part: str, text: str, path: Path | None = None) -> None:
    """Put `text` between ``<!-- part: begin -->`` and ``<!-- part: end -->`` of a page."""
    page = README if path is None else path
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    head, rest = page.read_text(encoding="utf-8").split(begin)
    tail = rest.split(end)[1]
    page.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")
