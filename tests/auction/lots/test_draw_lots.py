"""Lots say what the plan says of a site, in the currency and unit of the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from bunyad.auction.finance import PlantCase, cash_flow, equity_irr, plant_lcoe
from bunyad.auction.lots import PlanTables, draw_lots, lot_body, offer_sites, terms_under
from bunyad.auction.rules.model import Rules
from bunyad.errors import InputError
from bunyad.options import AuctionOptions

Made = Callable[..., Rules]


def test_a_lot_takes_its_part_of_the_site(
    tables: PlanTables, rules: Made, terms: AuctionOptions
) -> None:
    (lot,) = draw_lots(tables, kinds=("solar",), rules=rules(), terms=terms)
    site = tables.sites.set_index("id").loc["solar-lowland-1"]

    part = 18 / site["capacity_mw"]
    assert lot.id == "solar-lowland-1"
    assert lot.p50_gwh == pytest.approx(part * site["annual_energy_gwh"])
    assert lot.p90_gwh == pytest.approx(part * site["p90_gwh"])
    assert lot.area_km2 == pytest.approx(part * 12)
    assert lot.site_area_km2 == 12
    assert lot.full_load_hours == pytest.approx(site["full_load_hours"])
    assert (lot.node, lot.node_name) == ("bus-riverton", "Riverton")
    assert lot.capex_usd == 17e6
    assert lot.earliest_operation == 2033
    assert [one.id for one in lot.requires] == ["clearance-lowland"]


def test_the_ceiling_is_what_equity_needs_and_a_margin(
    tables: PlanTables, rules: Made, terms: AuctionOptions
) -> None:
    (lot,) = draw_lots(tables, kinds=("wind",), rules=rules(), terms=terms)
    case = PlantCase(
        capex_usd=lot.capex_usd,
        opex_usd_per_year=lot.opex_usd_per_year,
        p50_mwh=lot.p50_gwh * 1000,
        p90_mwh=lot.p90_gwh * 1000,
        life_years=25,
        degradation_per_year=terms.wind_degradation_per_year,
    )
    under = terms_under(rules().contract, terms)

    price = float(lot.equity_price_usd_per_mwh or 0)
    assert under.contract_years == 15
    assert equity_irr(cash_flow(case, under, price_usd_per_mwh=price)) == pytest.approx(
        0.12, abs=1e-4
    )
    assert lot.lcoe_usd_per_mwh == pytest.approx(plant_lcoe(case, terms))
    assert float(lot.suggested_ceiling or 0) == pytest.approx(1.1 * price, abs=0.01)


def test_batteries_have_no_energy_and_no_ceiling(
    tables: PlanTables, rules: Made, terms: AuctionOptions
) -> None:
    (lot,) = draw_lots(tables, kinds=("storage",), rules=rules(), terms=terms)

    assert lot.storage_mwh == 12
    assert lot.p50_gwh == 0
    assert lot.suggested_ceiling is None
    assert "suggested_ceiling" not in lot_body(lot)


@pytest.mark.parametrize(
    ("unit", "decimals", "factor"),
    [
        ("AZN/MWh", 2, "1.7"),
        ("AZN/kWh", 5, "0.0017"),
        ("qəpik/kWh", 3, "0.17"),
        ("AZN/GWh", 0, "1700"),
    ],
)
def test_the_ceiling_is_in_the_unit_of_the_rules_rounded_up(
    tables: PlanTables, rules: Made, terms: AuctionOptions, unit: str, decimals: int, factor: str
) -> None:
    asked = rules(currency="AZN", unit=unit, decimals=decimals)
    (lot,) = draw_lots(tables, kinds=("solar",), rules=asked, terms=terms, per_usd=Decimal("1.7"))

    exact = (lot.equity_price_usd_per_mwh or 0) * Decimal("1.1") * Decimal(factor)
    step = Decimal(1).scaleb(-decimals)
    assert 0 <= (lot.suggested_ceiling or 0) - exact < step
    assert (lot.suggested_ceiling or Decimal()).as_tuple().exponent == -decimals


def test_prices_that_are_not_money_per_energy_are_refused(
    tables: PlanTables, rules: Made, terms: AuctionOptions
) -> None:
    for wrong in ({"unit": "USD/MW"}, {"unit": "EUR/MWh"}):
        with pytest.raises(InputError, match="lots of plants need USD/MWh".capitalize()[:10]):
            draw_lots(tables, kinds=("solar",), rules=rules(**wrong), terms=terms)
    with pytest.raises(InputError, match=r"one US\$ is 2 USD"):
        draw_lots(tables, kinds=("solar",), rules=rules(), terms=terms, per_usd=Decimal(2))


def test_every_wrong_choice_is_named_at_once(
    tables: PlanTables, rules: Made, terms: AuctionOptions
) -> None:
    with pytest.raises(InputError) as refused:
        draw_lots(tables, kinds=("sun", "solar"), rules=rules(), terms=terms, only=("x",))

    assert [fault.what for fault in refused.value.faults] == [
        "'sun' is no kind", "the plan has no project 'x' of these kinds",
    ]  # fmt: skip
    with pytest.raises(InputError, match="the plan has no project of hydro"):
        draw_lots(tables, kinds=("hydro",), rules=rules(), terms=terms)
    nowhere = replace(tables, plants=tables.plants.iloc[:0])
    with pytest.raises(InputError, match="no plant, site or bus"):
        draw_lots(nowhere, kinds=("solar",), rules=rules(), terms=terms)


def test_a_site_that_the_plan_does_not_build_can_be_offered(
    tables: PlanTables, rules: Made, terms: AuctionOptions
) -> None:
    new = tables.members.iloc[[-1]].assign(
        member="solar-lowland-2", kind="site", bus="bus-riverton", capex_usd_per_kw=50.0
    )
    with_member = replace(tables, members=pd.concat([tables.members, new]))
    offered = offer_sites(with_member, capacities_mw={"solar-lowland-2": 100.0}, terms=terms)

    (lot,) = draw_lots(
        offered, kinds=("solar",), rules=rules(), terms=terms, only=("solar-lowland-2",)
    )

    site = tables.sites.set_index("id").loc["solar-lowland-2"]
    assert lot.capex_usd == pytest.approx((site["capex_usd_per_kw"] + 50) * 100_000)
    assert lot.connection_usd == pytest.approx(5e6)
    assert lot.full_load_hours == pytest.approx(site["full_load_hours"])
    assert any(one.kind == "power_line" for one in lot.requires)
    assert lot.earliest_operation >= max(one.finish for one in lot.requires) + 2


def test_what_cannot_be_offered_is_named_at_once(tables: PlanTables, terms: AuctionOptions) -> None:
    wrong = {"nowhere": 1.0, "early-sun": 1.0, "solar-lowland-1": 1.0, "solar-lowland-2": 1e6}
    with pytest.raises(InputError) as refused:
        offer_sites(tables, capacities_mw=wrong, terms=terms)
    with pytest.raises(InputError, match="the plan joins it to no bus"):
        offer_sites(tables, capacities_mw={"solar-lowland-2": 1.0}, terms=terms)

    assert [fault.what for fault in refused.value.faults] == [
        "the plan knows no such site",
        "it stands already",
        "it is a project of the plan",
        "1e+06 MW do not fit; it holds 180.0 MW",
    ]


def test_a_lots_body_is_exact_text(tables: PlanTables, rules: Made, terms: AuctionOptions) -> None:
    (lot,) = draw_lots(tables, kinds=("solar",), rules=rules(), terms=terms)

    def values(thing: object) -> list[object]:
        if isinstance(thing, dict):
            return [one for part in thing.values() for one in values(part)]
        if isinstance(thing, list | tuple):
            return [one for part in thing for one in values(part)]
        return [thing]

    body = lot_body(lot)
    assert all(isinstance(one, str | int) for one in values(body))
    assert body["capacity_mw"] == "18.000"
    assert body["site_wkt"].startswith("POLYGON ((")
