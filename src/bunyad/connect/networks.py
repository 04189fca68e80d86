"""The front door of the room, and single routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np

from bunyad.connect.alignments import route_pairs
from bunyad.connect.choices import weigh_choices
from bunyad.connect.digital import plan_digital
from bunyad.connect.ground import Ground, close_ground, lay_ground
from bunyad.connect.power import choose_buses, lay_grid, link_buses
from bunyad.connect.refine import refine_links
from bunyad.connect.result import Networks
from bunyad.connect.roads import (
    Corridor,
    Stops,
    check_corridors,
    check_stops,
    link_corridors,
    link_settlements,
    place_stops,
    route_corridors,
)
from bunyad.connect.routes import Link, table_routes
from bunyad.connect.standards import design_standard
from bunyad.connect.steps import Steps, survey_steps
from bunyad.connect.study import study_corridors
from bunyad.connect.supply import assign_members, design_supply, name_asked
from bunyad.connect.traffic import assess_traffic
from bunyad.errors import InputError
from bunyad.options import ConnectOptions
from bunyad.potential.result import Potential
from bunyad.region.changes import ROUTE_KINDS
from bunyad.region.model import Region
from bunyad.settle.result import Settlements


def connect_places(
    region: Region, *, settlements: Settlements, potential: Potential, options: ConnectOptions
) -> Networks:
    """
    Join the places of a region by roads, railways and power lines over its terrain.

    Planned corridors are routed first, each at the least cost its standard allows; local roads
    then join every settlement, over the corridors where that is cheaper. Substations are joined
    by lines; each settlement and site connects to one of them. Conductors and transformers are
    strong enough for a load flow in the peak hour, at reverse flow and with each line out, see
    `design_supply`. Corridors that are not planned are routed for the checks only.

    Parameters
    ----------
    region
        What is there.
    settlements
        What people need.
    potential
        What the land can yield.
    options
        Costs and limits.

    Returns
    -------
    Networks
        Routes, buses, what connects to them, the power grid with its load flow, and checks
        against published lengths. No stretch
        of road or railway is in two routes, so lengths and costs may be summed.

    Raises
    ------
    InputError
        If a corridor names an unknown stop, kind or standard.
    InfeasibleError
        If places cannot be joined within the limits, not even within the relaxed ones.
    """
    ground = lay_ground(region, options=options)
    surveyed = _survey(region, ground, options=options)
    lands = {kind: land for kind, (land, _) in surveyed.items()}
    stops = place_stops(ground, region.settlements)
    corridors = _route_corridors(region, surveyed, stops, options=options)
    roads = link_corridors(corridors, stops, kind="road")
    link_settlements(*surveyed["road"], stops, linked=roads, options=options)
    railways = link_corridors(corridors, stops, kind="railway")
    buses = choose_buses(region, settlements=settlements, potential=potential, options=options)
    grid = lay_grid(*surveyed["power_line"], buses=buses, options=options)
    members = assign_members(
        ground, grid, settlements=settlements, potential=potential, options=options
    )
    lines = link_buses(
        grid,
        interconnected=list(region.interconnectors["substation"]),
        options=options,
        asked=name_asked(members, options=options),
    )
    drawn = Networks(
        routes=table_routes(
            ground,
            [
                *refine_links(lands["road"], roads.links, options=options),
                *refine_links(lands["railway"], railways.links, options=options),
                *lines,
            ],
        ),
        buses=buses,
        bus_members=members,
        route_checks=check_corridors(corridors),
    )
    supplied = design_supply(drawn, interconnectors=region.interconnectors, options=options)
    study = study_corridors(region, ground, options=options)
    planned = set(region.corridors.loc[region.corridors["is_planned"], "id"])
    studied = replace(
        supplied,
        route_options=study.options,
        route_stations=study.stations,
        route_costs=study.costs,
        route_choices=weigh_choices(lands, study, planned=planned, options=options),
    )
    return _add_users(region, studied, settlements=settlements, options=options)


def _survey(
    region: Region, ground: Ground, *, options: ConnectOptions
) -> dict[str, tuple[Ground, Steps]]:
    """Survey the ground for each kind of route, once where the same land is open to them."""
    usual: Steps | None = None
    found: dict[str, tuple[Ground, Steps]] = {}
    for kind in ROUTE_KINDS:
        land = close_ground(ground, region.forbidden, kind=kind)
        if land is ground:
            usual = usual or survey_steps(ground, options=options)
            found[kind] = (ground, usual)
            continue
        alike = [one for one in found.values() if _same_land(one[0], land)]
        found[kind] = alike[0] if alike else (land, survey_steps(land, options=options))
    return found


def _same_land(one: Ground, other: Ground) -> bool:
    """Tell whether the same cells are closed."""
    if one.closed is None or other.closed is None:
        return one.closed is other.closed
    return np.array_equal(one.closed, other.closed)


def _route_corridors(
    region: Region,
    surveyed: Mapping[str, tuple[Ground, Steps]],
    stops: Stops,
    *,
    options: ConnectOptions,
) -> list[Corridor]:
    """Route the region's corridors, each over the land that is open to its kind."""
    check_stops(region.corridors, stops)
    is_railway = region.corridors["kind"] == "railway"
    routed = [
        one
        for kind, chosen in (("road", ~is_railway), ("railway", is_railway))
        for one in route_corridors(
            *surveyed[kind], stops, corridors=region.corridors[chosen], options=options
        )
    ]
    order = {name: place for place, name in enumerate(region.corridors["id"])}
    return sorted(routed, key=lambda one: order[one.id])


def _add_users(
    region: Region, networks: Networks, *, settlements: Settlements, options: ConnectOptions
) -> Networks:
    """Add what uses the routes: fibre, radio and traffic."""
    routes = networks.routes
    digital = plan_digital(region, settlements=settlements, routes=routes, options=options)
    traffic = assess_traffic(region, settlements=settlements, routes=routes, options=options)
    return replace(
        networks,
        fibre=digital.fibre,
        masts=digital.radio.masts,
        radios=digital.radio.radios,
        radio_coverage=digital.radio.coverage,
        backhaul=digital.radio.backhaul,
        radio_totals=digital.radio.totals,
        radio_margin=digital.radio.margin_db.to_dataset(name="margin_db"),
        road_traffic=traffic.roads,
        access=traffic.access,
        traffic_totals=traffic.totals,
    )


def find_route(
    region: Region, *, start: str, end: str, kind: str, standard: str, options: ConnectOptions
) -> gpd.GeoDataFrame:
    """
    Find the least-cost alignment between two settlements.

    Parameters
    ----------
    region
        What is there.
    start, end
        Identifiers of the settlements.
    kind
        `road` or `railway`.
    standard
        `land` or `tunnels`, see `design_standard`.
    options
        Costs and limits.

    Returns
    -------
    GeoDataFrame
        One row with the columns of `ROUTES`.

    Raises
    ------
    InputError
        If a settlement, the kind or the standard is unknown, or the ends are the same.
    InfeasibleError
        If no alignment keeps to the limits.

    Examples
    --------
    >>> from bunyad.options import ConnectOptions
    >>> from worlds import small_region
    >>> road = find_route(small_region(), start="riverton", end="oldtown", kind="road",
    ...     standard="land", options=ConnectOptions())
    >>> round(road.length_km.item(), 1)
    12.6
    """
    known = list(region.settlements["id"])
    for name in (start, end):
        if name not in known or start == end:
            raise InputError(
                f"{start!r} to {end!r} is no pair of settlements",
                where="connect.find_route",
                mend=f"give two of {', '.join(known)}",
            )
    design = design_standard(kind=kind, standard=standard, options=options)
    ground = lay_ground(region, options=options)
    steps = survey_steps(ground, options=options)
    stops = place_stops(ground, region.settlements)
    pair = (stops.by_id[start], stops.by_id[end])
    trace = route_pairs(ground, steps, design, pairs={(start, end): pair}, options=options)
    link = Link(
        kind=kind,
        start=stops.by_node[pair[0]],
        end=stops.by_node[pair[1]],
        standard=design.name,
        trace=trace[start, end],
    )
    return table_routes(ground, [link])
