"""Suggested ceilings of the built-in region beside prices that were published nearby."""

from __future__ import annotations

from decimal import Decimal
from importlib import resources
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from bunyad.auction.finance import PlantCase, plant_lcoe
from bunyad.auction.lots import Lot, PlanTables, draw_lots, offer_sites
from bunyad.auction.rules.model import Rules
from bunyad.options import AuctionOptions

TERMS = AuctionOptions()
RULES = Rules.model_validate(
    {
        "format": "bunyad-auction-rules/1",
        "id": "corridor",
        "title": "A contract of twenty years in US$",
        "price": {"currency": "USD", "unit": "USD/MWh"},
        "contract": {"kind": "fixed_price", "years": 20},
    }
)
SIZE_MW = 100.0
"""Size of the country's first auctioned plant, Garadagh/Gobustan."""


def published() -> pd.Series:
    """Published solar prices in US$ nearby."""
    data = resources.files("bunyad.auction.lots").joinpath("data", "price_corridor.csv")
    with data.open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    return table.loc[table["technology"].eq("solar") & table["unit"].eq("USD/MWh"), "price"]


def tables_of(plan: Any) -> PlanTables:
    """What lots are drawn from, of a plan that is not in a folder."""
    return PlanTables(
        projects=plan.programme.projects,
        sites=plan.potential.sites.to_crs(4326),
        plants=plan.energy.plants,
        buses=plan.networks.buses.to_crs(4326),
        members=pd.DataFrame(plan.networks.bus_members),
        routes=gpd.GeoDataFrame(plan.networks.routes),
    )


def solar_lots(plan: PlanTables) -> tuple[Lot, ...]:
    """A lot of 100 MW at each site that holds one and that nobody builds yet."""
    taken = {one.id for one in plan.projects}
    sites = plan.sites
    fits = (
        sites["technology"].eq("solar") & ~sites["is_existing"] & sites["capacity_mw"].ge(SIZE_MW)
    )
    free = [name for name in sites.loc[fits, "id"] if name not in taken]
    offered = offer_sites(plan, capacities_mw=dict.fromkeys(free, SIZE_MW), terms=TERMS)
    return draw_lots(offered, kinds=("solar",), rules=RULES, terms=TERMS, only=tuple(free))


@pytest.mark.region
@pytest.mark.xdist_group("region")
def test_ceilings_of_the_regions_solar_lots_lie_in_a_sensible_corridor(region_plan: Any) -> None:
    """Costs lie among published prices; a ceiling that never rises lies above, within their double."""
    lots = solar_lots(tables_of(region_plan))
    prices = published()

    costs = pd.Series([lot.lcoe_usd_per_mwh for lot in lots])
    ceilings = pd.Series([lot.suggested_ceiling for lot in lots])
    assert len(lots) > 10
    assert prices.min() < costs.min() < prices.max()
    assert costs.median() < 1.1 * prices.max()
    assert ceilings.min() > Decimal(str(prices.min()))
    assert ceilings.max() < 2 * Decimal(str(prices.max()))


def test_the_first_auctioned_plant_costs_what_it_was_won_for() -> None:
    """
    Garadagh/Gobustan: 100 MW, 260 GWh a year, won at 35.4 US$/MWh (pv-magazine; azertag).

    Its cost is not published; that of Garadagh 230 MW is, 200 to 250 million US$.
    """
    low, high = (
        plant_lcoe(
            PlantCase(
                capex_usd=capex_230_mw * 100 / 230,
                opex_usd_per_year=14.67 * 100e3,  # of the plan's solar sites, US$/kW
                p50_mwh=260e3,
                p90_mwh=240e3,
                life_years=30,
                degradation_per_year=TERMS.solar_degradation_per_year,
            ),
            TERMS,
        )
        for capex_230_mw in (200e6, 250e6)
    )

    assert low == pytest.approx(35.4, rel=0.05)
    assert high == pytest.approx(35.4, rel=0.25)
