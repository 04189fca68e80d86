"""What a plan asks for, with the project of each need and no money lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import shapely

from bunyad.errors import InputError
from bunyad.partner.needs import PlanBills, asked_titles, draw_needs, needs_table, read_plan_bills
from bunyad.partner.needs.asked import asked_by, wordings
from bunyad.partner.organisations import branches
from bunyad.project import KINDS, Project


def project(kind: str, **more) -> Project:
    given = {
        "id": f"{kind}-aghali", "kind": kind, "name": "Aghali", "district": "Zangilan",
        "geometry": shapely.Point(46.75, 39.19), "capacity": 1.0, "unit": "MW", "capex_usd": 1e6,
        "opex_usd_per_year": 2e4, "start": 2028, "finish": 2029, "requires": (),
        "serves": ("aghali",), "funding": "public", "provenance": "test",
    }  # fmt: skip
    return Project(**{**given, **more})


def line(system: str, quantity: float, cost: float, place: str = "aghali") -> dict[str, object]:
    return {
        "settlement": place,
        "system": system,
        "quantity": quantity,
        "unit": "meters",
        "cost_usd": cost,
    }


def test_every_kind_of_project_asks_for_something_in_known_branches_and_words() -> None:
    assert {key for source, key in asked_by() if source == "project"} == set(KINDS)
    for many in asked_by().values():
        for one in many:
            assert set(one.sectors) <= set(branches())
            assert one.asked in wordings()
            assert one.basis
    assert set(wordings()) == {one.asked for many in asked_by().values() for one in many}
    assert asked_titles("az").keys() == asked_titles("en").keys()


@pytest.mark.parametrize("kind", ["road", "railway", "power_line", "settlement", "clearance"])
def test_what_is_asked_for_of_public_works_is_the_whole_cost(kind: str) -> None:
    needs = draw_needs(PlanBills(projects=(project(kind),), systems=()))
    built = sum(one.amount_usd for one in needs if one.kind != "operation")
    assert built == pytest.approx(1e6)


def test_a_plant_asks_for_a_builder_money_and_upkeep() -> None:
    needs = draw_needs(PlanBills(projects=(project("hydro"),), systems=()))
    assert {one.kind: one.amount_usd for one in needs} == pytest.approx(
        {"works": 1e6, "finance": 7e5, "operation": 2e4}
    )
    assert {one.project for one in needs} == {"hydro-aghali"}


def test_meters_of_three_kinds_are_one_need_with_its_bill() -> None:
    systems = (
        line("smart electricity meter", 350, 35_000),
        line("smart water meter", 350, 31_500),
        line("LoRaWAN gateway", 2, 6_000),
        line("smart heat meter", 10, 1, place="elsewhere"),
    )
    needs = draw_needs(PlanBills(projects=(project("smart_village"),), systems=systems))
    found = {one.asked: one for one in needs}
    assert found["metering"].amount_usd == 66_500
    assert found["metering"].quantities == (
        "350 meters: smart electricity meter", "350 meters: smart water meter",
    )  # fmt: skip
    assert found["metering"].id == "smart_village-aghali.metering"
    assert set(found) == {"metering", "radio", "integration", "smart-upkeep"}


def test_unknown_kinds_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        draw_needs(PlanBills(projects=(), systems=()), kinds=("castle", "road", "moat"))
    assert len(caught.value.faults) == 2


def test_systems_that_the_table_does_not_name_ask_in_the_bills_words() -> None:
    systems = (line("flying car", 1, 10), line("smart door", 2, 20))
    needs = draw_needs(PlanBills(projects=(project("smart_village"),), systems=systems))
    found = next(one for one in needs if one.asked == "other-system")
    assert found.amount_usd == 30
    assert found.text.endswith("flying car; smart door")


def write_folder(folder: Path) -> None:
    (folder / "tables").mkdir(parents=True)
    row = {
        "id": "solar-x", "kind": "solar", "name": "X", "district": "D", "capacity": 1, "unit": "MW",
        "capex_usd": 10, "opex_usd_per_year": 1, "start": 2027, "finish": 2028, "requires": "a;b",
        "serves": "", "funding": "private", "provenance": "p", "longitude": 46.5, "latitude": 39.5,
    }  # fmt: skip
    with (folder / "projects.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    (folder / "tables" / "smart_systems.csv").write_text(
        "settlement,system,quantity,unit,cost_usd\n"
    )


def test_a_plan_folder_is_read_and_a_broken_one_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path / "plan")
    plan = read_plan_bills(tmp_path / "plan")
    assert plan.projects[0].requires == ("a", "b")
    table = needs_table(draw_needs(plan))
    assert list(table["asked"]) == ["solar-epc", "finance", "plant-upkeep"]
    assert table["longitude"].eq(46.5).all()
    (tmp_path / "plan" / "tables" / "smart_systems.csv").write_text("settlement,unit\n")
    with pytest.raises(InputError, match="it lacks system, quantity, cost_usd"):
        read_plan_bills(tmp_path / "plan")
    with pytest.raises(InputError, match="cannot be read"):
        read_plan_bills(tmp_path)


def test_no_needs_are_an_empty_table() -> None:
    assert len(needs_table(())) == 0
