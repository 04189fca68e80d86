"""Requests about the layers of a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from bunyad.client.asking import Asking, Query
from bunyad.web.layers.bodies import (
    MOST_FEATURES,
    Conformance,
    FeaturePage,
    FeatureState,
    Landing,
    LayerColumns,
    LayerList,
    LayerState,
)

DEGREES = "EPSG:4326"
Box = tuple[float, float, float, float]


class Layers(Asking):
    """Maps, as tables with geometry."""

    def open_layers(self, plan: str) -> Landing:
        """Return where a plan's layers begin."""
        return self._get(Landing, "plans", plan, "ogc")

    def list_conformance(self, plan: str) -> Conformance:
        """Tell which parts of the standard are kept."""
        return self._get(Conformance, "plans", plan, "ogc", "conformance")

    def describe_layers(self, plan: str) -> dict[str, Any]:
        """Return the standard's own description of every request."""
        return self._get(dict[str, Any], "plans", plan, "ogc", "api")

    def list_layers(self, plan: str) -> list[LayerState]:
        """List the layers of a plan."""
        return self._get(LayerList, "plans", plan, "ogc", "collections").collections

    def get_layer(self, plan: str, layer: str) -> LayerState:
        """Return what a layer is."""
        return self._get(LayerState, *_path(plan, layer))

    def list_columns(self, plan: str, layer: str) -> LayerColumns:
        """List the columns of a layer, with their units."""
        return self._get(LayerColumns, *_path(plan, layer), "queryables")

    def list_features(
        self, plan: str, layer: str, *, bbox: Box | None = None, datetime: str | None = None,
        **columns: str | float | bool,
    ) -> Iterator[FeatureState]:  # fmt: skip
        """
        Go through the features of a layer, page by page.

        Parameters
        ----------
        plan, layer
            What to go through.
        bbox
            West, south, east, north [degrees].
        datetime
            A moment, or two parted by `/`, where `..` is open.
        columns
            Values that columns must have.
        """
        chosen = {name: _text(value) for name, value in columns.items()}
        corners = None if bbox is None else ",".join(map(repr, bbox))
        offset = 0
        while True:
            query: Query = {
                **chosen, "bbox": corners, "datetime": datetime, "limit": MOST_FEATURES,
                "offset": offset,
            }  # fmt: skip
            page = self._get(FeaturePage, *_path(plan, layer), "items", query=query)
            yield from page.features
            offset += page.number_returned
            if offset >= page.number_matched or not page.features:
                return

    def get_feature(self, plan: str, layer: str, feature: str) -> FeatureState:
        """Return one feature of a layer."""
        return self._get(FeatureState, *_path(plan, layer), "items", feature)

    def read_layer(
        self, plan: str, layer: str, *, bbox: Box | None = None, datetime: str | None = None,
        **columns: str | float | bool,
    ) -> gpd.GeoDataFrame:  # fmt: skip
        """
        Return a layer as a table, in longitude and latitude.

        Parameters
        ----------
        plan, layer
            What to read.
        bbox
            West, south, east, north [degrees].
        datetime
            A moment, or two parted by `/`, where `..` is open.
        columns
            Values that columns must have.
        """
        rows = list(self.list_features(plan, layer, bbox=bbox, datetime=datetime, **columns))
        names = [name for name in self.list_columns(plan, layer).properties if name != "geometry"]
        table = pd.DataFrame([row.properties for row in rows], columns=names)
        texts = [json.dumps(row.geometry) if row.geometry else None for row in rows]
        return gpd.GeoDataFrame(table, geometry=shapely.from_geojson(texts), crs=DEGREES)


def _path(plan: str, layer: str) -> tuple[str, ...]:
    return ("plans", plan, "ogc", "collections", layer)


def _text(value: str | float | bool) -> str:  # noqa: FBT001  # a value of a column
    return str(value).lower() if isinstance(value, bool) else str(value)
