"""Small surfaces and designs for the tests of alignments."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from bunyad.connect.alignment import Design, Surface
from bunyad.options import ConnectOptions

QUICK = ConnectOptions(align_free_states=10_000_000)
CELL = 50.0


def hilly(seed: int, *, side: int = 60, relief: float = 60.0, width: float = 5.0) -> np.ndarray:
    """Draw a random smooth terrain."""
    noise = np.random.default_rng(seed).normal(size=(side, side))
    field = gaussian_filter(noise, width, mode="reflect")
    return (500 + relief * field / field.std()).astype(np.float32)


def surface(elevation, *, river=None, blocked=None, factor=1.0) -> Surface:
    """Return a surface with its first cell at easting 1,000 and northing 9,000."""
    elevation = np.asarray(elevation, np.float32)
    none = np.zeros(elevation.shape, bool)
    return Surface(
        cell_m=CELL,
        west_m=1_000.0,
        north_m=9_000.0,
        elevation_m=elevation,
        factor=np.full(elevation.shape, factor, np.float32)
        if np.isscalar(factor)
        else np.asarray(factor, np.float32),
        extra_usd_per_m=np.zeros(elevation.shape, np.float32),
        river=none if river is None else river,
        blocked=none if blocked is None else blocked,
    )


def place(row: float, column: float) -> tuple[float, float]:
    """Return easting and northing of a place given in cells."""
    return 1_000.0 + CELL * column, 9_000.0 - CELL * row


def design(**changes) -> Design:
    """Return a road with a few things changed."""
    values = {
        "kind": "road",
        "name": "test",
        "max_grade": 0.08,
        "min_radius_m": 120.0,
        "curve_resistance_m": 0.0,
        "speed_kmh": 60.0,
        "usd_per_m": 900.0,
        "slope_surcharge": 0.0,
        "width_m": 12.0,
        "side_slope": 1.5,
        "cut_usd_per_m3": 5.0,
        "fill_usd_per_m3": 5.0,
        "haul_usd_per_m3_km": 0.0,
        "bridge_usd_per_m": 22_000.0,
        "tunnel_usd_per_m": 36_000.0,
        "bridge_height_m": 20.0,
        "tunnel_cover_m": 30.0,
        "has_bridges": True,
        "has_tunnels": True,
        "longest_tunnel_m": 3_000.0,
    }
    return Design(**(values | changes))
