"""A village that lives: hour after hour of readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import InputError
from bunyad.operate.play.clock import HOUR_US, Hour, hour_at
from bunyad.operate.play.electricity import Electricity
from bunyad.operate.play.faults import Fault
from bunyad.operate.play.points import Points, points_of
from bunyad.operate.play.things import Things
from bunyad.operate.play.water import Water
from bunyad.operate.village.hours import plan_hours
from bunyad.operate.village.layout import lay_out
from bunyad.operate.village.model import Village

__all__ = ["Block", "play"]

STEP_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Readings of one hour."""

    points: Points
    times_us: NDArray[np.int64]
    """Instants [µs since 1970]."""
    values: NDArray[np.float64]
    """One row a point, one column an instant; NaN where a silent sensor tells nothing."""


def play(
    village: Village,
    *,
    from_us: int,
    hours: int,
    step_s: int = STEP_S,
    seed: int = 1,
    faults: Sequence[Fault] = (),
) -> Iterator[Block]:
    """
    Play a village, hour by hour.

    Demand and yield are the plan's; homes, roofs and minutes differ around them. The noise of an
    hour depends on the seed and the hour alone: faults change what they strike and nothing else.

    Parameters
    ----------
    village
        What the plan says of the settlement.
    from_us
        Where to begin; the hour in which it lies is played whole [µs since 1970].
    hours
        How many hours.
    step_s
        Time between readings of a point, a part of an hour [s].
    seed
        Seed of the noise.
    faults
        What is put in, as `read_faults` gives them.

    Raises
    ------
    InputError
        If the step is no part of an hour.
    """
    if step_s < 1 or 3600 % step_s:
        raise InputError(
            f"a step of {step_s} s is no part of an hour", where="step", mend="give 60, 300 or 900"
        )
    layout = lay_out(village)
    points = points_of(village, layout)
    first = from_us // HOUR_US
    planned = plan_hours(village)
    electricity = Electricity(village, layout, planned, seed=seed, first=first)
    water = Water(village, layout, planned, seed=seed, first=first)
    things = Things(village, layout, planned, seed=seed, first=first)
    last = np.full(len(points), np.nan)
    frozen: dict[Fault, NDArray[np.float64]] = {}
    for number in range(first, first + hours):
        hour = hour_at(number, step_s=step_s, seed=seed, faults=faults)
        told = electricity.tell(hour) | water.tell(hour) | things.tell(hour)
        values = np.empty((len(points), len(hour.times_us)))
        for group in points.groups:
            values[group.rows] = told[group.key]
        _spoil(values, points, hour, last, frozen)
        last = values[:, -1].copy()
        yield Block(points=points, times_us=hour.times_us, values=values)


def _spoil(
    values: NDArray[np.float64],
    points: Points,
    hour: Hour,
    last: NDArray[np.float64],
    frozen: dict[Fault, NDArray[np.float64]],
) -> None:
    """Let sensors that are struck repeat themselves or be silent."""
    for fault, holds in hour.struck("stuck"):
        rows = points.rows_of(fault.entity)
        first = int(holds.argmax())
        if fault not in frozen:
            frozen[fault] = values[rows, first - 1].copy() if first else last[rows].copy()
        values[np.ix_(rows, holds)] = frozen[fault][:, None]
    for fault, holds in hour.struck("silent"):
        values[np.ix_(points.rows_of(fault.entity), holds)] = np.nan
