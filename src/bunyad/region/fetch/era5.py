"""
ERA5 from ECMWF's geo-chunked Zarr store, read chunk by chunk through the transport.

ECMWF, "ERA5 hourly Analysis Ready Cloud Optimised (ARCO) data on single levels": long series of a
small area need few chunks there. (Google's ARCO-ERA5 keeps one hour of the whole globe in a chunk:
a year of five variables would be some 180 GB whatever the box.) The store asks for the free key of
the Climate Data Store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from zarr.abc.store import (
    ByteRequest,
    OffsetByteRequest,
    RangeByteRequest,
    Store,
    SuffixByteRequest,
)

from bunyad.errors import InputError, SourceError
from bunyad.region.fetch.client import Client, Want
from bunyad.region.fetch.constants import Service, services
from bunyad.region.fetch.job import Job
from bunyad.region.weather.era5 import grid_series, tidy_era5
from bunyad.region.weather.series import WeatherSeries

if TYPE_CHECKING:
    from zarr.core.buffer import Buffer, BufferPrototype

STORE = (
    "https://arco.datastores.ecmwf.int/cadl-arco-geo-002/arco/"
    "reanalysis_era5_single_levels/sfc/geoChunked.zarr"
)
ABSENT = frozenset({404})
VARIABLES = ("ssrd", "fdir", "t2m", "u100", "v100", "z")


class ChunkStore(Store):
    """A read-only Zarr store whose files come through the polite client."""

    def __init__(self, client: Client, service: Service, url: str, key: str) -> None:
        super().__init__(read_only=True)
        self._client, self._service, self._url, self._key = client, service, url, key
        self._turn = asyncio.Lock()

    def __eq__(self, other: object) -> bool:
        """Two stores are the same if they read the same place."""
        return isinstance(other, ChunkStore) and other._url == self._url

    __hash__ = None  # type: ignore[assignment]

    @property
    def supports_writes(self) -> bool:
        """Nothing can be written."""
        return False

    @property
    def supports_deletes(self) -> bool:
        """Nothing can be deleted."""
        return False

    @property
    def supports_listing(self) -> bool:
        """Object stores behind HTTP have no listing; the consolidated metadata has."""
        return False

    def _read(self, key: str) -> bytes | None:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        want = Want(service=self._service, url=f"{self._url}/{key}", headers=headers, absent=ABSENT)
        path = self._client.fetch(want)
        return None if path is None else path.read_bytes()

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """Return one file of the store, or a part of it; None where it is not there."""
        async with self._turn:
            content = self._read(key)
        if content is None:
            return None
        if isinstance(byte_range, RangeByteRequest):
            content = content[byte_range.start : byte_range.end]
        elif isinstance(byte_range, OffsetByteRequest):
            content = content[byte_range.offset :]
        elif isinstance(byte_range, SuffixByteRequest):
            content = content[-byte_range.suffix :]
        return prototype.buffer.from_bytes(content)

    async def get_partial_values(
        self,
        prototype: BufferPrototype,
        key_ranges: Iterable[tuple[str, ByteRequest | None]],
    ) -> list[Buffer | None]:
        """Return parts of several files."""
        return [await self.get(key, prototype, part) for key, part in key_ranges]

    async def exists(self, key: str) -> bool:
        """Tell whether a file is there."""
        return self._read(key) is not None

    async def set(self, key: str, value: Buffer) -> None:
        """Refuse to write."""
        raise PermissionError(f"{key}: the store is read-only ({value!r})")

    async def delete(self, key: str) -> None:
        """Refuse to delete."""
        raise PermissionError(f"{key}: the store is read-only")

    async def _nothing(self) -> AsyncIterator[str]:
        empty: tuple[str, ...] = ()
        for key in empty:
            yield key

    def list(self) -> AsyncIterator[str]:
        """List nothing: see `supports_listing`."""
        return self._nothing()

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:  # noqa: ARG002
        """List nothing: see `supports_listing`."""
        return self._nothing()

    def list_dir(self, prefix: str) -> AsyncIterator[str]:  # noqa: ARG002
        """List nothing: see `supports_listing`."""
        return self._nothing()


def read_era5_store(job: Job, year: int) -> list[WeatherSeries]:
    """Read one year of the box from the store, one series a grid point."""
    service = services()["era5"]
    key = job.request.secrets.get("era5", "")
    if not key:
        raise InputError(
            "the key of the Climate Data Store is missing",
            where="BUNYAD_CDS_KEY",
            mend="make a free account at cds.climate.copernicus.eu, accept the terms of ERA5 and "
            "set the key, or choose --source climate=open-meteo",
        )
    where = f"{service.name} ({STORE})"
    try:
        store: Any = ChunkStore(job.client, service, STORE, key)
        with xr.open_zarr(store, consolidated=True, chunks=None) as opened:
            return grid_series(_cut(job, opened, year, where), where=where)
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(
            f"the Zarr store cannot be read ({error})",
            where=where,
            mend="try again later or choose --source climate=open-meteo",
        ) from None
    except InputError as error:
        raise SourceError(
            error.faults[0].what, where=where, mend="choose --source climate=open-meteo"
        ) from None


def _cut(job: Job, opened: xr.Dataset, year: int, where: str) -> xr.Dataset:
    """Load the box and the year, with the first hour of the next for sums that end in it."""
    data = tidy_era5(opened)
    data = data[[name for name in VARIABLES if name in data]]
    spacing = services()["era5"].spacing_degrees
    west, south, east, north = job.box.bounds
    lats, lons = data["lat"].to_numpy(), data["lon"].to_numpy()
    shifted = lons if lons.min() < 0 else np.where(lons > 180, lons - 360, lons)
    rows = np.flatnonzero((lats >= south - spacing) & (lats <= north + spacing))
    columns = np.flatnonzero((shifted >= west - spacing) & (shifted <= east + spacing))
    times = data["time"].to_numpy()
    first, last = np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01")
    hours = np.flatnonzero((times >= first) & (times <= last))
    if not rows.size or not columns.size or not hours.size:
        raise InputError(f"it does not hold {year} and the box", where=where, mend="another year")
    wide = {"lat": _span(rows), "lon": columns, "time": _span(hours)}
    return data.isel({name: part for name, part in wide.items() if name in data.dims}).load()


def _span(indices: np.ndarray[Any, np.dtype[np.int64]]) -> slice:
    return slice(int(indices[0]), int(indices[-1]) + 1)
