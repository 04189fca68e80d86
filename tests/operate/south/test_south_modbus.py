"""Modbus devices and SunSpec inverters, played by the library's own server."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ports import free_port
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from small_village import until

from bunyad.errors import InputError
from bunyad.operate.south.extra import load_extra
from bunyad.operate.south.mapping import Unfit
from bunyad.operate.south.modbus import (
    ModbusReader,
    _together,
    number_of,
    run_modbus,
    size_of,
    sunspec_points,
)
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sample import Sample, unpack
from bunyad.operate.south.sources import ModbusSource
from bunyad.operate.south.taking import Taking

HOME = {"entity": "urn:ngsi-ld:X:a:home-001", "type": "ThreePhaseAcMeasurement"}


def inverter(power_w: int = -123, *, sf: int = 1) -> list[int]:
    """Registers from the marker on: common model (66), inverter 103 (50), the end."""
    body = [0] * 50
    body[0], body[4] = 57, 0xFFFF  # 57 × 10^-1 A
    body[8], body[11] = 2305, 0xFFFF  # 230.5 V
    body[12], body[13] = power_w & 0xFFFF, sf & 0xFFFF
    body[14], body[15] = 0xFFFF, 0xFFFE  # no frequency
    body[22:24], body[24] = [0x0001, 0x86A0], 0  # 100000 Wh
    body[31], body[35] = 405, 0xFFFF  # 40.5 °C
    return [0x5375, 0x6E53, 1, 66, *([0] * 66), 103, 50, *body, 0xFFFF, 0]


def source(**changes) -> ModbusSource:
    return ModbusSource.model_validate(
        {"name": "device", "modbus": "127.0.0.1", "every_s": 0.05, "timeout_s": 1, **changes}
    )


async def collect(
    made: Callable[[Taking], Awaitable[None]], outbox: Outbox, said: list[str], count: int
) -> list[Sample]:
    """Run a source until so many messages are kept."""
    running = asyncio.ensure_future(made(Taking(gateway="g", outbox=outbox, say=said.append)))
    try:
        await until(lambda: len(outbox) >= count or running.done())
    finally:
        running.cancel()
    if running.done() and not running.cancelled():
        running.result()
    return [sample for _, body in outbox.peek(999) for sample in unpack(body)]


def played(registers: list[int], asked: ModbusSource, tmp_path: Path, *, base: int = 40_000):
    outbox, said = Outbox(tmp_path / "outbox.sqlite"), []

    async def run() -> list[Sample]:
        holding = [SimData(base, values=registers, datatype=DataType.REGISTERS)]
        device = SimDevice(1, (
            [SimData(0, values=[True, False] * 8, datatype=DataType.BITS)],
            [SimData(0, values=[False] * 16, datatype=DataType.BITS)],
            holding,
            [SimData(0, values=[7, 8], datatype=DataType.REGISTERS)],
        ))  # fmt: skip
        server = ModbusTcpServer(device, address=("127.0.0.1", asked.port))
        await server.serve_forever(background=True)
        try:
            return await collect(lambda taking: run_modbus(asked, taking), outbox, said, 1)
        finally:
            await server.shutdown()

    samples = asyncio.run(run())
    outbox.close()
    return samples, said


def test_registers_of_every_table_are_read_in_the_attributes_unit(tmp_path: Path) -> None:
    words = list(struct.unpack(">4H", struct.pack(">fi", 21.5, -70_000)))
    points = [
        {"value": "power", "address": 100, "kind": "float32", "attribute": "totalActivePower",
         "from_unit": "KWT", "unit": "WTT", **HOME},
        {"value": "energy", "address": 102, "kind": "int32", "scale": 0.1, "attribute": "e", **HOME},
        {"value": "on", "table": "coil", "address": 0, "kind": "bool", "attribute": "on", **HOME},
        {"value": "in", "table": "input", "address": 1, "attribute": "in", **HOME},
    ]  # fmt: skip

    samples, said = played(words, source(port=free_port(), points=points), tmp_path, base=100)

    assert not said
    assert {one.attribute: one.value for one in samples} == {
        "totalActivePower": 21_500.0, "e": -7000.0, "on": True, "in": 8,
    }  # fmt: skip


def test_a_sunspec_inverter_is_found_and_scaled(tmp_path: Path) -> None:
    points = [
        {"value": f"103.{name}", "attribute": name, **HOME}
        for name in ("W", "A", "PhVphA", "WH", "TmpCab", "Hz")
    ]

    samples, said = played(
        inverter(), source(port=free_port(), sunspec=True, points=points), tmp_path
    )

    assert not said
    assert {one.attribute: one.value for one in samples} == {
        "W": -1230.0, "A": 5.7, "PhVphA": 230.5, "WH": 100_000.0, "TmpCab": 40.5,
    }, "a frequency that the inverter does not have is left out"  # fmt: skip


@pytest.mark.parametrize(
    ("registers", "why"),
    [
        ([1, 2, 3], "no SunSpec marker"),
        ([0x5375, 0x6E53, 1, 1, 0, 0xFFFF, 0], "no SunSpec model 103; it has 1"),
    ],
)
def test_a_device_that_is_no_inverter_is_told(registers, why) -> None:
    async def read(_table: str, first: int, count: int):
        at = first - 40_000
        if at < 0 or at + count > len(registers):
            raise Unfit("out of range")
        return registers[at : at + count]

    asked = source(sunspec=True, points=[{"value": "103.W", **HOME}])

    with pytest.raises(Unfit, match=why):
        asyncio.run(ModbusReader(asked, read).values())


def test_an_unknown_sunspec_point_is_refused() -> None:
    async def read(_table: str, first: int, count: int):
        return inverter()[first - 40_000 : first - 40_000 + count]

    asked = source(sunspec=True, points=[{"value": "103.Zeal", **HOME}])

    with pytest.raises(InputError, match=r"no SunSpec point '103\.Zeal'"):
        asyncio.run(ModbusReader(asked, read).values())


def test_a_device_that_is_not_there_is_told_and_tried_again(tmp_path: Path) -> None:
    outbox, said = Outbox(tmp_path / "outbox.sqlite"), []
    asked = source(port=free_port(), points=[{"value": "p", "address": 0, **HOME}])

    async def run() -> None:
        taking = Taking(gateway="g", outbox=outbox, say=said.append)
        running = asyncio.ensure_future(run_modbus(asked, taking))
        await until(lambda: bool(said))
        assert not running.done()
        running.cancel()

    asyncio.run(run())

    assert "the device does not answer" in said[0]
    outbox.close()


@given(
    st.sampled_from(["int16", "uint16", "int32", "uint32", "int64", "uint64", "float64"]), st.data()
)
def test_numbers_are_read_as_struct_wrote_them(kind: str, data: st.DataObject) -> None:
    letter = {
        "int16": "h",
        "uint16": "H",
        "int32": "i",
        "uint32": "I",
        "int64": "q",
        "uint64": "Q",
        "float64": "d",
    }[kind]
    if letter == "d":
        value = data.draw(st.floats(allow_nan=False))
    else:
        bits = struct.calcsize(letter) * 8 if letter not in "q Q" else 64
        low = 0 if letter.isupper() else -(2 ** (bits - 1))
        value = data.draw(st.integers(low, low + 2**bits - 1))
    packed = struct.pack(f">{letter}", value)
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))

    assert number_of(words, kind) == value
    assert number_of(words[::-1], kind, words="little") == value


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 4)), min_size=1))
def test_requests_hold_all_spans_and_none_is_too_long(spans) -> None:
    requests = _together(sorted(spans))

    read = {at for first, count in requests for at in range(first, first + count)}
    wanted = {at for first, count in spans for at in range(first, first + count)}
    assert wanted <= read
    assert all(count <= 125 for _, count in requests), "the limit of Modbus"
    assert len(requests) <= len(spans)


def test_points_of_models_do_not_overlap_and_scales_are_there() -> None:
    for points in sunspec_points().values():
        cells = [
            at
            for one in points.values()
            for at in range(one.offset, one.offset + size_of(one.kind))
        ]
        assert len(cells) == len(set(cells))
        assert all(points[one.scale].kind == "sf" for one in points.values() if one.scale)


def test_a_missing_library_is_named_with_the_extra() -> None:
    with pytest.raises(InputError, match=r"(?s)needs the package no_such.*bunyad\[south\]"):
        load_extra("no_such.module", what="a source")
