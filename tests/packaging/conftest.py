"""The wheel and the source release, and environments that the wheel is installed in.

They need a package index, so they run by ``pytest -m packaging`` only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
UV = ROOT / ".uv/bin/uv"
#: Seconds that a command has: several times what the longest needs on two slow cores.
LONGEST = 900

#: Put before a command's own modules: whatever looks for the network fails.
NO_NETWORK = """
import socket
def refused(*arguments, **options):
    raise OSError("this run must not touch the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "packaging: builds and installs; needs a package index")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out unless they are asked for by their marker."""
    if "packaging" in config.option.markexpr:
        return
    here = Path(__file__).parent
    out = [item for item in items if here in item.path.parents]
    items[:] = [item for item in items if item not in out]
    config.hook.pytest_deselected(items=out)


def ran(*command: object, folder: Path = ROOT, **env: str) -> str:
    """Run a command that has to end well and return what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        # What the caller's Python was given to import is not for this one.
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@dataclass(frozen=True)
class Built:
    """What was built: the wheel, the source release, and the wheel's metadata."""

    wheel: Path
    sdist: Path
    metadata: Message

    @property
    def requirements(self) -> list[str]:
        """What a plain install asks for, without the extras."""
        declared = self.metadata.get_all("Requires-Dist") or []
        return [line for line in declared if "extra ==" not in line]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    if not UV.exists():
        pytest.skip("needs uv in .uv (make setup)")
    folder = tmp_path_factory.mktemp("dist")
    # The source release first, and the wheel from it: it has to be complete.
    ran(UV, "build", "--quiet", "--out-dir", folder, ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_string(files.read(name).decode("utf-8"))
    return Built(wheel, sdist, metadata)


@pytest.fixture(scope="session")
def excluded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of what the lean environments leave out, as pyproject.toml has it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    path = tmp_path_factory.mktemp("excluded") / "excluded.txt"
    path.write_text("\n".join(settings["tool"]["uv"]["exclude-dependencies"]), encoding="utf-8")
    return path


Report = Callable[..., Path]


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return a function that runs the main job with a Python, without a network."""
    barred = tmp_path_factory.mktemp("barred")
    (barred / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")

    def made(python: Path, *paths: Path) -> Path:
        folder = tmp_path_factory.mktemp("made")
        command = (python, "-m", "papertrends", "report", ROOT / "data", "--quiet")
        found = os.pathsep.join(map(str, (barred, *paths)))
        env = {"PYTHONPATH": found, "PAPERTRENDS_CACHE": str(folder / "cache")}
        ran(*command, "-o", "report.html", "--export", "tables", folder=folder, **env)
        return folder

    return made


@pytest.fixture(scope="session")
def reference(report: Report) -> Path:
    """Return the folder of the main job run here, from the source."""
    return report(Path(sys.executable), ROOT / "src")
