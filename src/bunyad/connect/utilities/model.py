"""What a power line, a fibre or a pipeline is made of, and what it is once laid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.ground import Ground
from bunyad.tables import schema

LINE, FIBRE, PIPELINE = "line", "fibre", "pipeline"
KINDS = (LINE, FIBRE, PIPELINE)

UTILITY_ROUTES = schema(
    "utility_routes",
    ("id", "str", "", "The places that it joins"),
    ("variant", "str", "", "best, or elsewhere-1 and on"),
    ("kind", "str", "", "line, fibre or pipeline"),
    ("standard", "str", "", "Voltage, cable or diameter"),
    ("length_km", "float", "km", "Length in space"),
    ("climb_m", "float", "m", "Sum of all rises of the ground"),
    ("max_grade_percent", "float", "%", "Steepest grade of the ground under it"),
    ("bends", "int", "", "Points where it turns"),
    ("towers", "int", "", "Towers of a power line, else 0"),
    ("longest_span_m", "float", "m", "Longest span of a power line, else 0"),
    ("pumps", "int", "", "Pumping stations of a pipeline, else 0"),
    ("lift_m", "float", "m", "What pumps lift together, else 0"),
    ("capex_usd", "float", "US$", "Capital cost"),
    ("power_usd_per_year", "float", "US$/a", "Power of pumps, else 0"),
    ("geometry", "geometry", "m", "Line in space, on the ground"),
)
UTILITY_STATIONS = schema(
    "utility_stations",
    ("id", "str", "", "The places that it joins"),
    ("variant", "str", "", "Variant"),
    ("station_km", "float", "km", "Distance from the start"),
    ("ground_m", "float", "m", "Height of the ground"),
    ("height_m", "float", "m", "Wires at a tower, head of a pipeline, else the ground"),
    ("mark", "str", "", "tower, angle tower, repeater, pump, break, or empty"),
)
UTILITY_COSTS = schema(
    "utility_costs",
    ("id", "str", "", "The places that it joins"),
    ("variant", "str", "", "Variant"),
    ("item", "str", "", "What it is spent on"),
    ("quantity", "float", "", "How much of it"),
    ("unit", "str", "", "Unit of the quantity"),
    ("cost_usd", "float", "US$", "Cost"),
    ("option", "str", "", "Option that prices it"),
    ("source", "str", "", "Source of that price"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """The ground with what utilities look at."""

    ground: Ground
    slope_percent: NDArray[np.float64]
    road_m: NDArray[np.float64]
    """Distance to the nearest road [m]."""
    settled: NDArray[np.bool_]
    """Cells near settlements that are to be spared."""
    river: NDArray[np.bool_]
    """Cells that a mapped river runs through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityDesign:
    """A class of power line, fibre or pipeline, and what prices it."""

    kind: str
    name: str
    unit_usd: float
    """Cost on easy land [US$/m]."""
    max_grade: float
    """Steepest grade of the ground, infinite for none [-]."""
    climb_usd_per_m: float
    turn_usd: float
    kv: float = 0.0
    diameter_m: float = 0.0
    factors: Mapping[str, float]
    """What-if multiples of items of cost; 1 where none is named."""

    def factor(self, item: str) -> float:
        """Return the multiple of an item."""
        return self.factors.get(item, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A cost item."""

    name: str
    quantity: float
    unit: str
    cost_usd: float
    option: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What stands along a way and what it costs."""

    items: tuple[Item, ...]
    stations: pd.DataFrame
    """Columns `station_km`, `ground_m`, `height_m`, `mark`."""
    towers: int = 0
    longest_span_m: float = 0.0
    pumps: int = 0
    lift_m: float = 0.0
    power_usd_per_year: float = 0.0

    @property
    def capex_usd(self) -> float:
        """Sum of the items."""
        return sum(item.cost_usd for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityStudy:
    """Routes of a power line, a fibre or a pipeline side by side."""

    routes: gpd.GeoDataFrame
    stations: pd.DataFrame
    costs: pd.DataFrame
