"""Small designs, surfaces and lines that the tests of alignments share."""

from __future__ import annotations

import numpy as np

from bunyad.connect.alignment import Alignment, Design, Surface

ROAD = Design(
    kind="road", name="test", max_grade=0.08, min_radius_m=100, curve_resistance_m=0,
    speed_kmh=90, usd_per_m=1000, slope_surcharge=0, width_m=12, side_slope=1.5,
    cut_usd_per_m3=5, fill_usd_per_m3=5, haul_usd_per_m3_km=0, bridge_usd_per_m=2e4,
    tunnel_usd_per_m=3e4, bridge_height_m=20, tunnel_cover_m=30, has_bridges=True,
    has_tunnels=True, longest_tunnel_m=9000,
)  # fmt: skip


def flat_surface(rows: int = 100, columns: int = 200, *, cell_m: float = 100) -> Surface:
    """Return flat easy land with its south-west cell at the origin."""
    shape = (rows, columns)
    return Surface(
        cell_m=cell_m, west_m=0, north_m=cell_m * (rows - 1),
        elevation_m=np.zeros(shape, np.float32), factor=np.ones(shape, np.float32),
        extra_usd_per_m=np.zeros(shape, np.float32), river=np.zeros(shape, np.bool_),
        blocked=np.zeros(shape, np.bool_),
    )  # fmt: skip


def line_through(*points: tuple[float, float], design: Design = ROAD, step_m: float = 50,
                 grade: float = 0.0) -> Alignment:  # fmt: skip
    """Return an open line through points with stations at even steps, at its base cost."""
    corners = np.array(points, float)
    ends = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    along = np.append(np.arange(0, ends[-1], step_m), ends[-1])
    xy = [np.interp(along, ends, corners[:, axis]) for axis in (0, 1)]
    stations = np.column_stack([*xy, grade * along])
    none = np.zeros(len(along) - 1)
    return Alignment(
        points_m=stations, ground_m=stations[:, 2], structure=none.astype(np.int8), cut_m3=none,
        fill_m3=none, cost_usd=np.diff(along) * design.usd_per_m, haul_usd=0.0, design=design,
    )  # fmt: skip
