"""The directory, matches and ventures over HTTP: who sees and changes what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from partner_files import organisations_file
from partner_ventures import SECRETS, party, terms
from web.partner_server import JUDGED, organisation_of, write_bills
from web.servers import Server, running_server

from bunyad.partner.ventures import sign_version
from bunyad.web.partner.finding import entry_id

API = "/api/v1/partners"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("partners"), requests_per_minute=10**6,
                        sign_ins_per_minute=10**6) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def prefix(server: Server) -> str:
    """Import the judged organisations; return what identifiers of entries begin with."""
    answer = ask(server, "organiser", "POST", "/entries?name=o.csv", content=JUDGED.read_bytes())
    assert answer["kept"] == 48
    return entry_id(organisation_of(server, "organiser"), "")


@pytest.fixture(scope="module")
def plan(server: Server) -> str:
    found = server.plan("village", is_public=True)
    write_bills(server.services.settings.data / "plans" / found)
    return found


def ask(server: Server, role: str, method: str, path: str, *, status: int = 0, **more: Any) -> Any:
    """Ask as a role; return the answer's content, of a status."""
    server.client.cookies.clear()
    answer = server.client.request(method, f"{API}{path}", headers=server.as_role(role), **more)
    assert answer.status_code == status or (not status and answer.is_success), answer.text
    return answer.json() if answer.content[:1] in (b"{", b"[") else answer.content


def claim(server: Server, entry: str, role: str = "partner") -> None:
    """Let a role's account take over an entry by its link."""
    link = ask(server, "organiser", "POST", f"/entries/{entry}/invitation",
               json={"email": "x@example.org"})["url"]  # fmt: skip
    ask(server, role, "POST", "/claims", json={"token": link.partition("token=")[2]})


def test_a_file_with_faults_changes_nothing_unless_the_good_rows_are_asked_for(
    server: Server,
) -> None:
    content, wrong = organisations_file(60, 6)
    told = ask(server, "admin", "POST", "/entries?name=a.csv", content=content, status=422)
    assert len(told["faults"]) >= len(wrong)
    assert ask(server, "admin", "GET", "/entries?text=Firm")["total"] == 0
    kept = ask(server, "admin", "POST", "/entries?name=a.csv&keep_good=true", content=content)
    assert (kept["rows"], kept["kept"], kept["faulty_rows"]) == (60, 54, 6)
    assert ask(server, "admin", "GET", "/entries?text=Firm")["total"] == 54
    again = ask(
        server, "admin", "POST", "/entries?name=a.csv&keep_good=true", content=content, status=422
    )
    assert "has an entry of this identifier" in again["faults"][0]["what"]


def test_the_directory_is_gone_through_and_hidden_from_others(server: Server, prefix: str) -> None:
    first = ask(server, "organiser", "GET", "/entries?limit=20")
    assert first["total"] == 48
    seen, cursor = [one["id"] for one in first["items"]], first["next"]
    while cursor:
        page = ask(server, "organiser", "GET", "/entries", params={"limit": 20, "cursor": cursor})
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 48
    assert ask(server, "organiser", "GET", "/entries?country=PK")["total"] == 8
    assert ask(server, "organiser", "GET", "/entries?section=K")["total"] == 2
    for role in ("public", "partner", "planner"):
        assert ask(server, role, "GET", "/entries?text=Indus")["total"] == 0
        ask(server, role, "GET", f"/entries/{prefix}o01", status=404)


def test_an_entry_is_published_by_the_organiser_alone(server: Server, prefix: str) -> None:
    entry = f"/entries/{prefix}o05"
    claim(server, f"{prefix}o05")
    ask(server, "partner", "PATCH", entry, json={"version": 2, "is_published": True}, status=403)
    ask(server, "organiser", "PATCH", entry, json={"version": 2, "is_published": True})
    shown = ask(server, "public", "GET", entry)
    assert (shown["entry"]["is_published"], shown["entry"]["is_own"], shown["contacts"]) == (
        True,
        False,
        [],
    )
    ask(server, "public", "PATCH", entry, json={"wishes": "x"}, status=401)


def test_an_organisation_changes_its_own_entry_and_no_other(server: Server, prefix: str) -> None:
    claim(server, f"{prefix}o06")
    own, other = f"/entries/{prefix}o06", f"/entries/{prefix}o07"
    changed = ask(server, "partner", "PATCH", own,
                  json={"version": 2, "wishes": "lamps", "languages": "az; tr"})  # fmt: skip
    assert (changed["entry"]["wishes"], changed["entry"]["languages"]) == ("lamps", ["az", "tr"])
    ask(server, "partner", "PATCH", own, json={"version": 2, "wishes": "late"}, status=422)
    told = ask(
        server,
        "partner",
        "PATCH",
        own,
        json={"version": 3, "languages": "xx", "website": "y"},
        status=422,
    )
    assert len(told["faults"]) == 2
    ask(server, "partner", "PATCH", other, json={"wishes": "taken"}, status=404)
    ask(server, "partner", "DELETE", own, status=403)


def test_a_link_makes_an_account_once_and_only_as_signed(server: Server, prefix: str) -> None:
    entry = f"{prefix}o19"
    link = ask(
        server,
        "organiser",
        "POST",
        f"/entries/{entry}/invitation",
        json={"email": "New@bank.example"},
    )
    token = link["url"].partition("token=")[2]
    body = {"token": token, "name": "Leyla", "password": "correct horse battery staple 9"}
    ask(
        server, "public", "POST", "/claims", json={**body, "token": token[:-4] + "AAAA"}, status=422
    )
    ask(server, "public", "POST", "/claims", json={"token": token}, status=422)
    me = ask(server, "public", "POST", "/claims", json=body)
    assert (me["role"], me["organisation"]) == ("partner", "Bakı İnvest")
    ask(server, "public", "POST", "/claims", json=body, status=404)
    ask(server, "planner", "POST", "/claims", json=body, status=403)
    signed = server.client.post(
        "/api/v1/session", json={"email": "new@bank.example", "password": body["password"]}
    )
    assert signed.status_code == 200, signed.text
    own = server.client.get(f"{API}/entries/{entry}").json()
    assert own["entry"]["is_own"]


def test_a_new_link_ends_the_one_before(server: Server, prefix: str) -> None:
    path = f"/entries/{prefix}o20/invitation"
    tokens = [
        ask(server, "organiser", "POST", path, json={"email": "a@b.example"})["url"].partition(
            "token="
        )[2]
        for _ in range(2)
    ]
    ask(server, "partner", "POST", "/claims", json={"token": tokens[0]}, status=404)
    ask(server, "organiser", "POST", path, json={}, status=422)


def test_a_person_agrees_withdraws_and_is_deleted(server: Server) -> None:
    content = ("name,sort,country,sectors,languages,offers,contact_name,contact_email\n"
               "Person Test,company,AZ,62,az,x,Rauf Secret,rauf@secret.example\n")  # fmt: skip
    ask(server, "organiser", "POST", "/entries?name=p.csv", content=content.encode())
    entry = entry_id(organisation_of(server, "organiser"), "person-test")
    contact = ask(server, "organiser", "GET", f"/entries/{entry}")["contacts"][0]
    path = f"/entries/{entry}/contacts/{contact['id']}"
    agreed = ask(server, "organiser", "PUT", path, json={"purposes": ["matching"]})
    assert set(agreed["consents"]) == {"matching"}
    assert ask(server, "organiser", "PUT", path, json={"purposes": []})["consents"] == {}
    deleted = ask(server, "organiser", "DELETE", path)
    assert "signatures under agreements" in deleted["kept"]["agreements"]
    assert ask(server, "organiser", "GET", f"/entries/{entry}")["contacts"] == []
    for path in ("/file?with_contacts=true", f"/entries/{entry}"):
        assert (
            b"rauf" not in json.dumps(str(ask(server, "organiser", "GET", path))).encode().lower()
        )


def test_two_entries_are_made_one_and_two_again(server: Server) -> None:
    head = "name,sort,country,sectors,languages,offers,contact_email\n"
    rows = "Twin Works LLC,company,AZ,62,az,x,a@twin.example\nTwin Works MMC,company,AZ,63,az,y,b@twin.example\n"
    ask(server, "organiser", "POST", "/entries?name=t.csv", content=(head + rows).encode())
    twins = [one for one in ask(server, "organiser", "GET", "/twins") if "twin-works" in one["one"]]
    assert twins[0]["reasons"] == ["name", "mail", "country"]
    kept, gone = twins[0]["one"], twins[0]["other"]
    merged = ask(server, "organiser", "POST", "/merges", json={"kept": kept, "gone": gone})
    assert merged["entry"]["sectors"] == ["62", "63"]
    assert len(merged["contacts"]) == 2
    ask(server, "organiser", "GET", f"/entries/{gone}", status=404)
    ask(server, "organiser", "DELETE", f"/merges/{gone}")
    assert len(ask(server, "organiser", "GET", f"/entries/{gone}")["contacts"]) == 1
    assert ask(server, "organiser", "GET", f"/entries/{kept}")["entry"]["sectors"] == ["62"]
    ask(server, "organiser", "DELETE", f"/merges/{gone}", status=404)


def test_needs_matches_and_verdicts(server: Server, prefix: str, plan: str) -> None:
    needs = ask(server, "public", "GET", f"/needs?plan={plan}&language=az")
    assert {one["asked_title"] for one in needs} >= {
        "Ağıllı sayğaclar",
        "Stansiyanın maliyyələşdirilməsi",
    }
    ask(server, "public", "GET", f"/needs?plan={plan}&language=xx", status=422)
    ask(server, "public", "GET", "/needs?plan=none", status=404)
    found = ask(
        server, "organiser", "GET", f"/matches?plan={plan}&need=smart-village-aghali.metering"
    )
    assert [one["entry"] for one in found["items"]][:2] == [f"{prefix}o01", f"{prefix}o02"]
    claim(server, f"{prefix}o01")
    pair = f"/matches/{prefix}o01/smart-village-aghali.metering?plan={plan}"
    told = ask(server, "partner", "GET", f"{pair}&language=az")
    assert told["reasons"][0]["title"] in ("Təklif", "Sahə")
    assert sum(one["adds"] for one in told["reasons"]) == pytest.approx(told["score"])
    ask(
        server,
        "partner",
        "GET",
        f"/matches/{prefix}o02/smart-village-aghali.metering?plan={plan}",
        status=404,
    )
    ask(server, "partner", "PUT", pair, json={"verdict": "no"})
    assert ask(server, "organiser", "GET", pair)["score"] == -1
    found = ask(
        server, "organiser", "GET", f"/matches?plan={plan}&need=smart-village-aghali.metering"
    )
    assert f"{prefix}o01" not in {one["entry"] for one in found["items"]}
    own = ask(server, "partner", "GET", f"/matches?plan={plan}")
    assert f"{prefix}o02" not in {one["entry"] for one in own["items"]}
    ask(server, "partner", "PUT", pair, json={"verdict": "none"})
    ask(server, "organiser", "PUT", pair, json={"verdict": "must"})
    assert ask(server, "partner", "GET", pair)["verdicts"] == ["must"]


def test_a_pair_founds_a_joint_venture_on_a_lot_and_the_public_sees_what_was_published(
    server: Server, prefix: str
) -> None:
    araz, indus = f"{prefix}o48", f"{prefix}o46"
    claim(server, araz)
    parties = [
        {**party("araz", "51"), "organisation": araz},
        {**party("indus", "49"), "organisation": indus},
    ]
    wanted = terms(project="hydro-x", parties=parties, contributions=[], text="secret words", milestones=[
        {"id": "m", "title": "Water flows", "due": "2027-05-01", "party": None}])  # fmt: skip
    made = ask(server, "partner", "POST", "/ventures", json={"terms": wanted})
    path = f"/ventures/{made['row']['id']}"
    assert made["acts_as"] == f"party:{araz}"
    assert made["waits_for"] == [araz, indus]
    body = sign_version(made["row"]["id"], 1, made["proposed"], party=araz, secret=SECRETS["araz"])
    ask(server, "partner", "POST", f"{path}/events", json={"kind": "signed", "body": body})
    other = sign_version(
        made["row"]["id"], 1, made["proposed"], party=indus, secret=SECRETS["indus"]
    )
    ask(
        server,
        "partner",
        "POST",
        f"{path}/events",
        json={"kind": "signed", "body": other},
        status=422,
    )
    claim(server, indus)
    # One account now looks after both; it acts as the first of them, and its signature as such.
    ask(
        server,
        "partner",
        "POST",
        f"{path}/events",
        json={"kind": "signed", "body": other},
        status=422,
    )
    ask(server, "public", "GET", path, status=404)
    ask(server, "organiser", "PATCH", path, json={"is_public": True})
    shown = ask(server, "public", "GET", path)
    assert "secret words" not in json.dumps(shown)
    assert shown["moments"] == []
    assert "signing_key" not in json.dumps(shown)
    assert [one["id"] for one in ask(server, "public", "GET", "/ventures")] == [made["row"]["id"]]
    assert ask(server, "public", "GET", "/portfolio")[0]["ventures"] == 1
    assert ask(server, "organiser", "GET", "/reminders")
    ask(server, "partner", "POST", "/ventures", json={"terms": terms()}, status=403)
    ask(server, "partner", "POST", f"{path}/events", json={"kind": "sold", "body": {}}, status=404)


def test_the_directory_is_written_for_the_organiser(
    server: Server, prefix: str, tmp_path: Path
) -> None:
    from bunyad.partner.organisations import parse_organisations

    content = ask(server, "organiser", "GET", "/file?kind=xlsx")
    found = parse_organisations(content, is_xlsx=True).directory.organisations
    assert {f"{prefix}o01", f"{prefix}o48"} <= {one.id for one in found}
    assert not any(one.id.endswith("firm-1") for one in found)
