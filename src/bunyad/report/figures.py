"""Figures of a plan: what the page's cards, charts and tables show."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pandas as pd
import xarray as xr

from bunyad.options import option_table
from bunyad.project import KINDS
from bunyad.report.values import PlanValues

SEASONS = {"summer": 7, "winter": 1}
"""The month nearest to which a dispatch week is looked for, by season."""


def project_table(plan: PlanValues) -> gpd.GeoDataFrame:
    """
    Return the projects as one table in longitude and latitude, rounded as it is written.

    Money is rounded to whole US$, capacity to three digits; `requires` and `serves` are parted
    by `;`.

    Parameters
    ----------
    plan
        The plan whose projects are listed.
    """
    projects = plan.programme.projects
    rows = [
        {
            "id": project.id,
            "kind": project.kind,
            "name": project.name,
            "district": project.district,
            "capacity": round(float(project.capacity), 3),
            "unit": project.unit,
            "capex_usd": float(round(project.capex_usd)),
            "opex_usd_per_year": float(round(project.opex_usd_per_year)),
            "start": project.start,
            "finish": project.finish,
            "requires": ";".join(project.requires),
            "serves": ";".join(project.serves),
            "funding": project.funding,
            "provenance": project.provenance,
        }
        for project in projects
    ]
    shapes = [project.geometry for project in projects]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")


def summary_values(plan: PlanValues) -> dict[str, float]:
    """Return the energy summary by key."""
    summary = plan.energy.summary
    return dict(zip(summary["key"], summary["value"].astype(float), strict=True))


def key_figures(plan: PlanValues) -> list[dict[str, Any]]:
    """
    Return the figures of the cards at the top of the page.

    Parameters
    ----------
    plan
        The plan to sum up.
    """
    places = plan.settlements.places
    rebuilt = places[places["is_rebuilt"]]
    plants = plan.energy.plants.groupby("technology")["capacity_mw"].sum()
    lengths = plan.networks.routes.groupby("kind")["length_km"].sum()
    summary = summary_values(plan)
    projects = project_table(plan)
    values = {
        "people": (places["people"].sum(), "people"),
        "people_rebuilt": (rebuilt["people"].sum(), "people"),
        "homes": (rebuilt["homes"].sum(), "homes"),
        "solar": (plants.get("solar", 0.0), "MW"),
        "wind": (plants.get("wind", 0.0), "MW"),
        "hydro": (plants.get("hydro", 0.0), "MW"),
        "battery": (plants.get("battery", 0.0), "MW"),
        "roofs": (plan.energy.roofs["capacity_kwp"].sum() / 1e3, "MWp"),
        "own_share": (summary["own_share"] * 100, "%"),
        "cost": (projects["capex_usd"].sum(), "US$"),
        "roads": (lengths.get("road", 0.0), "km"),
        "railways": (lengths.get("railway", 0.0), "km"),
        "power_lines": (lengths.get("power_line", 0.0), "km"),
    }
    return [
        {"key": key, "value": round(float(value), 3), "unit": unit}
        for key, (value, unit) in values.items()
    ]


def cost_by_kind(plan: PlanValues) -> list[dict[str, Any]]:
    """Return capital cost and number of projects by kind and who pays."""
    table = project_table(plan)
    table["rank"] = [KINDS.index(kind) for kind in table["kind"]]
    sums = table.groupby(["rank", "kind", "funding"], as_index=False).agg(
        capex_usd=("capex_usd", "sum"), count=("id", "count")
    )
    return [
        {str(key): value for key, value in row.items()}
        for row in sums.drop(columns="rank").to_dict("records")
    ]


def season_weeks(dispatch: xr.Dataset) -> dict[str, str]:
    """
    Return which week stands for summer and which for winter.

    A week that is called so; else the one whose middle lies nearest to July or January.

    Parameters
    ----------
    dispatch
        `EnergySystem.dispatch`.
    """
    labels = dispatch["week"].to_numpy().astype(str)
    month = pd.DatetimeIndex(dispatch["time"].to_numpy()).month.to_numpy()
    middles = {label: month[labels == label].mean() for label in dict.fromkeys(labels)}
    return {
        season: season
        if season in middles
        else min(
            middles,
            key=lambda label, wanted=wanted: min(  # type: ignore[misc]
                abs(middles[label] - wanted), 12 - abs(middles[label] - wanted)
            ),
        )
        for season, wanted in SEASONS.items()
    }


def dispatch_week(dispatch: xr.Dataset, week: str) -> dict[str, Any]:
    """
    Return the hours of one week, summed over all places [MW].

    Parameters
    ----------
    dispatch
        `EnergySystem.dispatch`.
    week
        Label of the week.
    """
    chosen = dispatch.isel(snapshot=dispatch["week"].to_numpy().astype(str) == week)
    times = pd.DatetimeIndex(chosen["time"].to_numpy())
    total = chosen.sum("bus")
    series = {
        str(carrier): total["generation_mw"].sel(carrier=carrier)
        for carrier in chosen["carrier"].to_numpy()
    }
    for name in ("discharge", "charge", "export", "demand"):
        series[name] = total[f"{name}_mw"]
    return {
        "week": week,
        "start": times[0].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "series": {
            name: [round(value, 2) for value in values.to_numpy().tolist()]
            for name, values in series.items()
        },
    }


def bus_balance(plan: PlanValues) -> pd.DataFrame:
    """
    Return the yearly energy balance of each bus [GWh].

    Columns `bus`, one for each carrier, `discharge`, `net_inflow`, `demand`, `charge` and
    `export`: what comes in equals what goes out.

    Parameters
    ----------
    plan
        The plan to sum up.
    """
    dispatch = plan.energy.dispatch
    hours = dispatch["hours_per_year"]
    yearly = (dispatch[_energy_names(dispatch)] * hours).sum("snapshot") / 1e3
    columns = {"bus": yearly["bus"].to_numpy().astype(str)}
    for carrier in dispatch["carrier"].to_numpy():
        columns[str(carrier)] = yearly["generation_mw"].sel(carrier=carrier).to_numpy()
    for name in ("discharge", "net_inflow", "demand", "charge", "export"):
        columns[name] = yearly[f"{name}_mw"].to_numpy()
    return pd.DataFrame(columns)


def _energy_names(dispatch: xr.Dataset) -> list[str]:
    """Return the names of the hourly powers of a dispatch."""
    return [str(name) for name in dispatch.data_vars if str(name).endswith("_mw")]


def option_values(plan: PlanValues) -> list[dict[str, Any]]:
    """Return every option with its value, default, unit and source."""
    sources = {assumption.key: assumption.source for assumption in plan.region.assumptions}
    rows = []
    for row in option_table():
        room, name = row.key.split(".")
        value = getattr(getattr(plan.options, room), name)
        default = getattr(type(getattr(plan.options, room))(), name)
        changed = bool(value != default)
        source = sources.get(row.key, row.source) if changed else row.source
        rows.append(
            {
                "key": row.key,
                "room": room,
                "title": row.title,
                "value": value,
                "default": default,
                "changed": changed,
                "unit": "" if row.unit == "-" else row.unit,
                "source": source,
            }
        )
    return rows


def modelled_layers(plan: PlanValues) -> list[str]:
    """Return the keys of the input layers that are modelled or assumed, not measured."""
    return [layer.key for layer in plan.region.layers if layer.origin in ("modelled", "assumed")]


def layer_table(plan: PlanValues) -> pd.DataFrame:
    """Return the input layers with origin, source and licence."""
    return pd.DataFrame([asdict(layer) for layer in plan.region.layers])
