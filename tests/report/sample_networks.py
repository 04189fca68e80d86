"""Grid, radio, fibre and traffic of the sample plan, made by hand from the declared tables."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from shapely.geometry import Point
from worlds import CRS, SOUTH, WEST

from bunyad.connect.digital.result import FIBRE
from bunyad.connect.grid.result import (
    GRID_BUSES,
    GRID_CASES,
    GRID_CHECKS,
    GRID_LOADING,
    GRID_VOLTAGES,
)
from bunyad.connect.radio.result import COVERAGE, MASTS, RADIO_TOTALS
from bunyad.connect.result import Networks
from bunyad.connect.traffic.result import ACCESS, ROAD_TRAFFIC, TRAFFIC_TOTALS
from bunyad.energy.result import (
    DISPATCH_CASES,
    DISPATCH_CHECKS,
    DISPATCH_LOADING,
    DISPATCH_VOLTAGES,
    GRID_UPGRADES,
    EnergySystem,
)
from bunyad.region.model import Region
from bunyad.tables import Schema, conform

LINES = ("power_line-bus-oldtown-bus-riverton", "power_line-bus-riverton-bus-westhill")
STATIONS = ("bus-oldtown", "bus-riverton", "bus-westhill")


def table(of: Schema, *rows: tuple[object, ...]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=of.names()), of)


def with_tables(networks: Networks, region: Region) -> Networks:
    """Add the tables of grid, roads, fibre and radio."""
    busbars = [
        (f"{bus} 110 kV busbar", bus, "busbar", "", 110.0, 0.0, 0.0, 0.0, 0.0) for bus in STATIONS
    ]
    roads = networks.routes[networks.routes["kind"] == "road"]
    spots = gpd.GeoSeries([Point(WEST + 30e3, SOUTH + 18e3), Point(WEST + 4e3, SOUTH + 21e3)])
    fibre = pd.DataFrame(
        [("fibre-001", "ring", "riverton", "westhill", roads["id"].iloc[0], 27.0, True, 1.5e5),
         ("fibre-002", "tree", "riverton", "eastfield", "", 13.0, False, 2.4e5)],
        columns=FIBRE.names()[:-1],
    )  # fmt: skip
    masts = pd.DataFrame(
        [("mast-001", "Riverton mast 1", "settlement", "lte_800;lorawan_868", 40.0, 320.0, 2_400.0, 1.2e5, 6e4, 0.0, 1.8e5),
         ("mast-002", "Westhill mast 2", "hilltop", "lte_800", 40.0, 1_400.0, 90.0, 1.5e5, 6e4, 2e4, 2.3e5)],
        columns=MASTS.names()[:-1],
    )  # fmt: skip
    traffic = pd.DataFrame(
        [(roads["id"].iloc[0], roads["name"].iloc[0], "two lanes", 60.0, 29.0, 2_100.0, 2_500.0, 6e4, "III", 2, True),
         (roads["id"].iloc[1], roads["name"].iloc[1], "two lanes", 60.0, 13.0, 6_100.0, 7_200.0, 8e4, "II", 2, False)],
        columns=ROAD_TRAFFIC.names()[:-1],
    )  # fmt: skip
    margin = np.where(region.terrain.elevation_m.to_numpy() < 1_500, 12.0, -5.0)
    return replace(
        networks,
        grid_buses=table(GRID_BUSES, *busbars),
        grid_cases=table(GRID_CASES, ("peak", 20.0, 0.0, 20.6, 0.6, 3.0)),
        grid_voltages=table(
            GRID_VOLTAGES, *(("peak", row[0], 110.0, 0.99) for row in busbars)
        ),
        grid_loading=table(
            GRID_LOADING,
            ("peak", LINES[0], "mesh", 20.0, 22.0, 0.3),
            ("peak", LINES[1], "mesh", 5.0, 6.0, 0.1),
        ),
        grid_checks=table(
            GRID_CHECKS,
            ("load of lines", "peak", True, 22.0, 100.0, "%", LINES[0]),
            ("source out", "peak", False, 1.0, 0.0, "failures", "tie"),
        ),
        fibre=_shaped(fibre, list(roads.geometry), FIBRE),
        masts=_shaped(masts, list(spots), MASTS),
        radio_totals=table(
            RADIO_TOTALS,
            ("lte_800", 2, 2, 0.96, 0.95, 0.5, 0.98, 0.97, 2.0, 2.0, 4.1e5),
            ("lorawan_868", 1, 0, 0.95, 0.95, 0.7, 1.0, 1.0, 1.0, 1.0, 3e3),
        ),
        radio_coverage=table(
            COVERAGE, ("riverton", "lte_800", 0.98, "mast-001"), ("westhill", "lte_800", 0.9, "mast-002")
        ),
        radio_margin=xr.Dataset(
            {"margin_db": (("technology", "y", "x"), margin[None].astype("float32"))},
            coords={"technology": ["lte_800"], "y": region.terrain.y, "x": region.terrain.x},
        ),
        road_traffic=_shaped(traffic, list(roads.geometry), ROAD_TRAFFIC),
        access=table(
            ACCESS,
            ("riverton", "hospital", "oldtown", 62.0, "oldtown", 21.0),
            ("riverton", "school", "oldtown", 62.0, "riverton", 0.0),
            ("westhill", "hospital", "", None, "oldtown", 50.0),
        ),
        traffic_totals=table(
            TRAFFIC_TOTALS, ("trips", 9_000.0, "1/d"), ("roads_not_enough", 1.0, "routes"),
            ("hospital_minutes_before", 62.0, "min"), ("hospital_minutes_after", 25.0, "min"),
            ("school_minutes_before", 62.0, "min"), ("school_minutes_after", 0.0, "min"),
        ),
    )  # fmt: skip


def with_dispatch(energy: EnergySystem) -> EnergySystem:
    """Add the load flow of the hour of largest export."""
    case = "largest export"
    return replace(
        energy,
        dispatch_cases=table(DISPATCH_CASES, (case, 6.0, 24.0, -17.0, 1.0, 4.3)),
        dispatch_voltages=table(
            DISPATCH_VOLTAGES, *((case, f"{bus} 110 kV busbar", 110.0, 1.02) for bus in STATIONS)
        ),
        dispatch_loading=table(DISPATCH_LOADING, (case, LINES[1], "mesh", -60.0, 71.0, 0.9)),
        dispatch_checks=table(
            DISPATCH_CHECKS, ("load of lines", case, True, 71.0, 100.0, "%", LINES[1])
        ),
        grid_upgrades=table(
            GRID_UPGRADES,
            (LINES[1], "mesh", "bus-riverton", "1 × AS 120/19", "1 × AS 150/24", 2e5),
        ),
    )


def _shaped(frame: pd.DataFrame, shapes: list[object], of: Schema) -> gpd.GeoDataFrame:
    return conform(gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS), of)
