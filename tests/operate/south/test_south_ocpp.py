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
from ports import free_port
from wsproto import events

from bunyad.errors import InputError
from bunyad.operate.south.ocpp import measured, run_ocpp
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
