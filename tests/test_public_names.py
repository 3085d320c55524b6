"""Every public name says what it takes and gives, and shows it in an example that runs.

That the examples give what they say is tested where doctests are run, on ``src``.
"""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from functools import cached_property
from types import ModuleType
from typing import Any

import pytest

import papertrends as pt


def _functions(cls: type) -> dict[str, Callable[..., Any]]:
    """Return the public methods that a class of the package defines."""
    every = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {
        name: one
        for name, one in every.items()
        if inspect.isroutine(one) and str(getattr(one, "__module__", "")).startswith("papertrends")
    }


def _properties(cls: type) -> dict[str, Any]:
    every = {name: inspect.getattr_static(cls, name) for name in dir(cls)}
    return {
        name: one
        for name, one in every.items()
        if isinstance(one, property | cached_property) and not name.startswith("_")
    }


CLASSES = {name: one for name in pt.__all__ if isinstance(one := getattr(pt, name), type)}
FUNCTIONS = {name: one for name in pt.__all__ if inspect.isfunction(one := getattr(pt, name))}
METHODS = {
    f"{owner}.{name}": one
    for owner, cls in CLASSES.items()
    for name, one in _functions(cls).items()
}
CALLED = FUNCTIONS | METHODS


def sections(value: Any) -> dict[str, str]:
    """Return the numpydoc sections of a docstring by their titles."""
    parts = re.split(r"^(\w[\w ]*)\n-+\n", inspect.getdoc(value) or "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def documented(value: Any) -> list[str]:
    """Return the names that the parameters section explains."""
    lines = sections(value).get("Parameters", "").splitlines()
    heads = [line.split(" : ")[0] for line in lines if re.match(r"\w", line)]
    return [name.strip() for head in heads for name in head.split(",")]


def taken(value: Any) -> list[str]:
    parameters = inspect.signature(value).parameters
    return [name for name in parameters if name not in ("self", "cls")]


def raises(value: Any) -> bool:
    """Say whether a function raises by itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(value)))
    return any(isinstance(node, ast.Raise) for node in ast.walk(tree))


def test_every_name_is_one_of_these_kinds() -> None:
    assert set(FUNCTIONS) | set(CLASSES) == set(pt.__all__)
    assert METHODS


def test_there_are_at_most_twenty_five() -> None:
    assert len(set(pt.__all__)) == len(pt.__all__) <= 25
    assert sorted(pt.__all__) == pt.__all__


def test_nothing_else_can_be_reached() -> None:
    code = (
        "import types, papertrends as pt\n"
        "every = [getattr(pt, name) for name in pt.__all__]\n"
        "others = {name for name in dir(pt) if not name.startswith('_')} - set(pt.__all__)\n"
        "print(*sorted(n for n in others if not isinstance(getattr(pt, n), types.ModuleType)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("name", [*CLASSES, *CALLED])
def test_it_has_an_example_that_runs(name: str) -> None:
    value = CLASSES.get(name) or CALLED[name]
    shown = doctest.DocTestParser().get_examples(sections(value).get("Examples", ""))
    run = [one for one in shown if not one.options.get(doctest.SKIP)]
    assert run, f"{name} has no example"
    assert run == shown, f"an example of {name} is skipped"


@pytest.mark.parametrize("name", CALLED)
def test_it_says_what_it_takes(name: str) -> None:
    assert documented(CALLED[name]) == taken(CALLED[name])


@pytest.mark.parametrize("name", CALLED)
def test_it_says_what_it_returns(name: str) -> None:
    value = CALLED[name]
    gives = inspect.signature(value).return_annotation not in ("None", None)
    assert ("Returns" in sections(value)) == gives


@pytest.mark.parametrize("name", CALLED)
def test_it_says_what_it_raises(name: str) -> None:
    value = CALLED[name]
    if raises(value) or name in FUNCTIONS:
        assert "Error" in sections(value)["Raises"]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_says_how_it_is_made_or_what_it_holds(name: str) -> None:
    cls = CLASSES[name]
    told = sections(cls)
    assert {"Parameters", "Attributes"} & set(told) or issubclass(cls, Exception)
    if "Parameters" in told:
        assert documented(cls) == taken(cls)


@pytest.mark.parametrize("name", CLASSES)
def test_every_property_is_explained(name: str) -> None:
    for one, raw in _properties(CLASSES[name]).items():
        assert raw.__doc__, f"{name}.{one}"


def test_modules_are_no_names() -> None:
    assert not [name for name in pt.__all__ if isinstance(getattr(pt, name), ModuleType)]
