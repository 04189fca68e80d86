"""Surfaces and designs say what the ground and the standards say."""

from __future__ import annotations

import numpy as np
import pytest
from lands import OPTIONS, hills, land

from bunyad.connect.alignment import design_from_standard, find_alignment, surface_from_ground
from bunyad.connect.standards import design_standard


def test_water_rivers_and_land_out_of_bounds_reach_the_surface():
    water, usable = np.zeros((12, 14)), np.ones((12, 14), bool)
    water[3, 3] = 1
    usable[0] = False
    ground = land(hills(1), water=water, usable=usable, rivers=[[400, -2600, 600, -2400]])
    found = surface_from_ground(ground, options=OPTIONS)
    assert found.factor[3, 3] == pytest.approx(OPTIONS.lake_factor)
    assert found.blocked[0].all()
    assert not found.blocked[1:].any()
    assert found.extra_usd_per_m[5, 1] == pytest.approx(22_000 * 100 / 500)


@pytest.mark.parametrize(
    ("kind", "standard", "grade", "radius"),
    [("road", "land", 0.08, 100), ("road", "tunnels", 0.06, 300), ("railway", "land", 0.02, 300)],
)
def test_designs_take_over_their_standard(kind, standard, grade, radius):
    rules = design_from_standard(
        design_standard(kind=kind, standard=standard, options=OPTIONS), options=OPTIONS
    )
    assert (rules.max_grade, rules.min_radius_m) == (grade, radius)
    assert rules.curve_resistance_m == (0.7 if kind == "railway" else 0)


def test_a_line_runs_over_the_ground_of_the_room():
    ground = land(hills(2, rows=24, columns=24, relief=60.0))
    rules = design_from_standard(
        design_standard(kind="road", standard="tunnels", options=OPTIONS), options=OPTIONS
    )
    found = find_alignment(
        surface_from_ground(ground, options=OPTIONS), rules,
        start=(1_500.0, -1_500.0), end=(10_000.0, -9_500.0), options=OPTIONS,
    )  # fmt: skip
    assert 11_500 < found.length_m < 20_000
