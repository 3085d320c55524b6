"""One digest in each of the forms that the loader reads, as the tools write them that make them.

Every writer takes papers and the day of their digest and returns the bytes of a file. Must not
read anything: tests, fuzzing and timing all begin with what stands here.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import html
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dump_pages import (
    ARXIV,
    PAGE,
    SITE,
    Paper,
    article,
    filled,
    html_markup,
    html_page,
    markdown,
    page_text,
    page_text_votes,
    reference_text,
    text_export,
)

__all__ = ["FORMS", "Form", "Paper", "gzipped", "zipped"]


Write = Callable[[Sequence[Paper], dt.date], bytes]


@dataclass(frozen=True)
class Form:
    """A form that a digest comes in.

    Attributes
    ----------
    reader, ending : str
        The name of the format that reads it, and how its files end.
    write : callable
        ``(papers, day of the digest) -> bytes``.
    fields : frozenset of str
        What it tells of each paper beside title, abstract and place: ``arxiv_id``,
        ``published_date`` (``published_day`` if it leaves out the year of the digest),
        ``upvotes``, ``digest_date``.
    date : str
        What it tells of the digest's own day: ``full``, ``no year`` or nothing.
    url : str
        The links in it, ``{}`` standing for the arXiv id; empty if there are none.
    """

    reader: str
    ending: str
    write: Write
    fields: frozenset[str]
    date: str = ""
    url: str = ""


def html_props(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the saved page of a day, with all it shows in an attribute."""
    entries = [_entry(paper, day, new=True) for paper in papers]
    props = {"canSubmit": False, "date": f"{day}T00:00:00.000Z", "dailyPapers": entries}
    text = json.dumps(props, ensure_ascii=False, separators=(",", ":"))
    shown = text.replace("&", "&amp;").replace('"', "&quot;")
    articles = "".join(article(paper, day, abstract=False) for paper in papers)
    return html_page(articles, day, f' data-target="DailyPapers" data-props="{shown}"')


def api_old(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write what the API said in 2024."""
    entries = [_entry(paper, day, new=False) for paper in papers]
    return json.dumps(entries, ensure_ascii=False, indent=4).encode()


def api_new(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write what the API says since 2025."""
    entries = [_entry(paper, day, new=True) for paper in papers]
    return json.dumps(entries, ensure_ascii=False, indent=2).encode()


def api_wrapped(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write what the API says within an object of one's own, on one line."""
    entries = [_entry(paper, day, new=True) for paper in papers]
    return json.dumps({"date": str(day), "count": len(entries), "papers": entries}).encode()


def api_literals(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write entries that went through Python's ``str`` before they became JSON."""
    entries = [str(_entry(paper, day, new=True)) for paper in papers]
    return json.dumps(entries, ensure_ascii=False, indent=2).encode()


def rss(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write a feed whose descriptions are escaped HTML."""
    items = ""
    for paper in papers:
        link = ARXIV.format(paper.arxiv_id)
        image = f'<p><img src="{SITE}/{paper.arxiv_id}.png" alt="Paper thumbnail" /></p>'
        said = {"Authors": "A. Author, B. Author", "Upvotes": paper.upvotes}
        said |= {"Summary": html.escape(paper.abstract, quote=False)}
        shown = image + "".join(f"<p><b>{name}:</b> {text}</p>" for name, text in said.items())
        items += (
            f"    <item>\n      <title>{html.escape(paper.title, quote=False)}</title>\n"
            f"      <link>{link}</link>\n"
            f"      <description>{html.escape(shown, quote=False)}</description>\n"
            f'      <guid isPermaLink="false">{link}</guid>\n'
            f"      <pubDate>{_rfc822(paper.published_date)}</pubDate>\n    </item>\n"
        )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">\n  <channel>\n'
        f"    <title>Hugging Face Daily Papers</title>\n    <link>{SITE}/papers</link>\n"
        "    <description>Daily research papers.</description>\n"
        f"    <lastBuildDate>{_rfc822(day)}</lastBuildDate>\n{items}  </channel>\n</rss>\n"
    ).encode()


def atom(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write a feed as arXiv's interface gives it: plain text, hard-wrapped."""
    entries = ""
    for paper in papers:
        link = f"{ARXIV.format(paper.arxiv_id)}v1"
        title = html.escape(filled(paper.title, 79), quote=False).replace("\n", "\n  ")
        abstract = html.escape(filled(paper.abstract, 79), quote=False)
        entries += (
            f"  <entry>\n    <id>{link}</id>\n    <updated>{day}T17:59:56Z</updated>\n"
            f"    <published>{paper.published_date}T17:59:56Z</published>\n"
            f"    <title>{title}</title>\n    <summary>  {abstract}\n</summary>\n"
            "    <author>\n      <name>A. Author</name>\n    </author>\n"
            f'    <link href="{link}" rel="alternate" type="text/html"/>\n  </entry>\n'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f'  <link href="{SITE}/feed" rel="self" type="application/atom+xml"/>\n'
        f"  <title>Daily Papers</title>\n  <id>{SITE}/feed</id>\n"
        f"  <updated>{day}T00:00:00-04:00</updated>\n{entries}</feed>\n"
    ).encode()


def arxiv_jsonl(papers: Sequence[Paper], _day: dt.date) -> bytes:
    """Write a line of JSON for each paper with the names that arXiv's listings have."""
    lines = []
    for paper in papers:
        line: dict[str, Any] = {"id": paper.arxiv_id}
        line |= {"pdf": f"https://arxiv.org/pdf/{paper.arxiv_id}"}
        line |= {"abs": ARXIV.format(paper.arxiv_id), "authors": ["A. Author", "B. Author"]}
        line |= {"title": paper.title, "categories": ["cs.CL", "cs.AI"], "comment": None}
        line |= {"summary": filled(paper.abstract, 79)}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def table(suffix: str) -> Write:
    """Return the writer of the papers table as a file of that ending."""

    def write(papers: Sequence[Paper], day: dt.date) -> bytes:
        from papertrends.export import write_table

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"papers{suffix}"
            write_table(_frame(papers, day), path)
            return path.read_bytes()

    return write


def gzipped(data: bytes) -> bytes:
    """Return the bytes of a ``.gz`` file, the same each time."""
    return gzip.compress(data, mtime=0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a ``.zip`` file with these files in it, the same each time."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _entry(paper: Paper, day: dt.date, *, new: bool) -> dict[str, Any]:
    """Return an entry as the API gives it: lines hard-wrapped, dates of paper and digest."""
    title, summary = filled(paper.title, 70).replace("\n", "\n  "), filled(paper.abstract, 79)
    author = {"_id": "66540321d200a2ecdf784ffe", "name": "A. Author", "hidden": False}
    inner: dict[str, Any] = {"id": paper.arxiv_id, "authors": [author]}
    inner["publishedAt"] = f"{paper.published_date}T17:34:15.000Z"
    submitted = f"{day}T03:50:58.348Z"
    if not new:
        inner |= {"title": title, "summary": summary, "upvotes": paper.upvotes}
        outer = {"paper": inner, "publishedAt": submitted, "title": paper.title}
        return outer | {"mediaUrl": f"{SITE}/{paper.arxiv_id}.png", "numComments": 3}
    inner |= {"submittedOnDailyAt": submitted, "title": title, "summary": summary}
    inner |= {"upvotes": paper.upvotes, "discussionId": None, "ai_keywords": ["one", "two"]}
    outer = {"paper": inner, "publishedAt": inner["publishedAt"], "title": title}
    outer |= {"summary": summary, "numComments": 1, "isAuthorParticipating": False}
    return outer | {"submittedBy": {"fullname": "AK", "name": "akhaliq", "followerCount": 9}}


def _rfc822(day: dt.date) -> str:
    return email.utils.format_datetime(dt.datetime(day.year, day.month, day.day, 10, tzinfo=dt.UTC))


def _frame(papers: Sequence[Paper], day: dt.date) -> Any:
    import pandas as pd

    from papertrends.papers import paper_id
    from papertrends.tables import PAPERS, conform

    frame = pd.DataFrame([vars(paper) for paper in papers], columns=list(vars(papers[0])))
    frame["paper_id"] = [paper_id(paper.title, paper.arxiv_id) for paper in papers]
    frame["url"] = [ARXIV.format(paper.arxiv_id) for paper in papers]
    frame["published_date"] = pd.to_datetime(frame["published_date"])
    return conform(
        frame.assign(
            digest_date=pd.Timestamp(day), position=range(1, len(frame) + 1), source="archive"
        ),
        PAPERS,
    )


def _forms() -> Iterator[tuple[str, Form]]:
    page = frozenset({"arxiv_id", "published_day", "upvotes"})
    entry = frozenset({"arxiv_id", "published_date", "upvotes"})
    full = entry | {"digest_date"}
    text, rendered = "daily-papers-text", "daily-papers-markdown"
    yield "page-text", Form(text, ".txt", page_text, frozenset(), "no year")
    yield "page-text-votes", Form(text, ".txt", page_text_votes, frozenset(), "no year")
    yield "markdown", Form(rendered, ".md", markdown, page, "no year", PAGE)
    yield "reference-text", Form(rendered, ".txt", reference_text, page, "no year", PAGE)
    yield "text-export", Form(rendered, ".txt", text_export, page, "no year", PAGE)
    yield "html-props", Form("daily-papers-html", ".html", html_props, entry, "full")
    yield "html-markup", Form("daily-papers-html", ".html", html_markup, page, "full")
    yield "api-old", Form("json", ".json", api_old, entry)
    yield "api-new", Form("json", ".json", api_new, full)
    yield "api-wrapped", Form("json", ".json", api_wrapped, full)
    yield "api-literals", Form("json", ".json", api_literals, full)
    yield "rss", Form("feed", ".xml", rss, entry, "full", ARXIV)
    yield "atom", Form("feed", ".xml", atom, entry - {"upvotes"}, "full", ARXIV)
    yield "arxiv-jsonl", Form("jsonl", ".jsonl", arxiv_jsonl, frozenset({"arxiv_id"}), "", ARXIV)
    yield "jsonl", Form("jsonl", ".jsonl", table(".jsonl"), full, "", ARXIV)
    yield "csv", Form("csv", ".csv", table(".csv"), full, "", ARXIV)
    yield "parquet", Form("parquet", ".parquet", table(".parquet"), full, "", ARXIV)


FORMS: Mapping[str, Form] = MappingProxyType(dict(_forms()))
"""Every form by its name."""
