"""The OpenAPI 3.0 document of a plan's layers, as the standard asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bunyad
from bunyad.web.layers.bodies import MOST_FEATURES, FeatureQuery
from bunyad.web.layers.catalogue import KINDS, Kind
from bunyad.web.layers.documents import GEOJSON, JSON, JSON_KINDS, SCHEMA
from bunyad.web.problems import MEDIA_TYPE

PROBLEM = {
    "description": "What is wrong and how to mend it",
    "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
}
FEATURE_ID: dict[str, Any] = {
    "name": "featureId", "in": "path", "required": True, "schema": {"type": "string"},
}  # fmt: skip


def layers_document(root: str, names: Sequence[str], *, title: str) -> dict[str, Any]:
    """
    Describe every request about a plan's layers.

    Parameters
    ----------
    root
        Address of the landing page.
    names
        Layers of the plan.
    title
        Name of the plan.
    """
    paths = {
        "/": _get("Landing page", JSON, "landing"),
        "/conformance": _get("Parts of the standard kept", JSON, "conformance"),
        "/collections": _get("The layers", JSON, "collections"),
    }
    for name in names:
        kind, here = KINDS[name], f"/collections/{name}"
        paths[here] = _get(kind.title, JSON, f"{name}.layer")
        paths[f"{here}/queryables"] = _get(f"Columns: {kind.title}", SCHEMA, f"{name}.columns")
        paths[f"{here}/items"] = _get(
            f"Features: {kind.title}", GEOJSON, f"{name}.items", _feature_parameters(kind)
        )
        paths[f"{here}/items/{{featureId}}"] = _get(
            f"One feature: {kind.title}", GEOJSON, f"{name}.item", [FEATURE_ID]
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": bunyad.__version__},
        "servers": [{"url": root}],
        "paths": paths,
    }


def _get(
    title: str, media_type: str, name: str, parameters: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Describe one request."""
    done = {"description": title, "content": {media_type: {"schema": {"type": "object"}}}}
    return {
        "get": {
            "summary": title,
            "operationId": name,
            "parameters": list(parameters),
            "responses": {"200": done, "4XX": PROBLEM, "5XX": PROBLEM},
        }
    }


def _feature_parameters(kind: Kind) -> list[dict[str, Any]]:
    """Describe what features can be chosen by, in the standard's own form."""
    number = {"type": "number"}
    box = {"type": "array", "items": number, "minItems": 4, "maxItems": 6}
    usual = FeatureQuery().limit
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_FEATURES, "default": usual}
    named: list[tuple[str, dict[str, Any]]] = [
        ("bbox", box), ("datetime", {"type": "string"}), ("limit", limit),
        ("offset", {"type": "integer", "minimum": 0, "default": 0}),
    ]  # fmt: skip
    taken = {name for name, _ in named}
    named += [
        (column.name, {"type": JSON_KINDS[column.kind]})
        for column in kind.columns
        if column.kind != "geometry" and column.name not in taken
    ]
    return [
        {
            "name": name, "in": "query", "required": False, "style": "form", "explode": False,
            "schema": schema,
        }
        for name, schema in named
    ]  # fmt: skip
