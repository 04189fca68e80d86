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
    projects = data["map"]["layers"]["projects"]
    park = next(one for one in projects if one["kind"] == "solar")
    page = open_page(f"#/plans/{site.plan}/tables?layer=projects")

    page.get_by_role("searchbox").first.fill(park["name"])
    page.get_by_role("link", name=park["name"], exact=True).first.click()

    dossier = page.get_by_role("region", name=park["name"])
    expect(dossier).to_contain_text(f"{park['start']}")
    expect(dossier).to_contain_text("US$")
    assert f"select={park['id']}" in page.url


def test_an_operator_looks_and_changes_nothing(sign_in: Any, site: Any) -> None:
    page = sign_in("operator")
    expect(page.get_by_role("link", name="Open: Two valleys")).to_be_visible()
    assert page.get_by_role("link", name="New plan").count() == 0
    page.goto(f"{site.url}/#/plans/{site.plan}/files")
    expect(page.get_by_role("link", name="report.json")).to_be_visible()
    assert page.get_by_role("button", name="Put aside").count() == 0
