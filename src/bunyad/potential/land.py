"""Land: ordered rules that exclude cells from solar or wind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Flags, Floats, Ints
from bunyad.potential.constants import data_table
from bunyad.region.model import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the land must be like for one technology."""

    technology: str
    max_slope_percent: float
    max_elevation_m: float
    allowed_classes: frozenset[int]
    """IGBP land-cover classes."""
    settlement_buffer_m: float
    river_buffer_m: float
    protected_buffer_m: float
    min_wind_speed_ms: float
    """At hub height; 0 for solar [m/s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it excludes, in words and as one flag a cell."""

    words: str
    excluded: Flags


def solar_limits(options: PotentialOptions) -> Limits:
    """Return the limits of solar plants."""
    allowed = classes_allowed("solar")
    if not options.solar_allows_cropland:
        allowed -= classes_of_group("cropland")
    return Limits(
        technology="solar",
        max_slope_percent=options.solar_max_slope_percent,
        max_elevation_m=options.solar_max_elevation_m,
        allowed_classes=allowed,
        settlement_buffer_m=options.solar_settlement_buffer_m,
        river_buffer_m=options.solar_river_buffer_m,
        protected_buffer_m=options.solar_protected_buffer_m,
        min_wind_speed_ms=0,
    )


def wind_limits(options: PotentialOptions) -> Limits:
    """Return the limits of wind farms."""
    allowed = classes_allowed("wind")
    if options.wind_allows_forest:
        allowed |= classes_of_group("forest")
    return Limits(
        technology="wind",
        max_slope_percent=options.wind_max_slope_percent,
        max_elevation_m=options.wind_max_elevation_m,
        allowed_classes=allowed,
        settlement_buffer_m=options.wind_settlement_buffer_m,
        river_buffer_m=options.wind_river_buffer_m,
        protected_buffer_m=options.wind_protected_buffer_m,
        min_wind_speed_ms=options.wind_min_speed_ms,
    )


def classes_allowed(technology: str) -> frozenset[int]:
    """
    Return the land-cover classes that a technology may use.

    Examples
    --------
    >>> 10 in classes_allowed("solar"), 0 in classes_allowed("wind")
    (True, False)
    """
    table = data_table("land_cover")
    return frozenset(table.loc[table[f"{technology}_allowed"], "class"].astype(int))


def classes_of_group(group: str) -> frozenset[int]:
    """
    Return the land-cover classes of a group, such as `forest`.

    Examples
    --------
    >>> sorted(classes_of_group("cropland"))
    [12, 14]
    """
    table = data_table("land_cover")
    return frozenset(table.loc[table["group"] == group, "class"].astype(int))


def distance_m(cells: Cells, shapes: gpd.GeoDataFrame) -> Floats:
    """
    Return the exact distance from each cell's centre to the nearest shape, 0 inside of it [m].

    Parameters
    ----------
    cells
        The cells to look from.
    shapes
        Points, lines or polygons; with none of them every distance is infinite.
    """
    geometries = [g for g in shapes.geometry if g is not None and not g.is_empty]
    if not geometries:
        return np.full(cells.count, np.inf)
    tree = shapely.STRtree(geometries)
    pairs, distance = tree.query_nearest(
        shapely.points(cells.x, cells.y), return_distance=True, all_matches=False
    )
    result = np.empty(cells.count)
    result[pairs[0]] = distance
    return result


def land_rules(region: Region, cells: Cells, limits: Limits, hub_speed_ms: Floats) -> list[Rule]:
    """
    Return the rules of one technology in the order in which they are applied.

    Parameters
    ----------
    region
        Settlements, rivers and protected land.
    cells
        The cells to judge.
    limits
        What the land must be like.
    hub_speed_ms
        Mean wind speed at hub height, one value a cell [m/s].
    """

    def near(words: str, shapes: gpd.GeoDataFrame, buffer_m: float) -> Rule:
        excluded = distance_m(cells, shapes) <= buffer_m
        return Rule(words=f"{words}, within {buffer_m:g} m", excluded=excluded)

    classes = np.array(sorted(limits.allowed_classes))
    rules = [
        Rule(
            words=f"Slope above {limits.max_slope_percent:g} %",
            excluded=~(cells.slope_percent <= limits.max_slope_percent),
        ),
        Rule(
            words=f"Height above {limits.max_elevation_m:g} m",
            excluded=~(cells.elevation_m <= limits.max_elevation_m),
        ),
        Rule(
            words="Land cover that is not open land",
            excluded=~np.isin(cells.land_cover, classes),
        ),
        near("Centre of a settlement", region.settlements, limits.settlement_buffer_m),
        near("River", region.rivers, limits.river_buffer_m),
        near("Protected land", region.protected, limits.protected_buffer_m),
    ]
    if limits.technology == "wind":
        rules.append(
            Rule(
                words=f"Mean wind at hub height below {limits.min_wind_speed_ms:g} m/s",
                excluded=~(hub_speed_ms >= limits.min_wind_speed_ms),
            )
        )
    return rules


def first_exclusion(rules: Sequence[Rule], count: int) -> Ints:
    """
    Return the order, from 1, of the first rule that excludes each cell; 0 where none does.

    Parameters
    ----------
    rules
        The rules in order.
    count
        Number of cells.
    """
    first = np.zeros(count, dtype=np.int64)
    for order, rule in enumerate(rules, start=1):
        first[(first == 0) & rule.excluded] = order
    return first


def rule_table(
    technology: str, rules: Sequence[Rule], first: Ints, cell_area_km2: float
) -> pd.DataFrame:
    """
    Return how much land each rule removes, alone and in order.

    Parameters
    ----------
    technology
        Technology that the rules belong to.
    rules
        The rules in order.
    first
        Order of the first rule that excludes each cell.
    cell_area_km2
        Area of one cell [km²].
    """
    removed = [int(np.sum(first == order)) for order in range(1, len(rules) + 1)]
    left = len(first) - np.cumsum(removed)
    return pd.DataFrame(
        {
            "technology": technology,
            "order": range(1, len(rules) + 1),
            "rule": [rule.words for rule in rules],
            "excluded_alone_km2": [rule.excluded.sum() * cell_area_km2 for rule in rules],
            "excluded_in_order_km2": np.array(removed) * cell_area_km2,
            "left_km2": left * cell_area_km2,
        }
    )
