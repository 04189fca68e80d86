"""Rules and bidders that the tests of the simulation share."""

from __future__ import annotations

from typing import Any

from bunyad.auction.rules.model import Rules
from bunyad.auction.simulate import Group, Market


def make_rules(**parts: Any) -> Rules:
    """Return rules for one unit at a price from 0 to 1, with some parts changed."""
    plain: dict[str, Any] = {
        "format": "bunyad-auction-rules/1",
        "id": "plain",
        "title": "Plain",
        "volume": "1",
        "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 6, "ceiling": "1"},
        "quantity": {"decimals": 0},
    }
    return Rules.model_validate(plain | parts)


def unit_market(bids: int, *, costs: tuple[float, ...] = (0, 1), **parts: Any) -> Market:
    """Return bidders who each want one unit, with costs spread evenly."""
    return Market(groups=(Group(bids=bids, costs=costs, sizes=(1,)),), **parts)
