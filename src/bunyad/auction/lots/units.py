"""Prices of a plan in the currency and unit of an auction's rules."""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal

from bunyad.auction.rules.model import Price
from bunyad.errors import InputError

MWH = {"MWh": Decimal(1), "kWh": Decimal("0.001"), "GWh": Decimal(1000)}
HUNDREDTHS = ("ct", "cent", "c", "¢", "qəpik", "qapik")
"""Names of the hundredth part of a currency in units of price."""
EXACT = Context(prec=60)


def price_in(usd_per_mwh: Decimal, price: Price, *, per_usd: Decimal) -> Decimal:
    """
    Return a price in the unit of the rules, rounded up to their decimals.

    Parameters
    ----------
    usd_per_mwh
        Price [US$/MWh].
    price
        Currency, unit and decimals of the auction.
    per_usd
        Units of the currency for one US$ [-].

    Raises
    ------
    InputError
        If the unit is not money per energy, or US$ would not be worth one US$.

    Examples
    --------
    >>> price_in(Decimal("50.01"), Price(currency="AZN", unit="qəpik/kWh"), per_usd=Decimal("1.7"))
    Decimal('8.51')
    """
    money, _, energy = price.unit.partition("/")
    if energy not in MWH or money not in (price.currency, *HUNDREDTHS):
        raise InputError(
            f"it is {price.unit}",
            where="rules: price.unit",
            mend=f"lots of plants need {price.currency}/MWh, {price.currency}/kWh or ct/kWh",
        )
    if per_usd <= 0 or (price.currency == "USD" and per_usd != 1):
        raise InputError(
            f"one US$ is {per_usd} {price.currency}",
            where="per_usd",
            mend="give units of the auction's currency for one US$",
        )
    parts = 100 if money in HUNDREDTHS else 1
    exact = EXACT.multiply(EXACT.multiply(usd_per_mwh, per_usd), EXACT.multiply(MWH[energy], parts))
    return exact.quantize(Decimal(1).scaleb(-price.decimals), ROUND_CEILING, EXACT)
