"""
Balances: what goes in, what is used, what is lost, and how well it closes.

The water balance follows the first steps of IWA's (Lambert and others, 2000): water put in less
what meters saw is lost, real or apparent; nothing tells the two apart here. What a meter did not
send is no loss: it is estimated from the meters that did, and told as unseen. Beside the share,
which falls when people use more though no leak is mended, losses are told for a connection and
day, as IWA's task force advises (Lambert, Brown, Takizawa and Weimer, 1999, AQUA 48(6)). Its
leakage index asks for the length of the mains and the pressure, which villages do not tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bunyad.operate.indicators.figure import Figure, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What went in and where it went."""

    name: str
    unit: str
    put_in: float
    uses: Mapping[str, float]
    """What each kind of user took, as meters saw it."""
    unseen: float
    """Estimate of what silent meters took."""
    lost: float
    """Rest; below zero where meters saw more than went in."""
    planned_loss_share: float | None
    coverage: float
    """Share of the hours of all meters that were heard, weighted by what they took [-]."""
    connection_days: float = 0.0
    """Connections to the network times the days of the while; 0 where they are not counted [d]."""

    @property
    def lost_per_connection(self) -> float | None:
        """Loss of a connection and day, in the unit; None where they are not counted."""
        return self.lost / self.connection_days if self.connection_days else None

    @property
    def loss_share(self) -> float | None:
        """Share of what went in that is lost [-]."""
        return self.lost / self.put_in if self.put_in > 0 else None

    @property
    def closure(self) -> float | None:
        """Share of what went in that the plan's losses and the uses explain [-]; 1 is perfect."""
        if self.put_in <= 0 or self.planned_loss_share is None:
            return None
        known = sum(self.uses.values()) + self.unseen
        return known / (self.put_in * (1 - self.planned_loss_share))


def balance(
    name: str, unit: str, *, put_in: float,
    uses: Mapping[str, tuple[Floats, Floats]], planned_loss_share: float | None = None,
    connection_days: float = 0.0,
) -> Balance:  # fmt: skip
    """
    Return the balance of a network over a while.

    Parameters
    ----------
    name
        What flows, such as `water`.
    unit
        Unit of all amounts.
    put_in
        What went into the network.
    uses
        Kind of user to what each of its meters saw (nan: silent all the while) and the share of
        the time that each was heard [-].
    planned_loss_share
        Share of what goes in that the plan expects to be lost [-].
    connection_days
        Connections to the network times days, over which losses are told too [d].

    Examples
    --------
    >>> homes = (np.array([30.0, 50.0]), np.array([1.0, 1.0]))
    >>> found = balance("water", "m³", put_in=100, uses={"homes": homes}, planned_loss_share=0.2)
    >>> found.lost, found.loss_share, found.closure
    (20.0, 0.2, 1.0)
    """
    seen: dict[str, float] = {}
    unseen, heard, total = 0.0, 0.0, 0
    for kind, (amounts, shares) in uses.items():
        is_silent = np.isnan(amounts)
        seen[kind] = float(np.where(is_silent, 0.0, amounts).sum())
        if not is_silent.all():
            # A silent meter took as much as the middle one of its kind.
            unseen += float(np.nanmedian(amounts)) * int(is_silent.sum())
        heard += float(np.where(is_silent, 0.0, shares).sum())
        total += len(amounts)
    return Balance(
        name=name, unit=unit, put_in=put_in, uses=seen, unseen=unseen,
        lost=put_in - sum(seen.values()) - unseen,
        planned_loss_share=planned_loss_share,
        coverage=heard / total if total else 0.0, connection_days=connection_days,
    )  # fmt: skip


def loss_figure(found: Balance, *, age_s: float | None = None) -> Figure:
    """
    Return the share that is lost as a figure [%].

    Parameters
    ----------
    found
        The balance.
    age_s
        Age of its newest reading [s].
    """
    share = found.loss_share
    return Figure(
        value=None if share is None else 100 * share, unit="%", coverage=found.coverage,
        age_s=age_s, needs="nothing went in" if share is None else "",
    )  # fmt: skip
