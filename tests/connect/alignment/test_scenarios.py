"""Scenarios: what is looser or cheaper never costs more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slopes import QUICK, design, hilly, place, surface

from bunyad.connect.alignment import find_alignment, find_scenarios
from bunyad.errors import InputError

START, END = place(4, 4), place(23, 22)
ENDS = {"start": START, "end": END, "options": QUICK}


@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    relief=st.floats(5, 90),
    max_grade=st.floats(0.05, 0.1),
    looser=st.floats(1, 1.5),
    cheaper=st.floats(0.3, 1),
)
def test_looser_limits_and_lower_prices_never_cost_more(seed, relief, max_grade, looser, cheaper):
    strict = design(max_grade=max_grade, has_bridges=False, has_tunnels=False)
    designs = [
        strict,
        replace(strict, max_grade=max_grade * looser),
        replace(strict, min_radius_m=strict.min_radius_m / looser),
        replace(strict, has_bridges=True, has_tunnels=True),
        replace(strict, has_bridges=True, has_tunnels=True, tunnel_usd_per_m=36_000 * cheaper),
    ]

    found = find_scenarios(surface(hilly(seed, side=28, relief=relief)), designs, **ENDS)

    usd = [np.inf if line is None else line.capex_usd for line in found]
    assert max(usd[1:4]) <= usd[0] * (1 + 1e-9)
    assert usd[4] <= usd[3] * (1 + 1e-9)
    for line, rules in zip(found, designs, strict=True):
        assert line is None or line.design == rules


def test_a_design_without_a_line_is_left_empty():
    height = np.zeros((40, 40))
    height[20:] = 400.0
    bare = design(has_bridges=False, has_tunnels=False)
    assert find_scenarios(surface(height), [bare], **ENDS) == [None]


def test_a_seed_that_is_cheaper_is_taken():
    land = surface(hilly(7, side=28, relief=20))
    found = find_alignment(land, design(), **ENDS)
    dearer = design(max_grade=0.06)

    alone = find_alignment(land, dearer, **ENDS)
    seeded = find_alignment(land, dearer, seeds=[found], **ENDS)

    assert seeded.capex_usd <= alone.capex_usd


def test_a_seed_between_other_places_is_refused():
    land = surface(np.zeros((40, 40)))
    found = find_alignment(land, design(), **ENDS)
    with pytest.raises(InputError, match="seed 1"):
        find_alignment(land, design(), start=START, end=place(20, 30), seeds=[found], options=QUICK)


def test_corridors_find_a_line_through_steep_land_too():
    land = surface(hilly(12, side=100, width=8.0, relief=90))
    few = QUICK.model_copy(update={"align_free_states": 8_000, "align_corridor_states": 60_000})
    rules = design(max_grade=0.08, min_radius_m=60.0, has_bridges=False, has_tunnels=False)
    ends = {"start": place(8, 8), "end": place(90, 92)}

    whole = find_alignment(land, rules, options=QUICK, **ends)
    found = find_alignment(land, rules, options=few, **ends)

    assert found.capex_usd <= whole.capex_usd * 1.1
