"""Rows of the tables of a study, from alignments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import LineString

from bunyad.connect.alignment import (
    BRIDGE,
    OPEN,
    TUNNEL,
    Alignment,
    Choice,
    Range,
    Roughness,
    break_even_traffic,
    bridge_rivers,
    correct_route,
    run_over,
    structure_km,
    turn_radius,
    weigh,
)
from bunyad.connect.alignment.alternatives import RAIL_VEHICLE, ROAD_VEHICLE
from bunyad.connect.study.crossings import count_crossings
from bunyad.connect.study.result import (
    ROUTE_COSTS,
    ROUTE_OPTIONS,
    ROUTE_STATIONS,
    RouteStudy,
)
from bunyad.connect.study.variants import Question, Variant
from bunyad.options import ConnectOptions
from bunyad.tables import conform

STRUCTURE_WORDS = {OPEN: "open", BRIDGE: "bridge", TUNNEL: "tunnel"}
M_PER_KM = 1e3

Row = dict[str, Any]
Answer = tuple[Question, Sequence[Variant], Sequence[Roughness]]


def table_study(
    answers: Sequence[Answer],
    *,
    crs: str,
    cell_m: float,
    rivers: NDArray[np.float64],
    options: ConnectOptions,
) -> RouteStudy:
    """
    Put the variants of questions into tables.

    Parameters
    ----------
    answers
        Questions with their variants and the roughness of their land in parts.
    crs
        Metric projection of the lines.
    cell_m
        Cell of the terrain itself [m].
    rivers
        Mapped rivers, as straight pieces: easting and northing of start and end [m].
    options
        Values of time and distance, length of bridges over rivers.
    """
    rows: list[Row] = []
    stations: list[Row] = []
    costs: list[Row] = []
    for question, variants, roughness in answers:
        choices = {id(one.alignment): one for one in weigh([v.line for v in variants])}
        cheapest = min(choices.values(), key=lambda one: one.capex_usd)
        for variant in variants:
            key = {"corridor": question.id, "variant": variant.name}
            choice = choices.get(id(variant.line), cheapest)
            crossed = count_crossings(variant.line, rivers, apart_m=cell_m)
            over = bridge_rivers(crossed, usual_m=options.river_bridge_m)
            rows.append(
                {
                    **key,
                    **_facts(question, variant, choice),
                    **_corrected(variant.line, cell_m, roughness, over),
                    "river_bridges": crossed,
                    "break_even_per_day": _break_even(question, cheapest, choice, options),
                }
            )
            stations += [{**key, **row} for row in _stations(variant.line, options)]
            costs += [{**key, **row} for row in _costs(variant.line)]
    frame = gpd.GeoDataFrame(rows, columns=ROUTE_OPTIONS.names(), geometry="geometry", crs=crs)
    return RouteStudy(
        options=conform(frame, ROUTE_OPTIONS),
        stations=conform(pd.DataFrame(stations, columns=ROUTE_STATIONS.names()), ROUTE_STATIONS),
        costs=conform(pd.DataFrame(costs, columns=ROUTE_COSTS.names()), ROUTE_COSTS),
        lines={
            f"{question.id}/{variant.name}": variant.line
            for question, variants, _ in answers
            for variant in variants
        },
    )


def _facts(question: Question, variant: Variant, choice: Choice) -> Row:
    """Tell what a variant is like on the terrain's cells."""
    line = variant.line
    bridge_km, tunnel_km = structure_km(line)
    run = np.hypot(*np.diff(line.points_m[:, :2], axis=0).T)
    rise = np.diff(line.points_m[:, 2])
    return {
        "name": question.name,
        "kind": line.design.kind,
        "standard": line.design.name,
        "is_chosen": variant.is_chosen,
        "is_efficient": choice.is_efficient,
        "published_key": question.published_key,
        "length_km": line.length_m / M_PER_KM,
        "climb_m": float(rise.clip(0).sum()),
        "max_grade_percent": float(100 * np.abs(rise / run).max()),
        "min_radius_m": float(turn_radius(line.points_m).min()),
        "bridge_km": bridge_km,
        "tunnel_km": tunnel_km,
        "cut_m3": float(line.cut_m3.sum()),
        "fill_m3": float(line.fill_m3.sum()),
        "capex_usd": line.capex_usd,
        "hours": choice.hours,
        "energy_kwh": choice.energy_kwh,
        "geometry": LineString(line.points_m),
    }


def _corrected(line: Alignment, cell_m: float, roughness: Sequence[Roughness], over: Range) -> Row:
    """Tell what it would be on real land."""
    real = correct_route(line, cell_m=cell_m, roughness=roughness)
    return {
        "real_length_km": real.length_km.median,
        "length_low_km": real.length_km.low80,
        "length_high_km": real.length_km.high80,
        "real_climb_m": real.climb_m.median,
        "real_bridge_km": real.bridge_km.median + over.median,
        "bridge_low_km": real.bridge_km.low80 + over.low80,
        "bridge_high_km": real.bridge_km.high80 + over.high80,
        "real_tunnel_km": real.tunnel_km.median,
        "tunnel_low_km": real.tunnel_km.low80,
        "tunnel_high_km": real.tunnel_km.high80,
    }


def _break_even(
    question: Question, cheapest: Choice, choice: Choice, options: ConnectOptions
) -> float | None:
    """Return the traffic from which a road pays against the cheapest, where there is any."""
    if question.design.kind != "road" or choice is cheapest:
        return None
    traffic = break_even_traffic(cheapest, choice, options=options)
    return traffic if np.isfinite(traffic) else None


def _stations(line: Alignment, options: ConnectOptions) -> list[Row]:
    """Return the profile, thinned to what a picture can show."""
    step = np.linalg.norm(np.diff(line.points_m, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(step)]) / M_PER_KM
    vehicle = RAIL_VEHICLE if line.design.kind == "railway" else ROAD_VEHICLE
    speed = run_over(line, vehicle).speed_kmh
    kind = np.append(line.structure, line.structure[-1])
    shown = np.linspace(0, len(along) - 1, min(len(along), options.route_shown_stations))
    changes = np.flatnonzero(np.diff(kind)) + 1  # no structure is left out
    kept = np.unique(np.concatenate([np.rint(shown).astype(int), changes]))
    return [
        {
            "station_km": along[at],
            "height_m": line.points_m[at, 2],
            "ground_m": line.ground_m[at],
            "structure": STRUCTURE_WORDS[int(kind[at])],
            "speed_kmh": speed[at],
        }
        for at in kept
    ]


def _costs(line: Alignment) -> list[Row]:
    """Return the cost by item; the items add up to the whole."""
    design = line.design
    cut, fill = float(line.cut_m3.sum()), float(line.fill_m3.sum())
    bridge_km, tunnel_km = structure_km(line)
    earth = {"cut": cut * design.cut_usd_per_m3, "fill": fill * design.fill_usd_per_m3}
    whole = {kind: float(line.cost_usd[line.structure == kind].sum()) for kind in STRUCTURE_WORDS}
    open_km = line.length_m / M_PER_KM - bridge_km - tunnel_km
    items = [
        ("line", open_km, "km", whole[OPEN] - earth["cut"] - earth["fill"]),
        ("cut", cut, "m³", earth["cut"]),
        ("fill", fill, "m³", earth["fill"]),
        ("haul", cut + fill, "m³", line.haul_usd),
        ("bridges", bridge_km, "km", whole[BRIDGE]),
        ("tunnels", tunnel_km, "km", whole[TUNNEL]),
    ]
    return [
        {"item": item, "quantity": quantity, "unit": unit, "cost_usd": cost}
        for item, quantity, unit, cost in items
    ]
