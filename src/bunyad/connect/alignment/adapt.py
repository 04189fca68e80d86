"""Adapt: surfaces and designs from what the room has already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.model import Design, Surface
from bunyad.connect.ground import Ground
from bunyad.connect.standards import Standard
from bunyad.options import ConnectOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curves:
    """What a class asks of curves."""

    speed_kmh: float
    min_radius_m: float
    resistance_m: float


def surface_from_ground(ground: Ground, *, options: ConnectOptions) -> Surface:
    """
    Return the ground that routes run over as a surface of alignments.

    Parameters
    ----------
    ground
        The routing grid; cells that are no node are blocked. Closed cells have no height, so
        that not even a tunnel leads through them.
    options
        Surcharge over water. A mapped river costs its bridge, spread over the cell that it runs
        through: cells are wider than rivers.
    """
    rows, columns = ground.elevation_m.shape
    river = np.zeros((rows, columns), np.bool_)
    if len(ground.rivers):
        middle = (ground.rivers[:, :2] + ground.rivers[:, 2:]) / 2
        column = np.rint((middle[:, 0] - ground.west_m) / ground.cell_m).astype(int)
        row = np.rint((ground.north_m - middle[:, 1]) / ground.cell_m).astype(int)
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        river[row[inside], column[inside]] = True
    elevation = ground.elevation_m
    if ground.closed is not None:
        elevation = np.where(ground.closed, np.nan, elevation)
    return Surface(
        cell_m=ground.cell_m,
        west_m=ground.west_m,
        north_m=ground.north_m,
        elevation_m=elevation.astype(np.float32),
        factor=np.where(ground.water > 0, options.lake_factor, 1.0).astype(np.float32),
        extra_usd_per_m=_river_usd(river, ground.cell_m, options),
        river=np.zeros(river.shape, np.bool_),
        blocked=ground.node < 0,
    )


def design_from_standard(standard: Standard, *, options: ConnectOptions) -> Design:
    """
    Return the design of a class of road or railway.

    Parameters
    ----------
    standard
        Grade, width and unit costs.
    options
        Speed, least radius, curve resistance, earthworks and limits of structures.

    Examples
    --------
    >>> from bunyad.connect.standards import design_standard
    >>> from bunyad.options import ConnectOptions
    >>> options = ConnectOptions()
    >>> road = design_standard(kind="road", standard="land", options=options)
    >>> design_from_standard(road, options=options).min_radius_m
    100.0
    """
    curves = _curves(standard, options)
    return Design(
        kind=standard.kind,
        name=standard.name,
        max_grade=standard.max_grade_percent / 100,
        min_radius_m=curves.min_radius_m,
        curve_resistance_m=curves.resistance_m,
        speed_kmh=curves.speed_kmh,
        usd_per_m=standard.usd_per_km / 1e3,
        slope_surcharge=standard.slope_surcharge * 100,
        width_m=standard.width_m,
        side_slope=options.side_slope,
        cut_usd_per_m3=options.earthwork_usd_per_m3,
        fill_usd_per_m3=options.earthwork_usd_per_m3,
        haul_usd_per_m3_km=options.haul_usd_per_m3_km,
        bridge_usd_per_m=standard.bridge_usd_per_km / 1e3,
        tunnel_usd_per_m=standard.tunnel_usd_per_km / 1e3,
        bridge_height_m=options.bridge_height_m,
        tunnel_cover_m=options.tunnel_cover_m,
        has_bridges=standard.has_structures,
        has_tunnels=standard.has_structures,
        longest_tunnel_m=options.max_structure_km * 1e3,
    )


def _curves(standard: Standard, options: ConnectOptions) -> _Curves:
    """Return what a class asks of curves."""
    stem = {"two-lane": "two_lane", "four-lane": "four_lane"}.get(standard.name, "railway")
    return _Curves(
        speed_kmh=float(getattr(options, f"{stem}_speed_kmh")),
        min_radius_m=float(getattr(options, f"{stem}_min_radius_m")),
        resistance_m=options.curve_resistance_m if standard.kind == "railway" else 0.0,
    )


def _river_usd(
    river: NDArray[np.bool_], cell_m: float, options: ConnectOptions
) -> NDArray[np.float32]:
    """Return the cost of crossing rivers by cell, as part of the open line [US$/m]."""
    bridge = options.two_lane_bridge_usd_per_km / 1e3 * options.river_bridge_m / cell_m
    return np.where(river, bridge, 0.0).astype(np.float32)
