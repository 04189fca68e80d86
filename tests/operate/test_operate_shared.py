"""A village whose records are in PostgreSQL is told as the one in files, to the last figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sensorthings_worlds as worlds
from living_villages import JULY_US, bring_to_life
from operate_calls import asked_server

from bunyad.errors import InputError
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.rules import load_rules
from bunyad.operate.alarms.watching import Watcher
from bunyad.operate.indicators.month import so_far, tell_month
from bunyad.operate.place import open_reader, read_hours, read_place
from bunyad.operate.records import to_iso
from bunyad.operate.records.schemas import shared_tenants
from bunyad.operate.sensorthings.conformance import CONFORMANCE, WITH_SHAPES
from bunyad.operate.server import MqttBroker, make_server


def test_place_hours_figures_and_alarms_are_those_of_files(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()
    told: list[Any] = []
    for name, database in (("files", ""), ("shared", url)):
        folder = tmp_path / name
        bring_to_life(folder, hours=6, step_s=1800, watches=False, database=database)
        db = open_reader(folder, database=database)
        place = read_place(db)
        start = JULY_US // 1_000_000
        keys = sorted(place.series)[:300]
        hours = [
            read_hours(
                db, [place.series[key] for key in keys], start_s=start, end_s=start + 86_400,
                column=one,
            )
            for one in ("mean", "last")
        ]  # fmt: skip
        month = tell_month(so_far(db, place, to_iso(JULY_US)[:7], now_s=start + 2 * 86_400), [])
        with AlarmLog(folder / "alarms.sqlite") as log:
            watcher = Watcher(lambda db=db: db, log, load_rules("village"), clock="readings")
            watcher.look()
            standing = {(one.rule, one.thing, one.state) for one in log.standing()}
        db.close()
        told.append((set(place.things), keys, month, standing, hours))

    files, shared = told
    assert files[:2] == shared[:2]
    assert files[3] == shared[3] != set()
    for ours, theirs in zip(files[4], shared[4], strict=True):
        np.testing.assert_allclose(ours, theirs)
    totals = [[one.deviation.actual for one in found[2].plan] for found in told]
    assert totals[0] == pytest.approx(totals[1])
    assert any(totals[0])
    assert not np.isnan(files[4][0]).all()


def test_a_database_without_records_is_told_so(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()

    assert shared_tenants(url) == []
    with pytest.raises(InputError, match="no records"):
        open_reader(tmp_path, database=url)


def test_sensorthings_over_mqtt_is_refused(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="over MQTT"):
        make_server(
            tmp_path, database=cluster.make_database(), mqtt=MqttBroker("mqtt://127.0.0.1:1")
        )


def test_servers_answer_sensorthings_of_one_database(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()
    ours, theirs = (worlds.Client(tmp_path, database=url) for _ in range(2))
    try:
        ours.make("Things", worlds.tree())
        ours.make("Things", worlds.thing("chosen", **{"@iot.id": 7}))
        theirs.make("Things", worlds.thing("next"))
        theirs.make("Datastreams(1)/Observations", worlds.observation("2015-03-04T12:00:00Z", 4.5))

        assert ours.ids("Things") == theirs.ids("Things") == [1, 7, 8]
        told = ours.get("Things(1)", expand="Datastreams($expand=Observations($select=result))")
        results = [[one["result"] for one in each["Observations"]] for each in told["Datastreams"]]
        assert results == [[3, 4, 4.5], [5, 6]]
        with asked_server(tmp_path, url) as asker:
            asker.create({"id": "urn:x:pump", "type": "Pump", "power": 5})
            found = [client.get("Things", filter="name eq 'pump'", expand="Datastreams")
                     for client in (theirs, ours)]  # fmt: skip
        assert found[0] == found[1]
        assert found[0]["value"][0]["Datastreams"][0]["name"] == "pump power"
    finally:
        ours.close()
        theirs.close()


def test_a_root_over_postgresql_promises_no_functions_of_shapes(
    cluster: Any, tmp_path: Path
) -> None:
    client = worlds.Client(tmp_path, database=cluster.make_database())
    told = client.get("")["serverSettings"]["conformance"]
    client.close()

    assert CONFORMANCE[0] in told
    assert set(CONFORMANCE) - set(told) == {WITH_SHAPES}
