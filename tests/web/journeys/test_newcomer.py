"""A newcomer opens the address and understands the plan."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

DRAWN = ".box[data-idle=yes]"
QUICK_MS = 100
SOME_S, TRIES = 10, 3
"""Seconds on a machine that others share, where one try may be unlucky; 3 s is the aim."""


def drawn(page: Any) -> Any:
    """Wait until the map is drawn."""
    page.locator(DRAWN).wait_for()
    return page


def test_a_newcomer_sees_the_plan_and_its_first_look(open_page: Any) -> None:
    page = drawn(open_page(is_new=True))

    expect(page.get_by_role("heading", level=1)).to_have_text("Two valleys")
    tour = page.get_by_role("dialog")
    expect(tour).to_contain_text("This is the plan")
    for _ in range(3):
        tour.get_by_role("button", name="Next").click()
    tour.get_by_role("button", name="Look around").click()
    expect(tour).to_have_count(0)
    expect(page.get_by_role("region", name="At a glance")).to_contain_text("36,000 people")


def test_the_years_tell_what_stands(open_page: Any) -> None:
    page = drawn(open_page())

    page.locator("#year").fill("2028")

    expect(page.locator("output[for=year]")).to_contain_text("2 of 20 projects finished, 5 in work")
    expect(page).to_have_url(re.compile("year=2028"))


def test_a_place_is_found_and_leads_to_its_projects_and_its_row(open_page: Any) -> None:
    page = drawn(open_page())

    page.get_by_label("Find a place").fill("Riverton")
    page.keyboard.press("Enter")

    facts = page.get_by_role("region", name="Riverton")
    expect(facts).to_contain_text("Street lighting")
    facts.get_by_role("link", name="Show in the table").click()
    row = page.locator("tr[data-chosen]")
    expect(row).to_contain_text("Riverton")
    row.get_by_role("link", name="Riverton").click()
    expect(page.get_by_role("region", name="Riverton")).to_be_visible()


def test_the_map_answers_what_open_land_can_yield_by_mouse_and_by_keyboard(open_page: Any) -> None:
    page = drawn(open_page())

    page.get_by_role("button", name="Ask about this view").click()
    area = page.get_by_role("region", name="This area")
    expect(area).to_contain_text("Land that may be used")
    area.get_by_role("button", name="Close").click()
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")

    land = page.get_by_role("region", name="Land")
    expect(land).to_contain_text("Solar power here")


def test_an_area_is_drawn_by_its_corners(open_page: Any) -> None:
    page = drawn(open_page())

    page.get_by_role("button", name="Draw an area").click()
    for x, y in ((600, 300), (750, 300), (700, 450)):
        page.locator("canvas.maplibregl-canvas").click(position={"x": x, "y": y})
    page.get_by_role("button", name="What can it yield?").click()

    expect(page.get_by_role("region", name="This area")).to_contain_text("Wind power")


def test_layers_and_land_change_what_is_drawn(open_page: Any) -> None:
    page = drawn(open_page())

    page.get_by_role("checkbox", name="Roads").uncheck()
    page.get_by_role("radio", name="Land for solar power").check()

    expect(page.get_by_text("may be built")).to_be_visible()
    expect(page).to_have_url(re.compile("ground=solar_exclusion"))


def test_every_chart_has_a_picture_and_a_table(open_page: Any, site: Any) -> None:
    page = open_page(f"#/plans/{site.plan}/figures")
    page.locator("figure").first.wait_for()

    for figure in page.locator("figure").all():
        expect(figure.locator("svg[aria-label]").first).to_be_visible()
        figure.locator("summary").click()
        expect(figure.locator("tbody tr").first).to_be_visible()


def test_the_whole_page_speaks_azerbaijani(open_page: Any, site: Any) -> None:
    page = drawn(open_page(language="az"))
    expect(page.get_by_role("link", name="Rəqəmlər")).to_be_visible()
    expect(page.get_by_role("region", name="Bir baxışda")).to_contain_text("36.000 nəfər")
    page.get_by_role("link", name="Rəqəmlər").click()
    page.locator("figure").first.wait_for()
    text = page.locator("main").inner_text()
    for english in ("Programme", "Supply", "people", "Spending", "Demand"):
        assert english not in text


def test_urdu_runs_from_right_to_left_and_fits(open_page: Any) -> None:
    page = drawn(open_page(language="ur"))
    assert page.evaluate("document.documentElement.dir") == "rtl"
    layers = page.locator(".layers").bounding_box()
    assert layers["x"] > 680
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("address", ["", "#/plans", "#/compare", "#/sign-in"])
def test_nothing_is_wider_than_a_phone(open_page: Any, address: str) -> None:
    page = open_page(address, size="phone")
    page.get_by_role("heading", level=1).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_a_reader_does_is_answered_at_once(open_page: Any) -> None:
    page = drawn(open_page())
    took = page.evaluate(
        """() => {
          const year = document.getElementById('year');
          const times = [];
          for (let value = Number(year.min); value <= Number(year.max); value++) {
            const begin = performance.now();
            year.value = value;
            year.dispatchEvent(new Event('input', {bubbles: true}));
            document.body.offsetHeight;
            times.push(performance.now() - begin);
          }
          return times.sort((a, b) => a - b)[Math.floor(times.length / 4)];
        }"""
    )
    assert took < QUICK_MS


def test_the_plan_shows_within_some_seconds_of_opening(open_page: Any) -> None:
    took = []
    while len(took) < TRIES and min(took, default=SOME_S) >= SOME_S:
        begin = time.monotonic()
        open_page().get_by_role("region", name="At a glance").wait_for()
        took.append(time.monotonic() - begin)
    assert min(took) < SOME_S


def test_a_wrong_address_says_what_to_do(open_page: Any) -> None:
    page = open_page("#/nowhere/at/all")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Plans").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plans")


def test_who_went_to_another_page_is_not_called_back(open_page: Any, site: Any) -> None:
    page = open_page("#/sign-in")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/api/v1/plans?limit=20", hold)
    with page.expect_request("**/api/v1/plans?limit=20"):
        page.goto(f"{site.url}/#/")
    page.get_by_role("link", name="Auctions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lots")
    with page.expect_response("**/api/v1/plans?limit=20"):
        held[0].continue_()
    page.evaluate("() => new Promise(done => setTimeout(done, 0))")
    assert page.url.endswith("#/auctions")
