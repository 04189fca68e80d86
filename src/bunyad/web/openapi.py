"""The OpenAPI 3.1 document, made from the endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

import bunyad
from bunyad.web.endpoint import Endpoint, Nothing
from bunyad.web.problems import MEDIA_TYPE, ProblemBody
from bunyad.web.rights import Role

REFERENCE = "#/components/schemas/{name}"
PLACEHOLDER = re.compile(r"{(\w+)(?::\w+)?}")


def openapi_document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """
    Describe every endpoint.

    Parameters
    ----------
    endpoints
        All of them.
    """
    types: list[Any] = [ProblemBody]
    for endpoint in endpoints:
        types += [
            one for one in (endpoint.body, endpoint.answer) if one not in (None, Nothing, bytes)
        ]
    schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    by_type = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = PLACEHOLDER.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bunyad", "version": bunyad.__version__, "summary": bunyad.__doc__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "login": {"type": "apiKey", "in": "cookie", "name": "bunyad-login"},
            },
        },
    }


def _operation(endpoint: Endpoint, by_type: dict[str, Any]) -> dict[str, Any]:
    """Describe one endpoint."""
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.title,
        "tags": list(endpoint.tags),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": _responses(endpoint, by_type),
        "x-roles": sorted(endpoint.may),
    }
    if Role.PUBLIC not in endpoint.may:
        operation["security"] = [{"token": []}, {"login": []}]
    if endpoint.is_raw and endpoint.method in ("POST", "PUT"):
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {}}},
        }
    elif endpoint.body is not Nothing:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": by_type[repr(endpoint.body)]}},
        }
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in PLACEHOLDER.findall(endpoint.path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Describe the fields of an endpoint's query."""
    if endpoint.query is Nothing:
        return []
    kind = msgspec.inspect.type_info(endpoint.query)
    assert isinstance(kind, msgspec.inspect.StructType)
    _, components = msgspec.json.schema_components([endpoint.query])
    fields = next(iter(components.values()))["properties"]
    return [
        {
            "name": one.encode_name,
            "in": "query",
            "required": one.required,
            "schema": fields[one.encode_name],
        }
        for one in kind.fields
    ]


def _responses(endpoint: Endpoint, by_type: dict[str, Any]) -> dict[str, Any]:
    """Describe what an endpoint may answer."""
    if 300 <= endpoint.status < 400:
        good: dict[str, Any] = {str(endpoint.status): {"description": endpoint.title}}
    elif endpoint.answer is None and endpoint.media_type == "application/json":
        good = {"204": {"description": "Done."}}
    else:
        schema = {} if endpoint.answer in (None, bytes) else by_type[repr(endpoint.answer)]
        good = {
            str(endpoint.status): {
                "description": endpoint.title,
                "content": {endpoint.media_type: {"schema": schema}},
            }
        }
    problem = {
        "description": "What is wrong and how to mend it.",
        "content": {MEDIA_TYPE: {"schema": by_type[repr(ProblemBody)]}},
    }
    return {**good, "4XX": problem, "5XX": problem}
