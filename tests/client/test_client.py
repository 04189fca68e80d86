"""The client: every request is there, answers are typed, problems say how to mend them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import pandas as pd
import pytest
import shapely
from client.direct import Direct
from web.plan_folder import REGION, write_whole_plan
from web.servers import Server, running_server

from bunyad.client import ApiProblem, Client
from bunyad.store.models import Job, PlanRecord
from bunyad.web.chapters import all_endpoints
from bunyad.web.jobs.claims import claim_job, end_job

Maker = Callable[..., Client]
BOX = shapely.box(46, 39, 47, 40)

CALLS: dict[str, Callable[[Client], Any]] = {
    "get_me": lambda one: one.get_me(),
    "sign_in": lambda one: one.sign_in("a@b.c", "x"),
    "sign_out": lambda one: one.sign_out(),
    "offer_second_factor": lambda one: one.offer_second_factor(),
    "confirm_second_factor": lambda one: one.confirm_second_factor("000000"),
    "list_tokens": lambda one: one.list_tokens(),
    "draft_token": lambda one: one.draft_token("script"),
    "remove_token": lambda one: one.remove_token("x"),
    "list_ways": lambda one: one.list_ways(),
    "list_passkeys": lambda one: one.list_passkeys(),
    "rename_passkey": lambda one: one.rename_passkey("x", "desk"),
    "remove_passkey": lambda one: one.remove_passkey("x"),
    "unlink_outside": lambda one: one.unlink_outside(),
    "remove_region": lambda one: one.remove_region("x"),
    "ask_route": lambda one: one.ask_route("x", [(46.0, 39.5), (46.1, 39.6)]),
    "list_organisations": lambda one: one.list_organisations(),
    "draft_organisation": lambda one: one.draft_organisation("Roads", kind="agency"),
    "invite": lambda one: one.invite("d@e.f", role="planner", organisation_id="x"),
    "accept_invitation": lambda one: one.accept_invitation("x", name="N", password="p"),
    "list_accounts": lambda one: one.list_accounts(),
    "change_account": lambda one: one.change_account("x", is_active=False),
    "list_audit": lambda one: list(one.list_audit()),
    "list_regions": lambda one: one.list_regions(),
    "list_options": lambda one: one.list_options(),
    "list_plans": lambda one: list(one.list_plans()),
    "draft_plan": lambda one: one.draft_plan("P", region="nowhere"),
    "compare_plans": lambda one: one.compare_plans(["x", "y"]),
    "get_plan": lambda one: one.get_plan("x"),
    "change_plan": lambda one: one.change_plan("x", name="Q"),
    "remove_plan": lambda one: one.remove_plan("x"),
    "restore_plan": lambda one: one.restore_plan("x"),
    "share_plan": lambda one: one.share_plan("x"),
    "unshare_plan": lambda one: one.unshare_plan("x"),
    "get_page": lambda one: one.get_page("x"),
    "list_files": lambda one: one.list_files("x"),
    "get_file": lambda one: one.get_file("x", "tables/plants.csv", to=Path("never")),
    "ask_cell": lambda one: one.ask_cell("x", lon=46, lat=39),
    "ask_area": lambda one: one.ask_area("x", BOX),
    "open_layers": lambda one: one.open_layers("x"),
    "list_conformance": lambda one: one.list_conformance("x"),
    "describe_layers": lambda one: one.describe_layers("x"),
    "list_layers": lambda one: one.list_layers("x"),
    "get_layer": lambda one: one.get_layer("x", "sites"),
    "list_columns": lambda one: one.list_columns("x", "sites"),
    "list_features": lambda one: list(one.list_features("x", "sites")),
    "get_feature": lambda one: one.get_feature("x", "sites", "solar-1"),
    "get_job": lambda one: one.get_job("x"),
    "follow_job": lambda one: list(one.follow_job("x")),
    "stop_job": lambda one: one.stop_job("x"),
    "start_job_again": lambda one: one.start_job_again("x"),
    "simulate_auction": lambda one: one.simulate_auction([{"id": "x"}], {}),
    "list_auctions": lambda one: list(one.list_auctions()),
    "draft_auction": lambda one: one.draft_auction("x", rules={}, lots=[{"id": "l"}]),
    "list_rules": lambda one: one.list_rules(),
    "draw_plan_lots": lambda one: one.draw_plan_lots("x", rules={}),
    "list_lots": lambda one: list(one.list_lots()),
    "verify_record": lambda one: one.verify_record(b"{}"),
    "get_auction": lambda one: one.get_auction("x"),
    "amend_auction": lambda one: one.amend_auction("x", "x"),
    "list_commissioners": lambda one: one.list_commissioners("x"),
    "invite_commissioner": lambda one: one.invite_commissioner("x", "x"),
    "remove_commissioner": lambda one: one.remove_commissioner("x", "x"),
    "give_keys": lambda one: one.give_keys("x", recipient="x", signing_key="x"),
    "publish_auction": lambda one: one.publish_auction(
        "x", threshold=1, deadline="2030-01-01T00:00:00.000Z", opening={}
    ),
    "cancel_auction": lambda one: one.cancel_auction("x", "x"),
    "get_lot": lambda one: one.get_lot("x", "x"),
    "list_documents": lambda one: one.list_documents("x"),
    "get_document": lambda one: one.get_document("x", "x", to=Path("never")),
    "remove_document": lambda one: one.remove_document("x", "x"),
    "list_questions": lambda one: one.list_questions("x"),
    "ask_question": lambda one: one.ask_question("x", "x"),
    "answer_question": lambda one: one.answer_question("x", 1, "x"),
    "apply_to_bid": lambda one: one.apply_to_bid("x", country="AZ"),
    "list_applications": lambda one: one.list_applications("x"),
    "qualify_bidder": lambda one: one.qualify_bidder("x", "x", qualified=True, why="x"),
    "get_desk": lambda one: one.get_desk("x"),
    "submit_bid": lambda one: one.submit_bid("x", {}),
    "withdraw_bid": lambda one: one.withdraw_bid("x", {}),
    "get_receipt": lambda one: one.get_receipt("x", 1),
    "get_room": lambda one: one.get_room("x"),
    "commit_seed": lambda one: one.commit_seed("x", {}),
    "reveal_seed": lambda one: one.reveal_seed("x", {}),
    "give_shares": lambda one: one.give_shares("x", {}),
    "open_bids": lambda one: one.open_bids("x", "x"),
    "clear_auction": lambda one: one.clear_auction("x"),
    "get_result": lambda one: one.get_result("x"),
    "award_lots": lambda one: one.award_lots("x"),
    "list_appeals": lambda one: one.list_appeals("x"),
    "appeal": lambda one: one.appeal("x", "x"),
    "decide_appeal": lambda one: one.decide_appeal("x", 1, upheld=True, why="x"),
    "list_deeds": lambda one: one.list_deeds("x"),
    "sign_contract": lambda one: one.sign_contract("x", "x", bid=1, terms={}),
    "note_security": lambda one: one.note_security("x", {}),
    "note_milestone": lambda one: one.note_milestone("x", {}),
    "settle_period": lambda one: one.settle_period("x", {}),
    "get_record": lambda one: one.get_record("x"),
    "get_head": lambda one: one.get_head("x"),
    "prove_growth": lambda one: one.prove_growth("x", old=1),
    "get_package": lambda one: one.get_package("x"),
    "get_releases": lambda one: one.get_releases("x"),
    "get_statistics": lambda one: one.get_statistics("x"),
    "list_moments": lambda one: one.list_moments("x", "lot-1"),
    "list_flags": lambda one: one.list_flags("x"),
    "prove_inclusion": lambda one: one.prove_inclusion("x", 1),
    "list_villages": lambda one: one.list_villages(),
    "get_village": lambda one: one.get_village("x"),
    "follow_village": lambda one: list(one.follow_village("x")),
    "act_on_alarm": lambda one: one.act_on_alarm("x", rule="x", thing="x", kind="reset"),
    "get_trend": lambda one: one.get_trend("x", thing="x", attribute="x"),
    "list_shift": lambda one: one.list_shift("x"),
    "note_shift": lambda one: one.note_shift("x", "x"),
    "get_figures": lambda one: one.get_figures("x"),
    "get_report": lambda one: one.get_report("x", to=Path("never")),
    "list_commands": lambda one: one.list_commands("x"),
    "ask_command": lambda one: one.ask_command("x", thing="x", value=1),
    "confirm_command": lambda one: one.confirm_command("x", 1),
    "cancel_command": lambda one: one.cancel_command("x", 1),
    "list_partners": lambda one: list(one.list_partners(text="x")),
    "list_twins": lambda one: one.list_twins(),
    "merge_partners": lambda one: one.merge_partners("x", "y"),
    "undo_partner_merge": lambda one: one.undo_partner_merge("x"),
    "claim_partner": lambda one: one.claim_partner("x"),
    "get_partner": lambda one: one.get_partner("x"),
    "change_partner": lambda one: one.change_partner("x", version=1, wishes="y"),
    "remove_partner": lambda one: one.remove_partner("x"),
    "invite_partner": lambda one: one.invite_partner("x"),
    "give_partner_consent": lambda one: one.give_partner_consent("x", "y", purposes=[]),
    "forget_partner_contact": lambda one: one.forget_partner_contact("x", "y"),
    "list_needs": lambda one: one.list_needs("x"),
    "list_matches": lambda one: one.list_matches("x"),
    "get_match": lambda one: one.get_match("x", "y", "z"),
    "say_to_match": lambda one: one.say_to_match("x", "y", "z", "no"),
    "propose_meetings": lambda one: one.propose_meetings("x"),
    "list_ventures": lambda one: one.list_ventures(),
    "draft_venture": lambda one: one.draft_venture({}),
    "get_venture": lambda one: one.get_venture("x"),
    "act_on_venture": lambda one: one.act_on_venture("x", "ended", {"why": "y"}),
    "change_venture": lambda one: one.change_venture("x", is_public=True),
    "list_reminders": lambda one: one.list_reminders(),
    "get_portfolio": lambda one: one.get_portfolio(),
    "list_forums": lambda one: one.list_forums(),
    "draft_forum": lambda one: one.draft_forum({"id": "x"}),
    "get_forum": lambda one: one.get_forum("x"),
    "change_forum": lambda one: one.change_forum("x", version=1, is_public=True),
    "plan_timetable": lambda one: one.plan_timetable("x"),
    "replan_timetable": lambda one: one.replan_timetable("x", now="s0"),
    "get_day": lambda one: one.get_day("x"),
    "act_on_day": lambda one: one.act_on_day("x", "cancelled", meeting="a~b"),
    "get_board": lambda one: one.get_board("x"),
    "get_calendar": lambda one: one.get_calendar("x", person="a"),
    "get_badges": lambda one: one.get_badges("x"),
    "get_table_lists": lambda one: one.get_table_lists("x"),
    "list_exchanges": lambda one: one.list_exchanges(),
    "draft_exchange": lambda one: one.draft_exchange({"title": "x"}),
    "get_exchange": lambda one: one.get_exchange("x"),
    "change_exchange": lambda one: one.change_exchange("x", version=1, is_public=True),
    "match_applicants": lambda one: one.match_applicants("x"),
    "list_schools": lambda one: one.list_schools(),
    "draft_school": lambda one: one.draft_school({"title": "x"}),
    "get_school": lambda one: one.get_school("x"),
    "change_school": lambda one: one.change_school("x", version=1, is_public=True),
    "plan_week": lambda one: one.plan_week("x"),
    "get_progress": lambda one: one.get_progress("x", "coding"),
    "keep_register": lambda one: one.keep_register("x", "coding", []),
    "check_certificate": lambda one: one.check_certificate("{}", issuers={}),
    "set_certificates": lambda one: one.set_certificates(["x"]),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def plan(server: Server) -> str:
    """Return a public plan of the small world, with its land and layers."""
    data = server.services.settings.data
    with server.services.database.begin() as session:
        record = PlanRecord(name="land", why="base", region=REGION, is_public=True)
        session.add(record)
        session.flush()
    write_whole_plan(data, data / "plans" / record.id)
    return record.id


@pytest.fixture
def as_role(server: Server) -> Iterator[Callable[..., Client]]:
    """Return a function that makes a client of a role."""
    made: list[Client] = []

    def making(role: str = "public", **how: str) -> Client:
        client = Client(
            "http://testserver", server.tokens.get(role, ""), transport=Direct(server), **how
        )
        made.append(client)
        return client

    yield making
    for client in made:
        client.close()


BROWSER_ONLY = {
    "offer_passkey_sign_in", "sign_in_by_passkey", "begin_outside", "finish_outside",
    "offer_passkey", "draft_passkey",
}  # fmt: skip
"""Requests that only a browser with its keys, or a page of the provider, can make."""


def test_every_request_of_the_server_is_a_method_of_the_client() -> None:
    asked = {endpoint.name for endpoint in all_endpoints()} - BROWSER_ONLY
    missing = asked - set(dir(Client))
    assert not missing, f"bunyad.client has no method for {sorted(missing)}"
    assert asked == set(CALLS) | {
        "upload_region", "upload_document", "import_partners", "export_partners",
    }  # fmt: skip


def test_a_region_is_uploaded(as_role: Maker, tmp_path: Path) -> None:
    archive = tmp_path / "none.zip"
    archive.write_bytes(b"no zip")
    with pytest.raises(ApiProblem, match="zip"):
        as_role("planner").upload_region(archive)


@pytest.mark.parametrize("name", CALLS)
def test_a_method_reaches_the_request_of_its_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    endpoint = next(one for one in all_endpoints() if one.name == name)
    transport = Direct(server)
    with Client("http://testserver", server.tokens["admin"], transport=transport) as client:
        try:
            CALLS[name](client)
        except ApiProblem as problem:
            assert problem.status in (401, 403, 404, 409, 422), problem  # noqa: PT017
    method, path = transport.sent[0]
    pattern = "/api/v1" + re.sub(r"{\w+:path}", ".+", endpoint.path)
    assert method == endpoint.method
    assert re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), path)
    assert list(tmp_path.rglob("*.*")) == []


def test_plans_are_gone_through_page_by_page(
    as_role: Maker, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = {server.plan(f"plan {number}") for number in range(5)}
    monkeypatch.setattr("bunyad.client.plans.PLANS_OF_A_PAGE", 2)
    found = [one.id for one in as_role("planner").list_plans()]
    assert len(found) == len(set(found))
    assert mine <= set(found)


def test_the_audit_log_is_gone_through_page_by_page(
    as_role: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_role("admin")
    for number in range(3):
        client.draft_token(f"script {number}")
    whole = list(client.list_audit())
    monkeypatch.setattr("bunyad.client.accounts.AUDIT_PAGE", 2)
    assert list(client.list_audit()) == whole
    assert [one.id for one in whole] == sorted((one.id for one in whole), reverse=True)


def test_a_plan_is_made_changed_shared_and_put_aside(as_role: Maker, server: Server) -> None:
    client = as_role("planner")
    made = client.draft_plan(
        "Steep", region="karabakh", why="what if",
        options={"potential.solar_max_slope_percent": 15},
    )  # fmt: skip
    assert made.options == {"potential.solar_max_slope_percent": 15}
    assert client.change_plan(made.id, name="Steeper").name == "Steeper"
    share = client.share_plan(made.id).url.partition("share=")[2]
    assert as_role(share=share).get_plan(made.id).name == "Steeper"
    client.unshare_plan(made.id)
    client.remove_plan(made.id)
    assert made.id in [one.id for one in client.list_plans(removed=True)]
    client.restore_plan(made.id)
    assert client.get_plan(made.id).is_own


def test_a_run_is_followed_until_it_ends(as_role: Maker, server: Server) -> None:
    client = as_role("planner")
    made = client.draft_plan("Live", region="karabakh")
    assert made.job is not None
    with server.services.database.begin() as session:
        for job in session.query(Job).filter(Job.id != made.job.id, Job.state == "queued"):
            job.state = "cancelled"
    claimed = claim_job(server.services.database, owner="test")
    assert claimed == made.job.id
    end_job(server.services.database, claimed, owner="test", state="done")
    assert [one.state for one in client.follow_job(made.job.id)] == ["done"]
    assert client.get_job(made.job.id).state == "done"


def test_a_broken_stream_is_opened_again() -> None:
    states = iter(["queued", "running", "done"])

    def answer(request: httpx.Request) -> httpx.Response:
        state = {
            "id": "j", "plan_id": "p", "state": next(states), "stages": {}, "error": None,
            "created": "2030-01-01T00:00:00Z", "started": None, "finished": None,
        }  # fmt: skip
        return httpx.Response(200, content=f"event: job\ndata: {json.dumps(state)}\n\n".encode())

    with Client("http://x", transport=httpx.MockTransport(answer)) as client:
        assert [one.state for one in client.follow_job("j")] == ["queued", "running", "done"]


def test_a_layer_is_the_table_of_the_file(as_role: Maker, server: Server, plan: str) -> None:
    path = server.services.settings.data / "plans" / plan / "plan.gpkg"
    client = as_role()
    for name in ("settlements", "projects", "sites", "networks"):
        ours = client.read_layer(plan, name)
        theirs = gpd.read_file(path, layer=name)
        assert ours.crs == theirs.crs
        assert ours.geometry.geom_equals_exact(theirs.geometry, 1e-9).all()
        pd.testing.assert_frame_equal(
            pd.DataFrame(ours.drop(columns="geometry")).convert_dtypes(),
            pd.DataFrame(theirs.drop(columns="geometry")).convert_dtypes(),
            check_column_type=False,
        )


def test_a_layer_is_chosen_from_and_may_be_empty(as_role: Maker, plan: str) -> None:
    client = as_role()
    roads = client.read_layer(plan, "networks", kind="road")
    assert set(roads["kind"]) == {"road"}
    assert set(client.read_layer(plan, "sites", is_existing=False)["is_existing"]) == {False}
    nothing = client.read_layer(plan, "projects", bbox=(0, 0, 1, 1))
    assert len(nothing) == 0
    assert "capex_usd" in nothing
    late = client.read_layer(plan, "projects", datetime="2030-01-01T00:00:00Z/..")
    assert (late["finish"] >= 2030).all()


def test_features_are_gone_through_page_by_page(
    as_role: Maker, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(as_role().list_features(plan, "projects"))
    monkeypatch.setattr("bunyad.client.layers.MOST_FEATURES", 3)
    assert list(as_role().list_features(plan, "projects")) == whole


def test_the_land_is_asked(as_role: Maker, plan: str) -> None:
    client = as_role()
    assert client.ask_cell(plan, lon=0, lat=0).is_inside is False
    assert client.ask_area(plan, BOX).area_km2 == pytest.approx(9550, rel=0.02)


def test_a_file_is_written_whole_or_not_at_all(as_role: Maker, plan: str, tmp_path: Path) -> None:
    client = as_role()
    sizes = {one.name: one.bytes for one in client.list_files(plan)}
    path = client.get_file(plan, "plan.gpkg", to=tmp_path / "new")
    assert path.stat().st_size == sizes["plan.gpkg"]
    with pytest.raises(ApiProblem, match="no such file"):
        client.get_file(plan, "secret.txt", to=tmp_path / "new")
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["plan.gpkg"]


def test_a_problem_names_every_fault_and_how_to_mend_it(as_role: Maker) -> None:
    with pytest.raises(ApiProblem) as caught:
        as_role("planner").draft_plan(
            "P", region="karabakh", options={"potential.nobody": 1, "settle.people_per_home": "x"}
        )
    problem = caught.value
    assert (problem.status, problem.code) == (422, "wrong-input")
    assert len(problem.faults) == 2
    assert "potential.nobody" in str(problem)


def answers(*codes: int, retry: str = "") -> tuple[httpx.MockTransport, list[str]]:
    """Return a transport that answers these codes in turn, 0 for a broken line."""
    left, seen = list(codes), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        code = left.pop(0)
        if code == 0:
            raise httpx.ConnectError("refused", request=request)
        headers = {"Retry-After": retry} if retry else {}
        return httpx.Response(code, headers=headers, json=[] if code == 200 else {})

    return httpx.MockTransport(answer), seen


@pytest.mark.parametrize(
    ("codes", "waits"),
    [((0, 0, 200), [0.5, 1.0]), ((503, 502, 504, 200), [0.5, 1.0, 2.0]), ((200,), [])],
)
def test_a_reading_is_tried_again_with_longer_and_longer_waits(
    codes: tuple[int, ...], waits: list[float]
) -> None:
    waited: list[float] = []
    with Client("http://x", transport=answers(*codes)[0], wait=waited.append) as client:
        assert client.list_regions() == []
    assert waited == waits


def test_the_server_says_how_long_to_wait_but_not_for_ever() -> None:
    waited: list[float] = []
    transport, _ = answers(429, 200, retry="7")
    with Client("http://x", transport=transport, wait=waited.append) as client:
        client.list_regions()
    transport, _ = answers(429, 200, retry="99999")
    with Client("http://x", transport=transport, wait=waited.append) as client:
        client.list_regions()
    assert waited == [7, 60]


def test_a_change_is_not_sent_twice_unless_it_was_surely_not_done() -> None:
    for codes, tries in (((0,), 1), ((503,), 1), ((429, 429, 429, 429), 4)):
        transport, seen = answers(*codes)
        with (
            Client("http://x", transport=transport, wait=lambda _: None) as client,
            pytest.raises(ApiProblem),
        ):
            client.draft_plan("P", region="karabakh")
        assert seen == ["POST"] * tries


def test_a_server_that_is_not_there_or_not_ours_is_named(tmp_path: Path) -> None:
    for code, said in ((0, "does not answer"), (404, "not as Bunyad does")):
        transport, _ = answers(*[code] * 4)
        with (
            Client("http://x", transport=transport, wait=lambda _: None) as client,
            pytest.raises(ApiProblem, match=said),
        ):
            client.get_plan("p")
    transport, _ = answers(0)
    with (
        Client("http://x", transport=transport, wait=lambda _: None) as client,
        pytest.raises(ApiProblem, match="does not answer"),
    ):
        client.get_file("p", "plan.gpkg", to=tmp_path)
