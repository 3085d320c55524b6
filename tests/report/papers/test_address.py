"""Tests of addresses: what is seen can be passed on, and gone back to."""

from __future__ import annotations

from urllib.parse import quote

import pytest

pytestmark = pytest.mark.browser


def found(page) -> str:
    return page.locator("#found").inner_text()


def place(page) -> str:
    return page.evaluate("location.hash")


def focused(page) -> str:
    return page.evaluate("document.activeElement.id")


def test_deep_link_to_a_theme(opened_at):
    with opened_at("two", "#theme=d5&unit=count") as page:
        card = page.locator("[id='theme=d5']")
        assert -5 <= card.bounding_box()["y"] < 400
        assert "here" in card.get_attribute("class")
        assert focused(page) == "theme=d5"
        page.evaluate("location.hash = '#theme=d1'")
        page.locator("[id='theme=d1'].here").wait_for()
        assert page.locator(".here").count() == 1
        # A link drops what the charts show; the address keeps it.
        assert place(page) == "#theme=d1&unit=count"


@pytest.mark.parametrize("width", [360, 1280])
def test_deep_link_to_a_finer_theme_opens_it_in_its_card(opened_at, width):
    with opened_at("nested", "#theme=d3", width=width) as page:
        part = page.locator("[id='theme=d3']")
        assert part.evaluate("part => part.open")
        assert part.evaluate("part => part.closest('article').id") == "theme=d1"
        assert focused(page) == "theme=d3"
        assert -5 <= part.bounding_box()["y"] < 400
        page.evaluate("location.hash = '#theme=d5'")
        page.locator("[id='theme=d5'][open]").wait_for()
        assert page.locator(".here").count() == 1


def test_deep_link_to_a_filter(opened_at, summaries):
    trends = summaries["two"].tables.trends
    row = next(trends[trends["theme_id"] == "n3"].itertuples())
    key = str(row.period.date())
    with opened_at("two", f"#papers&theme=n3&period={key}&order=title") as page:
        assert page.input_value("#theme-filter") == "n3"
        assert page.input_value("#period-filter") == key
        assert page.input_value("#order") == "title"
        assert found(page) == f"{row.n_theme} of 150 papers"
        assert -5 <= page.locator("#papers").bounding_box()["y"] < 100
        assert focused(page) == "papers-title"


def test_what_an_address_names_in_vain_is_said(opened_at):
    with opened_at("two", "#papers&theme=gone&period=1999-01-01") as page:
        assert found(page) == "150 papers"
        told = "The address names a theme and a period that are not in this report."
        assert page.locator("#astray").inner_text() == told
        page.fill("#query", "prompt")
        assert page.locator("#astray").is_hidden()
    with opened_at("two", "#behind&theme=gone") as page:
        assert not page.locator("#behind").is_visible()
    with opened_at("two", "#theme=gone") as page:
        assert found(page) == "150 papers"


def test_back_and_forward_restore_the_state(opened_at):
    with opened_at("two", "#papers&theme=n1") as page:
        first = found(page)
        page.select_option("#period-filter", "2025-07-31")
        second = found(page)
        assert first != second
        page.evaluate("location.hash = '#papers&theme=n3'")
        page.locator("#theme-filter >> css=option[value=n3]:checked").wait_for(state="attached")
        third = found(page)
        page.go_back()
        page.wait_for_timeout(200)
        assert found(page) == second
        assert page.input_value("#period-filter") == "2025-07-31"
        page.go_forward()
        page.wait_for_timeout(200)
        assert found(page) == third
        page.reload()
        page.locator("html[data-ready]").wait_for()
        assert found(page) == third


def test_typed_words_reach_the_address_and_come_back(opened_at, at, files, odd_id):
    query = odd_id + ' "two words"'
    with opened_at("hostile") as page:
        page.fill("#query", query)
        page.wait_for_timeout(500)
        address = place(page)
    with at(files["hostile"], address) as page:
        assert page.input_value("#query") == query


def test_ids_of_odd_characters(at, odd, show, odd_id):
    there = quote(odd_id, safe="")
    with at(odd, f"#theme={there}") as page:
        assert focused(page) == f"theme={odd_id}"
        page.evaluate("(id) => { location.hash = `#papers&theme=${id}`; }", there)
        page.locator("#clear").wait_for()
        assert page.input_value("#theme-filter") == odd_id
        assert not found(page).startswith("150")
        show(page, theme=odd_id)
        assert place(page) == f"#behind&theme={there}"
        page.reload()
        page.locator("#behind[open]").wait_for()
        page.click("#behind-all")
        page.locator("#behind").wait_for(state="hidden")
        assert page.input_value("#theme-filter") == odd_id
    with at(odd, f"#papers&only={there}") as page:
        assert found(page) == "1 of 150 papers"
