"""Bridges over mapped rivers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.connect.alignment import BRIDGE, OPEN, TUNNEL, Alignment, Design, bridge_rivers
from bunyad.connect.study.crossings import count_crossings


def _line(structure: list[int]) -> Alignment:
    """Return a line that runs east, a kilometre for each piece."""
    count = len(structure)
    design = Design(
        kind="road", name="two-lane", max_grade=0.08, min_radius_m=100, curve_resistance_m=0,
        speed_kmh=50, usd_per_m=900, slope_surcharge=0, width_m=12, side_slope=1.5,
        cut_usd_per_m3=5, fill_usd_per_m3=5, haul_usd_per_m3_km=0, bridge_usd_per_m=22_000,
        tunnel_usd_per_m=36_000, bridge_height_m=20, tunnel_cover_m=30, has_bridges=True,
        has_tunnels=True, longest_tunnel_m=3_000,
    )  # fmt: skip
    nothing = np.zeros(count)
    return Alignment(
        points_m=np.column_stack([1e3 * np.arange(count + 1), np.zeros((count + 1, 2))]),
        ground_m=np.zeros(count + 1), structure=np.array(structure, np.int8), cut_m3=nothing,
        fill_m3=nothing, cost_usd=nothing, haul_usd=0, design=design,
    )  # fmt: skip


def _rivers(*at: float) -> np.ndarray:
    """Return rivers that run north through eastings."""
    return np.array([[x, -500.0, x, 500.0] for x in at]).reshape(-1, 4)


def test_each_river_that_is_crossed_on_the_ground_counts_once() -> None:
    line = _line([OPEN, BRIDGE, OPEN, TUNNEL, OPEN])

    assert count_crossings(line, _rivers(500, 1_500, 2_500, 3_500, 4_500), apart_m=100) == 3


def test_crossings_closer_than_the_terrain_can_tell_are_one() -> None:
    line = _line([OPEN] * 5)

    assert count_crossings(line, _rivers(400, 600, 800, 3_000), apart_m=500) == 2


@pytest.mark.parametrize("rivers", [_rivers(), _rivers(9_000)])
def test_a_line_that_meets_no_river_needs_no_bridge(rivers: np.ndarray) -> None:
    assert count_crossings(_line([OPEN] * 5), rivers, apart_m=100) == 0


@given(st.integers(0, 50), st.floats(10, 500))
def test_the_interval_of_river_bridges_holds_its_middle(count: int, usual_m: float) -> None:
    found = bridge_rivers(count, usual_m=usual_m)

    assert found.low80 <= found.median <= found.high80
    assert found.median == pytest.approx(count * usual_m / 1e3)
