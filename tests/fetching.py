"""A network that is not there: recorded-form answers behind the transport of the fetchers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from bunyad.region.fetch import Cache, Client, Response, TransportError

Answer = Response | Callable[[str, Mapping[str, str], tuple[int, int | None] | None], Response]
TODAY = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def answer(
    body: bytes | str = b"", *, status: int = 200, breaks_at: int | None = None, **headers: str
) -> Response:
    """Return an answer; `breaks_at` cuts the line after so many bytes."""
    content = body.encode() if isinstance(body, str) else body

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(content), 1_000):
            piece = content[start : start + 1_000]
            if breaks_at is not None and start + len(piece) > breaks_at:
                yield piece[: breaks_at - start]
                raise TransportError("ReadError: connection reset")
            yield piece

    known = {"content-length": str(len(content))}
    known |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=known, chunks=chunks())


def served(content: bytes, *, etag: str = '"v1"') -> Answer:
    """Return what a server with range requests answers for a file."""

    def serve(_url, headers, byte_range):
        if byte_range is None or headers.get("If-Range", etag) != etag:
            return answer(content, etag=etag)
        first, last = byte_range
        if first >= len(content):
            return answer(status=416)
        last = len(content) - 1 if last is None else min(last, len(content) - 1)
        spread = f"bytes {first}-{last}/{len(content)}"
        part = content[first : last + 1]
        return answer(part, status=206, etag=etag, content_range=spread)

    return serve


class Net:
    """A transport that answers by the beginning of a URL, and notes what it was asked."""

    def __init__(self, answers: Mapping[str, Answer | list[Answer]] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[tuple[str, dict[str, str], tuple[int, int | None] | None]] = []

    def get(self, url, headers, byte_range):
        self.asked.append((url, dict(headers), byte_range))
        fitting = [start for start in self.answers if url.startswith(start)]
        if not fitting:
            return answer("not here", status=404)
        found = self.answers[max(fitting, key=len)]
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Response):
            return found
        return found(url, headers, byte_range)

    @property
    def urls(self) -> list[str]:
        return [url for url, _, _ in self.asked]


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds


def client(net: Net, folder: Path, clock: Clock | None = None, **fields) -> Client:
    """Return a client that never waits."""
    clock = clock or Clock()
    return Client(
        transport=net,
        cache=Cache(folder),
        sleep=clock.sleep,
        now=clock.now,
        today=lambda: TODAY,
        **fields,
    )


def geotiff(values: np.ndarray, *, west: float, north: float, degrees: float, nodata=None) -> bytes:
    """Return a GeoTIFF in EPSG:4326 that spans `degrees` from west to east."""
    rows, columns = values.shape
    cell = degrees / columns
    profile = {
        "driver": "GTiff", "height": rows, "width": columns, "count": 1,
        "dtype": values.dtype.name, "crs": "EPSG:4326",
        "transform": from_origin(west, north, cell, cell), "nodata": nodata,
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(values, 1)
        return bytes(memory.read())


def read_raster(path: Path):
    """Return values and bounds of a raster."""
    with rasterio.open(path) as source:
        return source.read(1, masked=True), source.bounds
