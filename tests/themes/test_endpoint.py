"""The label endpoint against a server of our own: no failure costs more than a name."""

from __future__ import annotations

import json
import runpy
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from papertrends.errors import InputError
from papertrends.themes import endpoint as module
from papertrends.themes.endpoint import LabelEndpoint
from papertrends.themes.naming import NamingError

fake = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fake_endpoint.py"))))
KEY, Reply, Server = fake.KEY, fake.Reply, fake.Server

pytestmark = pytest.mark.usefixtures("alone")


def ask(server: Server, **options: Any) -> str:
    return LabelEndpoint(server.url, "test-model", **options).ask("Name it.", "{}")


def failure(server: Server, **options: Any) -> NamingError:
    with pytest.raises(NamingError) as raised:
        ask(server, **options)
    assert raised.value.remedy
    return raised.value


# One question.


def test_the_question_is_posted_as_openai_has_it(server: Server) -> None:
    assert ask(server) == '{"name": "A fine name"}'
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["headers"]["Content-Type"] == "application/json"
    assert "Authorization" not in request["headers"]
    assert request["body"] == {
        "model": "test-model",
        "messages": [
            {"role": "system", "content": "Name it."},
            {"role": "user", "content": "{}"},
        ],
        "temperature": 0,
        "seed": 0,
    }


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions", "/chat/completions/"])
def test_the_address_is_taken_with_or_without_its_end(server: Server, ending: str) -> None:
    LabelEndpoint(server.url + ending, "test-model").ask("", "")
    assert server.requests[0]["path"] == "/v1/chat/completions"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_fault_is_asked_again(server: Server, status: int) -> None:
    server.replies = [Reply(status=status), Reply()]
    assert ask(server) == '{"name": "A fine name"}'
    assert len(server.requests) == 2


def test_the_wait_that_is_asked_for_is_kept_within_reason(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(module.time, "sleep", waits.append)
    monkeypatch.setattr(module, "_WAITS", (0.5, 2.0))
    server.replies = [
        Reply(status=429, headers={"Retry-After": "7"}),
        Reply(status=429, headers={"Retry-After": "86400"}),
        Reply(),
    ]
    ask(server)
    server.replies = [
        Reply(status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Reply(status=503, headers={"Retry-After": "-1"}),
        Reply(),
    ]
    ask(server)
    assert waits == [7, 20, 0.5, 2.0]


@pytest.mark.parametrize(
    ("status", "n_requests", "final", "cause", "remedy"),
    [
        (500, 3, False, "failed", "run again later"),
        (429, 3, False, "asked too much", "names that came are kept"),
        (401, 1, True, "API key", "PAPERTRENDS_API_KEY"),
        (403, 1, True, "API key", "PAPERTRENDS_API_KEY"),
        (404, 1, True, "no such address or model", "ends in /v1"),
        (400, 2, False, "refused the question", "name of the model"),
        (418, 1, False, "refused the question", "name of the model"),
    ],
)
def test_a_refusal_says_its_cause_and_what_to_do(
    server: Server, status: int, n_requests: int, final: bool, cause: str, remedy: str
) -> None:
    server.replies = [Reply(status=status, body=b"request 1234 by " + KEY.encode())]
    error = failure(server, api_key=KEY)
    assert cause in error.cause
    assert f"status {status}" in error.cause
    assert remedy in error.remedy
    assert error.final == final
    assert len(server.requests) == n_requests
    assert KEY not in str(error)
    assert "1234" not in str(error)  # what a server says differs from time to time


def test_a_model_without_temperature_and_seed_is_asked_without(server: Server) -> None:
    server.replies = [Reply(status=400), Reply()]
    assert ask(server) == '{"name": "A fine name"}'
    assert set(server.requests[1]["body"]) == {"model", "messages"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, elsewhere: Server, status: int) -> None:
    server.replies = [Reply(status=status, headers={"Location": elsewhere.url})]
    error = failure(server, api_key=KEY)
    assert "sent on to another address" in error.cause
    assert error.final
    assert elsewhere.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>It works!</html>",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": ["a"]}}]}',
        b'{"choices": [{"message": {"content": "\\ud800"}}]}',
        b'{"error": {"message": "out of memory"}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_chat_completion_is_said_to_be_none(server: Server, body: bytes) -> None:
    server.replies = [Reply(body=body)]
    assert failure(server).cause == "sent no chat completion"


def test_a_flood_is_not_read_to_its_end(server: Server) -> None:
    server.replies = [Reply(content="x" * 3_000_000)]
    assert "more than a million bytes" in failure(server).cause


def test_silence_ends_after_the_timeout(server: Server) -> None:
    done = threading.Event()
    server.replies = [Reply(before=lambda handler: done.wait(5) and False)]
    start = time.monotonic()
    error = failure(server, timeout=0.2)
    done.set()
    assert time.monotonic() - start < 2
    assert error.cause == "gave no answer within 0.2 s"
    assert len(server.requests) == 1


def test_an_answer_that_drips_in_ends_after_the_timeout(server: Server) -> None:
    done = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> bool:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(60):
            if done.wait(0.05):
                break
            handler.wfile.write(b" ")
        return False

    server.replies = [Reply(before=drip)]
    start = time.monotonic()
    error = failure(server, timeout=0.3)
    done.set()
    assert time.monotonic() - start < 2
    assert error.cause == "gave no answer within 0.3 s"


def test_a_connection_that_breaks_is_told(server: Server) -> None:
    def hang_up(handler: BaseHTTPRequestHandler) -> bool:
        handler.connection.shutdown(socket.SHUT_RDWR)
        return False

    server.replies = [Reply(before=hang_up)]
    error = failure(server)
    assert error.cause == "broke off the connection"
    assert error.sent


def test_nobody_at_home() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    with pytest.raises(NamingError, match="refused the connection; start the server") as raised:
        LabelEndpoint(url, "m").ask("", "")
    assert raised.value.final
    assert not raised.value.sent


def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NamingError, match="host name that nobody knows; check") as raised:
        LabelEndpoint("http://nowhere.invalid/v1", "m").ask("", "")
    assert not raised.value.sent


def test_no_tls_where_tls_was_asked_for(server: Server) -> None:
    with pytest.raises(NamingError, match="no certificate that this machine trusts"):
        LabelEndpoint(server.url.replace("http:", "https:"), "m", api_key=KEY).ask("", "")
    assert server.requests == []


# The key.


def test_the_key_stands_in_its_header_and_nowhere_else(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the-other-one")
    monkeypatch.setenv("PAPERTRENDS_API_KEY", KEY)
    ask(server)
    monkeypatch.delenv("PAPERTRENDS_API_KEY")
    ask(server)
    ask(server, api_key="given-by-hand")
    sent = [request["headers"].pop("Authorization") for request in server.requests]
    assert sent == [f"Bearer {KEY}", "Bearer the-other-one", "Bearer given-by-hand"]
    assert KEY not in json.dumps(server.requests)
    made = LabelEndpoint(server.url, "m", api_key=KEY)
    assert KEY not in f"{made} {made!r} {made.source}"


def test_openais_key_goes_nowhere_in_the_clear(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server stands in as the proxy, so that no other host has to be there.
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
    monkeypatch.delenv("no_proxy", raising=False)
    far = LabelEndpoint("http://labels.example/v1", "m")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    far.ask("", "")
    monkeypatch.setenv("PAPERTRENDS_API_KEY", "meant-for-it")
    far.ask("", "")
    first, second = server.requests
    assert first["path"] == "http://labels.example/v1/chat/completions"
    assert "Authorization" not in first["headers"]
    assert second["headers"]["Authorization"] == "Bearer meant-for-it"


def test_a_key_that_comes_back_is_no_answer(server: Server) -> None:
    server.replies = [Reply(content=f'{{"name": "{KEY}"}}')]
    error = failure(server, api_key=KEY)
    assert "sent the API key back" in error.cause
    assert KEY not in str(error)


@pytest.mark.parametrize("key", ["two words", "new\r\nline: x", "schlüssel", "tab\tkey"])
def test_a_key_that_is_none_is_refused_without_being_quoted(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERTRENDS_API_KEY", key)
    with pytest.raises(InputError, match="the API key holds spaces or characters") as raised:
        LabelEndpoint("http://localhost/v1", "m")
    assert key not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "is no http or https address"),
        ("localhost:8000", "is no http or https address"),
        ("file:///etc/passwd", "is no http or https address"),
        ("http://", "is no http or https address"),
        ("http://host:99999/v1", "is no http or https address"),
        ("http://a..b/v1", "is no http or https address"),
        ("http://[::1/v1", "is no http or https address"),
        ("http://host/v1\r\nX: y", "is no address"),
        ("http://höst/v1", "is no address"),
        (None, "is no address"),
    ],
)
def test_what_is_no_address_is_refused(url: Any, problem: str) -> None:
    with pytest.raises(InputError, match=f"{problem}; write it like http://localhost:11434/v1"):
        LabelEndpoint(url, "m")


@pytest.mark.parametrize(
    "url", [f"http://me:{KEY}@host/v1", f"http://host/v1?key={KEY}", f"http://host/v1#{KEY}"]
)
def test_a_key_in_the_address_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(InputError, match=r"a user name, a key or a query; .*API_KEY") as raised:
        LabelEndpoint(url, "m")
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "soon"])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    with pytest.raises(InputError, match=r"the timeout is .*; give a number of seconds above 0"):
        LabelEndpoint("http://localhost/v1", "m", timeout=timeout)


@pytest.mark.parametrize("model", ["", "  ", None, "a\nb"])
def test_a_model_has_a_name(model: Any) -> None:
    with pytest.raises(InputError, match="the model"):
        LabelEndpoint("http://localhost/v1", model)
