"""`bunyad auction simulate`: designs side by side from files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from bunyad.cli.app import app
from bunyad.errors import InputError, OutputError

RULES = """\
format: bunyad-auction-rules/1
id: {name}
title: A design
price: {{currency: USD, unit: {unit}, decimals: 2}}
quantity: {{unit: MW, decimals: 1, largest: 50}}
pricing: {pricing}
"""
BIDDERS = """\
groups:
  - {technology: solar, bids: 12, costs: [30, 60], sizes: [5, 50], hours: 1800}
"""


@pytest.fixture
def files(tmp_path) -> Path:
    """Return a folder with two designs, bidders and a plan."""
    for name, pricing in (("first", "pay_as_bid"), ("second", "uniform")):
        text = RULES.format(name=name, pricing=pricing, unit="USD/MWh")
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "bidders.yaml").write_text(BIDDERS)
    sites = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "technology": ["solar", "solar", "wind"],
            "is_existing": [False, False, False],
            "capacity_mw": [30.0, 90.0, 40.0],
            "annual_energy_gwh": [60.0, 170.0, 120.0],
            "lcoe_usd_per_mwh": [42.0, 40.0, 60.0],
        }
    )
    places = gpd.GeoDataFrame(sites, geometry=[Point(47, 40)] * 3, crs="EPSG:4326")
    places.to_file(tmp_path / "plan.gpkg", layer="sites")
    return tmp_path


def run(*words: object) -> None:
    """Run the command."""
    app(
        ["auction", "simulate", *map(str, words)], exit_on_error=False, result_action="return_value"
    )


CALL = ("--volume", "100", "--ceiling", "70", "--runs", "200")


def test_designs_are_printed_side_by_side_and_written(files, capsys) -> None:
    designs = (files / "first.yaml", files / "second.yaml")
    bidders = ("--bidders", files / "bidders.yaml")

    run(*designs, *bidders, *CALL, "--noise", "3", "--suggest")

    told = capsys.readouterr().out
    assert "first" in told.splitlines()[0]
    assert "second" in told.splitlines()[0]
    assert "price awarded" in told
    assert "200 auctions by the fast engine" in told
    assert "Suggested ceiling: " in told
    assert "Suggested volume: " in told

    run(*designs, *bidders, *CALL, "--out", files / "table.csv")
    assert (files / "table.csv").read_text().startswith("design,measure,mean,low,high,")
    capsys.readouterr()
    run(*designs, *bidders, *CALL, "--out", files / "all.json", "--json", "--naive")
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((files / "all.json").read_text())
    assert sum(told["designs"][0]["histograms"]["award_price"]["count"]) == 200
    with pytest.raises(OutputError):
        run(*designs, *bidders, *CALL, "--out", files / "nowhere" / "all.json")


def test_bidders_come_from_the_sites_of_a_plan(files, capsys) -> None:
    run(files / "first.yaml", "--plan", files, *CALL, "--bids", "solar=9", "--json")

    told = json.loads(capsys.readouterr().out)
    measures = {row["measure"]: row for row in told["designs"][0]["summary"]}
    assert 40 <= measures["award_price"]["mean"] <= 70
    run(files / "first.yaml", "--plan", files, *CALL)
    assert "price awarded" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("first.yaml",), "one place"),
        (("first.yaml", "--bidders", "bidders.yaml", "--plan", "."), "one place"),
        (("none.yaml", "--bidders", "bidders.yaml"), "cannot be read"),
        (("bidders.yaml", "--bidders", "bidders.yaml"), "price: the field is missing"),
        (("first.yaml", "--plan", "elsewhere"), "no sites"),
        (("first.yaml", "--plan", ".", "--bids", "solar"), "no number of bids"),
        (("lira.yaml", "--plan", "."), "US\\$/MWh"),
        (("first.yaml", "--bidders", "bidders.yaml", "--volume", "much"), "--volume"),
        (("--bidders", "bidders.yaml"), "design"),
    ],
)
def test_what_cannot_be_simulated_is_told(files, monkeypatch, words, fault) -> None:
    monkeypatch.chdir(files)
    text = RULES.format(name="lira", pricing="uniform", unit="TRY/kWh")
    (files / "lira.yaml").write_text(text)
    with pytest.raises(InputError, match=fault):
        run(*words)
