"""How far the energy of a year may fall short, and where that comes from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from potential.assessed import small_potential
from worlds import small_region

from bunyad.options.potential import PotentialOptions
from bunyad.potential import Spread, energy_spread, exceeded_energy, prepare_wind
from bunyad.potential.cells import inside_cells
from bunyad.potential.uncertainty import speed_sensitivity
from bunyad.potential.windfield import wind_hours

SHARES = st.floats(0, 0.5)


def spread(years: float, model: float) -> Spread:
    return Spread(inter_annual_sd_share=years, model_sd_share=model)


@given(st.floats(0.01, 1e5), SHARES, SHARES)
def test_a_surer_energy_is_a_lower_one(energy, years, model) -> None:
    both = spread(years, model)

    p50, p75, p90 = (exceeded_energy(energy, chance, both) for chance in (0.5, 0.75, 0.9))

    assert p50 == pytest.approx(energy)
    assert 0 < p90 <= p75 <= p50 * (1 + 1e-12)


def test_small_deviations_give_the_normal_distributions_quantile() -> None:
    # z of 90 % is 1.2816 and of 75 % 0.6745 (any table of the normal distribution).
    small = spread(0.0003, 0.0004)

    assert exceeded_energy(1, 0.9, small) == pytest.approx(1 - 1.2816 * 0.0005, abs=1e-6)
    assert exceeded_energy(1, 0.75, small) == pytest.approx(1 - 0.6745 * 0.0005, abs=1e-6)


def test_quantiles_are_those_of_drawn_years() -> None:
    draw = np.random.default_rng(3)
    sigma = np.sqrt(np.log1p(np.array([0.09, 0.2]) ** 2))
    years = np.exp(draw.normal(size=(400_000, 2)) @ sigma)

    assert exceeded_energy(1, 0.9, spread(0.09, 0.2)) == pytest.approx(
        np.quantile(years, 0.1), rel=5e-3
    )


def test_the_sensitivity_is_the_slope_of_the_energy_of_windier_years() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    field = prepare_wind(cells, region.climate, options=options)
    chosen = np.arange(0, cells.count, 50)

    slopes = speed_sensitivity(field, [(np.array([c]), np.ones(1)) for c in chosen], step=0.01)

    # A twin that changes the wind map instead of the field.
    point, speed, pressure, cooling = field.cells
    energies = []
    for factor in (0.99, 1.01):
        moved = (point, (speed * np.float32(factor)), pressure, cooling)
        energies.append(wind_hours(type(field)(weather=field.weather, cells=moved, table=field.table)))  # fmt: skip
    low, high = energies[0][chosen], energies[1][chosen]
    np.testing.assert_allclose(slopes, (high / low - 1) / 0.02, rtol=0.03, atol=0.02)
    assert (slopes > 0).all()
    assert (slopes < 4).all()


def test_a_windier_site_gains_less_from_a_windy_year() -> None:
    region, options = small_region(), PotentialOptions()
    cells = inside_cells(region)
    field = prepare_wind(cells, region.climate, options=options)
    speed = field.cells[1]
    order = np.argsort(speed)
    ends = [(order[:1], np.ones(1)), (order[-1:], np.ones(1))]

    calm, windy = speed_sensitivity(field, ends, step=0.06)

    assert speed[order[0]] < speed[order[-1]]
    assert windy < calm


def test_without_a_step_energy_follows_the_wind() -> None:
    region = small_region()
    field = prepare_wind(inside_cells(region), region.climate, options=PotentialOptions())

    assert speed_sensitivity(field, [(np.array([0]), np.ones(1))], step=0).tolist() == [1]
    assert speed_sensitivity(field, [], step=0.1).size == 0


@pytest.mark.parametrize("technology", ["solar", "wind", "hydro"])
def test_years_and_model_are_kept_apart(technology: str) -> None:
    names = [name for name in PotentialOptions.model_fields if "inter_annual" in name]
    steady = PotentialOptions(**dict.fromkeys(names, 0))

    sure = energy_spread(technology, 1.5, options=steady)

    assert sure.inter_annual_sd_share == 0
    assert (
        sure.model_sd_share
        == energy_spread(technology, 1.5, options=PotentialOptions()).model_sd_share
    )


def test_sites_carry_their_uncertainty_and_rank() -> None:
    sites = small_potential().sites

    for site in sites.itertuples():
        both = spread(site.inter_annual_sd_share, site.model_sd_share)
        assert site.p75_gwh == pytest.approx(exceeded_energy(site.annual_energy_gwh, 0.75, both))
        assert site.p90_gwh == pytest.approx(exceeded_energy(site.annual_energy_gwh, 0.9, both))
        assert site.p90_gwh < site.p75_gwh < site.annual_energy_gwh
    for _, group in sites.groupby("technology"):
        ranked = group.sort_values("lcoe_rank")
        assert ranked["lcoe_rank"].tolist() == list(range(1, len(group) + 1))
        assert ranked["lcoe_usd_per_mwh"].is_monotonic_increasing
    wind = sites.query("technology == 'wind'")["inter_annual_sd_share"]
    assert wind.between(0.03, 0.24).all()
    assert (sites.query("technology == 'solar'")["inter_annual_sd_share"] == 0.03).all()
