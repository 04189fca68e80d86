"""A village whose records are in PostgreSQL is told as the one in files, to the last figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
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


def test_sensorthings_says_that_it_reads_files_only(cluster: Any, tmp_path: Path) -> None:
    from bunyad.operate.server import MqttBroker, make_server

    url = cluster.make_database()
    with asked_server(tmp_path, url) as asker:
        told = asker.ask("GET", "/entities/urn:x:y")
        assert told.status == 404
    with pytest.raises(InputError, match="SensorThings"):
        make_server(tmp_path, database=url, mqtt=MqttBroker("mqtt://127.0.0.1:1"))
