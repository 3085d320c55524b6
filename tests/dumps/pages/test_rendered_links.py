r"""What markdown writers make of a text is undone, whichever writer it was."""

import pytest

from papertrends.dumps.pages.rendered_links import (
    closing,
    definitions,
    escaped,
    unbroken,
    unescaped,
    without_inner_links,
)


@pytest.mark.parametrize(
    ("written", "marked", "meant"),
    [
        (
            r"A\_b \*c\* \[d\] of 5\\% and \\alpha \\\[x\\\]",
            False,
            r"A_b *c* [d] of 5\% and \alpha \[x\]",
        ),
        (r"\*all\* of 45\% and $\alpha\_i$ \(x\)", False, r"*all* of 45\% and $\alpha_i$ \(x\)"),
        (r"1\. and \- two *of* 45\% \\(x\\) \alpha", False, r"1. and - two *of* 45\% \(x\) \alpha"),
        (r"\*a\* \[b\] \$c\$ a_b \alpha", True, r"*a* [b] $c$ a_b \alpha"),
        (r"SAP^{2} \times \(x\) 45\% a\_b_c", False, r"SAP^{2} \times \(x\) 45\% a\_b_c"),
        (r"{\%} of \{x\}", True, r"{\%} of \{x\}"),
        ("no backslash", True, "no backslash"),
    ],
)
def test_escapes(written, marked, meant):
    assert unescaped(written, escaped(written, marked=marked)) == meant


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("text](https://a.org/b(1))", "https://a.org/b(1)"),
        ('text](/papers/1 "A title")', "/papers/1"),
        ("][3]", "https://a.org"),
        ("f[i](x)", None),
        ("a set [0, 1)", None),
        ("text", None),
    ],
)
def test_the_end_of_a_link(line, address):
    end = closing(line, definitions("[3]: https://a.org\n"))
    assert (end.address if end else None) == address


def test_links_within_a_text():
    names = definitions("[2]: https://a.org\n[6]: https://b.org\n")
    text = "See [one](https://a.org) ![i](/i.png)and [two][2], [5][6] and a[i](x)."
    assert without_inner_links(text, names) == "See one and two, [5][6] and a[i](x)."


def test_backslashes_for_line_ends():
    assert unbroken(["a\\\\", "b\\\\", "c"]) == "a\nb\nc"
    assert unbroken(["a\\\\", "b", "c"]) == "a\\\\\nb\nc"
    assert unbroken(["How to\\\\  go on"]) == "How to go on"
