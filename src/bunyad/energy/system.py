"""The system as a PyPSA network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pypsa

from bunyad.energy.costs import battery_cost_usd_per_mw
from bunyad.energy.inputs import TECHNOLOGIES, EnergyInputs
from bunyad.energy.silence import silent
from bunyad.options.energy import EnergyOptions

IMPORT, EXPORT, BATTERY = "import", "export", "battery"
ANCHOR = "anchor"
"""Name of a generator of no size, see `_add_anchor`."""
RENEWABLE_SHARE = "renewable-share"
"""Name of the constraint that holds the renewable share."""
OWN_SHARE = "own-share"
"""Name of the constraint that limits imports."""


@silent()
def build_network(
    inputs: EnergyInputs, *, options: EnergyOptions, name: str, batteries: tuple[str, ...]
) -> pypsa.Network:
    """
    Build the PyPSA network whose optimum is the least-cost system.

    Generators are the sites and, at each interconnector, one that imports and one with the
    sign −1 that exports. New power lines may grow.

    Parameters
    ----------
    inputs
        Buses, demand, plants, lines and interconnectors.
    options
        Prices and costs.
    name
        Name of the network.
    batteries
        Buses that may have a battery.
    """
    n = pypsa.Network(name=name)
    n.set_snapshots(list(inputs.snapshots.index))
    hours = inputs.snapshots.hours_per_year
    n.snapshot_weightings["objective"] = hours
    n.snapshot_weightings["generators"] = hours
    n.snapshot_weightings["stores"] = 1.0
    n.add("Carrier", ["AC", BATTERY, EXPORT, *TECHNOLOGIES])
    n.add("Carrier", IMPORT, co2_emissions=options.grid_emissions_t_per_mwh)
    places = inputs.buses.geometry.to_crs(4326)
    buses = list(inputs.buses.index)
    n.add(
        "Bus",
        buses,
        v_nom=inputs.buses.voltage_kv,
        carrier="AC",
        x=places.x,
        y=places.y,
    )
    n.add("Load", buses, bus=buses, p_set=inputs.demand_mw)
    _add_plants(n, inputs)
    _add_trade(n, inputs.interconnectors, options)
    _add_lines(n, inputs, options)
    _add_batteries(n, sorted(batteries), options)
    _add_anchor(n)
    n.meta = {"weeks": [[week.label, week.first_hour] for week in inputs.weeks]}
    return n


def _add_plants(n: pypsa.Network, inputs: EnergyInputs) -> None:
    """Add a generator a site: of fixed size where it stands, else up to the site's capacity."""
    plants = inputs.plants
    if plants.empty:
        return
    n.add(
        "Generator",
        list(plants.index),
        bus=plants.bus,
        carrier=plants.technology,
        p_nom=plants.capacity_mw.where(plants.is_existing, 0),
        p_nom_max=plants.capacity_mw,
        p_nom_extendable=~plants.is_existing,
        p_max_pu=inputs.profiles,
        capital_cost=plants.yearly_usd_per_mw,
    )


def _add_trade(n: pypsa.Network, ties: pd.DataFrame, options: EnergyOptions) -> None:
    """Add the generators that import and export at each interconnector."""
    if ties.empty:
        return
    for kind, sign, price in (
        (IMPORT, 1, options.import_price_usd_per_mwh),
        (EXPORT, -1, -options.export_price_usd_per_mwh),
    ):
        n.add(
            "Generator",
            [f"{kind} {name}" for name in ties.index],
            bus=ties.bus.to_numpy(),
            carrier=kind,
            p_nom=ties[f"{kind}_mw"].to_numpy(),
            sign=sign,
            marginal_cost=price,
        )


def _add_lines(n: pypsa.Network, inputs: EnergyInputs, options: EnergyOptions) -> None:
    """Add the power lines; those that cost nothing stand already and keep their size."""
    lines = inputs.lines
    if lines.empty:
        return
    # PyPSA refers the impedance of a line to the voltage of its first bus.
    bus_kv = inputs.buses.voltage_kv.loc[lines.bus0].to_numpy()
    is_new = lines.capex_usd_per_mw > 0
    n.add(
        "Line",
        list(lines.index),
        bus0=lines.bus0,
        bus1=lines.bus1,
        x=lines.reactance_ohm * (bus_kv / lines.voltage_kv) ** 2,
        r=lines.resistance_ohm * (bus_kv / lines.voltage_kv) ** 2,
        length=lines.length_km,
        s_nom=lines.capacity_mw,
        s_nom_min=lines.capacity_mw,
        s_nom_max=lines.capacity_mw * options.line_max_factor,
        s_nom_extendable=is_new & (options.line_max_factor > 1),
        capital_cost=lines.yearly_usd_per_mw,
    )


def _add_batteries(n: pypsa.Network, buses: list[str], options: EnergyOptions) -> None:
    """Add a battery of any size at each of some buses."""
    if not buses:
        return
    n.add(
        "StorageUnit",
        [f"{BATTERY} {bus}" for bus in buses],
        bus=buses,
        carrier=BATTERY,
        p_nom_extendable=True,
        max_hours=options.battery_hours,
        efficiency_store=np.sqrt(options.battery_round_trip_efficiency),
        efficiency_dispatch=np.sqrt(options.battery_round_trip_efficiency),
        cyclic_state_of_charge=True,
        capital_cost=battery_cost_usd_per_mw(options),
        marginal_cost=options.battery_wear_usd_per_mwh,
    )


def _add_anchor(n: pypsa.Network) -> None:
    """
    Add a generator of no size whose price keeps the sum of all prices above 0.

    PyPSA drops prices that sum to 0, as those of imports and exports do if they are equal, and
    takes no problem without costs.
    """
    price = 1 + n.generators.marginal_cost.abs().sum()
    n.add("Generator", ANCHOR, bus=n.buses.index[0], carrier=IMPORT, p_nom=0, marginal_cost=price)
