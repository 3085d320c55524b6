"""The page on encoders of one's own: every example of it runs, in its order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from papertrends.themes.model import ThemeModel

PAGE = Path(__file__).parents[2] / "docs" / "interop.md"
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


def test_every_example_of_the_page_runs(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").symlink_to(data)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for example in EXAMPLES:
        exec(compile(example, str(PAGE), "exec"), names)
    models = [names[name] for name in ("model", "by_length", "given", "same", "found")]
    assert all(isinstance(model, ThemeModel) for model in models)
    assert names["given"].memberships.equals(names["same"].memberships)
    assert "learned from words, by ridge regression" in names["given"].notes[0]
    assert len(set(names["found"].bertopic.topics_)) == 4
    assert not hasattr(names["lsa"][0], "idf_") or names["lsa"] is not names["again"].encoder
