"""The page tells of grid, roads, fibre and radio what their tables say."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from report.sample import SamplePlan, sample_networks
from report.sample_networks import LINES

from bunyad.energy.result import EnergySystem
from bunyad.report.networks import network_data
from bunyad.report.page import page_data
from bunyad.report.terrain import radio_margin


def test_a_line_shows_the_highest_load_of_all_load_flows(plan: SamplePlan) -> None:
    routes = {row["id"]: row for row in page_data(plan)["map"]["layers"]["routes"]}

    assert routes[LINES[0]]["loading_percent"] == 22.0
    assert routes[LINES[1]]["loading_percent"] == 71.0
    assert routes[LINES[1]]["load_flow_mw"] == 60.0
    assert "loading_percent" not in routes["road-riverton-westhill"]
    assert routes["road-riverton-eastfield"]["is_enough"] is False


def test_a_substation_shows_its_lowest_and_highest_voltage(plan: SamplePlan) -> None:
    for row in page_data(plan)["map"]["layers"]["buses"]:
        assert row["voltages"] == [{"kv": 110.0, "min": 0.99, "max": 1.02}]


def test_checks_of_the_design_and_of_the_dispatch_stand_together(plan: SamplePlan) -> None:
    data = network_data(plan)

    assert [row["case"] for row in data["checks"]] == ["peak", "largest export"]
    assert [row["check"] for row in data["outages"]] == ["source out"]
    assert data["fibre_km"] == 40.0
    assert data["fibre_ring_km"] == 27.0
    assert data["masts_usd"] == 410_000


def test_the_reach_of_radio_is_where_the_link_has_something_left(plan: SamplePlan) -> None:
    margin = radio_margin(plan.networks.radio_margin, "lte_800")
    grid = page_data(plan)["map"]["grid"]
    packed = grid["layers"]["radio"]
    steps = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), "<u2")

    assert margin is not None
    low = plan.region.terrain.elevation_m.to_numpy() < 1_500
    assert np.array_equal(np.isfinite(margin), low)
    assert set(np.unique(steps)) == {0, 1}
    assert packed["low"] == 12.0
    assert radio_margin(plan.networks.radio_margin, "nr_3500") is None


def test_a_plan_without_these_tables_has_an_empty_section(plan: SamplePlan) -> None:
    energy = plan.energy
    bare = replace(
        plan,
        networks=sample_networks(),
        energy=EnergySystem(
            plants=energy.plants,
            lines=energy.lines,
            summary=energy.summary,
            dispatch=energy.dispatch,
            network=energy.network,
        ),
    )

    data = page_data(bare)

    assert data["networks"]["checks"] == []
    assert data["map"]["layers"]["fibre"] == []
    assert "radio" not in data["map"]["grid"]["layers"]


@pytest.mark.parametrize("language", ["en", "az"])
def test_the_section_on_networks_is_shown_in_each_language(
    browser: Any, report_file: Any, language: str
) -> None:
    page = browser.new_page()
    page.goto(f"{report_file.as_uri()}#lang={language}")
    page.wait_for_selector("html[data-ready=yes]")

    tables = {
        name: page.locator(f"#{name}-table tbody tr").count()
        for name in ("routes", "grid", "upgrades", "stations", "radio", "traffic", "access")
    }
    page.select_option("#find", "riverton")
    facts = page.inner_text("#facts")
    page.check("#over-masts")
    page.check("#over-fibre")
    page.check("input[name=ground][value=radio]")
    legend = page.inner_text("#ground-legend")
    missing = page.evaluate(
        "[...document.querySelectorAll('#networks *')].map((node) => node.textContent)"
        ".filter((text) => /^(networks|check|case|column|radio|access|class)-[a-z]/.test(text))"
    )
    page.close()

    assert tables == {
        "routes": 5, "grid": 3, "upgrades": 1, "stations": 3, "radio": 2, "traffic": 2, "access": 2
    }  # fmt: skip
    assert "21" in facts
    assert "98" in facts
    assert "dB" in legend
    assert not missing


def test_shares_and_loads_are_numbers_that_json_can_hold(plan: SamplePlan) -> None:
    rows = page_data(plan)["map"]["layers"]["settlements"]
    westhill = next(row for row in rows if row["id"] == "westhill")

    assert westhill["access"][0]["minutes_before"] is None
    assert not pd.isna(westhill["coverage"][0]["share"])
