"""The best sites for a target, and how long an output is exceeded."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from potential.assessed import small_potential

from bunyad.errors import InfeasibleError, InputError
from bunyad.potential import DURATION_CURVE, SITES, choose_sites, duration_curve


def assessed():
    return small_potential(min_site_area_km2=5)


def in_a_row(costs, capacities, apart_m):
    """Return a potential of wind sites on points in a row."""
    first = assessed().sites.query("technology == 'wind' and not is_existing").iloc[[0]]
    count = len(costs)
    sites = first.iloc[[0] * count].reset_index(drop=True)
    order = np.argsort(np.argsort(costs, kind="stable"))
    sites = sites.assign(
        id=[f"site-{number}" for number in range(count)],
        capacity_mw=np.asarray(capacities, float),
        annual_energy_gwh=2.0 * np.asarray(capacities),
        lcoe_usd_per_mwh=np.asarray(costs, float),
        lcoe_rank=order + 1,
    )
    return replace(
        assessed(),
        sites=sites.set_geometry([shapely.Point(apart_m * n, 0) for n in range(count)]),
    )


def test_the_cheapest_sites_are_taken_until_the_target_is_met() -> None:
    potential = in_a_row([30, 10, 20], [5, 5, 5], 100)

    assert choose_sites(potential, "wind", target_mw=8)["id"].tolist() == ["site-1", "site-2"]
    assert choose_sites(potential, "wind", target_gwh=10)["id"].tolist() == ["site-1"]
    assert choose_sites(potential, "wind", target_mw=0).empty
    assert list(choose_sites(potential, "wind", target_mw=8).columns) == SITES.names()


def test_sites_nearer_than_the_spacing_are_passed_over() -> None:
    potential = in_a_row([10, 20, 30], [5, 5, 5], 1_000)

    assert choose_sites(potential, "wind", target_mw=10, spacing_m=1_500)["id"].tolist() == [
        "site-0",
        "site-2",
    ]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.integers(1, 30),
    st.sampled_from([0, 500, 1_500, 2_500]),
)
def test_chosen_sites_meet_target_and_spacing_or_the_error_says_what_they_reach(
    costs, target, spacing
) -> None:
    potential = in_a_row(costs, [4] * len(costs), 1_000)

    if spacing < 1_000 and 4 * len(costs) < target:
        with pytest.raises(InfeasibleError, match=f"reach {4 * len(costs):,.1f} of {target:,.1f}"):
            choose_sites(potential, "wind", target_mw=target, spacing_m=spacing)
        return
    try:
        chosen = choose_sites(potential, "wind", target_mw=target, spacing_m=spacing)
    except InfeasibleError as error:
        chosen, clashing = None, error.clashing
    if chosen is None:
        assert clashing == ("target_mw", "spacing_m")
        assert spacing > 1_000
        return
    assert chosen["capacity_mw"].sum() >= target
    assert chosen["capacity_mw"].iloc[:-1].sum() < target
    assert chosen["lcoe_usd_per_mwh"].is_monotonic_increasing
    for one, other in combinations(chosen.geometry, 2):
        assert one.distance(other) >= spacing


def test_standing_plants_are_no_choice() -> None:
    chosen = choose_sites(assessed(), "solar", target_mw=1)

    assert not chosen["is_existing"].any()


@pytest.mark.parametrize(
    "wrong",
    [{}, {"target_mw": 1, "target_gwh": 1}, {"target_mw": -1}, {"target_gwh": float("nan")}],
)
def test_a_wrong_target_is_refused(wrong) -> None:
    with pytest.raises(InputError):
        choose_sites(assessed(), "wind", **wrong)


def test_an_unknown_technology_is_refused() -> None:
    with pytest.raises(InputError, match="coal"):
        choose_sites(assessed(), "coal", target_mw=1)


def test_an_unmet_target_names_the_most_that_can_be_had() -> None:
    potential = in_a_row([10, 20], [5, 5], 1_000)

    with pytest.raises(InfeasibleError, match=r"reach 20.0 of 21.0 GWh/a"):
        choose_sites(potential, "wind", target_gwh=21)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_a_duration_curve_keeps_the_energy_and_falls(output) -> None:
    curve = duration_curve(xr.DataArray(output, dims="time"))

    assert list(curve.columns) == DURATION_CURVE.names()
    assert curve["output"].sum() == pytest.approx(sum(output))
    assert curve["output"].is_monotonic_decreasing
    for row in curve.itertuples():
        assert np.mean(np.array(output) >= row.output) >= row.time_share - 1e-12
