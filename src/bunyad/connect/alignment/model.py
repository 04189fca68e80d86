"""What an alignment runs over, what it must keep to, and what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPEN, BRIDGE, TUNNEL = 0, 1, 2
"""Kinds of stretches: on the ground with cut or fill, on a bridge or viaduct, in a tunnel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """
    The land that alignments cross: heights and surcharges on a square grid, north up.

    Row 0 is the northernmost. A value belongs to the centre of its cell and is interpolated
    bilinearly between centres.
    """

    cell_m: float
    west_m: float
    """Easting of the centre of the first column."""
    north_m: float
    """Northing of the centre of the first row."""
    elevation_m: NDArray[np.float32]
    """Shape (rows, columns)."""
    factor: NDArray[np.float32]
    """Cost of open line as a multiple of that on easy land, by cell [-]."""
    extra_usd_per_m: NDArray[np.float32]
    """Cost of open line beyond that, such as clearance or land, by cell [US$/m]."""
    river: NDArray[np.bool_]
    """Cells that are crossed on a bridge."""
    blocked: NDArray[np.bool_]
    """Cells that an alignment may not enter but in a tunnel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A class of road or railway: what it keeps to and what it costs."""

    kind: str
    """`road` or `railway`."""
    name: str
    max_grade: float
    """Steepest grade, rise over run [-]."""
    min_radius_m: float
    curve_resistance_m: float
    """A curve of radius r takes this over r off the allowed grade; 0 for roads [m]."""
    speed_kmh: float
    usd_per_m: float
    """Road or track on easy flat land, without earthworks."""
    slope_surcharge: float
    """Share of `usd_per_m` that a cross slope of 1 (100 %) adds [-]."""
    width_m: float
    """Width of the roadbed or formation."""
    side_slope: float
    """Run of a cut's or a fill's side for each unit of height [-]."""
    cut_usd_per_m3: float
    fill_usd_per_m3: float
    haul_usd_per_m3_km: float
    bridge_usd_per_m: float
    tunnel_usd_per_m: float
    bridge_height_m: float
    """Fill above which a bridge is built."""
    tunnel_cover_m: float
    """Cut below which a tunnel is driven."""
    has_bridges: bool
    """Whether viaducts are allowed; rivers are always bridged."""
    has_tunnels: bool
    longest_tunnel_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """
    A line in space, with what it is made of.

    Arrays of points have a row for each station; arrays of pieces a row for each stretch between
    two neighbouring stations, so one less.
    """

    points_m: NDArray[np.float64]
    """Easting, northing and height of the line; shape (stations, 3)."""
    ground_m: NDArray[np.float64]
    """Height of the ground under each station."""
    structure: NDArray[np.int8]
    """`OPEN`, `BRIDGE` or `TUNNEL`, by piece."""
    cut_m3: NDArray[np.float64]
    fill_m3: NDArray[np.float64]
    cost_usd: NDArray[np.float64]
    """By piece, haul left out."""
    haul_usd: float
    """Cost of moving earth along the line."""
    design: Design

    @property
    def length_m(self) -> float:
        """Length in space."""
        return float(np.linalg.norm(np.diff(self.points_m, axis=0), axis=1).sum())

    @property
    def capex_usd(self) -> float:
        """Cost of all pieces and of hauling earth."""
        return float(self.cost_usd.sum()) + self.haul_usd
