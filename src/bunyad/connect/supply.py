"""From substations, settlements and sites to a power grid that holds in a load flow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from bunyad.connect.grid import (
    GridDesign,
    draft_grid,
    price_compensators,
    reinforce_grid,
    verify_grid,
)
from bunyad.connect.ground import Ground, nearest_nodes
from bunyad.connect.power import PowerGrid
from bunyad.connect.result import BUS_MEMBERS, BUSES, ROUTES, Networks
from bunyad.connect.search import nearest_terminals
from bunyad.connect.standards import Voltage, high_voltage, regional_voltage
from bunyad.options import ConnectOptions
from bunyad.potential.result import Potential
from bunyad.settle.result import Settlements
from bunyad.tables import conform


def assign_members(
    ground: Ground,
    grid: PowerGrid,
    *,
    settlements: Settlements,
    potential: Potential,
    options: ConnectOptions,
) -> pd.DataFrame:
    """
    Assign each settlement and site to the bus that is the least costly to reach by a line.

    Parameters
    ----------
    ground, grid
        The grid of cells and the substations on it.
    settlements
        The settlements with their peak demand.
    potential
        The sites with their capacity.
    options
        Lowest demand where there is no hourly one.

    Returns
    -------
    DataFrame
        Columns `id`, `kind`, `station`, `x`, `y`, `peak_mw`, `low_mw`, `capacity_mw`,
        `is_existing`.
    """
    places, sites = settlements.places, potential.sites
    peak = places["peak_demand_kw"].to_numpy(float) / 1e3
    spots = sites.geometry.representative_point()
    zero = np.zeros(len(places))
    none = np.zeros(len(sites))
    points = gpd.GeoSeries([*places.geometry, *spots], crs=ground.crs)
    bus = nearest_terminals(grid.graph, grid.nodes)[nearest_nodes(ground, points)]
    return pd.DataFrame(
        {
            "id": [*places["id"], *sites["id"]],
            "kind": ["settlement"] * len(places) + ["site"] * len(sites),
            "station": grid.buses["id"].to_numpy()[bus],
            "x": points.x.to_numpy(),
            "y": points.y.to_numpy(),
            "peak_mw": np.concatenate([peak, none]),
            "low_mw": np.concatenate([_lowest_mw(settlements, options), none]),
            "capacity_mw": np.concatenate([zero, sites["capacity_mw"]]),
            "is_existing": np.concatenate([zero, sites["is_existing"]]).astype(bool),
        }
    )


def name_asked(members: pd.DataFrame, *, options: ConnectOptions) -> list[str]:
    """Name the substations whose peak asks for two ways to the country's grid."""
    peaks = members.groupby("station")["peak_mw"].sum()
    return sorted(peaks.index[peaks >= options.grid_ring_mw])


def design_supply(
    drawn: Networks, *, interconnectors: pd.DataFrame, options: ConnectOptions
) -> Networks:
    """
    Design the power grid on the drawn lines and put it into the networks.

    What energy will build is not known yet. The grid is designed for the settlements' peak
    without any plant, and for the lowest demand with all plants that stand and a share
    (`connect.grid_site_share`) of each new site's capacity, less where the interconnectors could
    not take it. Connections of sites are sized for their whole capacity, and energy pays for
    them by the kW. Later, `verify_grid` solves the load flow of what energy has built.

    Parameters
    ----------
    drawn
        Routes and buses; `bus_members` as `assign_members` gives them.
    interconnectors
        Columns `id`, `substation`, `import_mw`, `export_mw`.
    options
        Prices and limits.

    Returns
    -------
    Networks
        Routes with the capacity and cost of their conductors, new buses with their transformers,
        members with their connections, and the tables of the grid.

    Raises
    ------
    InfeasibleError
        If the catalogue holds nothing strong enough.
    """
    sources = _find_stations(interconnectors, drawn.buses)
    members = plan_plants(drawn.bus_members, sources, options=options)
    buses = drawn.buses
    stations = pd.DataFrame(
        {"id": buses["id"], "kv": buses["voltage_kv"], "x": buses.geometry.x,
         "y": buses.geometry.y, "is_existing": buses["is_existing"]}
    )  # fmt: skip
    draft = draft_grid(
        stations, lines=_list_lines(drawn.routes, options), members=members, sources=sources,
        options=options,
    )  # fmt: skip
    design = reinforce_grid(draft, options=options)
    flow = verify_grid(design, options=options)
    return replace(
        drawn,
        routes=hand_over_routes(drawn.routes, design),
        buses=hand_over_buses(buses, design, options=options),
        bus_members=hand_over_members(members, design, options=options),
        grid_buses=design.buses,
        grid_branches=design.branches,
        grid_transformers=design.transformers,
        grid_sources=design.sources,
        grid_cases=flow.cases,
        grid_voltages=flow.voltages,
        grid_loading=flow.loading,
        grid_outages=flow.outages,
        grid_checks=flow.checks,
    )


def read_grid(networks: Networks) -> GridDesign:
    """Return the power grid of the networks, for `verify_grid` of other hours."""
    return GridDesign(
        buses=networks.grid_buses,
        branches=networks.grid_branches,
        transformers=networks.grid_transformers,
        sources=networks.grid_sources,
    )


def plan_plants(
    members: pd.DataFrame, sources: pd.DataFrame, *, options: ConnectOptions
) -> pd.DataFrame:
    """
    Add `plant_mw`, the power of plants that the grid is designed for.

    Plants that stand count whole. New sites count with a share of their capacity, which is
    lowered, for all alike, so that interconnectors and lowest demand can take the sum.

    Parameters
    ----------
    members
        From `assign_members`.
    sources
        Interconnectors with `export_mw`.
    options
        The share.
    """
    stands = members["is_existing"].to_numpy(bool)
    capacity = members["capacity_mw"].to_numpy(float)
    wished = np.where(stands, 0.0, capacity * options.grid_site_share)
    room = float(sources["export_mw"].sum() + members["low_mw"].sum() - capacity[stands].sum())
    factor = min(1.0, max(0.0, room) / wished.sum()) if len(sources) and wished.sum() > 0 else 1.0
    return members.assign(plant_mw=np.where(stands, capacity, wished * factor))


def hand_over_routes(routes: gpd.GeoDataFrame, design: GridDesign) -> gpd.GeoDataFrame:
    """Give the power lines the capacity and cost of their conductors."""
    mesh = design.branches[design.branches["kind"] == "mesh"].set_index("id")
    is_line = (routes["kind"] == "power_line").to_numpy()
    chosen = mesh.loc[routes.loc[is_line, "id"]]
    table = routes.copy()
    table.loc[is_line, "capacity_mw"] = chosen["capacity_mw"].to_numpy()
    table.loc[is_line, "capex_usd"] = chosen["capex_usd"].to_numpy()
    return conform(table, ROUTES)


def hand_over_buses(
    buses: gpd.GeoDataFrame, design: GridDesign, *, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """Add the transformers of new substations, and all compensators, to their cost."""
    station_of = design.buses.query("kind == 'busbar'").set_index("id")["station"]
    banks = design.transformers[design.transformers["lv_bus"].isin(station_of.index)]
    usd = banks.groupby(banks["lv_bus"].map(station_of))["capex_usd"].sum()
    added = buses["id"].map(usd).fillna(0.0).where(~buses["is_existing"], 0.0)
    extra = buses["id"].map(price_compensators(design, options=options)).fillna(0.0)
    return conform(buses.assign(capex_usd=buses["capex_usd"] + added + extra), BUSES)


def hand_over_members(
    members: pd.DataFrame, design: GridDesign, *, options: ConnectOptions
) -> pd.DataFrame:
    """
    Tell what each member's own connection costs.

    A settlement pays for the line to what it hangs on and for its station, a site for its line
    and its transformer.
    """
    own = design.branches[design.branches["kind"] != "mesh"]
    member_of = design.buses.set_index("id")["member"]
    lines = own.set_index(own["to_bus"].map(member_of).to_numpy())
    banks = design.transformers.groupby(design.transformers["lv_bus"].map(member_of))
    station_usd = banks["capex_usd"].sum()
    is_site = (members["kind"] == "site").to_numpy()
    kw = members["capacity_mw"].to_numpy(float) * 1e3
    step_up = np.where(members["is_existing"], 0.0, kw * options.transformer_usd_per_kw)
    stations = members["id"].map(station_usd).fillna(0.0).to_numpy(float)
    cost = (
        lines["capex_usd"].reindex(members["id"]).to_numpy(float)
        + np.where(is_site, step_up, stations)
    )  # fmt: skip
    per_kw = np.divide(cost, kw, out=np.zeros_like(cost), where=is_site & (kw > 0))
    return conform(
        pd.DataFrame(
            {
                "member": members["id"],
                "kind": members["kind"],
                "bus": members["station"],
                "length_km": lines["length_km"].reindex(members["id"]).to_numpy(float),
                "capex_usd_per_kw": per_kw,
                "capex_usd": cost,
            }
        ),
        BUS_MEMBERS,
    )


def _lowest_mw(settlements: Settlements, options: ConnectOptions) -> Any:
    """Return the lowest hour of each settlement, or a share of the peak without hours [MW]."""
    places, hourly = settlements.places, settlements.demand_kw
    if "settlement" not in hourly.dims:
        return places["peak_demand_kw"].to_numpy(float) / 1e3 * options.grid_low_share
    lowest = hourly.sum("use").min("time").sel(settlement=list(places["id"]))
    return lowest.to_numpy().astype(float) / 1e3


def _find_stations(interconnectors: pd.DataFrame, buses: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the interconnectors with the substation that they end at."""
    ties = interconnectors[["id", "substation", "import_mw", "export_mw"]]
    known = ties["substation"].isin(set(buses["id"]))
    assert known.all(), f"no substation for {list(ties['id'][~known])}"
    return ties.rename(columns={"substation": "station"}).sort_values("id")


def _list_lines(routes: gpd.GeoDataFrame, options: ConnectOptions) -> pd.DataFrame:
    """Return the drawn power lines with their cost by that on flat open land."""
    lines = pd.DataFrame(routes.drop(columns="geometry"))
    lines = lines[lines["kind"] == "power_line"].sort_values("id")
    prices = [_voltage(kv, options).usd_per_km for kv in lines["voltage_kv"]]
    factor = lines["capex_usd"] / (lines["length_km"] * np.array(prices, float))
    return lines.assign(kv=lines["voltage_kv"].astype(float), terrain_factor=factor)[
        ["id", "start", "end", "kv", "length_km", "terrain_factor"]
    ]


def _voltage(kv: float, options: ConnectOptions) -> Voltage:
    """Return the class that a line between substations was drawn with."""
    high = high_voltage(options)
    return high if kv == high.kv else regional_voltage(options)
