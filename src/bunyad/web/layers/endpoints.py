"""Requests about the layers of a plan (OGC API Features)."""

from __future__ import annotations

from typing import Any

import msgspec

from bunyad.store.models import PlanRecord
from bunyad.web.endpoint import Call, Endpoint, Nothing
from bunyad.web.layers.asked import check_names, chosen_rows
from bunyad.web.layers.bodies import (
    MOST_FEATURES,
    Conformance,
    FeaturePage,
    FeatureQuery,
    FeatureState,
    Landing,
    LayerColumns,
    LayerList,
    LayerQuery,
    LayerState,
    Link,
)
from bunyad.web.layers.catalogue import KINDS
from bunyad.web.layers.described import layers_document
from bunyad.web.layers.documents import (
    CONFORMS_TO,
    GEOJSON,
    JSON,
    OPENAPI,
    SCHEMA,
    Addresses,
    landing,
    layer_columns,
    layer_list,
    layer_state,
)
from bunyad.web.layers.stored import LAYERS, StoredLayer
from bunyad.web.plans.rights import find_plan
from bunyad.web.problems import not_found
from bunyad.web.rights import ANYBODY

TAGS = ("layers",)
ROOT = "/plans/{plan}/ogc"
LAYER = ROOT + "/collections/{layer}"

Asked = Call[LayerQuery, Nothing]


def open_layers(call: Asked) -> Landing:
    """Return where a plan's layers begin."""
    check_names(call)
    plan = _plan(call)
    LAYERS.names(call.services.settings.data, plan)
    return landing(_addresses(call), name=plan.name, why=plan.why)


def list_conformance(call: Asked) -> Conformance:
    """Tell which parts of the standard are kept."""
    check_names(call)
    _plan(call)
    return Conformance(conforms_to=list(CONFORMS_TO))


def describe_layers(call: Asked) -> bytes:
    """Return the standard's own description of every request."""
    check_names(call)
    plan = _plan(call)
    names = LAYERS.names(call.services.settings.data, plan)
    return msgspec.json.encode(layers_document(_addresses(call).root, names, title=plan.name))


def list_layers(call: Asked) -> LayerList:
    """List the layers of a plan."""
    check_names(call)
    plan, data = _plan(call), call.services.settings.data
    return layer_list(
        _addresses(call), LAYERS.names(data, plan), bounds=LAYERS.bounds(data, plan),
        years=_years(call, plan),
    )  # fmt: skip


def get_layer(call: Asked) -> LayerState:
    """Return what a layer is."""
    check_names(call)
    plan, data, name = _plan(call), call.services.settings.data, call.path["layer"]
    if name not in LAYERS.names(data, plan):
        raise not_found("layer of this plan")
    return layer_state(
        _addresses(call), KINDS[name], bounds=LAYERS.bounds(data, plan), years=_years(call, plan)
    )


def list_columns(call: Asked) -> LayerColumns:
    """List the columns of a layer, with their units."""
    check_names(call)
    return layer_columns(_addresses(call), _layer(call, _plan(call)))


def list_features(call: Call[FeatureQuery, Nothing]) -> bytes:
    """List the features of a layer that a box, a time and values of columns leave."""
    layer = _layer(call, _plan(call))
    check_names(call, {str(name): None for name in layer.table.columns})
    asked = dict(call.request.query_params)
    rows = chosen_rows(layer, asked)
    limit = min(call.query.limit, MOST_FEATURES)
    page = rows[call.query.offset : call.query.offset + limit]
    after = call.query.offset + limit
    addresses = Addresses(_addresses(call).root)
    here = ("collections", layer.kind.name, "items")
    links = [Link(href=addresses.to(*here, **asked), rel="self", type=GEOJSON, title="This page")]
    if after < len(rows):
        more = {**asked, "offset": str(after)}
        href = addresses.to(*here, **more)
        links.append(Link(href=href, rel="next", type=GEOJSON, title="The next page"))
    features = b",".join([layer.features[row] for row in page.tolist()])
    return b"".join((
        b'{"type":"FeatureCollection","numberMatched":%d,"numberReturned":%d,"links":'
        % (len(rows), len(page)),
        msgspec.json.encode(links), b',"features":[', features, b"]}",
    ))  # fmt: skip


def get_feature(call: Asked) -> bytes:
    """Return one feature of a layer."""
    check_names(call)
    layer = _layer(call, _plan(call))
    row = layer.rows.get(call.path["feature"])
    if row is None:
        raise not_found("feature of this layer")
    addresses, here = _addresses(call), ("collections", layer.kind.name)
    links = [
        addresses.link("self", GEOJSON, "This feature", *here, "items", call.path["feature"]),
        addresses.link("collection", JSON, layer.kind.title, *here),
    ]
    return layer.features[row][:-1] + b',"links":' + msgspec.json.encode(links) + b"}"


def _plan(call: Call[Any, Any]) -> PlanRecord:
    with call.services.database.read() as session:
        return find_plan(session, call.person, call.path["plan"], share=call.query.share)


def _layer(call: Call[Any, Any], plan: PlanRecord) -> StoredLayer:
    return LAYERS.layer(call.services.settings.data, plan, call.path["layer"])


def _addresses(call: Call[Any, Any]) -> Addresses:
    """Return the addresses as the reader's program sees them."""
    before, _, _ = call.request.url.path.partition("/ogc")
    return Addresses(f"{call.services.settings.public_url}{before}/ogc", call.query.share)


def _years(call: Call[Any, Any], plan: PlanRecord) -> tuple[int, int]:
    """Return the first and the last year of a plan's projects."""
    layer = LAYERS.layer(call.services.settings.data, plan, "projects")
    return int(layer.table["start"].min()), int(layer.table["finish"].max())


ENDPOINTS = (
    Endpoint(name="open_layers", method="GET", path=ROOT, may=ANYBODY, tags=TAGS,
             title="Layers for other programs: landing page", act=open_layers,
             query=LayerQuery, answer=Landing, wrong_query=400),
    Endpoint(name="list_conformance", method="GET", path=f"{ROOT}/conformance", may=ANYBODY,
             tags=TAGS, title="Parts of the standard kept", act=list_conformance,
             query=LayerQuery, answer=Conformance, wrong_query=400),
    Endpoint(name="describe_layers", method="GET", path=f"{ROOT}/api", may=ANYBODY, tags=TAGS,
             title="The standard's own description", act=describe_layers, query=LayerQuery,
             answer=bytes, media_type=OPENAPI, wrong_query=400),
    Endpoint(name="list_layers", method="GET", path=f"{ROOT}/collections", may=ANYBODY,
             tags=TAGS, title="Layers of a plan", act=list_layers, query=LayerQuery,
             answer=LayerList, wrong_query=400),
    Endpoint(name="get_layer", method="GET", path=LAYER, may=ANYBODY, tags=TAGS,
             title="A layer", act=get_layer, query=LayerQuery, answer=LayerState,
             wrong_query=400),
    Endpoint(name="list_columns", method="GET", path=f"{LAYER}/queryables", may=ANYBODY,
             tags=TAGS, title="Columns of a layer", act=list_columns, query=LayerQuery,
             answer=LayerColumns, media_type=SCHEMA, wrong_query=400),
    Endpoint(name="list_features", method="GET", path=f"{LAYER}/items", may=ANYBODY, tags=TAGS,
             title="Features of a layer", act=list_features, query=FeatureQuery,
             answer=FeaturePage, media_type=GEOJSON, wrong_query=400),
    Endpoint(name="get_feature", method="GET", path=f"{LAYER}/items/{{feature:path}}", may=ANYBODY,
             tags=TAGS, title="A feature", act=get_feature, query=LayerQuery,
             answer=FeatureState, media_type=GEOJSON, wrong_query=400),
)  # fmt: skip
