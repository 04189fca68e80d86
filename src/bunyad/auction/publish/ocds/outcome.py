"""What came of the call: bids, awards, contracts and payments."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bunyad.auction.events import AuctionState, Event, LoggedBid
from bunyad.auction.publish.ocds.parties import reference
from bunyad.auction.publish.ocds.tender import money, price_unit
from bunyad.auction.publish.offers import (
    Offer,
    award_id,
    award_lots,
    offers_of,
    rule,
    winning,
)
from bunyad.auction.publish.publisher import Publisher

STATUS = {"shut": "pending", "open": "valid", "void": "disqualified", "withdrawn": "withdrawn"}
"""Codes of the bid extension."""


def count(number: int) -> dict[str, Any]:
    """Return the number of bids, which the close tells before any name is public."""
    return {"statistics": [{"id": "bids", "measure": "bids", "value": number}]}


def bids(state: AuctionState, publisher: Publisher) -> dict[str, Any]:
    """Return every bid that is public, and their statistics."""
    offers = offers_of(state)
    details = [_bid(state, offer, publisher) for offer in offers]
    found: dict[str, Any] = {"statistics": _statistics(state, offers, publisher)}
    return {**found, "details": details} if details else found


def _bid(state: AuctionState, offer: Offer, publisher: Publisher) -> dict[str, Any]:
    status = STATUS[offer.status]
    unfit = offer.is_fit is False and offer.status != "withdrawn"
    if unfit or (offer.status == "open" and not offer.is_valid):
        status = "disqualified"
    currency, unit = price_unit(state.rules)
    found: dict[str, Any] = {
        "id": offer.key,
        "date": offer.time,
        "status": status,
        "tenderers": [reference(publisher.party(offer.bidder))],
        "relatedLots": list(offer.lots),
    }
    value = money(offer.price, currency)
    if value is not None:
        found["value"] = value
        found["items"] = _items(state, offer.price, offer.quantity, unit)
    return found


def _items(state: AuctionState, price: Any, quantity: Any, unit: str) -> list[dict[str, Any]]:
    """Return what is bought: energy at a price, from a capacity."""
    currency, _ = price_unit(state.rules)
    items: list[dict[str, Any]] = []
    value = money(price, currency)
    if value is not None:
        items.append(
            {
                "id": "price",
                "description": "Price of a unit",
                "unit": {"name": unit or "unit", "value": value},
            }
        )
    if quantity is not None:
        items.append(
            {
                "id": "quantity",
                "description": "Quantity",
                "quantity": float(Decimal(quantity)),
                "unit": {"name": str(rule(state.rules, "quantity", "unit", default="MW"))},
            }
        )
    return items


def _statistics(
    state: AuctionState, offers: tuple[Offer, ...], publisher: Publisher
) -> list[dict[str, Any]]:
    """Return counts and the range of prices, of all lots together."""
    handed_in = [offer for offer in offers if offer.status != "withdrawn"]
    valid = [offer for offer in handed_in if offer.is_valid]
    home = publisher.agency.country
    counts = {
        "bids": len({offer.bid for offer in handed_in}),
        "bidders": len({offer.bidder for offer in handed_in}),
        "electronicBids": len({offer.bid for offer in handed_in}),
    }
    countries = {offer.bid: publisher.party(offer.bidder).country for offer in handed_in}
    if home and all(countries.values()):
        counts["foreignBids"] = sum(country != home for country in countries.values())
    found: list[dict[str, Any]] = [
        {"id": name, "measure": name, "value": number} for name, number in counts.items()
    ]
    if any(offer.status == "shut" for offer in handed_in):
        return found
    found.append(
        {"id": "validBids", "measure": "validBids", "value": len({offer.bid for offer in valid})}
    )
    currency, _ = price_unit(state.rules)
    prices = [offer.price for offer in valid if offer.price is not None]
    if prices and currency:
        for name, price in (("lowest", min(prices)), ("highest", max(prices))):
            measure = f"{name}ValidBidValue"
            found.append(
                {
                    "id": measure,
                    "measure": measure,
                    "value": money(price, currency)["amount"],  # type: ignore[index]
                    "currency": currency,
                }
            )
    return found


def awards(state: AuctionState, publisher: Publisher, date: str) -> list[dict[str, Any]]:
    """Return the awards: pending after the clearing, active once the agency has awarded."""
    keys = {offer.id: offer.key for offer in offers_of(state)}
    status = "active" if state.stage in ("awarded", "contracted") else "pending"
    return [
        {
            **_award(state, award, bid, publisher),
            "relatedBid": keys.get(award_id(award, bid), award_id(award, bid)),
            "status": status,
            "date": date,
        }
        for award, bid in winning(state)
    ]


def _award(
    state: AuctionState, award: Mapping[str, Any], bid: LoggedBid, publisher: Publisher
) -> dict[str, Any]:
    _, unit = price_unit(state.rules)
    lots = award_lots(award, bid)
    found: dict[str, Any] = {
        "id": award_id(award, bid),
        "title": f"Award of {', '.join(lots)}",
        "suppliers": [reference(publisher.party(bid.bidder))],
        "relatedLots": list(lots),
    }
    items = _items(state, award.get("price"), award.get("quantity"), unit)
    return {**found, "items": items} if items else found


def revoked(before: AuctionState, after: AuctionState, date: str) -> list[dict[str, Any]]:
    """Return the awards that an award after an appeal does not repeat."""
    kept = {award_id(award, bid) for award, bid in winning(after)}
    return [
        {"id": award_id(award, bid), "status": "cancelled", "date": date}
        for award, bid in winning(before)
        if award_id(award, bid) not in kept
    ]


def contract(state: AuctionState, event: Event) -> dict[str, Any]:
    """Return a contract that was signed."""
    body = event.body
    return {
        **_contract(state, body["contract"]),
        "title": f"Contract {body['contract']}",
        "status": "active",
        "dateSigned": event.time,
    }


def _contract(state: AuctionState, name: str) -> dict[str, Any]:
    """Return how a release names a contract."""
    index = state.contracts[name]["bid"]
    won = (award_id(award, bid) for award, bid in winning(state) if bid.index == index)
    return {"id": name, "awardID": next(won, str(index))}


def milestone(state: AuctionState, event: Event) -> dict[str, Any]:
    """Return a milestone of a contract, reached or missed."""
    body = event.body
    found = {
        "id": body["milestone"],
        "title": body["milestone"],
        "type": "delivery",
        "description": body["why"],
        "status": "met" if body["reached"] else "notMet",
        "dateModified": event.time,
    }
    if body["reached"]:
        found["dateMet"] = event.time
    named = _contract(state, body["contract"])
    return {**named, "implementation": {"milestones": [found]}}


def payment(state: AuctionState, event: Event, publisher: Publisher) -> dict[str, Any]:
    """Return the payment of a period; where its amount is below zero the supplier pays."""
    body = event.body
    bid = state.bids.get(state.contracts[body["contract"]]["bid"])
    buyer = reference(publisher.agency)
    supplier = reference(publisher.party(bid.bidder if bid else body["contract"]))
    amount = Decimal(body["amount"])
    payer, payee = (buyer, supplier) if amount >= 0 else (supplier, buyer)
    transaction = {
        "id": f"{body['contract']}-{body['period']}",
        "date": event.time,
        "value": money(abs(amount), body["currency"]),
        "payer": payer,
        "payee": payee,
    }
    named = _contract(state, body["contract"])
    return {**named, "implementation": {"transactions": [transaction]}}
