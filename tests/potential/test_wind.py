"""Wind: hourly output against windpowerlib's own chain, density against ISO 2533."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from windpowerlib import ModelChain, WindTurbine
from worlds import small_climate, small_region

from bunyad.errors import InputError
from bunyad.options.potential import PotentialOptions
from bunyad.potential.cells import inside_cells
from bunyad.potential.shear import hub_factor
from bunyad.potential.wind import air_density, wind_output, wind_power_curve
from bunyad.potential.windfield import (
    WindField,
    prepare_wind,
    wind_hourly,
    wind_hours,
    wind_profiles,
    wind_sums,
    wind_table,
)
from bunyad.potential.yields import wind_yields

CURVE = wind_power_curve(PotentialOptions())
LOSSLESS = {
    "wind_wake_loss_share": 0, "wind_outage_loss_share": 0, "wind_electrical_loss_share": 0,
    "wind_other_loss_share": 0,
}  # fmt: skip
BARE = wind_power_curve(PotentialOptions(wind_turbulence_intensity=0, **LOSSLESS))


@pytest.mark.parametrize(
    ("height", "celsius", "density"),
    [(0, 15.0, 1.2250), (1_000, 8.501, 1.1117), (2_000, 2.004, 1.0066), (3_000, -4.491, 0.9093)],
)
def test_density_is_that_of_the_standard_atmosphere(height, celsius, density) -> None:
    # ISO 2533:1975, table of the standard atmosphere over geometric altitude.
    assert float(air_density(height, np.array(celsius))) == pytest.approx(density, rel=1e-3)


@pytest.mark.filterwarnings("ignore")  # windpowerlib uses forms that pandas 3 calls deprecated
@pytest.mark.parametrize("height", [0.0, 1_800.0])
def test_output_equals_the_chain_of_windpowerlib(height: float) -> None:
    climate = small_climate().isel(point=0)
    speed = climate.wind_speed_ms.to_numpy().astype(float)
    celsius = climate.temp_air_c.to_numpy().astype(float)
    pascal = 101_325 * (1 - 0.0065 * height / 288.15) ** 5.2559

    output = wind_output(speed, air_density(height, celsius), CURVE)

    turbine = WindTurbine(turbine_type="E-141/4200", hub_height=99)
    turbine.power_curve = pd.DataFrame(
        {"wind_speed": CURVE.speed_ms, "value": CURVE.output * turbine.nominal_power}
    )
    weather = pd.DataFrame(
        np.column_stack([speed, celsius + 273.15, np.full(speed.shape, pascal)]),
        columns=pd.MultiIndex.from_tuples(
            [("wind_speed", 99), ("temperature", 99), ("pressure", 99)]
        ),
        index=climate.time.to_numpy(),
    )
    chain = ModelChain(turbine, density_correction=True).run_model(weather)
    expected = chain.power_output.to_numpy() / turbine.nominal_power
    assert output.sum() == pytest.approx(expected.sum(), rel=1e-3)
    assert np.abs(output - expected).max() < 1e-3


@pytest.mark.filterwarnings("ignore")
def test_the_bare_curve_is_that_of_the_library() -> None:
    library = WindTurbine(turbine_type="E-141/4200", hub_height=99).power_curve
    np.testing.assert_allclose(BARE.output, library["value"] / 4.2e6)
    np.testing.assert_allclose(BARE.speed_ms, library["wind_speed"])


def test_losses_lessen_the_whole_curve() -> None:
    half = wind_power_curve(
        PotentialOptions(
            **LOSSLESS | {"wind_wake_loss_share": 0.2, "wind_outage_loss_share": 0.375}
        )
    )
    none = wind_power_curve(PotentialOptions(**LOSSLESS))

    np.testing.assert_allclose(half.output, none.output / 2)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 14), st.floats(0.7, 1.3), st.floats(0.7, 1.3))
def test_denser_air_never_yields_less_below_rated_wind(speed, a, b) -> None:
    thin, dense = sorted((a, b))

    low = wind_output(np.array([speed]), np.array([thin]), BARE)[0]
    high = wind_output(np.array([speed]), np.array([dense]), BARE)[0]

    assert low <= high + 1e-9


def test_storm_and_calm_yield_nothing() -> None:
    still = wind_output(np.array([0.0, 80.0]), np.array([1.225, 1.225]), CURVE)

    np.testing.assert_allclose(still, 0)


def test_an_unknown_turbine_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"E-141/42000.*such as E-141/4200"):
        wind_power_curve(PotentialOptions(wind_turbine="E-141/42000"))


def test_a_rotor_that_touches_the_ground_is_an_error() -> None:
    with pytest.raises(InputError, match="hub height is 65 m"):
        wind_power_curve(PotentialOptions(wind_hub_height_m=65))


def test_wind_at_the_height_of_the_map_is_that_of_the_map() -> None:
    assert hub_factor(PotentialOptions(wind_hub_height_m=100)) == 1
    assert hub_factor(PotentialOptions(wind_hub_height_m=160)) > 1


def slow_output(cell: int) -> np.ndarray:
    """The output of one cell hour by hour in double precision, without table or kernel."""
    region, options = small_region(), PotentialOptions()
    climate = region.climate
    away = np.hypot(climate.x.to_numpy() - CELLS.x[cell], climate.y.to_numpy() - CELLS.y[cell])
    point = climate.isel(point=int(np.argmin(away)))
    wind = point.wind_speed_ms.to_numpy().astype(float)
    height = CELLS.elevation_m[cell] + options.wind_hub_height_m
    celsius = point.temp_air_c.to_numpy() - 0.0065 * (height - float(point.elevation_m))
    mean = CELLS.wind_speed_ms[cell] * hub_factor(options)
    return wind_output(wind / wind.mean() * mean, air_density(height, celsius), CURVE)


CELLS = inside_cells(small_region())
FIELD = prepare_wind(CELLS, small_region().climate, options=PotentialOptions())
SOME = np.arange(0, CELLS.count, 331)


def test_every_hour_of_the_kernel_is_that_of_the_slow_way() -> None:
    fast = wind_hourly(FIELD, SOME)

    assert fast.dtype == np.float32
    for row, cell in enumerate(SOME):
        slow = slow_output(cell)
        assert np.abs(fast[row] - slow).max() < 5e-4
        assert fast[row].sum() == pytest.approx(slow.sum(), rel=1e-4)


def test_sums_and_means_are_those_of_the_hours() -> None:
    month = (np.arange(8_760) * 12 // 8_760).astype(np.int64)
    hourly = wind_hourly(FIELD).astype(float)

    np.testing.assert_allclose(wind_hours(FIELD), hourly.sum(axis=1), rtol=1e-5)
    monthly = [hourly[:, month == one].sum(axis=1) for one in range(12)]
    np.testing.assert_allclose(wind_sums(FIELD, month, 12), np.transpose(monthly), rtol=1e-5)
    groups = [(np.array([3, 4, 500]), np.array([1.0, 0.5, 0.2])), (SOME, np.ones(len(SOME)))]
    slow = [np.average(hourly[cells], axis=0, weights=weight) for cells, weight in groups]
    np.testing.assert_allclose(wind_profiles(FIELD, groups), slow, atol=1e-6)
    assert wind_profiles(FIELD, []).shape == (0, 8_760)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(3, 12))
def test_air_of_one_density_gives_the_power_curve_itself(seed: int, mean: float) -> None:
    speed = np.random.default_rng(seed).weibull(2, (1, 8_760)) * mean
    one = np.ones(1, dtype=np.float32)
    field = WindField(
        weather=(speed.astype("float32"), FIELD.weather[1], FIELD.weather[2]),
        cells=(np.zeros(1, dtype=np.int64), one, one, one),
        table=wind_table(CURVE, None, options=PotentialOptions()),
    )

    turbine = WindTurbine(turbine_type="E-141/4200", hub_height=99)
    turbine.power_curve = pd.DataFrame(
        {"wind_speed": CURVE.speed_ms, "value": CURVE.output * 4.2e6}
    )
    weather = pd.DataFrame(
        speed[0][:, None], columns=pd.MultiIndex.from_tuples([("wind_speed", 99)])
    )
    expected = ModelChain(turbine).run_model(weather).power_output.to_numpy() / 4.2e6
    assert np.abs(wind_hourly(field)[0] - expected).max() < 1e-3
    assert wind_hours(field)[0] == pytest.approx(expected.sum(), rel=1e-4)


def test_a_windier_map_never_yields_less() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    windier = replace(cells, wind_speed_ms=cells.wind_speed_ms * 1.1)

    less = wind_hours(prepare_wind(cells, region.climate, options=options))
    more = wind_hours(prepare_wind(windier, region.climate, options=options))

    assert (more > less).all()


def test_a_climate_without_wind_yields_nothing() -> None:
    region = small_region()
    cells = inside_cells(region)
    still = region.climate.assign(wind_speed_ms=region.climate.wind_speed_ms * 0)

    yields = wind_yields(prepare_wind(cells, still, options=PotentialOptions()))

    assert not yields.hours.any()
    assert not yields.profile(np.arange(cells.count), np.ones(cells.count)).any()
