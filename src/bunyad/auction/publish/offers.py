"""Offers: what each bid asked for, as far as its envelopes are open, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from bunyad.auction.events import AuctionState, LoggedBid, standing_bids

Status = Literal["shut", "open", "void", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One price for one lot, or for the volume on offer."""

    id: str
    """As the clearing names it: `12/lot-1`, or `12/lot-1/2` for a second flexible bid."""
    bid: int
    """Index of the bid's event in the log."""
    bidder: str
    lots: tuple[str, ...]
    time: str
    status: Status
    """`shut` while an envelope is; `void` if an envelope held nothing that counts."""
    fault: str = ""
    price: Decimal | None = None
    quantity: Decimal | None = None
    content: Mapping[str, Any]
    """What else was offered."""
    is_fit: bool | None = None
    """Whether the bidder was found fit; none if nobody said."""
    is_first: bool = True
    """Whether it is the first of the flexible bids, or stands alone."""
    decision: Mapping[str, Any] | None = None
    """What the clearing decided, if it did."""

    @property
    def key(self) -> str:
        """Identifier that it has already before its envelopes are open."""
        return self.id.rpartition("/")[0] if self.is_first and self.id.count("/") > 1 else self.id

    @property
    def is_valid(self) -> bool:
        """Whether it was open, priced, of a bidder not found unfit, and not refused by a rule."""
        refused = self.decision is not None and self.decision.get("state") == "refused"
        is_open = self.status == "open" and self.price is not None
        return is_open and self.is_fit is not False and not refused


def names_are_open(state: AuctionState) -> bool:
    """Tell whether the public may know who bid: once the first envelope is open."""
    return bool(state.opened)


def by_lot(state: AuctionState) -> bool:
    """Tell whether each lot is awarded by itself, and not a volume."""
    return bool(rule(state.rules, "allocation", "by", default="volume") == "lot")


def rule(rules: Mapping[str, Any], *path: str, default: Any = None) -> Any:
    """Return what the rules say at a path; the default where they are silent."""
    found: Any = rules
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return default if found is None else found


def offers_of(state: AuctionState) -> tuple[Offer, ...]:
    """
    Return every offer that stands or was withdrawn, in the order of the log.

    Nothing before the first envelope is open. What bids were replaced by others is left out.
    """
    if not names_are_open(state):
        return ()
    found: list[Offer] = []
    standing = {bid.index for bid in standing_bids(state)}
    for bid in state.bids.values():
        if bid.index in standing:
            found += _offers(state, bid)
        elif bid.status == "withdrawn":
            found += [_bare(state, bid, lots, "withdrawn") for lots in _lots(state, bid)]
    return tuple(found)


def _lots(state: AuctionState, bid: LoggedBid) -> list[tuple[str, ...]]:
    lots = tuple(bid.body["lots"])
    return [(lot,) for lot in lots] if by_lot(state) else [lots]


def _bare(
    state: AuctionState, bid: LoggedBid, lots: tuple[str, ...], status: Status, fault: str = ""
) -> Offer:
    return Offer(
        id=f"{bid.index}/{lots[0]}",
        bid=bid.index,
        bidder=bid.bidder,
        lots=lots,
        time=bid.time,
        status=status,
        fault=fault,
        content={},
        is_fit=state.qualified.get(bid.bidder),
    )


def _offers(state: AuctionState, bid: LoggedBid) -> Iterator[Offer]:
    """Return the offers of one standing bid."""
    entries = [found[bid.index] for found in state.opened.values() if bid.index in found]
    faults = [entry["fault"] for entry in entries if entry["fault"] is not None]
    is_shut = len(entries) < len(state.published.opening)
    if faults or is_shut:
        status: Status = "void" if faults else "shut"
        for lots in _lots(state, bid):
            yield _bare(state, bid, lots, status, "; ".join(faults))
        return
    said: dict[str, Any] = {}
    for entry in entries:
        said |= entry["offer"]
    choices = said.pop("alternatives", [{}])
    if not isinstance(choices, list) or not all(isinstance(one, Mapping) for one in choices):
        choices = [{}]
    for lots in _lots(state, bid):
        bare = _bare(state, bid, lots, "open")
        for place, choice in enumerate(choices, start=1):
            yield _priced(state, bare, {**said, **choice}, place if len(choices) > 1 else 0)


def _priced(state: AuctionState, bare: Offer, said: dict[str, Any], place: int) -> Offer:
    """Return an offer with its price; void where it names none."""
    price, quantity = number(said.pop("price", None)), number(said.pop("quantity", None))
    name = f"{bare.id}/{place}" if place else bare.id
    return Offer(
        id=name,
        bid=bare.bid,
        bidder=bare.bidder,
        lots=bare.lots,
        time=bare.time,
        status="void" if price is None else "open",
        fault="it names no price" if price is None else "",
        price=price,
        quantity=quantity,
        content=said,
        is_fit=bare.is_fit,
        is_first=place in (0, 1),
        decision=_decision(state, name),
    )


def _decision(state: AuctionState, name: str) -> Mapping[str, Any] | None:
    decisions = rule(state.cleared or {}, "result", "decisions", default=())
    found: Mapping[str, Any] | None = next((d for d in decisions if d.get("bid") == name), None)
    return found


def number(value: Any) -> Decimal | None:
    """Return a number from a text or a whole number; none from anything else."""
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def winning(state: AuctionState) -> tuple[tuple[Mapping[str, Any], LoggedBid], ...]:
    """Return each award with its bid: those of the agency, else those that the clearing gave."""
    given = state.awards or rule(state.cleared or {}, "result", "awards", default=())
    return tuple(
        (award, state.bids[award["bid"]]) for award in given if award.get("bid") in state.bids
    )


def award_lots(award: Mapping[str, Any], bid: LoggedBid) -> tuple[str, ...]:
    """Return the lots that an award is for."""
    return (str(award["lot"]),) if award.get("lot") else tuple(bid.body["lots"])


def award_id(award: Mapping[str, Any], bid: LoggedBid) -> str:
    """Return the identifier of an award: that of the offer that won."""
    return str(award.get("id") or f"{bid.index}/{award_lots(award, bid)[0]}")
