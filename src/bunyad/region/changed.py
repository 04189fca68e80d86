"""What changes do to a region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from bunyad.errors import Fault, InputError
from bunyad.region.changes import (
    ChangedCorridor,
    Changes,
    ForbiddenArea,
    MovedSettlement,
    read_polygon,
)
from bunyad.region.model import FORBIDDEN, Region
from bunyad.tables import conform

DEGREES = "EPSG:4326"
SERVED = {"road": "settlements", "power_line": "substations"}
"""Points that routes of a kind have to reach, so that they may not be forbidden there."""


def apply_changes(region: Region, changes: Changes) -> Region:
    """
    Return the region as it would be with the changes.

    Parameters
    ----------
    region
        What is there.
    changes
        Settlements that move, land closed to routes, corridors that are built or are not.

    Raises
    ------
    InputError
        Naming every identifier that is not there, every place outside of the region, and every
        closed area that holds something which its routes have to reach.
    """
    faults = [*_unknown(region, changes), *_outside(region, changes)]
    if faults:
        raise InputError.of(faults)
    changed = replace(
        region,
        settlements=_move(region, changes.settlements),
        corridors=_switch(region.corridors, changes.corridors),
        forbidden=_close(region, changes.forbidden),
    )
    faults = list(_cut_off(changed))
    if faults:
        raise InputError.of(faults)
    return changed


def _unknown(region: Region, changes: Changes) -> Iterable[Fault]:
    """Name identifiers that are not there or stand twice."""
    for name, wanted, known in (
        ("settlements", [one.id for one in changes.settlements], set(region.settlements["id"])),
        ("corridors", [one.id for one in changes.corridors], set(region.corridors["id"])),
    ):
        for number, key in enumerate(wanted):
            where = f"changes: {name}.{number}.id"
            if key not in known:
                yield Fault(where, f"there is no {key!r} among the {name}", "correct the id")
            if key in wanted[:number]:
                yield Fault(where, f"{key!r} stands twice", "keep one of the two")


def _outside(region: Region, changes: Changes) -> Iterable[Fault]:
    """Name settlements that would stand outside of the region."""
    x, y = _metres(region, changes.settlements)
    inside = shapely.contains_xy(region.boundary.geometry.union_all(), x, y)
    for number, (one, is_inside) in enumerate(zip(changes.settlements, inside, strict=True)):
        if not is_inside:
            yield Fault(
                f"changes: settlements.{number}",
                f"{one.lon:g}, {one.lat:g} lies outside of the region",
                "give a place within it",
            )


def _cut_off(region: Region) -> Iterable[Fault]:
    """Name closed areas that hold what their routes have to reach."""
    for number, row in enumerate(region.forbidden.itertuples()):
        for kind in str(row.kinds).split(";"):
            points = getattr(region, SERVED[kind]) if kind in SERVED else None
            if points is None:
                continue
            within = points[points.intersects(row.geometry)]
            if len(within):
                yield Fault(
                    f"changes: forbidden.{number}",
                    f"it closes off {', '.join(map(str, within['name']))} "
                    f"to routes of the kind {kind}",
                    "draw the area around it, or leave the kind out",
                )


def _metres(
    region: Region, moved: tuple[MovedSettlement, ...]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return eastings and northings of new places [m]."""
    to_metres = Transformer.from_crs(DEGREES, region.crs, always_xy=True)
    x, y = to_metres.transform([one.lon for one in moved], [one.lat for one in moved])
    return np.asarray(x, float), np.asarray(y, float)


def _move(region: Region, moved: tuple[MovedSettlement, ...]) -> gpd.GeoDataFrame:
    """Put settlements elsewhere, with the height and the district of their new place."""
    if not moved:
        return region.settlements
    table = region.settlements
    names = list(region.districts["name"])
    place_of = {str(one): place for place, one in enumerate(table["id"])}
    points, heights = list(table.geometry), table["elevation_m"].tolist()
    districts = table["district"].tolist()
    for one, x, y in zip(moved, *_metres(region, moved), strict=True):
        row = place_of[one.id]
        cell = region.terrain.sel(x=x, y=y, method="nearest")
        points[row], heights[row] = shapely.Point(x, y), float(cell["elevation_m"])
        if int(cell["district"]) >= 0:
            districts[row] = names[int(cell["district"])]
    places = gpd.GeoSeries(points, index=table.index, crs=region.crs)
    home = pd.Series(districts, index=table.index, dtype=table["district"].dtype)
    frame = table.assign(elevation_m=heights, district=home)
    return gpd.GeoDataFrame(frame).set_geometry(places)


def _switch(corridors: pd.DataFrame, changed: tuple[ChangedCorridor, ...]) -> pd.DataFrame:
    """Take corridors into the plan, or out of it."""
    if not changed:
        return corridors
    wanted = {one.id: one.is_planned for one in changed}
    planned = [wanted.get(str(row.id), bool(row.is_planned)) for row in corridors.itertuples()]
    return corridors.assign(is_planned=planned)


def _close(region: Region, areas: tuple[ForbiddenArea, ...]) -> gpd.GeoDataFrame:
    """Return the closed land in the region's projection."""
    if not areas:
        return region.forbidden
    shapes = gpd.GeoSeries([read_polygon(one.polygon) for one in areas], crs=DEGREES)
    frame = gpd.GeoDataFrame(
        {"kinds": [";".join(one.kinds) for one in areas], "why": [one.why for one in areas]},
        geometry=shapes.to_crs(region.crs),
    )
    kept = [one for one in (region.forbidden, frame) if len(one)]
    whole = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=region.crs)
    return conform(whole, FORBIDDEN)
