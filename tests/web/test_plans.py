"""Plans: made, listed, changed, shared, compared, put aside."""

from __future__ import annotations

from pathlib import Path

import pytest
from web.servers import Server, on_both, write_plan

from bunyad.errors import InputError
from bunyad.options import option_table
from bunyad.web.server import adopt_plan

pytestmark = on_both

DRAFT = {"name": "Steeper sun", "region": "karabakh", "why": "the minister asked",
         "options": {"potential.solar_max_slope_percent": 15}}  # fmt: skip


def draft(server: Server, **more):
    asks = server.as_role("planner")
    return server.client.post("/api/v1/plans", headers=asks, json={**DRAFT, **more})


def test_a_drafted_plan_says_who_when_and_why_and_waits_for_its_run(server: Server) -> None:
    answer = draft(server)
    assert answer.status_code == 201
    plan = answer.json()
    assert (plan["created_by"], plan["why"]) == ("Planner", "the minister asked")
    assert plan["job"]["state"] == "queued"
    assert plan["is_made"] is False


def test_a_wrong_option_is_refused_with_what_to_do_and_nothing_is_kept(server: Server) -> None:
    answer = draft(server, options={"potential.solar_max_slop_percent": 15})
    assert answer.status_code == 422
    assert "Did you mean potential.solar_max_slope_percent" in answer.json()["faults"][0]["mend"]
    assert (
        server.client.get("/api/v1/plans", headers=server.as_role("planner")).json()["items"] == []
    )


@pytest.mark.parametrize("region", ["/etc", "../..", "atlantis", "./karabakh"])
def test_no_folder_of_the_server_can_be_given_as_a_region(server: Server, region: str) -> None:
    assert draft(server, region=region).status_code == 422


def test_unknown_fields_and_wrong_types_name_the_field(server: Server) -> None:
    assert "nmae" in draft(server, nmae="x").json()["faults"][0]["what"]
    fault = draft(server, name=7).json()["faults"][0]
    assert fault["where"] == "body.name"


def test_plans_come_in_pages_newest_first(server: Server) -> None:
    made = [server.plan(f"plan {number}", is_public=True) for number in range(5)]
    first = server.client.get("/api/v1/plans?limit=3").json()
    rest = server.client.get(f"/api/v1/plans?limit=3&cursor={first['next']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    assert server.client.get("/api/v1/plans?cursor=rubbish").status_code == 422


def test_a_shared_link_shows_one_plan_until_it_is_ended(server: Server) -> None:
    plan, other = server.plan(), server.plan("other")
    asks = server.as_role("planner")
    url = server.client.post(f"/api/v1/plans/{plan}/share", headers=asks).json()["url"]
    share = url.partition("share=")[2]
    assert server.client.get(f"/api/v1/plans/{plan}/page?share={share}").status_code == 200
    assert server.client.get(f"/api/v1/plans/{other}/page?share={share}").status_code == 404
    server.client.delete(f"/api/v1/plans/{plan}/share", headers=asks)
    assert server.client.get(f"/api/v1/plans/{plan}/page?share={share}").status_code == 404


def test_a_plan_that_was_put_aside_can_be_taken_back(server: Server) -> None:
    plan, asks = server.plan(), server.as_role("planner")
    server.client.delete(f"/api/v1/plans/{plan}", headers=asks)
    assert server.client.get("/api/v1/plans", headers=asks).json()["items"] == []
    aside = server.client.get("/api/v1/plans?removed=true", headers=asks).json()["items"]
    assert [one["id"] for one in aside] == [plan]
    server.client.post(f"/api/v1/plans/{plan}/restore", headers=asks)
    assert len(server.client.get("/api/v1/plans", headers=asks).json()["items"]) == 1


def test_a_comparison_shows_figures_side_by_side_and_only_options_that_differ(
    server: Server,
) -> None:
    one, two = server.plan("a", is_public=True), server.plan("bb", is_public=True)
    found = server.client.get(f"/api/v1/plans/compare?plans={one},{two}").json()
    assert found["figures"] == [{"key": "people", "unit": "people", "values": [1, 2]}]
    assert found["changed_options"] == {"settle.growth": [0.01, 0.02]}


def test_what_has_not_changed_is_not_sent_again(server: Server) -> None:
    plan = server.plan(is_public=True)
    first = server.client.get(f"/api/v1/plans/{plan}/page")
    again = server.client.get(
        f"/api/v1/plans/{plan}/page", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_a_plan_of_the_command_line_is_shown_to_everybody(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "plan-karabakh"
    write_plan(folder, people=3)
    for _ in "12":
        adopt_plan(server.services.database, folder)
    items = server.client.get("/api/v1/plans").json()["items"]
    assert [(one["name"], one["is_made"]) for one in items] == [("plan-karabakh", True)]
    with pytest.raises(InputError, match="holds no plan"):
        adopt_plan(server.services.database, tmp_path)


def test_a_report_may_not_act_for_its_reader(server: Server) -> None:
    plan = server.plan(is_public=True)
    answer = server.client.get(f"/api/v1/plans/{plan}/files/report.html")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "allow-same-origin" not in answer.headers["content-security-policy"]


def test_unknown_addresses_answer_in_the_one_shape_of_errors(server: Server) -> None:
    answer = server.client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_option_can_be_shown_in_a_form(server: Server) -> None:
    found = {one["key"]: one for one in server.client.get("/api/v1/options").json()}
    assert list(found) == [row.key for row in option_table()]
    slope = found["potential.solar_max_slope_percent"]
    assert (slope["kind"], slope["default"], slope["maximum"]) == ("number", 10, 100)
    mounting = found["potential.solar_mounting"]
    assert mounting["kind"] == "choice"
    assert mounting["default"] in mounting["choices"]
    assert found["potential.solar_allows_cropland"]["kind"] == "yes-no"
