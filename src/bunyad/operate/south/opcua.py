"""OPC UA servers: nodes watched by a subscription."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bunyad.errors import SourceError
from bunyad.operate.records.times import now_us
from bunyad.operate.south.extra import load_extra
from bunyad.operate.south.mapping import Unfit, samples_from
from bunyad.operate.south.sample import Sample
from bunyad.operate.south.sources import OpcUaSource
from bunyad.operate.south.taking import Taking

__all__ = ["run_opcua", "samples_of_change"]

CHECK_S = 5.0
"""Time between looks whether the server is still there [s]."""


def samples_of_change(source: OpcUaSource, node: str, data: Any) -> list[Sample]:
    """
    Return the samples of a changed value.

    Parameters
    ----------
    source
        Points; their values are node identifiers.
    node
        Identifier of the node, such as ns=2;s=Meter.Power.
    data
        The `DataValue` of asyncua.

    Raises
    ------
    Unfit
        If the value is of bad quality, or of a kind that no attribute holds.
    """
    if not data.StatusCode.is_good():
        raise Unfit(f"{node}: its quality is {data.StatusCode.name}")
    value = data.Value.Value
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str | int | float | bool | list):
        raise Unfit(f"{node}: {type(value).__name__} is no value of an attribute")
    at = data.SourceTimestamp or data.ServerTimestamp
    at_us = round(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1e6) if at else now_us()
    points = [point for point in source.points if point.value == node]
    return samples_from({node: value}, points, at_us=at_us, names={"node": node})


async def run_opcua(source: OpcUaSource, taking: Taking) -> None:
    """
    Watch the nodes of a server until cancelled; subscribe again when it comes back.

    Parameters
    ----------
    source
        Server and nodes.
    taking
        Where samples go.
    """
    library = load_extra("asyncua", what="an OPC UA source")
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # we tell it ourselves
    while True:
        client = library.Client(url=source.opcua, timeout=10)
        if source.user:
            client.set_user(source.user)
            client.set_password(source.password)
        lost = asyncio.Event()

        async def connect(client: Any = client, lost: asyncio.Event = lost) -> None:
            try:
                await client.connect()
                await _watch(client, source, taking, lost)
            except Exception as error:  # noqa: BLE001  (the library raises of many kinds)
                with suppress(Exception):
                    await client.disconnect()
                raise SourceError(
                    f"the OPC UA server does not take us ({error or type(error).__name__})",
                    where=source.opcua, mend="start it, or mend the address, user or nodes",
                ) from None  # fmt: skip

        try:
            await taking.connected(source.name, connect)
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), CHECK_S)
                try:
                    await client.check_connection()
                except Exception:  # noqa: BLE001  (whatever it is, the link is gone)
                    lost.set()
            taking.refuse(source.name, "the OPC UA server left")
        finally:
            with suppress(Exception):
                await client.disconnect()


async def _watch(client: Any, source: OpcUaSource, taking: Taking, lost: asyncio.Event) -> None:
    """Subscribe to the nodes of a source."""
    changes: asyncio.Queue[tuple[str, Any]] = asyncio.Queue(maxsize=10_000)
    nodes = {point.value: client.get_node(point.value) for point in source.points}
    names = {node.nodeid: name for name, node in nodes.items()}

    class Handler:
        """Hands changes over; asyncua must not wait."""

        def datachange_notification(self, node: Any, _value: Any, data: Any) -> None:
            if changes.full():
                taking.refuse(source.name, "changes come faster than they are kept")
                return
            changes.put_nowait((names[node.nodeid], data.monitored_item.Value))

        def status_change_notification(self, _status: Any) -> None:
            lost.set()

    async def keep() -> None:
        while True:
            node, data = await changes.get()
            try:
                samples = samples_of_change(source, node, data)
            except Unfit as error:
                taking.refuse(source.name, str(error))
                continue
            await taking.keep(source.name, samples)

    keeping = asyncio.ensure_future(keep())
    keeping.add_done_callback(lambda _task: lost.set())

    async def end_with_link() -> None:
        await lost.wait()
        keeping.cancel()

    client.bunyad_tasks = (
        keeping,
        asyncio.ensure_future(end_with_link()),
    )  # kept from the collector
    subscription = await client.create_subscription(source.every_s * 1000, Handler())
    await subscription.subscribe_data_change(list(nodes.values()))
