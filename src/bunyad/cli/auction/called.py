"""Rules as a call fills them in: what they leave open comes from the command line."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from bunyad.errors import InputError

if TYPE_CHECKING:
    from bunyad.auction.rules import Rules


def called_rules(source: str, *, volume: str | None, ceiling: str | None) -> Rules:
    """Return rules, ready-made or from a file, with the volume and the ceiling of the call."""
    from bunyad.auction.rules import load_rules

    rules = load_rules(source)
    if ceiling is not None:
        price = rules.price.model_copy(update={"ceiling": _number("--ceiling", ceiling)})
        rules = rules.model_copy(update={"price": price})
    if volume is not None:
        rules = rules.model_copy(update={"volume": _number("--volume", volume)})
    return rules


def _number(name: str, text: str) -> Decimal:
    """Return a number that was written."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise InputError(f"the value is {text!r}", where=name, mend="give a number such as 35.40")
    return number
