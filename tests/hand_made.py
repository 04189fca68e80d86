"""Tables made by hand: a test says what matters to it, the rest is filled in here."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import xarray as xr
from shapely.geometry import Point
from worlds import CRS, SOUTH, WEST

from bunyad.connect.result import BUS_MEMBERS, BUSES, ROUTE_CHECKS, ROUTES, Networks
from bunyad.potential.result import (
    LAND_RULES,
    POTENTIAL_TOTALS,
    SITES,
    SUPPLY_CURVES,
    Potential,
)
from bunyad.tables import Schema, conform

SITE = {
    "district": "Lowland", "is_existing": False, "area_km2": 1.0, "elevation_m": 300.0,
    "wind_speed_ms": 5.0, "opex_usd_per_kw_year": 14.0, "lcoe_usd_per_mwh": 50.0, "lcoe_rank": 1,
    "clearance_usd": 0.0, "available_from": 2026, "inter_annual_sd_share": 0.05,
    "model_sd_share": 0.1,
}  # fmt: skip
ROUTE = {
    "name": "Line", "district": "Lowland", "standard": "two lanes", "climb_m": 10.0,
    "max_grade_percent": 3.0, "bridge_km": 0.0, "tunnel_km": 0.0,
}  # fmt: skip
POWER = {"voltage_kv": 110.0, "capacity_mw": 90.0}
BUS = {"district": "Lowland", "voltage_kv": 110.0, "is_existing": True, "capex_usd": 0.0}
MEMBER = {"length_km": 1.0, "capex_usd_per_kw": 0.0, "capex_usd": 0.0}


def at(east_km: float, north_km: float) -> Point:
    """Return the point so many km from the corner of the small world."""
    return Point(WEST + east_km * 1e3, SOUTH + north_km * 1e3)


def empty(of: Schema) -> pd.DataFrame:
    return conform(pd.DataFrame(columns=of.names()), of)


def sites(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table of sites; the year of one in four and of one in ten are 10 and 20 % poorer."""
    whole = _filled(frame, SITE)
    energy = whole["annual_energy_gwh"]
    return conform(whole.assign(p75_gwh=0.9 * energy, p90_gwh=0.8 * energy), SITES)


def routes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table of routes; power lines are of 110 kV and carry 90 MW unless told."""
    whole = _filled(frame, {**ROUTE, **dict.fromkeys(POWER)})
    is_line = whole["kind"] == "power_line"
    for name, value in POWER.items():
        whole[name] = whole[name].astype(float).where(whole[name].notna() | ~is_line, value)
    if "length_km" not in whole:
        whole["length_km"] = whole.geometry.length / 1e3
    return conform(whole, ROUTES)


def networks(
    routes: gpd.GeoDataFrame, buses: gpd.GeoDataFrame, members: pd.DataFrame, **more: pd.DataFrame
) -> Networks:
    """Return networks of routes, buses and what hangs on these."""
    return Networks(
        routes=routes,
        buses=conform(_filled(buses, BUS), BUSES),
        bus_members=conform(_filled(members, MEMBER), BUS_MEMBERS),
        **{"route_checks": empty(ROUTE_CHECKS), **more},
    )


def potential(sites: gpd.GeoDataFrame, profiles: xr.DataArray | None = None) -> Potential:
    """Return a potential that is no more than its sites and their hours."""
    return Potential(
        land=xr.Dataset(),
        sites=sites,
        profiles=xr.DataArray() if profiles is None else profiles,
        supply_curves=empty(SUPPLY_CURVES),
        land_rules=empty(LAND_RULES),
        totals=empty(POTENTIAL_TOTALS),
    )


def shaped(rows: list[dict[str, object]], of: Schema) -> gpd.GeoDataFrame:
    """Return rows with a shape each as a table in the world's plane, also when there are none."""
    names = list(rows[0]) if rows else of.names()
    return gpd.GeoDataFrame(rows, columns=names, geometry="geometry", crs=CRS)


def _filled(frame: pd.DataFrame, values: dict[str, object]) -> pd.DataFrame:
    return frame.assign(**{name: value for name, value in values.items() if name not in frame})
