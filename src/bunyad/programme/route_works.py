"""Works that join places: roads, railways and power lines."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely

from bunyad.connect.result import Networks
from bunyad.energy.result import EnergySystem
from bunyad.options.programme import ProgrammeOptions
from bunyad.programme.access import Access, route_project_id
from bunyad.programme.works import DEGREES, Work, years_needed
from bunyad.region.model import Region
from bunyad.settle.result import Settlements

__all__ = ["draft_routes"]

SQUARE_METRES_PER_HA = 10_000


def draft_routes(
    region: Region,
    *,
    settlements: Settlements,
    networks: Networks,
    energy: EnergySystem,
    access: Access,
    options: ProgrammeOptions,
) -> list[Work]:
    """
    Draft a work for every planned road, railway and power line.

    A power line's cost holds the capacity that the energy system adds to it and the new
    substation that it reaches. Roads and railways serve the settlements at their ends, power
    lines those of the buses at their ends.

    Parameters
    ----------
    region
        Districts and the last year.
    settlements
        People of each settlement.
    networks
        Routes.
    energy
        Added capacity of lines.
    access
        By which link each place is reached.
    options
        Options of the room.
    """
    people = settlements.places.set_index("id")["people"].to_dict()
    added_usd = energy.lines.groupby("id")["added_capex_usd"].sum().to_dict()
    routes = networks.routes
    grounds = _grounds(routes, region.districts, options)
    works = []
    for route, outline, ground in zip(
        routes.to_dict("records"), routes.to_crs(DEGREES).geometry, grounds, strict=True
    ):
        kind = route["kind"]
        ends = (route["start"], route["end"])
        if kind == "power_line":
            serves = _unique(place for bus in ends for place in access.served_by_bus.get(bus, ()))
        else:
            serves = _unique(end for end in ends if end in people)
        identifier = route_project_id(kind, route["id"])
        capex_usd = (
            route["capex_usd"]
            + added_usd.get(route["id"], 0.0)
            + access.station_usd.get(identifier, 0.0)
        )
        works.append(
            Work(
                id=identifier,
                kind=kind,
                name=route["name"],
                district=route["district"],
                geometry=outline,
                capacity=route["length_km"],
                unit="km",
                capex_usd=capex_usd,
                opex_usd_per_year=capex_usd * getattr(options, f"{kind}_opex_percent") / 100,
                serves=serves,
                provenance=f"connect: route {route['id']}",
                years=years_needed(route["length_km"], getattr(options, f"{kind}_km_per_year")),
                due=region.last_year,
                merit=sum(people[place] for place in serves) / max(capex_usd, 1),
                ground_ha=ground,
            )
        )
    return works


def _unique(places: Iterable[str]) -> tuple[str, ...]:
    """Return places once each, in order."""
    return tuple(dict.fromkeys(places))


def _grounds(
    routes: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, options: ProgrammeOptions
) -> list[tuple[tuple[str, float], ...]]:
    """Return the land that each route takes in each district; outside of all, in its own."""
    pieces = shapely.intersection(
        routes.geometry.to_numpy()[:, None], districts.geometry.to_numpy()[None, :]
    )
    lengths_m = shapely.length(pieces)
    names = districts["name"].tolist()
    grounds = []
    for kind, home, total_m, of_districts in zip(
        routes["kind"], routes["district"], routes.geometry.length, lengths_m, strict=True
    ):
        width_m = getattr(options, f"{kind}_corridor_m")
        inside = {names[i]: float(of_districts[i]) for i in np.flatnonzero(of_districts)}
        metres = inside or {home: float(total_m)}
        grounds.append(
            tuple((name, m * width_m / SQUARE_METRES_PER_HA) for name, m in metres.items())
        )
    return grounds
