"""What a plan's layers are, as the standard wants it told."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from bunyad.tables import Column
from bunyad.web.layers.bodies import (
    Extent,
    Landing,
    LayerColumn,
    LayerColumns,
    LayerList,
    LayerState,
    Link,
    SpatialExtent,
    TemporalExtent,
)
from bunyad.web.layers.catalogue import KINDS, Kind
from bunyad.web.layers.stored import StoredLayer

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
FEATURES = "http://www.opengis.net/spec/ogcapi-features"
CONFORMS_TO = (
    f"{FEATURES}-1/1.0/conf/core",
    f"{FEATURES}-1/1.0/conf/oas30",
    f"{FEATURES}-1/1.0/conf/geojson",
    f"{FEATURES}-3/1.0/conf/queryables",
    f"{FEATURES}-3/1.0/conf/queryables-query-parameters",
)
SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
JSON_KINDS = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}


class Addresses:
    """
    The addresses of a plan's layers.

    Parameters
    ----------
    root
        Address of the landing page.
    share
        Token of a shared link; every address carries it on.
    """

    def __init__(self, root: str, share: str = "") -> None:
        self.root = root
        self._share = share

    def to(self, *parts: str, **query: str) -> str:
        """Return an address below the landing page."""
        path = "/".join((self.root, *parts))
        asked = {**query, **({"share": self._share} if self._share else {})}
        return f"{path}?{urlencode(asked)}" if asked else path

    def link(self, rel: str, kind: str, title: str, *parts: str) -> Link:
        """Return a link to an address below the landing page."""
        return Link(href=self.to(*parts), rel=rel, type=kind, title=title)


def landing(addresses: Addresses, *, name: str, why: str) -> Landing:
    """Return the landing page of a plan's layers."""
    return Landing(
        title=name,
        description=why or "Layers of a plan",
        links=[
            addresses.link("self", JSON, "This page"),
            addresses.link("service-desc", OPENAPI, "Every request and its parameters", "api"),
            addresses.link("conformance", JSON, "Parts of the standard kept", "conformance"),
            addresses.link("data", JSON, "The layers", "collections"),
        ],
    )


def layer_list(
    addresses: Addresses, names: Sequence[str], *, bounds: list[float], years: tuple[int, int]
) -> LayerList:
    """Return all layers of a plan."""
    return LayerList(
        collections=[
            layer_state(addresses, KINDS[name], bounds=bounds, years=years) for name in names
        ],
        links=[addresses.link("self", JSON, "The layers", "collections")],
    )


def layer_state(
    addresses: Addresses, kind: Kind, *, bounds: list[float], years: tuple[int, int]
) -> LayerState:
    """
    Return what a layer is.

    Parameters
    ----------
    addresses
        Where things are.
    kind
        The layer.
    bounds
        West, south, east, north of the plan [degrees].
    years
        First and last year of the plan [a].
    """
    here = ("collections", kind.name)
    interval: list[str | None] = [f"{years[0]}-01-01T00:00:00Z", f"{years[1]}-12-31T23:59:59Z"]
    return LayerState(
        id=kind.name,
        title=kind.title,
        description=kind.text,
        extent=Extent(
            spatial=SpatialExtent(bbox=[bounds], crs=CRS84),
            temporal=TemporalExtent(interval=[interval]) if kind.span else None,
        ),
        item_type="feature",
        crs=[CRS84],
        links=[
            addresses.link("self", JSON, kind.title, *here),
            addresses.link("items", GEOJSON, f"Features: {kind.title}", *here, "items"),
            addresses.link(QUERYABLES, SCHEMA, f"Columns: {kind.title}", *here, "queryables"),
        ],
    )


def layer_columns(addresses: Addresses, layer: StoredLayer) -> LayerColumns:
    """Return the columns of a layer, with units and meanings."""
    known = {column.name: column for column in layer.kind.columns}
    properties = {"geometry": LayerColumn(
        title="Where it is", format="geometry-any", role="primary-geometry"
    )}  # fmt: skip
    for name in map(str, layer.table.columns):
        column = known.get(name, Column(name, _kind_of(layer, name), "", name))
        properties[name] = LayerColumn(
            title=column.meaning, kind=JSON_KINDS[column.kind], unit=column.unit,
            role="id" if name == "id" else "",
        )  # fmt: skip
    return LayerColumns(
        schema=SCHEMA_DIALECT,
        id=addresses.to("collections", layer.kind.name, "queryables"),
        kind="object",
        title=layer.kind.title,
        properties=properties,
        additional_properties=False,
    )


def _kind_of(layer: StoredLayer, name: str) -> str:
    """Return the kind of a column that no schema names."""
    return {"f": "float", "i": "int", "b": "bool"}.get(layer.table[name].dtype.kind, "str")
