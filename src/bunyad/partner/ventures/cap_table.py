"""Who owns how many shares of a company after each round of finance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from bunyad.auction.money import to_steps
from bunyad.errors import InputError
from bunyad.tables import conform, schema

CENTS = 2
CAP_TABLE = schema(
    "cap_table",
    ("round", "str", "-", "Round of finance; founding comes first"),
    ("party", "str", "-", "Who owns the shares"),
    ("new_shares", "int", "-", "Shares issued to the party in this round"),
    ("shares", "int", "-", "Shares of the party after this round"),
    ("part", "float", "-", "Part of all shares after this round"),
    ("diluted", "float", "-", "Part of the part before that the party lost in this round"),
    ("paid_usd", "float", "US$", "What the party paid for the new shares"),
    ("value_usd", "float", "US$", "Shares of the party at the price of this round"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceRound:
    """A round in which parties buy new shares."""

    name: str
    before_usd: str
    """Value of the whole company before the round [US$], as decimal text."""
    invested_usd: Mapping[str, str]
    """What each party pays [US$], as decimal text."""
    given: Mapping[str, int] = field(default_factory=dict)
    """Shares given without payment before the price is set, such as to staff."""


def cap_table(founders: Mapping[str, int], rounds: Sequence[FinanceRound] = ()) -> pd.DataFrame:
    """
    Return who owns what after each round.

    The price of a share is the value before the round over all shares there are, exact as a
    ratio. A party gets as many whole shares as its money buys, and pays for those.

    Parameters
    ----------
    founders
        Shares at the founding, by party.
    rounds
        Rounds of finance in order.

    Returns
    -------
    pandas.DataFrame
        As `CAP_TABLE`.

    Raises
    ------
    InputError
        If there are no shares, a number is not above 0, or money buys no whole share.

    Examples
    --------
    >>> seed = FinanceRound(name="seed", before_usd="4000000", invested_usd={"fund": "1000000"})
    >>> table = cap_table({"araz": 600, "indus": 400}, [seed])
    >>> table[table["round"] == "seed"][["party", "shares", "part"]].values.tolist()
    [['araz', 600, 0.48], ['indus', 400, 0.32], ['fund', 250, 0.2]]
    """
    wrong = [name for name, count in founders.items() if count <= 0]
    if not founders or wrong:
        raise InputError(
            f"{wrong[0] if wrong else 'nobody'} has no shares", where="founders",
            mend="give whole numbers above 0",
        )  # fmt: skip
    shares = dict(founders)
    rows = _rows("founding", {}, shares, dict(founders), ({}, Fraction(0)))
    for one in rounds:
        before = dict(shares)
        issued, paid, price = _issue(one, shares)
        shares = {name: shares.get(name, 0) + issued.get(name, 0) for name in (*shares, *issued)}
        rows += _rows(one.name, before, shares, issued, (paid, price))
    return conform(pd.DataFrame(rows), CAP_TABLE)


def _issue(
    one: FinanceRound, shares: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, Fraction], Fraction]:
    """Return new shares and what is paid by party [cents], and the price of a share [cents]."""
    if any(count <= 0 for count in one.given.values()):
        raise InputError(
            "shares given are not above 0", where=f"round {one.name}", mend="give whole numbers"
        )
    value = to_steps(one.before_usd, CENTS, where=f"round {one.name}: before_usd")
    if value <= 0:
        raise InputError(
            f"the value before is {one.before_usd}", where=f"round {one.name}", mend="give above 0"
        )
    price = Fraction(value, sum(shares.values()) + sum(one.given.values()))
    issued, paid = dict(one.given), {}
    for party, text in one.invested_usd.items():
        money = to_steps(text, CENTS, where=f"round {one.name}: {party}")
        bought = int(money / price) if money > 0 else 0
        if bought <= 0:
            raise InputError(
                f"{text} US$ buys no share of {float(price) / 100:.2f} US$",
                where=f"round {one.name}: {party}", mend="give more, or leave the party out",
            )  # fmt: skip
        issued[party] = issued.get(party, 0) + bought
        paid[party] = bought * price
    return issued, paid, price


def _rows(
    name: str,
    before: Mapping[str, int],
    shares: Mapping[str, int],
    issued: Mapping[str, int],
    bought: tuple[Mapping[str, Fraction], Fraction],
) -> list[dict[str, object]]:
    paid, price = bought
    whole, was = sum(shares.values()), sum(before.values())
    return [
        {
            "round": name,
            "party": party,
            "new_shares": issued.get(party, 0),
            "shares": count,
            "part": float(Fraction(count, whole)),
            "diluted": float(1 - Fraction(count * was, whole * before[party]))
            if before.get(party)
            else 0.0,
            "paid_usd": float(paid.get(party, Fraction(0)) / 100),
            "value_usd": float(count * price / 100),
        }
        for party, count in shares.items()
    ]
