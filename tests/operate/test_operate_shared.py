"""Servers of live data that share a database, and what they do not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sensorthings_worlds as worlds
from operate_calls import asked_server

from bunyad.errors import InputError
from bunyad.operate.place import open_reader
from bunyad.operate.records.lending import Lending


def test_a_database_without_records_is_told_so(cluster: Any, tmp_path: Path) -> None:
    url = cluster.make_database()

    lending = Lending(url)
    assert lending.tenants() == []
    assert lending.open("") is None
    lending.close()
    with pytest.raises(InputError, match="no records"):
        open_reader(tmp_path, database=url)


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
