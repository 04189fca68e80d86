"""A planner draws a road, changes the map, and brings a region along."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from web.journeys.test_barriers import barriers

from bunyad.store.models import PlanRecord

pytestmark = pytest.mark.browser

DRAWN = ".box[data-idle=yes]"
WEST, EAST = "39.84, 45.17", "39.82, 45.34"
"""Two places of the plain, as people type them."""


def drawn(page: Any) -> Any:
    """Wait until the map is drawn."""
    page.locator(DRAWN).wait_for(timeout=60_000)
    return page


def fill_places(card: Any, *places: str) -> None:
    """Type places one after another."""
    for number, place in enumerate(places):
        card.locator(f"#place-{number}").fill(place)
        card.locator(f"#place-{number}").press("Tab")


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en", "desk", "light"), ("az", "phone", "dark")]
)
def test_a_reader_types_two_places_and_reads_what_a_road_takes(
    open_page: Any, site: Any, language: str, size: str, scheme: str
) -> None:
    page = drawn(open_page(f"#/plans/{site.plan}/map", language=language, size=size, scheme=scheme))
    page.get_by_role("button", name={"en": "Draw a route", "az": "Marşrut çək"}[language]).click()
    card = page.locator("section.route")
    fill_places(card, WEST, EAST)
    card.locator("button.main").click()

    profile = card.get_by_role("img").first
    expect(profile).to_be_visible(timeout=90_000)
    expect(card).to_contain_text("km")
    expect(card.locator("figure")).to_have_count(2)
    assert barriers(page) == []


def test_a_route_is_drawn_by_clicks_and_changed_by_hand(open_page: Any, site: Any) -> None:
    page = drawn(open_page(f"#/plans/{site.plan}/map"))
    page.get_by_role("button", name="Draw a route").click()
    box = page.locator("canvas.maplibregl-canvas").bounding_box()
    for share in (0.45, 0.55):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
    card = page.get_by_role("region", name="Draw a route")
    expect(card.get_by_label("Place 2: latitude, longitude")).not_to_have_value("")
    card.get_by_role("button", name="Take place 2 away").click()
    expect(card.get_by_role("button", name="Find the route")).to_be_disabled()
    fill_places(card, WEST, "0, 0")
    card.get_by_role("button", name="Find the route").click()
    expect(card).to_contain_text("outside of the land", timeout=90_000)


def test_a_planner_changes_the_map_and_undoes_it(sign_in: Any, site: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Open: Two valleys").click()
    drawn(page).get_by_role("button", name="Change the map").click()
    card = page.get_by_role("region", name="Change the map")

    card.get_by_role("button", name="Move a settlement").click()
    card.get_by_label("Settlement").select_option("gapford")
    fill_places(card, "39.80, 45.20")
    card.get_by_role("button", name="Keep this change").click()
    card.get_by_role("button", name="Close land to routes").click()
    card.get_by_label("Railways").uncheck()
    fill_places(card, "39.79, 45.24", "39.79, 45.25", "39.85, 45.25")
    card.get_by_role("button", name="Keep this change").click()
    expect(card.get_by_role("listitem")).to_have_count(2)
    assert barriers(page) == []

    card.get_by_label("Name", exact=True).fill("Gapford to the plain")
    card.get_by_label("Why").fill("the river floods")
    card.get_by_role("button", name="Run the scenario").click()
    expect(page.get_by_role("heading", name="The plan waits for its turn")).to_be_visible()
    with site.services.database.read() as session:
        made = session.scalars(
            select(PlanRecord).where(PlanRecord.name == "Gapford to the plain")
        ).one()
    assert (made.base_id, made.why) == (site.plan, "the river floods")
    assert made.changes["edits"]["settlements"] == [{"id": "gapford", "lon": 45.2, "lat": 39.8}]
    assert made.changes["edits"]["forbidden"][0]["kinds"] == ["road", "power_line"]

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two valleys")
    with site.services.database.read() as session:
        assert session.get_one(PlanRecord, made.id).is_removed


def test_a_wrong_change_is_said_beside_it(sign_in: Any) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="Open: Two valleys").click()
    drawn(page).get_by_role("button", name="Change the map").click()
    card = page.get_by_role("region", name="Change the map")
    card.get_by_role("button", name="Move a settlement").click()
    card.get_by_label("Settlement").select_option("gapford")
    fill_places(card, "10, 10")
    card.get_by_role("button", name="Keep this change").click()
    card.get_by_label("Why").fill("far away")
    card.get_by_role("button", name="Run the scenario").click()
    expect(card.get_by_role("alert")).to_contain_text("outside of the region")


def zipped(folder: Path, *, spoiled: bool = False) -> bytes:
    """Return a region folder as a zip, with an unknown district if it shall be refused."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            if path.name == "region.yaml":
                content = content.replace(b"name: small", b"name: valley").replace(
                    b"en: Small world", b"en: Third valley"
                )
            if spoiled and path.name == "settlements.csv":
                content = content.replace(b"Upland", b"Nowhere")
            archive.writestr(path.name, content)
    return out.getvalue()


def test_a_planner_uploads_a_region_after_mending_it(
    sign_in: Any, site: Any, small_original: Path
) -> None:
    page = sign_in("planner")
    page.get_by_role("link", name="New plan").first.click()
    chooser = page.get_by_label("Or upload a region")

    def send(*, spoiled: bool) -> None:
        content = zipped(small_original, spoiled=spoiled)
        chooser.set_input_files(
            {"name": "valley.zip", "mimeType": "application/zip", "buffer": content}
        )

    send(spoiled=True)
    expect(page.get_by_role("alert")).to_contain_text("settlements.csv", timeout=90_000)
    assert barriers(page) == []
    send(spoiled=False)
    expect(page.get_by_text("Third valley can be planned now.")).to_be_visible(timeout=90_000)
    expect(page.get_by_label("Region", exact=True)).to_contain_text("Third valley")
    page.get_by_label("Name", exact=True).fill("Plan of the third valley")
    page.get_by_role("button", name="Run the plan").click()
    expect(page.get_by_role("heading", name="The plan waits for its turn")).to_be_visible()
    with site.services.database.read() as session:
        plan = session.scalars(
            select(PlanRecord).where(PlanRecord.name == "Plan of the third valley")
        ).one()
    assert (site.services.settings.data / "regions" / plan.region / "region.yaml").is_file()


def test_networks_show_each_studied_route_and_what_is_laid(open_page: Any, site: Any) -> None:
    page = open_page(f"#/plans/{site.plan}/networks")
    studied = page.get_by_role("region", name="Roads and railways")
    expect(studied.get_by_role("table").first).to_be_visible()
    expect(page.get_by_role("img").first).to_be_visible()
    laid = page.get_by_role("table", name="What is laid")
    expect(laid).to_contain_text("Road")
    expect(page.get_by_role("table", name="Does the power grid hold?")).to_be_visible()
    assert barriers(page) == []
