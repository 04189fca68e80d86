"""
Every endpoint, asked by every role with what the OpenAPI document allows and forbids.

No answer is a fault of the server, and each is one that the document describes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from sqlalchemy import select
from store.ready import ready_database
from untraced import rest_in
from web.auctioneers import keep_draft
from web.partner_server import keep_entry
from web.servers import ADDRESS, Server, running_server

from bunyad.store.models import Account, Job, Organisation, Passkey, PlanRecord
from bunyad.web.chapters import all_endpoints
from bunyad.web.openapi import openapi_document
from bunyad.web.rights import Role

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
TRANSPORT = ("method", "url", "params", "headers", "json", "data")
ENDPOINTS = {endpoint.name: endpoint for endpoint in all_endpoints()}
NAMES = list(ENDPOINTS)
DOCUMENT = json.loads(json.dumps(openapi_document(all_endpoints())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A server, and what is really there."""

    server: Server
    known: dict[str, str]

    def send(self, case: Any, role: str) -> Any:
        """Send what was drawn, as a role."""
        given_ = case.as_transport_kwargs(base_url=f"{ADDRESS}/api/v1")
        asked = {key: value for key, value in given_.items() if key in TRANSPORT}
        data = asked.pop("data", None)
        content = {"content": data} if isinstance(data, str | bytes) else {"data": data}
        headers = {**dict(asked.pop("headers", None) or {}), **self.server.as_role(role)}
        self.server.client.cookies.clear()
        return self.server.client.request(
            **asked, **content, headers=headers, follow_redirects=False
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def contract(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Contract]:
    is_postgresql = request.param == "postgresql"
    url = ready_database(request.getfixturevalue("cluster")) if is_postgresql else None
    folder = tmp_path_factory.mktemp("contract")
    many = {"requests_per_minute": 10**9, "sign_ins_per_minute": 10**9}
    with running_server(folder, url=url, **many) as server:
        document = server.client.get("/api/v1/openapi.json").json()
        del document["servers"]
        assert document == DOCUMENT, "what is served is what is drawn from"
        yield Contract(server=server, known=fill(server))


@cache
def operations() -> dict[str, Any]:
    """Return the document's operations by the names of their endpoints."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    found = [result.ok() for result in schema.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


@cache
def drawn(name: str) -> tuple[tuple[Any, bool], ...]:
    """Draw questions to an endpoint, and whether each names what is there: once for all servers."""
    operation = operations()[name]
    questions = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )
    found: list[tuple[Any, bool]] = []

    @settings(
        max_examples=4, database=None, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(question=questions, is_known=st.booleans())
    def draw(question: Any, is_known: bool) -> None:
        found.append((question, is_known))

    rest_in(draw)()
    return tuple(found)


def fill(server: Server) -> dict[str, str]:
    """Keep something of every kind; return identifiers by the names of path parameters."""
    plan = server.plan(is_public=True)
    with server.services.database.begin() as session:
        planner = session.scalars(
            select(Account).where(Account.email == "planner@example.org")
        ).one()
        organisation = session.scalars(select(Organisation)).first()
        spare = Account(
            email="spare@example.org", name="Spare", role="partner", organisation_id=organisation.id
        )
        job = Job(plan_id=plan, state="done", stages={"potential": {"state": "done"}})
        key = Passkey(account_id=planner.id, credential_id=b"1", public_key=b"2", name="phone")
        # Opening the built-in region takes seconds; its plans are asked about elsewhere.
        session.get_one(PlanRecord, plan).region = "not-there"
        session.add_all([spare, job, key])
        session.flush()
        known = {"plan": plan, "job": job.id, "account": spare.id, "passkey": key.id,
                 "name": "tables/plants.csv"}  # fmt: skip
    return {**known, **keep_draft(server, "draft"), **keep_entry(server, "entry", is_public=True)}


@pytest.mark.parametrize("name", NAMES)
def test_an_endpoint_answers_every_role_as_the_document_says(contract: Contract, name: str) -> None:
    """A role that is refused is so whatever it asks: it asks once, one that is let in each time."""
    for turn, (case, is_known) in enumerate(drawn(name)):
        for parameter in case.path_parameters if is_known else ():
            case.path_parameters[parameter] = contract.known.get(parameter, "nothing")
        for role in Role:
            if turn == 0 or role in ENDPOINTS[name].may:
                answer = contract.send(case, role)
                case.validate_response(answer, checks=CHECKS)


def test_the_document_and_the_server_name_the_same_endpoints(contract: Contract) -> None:
    assert sorted(operations()) == sorted(NAMES)
