"""The front door of the assessment of traffic."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bunyad.connect.traffic.access import ACCESS_SERVICES, assess_access, track_minutes
from bunyad.connect.traffic.assign import MINUTES_PER_HOUR, count_trips, find_drives, load_links
from bunyad.connect.traffic.classes import asked_class, drive_speeds, planned_class, road_classes
from bunyad.connect.traffic.result import ROAD_TRAFFIC, TRAFFIC_TOTALS, Traffic
from bunyad.connect.traffic.roadnet import link_roads
from bunyad.options import ConnectOptions
from bunyad.region.model import Region
from bunyad.settle.result import Settlements
from bunyad.tables import conform

Array = NDArray[np.float64]


def assess_traffic(
    region: Region, *, settlements: Settlements, routes: gpd.GeoDataFrame, options: ConnectOptions
) -> Traffic:
    """
    Put the trips between settlements on the planned roads, and time the ways to services.

    Trips follow a gravity model and take the quickest way over the planned roads. After the
    plan, people go to services over roads or, where that is quicker, over tracks as today.

    Parameters
    ----------
    region
        Which settlements stand already.
    settlements
        People and services.
    routes
        Table `bunyad.connect.ROUTES`; its roads are driven on.
    options
        Trips, speeds and limits.

    Returns
    -------
    Traffic
        Vehicles and class of each road, access times, and totals.
    """
    places = settlements.places
    roads = routes[routes["kind"] == "road"].reset_index(drop=True)
    links = link_roads(roads, places, options=options)
    speeds = drive_speeds(roads, options=options)
    drives = find_drives(
        links,
        places=places["id"].tolist(),
        speed_kmh=dict(zip(roads["id"], speeds, strict=True)),
        way_kmh=options.track_kmh,
    )
    trips = count_trips(places["people"].to_numpy(dtype=float), drives.minutes, options=options)
    vehicles = load_links(drives, trips / options.people_per_vehicle, count=len(links))
    before = track_minutes(places, options=options)
    rebuilt = region.settlements.set_index("id")["is_rebuilt"]
    access = assess_access(
        settlements,
        is_rebuilt=rebuilt.loc[places["id"]].to_numpy(dtype=bool),
        before_minutes=before,
        after_minutes=np.minimum(before, drives.minutes),
        options=options,
    )
    table = _road_table(roads, speeds, links.assign(vehicles=vehicles), options)
    return Traffic(roads=table, access=access, totals=_totals(table, access, places, trips))


def _road_table(
    roads: gpd.GeoDataFrame, speeds: Array, links: gpd.GeoDataFrame, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """Tell the traffic of each road, and the class that it asks for."""
    work = links["vehicles"] * links["length_km"]
    busiest = links.groupby("route")["vehicles"].max().reindex(roads["id"], fill_value=0.0)
    moved = work.groupby(links["route"]).sum().reindex(roads["id"], fill_value=0.0)
    per_vehicle = 1 + options.lorry_share * (options.lorry_car_units - 1)
    units = busiest.to_numpy(dtype=float) * per_vehicle
    classes = road_classes()
    order = {name: rank for rank, name in enumerate(classes.index)}
    asked = asked_class(units)
    planned = [planned_class(standard) for standard in roads["standard"]]
    table = roads.rename(columns={"id": "route"}).assign(
        speed_kmh=speeds,
        minutes=roads["length_km"] / speeds * MINUTES_PER_HOUR,
        vehicles_per_day=busiest.to_numpy(),
        car_units_per_day=units,
        vehicle_km_per_day=moved.to_numpy(),
        road_class=asked,
        lanes=classes["lanes"].reindex(asked).to_numpy(),
        is_enough=[order[has] >= order[asks] for has, asks in zip(planned, asked, strict=True)],
    )
    return conform(table, ROAD_TRAFFIC)


def _totals(
    roads: gpd.GeoDataFrame, access: pd.DataFrame, places: gpd.GeoDataFrame, trips: Array
) -> pd.DataFrame:
    """Sum up, with times to services as means over all people."""
    rows = [
        ("trips", trips.sum(), "1/d"),
        ("vehicle_km", roads["vehicle_km_per_day"].sum(), "km/d"),
        ("roads_not_enough", float((~roads["is_enough"]).sum()), "routes"),
    ]
    people = places.set_index("id")["people"]
    for service in ACCESS_SERVICES:
        ways = access[access["service"] == service].set_index("settlement")
        for when in ("before", "after"):
            known = ways[f"minutes_{when}"].dropna()
            weight = people.loc[known.index]
            if weight.sum() > 0:
                mean = float(np.average(known, weights=weight))
                rows.append((f"{service}_minutes_{when}", mean, "min"))
    return conform(pd.DataFrame(rows, columns=TRAFFIC_TOTALS.names()), TRAFFIC_TOTALS)
