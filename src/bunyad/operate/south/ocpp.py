"""
Chargers that call by OCPP 1.6 or 2.0.1 (JSON).

The gateway takes what chargers tell, and tells them what the control room wants
(`ocpp_control`); it is no charging management system: every card is accepted and no transaction is
priced. Values are named after OCPP's measurands, with the phase where one is told
(`Voltage.L1-N`), in W, Wh, V, A and %; besides there are `status`, `errorCode` and
`transactionId`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import orjson

from bunyad.operate.records.times import now_us
from bunyad.operate.south.extra import load_extra
from bunyad.operate.south.listening import listen_at
from bunyad.operate.south.mapping import Unfit, instant_of, samples_from
from bunyad.operate.south.mqtt import COMMAND, COMMANDS, MqttLink, read_address
from bunyad.operate.south.ocpp_control import Control
from bunyad.operate.south.sources import OcppSource
from bunyad.operate.south.taking import Taking
from bunyad.operate.south.websocket import WebSocket, WebSocketClosed, serve_websockets

__all__ = ["measured", "run_ocpp"]

PROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}
MODULES = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}
USUAL_MEASURAND = "Energy.Active.Import.Register"
KILO = 1000.0
"""Unit factor: kW, kWh, kvar and kVA to their base."""

Keep = Callable[[Mapping[str, Any], int, str | None], Awaitable[None]]
"""Keeps values of a connector, told at a time."""


def measured(meter_values: Iterable[Mapping[str, Any]]) -> list[tuple[str | None, dict[str, Any]]]:
    """
    Return the time and the values of meter values, of either version.

    Parameters
    ----------
    meter_values
        Members as OCPP has them, names in snake case.

    Examples
    --------
    >>> told = {"timestamp": "2030-07-01T00:00:00Z", "sampled_value": [
    ...     {"value": "7.2", "unit": "kW", "measurand": "Power.Active.Import"}]}
    >>> measured([told])
    [('2030-07-01T00:00:00Z', {'Power.Active.Import': 7200.0})]
    """
    found = []
    for one in meter_values:
        values: dict[str, Any] = {}
        for sample in one.get("sampled_value", ()):
            name = sample.get("measurand", USUAL_MEASURAND)
            if sample.get("phase"):
                name = f"{name}.{sample['phase']}"
            number = _number(sample)
            if number is not None:
                values[name] = number
        found.append((one.get("timestamp"), values))
    return found


def _number(sample: Mapping[str, Any]) -> float | None:
    """Return the number of a sampled value in the base unit, or None for signed data."""
    try:
        number = float(sample["value"])
    except (KeyError, TypeError, ValueError):
        return None
    told = sample.get("unit_of_measure") or {}
    unit = sample.get("unit") or told.get("unit") or ""
    number *= 10.0 ** int(told.get("multiplier") or 0)
    return float(f"{number * KILO if str(unit).startswith('k') else number:.12g}")


async def run_ocpp(source: OcppSource, taking: Taking) -> None:
    """
    Take the calls of chargers until cancelled.

    Parameters
    ----------
    source
        Address to listen at, version and points; {charger} is the name that a charger calls
        itself, {connector} the number of its socket.
    taking
        Where samples go.
    """
    library = load_extra(MODULES[source.version], what="an OCPP source")
    routing = load_extra("ocpp.routing", what="an OCPP source")
    logging.getLogger("ocpp").setLevel(logging.CRITICAL)  # we tell it ourselves
    control = Control(source, library, lambda what: taking.refuse(source.name, what))
    make = _handlers_16 if source.version == "1.6" else _handlers_201

    async def take(socket: WebSocket, path: str) -> None:
        charger = unquote(urlsplit(path).path.rstrip("/").rsplit("/", 1)[-1])

        async def keep(values: Mapping[str, Any], connector: int, at: str | None) -> None:
            control.note(charger, connector, values)
            try:
                at_us = instant_of(at) if at else now_us()
                names = {"charger": charger, "connector": str(connector)}
                samples = samples_from(values, source.points, at_us=at_us, names=names)
            except Unfit as error:
                taking.refuse(source.name, f"{charger}: {error}")
                return
            await taking.keep(source.name, samples)

        handlers = {}
        for action, handler in make(library, keep, source.every_s).items():
            handler.__name__ = f"on_{action}"  # the library finds handlers by their names
            handlers[handler.__name__] = routing.on(action)(handler)
        charge_point = type("Charger", (library.ChargePoint,), handlers)(charger, socket)
        control.came(charger, charge_point)
        try:
            with suppress(WebSocketClosed):
                await charge_point.start()
        finally:
            control.went(charger, charge_point)

    link = await _commanded(source, control) if source.commands else None
    listening = listen_at(source.ocpp, "ocpp")
    server = await serve_websockets(listening, PROTOCOLS[source.version], take)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        if link is not None:
            await link.close()


async def _commanded(source: OcppSource, control: Control) -> MqttLink:
    """Take commands from an MQTT broker, one after the other."""
    link = MqttLink(f"bunyad-ocpp-{source.name}-{uuid4().hex[:8]}")

    async def obey(topic: str, payload: bytes) -> None:
        found = COMMAND.fullmatch(topic)
        if found is None:
            return
        with suppress(orjson.JSONDecodeError):  # who sends nonsense is not obeyed
            told = orjson.loads(payload)
            value = told.get("value") if isinstance(told, dict) else told
            await control.obey(found["thing"], found["attribute"], value)

    link.on_message(obey)
    await link.connect(read_address(source.commands), topics=[COMMANDS])
    return link


def _now() -> str:
    """Return the time as OCPP has it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _handlers_16(library: Any, keep: Keep, every_s: int) -> dict[str, Any]:
    """Return what answers the calls of OCPP 1.6."""
    result = library.call_result
    accepted = {"status": "Accepted"}

    async def boot(_self: Any, **_told: Any) -> Any:
        return result.BootNotification(current_time=_now(), interval=every_s, status="Accepted")

    async def heartbeat(_self: Any, **_told: Any) -> Any:
        return result.Heartbeat(current_time=_now())

    async def authorize(_self: Any, **_told: Any) -> Any:
        return result.Authorize(id_tag_info=accepted)

    async def status(_self: Any, **told: Any) -> Any:
        values = {"status": told["status"], "errorCode": told["error_code"]}
        await keep(values, told["connector_id"], told.get("timestamp"))
        return result.StatusNotification()

    async def meter(_self: Any, **told: Any) -> Any:
        for at, values in measured(told["meter_value"]):
            await keep(values, told["connector_id"], at)
        return result.MeterValues()

    async def start(_self: Any, **told: Any) -> Any:
        transaction = int(time.time_ns() // 1_000_000 % 2_000_000_000)
        values = {USUAL_MEASURAND: float(told["meter_start"]), "transactionId": transaction}
        await keep(values, told["connector_id"], told.get("timestamp"))
        return result.StartTransaction(transaction_id=transaction, id_tag_info=accepted)

    async def stop(_self: Any, **told: Any) -> Any:
        values = {USUAL_MEASURAND: float(told["meter_stop"])}
        await keep(values, 0, told.get("timestamp"))
        return result.StopTransaction(id_tag_info=accepted)

    async def data(_self: Any, **_told: Any) -> Any:
        return result.DataTransfer(status="UnknownVendorId")

    return {
        "BootNotification": boot, "Heartbeat": heartbeat, "Authorize": authorize,
        "StatusNotification": status, "MeterValues": meter, "StartTransaction": start,
        "StopTransaction": stop, "DataTransfer": data,
    }  # fmt: skip


def _handlers_201(library: Any, keep: Keep, every_s: int) -> dict[str, Any]:
    """Return what answers the calls of OCPP 2.0.1."""
    result = library.call_result

    async def boot(_self: Any, **_told: Any) -> Any:
        return result.BootNotification(current_time=_now(), interval=every_s, status="Accepted")

    async def heartbeat(_self: Any, **_told: Any) -> Any:
        return result.Heartbeat(current_time=_now())

    async def authorize(_self: Any, **_told: Any) -> Any:
        return result.Authorize(id_token_info={"status": "Accepted"})

    async def status(_self: Any, **told: Any) -> Any:
        values = {"status": told["connector_status"]}
        await keep(values, told["evse_id"], told.get("timestamp"))
        return result.StatusNotification()

    async def meter(_self: Any, **told: Any) -> Any:
        for at, values in measured(told["meter_value"]):
            await keep(values, told["evse_id"], at)
        return result.MeterValues()

    async def transaction(_self: Any, **told: Any) -> Any:
        evse = (told.get("evse") or {}).get("id", 0)
        await keep(
            {"transactionId": told["transaction_info"]["transaction_id"]}, evse, told["timestamp"]
        )
        for at, values in measured(told.get("meter_value") or ()):
            await keep(values, evse, at)
        return result.TransactionEvent()

    return {
        "BootNotification": boot, "Heartbeat": heartbeat, "Authorize": authorize,
        "StatusNotification": status, "MeterValues": meter, "TransactionEvent": transaction,
    }  # fmt: skip
