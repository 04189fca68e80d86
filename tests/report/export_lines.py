"""A made-up alignment: a straight, a quarter circle, a straight, up and down, with structures."""

import numpy as np

from bunyad.connect.alignment import BRIDGE, TUNNEL, Alignment, Design

RADIUS = 300
WEST, SOUTH = 500_000, 4_400_000


def sample_line(*, turn: int = 1) -> Alignment:
    """Return the line, turning left, or right if `turn` is -1."""
    bend = np.linspace(-np.pi / 2, 0, 40)
    plan = np.vstack([
        np.column_stack([np.arange(0, 1_000, 20.0), np.zeros(50)]),
        np.column_stack([1_000 + RADIUS * np.cos(bend), RADIUS + RADIUS * np.sin(bend)]),
        np.column_stack([np.full(30, 1_300.0), 300 + 20 * np.arange(1, 31)]),
    ]) * (1, turn)  # fmt: skip
    height = np.interp(np.arange(len(plan)), [0, 49, 119], [100, 149, 114])
    pieces = len(plan) - 1
    structure = np.zeros(pieces, np.int8)
    structure[30:40], structure[100:] = BRIDGE, TUNNEL
    return Alignment(
        points_m=np.column_stack([plan + np.array([WEST, SOUTH]), height]), ground_m=height,
        structure=structure, cut_m3=np.zeros(pieces), fill_m3=np.zeros(pieces),
        cost_usd=np.zeros(pieces), haul_usd=0, design=sample_design(),
    )  # fmt: skip


def sample_design(**changes: object) -> Design:
    """Return a two-lane road."""
    values = {
        "kind": "road", "name": "two-lane", "max_grade": 0.08, "min_radius_m": 100,
        "curve_resistance_m": 0, "speed_kmh": 50, "usd_per_m": 900, "slope_surcharge": 0,
        "width_m": 12, "side_slope": 1.5, "cut_usd_per_m3": 5, "fill_usd_per_m3": 5,
        "haul_usd_per_m3_km": 0, "bridge_usd_per_m": 22_000, "tunnel_usd_per_m": 36_000,
        "bridge_height_m": 20, "tunnel_cover_m": 30, "has_bridges": True, "has_tunnels": True,
        "longest_tunnel_m": 3_000,
    }  # fmt: skip
    return Design(**{**values, **changes})
