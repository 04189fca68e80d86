"""
Contracts for difference, settled by the hour or by the month, to the cent.

Whole numbers of kWh and of price steps are summed; a payment is rounded once, a half to the even
cent. Above 0 the state pays the plant, below 0 the plant pays back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Literal

import pandas as pd

from bunyad.auction.money import from_steps, round_ratio, to_steps
from bunyad.auction.rules.model import Contract
from bunyad.errors import Fault, InputError
from bunyad.tables import conform, schema

KWH_DECIMALS = 3
"""Digits of a MWh that make a kWh."""
KWH_PER_MWH = 10**KWH_DECIMALS
FORMS = {"hour": "%Y-%m-%dT%H:%M%z", "month": "%Y-%m"}
HOUR = pd.Timedelta(1, "h")

SETTLEMENT = schema(
    "settlement",
    ("period", "str", "", "Hour or month, in the contract's time zone"),
    ("hours", "int", "h", "Hours of the period"),
    ("energy_mwh", "decimal", "MWh", "Energy fed in"),
    ("settled_mwh", "decimal", "MWh", "Part of it that the contract counts"),
    ("strike", "decimal", "money/MWh", "Price of the contract, indexed"),
    ("reference_price", "decimal", "money/MWh", "Price that it is held against"),
    ("market_value", "decimal", "money", "What the counted energy fetched hour by hour"),
    ("difference", "decimal", "money", "Counted energy times strike less reference"),
    ("payment", "decimal", "money", "What is paid to the plant; below 0 it pays back"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CfdContract:
    """A two-way contract for difference."""

    strike: Decimal
    """Price of the first year, per MWh."""
    first_year: int
    """Year whose price is not indexed yet."""
    years: int
    """Years that it runs."""
    reference: Literal["hour", "month"] = "hour"
    """Price of each hour, or the mean of a month; also the period that is settled."""
    mean: Literal["time", "generation"] = "time"
    """How the mean of a month weighs its hours: alike, or by this plant's energy."""
    negative_price_hours: Literal["paid", "not_paid"] = "paid"
    """Whether hours with a price below 0 count."""
    indexation_share: Decimal = Decimal(0)
    """Part of the change of `price_index` by which the strike changes [-]."""
    price_index: Mapping[int, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    """Index by year, any base; needed where the strike is indexed."""
    payback_cap_share: Decimal | None = None
    """At most this part of what the market pays above the strike is paid back; 0 is one-way [-]."""
    price_decimals: int = 2
    """Decimals of strike, reference and market prices."""
    money_decimals: int = 2
    """Decimals of payments."""
    zone: str = "UTC"
    """Time zone of months and years."""

    @classmethod
    def under(cls, rules: Contract, *, strike: Decimal, first_year: int) -> CfdContract:
        """
        Return the contract that an auction's rules give to a winner; its period is the hour.

        Parameters
        ----------
        rules
            The contract of the rules.
        strike
            Awarded price per MWh.
        first_year
            First year of the contract.

        Raises
        ------
        InputError
            If the rules give no contract that is settled against the market.

        Examples
        --------
        >>> one_way = Contract(kind="one_way_premium", years=20)
        >>> CfdContract.under(one_way, strike=Decimal("60.00"), first_year=2027).payback_cap_share
        Decimal('0')
        """
        if rules.kind not in ("two_way_cfd", "one_way_premium"):
            raise InputError(
                f"{rules.kind} is not settled against the market",
                where="rules: contract.kind",
                mend="settle two_way_cfd or one_way_premium",
            )
        is_one_way = rules.kind == "one_way_premium"
        return cls(
            strike=strike,
            first_year=first_year,
            years=rules.years,
            negative_price_hours=rules.negative_price_hours,
            indexation_share=rules.indexation_share,
            payback_cap_share=Decimal(0) if is_one_way else rules.payback_cap_share,
        )


def settle(contract: CfdContract, generation: pd.Series, prices: pd.Series) -> pd.DataFrame:
    """
    Settle a contract over hours.

    Parameters
    ----------
    contract
        What was signed.
    generation
        Energy fed in [MWh], Decimals with at most 3 digits after the point, by the hour's
        beginning with its time zone.
    prices
        Market price per MWh, Decimals, of the same hours.

    Returns
    -------
    pandas.DataFrame
        As `SETTLEMENT`, a row an hour or a month.

    Raises
    ------
    InputError
        If hours are missing, are not of the contract's years or do not fill whole months, or a
        number is not exact.

    Examples
    --------
    >>> hours = pd.date_range("2027-01-01", periods=2, freq="h", tz="UTC")
    >>> contract = CfdContract(strike=Decimal("35.40"), first_year=2027, years=20)
    >>> fed_in = pd.Series([Decimal(10), Decimal(10)], hours)
    >>> market = pd.Series([Decimal("30.40"), Decimal("45.40")], hours)
    >>> settle(contract, fed_in, market)["payment"].tolist()
    [Decimal('50.00'), Decimal('-100.00')]
    """
    local = _check_hours(contract, generation, prices)
    periods = local.strftime(FORMS[contract.reference])
    kwh = [to_steps(one, KWH_DECIMALS, where="generation") for one in generation]
    market = [to_steps(one, contract.price_decimals, where="prices") for one in prices]
    if min(kwh) < 0:
        raise InputError("energy is below 0", where="generation", mend="give 0 or more")
    strikes = {int(year): _strike(contract, int(year)) for year in local.year.unique()}
    hours = zip(periods, local.year, kwh, market, strict=True)
    rows = []
    for (period, year), part in groupby(hours, key=itemgetter(0, 1)):
        _, _, energy, price = zip(*part, strict=True)
        rows.append(_settle_period(contract, str(period), strikes[int(year)], energy, price))
    return conform(pd.DataFrame(rows, columns=SETTLEMENT.names()), SETTLEMENT)


def _check_hours(
    contract: CfdContract, generation: pd.Series, prices: pd.Series
) -> pd.DatetimeIndex:
    """Return the hours in the contract's zone, or name what is wrong with them."""
    times = generation.index
    if not isinstance(times, pd.DatetimeIndex) or times.tz is None or len(times) == 0:
        raise InputError(
            "its index is no time with a zone", where="generation", mend="give hours with a zone"
        )
    if not times.equals(prices.index):
        raise InputError(
            "its hours are not those of the energy", where="prices", mend="give the same hours"
        )
    local = times.tz_convert(contract.zone)
    last_year = contract.first_year + contract.years - 1
    faults = []
    if len(times) > 1 and not (times[1:] - times[:-1] == HOUR).all():
        faults.append(Fault("generation", "hours are missing or twice", "give each hour once"))
    if local[0].year < contract.first_year or local[-1].year > last_year:
        what = f"{local[0]:%Y-%m-%d} to {local[-1]:%Y-%m-%d} is not all under contract"
        faults.append(
            Fault("generation", what, f"give hours of {contract.first_year} to {last_year}")
        )
    if contract.reference == "month" and not all(
        _begins_month(at) for at in (local[0], local[-1] + HOUR)
    ):
        faults.append(Fault("generation", "a month is not whole", "give whole months"))
    if faults:
        raise InputError.of(faults)
    return local


def _begins_month(at: pd.Timestamp) -> bool:
    """Tell whether a moment is the first of a month."""
    return at.day == 1 and at == at.normalize()


def _strike(contract: CfdContract, year: int) -> int:
    """Return the strike of a year, in price steps."""
    strike = to_steps(contract.strike, contract.price_decimals, where="contract.strike")
    if contract.indexation_share == 0 or year == contract.first_year:
        return strike
    missing = [one for one in (contract.first_year, year) if one not in contract.price_index]
    if missing:
        raise InputError(
            f"there is no index of {missing[0]}",
            where="contract.price_index",
            mend="give one for each year",
        )
    base, now = contract.price_index[contract.first_year], contract.price_index[year]
    top, bottom = (base + contract.indexation_share * (now - base)).as_integer_ratio()
    base_top, base_bottom = base.as_integer_ratio()
    return round_ratio(strike * top * base_bottom, bottom * base_top)


def _settle_period(
    contract: CfdContract, period: str, strike: int, kwh: Sequence[int], prices: Sequence[int]
) -> tuple[object, ...]:
    """Settle the hours of one period."""
    counts = [contract.negative_price_hours == "paid" or price >= 0 for price in prices]
    settled = sum(energy for energy, is_counted in zip(kwh, counts, strict=True) if is_counted)
    value = sum(
        energy * price
        for energy, price, is_counted in zip(kwh, prices, counts, strict=True)
        if is_counted
    )
    reference = _reference(contract, kwh, prices)
    cents = 10 ** max(contract.price_decimals - contract.money_decimals, 0) * KWH_PER_MWH
    finer = 10 ** max(contract.money_decimals - contract.price_decimals, 0)
    market_value = round_ratio(value * finer, cents)
    difference = round_ratio(settled * (strike - reference) * finer, cents)
    payment = difference
    if difference < 0 and contract.payback_cap_share is not None:
        top, bottom = contract.payback_cap_share.as_integer_ratio()
        payment = round_ratio(settled * (strike - reference) * finer * top, cents * bottom)
    money, price = contract.money_decimals, contract.price_decimals
    return (
        period,
        len(kwh),
        from_steps(sum(kwh), KWH_DECIMALS),
        from_steps(settled, KWH_DECIMALS),
        from_steps(strike, price),
        from_steps(reference, price),
        from_steps(market_value, money),
        from_steps(difference, money),
        from_steps(payment, money),
    )


def _reference(contract: CfdContract, kwh: Sequence[int], prices: Sequence[int]) -> int:
    """Return the mean price of a period, in price steps; of one hour it is its price."""
    if contract.mean == "generation" and sum(kwh) > 0:
        weighed = sum(energy * price for energy, price in zip(kwh, prices, strict=True))
        return round_ratio(weighed, sum(kwh))
    return round_ratio(sum(prices), len(prices))
