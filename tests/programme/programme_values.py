"""Hand-made results of the rooms before `programme`, on the small world."""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import hand_made
import pandas as pd
import worlds
import xarray as xr
from hand_made import at, empty
from shapely.geometry import LineString, box

from bunyad.connect.result import Networks
from bunyad.energy.result import LINE_RESULTS, PLANT_RESULTS, SUMMARY, EnergySystem
from bunyad.options import SettleOptions
from bunyad.potential.result import Potential
from bunyad.settle import Settlements, design_settlements
from bunyad.tables import conform


@cache
def settlements() -> Settlements:
    return design_settlements(worlds.small_region(), options=SettleOptions())


@cache
def networks() -> Networks:
    """Roads from Oldtown to all, one railway, lines from Oldtown by Riverton to Westhill."""
    spots = {
        "oldtown": at(40, 10), "eastfield": at(38, 28), "riverton": at(30, 18),
        "southbank": at(27, 6), "gapford": at(14, 20), "westhill": at(4, 21),
        "sub-oldtown": at(40, 10), "sub-riverton": at(30, 18), "bus-westhill": at(5, 21),
    }  # fmt: skip
    rows = [
        ("road-oldtown-riverton", "road", "oldtown", "riverton", 10e6),
        ("road-eastfield-riverton", "road", "eastfield", "riverton", 9e6),
        ("road-oldtown-southbank", "road", "oldtown", "southbank", 8e6),
        ("road-riverton-gapford", "road", "riverton", "gapford", 12e6),
        ("road-gapford-westhill", "road", "gapford", "westhill", 20e6),
        ("plain-rail", "railway", "oldtown", "riverton", 90e6),
        ("line-a", "power_line", "sub-oldtown", "sub-riverton", 4e6),
        ("line-b", "power_line", "sub-riverton", "bus-westhill", 7e6),
    ]
    frame = pd.DataFrame(rows, columns=["id", "kind", "start", "end", "capex_usd"])
    lines = [LineString([spots[a], spots[b]]) for a, b in zip(frame.start, frame.end, strict=True)]
    routes = hand_made.routes(
        gpd.GeoDataFrame(frame, geometry=lines, crs=worlds.CRS).assign(name=frame["id"].str.title())
    )
    buses = gpd.GeoDataFrame(
        {"id": ["sub-oldtown", "sub-riverton", "bus-westhill"], "name": ["O", "R", "W"],
         "district": ["Lowland", "Lowland", "Upland"], "voltage_kv": [330.0, 110.0, 110.0],
         "is_existing": [True, True, False], "capex_usd": [0.0, 0.0, 3e6]},
        geometry=[spots["sub-oldtown"], spots["sub-riverton"], spots["bus-westhill"]],
        crs=worlds.CRS,
    )  # fmt: skip
    bus_of = {
        "riverton": "sub-riverton", "eastfield": "sub-riverton", "southbank": "sub-riverton",
        "oldtown": "sub-oldtown", "gapford": "bus-westhill", "westhill": "bus-westhill",
    }  # fmt: skip
    members = pd.DataFrame(
        [{"member": m, "kind": "settlement", "bus": b, "capex_usd": 1e5 if m == "gapford" else 0.0}
         for m, b in bus_of.items()]
    )  # fmt: skip
    return hand_made.networks(routes, buses, members)


@cache
def potential() -> Potential:
    sites = gpd.GeoDataFrame(
        {"id": ["solar-lowland-1", "wind-upland-1"], "technology": ["solar", "wind"],
         "district": ["Lowland", "Upland"], "area_km2": [9.0, 16.0],
         "capacity_mw": [400.0, 120.0], "annual_energy_gwh": [600.0, 360.0],
         "full_load_hours": [1_500.0, 3_000.0], "elevation_m": [300.0, 1_800.0],
         "wind_speed_ms": [5.0, 8.0], "capex_usd_per_kw": [900.0, 1_300.0],
         "opex_usd_per_kw_year": [12.0, 30.0], "lcoe_usd_per_mwh": [50.0, 45.0]},
        geometry=[box(at(33, 6).x, at(33, 6).y, at(36, 9).x, at(36, 9).y), at(8, 30).buffer(2e3)],
        crs=worlds.CRS,
    )  # fmt: skip
    return hand_made.potential(hand_made.sites(sites))


@cache
def energy() -> EnergySystem:
    rows = [
        ("solar-lowland-1", "solar", "sub-oldtown", "Lowland", False, 300.0, 0.0, 450.0, 280e6),
        ("wind-upland-1", "wind", "bus-westhill", "Upland", False, 80.0, 0.0, 240.0, 110e6),
        ("weir", "hydro", "sub-riverton", "Lowland", True, 4.0, 0.0, 12.0, 0.0),
        (
            "battery-sub-riverton",
            "battery",
            "sub-riverton",
            "Lowland",
            False,
            20.0,
            80.0,
            0.0,
            16e6,
        ),
        ("wind-upland-2", "wind", "bus-westhill", "Upland", False, 0.01, 0.0, 0.0, 1e4),
    ]
    columns = ["id", "technology", "bus", "district", "is_existing", "capacity_mw",
               "energy_capacity_mwh", "annual_energy_gwh", "capex_usd"]  # fmt: skip
    plants = pd.DataFrame(rows, columns=columns).assign(curtailed_gwh=0.0, opex_usd_per_year=1e5)
    lines = pd.DataFrame(
        {"id": ["line-a", "line-b"], "bus0": ["sub-oldtown", "sub-riverton"],
         "bus1": ["sub-riverton", "bus-westhill"], "capacity_mw": [90.0, 120.0],
         "added_mw": [0.0, 30.0], "peak_flow_mw": [50.0, 110.0], "mean_loading": [0.2, 0.4],
         "added_capex_usd": [0.0, 2e6]}
    )  # fmt: skip
    return EnergySystem(
        plants=conform(plants, PLANT_RESULTS),
        lines=conform(lines, LINE_RESULTS),
        summary=empty(SUMMARY),
        dispatch=xr.Dataset(),
        network=xr.Dataset(),
    )
