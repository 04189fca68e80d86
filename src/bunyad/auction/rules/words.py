"""Rules in plain words: sentences made from every field, for people who never read YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from bunyad.auction.rules import phrases
from bunyad.auction.rules.model import (
    Budget,
    GroupLimit,
    Pot,
    Quantity,
    Rules,
    Security,
    Undersubscription,
)
from bunyad.auction.rules.phrases import by_key, number, percent, sentence, series


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with its sentences."""

    title: str
    sentences: tuple[str, ...]


def rules_in_words(rules: Rules) -> tuple[Section, ...]:
    """
    Tell rules in plain English.

    Parameters
    ----------
    rules
        Rules of one auction.

    Returns
    -------
    tuple of Section
        Every field of the rules is told in one of the sentences.

    Examples
    --------
    >>> from bunyad.auction.rules import load_rules
    >>> rules_in_words(load_rules("eu-ets-article-7"))[2].sentences[0]
    'Bids name a price in EUR/allowance, in EUR with at most 2 decimals.'
    """
    parts = (
        ("About", _about),
        ("What is offered", _offer),
        ("What is bid", _bid),
        ("Who may bid", _qualification),
        ("How bids are handed in", _form),
        ("The electronic auction", _rounds),
        ("Who wins", _allocation),
        ("Points", _scoring),
        ("Limits", _limits),
        ("Too few bids", _undersubscription),
        ("What winners are paid", _pricing),
        ("Securities", _securities),
        ("The contract", _contract),
        ("Sources", _sources),
        ("Not covered", lambda all_of_it: iter(all_of_it.not_covered)),
    )
    found = []
    for title, tell in parts:
        sentences = tuple(sentence(text) for text in tell(rules))
        if sentences:
            found.append(Section(title=title, sentences=sentences))
    return tuple(found)


def rules_as_markdown(rules: Rules) -> str:
    """Return rules in words as a Markdown page."""
    lines = [f"# {rules.title}", ""]
    for section in rules_in_words(rules):
        lines += [f"## {section.title}", ""]
        lines += [*(f"- {text}" for text in section.sentences), ""]
    return "\n".join(lines)


def rules_as_html(rules: Rules) -> str:
    """Return rules in words as a page of HTML that needs nothing else."""
    body = [f"<h1>{escape(rules.title)}</h1>"]
    for section in rules_in_words(rules):
        items = "".join(f"<li>{escape(text)}</li>" for text in section.sentences)
        body.append(f"<h2>{escape(section.title)}</h2>\n<ul>{items}</ul>")
    head = f'<meta charset="utf-8"><title>{escape(rules.title)}</title>'
    lines = "\n".join(body)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{lines}\n</body></html>\n'


def _about(rules: Rules) -> Iterator[str]:
    place = f" in {rules.country}" if rules.country else ""
    year = f", {rules.year}" if rules.year else ""
    yield f"These are the rules {rules.id} ({rules.format}){place}{year}: {rules.title}"


def _offer(rules: Rules) -> Iterator[str]:
    if rules.volume is not None:
        yield f"{number(rules.volume)} {rules.quantity.unit} are on offer"
    elif rules.budget is None and not rules.pots:
        yield "the volume on offer is set in each call"
    if rules.budget is not None:
        yield from _budget(rules.budget, rules, "the auction")
    for pot in rules.pots:
        yield from _pot(pot, rules)


def _pot(pot: Pot, rules: Rules) -> Iterator[str]:
    name = f"pot {pot.id}" + (f" ({pot.title})" if pot.title else "")
    who = series(pot.technologies) if pot.technologies else "all technologies"
    volume = "" if pot.volume is None else f", {number(pot.volume)} {rules.quantity.unit}"
    yield f"{name} is for {who}{volume}"
    if pot.budget is not None:
        yield from _budget(pot.budget, rules, name)
    if pot.leftover_to:
        yield f"what {name} leaves goes to pot {pot.leftover_to}"
    if pot.pricing is not None:
        yield f"in {name}, {phrases.PRICING[pot.pricing]}"


def _budget(budget: Budget, rules: Rules, name: str) -> Iterator[str]:
    valuation = budget.valuation
    yield f"{name} may cost {by_key(budget.by_year, rules.price.currency)}"
    years = "one year" if valuation.years == 1 else f"{valuation.years} years"
    yield (
        f"an award of {name} costs, in each of {years} from its delivery year on, what its price "
        f"is above the reference price, times load factor, times {number(valuation.hours)} hours, "
        "times quantity"
    )
    reference = valuation.reference_price
    prices = by_key(reference, rules.price.unit) if reference else "set in each call"
    yield f"reference prices of {name}: {prices}"
    factors = by_key(valuation.load_factor) if valuation.load_factor else "1 for every technology"
    yield f"load factors of {name}: {factors}"


def _bid(rules: Rules) -> Iterator[str]:
    price = rules.price
    yield (
        f"bids name a price in {price.unit}, in {price.currency} with at most "
        f"{price.decimals} decimals"
    )
    best = "lowest" if price.direction == "lowest_wins" else "highest"
    yield f"the {best} price wins"
    if price.ceiling is not None:
        yield f"no price above {number(price.ceiling)} {price.unit} is taken"
    if price.technology_ceilings:
        yield f"highest price by technology: {by_key(price.technology_ceilings, price.unit)}"
    if price.floor is not None:
        yield f"no price below {number(price.floor)} {price.unit} is taken"
    yield from _quantity(rules.quantity)


def _quantity(quantity: Quantity) -> Iterator[str]:
    unit = quantity.unit
    yield f"quantities are in {unit} with at most {quantity.decimals} decimals"
    if quantity.smallest is not None:
        yield f"a bid is for at least {number(quantity.smallest)} {unit}"
    if quantity.largest is not None:
        yield f"a bid is for at most {number(quantity.largest)} {unit}"
    if quantity.smallest_award is not None:
        yield f"nobody is cut to less than {number(quantity.smallest_award)} {unit}"


def _qualification(rules: Rules) -> Iterator[str]:
    yield phrases.STAGE[rules.qualification.stage]
    for one in rules.qualification.requirements:
        least = "" if one.least is None else f" of at least {number(one.least)}"
        unit = f" {one.unit}" if one.unit else ""
        kind = {"document": "a document", "number": f"a number{least}{unit}", "yes_no": "yes or no"}
        rest = "" if one.kind == "number" else f"{least}{unit}"
        yield f"{one.title} ({one.id}): {kind[one.kind]}{rest}"


def _form(rules: Rules) -> Iterator[str]:
    form = rules.bids
    for envelope in form.envelopes:
        yield (
            f"the envelope {envelope.name} holds {series(envelope.fields)} "
            f"and is opened {phrases.ENVELOPE[envelope.opens]}"
        )
    latest = form.replacement == "latest"
    yield (
        "a bid may be replaced until the deadline; the latest counts"
        if latest
        else ("a bid cannot be replaced")
    )
    may = form.withdrawal == "until_deadline"
    yield f"a bid {'may be withdrawn until the deadline' if may else 'cannot be withdrawn'}"
    if form.alternatives > 1:
        yield f"up to {form.alternatives} flexible bids for a project, of which one may win"
    else:
        yield "flexible bids are not taken: one bid for a project"
    told = (
        "is told before the opening" if form.count_is_public else "stays secret until the opening"
    )
    yield f"the number of bids {told}"


def _rounds(rules: Rules) -> Iterator[str]:
    rounds = rules.rounds
    if rounds is None:
        return
    yield (
        f"after the sealed bids, prices are bettered in an electronic auction of "
        f"{number(rounds.minutes)} minutes, by at least {number(rounds.step)} {rules.price.unit}"
    )
    most = rounds.largest_extensions
    often = "as often as needed" if most is None else f"at most {most} times"
    yield (
        f"a change within the last {number(rounds.extension_window_minutes)} minutes extends it by "
        f"{number(rounds.extension_minutes)} minutes, {often}"
    )
    if rounds.dropped_bidders:
        yield f"the {rounds.dropped_bidders} worst of the bidders are left out of it"
    if rounds.shortlist_share is not None:
        share = number(rounds.shortlist_share)
        yield f"the best bids are let in up to {share} times the volume"


def _allocation(rules: Rules) -> Iterator[str]:
    rule = rules.allocation
    if rule.by == "lot":
        yield "each lot is awarded on its own"
    else:
        yield "bids compete for the volume or the money on offer"
    best = {
        "most_value": "is worth most: the greatest distance from the ceiling times quantity",
        "least_cost": "covers the volume at least cost",
    }
    if rule.method == "optimal":
        yield f"that set of bids wins which {best[rule.objective]}, proven by a solver"
    else:
        yield "the best bid wins first"
    yield f"the bid that goes beyond what is left {phrases.MARGINAL[rule.marginal]}"
    if rule.overshoot_share is not None:
        yield f"an award goes at most {percent(rule.overshoot_share)} beyond the volume"
    yield f"between equal bids, {series(f'then {phrases.TIES[tie]}' for tie in rule.ties)[5:]}"


def _scoring(rules: Rules) -> Iterator[str]:
    scoring = rules.scoring
    if scoring is None:
        return
    how = {
        "best_over_price": "the best price over a bid's price",
        "linear_to_ceiling": "the distance of a price from the ceiling, over that of the best",
    }
    weight = percent(scoring.price_weight)
    yield f"{weight} of the points are for the price: {how[scoring.price_points]}"
    for one in scoring.criteria:
        yield (
            f"{percent(one.weight)} are for {one.title} ({one.id}): all at {number(one.best)}, "
            f"none at {number(one.worst)}, linear between"
        )
        if one.least is not None:
            yield f"a bid that does not reach {number(one.least)} in {one.title} is out"


def _limits(rules: Rules) -> Iterator[str]:
    unit = rules.quantity.unit
    for name, groups in (
        ("technology", rules.limits.technology),
        ("region", rules.limits.region),
    ):
        for group in groups:
            yield from _group(name, group, unit)
    one = rules.limits.bidder
    if one.quantity is not None:
        yield f"one bidder wins at most {number(one.quantity)} {unit}"
    if one.share is not None:
        yield f"one bidder wins at most {percent(one.share)} of the volume"
    if one.lots is not None:
        yield f"one bidder wins at most {one.lots} lots"
    if one.bids is not None:
        yield f"one bidder hands in at most {one.bids} bids"


def _group(name: str, group: GroupLimit, unit: str) -> Iterator[str]:
    who = f"{series(group.of)} ({name})"
    if group.minimum is not None:
        yield f"at least {number(group.minimum)} {unit} go to {who}, where enough is bid"
    if group.maximum is not None:
        yield f"at most {number(group.maximum)} {unit} go to {who}"
    if group.minimum is None and group.maximum is None:
        yield f"{who} has no limit"


def _undersubscription(rules: Rules) -> Iterator[str]:
    rule: Undersubscription = rules.undersubscription
    if rule.fewest_bidders:
        yield f"with fewer than {rule.fewest_bidders} bidders the auction is cancelled"
    if rule.rule == "none":
        yield "however little is bid, nothing changes"
        return
    share = f"1 / {number(rule.below)}" if rule.scale_to is None else percent(rule.scale_to)
    then = {
        "cancel": "the auction is cancelled",
        "scale": f"the volume becomes {share} of what was bid",
        "ceiling": "every bid wins at the ceiling",
    }
    yield f"where less than {number(rule.below)} times the volume is bid, {then[rule.rule]}"


def _pricing(rules: Rules) -> Iterator[str]:
    yield phrases.PRICING[rules.pricing]
    if rules.price_within == "delivery_year":
        yield "one price means one for each delivery year"
    else:
        yield "one price means one for each pot or lot"


def _securities(rules: Rules) -> Iterator[str]:
    for one in rules.securities:
        yield _amount(one, rules)
        yield f"the {one.id} security is given back when {series(one.released_when) or 'never'}"
        yield f"the {one.id} security is lost when {series(one.forfeited_when) or 'never'}"


def _amount(one: Security, rules: Rules) -> str:
    unit = f" {rules.quantity.unit}" if one.per == "quantity" else ""
    if one.amount is None:
        much = "of an amount that each call sets"
    elif one.per == "capex_share":
        much = f"of {percent(one.amount)}"
    else:
        much = f"of {number(one.amount)} {rules.price.currency}"
    return f"a {one.id} security {much} {phrases.PER[one.per]}{unit} is due {one.due}"


def _contract(rules: Rules) -> Iterator[str]:
    contract = rules.contract
    if contract is None:
        return
    if contract.years:
        yield f"the winner signs for {phrases.CONTRACT[contract.kind]}, for {contract.years} years"
    else:
        yield f"the winner gets {phrases.CONTRACT[contract.kind]}, once"
    yield f"{percent(contract.indexation_share)} of the price follow inflation"
    paid = contract.negative_price_hours == "paid"
    yield f"hours of negative prices are {'paid' if paid else 'not paid'}"
    if contract.payback_cap_share is not None:
        yield f"at most {percent(contract.payback_cap_share)} of the excess is paid back"
    if contract.months_to_operation is not None:
        yield f"the plant is in operation after {contract.months_to_operation} months at the latest"
    yield from (f"penalty: {text}" for text in contract.penalties)


def _sources(rules: Rules) -> Iterator[str]:
    for one in rules.sources:
        year = "" if one.year is None else str(one.year)
        yield ", ".join(part for part in (one.title, one.publisher, year, one.where) if part)
