"""The gateway: all sources into one outbox, and the outbox to the receiver."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bunyad.errors import InputError
from bunyad.operate.south.deliver import Delivery, Refused, Send, deliver
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sources import (
    AnySource,
    CsvSource,
    DlmsSource,
    HttpSource,
    ModbusSource,
    MqttSource,
    OcppSource,
    Sources,
)
from bunyad.operate.south.taking import Taking

__all__ = ["Gateway", "run_gateway", "run_source"]


@dataclass(slots=True, kw_only=True)
class Gateway:
    """A running gateway, for those who watch it."""

    taking: Taking
    delivery: Delivery = field(default_factory=Delivery)


def run_source(source: AnySource, taking: Taking) -> Awaitable[None]:
    """
    Return what takes the values of a source until it is cancelled.

    Parameters
    ----------
    source
        Where values come from.
    taking
        Where samples go.
    """
    # Each kind brings libraries that the others do not need.
    if isinstance(source, MqttSource):
        from bunyad.operate.south.topics import run_mqtt  # noqa: PLC0415

        return run_mqtt(source, taking)
    if isinstance(source, ModbusSource):
        from bunyad.operate.south.modbus import run_modbus  # noqa: PLC0415

        return run_modbus(source, taking)
    if isinstance(source, CsvSource | HttpSource):
        from bunyad.operate.south.pushed import run_csv, run_http  # noqa: PLC0415

        return (
            run_csv(source, taking) if isinstance(source, CsvSource) else run_http(source, taking)
        )
    if isinstance(source, DlmsSource):
        from bunyad.operate.south.dlms import run_dlms  # noqa: PLC0415

        return run_dlms(source, taking)
    if isinstance(source, OcppSource):
        from bunyad.operate.south.ocpp import run_ocpp  # noqa: PLC0415

        return run_ocpp(source, taking)
    from bunyad.operate.south.opcua import run_opcua  # noqa: PLC0415

    return run_opcua(source, taking)


async def run_gateway(
    sources: Sources,
    outbox: Outbox,
    send: Send | None,
    *,
    say: Callable[[str], None],
    stop: asyncio.Event | None = None,
) -> Gateway:
    """
    Take what sources give, and deliver it, until told to stop.

    Parameters
    ----------
    sources
        Where values come from.
    outbox
        Where they wait.
    send
        Sends a request; None to only keep.
    say
        Tells people what goes wrong.
    stop
        Set to stop.

    Raises
    ------
    InputError
        If a source or the receiver will never work as it is.
    """
    taking = Taking(gateway=sources.gateway, outbox=outbox, say=say)
    gateway = Gateway(taking=taking)
    tasks: list[asyncio.Future[Any]] = [
        asyncio.ensure_future(run_source(one, taking)) for one in sources.sources
    ]
    if send is not None:
        tasks.append(
            asyncio.ensure_future(
                deliver(outbox, send, device=sources.gateway, delivery=gateway.delivery)
            )
        )
    ending = asyncio.ensure_future((stop or asyncio.Event()).wait())
    try:
        done, _ = await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except Refused as error:
        raise InputError(
            f"the receiver refuses deliveries ({error})", where="--to",
            mend="give the address and token of `bunyad operate serve`",
        ) from None  # fmt: skip
    finally:
        for task in (*tasks, ending):
            task.cancel()
        for task in (*tasks, ending):
            with suppress(asyncio.CancelledError, Exception):
                await task
    return gateway
