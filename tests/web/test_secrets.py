"""No secret gets into a log, an error's text or an answer, whatever goes wrong."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from web.servers import ADDRESS, Server, on_both

from bunyad.store.models import Account, Invitation
from bunyad.web.app import make_app
from bunyad.web.services import hash_token

PASSWORD = "seven bright orchards wake"


def token_of(url: str) -> str:
    return url.rpartition("=")[2]


def join(server: Server) -> str:
    """Let somebody join; return the invitation's token."""
    admin = server.as_role("admin")
    organisation = server.client.get("/api/v1/organisations", headers=admin).json()[0]["id"]
    body = {"email": "new@example.org", "role": "planner", "organisation_id": organisation}
    invited = server.client.post("/api/v1/invitations", headers=admin, json=body).json()
    token = token_of(invited["url"])
    server.client.post(
        "/api/v1/invitations/accept", json={"token": token, "name": "New", "password": PASSWORD}
    )
    return token


@on_both
def test_no_secret_is_logged_by_who_signs_in_wrongly_or_rightly(
    server: Server, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="httpx2")  # the asker's own, not the server's
    client = server.client
    secrets = {"password": PASSWORD, "invitation": join(server)}
    secrets["cookie"] = client.cookies["bunyad-login"]
    secrets["totp"] = client.post("/api/v1/me/second-factor").json()["secret"]
    code = pyotp.TOTP(secrets["totp"]).at(int(time.time()))
    client.put("/api/v1/me/second-factor", json={"code": code})
    secrets["token"] = client.post("/api/v1/me/tokens", json={"name": "x"}).json()["secret"]
    plan = server.plan(of="planner")
    asks = server.as_role("planner")
    share = client.post(f"/api/v1/plans/{plan}/share", headers=asks).json()["url"]
    secrets["share"] = token_of(share)
    client.get(f"/api/v1/plans/{plan}?share={secrets['share']}")
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {secrets['token']}"})
    client.get("/api/v1/me", headers={"Authorization": "Bearer wrong-but-close"})
    wrong = {"email": "new@example.org", "password": "wrong guess of mine"}
    client.post("/api/v1/session", json=wrong)
    client.post("/api/v1/session", json={**wrong, "password": PASSWORD, "code": "000000"})
    client.post("/api/v1/session", content=f'{{"password": "{PASSWORD}"')
    secrets |= {"planner's": server.tokens["planner"], "guess": "wrong guess of mine"}
    with server.services.database.read() as session:
        account = session.scalars(select(Account).where(Account.name == "New")).one()
        secrets["hash"] = str(account.password_hash)

    out, err = capfd.readouterr()
    said = [caplog.text, out, err, repr(caplog.records), str(server.services.settings)]
    for name, secret in secrets.items():
        assert not any(secret in text for text in said), name


@on_both
def test_a_fault_of_the_database_tells_no_value(server: Server) -> None:
    hashed = hash_token("an invitation")

    def keep_twice() -> None:
        with server.services.database.begin() as session:
            for _ in "12":
                session.add(
                    Invitation(id="same", token_hash=hashed, email="hidden@example.org",
                               role="planner", organisation_id="nothing")
                )  # fmt: skip
                session.flush()

    with pytest.raises(Exception, match="invitation") as caught:
        keep_twice()
    assert hashed not in str(caught.value)
    assert "hidden@example.org" not in str(caught.value).replace("(hidden", "")


def test_a_fault_of_the_server_tells_its_reader_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"with {PASSWORD}")

    monkeypatch.setattr(type(server.services), "find_person", stumble)
    with TestClient(server.client.app, base_url=ADDRESS, raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/me")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert PASSWORD not in answer.text


def test_no_answer_but_the_first_tells_a_token(server: Server) -> None:
    join(server)
    secret = server.client.post("/api/v1/me/tokens", json={"name": "x"}).json()["secret"]
    admin = server.as_role("admin")
    for path in ("/me", "/me/tokens", "/audit", "/accounts", "/organisations", "/me/passkeys"):
        for headers in ({}, admin):
            text = server.client.get(f"/api/v1{path}", headers=headers).text
            assert secret not in text
            assert "argon2" not in text


def test_a_body_that_is_too_large_is_turned_away_whether_it_says_so_or_not(
    server: Server, tmp_path: Path
) -> None:
    small = replace(server.services.settings, largest_upload_mb=1)
    with TestClient(make_app(small), base_url=ADDRESS) as client:
        large = b" " * 1_500_000

        def parts() -> Any:
            yield large[:750_000]
            yield large[750_000:]

        for content in (large, parts()):
            answer = client.post("/api/v1/session", content=content)
            assert answer.status_code == 413
            assert answer.json()["type"] == "/problems/too-large"


def test_one_asker_who_asks_too_often_does_not_stop_another(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [1000.0]
    monkeypatch.setattr("bunyad.web.limits.time.monotonic", lambda: moment[0])
    strict = replace(server.services.settings, requests_per_minute=5)
    with TestClient(make_app(strict), base_url=ADDRESS) as client:
        asks = server.as_role("bidder")
        codes = [client.get("/api/v1/me", headers=asks).status_code for _ in range(7)]
        assert codes == [200] * 5 + [429] * 2
        assert client.get("/api/v1/me", headers=server.as_role("partner")).status_code == 200
        wait = client.get("/api/v1/me", headers=asks).headers["retry-after"]
        moment[0] += int(wait)
        assert client.get("/api/v1/me", headers=asks).status_code == 200


def test_who_guesses_tokens_has_to_wait(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bunyad.web.limits.time.monotonic", lambda: 1000.0)
    strict = replace(server.services.settings, requests_per_minute=5)
    with TestClient(make_app(strict), base_url=ADDRESS) as client:
        guesses = [{"Authorization": f"Bearer guess {number}"} for number in range(7)]
        codes = [client.get("/api/v1/me", headers=guess).status_code for guess in guesses]
    assert codes == [401] * 5 + [429] * 2
