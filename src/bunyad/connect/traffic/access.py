"""How far it is to a school, a clinic, a hospital and a city, before and after."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.traffic.assign import MINUTES_PER_HOUR
from bunyad.connect.traffic.result import ACCESS
from bunyad.options import ConnectOptions
from bunyad.settle.result import Settlements
from bunyad.tables import conform

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
ACCESS_SERVICES = ("school", "clinic", "hospital", "city")


def track_minutes(places: gpd.GeoDataFrame, *, options: ConnectOptions) -> Array:
    """
    Return the time between settlements over tracks and old roads [min].

    Where no layer of roads is there, a way is the straight line with a detour.

    Parameters
    ----------
    places
        Settlements.
    options
        Detour and speed.
    """
    x, y = places.geometry.x.to_numpy(), places.geometry.y.to_numpy()
    straight_km = np.hypot(x[:, None] - x, y[:, None] - y) / 1e3
    minutes = straight_km * options.track_detour / options.track_kmh * MINUTES_PER_HOUR
    return np.asarray(minutes, np.float64)


def assess_access(
    settlements: Settlements,
    *,
    is_rebuilt: Flags,
    before_minutes: Array,
    after_minutes: Array,
    options: ConnectOptions,
) -> pd.DataFrame:
    """
    Return the time from each settlement to the nearest of each service.

    Today, only settlements that stand have services, and cities that stand have a hospital.

    Parameters
    ----------
    settlements
        Places and their services.
    is_rebuilt
        Whether each place is still to be rebuilt.
    before_minutes, after_minutes
        Time from place to place today and after the plan [min].
    options
        Smallest school and clinic that count.

    Returns
    -------
    DataFrame
        Table `ACCESS`.
    """
    names = settlements.places["id"].to_numpy()
    rows = []
    for service in ACCESS_SERVICES:
        after = _has_service(settlements, service, is_rebuilt, options)
        before = _nearest(names, before_minutes, after & ~is_rebuilt)
        later = _nearest(names, after_minutes, after)
        for name, (near, minutes), (then, then_minutes) in zip(names, before, later, strict=True):
            rows.append((name, service, near, minutes, then, then_minutes))
    return conform(pd.DataFrame(rows, columns=ACCESS.names()), ACCESS)


def _has_service(
    settlements: Settlements, service: str, is_rebuilt: Flags, options: ConnectOptions
) -> Flags:
    """Tell which settlements have a service once the plan is built."""
    places = settlements.places
    is_city = (places["kind"] == "city").to_numpy() & (places["people"] > 0).to_numpy()
    if service == "city":
        return np.asarray(is_city)
    least = {"school": options.least_school_places, "clinic": options.least_clinic_visits}
    table = settlements.services
    quantity = table[table["service"] == service].set_index("settlement")["quantity"]
    amount = quantity.reindex(places["id"]).fillna(0).to_numpy()
    if service == "hospital":
        return np.asarray((amount > 0) | (is_city & ~is_rebuilt))
    return np.asarray(amount >= least[service])


def _nearest(names: NDArray[np.object_], minutes: Array, has: Flags) -> list[tuple[str, float]]:
    """Return the nearest place that has a service, and the time to it, from each place."""
    if not has.any():
        return [("", np.nan)] * len(names)
    there = minutes[:, has]
    best = there.argmin(axis=1)
    least = there.min(axis=1)
    return [(str(names[has][near]), float(time)) for near, time in zip(best, least, strict=True)]
