"""What a bidder asks for, as it is cleared."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One bid, opened."""

    id: str
    """Identifier within the auction."""
    bidder: str
    """Who bids; caps count all bids of one bidder together."""
    price: Decimal
    """Price in the unit of the rules."""
    quantity: Decimal
    """Quantity in the unit of the rules."""
    lot: str = ""
    """Lot that it is for, where lots are on offer."""
    technology: str = ""
    """Technology, as the pots and limits of the rules name it."""
    region: str = ""
    """Region, as the limits name it."""
    delivery_year: int | None = None
    """First year of delivery, where money is given by year."""
    is_divisible: bool = True
    """Whether it may be cut."""
    least_quantity: Decimal | None = None
    """Least quantity that the bidder takes when it is cut."""
    alternative_of: str = ""
    """Group of flexible bids of which at most one wins; empty: stands alone."""
    is_qualified: bool = True
    """Whether the bidder has qualified."""
    scores: dict[str, Decimal] = field(default_factory=dict)
    """Value of each criterion that the rules score."""
    submitted: str = ""
    """When it was handed in (UTC, ISO 8601); decides ties by time."""
