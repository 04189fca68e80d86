"""A winter night in the control centre: what is wrong, what to do, does it keep to the plan."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from living_villages import bring_to_life
from playwright.sync_api import expect
from sqlalchemy import select
from web.journeys.conftest import Site

from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher, log_path
from bunyad.operate.place import open_reader
from bunyad.store.models import Organisation

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def village(site: Site) -> Iterator[str]:
    """Let a village live in the site's data folder, watched for alarms."""
    folder = site.services.settings.data
    bring_to_life(folder, hours=30, step_s=600)
    with site.services.database.begin() as session:
        session.scalars(select(Organisation)).first().settlement = "riverton"
    is_over = threading.Event()
    thread = threading.Thread(target=watch, args=(folder, is_over))
    thread.start()
    yield "riverton"
    is_over.set()
    thread.join()


def watch(folder: Path, is_over: threading.Event) -> None:
    db = open_reader(folder)
    with AlarmLog(log_path(folder)) as log:
        watcher = Watcher(lambda: db, log, load_rules("village"), clock="readings")
        while not is_over.wait(0.1):
            watcher.look()
    db.close()


def test_an_operator_sees_to_a_leak_and_leaves_a_note(sign_in: Any, village: str) -> None:
    page = sign_in("operator")
    page.get_by_role("link", name="Villages").click()
    page.get_by_role("link", name="Çayqovuşan").click()
    leak = page.get_by_role("listitem").filter(has_text="Water runs without a break")
    leak.get_by_role("button", name="Water runs without a break", exact=False).first.click()
    expect(leak.get_by_text("Call the home")).to_be_visible()
    leak.get_by_role("button", name="I see to it").click()
    expect(leak.get_by_text("somebody sees to it")).to_be_visible()

    page.get_by_role("link", name="Shift").click()
    page.get_by_label("Note of the shift").fill("plumber is on the way")
    page.get_by_role("button", name="Write").click()
    expect(page.get_by_text("plumber is on the way")).to_be_visible()
    expect(page.get_by_text("home-003: somebody sees to it")).to_be_visible()

    page.get_by_role("link", name="Figures").click()
    expect(page.get_by_text("Water Supply Loss").first).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Water of homes")).to_contain_text("more")

    page.get_by_role("link", name="Trends").click()
    expect(page.get_by_role("heading", name="feeder: power")).to_be_visible()
    page.get_by_label(re.compile("^Kind")).select_option(label="Solar roofs")
    page.get_by_label(re.compile("^Thing")).select_option(label="home-005")
    expect(page.locator("span").filter(has_text="Roof solar panels yield nothing")).to_be_visible()


def test_a_valve_is_switched_in_two_steps(sign_in: Any, village: str) -> None:
    page = sign_in("operator")
    page.goto(f"{page.url.split('#')[0]}#/village/{village}/commands")
    page.get_by_label(re.compile("^To from")).fill("60")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("waits to be confirmed")).to_be_visible()
    page.get_by_role("button", name="Confirm and send").click()
    expect(page.get_by_text("the broker does not answer")).to_be_visible()


def test_the_map_is_looked_at_nearer_and_one_kind_alone(sign_in: Any, village: str) -> None:
    page = sign_in("operator")
    page.goto(f"{page.url.split('#')[0]}#/village/{village}")
    plane = page.get_by_role("group", name="Map of the village")
    expect(plane).to_be_visible()
    expect(page.get_by_text("Places are modelled")).to_be_visible()
    whole = plane.get_attribute("viewBox")
    page.get_by_role("button", name="Nearer").click()
    assert float(plane.get_attribute("viewBox").split()[2]) < float(whole.split()[2])
    page.get_by_role("button", name="The whole village").click()
    expect(plane).to_have_attribute("viewBox", whole)
    everything = plane.locator("g").count()
    page.get_by_label("Kind of things").select_option(index=1)
    assert 0 < plane.locator("g").count() < everything


def test_the_wall_is_dark_and_a_phone_shows_the_list_first(sign_in: Any, village: str) -> None:
    page = sign_in("operator", size="phone")
    root = page.url.split("#")[0]
    page.goto(f"{root}#/village/{village}")
    expect(page.get_by_text("A street lamp burns by day").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{root}#/wall/{village}")
    expect(page.get_by_text("As planned")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.get_by_role("banner")).to_have_count(0)
