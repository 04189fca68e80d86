"""Places that the page tells horizon and mean days of, and the curves of sites."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bunyad.potential import duration_curve, month_hour_means
from bunyad.report.layers import rounded
from bunyad.report.values import PlanValues

HORIZON_STEP = 0.25
"""Step in which angles of the horizon travel [°]; coarser where the ground is steeper than that."""
OUTPUT_STEP = 0.004
"""Step in which outputs travel, in parts of the capacity [-]."""
STEPS = 255
"""Largest number of a byte."""
CURVE_POINTS = 101
"""Points of a duration curve, evenly over the year."""


def place_data(plan: PlanValues) -> dict[str, Any]:
    """
    Return horizon and mean days of the plan's places as JSON can hold them.

    Parameters
    ----------
    plan
        The plan to show.
    """
    places = plan.potential.places
    if "lat" not in places:
        return {"count": 0}
    day = pd.Timestamp(plan.region.climate["time"].to_numpy()[0])
    return {
        "count": places.sizes["place"],
        "directions": places.sizes["direction"],
        "spacing_m": places.attrs["spacing_m"],
        "year": day.year,
        "lat": [rounded(value, 4) for value in places["lat"].to_numpy()],
        "lon": [rounded(value, 4) for value in places["lon"].to_numpy()],
        "elevation_m": [rounded(value, 0) for value in places["elevation_m"].to_numpy()],
        "grid_north": [rounded(value, 1) for value in places["grid_north"].to_numpy()],
        "horizon": pack_bytes(_flat(places["horizon"]), HORIZON_STEP),
        "solar": pack_bytes(_flat(places["solar_output"]), OUTPUT_STEP),
        "wind": pack_bytes(_flat(places["wind_output"]), OUTPUT_STEP),
    }


def pack_bytes(values: NDArray[np.floating], step: float) -> dict[str, Any]:
    """
    Pack numbers from 0 into compressed text, one byte a number.

    Neighbours are alike, so the bytes hold what a row differs from the row before, modulo 256.

    Parameters
    ----------
    values
        One row a place; what is below 0 becomes 0.
    step
        Size of one step, in the unit of the values; larger where 255 steps do not reach.

    Returns
    -------
    dict
        `data` (base64 of a zlib stream, column by column) and `step`.

    Examples
    --------
    >>> pack_bytes(np.array([[1.0], [510.0]]), 1)["step"]
    2.0
    """
    step = max(step, float(values.max(initial=0)) / STEPS)
    whole = np.rint(np.clip(values, 0, None) / step).astype(np.uint8)
    change = np.diff(whole, axis=0, prepend=np.zeros((1, whole.shape[1]), np.uint8))
    data = zlib.compress(np.ascontiguousarray(change.T).tobytes(), 9)
    return {"data": base64.b64encode(data).decode("ascii"), "step": step}


def site_curves(plan: PlanValues) -> dict[str, Any]:
    """
    Return mean days and duration curve of each site, and the curve of each technology.

    The curve of a technology is that of all its sites together, each at its full capacity.

    Parameters
    ----------
    plan
        The plan to show.
    """
    profiles, sites = plan.potential.profiles, plan.potential.sites
    days = month_hour_means(profiles).to_numpy()
    found = {
        str(site): {
            "days": _bytes(mean.ravel()),
            "curve": _curve(hours),
        }
        for site, mean, hours in zip(sites["id"], days, profiles.to_numpy(), strict=True)
    }
    together = {}
    for technology in sites["technology"].unique():
        chosen = (sites["technology"] == technology).to_numpy()
        capacity = sites["capacity_mw"].to_numpy()[chosen]
        if capacity.sum() > 0:
            mean = np.average(profiles.to_numpy()[chosen], axis=0, weights=capacity)
            together[str(technology)] = _curve(mean)
    return {"step": OUTPUT_STEP, "sites": found, "technologies": together}


def _flat(values: xr.DataArray) -> NDArray[np.floating]:
    """Return values with one row a place."""
    return values.to_numpy().reshape(len(values), -1)


def _curve(hours: NDArray[np.floating]) -> str:
    """Return the output that is reached in 0, 1 … 100 % of the time, as bytes."""
    curve = duration_curve(np.asarray(hours, dtype=float))
    share, output = curve["time_share"].to_numpy(), curve["output"].to_numpy()
    return _bytes(np.interp(np.linspace(0, 1, CURVE_POINTS), share, output))


def _bytes(values: NDArray[np.floating]) -> str:
    """Return outputs as text, one byte an output."""
    whole = np.rint(np.clip(values, 0, 1) / OUTPUT_STEP).astype(np.uint8)
    return base64.b64encode(whole.tobytes()).decode("ascii")
