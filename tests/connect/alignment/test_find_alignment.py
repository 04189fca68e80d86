"""Lines keep their limits, cost no more than they must, and do not mind the compass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slopes import CELL, QUICK, design, hilly, place, surface

from bunyad.connect.alignment import TUNNEL, Alignment, evaluate_alignment, find_alignment
from bunyad.errors import InfeasibleError, InputError

START, END = place(6, 6), place(52, 50)


def grades(line: Alignment) -> np.ndarray:
    run = np.hypot(*np.diff(line.points_m[:, :2], axis=0).T)
    return np.abs(np.diff(line.points_m[:, 2])) / run


def radii(line: Alignment) -> np.ndarray:
    """Circles through three neighbouring stations."""
    a, b, c = line.points_m[:-2, :2], line.points_m[1:-1, :2], line.points_m[2:, :2]
    sides = [np.hypot(*(q - p).T) for p, q in ((a, b), (b, c), (a, c))]
    twice = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    return sides[0] * sides[1] * sides[2] / np.maximum(2 * twice, 1e-9)


def test_a_line_over_flat_land_is_straight_and_costs_its_length():
    found = find_alignment(
        surface(np.full((40, 40), 100.0)), design(), start=place(3, 4), end=place(33, 30),
        options=QUICK,
    )  # fmt: skip

    straight = np.hypot(30, 26) * CELL
    assert found.length_m == pytest.approx(straight, rel=5e-3)
    assert found.capex_usd == pytest.approx(900 * found.length_m, rel=1e-6)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    relief=st.floats(5, 150),
    max_grade=st.floats(0.03, 0.12),
    min_radius_m=st.floats(50, 250),
    structures=st.booleans(),
    curve=st.sampled_from([0.0, 0.7]),
)
def test_no_line_breaks_its_grade_or_its_radius(
    seed, relief, max_grade, min_radius_m, structures, curve
):
    rules = design(
        max_grade=max_grade, min_radius_m=min_radius_m, has_bridges=structures,
        has_tunnels=structures, curve_resistance_m=curve, longest_tunnel_m=400.0,
    )  # fmt: skip
    try:
        found = find_alignment(
            surface(hilly(seed, relief=relief)), rules, start=START, end=END, options=QUICK
        )
    except InfeasibleError:
        return

    assert (grades(found) <= max_grade * (1 + 1e-9)).all()
    assert (radii(found) >= min_radius_m * (1 - 1e-6)).all()
    np.testing.assert_allclose(found.points_m[[0, -1], :2], [START, END], atol=1e-6)
    np.testing.assert_allclose(found.points_m[[0, -1], 2], found.ground_m[[0, -1]], atol=1e-6)
    if not structures:
        above = found.points_m[:, 2] - found.ground_m
        assert above.max() <= 20
        assert above.min() >= -30
    tunnel = np.concatenate([[0], (found.structure == TUNNEL).astype(int), [0]])
    run = np.hypot(*np.diff(found.points_m[:, :2], axis=0).T)
    for first, last in zip(*(np.flatnonzero(np.diff(tunnel) == way) for way in (1, -1))):
        assert run[first:last].sum() <= 400 + 2 * CELL
    again = evaluate_alignment(surface(hilly(seed, relief=relief)), rules,
                               points_m=found.points_m, options=QUICK)  # fmt: skip
    assert again.capex_usd == pytest.approx(found.capex_usd, rel=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_mirrored_and_transposed_land_gives_the_mirrored_line(seed):
    side, height = 60, hilly(seed)
    plain = find_alignment(surface(height), design(), start=START, end=END, options=QUICK)

    def across(row, column):
        return place(row, side - 1 - column)

    mirrored = find_alignment(
        surface(height[:, ::-1]), design(), start=across(6, 6), end=across(52, 50), options=QUICK
    )
    turned = find_alignment(
        surface(height.T), design(), start=place(6, 6), end=place(50, 52), options=QUICK
    )

    assert mirrored.capex_usd == pytest.approx(plain.capex_usd, rel=0.02)
    assert turned.capex_usd == pytest.approx(plain.capex_usd, rel=0.02)


def test_a_line_spends_more_of_its_length_in_tunnels_where_they_are_cheap():
    row = np.arange(60)
    height = np.broadcast_to(300 + 250 * np.exp(-(((row - 30) / 5.0) ** 2))[:, None], (60, 60))
    land = surface(height)

    cheap = find_alignment(land, design(tunnel_usd_per_m=2_000.0), start=place(4, 30),
                           end=place(56, 30), options=QUICK)  # fmt: skip
    dear = find_alignment(land, design(tunnel_usd_per_m=200_000.0), start=place(4, 30),
                          end=place(56, 30), options=QUICK)  # fmt: skip

    assert (cheap.structure == TUNNEL).any()
    assert (dear.structure == TUNNEL).sum() < (cheap.structure == TUNNEL).sum()
    assert cheap.length_m < dear.length_m
    assert cheap.capex_usd < dear.capex_usd


@pytest.mark.parametrize("seed", range(3))
def test_steeper_grades_and_cheaper_tunnels_never_cost_more(seed):
    land = surface(hilly(seed, relief=90))

    def usd(**changes):
        return find_alignment(
            land, design(**changes), start=START, end=END, options=QUICK
        ).capex_usd

    assert usd(max_grade=0.1) <= usd(max_grade=0.06) * 1.01
    assert usd(tunnel_usd_per_m=3_000.0) <= usd() * 1.01


def test_lines_are_the_same_each_time():
    land = surface(hilly(5))
    first, second = (
        find_alignment(land, design(), start=START, end=END, options=QUICK) for _ in range(2)
    )
    assert first.points_m.tobytes() == second.points_m.tobytes()


def test_a_line_passes_its_places():
    via = place(20, 45)
    found = find_alignment(
        surface(hilly(2)), design(), start=START, via=[via], end=END, options=QUICK
    )
    assert np.hypot(*(found.points_m[:, :2] - via).T).min() < CELL
    assert radii(found).min() >= 120 * (1 - 1e-6)


def test_a_river_is_bridged_and_barred_land_is_passed_round():
    river, blocked = np.zeros((60, 60), bool), np.zeros((60, 60), bool)
    river[30] = True
    blocked[10:30, 20:40] = True
    found = find_alignment(
        surface(np.full((60, 60), 10.0), river=river, blocked=blocked),
        design(has_bridges=False, has_tunnels=False),
        start=place(5, 30), end=place(55, 30), options=QUICK,
    )  # fmt: skip
    bridge_m = (found.structure == 1).sum() * found.length_m / len(found.structure)
    assert bridge_m == pytest.approx(CELL, abs=CELL)
    column = (found.points_m[:, 0] - 1_000) / CELL
    row = (9_000 - found.points_m[:, 1]) / CELL
    assert not blocked[np.rint(row).astype(int), np.rint(column).astype(int)].any()


def test_large_land_is_searched_through_corridors_with_nearly_the_same_cost():
    land = surface(hilly(3, side=100, width=8.0))
    ends = {"start": place(8, 8), "end": place(90, 92)}
    whole = find_alignment(land, design(), **ends, options=QUICK)
    few = QUICK.model_copy(update={"align_free_states": 30_000, "align_corridor_states": 150_000})
    corridor = find_alignment(land, design(), **ends, options=few)
    assert corridor.capex_usd <= whole.capex_usd * 1.05


def test_a_cliff_without_structures_has_no_line():
    height = np.zeros((40, 40))
    height[20:] = 400.0
    with pytest.raises(InfeasibleError, match="grade of 8 %"):
        find_alignment(
            surface(height), design(has_bridges=False, has_tunnels=False),
            start=place(5, 20), end=place(35, 20), options=QUICK,
        )  # fmt: skip


def test_a_place_outside_of_the_land_is_refused():
    with pytest.raises(InputError, match="place 2"):
        find_alignment(surface(np.zeros((10, 10))), design(), start=place(2, 2),
                       end=place(2, 30), options=QUICK)  # fmt: skip
