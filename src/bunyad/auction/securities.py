"""Bid bonds and performance securities: how much, and what gives them back or takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from bunyad.auction.rules.model import Rules, Security
from bunyad.errors import InputError

CENT = Decimal("0.01")
"""Amounts of money are rounded up to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """One security of one bidder."""

    bidder: str
    rule: Security
    amount: Decimal
    """Amount due, in the currency of the rules."""
    state: Literal["due", "posted", "released", "forfeited"] = "due"
    reason: str = ""
    """Why it was released or forfeited, in the words of the rules."""


def bond_of(
    rules: Rules,
    bidder: str,
    *,
    kind: Literal["bid", "performance"],
    quantity: Decimal,
    capex: Decimal | None = None,
) -> Bond:
    """
    Return the security that a bidder owes.

    Parameters
    ----------
    rules
        Rules that ask for the security.
    bidder
        Who owes it.
    kind
        The bid bond or the performance security.
    quantity
        Quantity bid or awarded, in the unit of the rules.
    capex
        Capital cost, in the currency of the rules, where the security is a share of it.

    Raises
    ------
    InputError
        If the rules ask for no such security, do not say how much, or the capital cost is missing.
    """
    where = f"rules {rules.id}: securities"
    found = [one for one in rules.securities if one.id == kind]
    if not found:
        raise InputError(f"there is no {kind} security", where=where, mend="add it to the rules")
    (rule, *_) = found
    if rule.amount is None:
        raise InputError(
            f"the amount of the {kind} security is left to each call",
            where=where,
            mend="fill it in",
        )
    if rule.per == "capex_share" and capex is None:
        raise InputError("the capital cost is missing", where=where, mend="give capex")
    base = {"bid": Decimal(1), "quantity": quantity, "capex_share": capex or Decimal(0)}[rule.per]
    amount = (rule.amount * base).quantize(CENT, rounding=ROUND_CEILING)
    return Bond(bidder=bidder, rule=rule, amount=amount)


def post_bond(bond: Bond, paid: Decimal) -> Bond:
    """
    Take in a security.

    Raises
    ------
    InputError
        If it is not due, or less than the amount is paid.
    """
    _expect(bond, "due")
    if not paid >= bond.amount:
        raise _refusal(bond, f"{paid} is less than {bond.amount}", "post the whole amount")
    return replace(bond, state="posted")


def release_bond(bond: Bond, reason: str) -> Bond:
    """
    Give a security back, for one of the reasons in the rules.

    Raises
    ------
    InputError
        If it is not posted, or the rules know no such reason.
    """
    _expect(bond, "posted")
    _expect_reason(bond, reason, bond.rule.released_when)
    return replace(bond, state="released", reason=reason)


def forfeit_bond(bond: Bond, reason: str) -> Bond:
    """
    Keep a security, for one of the reasons in the rules.

    Raises
    ------
    InputError
        If it is not posted, or the rules know no such reason.
    """
    _expect(bond, "posted")
    _expect_reason(bond, reason, bond.rule.forfeited_when)
    return replace(bond, state="forfeited", reason=reason)


def _expect(bond: Bond, state: str) -> None:
    if bond.state != state:
        raise _refusal(bond, f"the security is {bond.state}, not {state}", "look at its history")


def _expect_reason(bond: Bond, reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        told = "; ".join(known) or "the rules name none"
        raise _refusal(bond, f"{reason!r} is no reason in the rules", f"choose one of: {told}")


def _refusal(bond: Bond, what: str, mend: str) -> InputError:
    return InputError(what, where=f"{bond.rule.id} security of {bond.bidder}", mend=mend)
