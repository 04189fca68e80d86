"""What the assessment of traffic gives."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from bunyad.tables import schema

ROAD_TRAFFIC = schema(
    "road_traffic",
    ("route", "str", "", "Route identifier"),
    ("name", "str", "", "Name"),
    ("standard", "str", "", "Standard that it is planned with"),
    ("speed_kmh", "float", "km/h", "Mean speed on it"),
    ("minutes", "float", "min", "Time from one end to the other"),
    ("vehicles_per_day", "float", "1/d", "Vehicles on its busiest stretch, both directions"),
    ("car_units_per_day", "float", "1/d", "The same, lorries counted as several cars"),
    ("vehicle_km_per_day", "float", "km/d", "Vehicles times length, over all of it"),
    ("road_class", "str", "", "Class that this traffic asks for: I to V"),
    ("lanes", "int", "lanes", "Lanes of that class"),
    ("is_enough", "bool", "", "Whether its standard is of that class or a higher one"),
    ("geometry", "geometry", "m", "Line"),
)
ACCESS = schema(
    "access",
    ("settlement", "str", "", "Settlement identifier"),
    ("service", "str", "", "school, clinic, hospital or city"),
    ("nearest_before", "str", "", "Settlement with the nearest one today; empty if none"),
    ("minutes_before", "float?", "min", "Time to it today, over tracks and old roads"),
    ("nearest_after", "str", "", "Settlement with the nearest one after the plan; empty if none"),
    ("minutes_after", "float?", "min", "Time to it after the plan"),
)
TRAFFIC_TOTALS = schema(
    "traffic_totals",
    ("key", "str", "", "What it is"),
    ("value", "float", "", "Value"),
    ("unit", "str", "", "Unit"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Who drives where, which class each road needs, and how far it is to services."""

    roads: gpd.GeoDataFrame
    access: pd.DataFrame
    totals: pd.DataFrame
