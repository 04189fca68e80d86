"""The map's layers: each a list of features with short geometry and their facts."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from bunyad.report.figures import project_table
from bunyad.report.values import PlanValues

Feature = dict[str, Any]

DECIMALS = 4
"""Digits of longitude and latitude: about 10 m."""
TOLERANCE_M = 60.0
"""Lines on the page may differ from the plan's by so much."""


def rounded(value: Any, digits: int = 3) -> Any:
    """
    Return a value that JSON can hold, floats rounded to significant digits after the point.

    Examples
    --------
    >>> rounded(2.34567), rounded(float("nan")), rounded("text")
    (2.346, None, 'text')
    """
    if pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return round(value, digits) if isinstance(value, float) else value


def records(frame: pd.DataFrame, digits: int = 3) -> list[Feature]:
    """Return the rows of a table, without geometry, as JSON can hold them."""
    plain = frame.drop(columns="geometry", errors="ignore")
    return [
        {str(name): rounded(value, digits) for name, value in zip(plain.columns, row, strict=True)}
        for row in plain.itertuples(index=False, name=None)
    ]


def features(frame: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> list[Feature]:
    """
    Return the rows of a table with their geometry in longitude and latitude.

    Parameters
    ----------
    frame
        Table with geometry.
    tolerance_m
        Most by which a line may be simplified [m].
    """
    if frame.empty:
        return []
    metric = frame.geometry
    if metric.crs is not None and metric.crs.is_projected:
        metric = metric.simplify(tolerance_m)
    degrees = shapely.set_precision(metric.to_crs(4326).to_numpy(), 10.0**-DECIMALS)
    shapes = [json.loads(text) for text in shapely.to_geojson(degrees)]
    return [
        {"geometry": shape, **facts} for shape, facts in zip(shapes, records(frame), strict=True)
    ]


def site_features(plan: PlanValues) -> list[Feature]:
    """Return the sites with what the plan builds on each."""
    built = plan.energy.plants.set_index("id")
    sites = plan.potential.sites.copy()
    for column in ("capacity_mw", "annual_energy_gwh"):
        sites[f"built_{column}"] = built[column].reindex(sites["id"]).fillna(0).to_numpy()
    safe = sites["p90_gwh"] / sites["annual_energy_gwh"]
    sites["built_p90_gwh"] = sites["built_annual_energy_gwh"] * safe
    return features(sites)


def route_features(plan: PlanValues) -> list[Feature]:
    """Return the routes; power lines with their flow and loading."""
    routes = plan.networks.routes
    lines = plan.energy.lines[["id", "peak_flow_mw", "mean_loading", "added_mw"]]
    return features(gpd.GeoDataFrame(routes.merge(lines, on="id", how="left"), crs=routes.crs))


def bus_features(plan: PlanValues) -> list[Feature]:
    """Return the buses with the names of the places that they serve."""
    members = plan.networks.bus_members
    served = members[members["kind"] == "settlement"].groupby("bus")["member"].agg(list)
    rows = features(plan.networks.buses)
    for row in rows:
        row["serves"] = served.get(row["id"], [])
    return rows


def project_features(plan: PlanValues) -> list[Feature]:
    """Return the projects with their geometry, in the order of the programme."""
    table = project_table(plan)
    shapes = table.geometry.to_crs(plan.region.crs).simplify(TOLERANCE_M)
    return features(table.set_geometry(shapes))


def place_features(plan: PlanValues) -> list[Feature]:
    """Return the settlements with people by year, services and smart systems."""
    settlements = plan.settlements
    rows = features(settlements.places)
    people = settlements.population.pivot_table(
        index="settlement", columns="year", values="people", aggfunc="sum"
    ).reindex(columns=range(plan.region.first_year, plan.region.last_year + 1))
    demand = settlements.demand_kw.sum("time").to_pandas() / 1e3
    services = dict(tuple(settlements.services.groupby("settlement")))
    smart = dict(tuple(settlements.smart_systems.groupby("settlement")))
    roofs = plan.energy.roofs.set_index("settlement")
    for row in rows:
        place = row["id"]
        if place in roofs.index:
            roof = roofs.loc[place]
            row["roof_kwp"] = rounded(roof["capacity_kwp"], 0)
            row["roof_mwh"] = rounded(roof["annual_energy_gwh"] * 1e3, 0)
            row["roof_share"] = rounded(roof["demand_share"], 3)
        row["people_by_year"] = [
            rounded(value, 0) for value in people.reindex([place]).to_numpy()[0]
        ]
        row["demand_mwh"] = {str(use): rounded(value, 1) for use, value in demand[place].items()}
        for name, tables in (("services", services), ("smart_systems", smart)):
            table = tables.get(place)
            kept = [] if table is None else records(table.drop(columns="settlement"), 1)
            row[name] = kept
    return rows


def map_layers(plan: PlanValues) -> dict[str, list[Feature]]:
    """
    Return every layer of the map.

    Parameters
    ----------
    plan
        The plan to draw.
    """
    region = plan.region
    return {
        "boundary": features(region.boundary[["geometry"]], tolerance_m=200),
        "districts": features(region.districts, tolerance_m=200),
        "rivers": features(region.rivers, tolerance_m=150),
        "routes": route_features(plan),
        "sites": site_features(plan),
        "settlements": place_features(plan),
        "buses": bus_features(plan),
        "projects": project_features(plan),
    }
