"""Whether the parts of rules can go together, so that an auction can be cleared by them."""

from __future__ import annotations

from collections.abc import Iterator

from bunyad.auction.clearing.entries import pots_of
from bunyad.auction.rules.model import Budget, Pot, Rules
from bunyad.errors import Fault, InputError


def check_rules(rules: Rules) -> None:
    """
    Refuse rules by which nothing can be cleared.

    Raises
    ------
    InputError
        Naming every fault: parts that clash, and what is left to each call and not yet filled in.
    """
    faults = [*clashing_rules(rules), *missing_rules(rules)]
    if faults:
        raise InputError.of(faults)


def clashing_rules(rules: Rules) -> tuple[Fault, ...]:
    """Return the parts of rules that cannot go together."""
    return tuple(_clashes(rules, f"rules {rules.id}"))


def missing_rules(rules: Rules) -> tuple[Fault, ...]:
    """Return what each call has to fill in before bids can be cleared."""
    return tuple(_missing(rules, f"rules {rules.id}"))


def _clashes(rules: Rules, where: str) -> Iterator[Fault]:
    """Yield the parts of rules that cannot go together."""
    budgets = [rules.budget, *(pot.budget for pot in rules.pots)]
    is_optimal = rules.allocation.method == "optimal"
    names = [pot.id for pot in rules.pots]
    if len(set(names)) < len(names):
        yield Fault(f"{where}: pots", "two pots have one id", "rename one")
    if "vcg" in {rules.pricing, *(pot.pricing for pot in rules.pots)} and not is_optimal:
        yield Fault(
            f"{where}: pricing",
            "vcg is asked for with merit_order",
            "set allocation.method to optimal: VCG pays by the best set with and without",
        )
    if any(budgets) and is_optimal:
        yield Fault(
            f"{where}: allocation.method",
            "a budget is given with optimal",
            "use merit_order with a budget, or give a volume",
        )
    if rules.scoring and is_optimal:
        yield Fault(
            f"{where}: scoring",
            "points are given with optimal, which looks at prices alone",
            "use merit_order with points",
        )
    yield from _leftovers(rules.pots, where)


def _leftovers(pots: tuple[Pot, ...], where: str) -> Iterator[Fault]:
    """Yield the pots whose rest goes to a pot that was cleared before."""
    places = {pot.id: place for place, pot in enumerate(pots)}
    for place, pot in enumerate(pots):
        if pot.leftover_to and places.get(pot.leftover_to, -1) <= place:
            yield Fault(
                f"{where}: pots.leftover_to",
                f"what is left of {pot.id} goes to {pot.leftover_to!r}, which does not come after",
                "name a pot that stands further down the list",
            )


def _missing(rules: Rules, where: str) -> Iterator[Fault]:
    """Yield what each call has to fill in before bids can be cleared."""
    for pot in pots_of(rules):
        name = f"{where}: pots.{pot.id}" if rules.pots else where
        if pot.volume is None and pot.budget is None and rules.volume is None:
            if rules.allocation.by == "volume":
                yield Fault(f"{name}: volume", "nothing bounds the award", "give the volume")
        elif pot.budget is not None:
            yield from _unvalued(pot.budget, name)


def _unvalued(budget: Budget, where: str) -> Iterator[Fault]:
    """Yield the years of a budget that have no reference price."""
    for year in sorted(set(budget.by_year) - set(budget.valuation.reference_price)):
        yield Fault(
            f"{where}: budget.valuation.reference_price",
            f"there is none for {year}",
            "give the reference price of each year that has money",
        )
