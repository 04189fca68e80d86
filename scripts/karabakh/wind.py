"""
Mean wind speed from the exposure of the terrain: a pattern, scaled to an assumed regional mean.

Flow over a hill of height h and half-length L gains, to first order, a speed that is a share
``B h / L`` of the undisturbed one, and the gain fades with height z above ground as
``exp(-A z / L)`` (Jackson and Hunt 1975, Quarterly Journal of the Royal Meteorological Society
101, 929-955; for three-dimensional hills B = 1.6 and A = 4: Taylor and Lee 1984, Climatological
Bulletin 18(2), 3-32). Here h is the height of a place above the mean of its surroundings within
a radius r and L = r / 2; a hollow has a negative h and loses speed. The shares of a small and a
large radius add up, and the factor is bounded because the theory holds for gentle slopes only::

    factor = clip(1 + sum over r of 1.6 (z - mean_r) / (r/2) exp(-4 100 m / (r/2)), 0.6, 1.6)
    speed = regional mean * factor / mean of the factor over the region

The regional mean is an assumption: no wind measured at the height of turbines is published for
the region. Nothing is fitted to published potentials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rasterio.features import geometry_mask
from scipy.ndimage import convolve
from shapely.geometry.base import BaseGeometry

from karabakh.areas import EXTENT
from karabakh.terrain import NODES_PER_DEGREE, cut_globe, node_transform, write_raster

REGIONAL_MEAN_MS = 5.5
"""Mean wind speed 100 m above ground over the region [m/s]; assumption, range 4.0 to 7.5."""

RADII_M = (5_000, 20_000)
"""Radii of the surroundings [m]: a hill and a range (assumption)."""

HUB_HEIGHT_M = 100
HILL_FACTOR = 1.6
FADING = 4.0
FACTOR_BOUNDS = (0.6, 1.6)
"""Bounds of the local factor [-]; assumption."""

METRES_PER_DEGREE = 111_195
"""Length of a degree of a great circle of the mean earth radius, 6,371 km [m]."""

MARGIN_DEGREES = 0.5


def estimate_wind(
    tile: npt.NDArray[np.int16], districts: Iterable[BaseGeometry]
) -> npt.NDArray[np.float32]:
    """
    Estimate the mean wind speed 100 m above ground on the nodes of the extent.

    Parameters
    ----------
    tile
        Ground height of GLOBE's tile G [m].
    districts
        Outlines whose mean is the regional mean [degrees].

    Returns
    -------
    Array
        Mean wind speed [m/s], two decimals.
    """
    heights = cut_globe(tile, EXTENT, margin=MARGIN_DEGREES).astype(np.float64)
    share = sum(speed_up(heights, radius) for radius in RADII_M)
    edge = round(MARGIN_DEGREES * NODES_PER_DEGREE)
    factor = np.clip(1 + share, *FACTOR_BOUNDS)[edge:-edge, edge:-edge]
    inside = geometry_mask(
        districts, factor.shape, node_transform(EXTENT), all_touched=False, invert=True
    )
    speed = REGIONAL_MEAN_MS * factor / factor[inside].mean()
    return np.asarray(np.round(speed, 2), dtype=np.float32)


def speed_up(heights: npt.NDArray[np.float64], radius_m: float) -> npt.NDArray[np.float64]:
    """Return the share of speed gained by standing above the surroundings of a radius [-]."""
    half_length = radius_m / 2
    rise = heights - convolve(heights, disc(radius_m), mode="nearest")
    fading = math.exp(-FADING * HUB_HEIGHT_M / half_length)
    return np.asarray(HILL_FACTOR * rise / half_length * fading)


def disc(radius_m: float) -> npt.NDArray[np.float64]:
    """Return equal weights of the nodes within a radius, at the middle latitude of the extent."""
    north_step = METRES_PER_DEGREE / NODES_PER_DEGREE
    east_step = north_step * math.cos(math.radians((EXTENT[1] + EXTENT[3]) / 2))
    rows, columns = int(radius_m / north_step), int(radius_m / east_step)
    y, x = np.mgrid[-rows : rows + 1, -columns : columns + 1]
    weights = (np.hypot(y * north_step, x * east_step) <= radius_m).astype(np.float64)
    return np.asarray(weights / weights.sum())


def write_wind(speed: npt.NDArray[np.float32], path: Path) -> None:
    """Write the mean wind speed as GeoTIFF."""
    tags = {
        "ORIGIN": "modelled",
        "UNITS": "m/s, 100 m above ground",
        "REGIONAL_MEAN": f"{REGIONAL_MEAN_MS} m/s, an assumption; range 4.0 to 7.5 m/s",
        "FORMULA": "regional mean * factor / mean factor; factor = clip(1 + sum over r = 5, 20 km "
        "of 1.6 (z - mean_r)/(r/2) exp(-400 m/(r/2)), 0.6, 1.6)",
        "SOURCE": "GLOBE heights; Jackson and Hunt 1975; Taylor and Lee 1984",
    }
    write_raster(speed, node_transform(EXTENT), path, nodata=-9999, tags=tags)
