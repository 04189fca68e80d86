"""What answers about layers carry; the standard gives the names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

MOST_FEATURES = 10_000
"""Features of a page at most; who asks for more gets as many."""


class LayerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How to answer."""

    f: str = ""
    """Form of the answer: `json`."""
    share: str = ""
    """A shared link's token, where the plan is not public."""


class FeatureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which features to list; any column of the layer may be given besides."""

    bbox: str = ""
    """West, south, east, north [degrees], parted by commas."""
    datetime: str = ""
    """A moment, or two parted by `/`, where `..` is open."""
    limit: Annotated[int, msgspec.Meta(ge=1)] = 100
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    f: str = ""
    share: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on."""

    href: str
    rel: str
    type: str
    title: str


class Landing(msgspec.Struct, frozen=True, kw_only=True):
    """The start: what is here and where to go on."""

    title: str
    description: str
    links: list[Link]


class Conformance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Parts of the standard that are kept."""

    conforms_to: list[str]


class SpatialExtent(msgspec.Struct, frozen=True, kw_only=True):
    """Boxes of west, south, east, north [degrees]."""

    bbox: list[list[float]]
    crs: str


class TemporalExtent(msgspec.Struct, frozen=True, kw_only=True):
    """Spans of time."""

    interval: list[list[str | None]]


class Extent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where and when the features are."""

    spatial: SpatialExtent
    temporal: TemporalExtent | None = None


class LayerState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A layer."""

    id: str
    title: str
    description: str
    extent: Extent
    item_type: str
    crs: list[str]
    links: list[Link]


class LayerList(msgspec.Struct, frozen=True, kw_only=True):
    """All layers of a plan."""

    collections: list[LayerState]
    links: list[Link]


class LayerColumn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={
    "kind": "type", "unit": "x-ogc-unit", "role": "x-ogc-role"
}):  # fmt: skip
    """What a column means; the geometry has a format and no kind."""

    title: str
    kind: str = ""
    unit: str = ""
    role: str = ""
    format: str = ""


class LayerColumns(msgspec.Struct, frozen=True, kw_only=True, rename={
    "schema": "$schema", "id": "$id", "kind": "type",
    "additional_properties": "additionalProperties",
}):  # fmt: skip
    """The columns that features can be chosen by, as JSON Schema."""

    schema: str
    id: str
    kind: str
    title: str
    properties: dict[str, LayerColumn]
    additional_properties: bool


class FeatureState(msgspec.Struct, frozen=True, kw_only=True):
    """A feature (GeoJSON)."""

    type: str
    id: str | int
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] = []


class FeaturePage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A page of features (GeoJSON)."""

    type: str
    number_matched: int
    number_returned: int
    features: list[FeatureState]
    links: list[Link]
