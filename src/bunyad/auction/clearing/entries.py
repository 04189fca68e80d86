"""Bids as whole numbers: admitted or refused, with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

import msgspec

from bunyad.auction.bids import Bid
from bunyad.auction.rules.model import Pot, Rules
from bunyad.errors import InputError

ENDLESS = 2**200
"""Steps that no bid reaches."""
WHOLE = "all"
"""Name of the only pot of an auction without pots."""


class Entry(msgspec.Struct):
    """One bid while it is cleared; prices and quantities in whole steps of the rules."""

    bid: Bid
    price: int
    quantity: int
    least: int
    """Least quantity that it may be cut to; the whole where it cannot be cut."""
    pot: str = ""
    state: str = "lost"
    awarded: int = 0
    paid: Decimal | None = None
    """Price paid, in the unit of the rules; none: its own."""
    rule: str = ""
    note: str = ""
    order: tuple[Any, ...] = ()

    def refuse(self, rule: str, note: str) -> None:
        """Keep the bid out, and say why."""
        self.state, self.rule, self.note = "refused", rule, note

    def lose(self, rule: str, note: str) -> None:
        """Say why the bid does not win."""
        self.state, self.rule, self.note = "lost", rule, note

    @property
    def is_in(self) -> bool:
        """Whether the bid is admitted."""
        return self.state != "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Steps of price and quantity."""

    price: int
    quantity: int

    def price_of(self, steps: int) -> Decimal:
        """Return a price in the unit of the rules."""
        return Decimal(steps).scaleb(-self.price)

    def quantity_of(self, steps: int) -> Decimal:
        """Return a quantity in the unit of the rules."""
        return Decimal(steps).scaleb(-self.quantity)

    def quantity_steps(self, quantity: Decimal) -> int:
        """Return whole steps, rounded down."""
        return int(quantity.scaleb(self.quantity))

    def price_steps(self, price: Decimal) -> int:
        """Return whole steps, rounded down."""
        return int(price.scaleb(self.price))


def scale_of(rules: Rules) -> Scale:
    """Return the steps of the rules."""
    return Scale(price=rules.price.decimals, quantity=rules.quantity.decimals)


def pots_of(rules: Rules) -> tuple[Pot, ...]:
    """Return the pots in which the rules are cleared: at least one."""
    if rules.pots:
        return rules.pots
    return (Pot(id=WHOLE, volume=rules.volume, budget=rules.budget),)


def admit(rules: Rules, bids: Sequence[Bid]) -> list[Entry]:
    """
    Turn bids into entries and refuse those that break a rule of admission.

    Raises
    ------
    InputError
        If two bids have the same identifier, or a number is not finite.
    """
    _check_identifiers(bids)
    scale = scale_of(rules)
    pot_of = _pot_by_technology(rules)
    bounds = _Bounds.of(rules)
    entries = [_entry(bid, scale) for bid in bids]
    for entry in entries:
        if entry.state != "refused":
            _check(entry, bounds, pot_of)
    if rules.limits.bidder.bids is not None or any(bid.alternative_of for bid in bids):
        _check_numbers_of_bids(rules, entries)
    return entries


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What bids are held against, read from the rules once."""

    rules: Rules
    ceiling: int
    """Highest price in steps, as all bounds here."""
    ceilings: dict[str, int]
    floor: int
    smallest: int
    largest: int
    load_factors: dict[str, dict[str, Decimal]]
    """Load factors by pot, where its budget has some."""

    @classmethod
    def of(cls, rules: Rules) -> _Bounds:
        """Return the bounds; where the rules have none, they bound nothing."""
        price, quantity, scale = rules.price, rules.quantity, scale_of(rules)
        floor, smallest = price.floor or Decimal(0), quantity.smallest or Decimal(0)
        return cls(
            rules,
            ENDLESS if price.ceiling is None else scale.price_steps(price.ceiling),
            {name: scale.price_steps(top) for name, top in price.technology_ceilings.items()},
            ceil(floor.scaleb(scale.price)),
            ceil(smallest.scaleb(scale.quantity)),
            ENDLESS if quantity.largest is None else scale.quantity_steps(quantity.largest),
            {pot.id: pot.budget.valuation.load_factor for pot in pots_of(rules) if pot.budget},
        )


def _check_identifiers(bids: Sequence[Bid]) -> None:
    """Refuse a list of bids in which one identifier stands twice."""
    if len({bid.id for bid in bids}) == len(bids):
        return
    twice = sorted(one for one, times in Counter(bid.id for bid in bids).items() if times > 1)
    raise InputError(
        f"the identifier {twice[0]!r} stands at several bids",
        where="bids: id",
        mend="give each bid an identifier of its own",
    )


def _entry(bid: Bid, scale: Scale) -> Entry:
    """Turn one bid into whole steps."""
    price, quantity = bid.price.scaleb(scale.price), bid.quantity.scaleb(scale.quantity)
    try:
        steps, amount = int(price), int(quantity)
    except (ValueError, OverflowError):  # not a number, or endless
        raise InputError(
            f"price {bid.price}, quantity {bid.quantity}",
            where=f"bid {bid.id}",
            mend="give finite numbers",
        ) from None
    least = amount
    if bid.is_divisible:
        least = 1 if bid.least_quantity is None else _least(bid.least_quantity, scale)
    entry = Entry(bid, steps, amount, least)
    if steps != price:
        entry.refuse("price.decimals", f"price {bid.price} is finer than {scale.price} decimals")
    elif amount != quantity:
        entry.refuse(
            "quantity.decimals",
            f"quantity {bid.quantity} is finer than {scale.quantity} decimals",
        )
    elif amount <= 0:
        entry.refuse("quantity", f"quantity {bid.quantity} is not above zero")
    return entry


def _least(quantity: Decimal, scale: Scale) -> int:
    """Return the least quantity that a bid may be cut to, in steps, rounded up."""
    return max(1, ceil(quantity.scaleb(scale.quantity)))


def _pot_by_technology(rules: Rules) -> dict[str, str]:
    """Return the pot of each technology; the empty key is the pot of all others."""
    found: dict[str, str] = {}
    for pot in pots_of(rules):
        for technology in pot.technologies or ("",):
            found.setdefault(technology, pot.id)
    return found


def _check(entry: Entry, bounds: _Bounds, pot_of: dict[str, str]) -> None:
    """Hold one bid against the rules of admission."""
    bid = entry.bid
    entry.pot = pot_of.get(bid.technology) or pot_of.get("", "")
    ceiling = bounds.ceiling
    if bounds.ceilings:
        ceiling = bounds.ceilings.get(bid.technology, ceiling)
    if not bid.is_qualified:
        entry.refuse("qualification", "the bidder did not qualify")
    elif not entry.pot:
        entry.refuse("pots", f"no pot takes the technology {bid.technology!r}")
    elif not bounds.floor <= entry.price <= ceiling:
        entry.refuse(*_price_fault(bounds.rules, bid))
    elif not bounds.smallest <= entry.quantity <= bounds.largest:
        entry.refuse(*_quantity_fault(bid, bounds))
    elif bounds.load_factors and not _has_load_factor(entry, bounds):
        note = f"there is no load factor for the technology {bid.technology!r}"
        entry.refuse("budget.valuation.load_factor", note)
    if entry.is_in and bounds.rules.scoring and (fault := _score_fault(bid, bounds.rules)):
        entry.refuse(*fault)


def _has_load_factor(entry: Entry, bounds: _Bounds) -> bool:
    """Return whether a bid can be valued; a budget without load factors takes 1 for all."""
    factors = bounds.load_factors.get(entry.pot)
    return not factors or entry.bid.technology in factors


def ceiling_of(rules: Rules, technology: str) -> Decimal | None:
    """Return the highest price of a technology; none: there is no ceiling."""
    return rules.price.technology_ceilings.get(technology, rules.price.ceiling)


def _price_fault(rules: Rules, bid: Bid) -> tuple[str, str]:
    """Return what is wrong with the price."""
    ceiling = ceiling_of(rules, bid.technology)
    if bid.price < 0:
        return "price", f"price {bid.price} is below zero"
    if ceiling is not None and bid.price > ceiling:
        return "price.ceiling", f"price {bid.price} is above the ceiling of {ceiling}"
    return "price.floor", f"price {bid.price} is below the floor of {rules.price.floor}"


def _quantity_fault(bid: Bid, bounds: _Bounds) -> tuple[str, str]:
    """Return what is wrong with the quantity."""
    least, most = bounds.rules.quantity.smallest, bounds.rules.quantity.largest
    if least is not None and bid.quantity < least:
        return "quantity.smallest", f"quantity {bid.quantity} is below the least of {least}"
    return "quantity.largest", f"quantity {bid.quantity} is above the most of {most}"


def _score_fault(bid: Bid, rules: Rules) -> tuple[str, str] | None:
    """Return the criterion that is missing or not reached."""
    for one in rules.scoring.criteria if rules.scoring else ():
        value = bid.scores.get(one.id)
        if value is None:
            return f"scoring.{one.id}", f"{one.title} is not given"
        if one.least is not None and (value - one.least) * (one.best - one.worst) < 0:
            return f"scoring.{one.id}", f"{one.title} is {value}; {one.least} is asked for"
    return None


def _check_numbers_of_bids(rules: Rules, entries: Sequence[Entry]) -> None:
    """Refuse flexible bids of too large a group, and all bids of one who hands in too many."""
    groups: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    bidders: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.is_in:
            bidders[entry.bid.bidder].append(entry)
            if entry.bid.alternative_of:
                groups[(entry.bid.bidder, entry.bid.alternative_of)].append(entry)
    for group in groups.values():
        if len(group) > rules.bids.alternatives:
            _refuse_all(group, "bids.alternatives", rules.bids.alternatives, "flexible bids")
    most = rules.limits.bidder.bids
    for group in bidders.values() if most is not None else ():
        if most is not None and len(group) > most:
            _refuse_all(group, "limits.bidder.bids", most, "bids")


def _refuse_all(group: Sequence[Entry], rule: str, most: int, things: str) -> None:
    """Refuse every bid of a group that is larger than the rules allow."""
    for entry in group:
        entry.refuse(rule, f"{len(group)} {things} were handed in; {most} are allowed")
