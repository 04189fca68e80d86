"""How much room the limits and the budget leave for one more bid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from bunyad.auction.clearing.entries import Entry, Scale, ceiling_of
from bunyad.auction.rules.model import Budget, Rules

PRECISION = 60
"""Digits of the sums of money; more than any budget needs, so that nothing is rounded."""


@dataclass(slots=True)
class Cap:
    """A greatest quantity for some bids together, in whole steps."""

    rule: str
    title: str
    room: int


@dataclass(slots=True)
class Caps:
    """All limits beside the volume: of technologies, regions, bidders and lots."""

    technology: dict[str, list[Cap]] = field(default_factory=dict)
    region: dict[str, list[Cap]] = field(default_factory=dict)
    bidder_quantity: int | None = None
    bidder_lots: int | None = None
    by_bidder: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    lots_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def tightest(self, entry: Entry) -> Cap | None:
        """Return the limit that leaves the least room for a bid; none: no limit is set."""
        found = [
            *self.technology.get(entry.bid.technology, ()),
            *self.region.get(entry.bid.region, ()),
        ]
        if self.bidder_quantity is not None:
            room = self.bidder_quantity - self.by_bidder[entry.bid.bidder]
            found.append(Cap("limits.bidder", f"all bids of {entry.bid.bidder}", room))
        return min(found, key=lambda cap: cap.room, default=None)

    def lots_are_full(self, entry: Entry) -> bool:
        """Return whether the bidder has won as many lots as it may."""
        most = self.bidder_lots
        return most is not None and len(self.lots_of[entry.bid.bidder]) >= most

    def take(self, entry: Entry, quantity: int) -> None:
        """Count a quantity against every limit that it falls under."""
        for cap in self.technology.get(entry.bid.technology, ()):
            cap.room -= quantity
        for cap in self.region.get(entry.bid.region, ()):
            cap.room -= quantity
        self.by_bidder[entry.bid.bidder] += quantity
        self.lots_of[entry.bid.bidder].add(entry.bid.lot)


def caps_of(rules: Rules, scale: Scale, volume: int | None) -> Caps:
    """Return the limits of the rules, all room free; `volume` is that of all pots together."""
    bidder = rules.limits.bidder
    most = [] if bidder.quantity is None else [scale.quantity_steps(bidder.quantity)]
    if bidder.share is not None and volume is not None:
        most.append(int(bidder.share * volume))
    caps = Caps(bidder_quantity=min(most, default=None), bidder_lots=bidder.lots)
    for name, groups, index in (
        ("technology", rules.limits.technology, caps.technology),
        ("region", rules.limits.region, caps.region),
    ):
        for group in groups:
            if group.maximum is None:
                continue
            title = ", ".join(group.of)
            cap = Cap(f"limits.{name}", title, scale.quantity_steps(group.maximum))
            for one in group.of:
                index.setdefault(one, []).append(cap)
    return caps


@dataclass(slots=True)
class Ledger:
    """
    The budget of a pot, year by year, as awards are added.

    Cost in a year = sum over awards of max(0, price - reference price) x load factor x hours x
    quantity. Where all awards of a delivery year get one price, a dearer bid makes the earlier
    ones dearer too; the sums are therefore kept by delivery year and technology.
    """

    rules: Rules
    budget: Budget
    scale: Scale
    is_uniform: bool
    fixed: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Cost by year of awards whose price stands (paid as bid)."""
    energy: defaultdict[tuple[int, str], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    """Energy in a year by delivery year and technology (paid one price)."""
    price: dict[int, Decimal] = field(default_factory=dict)
    """Price of a delivery year so far."""

    def has_year(self, entry: Entry) -> bool:
        """Return whether there is money in the delivery year of a bid."""
        return entry.bid.delivery_year in self.budget.by_year

    def fits(self, entry: Entry, quantity: int) -> int | None:
        """Return the first year in which an award breaks the budget; none: it fits."""
        for year, cost in self.after(entry, quantity).items():
            if cost > self.budget.by_year[year]:
                return year
        return None

    def most(self, entry: Entry) -> int:
        """Return the greatest part of a bid that fits, in steps."""
        low, high = 0, entry.quantity
        while low < high:
            middle = (low + high + 1) // 2
            if self.fits(entry, middle) is None:
                low = middle
            else:
                high = middle - 1
        return low

    def after(self, entry: Entry, quantity: int) -> dict[int, Decimal]:
        """Return the cost by year if a quantity of a bid is added."""
        with localcontext(prec=PRECISION):
            start = entry.bid.delivery_year or 0
            energy = self._energy_of(entry, quantity)
            if not self.is_uniform:
                return {
                    year: self.fixed[year] + self._unit(entry.bid.price, year) * energy
                    for year in self._years(start)
                }
            prices = {**self.price, start: self._worse(start, entry.bid.price)}
            sums = dict(self.energy)
            key = (start, entry.bid.technology)
            sums[key] = sums.get(key, Decimal(0)) + energy
            return {year: self._uniform_cost(year, prices, sums) for year in self._years(start)}

    def take(self, entry: Entry, quantity: int) -> None:
        """Add an award."""
        with localcontext(prec=PRECISION):
            start = entry.bid.delivery_year or 0
            energy = self._energy_of(entry, quantity)
            if self.is_uniform:
                self.price[start] = self._worse(start, entry.bid.price)
                self.energy[(start, entry.bid.technology)] += energy
                return
            for year in self._years(start):
                self.fixed[year] += self._unit(entry.bid.price, year) * energy

    def used(self) -> dict[int, Decimal]:
        """Return the cost of all awards by year."""
        with localcontext(prec=PRECISION):
            if not self.is_uniform:
                return {year: self.fixed[year] for year in sorted(self.budget.by_year)}
            return {
                year: self._uniform_cost(year, self.price, self.energy)
                for year in sorted(self.budget.by_year)
            }

    def _years(self, start: int) -> Iterable[int]:
        last = start + self.budget.valuation.years - 1
        return [year for year in sorted(self.budget.by_year) if start <= year <= last]

    def _energy_of(self, entry: Entry, quantity: int) -> Decimal:
        valuation = self.budget.valuation
        factor = valuation.load_factor.get(entry.bid.technology, Decimal(1))
        return self.scale.quantity_of(quantity) * factor * valuation.hours

    def _unit(self, price: Decimal, year: int) -> Decimal:
        reference = self.budget.valuation.reference_price.get(year, Decimal(0))
        return max(Decimal(0), price - reference)

    def _worse(self, start: int, price: Decimal) -> Decimal:
        return max(self.price.get(start, price), price)

    def _uniform_cost(
        self, year: int, prices: dict[int, Decimal], sums: dict[tuple[int, str], Decimal]
    ) -> Decimal:
        total = Decimal(0)
        for (start, technology), energy in sums.items():
            if start <= year < start + self.budget.valuation.years:
                ceiling = ceiling_of(self.rules, technology)
                price = prices[start] if ceiling is None else min(prices[start], ceiling)
                total += self._unit(price, year) * energy
        return total
