"""Records in strings: what is read, and what is refused before any parser sees it."""

import datetime as dt

import pytest

from papertrends.dumps.lists.literals import NotLiteralError, read_literal

HEAD = "{'title': 'A', 'abstract': 'B'"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"title": "x", "abstract": "b\ny"}', {"title": "x", "abstract": "b\ny"}),
        (f"{HEAD}, 'n': -1.5e-3, 'y': (1, [2], {{3}})}}", {"n": -0.0015, "y": [1, [2], [3]]}),
        (f"{HEAD}, 'n': nan, 'y': None, 'z': True}}", {"n": None, "y": None, "z": True}),
        (
            f"{HEAD}, 'd': datetime.datetime(2025, 1, 2, 3, tzinfo=datetime.timezone.utc)}}",
            {"d": dt.datetime(2025, 1, 2, 3)},
        ),
        (f"{HEAD}, 'd': datetime.date(2025, 13, 2)}}", {"d": None}),
        (f"{HEAD}, 'a': array([{{'n': 'x'}}], dtype=object)}}", {"a": [{"n": "x"}]}),
        (f"{HEAD}, '_id': ObjectId('65f')}}", {"_id": "65f"}),
        (f"{HEAD}, 'p': ('two '\n 'parts')}}", {"p": "two parts"}),
        (f"{HEAD}, 'q': \"it's [(\", 'r': '\\'\\\\alpha'}}", {"q": "it's [(", "r": "'\\alpha"}),
        ("@{title=A; abstract=B; c, D; upvotes=5}", {"abstract": "B; c, D", "upvotes": "5"}),
    ],
)
def test_what_is_read(text, value):
    assert read_literal(text).items() >= value.items()


@pytest.mark.parametrize(
    "rest",
    [
        ", 'x': __import__('os').system('true')}",
        ", 'x': open('f')}",
        ", 'x': [y for y in z]}",
        ", 'x': lambda: 1}",
        ", 'x': f'{1}'}",
        ", 'x': 1 - 1}",
        ", 'x': 2**9}",
        ", 'x': a.b}",
        ", 'x': not 1}",
        ", **{}}",
        ", [1]: 2}",
        ", 'x': " + "[" * 60 + "]" * 60 + "}",
        ", 'x': " + "[" * 100_000,
        ", 'x': " + "-" * 100_000 + "1}",
        ", 'x': " + "not " * 100_000 + "1}",
        ", 'x': " + "a." * 100_000 + "b}",
        ", 'x': a" + "()" * 100_000 + "}",
        ", 'x': [" + "1," * 100_000 + "]}",
        ", 'x': " + "9" * 5_000 + "}",
        ", 'x': '" + "y" * 1_000_000 + "'}",
        ", 'x': 'y' 'z': 1}",
        "",
        "} x",
    ],
)
def test_what_is_refused(rest):
    with pytest.raises(NotLiteralError):
        read_literal(HEAD + rest)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("hello", "begins with neither"),
        ("{'a': 1}", "neither title nor abstract"),
        ("@{title=A; abstract=B; n=5}", "'; n=' may begin a field"),
        ("@{title=A; abstract=B; title=C}", "comes twice"),
        ("@{title=A; abstract=B", "does not end"),
    ],
)
def test_reasons(text, match):
    with pytest.raises(NotLiteralError, match=match):
        read_literal(text)
