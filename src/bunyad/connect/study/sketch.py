"""Sketches: a single route between drawn places, in the time that somebody waits at a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import LineString

from bunyad.connect.alignment.adapt import surface_from_ground
from bunyad.connect.alignment.find import find_alignment
from bunyad.connect.alignment.model import Alignment, Design, Surface
from bunyad.connect.alignment.profile import best_profile
from bunyad.connect.ground import Ground, close_ground, lay_ground
from bunyad.connect.search import Graph, build_graph, find_path, trace_path
from bunyad.connect.standards import (
    Voltage,
    cost_line_steps,
    distribution_voltage,
    high_voltage,
    regional_voltage,
)
from bunyad.connect.steps import survey_steps
from bunyad.connect.study.corridors import ask_route, measure_land, terrain_cell
from bunyad.connect.study.room import search_with_room
from bunyad.connect.study.tables import table_study
from bunyad.connect.study.variants import STRUCTURES, Place, Variant
from bunyad.errors import Fault, InfeasibleError, InputError
from bunyad.options import ConnectOptions
from bunyad.region.changes import ROUTE_KINDS, RouteKind
from bunyad.region.model import Region

DEGREES = "EPSG:4326"
POWER_LINE: RouteKind = "power_line"
VOLTAGES = {
    "high": high_voltage,
    "regional": regional_voltage,
    "distribution": distribution_voltage,
}
Position = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad:
    """A region made ready for sketches."""

    region: Region
    options: ConnectOptions
    grounds: dict[str, Ground]
    """The routing grid by kind of route; land closed to the kind is closed."""
    surfaces: dict[str, Surface]
    lines: Graph
    """Where power lines may run, and what a line of the regional voltage costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A route between drawn places; its lengths and costs are in the sections of `RouteStudy`."""

    kind: str
    standard: str
    """Class of road or railway, or the voltage."""
    length_km: float
    real_length_km: float
    """Length on real land, corrected for the terrain's cell."""
    length_range_km: tuple[float, float] | None
    """Its 80 % interval; none for power lines, which span what the terrain hides."""
    climb_m: float
    max_grade_percent: float
    bridge_range_km: tuple[float, float, float]
    """What is expected on real land, and both ends of its 80 % interval."""
    tunnel_range_km: tuple[float, float, float]
    capex_usd: float
    hours: float | None
    """Time of a truck or a freight train, mean of both ways; none for power lines."""
    line: LineString
    """Longitude and latitude [degrees]."""
    stations: pd.DataFrame
    """Columns of `ROUTE_STATIONS`, for power lines those that they have."""
    costs: pd.DataFrame
    """Columns of `ROUTE_COSTS`."""


def lay_pad(region: Region, *, options: ConnectOptions) -> Pad:
    """
    Make a region ready for sketches: what all of them share is worked out once.

    Parameters
    ----------
    region
        The terrain, its layers and the land closed to routes.
    options
        Costs and fineness.
    """
    ground = lay_ground(region, options=options)
    grounds: dict[str, Ground] = {
        kind: close_ground(ground, region.forbidden, kind=kind) for kind in ROUTE_KINDS
    }
    surfaces = {
        kind: surface_from_ground(grounds[kind], options=options) for kind in ("road", "railway")
    }
    steps = survey_steps(grounds[POWER_LINE], options=options, longest_m=ground.cell_m)
    cost = cost_line_steps(steps, regional_voltage(options))
    usable = (steps.target >= 0) & (steps.multiple == 1)[:, None]
    lines = build_graph(steps, cost_usd=cost, weight=np.where(usable, cost, np.inf))
    return Pad(region=region, options=options, grounds=grounds, surfaces=surfaces, lines=lines)


def sketch_route(pad: Pad, places: Sequence[Position], *, kind: str, standard: str) -> Sketch:
    """
    Sketch a road, a railway or a power line through places.

    Parameters
    ----------
    pad
        The region, from `lay_pad`.
    places
        Start, places between, end: longitude and latitude [degrees].
    kind
        `road`, `railway` or `power_line`.
    standard
        `land` or `tunnels` for roads and railways, see `design_standard`; `high`, `regional` or
        `distribution` for power lines.

    Returns
    -------
    Sketch
        The line of one design; `study_route` also holds it against those of other designs.

    Raises
    ------
    InputError
        If a place is where no such route may run, or the kind or the standard is unknown.
    InfeasibleError
        If no line keeps to the limits.
    """
    spots = _spots(pad, places, kind)
    if kind == POWER_LINE:
        return _sketch_line(pad, spots, standard)
    words = [f"{lon},{lat}" for lon, lat in places]
    question = ask_route(
        pad.region, places=words, kind=kind, standard=standard, options=pad.options
    )
    line = _find(pad, question.design, spots)
    flat = LineString(line.points_m[:, :2])
    study = table_study(
        [
            (
                replace(question, places=tuple(spots)),
                [Variant(name=STRUCTURES, line=line, is_chosen=True)],
                measure_land(pad.region, flat, pad.options),
            )
        ],
        crs=pad.region.crs,
        cell_m=terrain_cell(pad.region),
        rivers=pad.grounds[kind].rivers,
        options=pad.options,
    )
    row = study.options.iloc[0]
    return Sketch(
        kind=kind,
        standard=str(row["standard"]),
        length_km=float(row["length_km"]),
        real_length_km=float(row["real_length_km"]),
        length_range_km=(float(row["length_low_km"]), float(row["length_high_km"])),
        climb_m=float(row["real_climb_m"]),
        max_grade_percent=float(row["max_grade_percent"]),
        bridge_range_km=(row["real_bridge_km"], row["bridge_low_km"], row["bridge_high_km"]),
        tunnel_range_km=(row["real_tunnel_km"], row["tunnel_low_km"], row["tunnel_high_km"]),
        capex_usd=float(row["capex_usd"]),
        hours=float(row["hours"]),
        line=_to_degrees(pad.region, flat),
        stations=study.stations,
        costs=study.costs,
    )


def _find(pad: Pad, design: Design, spots: Sequence[Place]) -> Alignment:
    """Find a road or a railway, with room beside closed land."""
    start, *via, end = spots
    surface = pad.surfaces[design.kind]
    return search_with_room(
        surface,
        lambda land: find_alignment(
            land, design, start=start, end=end, via=via, options=pad.options
        ),
        lambda line: best_profile(
            surface, design, line_m=line.points_m[:, :2], options=pad.options
        ),
        options=pad.options,
    )


def _spots(pad: Pad, places: Sequence[Position], kind: str) -> list[Place]:
    """Return where places are [m], if routes of the kind may run there."""
    if kind not in pad.grounds:
        raise InputError(
            f"there is no kind of route {kind!r}",
            where="kind",
            mend=f"give one of {', '.join(pad.grounds)}",
        )
    ground = pad.grounds[kind]
    to_metres = Transformer.from_crs(DEGREES, pad.region.crs, always_xy=True)
    spots = [cast("Place", tuple(map(float, to_metres.transform(*place)))) for place in places]
    faults = [
        Fault(f"places.{number}", what, "choose another place")
        for number, spot in enumerate(spots)
        if (what := _objection(ground, spot))
    ]
    faults += [
        Fault(f"places.{number + 1}", "it is the same place as the one before", "choose another")
        for number, (one, other) in enumerate(pairwise(spots))
        if np.hypot(one[0] - other[0], one[1] - other[1]) < ground.cell_m
    ]
    if faults:
        raise InputError.of(faults)
    return spots


def _objection(ground: Ground, spot: Place) -> str:
    """Say why no route can be at a place, if so."""
    node = _node(ground, spot)
    if node is None:
        return "it lies outside of the land that routes may use"
    if ground.closed is not None and ground.closed[ground.rows[node], ground.columns[node]]:
        return "it lies on land that is closed to such routes"
    return ""


def _node(ground: Ground, spot: Place) -> int | None:
    """Return the node of the cell that a place lies in."""
    if not np.isfinite(spot).all():
        return None
    column = round((spot[0] - ground.west_m) / ground.cell_m)
    row = round((ground.north_m - spot[1]) / ground.cell_m)
    rows, columns = ground.node.shape
    if not (0 <= row < rows and 0 <= column < columns) or ground.node[row, column] < 0:
        return None
    return int(ground.node[row, column])


def _sketch_line(pad: Pad, spots: Sequence[Place], standard: str) -> Sketch:
    """Sketch a power line."""
    if standard not in VOLTAGES:
        raise InputError(
            f"there is no voltage {standard!r}",
            where="standard",
            mend=f"give one of {', '.join(VOLTAGES)}",
        )
    ground, voltage = pad.grounds[POWER_LINE], VOLTAGES[standard](pad.options)
    nodes = _path(pad, [cast("int", _node(ground, spot)) for spot in spots])
    cost = cost_line_steps(pad.lines.steps, voltage)
    trace = trace_path(replace(pad.lines, cost_usd=cost), nodes)
    length_km = float(trace.length_m.sum() / 1e3)
    run_m = np.sqrt(trace.length_m**2 - trace.rise_m**2)
    none = (0.0, 0.0, 0.0)
    return Sketch(
        kind=POWER_LINE,
        standard=f"{voltage.kv:g} kV",
        length_km=length_km,
        real_length_km=length_km,
        length_range_km=None,
        climb_m=float(trace.rise_m.clip(0).sum()),
        max_grade_percent=float(100 * np.abs(trace.rise_m / run_m).max()),
        bridge_range_km=none,
        tunnel_range_km=none,
        capex_usd=float(trace.cost_usd.sum()),
        hours=None,
        line=_to_degrees(pad.region, LineString(ground.points(nodes))),
        stations=_stations(ground, nodes, trace.length_m),
        costs=_costs(length_km, float(trace.cost_usd.sum()), voltage),
    )


def _path(pad: Pad, stops: Sequence[int]) -> NDArray[np.int64]:
    """Return the nodes of the cheapest line through stops."""
    whole = [np.array(stops[:1], np.int64)]
    for start, end in pairwise(stops):
        leg = find_path(pad.lines, start, end)
        if leg is None:
            raise InfeasibleError(
                "no open land joins the places",
                clashing=("connect.border_buffer_km",),
                mend="choose other places, or open land that is closed to power lines",
            )
        whole.append(leg[1:])
    return np.concatenate(whole)


def _stations(
    ground: Ground, nodes: NDArray[np.int64], length_m: NDArray[np.float64]
) -> pd.DataFrame:
    """Return the heights of the ground along a power line."""
    height = ground.elevation_m[ground.rows[nodes], ground.columns[nodes]]
    along = np.concatenate([[0.0], np.cumsum(length_m)]) / 1e3
    return pd.DataFrame(
        {"station_km": along, "height_m": height, "ground_m": height, "structure": "open"}
    )


def _costs(length_km: float, usd: float, voltage: Voltage) -> pd.DataFrame:
    """Return what the line costs on easy land, and what the land adds."""
    easy = min(length_km * voltage.usd_per_km, usd)
    items = [("line", length_km, "km", easy), ("land", length_km, "km", usd - easy)]
    return pd.DataFrame(items, columns=["item", "quantity", "unit", "cost_usd"])


def _to_degrees(region: Region, line: LineString) -> LineString:
    """Return a line in longitude and latitude."""
    to_degrees = Transformer.from_crs(region.crs, DEGREES, always_xy=True)
    lon, lat = to_degrees.transform(*shapely.get_coordinates(line).T)
    return LineString(np.column_stack([lon, lat]))
