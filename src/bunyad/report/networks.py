"""Grid, roads, fibre and radio: what the page tells of the networks, beside their lines."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bunyad.report.layers import Feature, features, records
from bunyad.report.values import PlanValues

RASTER_TECHNOLOGY = "lte_800"
"""Radio technology whose reach is a layer of the map."""


def network_data(plan: PlanValues) -> dict[str, Any]:
    """
    Return the tables of the section on networks, as JSON can hold them.

    Parameters
    ----------
    plan
        The plan to show.
    """
    networks, energy = plan.networks, plan.energy
    checks = _join(networks.grid_checks, energy.dispatch_checks)
    return {
        "checks": records(checks[~checks["check"].str.endswith(" out")]),
        "outages": records(checks[checks["check"].str.endswith(" out")]),
        "cases": records(_join(networks.grid_cases, energy.dispatch_cases), 1),
        "upgrades": records(energy.grid_upgrades, 0),
        "radio": records(networks.radio_totals),
        "traffic": records(networks.traffic_totals, 1),
        "roads": records(networks.road_traffic, 1),
        "fibre_km": round(float(networks.fibre["length_km"].sum()), 1),
        "fibre_usd": round(float(networks.fibre["cost_usd"].sum())),
        "fibre_ring_km": round(
            float(networks.fibre.loc[networks.fibre["role"] == "ring", "length_km"].sum()), 1
        ),
        "masts": len(networks.masts),
        "masts_usd": round(float(networks.masts["capex_usd"].sum())),
    }


def line_loading(plan: PlanValues) -> pd.DataFrame:
    """Return the highest load and flow of each line in the load flows, by `id`."""
    loading = _join(plan.networks.grid_loading, plan.energy.dispatch_loading)
    loading = loading.assign(load_flow_mw=loading["flow_mw"].abs())
    of_branch = loading.groupby("branch")[["loading_percent", "load_flow_mw"]].max()
    return of_branch.rename_axis("id").reset_index()


def station_voltages(plan: PlanValues) -> dict[str, list[Feature]]:
    """Return the lowest and highest voltage of each substation's busbars, by its bus."""
    voltages = _join(plan.networks.grid_voltages, plan.energy.dispatch_voltages)
    busbars = plan.networks.grid_buses.query("kind == 'busbar'").set_index("id")["station"]
    found = voltages[voltages["bus"].isin(busbars.index)]
    found = found.assign(station=found["bus"].map(busbars))
    spans = found.groupby(["station", "kv"])["voltage"].agg(["min", "max"]).reset_index()
    return {
        str(station): records(rows.drop(columns="station").sort_values("kv", ascending=False), 4)
        for station, rows in spans.groupby("station")
    }


def road_facts(plan: PlanValues) -> pd.DataFrame:
    """Return traffic and asked class of each road, by `id`."""
    columns = ["vehicles_per_day", "road_class", "lanes", "is_enough", "minutes"]
    roads = pd.DataFrame(plan.networks.road_traffic.drop(columns="geometry"))
    return roads.rename(columns={"route": "id"})[["id", *columns]]


def access_of_places(plan: PlanValues) -> dict[str, list[Feature]]:
    """Return how long each settlement needs to services, before and after, by settlement."""
    by_place = plan.networks.access.groupby("settlement")
    return {str(place): records(rows.drop(columns="settlement"), 1) for place, rows in by_place}


def coverage_of_places(plan: PlanValues) -> dict[str, list[Feature]]:
    """Return the covered part of each settlement's homes by radio technology."""
    by_place = plan.networks.radio_coverage.groupby("settlement")
    return {str(place): records(rows[["technology", "share"]]) for place, rows in by_place}


def tell_networks(layers: dict[str, list[Feature]], plan: PlanValues) -> dict[str, list[Feature]]:
    """
    Add loads, traffic, voltages, access and coverage to the features of the map.

    Parameters
    ----------
    layers
        From `map_layers`.
    plan
        The plan to show.
    """
    more: dict[str, Feature] = {}
    for table in (line_loading(plan), road_facts(plan)):
        for row in records(table, 1):
            more[row.pop("id")] = row
    voltages, access = station_voltages(plan), access_of_places(plan)
    coverage = coverage_of_places(plan)
    return {
        **layers,
        "routes": [{**row, **more.get(row["id"], {})} for row in layers["routes"]],
        "buses": [{**row, "voltages": voltages.get(row["id"], [])} for row in layers["buses"]],
        "settlements": [
            {**row, "access": access.get(row["id"], []), "coverage": coverage.get(row["id"], [])}
            for row in layers["settlements"]
        ],
    }


def digital_layers(plan: PlanValues) -> dict[str, list[Feature]]:
    """Return the map's layers of fibre and masts."""
    return {"fibre": features(plan.networks.fibre), "masts": features(plan.networks.masts)}


def _join(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of two tables of one form below each other."""
    kept = [frame for frame in (first, second) if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else first
