"""Finding a cluster, and whether its workers can do the same as this process.

Must not print, nor give work to a worker whose numbers could be others.
"""

from __future__ import annotations

import builtins
import logging
import re
import socket
import struct
import time
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from papertrends.errors import InputError, MissingDependencyError
from papertrends.scale import pools
from papertrends.scale.pools import InProcess, OnCluster, Pool

#: Seconds that a scheduler has for its answer.
ANSWER = 5.0
#: Packages that what a worker reads, embeds or scores can depend on.
PACKAGES = (
    "papertrends",
    "duckdb",
    "numpy",
    "onnxruntime",
    "pandas",
    "scikit-learn",
    "scipy",
    "tokenizers",
)
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})/?")
#: A scheduler begins with the length of a greeting, which is a few hundred bytes.
_LONGEST_GREETING = 2**20


@contextmanager
def pool_on(cluster: Any) -> Iterator[Pool]:
    """Give the pool of a cluster, checked; a client that is opened for it is closed again.

    Parameters
    ----------
    cluster : str, distributed.Client or None
        An address like ``tcp://127.0.0.1:8786``, or a client; None for this process.

    Raises
    ------
    MissingDependencyError
        If Dask is not installed.
    InputError
        If there is no cluster, it has no workers, or a worker has another papertrends, or
        another version of a package that can change a number.
    """
    if cluster is None:
        yield InProcess()
        return
    distributed = _distributed()
    if isinstance(cluster, distributed.Client):
        with _sending_much():
            yield _checked(cluster, _address_of(cluster))
    elif isinstance(cluster, str):
        address = _plain(cluster)
        with _quiet(), _sending_much():
            client = _connected(distributed, address)
            try:
                yield _checked(client, address)
            finally:
                _close(client)
    else:
        raise InputError(
            f"{type(cluster).__name__} is no cluster",
            "give an address like 'tcp://127.0.0.1:8786', or a distributed.Client",
        )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise MissingDependencyError(
            "a cluster needs Dask, which is not installed; pip install 'papertrends[cluster]', "
            "or leave the cluster out"
        ) from error
    return distributed


def _plain(address: str) -> str:
    found = _ADDRESS.fullmatch(address.strip())
    if found is None or not 0 < int(found[3]) < 2**16:
        raise InputError(
            f"'{address}' is no address of a cluster",
            "write it like tcp://127.0.0.1:8786, as 'dask scheduler' tells it",
        )
    return address.strip().rstrip("/")


def _connected(distributed: Any, address: str) -> Any:
    scheme, host, port = _ADDRESS.fullmatch(address).groups()  # type: ignore[union-attr]
    _greeted(address, host.strip("[]"), int(port), speaks_first=scheme == "tcp")
    try:
        with warnings.catch_warnings():
            # Versions are compared here, those that matter.
            warnings.simplefilter("ignore")
            return distributed.Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        raise _no_cluster(address, str(error) or type(error).__name__) from error


def _greeted(address: str, host: str, port: int, *, speaks_first: bool) -> None:
    """Raise unless a scheduler answers: Dask's client waits for ever if something else does."""
    try:
        with socket.create_connection((host, port), timeout=ANSWER) as there:
            beginning = there.recv(8, socket.MSG_WAITALL) if speaks_first else b""
    except TimeoutError as error:
        raise _no_cluster(address, f"no answer in {ANSWER:g} seconds") from error
    except OSError as error:
        raise _no_cluster(address, error.strerror or str(error)) from error
    if speaks_first and (
        len(beginning) < 8 or struct.unpack("<Q", beginning)[0] > _LONGEST_GREETING
    ):
        raise _no_cluster(address, "something else answers")


def _no_cluster(address: str, why: str) -> InputError:
    return InputError(
        f"there is no Dask cluster at {address} ({why})",
        "start one with 'dask scheduler' and 'dask worker', or leave the cluster out",
    )


def _address_of(client: Any) -> str:
    if client.status != "running" or client.scheduler is None:
        raise InputError("the client of the cluster is closed", "give one that is connected")
    return str(client.scheduler.address)


def _close(client: Any) -> None:
    try:
        client.close(timeout=ANSWER)
    except (OSError, RuntimeError):  # its cluster is gone, and what there is to say was said
        return


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's remarks on a lost connection to itself: an error says it in one line."""
    loggers = [
        logging.getLogger(name)
        for name in ("distributed.client", "distributed.core", "distributed.comm")
    ]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)


@contextmanager
def _sending_much() -> Iterator[None]:
    """Let models and papers travel in the graph, which `OnCluster` does with reason."""
    with warnings.catch_warnings():  # once for a run: it counts for all of its threads
        warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
        yield


def _checked(client: Any, address: str) -> OnCluster:
    """Return the pool of a cluster whose workers have what this process has."""
    _wait_for_workers(client, address)
    asked = _by_value(_what_is_there)
    here = _what_is_there(PACKAGES)
    there = client.run(asked, PACKAGES, on_error="return")
    # A scheduler may be set not to run functions; then the workers decide.
    with suppress(ValueError):
        there |= {f"scheduler {address}": client.run_on_scheduler(asked, PACKAGES)}
    for place, found in sorted(there.items()):
        if isinstance(found, BaseException):
            raise InputError(
                f"the worker {place} does not answer ({type(found).__name__})",
                "restart it, or stop it",
            )
        named = place if place.startswith("scheduler ") else f"worker {place}"
        _same(named, found, here)
    return OnCluster(client, address)


def _wait_for_workers(client: Any, address: str) -> None:
    until = time.monotonic() + pools.PATIENCE
    while not client.nthreads():
        if time.monotonic() > until:
            raise InputError(
                f"the cluster at {address} has no workers",
                f"start them with 'dask worker {address}'",
            )
        time.sleep(0.1)


def _same(named: str, there: Mapping[str, str], here: Mapping[str, str]) -> None:
    wanted = here["papertrends"]
    if not there["code"]:
        raise InputError(
            f"the {named} has no papertrends",
            f"install papertrends {wanted} there, as it is here, and start it again",
        )
    for name, version in here.items():
        if there[name] == version:
            continue
        problem = (
            f"the {named} has other code of papertrends {wanted} than is here"
            if name == "code"
            else f"the {named} has {name} {there[name] or '(none)'}, and here is {version}"
        )
        raise InputError(problem, "install the same versions there and start it again")


def _by_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a copy that is sent as code, so that who runs it need not have papertrends."""
    copy = types.FunctionType(function.__code__, {"__builtins__": builtins}, function.__name__)
    copy.__module__ = "__main__"
    return copy


def _what_is_there(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of Python and packages, and the SHA-256 of papertrends' code.

    Uses nothing of this module: it runs where there may be no papertrends.
    """
    import hashlib
    import platform
    from importlib import metadata, util
    from pathlib import Path

    found = {"papertrends": "", "code": ""}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = ""
    spec = util.find_spec("papertrends")
    if spec is not None and spec.submodule_search_locations:
        home = Path(next(iter(spec.submodule_search_locations)))
        code = hashlib.sha256()
        for file in sorted(home.rglob("*.py")):
            code.update(file.relative_to(home).as_posix().encode())
            code.update(file.read_bytes())
        found["code"] = code.hexdigest()
    return found | {"python": ".".join(platform.python_version_tuple()[:2])}
