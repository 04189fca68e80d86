"""Really different routes, what each is good for, and when the dearer one pays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point

from bunyad.connect.alignment.model import BRIDGE, TUNNEL, Alignment, Design, Surface
from bunyad.connect.alignment.travel import run_over
from bunyad.errors import InfeasibleError
from bunyad.options import ConnectOptions

Finder = Callable[[Surface, Design], Alignment]
"""Finds the least-cost alignment between two fixed places."""
Pricer = Callable[[Surface, Design, Alignment], Alignment]
"""Gives a line its best profile and cost on the surface and design as they are."""

ROAD_VEHICLE, RAIL_VEHICLE = "truck", "freight train"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to join two places."""

    alignment: Alignment
    capex_usd: float
    length_km: float
    hours: float
    """Time of a truck or a freight train, mean of both ways."""
    energy_kwh: float
    """Its energy, mean of both ways."""
    is_efficient: bool
    """Whether no other choice is at least as good in cost, length and time and better in one."""


def find_alternatives(
    surface: Surface,
    design: Design,
    *,
    find: Finder,
    price: Pricer,
    count: int,
    options: ConnectOptions,
) -> list[Alignment]:
    """
    Find the best route, and further ones that run elsewhere.

    Land near the routes so far is made dearer, more so each time, until the best route leaves it
    for most of its length (the penalty method: O. Bader et al., Alternative route graphs in road
    networks, TAPAS 2011). Each route is then priced on the land as it is.

    Parameters
    ----------
    surface, design
        Land and class.
    find
        Finds the best route on a surface.
    price
        Prices a line on a surface.
    count
        Most routes to return.
    options
        Width of a corridor, how much of a route may be shared, penalty and tries.

    Returns
    -------
    list
        The best route first; then others, the cheapest first. Fewer than `count` where the land
        leaves no more.

    Raises
    ------
    InfeasibleError
        If there is no route at all.
    """
    found = [find(surface, design)]
    penalty = np.ones_like(surface.factor)
    near = _near(surface, found, options.alternative_band_m)
    for _ in range(options.alternative_tries):
        if len(found) >= count:
            break
        penalty[near] *= options.alternative_penalty
        dearer = replace(
            surface, factor=surface.factor * penalty, extra_usd_per_m=surface.extra_usd_per_m
            + (penalty - 1) * np.float32(design.usd_per_m)
        )  # fmt: skip
        try:
            line = find(dearer, design)
        except InfeasibleError:
            break
        near = _near(surface, [line], options.alternative_band_m)
        shared = max(_shared(line, other, options) for other in found)
        if shared <= options.alternative_shared_share:
            found.append(price(surface, design, line))
    return [found[0], *sorted(found[1:], key=lambda line: line.capex_usd)]


def trade_off(
    surface: Surface, designs: Iterable[Design], *, find: Finder, price: Pricer,
    options: ConnectOptions,
) -> list[Choice]:  # fmt: skip
    """
    Return what can be had between cost, length and time.

    Every design is routed with several prices for a metre of length: a short road is worth more
    to those who use it. Each route is then priced as it is.

    Parameters
    ----------
    surface
        The land.
    designs
        Classes to compare, such as one with tunnels and one without.
    find, price
        As for `find_alternatives`.
    options
        The prices of length, as parts of the cost of easy line.

    Returns
    -------
    list
        The choices, cheapest first; designs without a route are left out.
    """
    lines: list[Alignment] = []
    for design in designs:
        for share in _shares(options):
            eager = replace(
                design,
                usd_per_m=design.usd_per_m * (1 + share),
                bridge_usd_per_m=design.bridge_usd_per_m + design.usd_per_m * share,
                tunnel_usd_per_m=design.tunnel_usd_per_m + design.usd_per_m * share,
            )
            try:
                line = find(surface, eager)
            except InfeasibleError:
                break
            lines.append(price(surface, design, line))
    return weigh(lines)


def weigh(lines: Sequence[Alignment]) -> list[Choice]:
    """Put cost, length, time and energy of lines side by side, cheapest first."""
    choices = [_choice(line) for line in lines]
    kept = {(one.capex_usd, one.length_km, one.hours): one for one in choices}
    rated = [
        replace(one, is_efficient=not any(_beats(other, one) for other in kept.values()))
        for one in kept.values()
    ]
    return sorted(rated, key=lambda one: (one.capex_usd, one.length_km))


def vary_design(
    design: Design, *, tunnel_cost_factor: float = 1.0, bridge_cost_factor: float = 1.0,
    grade_factor: float = 1.0, radius_factor: float = 1.0,
) -> Design:  # fmt: skip
    """
    Return a design with other costs or limits, to ask what would be if.

    Parameters
    ----------
    design
        The design as it is.
    tunnel_cost_factor, bridge_cost_factor
        Cost of structures as a multiple, 0.7 for 30 % less [-].
    grade_factor, radius_factor
        Steepest grade and least radius as multiples [-].
    """
    return replace(
        design,
        tunnel_usd_per_m=design.tunnel_usd_per_m * tunnel_cost_factor,
        bridge_usd_per_m=design.bridge_usd_per_m * bridge_cost_factor,
        max_grade=design.max_grade * grade_factor,
        min_radius_m=design.min_radius_m * radius_factor,
    )


def break_even_traffic(cheap: Choice, dear: Choice, *, options: ConnectOptions) -> float:
    """
    Return the traffic from which the dearer of two routes pays [vehicles/day].

    Its extra cost, as a yearly payment over its life, stands against the time and the distance
    that each vehicle saves.

    Parameters
    ----------
    cheap, dear
        Two routes between the same places.
    options
        Value of time, running cost, life and discount rate.

    Returns
    -------
    float
        Vehicles a day, both ways; infinite where the dearer route saves nothing.
    """
    rate, years = options.discount_rate, options.route_life_years
    recovery = 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)
    saved = (
        (cheap.hours - dear.hours) * options.value_of_time_usd_per_h
        + (cheap.length_km - dear.length_km) * options.running_usd_per_km
    )  # fmt: skip
    if saved <= 0:
        return inf
    return max(0.0, (dear.capex_usd - cheap.capex_usd) * recovery / (365 * saved))


def structure_km(alignment: Alignment) -> tuple[float, float]:
    """Return the lengths of bridges and of tunnels [km]."""
    length = np.linalg.norm(np.diff(alignment.points_m, axis=0), axis=1) / 1e3
    kind = alignment.structure
    return float(length[kind == BRIDGE].sum()), float(length[kind == TUNNEL].sum())


def _shares(options: ConnectOptions) -> list[float]:
    """Return the prices of length to try, from none, doubling each time."""
    steps = options.trade_off_steps
    return [0.0] + [options.trade_off_length_share * 2**step for step in range(steps - 1)]


def _choice(line: Alignment) -> Choice:
    """Weigh one line."""
    vehicle = RAIL_VEHICLE if line.design.kind == "railway" else ROAD_VEHICLE
    runs = [run_over(line, vehicle, backwards=backwards) for backwards in (False, True)]
    return Choice(
        alignment=line,
        capex_usd=line.capex_usd,
        length_km=line.length_m / 1e3,
        hours=sum(run.time_h for run in runs) / 2,
        energy_kwh=sum(run.energy_kwh for run in runs) / 2,
        is_efficient=True,
    )


def _beats(one: Choice, other: Choice) -> bool:
    """Tell whether a choice is at least as good in all and better in something."""
    first = (one.capex_usd, one.length_km, one.hours)
    second = (other.capex_usd, other.length_km, other.hours)
    return first != second and all(a <= b for a, b in zip(first, second, strict=True))


def _line(alignment: Alignment) -> LineString:
    return LineString(alignment.points_m[:, :2])


def _shared(line: Alignment, other: Alignment, options: ConnectOptions) -> float:
    """Return the part of a line that runs within half a corridor's width of another."""
    mine = _line(line)
    band = _line(other).buffer(options.alternative_band_m)
    return float(mine.intersection(band).length / mine.length)


def _near(surface: Surface, lines: Sequence[Alignment], band_m: float) -> NDArray[np.bool_]:
    """Return the cells within a band around lines, but not around their ends."""
    rows, columns = surface.elevation_m.shape
    x = surface.west_m + surface.cell_m * np.arange(columns)
    y = surface.north_m - surface.cell_m * np.arange(rows)
    east, north = np.meshgrid(x, y)
    near = np.zeros((rows, columns), np.bool_)
    for line in lines:
        path = _line(line)
        ends = shapely.union_all([Point(path.coords[end]).buffer(2 * band_m) for end in (0, -1)])
        area = shapely.simplify(path, surface.cell_m / 2).buffer(band_m).difference(ends)
        shapely.prepare(area)
        near |= shapely.contains_xy(area, east, north)
    return near
