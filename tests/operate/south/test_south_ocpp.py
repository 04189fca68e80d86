"""Chargers that call: the OCPP library's own client over a WebSocket of wsproto."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import ocpp.v16
import ocpp.v201
import pytest
import wsproto
from ocpp.routing import on
from ports import free_port, running_mosquitto
from small_village import until
from wsproto import events

from bunyad.errors import InputError
from bunyad.operate.south.mqtt import MqttLink, read_address
from bunyad.operate.south.ocpp import measured, run_ocpp
from bunyad.operate.south.ocpp_control import Control
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sample import Sample, unpack
from bunyad.operate.south.sources import OcppSource
from bunyad.operate.south.taking import Taking
from bunyad.operate.south.websocket import WebSocket, WebSocketClosed

NOON = "2030-07-01T12:00:00Z"


def source(port: int, version: str) -> OcppSource:
    charger = {"entity": "urn:ngsi-ld:EVChargingStation:a:{charger}", "type": "EVChargingStation"}
    return OcppSource.model_validate(
        {
            "name": "chargers", "ocpp": f"127.0.0.1:{port}", "version": version,
            "points": [
                {"value": "Power.Active.Import", "attribute": "powerConsumption", "unit": "WTT", **charger},
                {"value": "Energy.Active.Import.Register", "attribute": "energy", "from_unit": "WHR", "unit": "KWH", **charger},
                {"value": "status", **charger},
            ],
        }
    )  # fmt: skip


async def call_in(port: int, path: str, protocol: str) -> WebSocket:
    """Open a WebSocket as a charger does."""
    for _ in range(500):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            await asyncio.sleep(0.01)
    connection = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    writer.write(
        connection.send(events.Request(host="127.0.0.1", target=path, subprotocols=[protocol]))
    )
    accepted = None
    while accepted is None:
        content = await reader.read(4096)
        connection.receive_data(content or None)
        for event in connection.events():
            if isinstance(event, events.RejectConnection | events.CloseConnection):
                writer.close()
                await writer.wait_closed()
                raise WebSocketClosed
            accepted = event if isinstance(event, events.AcceptConnection) else accepted
    return WebSocket(connection, reader, writer)


def talked(
    tmp_path: Path, version: str, library: Any, calls: list[Any]
) -> tuple[list[Sample], list[Any]]:
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    port, outbox, said = free_port(), Outbox(tmp_path / "outbox.sqlite"), []

    async def run() -> list[Any]:
        taking = Taking(gateway="g", outbox=outbox, say=said.append)
        running = asyncio.ensure_future(run_ocpp(source(port, version), taking))
        async with asyncio.timeout(30):
            socket = await call_in(port, "/hub/charger-1", f"ocpp{version}")
            charger = library.ChargePoint("charger-1", socket)
            listening = asyncio.ensure_future(charger.start())
            answers = [await charger.call(one) for one in calls]
            listening.cancel()
            await socket.close()
        running.cancel()
        await asyncio.gather(running, listening, return_exceptions=True)
        return answers

    answers = asyncio.run(run())
    assert not said
    samples = [sample for _, body in outbox.peek(99) for sample in unpack(body)]
    outbox.close()
    return samples, answers


def test_a_charger_of_version_1_6_tells_status_power_and_energy(tmp_path: Path) -> None:
    call = ocpp.v16.call
    meter = [{"timestamp": NOON, "sampledValue": [
        {"value": "10.5", "measurand": "Power.Active.Import", "unit": "kW"},
        {"value": "1500", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": "231", "measurand": "Voltage", "phase": "L1-N", "unit": "V"},
    ]}]  # fmt: skip

    samples, answers = talked(
        tmp_path, "1.6", ocpp.v16,
        [
            call.BootNotification(charge_point_vendor="V", charge_point_model="M"),
            call.Heartbeat(),
            call.Authorize(id_tag="card"),
            call.StatusNotification(connector_id=1, error_code="NoError", status="Charging", timestamp=NOON),
            call.StartTransaction(connector_id=1, id_tag="card", meter_start=1000, timestamp=NOON),
            call.MeterValues(connector_id=1, meter_value=meter),
            call.StopTransaction(meter_stop=2000, timestamp=NOON, transaction_id=1),
            call.DataTransfer(vendor_id="V"),
        ],
    )  # fmt: skip

    assert answers[0].status == "Accepted"
    assert [(one.attribute, one.value) for one in samples] == [
        ("status", "Charging"), ("energy", 1.0), ("powerConsumption", 10_500.0), ("energy", 1.5),
        ("energy", 2.0),
    ]  # fmt: skip
    assert {one.entity for one in samples} == {"urn:ngsi-ld:EVChargingStation:a:charger-1"}
    assert {one.at_us for one in samples} == {1_909_137_600_000_000}


def test_a_charger_of_version_2_0_1_tells_a_transaction(tmp_path: Path) -> None:
    call = ocpp.v201.call
    meter = [{"timestamp": NOON, "sampledValue": [
        {"value": 7.2, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "kW"}},
        {"value": 15, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh", "multiplier": 2}},
    ]}]  # fmt: skip

    samples, answers = talked(
        tmp_path, "2.0.1", ocpp.v201,
        [
            call.BootNotification(charging_station={"model": "M", "vendorName": "V"}, reason="PowerUp"),
            call.Heartbeat(),
            call.Authorize(id_token={"idToken": "card", "type": "ISO14443"}),
            call.StatusNotification(timestamp=NOON, connector_status="Occupied", evse_id=1, connector_id=1),
            call.TransactionEvent(
                event_type="Updated", timestamp=NOON, trigger_reason="MeterValuePeriodic", seq_no=1,
                transaction_info={"transactionId": "t1"}, meter_value=meter, evse={"id": 1},
            ),
            call.MeterValues(evse_id=1, meter_value=meter),
        ],
    )  # fmt: skip

    assert answers[0].status == "Accepted"
    assert [(one.attribute, one.value) for one in samples] == [
        ("status", "Occupied"), *[("powerConsumption", 7200.0), ("energy", 1.5)] * 2,
    ]  # fmt: skip


def test_a_charger_of_another_version_is_not_taken(tmp_path: Path) -> None:
    port, outbox = free_port(), Outbox(tmp_path / "outbox.sqlite")

    async def run() -> None:
        taking = Taking(gateway="g", outbox=outbox, say=print)
        running = asyncio.ensure_future(run_ocpp(source(port, "1.6"), taking))
        with pytest.raises(WebSocketClosed):
            await call_in(port, "/charger-1", "ocpp2.0.1")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(asyncio.wait_for(run(), 30))
    outbox.close()


def test_signed_and_odd_values_are_left_out() -> None:
    told = [{"sampled_value": [{"value": "OCMF|{}", "format": "SignedData"}, {}, {"value": None}]}]

    assert measured(told) == [(None, {})]


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    asked = source(1, "1.6").model_copy(update={"ocpp": "nowhere"})

    with pytest.raises(InputError, match="no address"):
        asyncio.run(run_ocpp(asked, Taking(gateway="g", outbox=outbox, say=print)))
    outbox.close()


def charger_that_obeys(library: Any, told: list[Any]) -> type:
    """A charger of the library that notes what it is told and accepts it."""
    actions = {
        "1.6": ("ChangeAvailability", "RemoteStartTransaction", "RemoteStopTransaction",
                "SetChargingProfile"),
        "2.0.1": ("ChangeAvailability", "RequestStartTransaction", "RequestStopTransaction",
                  "SetChargingProfile"),
    }["1.6" if library is ocpp.v16 else "2.0.1"]  # fmt: skip

    def handler(action: str) -> Any:
        async def obey(_self: Any, **given: Any) -> Any:
            told.append((action, given))
            status = "Rejected" if given.get("connector_id") == 9 else "Accepted"
            return getattr(library.call_result, action)(status=status)

        obey.__name__ = f"on_{action}"
        return on(action)(obey)

    return type("Obeys", (library.ChargePoint,), {f"on_{one}": handler(one) for one in actions})


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_charger_is_closed_started_limited_and_stopped(version: str) -> None:
    library = ocpp.v16 if version == "1.6" else ocpp.v201
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    told: list[Any] = []
    refused: list[str] = []
    asked = source(1, version)
    sockets = [asked.points[0].model_copy(
        update={"entity": "urn:ngsi-ld:EVChargingStation:a:{charger}-{connector}"})]  # fmt: skip
    control = Control(asked.model_copy(update={"points": sockets}), library, refused.append)
    thing = "urn:ngsi-ld:EVChargingStation:a:hub-2"

    async def run() -> list[bool]:
        ends: list[asyncio.Queue[str]] = [asyncio.Queue(), asyncio.Queue()]

        class Wire:
            def __init__(self, here: int) -> None:
                self.here = here

            async def recv(self) -> str:
                return await ends[self.here].get()

            async def send(self, message: str) -> None:
                await ends[1 - self.here].put(message)

        far = charger_that_obeys(library, told)("hub", Wire(0))
        near = library.ChargePoint("hub", Wire(1))
        running = [asyncio.ensure_future(one.start()) for one in (far, near)]
        before = await control.obey(thing, "statusCommand", "working")
        control.came("hub", near)
        orders = [("statusCommand", "outOfService"), ("chargingCommand", "stop"),
                  ("chargingCommand", "start"), ("powerLimit", 3700), ("powerLimit", -1),
                  ("powerLimit", float("nan")), ("colour", "red")]  # fmt: skip
        done = [before, *[await control.obey(thing, *order) for order in orders]]
        control.note("hub", 2, {"transactionId": 7 if version == "1.6" else "t7"})
        done.append(await control.obey(thing, "chargingCommand", "stop"))
        control.went("hub", near)
        done.append(await control.obey(thing, "powerLimit", 1))
        done.append(await control.obey("urn:other:thing", "powerLimit", 1))
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return done

    done = asyncio.run(asyncio.wait_for(run(), 60))

    assert done == [False, True, False, True, True, False, False, False, True, False, False]
    assert len(refused) == 6
    actions = [action for action, _ in told]
    start = "RemoteStart" if version == "1.6" else "RequestStart"
    assert actions[1].startswith(start)
    assert "3700" in str(told[2])
    assert ("7" if version == "1.6" else "t7") in str(told[3][1]["transaction_id"])


def test_commands_over_mqtt_reach_the_charger_that_called(tmp_path: Path) -> None:
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)
    port, outbox = free_port(), Outbox(tmp_path / "outbox.sqlite")
    told: list[Any] = []

    async def run(broker: str) -> None:
        taking = Taking(gateway="g", outbox=outbox, say=print)
        asked = source(port, "1.6").model_copy(update={"commands": broker})
        running = asyncio.ensure_future(run_ocpp(asked, taking))
        async with asyncio.timeout(60):
            socket = await call_in(port, "/charger-1", "ocpp1.6")
            charger = charger_that_obeys(ocpp.v16, told)("charger-1", socket)
            listening = asyncio.ensure_future(charger.start())
            await charger.call(ocpp.v16.call.Heartbeat())
            link = MqttLink("control-room")
            await link.connect(read_address(broker))
            topic = "bunyad/urn:ngsi-ld:EVChargingStation:a:charger-1/set/powerLimit"
            await link.publish(topic, b"nonsense")
            await link.publish(topic, b'{"value": 11000}')
            await link.settle()
            await until(lambda: bool(told))
            await link.close()
            listening.cancel()
            await socket.close()
        running.cancel()
        await asyncio.gather(running, listening, return_exceptions=True)

    with running_mosquitto(tmp_path) as broker:
        asyncio.run(run(f"mqtt://127.0.0.1:{broker}"))
    outbox.close()

    ((action, given),) = told
    assert (action, given["connector_id"]) == ("SetChargingProfile", 0)
