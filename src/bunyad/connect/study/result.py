"""What a study of routes gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from bunyad.connect.alignment.model import Alignment
from bunyad.tables import schema

ROUTE_OPTIONS = schema(
    "route_options",
    ("corridor", "str", "", "Corridor identifier, or the two places"),
    ("name", "str", "", "Name for people"),
    ("kind", "str", "", "road or railway"),
    ("variant", "str", "", "open (no tunnels, no viaducts), structures, or elsewhere-1 and on"),
    ("standard", "str", "", "Class of road or railway"),
    ("is_chosen", "bool", "", "Whether it is of the standard that the corridor asks for"),
    ("is_efficient", "bool", "", "Whether no other variant is better in cost, length and time"),
    ("published_key", "str", "", "Key of the published length, or empty"),
    ("length_km", "float", "km", "Length on the terrain's cells"),
    ("real_length_km", "float", "km", "Length on real land, corrected for the terrain's cell"),
    ("length_low_km", "float", "km", "Lower end of its 80 % interval"),
    ("length_high_km", "float", "km", "Upper end"),
    ("climb_m", "float", "m", "Sum of all rises"),
    ("real_climb_m", "float", "m", "The same on real land"),
    ("max_grade_percent", "float", "%", "Steepest grade"),
    ("min_radius_m", "float", "m", "Least radius of a circle through three stations"),
    ("bridge_km", "float", "km", "Bridges and viaducts on the terrain's cells"),
    ("river_bridges", "int", "", "Mapped rivers that it crosses, on bridges not counted before"),
    ("real_bridge_km", "float", "km", "Bridges and viaducts on real land, over rivers too"),
    ("bridge_low_km", "float", "km", "Lower end of the 80 % interval on real land"),
    ("bridge_high_km", "float", "km", "Upper end"),
    ("tunnel_km", "float", "km", "Tunnels, one way, on the terrain's cells"),
    ("real_tunnel_km", "float", "km", "Tunnels, one way, on real land"),
    ("tunnel_low_km", "float", "km", "Lower end of the 80 % interval on real land"),
    ("tunnel_high_km", "float", "km", "Upper end"),
    ("cut_m3", "float", "m³", "Earth cut"),
    ("fill_m3", "float", "m³", "Earth filled"),
    ("capex_usd", "float", "US$", "Capital cost on the terrain's cells"),
    ("hours", "float", "h", "Time of a truck or a freight train, mean of both ways"),
    ("energy_kwh", "float", "kWh", "Its fuel or current, mean of both ways"),
    (
        "break_even_per_day",
        "float?",
        "1/d",
        "Vehicles a day from which it pays against the cheapest variant; for roads",
    ),
    ("geometry", "geometry", "m", "Line in space"),
)
ROUTE_STATIONS = schema(
    "route_stations",
    ("corridor", "str", "", "Corridor identifier, or the two places"),
    ("variant", "str", "", "Variant"),
    ("station_km", "float", "km", "Distance from the start"),
    ("height_m", "float", "m", "Height of the line"),
    ("ground_m", "float", "m", "Height of the ground"),
    ("structure", "str", "", "open, bridge or tunnel, from here to the next station"),
    ("speed_kmh", "float", "km/h", "Speed of a truck or a freight train, forth"),
)
ROUTE_COSTS = schema(
    "route_costs",
    ("corridor", "str", "", "Corridor identifier, or the two places"),
    ("variant", "str", "", "Variant"),
    ("item", "str", "", "line, cut, fill, haul, bridges or tunnels"),
    ("quantity", "float", "", "How much of it"),
    ("unit", "str", "", "Unit of the quantity"),
    ("cost_usd", "float", "US$", "Cost"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStudy:
    """Variants of routes side by side."""

    options: gpd.GeoDataFrame
    stations: pd.DataFrame
    costs: pd.DataFrame
    lines: Mapping[str, Alignment]
    """The alignments themselves, by corridor and variant, parted by `/`."""
