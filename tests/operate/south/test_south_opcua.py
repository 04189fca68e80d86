"""An OPC UA server, played by asyncua."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asyncua import Server, ua
from ports import free_port
from small_village import until

from bunyad.operate.south.mapping import Unfit
from bunyad.operate.south.opcua import run_opcua, samples_of_change
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sample import unpack
from bunyad.operate.south.sources import OpcUaSource
from bunyad.operate.south.taking import Taking

NODE = "ns=2;s=Meter.Power"


def source(port: int = 4840) -> OpcUaSource:
    return OpcUaSource.model_validate(
        {
            "name": "meter", "opcua": f"opc.tcp://127.0.0.1:{port}", "every_s": 0.05,
            "points": [{"value": NODE, "entity": "urn:meter", "type": "ThreePhaseAcMeasurement",
                        "attribute": "totalActivePower", "from_unit": "KWT", "unit": "WTT"}],
        }
    )  # fmt: skip


def test_changes_of_a_node_become_samples(tmp_path: Path) -> None:
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    port, outbox, said = free_port(), Outbox(tmp_path / "outbox.sqlite"), []

    async def run() -> None:
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await server.register_namespace("urn:test")
        node = await server.nodes.objects.add_variable(ua.NodeId("Meter.Power", 2), "Power", 1.5)
        await server.start()
        taking = Taking(gateway="g", outbox=outbox, say=said.append)
        running = asyncio.ensure_future(run_opcua(source(port), taking))
        async with asyncio.timeout(40):
            await until(lambda: len(outbox) > 0)
            await node.write_value(2.25)
            await until(lambda: len(outbox) > 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()

    asyncio.run(run())

    samples = [sample for _, body in outbox.peek(9) for sample in unpack(body)]
    assert [(one.attribute, one.value, one.unit) for one in samples] == [
        ("totalActivePower", 1500.0, "WTT"), ("totalActivePower", 2250.0, "WTT"),
    ]  # fmt: skip
    assert samples[1].at_us > samples[0].at_us
    assert not said
    outbox.close()


def test_values_of_bad_quality_and_of_odd_kinds_are_refused() -> None:
    at = datetime(2030, 7, 1, tzinfo=UTC)
    bad = ua.DataValue(ua.Variant(1.0), StatusCode=ua.StatusCode(ua.StatusCodes.BadSensorFailure))
    odd = ua.DataValue(ua.Variant(b"raw", ua.VariantType.ByteString), SourceTimestamp=at)
    good = ua.DataValue(ua.Variant(1.0), SourceTimestamp=at)

    with pytest.raises(Unfit, match="BadSensorFailure"):
        samples_of_change(source(), NODE, bad)
    with pytest.raises(Unfit, match="bytes is no value"):
        samples_of_change(source(), NODE, odd)
    (sample,) = samples_of_change(source(), NODE, good)
    assert sample.at_us == 1_909_094_400_000_000
