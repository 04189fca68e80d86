"""The resolution study: its land, its designers and its statistics."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import map_coordinates

from bunyad.connect.alignment import measure_roughness
from bunyad.options import ConnectOptions

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module


@pytest.fixture
def land(script: object) -> ModuleType:
    return script("drained_land")  # type: ignore[operator]


@pytest.fixture
def kernels(script: object) -> ModuleType:
    return script("kernels_drained_land")  # type: ignore[operator]


@pytest.fixture
def summary(script: object) -> ModuleType:
    return script("study_summary")  # type: ignore[operator]


@pytest.fixture
def study(script: object) -> ModuleType:
    return script("study_route_resolution")  # type: ignore[operator]


def _hills(side: int = 24) -> np.ndarray:
    return np.random.default_rng(5).random((side, side)) * 100


def test_water_leaves_every_cell_at_the_lowest_pass_to_the_border(kernels: ModuleType) -> None:
    ground = _hills()
    level, order = kernels.flood(ground, 0.0)

    slow = np.full_like(ground, np.inf)
    slow[[0, -1]], slow[:, [0, -1]] = ground[[0, -1]], ground[:, [0, -1]]
    for _ in range(ground.size):
        before = slow.copy()
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                beside = np.roll(before, (down, right), (0, 1))[1:-1, 1:-1]
                through = np.maximum(ground[1:-1, 1:-1], beside)
                slow[1:-1, 1:-1] = np.minimum(slow[1:-1, 1:-1], through)
        if (slow == before).all():
            break

    assert level == pytest.approx(slow)
    assert (np.diff(level.ravel()[order]) >= 0).all()


def test_all_water_reaches_the_border(kernels: ModuleType) -> None:
    level, order = kernels.flood(_hills(), 1e-6)
    target, way = kernels.drain(level)
    area = kernels.gather(order, target)

    mouths = target == np.arange(target.size)
    counted = np.zeros(target.size)
    for cell in range(target.size):
        here = cell
        counted[here] += 1
        while target[here] != here:
            here = target[here]
            counted[here] += 1

    assert area == pytest.approx(counted)
    assert area[mouths].sum() == target.size
    assert set(np.round(way, 6)) <= {1.0, 1.414214}


def test_rivers_cut_as_the_linear_system_of_the_law_says(kernels: ModuleType) -> None:
    level, order = kernels.flood(_hills(12), 1e-6)
    target, way = kernels.drain(level)
    power = np.sqrt(kernels.gather(order, target)) * 0.3

    found = kernels.cut(level, order, target, way, power).ravel()

    cells = np.arange(target.size)
    inner = target != cells
    part = np.where(inner, power / way, 0.0)
    system = np.diag(1 + part)
    system[cells[inner], target[inner]] -= part[inner]
    assert found == pytest.approx(np.linalg.solve(system, level.ravel()))


def test_soil_creeps_as_the_difference_equation_says(kernels: ModuleType) -> None:
    ground = _hills()
    slow = ground.copy()
    for _ in range(3):
        around = sum(np.roll(slow, step, axis) for axis in (0, 1) for step in (-1, 1))
        slow[1:-1, 1:-1] += 0.2 * (around - 4 * slow)[1:-1, 1:-1]

    assert kernels.creep(ground, 0.2, 3) == pytest.approx(slow)


def test_the_land_has_valleys_the_rise_that_is_asked_for_and_the_same_bytes_each_time(
    land: ModuleType, kernels: ModuleType
) -> None:
    ground = land.make_land(side=200, cell_m=30, rise_m=80, seed=4)
    again = land.make_land(side=200, cell_m=30, rise_m=80, seed=4)
    noise = land.make_noise(side=200, cell_m=30, seed=4)

    assert ground.tobytes() == again.tobytes()
    assert land.rise_over(ground, distance_m=1_000, cell_m=30) == pytest.approx(80)
    assert _ponds(kernels, ground) < _ponds(kernels, noise) / 3


def _ponds(kernels: ModuleType, ground: np.ndarray) -> float:
    """Return the part of the land that lies in closed basins."""
    return float(np.mean(kernels.flood(ground, 0.0)[0] > ground))


def test_the_land_hides_as_much_as_the_region_s_terrain(land: ModuleType) -> None:
    """Spot heights (SRTM) differ from the region's terrain by 50 m, root mean square."""
    times = 28
    misses, rises = [], []
    for seed in range(4):
        ground = land.make_land(side=560, cell_m=30, rise_m=100, seed=seed)
        size = len(ground) // times
        means = ground.reshape(size, times, size, times).mean((1, 3))
        steps = (np.diff(means, axis=0) ** 2).mean() + (np.diff(means, axis=1) ** 2).mean()
        scale = 102 / np.sqrt(steps / 2)
        at = (np.arange(times, (size - 1) * times) + 0.5) / times - 0.5
        smooth = map_coordinates(means, np.meshgrid(at, at, indexing="ij"), order=1)
        inner = slice(times, (size - 1) * times)
        misses.append(scale * np.std(ground[inner, inner] - smooth))
        rises.append(100 / measure_roughness(means, cell_m=(840, 840)).rise_m)

    assert np.mean(misses) == pytest.approx(50, abs=3)
    assert np.mean(rises) == pytest.approx(1, abs=0.1)


def test_every_designer_keeps_within_the_limits_of_the_class(script: object) -> None:
    designers = script("study_designers").find_designers(ConnectOptions())  # type: ignore[operator]
    plain = {
        (one.design.kind, one.design.has_tunnels): one.design
        for one in designers
        if one.name == "limits"
    }

    assert len(plain) == 3
    for one in designers:
        base = plain[one.design.kind, one.design.has_tunnels]
        assert one.design.max_grade <= base.max_grade
        assert one.design.min_radius_m >= base.min_radius_m
        added = one.design.usd_per_m - base.usd_per_m
        assert one.design.tunnel_usd_per_m - base.tunnel_usd_per_m == pytest.approx(added)


def test_users_pay_the_annuity_of_what_a_metre_costs_them(script: object) -> None:
    users = script("study_designers").users_usd_per_m  # type: ignore[operator]
    options = ConnectOptions(discount_rate=0.1, route_life_years=5)
    yearly = 1_000 * 365 * (options.running_usd_per_km + options.value_of_time_usd_per_h / 50) / 1e3

    assert users(1_000, 50, options) == pytest.approx(
        sum(yearly / 1.1**year for year in range(1, 6))
    )
    assert users(0, 50, options) == 0


def test_coarse_cells_hold_the_means_of_fine_ones(study: ModuleType) -> None:
    ground = np.add.outer(np.arange(60.0), 2 * np.arange(60.0))

    direct, smooth = study.coarsen(ground, 2), study.coarsen(ground, 10)

    assert direct.elevation_m[0, 0] == ground[:2, :2].mean()
    assert direct.cell_m == 60
    assert smooth.cell_m == 150
    assert smooth.elevation_m.mean() == pytest.approx(ground.mean())


def test_a_place_of_the_study_is_the_flattest_spot_near(study: ModuleType) -> None:
    steep = np.add.outer(50.0 * np.arange(120), np.zeros(120))
    steep[40:60, 30:50] = steep[40, 0]

    east, north = study.find_place(steep, (0.4, 0.4))

    assert 30 * 30 < east < 50 * 30
    assert -60 * 30 < north < -40 * 30


def _routes(generator: np.random.Generator, lands: int) -> tuple[np.ndarray, np.ndarray]:
    """Return routes that are seen, and built by three designers, on lands."""
    seen = np.tile([1e4, 300.0, 0.0, 0.0], (lands, 1))
    factor = np.exp(generator.normal(0.2, 0.1, lands))[:, None] * [1.0, 1.05, 1.1]
    length = seen[:, :1] * factor
    shares = generator.exponential(0.03, (lands, 3))
    return seen, np.stack([length, 500 * factor, shares * length, 0 * length], axis=2)


def test_four_of_five_new_lands_fall_within_the_interval(summary: ModuleType) -> None:
    generator = np.random.default_rng(3)
    inside = []
    for _ in range(150):
        three = summary.predict(*_routes(generator, 9), stretches=1)
        seen, built = _routes(generator, 1)
        more = summary.corrections(np.repeat(seen, 3, axis=0), built[0])
        inside.append((np.log(three[1, 0]) <= more[:, 0]) & (more[:, 0] <= np.log(three[2, 0])))

    assert np.mean(inside) == pytest.approx(0.8, abs=0.08)


def test_longer_routes_are_known_better(summary: ModuleType) -> None:
    seen, built = _routes(np.random.default_rng(2), 9)

    short, long = (summary.predict(seen, built, stretches=count) for count in (1, 10))

    assert (long[2, 0] - long[1, 0]) < 0.8 * (short[2, 0] - short[1, 0])
    assert short[1, 2] < long[1, 2] < long[0, 2] < long[2, 2] < short[2, 2]


def test_the_table_of_a_study_whose_routes_are_all_alike_has_no_spread(
    summary: ModuleType,
) -> None:
    rows = [
        {"kind": "road", "structures": True, "designer": designer, "steepness": 1.0,
         "cell_m": cell, "length": 1e4 if cell == 30 else 8e3, "climb": 100.0,
         "bridge": 0.1 * (cell == 30), "tunnel": 0.0, "seed": seed, "rise_m": 60}
        for seed in range(4)
        for designer, cells in (("limits", (30, 120, 900)), ("other", (120,)))
        for cell in cells
    ]  # fmt: skip
    samples = pd.DataFrame(rows)

    table = summary.summarise(samples).set_index(["cell_m", "quantity"])
    coarse = table.loc[900, "length"]

    assert coarse["median"].to_numpy() == pytest.approx(1.25)
    assert coarse["low80"].to_numpy() == pytest.approx(1.25)
    assert table.loc[(900, "bridge"), "high80"].to_numpy() == pytest.approx(0.1)
    assert summary.table_by_cell(samples).set_index("cell_m").loc[900, "length"] == 0.8
    assert (summary.calibrate(samples)[["length", "bridge"]] == 1).all(axis=None)


def test_the_table_in_the_package_is_that_of_the_samples(summary: ModuleType) -> None:
    table = pd.read_csv(SCRIPTS.parent / "src/bunyad/connect/data/route_resolution.csv")
    again = summary.summarise(pd.read_csv(SCRIPTS / "route_samples.csv"))

    pd.testing.assert_frame_equal(table, again, check_dtype=False)
