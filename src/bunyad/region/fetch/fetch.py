"""Front door: from a box on the map to the files of a region folder."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import geopandas as gpd

from bunyad.errors import BunyadError, Fault, InputError, OutputError, SourceError
from bunyad.region.fetch.box import Box
from bunyad.region.fetch.client import Client
from bunyad.region.fetch.constants import services
from bunyad.region.fetch.job import FetchReport, FetchRequest, Job, Made, Written
from bunyad.region.fetch.layers import FETCHERS
from bunyad.region.fetch.record import RegionRecord
from bunyad.region.file import FILE_NAME, LayerEntry
from bunyad.region.folder import file_hash


def fetch_region(request: FetchRequest, client: Client) -> FetchReport:
    """
    Fetch layers of a box into a region folder, new or existing.

    Each layer is written beside and moved into place when it is whole, with its entry in
    `region.yaml`; what a failing service would have replaced stays. The other layers are fetched
    all the same.

    Parameters
    ----------
    request
        Folder, box, layers and their sources.
    client
        How services are asked: transport, cache, patience.

    Returns
    -------
    FetchReport
        What was written and what remains to be typed.

    Raises
    ------
    InputError
        If the request is wrong; nothing is fetched then.
    SourceError
        Naming every layer whose service did not answer, after the others have been written.
    """
    sources = _check_request(request)
    record = _open_record(request)
    box = request.box or _box_of(record)
    written: list[Written] = []
    failed: list[tuple[str, BunyadError]] = []
    for key in (key for key in FETCHERS if key in request.layers):
        client.say(f"{key}: from {sources[key]}")
        try:
            written.append(_fetch_layer(key, sources[key], record, (request, client, box)))
        except (SourceError, InputError) as error:
            failed.append((key, error))
    if failed:
        done = ", ".join(layer.key for layer in written)
        kept = f"\nFetched and written: {done}." if done else ""
        texts = "\n".join(f"{key}: {error}" for key, error in failed)
        if all(isinstance(error, InputError) for _, error in failed) and not written:
            raise InputError.of(
                fault
                for _, error in failed
                if isinstance(error, InputError)
                for fault in error.faults
            )
        raise SourceError.told(texts + kept)
    return FetchReport(folder=request.folder, written=tuple(written), remaining=record.remaining())


def _check_request(request: FetchRequest) -> dict[str, str]:
    """Return the source of each layer; name every unknown layer and source."""
    faults = [
        Fault(
            "--layers", f"there is no layer {key!r} to fetch", f"give some of {', '.join(FETCHERS)}"
        )
        for key in request.layers
        if key not in FETCHERS
    ]
    if not request.layers:
        faults.append(Fault("--layers", "no layer is named", f"give some of {', '.join(FETCHERS)}"))
    for key, source in request.sources.items():
        if key not in FETCHERS or source not in FETCHERS[key].sources:
            known = ", ".join(FETCHERS[key].sources) if key in FETCHERS else ""
            mend = f"give one of {known}" if known else f"give a layer of {', '.join(FETCHERS)}"
            faults.append(Fault("--source", f"{key} cannot come from {source!r}", mend))
    if request.name and not re.fullmatch("[a-z0-9-]+", request.name):
        faults.append(
            Fault("--name", f"the name is {request.name!r}", "give small letters, digits, hyphens")
        )
    if faults:
        raise InputError.of(faults)
    usual = {key: next(iter(fetcher.sources)) for key, fetcher in FETCHERS.items()}
    return {**usual, **request.sources}


def _open_record(request: FetchRequest) -> RegionRecord:
    """Return the folder's `region.yaml`; start one in a new folder."""
    if (request.folder / FILE_NAME).exists():
        return RegionRecord(request.folder)
    if request.box is None:
        raise InputError(
            "a new region needs a box", where="--bbox", mend="give west, south, east and north"
        )
    name = request.name or re.sub("[^a-z0-9]+", "-", request.folder.resolve().name.lower())
    crs = request.box.utm_crs() if request.crs == "auto" else request.crs
    try:
        request.folder.mkdir(parents=True, exist_ok=True)
        return RegionRecord.start(request.folder, name=name.strip("-") or "region", crs=crs)
    except OSError as error:
        raise OutputError(
            f"the folder cannot be written ({error})",
            where=str(request.folder),
            mend="choose another folder",
        ) from None


def _box_of(record: RegionRecord) -> Box:
    """Return the box of the folder's districts."""
    path = record.path.parent / (record.file_of("districts") or "districts.geojson")
    if not path.is_file():
        raise InputError(
            "the folder has no districts to take the box from",
            where="--bbox",
            mend="give west, south, east and north",
        )
    west, south, east, north = gpd.read_file(path).to_crs(4326).total_bounds
    return Box(west=float(west), south=float(south), east=float(east), north=float(north))


def _terrain_box(record: RegionRecord, box: Box) -> Box:
    """Return the box that the region's terrain grid reaches over, with a cell to spare."""
    margin = record.number("margin_km") * 1_000 + 2 * record.number("cell_size_m")
    return box.around(str(record.content.get("crs") or box.utm_crs()), margin_m=margin)


def _fetch_layer(
    key: str, source: str, record: RegionRecord, task: tuple[FetchRequest, Client, Box]
) -> Written:
    """Fetch one layer into the folder and write its entry."""
    request, client, box = task
    folder = request.folder
    fetcher, service = FETCHERS[key], services()[source]
    file = record.file_of(key)
    if Path(file).suffix != Path(fetcher.file).suffix or Path(file).name != file:
        file = fetcher.file
    files = {
        name: folder / record.file_of(name)
        for name in FETCHERS
        if record.file_of(name) and (folder / record.file_of(name)).is_file()
    }
    try:
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as beside:
            target = Path(beside) / fetcher.file
            made: Made = fetcher.sources[source](
                Job(
                    client=client,
                    request=request,
                    box=box,
                    wide=_terrain_box(record, box),
                    cell_m=record.number("cell_size_m"),
                    title=record.title,
                    target=target,
                    layer_file=files,
                )
            )
            digest = file_hash(target)
            entry = LayerEntry.model_validate(
                {
                    "file": file,
                    "origin": service.origin,
                    "source": f"{service.title}, fetched {client.today():%Y-%m-%d}",
                    "licence": service.licence,
                    "note": f"{service.note} {made.note}".strip(),
                    "sha256": digest,
                }
            )
            record.set_layer(key, entry)
            target.replace(folder / file)
        record.save()
    except OSError as error:
        raise OutputError(
            f"the layer {key} cannot be written ({error})",
            where=str(folder),
            mend="free space or check permissions; the last good layer stays",
        ) from None
    return Written(key=key, file=file, service=source, licence=service.licence, sha256=digest)
