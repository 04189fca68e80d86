"""Auctions whose events are written out, unsealed: for the tests of what is published."""

from __future__ import annotations

from bunyad.auction.events import Event, apply, may_append

DAY = "2026-{:02d}-{:02d}T10:00:00.000Z"
RULES = {
    "format": "bunyad-auction-rules/1",
    "id": "garadagh",
    "title": "Lots to the lowest price",
    "price": {"currency": "USD", "unit": "USD/MWh", "decimals": 2, "ceiling": "60.00"},
    "quantity": {"unit": "MW"},
    "allocation": {"by": "lot"},
    "bids": {"replacement": "latest", "withdrawal": "until_deadline"},
}
LOTS = [
    {"id": "lot-1", "title": "Plain of Jabrayil", "technology": "solar", "capacity_mw": "100"},
    {"id": "lot-2", "capacity_mw": "50", "data_room": [{"title": "Hourly yield"}]},
]
COMMISSION = [
    {"name": name, "recipient": f"age1{letter * 58}", "signing_key": letter * 64}
    for name, letter in (("Leyla", "0"), ("Rauf", "2"), ("Aysel", "3"))
]


class Life:
    """An auction written event by event, each held against the law of events."""

    def __init__(self, *, rules=RULES, lots=LOTS, auction="garadagh-2"):
        self.events: list[Event] = []
        self.state = None
        self.auction = auction
        self.do("drafted", "agency", {"title": "150 MW of sun", "rules": rules, "lots": lots}, 1)

    def do(self, kind, actor, body, day, month=9) -> int:
        event = Event(
            auction=self.auction,
            index=len(self.events),
            kind=kind,
            time=DAY.format(month, day),
            actor=actor,
            body=body,
        )
        may_append(self.state, event, event.time)
        self.state = apply(self.state, event)
        self.events.append(event)
        return event.index

    def publish(self, *, opening=None, deadline=20) -> Life:
        body = {
            "commissioners": COMMISSION,
            "threshold": 2,
            "deadline": DAY.format(10, deadline),
            "opening": opening or {"price": DAY.format(10, 21)},
            "server_key": "5" * 64,
        }
        self.do("published", "agency", body, 2)
        return self

    def bid(self, bidder, *lots, replaces=None, day=10) -> int:
        call = self.state.published
        index = len(self.events)
        sealed = {
            "recipient": f"age1{'4' * 58}",
            "payload": "U0VDUkVU",
            "payload_sha256": "6" * 64,
            "shares": [{"age": "U0VDUkVU", "sha256": "7" * 64}] * len(call.commissioners),
        }
        body = {
            "bidder": bidder,
            "signing_key": f"{abs(sum(map(ord, bidder))):064x}",
            "lots": list(lots),
            "nonce": f"{index:064x}",
            "replaces": replaces,
            "envelopes": dict.fromkeys(call.opening, sealed),
            "signature": "8" * 128,
        }
        return self.do("bid", f"bidder:{bidder}", body, day, 10)

    def withdraw(self, bid) -> int:
        bidder = self.state.bids[bid].bidder
        body = {"bidder": bidder, "bid": bid, "signature": "8" * 128}
        return self.do("withdrawn", f"bidder:{bidder}", body, 12, 10)

    def qualify(self, bidder, *, fit=True, day=20) -> int:
        body = {"bidder": bidder, "qualified": fit, "why": "balance sheet"}
        return self.do("qualified", "agency", body, day, 10)

    def close(self) -> Life:
        standing = sum(bid.status == "standing" for bid in self.state.bids.values())
        self.do("closed", "server", {"bids": standing}, 20, 10)
        return self

    def open(self, offers, *, envelope="price", day=21) -> Life:
        """Open an envelope; shares are not checked against what was sealed."""
        from bunyad.auction.events import bids_to_open

        entries = [
            {"bid": bid.index, "offer": offers.get(bid.index), "fault": None}
            if offers.get(bid.index) is not None
            else {"bid": bid.index, "offer": None, "fault": "its shares disagree"}
            for bid in bids_to_open(self.state, envelope)
        ]
        event = Event(
            auction=self.auction,
            index=len(self.events),
            kind="opened",
            time=DAY.format(10, day),
            actor="server",
            body={"envelope": envelope, "bids": entries},
        )
        self.state = apply(self.state, event)
        self.events.append(event)
        return self

    def clear(self, awards, decisions=()) -> Life:
        from bunyad.auction.events import digest

        result = {"awards": awards, "decisions": list(decisions)}
        body = {
            "rules_sha256": digest(self.state.rules),
            "seed": "",
            "missing_seeds": [],
            "result": result,
        }
        self.do("cleared", "server", body, 22, 10)
        return self

    def award(self, awards, *, day=23) -> Life:
        self.do("awarded", "agency", {"awards": awards}, day, 10)
        return self


def played() -> Life:
    """Return an auction with something of every kind, from draft to settlement."""
    life = Life().publish()
    asked = life.do("question", "bidder:araz-solar", {"text": "Which node?", "lot": "lot-1"}, 3)
    life.do("answer", "agency", {"question": asked, "text": "Jabrayil 330."}, 4)
    life.do("amended", "agency", {"why": "holidays", "deadline": DAY.format(10, 20)}, 5)
    first = life.bid("araz-solar", "lot-1")
    second = life.bid("kür-wind", "lot-1", "lot-2")
    gone = life.bid("hydro 4", "lot-2")
    again = life.bid("araz-solar", "lot-1", replaces=first)
    life.withdraw(gone)
    life.bid("late-and-void", "lot-2", day=13)
    posted = {"security": "b1", "bidder": "araz-solar", "act": "posted", "amount": "1000000"}
    life.do("security", "agency", {**posted, "currency": "USD", "why": "bid bond"}, 13, 10)
    life.close()
    life.do("late", "server", {"sha256": "ab" * 32, "bidder": "tardy power"}, 20, 10)
    life.qualify("araz-solar")
    life.open({again: {"price": "47.35"}, second: {"price": "49.90", "quantity": "50"}})
    won = [
        {"bid": again, "id": f"{again}/lot-1", "lot": "lot-1", "price": "47.35", "quantity": "1"},
        {"bid": second, "id": f"{second}/lot-2", "lot": "lot-2", "price": "49.90", "quantity": "1"},
    ]
    life.clear(won).award(won)
    appeal = life.do("appeal", "bidder:kür-wind", {"bidder": "kür-wind", "text": "Why?"}, 24, 10)
    no = {"appeal": appeal, "upheld": False, "why": "The price decided."}
    life.do("appeal_decided", "agency", no, 25, 10)
    life.do("contracted", "agency", {"contract": "c-1", "bid": again, "terms": {}}, 26, 10)
    reached = {"contract": "c-1", "milestone": "grid", "reached": True, "why": "energised"}
    life.do("milestone", "agency", reached, 1, 11)
    paid = {"contract": "c-1", "period": "2026-11", "amount": "-120.50", "currency": "USD"}
    life.do("settled", "agency", {**paid, "detail": {}}, 2, 12)
    return life
