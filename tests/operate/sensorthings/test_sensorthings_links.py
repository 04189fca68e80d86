"""What POST, PUT and DELETE of `…/$ref` link and take apart."""

from __future__ import annotations

import pytest
import sensorthings_worlds as worlds


@pytest.fixture(params=["files", "postgresql"])
def full(request, tmp_path):
    client = worlds.Client(tmp_path, database=worlds.empty_database(request))
    client.make("Things", worlds.tree())
    client.make("Things", worlds.thing("Weir"))
    client.make("Locations", worlds.location("by the weir") | {"@iot.id": "weir"})
    yield client
    client.close()


def test_links_are_made_changed_and_taken_away(full):
    def ask(method, path, body=None):
        answer = full.ask(method, f"{path}/$ref", body)
        assert (answer.status, answer.body) == (204, b""), answer.text

    ask("POST", "Things(2)/Locations", {"@iot.id": 1})
    assert full.ids("Things(2)/Locations") == [1]
    assert full.ids("Locations(1)/Things") == [1, 2]
    assert len(full.ids("Things(2)/HistoricalLocations")) == 1
    ask("POST", "Things(2)/Locations", {"@odata.id": f"{worlds.ROOT}/Locations(1)"})
    assert len(full.ids("Things(2)/HistoricalLocations")) == 1  # it was there already
    ask("POST", "Things(2)/Locations", {"@iot.selfLink": "Locations('weir')"})
    assert full.ids("Things(2)/Locations") == ["weir"]  # a Thing is in one place
    ask("DELETE", "Things(2)/Locations('weir')")
    assert full.ids("Things(2)/Locations") == []
    ask("POST", "Locations('weir')/Things", {"@iot.id": 2})
    full.ask("DELETE", "Things(2)/Locations/$ref", options={"$id": "../../Locations('weir')"})
    assert full.ids("Things(2)/Locations") == []
    assert full.ids("Locations") == [1, "weir"]  # what was linked stays

    ask("PUT", "Datastreams(1)/Thing", {"@iot.id": 2})
    assert full.get("Datastreams(1)/Thing")["name"] == "Weir"
    ask("POST", "Things(1)/Datastreams", {"@id": "/sensorthings/v1.1/Datastreams(1)"})
    assert full.ids("Things(1)/Datastreams") == [1, 2]
    ask(
        "PUT",
        "Datastreams(1)/Sensor",
        {"@odata.id": "../../Sensors(2)"},
    )
    assert full.ids("Sensors(2)/Datastreams") == [1, 2]
    ask("POST", "Datastreams(2)/Observations", {"@iot.id": 1})
    assert 1 in full.ids("Datastreams(2)/Observations")

    ask("POST", "HistoricalLocations(1)/Locations", {"@iot.id": "weir"})
    assert full.ids("HistoricalLocations(1)/Locations") == [1, "weir"]
    ask("DELETE", "Locations(1)/HistoricalLocations(1)")
    assert full.ids("HistoricalLocations(1)/Locations") == ["weir"]


def test_links_that_cannot_be_are_refused(tmp_path):
    client = worlds.Client(tmp_path)
    client.make("Things", worlds.tree())
    one = {"@iot.id": 1}
    try:
        for method, path, body, status in (
            ("POST", "Things/$ref", one, 405),
            ("PUT", "Things(1)/Locations/$ref", one, 405),
            ("POST", "Datastreams(1)/Thing/$ref", one, 405),
            ("POST", "Things(1)/Locations(1)/$ref", one, 405),
            ("PATCH", "Datastreams(1)/Thing/$ref", one, 405),
            ("POST", "Things(9)/Locations/$ref", one, 404),
            ("POST", "Things(1)/Locations/$ref", {"@iot.id": 9}, 400),
            ("POST", "Things(1)/Locations/$ref", {"@iot.id": None}, 400),
            ("POST", "Things(1)/Locations/$ref", {"name": "new"}, 400),
            ("POST", "Things(1)/Locations/$ref", [one], 400),
            ("POST", "Things(1)/Locations/$ref", {"@odata.id": "Things(1)"}, 400),
            ("POST", "Things(1)/Locations/$ref", {"@odata.id": "Locations"}, 400),
            ("POST", "Things(1)/Locations/$ref", {"@odata.id": "http://else.example/"}, 400),
            ("POST", "Things(1)/Locations/$ref", b"{", 400),
            ("DELETE", "Datastreams(1)/Thing/$ref", None, 400),
            ("DELETE", "Things(1)/Datastreams(1)/$ref", None, 400),
            ("DELETE", "Things(1)/Locations/$ref", None, 400),
            ("DELETE", "Things(1)/Locations(9)/$ref", None, 404),
            ("DELETE", "HistoricalLocations(1)/Locations(1)/$ref", None, 400),
        ):
            answer = client.ask(method, path, body)
            assert answer.status == status, (method, path, body, answer.text)
            assert answer.json["code"] == status
    finally:
        client.close()
