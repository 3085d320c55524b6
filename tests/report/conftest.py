"""Sample summaries and a browser, shared by the tests of the report."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from papertrends import tables as schema
from papertrends.report import Summary, render, summarise
from papertrends.tables import Tables, blank

#: The one without windows first: it needs half the time of the others for a page.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WATCH = """
window.policyBroken = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.policyBroken.push(event.effectiveDirective + " " + event.blockedURI));
"""


class Page(HTMLParser):
    """Collects what a browser would make of the page: elements, scripts, links, text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif self._inside != "style":
            self.words.append(data)

    def unpacked(self, block: str) -> str:
        text = next(t for a, t in self.scripts if a.get("id") == block)
        return gzip.decompress(base64.b64decode(text)).decode("utf-8")

    @property
    def figures(self):
        return json.loads(self.unpacked("charts"))["figures"]

    @property
    def data(self):
        return json.loads(self.unpacked("data"))

    @property
    def text(self) -> str:
        return "".join(self.words).replace("\u00a0", " ")


def summary_of(sample: Any, tables: Any, by: str, **settings: str) -> Summary:
    return summarise(
        tables,
        sample.LoadReport(),
        settings={
            "by": by,
            "by_asked": "auto",
            "seed": 0,
            "encoder": "minilm",
            "themes": ["fine-tuning", "prompt learning"],
            **settings,
        },
        versions={"papertrends": "0.1.0"},
        notes=["A note with <b>tags</b>."],
    )


@pytest.fixture(scope="session")
def summaries(sample: Any) -> dict[str, Summary]:
    """Return one summary a kind of sample."""
    return {
        "two": summary_of(sample, sample.two_digests(), "digest"),
        "one": summary_of(sample, sample.one_digest(), "digest"),
        "many": summary_of(sample, sample.many_months(), "month"),
        "hostile": summary_of(sample, sample.hostile(), "digest"),
        "nested": summary_of(sample, sample.nested(), "digest"),
        "wide": summary_of(sample, sample.wide(), "month"),
        "gapped": summary_of(sample, sample.gapped(), "month"),
        "published": summary_of(sample, sample.published(), "quarter", date="published"),
    }


@pytest.fixture(scope="session")
def summarised(sample: Any) -> Callable[..., Summary]:
    return lambda tables, by="digest", **settings: summary_of(sample, tables, by, **settings)


@pytest.fixture(scope="session")
def texts(summaries) -> dict[str, str]:
    return {name: render(summary) for name, summary in summaries.items()}


@pytest.fixture(scope="session")
def pages(texts) -> dict[str, Page]:
    return {name: Page(text) for name, text in texts.items()}


@pytest.fixture(scope="session")
def parsed() -> type[Page]:
    return Page


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    import shutil

    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=found,
            args=[
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


def wait_until_drawn(page, n_charts: int) -> None:
    # Waiting for a function would need eval in the page, which its policy refuses.
    page.locator("html[data-ready]").wait_for(state="attached", timeout=60_000)
    page.locator(".plot[data-drawn]").nth(n_charts - 1).wait_for(timeout=60_000)


@pytest.fixture(scope="session")
def files(texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(text, encoding="utf-8")
    return paths


@pytest.fixture
def visited(browser):
    """Open a file, wait until it is drawn, and fail on whatever it should not have done."""

    @contextmanager
    def open_file(
        path, n_charts, *, width=1280, height=900, scheme="light", address="", quiet=True
    ):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        context.add_init_script(WATCH)
        page = context.new_page()
        noise: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: noise.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (noise.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri() + address)
        wait_until_drawn(page, n_charts)
        yield page
        if quiet:
            assert noise == []
            assert page.evaluate("window.policyBroken") == []
            loaded = [url for url in requests if not url.startswith(("data:", "blob:"))]
            assert {url.split("#")[0] for url in loaded} == {path.as_uri()}
        context.close()

    return open_file


@pytest.fixture
def opened(visited, files, summaries):
    """Open the report of a sample by its name, as `visited` does."""
    return lambda name, **given: visited(files[name], len(summaries[name].charts), **given)


@pytest.fixture(scope="session")
def empty(summarised) -> Summary:
    schemas = {
        one: getattr(schema, one.removeprefix("other_").upper())
        for one in Tables.__dataclass_fields__
    }
    return summarised(Tables(**{one: blank(columns) for one, columns in schemas.items()}))


@pytest.fixture(scope="session")
def crowd(sample, summarised) -> Summary:
    """Return 300 themes and more at the top."""
    few = summarised(sample.two_digests())
    card = few.themes[-1]
    copies = [
        dataclasses.replace(card, theme_id=f"x{n}", name=f"Theme {n}", n_papers=n + 1)
        for n in range(300)
    ]
    row = few.tables.themes.tail(1)
    themes = pd.concat([few.tables.themes, *(row.assign(theme_id=one.theme_id) for one in copies)])
    return dataclasses.replace(
        few,
        themes=(*few.themes, *copies),
        tables=dataclasses.replace(few.tables, themes=themes.reset_index(drop=True)),
    )
