"""Radial feeders: which place hangs on which, and how thick the lines are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations
from math import sqrt, tan

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.grid.catalogue import Rung, build_ladder
from bunyad.options import ConnectOptions

BUSBAR = -1
"""Parent of the first place of a feeder."""
LEAST_GAIN_USD = 1.0
"""Smaller gains are rounding."""

Tree = dict[int, int]
"""By place, the place it hangs on, or `BUSBAR`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A feeder with a line for each of its places."""

    rungs: dict[int, Rung]
    """By place, the line towards the busbar."""
    cost_usd: float
    drop: float
    """Largest voltage drop, as a part of the nominal voltage [-]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeders:
    """All feeders of one busbar."""

    parent: tuple[int, ...]
    """By place, the place it hangs on, or `BUSBAR`."""
    length_km: tuple[float, ...]
    """Of the line towards the busbar."""
    rungs: tuple[Rung, ...]
    cost_usd: float
    drop: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """A busbar with the places around it: what feeders are drawn on."""

    kv: float
    power_mw: NDArray[np.float64]
    """Peak of each place."""
    lengths_km: NDArray[np.float64]
    """From each place to each other; the last row and column are the busbar's."""


def lay_yard(
    points: NDArray[np.float64],
    busbar: NDArray[np.float64],
    *,
    power_mw: NDArray[np.float64],
    kv: float,
    options: ConnectOptions,
) -> Yard:
    """
    Measure the lines between places and their busbar: straight, with a detour.

    Parameters
    ----------
    points, busbar
        Places, (place, 2), and the busbar, (2), in metres.
    power_mw
        Peak of each place [MW].
    kv
        Voltage [kV].
    options
        The detour.
    """
    every = np.vstack([points.reshape(-1, 2), busbar])
    gaps = np.hypot(*(every[:, None] - every[None, :]).transpose(2, 0, 1))
    return Yard(kv=kv, power_mw=power_mw, lengths_km=gaps * options.connection_detour / 1e3)


def size_feeder(yard: Yard, tree: Tree, *, options: ConnectOptions) -> Sized | None:
    """
    Choose the line of each place of a feeder: by current, economic section and voltage drop.

    The voltage that a line loses is (P R + Q X) / U², summed from the busbar on. Where the sum is
    too large, the line that loses most on the worst way becomes stronger.

    Parameters
    ----------
    yard
        Where the places are and what they need.
    tree
        What each place of the feeder hangs on.
    options
        Power factor, economic current density, drop.

    Returns
    -------
    Sized or None
        None where not even the strongest lines do.
    """
    ladder = build_ladder(yard.kv, options=options)
    slope = tan(np.arccos(options.grid_power_factor))
    flow = _sum_flows(yard, tree)
    steps: dict[int, int] = {}
    for place, power in flow.items():
        ampere = power / options.grid_power_factor / (sqrt(3) * yard.kv) * 1e3
        step = find_rung(ladder, ampere, options=options)
        if step is None:
            return None
        steps[place] = step

    def drop(place: int) -> float:
        rung = ladder[steps[place]]
        ohm = rung.resistance_ohm_per_km + slope * rung.reactance_ohm_per_km
        return flow[place] * ohm * float(yard.lengths_km[place, tree[place]]) / yard.kv**2

    while True:
        ways = {place: _way(tree, place) for place in tree}
        sums = {place: sum(drop(part) for part in way) for place, way in ways.items()}
        worst = max(sums, key=lambda place: (sums[place], place))
        if sums[worst] <= options.grid_feeder_drop:
            break
        weak = [part for part in ways[worst] if steps[part] + 1 < len(ladder)]
        if not weak:
            return None
        steps[max(weak, key=lambda part: (drop(part), part))] += 1
    rungs = {place: ladder[step] for place, step in steps.items()}
    cost = sum(
        rung.usd_per_km * float(yard.lengths_km[place, tree[place]])
        for place, rung in rungs.items()
    )
    return Sized(rungs=rungs, cost_usd=cost, drop=sums[worst])


def find_rung(ladder: tuple[Rung, ...], ampere: float, *, options: ConnectOptions) -> int | None:
    """
    Return the step of the ladder that carries a current, if one does.

    It has the economic section, or the strongest line's where none is as thick.
    """
    area = ampere / options.grid_economic_a_per_mm2
    for step, rung in enumerate(ladder):
        if rung.ampere >= ampere and rung.area_mm2 >= area:
            return step
    return len(ladder) - 1 if ladder[-1].ampere >= ampere else None


def plan_feeders(yard: Yard, *, options: ConnectOptions) -> Feeders | None:
    """
    Join places to a busbar by feeders, after Esau and Williams (1966), with true costs.

    Each place begins with a line of its own. As long as it saves money and current and voltage
    allow it, the pair of feeders whose union saves most becomes one: the first hangs, by any of
    its places, on any place of the second.

    Parameters
    ----------
    yard
        Where the places are and what they need.
    options
        Prices and limits.

    Returns
    -------
    Feeders or None
        None where a place cannot even be reached by a line of its own.

    References
    ----------
    L. R. Esau and K. C. Williams, On teleprocessing system design, part II, IBM Systems
    Journal 5 (1966), 142-147.
    """
    feeders: dict[int, tuple[Tree, Sized]] = {}
    for place in range(len(yard.power_mw)):
        sized = size_feeder(yard, {place: BUSBAR}, options=options)
        if sized is None:
            return None
        feeders[place] = ({place: BUSBAR}, sized)
    gains: dict[tuple[int, int], tuple[float, Tree, Sized] | None] = {}
    number = len(feeders)
    while True:
        for pair in permutations(feeders, 2):
            if pair not in gains:
                gains[pair] = _unite(yard, feeders[pair[0]], feeders[pair[1]], options=options)
        useful = [
            (found[0], pair)
            for pair, found in gains.items()
            if found is not None and set(pair) <= set(feeders)
        ]
        if not useful:
            break
        _, (first, second) = max(useful, key=lambda entry: (entry[0], entry[1]))
        found = gains[first, second]
        assert found is not None
        del feeders[first], feeders[second]
        feeders[number] = found[1:]
        number += 1
    return _gather(yard, feeders)


def _gather(yard: Yard, feeders: dict[int, tuple[Tree, Sized]]) -> Feeders:
    """Put the feeders into one value."""
    tree = {place: parent for part, _ in feeders.values() for place, parent in part.items()}
    rungs = {place: rung for _, sized in feeders.values() for place, rung in sized.rungs.items()}
    places = range(len(tree))
    return Feeders(
        parent=tuple(tree[place] for place in places),
        length_km=tuple(float(yard.lengths_km[place, tree[place]]) for place in places),
        rungs=tuple(rungs[place] for place in places),
        cost_usd=sum(sized.cost_usd for _, sized in feeders.values()),
        drop=max((sized.drop for _, sized in feeders.values()), default=0.0),
    )


def _unite(
    yard: Yard,
    first: tuple[Tree, Sized],
    second: tuple[Tree, Sized],
    *,
    options: ConnectOptions,
) -> tuple[float, Tree, Sized] | None:
    """Hang the first feeder on the second by their shortest link, where that saves money."""
    length, place, host = min(
        (float(yard.lengths_km[place, host]), place, host)
        for place in first[0]
        for host in second[0]
    )
    gates = [place for place, parent in first[0].items() if parent == BUSBAR]
    if length >= sum(float(yard.lengths_km[gate, BUSBAR]) for gate in gates):
        return None
    tree = {**_reroot(first[0], place), place: host, **second[0]}
    sized = size_feeder(yard, tree, options=options)
    if sized is None:
        return None
    gain = first[1].cost_usd + second[1].cost_usd - sized.cost_usd
    return (gain, tree, sized) if gain > LEAST_GAIN_USD else None


def _reroot(tree: Tree, place: int) -> Tree:
    """Turn the links of a tree so that all lead to `place`."""
    turned = dict(tree)
    way = _way(tree, place)
    turned.update((upper, lower) for lower, upper in pairwise(way))
    turned[place] = BUSBAR
    return turned


def _way(tree: Tree, place: int) -> list[int]:
    """Return the places from one to the busbar, itself first."""
    way = [place]
    while tree[way[-1]] != BUSBAR:
        way.append(tree[way[-1]])
    return way


def _sum_flows(yard: Yard, tree: Tree) -> dict[int, float]:
    """Return the power that the line of each place carries [MW]."""
    flow = dict.fromkeys(tree, 0.0)
    for place in tree:
        for part in _way(tree, place):
            flow[part] += float(yard.power_mw[place])
    return flow
