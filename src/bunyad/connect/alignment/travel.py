"""How long a truck or a train takes over an alignment, and the energy it needs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from bunyad.connect.alignment.model import Alignment
from bunyad.errors import InputError

GRAVITY_MS2 = 9.80665
"""Standard acceleration of free fall (3rd CGPM, 1901) [m/s²]."""
KMH_PER_MS = 3.6
JOULES_PER_KWH = 3.6e6
CRAWL_KMH = 10.0
"""Speed that no grade takes from a vehicle: the lowest gear, or a second locomotive."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """What moves over an alignment; resistances are parts of the weight."""

    name: str
    kind: str
    """`road` or `railway`."""
    mass_t: float
    power_kw: float
    """Power at the wheels."""
    tractive_kn: float
    """Largest pull at the wheels."""
    efficiency: float
    """Energy at the wheels divided by that of fuel or current [-]."""
    regeneration: float
    """Part of the braking energy that comes back [-]."""
    resistance_constant: float
    resistance_per_kmh: float
    resistance_per_kmh2: float
    side_acceleration_ms2: float
    """Largest side acceleration in a curve."""
    acceleration_ms2: float
    braking_ms2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """One run over an alignment, from stop to stop."""

    vehicle: str
    time_h: float
    energy_kwh: float
    """Fuel or current."""
    speed_kmh: Floats
    """Speed at each station."""


@cache
def vehicles() -> dict[str, Vehicle]:
    """Return the vehicles of the package's table by name."""
    text = (files("bunyad.connect") / "data" / "vehicles.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    words = {"name", "kind"}
    return {
        row["name"]: Vehicle(
            **{key: value if key in words else float(value) for key, value in row.items()
               if key != "source"}  # type: ignore[arg-type]
        )
        for row in rows
    }  # fmt: skip


def run_over(alignment: Alignment, vehicle: str, *, backwards: bool = False) -> Travel:
    """
    Let a vehicle run over an alignment, from standing to standing, as fast as it may.

    The speed is limited by the design, by the side acceleration in curves, by power and pull
    against running resistance, grade and curves, and by the brakes before slower places. A
    vehicle that a grade would stop is given the pull that just holds its crawling speed, as with
    a second locomotive or the lowest gear.

    Parameters
    ----------
    alignment
        The line.
    vehicle
        A name of `vehicles()`.
    backwards
        Whether it runs from the last station to the first.

    Raises
    ------
    InputError
        If there is no such vehicle, or it does not belong on the line.
    """
    known = vehicles()
    if vehicle not in known or known[vehicle].kind != alignment.design.kind:
        names = ", ".join(one.name for one in known.values() if one.kind == alignment.design.kind)
        raise InputError(
            f"{vehicle!r} does not run on a {alignment.design.kind}",
            where="connect.run_over",
            mend=f"give one of {names}",
        )
    body = known[vehicle]
    points = alignment.points_m[::-1] if backwards else alignment.points_m
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    rise = np.diff(points[:, 2])
    radius = turn_radius(points)
    limit = np.minimum(
        alignment.design.speed_kmh / KMH_PER_MS, np.sqrt(body.side_acceleration_ms2 * radius)
    )
    curve = alignment.design.curve_resistance_m / np.minimum(radius[:-1], radius[1:])
    speed = _speeds(limit, step, rise, curve, body)
    mean = (speed[1:] + speed[:-1]) / 2
    work = _wheel_work(speed, step, rise, curve, body)
    pulled, braked = work[work > 0].sum(), -work[work < 0].sum()
    energy = pulled / body.efficiency - braked * body.regeneration * body.efficiency
    return Travel(
        vehicle=vehicle,
        time_h=float((step / mean).sum() / 3600),
        energy_kwh=float(max(energy, 0.0) / JOULES_PER_KWH),
        speed_kmh=speed * KMH_PER_MS,
    )


def turn_radius(points_m: Floats) -> Floats:
    """
    Return the radius of the circle through each station and its two neighbours [m].

    It is infinite at the ends and where the three lie on a line.

    Parameters
    ----------
    points_m
        Easting, northing and more of each station.

    Examples
    --------
    >>> import numpy as np
    >>> bend = np.array([[0.0, 5.0], [3.0, 4.0], [5.0, 0.0]])
    >>> float(turn_radius(bend)[1].round(6))
    5.0
    """
    one, two = np.diff(points_m[:-1, :2], axis=0), np.diff(points_m[1:, :2], axis=0)
    across = one + two
    cross = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
    sides = np.hypot(*one.T) * np.hypot(*two.T) * np.hypot(*across.T)
    radius = np.full(len(points_m), inf)
    np.divide(sides, 2 * cross, out=radius[1:-1], where=cross > 0)
    return radius


def _resistance(speed: Floats | float, body: Vehicle) -> Floats | float:
    """Return the running resistance on straight level line, a part of the weight [-]."""
    kmh = speed * KMH_PER_MS
    return (
        body.resistance_constant + body.resistance_per_kmh * kmh + body.resistance_per_kmh2 * kmh**2
    )


def _speeds(limit: Floats, step: Floats, rise: Floats, curve: Floats, body: Vehicle) -> Floats:
    """Return the speed at each station: what pull and brakes leave of the limit [m/s]."""
    mass = body.mass_t * 1e3
    crawl = min(CRAWL_KMH / KMH_PER_MS, float(limit.min()))
    speed = limit.copy()
    speed[0] = speed[-1] = crawl / 10
    for here in range(len(step)):
        now = max(speed[here], crawl)
        pull = min(body.tractive_kn * 1e3, body.power_kw * 1e3 / now)
        load = _resistance(now, body) + rise[here] / step[here] + curve[here]
        gain = min(body.acceleration_ms2, pull / mass - GRAVITY_MS2 * float(load))
        reached = sqrt(max(speed[here] ** 2 + 2 * gain * step[here], crawl**2))
        speed[here + 1] = min(speed[here + 1], reached)
    for here in range(len(step), 0, -1):
        slow = sqrt(speed[here] ** 2 + 2 * body.braking_ms2 * step[here - 1])
        speed[here - 1] = min(speed[here - 1], slow)
    return speed


def _wheel_work(speed: Floats, step: Floats, rise: Floats, curve: Floats, body: Vehicle) -> Floats:
    """Return the work at the wheels of each piece, negative where it brakes [J]."""
    weight = body.mass_t * 1e3 * GRAVITY_MS2
    mean = (speed[1:] + speed[:-1]) / 2
    against = weight * (np.asarray(_resistance(mean, body)) + curve) * step + weight * rise
    return np.asarray(against + body.mass_t * 500 * np.diff(speed**2), np.float64)
