"""What a plan says of one settlement."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOURS", "ServingProject", "Village", "constants", "transformer_count"]

Array = NDArray[np.float64]

HOURS = 8760
"""Hours of the plan's year, which has no leap day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingProject:
    """A Project of the plan that serves the settlement."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """One settlement as the plan has it, with its year hour by hour (UTC)."""

    id: str
    name: str
    name_local: str
    district: str
    kind: str
    lon: float
    """Longitude of its middle [degrees]."""
    lat: float
    """Latitude of its middle [degrees]."""
    people: float
    homes: int
    streets_km: float
    peak_kw: float
    """Highest hour of electricity [kW]."""
    water_m3_per_day: float
    """Water that is put into the network [m³/d]."""
    water_loss_share: float
    """Part of it that no meter sees [-]."""
    utc_offset_hours: float
    lamp_w: float
    """Power of one street lamp [W]."""
    systems: Mapping[str, int]
    """Bill of quantities: number of each smart system, by its name in the plan."""
    services: Mapping[str, float]
    """Quantity of each service, by its name in the plan."""
    projects: tuple[ServingProject, ...]
    feeder: str
    """The plan's name of the line that feeds it."""
    feeder_kv: float
    """Its voltage [kV]."""
    substation: str
    """The plan's name of the station behind the feeder."""
    plants: tuple[str, ...]
    """Plants at that station."""
    demand_kw: Mapping[str, Array]
    """Electricity by use, hour by hour of the plan's year [kW]."""
    heat_kw: Array
    """Heat that heat pumps give, hour by hour [kW]."""
    pv_kw_per_kwp: Array
    """Yield of roofs, hour by hour [kW/kWp]."""
    roof_kwp: float
    """Solar modules on roofs of homes [kWp]."""
    air_c: Array
    """Air temperature [°C]."""
    sun_w_m2: Array
    """Global horizontal irradiance [W/m²]."""
    wind_ms: Array
    """Wind speed 100 m above ground [m/s]."""

    def count(self, *words: str) -> int:
        """Return how many pieces the bill has of the systems whose name holds a word."""
        return sum(
            count for name, count in self.systems.items() if any(word in name for word in words)
        )

    def project(self, kind: str) -> str:
        """Return the identifier of the Project of a kind that serves the place, or nothing."""
        return next((one.id for one in self.projects if one.kind == kind), "")


@cache
def constants() -> Mapping[str, float]:
    """
    Return the assumptions about villages by name.

    Examples
    --------
    >>> constants()["frequency"]
    50.0
    """
    path = resources.files("bunyad.operate.village").joinpath("data", "constants.csv")
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    return {row["name"]: float(row["value"]) for row in rows}


def transformer_count(village: Village) -> int:
    """
    Return how many transformers turn the feeder's voltage into that of homes.

    As many as carry the peak hour at the share of their power that `constants` allows.
    """
    known = constants()
    each_kw = known["transformer_kva"] * known["power_factor"] * known["transformer_load_share"]
    return max(1, math.ceil(village.peak_kw / each_kw))
