"""The page of a lot: one file without scripts, for the archive and for any web server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from bunyad.auction.events import AuctionState, Event, fold
from bunyad.auction.publish.figures import BidStatistics, Statistics, statistics
from bunyad.auction.publish.flags.flag import percent
from bunyad.auction.publish.moments import moment_text, timeline
from bunyad.auction.publish.offers import (
    Offer,
    award_id,
    award_lots,
    names_are_open,
    offers_of,
    rule,
    winning,
)
from bunyad.auction.publish.publisher import Publisher
from bunyad.auction.publish.words import words

FILES = ("releases.json", "record-package.json", "bids.csv", "awards.csv")
"""Files that the page links to, one folder up."""
HIDDEN = ("id", "title", "documents", "data_room", "files", "geometry")
"""Fields of a lot that are not shown as facts."""


def lot_page(
    events: Iterable[Event],
    lot: str,
    *,
    publisher: Publisher | None = None,
    language: str = "en",
) -> str:
    """
    Return the page of a lot as HTML that needs nothing else and runs no script.

    Parameters
    ----------
    events
        The auction's events from the first on.
    lot
        Id of the lot.
    publisher
        Names and countries of the parties.
    language
        `en` or `az`.

    Raises
    ------
    InputError
        If there is no such lot, or the language has no catalogue.
    """
    kept = tuple(events)
    moments = timeline(kept, lot, language)
    state = fold(kept)
    known = publisher or Publisher()
    style, style_hash = _style()
    terms = next((one for one in state.lots if one["id"] == lot), {"id": lot})
    unit = str(rule(state.rules, "price", "unit", default=""))
    quantity = str(rule(state.rules, "quantity", "unit", default="MW"))

    def said(key: str, **values: str) -> str:
        return words(key, language, values)

    return _template().render(
        language=language,
        style=style,
        style_hash=style_hash,
        t=said,
        when=moment_text,
        title=state.title,
        heading=f"{said('page-lot')} {terms.get('title') or lot}",
        winners=_winners(state, lot, known, language),
        facts=_facts(terms),
        bids=_bids(state, lot, known, language),
        price_head=said("page-price-unit", unit=unit) if unit else said("page-price"),
        quantity_head=said("page-quantity-unit", unit=quantity),
        figures=_figures(statistics(kept, known), lot, language),
        moments=moments,
        files=[f"../{file}" for file in FILES],
    )


@cache
def _template() -> Template:
    text = resources.files("bunyad.auction.publish").joinpath("lot.html.j2").read_text("utf-8")
    kit = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return kit.from_string(text)


@cache
def _style() -> tuple[str, str]:
    """Return the style, and the hash by which the page's policy lets it in."""
    text = resources.files("bunyad.auction.publish").joinpath("lot.css").read_text("utf-8")
    hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text, f"sha256-{hashed}"


def _name(publisher: Publisher, bidder: str) -> str:
    party = publisher.party(bidder)
    name = party.legal_name or party.name
    return f"{name} ({party.country})" if party.country else name


def _winners(state: AuctionState, lot: str, publisher: Publisher, language: str) -> list[str]:
    """Return a sentence for each award of the lot, once the agency has awarded."""
    if not state.awards:
        return []
    return [
        words(
            "page-award",
            language,
            {
                "name": _name(publisher, bid.bidder),
                "price": str(award.get("price", "?")),
                "unit": str(rule(state.rules, "price", "unit", default="")),
            },
        )
        for award, bid in winning(state)
        if lot in award_lots(award, bid)
    ]


def _facts(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " "), str(value))
        for name, value in terms.items()
        if name not in HIDDEN and isinstance(value, str | int) and not isinstance(value, bool)
    ]


def _bids(
    state: AuctionState, lot: str, publisher: Publisher, language: str
) -> list[dict[str, str]] | None:
    """Return a row for each bid, best price first; none while the names are not public."""
    if not names_are_open(state):
        return None
    offers = [offer for offer in offers_of(state) if lot in offer.lots]
    lowest = rule(state.rules, "price", "direction", default="lowest_wins") == "lowest_wins"

    def place(offer: Offer) -> tuple[bool, Decimal, str]:
        price = offer.price if offer.price is not None else Decimal(0)
        return (not offer.is_valid, price if lowest else -price, offer.id)

    return [
        {
            "bidder": _name(publisher, offer.bidder),
            "price": "–" if offer.price is None else str(offer.price),
            "quantity": "–" if offer.quantity is None else str(offer.quantity),
            "outcome": words(f"outcome-{outcome(state, offer)}", language),
        }
        for offer in sorted(offers, key=place)
    ]


def outcome(state: AuctionState, offer: Offer) -> str:
    """Return what became of an offer, as the words name it."""
    won = {award_id(award, bid) for award, bid in winning(state)}
    if offer.status in ("void", "withdrawn"):
        return offer.status
    if offer.is_fit is False:
        return "unfit"
    if offer.status == "shut":
        return "shut"
    if offer.id in won:
        return "won"
    return "lost" if state.cleared is not None else "open"


def _figures(found: Statistics, lot: str, language: str) -> list[tuple[str, str]]:
    """Return the figures of the lot; of the whole where a volume is auctioned."""
    part = next((one for one in found.lots if one.lot == lot), found.whole)
    return [
        (words(f"figure-{name}", language), value)
        for name, value in _figure_texts(part)
        if value is not None
    ]


def _figure_texts(part: BidStatistics) -> Sequence[tuple[str, str | None]]:
    prices = part.prices
    counts = ("bidders", "bids", "withdrawn", "void")
    found: list[tuple[str, str | None]] = [
        (name, None if getattr(part, name) is None else str(getattr(part, name))) for name in counts
    ]
    if prices is not None:
        found += [(name, str(getattr(prices, name))) for name in ("lowest", "median", "highest")]
        found.append(("spread", percent(prices.spread)))
    share = part.foreign_share
    return [*found, ("foreign_share", None if share is None else percent(share))]
