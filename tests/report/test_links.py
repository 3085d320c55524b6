"""Tests of addresses."""

from __future__ import annotations

import pytest

from papertrends.report.links import papers_link, safe_url, theme_link


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://arxiv.org/abs/1", "https://arxiv.org/abs/1"),
        (" http://a.b/c ", "http://a.b/c"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("javascript://example.org/%0aalert(1)", ""),
        ("data:text/html,x", ""),
        ("//evil.example/", ""),
        ("https:", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_linked(url, safe):
    assert safe_url(url) == safe


def test_ids_of_any_kind_stay_one_part_of_an_address():
    assert theme_link("a&b=c #1") == "#theme=a%26b%3Dc%20%231"
    assert papers_link(theme="漢", period="2025-08-05") == (
        "#papers&theme=%E6%BC%A2&period=2025-08-05"
    )
