"""The hours and failures in which a grid must work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import acos, tan

import numpy as np
import pandas as pd

from bunyad.connect.grid.flow import Array, Scenario
from bunyad.connect.grid.result import GridDesign
from bunyad.errors import InputError
from bunyad.options import ConnectOptions

PEAK, REVERSE = "peak", "reverse"


def list_injections(design: GridDesign) -> pd.DataFrame:
    """
    Return the two hours that a grid is designed for, by case and grid bus.

    `peak`: every settlement at its peak, no plant runs (a still winter evening; rivers are low).
    `reverse`: lowest demand, all plants at the power that the grid is designed for.

    Parameters
    ----------
    design
        The grid.
    """
    buses = design.buses
    peak = pd.DataFrame(
        {"case": PEAK, "bus": buses["id"], "demand_mw": buses["peak_mw"], "plants_mw": 0.0}
    )
    reverse = pd.DataFrame(
        {"case": REVERSE, "bus": buses["id"], "demand_mw": buses["low_mw"],
         "plants_mw": buses["plant_mw"]}
    )  # fmt: skip
    return pd.concat([peak, reverse], ignore_index=True)


def spread_injections(
    design: GridDesign,
    *,
    case: str,
    demand_mw: Mapping[str, float],
    plants_mw: Mapping[str, float],
) -> pd.DataFrame:
    """
    Spread an hour of the energy system over the grid buses, for `verify_grid`.

    Parameters
    ----------
    design
        The grid.
    case
        Name of the hour; limits bind with a part out if it is `peak`.
    demand_mw
        By substation [MW]; its settlements share it by their peaks. Batteries that charge count
        as demand.
    plants_mw
        By site, or by substation for batteries that discharge there [MW].

    Returns
    -------
    DataFrame
        Columns `case`, `bus`, `demand_mw`, `plants_mw`.
    """
    buses = design.buses
    peaks = buses["peak_mw"] / buses.groupby("station")["peak_mw"].transform("sum").where(
        lambda total: total > 0, np.inf
    )
    # Where no settlement hangs on a substation, its highest busbar takes the demand.
    top = (buses["kind"] == "busbar") & ~buses["station"].where(
        buses["kind"] == "busbar"
    ).duplicated()
    lonely = top & ~buses["station"].isin(buses.loc[buses["peak_mw"] > 0, "station"])
    share = peaks.where(~lonely, 1.0)
    sites = buses["member"].where(buses["kind"] == "site").map(plants_mw).fillna(0.0)
    stores = buses["station"].where(top).map(plants_mw).fillna(0.0)
    return pd.DataFrame(
        {
            "case": case,
            "bus": buses["id"],
            "demand_mw": share * buses["station"].map(demand_mw).fillna(0.0),
            "plants_mw": sites + stores,
        }
    )


def list_scenarios(
    design: GridDesign,
    injections: pd.DataFrame,
    *,
    options: ConnectOptions,
    with_outages: bool = True,
) -> list[Scenario]:
    """
    Turn injections into scenarios: each case whole, then with each part out.

    Out are: each line between substations with all its circuits, one transformer of each bank
    of a substation, each interconnector where there are several; then as much of the demand is
    shed as `connect.grid_shed_share` allows.

    Parameters
    ----------
    design
        The grid.
    injections
        Columns `case`, `bus`, `demand_mw`, `plants_mw`.
    options
        Power factors of demand and plants.
    with_outages
        Whether to add the failures.

    Raises
    ------
    InputError
        If an injection names a bus that is not in the grid.
    """
    known = pd.Index(design.buses["id"])
    unknown = sorted(set(injections["bus"]) - set(known))
    if unknown:
        raise InputError(
            f"{', '.join(unknown[:3])} is no bus of the grid",
            where="connect.grid: injections",
            mend="name buses as in grid_buses",
        )
    slope = tan(acos(options.grid_power_factor))
    support = tan(acos(options.grid_plant_power_factor))
    scenarios: list[Scenario] = []
    for case, rows in injections.groupby("case", sort=False):
        demand, plants = (_sum(rows, known, name) for name in ("demand_mw", "plants_mw"))
        whole = Scenario(
            case=str(case),
            active_mw=demand - plants,
            reactive_mvar=slope * demand,
            support_mvar=support * plants + design.buses["compensator_mvar"].to_numpy(float),
        )
        scenarios.append(whole)
        if with_outages:
            for kind, row in list_failures(design):
                kept = 1 - options.grid_shed_share if kind == "source" else 1.0
                scenarios.append(
                    replace(
                        whole,
                        active_mw=kept * demand - plants,
                        reactive_mvar=kept * whole.reactive_mvar,
                        kind=kind,
                        out=row,
                    )
                )
    return scenarios


def list_failures(design: GridDesign) -> list[tuple[str, int]]:
    """Return what may fail, as kind and row: lines of the mesh, transformers, interconnectors."""
    mesh = np.flatnonzero(design.branches["kind"] == "mesh")
    busbars = set(design.buses.loc[design.buses["kind"] == "busbar", "id"])
    banks = np.flatnonzero(design.transformers["lv_bus"].isin(busbars))
    failures = [("mesh", int(row)) for row in mesh]
    failures += [("transformer", int(row)) for row in banks]
    if len(design.sources) > 1:
        failures += [("source", row) for row in range(len(design.sources))]
    return failures


def _sum(rows: pd.DataFrame, known: pd.Index[str], name: str) -> Array:
    """Sum a column at each bus."""
    total = np.zeros(len(known))
    np.add.at(total, known.get_indexer(pd.Index(rows["bus"])), rows[name].to_numpy(float))
    return total
