"""Why not here? Every rule that keeps plants from a place, with the value that it has there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import xarray as xr
from pyproj import Transformer

from bunyad.potential.buffers import distances_m
from bunyad.potential.constants import data_table
from bunyad.potential.land import layer_of, terrain_aspect
from bunyad.potential.result import Potential
from bunyad.region.model import Region

DEGREES = "EPSG:4326"
Rule = Mapping[Any, Any]
"""A row of `Potential.land_rules`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that excludes a place."""

    technology: str
    order: int
    """Order in which the rule is applied, from 1; 0 where the place is outside of the region."""
    rule: str
    """What the rule excludes, in words."""
    value: float
    """What the rule looks at has this value here; a distance, for a rule of distance."""
    limit: str
    unit: str
    text: str
    """The reason in plain words, such as `slope 17 %, limit 10 %`."""


@lru_cache(maxsize=16)
def to_metres(crs: str) -> Transformer:
    """Return the way from longitude and latitude into a metric projection; it is slow to make."""
    return Transformer.from_crs(DEGREES, crs, always_xy=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """The cell that a place lies in."""

    region: Region
    land: xr.Dataset
    row: int
    column: int

    def value(self, name: str) -> float:
        """Return a value of the terrain or of the result."""
        source = self.region.terrain if name in self.region.terrain else self.land
        return float(source[name].to_numpy()[self.row, self.column])


def why_not_here(region: Region, potential: Potential, lon: float, lat: float) -> list[Reason]:
    """
    Return every rule that keeps solar or wind plants from a place; none where both may stand.

    The answer is that of the cell which the place lies in, judged at its centre.

    Parameters
    ----------
    region
        The region.
    potential
        What its land can yield.
    lon, lat
        The place [degrees].
    """
    x, y = to_metres(region.crs).transform(lon, lat)
    land = potential.land
    row, column = (_index(land[axis].to_numpy(), at) for axis, at in (("y", y), ("x", x)))
    technologies = list(potential.land_rules["technology"].unique())
    if row is None or column is None or _is_outside(land, row, column):
        return [_outside(technology) for technology in technologies]
    spot = _Spot(region=region, land=land, row=row, column=column)
    hits = {
        technology: int(land[f"{technology}_rules_hit"].to_numpy()[row, column])
        for technology in technologies
    }
    return [
        _reason(spot, rule)
        for rule in potential.land_rules.to_dict("records")
        if hits[rule["technology"]] >> (rule["order"] - 1) & 1
    ]


def _index(centres: Any, at: float) -> int | None:
    """Return the index of the cell that holds a coordinate, if one does."""
    nearest = int(np.argmin(np.abs(centres - at)))
    half = abs(centres[1] - centres[0]) / 2
    return nearest if abs(centres[nearest] - at) <= half else None


def _is_outside(land: xr.Dataset, row: int, column: int) -> bool:
    """Tell whether a cell holds no land of the region."""
    return int(land["solar_exclusion"].to_numpy()[row, column]) < 0


def _outside(technology: str) -> Reason:
    """Return the reason of a place outside of the region."""
    text = "outside of the region"
    return Reason(
        technology=technology, order=0, rule=text, value=np.nan, limit="", unit="", text=text
    )


def _reason(spot: _Spot, rule: Rule) -> Reason:
    """Return the reason of one rule."""
    value, text = _WORDS[rule["kind"]](spot, rule)
    return Reason(
        technology=rule["technology"],
        order=int(rule["order"]),
        rule=rule["rule"],
        value=value,
        limit=rule["limit"],
        unit=rule["unit"],
        text=text,
    )


def _measured(name: str, what: str) -> Callable[[_Spot, Rule], tuple[float, str]]:
    """Return the words for a rule about a value of the grid; they are those of `what`."""

    def say(spot: _Spot, rule: Rule) -> tuple[float, str]:
        value = spot.value(name)
        unit = rule["unit"]
        return value, f"{what} {_short(value)} {unit}, limit {_short(float(rule['limit']))} {unit}"

    return say


def _say_aspect(spot: _Spot, rule: Rule) -> tuple[float, str]:
    """Say where the ground faces."""
    value = float(terrain_aspect(spot.region)[spot.row, spot.column])
    start, end = rule["limit"].split(";")
    return value, f"faces {value:.0f}°, excluded from {start}° to {end}°"


def _say_class(spot: _Spot, rule: Rule) -> tuple[float, str]:
    """Say what covers the land."""
    value = spot.value("land_cover")
    table = data_table("land_cover").set_index("class")["name"]
    return value, f"{rule['title']}: {table.get(int(value), f'class {value:g}')}"


def _say_layer(spot: _Spot, rule: Rule) -> tuple[float, str]:
    """Say what value a layer has."""
    value = float(spot.region.extra_layers[rule["layer"]].to_numpy()[spot.row, spot.column])
    unit = rule["unit"]
    return value, f"{rule['title']} {_short(value)} {unit}, limit {rule['limit']} {unit}"


def _say_distance(spot: _Spot, rule: Rule) -> tuple[float, str]:
    """Say how far the nearest part of a layer is, and its name."""
    distance, name = _nearest(spot, rule)
    if rule["kind"] == "outside":
        return distance, f"{_short(distance)} m outside of {name}"
    if distance == 0:
        return distance, f"inside of {name}"
    return distance, f"{_short(distance)} m from {name}, limit {_short(float(rule['limit']))} m"


def _nearest(spot: _Spot, rule: Rule) -> tuple[float, str]:
    """Return the distance to the nearest part of a layer [m], and what that is called."""
    layer = layer_of(spot.region, rule["layer"])
    title = rule["title"][:1].lower() + rule["title"][1:]
    terrain = spot.region.terrain
    x, y = terrain["x"].to_numpy().astype(float), terrain["y"].to_numpy().astype(float)
    here = x[[spot.column]], y[[spot.row]]
    if isinstance(layer, gpd.GeoDataFrame):
        distance, index = distances_m(*here, layer)
        named = "name" in layer.columns and index[0] >= 0
        name = layer["name"].iloc[index[0]] if named else None
        return float(distance[0]), str(name) if isinstance(name, str) and name else title
    rows, columns = np.nonzero(np.nan_to_num(layer.to_numpy()))
    away = np.hypot(x[columns] - here[0], y[rows] - here[1])
    return float(away.min(initial=np.inf)), title


def _short(value: float) -> str:
    """Return a number with the digits that a reader needs."""
    if abs(value) >= 100:  # a hundred metres or more need no decimals
        return f"{value:,.0f}"
    return f"{value:.3g}"


_WORDS: dict[str, Callable[[_Spot, Rule], tuple[float, str]]] = {
    "slope_above": _measured("slope_percent", "slope"),
    "elevation_above": _measured("elevation_m", "height"),
    "elevation_below": _measured("elevation_m", "height"),
    "aspect_between": _say_aspect,
    "land_cover_in": _say_class,
    "land_cover_other_than": _say_class,
    "wind_below": _measured("wind_speed_hub_ms", "mean wind at hub height"),
    "near": _say_distance,
    "inside": _say_distance,
    "outside": _say_distance,
    "layer_above": _say_layer,
    "layer_below": _say_layer,
}
