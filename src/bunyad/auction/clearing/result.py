"""What a clearing gives: a decision with its reason for every bid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

State = Literal["awarded", "cut", "conditional", "lost", "refused"]


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one bid; there may be a hundred thousand, so they are made fast."""

    bid: str
    bidder: str
    lot: str
    pot: str
    state: State
    """`refused`: broke a rule of admission; `lost`: others were better or a limit was full."""
    quantity: Decimal
    """Quantity awarded."""
    price: Decimal
    """Price paid or received for each unit; the bid's own where nothing is awarded."""
    rule: str
    """Rule that decided, as the path of its field, such as `allocation.marginal`."""
    why: str
    """The reason in plain English words, with the figures that decided."""
    winning_price: Decimal | None
    """Price at which the bid, all else equal, would have won in full; none: no price would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PotResult:
    """What was cleared in one pot."""

    pot: str
    offered: Decimal | None
    """Volume on offer after every rule, such as scaling."""
    bid: Decimal
    """Quantity of the admitted bids."""
    awarded: Decimal
    clearing_price: Decimal | None
    """Price of the uniform pricing, where there is one for the pot."""
    price_by_year: dict[int, Decimal]
    """Clearing price by delivery year, where years have their own."""
    budget_used: dict[int, Decimal]
    marginal_bid: str
    """The bid that crossed the volume or budget; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How sure the allocation is the best one."""

    method: Literal["merit_order", "optimal"]
    objective: Decimal
    bound: Decimal
    """Equal to the objective where optimality is proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The outcome of an auction."""

    rules: str
    """Identifier of the rules."""
    state: Literal["cleared", "cancelled"]
    why: str
    """Why it was cancelled or scaled; empty: as offered."""
    decisions: tuple[Decision, ...]
    """In the order of the bids handed in."""
    pots: tuple[PotResult, ...]
    proof: Proof
    seed: str
    """Seed of the lottery."""
