"""
Modbus devices over TCP, and inverters and meters that speak SunSpec.

Registers that stand near each other are read together. SunSpec models are found by walking their
chain from the marker; the places of their points are in `data/sunspec.csv`.
"""

from __future__ import annotations

import asyncio
import csv
import logging
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bunyad.errors import InputError, SourceError
from bunyad.operate.records.times import now_us
from bunyad.operate.south.extra import load_extra
from bunyad.operate.south.mapping import Unfit, samples_from
from bunyad.operate.south.sources import ModbusSource, Register
from bunyad.operate.south.taking import Taking

__all__ = ["ModbusReader", "SunSpecPoint", "number_of", "run_modbus", "sunspec_points"]

KINDS = {
    "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q",
    "float32": "f", "float64": "d", "acc32": "I", "sf": "h",
}  # fmt: skip
"""How words are read: letters of `struct`."""
MISSING = {"int16": -32_768, "uint16": 0xFFFF, "sf": -32_768}
"""What SunSpec devices tell of points that they do not have."""
TOGETHER, APART = 120, 8
"""Registers read at once at most, and unwanted ones read along at most."""
MARKER = (0x5375, 0x6E53)  # "SunS"
BASES = (40_000, 50_000, 0)
LAST_MODEL, MOST_MODELS = 0xFFFF, 100
DIGITS = 10

Read = Callable[[str, int, int], Awaitable[Sequence[int]]]
"""Reads registers: table, first, how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunSpecPoint:
    """Where a point of a SunSpec model stands."""

    offset: int
    """Registers after the model's head."""
    kind: str
    scale: str
    """Point that holds the power of ten, or nothing."""


@cache
def sunspec_points() -> Mapping[int, Mapping[str, SunSpecPoint]]:
    """
    Return the points of each SunSpec model that is known.

    Examples
    --------
    >>> sunspec_points()[103]["W"].offset
    12
    """
    path = resources.files("bunyad.operate.south").joinpath("data", "sunspec.csv")
    models: dict[int, dict[str, SunSpecPoint]] = {}
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        point = SunSpecPoint(offset=int(row["offset"]), kind=row["kind"], scale=row["scale"])
        for model in row["models"].split():
            models.setdefault(int(model), {})[row["name"]] = point
    return models


def number_of(registers: Sequence[int], kind: str, *, words: str = "big") -> float | int:
    """
    Return the number that registers hold.

    Parameters
    ----------
    registers
        Their values.
    kind
        A key of `KINDS`.
    words
        Which register comes first: big or little.

    Examples
    --------
    >>> number_of([0x41AC, 0x0000], "float32")
    21.5
    """
    ordered = list(registers) if words == "big" else list(reversed(registers))
    content = struct.pack(f">{len(ordered)}H", *ordered)
    value: float | int = struct.unpack(f">{KINDS[kind]}", content)[0]
    return float(f"{value:.7g}") if kind == "float32" else value


def size_of(kind: str) -> int:
    """Return how many registers a kind has."""
    return max(struct.calcsize(KINDS[kind]) // 2, 1) if kind in KINDS else 1


class ModbusReader:
    """
    Reads the points of a device.

    Parameters
    ----------
    source
        Device and points.
    read
        Reads registers.
    """

    def __init__(self, source: ModbusSource, read: Read) -> None:
        self._source, self._read = source, read
        self._models: dict[int, int] | None = None

    async def values(self) -> dict[str, Any]:
        """
        Return the values of the points, by their names.

        Raises
        ------
        Unfit
            If a value is none, or the device has no such SunSpec model.
        """
        found = await self._registers(
            [one for one in self._source.points if isinstance(one, Register)]
        )
        if self._source.sunspec:
            found |= await self._sunspec()
        return found

    async def _registers(self, points: Sequence[Register]) -> dict[str, Any]:
        """Return the values of points that say where they stand."""
        found: dict[str, Any] = {}
        for table in dict.fromkeys(point.table for point in points):
            mine = [point for point in points if point.table == table]
            spans = [(one.address, size_of(one.kind)) for one in mine]
            words = await self._words(table, spans)
            for point in mine:
                cells = [words[point.address + n] for n in range(size_of(point.kind))]
                if table in {"coil", "discrete"} or point.kind == "bool":
                    found[point.value] = bool(cells[0])
                else:
                    found[point.value] = number_of(cells, point.kind, words=point.words)
        return found

    async def _words(self, table: str, spans: Iterable[tuple[int, int]]) -> dict[int, int]:
        """Return registers by address, read in as few requests as may be."""
        words: dict[int, int] = {}
        for first, count in _together(sorted(spans)):
            values = await self._read(table, first, count)
            if len(values) < count:
                raise Unfit(f"the device gave {len(values)} of {count} registers")
            words |= dict(zip(range(first, first + count), values, strict=False))
        return words

    async def _sunspec(self) -> dict[str, Any]:
        """Return the values of points that are told as MODEL.NAME."""
        if self._models is None:
            self._models = await self._chain()
        found: dict[str, Any] = {}
        wanted = [one.value for one in self._source.points if not isinstance(one, Register)]
        for number in dict.fromkeys(_model_of(value) for value in wanted):
            start = self._models.get(number)
            if start is None:
                told = ", ".join(map(str, self._models)) or "none"
                raise Unfit(f"the device has no SunSpec model {number}; it has {told}")
            points = sunspec_points()[number]
            names = [value.split(".", 1)[1] for value in wanted if _model_of(value) == number]
            needed = {name: points[name] for name in names}
            needed |= {one.scale: points[one.scale] for one in needed.values() if one.scale}
            spans = [(start + one.offset, size_of(one.kind)) for one in needed.values()]
            words = await self._words("holding", spans)
            for name in names:
                value = _scaled(points, name, start, words)
                if value is not None:
                    found[f"{number}.{name}"] = value
        return found

    async def _chain(self) -> dict[int, int]:
        """Return where the points of each model begin, by the chain of models."""
        for base in BASES:
            try:
                marker = await self._read("holding", base, len(MARKER))
            except Unfit:
                continue
            if tuple(marker) == MARKER:
                return await self._models_from(base + len(MARKER))
        raise Unfit("the device has no SunSpec marker")

    async def _models_from(self, at: int) -> dict[int, int]:
        """Return where the points of each model begin, from the first model on."""
        models: dict[int, int] = {}
        for _ in range(MOST_MODELS):
            number, length = await self._read("holding", at, 2)
            if number == LAST_MODEL:
                break
            models.setdefault(int(number), at + 2)
            at += 2 + int(length)
        return models


def _model_of(value: str) -> int:
    """Return the model of a value told as MODEL.NAME."""
    number, _, name = value.partition(".")
    if not number.isdigit() or name not in sunspec_points().get(int(number), {}):
        raise InputError(
            f"there is no SunSpec point {value!r} that we know", where="sources",
            mend="write MODEL.NAME, such as 103.W; see data/sunspec.csv, or give an address",
        )  # fmt: skip
    return int(number)


def _scaled(
    points: Mapping[str, SunSpecPoint], name: str, start: int, words: Mapping[int, int]
) -> float | int | None:
    """Return a value with its power of ten, or None where the device does not have it."""

    def raw(point: SunSpecPoint) -> float | int:
        first = start + point.offset
        return number_of([words[first + n] for n in range(size_of(point.kind))], point.kind)

    point = points[name]
    value = raw(point)
    is_missing = value == MISSING.get(point.kind) or value != value  # noqa: PLR0124  (NaN)
    if is_missing:
        return None
    if not point.scale:
        return value
    power = raw(points[point.scale])
    if not -DIGITS <= power <= DIGITS:
        return None
    return round(value * 10.0**power, DIGITS)


def _together(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """
    Return first and count of the requests that read spans of registers.

    Examples
    --------
    >>> _together([(0, 2), (4, 1), (200, 2)])
    [(0, 5), (200, 2)]
    """
    found: list[tuple[int, int]] = []
    for first, count in spans:
        if found:
            start, size = found[-1]
            end = max(start + size, first + count)
            if first <= start + size + APART and end - start <= TOGETHER:
                found[-1] = (start, end - start)
                continue
        found.append((first, count))
    return found


async def run_modbus(source: ModbusSource, taking: Taking) -> None:
    """
    Read a device again and again, until cancelled.

    Parameters
    ----------
    source
        Device and points.
    taking
        Where samples go.
    """
    library = load_extra("pymodbus.client", what="a Modbus source")
    errors = load_extra("pymodbus.exceptions", what="a Modbus source")
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # we tell it ourselves
    client = library.AsyncModbusTcpClient(
        source.modbus, port=source.port, timeout=source.timeout_s, retries=1
    )
    reads = {
        "holding": client.read_holding_registers,
        "input": client.read_input_registers,
        "coil": client.read_coils,
        "discrete": client.read_discrete_inputs,
    }

    async def read(table: str, first: int, count: int) -> Sequence[int]:
        answer = await reads[table](first, count=count, device_id=source.unit_id)
        if answer.isError():
            raise Unfit(f"the device refuses {table} {first} to {first + count - 1}")
        found: Sequence[int] = answer.registers if table in {"holding", "input"} else answer.bits
        return found

    async def connect() -> None:
        if not await client.connect():
            raise SourceError(
                "the device does not answer", where=f"{source.modbus}:{source.port}",
                mend="switch it on, or mend its address",
            )  # fmt: skip

    reader = ModbusReader(source, read)
    try:
        while True:
            if not client.connected:
                await taking.connected(source.name, connect)
            try:
                values = await reader.values()
                samples = samples_from(
                    values, source.points, at_us=now_us(), names={"host": source.modbus}
                )
                await taking.keep(source.name, samples)
            except Unfit as error:
                taking.refuse(source.name, str(error))
            except (errors.ModbusException, OSError) as error:
                taking.refuse(source.name, f"the device does not answer ({error})")
                client.close()
            await asyncio.sleep(source.every_s)
    finally:
        client.close()
