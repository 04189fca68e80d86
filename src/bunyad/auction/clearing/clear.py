"""Clear an auction: rules and bids in, a decision with its reason for every bid out."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from bunyad.auction.bids import Bid
from bunyad.auction.clearing.check import check_rules
from bunyad.auction.clearing.entries import (
    Entry,
    Scale,
    admit,
    ceiling_of,
    pots_of,
    scale_of,
)
from bunyad.auction.clearing.explain import (
    is_plain,
    optimal_prices,
    plain_prices,
    searched_price,
)
from bunyad.auction.clearing.limits import Caps, Ledger, caps_of
from bunyad.auction.clearing.merit import Filling, fill, fill_minimum
from bunyad.auction.clearing.optimal import Problem, choose, pose
from bunyad.auction.clearing.price import set_prices, set_vcg_prices
from bunyad.auction.clearing.rank import rank
from bunyad.auction.clearing.result import Decision, PotResult, Proof, Result, State
from bunyad.auction.rules.model import Pot, Pricing, Rules
from bunyad.errors import InfeasibleError

SEARCHED_BIDS = 400
"""Up to this many bids, the winning price is searched by clearing again where no formula holds."""
SOLVED_BIDS = 60
"""Up to this many bids in a pot, an optimum is solved again for each loser's winning price."""
NOTHING = Decimal(0)


@dataclass(slots=True)
class Cleared:
    """One pot, cleared."""

    pot: Pot
    order: list[Entry]
    offered: int | None
    bid: int
    prices: dict[str, Decimal] = field(default_factory=dict)
    ledger: Ledger | None = None
    marginal: str = ""
    objective: int = 0
    bound: int = 0
    problem: Problem | None = None
    is_cancelled: bool = False
    told: str = ""


def clear(rules: Rules, bids: Sequence[Bid], *, seed: str = "", explain: bool = True) -> Result:
    """
    Clear an auction.

    Parameters
    ----------
    rules
        The rules.
    bids
        All bids that were opened, in any order.
    seed
        Seed of the draw that decides ties, fixed before the opening.
    explain
        Whether to work out the price at which each loser would have won.

    Returns
    -------
    Result
        A decision for every bid, in the order given. The same rules, bids and seed give the same
        decisions whatever the order of the bids.

    Raises
    ------
    InputError
        If two bids share an identifier, or the rules ask for what cannot go together.
    InfeasibleError
        If an optimal cover is asked for and no set of bids reaches the volume.
    """
    check_rules(rules)
    with _collector_paused():
        return _clear(rules, bids, seed, explain=explain)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """
    Pause the search for reference cycles.

    A clearing makes several objects for each bid and no cycles; looking through all of them again
    and again takes a third of the time of 100,000 bids.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _clear(rules: Rules, bids: Sequence[Bid], seed: str, *, explain: bool) -> Result:
    """Clear an auction whose rules are sound."""
    scale = scale_of(rules)
    entries = admit(rules, bids)
    cleared = _clear_pots(rules, scale, entries, seed)
    winning = _winning_prices(rules, scale, bids, entries, cleared, seed) if explain else {}
    told = [one.told for one in cleared if one.told]
    return Result(
        rules=rules.id,
        state="cancelled" if all(one.is_cancelled for one in cleared) else "cleared",
        why="; ".join(told),
        decisions=tuple(_decision(entry, scale, winning) for entry in entries),
        pots=tuple(_pot_result(one, scale) for one in cleared),
        proof=Proof(
            method=rules.allocation.method,
            objective=_worth(scale, sum(one.objective for one in cleared)),
            bound=_worth(scale, sum(one.bound for one in cleared)),
        ),
        seed=seed,
    )


def _clear_pots(rules: Rules, scale: Scale, entries: list[Entry], seed: str) -> list[Cleared]:
    """Clear pot after pot; what is left of one may go to a later one."""
    order = rank(rules, entries, seed)
    by_pot: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in order:
        by_pot[entry.pot].append(entry)
    whole = None if rules.volume is None else scale.quantity_steps(rules.volume)
    pots = pots_of(rules)
    known = [pot.volume for pot in pots if pot.volume is not None]
    total = (
        whole
        if whole is not None
        else scale.quantity_steps(sum(known, Decimal(0)))
        if known
        else None
    )
    caps = caps_of(rules, scale, total)
    left: defaultdict[str, int] = defaultdict(int)
    found = []
    for pot in pots:
        offered = None if pot.volume is None else scale.quantity_steps(pot.volume) + left[pot.id]
        if rules.pots and whole is not None:
            offered = whole if offered is None else min(offered, whole)
        one = _clear_pot(rules, scale, pot, by_pot[pot.id], caps, offered)
        taken = sum(entry.awarded for entry in one.order)
        if whole is not None:
            whole = max(0, whole - taken)
        if pot.leftover_to and offered is not None:
            left[pot.leftover_to] += max(0, offered - taken)
        found.append(one)
    return found


def _clear_pot(
    rules: Rules, scale: Scale, pot: Pot, order: list[Entry], caps: Caps, offered: int | None
) -> Cleared:
    """Clear one pot: too few bids first, then who wins, then what they are paid."""
    pricing = pot.pricing or rules.pricing
    bid = _quantity_bid(order)
    cleared = Cleared(pot, order, offered, bid)
    if _too_little(rules, scale, cleared, caps):
        return cleared
    if rules.allocation.method == "optimal":
        _choose(rules, scale, cleared, caps, pricing)
    else:
        is_uniform = pricing == "uniform" and rules.price_within == "delivery_year"
        ledger = Ledger(rules, pot.budget, scale, is_uniform) if pot.budget else None
        filling = Filling(rules, pot, scale, caps, cleared.offered, ledger)
        fill_minimum(filling, order)
        fill(filling, [entry for entry in order if not entry.awarded])
        cleared.marginal, cleared.ledger = filling.marginal, ledger
        cleared.objective = cleared.bound = sum(e.awarded * e.price for e in order)
    if pricing != "vcg":
        cleared.prices = set_prices(rules, pricing, order)
    return cleared


def _quantity_bid(order: Sequence[Entry]) -> int:
    """Return the quantity of all bids; of flexible bids the largest counts."""
    total = sum(entry.quantity for entry in order)
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in order:
        if entry.bid.alternative_of:
            groups[(entry.bid.bidder, entry.bid.alternative_of)].append(entry.quantity)
    return total - sum(sum(group) - max(group) for group in groups.values())


def _too_little(rules: Rules, scale: Scale, cleared: Cleared, caps: Caps) -> bool:
    """Apply the rule for too little competition; tell whether the pot is thereby done."""
    rule = rules.undersubscription
    name = "" if cleared.pot.id == "all" else f"pot {cleared.pot.id}: "
    if rule.fewest_bidders > (bidders := _count_bidders(cleared, rule.fewest_bidders)):
        cleared.told = f"{name}{bidders} bidders; {rule.fewest_bidders} are asked for"
        _cancel(cleared, "undersubscription.fewest_bidders")
        return True
    if cleared.offered is None or rule.rule == "none":
        return False
    if cleared.bid >= rule.below * cleared.offered:
        return False
    told = f"{name}{scale.quantity_of(cleared.bid):f} {rules.quantity.unit} were bid for "
    told += f"{scale.quantity_of(cleared.offered):f}"
    if rule.rule == "cancel":
        cleared.told = f"{told}; the offer is cancelled"
        _cancel(cleared, "undersubscription.rule: cancel")
        return True
    if rule.rule == "ceiling":
        cleared.told = f"{told}; every bid wins at the ceiling"
        _all_at_ceiling(rules, scale, cleared, caps)
        return True
    share = 1 / Fraction(rule.below) if rule.scale_to is None else Fraction(rule.scale_to)
    cleared.offered = min(cleared.offered, int(share * cleared.bid))
    cleared.told = f"{told}; the offer becomes {scale.quantity_of(cleared.offered):f}"
    return False


def _count_bidders(cleared: Cleared, asked: int) -> int:
    """Return how many bidders there are, if anybody asks."""
    return len({entry.bid.bidder for entry in cleared.order}) if asked else 0


def _cancel(cleared: Cleared, rule: str) -> None:
    """Let every bid of a pot lose."""
    cleared.is_cancelled = True
    for entry in cleared.order:
        entry.lose(rule, cleared.told)


def _all_at_ceiling(rules: Rules, scale: Scale, cleared: Cleared, caps: Caps) -> None:
    """Award every bid that no limit stops, at the ceiling."""
    fill(Filling(rules, cleared.pot, scale, caps, None, None), cleared.order)
    for entry in cleared.order:
        if entry.awarded:
            entry.rule = entry.rule or "undersubscription.rule: ceiling"
            entry.note = entry.note or cleared.told
            entry.paid = ceiling_of(rules, entry.bid.technology)
    cleared.objective = cleared.bound = sum(e.awarded * e.price for e in cleared.order)


def _choose(rules: Rules, scale: Scale, cleared: Cleared, caps: Caps, pricing: Pricing) -> None:
    """Award the set that is proven best."""
    order = cleared.order
    before = deepcopy(caps)
    problem = pose(rules, scale, order, caps, cleared.offered)
    best = choose(problem)
    cleared.problem = problem
    for entry, quantity in zip(order, best.quantities, strict=True):
        entry.awarded = quantity
        if quantity:
            entry.state = "awarded" if quantity == entry.quantity else "cut"
            caps.take(entry, quantity)
        else:
            entry.lose("allocation.method: optimal", "the best set of bids does without it")
    cleared.objective, cleared.bound = best.objective, best.bound

    def best_without(bidder: str) -> int | None:
        others = [entry for entry in order if entry.bid.bidder != bidder]
        try:
            return choose(pose(rules, scale, others, before, cleared.offered)).objective
        except InfeasibleError:
            return None

    if pricing == "vcg":
        set_vcg_prices(rules, order, best.objective, best_without)


def _winning_prices(
    rules: Rules, scale: Scale, bids: Sequence[Bid], entries: Sequence[Entry],
    cleared: Sequence[Cleared], seed: str,
) -> dict[str, Decimal | None]:  # fmt: skip
    """Return the price at which each bid that did not win in full would have."""
    found: dict[str, Decimal | None] = {}
    is_simple = not rules.pots or rules.volume is None
    searched = []
    for one in cleared:
        can_tell = one.offered is not None and is_simple and not one.pot.leftover_to
        if one.is_cancelled:
            continue
        if one.problem is not None:
            if len(one.order) <= SOLVED_BIDS:
                found |= optimal_prices(rules, scale, one.order, one.problem, one.objective)
        elif can_tell and is_plain(rules, one.order):
            found |= plain_prices(rules, scale, one.order, one.offered or 0, seed)
        else:
            searched += [entry for entry in one.order if entry.state != "awarded"]
    searched += [e for e in entries if e.rule in ("price.ceiling", "price.floor")]
    if len(bids) <= SEARCHED_BIDS and rules.allocation.method == "merit_order":
        for entry in searched:
            found[entry.bid.id] = _search(rules, scale, bids, entry, seed)
    return found


def _search(
    rules: Rules, scale: Scale, bids: Sequence[Bid], entry: Entry, seed: str
) -> Decimal | None:
    """Search the winning price of one bid by clearing again."""
    others = [bid for bid in bids if bid.id != entry.bid.id]

    def wins(bid: Bid) -> bool:
        again = admit(rules, [*others, bid])
        _clear_pots(rules, scale, again, seed)
        return again[-1].state == "awarded"

    lowest = scale.price_steps(rules.price.floor or Decimal(0))
    best = lowest
    if rules.price.direction == "highest_wins":
        ceiling = rules.price.ceiling
        highest = max(bid.price for bid in bids) + 1
        best = scale.price_steps(ceiling if ceiling is not None else highest)
    return searched_price(scale, entry.bid, entry.price, best, wins)


def _decision(entry: Entry, scale: Scale, winning: dict[str, Decimal | None]) -> Decision:
    """Turn an entry into what is published."""
    bid = entry.bid
    won = entry.awarded > 0
    state: State = entry.state  # type: ignore[assignment]
    quantity = NOTHING
    if won:
        quantity = bid.quantity if state == "awarded" else scale.quantity_of(entry.awarded)
    return Decision(
        bid=bid.id, bidder=bid.bidder, lot=bid.lot, pot=entry.pot, state=state,
        quantity=quantity,
        price=entry.paid if won and entry.paid is not None else bid.price,
        rule=entry.rule or "allocation",
        why=entry.note or "the bid was among the best and fits whole",
        winning_price=winning.get(bid.id),
    )  # fmt: skip


def _pot_result(one: Cleared, scale: Scale) -> PotResult:
    """Sum up a pot."""
    years = {int(name): price for name, price in one.prices.items() if name.isdigit()}
    return PotResult(
        pot=one.pot.id,
        offered=None if one.offered is None else scale.quantity_of(one.offered),
        bid=scale.quantity_of(one.bid),
        awarded=scale.quantity_of(sum(entry.awarded for entry in one.order)),
        clearing_price=one.prices.get(""),
        price_by_year=years,
        budget_used={} if one.ledger is None else one.ledger.used(),
        marginal_bid=one.marginal,
    )


def _worth(scale: Scale, steps: int) -> Decimal:
    """Return price times quantity in the units of the rules."""
    return Decimal(steps).scaleb(-scale.price - scale.quantity)
