"""An investor finds a project and reads its dossier; an operator changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_an_investor_finds_a_solar_park_and_reads_what_it_costs_and_needs(
    open_page: Any, site: Any
) -> None:
    data = json.loads((site.plan_folder / "report.json").read_text("utf-8"))
    parks = {one["id"]: one for one in data["map"]["layers"]["projects"] if one["kind"] == "solar"}
    page = open_page(f"#/plans/{site.plan}/tables?layer=projects")

    page.get_by_role("searchbox").first.fill("solar")
    page.locator("tbody a").first.click()

    dossier = page.get_by_role("region", name="Solar power:")
    expect(dossier).to_be_visible()
    park = parks[page.url.partition("select=")[2].partition("&")[0]]
    expect(dossier).to_contain_text(str(park["start"]))
    expect(dossier).to_contain_text("US$")


def test_an_operator_looks_and_changes_nothing(sign_in: Any, site: Any) -> None:
    page = sign_in("operator")
    expect(page.get_by_role("link", name="Open: Two valleys")).to_be_visible()
    assert page.get_by_role("link", name="New plan").count() == 0
    page.goto(f"{site.url}/#/plans/{site.plan}/files")
    expect(page.get_by_role("link", name="report.json")).to_be_visible()
    assert page.get_by_role("button", name="Put aside").count() == 0
