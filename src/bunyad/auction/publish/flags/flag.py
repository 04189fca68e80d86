"""What a red flag says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bunyad.auction.publish.words import words

Strength = Literal["weak", "medium", "strong"]

CARDINAL = {
    "single_bid": "R018",
    "near_prices": "R024",
    "heavy_discount": "R058",
    "identical_prices": "R028",
    "all_but_one_out": "R035",
    "lowest_out": "R036",
    "short_period": "R003",
}
"""Code of the like indicator in Cardinal, the Open Contracting Partnership's library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A pattern that the commission should look at."""

    kind: str
    """Name of the check."""
    lot: str
    """Lot that it is of; empty: of the whole auction."""
    strength: Strength
    """How rarely honest bids look like this."""
    bidders: tuple[str, ...]
    events: tuple[int, ...]
    """Indices in the log to look at."""
    figures: Mapping[str, str] = field(default_factory=dict)
    """What decided, as the words show it."""

    @property
    def id(self) -> str:
        """Cardinal's code where the check is like one of Cardinal's; else our own name."""
        return CARDINAL.get(self.kind, self.kind)


def told(flag: Flag, language: str = "en") -> tuple[str, str]:
    """Return a flag in plain words: what was seen, and what it does not prove."""
    return (
        words(f"flag-{flag.kind}", language, dict(flag.figures)),
        words(f"flag-{flag.kind}-not", language),
    )


def percent(share: Decimal) -> str:
    """
    Return a share as people read it, in percent.

    Examples
    --------
    >>> percent(Decimal("0.00504"))
    '0.50 %'
    """
    return f"{100 * share:.2f} %"


def listed(names: tuple[str, ...]) -> str:
    """Return names in a row."""
    return ", ".join(names)
