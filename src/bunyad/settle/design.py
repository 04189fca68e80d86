"""The front door of the room."""

from __future__ import annotations

import pandas as pd

from bunyad.options.settle import SettleOptions
from bunyad.region.model import Region
from bunyad.settle.demand import hourly_demand
from bunyad.settle.population import people_before, population_path
from bunyad.settle.result import PLACES, Settlements
from bunyad.settle.roofs import roof_modules
from bunyad.settle.services import count_needs, price_services
from bunyad.settle.smart import equip_settlements
from bunyad.tables import conform

__all__ = ["design_settlements"]


def design_settlements(region: Region, *, options: SettleOptions) -> Settlements:
    """
    Say what the people of a region need: homes, services, electricity and smart systems.

    Parameters
    ----------
    region
        Settlements, given populations and climate.
    options
        Options of the room.

    Returns
    -------
    Settlements
        People by year; quantities, cost and hourly demand of the last year.

    Examples
    --------
    >>> from bunyad.region import load_region
    >>> settlements = design_settlements(load_region("karabakh"), options=SettleOptions())
    >>> settlements.demand_kw.dims
    ('use', 'settlement', 'time')
    """
    population = population_path(region, options=options)
    last = population[population["year"] == region.last_year].set_index("settlement")["people"]
    needs = count_needs(
        region, people=last, before=people_before(region, options=options), options=options
    )
    services = price_services(needs, options=options)
    smart_systems = equip_settlements(needs, options=options)
    demand_kw = hourly_demand(region, needs=needs, options=options)

    places = needs.assign(
        annual_demand_mwh=demand_kw.sum(("use", "time")).to_numpy() / 1000,
        peak_demand_kw=demand_kw.sum("use").max("time").to_numpy(),
        capex_usd=_total(services, needs["id"]),
        smart_capex_usd=_total(smart_systems, needs["id"]),
    )
    return Settlements(
        places=conform(places, PLACES),
        population=population,
        services=services,
        smart_systems=smart_systems,
        demand_kw=demand_kw,
        roofs=roof_modules(places, options=options),
    )


def _total(bill: pd.DataFrame, settlements: pd.Series[str]) -> pd.Series[float]:
    """Add up the cost of each settlement, aligned with `settlements` [US$]."""
    cost = bill.groupby("settlement")["cost_usd"].sum()
    return settlements.map(cost).fillna(0.0).astype("float64")
