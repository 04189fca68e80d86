"""The OpenAPI document: complete, and true."""

from __future__ import annotations

import re

from openapi_spec_validator import validate
from web.servers import Server

from bunyad.web.chapters import all_endpoints


def test_the_document_is_valid_openapi_3_1(server: Server) -> None:
    document = server.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_the_document_names_every_endpoint_with_its_roles(server: Server) -> None:
    document = server.client.get("/api/v1/openapi.json").json()
    named = {
        operation["operationId"]: operation["x-roles"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert named == {endpoint.name: sorted(endpoint.may) for endpoint in all_endpoints()}


def test_every_path_parameter_is_declared(server: Server) -> None:
    document = server.client.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            declared = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
            assert declared == re.findall(r"{(\w+)}", path)
