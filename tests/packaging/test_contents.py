"""What the wheel and the source release hold, and what they say of themselves."""

from __future__ import annotations

import tarfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

if TYPE_CHECKING:
    from tests.packaging.conftest import Built

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"

pytestmark = pytest.mark.packaging


def names_of(wheel: Path) -> set[str]:
    with ZipFile(wheel) as files:
        return set(files.namelist())


def test_the_wheel_holds_the_package_and_nothing_else(built: Built) -> None:
    package = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "papertrends").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = names_of(built.wheel)
    assert {name for name in inside if ".dist-info/" not in name} == package
    assert "papertrends/py.typed" in inside
    assert any(name.endswith(".onnx") for name in inside)
    assert "papertrends/report/templates/page.html.j2" in inside


def test_the_licences_are_in_the_wheel(built: Built) -> None:
    inside = names_of(built.wheel)
    named = built.metadata.get_all("License-File") or []
    assert {Path(name).name for name in named} >= {"LICENSE", "LICENSE-APACHE-2.0.txt"}
    for name in named:
        assert any(entry.endswith(f".dist-info/licenses/{name}") for entry in inside), name


def test_the_source_release_has_what_tests_and_readers_need(built: Built) -> None:
    with tarfile.open(built.sdist) as files:
        inside = {name.partition("/")[2] for name in files.getnames()}
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "CITATION.cff", "pyproject.toml"):
        assert name in inside, name
    assert "tests/conftest.py" in inside
    assert "data/2025-08-05.txt" in inside
    assert not [name for name in inside if "__pycache__" in name or name.startswith(".venv")]


def test_the_metadata_are_what_pyproject_says(built: Built) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = built.metadata
    assert (told["Name"], told["Version"]) == (project["name"], project["version"])
    assert told["License-Expression"] == project["license"]
    assert told["Requires-Python"] == project["requires-python"]
    assert set(told.get_all("Provides-Extra") or []) == set(project["optional-dependencies"])
    assert len(built.requirements) == len(project["dependencies"])
    classifiers = told.get_all("Classifier") or []
    assert "Typing :: Typed" in classifiers
    # A licence is given by its expression; with a classifier beside it uploads are refused.
    assert not [name for name in classifiers if name.startswith("License ::")]


def test_the_description_is_the_readme_and_names_no_registry(built: Built) -> None:
    assert built.metadata["Description-Content-Type"] == "text/markdown"
    description = built.metadata.get_payload()
    assert isinstance(description, str)
    assert description.strip().startswith("# papertrends")
    assert not built.metadata.get_all("Project-URL")
