"""
Electricity meters that push DLMS/COSEM data notifications over TCP.

Takes them in the wrapper of IEC 62056-47 or in HDLC frames (IEC 62056-46), in clear. Values are
named by their OBIS code (`1-0:1.7.0.255`, or `1.7.0` for short): in a notification the code stands
before its value, and behind it scaler and unit where the meter tells them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from bunyad.operate.records.times import now_us
from bunyad.operate.south.axdr import read_data
from bunyad.operate.south.extra import load_extra
from bunyad.operate.south.listening import listen_at
from bunyad.operate.south.mapping import Unfit, samples_from
from bunyad.operate.south.sample import Sample
from bunyad.operate.south.sources import DlmsSource
from bunyad.operate.south.taking import Taking

__all__ = ["FrameReader", "obis_values", "read_notification", "run_dlms"]

FLAG, FORMAT = 0x7E, 0xA0
LLC = b"\xe6\xe7\x00"
"""Header of HDLC's link layer, from the meter."""
WRAPPER_VERSION, WRAPPER_BYTES = b"\x00\x01", 8
NOTIFICATION, CIPHERED = 0x0F, {0xDB, 0xDC, 0xDD}
LONGEST = 65_536
"""Longest frame or notification [bytes]."""
CLOCK = "0-0:1.0.0.255"
SERIALS = ("0-0:96.1.0.255", "1-1:0.0.5.255", "1-0:0.0.5.255", "0-0:42.0.0.255")
"""Codes under which meters tell who they are."""
OBIS_BYTES = 6
READ_BYTES, SILENT_S = 4_096, 3_600.0


class FrameReader:
    """Cuts the bytes of a connection into notifications."""

    def __init__(self) -> None:
        self._buffer = b""
        self._segments = b""
        self._hdlc = load_extra("dlms_cosem.hdlc.frames", what="a DLMS source")
        self._wrapper = load_extra("dlms_cosem.protocol.wrappers", what="a DLMS source")

    def feed(self, content: bytes) -> Iterator[bytes]:
        """
        Give the notifications that are whole now.

        Raises
        ------
        Unfit
            If what came is neither a wrapper nor a frame, or a frame is damaged; what stands
            before the next flag is dropped.
        """
        self._buffer += content
        while self._buffer:
            found = self._hdlc_frame() if self._buffer[0] == FLAG else self._wrapped()
            if found is None:
                if len(self._buffer) > LONGEST:
                    self._buffer = b""
                    raise Unfit("a frame is too long")
                return
            if found:
                yield found

    def _wrapped(self) -> bytes | None:
        """Return what is in the next wrapper, or None where it is not whole yet."""
        if len(self._buffer) < WRAPPER_BYTES:
            if not WRAPPER_VERSION.startswith(self._buffer[:2]):
                self._drop()
            return None
        if self._buffer[:2] != WRAPPER_VERSION:
            self._drop()
        header = self._wrapper.WrapperHeader.from_bytes(self._buffer[:WRAPPER_BYTES])
        end = WRAPPER_BYTES + int(header.length)
        if len(self._buffer) < end:
            return None
        content, self._buffer = self._buffer[WRAPPER_BYTES:end], self._buffer[end:]
        return content

    def _hdlc_frame(self) -> bytes | None:
        """Return what the next frame completes, nothing for a segment, None if it is not whole."""
        if len(self._buffer) < 3:
            return None
        if self._buffer[1] & 0xF0 != FORMAT:  # the end of the last frame
            self._buffer = self._buffer[1:]
            return b""
        end = int.from_bytes(self._buffer[1:3], "big") % 2_048 + 2  # flags do not count
        if len(self._buffer) < end:
            return None
        raw = self._buffer[:end]
        self._buffer = self._buffer[end - 1 :]  # its last flag may be the first of the next
        try:
            frame = self._hdlc.UnnumberedInformationFrame.from_bytes(raw)
        except Exception as error:  # noqa: BLE001  (the library raises of many kinds)
            self._segments = b""
            raise Unfit(f"a frame is damaged ({error})") from None
        self._segments += bytes(frame.information)
        if frame.segmented:
            return b""
        content, self._segments = self._segments, b""
        return content.removeprefix(LLC)

    def _drop(self) -> None:
        """Drop what is no frame, up to the next flag."""
        at = self._buffer.find(bytes([FLAG]), 1)
        self._buffer = self._buffer[at:] if at > 0 else b""
        raise Unfit("what comes is neither a wrapper nor a frame of HDLC")


def read_notification(content: bytes) -> tuple[datetime | None, Any]:
    """
    Return the time and the data of a notification.

    Parameters
    ----------
    content
        A data-notification APDU.

    Raises
    ------
    Unfit
        If it is none, or is ciphered.
    """
    if content[:1] and content[0] in CIPHERED:
        raise Unfit("the notification is ciphered; switch the meter's push to clear text")
    if not content or content[0] != NOTIFICATION:
        raise Unfit("it is no data notification")
    xdlms = load_extra("dlms_cosem.protocol.xdlms", what="a DLMS source")
    try:
        notification = xdlms.DataNotification.from_bytes(content)
    except Exception as error:  # noqa: BLE001  (the library raises of many kinds)
        raise Unfit(f"the notification is damaged ({error or type(error).__name__})") from None
    return notification.date_time, read_data(notification.body)


def obis_values(data: Any) -> dict[str, Any]:
    """
    Return the values of a notification's data by their OBIS codes.

    Parameters
    ----------
    data
        Nested lists of plain values, as the library reads them.

    Examples
    --------
    >>> obis_values([[bytes([1, 0, 1, 7, 0, 255]), 1234, [-1, 27]]])
    {'1-0:1.7.0.255': 123.4}
    """
    values: dict[str, Any] = {}
    _walk(data, values)
    return values


def _walk(data: Any, values: dict[str, Any]) -> None:
    """Take the codes and values of a list, and of the lists in it."""
    if not isinstance(data, list):
        return
    at = 0
    while at < len(data):
        code = _code(data[at])
        if code is None or at + 1 >= len(data) or isinstance(data[at + 1], list):
            _walk(data[at], values)
            at += 1
            continue
        value, at = data[at + 1], at + 2
        if at < len(data) and _is_scaler(data[at]):
            if isinstance(value, int | float):
                value = float(f"{value * 10.0 ** data[at][0]:.12g}")
            at += 1
        values[code] = _plain(value)


def _code(value: Any) -> str | None:
    """Return the OBIS code of six bytes, or None."""
    if not isinstance(value, bytes | bytearray) or len(value) != OBIS_BYTES:
        return None
    a, b, c, d, e, f = value
    return f"{a}-{b}:{c}.{d}.{e}.{f}"


def _is_scaler(value: Any) -> bool:
    """Tell whether a value is scaler and unit."""
    is_pair = isinstance(value, list) and len(value) == 2
    return is_pair and all(isinstance(one, int) for one in value) and -12 <= value[0] <= 12


def _plain(value: Any) -> Any:
    """Return a value as attributes have it."""
    if isinstance(value, bytes | bytearray):
        with suppress(UnicodeDecodeError):
            text = bytes(value).decode("ascii")
            if text.isprintable():
                return text
        return bytes(value).hex()
    return value


def samples_of(
    source: DlmsSource, at: datetime | None, values: Mapping[str, Any], peer: str
) -> list[Sample]:
    """
    Return the samples of a notification.

    The time is the meter's where it tells a zone with it, else that of arrival.

    Parameters
    ----------
    source
        Points; {meter} is what the meter calls itself, {host} its address.
    at
        Time of the notification.
    values
        Values by OBIS code.
    peer
        Address that it came from.

    Raises
    ------
    Unfit
        If a value or name does not fit.
    """
    at_us = round(at.timestamp() * 1e6) if at is not None and at.tzinfo else now_us()
    names = {"host": peer}
    serial = next((values[code] for code in SERIALS if code in values), None)
    if serial is not None:
        names["meter"] = str(serial)
    return samples_from(
        {**values, **_short(values, [point.value for point in source.points])},
        source.points, at_us=at_us, names=names,
    )  # fmt: skip


def _short(values: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """Return values by the short codes that are wanted."""
    by_middle = {code.partition(":")[2].rpartition(".")[0]: one for code, one in values.items()}
    return {short: by_middle[short] for short in wanted if short in by_middle}


async def run_dlms(source: DlmsSource, taking: Taking) -> None:
    """
    Take the notifications of meters until cancelled.

    Parameters
    ----------
    source
        Address to listen at, and points.
    taking
        Where samples go.
    """
    FrameReader()  # tells at once where the library is not there

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("unknown",))[0])
        frames = FrameReader()
        try:
            while content := await asyncio.wait_for(reader.read(READ_BYTES), SILENT_S):
                await _take_frames(frames, content, source, taking, peer)
        except (OSError, TimeoutError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(take, sock=listen_at(source.dlms, "dlms"))
    try:
        await asyncio.Event().wait()
    finally:
        server.close()


async def _take_frames(
    frames: FrameReader, content: bytes, source: DlmsSource, taking: Taking, peer: str
) -> None:
    """Keep what is whole now; what is damaged is told, and the rest goes on."""
    rest = content
    while True:
        try:
            for told in frames.feed(rest):
                at, data = read_notification(told)
                await taking.keep(source.name, samples_of(source, at, obis_values(data), peer))
        except Unfit as error:
            taking.refuse(source.name, f"{peer}: {error}")
            rest = b""
        else:
            return
