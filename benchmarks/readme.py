"""Puts what was measured into the README, between the markers of its part."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"


def put(part: str, text: str) -> None:
    """Put `text` between ``<!-- part: begin -->`` and ``<!-- part: end -->``."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    head, rest = README.read_text(encoding="utf-8").split(begin)
    tail = rest.split(end)[1]
    README.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")
