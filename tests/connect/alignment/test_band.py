"""Moving a line within a band: as good as trying every line, and never dearer than before."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from slopes import CELL, QUICK, design, hilly, place, surface

from bunyad.connect.alignment import find_alignment
from bunyad.connect.alignment.kernels_band import best_in_band, survey_band
from bunyad.connect.alignment.kernels_land import usd_of
from bunyad.connect.alignment.prepare import land_of, rates_of

START, END = place(6, 6), place(52, 50)


def radius(a, p, b):
    """Radius of the arc at p that begins and ends halfway to its neighbours."""
    u, v = p - a, b - p
    turn = abs(np.arctan2(u[0] * v[1] - u[1] * v[0], u @ v))
    if turn >= np.pi / 2:
        return 0.0
    return min(np.hypot(*u), np.hypot(*v)) / 2 / np.tan(max(turn, 1e-12) / 2)


def slow_best(rates, middle, normal, gap, under, base, level_m, levels, slopes, rise):
    """Try every line through a band."""
    rows, columns, _ = under.shape
    half, best = columns // 2, np.inf
    for inner in product(range(columns), repeat=rows - 2):
        way = [half, *inner, half]
        if np.abs(np.diff(way)).max() > slopes:
            continue
        points = middle + (np.array(way)[:, None] - half) * gap * normal
        triples = zip(points[:-2], points[1:-1], points[2:])
        if min(radius(*three) for three in triples) < rates.min_radius_m:
            continue
        length = np.hypot(*np.diff(points, axis=0).T)
        for lifts in product(range(-levels, levels + 1), repeat=rows - 2):
            level = base[np.arange(rows), way] + np.array([0, *lifts, 0])
            if (np.abs(np.diff(level)) > np.floor(rise * length / level_m)).any():
                continue
            usd = 0.0
            for row in range(1, rows):
                ground, plain, flag = under[row, way[row]]
                fill = level[row] * level_m - ground
                usd += length[row - 1] * usd_of(fill, plain, int(flag), rates)
            best = min(best, usd)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_line_in_a_band_is_the_cheapest_of_all(seed):
    rates = rates_of(design(min_radius_m=100.0, max_grade=0.1))
    land = land_of(surface(hilly(seed, relief=90)))
    rng = np.random.default_rng(seed)
    rows = 5
    middle = np.column_stack([500 + 60.0 * np.arange(rows), 900 + rng.normal(0, 6, rows)])
    normal = np.tile([0.0, 1.0], (rows, 1))
    gap, half = 14.0, 2
    under = survey_band(land, rates, middle, normal, gap, half)
    level_m = 2.5
    base = np.rint(under[:, :, 0] / level_m).astype(np.int64)
    base[[0, -1]] = base[[0, -1], half][:, None]

    given = (rates, middle, normal, gap, under, base, level_m, 1, 2, 0.1)
    columns, usd = best_in_band(*given)

    right = slow_best(*given)
    assert usd == pytest.approx(right, rel=1e-12)
    if np.isfinite(right):
        assert columns[0] == columns[-1] == half


@pytest.mark.parametrize("structures", [True, False])
def test_moving_a_line_within_bands_never_costs_more_and_keeps_its_limits(structures):
    land = surface(hilly(7, relief=60) + hilly(8, relief=6, width=1.0))
    rules = design(has_bridges=structures, has_tunnels=structures)
    rounds = QUICK.model_copy(update={"align_band_rounds": 2})

    before = find_alignment(land, rules, start=START, end=END, options=QUICK)
    after = find_alignment(land, rules, start=START, end=END, options=rounds)

    assert after.capex_usd <= before.capex_usd
    run = np.hypot(*np.diff(after.points_m[:, :2], axis=0).T)
    assert (np.abs(np.diff(after.points_m[:, 2])) <= rules.max_grade * run * (1 + 1e-9)).all()
    np.testing.assert_allclose(after.points_m[[0, -1], :2], [START, END], atol=1e-6)


def test_a_line_in_a_band_still_passes_its_place():
    land = surface(hilly(2))
    via = place(20, 45)
    rounds = QUICK.model_copy(update={"align_band_rounds": 2})

    found = find_alignment(land, design(), start=START, via=[via], end=END, options=rounds)

    assert np.hypot(*(found.points_m[:, :2] - via).T).min() < CELL
