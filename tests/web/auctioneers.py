"""A small auction played over HTTP: a commission of three, four bidders, and a clock to turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auctions import LOTS, RULES
from sqlalchemy import select
from starlette.testclient import TestClient
from web.servers import Server, running_server

from bunyad.auction.events import time_text
from bunyad.auction.seal import (
    Keys,
    commit_seed,
    give_shares,
    make_keys,
    read_call,
    read_state,
    reveal_seed,
    seal_bid,
    withdraw_bid,
)
from bunyad.store.models import Account, ApiToken, Organisation, now
from bunyad.web.services import new_token

COMMISSION = {name: make_keys(name) for name in ("Leyla", "Rauf", "Aysel")}
BIDDERS = {
    "araz-solar": ("AZ", make_keys("araz-solar")),
    "rüzgâr enerji": ("TR", make_keys("rüzgâr enerji")),
    "sunfield gmbh": ("DE", make_keys("sunfield gmbh")),
    "mazdar": ("AE", make_keys("mazdar")),
}
LOTS_WITH_PLACE = [
    {**LOTS[0], "kind": "solar", "place": {"lon": "46.60", "lat": "39.40"}},
    {**LOTS[1], "kind": "wind", "place": {"lon": "46.70", "lat": "39.90"}},
]
TERMS = {"title": "100 MW of sun in Jabrayil", "rules": RULES, "lots": LOTS_WITH_PLACE}

KEYS = {"recipient": COMMISSION["Leyla"].recipient, "signing_key": "ab" * 32}
SIGNED = {"signature": "ab" * 64}
BODIES: dict[str, dict[str, Any]] = {
    "amend_auction": {"why": "taken"},
    "invite_commissioner": {"email": "commission@example.org"},
    "give_keys": KEYS,
    "publish_auction": {"threshold": 2, "deadline": "2030-01-01T00:00:00.000Z", "opening": {}},
    "cancel_auction": {"why": "taken"},
    "ask_question": {"text": "taken"},
    "answer_question": {"text": "taken"},
    "apply_to_bid": {"country": "AZ"},
    "qualify_bidder": {"bidder": "b", "qualified": False, "why": "taken"},
    "submit_bid": {
        "bidder": "bidders", "signing_key": "ab" * 32, "lots": ["lot-1"], "nonce": "ab" * 32,
        "replaces": None, "envelopes": {}, **SIGNED,
    },
    "withdraw_bid": {"bidder": "bidders", "bid": 2, **SIGNED},
    "commit_seed": {"commissioner": "Commission", "sha256": "ab" * 32, **SIGNED},
    "reveal_seed": {"commissioner": "Commission", "seed": "ab" * 32, **SIGNED},
    "give_shares": {"commissioner": "Commission", "envelope": "price", "shares": {}, **SIGNED},
    "open_bids": {"envelope": "price"},
    "appeal": {"text": "taken"},
    "decide_appeal": {"upheld": True, "why": "taken"},
    "sign_contract": {"contract": "c", "bid": 2},
    "note_security": {
        "security": "s", "bidder": "b", "act": "posted", "amount": "1", "currency": "USD",
        "why": "taken",
    },
    "note_milestone": {"contract": "c", "milestone": "m", "reached": True, "why": "taken"},
    "settle_period": {"contract": "c", "period": "p", "amount": "1", "currency": "USD"},
}  # fmt: skip
"""A body that each endpoint reads, by name."""


def keep_draft(server: Server, title: str) -> dict[str, str]:
    """Keep a draft of the planner's with a file; return them by names of path parameters."""
    asks = server.as_role("planner")
    lots = [{"id": "lot-1", "about": title}]
    body = {"title": title, "rules": RULES, "lots": lots}
    auction = server.client.post("/api/v1/auctions", headers=asks, json=body).json()["id"]
    path = f"/api/v1/auctions/{auction}/documents?name={title}"
    document = server.client.post(path, headers=asks, content=title.encode()).json()["id"]
    return {"auction": auction, "document": document, "lot": "lot-1", "commissioner": "Leyla",
            "question": "1", "appeal": "1", "index": "0"}  # fmt: skip


@dataclass
class Clock:
    """The time that a server goes by."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)

    def text(self, **by: float) -> str:
        return time_text(self.moment + timedelta(**by))


@dataclass
class Play:
    """An auction and everybody who takes part."""

    server: Server
    clock: Clock
    auction: str = ""
    call: dict[str, Any] = field(default_factory=dict)

    def ask(
        self, who: str, method: str, path: str, body: Any = None, *, status: int | None = None,
        **more: Any,
    ) -> Any:  # fmt: skip
        """Ask as somebody; return the JSON of the answer, which has to be good."""
        client: TestClient = self.server.client
        sent = {} if body is None else {"json": body}
        answer = client.request(
            method, f"/api/v1{path}", headers=self.server.as_role(who), **sent, **more
        )
        if status is None:
            assert answer.status_code < 300, answer.text
        else:
            assert answer.status_code == status, answer.text
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json else answer.content

    def do(self, who: str, step: str, body: Any = None, **more: Any) -> Any:
        """Do a step in the auction."""
        return self.ask(who, "POST", f"/auctions/{self.auction}/{step}", body, **more)

    def get(self, who: str, what: str, **more: Any) -> Any:
        """Read something of the auction."""
        return self.ask(who, "GET", f"/auctions/{self.auction}/{what}".rstrip("/"), **more)

    def record(self, who: str = "public") -> bytes:
        """Return the record as somebody gets it."""
        headers = self.server.as_role(who)
        path = f"/api/v1/auctions/{self.auction}/record.json"
        return self.server.client.get(path, headers=headers).content

    def draft(self, **changes: Any) -> Play:
        self.auction = self.ask("planner", "POST", "/auctions", {**TERMS, **changes})["id"]
        return self

    def publish(self, *, threshold: int = 2) -> Play:
        for name, keys in COMMISSION.items():
            self.do("planner", "commissioners", {"email": f"{name}@example.org".lower()})
            body = {"recipient": keys.recipient, "signing_key": keys.signing_key}
            self.ask(name, "PUT", f"/auctions/{self.auction}/keys", body)
        deadline = self.clock.text(hours=2)
        self.call = {"threshold": threshold, "deadline": deadline, "opening": {"price": deadline}}
        self.do("planner", "publication", self.call)
        return self

    def commit(self) -> Play:
        for name, keys in COMMISSION.items():
            self.do(name, "seeds", commit_seed(self.auction, keys))
        return self

    def sealed(
        self, bidder: str, price: str, *, lots: tuple[str, ...] = ("lot-1",),
        replaces: int | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Seal on the bidder's own machine, from the public record."""
        keys: Keys = BIDDERS[bidder][1]
        return seal_bid(
            read_call(self.record(bidder)), keys, lots=lots, offers={"price": {"price": price}},
            replaces=replaces,
        )  # fmt: skip

    def bid(self, bidder: str, price: str, **how: Any) -> Any:
        return self.do(bidder, "bids", self.sealed(bidder, price, **how))

    def withdraw(self, bidder: str, index: int) -> Any:
        body = withdraw_bid(self.auction, BIDDERS[bidder][1], index)
        return self.do(bidder, "withdrawals", body)

    def open(self, *names: str) -> Play:
        """Turn the clock past the deadline; seeds are shown, shares given, envelopes opened."""
        self.clock.turn(hours=2)
        given = names or ("Leyla", "Aysel")
        for name in given:
            self.do(name, "seeds/shown", reveal_seed(self.auction, COMMISSION[name]))
        for name in given:
            state = read_state(self.record(name))
            self.do(name, "shares", give_shares(state, COMMISSION[name], "price"))
        self.do("Leyla", "openings", {"envelope": "price"})
        return self

    def award(self) -> Play:
        self.do("Rauf", "clearing")
        self.do("planner", "awards", {})
        return self


@contextmanager
def playing(folder: Path, *, url: str | None = None) -> Iterator[Play]:
    """Run a server with everybody's accounts."""
    with running_server(folder, url=url) as server:
        clock = Clock()
        server.services = replace(server.services, clock=clock)
        server.client.app.state.services = server.services  # type: ignore[attr-defined]
        with server.services.database.begin() as session:
            agency = session.scalars(
                select(Organisation).where(Organisation.name == "commissions")
            ).one()
            people = [(name, "commission", agency.id) for name in COMMISSION]
            for name in BIDDERS:
                company = Organisation(name=name, kind="company")
                session.add(company)
                session.flush()
                people.append((name, "bidder", company.id))
            for number, (name, role, organisation) in enumerate(people):
                email = f"{name}@example.org".lower() if role == "commission" else f"{number}@b.org"
                account = Account(name=name, email=email, role=role, organisation_id=organisation)
                session.add(account)
                session.flush()
                token, hashed = new_token()
                server.tokens[name] = token
                session.add(
                    ApiToken(token_hash=hashed, account_id=account.id, name="test",
                             expires=now() + timedelta(days=9))
                )  # fmt: skip
        yield Play(server=server, clock=clock)
