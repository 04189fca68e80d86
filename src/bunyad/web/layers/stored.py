"""A layer in memory, ready to be asked: shapes in a tree, features as bytes that are sent."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import msgspec
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from bunyad.region.model import Region
from bunyad.store.models import PlanRecord
from bunyad.web.explore.opened import SHELF
from bunyad.web.layers.catalogue import KINDS, Kind
from bunyad.web.plans.folders import plan_folder
from bunyad.web.problems import not_found

PLAN_FILE = "plan.gpkg"
DEGREES = "EPSG:4326"
STEP = 1e-6
"""Step of written longitudes and latitudes, as in the files [degrees]."""
MOST_KEPT = 64
"""Layers kept in memory; each takes up to some MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLayer:
    """One layer of one plan."""

    kind: Kind
    table: pd.DataFrame
    """Columns without the geometry."""
    tree: shapely.STRtree
    features: list[bytes]
    """Each feature as GeoJSON."""
    rows: dict[str, int]
    """Row of each identifier."""
    begins: NDArray[np.datetime64] | None
    ends: NDArray[np.datetime64] | None
    """Span of each feature, where it has one."""


class Layers:
    """Keeps the layers that were asked last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, str], Any] = OrderedDict()

    def names(self, data: Path, plan: PlanRecord) -> list[str]:
        """Return the layers of a plan, in the catalogue's order."""
        path, when = _file(data, plan)
        there = self._keep((str(path), when, ""), lambda: _names_in(path))
        return [name for name, kind in KINDS.items() if kind.is_of_region or name in there]

    def bounds(self, data: Path, plan: PlanRecord) -> list[float]:
        """Return west, south, east and north of a plan [degrees]."""
        path, when = _file(data, plan)
        found: list[float] = self._keep((str(path), when, "/bounds"), lambda: _bounds_of(path))
        return found

    def layer(self, data: Path, plan: PlanRecord, name: str) -> StoredLayer:
        """
        Return a layer of a plan.

        Raises
        ------
        Problem
            404 where the plan has no such layer.
        """
        if name not in self.names(data, plan):
            raise not_found("layer of this plan")
        kind = KINDS[name]
        path, when = _file(data, plan)

        def read() -> StoredLayer:
            if kind.is_of_region:
                return _store(kind, _of_region(SHELF.open_plan(data, plan).region, name))
            return _store(kind, pyogrio.read_dataframe(path, layer=name))

        found: StoredLayer = self._keep((str(path), when, name), read)
        return found

    def _keep(self, key: tuple[str, int, str], read: Any) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = read()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return value


LAYERS = Layers()


def _file(data: Path, plan: PlanRecord) -> tuple[Path, int]:
    """Return the plan's file of layers and when it was written."""
    path = plan_folder(data, plan) / PLAN_FILE
    try:
        return path, path.stat().st_mtime_ns
    except OSError:
        raise not_found("file of layers: the plan has not been made") from None


def _names_in(path: Path) -> frozenset[str]:
    return frozenset(str(name) for name in pyogrio.list_layers(path)[:, 0])


def _bounds_of(path: Path) -> list[float]:
    """Return the box of the districts, or of the settlements where a plan has no districts."""
    there = _names_in(path)
    name = "districts" if "districts" in there else "settlements"
    bounds = pyogrio.read_info(path, layer=name, force_total_bounds=True)["total_bounds"]
    return [float(value) for value in bounds]


def _of_region(region: Region, name: str) -> gpd.GeoDataFrame:
    """Return a layer of the region's folder."""
    if name == "hazards":
        shapes = region.districts[["name", "geometry"]].rename(columns={"name": "district"})
        return shapes.merge(region.hazards, on="district")
    frames = {
        "rivers": region.rivers, "protected": region.protected, "plants": region.plants,
        "substations": region.substations, "places": region.settlements,
    }  # fmt: skip
    return frames[name]


def _store(kind: Kind, frame: gpd.GeoDataFrame) -> StoredLayer:
    """Write each feature once, and plant a tree of the shapes."""
    degrees = frame.geometry.to_numpy()
    if frame.crs is not None and frame.crs != DEGREES:  # else the file has been rounded already
        degrees = shapely.set_precision(frame.geometry.to_crs(DEGREES).to_numpy(), STEP)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    ids = _identifiers(table)
    rows = _plain_rows(table)
    texts = shapely.to_geojson(degrees)
    features = [
        msgspec.json.encode(
            {
                "type": "Feature",
                "id": name,
                "geometry": None if text is None else msgspec.Raw(text.encode()),
                "properties": row,
            }
        )
        for name, text, row in zip(ids, texts, rows, strict=True)
    ]
    begins, ends = _spans(kind, table)
    return StoredLayer(
        kind=kind, table=table, tree=shapely.STRtree(degrees), features=features,
        rows={name: row for row, name in enumerate(ids)}, begins=begins, ends=ends,
    )  # fmt: skip


def _identifiers(table: pd.DataFrame) -> list[str]:
    """Return the identifiers of the rows; their numbers from 1 where the table has none."""
    for column in ("id", "name", "district"):
        if column in table and table[column].is_unique and table[column].notna().all():
            return [str(value) for value in table[column]]
    return [str(row + 1) for row in range(len(table))]


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON can hold them; what is missing is null."""
    values = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in values.to_dict("records")]


def _spans(
    kind: Kind, table: pd.DataFrame
) -> tuple[NDArray[np.datetime64] | None, NDArray[np.datetime64] | None]:
    """Return when each feature begins and ends: whole years."""
    if kind.span is None:
        return None, None
    first, last = (table[column].astype(int).to_numpy() for column in kind.span)
    begins = np.array([f"{year:04d}-01-01" for year in first], dtype="datetime64[s]")
    ends = np.array([f"{year:04d}-12-31T23:59:59" for year in last], dtype="datetime64[s]")
    return begins, ends
