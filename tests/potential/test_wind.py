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
from bunyad.potential.basis import mean_profile, yearly_hours
from bunyad.potential.cells import inside_cells
from bunyad.potential.wind import (
    air_density,
    hub_factor,
    wind_basis,
    wind_output,
    wind_power_curve,
)

CURVE = wind_power_curve(PotentialOptions())


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
    assert output.sum() == pytest.approx(expected.sum(), rel=0.005)
    assert np.abs(output - expected).max() < 0.005


@pytest.mark.filterwarnings("ignore")
def test_the_bare_curve_is_that_of_the_library() -> None:
    bare = wind_power_curve(PotentialOptions(wind_turbulence_intensity=0, wind_loss_share=0))

    library = WindTurbine(turbine_type="E-141/4200", hub_height=99).power_curve
    np.testing.assert_allclose(bare.output, library["value"] / 4.2e6)
    np.testing.assert_allclose(bare.speed_ms, library["wind_speed"])


def test_losses_lessen_the_whole_curve() -> None:
    half = wind_power_curve(PotentialOptions(wind_loss_share=0.5))
    none = wind_power_curve(PotentialOptions(wind_loss_share=0))

    np.testing.assert_allclose(half.output, none.output / 2)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 14), st.floats(0.7, 1.3), st.floats(0.7, 1.3))
def test_denser_air_never_yields_less_below_rated_wind(speed, a, b) -> None:
    thin, dense = sorted((a, b))
    bare = wind_power_curve(PotentialOptions(wind_turbulence_intensity=0, wind_loss_share=0))

    low = wind_output(np.array([speed]), np.array([thin]), bare)[0]
    high = wind_output(np.array([speed]), np.array([dense]), bare)[0]

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


def test_the_table_of_yields_is_close_to_the_direct_sum() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)

    hours = yearly_hours(wind_basis(cells, region.climate, options=options))

    points = np.column_stack([region.climate.x, region.climate.y])
    for cell in range(0, cells.count, 101):
        away = np.hypot(points[:, 0] - cells.x[cell], points[:, 1] - cells.y[cell])
        point = region.climate.isel(point=int(np.argmin(away)))
        wind = point.wind_speed_ms.to_numpy().astype(float)
        height = cells.elevation_m[cell] + options.wind_hub_height_m
        celsius = point.temp_air_c.to_numpy() - 0.0065 * (height - float(point.elevation_m))
        mean = cells.wind_speed_ms[cell] * hub_factor(options)
        direct = wind_output(wind / wind.mean() * mean, air_density(height, celsius), CURVE)
        assert hours[cell] == pytest.approx(direct.sum(), rel=0.005)


def test_a_windier_map_never_yields_less() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    windier = replace(cells, wind_speed_ms=cells.wind_speed_ms * 1.1)

    less = yearly_hours(wind_basis(cells, region.climate, options=options))
    more = yearly_hours(wind_basis(windier, region.climate, options=options))

    assert (more > less).all()


def test_a_climate_without_wind_yields_nothing() -> None:
    region = small_region()
    cells = inside_cells(region)
    still = region.climate.assign(wind_speed_ms=region.climate.wind_speed_ms * 0)

    basis = wind_basis(cells, still, options=PotentialOptions())

    assert not yearly_hours(basis).any()
    assert not mean_profile(basis, np.arange(cells.count)).any()
