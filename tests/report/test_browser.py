"""The page in a real browser: it opens, speaks, filters, prints and shuts nobody out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report.sample import HOSTILE

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[1] / "vendor/axe.min.js"
READY = "document.documentElement.dataset.ready === 'yes'"
SIZES = {"desk": (1360, 900), "phone": (390, 844)}


@pytest.fixture(params=["en", "az"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def open_page(
    browser: Any, path: Path, *, language: str = "en", scheme: str = "light", size: str = "desk"
) -> tuple[Any, list[str], list[str]]:
    """Open the report; return the page with the console's messages and the requests."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=False,
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{path.as_uri()}#lang={language}")
    page.wait_for_function(READY)
    return page, said, asked


@pytest.fixture
def english(browser: Any, report_file: Path) -> Iterator[Any]:
    page, said, _ = open_page(browser, report_file)
    yield page
    page.context.close()
    assert not said


@pytest.mark.parametrize("size", SIZES)
def test_the_page_opens_silently_and_asks_for_nothing(
    browser: Any, report_file: Path, language: str, size: str
) -> None:
    page, said, asked = open_page(browser, report_file, language=language, size=size)
    page.wait_for_timeout(100)

    assert not said
    assert [url for url in asked if not url.startswith(("data:", "blob:", "file:"))] == []
    assert [url for url in asked if url.startswith("file:")] == [
        f"{report_file.as_uri()}#lang={language}"
    ] or len([url for url in asked if url.startswith("file:")]) == 1
    assert page.evaluate("document.documentElement.lang") == language
    page.context.close()


def test_the_page_fits_a_phone(browser: Any, report_file: Path) -> None:
    page, _, _ = open_page(browser, report_file, size="phone")

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.context.close()


def test_the_language_changes_every_heading_and_number(english: Any) -> None:
    before = english.locator("h2").all_inner_texts()
    assert "Map" in before
    assert "36,000" in english.locator("#cards").inner_text()

    english.get_by_role("button", name="Azərbaycanca").click()

    assert "Xəritə" in english.locator("h2").all_inner_texts()
    assert "36.000" in english.locator("#cards").inner_text()
    assert english.evaluate("document.documentElement.lang") == "az"
    assert not set(before) & set(english.locator("h2").all_inner_texts())


def test_no_message_name_shows_in_the_text(browser: Any, report_file: Path, language: str) -> None:
    page, _, _ = open_page(browser, report_file, language=language)
    text = page.locator("body").inner_text()
    names = page.evaluate("Object.keys(JSON.parse(words_json())[words.language].messages)".replace(
        "words_json()", "document.getElementById('words').textContent"))  # fmt: skip

    shown = [
        name for name in names if re.search(rf"(?<![\w-]){name}(?![\w-])", text) and "-" in name
    ]
    assert not shown
    assert not re.search(r"\{\w+\}|undefined|NaN|\[object", text)
    page.context.close()


def test_layers_switch_on_and_off(english: Any) -> None:
    roads = english.locator("path.road")
    assert roads.count() > 0

    english.get_by_role("checkbox", name="Roads").uncheck()
    assert roads.count() == 0
    english.get_by_role("checkbox", name="Roads").check()
    assert roads.count() > 0


@pytest.mark.parametrize(
    "ground", ["solar_yield", "wind_speed", "solar_exclusion", "wind_exclusion"]
)
def test_the_land_is_painted_with_a_legend(english: Any, ground: str) -> None:
    english.locator(f"input[value={ground}]").check()

    assert english.locator("img.cells").get_attribute("src").startswith("data:image/png")
    assert english.locator("#ground-legend").inner_text().strip()


def test_a_click_on_a_settlement_shows_its_facts(english: Any) -> None:
    english.locator("#leaflet").scroll_into_view_if_needed()
    spot = english.evaluate(
        """() => { const row = places.get("riverton").geometry.coordinates;
        const point = atlas.map.latLngToContainerPoint([row[1], row[0]]);
        const box = document.getElementById("leaflet").getBoundingClientRect();
        return [point.x + box.x, point.y + box.y]; }"""
    )
    english.mouse.click(*spot)

    facts = english.locator("#facts").inner_text()
    assert "Riverton" in facts
    assert "20,000" in facts
    assert "Street lighting" in facts


def test_a_click_on_land_tells_yield_and_why_not(english: Any) -> None:
    english.evaluate("atlas.selectLand({lat: 39.80, lng: 45.095})")

    facts = english.locator("#facts").inner_text()
    assert "kWh/kW" in facts
    assert "Height" in facts
    assert "excluded:" in facts or "may be built" in facts


def test_the_keyboard_reads_the_land_in_the_middle(english: Any) -> None:
    english.locator("#leaflet").focus()
    english.keyboard.press("Enter")

    assert "Nearest place" in english.locator("#facts").inner_text()


def test_a_place_is_found_by_its_name(english: Any) -> None:
    english.locator("#find").select_option(label="Eastfield")

    assert english.locator("#facts h3").inner_text() == "Eastfield"


def test_a_power_line_shows_flow_and_a_bus_its_balance(english: Any) -> None:
    english.evaluate("atlas.show('power_line-bus-oldtown-bus-riverton')")
    assert "Mean loading" in english.locator("#facts").inner_text()

    english.evaluate("atlas.show('bus-oldtown')")
    assert "Energy of a year" in english.locator("#facts").inner_text()
    assert "Export" in english.locator("#facts").inner_text()


def test_a_hostile_name_is_shown_as_text(english: Any) -> None:
    english.evaluate("atlas.show('gapford')")

    assert english.locator("#facts h3").inner_text() == HOSTILE
    assert english.locator("img[src=x]").count() == 0


def test_the_year_tells_what_stands_by_then(english: Any) -> None:
    english.locator("#year").fill("2028")

    shown = english.locator("#year-shown").inner_text()
    assert shown.startswith("2028: 2 of 20 projects finished, 5 in work")


def test_the_filter_narrows_table_chart_and_sum(english: Any) -> None:
    rows = english.locator("#projects-table tbody tr")
    assert rows.count() == 20

    english.locator("#filter-kind").select_option("road")
    assert rows.count() == 2
    assert english.locator("#filter-result").inner_text().startswith("2 of 20")
    english.locator("#filter-text").fill("eastf")
    assert rows.count() == 1
    english.locator("#filter-text").fill("nothing like this")
    assert "No project" in english.locator("#projects-table").inner_text()


def test_tables_sort_by_their_heads(english: Any) -> None:
    head = english.locator("#places-table th", has_text="People")
    head.get_by_role("button").click()

    first = english.locator("#places-table tbody tr").first.inner_text()
    assert head.get_attribute("aria-sort") == "ascending"
    assert "700" in first


def test_a_project_in_the_table_leads_to_the_map(english: Any) -> None:
    english.locator("#projects-table").get_by_role("button", name="Riverton – Eastfield").click()

    assert english.locator("#facts h3").inner_text() == "Riverton – Eastfield"


def test_projects_download_as_csv(english: Any) -> None:
    english.locator("#filter-kind").select_option("solar")
    with english.expect_download() as waiting:
        english.get_by_role("button", name="Download as CSV").click()

    lines = Path(waiting.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("id,kind,name")
    assert [line.split(",")[0] for line in lines[1:]] == ["solar-lowland-1"]


def test_every_chart_has_a_picture_and_a_table(english: Any) -> None:
    for figure in english.locator("figure.chart").all():
        figure.locator("summary").click()
        assert figure.locator("svg").count() >= 1
        figure.locator("table tbody tr").first.wait_for(state="attached")
        assert figure.locator("table tbody tr").count() >= 1
        assert figure.locator("svg[aria-label]").count() >= 1


def test_the_page_prints_on_several_sheets_with_text(english: Any) -> None:
    printed = english.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 3
    assert b"/ToUnicode" in printed


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en", "light", "desk"), ("az", "dark", "desk"), ("en", "dark", "phone")],
)
def test_axe_finds_no_barrier(
    browser: Any, report_file: Path, language: str, scheme: str, size: str
) -> None:
    page, _, _ = open_page(browser, report_file, language=language, scheme=scheme, size=size)
    page.evaluate("atlas.show('riverton')")
    page.locator("#chart-kinds summary").click()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],"
        " resultTypes: ['violations'], preload: false})"
    )

    faults = [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        for node in fault["nodes"][:3]
    ]
    assert not faults, "\n".join(faults)
    page.context.close()
