"""Names from a language model behind any OpenAI-compatible endpoint.

The only place of papertrends that opens a connection, and only for somebody who
made a `LabelEndpoint`. Must not judge an answer (``naming.py`` does), and must
not write the API key anywhere but into the one header it belongs in.
"""

from __future__ import annotations

import ipaddress
import json
import math
import os
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from papertrends.errors import InputError
from papertrends.themes.naming import NamingError

_PATH = "/chat/completions"
#: Seconds before an endpoint that is busy or at fault is asked once more, and once again.
_WAITS = (0.5, 2.0)
_LONGEST_WAIT = 20
_MOST_BYTES = 1_000_000
_CHUNK = 65_536

_AGAIN = "run again later: the names that came are kept"
_LOOK = "check the address, which often ends in /v1, and the name of the model"


@dataclass(frozen=True)
class LabelEndpoint:
    """A language model to ask for the names of discovered themes.

    Parameters
    ----------
    url : str
        The endpoint's address as OpenAI's clients take it, such as
        ``"http://localhost:11434/v1"``; ``/chat/completions`` is added to it.
    model : str
        The model's name there.
    api_key : str, optional
        The key; without one, that in the environment variable ``PAPERTRENDS_API_KEY``,
        else that in ``OPENAI_API_KEY``, which is sent over https and to this machine
        only. It stands in no message, note, file or cache.
    timeout : float, default 60
        Seconds that one answer may take.

    Raises
    ------
    InputError
        If the address, the model's name, the key or the timeout cannot be used.

    Examples
    --------
    >>> LabelEndpoint("http://localhost:11434/v1/", "qwen3:8b", api_key="secret")
    LabelEndpoint(url='http://localhost:11434/v1', model='qwen3:8b', timeout=60.0)
    """

    url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything is asked."""
        object.__setattr__(self, "url", _checked_url(self.url))
        if not isinstance(self.model, str) or not self.model.strip():
            raise InputError("the model has no name", "give the one it has at the endpoint")
        if not self.model.isprintable():
            raise InputError("the model's name holds control characters", "mend it")
        object.__setattr__(self, "model", self.model.strip())
        good = isinstance(self.timeout, int | float) and math.isfinite(self.timeout)
        if not good or self.timeout <= 0:
            raise InputError(f"the timeout is {self.timeout!r}", "give a number of seconds above 0")
        self._key()

    @property
    def source(self) -> str:
        """The model and where it is, for notes and report."""
        return f"{self.model} at {self.url}"

    def ask(self, instructions: str, question: str) -> str:
        """Return the model's answer.

        Parameters
        ----------
        instructions : str
            What the model is to do.
        question : str
            What it is to be done with.

        Returns
        -------
        str

        Raises
        ------
        NamingError
            If there is none, whatever the reason.

        Examples
        --------
        >>> import papertrends as pt
        >>> endpoint = pt.LabelEndpoint("http://localhost:9", "no model")
        >>> endpoint.ask("Name it.", "Papers on prompts.")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        papertrends.themes.naming.NamingError: refused the connection; start the server, ...
        """
        bare = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": question},
            ],
        }
        key = self._key()
        try:
            status, reply = self._post({**bare, "temperature": 0, "seed": 0}, key)
            if status in (400, 422):  # some models take no temperature, some servers no seed
                status, reply = self._post(bare, key)
        except (OSError, HTTPException, ValueError) as error:
            raise _no_reply(error, self.timeout) from None
        if not 200 <= status < 300:
            raise _refusal(status)
        answer = _content(reply)
        if key and key in answer:
            raise NamingError("sent the API key back", "do not trust it with one", final=True)
        return answer

    def _post(self, body: Mapping[str, Any], key: str) -> tuple[int, bytes]:
        """Return status and body, asking again where the endpoint is busy or at fault."""
        data = json.dumps(body).encode("ascii")
        for wait in (*_WAITS, None):
            status, reply, pause = self._post_once(data, key)
            if wait is None or not (status == 429 or status >= 500):
                break
            time.sleep(max(wait, pause))
        return status, reply

    def _post_once(self, data: bytes, key: str) -> tuple[int, bytes, int]:
        headers = {"Content-Type": "application/json", "User-Agent": "papertrends"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        request = Request(self.url + _PATH, data=data, headers=headers, method="POST")
        deadline = time.monotonic() + self.timeout
        try:
            with build_opener(_NoRedirect).open(request, timeout=self.timeout) as response:
                return response.status, _read(response, deadline), 0
        except HTTPError as error:
            with error:
                return error.code, b"", _pause(error.headers.get("Retry-After"))

    def _key(self) -> str:
        """Return the key for this endpoint, or nothing."""
        key = self.api_key or os.environ.get("PAPERTRENDS_API_KEY", "")
        if not key and _is_private(urlsplit(self.url)):
            key = os.environ.get("OPENAI_API_KEY", "")
        key = key.strip()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise InputError(
                "the API key holds spaces or characters that no key has",
                "copy it again into PAPERTRENDS_API_KEY",
            )
        return key


class _NoRedirect(HTTPRedirectHandler):
    """Follows no redirect: texts and key go to the address that was given, or nowhere."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """Leave the redirect to be seen as the failure it is."""
        del req, fp, code, msg, headers, newurl


def _checked_url(url: object) -> str:
    remedy = "write it like http://localhost:11434/v1"
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        raise InputError("the label endpoint is no address", remedy)
    if any(sign in url for sign in "@?#"):
        # Not quoted: what stands there may be a secret.
        raise InputError(
            "the label endpoint's address holds a user name, a key or a query",
            "leave it out, and put a key into the environment variable PAPERTRENDS_API_KEY",
        )
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        if parts.hostname:
            parts.hostname.encode("idna")
    except ValueError:
        usable = False
    if not usable:
        raise InputError(f"the label endpoint '{url}' is no http or https address", remedy)
    return url.rstrip("/").removesuffix(_PATH).rstrip("/")


def _is_private(address: SplitResult) -> bool:
    """Say whether nobody on the way can read what is sent there."""
    host = address.hostname or ""
    if address.scheme == "https" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: Any, deadline: float) -> bytes:
    """Read a body, but neither without end nor past the deadline."""
    parts: list[bytes] = []
    while chunk := response.read1(_CHUNK):
        parts.append(chunk)
        if sum(map(len, parts)) > _MOST_BYTES:
            raise NamingError("sent more than a million bytes for a name", _LOOK)
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(parts)


def _content(reply: bytes) -> str:
    """Return the message in a reply."""
    try:
        content = json.loads(reply)["choices"][0]["message"]["content"]
        content.encode("utf-8")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NamingError("sent no chat completion", _LOOK) from None
    return str(content)


def _pause(retry_after: str | None) -> int:
    """Return the seconds that the endpoint asks to wait, within reason."""
    asked = (retry_after or "").strip()
    return min(int(asked), _LONGEST_WAIT) if asked.isdecimal() and len(asked) < 9 else 0


def _no_reply(error: Exception, timeout: float) -> NamingError:
    """Say why nothing came back, without the words of the system, which differ."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return NamingError(
            f"gave no answer within {timeout:g} s", "see whether it is busy, and run again"
        )
    if isinstance(reason, ssl.SSLError):
        return NamingError(
            "has no certificate that this machine trusts",
            "check the address and the certificates",
            sent=False,
            final=True,
        )
    if isinstance(reason, ConnectionRefusedError):
        return NamingError(
            "refused the connection",
            "start the server, or check the address and its port",
            sent=False,
            final=True,
        )
    if isinstance(reason, socket.gaierror):
        return NamingError(
            "has a host name that nobody knows", "check the address", sent=False, final=True
        )
    if isinstance(reason, ConnectionError | HTTPException):
        return NamingError("broke off the connection", "see whether it runs, and run again")
    return NamingError("could not be reached", "check the address and the network", final=True)


def _refusal(status: int) -> NamingError:
    """Say what a status other than success means here."""
    if status in (401, 403):
        return NamingError(
            f"refused the API key or asks for one (status {status})",
            "put the right key into the environment variable PAPERTRENDS_API_KEY",
            final=True,
        )
    if 300 <= status < 400:
        return NamingError(
            f"sent on to another address (status {status}), which is not followed",
            "give the address that it has now",
            final=True,
        )
    if status == 404:
        return NamingError("knows no such address or model (status 404)", _LOOK, final=True)
    if status == 429:
        return NamingError("was asked too much in too short a time (status 429)", _AGAIN)
    if status >= 500:
        return NamingError(f"failed (status {status})", _AGAIN)
    return NamingError(f"refused the question (status {status})", _LOOK)
