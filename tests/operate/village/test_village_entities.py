"""Entities of a village: what the bill says, with names that the models know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_village import small_village

from bunyad.operate.village.entities import village_entities
from bunyad.operate.village.expected import (
    expected_at,
    expected_entities,
    expected_of,
    hour_of_plan,
)
from bunyad.operate.village.hours import plan_hours
from bunyad.operate.village.layout import lay_out
from bunyad.operate.village.model import constants, transformer_count
from bunyad.operate.village.vocabulary import check_entity, expand, village_context, vocabulary

VILLAGE = small_village()
ENTITIES = village_entities(VILLAGE)
SERIES = {one.name: one for one in expected_of(VILLAGE)}


def links(entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, content in entity.items():
        for instance in content if isinstance(content, list) else [content]:
            if isinstance(instance, dict) and instance.get("type") == "Relationship":
                yield name, instance["object"]


def test_every_entity_holds_against_the_vocabulary() -> None:
    everything = ENTITIES + expected_entities(SERIES.values(), VILLAGE.id)

    faults = [(one["id"], fault) for one in everything for fault in check_entity(one)]

    assert not faults


def test_there_are_as_many_as_the_bill_says() -> None:
    count = Counter(entity["type"] for entity in ENTITIES)

    assert count["Streetlight"] == 6
    assert count["PhotovoltaicDevice"] == count["SmartMeteringObservation"] == 12
    assert count["WaterConsumptionObserved"] == 12 + 1, "the inlet of the network has one too"
    assert count["WasteContainer"] == 2
    assert count["AgriParcel"] == count["Valve"] == 4
    assert count["EVChargingStation"] == 1
    assert sum(e["NominalPower"]["value"] for e in ENTITIES if "NominalPower" in e) == 60_000


def test_identifiers_are_unique_and_every_link_leads_somewhere() -> None:
    everything = ENTITIES + expected_entities(SERIES.values(), VILLAGE.id)
    known = {entity["id"] for entity in everything}

    broken = [(e["id"], link) for e in everything for link in links(e) if link[1] not in known]

    assert len(known) == len(everything)
    assert not broken


def test_a_meter_is_fed_by_transformer_feeder_substation_and_plant() -> None:
    known = {entity["id"]: entity for entity in ENTITIES}
    way, at = [], "urn:ngsi-ld:ThreePhaseAcMeasurement:riverton:home-012"

    while "isFedBy" in known[at]:
        at = known[at]["isFedBy"]["object"]
        way.append(known[at]["type"])

    assert way == ["PowerTransformer", "ACLineSegment", "Substation", "GreenEnergyGenerator"]


def test_every_thing_keeps_the_project_that_builds_it_and_says_that_its_place_is_modelled() -> None:
    lamp = next(entity for entity in ENTITIES if entity["type"] == "Streetlight")
    home = next(entity for entity in ENTITIES if entity["type"] == "Building")

    assert lamp["refProject"]["value"] == "smart-village-riverton"
    assert home["refProject"]["value"] == "settlement-riverton"
    assert lamp["isModelled"]["value"] is True


def test_places_are_the_same_each_time_near_the_point_and_apart() -> None:
    first, second = lay_out(VILLAGE), lay_out(VILLAGE)

    assert np.array_equal(first.homes, second.homes)
    assert np.abs(first.homes - [VILLAGE.lon, VILLAGE.lat]).max() < 0.01
    assert len({tuple(place) for place in first.homes.tolist()}) == 12


def test_what_does_not_fit_the_vocabulary_is_named() -> None:
    lamp = {"id": "urn:ngsi-ld:Streetlight:1", "type": "Streetlight"}

    def fault(**attribute: Any) -> list[str]:
        return check_entity({**lamp, **attribute})

    assert fault(colour={"type": "Property", "value": 1}) == ["Streetlight has no attribute colour"]
    assert fault(illuminanceLevel={"type": "Property", "value": 1.5}) == [
        "illuminanceLevel is 1.5, above 1"
    ]
    assert fault(voltage={"type": "Property", "value": "much"}) == ["voltage is 'much', no number"]
    assert fault(voltage={"type": "Property", "value": 230, "unitCode": "KVT"}) == [
        "voltage is in KVT, not in VLT"
    ]
    assert fault(refStreetlightGroup={"type": "Property", "value": "x"}) == [
        "refStreetlightGroup is a Property, not a Relationship"
    ]
    assert check_entity({"id": "urn:x", "type": "Dragon"}) == ["there is no type 'Dragon'"]


def test_a_term_has_one_address_over_all_types() -> None:
    for attributes in vocabulary().values():
        for name, attribute in attributes.items():
            assert village_context()[name] == attribute.iri
    assert expand("location") == "https://uri.etsi.org/ngsi-ld/location"


def test_transformers_carry_the_peak_with_room_for_growth() -> None:
    known = constants()

    count = transformer_count(VILLAGE)

    most_kw = count * known["transformer_kva"] * known["power_factor"]
    assert VILLAGE.peak_kw <= most_kw * known["transformer_load_share"]
    assert VILLAGE.peak_kw > (count - 1) * 250 * 0.95 * 0.7


def test_expected_values_add_up_to_the_plan() -> None:
    demand = VILLAGE.demand_kw
    whole_kw = sum(each for each in demand.values()) - 60 * VILLAGE.pv_kw_per_kwp
    transformers = np.array([SERIES[f"transformer-{n + 1}"].hours for n in range(2)])
    without_losses = np.where(transformers > 0, transformers / 1.03, transformers / 0.97)
    below = transformers.sum(axis=0)

    assert np.allclose(SERIES["feeder-power"].hours, below + 0.01 * np.abs(below))
    assert np.allclose(without_losses.sum(axis=0), whole_kw * 1000)
    assert np.isclose(SERIES["water-inlet"].hours.sum(), 12 * 365 * 1000)
    assert np.allclose(SERIES["home-water"].hours * 12, SERIES["water-inlet"].hours * 0.75)
    assert np.allclose(SERIES["home-heat"].hours * 12, 18.0)
    assert np.isclose(SERIES["home-power"].hours[0], (12 + 6 + 7) / 12 * 1000), (
        "70 % charge at home"
    )


def test_expected_values_name_the_entities_for_which_they_hold() -> None:
    assert len(SERIES["home-power"].entities) == 12
    assert SERIES["lamp-power"].entities[0] == "urn:ngsi-ld:Streetlight:riverton:lamp-001"
    assert SERIES["charger-power"].hours.mean() == pytest.approx(3_000)


@given(st.datetimes())
def test_any_instant_has_its_hour_of_the_plan(at) -> None:
    text = at.replace(microsecond=0).isoformat()
    us = np.array([text], dtype="datetime64[us]").astype("int64")

    hour = int(hour_of_plan(us)[0])

    day = 28 if (at.month, at.day) == (2, 29) else at.day
    start = np.datetime64(f"2019-{at.month:02d}-{day:02d}") - np.datetime64("2019-01-01")
    assert hour == int(start.astype(int)) * 24 + at.hour
    assert np.isfinite(expected_at(SERIES["sun"], us)[0])


def test_a_field_is_watered_one_evening_in_four_of_the_season() -> None:
    hours = plan_hours(VILLAGE)
    month = (np.datetime64("2019-01-01T04") + np.arange(8760)).astype("datetime64[M]")
    is_season = np.isin(month.astype(int) % 12 + 1, [5, 6, 7, 8, 9])

    assert hours.field_m3[~is_season].sum() == 0
    assert hours.field_m3.sum() == pytest.approx(153 / 4 * 60, abs=0.01)
