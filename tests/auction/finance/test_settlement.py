"""Contracts for difference add up to the cent, whatever the hours bring."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.auction.finance import CfdContract, settle
from bunyad.auction.rules.model import Contract
from bunyad.errors import InputError

CONTRACT = CfdContract(strike=Decimal("50.00"), first_year=2027, years=20)
CENT = Decimal("0.01")


def series(values: list[object], start: str = "2027-01-01", zone: str = "UTC") -> pd.Series:
    times = pd.date_range(start, periods=len(values), freq="h", tz=zone).tz_convert("UTC")
    return pd.Series([Decimal(str(value)) for value in values], times, dtype=object)


def month(value: object, start: str = "2027-02-01", days: int = 28, zone: str = "UTC") -> pd.Series:
    return series([value] * (24 * days), start, zone)


def test_an_hour_pays_the_difference_to_the_strike() -> None:
    table = settle(CONTRACT, series([1, 2, "0.333"]), series(["49.99", 60, -10]))

    assert table["payment"].tolist() == [Decimal("0.01"), Decimal("-20.00"), Decimal("19.98")]
    assert table["period"].tolist()[0] == "2027-01-01T00:00+0000"


def test_hours_below_zero_may_count_for_nothing() -> None:
    contract = replace(CONTRACT, negative_price_hours="not_paid")

    table = settle(contract, series([1, 1]), series([-1, 0]))

    assert table["payment"].tolist() == [Decimal("0.00"), Decimal("50.00")]
    assert table["settled_mwh"].tolist() == [Decimal("0.000"), Decimal("1.000")]


def test_a_month_is_held_against_its_mean_price() -> None:
    prices = month(40)
    prices.iloc[::2] = Decimal(80)  # mean 60
    fed_in = month(0)
    fed_in.iloc[1::2] = Decimal(1)  # all of it at 40

    alike = settle(replace(CONTRACT, reference="month"), fed_in, prices)
    weighed = settle(replace(CONTRACT, reference="month", mean="generation"), fed_in, prices)

    assert alike.loc[0, "payment"] == Decimal("-3360.00")  # 336 MWh × (50 − 60)
    assert weighed.loc[0, "payment"] == Decimal("3360.00")  # 336 MWh × (50 − 40)
    assert alike.loc[0, "market_value"] == Decimal("13440.00")
    assert alike.loc[0, "period"] == "2027-02"


def test_a_month_without_energy_settles_nothing() -> None:
    contract = replace(CONTRACT, reference="month", mean="generation")

    assert settle(contract, month(0), month(70)).loc[0, "payment"] == 0


def test_months_are_those_of_the_contracts_zone() -> None:
    contract = replace(CONTRACT, reference="month", zone="Asia/Baku")
    table = settle(contract, month(1, zone="Asia/Baku"), month(45, zone="Asia/Baku"))

    assert table["period"].tolist() == ["2027-02"]
    assert table.loc[0, "payment"] == Decimal("3360.00")


def test_paying_back_has_an_end() -> None:
    fed_in, prices = series([1]), series([500])
    pay = [
        settle(replace(CONTRACT, payback_cap_share=share), fed_in, prices).loc[0, "payment"]
        for share in (None, Decimal(1), Decimal("0.2"), Decimal(0))
    ]

    assert pay == [Decimal("-450.00"), Decimal("-450.00"), Decimal("-90.00"), Decimal("0.00")]


def test_the_strike_follows_its_share_of_the_index() -> None:
    contract = replace(
        CONTRACT,
        indexation_share=Decimal("0.5"),
        price_index={2027: Decimal("120.0"), 2028: Decimal("132.0")},
    )

    first = settle(contract, series([1]), series([0]))
    second = settle(contract, series([1], "2028-01-01"), series([0], "2028-01-01"))

    assert first.loc[0, "strike"] == Decimal("50.00")
    assert second.loc[0, "strike"] == Decimal("52.50")
    with pytest.raises(InputError, match="there is no index of 2029"):
        settle(contract, series([1], "2029-01-01"), series([0], "2029-01-01"))


amounts = st.decimals(0, 500, places=3)
market = st.decimals(-500, 4000, places=2)


@settings(max_examples=60)
@given(
    hours=st.lists(st.tuples(amounts, market), min_size=1, max_size=30),
    strike=st.decimals(0, 300, places=2),
    paid=st.sampled_from(["paid", "not_paid"]),
    cap=st.none() | st.decimals(0, 1, places=2),
)
def test_every_hour_is_what_a_slow_clerk_reckons(
    hours: list[tuple[Decimal, Decimal]], strike: Decimal, paid: str, cap: Decimal | None
) -> None:
    contract = replace(CONTRACT, strike=strike, negative_price_hours=paid, payback_cap_share=cap)

    table = settle(contract, series([h[0] for h in hours]), series([h[1] for h in hours]))

    for row, (energy, price) in zip(table.to_dict("records"), hours, strict=True):
        counted = energy if paid == "paid" or price >= 0 else Decimal(0)
        due = (counted * (strike - price)).quantize(CENT, ROUND_HALF_EVEN)
        if cap is not None and due < 0:
            due = (cap * counted * (strike - price)).quantize(CENT, ROUND_HALF_EVEN)
        assert row["payment"] == due
    assert sum(table["energy_mwh"]) == sum(energy for energy, _ in hours)


def test_a_year_by_the_hour_makes_income_that_of_the_strike() -> None:
    """With hourly reference, market and contract together are strike times energy."""
    count = 8760
    fed_in = series([Fraction(hour % 97, 1).numerator for hour in range(count)])
    prices = series([(hour * 37 % 11000 - 1000) / 100 for hour in range(count)])

    table = settle(CONTRACT, fed_in, prices)

    income = sum(table["payment"]) + sum(table["market_value"])
    assert income == Decimal("50.00") * sum(fed_in)


def test_finer_prices_and_coarser_money_are_rounded_once() -> None:
    contract = CfdContract(
        strike=Decimal("35.401"), first_year=2027, years=1, price_decimals=3, money_decimals=0
    )

    assert settle(contract, series([1000]), series([0])).loc[0, "payment"] == Decimal(35401)
    finer = replace(contract, price_decimals=0, strike=Decimal(35), money_decimals=2)
    assert settle(finer, series(["0.001"]), series([0])).loc[0, "payment"] == Decimal("0.04")


@pytest.mark.parametrize(
    ("fed_in", "prices", "contract", "says"),
    [
        (series([1]), series([1], "2027-01-02"), CONTRACT, "its hours are not those of the energy"),
        (series([1], "2026-12-31"), series([1], "2026-12-31"), CONTRACT, "not all under contract"),
        (series([1, 1, 1]).iloc[[0, 2]], series([1, 1, 1]).iloc[[0, 2]], CONTRACT, "hours are missing or twice"),
        (series([1]), series([1]), replace(CONTRACT, reference="month"), "a month is not whole"),
        (series(["0.0001"]), series([1]), CONTRACT, "is not in whole steps"),
        (series(["-1"]), series([1]), CONTRACT, "energy is below 0"),
        (series([1]).tz_localize(None), series([1]), CONTRACT, "its index is no time with a zone"),
        (series([1]).astype(float), series([1]), CONTRACT, "is no exact number"),
    ],
)  # fmt: skip
def test_what_cannot_be_settled_is_refused(
    fed_in: pd.Series, prices: pd.Series, contract: CfdContract, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        settle(contract, fed_in, prices)


def test_the_rules_give_the_contract() -> None:
    rules = Contract(
        kind="two_way_cfd", years=15, indexation_share=Decimal("0.5"), negative_price_hours="not_paid",
        payback_cap_share=Decimal("0.3"),
    )  # fmt: skip

    contract = CfdContract.under(rules, strike=Decimal("41.20"), first_year=2028)

    assert (contract.years, contract.indexation_share) == (15, Decimal("0.5"))
    assert (contract.negative_price_hours, contract.payback_cap_share) == (
        "not_paid",
        Decimal("0.3"),
    )
    with pytest.raises(InputError, match="allowance is not settled against the market"):
        CfdContract.under(Contract(kind="allowance", years=1), strike=Decimal(1), first_year=2028)
