"""
Who gets which part of a venture's cash, tier by tier.

Cash of a year first returns the capital that parties brought in, then pays them a preferred
return on what was not yet returned, then lets the sponsor catch up until it has its part of all
profit, and is then split. This is the usual order of a distribution waterfall over the whole of a
venture; all amounts are whole cents and none is lost to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

import pandas as pd

from bunyad.auction.finance import irr
from bunyad.auction.finance.cash_flow import CashFlow
from bunyad.auction.money import round_ratio, share_out
from bunyad.errors import Fault, InputError
from bunyad.partner.ventures.shares import read_shares
from bunyad.tables import conform, schema

TIERS = ("capital", "preferred", "catch_up", "split")
CENTS = 100
WATERFALL = schema(
    "waterfall",
    ("year", "int", "a", "0 when the capital is paid in, then working years from 1"),
    ("party", "str", "-", "Who gets it"),
    ("tier", "str", "-", "capital, preferred, catch_up or split"),
    ("amount_usd", "float", "US$", "What the party gets of the tier in the year"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallTerms:
    """How cash is shared; rates and parts as decimal text, so that they are exact."""

    preferred_rate: str = "0.08"
    """Yearly preferred return on capital and preferred return not yet paid [1/a]."""
    carry: str = "0.2"
    """Part of all profit that goes to the sponsor beside its share, 0 to below 1 [-]."""
    catch_up: str = "1"
    """Part of the cash of the catch-up that goes to the sponsor; 0: no catch-up [-]."""
    sponsor: str = ""
    """Party that gets the carry; needed unless the carry is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """What everybody pays and gets."""

    paid: pd.DataFrame
    """As `WATERFALL`."""
    flows_usd: Mapping[str, tuple[float, ...]]
    """Net flow of each party by year [US$]."""
    irr: Mapping[str, float | None]
    """Yearly return of each party [1/a]; None where the flow never changes sign."""


@dataclass(slots=True)
class _Balance:
    """What is owed to parties, and what was paid of profit [cents]."""

    capital: dict[str, int]
    preferred: dict[str, int]
    profit: int = 0
    carried: int = 0


@dataclass(frozen=True, slots=True)
class _Exact:
    """Terms as ratios."""

    rate: Fraction
    carry: Fraction
    catch_up: Fraction
    sponsor: str
    shares: Mapping[str, Fraction]


def share_cash_flow(
    flow: CashFlow, shares: Mapping[str, str], terms: WaterfallTerms | None = None
) -> Waterfall:
    """
    Share the owners' flow of a plant among the parties of a joint venture.

    Parameters
    ----------
    flow
        Years of the plant, as `bunyad.auction.finance.cash_flow` gives them; `equity_usd` below 0
        is paid in by shares, above 0 is poured.
    shares
        Percentages or ratios by party, 100 % in all.
    terms
        How cash is shared; none: the usual terms without a sponsor.

    Raises
    ------
    InputError
        As `pour_cash`.
    """
    cents = [round(value * CENTS) for value in flow.years["equity_usd"].tolist()]
    return pour_cash([max(-one, 0) for one in cents], [max(one, 0) for one in cents], shares, terms)


def pour_cash(
    paid_in_cents: Sequence[int],
    cash_cents: Sequence[int],
    shares: Mapping[str, str],
    terms: WaterfallTerms | None = None,
) -> Waterfall:
    """
    Pour a venture's cash through the tiers.

    Parameters
    ----------
    paid_in_cents
        Capital that parties pay in at the end of each year, by their shares [cents].
    cash_cents
        Cash that there is to share at the end of each year [cents].
    shares
        Percentages or ratios by party, 100 % in all.
    terms
        How cash is shared; none: the usual terms without a sponsor.

    Returns
    -------
    Waterfall
        What each party pays and gets.

    Raises
    ------
    InputError
        If years differ in number, an amount is below 0, shares do not make 100 %, or terms make
        no sense.

    Examples
    --------
    >>> terms = WaterfallTerms(sponsor="araz")
    >>> found = pour_cash([100_00, 0], [0, 148_00], {"araz": "10", "fund": "90"}, terms)
    >>> found.paid.groupby("tier")["amount_usd"].sum().to_dict()
    {'capital': 100.0, 'catch_up': 2.0, 'preferred': 8.0, 'split': 38.0}
    """
    exact = _exact(terms or WaterfallTerms(carry="0"), shares)
    if len(paid_in_cents) != len(cash_cents) or min((*paid_in_cents, *cash_cents), default=0) < 0:
        raise InputError(
            "years differ in number, or an amount is below 0", where="waterfall",
            mend="give as many amounts of 0 or more for each",
        )  # fmt: skip
    names = list(exact.shares)
    owed = _Balance(dict.fromkeys(names, 0), dict.fromkeys(names, 0))
    flows: dict[str, list[int]] = {name: [] for name in names}
    rows = []
    weights = _weights(exact.shares)
    for year, (paid_in, cash) in enumerate(zip(paid_in_cents, cash_cents, strict=True)):
        for name in names:
            base = owed.capital[name] + owed.preferred[name]
            owed.preferred[name] += round_ratio(base * exact.rate.numerator, exact.rate.denominator)
        calls = dict(zip(names, share_out(paid_in, weights), strict=True))
        for name in names:
            owed.capital[name] += calls[name]
        got = dict.fromkeys(names, 0)
        for tier, amounts in _pour(cash, owed, exact, weights).items():
            for name, amount in amounts.items():
                got[name] += amount
                if amount:
                    rows.append((year, name, tier, amount / CENTS))
        for name in names:
            flows[name].append(got[name] - calls[name])
    table = conform(pd.DataFrame(rows, columns=WATERFALL.names()), WATERFALL)
    in_usd = {name: tuple(one / CENTS for one in many) for name, many in flows.items()}
    return Waterfall(
        paid=table, flows_usd=in_usd, irr={name: irr(many) for name, many in in_usd.items()}
    )


def _pour(
    cash: int, owed: _Balance, exact: _Exact, weights: list[int]
) -> dict[str, dict[str, int]]:
    """Return what each party gets of each tier, and lower what is owed."""
    names = list(exact.shares)
    found = {}
    for tier, balance in (("capital", owed.capital), ("preferred", owed.preferred)):
        part = min(cash, sum(balance.values()))
        amounts = _by_balance(part, balance)
        for name, amount in amounts.items():
            balance[name] -= amount
        cash -= part
        found[tier] = amounts
        owed.profit += part if tier == "preferred" else 0
    caught = min(cash, _catch_up(owed, exact))
    for tier, amount, rate in (
        ("catch_up", caught, exact.catch_up),
        ("split", cash - caught, exact.carry),
    ):
        carried = round_ratio(amount * rate.numerator, rate.denominator)
        shared = dict(zip(names, share_out(amount - carried, weights), strict=True))
        if carried:
            shared[exact.sponsor] += carried
        owed.profit += amount
        owed.carried += carried
        found[tier] = shared
    return found


def _catch_up(owed: _Balance, exact: _Exact) -> int:
    """
    Return the cash until the sponsor has its part of all profit [cents].

    With c carried of a profit p, a carry k and a part u of the cash x it is c + u x = k (p + x).
    """
    if exact.catch_up <= exact.carry:
        return 0
    missing = exact.carry * owed.profit - owed.carried
    found = missing / (exact.catch_up - exact.carry)
    return max(round_ratio(found.numerator, found.denominator), 0)


def _by_balance(amount: int, balance: Mapping[str, int]) -> dict[str, int]:
    """Return parts of an amount in proportion to what is owed, none above it."""
    if amount == 0:
        return dict.fromkeys(balance, 0)
    return dict(zip(balance, share_out(amount, list(balance.values())), strict=True))


def _weights(shares: Mapping[str, Fraction]) -> list[int]:
    """Return whole weights of shares."""
    whole = lcm(*(one.denominator for one in shares.values()))
    return [int(one * whole) for one in shares.values()]


def _exact(terms: WaterfallTerms, shares: Mapping[str, str]) -> _Exact:
    """Return terms as ratios, or name what is wrong with them."""
    found, faults = {}, []
    for name, below_one in (("preferred_rate", False), ("carry", True), ("catch_up", False)):
        text = getattr(terms, name)
        try:
            value = Fraction(Decimal(text))
        except (ArithmeticError, ValueError):
            value = Fraction(-1)
        if not 0 <= value <= 1 or (below_one and value == 1):
            faults.append(
                Fault(f"waterfall.{name}", f"the value is {text!r}", "give a part such as 0.2")
            )
        found[name] = value
    if found["carry"] > 0 and terms.sponsor not in shares:
        faults.append(
            Fault("waterfall.sponsor", f"{terms.sponsor!r} has no share", "name one of the parties")
        )
    if faults:
        raise InputError.of(faults)
    return _Exact(
        rate=found["preferred_rate"],
        carry=found["carry"],
        catch_up=found["catch_up"],
        sponsor=terms.sponsor,
        shares=read_shares(shares),
    )
