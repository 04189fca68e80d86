"""Passkeys, made and shown by a device of the tests' own: what counts, and what does not."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select, update
from starlette.testclient import TestClient
from web.servers import Server, running_server
from webauthn.helpers import bytes_to_base64url

from bunyad.store.models import Account, Passkey
from bunyad.web.app import make_app

ORIGIN = "http://localhost"
PRESENT, VERIFIED, WITH_KEY = 1, 4, 64
"""Flags of what a device says (WebAuthn Level 3, 6.1)."""


@dataclass(slots=True, kw_only=True)
class Device:
    """A device with one key."""

    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    flags: int = PRESENT | VERIFIED
    origin: str = ORIGIN

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Make a passkey."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        known = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        said = self._said(options["rp"]["id"], self.flags | WITH_KEY) + known
        form = {"fmt": "none", "attStmt": {}, "authData": said}
        client = self._client("webauthn.create", options["challenge"])
        return self._credential(client, attestationObject=cbor2.dumps(form))

    def show(self, options: dict[str, Any], **more: bytes) -> dict[str, Any]:
        """Show the passkey."""
        said = self._said(options["rpId"], self.flags)
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._credential(client, authenticatorData=said, signature=signature, **more)

    def _said(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _credential(self, client: bytes, **response: bytes) -> dict[str, Any]:
        parts = {"clientDataJSON": client, **response}
        name = bytes_to_base64url(self.id)
        return {
            "id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {},
            "response": {key: bytes_to_base64url(value) for key, value in parts.items()},
        }  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path, public_url=ORIGIN, sign_ins_per_minute=1000) as running:
        yield running


def add(server: Server, device: Device, *, role: str = "planner", offered_to: str = "") -> Any:
    """Let a role make a passkey; return the answer."""
    offer = server.client.post(
        "/api/v1/me/passkeys/offer", headers=server.as_role(offered_to or role)
    ).json()
    body = {"ceremony": offer["ceremony"], "credential": device.make(offer["options"]), "name": "x"}
    return server.client.post("/api/v1/me/passkeys", headers=server.as_role(role), json=body)


def enter(server: Server, device: Device, **more: bytes) -> Any:
    """Sign in by a passkey; return the answer."""
    offer = server.client.post("/api/v1/session/passkey/offer").json()
    body = {"ceremony": offer["ceremony"], "credential": device.show(offer["options"], **more)}
    return server.client.post("/api/v1/session/passkey", json=body)


def test_a_passkey_signs_its_holder_in(server: Server) -> None:
    device = Device()
    assert add(server, device).status_code == 201
    assert enter(server, device).json()["name"] == "Planner"
    assert server.client.get("/api/v1/me").json()["role"] == "planner"
    listed = server.client.get("/api/v1/me/passkeys").json()
    assert [one["name"] for one in listed] == ["x"]


def test_the_offer_names_no_account(server: Server) -> None:
    add(server, Device())
    offer = server.client.post("/api/v1/session/passkey/offer").json()
    assert offer["options"].get("allowCredentials", []) == []
    assert offer["options"]["userVerification"] == "required"


@pytest.mark.parametrize(
    "change",
    [
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"id": b"an unknown passkey"},
        {"flags": PRESENT},
        {"origin": "https://localhost.elsewhere.example"},
        {"count": 4},
    ],
    ids=["another key", "unknown", "holder not verified", "foreign page", "count goes back"],
)
def test_what_does_not_prove_itself_is_refused(server: Server, change: dict[str, Any]) -> None:
    device = Device(count=5)
    add(server, device)
    answer = enter(server, replace(device, **change))
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/wrong-passkey")
    assert server.client.get("/api/v1/me").json()["role"] == "public"


def test_a_passkey_that_claims_to_be_another_accounts_is_refused(server: Server) -> None:
    device = Device()
    add(server, device)
    assert enter(server, device, userHandle=b"another account").status_code == 401


def test_an_ended_account_does_not_come_back_by_its_passkey(server: Server) -> None:
    device = Device()
    add(server, device)
    with server.services.database.begin() as session:
        session.execute(
            update(Account).where(Account.email == "planner@example.org").values(is_active=False)
        )
    assert enter(server, device).status_code == 401


def test_an_offer_counts_once(server: Server) -> None:
    device = Device()
    add(server, device)
    offer = server.client.post("/api/v1/session/passkey/offer").json()
    body = {"ceremony": offer["ceremony"], "credential": device.show(offer["options"])}
    codes = [server.client.post("/api/v1/session/passkey", json=body).status_code for _ in "12"]
    assert codes == [200, 422]


def test_a_passkey_is_kept_for_who_was_offered_it_only(server: Server) -> None:
    assert add(server, Device(), role="bidder", offered_to="planner").status_code == 404


def test_a_device_that_does_not_know_its_holder_is_refused(server: Server) -> None:
    assert add(server, Device(flags=PRESENT)).status_code == 422
    assert add(server, Device(origin="https://elsewhere.example")).status_code == 422


def test_a_passkey_is_kept_once_and_an_account_has_so_many(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device()
    add(server, device)
    assert add(server, device, role="bidder").json()["type"] == "/problems/has-passkey"
    monkeypatch.setattr("bunyad.web.accounts.passkeys.MOST", 1)
    answer = server.client.post("/api/v1/me/passkeys/offer", headers=server.as_role("planner"))
    assert answer.json()["type"] == "/problems/many-passkeys"


def test_the_last_way_in_is_not_removed(server: Server) -> None:
    asks = server.as_role("planner")
    made = add(server, Device()).json()["id"]
    answer = server.client.delete(f"/api/v1/me/passkeys/{made}", headers=asks)
    assert answer.json()["type"] == "/problems/last-way-in"
    add(server, Device())
    assert server.client.delete(f"/api/v1/me/passkeys/{made}", headers=asks).status_code == 204
    with server.services.database.read() as session:
        assert len(session.scalars(select(Passkey)).all()) == 1


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://127.0.0.1:8000", None),
        ("http://[::1]:8000", None),
        ("http://plans.example.org", None),
        ("https://plans.example.org", "plans.example.org"),
        ("http://localhost:8000", "localhost"),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(
    server: Server, address: str, host: str | None
) -> None:
    settings = replace(server.services.settings, public_url=address)
    assert settings.passkey_host == host
    with TestClient(make_app(settings), base_url=address) as client:
        assert client.get("/api/v1/session/ways").json()["passkeys"] is (host is not None)
        status = client.post("/api/v1/session/passkey/offer").status_code
    assert status == (200 if host else 409)
