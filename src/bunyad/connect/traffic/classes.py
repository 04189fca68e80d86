"""Classes of roads: the traffic they carry, how fast one drives on them."""

from __future__ import annotations

from functools import cache
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.errors import InputError
from bunyad.options import ConnectOptions

Array = NDArray[np.float64]


@cache
def road_classes() -> pd.DataFrame:
    """
    Return the classes of roads, the lowest first, by `road_class`.

    Examples
    --------
    >>> road_classes()["units_from"].to_dict()
    {'V': 0, 'IV': 200, 'III': 2000, 'II': 6000, 'I': 14000}
    """
    return _read("road_classes").set_index("road_class")


def asked_class(car_units_per_day: Array) -> NDArray[np.object_]:
    """
    Return the class of road that a traffic asks for.

    Parameters
    ----------
    car_units_per_day
        Traffic of both directions [1/d].

    Examples
    --------
    >>> asked_class(np.array([0.0, 199.0, 200.0, 5_999.0, 20_000.0])).tolist()
    ['V', 'V', 'IV', 'III', 'I']
    """
    classes = road_classes()
    position = np.searchsorted(classes["units_from"], car_units_per_day, side="right") - 1
    return np.asarray(classes.index.to_numpy(dtype=object)[position])


def planned_class(standard: str) -> str:
    """
    Return the class of a design standard.

    Parameters
    ----------
    standard
        Name of the standard, such as `two-lane`.

    Raises
    ------
    InputError
        If no class has this standard.
    """
    classes = road_classes()
    found = classes.index[classes["standard"] == standard]
    if not len(found):
        known = ", ".join(classes["standard"].dropna())
        raise InputError(
            f"no class of road has the standard {standard!r}",
            where="connect.traffic",
            mend=f"give one of {known}",
        )
    return str(found[0])


def drive_speeds(roads: gpd.GeoDataFrame, *, options: ConnectOptions) -> Array:
    """
    Return the mean speed on each road [km/h].

    The design speed is the highest that allows the road's steepest grade, between its class's
    speeds in mountains and on the plain; the mean speed is a share of that.

    Parameters
    ----------
    roads
        Routes with `standard` and `max_grade_percent`.
    options
        Share of the design speed.
    """
    grades = _read("grades")
    table = road_classes()
    own = [planned_class(standard) for standard in roads["standard"]]
    plain = table["plain_kmh"].reindex(own).to_numpy(dtype=float)
    mountain = table["mountain_kmh"].reindex(own).to_numpy(dtype=float)
    limit = grades["max_grade_percent"].to_numpy(dtype=float)
    speed = grades["speed_kmh"].to_numpy(dtype=float)
    steepest = roads["max_grade_percent"].to_numpy(dtype=float)
    by_grade = np.where(limit >= steepest[:, None], speed, 0.0).max(axis=1)
    design = np.maximum(np.minimum(plain, by_grade), mountain)
    return np.asarray(design * options.travel_speed_share, np.float64)


@cache
def _read(name: str) -> pd.DataFrame:
    """Return a table of the package's data."""
    path = resources.files("bunyad.connect.traffic").joinpath("data", f"{name}.csv")
    with path.open("rb") as file:
        return pd.read_csv(file)
