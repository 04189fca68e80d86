"""Best bid first: go down the order until the volume, the money or a limit is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bunyad.auction.clearing.entries import Entry, Scale
from bunyad.auction.clearing.limits import Caps, Ledger
from bunyad.auction.rules.model import Pot, Rules

ALTERNATIVE_WON = ("bids.alternatives", "another flexible bid of the same project won")
"""Rule and reason of a flexible bid whose sister won."""


@dataclass(slots=True)
class Filling:
    """A pot while it is filled."""

    rules: Rules
    pot: Pot
    scale: Scale
    caps: Caps
    offered: int | None
    """Volume on offer in steps; none: only money and limits bound it."""
    ledger: Ledger | None
    chosen_groups: set[tuple[str, str]] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)
    closed_years: set[int | None] = field(default_factory=set)
    is_closed: bool = False
    taken: int = 0
    marginal: str = ""

    @property
    def room(self) -> int | None:
        """Volume that is left; none: there is no volume."""
        return None if self.offered is None else self.offered - self.taken

    @property
    def can_win(self) -> bool:
        """Whether there is anything left to win."""
        return not self.is_closed and self.offered != self.taken


def fill(filling: Filling, order: Sequence[Entry]) -> None:
    """
    Award the bids of a pot, best first.

    A bid that no longer fits whole is treated as `allocation.marginal` says:

    `cut`          gets what is left; a bid that may not be cut loses and the next is asked
    `overshoot`    gets everything, and the pot is closed
    `stop_short`   gets nothing, and the pot is closed
    `skip`         gets nothing, and smaller bids after it are asked
    `conditional`  is offered what is left, may accept or decline, and the pot is closed
    `close_year`   gets nothing, and its delivery year is closed

    A limit of a technology, a region or a bidder closes nothing: bids that fall under it are cut
    (where bids are cut at all) or lose, and the others go on.
    """
    share_ties = "share" in filling.rules.allocation.ties
    position = 0
    while position < len(order):
        entry = order[position]
        if not filling.can_win:
            _lose_rest(filling, order[position:])
            return
        tied = _tied(order, position) if share_ties else 1
        if tied > 1 and _shares(filling, order[position : position + tied]):
            position += tied
            continue
        _offer(filling, entry)
        position += 1


def fill_minimum(filling: Filling, order: Sequence[Entry]) -> None:
    """
    Award the least quantities that technologies or regions are promised, before all others.

    Of each group the best bids win whole until the least quantity is reached or passed, as long
    as they fit into the volume, the budget and the limits.
    """
    limits = filling.rules.limits
    for name, groups in (("technology", limits.technology), ("region", limits.region)):
        for group in groups:
            if group.minimum is None:
                continue
            least = filling.scale.quantity_steps(group.minimum)
            members = [entry for entry in order if getattr(entry.bid, name) in group.of]
            for entry in members:
                if sum(one.awarded for one in members) >= least:
                    break
                if _fits_whole(filling, entry):
                    title = ", ".join(group.of)
                    note = f"reserved for {title}: at least {_tell(filling, least)}"
                    _award(filling, entry, entry.quantity, f"limits.{name}", note)


def _fits_whole(filling: Filling, entry: Entry) -> bool:
    """Return whether a whole bid fits."""
    if entry.awarded or _is_out(filling, entry):
        return False
    if _cut_by_limits(filling, entry)[0] < entry.quantity:
        return False
    room, ledger = filling.room, filling.ledger
    if room is not None and entry.quantity > room:
        return False
    return ledger is None or ledger.fits(entry, entry.quantity) is None


def _tied(order: Sequence[Entry], position: int) -> int:
    """Return how many bids from a position on stand at the same price or points."""
    first = order[position].order[0]
    end = position + 1
    while end < len(order) and order[end].order[0] == first:
        end += 1
    return end - position


def _shares(filling: Filling, tied: Sequence[Entry]) -> bool:
    """
    Share the rest among equal bids in proportion to their size; tell whether it was done.

    It is not where one of them cannot be cut freely, is flexible, or stands near a limit: then the
    draw decides.
    """
    wanted = sum(entry.quantity for entry in tied)
    room = filling.room
    if room is None or filling.is_closed or wanted <= room or room <= 0:
        return False
    if filling.ledger is not None or any(_stands_alone(filling, one, wanted) for one in tied):
        return False
    parts = [entry.quantity * room // wanted for entry in tied]
    rest = sorted(range(len(tied)), key=lambda i: (-(tied[i].quantity * room % wanted), i))
    for index in rest[: room - sum(parts)]:
        parts[index] += 1
    filling.marginal = filling.marginal or tied[0].bid.id
    for entry, part in zip(tied, parts, strict=True):
        note = f"shares the last {_tell(filling, room)} with bids at the same price"
        if part:
            _award(filling, entry, part, "allocation.ties", note)
        else:
            entry.lose("allocation.ties", note)
    return True


def _stands_alone(filling: Filling, entry: Entry, wanted: int) -> bool:
    """Return whether a bid cannot take part in sharing: whole, flexible, or near a limit."""
    cap = filling.caps.tightest(entry)
    near = cap is not None and cap.room < wanted
    return (
        near
        or not entry.bid.is_divisible
        or entry.least > 1
        or bool(entry.bid.alternative_of)
        or _is_out(filling, entry) is not None
    )


def _lose_rest(filling: Filling, rest: Sequence[Entry]) -> None:
    """Let the bids lose that stand after the end of the offer."""
    margin = f"allocation.marginal: {filling.rules.allocation.marginal}"
    for entry in rest:
        entry.rule, entry.note = margin, "better bids filled the offer"
        bid = entry.bid
        if bid.alternative_of and (bid.bidder, bid.alternative_of) in filling.chosen_groups:
            entry.rule, entry.note = ALTERNATIVE_WON


def _offer(filling: Filling, entry: Entry) -> None:
    """Award, cut or lose one bid."""
    if fault := _is_out(filling, entry):
        entry.lose(*fault)
        return
    quantity, rule, note = _cut_by_limits(filling, entry)
    if quantity == 0:
        entry.lose(rule, note)
        return
    room = filling.room
    if room is not None and quantity > room:
        _at_the_margin(filling, entry, room, f"{_tell(filling, room)} were left")
        return
    if filling.ledger is not None:
        year = filling.ledger.fits(entry, quantity)
        if year is not None:
            most = filling.ledger.most(entry)
            note = f"the budget of {year} had room for {_tell(filling, most)}"
            _at_the_margin(filling, entry, min(most, quantity), note)
            return
    if quantity < entry.quantity:
        _award(filling, entry, quantity, rule, note)
    else:
        _award(filling, entry, quantity, "", "")


def _is_out(filling: Filling, entry: Entry) -> tuple[str, str] | None:
    """Return why a bid cannot be asked at all."""
    bid = entry.bid
    margin = f"allocation.marginal: {filling.rules.allocation.marginal}"
    fault: tuple[str, str] | None = None
    if bid.alternative_of and (bid.bidder, bid.alternative_of) in filling.chosen_groups:
        fault = ALTERNATIVE_WON
    elif bid.lot and filling.rules.allocation.by == "lot" and bid.lot in filling.lots:
        fault = "allocation.by", f"a better bid won the lot {bid.lot}"
    elif filling.caps.lots_are_full(entry):
        fault = "limits.bidder.lots", f"{bid.bidder} has won as many lots as it may"
    elif not filling.can_win:
        fault = margin, "better bids filled the offer"
    elif bid.delivery_year in filling.closed_years:
        fault = margin, f"delivery year {bid.delivery_year} was closed"
    elif filling.ledger is not None and not filling.ledger.has_year(entry):
        fault = "budget.by_year", f"there is no budget for the delivery year {bid.delivery_year}"
    return fault


def _cut_by_limits(filling: Filling, entry: Entry) -> tuple[int, str, str]:
    """Return how much of a bid the limits allow, and which limit decides."""
    cap = filling.caps.tightest(entry)
    if cap is None or cap.room >= entry.quantity:
        return entry.quantity, "", ""
    room = max(cap.room, 0)
    note = f"the limit for {cap.title} had room for {_tell(filling, room)}"
    may_cut = filling.rules.allocation.marginal in ("cut", "conditional")
    return (room if may_cut and _may_be(filling, entry, room) else 0), cap.rule, note


def _may_be(filling: Filling, entry: Entry, quantity: int) -> bool:
    """Return whether a bid may be cut to a quantity."""
    least = filling.rules.quantity.smallest_award
    floor = 0 if least is None else -int(-least.scaleb(filling.scale.quantity) // 1)
    return quantity > 0 and quantity >= max(floor, entry.least)


def _at_the_margin(filling: Filling, entry: Entry, room: int, note: str) -> None:
    """Treat a bid that crosses the volume or the budget as the rules say."""
    allocation = filling.rules.allocation
    rule = f"allocation.marginal: {allocation.marginal}"
    filling.marginal = filling.marginal or entry.bid.id
    match allocation.marginal:
        case "cut":
            if _may_be(filling, entry, room):
                _award(filling, entry, room, rule, note)
            else:
                entry.lose(rule, f"{note}, which is less than the bid may be cut to")
        case "conditional":
            filling.is_closed = True
            if _may_be(filling, entry, room):
                _award(filling, entry, room, rule, f"{note}; the bidder may accept or decline")
                entry.state = "conditional"
            else:
                entry.lose(rule, f"{note}, which is less than the bid may be cut to")
        case "overshoot":
            filling.is_closed = True
            if _overshoots_too_far(filling, entry):
                entry.lose(rule, f"{note}, and the bid goes too far beyond")
            else:
                _award(filling, entry, entry.quantity, rule, f"{note}; the last bid wins whole")
        case "stop_short":
            filling.is_closed = True
            entry.lose(rule, f"{note}; the award stops before the bid that goes beyond")
        case "skip":
            entry.lose(rule, f"{note}; smaller bids after it were asked")
        case "close_year":
            filling.closed_years.add(entry.bid.delivery_year)
            entry.lose(rule, f"{note}; the delivery year is closed")


def _overshoots_too_far(filling: Filling, entry: Entry) -> bool:
    """Return whether a whole award goes beyond the allowed overshoot."""
    share = filling.rules.allocation.overshoot_share
    if share is None or filling.offered is None:
        return False
    return filling.taken + entry.quantity > filling.offered * (1 + share)


def _award(filling: Filling, entry: Entry, quantity: int, rule: str, note: str) -> None:
    """Give a bid a quantity."""
    entry.awarded = quantity
    entry.state = "awarded" if quantity == entry.quantity else "cut"
    entry.rule, entry.note = rule, note
    filling.taken += quantity
    filling.caps.take(entry, quantity)
    if entry.bid.lot:
        filling.lots.add(entry.bid.lot)
    if filling.ledger is not None:
        filling.ledger.take(entry, quantity)
    if entry.bid.alternative_of:
        filling.chosen_groups.add((entry.bid.bidder, entry.bid.alternative_of))


def _tell(filling: Filling, steps: int) -> str:
    """Return a quantity with its unit."""
    return f"{filling.scale.quantity_of(steps):f} {filling.rules.quantity.unit}"
