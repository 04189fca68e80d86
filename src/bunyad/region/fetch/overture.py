"""
Overture Maps: GeoParquet in an open AWS bucket, read part by part through the transport.

`stac.overturemaps.org/catalog.json` names the latest release and `<release>/collections.parquet`
lists its files with their boxes. Of each file that touches the box, the footer and then only the
row groups whose `bbox` statistics touch it are read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from bunyad.errors import SourceError
from bunyad.region.fetch.box import Box
from bunyad.region.fetch.client import Client, Want, source_error
from bunyad.region.fetch.constants import Service, services
from bunyad.region.fetch.job import Job, Made
from bunyad.region.fetch.overpass import write_vector

STAC = "https://stac.overturemaps.org"
BUCKET_REGION = "us-west-2"
TYPES = {
    "roads": ("segment", "class", ("motorway", "trunk", "primary", "secondary", "tertiary")),
    "railways": ("segment", "class", ("standard_gauge", "narrow_gauge", "broad_gauge")),
    "rivers": ("water", "class", ("river",)),
    "districts": ("division_area", "subtype", ("county",)),
}
"""Of each layer its type in Overture, and the column and values that select it."""


def fetch_overture(job: Job) -> Made:
    """Write roads, railways, rivers or districts of Overture."""
    key = job.target.stem
    kind, column, values = TYPES[key]
    release = latest_release(job.client)
    box = job.box if key == "districts" else job.wide
    rows, shapes = [], []
    for row in read_features(job.client, release, kind, box):
        if row.get(column) in values:
            shape = shapely.intersection(row["geometry"], shapely.box(*box.bounds))
            if shape.is_empty:
                continue
            names = row.get("names") or {}
            name = names.get("primary") or ""
            common = dict(names.get("common") or ())
            rows.append(
                {"name": common.get("en", name) or row["id"], "name_local": name or row["id"],
                 "economic_region": job.title}
                if key == "districts"
                else {"overture_id": row["id"], "name": name, column: row[column]}
            )  # fmt: skip
            shapes.append(shape)
    write_vector(job, rows, shapes, what=key)
    return Made(note=f"Release {release}, {len(rows)} features, cut at the edge of the box.")


def latest_release(client: Client) -> str:
    """Return the name of the latest release."""
    want = Want(service=services()["overture"], url=f"{STAC}/catalog.json", kind="json")
    catalog = client.json(want)
    latest = catalog.get("latest") if isinstance(catalog, dict) else None
    if not latest:
        raise source_error(want, "it names no latest release", "try again later, or use Overpass")
    return str(latest)


def read_features(client: Client, release: str, kind: str, box: Box) -> Iterator[dict[str, Any]]:
    """Yield the features of one type that touch a box, as they stand in the files."""
    west, south, east, north = box.bounds
    for url in _files(client, release, kind, box):
        with RangeFile(client, services()["overture"], url) as file:
            try:
                parquet = pq.ParquetFile(file)
                for group in range(parquet.metadata.num_row_groups):
                    if not _touches(parquet.metadata.row_group(group), box):
                        continue
                    for row in parquet.read_row_group(group).to_pylist():
                        here = row["bbox"]
                        if (
                            here["xmin"] <= east
                            and here["xmax"] >= west
                            and here["ymin"] <= north
                            and here["ymax"] >= south
                        ):
                            row["geometry"] = shapely.from_wkb(row["geometry"])
                            yield row
            except (pa.ArrowException, KeyError, TypeError) as error:
                raise SourceError(
                    f"the file is no readable GeoParquet ({error})",
                    where=f"overture ({url})",
                    mend="try again later, or use --source LAYER=overpass",
                ) from None


def _files(client: Client, release: str, kind: str, box: Box) -> list[str]:
    """Return the addresses of the files of a type that touch a box."""
    want = Want(
        service=services()["overture"], url=f"{STAC}/{release}/collections.parquet", kind="parquet"
    )
    west, south, east, north = box.bounds
    found = []
    for row in pq.read_table(client.need(want)).to_pylist():
        here = row.get("bbox") or {}
        if (
            row.get("collection") == kind
            and here
            and here["xmin"] <= east
            and here["xmax"] >= west
            and here["ymin"] <= north
            and here["ymax"] >= south
        ):
            hrefs = [asset["href"] for asset in (row.get("assets") or {}).values() if asset]
            found += [_https(href) for href in hrefs if href.startswith(("s3://", "https://"))][:1]
    if not found:
        raise source_error(want, f"it lists no {kind} in the box", "check the box")
    return sorted(found)


def _https(href: str) -> str:
    """
    Return the web address of an object in S3.

    Examples
    --------
    >>> _https("s3://bucket/a/b.parquet")
    'https://bucket.s3.us-west-2.amazonaws.com/a/b.parquet'
    """
    if href.startswith("https://"):
        return href
    bucket, _, key = href.removeprefix("s3://").partition("/")
    return f"https://{bucket}.s3.{BUCKET_REGION}.amazonaws.com/{key}"


def _touches(group: Any, box: Box) -> bool:
    """Tell whether the statistics of a row group allow that a row of it touches the box."""
    stats = {
        group.column(at).path_in_schema: group.column(at).statistics
        for at in range(group.num_columns)
        if group.column(at).path_in_schema.startswith("bbox.")
    }

    def reach(name: str, *, lowest: bool) -> float | None:
        known = stats.get(f"bbox.{name}")
        if known is None or not known.has_min_max:
            return None
        return float(known.min if lowest else known.max)

    west, south, east, north = box.bounds
    xmin, xmax = reach("xmin", lowest=True), reach("xmax", lowest=False)
    ymin, ymax = reach("ymin", lowest=True), reach("ymax", lowest=False)
    return not (
        (xmin is not None and xmin > east)
        or (xmax is not None and xmax < west)
        or (ymin is not None and ymin > north)
        or (ymax is not None and ymax < south)
    )


class RangeFile(io.RawIOBase):
    """A file at a web address that is read part by part."""

    def __init__(self, client: Client, service: Service, url: str) -> None:
        super().__init__()
        self._client, self._service, self._url = client, service, url
        self._at = 0
        self._size = client.size(Want(service=service, url=url))

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read anywhere."""
        return True

    def tell(self) -> int:
        """Return where it stands [bytes]."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to another place [bytes]."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes."""
        count = min(len(buffer), self._size - self._at)
        if count <= 0:
            return 0
        want = Want(
            service=self._service,
            url=self._url,
            byte_range=(self._at, self._at + count - 1),
        )
        content = self._client.need(want).read_bytes()
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)
