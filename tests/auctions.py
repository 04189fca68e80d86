"""A small auction from draft to awards, for the tests of events, seals and their commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bunyad.auction.events import digest, missing_seeds, standing_bids
from bunyad.auction.seal import (
    AuctionLog,
    Keys,
    MemoryStore,
    commit_seed,
    draw_seed,
    give_shares,
    make_keys,
    make_record,
    open_envelope,
    opened_bids,
    public_key,
    reveal_seed,
    seal_bid,
    withdraw_bid,
)

SERVER_SECRET = "17" * 32
SERVER_KEY = public_key(SERVER_SECRET)
COMMISSION = tuple(make_keys(name) for name in ("Leyla", "Rauf", "Aysel", "Kamran", "Nigar"))
BIDDERS = tuple(make_keys(name) for name in ("araz-solar", "günəş", "kür-wind", "hydro 4"))
RULES = {
    "format": "bunyad-auction-rules/1",
    "id": "garadagh",
    "title": "Lots to the lowest price",
    "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 2},
    "allocation": {"by": "lot"},
    "bids": {"replacement": "latest", "withdrawal": "until_deadline"},
}
LOTS = [{"id": "lot-1", "mw": "100"}, {"id": "lot-2", "mw": "50"}]
BEFORE = "2026-11-22T{:02d}:{:02d}:00.000Z"
DEADLINE = BEFORE.format(10, 0)


def at(hour: int, minute: int = 0) -> str:
    """A time on the day of the auction."""
    return BEFORE.format(hour, minute)


NINE, TEN_PAST = at(9), at(10, 10)


def cheapest(rules, bids, seed) -> dict:
    """Stand in for the clearing: each lot goes to its lowest price, ties to the first bid."""
    awards = []
    for lot in sorted({lot for bid in bids for lot in bid["lots"]}):
        best = min(
            (bid for bid in bids if lot in bid["lots"]),
            key=lambda bid: (float(bid["offers"]["price"]["price"]), bid["bid"]),
        )
        awards.append({"bid": best["bid"], "lot": lot, "price": best["offers"]["price"]["price"]})
    return {"awards": awards, "seed": seed}


@dataclass
class World:
    """An auction that is played step by step."""

    threshold: int = 3
    opening: dict[str, str] = field(default_factory=lambda: {"price": at(10)})
    rules: dict = field(default_factory=lambda: dict(RULES))
    commission: tuple[Keys, ...] = COMMISSION
    log: AuctionLog = field(
        default_factory=lambda: AuctionLog(
            "garadagh-2", store=MemoryStore(), signing_secret=SERVER_SECRET
        )
    )
    receipts: list[dict] = field(default_factory=list)
    clearing: Callable[..., dict] = cheapest

    @property
    def state(self):
        return self.log.state

    def do(self, kind: str, actor: str, body: dict, now: str) -> int:
        self.log.append(kind, actor, body, now=now)
        return self.state.size - 1

    def publish(self) -> World:
        self.do("drafted", "agency", {"title": "100 MW", "rules": self.rules, "lots": LOTS}, at(7))
        call = {
            "commissioners": [keys.public() for keys in self.commission],
            "threshold": self.threshold,
            "deadline": DEADLINE,
            "opening": self.opening,
            "server_key": SERVER_KEY,
        }
        self.do("published", "agency", call, at(8))
        return self

    def commit(self, count: int = 5) -> World:
        for keys in self.commission[:count]:
            body = commit_seed("garadagh-2", keys)
            self.do("tie_seed_committed", f"commissioner:{keys.name}", body, at(8, 30))
        return self

    def offers(self, price: str) -> dict:
        return {name: {"price": price} for name in self.opening}

    def bid(self, keys: Keys, price: str, *, lots=("lot-1",), replaces=None, now=NINE) -> int:
        body = seal_bid(self.state, keys, lots=lots, offers=self.offers(price), replaces=replaces)
        return self.hand_in(keys, body, now=now)

    def hand_in(self, keys: Keys, body: dict, now: str = NINE) -> int:
        index = self.do("bid", f"bidder:{keys.name}", body, now)
        self.receipts.append(self.log.receipt(index))
        return index

    def withdraw(self, keys: Keys, bid: int, now: str = at(9, 30)) -> int:
        body = withdraw_bid("garadagh-2", keys, bid)
        return self.do("withdrawn", f"bidder:{keys.name}", body, now)

    def close(self, now: str = DEADLINE) -> World:
        self.do("closed", "server", {"bids": len(standing_bids(self.state))}, now)
        return self

    def reveal(self, count: int = 5, now: str = at(10, 10)) -> World:
        for keys in self.commission[:count]:
            self.reveal_of(keys, now)
        return self

    def reveal_of(self, keys: Keys, now: str = TEN_PAST) -> int:
        body = reveal_seed("garadagh-2", keys)
        return self.do("tie_seed_revealed", f"commissioner:{keys.name}", body, now)

    def share(self, *members: int, envelope: str = "price", now: str = at(10, 20)) -> World:
        for member in members:
            keys = self.commission[member]
            body = give_shares(self.state, keys, envelope)
            self.do("share_given", f"commissioner:{keys.name}", body, now)
        return self

    def open(self, envelope: str = "price", now: str = at(10, 30)) -> World:
        self.do("opened", "server", open_envelope(self.state, envelope), now)
        return self

    def clear(self, now: str = at(10, 40)) -> World:
        seed = draw_seed(self.state, self.log.root(self.state.closed_index + 1))
        body = {
            "rules_sha256": digest(self.state.rules),
            "seed": seed,
            "missing_seeds": missing_seeds(self.state),
            "result": self.clearing(self.state.rules, opened_bids(self.state), seed),
        }
        self.do("cleared", "server", body, now)
        return self

    def award(self, now: str = at(11)) -> World:
        awards = self.state.cleared["result"]["awards"]
        self.do("awarded", "agency", {"awards": awards}, now)
        return self

    def record(self, **changes) -> bytes:
        said = {"server_key": SERVER_KEY, "receipts": self.receipts, **changes}
        return make_record(self.log.events, self.log.heads, **said)


def played() -> World:
    """Return an auction with bids of every fate, up to its awards."""
    world = World().publish().commit(4)
    first = world.bid(BIDDERS[0], "5.10")
    world.bid(BIDDERS[1], "4.75", lots=("lot-1", "lot-2"))
    gone = world.bid(BIDDERS[2], "3.00", lots=("lot-2",))
    world.bid(BIDDERS[0], "4.60", replaces=first)
    world.withdraw(BIDDERS[2], gone)
    world.close()
    world.do("late", "server", {"sha256": "ab" * 32, "bidder": "hydro 4"}, at(10, 1))
    return world.reveal(3).share(0, 2, 4).open().clear().award()
