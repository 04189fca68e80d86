"""
Kernels of bends: draw a chain of vertices as tangents and arcs, and shift the chain to its best.

A chain has vertices P0 … Pn. Its joints are A1 = P0, the middles of the pieces between inner
vertices, and An = Pn. Between joints k and k + 1 the line runs to vertex k, round it on the
largest arc that fits, and on. The height of the line is linear between joints.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from bunyad.connect.alignment.kernels_land import ground_at, open_usd_at, usd_of

STRAIGHT = 1e-9
"""Tangent of half a turn below which a bend is a straight line."""


@njit(cache=True, error_model="numpy", nogil=True)
def measure_bend(ax: float, ay: float, px: float, py: float, bx: float, by: float) -> Any:
    """
    Measure the bend from joint a round vertex p to joint b.

    Returns
    -------
    tuple
        Length before the arc, radius (infinite if straight), turn (positive to the right on a
        map whose second axis points south), length of the whole [m].
    """
    ux, uy, vx, vy = px - ax, py - ay, bx - px, by - py
    before, after = np.hypot(ux, uy), np.hypot(vx, vy)
    turn = np.arctan2(ux * vy - uy * vx, ux * vx + uy * vy)
    half = np.tan(abs(turn) / 2)
    if half < STRAIGHT or before == 0 or after == 0:
        return before, np.inf, 0.0, before + after
    tangent = min(before, after)
    radius = tangent / half
    return before - tangent, radius, turn, before + after - 2 * tangent + radius * abs(turn)


@njit(cache=True, error_model="numpy", nogil=True)
def place_on_bend(bend: Any, joints: Any, along: float) -> tuple[float, float, float, float]:
    """Return place and unit heading at a length along a bend; joints are a, p, b in a row."""
    ax, ay, px, py, bx, by = joints
    lead, radius, turn, length = bend
    before = np.hypot(px - ax, py - ay)
    if before > 0:
        ux, uy = (px - ax) / before, (py - ay) / before
    else:
        ux, uy = 0.0, 0.0
    if turn == 0 and before > 0 and along <= before:
        return ax + ux * along, ay + uy * along, ux, uy
    if turn != 0 and along <= lead:
        return ax + ux * along, ay + uy * along, ux, uy
    if turn == 0 or along >= lead + radius * abs(turn):
        after = np.hypot(bx - px, by - py)
        vx, vy = (bx - px) / after, (by - py) / after
        rest = length - along
        return bx - vx * rest, by - vy * rest, vx, vy
    angle = (along - lead) / radius
    side = 1.0 if turn > 0 else -1.0
    # The centre lies a radius to the side of the arc's start.
    sx, sy = ax + ux * lead, ay + uy * lead
    cx, cy = sx - side * uy * radius, sy + side * ux * radius
    cosine, sine = np.cos(angle), np.sin(angle) * side
    hx, hy = ux * cosine - uy * sine, uy * cosine + ux * sine
    return cx + side * hy * radius, cy - side * hx * radius, hx, hy


@njit(cache=True, error_model="numpy", nogil=True)
def _lay_bend(
    land: Any, rates: Any, joints: Any, spacing: float, samples: Any
) -> tuple[int, float, float]:
    """Fill samples along a bend; return their number, the length and the radius."""
    ax, ay, px, py, bx, by = joints
    bend = measure_bend(ax, ay, px, py, bx, by)
    length = bend[3]
    count = min(max(int(length / spacing + 0.5), 3), len(samples))
    if bend[1] < rates.min_radius_m:
        return count, length, bend[1]
    for place in range(count):
        x, y, hx, hy = place_on_bend(bend, joints, (place + 0.5) * length / count)
        ground, east, south = ground_at(land.elevation, land.cell_m, x, y)
        samples[place, 0] = ground
        if ground == ground:  # noqa: PLR0124 — not NaN
            usd, flag = open_usd_at(land, rates, x, y, hx * south - hy * east)
            samples[place, 1], samples[place, 2] = usd, flag
    return count, length, bend[1]


@njit(cache=True, error_model="numpy", nogil=True)
def _joint(chain: Any, vertex: int, before: Any, here: Any) -> tuple[float, float]:
    """Return the joint before a vertex, given where that and the vertex before it are."""
    if vertex == 1:
        return before[0], before[1]
    if vertex == len(chain) - 1:
        return here[0], here[1]
    return (before[0] + here[0]) / 2, (before[1] + here[1]) / 2


@njit(cache=True, error_model="numpy", nogil=True)
def _bend_usd(
    samples: Any, count: int, length: float, heights: tuple[float, float], rates: Any
) -> float:
    """Return the cost of a bend between two heights [US$]."""
    total = 0.0
    step = (heights[1] - heights[0]) / count
    for place in range(count):
        fill = heights[0] + (place + 0.5) * step - samples[place, 0]
        total += usd_of(fill, samples[place, 1], int(samples[place, 2]), rates)
        if not total < np.inf:
            return np.inf
    return total * length / count


@njit(cache=True, error_model="numpy", nogil=True)
def shift_chain(
    land: Any,
    rates: Any,
    chain: Any,
    heights: Any,
    free: Any,
    moves: Any,
    lifts: Any,
    follow: float,
    spacing: float,
) -> tuple[Any, Any, float]:
    """
    Shift all vertices sideways and all joints in height at once, for the least cost.

    Dynamic programming over vertices; a state is where a vertex and the one before it go and
    the height of the joint between them.

    Parameters
    ----------
    land, rates
        The land and the design.
    chain
        Vertices, east and south [m].
    heights
        Height of the joint before each vertex; that of vertex 0 is not used [m].
    free
        Whether a vertex may be shifted.
    moves
        Shifts to try, the first of them 0 [m].
    lifts
        Changes of height to try, the first of them 0 [m].
    follow
        Share of a change of the ground under a shifted joint that the joint takes part in.
    spacing
        Spacing of samples [m].

    Returns
    -------
    tuple
        Chain, heights and cost of the best; infinite if every one breaks a limit.
    """
    count, sides, ups = len(chain), len(moves), len(lifts)
    normal = np.zeros((count, 2))
    for vertex in range(1, count - 1):
        if free[vertex]:
            dx = chain[vertex + 1, 0] - chain[vertex - 1, 0]
            dy = chain[vertex + 1, 1] - chain[vertex - 1, 1]
            size = np.hypot(dx, dy)
            if size > 0:
                normal[vertex, 0], normal[vertex, 1] = -dy / size, dx / size
    value = np.full((sides, sides, ups), np.inf)
    value[0, :, 0] = 0.0
    choice = np.full((count, sides, sides, ups), -1, np.int16)
    samples = np.empty((4096, 3))
    z_here, z_next = np.empty(ups), np.empty(ups)
    for vertex in range(1, count - 1):
        following = np.full((sides, sides, ups), np.inf)
        for j in range(sides):
            if j > 0 and not free[vertex]:
                break
            here = (
                chain[vertex, 0] + moves[j] * normal[vertex, 0],
                chain[vertex, 1] + moves[j] * normal[vertex, 1],
            )
            for i in range(sides):
                if not np.isfinite(value[i, j].min()):
                    continue
                before = (
                    chain[vertex - 1, 0] + moves[i] * normal[vertex - 1, 0],
                    chain[vertex - 1, 1] + moves[i] * normal[vertex - 1, 1],
                )
                a = _joint(chain, vertex, before, here)
                _lift(land, chain, heights, vertex, a, lifts, follow, z_here)
                for k in range(sides):
                    if k > 0 and not free[vertex + 1]:
                        break
                    after = (
                        chain[vertex + 1, 0] + moves[k] * normal[vertex + 1, 0],
                        chain[vertex + 1, 1] + moves[k] * normal[vertex + 1, 1],
                    )
                    b = _joint(chain, vertex + 1, here, after)
                    joints = (a[0], a[1], here[0], here[1], b[0], b[1])
                    n, length, radius = _lay_bend(land, rates, joints, spacing, samples)
                    if radius < rates.min_radius_m:
                        continue
                    steepest = (rates.max_grade - rates.curve_resistance_m / radius) * length
                    _lift(land, chain, heights, vertex + 1, b, lifts, follow, z_next)
                    for q in range(ups if vertex + 1 < count - 1 else 1):
                        for p in range(ups):
                            reached = value[i, j, p]
                            if not reached < following[j, k, q]:
                                continue
                            if abs(z_next[q] - z_here[p]) > steepest:
                                continue
                            usd = reached + _bend_usd(
                                samples, n, length, (z_here[p], z_next[q]), rates
                            )
                            if usd < following[j, k, q]:
                                following[j, k, q] = usd
                                choice[vertex + 1, j, k, q] = i * ups + p
        value = following
    return _take_choices(land, chain, heights, normal, moves, lifts, follow, value, choice)


@njit(cache=True, error_model="numpy", nogil=True)
def _lift(
    land: Any,
    chain: Any,
    heights: Any,
    vertex: int,
    joint: Any,
    lifts: Any,
    follow: float,
    z: Any,
) -> None:
    """Fill `z` with the heights to try at the joint before a vertex."""
    base = heights[vertex]
    if vertex in (1, len(chain) - 1):
        z[:] = base
        return
    if follow > 0:
        old_x = (chain[vertex - 1, 0] + chain[vertex, 0]) / 2
        old_y = (chain[vertex - 1, 1] + chain[vertex, 1]) / 2
        old = ground_at(land.elevation, land.cell_m, old_x, old_y)[0]
        new = ground_at(land.elevation, land.cell_m, joint[0], joint[1])[0]
        base = base + follow * (new - old)
    for place in range(len(lifts)):
        z[place] = base + lifts[place]


@njit(cache=True, error_model="numpy", nogil=True)
def _take_choices(
    land: Any,
    chain: Any,
    heights: Any,
    normal: Any,
    moves: Any,
    lifts: Any,
    follow: float,
    value: Any,
    choice: Any,
) -> tuple[Any, Any, float]:
    """Walk back over the choices and return the shifted chain."""
    count, sides, ups = len(chain), len(moves), len(lifts)
    best = np.inf
    j, k, q = 0, 0, 0
    for i in range(sides):
        if value[i, 0, 0] < best:
            best, j = value[i, 0, 0], i
    moved, lifted = chain.copy(), heights.copy()
    if not best < np.inf:
        return moved, lifted, best
    z = np.empty(ups)
    for vertex in range(count - 1, 0, -1):
        here = (
            chain[vertex, 0] + moves[k] * normal[vertex, 0],
            chain[vertex, 1] + moves[k] * normal[vertex, 1],
        )
        before = (
            chain[vertex - 1, 0] + moves[j] * normal[vertex - 1, 0],
            chain[vertex - 1, 1] + moves[j] * normal[vertex - 1, 1],
        )
        _lift(land, chain, heights, vertex, _joint(chain, vertex, before, here), lifts, follow, z)
        moved[vertex, 0], moved[vertex, 1] = here[0], here[1]
        lifted[vertex] = z[q]
        if vertex == 1:
            break
        packed = choice[vertex, j, k, q]
        k, j, q = j, packed // ups, packed % ups
    return moved, lifted, best


@njit(cache=True, error_model="numpy", nogil=True)
def draw_chain(chain: Any, spacing: float) -> tuple[Any, Any]:
    """
    Draw a chain as evenly spaced stations no farther apart than a spacing.

    Returns
    -------
    tuple
        By station: east, south, unit heading east and south, length along the
        chords; by piece: radius (infinite if straight) [m].
    """
    count = len(chain)
    bends = np.empty((count - 2, 4))
    joints = np.empty((count - 2, 6))
    total = 0.0
    for vertex in range(1, count - 1):
        a = _joint(chain, vertex, chain[vertex - 1], chain[vertex])
        b = _joint(chain, vertex + 1, chain[vertex], chain[vertex + 1])
        row = vertex - 1
        joints[row, 0], joints[row, 1] = a[0], a[1]
        joints[row, 2], joints[row, 3] = chain[vertex, 0], chain[vertex, 1]
        joints[row, 4], joints[row, 5] = b[0], b[1]
        bend = measure_bend(a[0], a[1], chain[vertex, 0], chain[vertex, 1], b[0], b[1])
        bends[row, 0], bends[row, 1], bends[row, 2], bends[row, 3] = bend
        total += bend[3]
    parts = max(int(np.ceil(total / spacing)), 2)
    stations, radii = np.empty((parts + 1, 5)), np.empty(parts)
    row, before = 0, 0.0
    for place in range(parts + 1):
        along = total * place / parts
        sharpest = bends[row, 1]
        while row < count - 3 and along > before + bends[row, 3]:
            before += bends[row, 3]
            row += 1
            sharpest = min(sharpest, bends[row, 1])
        if place > 0:
            radii[place - 1] = sharpest
        bend = (bends[row, 0], bends[row, 1], bends[row, 2], bends[row, 3])
        ends = (
            joints[row, 0],
            joints[row, 1],
            joints[row, 2],
            joints[row, 3],
            joints[row, 4],
            joints[row, 5],
        )
        x, y, hx, hy = place_on_bend(bend, ends, min(along - before, bend[3]))
        stations[place, 0], stations[place, 1] = x, y
        stations[place, 2], stations[place, 3] = hx, hy
        stations[place, 4] = 0.0
        if place > 0:
            chord = np.hypot(x - stations[place - 1, 0], y - stations[place - 1, 1])
            stations[place, 4] = stations[place - 1, 4] + chord
    return stations, radii
