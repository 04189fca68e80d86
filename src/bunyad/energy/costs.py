"""What a year of owning something costs."""

from __future__ import annotations

import math

import pandas as pd

from bunyad.options.energy import EnergyOptions

KW_PER_MW = 1000


def annuity_factor(discount_rate: float, lifetime_years: float) -> float:
    """
    Return the yearly payment that repays one unit of capital over its lifetime.

    Parameters
    ----------
    discount_rate
        Real discount rate [-].
    lifetime_years
        Economic lifetime [a].

    Returns
    -------
    float
        Capital recovery factor [1/a].

    Notes
    -----
    i / (1 − (1 + i)^−n), or 1 / n where i is 0: Short, Packey and Holt, A Manual for the
    Economic Evaluation of Energy Efficiency and Renewable Energy Technologies,
    NREL/TP-462-5173, 1995, section 2.

    Examples
    --------
    >>> round(annuity_factor(0.07, 25), 4)
    0.0858
    >>> annuity_factor(0, 20)
    0.05
    """
    if discount_rate == 0:
        return 1 / lifetime_years
    # 1 − (1 + i)^−n, exact for small i too.
    return discount_rate / -math.expm1(-lifetime_years * math.log1p(discount_rate))


def plant_annuities(options: EnergyOptions) -> pd.Series[float]:
    """Return the capital recovery factor of each technology [1/a]."""
    lifetimes = {
        "solar": options.solar_lifetime_years,
        "wind": options.wind_lifetime_years,
        "hydro": options.hydro_lifetime_years,
    }
    rate = options.discount_rate
    return pd.Series({name: annuity_factor(rate, years) for name, years in lifetimes.items()})


def battery_capex_usd_per_mw(options: EnergyOptions) -> float:
    """Return the capital cost of a battery with its content, by converter power [US$/MW]."""
    content = options.battery_usd_per_kwh * options.battery_hours
    return (options.battery_usd_per_kw + content) * KW_PER_MW


def battery_opex_usd_per_mw(options: EnergyOptions) -> float:
    """Return the fixed yearly cost of a battery, by converter power [US$/MW/a]."""
    return options.battery_opex_share * battery_capex_usd_per_mw(options)


def battery_cost_usd_per_mw(options: EnergyOptions) -> float:
    """Return the yearly cost of a battery, by converter power [US$/MW/a]."""
    rate = options.discount_rate
    converter = options.battery_usd_per_kw * annuity_factor(
        rate, options.battery_converter_lifetime_years
    )
    content = (
        options.battery_usd_per_kwh
        * options.battery_hours
        * annuity_factor(rate, options.battery_content_lifetime_years)
    )
    return (converter + content) * KW_PER_MW + battery_opex_usd_per_mw(options)


def line_cost_share(options: EnergyOptions) -> float:
    """Return the yearly cost of a power line by its capital cost [1/a]."""
    return (
        annuity_factor(options.discount_rate, options.line_lifetime_years) + options.line_opex_share
    )
