"""A drawn route is answered by a process of its own; a drawn change makes a scenario."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point, box, mapping
from web.plan_folder import REGION
from web.servers import Server, running_server
from worlds import CRS, SOUTH, WEST

from bunyad.plan.run import PROVENANCE
from bunyad.store.models import Account, PlanRecord, RegionRecord
from bunyad.web.explore.worker import Worker
from bunyad.web.problems import Problem

EDITS = {"settlements": [{"id": "gapford", "lon": 45.2, "lat": 39.8, "why": "nearer"}]}


def degrees(shape):
    return gpd.GeoSeries([shape], crs=CRS).to_crs(4326).iloc[0]


def at(east_km: float, north_km: float) -> list[float]:
    point = degrees(Point(WEST + east_km * 1e3, SOUTH + north_km * 1e3))
    return [point.x, point.y]


@pytest.fixture
def plan(server: Server, made: Path) -> str:
    return keep_plan(server, made)


@pytest.fixture(scope="module")
def standing(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server that stays, as does its process for routes, which takes seconds to start."""
    with running_server(tmp_path_factory.mktemp("standing")) as server:
        yield server, keep_plan(server, made)


def keep_plan(server: Server, made: Path) -> str:
    data = server.services.settings.data
    shutil.copytree(made / "regions", data / "regions")
    with server.services.database.begin() as session:
        planner = session.query(Account).filter(Account.email == "planner@example.org").first()
        assert planner is not None
        record = PlanRecord(
            name="land", region=REGION, is_public=True, organisation_id=planner.organisation_id
        )
        session.add(record)
        session.add(
            RegionRecord(
                id=REGION, name=REGION, organisation_id=planner.organisation_id,
                created_by=planner.id,
            )
        )  # fmt: skip
        session.flush()
        shutil.copytree(made / "plan", data / "plans" / record.id)
        return record.id


def ask(server: Server, plan: str, **question: object):
    content = {"places": [at(14, 20), at(30, 18)], **question}
    return server.client.post(f"/api/v1/plans/{plan}/route", json=content)


def test_a_road_comes_with_length_cost_profile_and_line(standing: tuple[Server, str]) -> None:
    answer = ask(*standing)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    real = found["real_length"]
    assert real["low_km"] <= real["km"] <= real["high_km"]
    assert sum(one["cost_usd"] for one in found["costs"]) == pytest.approx(
        found["capex_usd"], abs=9
    )
    line = found["line"]["coordinates"]
    assert line[0] == pytest.approx(at(14, 20), abs=1e-4)
    assert line[-1] == pytest.approx(at(30, 18), abs=1e-4)
    assert found["stations"][-1]["station_km"] == pytest.approx(found["length_km"], abs=0.01)

    closed = ask(*standing, kind="power_line", standard="high").json()
    assert closed["hours"] is None
    assert closed["real_length"] is None


def test_a_route_keeps_off_land_that_the_plan_has_closed(standing: tuple[Server, str]) -> None:
    server, plan = standing
    wall = box(WEST + 20.2e3, SOUTH + 14.1e3, WEST + 20.9e3, SOUTH + 31e3)
    path = server.services.settings.data / "plans" / plan / PROVENANCE
    before = path.read_text("utf-8")
    polygon = json.loads(json.dumps(mapping(degrees(wall))))
    changes = {"forbidden": [{"kinds": ["road"], "polygon": polygon}]}
    usual = ask(server, plan).json()["capex_usd"]
    path.write_text(json.dumps({**json.loads(before), "changes": changes}), "utf-8")
    try:
        assert ask(server, plan).json()["capex_usd"] > usual
    finally:
        path.write_text(before, "utf-8")


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ({"places": [[45.2, 39.8]]}, "body.places"),
        ({"places": [[45.2, 39.8], [500, 0]]}, "body.places[1][0]"),
        ({"places": [at(14, 20), [0, 0]]}, "places.1"),
        ({"kind": "canal"}, "kind"),
        ({"kind": "power_line", "standard": "land"}, "standard"),
    ],
)
def test_a_wrong_question_is_told_with_its_place(
    standing: tuple[Server, str], question: dict[str, object], where: str
) -> None:
    answer = ask(*standing, **question)
    assert answer.status_code == 422
    assert where in answer.json()["faults"][0]["where"]


def test_a_scenario_keeps_what_changes_with_who_when_and_why(server: Server, plan: str) -> None:
    draft = {"name": "moved", "why": "flood", "region": REGION, "base_id": plan, "edits": EDITS}
    asks = server.as_role("planner")
    kept = server.client.post("/api/v1/plans", json=draft, headers=asks)
    assert kept.status_code == 201, kept.text
    found = server.client.get(f"/api/v1/plans/{kept.json()['id']}", headers=asks).json()
    assert found["edits"] == EDITS
    assert (found["why"], found["created_by"]) == ("flood", "Planner")


def test_a_change_that_does_not_fit_the_region_is_refused(server: Server, plan: str) -> None:
    del plan
    for edits, where in (
        ({"settlements": [{"id": "atlantis", "lon": 45.2, "lat": 39.8}]}, "settlements.0.id"),
        ({"rivers": []}, "edits: rivers"),
    ):
        draft = {"name": "wrong", "region": "karabakh", "edits": edits}
        asks = server.as_role("planner")
        answer = server.client.post("/api/v1/plans", json=draft, headers=asks)
        assert answer.status_code == 422
        assert where in answer.json()["faults"][0]["where"]


def test_a_moved_settlement_makes_another_area_answer(server: Server, plan: str) -> None:
    around = degrees(Point(WEST + 14e3, SOUTH + 20e3).buffer(1500))
    polygon = json.loads(json.dumps(mapping(around)))
    address = f"/api/v1/plans/{plan}/area"
    before = server.client.post(address, json={"polygon": polygon}).json()
    path = server.services.settings.data / "plans" / plan / PROVENANCE
    content = json.loads(path.read_text("utf-8"))
    lon, lat = at(33, 25)
    content["changes"] = {"settlements": [{"id": "gapford", "lon": lon, "lat": lat}]}
    path.write_text(json.dumps(content))
    after = server.client.post(address, json={"polygon": polygon}).json()
    assert before["settlements"] - after["settlements"] == 1


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    one = Worker()
    yield one
    one.stop()


def test_the_process_answers_and_goes_on_after_a_fault(worker: Worker) -> None:
    assert worker.ask("math:hypot", 3, 4) == 5
    with pytest.raises(RuntimeError, match="ValueError"):
        worker.ask("math:sqrt", -1)
    with pytest.raises(Problem) as caught:
        worker.ask("bunyad.region.folder:find_region", "atlantis")
    assert caught.value.body.faults[0].where == "region"
    assert worker.ask("math:sqrt", 4) == 2


def test_a_question_that_takes_too_long_is_given_up_and_the_next_one_answered(
    worker: Worker,
) -> None:
    with pytest.raises(Problem) as caught:
        worker.ask("time:sleep", 60, patience_s=0.2)
    assert caught.value.body.status == 503
    assert worker.ask("math:sqrt", 9) == 3


def test_a_process_that_dies_is_replaced(worker: Worker) -> None:
    with pytest.raises(RuntimeError, match="died"):
        worker.ask("os:_exit", 1)
    assert worker.ask("math:sqrt", 16) == 4
