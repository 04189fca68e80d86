"""How much longer routes are on real land."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.connect.alignment import BRIDGE, TUNNEL, Alignment, Design
from bunyad.connect.alignment.accuracy import (
    RESOLUTION,
    Roughness,
    correct_length,
    correct_route,
    measure_roughness,
)
from bunyad.errors import InputError
from bunyad.tables import conform


def _design(**changes: object) -> Design:
    values = {
        "kind": "road", "name": "two-lane", "max_grade": 0.08, "min_radius_m": 100,
        "curve_resistance_m": 0, "speed_kmh": 50, "usd_per_m": 900, "slope_surcharge": 0,
        "width_m": 12, "side_slope": 1.5, "cut_usd_per_m3": 5, "fill_usd_per_m3": 5,
        "haul_usd_per_m3_km": 0, "bridge_usd_per_m": 22_000, "tunnel_usd_per_m": 36_000,
        "bridge_height_m": 20, "tunnel_cover_m": 30, "has_bridges": True, "has_tunnels": True,
        "longest_tunnel_m": 3_000,
    }  # fmt: skip
    return Design(**{**values, **changes})


def _fractal(side: int, hurst: float, seed: int) -> np.ndarray:
    """Return fractional Brownian motion, made by spectral synthesis."""
    noise = np.fft.rfft2(np.random.default_rng(seed).standard_normal((side, side)))
    wave = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    wave[0, 0] = np.inf
    return np.fft.irfft2(noise * wave ** -(hurst + 1), s=(side, side))


@pytest.mark.parametrize("hurst", [0.4, 0.6, 0.8])
def test_the_hurst_exponent_of_fractal_land_is_found(hurst: float) -> None:
    found = [
        measure_roughness(_fractal(512, hurst, seed), cell_m=(500, 500)).hurst for seed in range(6)
    ]

    assert np.mean(found) == pytest.approx(hurst, abs=0.1)


def test_fine_cells_hide_nothing_and_coarse_ones_a_hundredth() -> None:
    land = _fractal(1_000, 0.6, 1)

    fine = measure_roughness(land, cell_m=(30, 30))
    lag = round(1_000 / 30)
    seen = np.sqrt(np.mean((land[lag:] - land[:-lag]) ** 2))

    assert fine.rise_m == pytest.approx(seen, rel=0.15)
    slope = measure_roughness(np.add.outer(np.arange(50.0), np.zeros(50)), cell_m=(1_000, 1e9))
    assert slope.rise_m == pytest.approx(1.01)


def test_land_left_out_does_not_count() -> None:
    land = _fractal(256, 0.7, 2)
    half = land.copy()
    half[:, 128:] = np.nan

    assert measure_roughness(half, cell_m=(500, 500)) == measure_roughness(
        land[:, :128], cell_m=(500, 500)
    )


@pytest.mark.parametrize("land", [np.zeros((40, 40)), np.arange(6.0).reshape(2, 3)])
def test_flat_or_narrow_land_is_refused(land: np.ndarray) -> None:
    with pytest.raises(InputError, match="flat"):
        measure_roughness(land, cell_m=(1_000, 1_000))


@settings(max_examples=30, deadline=None)
@given(
    cell=st.floats(10, 3_000),
    rise=st.floats(1, 500),
    kind=st.sampled_from(["road", "railway"]),
    built=st.booleans(),
)
def test_the_interval_holds_the_middle(cell: float, rise: float, kind: str, built: bool) -> None:
    design = _design(kind=kind, has_bridges=built, has_tunnels=built)

    found = correct_length(
        50, cell_m=cell, design=design, roughness=Roughness(rise_m=rise, hurst=1)
    )

    assert 0 < found.low80 <= found.median <= found.high80


@settings(max_examples=10, deadline=None)
@given(rise=st.floats(1, 500))
def test_coarser_terrain_leaves_no_less_to_add(rise: float) -> None:
    rough = Roughness(rise_m=rise, hurst=0.6)

    fine, coarse = (
        correct_length(50, cell_m=cell, design=_design(), roughness=rough) for cell in (30, 900)
    )

    assert fine.low80 <= coarse.low80
    assert fine.median < coarse.median
    assert fine.low80 == pytest.approx(50, rel=0.15)  # the designer who goes to the limits


@pytest.mark.parametrize("built", [False, True])
def test_longer_routes_have_narrower_intervals(built: bool) -> None:
    rough = Roughness(rise_m=100, hurst=0.6)
    design = _design(has_bridges=built, has_tunnels=built)

    short, long = (
        correct_length(km, cell_m=900, design=design, roughness=rough) for km in (10, 100)
    )

    assert (long.high80 - long.low80) / 100 < (short.high80 - short.low80) / 10


def test_coarse_terrain_shortens_routes_more_where_land_is_steep() -> None:
    flat, steep = (
        correct_length(50, cell_m=900, design=_design(), roughness=Roughness(rise_m=r, hurst=0.6))
        for r in (35, 140)
    )

    assert 50 < flat.median < steep.median


def test_a_whole_route_is_corrected() -> None:
    stations = np.linspace(0, 10_000, 101)
    height = 20 * np.sin(stations / 700)
    structure = np.zeros(100, np.int8)
    structure[10:20], structure[50:55] = BRIDGE, TUNNEL
    empty = np.zeros(100)
    line = Alignment(
        points_m=np.column_stack([stations, 0 * stations, height]), ground_m=height,
        structure=structure, cut_m3=empty, fill_m3=empty, cost_usd=empty, haul_usd=0,
        design=_design(),
    )  # fmt: skip
    rough = [Roughness(rise_m=100, hurst=0.6)]

    same = correct_route(line, cell_m=30, roughness=rough)
    more = correct_route(line, cell_m=900, roughness=rough)

    assert same.length_km.low80 <= line.length_m / 1e3 <= same.length_km.high80
    assert same.bridge_km.low80 <= 1.01
    assert same.bridge_km.high80 >= 0.99
    assert same.tunnel_km.low80 <= 0.51
    assert same.tunnel_km.high80 >= 0.49
    assert more.length_km.median > same.length_km.median
    assert more.climb_m.median > same.climb_m.median
    calm = [*rough, Roughness(rise_m=20, hurst=0.6)]
    mixed = correct_route(line, cell_m=900, roughness=calm)
    flat = correct_route(line, cell_m=900, roughness=calm[1:])
    middle = (more.length_km.median + flat.length_km.median) / 2
    assert mixed.length_km.median == pytest.approx(middle)


def test_the_table_of_the_study_is_whole() -> None:
    from importlib import resources

    import pandas as pd

    file = resources.files("bunyad.connect").joinpath("data/route_resolution.csv")
    with file.open() as text:
        table = conform(pd.read_csv(text), RESOLUTION)

    assert {30, 120, 300, 900} <= set(table.cell_m)
    assert set(table.quantity) == {"length", "climb", "bridge", "tunnel"}
    assert (table.low80 <= table["median"]).all()
    assert (table["median"] <= table.high80).all()
