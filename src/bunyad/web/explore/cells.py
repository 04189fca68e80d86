"""What is known of a single cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from bunyad.potential.result import Potential
from bunyad.potential.why import to_metres
from bunyad.region.model import Region

YIELDS = ("solar_yield_kwh_per_kw", "wind_full_load_hours", "wind_speed_hub_ms")


def values_at(region: Region, potential: Potential, lon: float, lat: float) -> dict[str, Any]:
    """
    Return height and yields of the cell that a place lies in.

    Parameters
    ----------
    region, potential
        The plan's land.
    lon, lat
        The place [degrees].
    """
    x, y = to_metres(region.crs).transform(lon, lat)
    row = _index(potential.land["y"].to_numpy(), y)
    column = _index(potential.land["x"].to_numpy(), x)
    if row is None or column is None:
        return {"is_inside": False, "elevation_m": None, **dict.fromkeys(YIELDS)}
    height = region.terrain["elevation_m"].to_numpy()[row, column]  # the land lies on its grid
    found = {name: _number(potential.land[name].to_numpy()[row, column]) for name in YIELDS}
    is_inside = int(potential.land["solar_exclusion"].to_numpy()[row, column]) >= 0
    return {"is_inside": is_inside, "elevation_m": _number(height), **found}


def _index(centres: np.ndarray[Any, Any], at: float) -> int | None:
    """Return the cell that a coordinate lies in."""
    nearest = int(np.abs(centres - at).argmin())
    return nearest if abs(centres[nearest] - at) <= abs(centres[1] - centres[0]) / 2 else None


def _number(value: Any) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None
