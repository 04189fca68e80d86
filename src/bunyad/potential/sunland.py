"""The cells of a region as places of solar plants: weather, position and horizon of each."""

from __future__ import annotations

import numpy as np
import pyproj

from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import Cells, Floats, nearest_points
from bunyad.potential.horizon import Rays, Singles, horizon_angles
from bunyad.potential.sunfield import Places
from bunyad.region.model import Region
from bunyad.tiles import HERE, Tiles

NORTHWARD_DEGREES = 1e-3
"""Step along a meridian by which the turn of the grid is measured."""


def cell_places(
    region: Region, cells: Cells, *, options: PotentialOptions, tiles: Tiles = HERE
) -> Places:
    """
    Return the cells as places of solar plants.

    Weather is that of the nearest climate points by inverse distance (Shepard 1968). The
    horizon is that of the whole terrain, also outside of the region.

    Parameters
    ----------
    region
        Terrain, climate and projection.
    cells
        The cells to cover.
    options
        Interpolation, horizon, and whether modules lie on the slope.
    tiles
        Who works on the horizon.
    """
    climate = region.climate
    points = np.column_stack([climate["x"].to_numpy(), climate["y"].to_numpy()])
    distance, index = nearest_points(cells, points, options.interpolation_points)
    weight = np.maximum(distance, 1) ** -options.interpolation_power
    lat, lon, grid_north = _positions(region, cells)
    tilt, azimuth = (
        _ground(region, cells, grid_north) if options.solar_follows_slope else (None,) * 2
    )
    return Places(
        lat=lat,
        lon=lon,
        elevation_m=cells.elevation_m,
        points=index,
        weights=weight / weight.sum(axis=1, keepdims=True),
        horizon=cell_horizon(region, cells, options=options, tiles=tiles)
        if options.solar_terrain_shadow
        else None,
        grid_north=grid_north,
        tilt=tilt,
        azimuth=azimuth,
    )


def cell_horizon(
    region: Region, cells: Cells, *, options: PotentialOptions, tiles: Tiles = HERE
) -> Singles:
    """
    Return the angles of the horizon of each cell (direction, cell) [°].

    Parameters
    ----------
    region
        The terrain.
    cells
        The cells to cover.
    options
        Number of directions and reach.
    tiles
        Who works on the directions.
    """
    ground = region.terrain["elevation_m"].to_numpy()
    filled = np.where(np.isfinite(ground), ground, np.nanmin(ground))
    angles = horizon_angles(
        filled,
        cells.size_m,
        directions=options.horizon_directions,
        rays=Rays(reach_m=options.horizon_reach_m),
        tiles=tiles,
    )
    return angles[:, cells.row, cells.column]


def _positions(region: Region, cells: Cells) -> tuple[Floats, Floats, Floats]:
    """Return latitude, longitude, and the azimuth of grid north at each cell [°]."""
    there = pyproj.Transformer.from_crs(region.crs, "EPSG:4326", always_xy=True)
    lon, lat = (np.asarray(part) for part in there.transform(cells.x, cells.y))
    x, y = there.transform(lon, lat + NORTHWARD_DEGREES, direction="INVERSE")
    return lat, lon, -np.degrees(np.arctan2(x - cells.x, y - cells.y))


def _ground(region: Region, cells: Cells, grid_north: Floats) -> tuple[Floats, Floats]:
    """Return slope and the direction that it faces, clockwise from true north [°]."""
    ground = region.terrain["elevation_m"].to_numpy().astype(float)
    down, right = np.gradient(ground, cells.size_m[1], cells.size_m[0])
    south, east = (part[cells.row, cells.column] for part in (down, right))
    azimuth = np.degrees(np.arctan2(-east, south)) + grid_north
    return np.degrees(np.arctan(np.hypot(south, east))), azimuth
