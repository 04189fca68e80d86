"""Land: which cells the rules exclude, and how much land each of them takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from bunyad.potential.buffers import near_cells, within_distance
from bunyad.potential.cells import Cells, Flags, Floats, Ints
from bunyad.potential.rules import rule_words
from bunyad.region.model import LandRule, Region

TURN = 360
"""Degrees of a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """What the rules look at."""

    region: Region
    cells: Cells
    hub_speed_ms: Floats
    """Mean wind speed at hub height, one value a cell [m/s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One rule, and what it excludes as one flag a cell."""

    rule: LandRule
    excluded: Flags


def apply_rules(land: Land, rules: Sequence[LandRule]) -> list[Ruling]:
    """
    Return what each rule excludes.

    A cell is judged at its centre. Where a value is missing, it is excluded.

    Parameters
    ----------
    land
        Region, cells and wind.
    rules
        The rules in order.
    """
    return [Ruling(rule=rule, excluded=_JUDGES[rule.kind](land, rule)) for rule in rules]


def first_exclusion(rulings: Sequence[Ruling], count: int) -> Ints:
    """
    Return the order, from 1, of the first rule that excludes each cell; 0 where none does.

    Parameters
    ----------
    rulings
        What each rule excludes, in order.
    count
        Number of cells.
    """
    first = np.zeros(count, dtype=np.int64)
    for order, ruling in enumerate(rulings, start=1):
        first[(first == 0) & ruling.excluded] = order
    return first


def all_exclusions(rulings: Sequence[Ruling], count: int) -> Ints:
    """
    Return every rule that excludes each cell, as a sum of 2 to the power of its order less 1.

    Parameters
    ----------
    rulings
        What each rule excludes, in order.
    count
        Number of cells.
    """
    hits = np.zeros(count, dtype=np.int64)
    for bit, ruling in enumerate(rulings):
        hits |= ruling.excluded.astype(np.int64) << bit
    return hits


def rule_table(technology: str, rulings: Sequence[Ruling], area_km2: Floats) -> pd.DataFrame:
    """
    Return how much land each rule removes, alone and in order.

    Parameters
    ----------
    technology
        Technology that the rules belong to.
    rulings
        What each rule excludes, in order.
    area_km2
        Land of the region in each cell [km²].
    """
    first = first_exclusion(rulings, len(area_km2))
    removed = np.bincount(first, weights=area_km2, minlength=len(rulings) + 1)[1:]
    rules = [ruling.rule for ruling in rulings]
    return pd.DataFrame(
        {
            "technology": technology,
            "order": range(1, len(rules) + 1),
            "rule": [rule_words(rule) for rule in rules],
            "excluded_alone_km2": [float(area_km2[ruling.excluded].sum()) for ruling in rulings],
            "excluded_in_order_km2": removed,
            "left_km2": np.maximum(area_km2.sum() - np.cumsum(removed), 0),
            "kind": [rule.kind for rule in rules],
            "title": [rule.title for rule in rules],
            "layer": [rule.layer for rule in rules],
            "limit": [";".join(f"{value:g}" for value in rule.values) for rule in rules],
            "unit": [rule.unit for rule in rules],
            "source": [rule.source for rule in rules],
        }
    )


def layer_of(region: Region, key: str) -> gpd.GeoDataFrame | xr.DataArray:
    """
    Return the layer that a rule names.

    Parameters
    ----------
    region
        The region with its layers.
    key
        One of `bunyad.region.rules.SHAPES`, or an extra layer.
    """
    if key == "border":
        return region.boundary.assign(geometry=region.boundary.boundary)
    if key in region.extra_layers:
        return region.extra_layers[key]
    layer: gpd.GeoDataFrame = getattr(region, key)
    return layer


def terrain_aspect(region: Region) -> Floats:
    """
    Return the bearing that the ground of each cell faces, NaN where it is flat [degrees].

    Parameters
    ----------
    region
        The region with its terrain.
    """
    terrain = region.terrain
    height = terrain["elevation_m"].to_numpy().astype(float)
    north, east = np.gradient(height, terrain["y"].to_numpy(), terrain["x"].to_numpy())
    bearing = np.degrees(np.arctan2(-east, -north)) % TURN
    return np.where((east == 0) & (north == 0), np.nan, bearing)


def faces(bearing: Floats, start: float, end: float) -> Flags:
    """
    Return whether bearings lie between two others, going clockwise from the first.

    Parameters
    ----------
    bearing
        Bearings to judge; NaN lies nowhere [degrees].
    start, end
        First and last bearing [degrees].

    Examples
    --------
    >>> faces(np.array([350.0, 90.0]), 315, 45).tolist()
    [True, False]
    """
    span = TURN if end - start >= TURN else (end - start) % TURN
    return np.asarray((bearing - start) % TURN <= span)


def _near(land: Land, rule: LandRule) -> Flags:
    """Judge by the distance to a layer; inside of it is a distance of 0."""
    cells, layer = land.cells, layer_of(land.region, rule.layer)
    distance_m = rule.values[0] if rule.values else 0.0
    if isinstance(layer, xr.DataArray):
        marks = np.nan_to_num(layer.to_numpy()) != 0
        return within_distance(marks, distance_m, cell_m=cells.size_m)[cells.row, cells.column]
    return near_cells(cells, layer, distance_m)


def _layer(land: Land, rule: LandRule) -> Floats:
    """Return the values of a raster layer, NaN where it has none."""
    layer = land.region.extra_layers[rule.layer]
    assert isinstance(layer, xr.DataArray)
    return np.asarray(layer.to_numpy()[land.cells.row, land.cells.column], dtype=float)


def _aspect(land: Land, rule: LandRule) -> Flags:
    """Judge by the bearing that the ground faces."""
    aspect = terrain_aspect(land.region)[land.cells.row, land.cells.column]
    return faces(aspect, *rule.values)


_JUDGES: dict[str, Callable[[Land, LandRule], Flags]] = {
    "slope_above": lambda land, rule: ~(land.cells.slope_percent <= rule.values[0]),
    "elevation_above": lambda land, rule: ~(land.cells.elevation_m <= rule.values[0]),
    "elevation_below": lambda land, rule: ~(land.cells.elevation_m >= rule.values[0]),
    "aspect_between": _aspect,
    "land_cover_in": lambda land, rule: np.isin(land.cells.land_cover, rule.values),
    "land_cover_other_than": lambda land, rule: ~np.isin(land.cells.land_cover, rule.values),
    "wind_below": lambda land, rule: ~(land.hub_speed_ms >= rule.values[0]),
    "near": _near,
    "inside": _near,
    "outside": lambda land, rule: ~_near(land, rule),
    "layer_above": lambda land, rule: _layer(land, rule) > rule.values[0],
    "layer_below": lambda land, rule: _layer(land, rule) < rule.values[0],
}
