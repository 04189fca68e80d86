"""Homes, services and smart systems: counts and cost."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.options import SettleOptions
from bunyad.settle import count_needs, equip_settlements, price_services
from bunyad.settle.reference import read_table


def needs_for(people: float, *, before: float = 0, **options: float):
    """Count needs with the same people in every settlement of the small world."""
    region = worlds.small_region()
    ids = region.settlements["id"]
    return count_needs(
        region,
        people=pd.Series(people, index=ids, dtype="float64"),
        before=pd.Series(before, index=ids, dtype="float64"),
        options=SettleOptions(**options),
    ).set_index("id", drop=False)


def test_aghali_gets_the_homes_that_its_families_fill():
    # 871 people in 175 families (president.az 53631).
    assert needs_for(871).loc["southbank", "homes"] == 175


def test_the_pooled_school_ratio_lies_between_the_published_towns():
    # Jabrayil 1,880 places for 15,000, Aghali 360 for 871.
    assert 1_880 <= needs_for(15_000).loc["riverton", "school_places"] <= 15_000 * 360 / 871


def test_places_are_whole_and_nobody_lacks_one():
    needs = needs_for(1_001)

    assert needs["homes"].eq(math.ceil(1_001 / 4.98)).all()
    assert needs["schools"].mul(504).ge(needs["school_places"]).all()


def test_hospital_beds_of_a_district_stand_in_its_largest_rebuilt_place():
    region = worlds.small_region()
    people = pd.Series(
        {"riverton": 9_000.0, "eastfield": 900.0, "southbank": 100.0, "oldtown": 50_000.0,
         "gapford": 10.0, "westhill": 990.0}
    )  # fmt: skip
    needs = count_needs(
        region,
        people=people,
        before=people * 0,
        options=SettleOptions(hospital_beds_per_person=0.01),
    ).set_index("id")

    assert needs["hospital_beds"].to_dict() == {
        "riverton": 100, "eastfield": 0, "southbank": 0, "oldtown": 0, "gapford": 0, "westhill": 10,
    }  # fmt: skip


def test_standing_places_cost_nothing_and_get_no_smart_systems():
    needs = needs_for(5_000)
    services = price_services(needs, options=SettleOptions())
    smart = equip_settlements(needs, options=SettleOptions())
    standing = services[services["settlement"] == "oldtown"]

    assert standing["cost_usd"].eq(0).all()
    assert standing["quantity"].iloc[0] > 0
    assert "oldtown" not in set(smart["settlement"])


def test_only_what_is_not_yet_there_costs_money():
    whole = price_services(needs_for(5_000), options=SettleOptions())["cost_usd"].sum()
    half = price_services(needs_for(5_000, before=2_500), options=SettleOptions())["cost_usd"].sum()
    none = price_services(needs_for(5_000, before=5_000), options=SettleOptions())["cost_usd"].sum()

    assert half == pytest.approx(whole / 2)
    assert none == 0


def test_an_empty_place_needs_nothing():
    needs = needs_for(0)

    assert needs["homes"].eq(0).all()
    assert needs["build_share"].eq(0).all()
    assert equip_settlements(needs, options=SettleOptions()).empty
    assert price_services(needs, options=SettleOptions())["cost_usd"].sum() == 0


def test_the_homes_of_aghdara_have_the_published_floor():
    # 420,000 m² for 14,000 people (trend.az 4141111), here at 1 US$ a square metre.
    options = SettleOptions(home_usd_per_m2=1)
    services = price_services(needs_for(14_000), options=options)
    homes = services[(services["settlement"] == "riverton") & (services["service"] == "homes")]

    assert homes["cost_usd"].item() == pytest.approx(420_000, rel=0.001)


def test_smart_systems_follow_the_rule_table():
    needs = needs_for(871)
    smart = equip_settlements(needs, options=SettleOptions())
    village = smart[smart["settlement"] == "southbank"].set_index("system")
    town = smart[smart["settlement"] == "eastfield"].set_index("system")

    assert village.loc["smart electricity meter", "quantity"] == 175
    assert village.loc["roof solar panels of a house", "quantity"] == 5 * 175
    assert village.loc["irrigation control", "quantity"] == math.ceil(0.18 * 871)
    assert village.loc["street light with Wi-Fi and sensors", "quantity"] == math.ceil(
        871 * 0.00278 * 33
    )
    assert "irrigation control" not in town.index
    assert "control centre" in town.index
    assert smart["cost_usd"].to_numpy() == pytest.approx(
        (smart["quantity"] * smart["unit_cost_usd"]).to_numpy()
    )


@pytest.mark.parametrize(
    "table", ["constants", "hourly_profiles", "monthly_profiles", "smart_systems"]
)
def test_every_row_of_the_rooms_tables_names_its_source(table):
    assert read_table(table)["source"].str.len().gt(10).all()


@settings(max_examples=25)
@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_more_people_never_need_less(a, b):
    fewer, more = (needs_for(people) for people in sorted((a, b)))
    counted = [
        "homes", "school_places", "kindergarten_places", "clinic_visits_per_day",
        "hospital_beds", "streets_km", "water_m3_per_day",
    ]  # fmt: skip
    cost = [price_services(n, options=SettleOptions())["cost_usd"].sum() for n in (fewer, more)]

    assert (fewer[counted] <= more[counted]).all(axis=None)
    assert cost[0] <= cost[1]
