"""The least-cost system: known answers, properties and a brute force twin."""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from functools import cache

import highspy
import numpy as np
import pypsa
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from systems import ALWAYS, DAYTIME, EVENING, GUSTY, HOURS, SUMMERY, Line, Site, System

from bunyad.energy import SUMMARY, EnergySystem, balance_gap, optimise_energy
from bunyad.energy.costs import annuity_factor
from bunyad.energy.inputs import gather_inputs
from bunyad.energy.outcome import describe_dispatch, tidy_solution
from bunyad.energy.silence import silent
from bunyad.energy.solve import _solve
from bunyad.energy.summary import summarise_system
from bunyad.energy.system import build_network
from bunyad.energy.weeks import HOURS_PER_WEEK
from bunyad.errors import InputError
from bunyad.tables import conform

BUS, WEST_BUS, NORTH_BUS = "sub-oldtown", "sub-riverton", "sub-north"
FREE = {"min_renewable_share": 0}


def run(system: System) -> EnergySystem:
    return optimise_energy(system.region(), **system.inputs())


def figure(energy: EnergySystem, key: str) -> float:
    return float(energy.summary.set_index("key").value[key])


@cache
def islands() -> System:
    """Three places in a ring, one of them with the tie, with sun, wind and a battery that pays."""
    return System(
        demand={BUS: 20 * EVENING, WEST_BUS: 30 * EVENING},
        sites=(
            Site("sun-a", SUMMERY, 80, bus=WEST_BUS, opex_usd_per_kw_year=10),
            Site("sun-b", SUMMERY * 0.9, 90, bus=NORTH_BUS, connection_usd_per_kw=20),
            Site("wind-a", GUSTY, 30, "wind", bus=NORTH_BUS, capex_usd_per_kw=1300),
            Site("hydro-a", ALWAYS * 0.4, 8, "hydro", is_existing=True, opex_usd_per_kw_year=40),
        ),
        lines=(
            Line(BUS, WEST_BUS, 60, 2e6),
            Line(WEST_BUS, NORTH_BUS, 60, 2e6, voltage_kv=220),
            Line(BUS, NORTH_BUS, 60, 3e6),
        ),
        import_mw=80,
        export_mw=20,
        options={
            "import_price_usd_per_mwh": 90,
            "battery_usd_per_kwh": 40,
            "min_renewable_share": 0.3,
        },
    )


@cache
def islands_energy() -> EnergySystem:
    return run(islands())


@cache
def sun_and_wind() -> System:
    """One place with sun, wind and imports, and batteries too dear to be built."""
    return System(
        {BUS: 10 * EVENING},
        (
            Site("sun", SUMMERY, 60, capex_usd_per_kw=500),
            Site("wind", GUSTY, 60, "wind", capex_usd_per_kw=1500),
        ),
        options={**FREE, "import_price_usd_per_mwh": 80, "battery_usd_per_kw": 9000},
    )


@cache
def sun_and_wind_energy() -> EnergySystem:
    return run(sun_and_wind())


@pytest.mark.parametrize(("factor", "built"), [(0.99, True), (1.01, False)])
def test_a_plant_is_built_when_its_energy_costs_less_than_imports(
    factor: float, built: bool
) -> None:
    # A plant that always runs at full power gives 8.76 MWh by kW; 30 years at 7.5 %.
    capex = factor * 50 * HOURS / 1000 / annuity_factor(0.075, 30)
    system = System(
        {BUS: 10 * ALWAYS},
        (Site("plant", ALWAYS, capex_usd_per_kw=0.9 * capex, connection_usd_per_kw=0.1 * capex),),
        options={**FREE, "import_price_usd_per_mwh": 50},
    )

    energy = run(system)

    assert energy.plants.capacity_mw.sum() == pytest.approx(10 if built else 0, abs=1e-6)
    assert figure(energy, "import_gwh") == pytest.approx(0 if built else 87.6, abs=1e-6)
    cost = (factor if built else 1) * 50 * 87_600
    assert figure(energy, "system_cost_usd_per_year") == pytest.approx(cost)
    assert figure(energy, "mean_price_usd_per_mwh") == pytest.approx(min(factor, 1) * 50)


def test_an_island_of_sun_needs_the_battery_that_a_planner_works_out_by_hand() -> None:
    system = System(
        {BUS: 10 * ALWAYS},
        (Site("sun", DAYTIME),),
        tie_at=None,
        options={"battery_hours": 12, "battery_round_trip_efficiency": 0.81},
    )

    energy = run(system)

    # Night needs 10 MW × 12 h; by day 10 / 0.81 MW must go in, which is the battery's power, and
    # 120 / 0.9 MWh is less than its content of 12 h.
    battery = energy.plants.query("technology == 'battery'").iloc[0]
    assert battery.capacity_mw == pytest.approx(10 / 0.81)
    assert battery.energy_capacity_mwh == pytest.approx(120 / 0.81)
    assert energy.plants.set_index("id").capacity_mw["sun"] == pytest.approx(10 + 10 / 0.81)
    assert figure(energy, "storage_losses_gwh") == pytest.approx(0.19 / 0.81 * 43.8)
    assert figure(energy, "renewable_share") == pytest.approx(1)


def test_exports_fill_the_interconnector_when_they_pay() -> None:
    capex = 30 * HOURS / 1000 / annuity_factor(0.075, 30)
    system = System(
        {BUS: 10 * ALWAYS}, (Site("plant", ALWAYS, capex_usd_per_kw=capex),), export_mw=70
    )

    energy = run(system)

    assert energy.plants.capacity_mw.sum() == pytest.approx(80)
    assert figure(energy, "export_revenue_usd_per_year") == pytest.approx(70 * HOURS * 35.4)
    assert figure(energy, "renewable_share") == pytest.approx(8)


def test_the_renewable_share_is_held_over_the_year_where_imports_would_be_cheaper() -> None:
    system = System(
        {BUS: 10 * ALWAYS},
        (Site("plant", ALWAYS, capex_usd_per_kw=9000),),
        options={"min_renewable_share": 0.6},
    )

    energy = run(system)

    assert figure(energy, "renewable_share") == pytest.approx(0.6)
    assert figure(energy, "import_gwh") == pytest.approx(0.4 * 87.6)
    assert figure(energy, "emissions_kt") == pytest.approx(0.4 * 87.6 * 0.449)


def test_the_own_share_is_held_hour_by_hour_where_exports_would_make_up_for_imports() -> None:
    # By day alone the plant could earn enough exports to balance all imports of the year.
    system = System(
        {BUS: 10 * ALWAYS},
        (Site("plant", DAYTIME, capex_usd_per_kw=9000),),
        export_mw=1000,
        options={**FREE, "min_own_share": 0.4, "battery_usd_per_kw": 9000},
    )

    energy = run(system)

    assert figure(energy, "own_share") == pytest.approx(0.4)
    assert figure(energy, "import_gwh") == pytest.approx(0.6 * 87.6)
    assert energy.plants.capacity_mw.sum() == pytest.approx(8)


def test_sites_added_where_they_pay_cost_no_more_than_all_sites_at_once() -> None:
    steps = [Site(f"sun-{step}", SUMMERY, 3, capex_usd_per_kw=350 + 30 * step) for step in range(8)]
    system = replace(sun_and_wind(), sites=(*sun_and_wind().sites, *steps))
    inputs = gather_inputs(system.region(), **system.inputs())
    options = system.inputs()["options"]
    n = build_network(inputs, options=options, name="all", batteries=())

    assert _solve(n, inputs, options)

    energy = run(system)
    cost = figure(energy, "system_cost_usd_per_year")
    assert cost == pytest.approx(n.objective, rel=1e-5)
    assert 3 <= (energy.plants.technology == "solar").sum() < 9


def test_two_capacities_are_those_of_a_search_over_a_grid() -> None:
    system, price = sun_and_wind(), 80.0
    inputs = gather_inputs(system.region(), **system.inputs())
    hours = inputs.snapshots.hours_per_year.to_numpy()
    load = inputs.demand_mw[BUS].to_numpy()
    sun, wind = inputs.profiles["sun"].to_numpy(), inputs.profiles["wind"].to_numpy()
    yearly = inputs.plants.yearly_usd_per_mw

    def cost(sun_mw: float, wind_mw: float) -> float:
        imports = np.clip(load - sun_mw * sun - wind_mw * wind, 0, None) @ hours
        return float(yearly["sun"] * sun_mw + yearly["wind"] * wind_mw + price * imports)

    energy = sun_and_wind_energy()

    built = energy.plants.set_index("id").capacity_mw
    best = min(cost(s, w) for s in np.arange(0, 40, 0.5) for w in np.arange(0, 40, 0.5))
    found = figure(energy, "system_cost_usd_per_year")
    assert built.min() > 1
    assert found == pytest.approx(cost(built["sun"], built["wind"]), rel=1e-9)
    assert best * 0.999 < found <= best


def test_a_line_grows_by_what_a_cheap_plant_behind_it_gives() -> None:
    far = Site("far", ALWAYS, bus=WEST_BUS, capex_usd_per_kw=10)

    lines = run(System({BUS: 10 * ALWAYS}, (far,), (Line(WEST_BUS, BUS, 6, 6e4),))).lines

    assert lines.capacity_mw[0] == pytest.approx(10)
    assert lines.added_mw[0] == pytest.approx(4)
    assert lines.added_capex_usd[0] == pytest.approx(4e4)
    assert lines.peak_flow_mw[0] == pytest.approx(10)
    assert lines.mean_loading[0] == pytest.approx(1)


def test_power_takes_all_ways_by_their_impedance() -> None:
    # Equal lines in a triangle: two thirds go straight, one third goes round.
    ring = tuple(Line(*ends) for ends in [(BUS, WEST_BUS), (WEST_BUS, NORTH_BUS), (BUS, NORTH_BUS)])

    lines = run(
        System({WEST_BUS: 30 * ALWAYS, NORTH_BUS: 0 * ALWAYS}, (), ring, options=FREE)
    ).lines

    assert lines.set_index("id").peak_flow_mw.to_dict() == pytest.approx(
        {f"{BUS}-{WEST_BUS}": 20, f"{WEST_BUS}-{NORTH_BUS}": 10, f"{BUS}-{NORTH_BUS}": 10}
    )


def test_supply_equals_demand_at_every_bus_in_every_hour() -> None:
    dispatch = islands_energy().dispatch
    peak = float(dispatch.demand_mw.sum("bus").max())

    assert dict(dispatch.sizes) == {"carrier": 4, "bus": 3, "snapshot": 2 * HOURS_PER_WEEK}
    assert float(abs(balance_gap(dispatch)).max()) <= 1e-6 * peak
    assert float(abs(dispatch.net_inflow_mw.sum("bus")).max()) <= 1e-6 * peak
    for name in ("generation_mw", "export_mw", "charge_mw", "discharge_mw"):
        assert float(dispatch[name].min()) >= 0


def test_the_energy_of_a_year_adds_up_across_the_tables() -> None:
    energy = islands_energy()
    plants = energy.plants.set_index("id")
    losses = figure(energy, "storage_losses_gwh")

    assert plants.technology["battery-" + plants[plants.technology == "battery"].bus.iloc[0]]
    assert losses > 0
    sites = plants[plants.technology != "battery"]
    assert sites.annual_energy_gwh.sum() == pytest.approx(figure(energy, "generation_gwh"))
    assert figure(energy, "demand_gwh") == pytest.approx(50 * EVENING.sum() / 1000), (
        "the weeks carry the demand of the year"
    )
    assert figure(energy, "generation_gwh") + figure(energy, "import_gwh") == pytest.approx(
        figure(energy, "demand_gwh") + figure(energy, "export_gwh") + losses
    )
    assert plants.capex_usd["hydro-a"] == 0
    assert plants.opex_usd_per_year["hydro-a"] == pytest.approx(8 * 40_000)
    assert plants.capex_usd["sun-a"] == pytest.approx(plants.capacity_mw["sun-a"] * 1e6)
    assert list(energy.summary.key) == list(conform(energy.summary, SUMMARY).key)


def test_batteries_end_each_week_as_they_began_it() -> None:
    n = pypsa.Network()
    with silent():
        n.import_from_netcdf(islands_energy().network)

    ends = n.storage_units_t.state_of_charge.to_numpy()[HOURS_PER_WEEK - 1 :: HOURS_PER_WEEK]

    assert len(ends) == 2
    assert np.ptp(ends, axis=0).max() <= 1e-6


def test_the_network_opens_in_pypsa_and_its_statistics_are_those_of_the_summary() -> None:
    energy = islands_energy()
    n = pypsa.Network()
    with silent():
        n.import_from_netcdf(energy.network)
        cost = n.statistics.capex().sum() + n.statistics.opex().sum()
        balance = n.statistics.energy_balance(nice_names=False)
    supply = balance.groupby("carrier").sum() / 1000

    assert n.name == "small"
    assert cost == pytest.approx(figure(energy, "system_cost_usd_per_year"), rel=1e-6)
    assert supply[["solar", "wind", "hydro"]].sum() == pytest.approx(
        figure(energy, "generation_gwh"), rel=1e-6
    )
    assert -supply["export"] == pytest.approx(figure(energy, "export_gwh"), rel=1e-6)
    assert n.snapshot_weightings.generators.sum() == pytest.approx(HOURS)


def test_batteries_added_where_they_pay_cost_no_more_than_batteries_everywhere() -> None:
    system = islands()
    inputs = gather_inputs(system.region(), **system.inputs())
    options = system.inputs()["options"]
    n = build_network(inputs, options=options, name="all", batteries=tuple(inputs.buses.index))

    assert _solve(n, inputs, options)

    tidy_solution(n)
    everywhere = summarise_system(
        n, islands_energy().plants, describe_dispatch(n, inputs), options=options
    )
    cost = everywhere.set_index("key").value["system_cost_usd_per_year"]
    assert figure(islands_energy(), "system_cost_usd_per_year") == pytest.approx(cost, rel=1e-5)
    assert (islands_energy().plants.technology == "battery").sum() == 1


def test_the_same_inputs_give_the_same_bytes_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    first = sun_and_wind_energy()
    loggers = [logging.getLogger(name) for name in ("pypsa", "linopy")]
    before = [logger.level for logger in loggers], highspy.Highs, list(warnings.filters)
    capfd.readouterr()

    again = run(sun_and_wind())

    assert capfd.readouterr() == ("", "")
    assert ([logger.level for logger in loggers], highspy.Highs, list(warnings.filters)) == before
    assert again.plants.to_csv() == first.plants.to_csv()
    assert again.summary.to_csv() == first.summary.to_csv()
    xr.testing.assert_identical(again.dispatch, first.dispatch)
    xr.testing.assert_identical(again.network, first.network)
    assert again.network.attrs == first.network.attrs


@given(more=st.floats(0, 100), less=st.floats(0, 35.4))
@settings(max_examples=2)
def test_dearer_imports_and_poorer_exports_never_make_the_system_cheaper(
    more: float, less: float
) -> None:
    dear = sun_and_wind().with_options(
        import_price_usd_per_mwh=80 + more, export_price_usd_per_mwh=35.4 - less
    )

    cost = figure(run(dear), "system_cost_usd_per_year")

    assert cost >= figure(sun_and_wind_energy(), "system_cost_usd_per_year") * (1 - 1e-9)


@given(more=st.floats(0.1, 100))
@settings(max_examples=2)
def test_more_land_never_makes_the_system_dearer(more: float) -> None:
    system = sun_and_wind()
    sites = (*system.sites, Site("sun-2", SUMMERY, more, capex_usd_per_kw=400))

    cost = figure(run(replace(system, sites=sites)), "system_cost_usd_per_year")

    assert cost <= figure(sun_and_wind_energy(), "system_cost_usd_per_year") * (1 + 1e-9)


def test_imports_and_exports_at_one_price_still_cost_and_earn() -> None:
    system = System({BUS: ALWAYS}, options={**FREE, "export_price_usd_per_mwh": 59}, export_mw=5)

    energy = run(system)

    assert figure(energy, "system_cost_usd_per_year") == pytest.approx(59 * HOURS)
    assert figure(energy, "mean_price_usd_per_mwh") == pytest.approx(59)


def test_an_interconnector_whose_substation_is_no_bus_ends_at_the_nearest() -> None:
    system = System({"somewhere": ALWAYS, "far": ALWAYS}, lines=(Line("far", "somewhere"),))

    inputs = gather_inputs(system.region(), **system.inputs())

    assert inputs.interconnectors.bus["east-tie"] == "far"


def test_sites_that_no_bus_takes_up_are_left_out() -> None:
    system = System({BUS: ALWAYS}, (Site("sun", SUMMERY), Site("sun-2", SUMMERY)))
    inputs = system.inputs()
    members = inputs["networks"].bus_members
    inputs["networks"] = replace(inputs["networks"], bus_members=members.query("member != 'sun'"))

    assert list(gather_inputs(system.region(), **inputs).plants.index) == ["sun-2"]


def test_a_settlement_without_a_bus_is_a_bug_of_ours() -> None:
    system = System({BUS: ALWAYS})
    inputs = system.inputs()
    members = inputs["networks"].bus_members.iloc[:0]
    inputs["networks"] = replace(inputs["networks"], bus_members=members)

    with pytest.raises(AssertionError, match="no bus serves the settlements"):
        optimise_energy(system.region(), **inputs)


def test_trade_in_a_circle_is_refused_with_words() -> None:
    system = System({BUS: ALWAYS}).with_options(export_price_usd_per_mwh=60)

    with pytest.raises(InputError, match=r"energy\.export_price_usd_per_mwh: .*60.*59.*circle"):
        run(system)


def test_a_gap_between_supply_and_demand_is_a_bug_of_ours() -> None:
    system = sun_and_wind()
    inputs = gather_inputs(system.region(), **system.inputs())
    n = pypsa.Network()
    with silent():
        n.import_from_netcdf(sun_and_wind_energy().network)
    n.generators_t.p = n.generators_t.p + 1e-4

    with pytest.raises(AssertionError, match="supply and demand differ"):
        describe_dispatch(n, inputs)
