"""Every endpoint with every role: who is let in is written down here a second time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from web import auctioneers, partner_server
from web.servers import Server

from bunyad.store.auctions.models import Auction, Document
from bunyad.store.models import Account, ApiToken, Job, Passkey, PlanRecord, RegionRecord, now
from bunyad.store.partners import Kept, save_document
from bunyad.web.chapters import all_endpoints
from bunyad.web.rights import Role

ALL = "admin planner commission bidder organiser partner operator public"
SIGNED = "admin planner commission bidder organiser partner operator"
MATRIX = {
    "get_me": ALL,
    "sign_in": ALL,
    "sign_out": ALL,
    "list_ways": ALL,
    "offer_passkey_sign_in": ALL,
    "sign_in_by_passkey": ALL,
    "begin_outside": ALL,
    "finish_outside": ALL,
    "unlink_outside": SIGNED,
    "offer_passkey": SIGNED,
    "draft_passkey": SIGNED,
    "list_passkeys": SIGNED,
    "rename_passkey": SIGNED,
    "remove_passkey": SIGNED,
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
    "upload_region": "admin planner",
    "remove_region": "admin planner",
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
    "ask_route": ALL,
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
    "list_auctions": ALL,
    "draft_auction": "admin planner",
    "list_rules": ALL,
    "draw_plan_lots": "admin planner",
    "list_lots": ALL,
    "verify_record": ALL,
    "simulate_auction": ALL,
    "get_auction": ALL,
    "amend_auction": "admin planner",
    "list_commissioners": ALL,
    "invite_commissioner": "admin planner",
    "remove_commissioner": "admin planner",
    "give_keys": "commission",
    "publish_auction": "admin planner",
    "cancel_auction": "admin planner",
    "get_lot": ALL,
    "list_documents": ALL,
    "upload_document": "admin planner bidder",
    "get_document": ALL,
    "remove_document": "admin planner bidder",
    "list_questions": ALL,
    "ask_question": SIGNED,
    "answer_question": "admin planner",
    "apply_to_bid": "bidder",
    "list_applications": "admin planner commission",
    "qualify_bidder": "admin planner commission",
    "get_desk": "bidder",
    "submit_bid": "bidder",
    "withdraw_bid": "bidder",
    "get_receipt": "bidder",
    "get_room": "admin planner commission",
    "commit_seed": "commission",
    "reveal_seed": "commission",
    "give_shares": "commission",
    "open_bids": "admin planner commission",
    "clear_auction": "admin planner commission",
    "get_result": ALL,
    "award_lots": "admin planner",
    "list_appeals": "admin planner commission bidder",
    "appeal": "bidder",
    "decide_appeal": "admin planner commission",
    "list_deeds": "admin planner",
    "sign_contract": "admin planner",
    "note_security": "admin planner",
    "note_milestone": "admin planner",
    "settle_period": "admin planner",
    "get_record": ALL,
    "get_head": ALL,
    "prove_growth": ALL,
    "prove_inclusion": ALL,
    "get_package": ALL,
    "get_releases": ALL,
    "get_statistics": ALL,
    "list_moments": ALL,
    "list_flags": "admin planner commission",
    "list_villages": "admin operator",
    "get_village": "admin operator",
    "follow_village": "admin operator",
    "act_on_alarm": "admin operator",
    "get_trend": "admin operator",
    "list_shift": "admin operator",
    "note_shift": "admin operator",
    "get_figures": "admin operator",
    "get_report": "admin operator",
    "list_commands": "admin operator",
    "ask_command": "admin operator",
    "confirm_command": "admin operator",
    "cancel_command": "admin operator",
    "list_partners": ALL,
    "import_partners": "admin organiser",
    "export_partners": "admin organiser",
    "list_twins": "admin organiser",
    "merge_partners": "admin organiser",
    "undo_partner_merge": "admin organiser",
    "claim_partner": "partner public",
    "get_partner": ALL,
    "change_partner": "admin organiser partner",
    "remove_partner": "admin organiser",
    "invite_partner": "admin organiser",
    "give_partner_consent": "admin organiser partner",
    "forget_partner_contact": "admin organiser partner",
    "list_needs": ALL,
    "list_matches": "admin organiser partner",
    "get_match": "admin organiser partner",
    "say_to_match": "admin organiser partner",
    "propose_meetings": "admin organiser",
    "list_ventures": ALL,
    "draft_venture": "admin organiser partner",
    "get_venture": ALL,
    "act_on_venture": "admin organiser partner",
    "change_venture": "admin organiser",
    "list_reminders": "admin organiser partner",
    "get_portfolio": ALL,
    "list_forums": ALL,
    "draft_forum": "admin organiser",
    "get_forum": ALL,
    "change_forum": "admin organiser",
    "plan_timetable": "admin organiser",
    "replan_timetable": "admin organiser",
    "get_day": "admin organiser partner",
    "act_on_day": "admin organiser partner",
    "get_board": ALL,
    "get_calendar": ALL,
    "get_badges": "admin organiser",
    "get_table_lists": "admin organiser",
    "list_exchanges": ALL,
    "draft_exchange": "admin organiser",
    "get_exchange": ALL,
    "change_exchange": "admin organiser",
    "match_applicants": "admin organiser",
    "list_schools": ALL,
    "draft_school": "admin organiser",
    "get_school": ALL,
    "change_school": "admin organiser",
    "plan_week": "admin organiser",
    "get_progress": "admin organiser",
    "keep_register": "admin organiser",
    "check_certificate": ALL,
    "set_certificates": "admin organiser",
}


def test_every_endpoint_stands_in_the_matrix() -> None:
    assert [endpoint.name for endpoint in all_endpoints()] == list(MATRIX)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_let_in_where_the_matrix_says_and_nowhere_else(server: Server, role: str) -> None:
    for endpoint in all_endpoints():
        path = "/api/v1" + re.sub(r"{[^}]*}", "nothing", endpoint.path)
        answer = server.client.request(
            endpoint.method, path, headers=server.as_role(role), json={}, follow_redirects=False
        )
        is_let_in = answer.status_code not in (401, 403)
        # Nobody signs in with an empty body: that is turned away for its body, not the role.
        assert is_let_in == (role in MATRIX[endpoint.name].split()), (
            endpoint.name, answer.status_code, answer.text,
        )  # fmt: skip


OTHERS = ["other-planner", "commission", "bidder", "organiser", "partner", "operator", "public"]
MARK = "Secret valley"
BODIES: dict[str, dict[str, object]] = {
    "change_plan": {"name": "taken"},
    "rename_passkey": {"name": "taken"},
    "change_account": {"role": "admin"},
    "ask_area": {"polygon": {"type": "Polygon", "coordinates": [
        [[46.6, 39.8], [46.7, 39.8], [46.7, 39.9], [46.6, 39.8]]]}},
    "ask_route": {"kind": "road", "places": [[46.6, 39.8], [46.7, 39.9]]},
    "act_on_alarm": {"rule": "x", "thing": "x", "kind": "reset"},
    "note_shift": {"text": "x"},
    "ask_command": {"thing": "x", "value": 1},
    "change_forum": {"version": 1, "is_public": True},
    "change_exchange": {"version": 1, "is_public": True},
    "change_school": {"version": 1, "is_public": True},
    "replan_timetable": {"now": "s0"},
    "keep_register": {"course": "x", "version": 0, "rows": []},
    "set_certificates": {"texts": ["x"]},
    "act_on_day": {"kind": "cancelled", "meeting": "a~b"},
    **auctioneers.BODIES,
    **partner_server.BODIES,
}  # fmt: skip
QUERIES = {
    "ask_cell": "?lon=46.6&lat=39.8", "prove_growth": "?old=1", "prove_inclusion": "?index=0",
    "get_trend": "?thing=x&attribute=x",
}  # fmt: skip


def fill(server: Server) -> dict[str, str]:
    """Keep things of the planner's organisation; return them by names of path parameters."""
    plan = server.plan(MARK)
    with server.services.database.begin() as session:
        planner = session.scalars(
            select(Account).where(Account.email == "planner@example.org")
        ).one()
        token = ApiToken(token_hash="x", account_id=planner.id, name=MARK,
                         expires=now() + timedelta(days=1))  # fmt: skip
        key = Passkey(account_id=planner.id, credential_id=b"1", public_key=b"2", name=MARK)
        job = Job(plan_id=plan, state="failed", error={"title": MARK})
        region = RegionRecord(
            name=MARK, organisation_id=planner.organisation_id, created_by=planner.id
        )
        session.add_all([token, key, job, region])
        session.flush()
        known = {"plan": plan, "job": job.id, "account": planner.id, "token": token.id,
                 "passkey": key.id, "name": "report.json", "region": region.id,
                 "layer": "sites", "feature": "solar-1", "village": MARK, "number": "1"}  # fmt: skip
    auctions = auctioneers.keep_draft(server, MARK)
    return {**known, **auctions, **partner_server.keep_entry(server, MARK), **_keep_days(server)}


def _keep_days(server: Server) -> dict[str, str]:
    """Keep a forum, an exchange and a school of the planner's organisation."""
    with server.services.database.begin() as session:
        planner = session.scalars(
            select(Account).where(Account.email == "planner@example.org")
        ).one()
        for kind in ("forum", "exchange", "school"):
            body = {"document": {"title": MARK, "people": []}, "result": None}
            save_document(
                session,
                Kept(kind=kind, id="secret", body=body, organisation=planner.organisation_id),
            )
    return {"forum": "secret", "exchange": "secret", "school": "secret"}


@pytest.mark.parametrize("role", OTHERS)
def test_nothing_of_another_organisation_is_told_or_changed_at_any_address(
    server: Server, role: str
) -> None:
    known, asks = fill(server), server.as_role(role)
    for endpoint in all_endpoints():
        path = re.sub(r"{(\w+)(:path)?}", lambda found: known[found[1]], endpoint.path)
        if endpoint.name == "compare_plans":
            path += f"?plans={known['plan']}"
        path += QUERIES.get(endpoint.name, "")
        answer = server.client.request(
            endpoint.method, f"/api/v1{path}", headers=asks,
            json=BODIES.get(endpoint.name, {}), follow_redirects=False,
        )  # fmt: skip
        assert MARK not in answer.text, endpoint.name
        if "{" in endpoint.path or endpoint.name == "compare_plans":
            assert answer.status_code in (401, 403, 404), (endpoint.name, answer.text)
    with server.services.database.read() as session:
        plan = session.get_one(PlanRecord, known["plan"])
        assert (plan.name, plan.is_removed, plan.share_hash) == (MARK, False, None)
        assert session.get_one(Job, known["job"]).state == "failed"
        assert session.get_one(Account, known["account"]).role == "planner"
        assert session.get_one(ApiToken, known["token"]).name == MARK
        assert session.get_one(Passkey, known["passkey"]).name == MARK
        assert session.get_one(RegionRecord, known["region"]).name == MARK
        assert session.get_one(Auction, known["auction"]).size == 1
        assert session.get_one(Document, known["document"]).name == MARK


def test_every_path_parameter_is_tried_with_something_of_another_organisation(
    server: Server,
) -> None:
    named = {name for one in all_endpoints() for name in re.findall(r"{(\w+)", one.path)}
    assert named == set(fill(server))


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
