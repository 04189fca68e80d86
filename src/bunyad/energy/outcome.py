"""Read the solved network into plain results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pypsa
import xarray as xr

from bunyad.energy.costs import battery_capex_usd_per_mw, battery_opex_usd_per_mw
from bunyad.energy.inputs import TECHNOLOGIES, EnergyInputs
from bunyad.energy.result import LINE_RESULTS, PLANT_RESULTS
from bunyad.energy.system import ANCHOR, BATTERY, EXPORT, IMPORT
from bunyad.options.energy import EnergyOptions
from bunyad.tables import conform

MWH_PER_GWH = 1000
BALANCE_TOLERANCE = 1e-6
"""Largest gap between supply and demand, by the peak of demand."""
DIGITS = 9
"""Digits kept of powers and capacities [MW]; more are rounding of the solver."""
SMALLEST_MW = 1e-6
"""Capacities up to a watt are rounding of the solver."""


def tidy_solution(n: pypsa.Network) -> None:
    """Round the solution in place, take out what is not there, and make tiny capacities 0."""
    n.remove("Generator", ANCHOR)
    for parts in (n.generators, n.storage_units):
        parts["p_nom_opt"] = parts.p_nom_opt.where(parts.p_nom_opt > SMALLEST_MW, 0).round(DIGITS)
    n.lines["s_nom_opt"] = n.lines.s_nom_opt.round(DIGITS)
    for series in (n.generators_t, n.storage_units_t, n.lines_t, n.buses_t, n.loads_t):
        for name in series:
            if not series[name].empty:
                # Adding 0 turns −0 into 0.
                series[name] = series[name].round(DIGITS) + 0.0


def list_plants(n: pypsa.Network, inputs: EnergyInputs, *, options: EnergyOptions) -> pd.DataFrame:
    """List the plants and batteries that stand or are built."""
    sites = inputs.plants[inputs.plants.index.isin(n.generators.index)]
    built = n.generators.p_nom_opt.reindex(sites.index)
    energy = _yearly_gwh(n, n.generators_t.p[sites.index])
    available = _yearly_gwh(n, inputs.profiles[sites.index] * built)
    plants = sites.assign(
        id=sites.index,
        capacity_mw=built,
        energy_capacity_mwh=0.0,
        annual_energy_gwh=energy,
        curtailed_gwh=(available - energy).clip(lower=0),
        capex_usd=built * sites.capex_usd_per_mw,
        opex_usd_per_year=built * sites.opex_usd_per_mw,
    )
    batteries = n.storage_units
    power = batteries.p_nom_opt
    stores = pd.DataFrame(
        {
            "id": [f"{BATTERY}-{bus}" for bus in batteries.bus],
            "technology": BATTERY,
            "bus": batteries.bus,
            "district": inputs.buses.district.reindex(batteries.bus).to_numpy(),
            "is_existing": False,
            "capacity_mw": power,
            "energy_capacity_mwh": power * batteries.max_hours,
            "annual_energy_gwh": _yearly_gwh(n, n.storage_units_t.p_dispatch),
            "curtailed_gwh": 0.0,
            "capex_usd": power * battery_capex_usd_per_mw(options),
            "opex_usd_per_year": power * battery_opex_usd_per_mw(options),
        }
    )
    every = pd.concat([plants, stores] if len(stores) else [plants], ignore_index=True)
    return conform(every[every.capacity_mw > 0].sort_values("id"), PLANT_RESULTS)


def list_lines(n: pypsa.Network, inputs: EnergyInputs) -> pd.DataFrame:
    """List the power lines with their final capacity and their use."""
    lines = inputs.lines
    capacity = n.lines.s_nom_opt.reindex(lines.index)
    flow = n.lines_t.p0.reindex(columns=lines.index).abs()
    added = (capacity - lines.capacity_mw).clip(lower=0)
    added = added.where(added > SMALLEST_MW, 0)
    hours = n.snapshot_weightings.generators
    return conform(
        lines.assign(
            id=lines.index,
            capacity_mw=capacity,
            added_mw=added,
            peak_flow_mw=flow.max(),
            mean_loading=(flow.mul(hours, axis=0).sum() / hours.sum()) / capacity,
            added_capex_usd=added * lines.capex_usd_per_mw,
        ),
        LINE_RESULTS,
    )


def describe_dispatch(n: pypsa.Network, inputs: EnergyInputs) -> xr.Dataset:
    """
    Describe how the system runs: power by bus and hour, with prices.

    Raises
    ------
    AssertionError
        If supply and demand differ in an hour at a bus by more than 1e-6 of the peak demand.
    """
    carriers = [*TECHNOLOGIES, IMPORT]
    output, stores = n.generators_t.p, n.storage_units
    generation = np.stack(
        [_at_buses(n, output, n.generators[n.generators.carrier == name]) for name in carriers]
    )
    values = {
        "demand_mw": inputs.demand_mw.to_numpy().T,
        "export_mw": _at_buses(n, output, n.generators[n.generators.carrier == EXPORT]),
        "charge_mw": _at_buses(n, n.storage_units_t.p_store, stores),
        "discharge_mw": _at_buses(n, n.storage_units_t.p_dispatch, stores),
        "net_inflow_mw": -_at_buses(n, n.lines_t.p0, n.lines, end="bus0")
        + _at_buses(n, n.lines_t.p0, n.lines, end="bus1"),
        "price_usd_per_mwh": n.buses_t.marginal_price[n.buses.index].to_numpy().T,
    }
    dispatch = xr.Dataset(
        {
            "generation_mw": (("carrier", "bus", "snapshot"), generation),
            **{name: (("bus", "snapshot"), data) for name, data in values.items()},
        },
        coords={
            "carrier": carriers,
            "bus": [str(bus) for bus in n.buses.index],
            "snapshot": np.arange(len(n.snapshots)),
            "time": ("snapshot", n.snapshots.to_numpy()),
            "week": ("snapshot", inputs.snapshots.week.to_numpy(dtype=str)),
            "hours_per_year": ("snapshot", inputs.snapshots.hours_per_year.to_numpy()),
        },
    )
    gap, peak = float(abs(balance_gap(dispatch)).max()), float(dispatch.demand_mw.sum("bus").max())
    assert gap <= BALANCE_TOLERANCE * max(peak, 1), f"supply and demand differ by {gap} MW"
    return dispatch


def balance_gap(dispatch: xr.Dataset) -> xr.DataArray:
    """Return supply less demand, by bus and hour [MW]; 0 but for rounding."""
    supply = dispatch.generation_mw.sum("carrier") + dispatch.discharge_mw + dispatch.net_inflow_mw
    gap: xr.DataArray = supply - dispatch.demand_mw - dispatch.charge_mw - dispatch.export_mw
    return gap


def _yearly_gwh(n: pypsa.Network, power: pd.DataFrame) -> pd.Series[float]:
    """Return the energy of a year from power by hour [GWh/a]."""
    return power.mul(n.snapshot_weightings.generators, axis=0).sum() / MWH_PER_GWH


def _at_buses(
    n: pypsa.Network, power: pd.DataFrame, parts: pd.DataFrame, *, end: str = "bus"
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Sum the power of parts of the network at their buses, (bus, hour) [MW]."""
    total = np.zeros((len(n.buses), len(n.snapshots)))
    # PyPSA leaves out parts whose power is 0 at all hours.
    values = power.reindex(columns=parts.index, fill_value=0.0).to_numpy().T
    np.add.at(total, n.buses.index.get_indexer(parts[end]), values)
    return total
