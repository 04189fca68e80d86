"""Several requests in one, as JSON and as multipart."""

from __future__ import annotations

import pytest
import sensorthings_worlds as worlds


@pytest.fixture(params=["files", "postgresql"])
def client(request, tmp_path):
    client = worlds.Client(tmp_path, database=worlds.empty_database(request))
    client.make("Things", worlds.tree())
    yield client
    client.close()


def as_json(client, *requests):
    answer = client.ask("POST", "$batch", {"requests": list(requests)},
                        headers={"content-type": "application/json"})  # fmt: skip
    assert answer.status == 200, answer.text
    return answer.json["responses"]


def as_multipart(client, text):
    return client.ask(
        "POST", "$batch", text.replace("\n", "\r\n").encode(),
        headers={"content-type": "multipart/mixed;boundary=batch_1"},
    )  # fmt: skip


def test_a_batch_answers_each_request(client):
    first, second, third = as_json(
        client,
        {"id": "a", "method": "get", "url": "Things(1)?$select=name"},
        {"id": "b", "method": "post", "url": "/v1.1/Things", "body": worlds.thing("New")},
        {"id": "c", "method": "get", "url": "Things(99)"},
    )

    assert first == {"id": "a", "status": 200, "body": {"name": "Pump house"}}
    assert second == {"id": "b", "status": 201, "location": f"{worlds.ROOT}/Things(2)"}
    assert (third["status"], third["body"]["code"]) == (404, 404)


def test_later_requests_refer_to_what_earlier_ones_made(client):
    answers = as_json(
        client,
        {"id": "sensor", "atomicityGroup": "g", "method": "post", "url": "Sensors",
         "body": worlds.sensor("New")},
        {"id": "stream", "atomicityGroup": "g", "method": "post", "url": "Things(1)/Datastreams",
         "body": worlds.datastream(Sensor={"@iot.id": "$sensor"}, ObservedProperty={"@iot.id": 1})},
        {"id": "reading", "method": "post", "url": "$stream/Observations", "body": {"result": 9}},
    )  # fmt: skip

    assert [each["status"] for each in answers] == [201, 201, 201]
    sensor = client.values("Sensors", filter="name eq 'New'", expand="Datastreams/Observations")[0]
    assert sensor["Datastreams"][0]["Observations"][0]["result"] == 9


def test_a_change_set_is_done_as_a_whole_or_not_at_all(client):
    answers = as_json(
        client,
        {"id": "1", "atomicityGroup": "g", "method": "post", "url": "Things",
         "body": worlds.thing("Half")},
        {"id": "2", "atomicityGroup": "g", "method": "patch", "url": "Things(99)", "body": {}},
        {"id": "3", "method": "get", "url": "Things/$count"},
    )  # fmt: skip

    assert [each["status"] for each in answers] == [404, 404, 200]
    assert answers[2]["body"] == "1"


MULTIPART = """--batch_1
Content-Type: application/http

GET /v1.1/Things(1)?$select=name HTTP/1.1
Host: localhost


--batch_1
Content-Type: multipart/mixed;boundary=set_1

--set_1
Content-Type: application/http
Content-ID: sensor1

POST /v1.1/Sensors HTTP/1.1
Content-Type: application/json

{"name":"S","description":"d","encodingType":"application/pdf","metadata":"m"}
--set_1
Content-Type: application/http
Content-ID: stream1

POST Things(1)/Datastreams HTTP/1.1
Content-Type: application/json

{"name":"D","description":"d","unitOfMeasurement":{},"observationType":"o",
"Sensor":{"@iot.id":"$sensor1"},"ObservedProperty":{"@iot.id":1}}
--set_1--
--batch_1
Content-Type: application/http

GET http://village.example/sensorthings/v1.1/Things?$filter=properties/rooms%20eq%203&$select=id HTTP/1.1


--batch_1
Content-Type: application/http

GET Things(77) HTTP/1.1


--batch_1--"""


def test_a_multipart_batch_is_answered_in_kind(client):
    answer = as_multipart(client, MULTIPART)

    boundary = answer.headers["content-type"].partition("boundary=")[2]
    parts = answer.text.split(f"--{boundary}")
    assert len(parts) == 6
    assert '{"name":"Pump house"}' in parts[1]
    assert "HTTP/1.1 200 OK" in parts[1]
    assert parts[2].count("HTTP/1.1 201 Created") == 2
    assert "Content-ID: sensor1" in parts[2]
    assert f"Location: {worlds.ROOT}/Datastreams(3)" in parts[2]
    assert '{"value":[{"@iot.id":1}]}' in parts[3]
    assert "HTTP/1.1 404 Not Found" in parts[4]
    assert client.get("Datastreams(3)/Sensor")["name"] == "S"


@pytest.mark.parametrize("client", ["files"], indirect=True)
@pytest.mark.parametrize(
    ("body", "media"),
    [
        ({}, "application/json"), ({"requests": [{}]}, "application/json"), (b"{", "x/y"),
        (b"--b\r\n\r\nnonsense\r\n--b--", "multipart/mixed; boundary=b"),
        (b"\xff", "multipart/mixed; boundary=b"), (b"", "multipart/mixed"),
        ({"requests": [{"url": "Things"}] * 1001}, "application/json"),
    ],
)  # fmt: skip
def test_batches_that_cannot_be_read_are_400(client, body, media):
    assert client.ask("POST", "$batch", body, headers={"content-type": media}).status == 400


def test_a_batch_within_a_batch_answers_too(client):
    inner = {"requests": [{"url": "Things/$count"}]}
    (answer,) = as_json(client, {"method": "post", "url": "$batch", "body": inner})

    assert answer["body"]["responses"][0]["body"] == "1"
