"""What radio planning gives."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import xarray as xr

from bunyad.tables import schema

MASTS = schema(
    "masts",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name for people"),
    ("kind", "str", "", "settlement, quarter, substation, hilltop or roadside"),
    ("technologies", "str", "", "Technologies on it, parted by `;`"),
    ("height_m", "float", "m", "Height above ground"),
    ("ground_m", "float", "m", "Height of the ground above the sea"),
    ("homes", "float", "homes", "Homes that it covers with at least one technology"),
    ("tower_usd", "float", "US$", "Tower, site and access track"),
    ("radio_usd", "float", "US$", "Equipment of all technologies"),
    ("backhaul_usd", "float", "US$", "Its link to the next mast or to the backbone"),
    ("capex_usd", "float", "US$", "Sum of the three"),
    ("geometry", "geometry", "m", "Point"),
)
RADIOS = schema(
    "radios",
    ("mast", "str", "", "Mast"),
    ("technology", "str", "", "Technology"),
    ("homes", "float", "homes", "Homes that it covers"),
    ("roads_km", "float", "km", "Roads that it covers"),
    ("capex_usd", "float", "US$", "Equipment"),
)
COVERAGE = schema(
    "radio_coverage",
    ("settlement", "str", "", "Settlement identifier"),
    ("technology", "str", "", "Technology"),
    ("share", "float", "-", "Part of its homes that are covered inside"),
    ("mast", "str", "", "Mast that serves most of them; empty where none is covered"),
)
BACKHAUL = schema(
    "backhaul",
    ("mast", "str", "", "Mast"),
    ("to", "str", "", "Mast that it is joined to, or backbone"),
    ("kind", "str", "", "fibre or microwave"),
    ("length_km", "float", "km", "Length; of fibre with its detour"),
    ("capex_usd", "float", "US$", "Cost"),
    ("geometry", "geometry", "m", "Straight line"),
)
RADIO_TOTALS = schema(
    "radio_totals",
    ("technology", "str", "", "Technology"),
    ("masts", "int", "masts", "Masts that carry it"),
    ("new_masts", "int", "masts", "Masts first built for it"),
    ("homes_share", "float", "-", "Part of all homes that are covered inside"),
    ("roads_share", "float", "-", "Part of all road length that is covered inside of a car"),
    ("area_share", "float", "-", "Part of the region that is covered outdoors"),
    ("reachable_homes_share", "float", "-", "Part of the homes that all candidate sites reach"),
    ("reachable_roads_share", "float", "-", "Part of the roads that all candidate sites reach"),
    ("cover_weight", "float?", "-", "Weight of the choice: 1 a new mast, less on one that stands"),
    ("cover_bound", "float?", "-", "No choice of the candidates weighs less: proven"),
    ("capex_usd", "float", "US$", "Equipment, and towers first built for it"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioPlan:
    """Masts, what they carry, how they are joined and whom they reach."""

    masts: gpd.GeoDataFrame
    radios: pd.DataFrame
    coverage: pd.DataFrame
    backhaul: gpd.GeoDataFrame
    totals: pd.DataFrame
    margin_db: xr.DataArray
    """Dimensions (technology, y, x): what a link outdoors has left over, NaN out of reach [dB]."""
