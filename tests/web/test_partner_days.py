"""Forums, exchanges and courses over HTTP: who sees what, and a whole day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import pypdfium2
import pytest
from sqlalchemy import select
from web.servers import Server, running_server

from bunyad.partner.courses import issue_certificate
from bunyad.partner.signing import public_key
from bunyad.store.models import Account

FORUM = {
    "id": "forum-2026",
    "title": "Technology forum",
    "slots": [
        {"id": f"s{hour}", "start": f"2026-10-05T{hour:02}:00:00+04:00",
         "end": f"2026-10-05T{hour:02}:45:00+04:00"}
        for hour in (9, 10, 11, 12)
    ],
    "halls": [{"id": "h", "name": "Hall", "tables": 2}],
    "people": [
        {"id": "cloud-co", "name": "Cloud Co", "side": "guest", "languages": ["en"]},
        {"id": "chain-co", "name": "Chain Co", "side": "guest", "languages": ["en"]},
        {"id": "agency", "name": "Agency", "side": "host", "languages": ["en", "az"]},
        {"id": "city", "name": "City", "side": "host", "languages": ["az", "en"]},
    ],
    "wishes": [
        {"guest": "cloud-co", "host": "agency", "score": 9},
        {"guest": "chain-co", "host": "city", "score": 5},
    ],
}  # fmt: skip
EXCHANGE = {
    "title": "Autumn",
    "id": "autumn",
    "hosts": [{"id": "hub", "places": 1, "ranking": ["su", "ay"]}],
    "applicants": [{"id": "ay", "wishes": ["hub"]}, {"id": "su", "wishes": ["hub"]}],
}
SCHOOL = {
    "title": "Coding",
    "courses": [{"id": "coding", "title": "Coding", "first_grade": 5, "last_grade": 9,
                 "lessons": 34, "lessons_per_week": 1, "group_size": 15, "uptake": 0.5}],
    "rooms": [{"id": "r", "settlement": "aghali", "seats": 16, "devices": 16}],
    "teachers": [{"id": "t", "courses": ["coding"], "settlements": ["aghali"],
                  "lessons_per_week": 20}],
}  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as found:
        yield found


def _ask(
    server: Server, role: str, method: str, path: str, body: Any = None, expect: int = 200
) -> Any:
    answer = server.client.request(
        method, f"/api/v1{path}", headers=server.as_role(role), json=body
    )
    assert answer.status_code == expect, answer.text
    return answer.json() if "json" in answer.headers["content-type"] else answer


def _forum(server: Server) -> dict[str, Any]:
    """Return the forum in which the partner's account acts for Cloud Co."""
    with server.services.database.read() as session:
        partner = session.scalars(
            select(Account).where(Account.email == "partner@example.org")
        ).one()
    people = [dict(one) for one in FORUM["people"]]
    people[0]["organisation"] = partner.organisation_id
    return {**FORUM, "people": people}


def test_a_forum_is_planned_and_met_on_its_day(server: Server) -> None:
    _ask(server, "organiser", "POST", "/forums", {"document": _forum(server)}, 201)
    planned = _ask(server, "organiser", "POST", "/forums/forum-2026/timetable", {"seconds": 2})
    assert planned["result"]["score"] == 14
    assert planned["result"]["share_of_bound"] == pytest.approx(1)

    mine = _ask(server, "partner", "GET", "/forums/forum-2026/day")
    assert [one["meeting"]["id"] for one in mine["meetings"]] == ["cloud-co~agency"]
    every = _ask(server, "organiser", "GET", "/forums/forum-2026/day")
    assert len(every["meetings"]) == 2

    now = mine["meetings"][0]["meeting"]["slot"]
    other = next(one["id"] for one in FORUM["slots"] if one["id"] != now)
    offer = {"kind": "move_offered", "meeting": "cloud-co~agency", "slot": other}
    offered = _ask(server, "partner", "POST", "/forums/forum-2026/day", offer)
    assert offered["meetings"][0]["offer"] == other
    own = {"kind": "move_accepted", "meeting": "cloud-co~agency"}
    _ask(server, "partner", "POST", "/forums/forum-2026/day", own, 422)
    moved = _ask(server, "organiser", "POST", "/forums/forum-2026/day", own)
    assert [one["meeting"]["slot"] for one in moved["meetings"] if one["sequence"] == 1] == [other]

    foreign = {"kind": "cancelled", "meeting": "chain-co~city"}
    _ask(server, "partner", "POST", "/forums/forum-2026/day", foreign, 403)

    away = {"now": "s9", "away": [{"person": "city", "first": "s9", "last": "s12"}], "seconds": 2}
    done = _ask(server, "organiser", "POST", "/forums/forum-2026/replans", away)
    assert [one["id"] for one in done["dropped"]] == ["chain-co~city"]
    assert done["is_proven"]

    def states(role: str) -> list[str]:
        path = "/forums/forum-2026/calendar?person=chain-co"
        calendar = icalendar.Calendar.from_ical(_ask(server, role, "GET", path).content)
        return [str(one["STATUS"]) for one in calendar.walk("VEVENT")]

    assert states("organiser") == ["CANCELLED"]
    assert states("partner") == []
    _ask(server, "partner", "GET", "/forums/forum-2026/board", expect=404)
    assert _ask(server, "partner", "GET", "/forums/forum-2026")["result"] is None
    for name in ("badges", "tables"):
        assert (
            _ask(server, "organiser", "GET", f"/forums/forum-2026/{name}").content[:5] == b"%PDF-"
        )


def test_the_public_sees_what_was_published_and_no_wishes(server: Server) -> None:
    _ask(server, "organiser", "POST", "/forums", {"document": _forum(server)}, 201)
    for role in ("public", "planner", "bidder"):
        assert _ask(server, role, "GET", "/forums") == []
        _ask(server, role, "GET", "/forums/forum-2026", expect=404)
    planned = _ask(server, "organiser", "POST", "/forums/forum-2026/timetable", {})

    change = {"version": planned["version"], "is_public": True}
    _ask(server, "organiser", "PUT", "/forums/forum-2026", change)

    seen = _ask(server, "public", "GET", "/forums/forum-2026")
    assert "wishes" not in seen["document"]
    assert "organisation" not in json.dumps(seen["document"])
    board = _ask(server, "public", "GET", "/forums/forum-2026/board?at=2026-10-05T08:00:00%2B04:00")
    assert [one["slot"] for one in board["now"]] == ["s9", "s10"]
    _ask(server, "public", "GET", "/forums/forum-2026/board?at=noon", expect=422)
    _ask(server, "organiser", "PUT", "/forums/forum-2026", change, 409)


def test_faults_of_a_document_are_all_told(server: Server) -> None:
    wrong = {**FORUM, "wishes": [{"guest": "x", "host": "y"}]}

    told = _ask(server, "organiser", "POST", "/forums", {"document": wrong}, 422)

    assert {one["what"] for one in told["faults"]} == {"x is unknown", "y is unknown"}


def test_an_exchange_is_matched_and_proven(server: Server) -> None:
    _ask(server, "organiser", "POST", "/exchanges", {"document": EXCHANGE, "is_public": True}, 201)

    done = _ask(server, "organiser", "POST", "/exchanges/autumn/matching", {})

    assert done["result"]["placed"] == {"su": "hub"}
    assert done["result"]["blocking_pairs"] == []
    seen = _ask(server, "public", "GET", "/exchanges/autumn")
    assert "ranking" not in seen["document"]["hosts"][0]
    assert "wishes" not in seen["document"]["applicants"][0]


def test_children_of_a_plan_fill_the_groups_of_a_school(server: Server) -> None:
    plan = server.plan("valley", is_public=True)
    folder = server.services.settings.data / "plans" / plan / "tables"
    (folder / "population_path.csv").write_text("settlement,year,people\naghali,2027,1000\n")
    kept = _ask(server, "organiser", "POST", "/schools", {"document": SCHOOL}, 201)

    week = _ask(
        server, "organiser", "POST", f"/schools/{kept['id']}/week", {"plan": plan, "year": 2027}
    )

    assert week["result"]["pupils"] == 36
    assert len(week["result"]["lessons"]) == 3


def test_anybody_checks_a_certificate(server: Server) -> None:
    secret = "33" * 32
    content = {"id": "1", "holder": "Ay", "course": "Coding", "lessons": 34, "issuer": "School",
               "issued": "2027-05-31"}  # fmt: skip
    text = issue_certificate(content, secret=secret)

    body = {"text": text, "issuers": {public_key(secret): "School"}}

    assert _ask(server, "public", "POST", "/certificates/check", body)["verdict"] == "list unknown"
    forged = {**body, "text": text.replace('"Ay"', '"Bo"')}
    assert _ask(server, "public", "POST", "/certificates/check", forged)["verdict"] == "forged"


def test_only_organisers_see_how_far_pupils_are_and_print_their_certificates(
    server: Server,
) -> None:
    kept = _ask(server, "organiser", "POST", "/schools",
                {"document": SCHOOL, "is_public": True}, 201)  # fmt: skip
    address = f"/schools/{kept['id']}/progress"
    rows = [
        {"pupil": pupil, "lesson": lesson, "is_there": True, "mark": mark}
        for lesson in range(1, 35)
        for pupil, mark in (("Aygün", 90), ("Rəşad", 40))
    ]
    body = {"course": "coding", "version": 0, "rows": rows}
    told = _ask(server, "organiser", "PUT", address, body)

    assert [(one["pupil"], one["attended"], one["has_passed"]) for one in told["pupils"]] == [
        ("Aygün", 34, True), ("Rəşad", 34, False),
    ]  # fmt: skip
    _ask(server, "organiser", "PUT", address, body, 409)
    assert _ask(server, "organiser", "GET", f"{address}?course=coding") == told
    for role in ("partner", "planner", "public"):
        _ask(
            server, role, "GET", f"{address}?course=coding", expect=401 if role == "public" else 403
        )
        assert "Aygün" not in json.dumps(_ask(server, role, "GET", f"/schools/{kept['id']}"))

    wrong = {**body, "version": 1, "rows": [rows[0], rows[0], {**rows[0], "lesson": 99}]}
    assert len(_ask(server, "organiser", "PUT", address, wrong, 422)["faults"]) == 2
    _ask(server, "organiser", "PUT", address, {**body, "course": "none"}, 404)

    texts = [
        issue_certificate(
            {"id": name, "holder": name, "course": "Coding", "lessons": 34, "issuer": "School",
             "issued": "2027-05-31"}, secret="33" * 32,
        )
        for name in ("Aygün", "Elnur")
    ]  # fmt: skip
    sheets = _ask(server, "organiser", "POST", "/certificates/sheets", {"texts": texts})
    assert len(pypdfium2.PdfDocument(sheets.content)) == 2
    _ask(server, "organiser", "POST", "/certificates/sheets", {"texts": ["forged"]}, 422)

    gone = _ask(server, "organiser", "PUT", address, {**body, "version": 1, "rows": []})
    assert (gone["version"], gone["pupils"]) == (0, [])
