"""Signing in, second factors, invitations, tokens."""

from __future__ import annotations

import time

import pyotp
import pytest
from sqlalchemy import select
from web.servers import ADDRESS, Server, on_both

from bunyad.store.models import Account, AuditEntry, Login
from bunyad.web.server import prepare

pytestmark = on_both

PASSWORD = "four words make it"


def join(server: Server, *, role: str = "planner", email: str = "new@example.org") -> None:
    """Let a new person accept an invitation; the client is signed in afterwards."""
    admin = server.as_role("admin")
    organisation = server.client.get("/api/v1/organisations", headers=admin).json()[0]["id"]
    invited = server.client.post(
        "/api/v1/invitations", headers=admin,
        json={"email": email, "role": role, "organisation_id": organisation},
    ).json()  # fmt: skip
    answer = server.client.post(
        "/api/v1/invitations/accept",
        json={"token": token_of(invited["url"]), "name": "New", "password": PASSWORD},
    )
    assert answer.status_code == 200, answer.text


def token_of(url: str) -> str:
    return url.partition("token=")[2]


def sign_in(server: Server, **more: str):
    body = {"email": "new@example.org", "password": PASSWORD, **more}
    return server.client.post("/api/v1/session", json=body)


def test_an_invited_person_makes_an_account_and_is_signed_in(server: Server) -> None:
    join(server)
    assert server.client.get("/api/v1/me").json()["role"] == "planner"


def test_an_invitation_makes_one_account_only(server: Server) -> None:
    invited = server.client.post(
        "/api/v1/invitations", headers=server.as_role("admin"),
        json={"email": "a@b", "role": "partner", "organisation_id": organisation_of(server)},
    ).json()  # fmt: skip
    body = {"token": token_of(invited["url"]), "name": "A", "password": PASSWORD}
    codes = [server.client.post("/api/v1/invitations/accept", json=body).status_code for _ in "12"]
    assert codes == [200, 404]


def organisation_of(server: Server) -> str:
    admin = server.as_role("admin")
    return server.client.get("/api/v1/organisations", headers=admin).json()[0]["id"]


def test_passwords_and_tokens_are_kept_as_hashes_only(server: Server) -> None:
    join(server)
    cookie = server.client.cookies["bunyad-login"]
    with server.services.database.read() as session:
        kept = session.scalars(select(Account).where(Account.email == "new@example.org")).one()
        assert str(kept.password_hash).startswith("$argon2id$")
        assert cookie not in {login.token_hash for login in session.scalars(select(Login))}
        log = str([(entry.subject, entry.detail) for entry in session.scalars(select(AuditEntry))])
    assert PASSWORD not in log
    assert cookie not in log


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "new new new new new"])
def test_easy_passwords_are_refused_with_what_to_do(server: Server, password: str) -> None:
    invited = server.client.post(
        "/api/v1/invitations", headers=server.as_role("admin"),
        json={"email": "new@b", "role": "partner", "organisation_id": organisation_of(server)},
    ).json()  # fmt: skip
    body = {"token": token_of(invited["url"]), "name": "A", "password": password}
    answer = server.client.post("/api/v1/invitations/accept", json=body)
    assert answer.status_code == 422
    assert "letters or more" in answer.json()["faults"][0]["mend"]


def test_a_wrong_password_and_an_unknown_address_look_the_same(server: Server) -> None:
    join(server)
    wrong = sign_in(server, password="something else")
    unknown = sign_in(server, email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_signing_out_ends_the_cookie(server: Server) -> None:
    join(server)
    cookie = server.client.cookies["bunyad-login"]
    assert server.client.delete("/api/v1/session").status_code == 204
    answer = server.client.get("/api/v1/me", headers={"Cookie": f"bunyad-login={cookie}"})
    assert answer.json()["role"] == "public"


def test_too_many_tries_have_to_wait(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bunyad.web.limits.time.monotonic", lambda: 1000.0)
    codes = [sign_in(server).status_code for _ in range(12)]
    assert codes[:10] == [401] * 10
    assert codes[-1] == 429


def test_a_second_factor_is_asked_for_and_each_code_counts_once(server: Server) -> None:
    join(server)
    secret = server.client.post("/api/v1/me/second-factor").json()["secret"]
    app = pyotp.TOTP(secret)
    wrong = server.client.put("/api/v1/me/second-factor", json={"code": "000000"})
    assert wrong.status_code == 422
    right = server.client.put("/api/v1/me/second-factor", json={"code": app.now()})
    assert right.status_code == 204
    assert sign_in(server).json()["type"] == "/problems/code-needed"
    code = app.at(int(time.time()))
    assert sign_in(server, code=code).status_code == 200
    assert sign_in(server, code=code).status_code == 401


def test_an_ended_account_is_signed_out_everywhere(server: Server) -> None:
    join(server)
    admin = server.as_role("admin")
    accounts = server.client.get("/api/v1/accounts", headers=admin).json()
    own = next(one["id"] for one in accounts if one["email"] == "new@example.org")
    server.client.patch(f"/api/v1/accounts/{own}", headers=admin, json={"is_active": False})
    assert server.client.get("/api/v1/me").json()["role"] == "public"
    assert sign_in(server).status_code == 401


def test_a_token_works_until_it_is_removed(server: Server) -> None:
    join(server)
    made = server.client.post("/api/v1/me/tokens", json={"name": "script"}).json()
    asks = {"Authorization": f"Bearer {made['secret']}"}
    assert server.client.get("/api/v1/plans", headers=asks).status_code == 200
    listed = server.client.get("/api/v1/me/tokens").json()
    assert [one["secret"] for one in listed] == [None]
    assert server.client.delete(f"/api/v1/me/tokens/{made['id']}").status_code == 204
    assert server.client.get("/api/v1/plans", headers=asks).status_code == 401


def test_a_foreign_page_cannot_act_for_who_is_signed_in(server: Server) -> None:
    join(server)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = server.client.post("/api/v1/me/tokens", json={"name": "x"}, headers=headers)
        assert answer.status_code == 403
    own = server.client.post("/api/v1/me/tokens", json={"name": "x"}, headers={"Origin": ADDRESS})
    assert own.status_code == 201


def test_the_first_person_is_invited_once_there_is_nobody(server: Server, tmp_path) -> None:
    settings = server.services.settings
    assert prepare(settings, []) is None
    from dataclasses import replace

    fresh = replace(settings, database_url=f"sqlite:///{tmp_path / 'fresh.db'}")
    link = prepare(fresh, [])
    assert link is not None
    assert link.startswith(f"{ADDRESS}/#/join?token=")
