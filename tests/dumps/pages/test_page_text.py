"""The reader of pages as text: what is a paper, what is not, and that nothing is lost."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.dumps.pages.page_text import looks_like, read
from papertrends.errors import InputError

DATA = Path(__file__).parents[3] / "data"
HEAD = [
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Jul 31",
]
LONG = "We study how models learn and what they forget. " * 10 + "Code is at https://a.org/b."
OTHER = "Rewards for each step help. " * 15 + "They do."


def page(*blocks, head=HEAD, gap="\n\n"):
    return gap.join([*head, *blocks]) + "\n"


def pairs(dump):
    return [(record.title, record.abstract) for record in dump.records]


def losses(dump):
    return [(one.kind, one.line, one.text) for one in dump.dropped if one.kind != "furniture"]


def furniture(dump):
    return [one.text for one in dump.dropped if one.kind == "furniture"]


def lines_with_text(text):
    """Number the lines on which something is to be seen, by Unicode's own categories."""
    lines = re.split(r"\r\n|\r|\n", text)
    unseen = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return [
        number
        for number, line in enumerate(lines, start=1)
        if any(unicodedata.category(char) not in unseen for char in line)
    ]


def accounted(dump):
    date = [dump.date.line] if dump.date else []
    blocks = [*dump.records, *dump.dropped]
    return sorted(date + [number for block in blocks for number in block.lines])


@pytest.mark.parametrize(
    ("name", "n_papers", "month", "day"), [("2025-07-31", 86, 7, 31), ("2025-08-05", 69, 8, 5)]
)
def test_real_pages_are_read_whole(name, n_papers, month, day):
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    dump = read(text, file=name)
    lines = text.split("\n")
    assert (dump.date.month, dump.date.day, dump.date.year, dump.date.line) == (
        month,
        day,
        None,
        11,
    )
    assert furniture(dump) == HEAD[:5]
    assert losses(dump) == []
    # In these two files every second line is blank.
    assert pairs(dump) == list(zip(lines[12::4], lines[14::4], strict=True))
    assert [record.position for record in dump.records] == list(range(1, n_papers + 1))
    assert [record.lines for record in dump.records] == [
        (n, n + 2) for n in range(13, 13 + 4 * n_papers, 4)
    ]
    assert accounted(dump) == lines_with_text(text)
    assert dump.n_blocks == len(lines_with_text(text)) == 6 + 2 * n_papers


_SEEN = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_LINE = st.one_of(
    st.sampled_from(
        [*HEAD, LONG, OTHER, "Models", "TOS", "12", "Upvote", "- 5 authors", "Submitted by", "AK"]
    ),
    st.sampled_from(["", "", "", " ", "\u00a0", "\u200b \ufeff", "\x07", "\u2028", "\u200d"]),
    st.sampled_from(
        ["A title", "Is it a title?", "We study X.", "Aug 5", "wrapped here", "x" * 700]
    ),
    st.text(_SEEN, max_size=40),
)


@settings(max_examples=300)
@given(
    st.lists(_LINE, max_size=30),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n \r\n"]),
    st.booleans(),
)
def test_every_line_belongs_to_exactly_one_thing(lines, gap, with_head):
    text = gap.join([*(HEAD if with_head else []), "First title", LONG, *lines])
    try:
        dump = read(text, file="x")
    except InputError:
        return  # refused loudly: nothing was taken from it
    assert accounted(dump) == lines_with_text(text)
    assert all(block.lines for block in [*dump.records, *dump.dropped])
    assert [one.position for one in dump.records] == list(range(1, len(dump.records) + 1))


_TITLE = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["On", "Zu", "論"]),
        st.text("abÉ:$ é", min_size=1, max_size=9),
        st.sampled_from(["?", "!", ".", "", "5"]),
    ),
).map(lambda text: " ".join(text.split()))
_ABSTRACT = st.sampled_from(["We study X.", "No full stop", LONG, OTHER, "Short. Two of them."])


@given(st.lists(st.tuples(_TITLE, _ABSTRACT), min_size=1, max_size=8))
def test_titles_and_abstracts_in_turn_come_back_as_they_are(papers):
    text = page(*[block for paper in papers for block in paper])
    assert pairs(read(text, file="x")) == papers


@pytest.mark.parametrize(
    "gap",
    [
        "\n\n",
        "\n",
        "\r\n\r\n",
        "\r\r",
        "\n \t \n",
        "\n\u00a0\n",
        "\n\u200b\n",
        "\n\ufeff\n\n\n",
        "  \n\n\n\n  ",
        "\n\x0c\n",
    ],
)
def test_gaps_and_line_ends(gap):
    dump = read(page("A title", "We study X.", "Another?", LONG, gap=gap), file="x")
    assert pairs(dump) == [("A title", "We study X."), ("Another?", LONG)]
    assert furniture(dump) == HEAD[:5]


def test_wrapped_paragraphs_are_folded():
    wrapped = re.sub(r"(.{60}) ", r"\1\n", LONG)
    assert wrapped.count("\n") > 5
    dump = read(page("A title that goes\non and on", wrapped, "B", OTHER), file="x")
    assert pairs(dump) == [("A title that goes on and on", LONG), ("B", OTHER)]
    assert dump.records[0].lines[:3] == (13, 14, 16)


def test_a_line_break_at_the_end_of_an_abstract_is_folded():
    dump = read(page("A", f"{LONG}\nCode: b.org", "B", OTHER), file="x")
    assert pairs(dump) == [("A", f"{LONG} Code: b.org"), ("B", OTHER)]


@pytest.mark.parametrize("abstract", [LONG, "We study X."])
def test_blank_lines_between_papers_only(abstract):
    dump = read(page(f"A title\n{abstract}", f"Another\n{abstract}"), file="x")
    assert pairs(dump) == [("A title", abstract), ("Another", abstract)]


def test_wrapped_lines_without_blank_lines_are_refused():
    text = page("A title", *re.sub(r"(.{60}) ", r"\1\n", LONG).split("\n"), gap="\n")
    with pytest.raises(InputError, match=r"^x:9: the lines are wrapped .*; separate titles"):
        read(text, file="x")
    wrapped = re.sub(r"(.{60}) ", r"\1\n", LONG)
    with pytest.raises(InputError, match=r"^x:15: the lines are wrapped .*; separate titles"):
        read(page(f"A title\n{wrapped}", f"Another\n{wrapped}"), file="x")


def test_markup_stays_as_it_stands_and_control_characters_go():
    title = "<b>R&amp;D</b> of $\\alpha$\x07-{GAN}\u200bs \U0001f600"
    dump = read(page(title, "An  <i>abstract</i>\twith &lt;."), file="x")
    assert pairs(dump) == [
        ("<b>R&amp;D</b> of $\\alpha$-{GAN}s \U0001f600", "An <i>abstract</i> with &lt;.")
    ]


def test_last_title_without_abstract():
    dump = read(page("A", LONG, "Lost title"), file="x")
    assert pairs(dump) == [("A", LONG)]
    assert losses(dump) == [("no abstract", 17, "Lost title")]


@pytest.mark.parametrize("lonely", ["Lost title", "Is it lost?", "2 Lost! 2 Found"])
def test_title_without_abstract_in_the_middle(lonely):
    dump = read(page("A", LONG, lonely, "B: a title", OTHER, "C", LONG), file="x")
    assert pairs(dump) == [("A", LONG), ("B: a title", OTHER), ("C", LONG)]
    assert losses(dump) == [("no abstract", 17, lonely)]


def test_text_without_title():
    dump = read(page(OTHER, "A", LONG, OTHER, "B", LONG), file="x")
    assert pairs(dump) == [("A", LONG), ("B", LONG)]
    assert losses(dump) == [("no title", 13, OTHER), ("no title", 19, OTHER)]


FOOT = [
    "Load more",
    "Previous",
    "Next",
    "System theme",
    "Company",
    "TOS",
    "Privacy",
    "About",
    "Careers",
    "Website",
    "Models",
    "Datasets",
    "Spaces",
    "Pricing",
    "Docs",
    "© Hugging Face",
]


def test_foot_of_the_site_is_furniture():
    dump = read(page("A", "We study X.", *FOOT), file="x")
    assert pairs(dump) == [("A", "We study X.")]
    assert furniture(dump) == HEAD[:5] + FOOT
    assert losses(dump) == []


def test_unknown_words_in_the_foot_are_a_loss_and_no_paper():
    dump = read(page("A", "We study X.", *FOOT[:5], "Cookies", "Imprint", *FOOT[5:]), file="x")
    assert pairs(dump) == [("A", "We study X.")]
    assert [(kind, text) for kind, _, text in losses(dump)] == [
        ("unknown", "Cookies"),
        ("unknown", "Imprint"),
    ]


def test_counts_and_names_between_papers_are_furniture():
    between = ["Submitted by", "some_user", "12", "Upvote"]
    dump = read(
        page(*between, "A", "- 5 authors", LONG, "1.2k", *between, "B", "Submit", "We do."),
        file="x",
    )
    assert pairs(dump) == [("A", LONG), ("B", "We do.")]
    assert losses(dump) == []


def test_a_menu_word_alone_among_papers_is_a_title():
    dump = read(page("A", LONG, "Datasets", LONG, "B", LONG), file="x")
    assert [record.title for record in dump.records] == ["A", "Datasets", "B"]


def test_head_in_any_case_and_with_menus():
    head = ["Hugging Face", "Models", "Log In", *(line.upper() for line in HEAD)]
    dump = read(page("A", "We do.", head=head), file="x")
    assert pairs(dump) == [("A", "We do.")]
    assert (dump.date.month, dump.date.day) == (7, 31)
    assert losses(dump) == []


def test_unknown_text_before_the_date_is_on_record():
    dump = read(page("A", "We do.", head=["My notes", *HEAD]), file="x")
    assert losses(dump) == [("unknown", 1, "My notes")]


@pytest.mark.parametrize("blocks", [[], ["Lonely title"], [LONG], ["Upvote", "12"]])
def test_no_paper_in_it(blocks):
    with pytest.raises(InputError, match=r"^x:(1|13): no paper in it.*; give a page with titles"):
        read(page(*blocks), file="x")


def test_no_paper_says_why():
    with pytest.raises(InputError, match=r"^x:13: no paper in it \(no abstract follows this title"):
        read(page("Lonely title"), file="x")


@pytest.mark.parametrize(
    "text",
    [
        page("A", "We study X."),
        page("A", "We study X.", head=["Jul 31"]),
        page("A", LONG, "B", OTHER, head=[]),
        page("A", "We study X.", gap="\n"),
        page("A", LONG, head=["Feb 30"]),
    ],
)
def test_pages_are_known(text):
    assert looks_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear diary",
        f"{LONG}\n\n{OTHER}\n\n{LONG}",
        "title,abstract\nA,We study X.\nB,We study Y.",
        '{"title": "Daily Papers"}',
        "<html>\nDaily Papers\n<body>",
        "numpy>=2\npandas>=2.2\n",
        "Jul 31",
    ],
)
def test_other_texts_are_not(text):
    assert not looks_like(text)


@pytest.mark.parametrize("name", ["2025-07-31", "2025-08-05"])
def test_a_block_that_is_missing_costs_one_paper_and_no_more(name):
    blocks = (DATA / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    papers = list(zip(blocks[6::2], blocks[7::2], strict=True))
    for gone in range(6, len(blocks), 7):
        dump = read("\n\n".join(blocks[:gone] + blocks[gone + 1 :]), file="x")
        paper = (gone - 6) // 2
        left = blocks[gone + 1] if gone % 2 == 0 else blocks[gone - 1]
        assert pairs(dump) == papers[:paper] + papers[paper + 1 :]
        assert [text for _, _, text in losses(dump)] == [left]


def test_a_short_abstract_before_a_text_without_title_stays_one():
    dump = read(page("A", "We study X.", LONG, "B", OTHER), file="x")
    assert pairs(dump) == [("A", "We study X."), ("B", OTHER)]
    assert losses(dump) == [("no title", 17, LONG)]


def test_blank_lines_here_and_there():
    head = ["Daily Papers\nbyAK and the research community\nJul 31"]
    dump = read(page(f"A\n{LONG}\nB\n{OTHER}", "C", LONG, head=head), file="x")
    assert pairs(dump) == [("A", LONG), ("B", OTHER), ("C", LONG)]
    assert dump.date.line == 3


def test_papers_before_the_foot_are_not_of_it():
    papers = [("Datasets", "We study X."), ("B", "We study Y."), ("C", "We study Z.")]
    blocks = [block for paper in papers for block in paper]
    dump = read(page(*blocks, "Load more", "Previous", "Next"), file="x")
    assert pairs(dump) == papers
    assert losses(dump) == []


def test_a_menu_at_the_top_without_a_date():
    dump = read(page("A", LONG, head=["Hugging Face", "Docs"]), file="x")
    assert pairs(dump) == [("A", LONG)]
    assert furniture(dump) == ["Hugging Face", "Docs"]
