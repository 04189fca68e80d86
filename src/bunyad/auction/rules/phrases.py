"""Words for the choices that rules offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

MARGINAL = {
    "cut": "is cut to what is left; if it cannot be cut, the next bid is asked",
    "overshoot": "wins whole, and is the last to win",
    "stop_short": "wins nothing, and the award stops before it",
    "skip": "wins nothing, and smaller bids after it are asked",
    "conditional": "is offered what is left; its bidder may accept or decline, and it is the last",
    "close_year": "wins nothing, and its delivery year is closed",
}
TIES = {
    "smaller_quantity": "the smaller bid comes first",
    "larger_quantity": "the larger bid comes first",
    "earlier": "the bid that came earlier comes first",
    "better_score": "the bid with more points beside the price comes first",
    "share": "equal bids share what is left in proportion to their size",
    "lottery": "a draw decides, from a seed that is fixed before the opening",
}
PRICING = {
    "pay_as_bid": "each winner is paid the price of its own bid",
    "uniform": "all winners are paid one price, that of the worst bid that won",
    "first_rejected": "all winners are paid one price, that of the first quantity turned away",
    "vcg": "each winner is paid its bid plus what the others would lose without it (VCG)",
}
ENVELOPE = {
    "deadline": "at the deadline",
    "after_qualification": "once it is known who has qualified",
    "opening": "at the opening",
}
CONTRACT = {
    "two_way_cfd": "a two-way contract for difference",
    "one_way_premium": "a premium on top of the market price that is never paid back",
    "fixed_price": "a fixed price for each unit delivered",
    "allowance": "allowances, handed over against payment",
}
STAGE = {
    "none": "There is no qualification.",
    "before_bids": "Bidders qualify first; only who has qualified may hand in a price.",
    "with_bids": "Qualification is handed in together with the bid and checked before prices.",
}
PER = {"bid": "for each bid", "quantity": "for each", "capex_share": "as a share of capital cost"}


def number(value: Decimal | int) -> str:
    """
    Return a number as people write it.

    Examples
    --------
    >>> number(Decimal("1100000000")), number(Decimal("0.50"))
    ('1,100,000,000', '0.5')
    """
    if isinstance(value, int):
        return f"{value:,}"
    whole = value.to_integral_value()
    return f"{int(whole):,}" if value == whole else f"{value.normalize():,f}"


def percent(share: Decimal) -> str:
    """
    Return a share in per cent.

    Examples
    --------
    >>> percent(Decimal("0.125"))
    '12.5 %'
    """
    return f"{number(share * 100)} %"


def series(items: Iterable[str]) -> str:
    """
    Return items as a list in a sentence.

    Examples
    --------
    >>> series(["sun", "wind", "water"])
    'sun, wind and water'
    """
    found = list(items)
    return " and ".join(part for part in (", ".join(found[:-1]), *found[-1:]) if part)


def by_key(values: Mapping[str, Decimal] | Mapping[int, Decimal], unit: str = "") -> str:
    """Return values by name or year as a list in a sentence."""
    end = f" {unit}" if unit else ""
    return series(f"{number(value)}{end} for {key}" for key, value in values.items())


def sentence(text: str) -> str:
    """Return a text with a capital first letter and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
