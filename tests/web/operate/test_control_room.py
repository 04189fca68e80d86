"""The control room shows an operator its village, live, and nobody else's."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from living_villages import bring_to_life
from sqlalchemy import select
from web.servers import Server, running_server

from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher, log_path
from bunyad.operate.place import open_reader
from bunyad.store.models import Account, Organisation

VILLAGE = "/api/v1/villages/riverton"
LEAK = {"rule": "water-leak", "thing": "urn:ngsi-ld:WaterConsumptionObserved:riverton:home-003"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with a small village that lived for 30 hours."""
    folder = tmp_path_factory.mktemp("lived")
    bring_to_life(folder, hours=30, step_s=600)
    return folder


@pytest.fixture
def server(lived: Path, tmp_path: Path) -> Iterator[Server]:
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    with running_server(data) as running:
        settle(running, "operator", "riverton")
        yield running


def settle(server: Server, role: str, settlement: str | None) -> None:
    """Give the organisation of a role a village to look after."""
    with server.services.database.begin() as session:
        account = session.scalars(select(Account).where(Account.email == f"{role}@example.org"))
        session.get_one(Organisation, account.one().organisation_id).settlement = settlement


def ask(server: Server, path: str = VILLAGE, *, role: str = "operator", **more):
    return server.client.get(path, headers=server.as_role(role), **more)


@contextmanager
def watching(server: Server) -> Iterator[None]:
    """Let a thread watch the village as the command does."""
    folder, is_over = server.services.settings.data, threading.Event()

    def run() -> None:
        db = open_reader(folder)
        with AlarmLog(log_path(folder)) as log:
            watcher = Watcher(lambda: db, log, load_rules("village"), clock="readings")
            while not is_over.wait(0.05):
                watcher.look()
        db.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_an_operator_sees_its_own_village_and_an_administrator_every_one(server: Server) -> None:
    (row,) = ask(server, "/api/v1/villages").json()
    assert (row["id"], row["name"], row["worst"]) == ("riverton", "Çayqovuşan", "high")
    assert len(ask(server, "/api/v1/villages", role="admin").json()) == 1
    for settlement in (None, "elsewhere"):
        settle(server, "operator", settlement)
        assert ask(server, "/api/v1/villages").json() == []
        assert ask(server).status_code == 404
    settle(server, "operator", "*")
    assert ask(server).status_code == 200


def test_a_village_shows_its_things_and_what_is_wrong_with_them(server: Server) -> None:
    village = ask(server).json()
    rules = [one["rule"] for one in village["alarms"]]
    assert rules[0] == "water-leak"
    assert {"inverter-dead", "lamp-by-day", "meter-silent"} <= set(rules)
    alarm = village["alarms"][0]
    assert alarm["title"]["az"] == "Su fasiləsiz axır"
    assert alarm["thing_type"] == "WaterConsumptionObserved"
    assert alarm["amount"] == {
        "en": "at least 60 l/h all the time", "az": "daim ən azı 60 l/saat"
    }  # fmt: skip
    lamp = next(one for one in village["alarms"] if one["rule"] == "lamp-by-day")
    assert lamp["amount"] == {}
    worst = {one["id"]: one["worst"] for one in village["things"] if one["worst"]}
    assert worst[alarm["thing"]] == "high"
    assert all(one["lon"] is not None for one in village["things"] if one["type"] == "Building")


def test_an_alarm_is_acknowledged_by_name_and_the_shift_log_tells_it(server: Server) -> None:
    with watching(server):
        answer = server.client.post(
            f"{VILLAGE}/alarms", headers=server.as_role("operator"),
            json={**LEAK, "kind": "acknowledge", "note": "plumber called"},
        )  # fmt: skip
        assert answer.json() == {"is_done": True}
        again = server.client.post(
            f"{VILLAGE}/alarms", headers=server.as_role("operator"),
            json={**LEAK, "kind": "acknowledge"},
        )  # fmt: skip
    assert again.status_code == 409
    assert "not to acknowledge" in again.json()["title"]
    newest = ask(server, f"{VILLAGE}/shift").json()[0]
    assert (newest["rule"], newest["by"], newest["text"]) == (
        "water-leak", "Operator", "plumber called",
    )  # fmt: skip


def test_an_act_waits_where_nobody_watches(server: Server, monkeypatch) -> None:
    monkeypatch.setattr("bunyad.web.operate.acting.WAIT_S", 0.2)
    answer = server.client.post(
        f"{VILLAGE}/alarms", headers=server.as_role("operator"),
        json={**LEAK, "kind": "shelve", "hours": 1},
    )  # fmt: skip
    assert answer.json() == {"is_done": False}


def test_notes_stand_in_the_log_of_the_shift(server: Server) -> None:
    server.client.post(
        f"{VILLAGE}/shift", headers=server.as_role("operator"), json={"text": "snow on the roofs"}
    )
    notes = [one for one in ask(server, f"{VILLAGE}/shift").json() if one["kind"] == "note"]
    assert [(one["by"], one["text"]) for one in notes] == [("Operator", "snow on the roofs")]


def test_a_trend_has_the_plans_line_and_its_alarms(server: Server) -> None:
    thing = "urn:ngsi-ld:PhotovoltaicMeasurement:riverton:home-005"
    trend = ask(
        server, f"{VILLAGE}/trend", params={"thing": thing, "attribute": "activePower", "hours": 30}
    ).json()
    assert len(trend["values"]) == len(trend["expected"]) == 30
    assert max(trend["expected"]) == pytest.approx(3.0, rel=0.01)  # 5 kWp at 0.6 kW/kWp
    assert [mark["rule"] for mark in trend["marks"]] == ["inverter-dead"]
    counter = ask(
        server, f"{VILLAGE}/trend",
        params={"thing": LEAK["thing"], "attribute": "waterConsumption", "hours": 12},
    ).json()  # fmt: skip
    whole = counter["values"][:-1]  # the last hour has only begun
    assert min(one for one in whole if one is not None) > 50  # 60 l/h leak


def test_the_figures_of_the_month_close_their_balances(server: Server) -> None:
    figures = ask(server, f"{VILLAGE}/figures").json()
    assert figures["month"] == "2030-07"
    assert len(figures["scores"]) == 91
    water = next(one for one in figures["balances"] if one["name"] == "water")
    # the plan's 125 l an hour of 500, and what leaks in a home goes in as well
    assert water["loss_share"] == pytest.approx(125 / 560, abs=0.02)
    assert [one["name"] for one in figures["services"]] == ["light", "waste"]
    light = {one["name"]: one["actual"] for one in figures["services"][0]["lines"]}
    assert light["by-day"] > 0  # lamp-002 burns by day
    verdicts = {one["id"].rsplit(":", 1)[-1]: one["verdict"] for one in figures["plan"]}
    assert verdicts["home-water"] == "over"
    assert verdicts["public-power"] == "within"
    roofs = next(one for one in figures["plan"] if one["id"].endswith(":home-solar"))
    assert roofs["weather"]["driver"] == "sun"
    assert roofs["weather"]["coverage"] > 0.9
    assert -1 < roofs["weather"]["share"] < 0  # one inverter is dead
    assert figures["solar"]["peak"] == pytest.approx(60)
    assert figures["solar"]["plan_ratio"] == pytest.approx(0.75, abs=1e-3)
    assert all(one["source"] and one["about"] for one in figures["scores"])


def test_the_report_is_a_pdf_in_both_languages(server: Server) -> None:
    for language in ("en", "az"):
        answer = ask(server, f"{VILLAGE}/report", params={"language": language})
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")


def test_commands_take_two_steps_and_say_why_they_fail(server: Server) -> None:
    asks = server.as_role("operator")
    body = {"thing": "urn:ngsi-ld:Valve:riverton:field-001", "value": 60}
    made = server.client.post(f"{VILLAGE}/commands", headers=asks, json=body).json()
    assert made["step"] == "asked"
    wrong = server.client.post(f"{VILLAGE}/commands", headers=asks, json={**body, "value": 300})
    assert wrong.status_code == 422
    address = f"{VILLAGE}/commands/{made['number']}"
    sent = server.client.post(f"{address}/confirm", headers=asks).json()
    assert (sent["step"], "broker does not answer" in sent["why"]) == ("failed", True)
    assert server.client.post(f"{address}/cancel", headers=asks).status_code == 422
    listed = ask(server, f"{VILLAGE}/commands").json()
    assert [one["step"] for one in listed["commands"]] == ["failed"]
    assert {one["type"] for one in listed["actuators"]} >= {"Valve", "StreetlightGroup"}


def test_what_changes_is_sent_live(server: Server, monkeypatch) -> None:
    monkeypatch.setattr("bunyad.web.operate.seeing.STREAM_S", 0.5)
    with server.client.stream(
        "GET", f"{VILLAGE}/events", headers=server.as_role("operator")
    ) as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("data:")]
    pulse = json.loads(lines[0].removeprefix("data:"))
    assert pulse["alarms"][0]["rule"] == "water-leak"


def test_own_rules_in_the_data_folder_are_used(server: Server) -> None:
    rules = server.services.settings.data / "alarm-rules.yaml"
    rules.write_text(
        """
format: bunyad-alarm-rules/1
version: 2
title: Only leaks
rules:
- {id: water-leak, title: {en: Leak}, about: WaterConsumptionObserved, priority: low, owner: water,
   when: {attribute: minFlow, above: 5}, consequence: {en: "-"}, action: {en: "-"}}
"""
    )
    (alarm,) = ask(server).json()["alarms"]
    assert (alarm["title"]["en"], alarm["priority"]) == ("Leak", "low")
