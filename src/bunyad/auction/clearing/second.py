"""Confirm an optimal award by a second method that shares nothing with the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ortools.sat.python import cp_model

from bunyad.auction.bids import Bid
from bunyad.auction.clearing.entries import ceiling_of, pots_of, scale_of
from bunyad.auction.clearing.result import Decision, PotResult, Result
from bunyad.auction.rules.model import GroupLimit, Pot, Rules
from bunyad.errors import InputError

THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What a second solver says to an award."""

    agrees: bool
    """Whether the award keeps every limit and nothing better was found, with proof."""
    objective: Decimal
    """Value (or cost) of the award, counted from the bids again."""
    best: Decimal
    """Value (or cost) of the best award that the second solver found."""
    is_proven: bool
    """Whether the second solver has proven its answer."""
    faults: tuple[str, ...]
    """Each limit that the award breaks, in words."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A bid in whole steps, and what was awarded."""

    bid: Bid
    price: int
    quantity: int
    least: int
    awarded: int


def confirm(
    rules: Rules, bids: Sequence[Bid], result: Result, *, time_limit_s: float = 60.0
) -> Confirmation:
    """
    Confirm an optimal award with CP-SAT, which counts in whole numbers.

    The limits are written down again from the rules, not taken from the first model. Which bids
    were admitted, and what each pot offered, is taken from the result.

    Parameters
    ----------
    rules, bids
        What was cleared.
    result
        The outcome of `clear`.
    time_limit_s
        Time for each pot [s].

    Raises
    ------
    InputError
        If the rules do not ask for an optimum, or the result belongs to other bids.
    """
    if rules.allocation.method != "optimal":
        raise InputError(
            "the rules award in merit order",
            where=f"rules {rules.id}: allocation.method",
            mend="there is no optimum to confirm; clear again to see the same award",
        )
    if [bid.id for bid in bids] != [one.bid for one in result.decisions]:
        raise InputError(
            "the result is of other bids", where="result", mend="give the bids that were cleared"
        )
    objective, best, is_proven, faults = 0, 0, True, []
    before: list[_Asked] = []
    for pot, told in zip(pots_of(rules), result.pots, strict=True):
        asked = _asked(rules, bids, result, told)
        if told.awarded == 0 and result.state == "cancelled":
            continue
        one = _Check(rules, pot, told, before, asked)
        faults += one.faults()
        found, proven = one.solve(time_limit_s)
        objective += one.worth([bid.awarded for bid in asked])
        best += found
        is_proven = is_proven and proven
        before += asked
    scale = rules.price.decimals + rules.quantity.decimals
    return Confirmation(
        agrees=not faults and is_proven and objective == best,
        objective=Decimal(objective).scaleb(-scale),
        best=Decimal(best).scaleb(-scale),
        is_proven=is_proven,
        faults=tuple(faults),
    )


def _asked(rules: Rules, bids: Sequence[Bid], result: Result, pot: PotResult) -> list[_Asked]:
    """Return the admitted bids of a pot."""
    scale = scale_of(rules)
    found = []
    for bid, decision in zip(bids, result.decisions, strict=True):
        if decision.pot == pot.pot and decision.state != "refused":
            quantity = scale.quantity_steps(bid.quantity)
            wanted = bid.least_quantity or Decimal(0)
            least = max(1, -int(-wanted.scaleb(scale.quantity) // 1))
            found.append(
                _Asked(
                    bid,
                    scale.price_steps(bid.price),
                    quantity,
                    least if bid.is_divisible else quantity,
                    _awarded(decision, scale.quantity),
                )
            )
    return found


def _awarded(decision: Decision, decimals: int) -> int:
    return int(decision.quantity.scaleb(decimals))


class _Check:
    """One pot: the limits as sums of quantities or numbers of bids, between two bounds."""

    def __init__(
        self, rules: Rules, pot: Pot, told: PotResult, before: list[_Asked], asked: list[_Asked]
    ) -> None:
        self.rules, self.pot, self.asked, self.before = rules, pot, asked, before
        self.steps = scale_of(rules).quantity_steps
        self.is_cover = rules.allocation.objective == "least_cost"
        self.sums: list[tuple[str, list[int], int | None, int | None]] = []
        self.counts: list[tuple[str, list[int], int]] = []
        everybody = list(range(len(asked)))
        if told.offered is not None:
            offered = self.steps(told.offered)
            least, most = (offered, None) if self.is_cover else (None, offered)
            self.sums.append(("volume", everybody, least, most))
        for limit in rules.limits.technology:
            self._group("technology", limit)
        for limit in rules.limits.region:
            self._group("region", limit)
        self._bidders()
        self._one_of_each()

    def _group(self, name: str, limit: GroupLimit) -> None:
        members = [i for i, one in enumerate(self.asked) if getattr(one.bid, name) in limit.of]
        used = sum(one.awarded for one in self.before if getattr(one.bid, name) in limit.of)
        title = f"limits.{name} of {', '.join(limit.of)}"
        if limit.maximum is not None:
            self.sums.append((title, members, None, self.steps(limit.maximum) - used))
        if limit.minimum is not None:
            self.sums.append((title, members, self.steps(limit.minimum), None))

    def _bidders(self) -> None:
        limit = self.rules.limits.bidder
        most = [] if limit.quantity is None else [self.steps(limit.quantity)]
        volume = self._whole_volume()
        if limit.share is not None and volume is not None:
            most.append(int(limit.share * volume))
        for bidder in sorted({one.bid.bidder for one in self.asked}):
            members = [i for i, one in enumerate(self.asked) if one.bid.bidder == bidder]
            won = [one for one in self.before if one.bid.bidder == bidder and one.awarded]
            if most:
                left = min(most) - sum(one.awarded for one in won)
                self.sums.append((f"limits.bidder of {bidder}", members, None, left))
            if limit.lots is not None:
                left = limit.lots - len({one.bid.lot for one in won})
                self.counts.append((f"limits.bidder.lots of {bidder}", members, left))

    def _whole_volume(self) -> int | None:
        if self.rules.volume is not None:
            return self.steps(self.rules.volume)
        known = [pot.volume for pot in self.rules.pots if pot.volume is not None]
        return self.steps(sum(known, Decimal(0))) if known else None

    def _one_of_each(self) -> None:
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for index, one in enumerate(self.asked):
            if one.bid.alternative_of:
                title = f"bids.alternatives of {one.bid.bidder}: {one.bid.alternative_of}"
                groups[title].append(index)
            if self.rules.allocation.by == "lot" and one.bid.lot:
                groups[f"lot {one.bid.lot}"].append(index)
        self.counts += [(title, members, 1) for title, members in groups.items()]

    def _unit(self, one: _Asked) -> int:
        sign = 1 if self.rules.price.direction == "lowest_wins" else -1
        if self.is_cover:
            return -sign * one.price
        price = self.rules.price
        scaled = 10**price.decimals
        if sign < 0:
            return one.price - int((price.floor or Decimal(0)) * scaled)
        ceiling = ceiling_of(self.rules, one.bid.technology) or Decimal(0)
        return int(ceiling * scaled) - one.price

    def worth(self, quantities: Sequence[int]) -> int:
        """Return the worth of an award: greater is better."""
        return sum(self._unit(o) * q for o, q in zip(self.asked, quantities, strict=True))

    def faults(self) -> list[str]:
        """Return each limit that the award breaks."""
        found = [
            f"bid {one.bid.id}: {one.awarded} is not between its least and its whole quantity"
            for one in self.asked
            if one.awarded and not one.least <= one.awarded <= one.quantity
        ]
        for title, members, least, most in self.sums:
            total = sum(self.asked[index].awarded for index in members)
            if (least is not None and total < least) or (most is not None and total > most):
                found.append(f"{title}: the award of {total} steps breaks it")
        for title, members, limit in self.counts:
            if sum(self.asked[index].awarded > 0 for index in members) > limit:
                found.append(f"{title}: more than {limit} bids win")
        return found

    def solve(self, time_limit_s: float) -> tuple[int, bool]:
        """Return the best worth, and whether it is proven."""
        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in self.asked]
        amounts: list[Any] = []
        for one, is_in in zip(self.asked, taken, strict=True):
            if one.least == one.quantity:
                amounts.append(one.quantity * is_in)
                continue
            amount = model.new_int_var(0, one.quantity, "")
            model.add(amount >= one.least * is_in)
            model.add(amount <= one.quantity * is_in)
            amounts.append(amount)
        for _, members, least, most in self.sums:
            total = cp_model.LinearExpr.sum([amounts[index] for index in members])
            if least is not None:
                model.add(total >= least)
            if most is not None:
                model.add(total <= most)
        for _, members, limit in self.counts:
            model.add(cp_model.LinearExpr.sum([taken[index] for index in members]) <= limit)
        units = [self._unit(one) for one in self.asked]
        model.maximize(cp_model.LinearExpr.weighted_sum(amounts, units))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = THREADS
        solver.parameters.max_time_in_seconds = time_limit_s
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return 0, status == cp_model.INFEASIBLE
        return round(solver.objective_value), status == cp_model.OPTIMAL
