"""Questions about the land: a cell, an area."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from web.plan_folder import REGION
from web.servers import Server

from bunyad.plan.run import STAGES_FOLDER
from bunyad.potential.result import Potential
from bunyad.region.load import load_region
from bunyad.region.model import Region
from bunyad.store.models import PlanRecord
from bunyad.store.results import load_result


@pytest.fixture(scope="module")
def potential(made: Path) -> Potential:
    return load_result(Potential, made / "plan" / STAGES_FOLDER / "potential")


@pytest.fixture(scope="module")
def region(made: Path) -> Region:
    return load_region(made / "regions" / REGION)


@pytest.fixture
def plan(server: Server, made: Path) -> str:
    data = server.services.settings.data
    shutil.copytree(made / "regions", data / "regions")
    with server.services.database.begin() as session:
        record = PlanRecord(name="land", region=REGION, is_public=True)
        session.add(record)
        session.flush()
        shutil.copytree(made / "plan", data / "plans" / record.id)
        return record.id


def ask(server: Server, plan: str, polygon: object):
    return server.client.post(f"/api/v1/plans/{plan}/area", json={"polygon": polygon})


def polygon(ring: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring]}


def test_the_whole_region_as_an_area_is_the_land_that_the_rules_leave(
    server: Server, plan: str, region: Region, potential: Potential
) -> None:
    west, south, east, north = region.boundary.to_crs(4326).total_bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    wide = [[x + (0.1 if x == east else -0.1), y + (0.1 if y == north else -0.1)] for x, y in ring]
    found = ask(server, plan, polygon(wide)).json()
    assert found["settlements"] == len(region.settlements)
    assert found["inside_km2"] == pytest.approx(region.boundary.area.sum() / 1e6, rel=1e-3)
    for answer in found["technologies"]:
        rules = potential.land_rules[potential.land_rules["technology"] == answer["technology"]]
        left = float(rules.sort_values("order")["left_km2"].iloc[-1])
        assert answer["eligible_km2"] == pytest.approx(left, rel=0.02)


def test_an_area_outside_of_the_region_yields_nothing(server: Server, plan: str) -> None:
    found = ask(server, plan, polygon([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])).json()
    assert found["inside_km2"] == 0
    assert [one["capacity_mw"] for one in found["technologies"]] == [0, 0]


@pytest.mark.parametrize(
    "shape", [{}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": "x"}]
)
def test_what_is_no_area_is_refused_with_what_to_give(
    server: Server, plan: str, shape: object
) -> None:
    answer = ask(server, plan, shape)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["where"] == "body.polygon"


def test_a_cell_tells_its_height_and_every_rule_that_speaks_against_it(
    server: Server, plan: str, region: Region, potential: Potential
) -> None:
    land = potential.land
    rows, columns = np.nonzero(land["solar_exclusion"].to_numpy() > 0)
    centre = float(land["x"][columns[0]]), float(land["y"][rows[0]])
    degrees = Transformer.from_crs(region.crs, 4326, always_xy=True)
    lon, lat = degrees.transform(*centre)
    found = server.client.get(f"/api/v1/plans/{plan}/cell?lon={lon}&lat={lat}").json()
    assert found["is_inside"] is True
    height = region.terrain["elevation_m"].sel(x=centre[0], y=centre[1], method="nearest").item()
    assert found["elevation_m"] == pytest.approx(height, abs=0.01)
    assert any(one["technology"] == "solar" for one in found["reasons"])


def test_a_place_far_away_is_outside(server: Server, plan: str) -> None:
    found = server.client.get(f"/api/v1/plans/{plan}/cell?lon=0&lat=0").json()
    assert found["is_inside"] is False
    assert found["elevation_m"] is None
