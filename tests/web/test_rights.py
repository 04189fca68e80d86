"""Every endpoint with every role: who is let in is written down here a second time."""

from __future__ import annotations

import re

import pytest
from web.servers import Server

from bunyad.web.chapters import all_endpoints
from bunyad.web.rights import Role

ALL = "admin planner commission bidder organiser partner operator public"
SIGNED = "admin planner commission bidder organiser partner operator"
MATRIX = {
    "get_me": ALL,
    "sign_in": ALL,
    "sign_out": ALL,
    "offer_second_factor": SIGNED,
    "confirm_second_factor": SIGNED,
    "list_tokens": SIGNED,
    "draft_token": SIGNED,
    "remove_token": SIGNED,
    "list_organisations": "admin",
    "draft_organisation": "admin",
    "invite": "admin",
    "accept_invitation": ALL,
    "list_accounts": "admin",
    "change_account": "admin",
    "list_audit": "admin",
    "list_regions": ALL,
    "list_options": ALL,
    "list_plans": ALL,
    "draft_plan": "admin planner",
    "compare_plans": ALL,
    "get_plan": ALL,
    "change_plan": "admin planner",
    "remove_plan": "admin planner",
    "restore_plan": "admin planner",
    "share_plan": "admin planner",
    "unshare_plan": "admin planner",
    "get_page": ALL,
    "list_files": ALL,
    "get_file": ALL,
    "ask_cell": ALL,
    "ask_area": ALL,
    "open_layers": ALL,
    "list_conformance": ALL,
    "describe_layers": ALL,
    "list_layers": ALL,
    "get_layer": ALL,
    "list_columns": ALL,
    "list_features": ALL,
    "get_feature": ALL,
    "get_job": ALL,
    "follow_job": ALL,
    "stop_job": "admin planner",
    "start_job_again": "admin planner",
}


def test_every_endpoint_stands_in_the_matrix() -> None:
    assert [endpoint.name for endpoint in all_endpoints()] == list(MATRIX)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_let_in_where_the_matrix_says_and_nowhere_else(server: Server, role: str) -> None:
    for endpoint in all_endpoints():
        path = "/api/v1" + re.sub(r"{[^}]*}", "nothing", endpoint.path)
        answer = server.client.request(endpoint.method, path, headers=server.as_role(role), json={})
        is_let_in = answer.status_code not in (401, 403)
        # Nobody signs in with an empty body: that is turned away for its body, not the role.
        assert is_let_in == (role in MATRIX[endpoint.name].split()), (
            endpoint.name, answer.status_code, answer.text,
        )  # fmt: skip


@pytest.mark.parametrize("role", ["other-planner", "bidder", "partner", "operator", "public"])
def test_a_private_plan_is_hidden_from_other_organisations_at_every_address(
    server: Server, role: str
) -> None:
    plan = server.plan()
    for path in ("", "/page", "/files", "/files/report.html"):
        answer = server.client.get(f"/api/v1/plans/{plan}{path}", headers=server.as_role(role))
        assert answer.status_code == 404
    answer = server.client.get(f"/api/v1/plans/compare?plans={plan}", headers=server.as_role(role))
    assert answer.status_code == 404
    listed = server.client.get("/api/v1/plans", headers=server.as_role(role)).json()
    assert listed["items"] == []


def test_another_planner_may_see_a_public_plan_but_not_change_it(server: Server) -> None:
    plan = server.plan(is_public=True)
    asks = server.as_role("other-planner")
    assert server.client.get(f"/api/v1/plans/{plan}", headers=asks).json()["is_own"] is False
    answer = server.client.patch(f"/api/v1/plans/{plan}", headers=asks, json={"name": "mine"})
    assert answer.status_code == 403
    assert answer.json()["mend"] == "Make a scenario of it and change that."


def test_only_a_plans_own_files_are_given_out(server: Server) -> None:
    plan = server.plan(is_public=True)
    for name in (
        "secret.txt",
        "../../bunyad.db",
        "tables/../secret.txt",
        "%2e%2e/%2e%2e/bunyad.db",
    ):
        assert server.client.get(f"/api/v1/plans/{plan}/files/{name}").status_code == 404
    listed = {one["name"] for one in server.client.get(f"/api/v1/plans/{plan}/files").json()}
    assert listed == {"report.html", "report.json", "provenance.json", "tables/plants.csv"}
