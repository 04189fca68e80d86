"""Meters that push: notifications built byte by byte from the standard's forms."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dlms_cosem.hdlc.address import HdlcAddress
from dlms_cosem.hdlc.frames import UnnumberedInformationFrame
from hypothesis import given
from hypothesis import strategies as st
from ports import free_port
from small_village import until

from bunyad.operate.south.dlms import FrameReader, obis_values, read_notification, run_dlms
from bunyad.operate.south.mapping import Unfit
from bunyad.operate.south.outbox import Outbox
from bunyad.operate.south.sample import unpack
from bunyad.operate.south.sources import DlmsSource
from bunyad.operate.south.taking import Taking

NOON = bytes([0x07, 0xEE, 7, 1, 1, 12, 0, 0, 0, 0xFF, 0x10, 0])
"""2030-07-01 12:00:00, 240 minutes east (deviation −240), as COSEM date-time."""


def octets(content: bytes) -> bytes:
    return bytes([9, len(content)]) + content


def structure(*parts: bytes) -> bytes:
    return bytes([2, len(parts)]) + b"".join(parts)


def array(*parts: bytes) -> bytes:
    return bytes([1, len(parts)]) + b"".join(parts)


def u32(value: int) -> bytes:
    return bytes([6]) + value.to_bytes(4, "big")


def scaler(power: int, unit: int) -> bytes:
    return structure(struct.pack(">Bb", 15, power), bytes([22, unit]))


OBIS = {
    "power": bytes([1, 0, 1, 7, 0, 255]),
    "energy": bytes([1, 0, 1, 8, 0, 255]),
    "serial": bytes([0, 0, 96, 1, 0, 255]),
}
WITH_SCALERS = array(
    structure(octets(OBIS["serial"]), octets(b"MTR00042")),
    structure(octets(OBIS["power"]), u32(12_345), scaler(-1, 27)),
    structure(octets(OBIS["energy"]), u32(98_765), scaler(1, 30)),
)
"""Code, value, scaler and unit, each in a structure of its own."""
IN_ONE_LIST = structure(
    bytes([10, 3]) + b"KA1", octets(OBIS["serial"]), octets(b"MTR00042"),
    octets(OBIS["power"]), u32(1_234), octets(OBIS["energy"]), u32(987_650),
)  # fmt: skip
"""Codes and values one after the other."""


def notification(body: bytes, *, at: bytes = NOON) -> bytes:
    return bytes([0x0F, 0, 0, 0, 1, len(at)]) + at + body


def wrapped(apdu: bytes) -> bytes:
    return struct.pack(">4H", 1, 1, 16, len(apdu)) + apdu


def framed(apdu: bytes, *, segmented: bool = False, llc: bytes = b"\xe6\xe7\x00") -> bytes:
    frame = UnnumberedInformationFrame(
        destination_address=HdlcAddress(16, address_type="client"),
        source_address=HdlcAddress(1, address_type="server"),
        payload=llc + apdu,
        segmented=segmented,
    )
    return bytes(frame.to_bytes())


def test_values_are_found_by_their_codes_in_either_form() -> None:
    _, scaled = read_notification(notification(WITH_SCALERS))
    _, plain = read_notification(notification(IN_ONE_LIST))

    assert obis_values(scaled) == {
        "0-0:96.1.0.255": "MTR00042", "1-0:1.7.0.255": 1234.5, "1-0:1.8.0.255": 987_650.0,
    }  # fmt: skip
    assert obis_values(plain)["1-0:1.7.0.255"] == 1_234


def test_the_time_is_the_meters_with_its_zone() -> None:
    at, _ = read_notification(notification(IN_ONE_LIST))
    none, _ = read_notification(notification(IN_ONE_LIST, at=b""))

    assert at is not None
    assert at.astimezone(UTC) == datetime(2030, 7, 1, 8, tzinfo=UTC)
    assert none is None


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_frames_and_wrappers_are_cut_however_they_come(size: int) -> None:
    apdu = notification(WITH_SCALERS)
    half = len(apdu) // 2
    stream = (
        wrapped(apdu) + framed(apdu) + framed(apdu)[:-1] + framed(apdu)
        + framed(apdu[:half], segmented=True) + framed(apdu[half:], llc=b"") + wrapped(apdu)
    )  # fmt: skip
    reader, found = FrameReader(), []

    for at in range(0, len(stream), size):
        found += reader.feed(stream[at : at + size])

    assert found == [apdu] * 6


def test_a_damaged_frame_is_told_and_the_next_one_read() -> None:
    apdu = notification(WITH_SCALERS)
    damaged = bytearray(framed(apdu))
    damaged[40] ^= 0xFF
    reader = FrameReader()

    with pytest.raises(Unfit, match="damaged"):
        list(reader.feed(bytes(damaged) + framed(apdu)))
    assert list(reader.feed(b"")) == [apdu]
    with pytest.raises(Unfit, match="neither"):
        list(reader.feed(b"GET / HTTP/1.1\r\n"))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    reader = FrameReader()
    for part in (content, b"\x7e" + content, b"\x00\x01\x00\x01\x00\x10\x00\x05" + content):
        with suppress(Unfit):
            for apdu in reader.feed(part):
                obis_values(read_notification(apdu)[1])


@given(st.binary(max_size=60))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    with suppress(Unfit):
        obis_values(read_notification(notification(body))[1])


def test_what_is_ciphered_or_something_else_is_refused() -> None:
    for content, why in (
        (b"\xdb\x08", "ciphered"),
        (b"\xc4\x01", "no data notification"),
        (b"", "no data"),
    ):
        with pytest.raises(Unfit, match=why):
            read_notification(content)


def test_a_meter_that_pushes_becomes_samples(tmp_path: Path) -> None:
    port, outbox, said = free_port(), Outbox(tmp_path / "outbox.sqlite"), []
    meter = {"entity": "urn:meter:{meter}", "type": "ThreePhaseAcMeasurement"}
    source = DlmsSource.model_validate(
        {
            "name": "meters", "dlms": f"127.0.0.1:{port}",
            "points": [
                {"value": "1-0:1.7.0.255", "attribute": "totalActivePower", "unit": "WTT", **meter},
                {"value": "1.8.0", "attribute": "totalActiveEnergyImport", "from_unit": "WHR", "unit": "KWH", **meter},
            ],
        }
    )  # fmt: skip

    async def run() -> None:
        taking = Taking(gateway="g", outbox=outbox, say=said.append)
        running = asyncio.ensure_future(run_dlms(source, taking))
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    break
                except OSError:
                    await asyncio.sleep(0.01)
            apdu = notification(WITH_SCALERS)
            writer.write(b"noise" + framed(apdu) + b"\x00\x02wrong" + wrapped(apdu))
            await writer.drain()
            await until(lambda: len(outbox) > 0)
            writer.close()
            await writer.wait_closed()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())

    samples = [sample for _, body in outbox.peek(9) for sample in unpack(body)]
    assert [(one.entity, one.attribute, one.value) for one in samples[:2]] == [
        ("urn:meter:MTR00042", "totalActivePower", 1234.5),
        ("urn:meter:MTR00042", "totalActiveEnergyImport", 987.65),
    ]
    assert samples[0].at_us == int(datetime(2030, 7, 1, 8, tzinfo=UTC).timestamp() * 1e6)
    assert "neither a wrapper nor a frame" in said[0]
    outbox.close()
