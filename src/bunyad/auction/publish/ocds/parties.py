"""Parties: organisations with identifiers, countries and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunyad.auction.events import AuctionState
from bunyad.auction.publish.offers import names_are_open, offers_of, winning
from bunyad.auction.publish.publisher import Party, Publisher


def reference(party: Party) -> dict[str, str]:
    """Return how other parts refer to an organisation."""
    return {"id": party.id, "name": party.legal_name or party.name}


def agency(publisher: Publisher) -> dict[str, Any]:
    """Return the agency that calls the auction."""
    return _party(publisher.agency, ("buyer", "procuringEntity"))


def bidders(state: AuctionState, publisher: Publisher) -> list[dict[str, Any]]:
    """Return who bid, once their names are public; winners are suppliers too."""
    if not names_are_open(state):
        return []
    suppliers = {bid.bidder for _, bid in winning(state)} if state.awards else set()
    return [
        _party(
            publisher.party(name),
            ("tenderer", "supplier") if name in suppliers else ("tenderer",),
        )
        for name in bidder_names(state)
    ]


def bidder_names(state: AuctionState) -> tuple[str, ...]:
    """Return each bidder once, in the order of the first bid that is public."""
    return tuple(dict.fromkeys(offer.bidder for offer in offers_of(state)))


def _party(party: Party, roles: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {**reference(party), "roles": list(roles)}
    if party.register_id:
        found["identifier"] = {"id": party.register_id, "legalName": found["name"]}
        if party.scheme:
            found["identifier"]["scheme"] = party.scheme
    if party.country:
        found["address"] = {"countryName": party.country}
    return found
