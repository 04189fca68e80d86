"""Who wants a signal, and where masts may stand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from scipy.spatial.distance import pdist
from shapely.geometry import LineString, Point

from bunyad.connect.radio.places import candidate_sites, spread_demand
from bunyad.connect.radio.sight import Relief
from bunyad.options import ConnectOptions

CRS = "EPSG:32638"
OPTIONS = ConnectOptions()
PLACES = gpd.GeoDataFrame(
    {"name": ["Big", "Small"], "people": [20_000.0, 100.0], "homes": [5_000, 25]},
    geometry=[Point(10_000, -10_000), Point(25_000, -22_000)],
    crs=CRS,
)
ROADS = gpd.GeoDataFrame(
    geometry=[LineString([(10_000, -10_000, 5), (25_000, -22_000, 9)])], crs=CRS
)
STATIONS = gpd.GeoDataFrame({"name": ["Big 110"]}, geometry=[Point(10_300, -10_000)], crs=CRS)


def cone() -> Relief:
    """Flat land with one hill in column 20, row 8."""
    row, column = np.mgrid[0:30, 0:40]
    height = 100 + 300 * np.maximum(0, 1 - np.hypot(row - 8, column - 20) / 5)
    return Relief(elevation_m=height, cell_m=1e3, west_m=0.0, north_m=0.0)


def test_homes_and_roads_are_spread_and_none_is_lost():
    demand = spread_demand(PLACES, ROADS, options=OPTIONS)

    assert demand.homes.sum() == pytest.approx(5_025)
    assert demand.roads_km.sum() == pytest.approx(np.hypot(15, 12))
    assert (demand.place == 1).sum() == 1
    assert demand.homes[demand.place < 0].sum() == 0


def test_a_settlement_fills_the_disc_that_its_people_need():
    demand = spread_demand(PLACES, ROADS, options=OPTIONS)
    radius = np.hypot(*(demand.xy[demand.place == 0] - [10_000, -10_000]).T)

    assert radius.max() < np.sqrt(20_000 / 7.9 * 1e4 / np.pi)
    # Half of the area, and so of the homes, lies within 1/√2 of the radius.
    assert (radius < radius.max() / np.sqrt(2)).mean() == pytest.approx(0.5, abs=0.05)


def test_masts_may_stand_in_each_settlement_on_hilltops_and_along_roads():
    demand = spread_demand(PLACES, ROADS, options=OPTIONS)
    sites = candidate_sites(
        cone(), demand, places=PLACES, substations=STATIONS,
        options=ConnectOptions(radio_hilltop_reach_km=15),
    )  # fmt: skip

    assert sites[sites.kind == "settlement"]["name"].tolist() == ["Big", "Small"]
    assert sites[sites.kind == "hilltop"].geometry.tolist() == [Point(20_000, -8_000)]
    assert "substation" not in set(sites.kind)
    assert "roadside" in set(sites.kind)
    assert "quarter" in set(sites.kind)


def test_sites_keep_their_distance_and_number():
    demand = spread_demand(PLACES, ROADS, options=OPTIONS)
    for limit in (10, 300):
        sites = candidate_sites(
            cone(), demand, places=PLACES, substations=STATIONS,
            options=ConnectOptions(radio_sites=limit),
        )  # fmt: skip

        assert len(sites) <= limit
        assert pdist(np.column_stack([sites.geometry.x, sites.geometry.y])).min() >= 1_000


def test_without_people_and_roads_nothing_is_wanted():
    nobody, none = PLACES.iloc[:0], ROADS.iloc[:0]
    demand = spread_demand(nobody, none, options=OPTIONS)

    assert not len(demand.xy)
    assert not len(candidate_sites(
        cone(), demand, places=nobody, substations=STATIONS.iloc[:0], options=OPTIONS
    ))  # fmt: skip
