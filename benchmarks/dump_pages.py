"""A Daily Papers page as people keep it: as text, as other tools render it, as saved HTML.

Must not know of the other forms; `dump_forms` has them all.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

SITE = "https://huggingface.co"
PAGE, ARXIV = SITE + "/papers/{}", "https://arxiv.org/abs/{}"


@dataclass(frozen=True)
class Paper:
    """A paper as it is before it is written: white space folded, nothing left out."""

    title: str
    abstract: str
    arxiv_id: str
    published_date: dt.date
    upvotes: int


def short_day(day: dt.date) -> str:
    """Return a day as the site's pages write it: ``Jul 31``."""
    return f"{day:%b} {day.day}"


def page_text(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the page as text, blocks in turn and a blank line between any two."""
    head = ["new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers"]
    blocks = [*head, "byAK and the research community", short_day(day)]
    blocks += [text for paper in papers for text in (paper.title, paper.abstract)]
    return "\n\n".join(blocks).encode()


def page_text_votes(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the page as text with what else stands on it: names, votes, counts."""
    blocks = ["Hugging Face", "Models", "Datasets", "Log In", "Sign Up", "new"]
    blocks += ["Get trending papers in your email inbox once a day!", "Subscribe", "Daily Papers"]
    blocks += ["byAK and the research community", short_day(day)]
    for number, paper in enumerate(papers, start=1):
        blocks += ["Submitted by", f"reader-{number}", _votes(paper), paper.title, paper.abstract]
        blocks += ["·", f"{number + 1} authors", str(number)]
    blocks += ["Previous", "Next", "Company", "© Hugging Face", "TOS", "Privacy", "About", "Jobs"]
    return "\n\n".join(blocks).encode() + b"\n"


def markdown(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the page as markdown with links in it, as scrapers do.

    Text is escaped and lines within links end in two backslashes.
    """
    login = SITE + "/login?next=%2Fpapers"
    ak = f"[![]({SITE}/front/assets/papers-by.png)AK]({SITE}/akhaliq)"
    blocks = ["new", "Get trending papers in your email inbox once a day!"]
    blocks += ["Get trending papers in your email inbox!", f"[Subscribe]({login})"]
    blocks += ["# Daily Papers", f"## by {ak} and the research community"]
    blocks += ["- Daily\n- Weekly\n- Monthly", f"[Trending Papers]({PAGE.format('trending')})"]
    blocks.append(short_day(day))
    for number, paper in enumerate(papers):
        link = PAGE.format(paper.arxiv_id)
        face = f"- ![]({SITE}/avatars/{number}.svg)\\\\\n" * (number % 3)
        title = _escaped(filled(paper.title, 79, odd=number % 2)).replace("\n", "\\\\  ")
        abstract = _escaped(filled(paper.abstract, 79, odd=number % 2)).replace("\n", "\\\\\n")
        comments = "" if number % 2 else f"{' ' * (number % 4 // 2)}[{number}]({link}#community)"
        blocks += [f"[{_votes(paper)}]({login}%2F{paper.arxiv_id})", f"### [{title}]({link})"]
        blocks += [f"[{abstract}]({link})", f"[{face}- {number + 1} authors]({link})", "·"]
        blocks.append(_day_of(paper, day) + comments)
    return "\n\n".join(blocks).encode() + b"\n"


def reference_text(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the page as text of 120 columns with its links numbered and listed at the end."""
    links: list[str] = []

    def link(text: str, target: str) -> str:
        links.append(target)
        return f"{text}[{len(links)}]"

    lines = [link("[[Hugging Face's logo] Hugging Face]", SITE + "/")]
    lines += [link(f"* [ {name} ]", f"{SITE}/{name.lower()}") for name in ("Models", "Datasets")]
    lines += ["new", "", "Get trending papers in your email inbox once a day!", ""]
    lines += [link("[Subscribe]", f"{SITE}/login?next=%2Fpapers"), "", "# Daily Papers", ""]
    lines.append(f"## by{link('[AK]', SITE + '/akhaliq')} and the research community")
    lines += ["* Daily", "* Weekly", "* Monthly", "", short_day(day)]
    for number, paper in enumerate(papers):
        page = PAGE.format(paper.arxiv_id)
        login = f"{SITE}/login?next=%2Fpapers%2F{paper.arxiv_id}"
        title = filled(f"[{paper.title}]", 116).replace("\n", "\n### ")
        lines += ["[", _votes(paper), link("]", login), "", link(f"### {title}", page), ""]
        lines += ["[", "", filled(paper.abstract, 120), "", link("]", page)]
        lines += ["[", f"* {number + 1} authors", link("]", page), "·"]
        comments = "" if number % 2 else link(f" [ {number}]", f"{page}#community")
        lines.append(_day_of(paper, day) + comments)
    lines += ["", *(f"[{number}]: {one}" for number, one in enumerate(links, start=1))]
    return "\n".join(lines).encode() + b"\n"


def text_export(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the page as text with the target of each link below it, as notebook tools do."""
    blocks = ["# Daily Papers - Hugging Face\nDaily Papers - Hugging Face", " Hugging Face"]
    blocks += [SITE + "/", "Models", SITE + "/models", "Log In", SITE + "/login", "new"]
    blocks += ["Get trending papers in your email inbox once a day!", "Subscribe"]
    blocks += [SITE + "/login?next=%2Fpapers", "Daily Papers", "by ", "AK", SITE + "/akhaliq"]
    blocks += [" and the research community", "Daily", "Weekly", "Monthly "]
    blocks += [PAGE.format("trending"), " ", short_day(day)]
    for number, paper in enumerate(papers):
        page = PAGE.format(paper.arxiv_id)
        blocks += [f" [-] {_votes(paper)}", f"{SITE}/login?next=%2Fpapers%2F{paper.arxiv_id}"]
        blocks += [paper.title, page, paper.abstract, page]
        blocks += ["[", f"{number + 1} authors]({page})", "·", f"{_day_of(paper, day)} "]
        blocks += [] if number % 2 else [str(number), f"{page}#community"]
    return "\n\n".join(blocks).encode() + b"\n"


def html_markup(papers: Sequence[Paper], day: dt.date) -> bytes:
    """Write the saved page of a search, with nothing but what it shows."""
    return html_page("".join(article(paper, day, abstract=True) for paper in papers), day, "")


def article(paper: Paper, day: dt.date, *, abstract: bool) -> str:
    """Return a paper as the saved page shows it; a page of a day shows no abstracts."""
    page = f"/papers/{paper.arxiv_id}"
    title, text = (
        html.escape(filled(one, 79), quote=False) for one in (paper.title, paper.abstract)
    )
    shown = f'<a href="{page}"><p class="line-clamp-3">{text}</p></a>' if abstract else ""
    date = f"<div>·</div><div>{_day_of(paper, day)}</div>" if abstract else ""
    return f"""
    <div><article class="relative"><a href="{page}"><img src="{SITE}{page}.png" alt=""></a>
      <div class="pointer-events-none">Submitted by <img alt="" src="/avatars/1.svg">
        akhaliq</div>
      <a href="/login?next=%2Fpapers%2F{paper.arxiv_id}" class="self-start">
        <div class="shadow-alternate"><input disabled type="checkbox" class="peer hidden">
        <div class="leading-none">{_votes(paper)}</div></div></a>
      <div class="w-full"><h3 class="mb-1"><a href="{page}" class="cursor-pointer">{title}</a></h3>
        {shown}<div class="flex"><a href="{page}"><ul><li title="someone"></li>
          <li class="order-first"><div>·</div>
            5 authors
          </li></ul></a>{date}
        <a href="{page}#community" class="text-md">5</a></div></div></article></div>"""


def html_page(articles: str, day: dt.date, props: str) -> bytes:
    """Return a saved page with these articles; `props` goes into the tag around them."""
    menu = "{&quot;isWide&quot;:false}"
    return f"""<!doctype html>
<html class="">
  <head>
    <meta charset="utf-8" />
    <meta property="og:title" content="Daily Papers - Hugging Face" />
    <title>Daily Papers - Hugging Face</title>
    <script>window.hubConfig = JSON.parse(`{{"features":{{"signupDisabled":false}}}}`);</script>
  </head>
  <body class="flex flex-col min-h-screen DailyPapersPage">
  <div class="SVELTE_HYDRATER contents" data-target="MainHeader" data-props="{menu}"><header>
    <a href="/">Hugging Face</a><nav><a href="/models">Models</a></nav></header></div>
  <div class="SVELTE_HYDRATER contents"{props}><section class="container">
    <h1><a href="/papers">Daily Papers</a></h1>
    <h2>by <a href="/akhaliq"><span>AK</span></a> <span>and the research community</span></h2>
    <a href="/papers?date={day - dt.timedelta(1)}"></a>
    <time datetime="{day}T00:00:00.000Z"><span>{day:%b}</span>
      <span>{day.day}</span></time>
    <div class="relative grid">{articles}</div></section></div>
  <footer><nav><a href="/terms-of-service">TOS</a><a href="/models">Models</a></nav></footer>
  </body>
</html>
""".encode()


def _votes(paper: Paper) -> str:
    return str(paper.upvotes or "-")


def _day_of(paper: Paper, day: dt.date) -> str:
    year = "" if paper.published_date.year == day.year else f", {paper.published_date.year}"
    return short_day(paper.published_date) + year


def filled(text: str, width: int, *, odd: int = 0) -> str:
    """Break lines at spaces, as arXiv does; texts with an odd number are left on one."""
    if odd:
        return text
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


_MARKDOWN = (
    (r"\\", r"\\\\"), (r"\*", r"\\*"), (r"^-", r"\\-"), (r"^\+ ", r"\\+ "), (r"^(=+)", r"\\\1"),
    (r"^(#{1,6}) ", r"\\\1 "), (r"`", r"\\`"), (r"^~~~", r"\\~~~"), (r"\[", r"\\["),
    (r"\]", r"\\]"), (r"^>", r"\\>"), (r"_", r"\\_"), (r"^(\d+)\. ", r"\1\\. "),
)  # fmt: skip


def _escaped(text: str) -> str:
    for pattern, with_backslash in _MARKDOWN:
        text = re.sub(pattern, with_backslash, text)
    return text
