"""Horizon: angles against a walk along each ray in small steps, and limiting cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, map_coordinates

from bunyad.errors import InputError
from bunyad.potential.horizon import Rays, horizon_angles, ray_samples, sky_view
from bunyad.potential.kernels_horizon import block_maxima, horizon_rise

RADIUS = 6_371_008.8


def rough_ground(rows: int, columns: int, relief_m: float, seed: int) -> np.ndarray:
    """Noise of several scales, as mountains have."""
    noise = np.random.default_rng(seed).standard_normal((rows, columns))
    scales = (1, 3, 9, 27)
    ground = sum(scale**1.3 * gaussian_filter(noise, scale, mode="wrap") for scale in scales)
    return (relief_m * (ground - ground.min()) / np.ptp(ground)).astype(np.float32)


def walked_angle(
    ground: np.ndarray, cell: tuple[int, int], azimuth: float, cell_m: tuple[float, float],
    step_m: float, rays: Rays,
) -> float:  # fmt: skip
    """Walk one ray in small steps over bilinear ground and return the steepest angle [°]."""
    extent = np.hypot(ground.shape[0] * cell_m[1], ground.shape[1] * cell_m[0])
    distance = np.arange(step_m, min(extent, rays.reach_m) + step_m / 2, step_m)
    row = cell[0] - distance * np.cos(azimuth) / cell_m[1]
    column = cell[1] + distance * np.sin(azimuth) / cell_m[0]
    inside = (
        (row >= -1e-9) & (column >= -1e-9)
        & (row <= ground.shape[0] - 1 + 1e-9) & (column <= ground.shape[1] - 1 + 1e-9)
    )  # fmt: skip
    if not inside.any():
        return -90.0
    distance = distance[inside]
    seen = map_coordinates(
        ground.astype(float), [row[inside], column[inside]], order=1, mode="nearest"
    )
    if rays.earth_curves:
        seen -= (1 - 0.13) * distance**2 / (2 * RADIUS)
    return float(np.degrees(np.arctan(((seen - float(ground[cell])) / distance).max())))


@pytest.mark.parametrize(
    ("relief_m", "cell_m", "rays"),
    [
        (3_000.0, (1_000.0, 1_000.0), Rays()),
        (900.0, (90.0, 120.0), Rays(earth_curves=False)),
        (1_500.0, (250.0, 200.0), Rays(reach_m=6_000)),
    ],
)
def test_angles_equal_a_fine_walk_along_the_ray(relief_m, cell_m, rays) -> None:
    ground = rough_ground(150, 210, relief_m, seed=4)
    rng = np.random.default_rng(1)

    angles = horizon_angles(ground, cell_m, directions=36, rays=rays)

    errors = []
    for _ in range(300):
        direction, row, column = rng.integers((36, 150, 210))
        walked = walked_angle(
            ground, (row, column), np.radians(10 * direction), cell_m, min(cell_m) / 300, rays
        )
        errors.append(angles[direction, row, column] - walked)
    assert np.abs(errors).max() < 0.1


def test_leaps_over_low_ground_change_nothing() -> None:
    ground = rough_ground(120, 90, 2_500.0, seed=9)
    leaping = horizon_angles(ground, (500, 500), directions=12)

    walls = ground.copy()
    levels = block_maxima(walls, 4) + np.float32(1e6)
    walls -= walls.min()
    for number in (1, 5, 8, 11):
        samples = ray_samples(np.radians(30 * number), walls.shape, (500, 500), Rays())
        walked = horizon_rise(walls, levels, *samples)
        np.testing.assert_array_equal(np.degrees(np.arctan(walked)), leaping[number])


def test_a_wall_is_seen_at_the_angle_of_its_height_over_its_distance() -> None:
    ground = np.zeros((41, 41))
    ground[:, 30] = 500

    east = horizon_angles(ground, (100, 100), directions=4, rays=Rays(earth_curves=False))[1]

    assert east[20, 10] == pytest.approx(np.degrees(np.arctan(500 / 2_000)), abs=1e-4)
    assert (east[:, 31:40] == 0).all()


def test_the_curved_earth_hides_what_is_far() -> None:
    ground = np.zeros((3, 300))
    ground[:, 299] = 200

    flat, curved = (
        horizon_angles(ground, (1_000, 1_000), directions=4, rays=Rays(earth_curves=curves))[1]
        for curves in (False, True)
    )

    drop = 0.87 * 299_000**2 / (2 * RADIUS)
    assert flat[1, 0] == pytest.approx(np.degrees(np.arctan(200 / 299e3)), abs=1e-4)
    assert curved[1, 0] < 0
    assert drop > 200


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99), st.floats(0, 300))
def test_higher_surroundings_never_lower_the_horizon(seed: int, more_m: float) -> None:
    ground = rough_ground(20, 30, 800.0, seed)
    raised = ground + more_m
    raised[10, 15] = ground[10, 15]

    before = horizon_angles(ground, (100, 100), directions=8)[:, 10, 15]
    after = horizon_angles(raised, (100, 100), directions=8)[:, 10, 15]

    assert (after >= before - 1e-3).all()


def test_sky_view_of_plain_and_of_a_pit() -> None:
    assert sky_view(np.full((36, 2), -3, dtype=np.float32)).tolist() == [1, 1]
    pit = np.full((36, 2), 30, dtype=np.float32)
    np.testing.assert_allclose(sky_view(pit), np.cos(np.radians(30)) ** 2, rtol=1e-6)


def test_missing_heights_are_named() -> None:
    ground = np.zeros((4, 4))
    ground[1, 2] = np.nan

    with pytest.raises(InputError, match="1 heights are missing"):
        horizon_angles(ground, (100, 100))
