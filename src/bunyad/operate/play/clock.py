"""One hour of play: its instants, its noise, and the faults that hold in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bunyad.operate.play.faults import Fault
from bunyad.operate.play.orders import Order
from bunyad.operate.village.expected import hour_of_plan

__all__ = ["HOUR_US", "Hour", "hour_at", "noise_of"]

Array = NDArray[np.float64]

HOUR_US = 3_600_000_000
"""Unit factor [µs/h]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of play."""

    number: int
    """Hours since 1970."""
    plan: tuple[int, int, int]
    """Hours of the plan's year: the one before, this one, the next."""
    times_us: NDArray[np.int64]
    """Instants at which points tell their values: the end of each step [µs since 1970]."""
    step_h: float
    """Length of a step [h]."""
    rng: np.random.Generator
    """Noise of this hour alone: the same whatever was played before it."""
    faults: tuple[Fault, ...]
    orders: tuple[Order, ...] = ()

    def mix(self, hourly: Array) -> Array:
        """
        Return a planned series at the steps of this hour, without steps between hours.

        Straight lines between the middles of hours; over days it adds up to the plan.
        """
        before, now, after = (hourly[..., hour] for hour in self.plan)
        into = (np.arange(len(self.times_us)) + 0.5) / len(self.times_us)
        is_early = into < 0.5
        other = np.where(is_early, before[..., None], after[..., None])
        share = np.abs(into - 0.5)
        return np.asarray(now[..., None] * (1 - share) + other * share)

    def struck(self, *kinds: str) -> Iterator[tuple[Fault, NDArray[np.bool_]]]:
        """Give the faults of kinds that hold in this hour, with the steps in which they do."""
        for fault in self.faults:
            if fault.kind in kinds:
                holds = (self.times_us > fault.start_us) & (self.times_us <= fault.end_us)
                if holds.any():
                    yield fault, holds

    def ordered(self, kind: str) -> Iterator[tuple[Order, NDArray[np.bool_]]]:
        """Give what things of a type were told, and in which steps that holds; later ones last."""
        for order in self.orders:
            if order.type == kind:
                holds = self.times_us > order.start_us
                if holds.any():
                    yield order, holds


def noise_of(seed: int, *key: int) -> np.random.Generator:
    """Return the noise that belongs to a seed and a key."""
    return np.random.default_rng([seed, *key])


def hour_at(
    number: int, *, step_s: int, seed: int, faults: Sequence[Fault], orders: Sequence[Order] = ()
) -> Hour:
    """
    Return one hour of play.

    Parameters
    ----------
    number
        Hours since 1970.
    step_s
        Length of a step, a part of an hour [s].
    seed
        Seed of the noise.
    faults
        What is put in.
    orders
        What things were told.
    """
    start_us = number * HOUR_US
    steps = 3600 // step_s
    around = hour_of_plan(start_us + np.array([-HOUR_US, 0, HOUR_US]))
    return Hour(
        number=number,
        plan=(int(around[0]), int(around[1]), int(around[2])),
        times_us=start_us + (np.arange(steps, dtype=np.int64) + 1) * step_s * 1_000_000,
        step_h=step_s / 3600,
        rng=noise_of(seed, 1, number),
        faults=tuple(faults),
        orders=tuple(orders),
    )
