"""Control rooms on one PostgreSQL show what one on files shows, and what is done at any of them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
import pytest
from living_villages import JULY_US, bring_to_life
from web.servers import Server, running_server

from bunyad.operate.alarms import load_rules
from bunyad.operate.alarms.duty import Duty
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import Watcher
from bunyad.operate.living import Living
from bunyad.operate.place import read_hours, read_place
from bunyad.web.operate import seeing
from bunyad.web.operate.rooms import rooms

VILLAGE = "/api/v1/villages/riverton"
WATER = "urn:ngsi-ld:WaterConsumptionObserved:riverton:home-003"
ROOF = "urn:ngsi-ld:PhotovoltaicMeasurement:riverton:home-005"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A village that lived in files and in a database, and servers that show it."""

    files: Server
    one: Server
    two: Server
    place: Living
    """Where it is in the database."""

    @property
    def all(self) -> tuple[Server, ...]:
        return self.files, self.one, self.two


@pytest.fixture(scope="module")
def world(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = cluster.make_database()
    folders = [tmp_path_factory.mktemp(name) for name in ("files", "one", "two")]
    for folder, database in ((folders[0], ""), (folders[1], url)):
        bring_to_life(folder, hours=6, step_s=1800, database=database)
    with ExitStack() as opened:
        files, one, two = (
            opened.enter_context(running_server(folder, live_database_url=database))
            for folder, database in zip(folders, ("", url, url), strict=True)
        )
        yield World(files=files, one=one, two=two, place=Living(folder=folders[1], database=url))


def ask(server: Server, path: str = "", **asked: Any) -> Any:
    answer = server.client.get(f"{VILLAGE}{path}", headers=server.as_role("admin"), params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def do(server: Server, path: str, body: Any = None) -> Any:
    answer = server.client.post(f"{VILLAGE}{path}", headers=server.as_role("admin"), json=body)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


@contextmanager
def watched(place: Living, count: int) -> Iterator[None]:
    """Let several threads watch, as processes on several machines do."""
    ends = threading.Event()

    def run() -> None:
        reader = place.records()

        def make(log: AlarmLog) -> Watcher:
            return Watcher(lambda: reader, log, load_rules("village"), clock="readings")

        duty = Duty(
            open_log=place.alarms, make_watcher=make, is_shared=True, every_s=0.05, ends=ends
        )
        assert list(duty.keep()) is not None
        reader.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def test_all_that_is_shown_is_the_same_over_a_database(world: World) -> None:
    rows = [one.client.get("/api/v1/villages", headers=one.as_role("admin")).json()
            for one in world.all]  # fmt: skip
    assert rows[0] == rows[1] == rows[2]
    assert (rows[0][0]["id"], rows[0][0]["is_watched"]) == ("riverton", True)
    assert rows[0][0]["is_played"] is False
    files, one, two = (ask(server) for server in world.all)
    assert files == one == two
    assert "unacknowledged" in {alarm["state"] for alarm in one["alarms"]}
    for path, asked in (
        ("/trend", {"thing": ROOF, "attribute": "activePower", "hours": 6}),
        ("/trend", {"thing": WATER, "attribute": "waterConsumption", "hours": 6}),
        ("/figures", {}),
        ("/shift", {}),
        ("/commands", {}),
    ):
        ours, theirs = ask(world.files, path, **asked), ask(world.one, path, **asked)
        assert rounded(ours) == rounded(theirs), path


def rounded(told: Any) -> Any:
    """Return what is told with numbers to nine digits: the order of sums is the database's."""
    return json.loads(json.dumps(told), parse_float=lambda text: f"{float(text):.9g}")


def test_places_and_their_hours_are_those_of_files(world: World) -> None:
    told: list[Any] = []
    for place in (Living(folder=world.files.services.settings.data), world.place):
        db = place.records()
        known = read_place(db)
        keys = sorted(known.series)[:300]
        start = JULY_US // 1_000_000
        hours = [
            read_hours(
                db, [known.series[key] for key in keys], start_s=start, end_s=start + 86_400,
                column=one,
            )
            for one in ("mean", "last")
        ]  # fmt: skip
        told.append((set(known.things), keys, hours))
        db.close()
    files, shared = told
    assert files[:2] == shared[:2]
    for ours, theirs in zip(files[2], shared[2], strict=True):
        np.testing.assert_allclose(ours, theirs)
    assert not np.isnan(files[2][0]).all()


def test_what_is_done_at_one_is_live_at_the_other(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(seeing, "LOOK_S", 0.02)
    room = rooms(world.two.services)["riverton"]
    alarm = next(one for one in ask(world.two)["alarms"] if one["state"] == "unacknowledged")
    which = {key: alarm[key] for key in ("rule", "thing")}

    async def follow() -> list[str]:
        states: list[str] = []
        beats = seeing._beats(room, hidden=False)
        async for beat in beats:
            pulse = json.loads(beat.partition(b"data: ")[2])
            states += [one["state"] for one in pulse["alarms"] if which.items() <= one.items()]
            if len(states) == 1:
                body = {**which, "kind": "acknowledge", "note": "somebody goes"}
                await asyncio.to_thread(do, world.one, "/alarms", body)
            if states[-1] == "acknowledged":
                break
        await beats.aclose()
        return states

    with watched(world.place, 2):
        assert set(asyncio.run(follow())) == {"unacknowledged", "acknowledged"}
    do(world.two, "/shift", {"text": "snow on the roofs"})
    newest = [one for one in ask(world.one, "/shift") if one["text"]]
    assert {(one["by"], one["text"]) for one in newest} >= {
        ("Admin", "somebody goes"), ("Admin", "snow on the roofs"),
    }  # fmt: skip


def test_a_command_asked_for_at_one_is_confirmed_at_the_other(world: World) -> None:
    body = {"thing": "urn:ngsi-ld:Valve:riverton:field-001", "value": 60}
    made = do(world.one, "/commands", body)
    sent = do(world.two, f"/commands/{made['number']}/confirm")
    assert (sent["step"], "broker does not answer" in sent["why"]) == ("failed", True)
    listed = [ask(one, "/commands")["commands"] for one in (world.one, world.two)]
    assert listed[0] == listed[1] == [sent]


def test_a_room_goes_on_when_its_connections_were_cut(world: World) -> None:
    before = ask(world.two, "/shift")
    with psycopg.connect(world.place.database.replace("+psycopg", ""), autocommit=True) as link:
        cut = link.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert cut is not None
    assert cut[0] > 0
    assert ask(world.two, "/shift") == before


def test_a_report_counts_the_alarms_of_the_database(world: World) -> None:
    answer = world.two.client.get(f"{VILLAGE}/report", headers=world.two.as_role("admin"))
    assert answer.content.startswith(b"%PDF-")
