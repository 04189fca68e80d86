"""The first draft of a grid: busbars, feeders, lines and transformers, before any load flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from bunyad.connect.grid.catalogue import Rung, build_ladder, choose_bank
from bunyad.connect.grid.members import Tie, list_levels, tie_settlements, tie_sites, upper_level
from bunyad.connect.grid.result import (
    GRID_BRANCHES,
    GRID_BUSES,
    GRID_SOURCES,
    GRID_TRANSFORMERS,
    GridDesign,
)
from bunyad.options import ConnectOptions
from bunyad.tables import conform

LEAST_KM = 0.01
"""Lines in the model are not shorter: a load flow needs some impedance."""
Row = dict[str, Any]


def draft_grid(
    stations: pd.DataFrame,
    *,
    lines: pd.DataFrame,
    members: pd.DataFrame,
    sources: pd.DataFrame,
    options: ConnectOptions,
) -> GridDesign:
    """
    Draft a grid: each line between substations as thin as its voltage has it.

    Parameters
    ----------
    stations
        Columns `id`, `kv`, `x`, `y`, `is_existing`.
    lines
        Between substations: `id`, `start`, `end`, `kv`, `length_km`, `terrain_factor` (cost by
        that on flat open land).
    members
        Columns `id`, `kind` (settlement or site), `station`, `x`, `y`, `peak_mw`, `low_mw`,
        `capacity_mw`, `plant_mw` (power of plants to design for), `is_existing`.
    sources
        Interconnectors: `id`, `station`, `import_mw`, `export_mw`. Without one, the station of
        highest voltage balances the grid.
    options
        Prices and limits.

    Raises
    ------
    InfeasibleError
        If no line of the catalogue ties a member to its substation.
    """
    ties = _tie_members(stations, members, options)
    levels = _find_levels(stations, lines, ties, options)
    buses, banks = _list_buses(stations, members, ties, levels, options)
    branches = [_mesh(row, options) for row in lines.to_dict("records")]
    known = members.set_index("id")
    host_kv = {tie.member: tie.rung.kv for tie in ties}
    for tie in ties:
        assert not tie.host or host_kv[tie.host] == tie.rung.kv, "a feeder changes its voltage"
        free = tie.kind == "site" and bool(known.loc[tie.member, "is_existing"])
        kv = tie.rung.kv
        start = bus_id(tie.host, kv) if tie.host else busbar_id(tie.station, kv)
        factor = 0.0 if free else 1.0
        row = {
            "id": bus_id(tie.member, kv), "kind": _BRANCH_OF[tie.kind],
            "from_bus": start, "to_bus": bus_id(tie.member, kv),
            "length_km": tie.length_km, "terrain_factor": factor,
        }  # fmt: skip
        branches.append({**row, **describe_rung(tie.rung, tie.length_km, factor)})
    return GridDesign(
        buses=conform(pd.DataFrame(buses, columns=GRID_BUSES.names()), GRID_BUSES),
        branches=conform(pd.DataFrame(branches, columns=GRID_BRANCHES.names()), GRID_BRANCHES),
        transformers=conform(
            pd.DataFrame(banks, columns=GRID_TRANSFORMERS.names()), GRID_TRANSFORMERS
        ),
        sources=_list_sources(stations, members, sources, levels),
    )


_BRANCH_OF = {"settlement": "feeder", "site": "site"}


def bus_id(name: str, kv: float) -> str:
    """
    Return the identifier of a member's bus.

    Examples
    --------
    >>> bus_id("fuzuli", 10.0)
    'fuzuli 10 kV'
    """
    return f"{name} {kv:g} kV"


def busbar_id(station: str, kv: float) -> str:
    """
    Return the identifier of a substation's busbar; settlements may have the same name.

    Examples
    --------
    >>> busbar_id("fuzuli", 110.0)
    'fuzuli 110 kV busbar'
    """
    return f"{bus_id(station, kv)} busbar"


def describe_rung(rung: Rung, length_km: float, terrain_factor: float) -> Row:
    """Return the columns of `GRID_BRANCHES` that follow from a line's strength."""
    length = max(length_km, LEAST_KM)
    return {
        "kv": rung.kv,
        "conductor": rung.conductor,
        "circuits": rung.circuits,
        "resistance_ohm": rung.resistance_ohm_per_km * length,
        "reactance_ohm": rung.reactance_ohm_per_km * length,
        "susceptance_us": rung.susceptance_us_per_km * length,
        "ampere": rung.ampere,
        "capacity_mw": rung.capacity_mw,
        "capex_usd": rung.usd_per_km * length_km * terrain_factor,
    }


def describe_bank(
    hv_kv: float, lv_kv: float, *, load_mva: float, free: bool, options: ConnectOptions
) -> Row:
    """Return the columns of `GRID_TRANSFORMERS` that follow from a bank's load."""
    unit, count = choose_bank(hv_kv, lv_kv, load_mva=load_mva, options=options)
    usd = unit.mva * 1e3 * count * options.transformer_usd_per_kw
    return {
        "hv_kv": hv_kv,
        "lv_kv": lv_kv,
        "mva": unit.mva,
        "count": count,
        "uk_percent": unit.uk_percent,
        "load_loss_kw": unit.load_loss_kw,
        "no_load_loss_kw": unit.no_load_loss_kw,
        "tap_steps": unit.tap_steps,
        "tap_step_percent": unit.tap_step_percent,
        "capex_usd": 0.0 if free else usd,
    }


def price_bank(banks: pd.DataFrame, *, options: ConnectOptions) -> pd.Series[float]:
    """Return what the transformers of each bank cost when new [US$]."""
    return banks["mva"] * banks["count"] * 1e3 * options.transformer_usd_per_kw


def _tie_members(
    stations: pd.DataFrame, members: pd.DataFrame, options: ConnectOptions
) -> list[Tie]:
    """Tie every member to its substation."""
    ties: list[Tie] = []
    for row in stations.to_dict("records"):
        own = members[members["station"] == row["id"]]
        spot = np.array([row["x"], row["y"]], float)
        places = own[own["kind"] == "settlement"].sort_values("id")
        sites = own[own["kind"] == "site"].sort_values("id")
        if len(places):
            ties += tie_settlements(places, station=row["id"], spot=spot, options=options)
        ties += tie_sites(
            sites, station=row["id"], station_kv=row["kv"], spot=spot, options=options
        )
    return ties


def _find_levels(
    stations: pd.DataFrame, lines: pd.DataFrame, ties: list[Tie], options: ConnectOptions
) -> dict[str, list[float]]:
    """Return the voltages of the busbars of each substation."""
    used: dict[str, set[float]] = defaultdict(set)
    for start, end, kv in zip(lines["start"], lines["end"], lines["kv"], strict=True):
        used[start].add(kv)
        used[end].add(kv)
    for tie in ties:
        used[tie.station].add(tie.rung.kv)
    return {
        station: list_levels(kv, sorted(used[station]), options)
        for station, kv in zip(stations["id"], stations["kv"], strict=True)
    }


def _list_buses(
    stations: pd.DataFrame,
    members: pd.DataFrame,
    ties: list[Tie],
    levels: Mapping[str, list[float]],
    options: ConnectOptions,
) -> tuple[list[Row], list[Row]]:
    """List busbars, members' buses, and the transformers between and behind them."""
    nothing: Row = {
        "member": "", "peak_mw": 0.0, "low_mw": 0.0, "plant_mw": 0.0, "compensator_mvar": 0.0,
    }  # fmt: skip
    known = members.set_index("id").to_dict("index")
    load: dict[tuple[str, float], float] = defaultdict(float)
    plants: dict[tuple[str, float], float] = defaultdict(float)
    buses: list[Row] = []
    banks: list[Row] = []
    for tie in ties:
        row, kv = known[tie.member], tie.rung.kv
        load[tie.station, kv] += row["peak_mw"] / options.grid_power_factor
        plants[tie.station, kv] += row["plant_mw"]
        here = {"station": tie.station, "kind": tie.kind, "member": tie.member}
        own = {name: row[name] for name in ("peak_mw", "low_mw", "plant_mw")}
        own["compensator_mvar"] = 0.0
        id_ = bus_id(tie.member, kv)
        if tie.kind == "site" or kv <= options.grid_medium_kv:
            buses.append({"id": id_, **here, "kv": kv, **own})
            continue
        lower = bus_id(tie.member, options.grid_medium_kv)
        buses.append({"id": id_, **nothing, **here, "kv": kv})
        buses.append({"id": lower, **here, "kv": options.grid_medium_kv, **own})
        mva = row["peak_mw"] / options.grid_power_factor
        bank = describe_bank(kv, options.grid_medium_kv, load_mva=mva, free=False, options=options)
        bank["capex_usd"] += tie.station_usd
        banks.append({"id": lower, "hv_bus": id_, "lv_bus": lower, **bank})
    for station, stands in zip(stations["id"], stations["is_existing"], strict=True):
        for kv in levels[station]:
            own = {"id": busbar_id(station, kv), "station": station, "kind": "busbar", "kv": kv}
            buses.append({**nothing, **own})
        for kv in levels[station][1:]:
            upper = upper_level(kv, levels[station], options)
            mva = max(load[station, kv], plants[station, kv])
            if kv >= options.regional_voltage_kv:
                # What passes to other substations is found by load flow; no failure stops it.
                mva = max(mva, options.grid_two_transformers_mva)
            bank = describe_bank(upper, kv, load_mva=mva, free=bool(stands), options=options)
            ends = {"hv_bus": busbar_id(station, upper), "lv_bus": busbar_id(station, kv)}
            banks.append({"id": ends["lv_bus"], **ends, **bank})
    return buses, banks


def _mesh(line: dict[Any, Any], options: ConnectOptions) -> Row:
    """Return the thinnest line between two substations."""
    rung = build_ladder(float(line["kv"]), options=options)[0]
    return {
        "id": line["id"], "kind": "mesh", "length_km": line["length_km"],
        "from_bus": busbar_id(line["start"], rung.kv), "to_bus": busbar_id(line["end"], rung.kv),
        "terrain_factor": line["terrain_factor"],
        **describe_rung(rung, line["length_km"], line["terrain_factor"]),
    }  # fmt: skip


def _list_sources(
    stations: pd.DataFrame,
    members: pd.DataFrame,
    sources: pd.DataFrame,
    levels: Mapping[str, list[float]],
) -> pd.DataFrame:
    """List the interconnectors at the highest voltage of their substation."""
    rows = sources.to_dict("records")
    if not rows:
        strongest = stations.sort_values(["kv", "id"], ascending=[False, True]).iloc[0]
        totals = members[["peak_mw", "plant_mw"]].sum()
        rows = [
            {"id": "island", "station": strongest["id"],
             "import_mw": totals["peak_mw"], "export_mw": totals["plant_mw"]}
        ]  # fmt: skip
    table = [{**row, "bus": busbar_id(row["station"], levels[row["station"]][0])} for row in rows]
    return conform(pd.DataFrame(table), GRID_SOURCES)
