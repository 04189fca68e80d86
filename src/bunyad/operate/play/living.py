"""A village that lives: hour after hour of readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bunyad.errors import InputError
from bunyad.operate.play.clock import HOUR_US, Hour, hour_at
from bunyad.operate.play.electricity import Electricity
from bunyad.operate.play.faults import Fault
from bunyad.operate.play.orders import Orders
from bunyad.operate.play.points import Points, points_of
from bunyad.operate.play.things import Things
from bunyad.operate.play.water import Water
from bunyad.operate.village.entities import entity_id
from bunyad.operate.village.hours import plan_hours
from bunyad.operate.village.layout import lay_out
from bunyad.operate.village.model import Village

__all__ = ["Block", "Playing", "play"]

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
    playing = Playing(village, from_us=from_us, step_s=step_s, seed=seed, faults=faults)
    return playing.blocks(hours)


class Playing:
    """
    A village at play, hour by hour, that does what it is told meanwhile.

    Parameters
    ----------
    village, from_us, step_s, seed, faults
        As `play` takes them.

    Attributes
    ----------
    orders
        What things were told so far.
    settlement
        Identifier of the settlement's entity.
    from_us
        When it begins [µs since 1970]; what it told before in that hour is left out.
    """

    def __init__(
        self,
        village: Village,
        *,
        from_us: int,
        step_s: int = STEP_S,
        seed: int = 1,
        faults: Sequence[Fault] = (),
    ) -> None:
        if step_s < 1 or 3600 % step_s:
            raise InputError(
                f"a step of {step_s} s is no part of an hour",
                where="step",
                mend="give 60, 300 or 900",
            )
        layout, planned = lay_out(village), plan_hours(village)
        self.points = points_of(village, layout)
        self.orders = Orders(self.points)
        self.from_us = from_us
        self.settlement = entity_id("Settlement", village.id, "place")
        self._rules = {"step_s": step_s, "seed": seed}
        self._faults = tuple(faults)
        self._number = from_us // HOUR_US
        self._parts = [
            kind(village, layout, planned, seed=seed, first=self._number)
            for kind in (Electricity, Water, Things)
        ]
        self._last = np.full(len(self.points), np.nan)
        self._frozen: dict[Fault, NDArray[np.float64]] = {}
        self._before = self._remembered()
        self._heard = 0

    def blocks(self, hours: int) -> Iterator[Block]:
        """Give the readings of the next hours, an hour each."""
        for _ in range(hours):
            self._before = self._remembered()
            yield self._block()
            self._number += 1

    def again(self) -> Block | None:
        """
        Return the hour once more where something was told since it was played.

        What was until then is the same: noise belongs to the hour, and orders, like faults, change
        what they are about and nothing else.
        """
        if len(self.orders.given) == self._heard:
            return None
        states, self._last, frozen = self._before
        for part, state in zip(self._parts, states, strict=True):
            vars(part).update({name: copy(value) for name, value in state.items()})
        self._frozen = dict(frozen)
        return self._block()

    def _remembered(self) -> _Memory:
        """Return copies of what the next hour changes."""
        states = [{name: copy(it) for name, it in vars(part).items()} for part in self._parts]
        return states, self._last, dict(self._frozen)

    def _block(self) -> Block:
        self._heard = len(self.orders.given)
        given = self.orders.given[: self._heard]
        hour = hour_at(self._number, faults=self._faults, orders=given, **self._rules)
        told = {key: rows for part in self._parts for key, rows in part.tell(hour).items()}
        values = np.empty((len(self.points), len(hour.times_us)))
        for group in self.points.groups:
            values[group.rows] = told[group.key]
        _spoil(values, self.points, hour, self._last, self._frozen)
        self._last = values[:, -1].copy()
        return Block(points=self.points, times_us=hour.times_us, values=values)


_Memory = tuple[list[dict[str, Any]], NDArray[np.float64], dict[Fault, NDArray[np.float64]]]


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
