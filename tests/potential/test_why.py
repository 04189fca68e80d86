"""Why not here: the answer for a place."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from potential.assessed import small_potential
from shapely.geometry import box
from worlds import CRS, SOUTH, WEST, small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential import Potential, Reason, assess_potential, why_not_here
from bunyad.region.model import LandRule, Region


def lonlat(east_km: float, north_km: float) -> tuple[float, float]:
    point = gpd.GeoSeries.from_xy([WEST + east_km * 1e3], [SOUTH + north_km * 1e3], crs=CRS)
    return point.to_crs(4326).x[0], point.to_crs(4326).y[0]


def reasons(east_km: float, north_km: float, technology: str) -> list[Reason]:
    found = why_not_here(small_region(), small_potential(), *lonlat(east_km, north_km))
    return [reason for reason in found if reason.technology == technology]


def test_all_rules_that_hit_are_told_in_order_with_their_values() -> None:
    found = reasons(30.6, 18.6, "wind")

    assert [reason.order for reason in found] == [4, 7]
    assert found[0].text == "707 m from Riverton, limit 1,500 m"
    assert found[0].value == pytest.approx(np.hypot(500, 500))
    assert found[1].text.startswith("mean wind at hub height 4.9")
    assert found[1].text.endswith("m/s, limit 6 m/s")


def test_the_answer_agrees_with_the_map_everywhere() -> None:
    land = small_potential().land
    for row in range(0, land.sizes["y"], 5):
        for column in range(0, land.sizes["x"], 5):
            east = float(land.x[column] - WEST) / 1e3
            north = float(land.y[row] - SOUTH) / 1e3
            for technology in ("solar", "wind"):
                first = int(land[f"{technology}_exclusion"][row, column])
                found = reasons(east, north, technology)
                if first > 0:
                    assert found[0].order == first
                elif first == 0:
                    assert found == []
                else:
                    assert [reason.text for reason in found] == ["outside of the region"]


def test_water_steepness_and_rivers_are_named() -> None:
    river = [reason.text for reason in reasons(24.4, 20.4, "solar")]
    assert "Land cover that is not open land: water" in river
    steep = reasons(12.5, 8.5, "solar")[0]
    assert steep.text == f"slope {steep.value:.3g} %, limit 10 %"


def test_places_far_away_are_outside() -> None:
    found = why_not_here(small_region(), small_potential(), 10, 50)

    assert [reason.technology for reason in found] == ["solar", "wind"]
    assert {reason.text for reason in found} == {"outside of the region"}


KINDS = {
    "inside": ("zone", (), "inside of Old wood"),
    "near": ("border", (3_000.0,), "2,500 m from the zone, limit 3,000 m"),
    "near a raster": ("depth", (0.0,), "inside of the zone"),
    "outside": ("rivers", (), "19,500 m outside of the zone"),
    "layer_above": ("depth", (2.0,), "The zone 3 cm, limit 2 cm"),
    "elevation_below": ("", (9_000.0,), "height "),
    "land_cover_in": ("", (10.0, 12.0), "The zone: "),
    "aspect_between": ("", (0.0, 360.0), "faces "),
}
"""What each kind of rule is about, its values, and how its answer begins."""


@cache
def ruled() -> tuple[Region, Potential]:
    """Return the small world with a rule of every kind, and what it yields."""
    rules = tuple(
        LandRule(
            kind=kind.split()[0], title="The zone", technologies=("solar", "wind"), layer=layer,
            values=values, unit="cm" if kind == "layer_above" else "m", source="made up",
        )
        for kind, (layer, values, _) in KINDS.items()
    )  # fmt: skip
    terrain = small_region().terrain
    depth = xr.where(terrain.x < WEST + 10_000, 3.0, np.nan) + 0 * terrain.y
    zone = gpd.GeoDataFrame(
        {"name": ["Old wood"]}, geometry=[box(WEST, SOUTH, WEST + 10_000, SOUTH + 40_000)], crs=CRS
    )
    region = replace(
        small_region(),
        land_rules=rules,
        extra_layers={"zone": zone, "depth": depth.transpose("y", "x")},
    )
    return region, assess_potential(region, options=PotentialOptions())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_has_its_words(kind: str) -> None:
    region, potential = ruled()
    position = list(KINDS).index(kind)

    found = why_not_here(region, potential, *lonlat(4.5, 20.5))

    assert len(found) == 2 * len(KINDS)
    for reason in (found[position], found[len(KINDS) + position]):
        assert reason.text.startswith(KINDS[kind][2])
        assert reason.rule == potential.land_rules["rule"][position]
