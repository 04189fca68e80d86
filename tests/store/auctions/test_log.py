"""The log in the database: crashes lose no receipt, and two servers never disagree."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from auctions import BIDDERS, COMMISSION, LOTS, RULES
from sqlalchemy import select
from store.ready import ready_database, ready_file

from bunyad.auction.events import time_text
from bunyad.auction.seal import (
    check_receipt,
    make_record,
    public_key,
    seal_bid,
    verify_record,
)
from bunyad.errors import InputError
from bunyad.store.auctions import (
    Act,
    append_event,
    close_due,
    read_log,
    server_secret,
    start_auction,
)
from bunyad.store.auctions.models import Auction, AuctionEvent, Receipt, TreeHead
from bunyad.store.database import Database, open_database
from bunyad.store.models import Organisation

DEADLINE = "2099-01-01T00:00:00.000Z"
AFTER = datetime(2099, 1, 1, tzinfo=UTC)


def published(database: Database) -> str:
    """Keep a published auction; return its id."""
    with database.begin() as session:
        agency = Organisation(name="agency", kind="agency")
        session.add(agency)
        session.flush()
        key = agency.id
        server_key = public_key(server_secret(session))
    draft = Act(kind="drafted", actor="agency",
                body={"title": "150 MW", "rules": RULES, "lots": LOTS})  # fmt: skip
    auction = start_auction(database, Auction(organisation_id=key), draft).event.auction
    call = {
        "commissioners": [keys.public() for keys in COMMISSION], "threshold": 3,
        "deadline": DEADLINE, "opening": {"price": DEADLINE}, "server_key": server_key,
    }  # fmt: skip
    append_event(database, auction, Act(kind="published", actor="agency", body=call))
    return auction


def sealed(database: Database, auction: str, bidder: int = 0) -> dict[str, Any]:
    with database.read() as session:
        log = read_log(session, auction)
    offers = {"price": {"price": "4.25"}}
    return seal_bid(log.state, BIDDERS[bidder], lots=("lot-1",), offers=offers)


def bid_of(body: dict[str, Any]) -> Act:
    return Act(kind="bid", actor=f"bidder:{body['bidder']}", body=body)


def verified(database: Database, auction: str) -> int:
    """Hold everything that is kept against one another; return the number of events."""
    with database.read() as session:
        log = read_log(session, auction)
        heads = session.scalars(
            select(TreeHead.content).where(TreeHead.auction_id == auction).order_by(TreeHead.size)
        ).all()
        receipts = session.scalars(select(Receipt.content)).all()
        key = public_key(server_secret(session))
        row = session.get_one(Auction, auction)
    found = verify_record(make_record(log.events, heads, server_key=key, receipts=receipts))
    assert found.ok, found.faults
    assert [head["size"] for head in heads] == list(range(1, row.size + 1))
    assert (row.stage, row.size) == (log.state.stage, len(log.events))
    return row.size


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two servers on one database."""
    is_shared = request.param == "postgresql"
    url = ready_database(request.getfixturevalue("cluster")) if is_shared else ready_file(tmp_path)
    one, two = open_database(url), open_database(url)
    yield one, two
    one.close()
    two.close()


def at_once(*deeds: Any) -> list[Any]:
    """Do things at the same time; return what each gave, or why it was refused."""
    gate, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int) -> None:
        gate.wait()
        try:
            found[place] = deeds[place]()
        except InputError as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_two_bids_for_one_lot_at_two_servers_one_is_kept(
    pair: tuple[Database, Database],
) -> None:
    auction = published(pair[0])
    bodies = [sealed(pair[0], auction) for _ in pair]
    found = at_once(
        *(
            lambda one=one, body=body: append_event(one, auction, bid_of(body))
            for one, body in zip(pair, bodies, strict=True)
        )
    )
    refused = [one for one in found if isinstance(one, InputError)]
    assert len(refused) == 1
    assert "one-bid" in str(refused[0])
    assert verified(pair[0], auction) == 3


def test_two_servers_make_one_log_of_what_both_take(pair: tuple[Database, Database]) -> None:
    auction = published(pair[0])

    def asks(one: Database, word: str) -> None:
        for number in range(8):
            body = {"text": f"{word} {number}?", "lot": None}
            append_event(one, auction, Act(kind="question", actor="public", body=body))

    at_once(
        *(lambda one=one, word=word: asks(one, word) for one, word in zip(pair, "ab", strict=True))
    )
    assert verified(pair[1], auction) == 2 + 16


def test_two_servers_close_once(pair: tuple[Database, Database]) -> None:
    auction = published(pair[0])
    assert not close_due(pair[0], auction)
    append_event(pair[1], auction, bid_of(sealed(pair[1], auction)))
    closed = at_once(
        *(lambda one=one: close_due(one, auction, clock=lambda: AFTER) for one in pair)
    )
    assert sorted(closed) == [False, True]
    with pair[0].read() as session:
        state = read_log(session, auction).state
    assert (state.stage, state.time) == ("closed", time_text(AFTER))


def test_what_is_refused_leaves_nothing(pair: tuple[Database, Database]) -> None:
    auction = published(pair[0])
    body = {**sealed(pair[0], auction), "signature": "ab" * 64}
    with pytest.raises(InputError, match="did not sign"):
        append_event(pair[0], auction, bid_of(body))
    with pytest.raises(InputError, match="no auction"):
        append_event(pair[0], "none", bid_of(body))
    assert verified(pair[0], auction) == 2
    with pair[0].read() as session:
        agency = session.scalars(select(Organisation.id)).one()
    with pytest.raises(InputError, match="rule first"):
        start_auction(pair[0], Auction(organisation_id=agency), bid_of(body))
    with pair[0].read() as session:
        assert session.scalars(select(Auction.id)).all() == [auction]


def test_a_log_read_before_is_read_on(pair: tuple[Database, Database]) -> None:
    auction = published(pair[0])
    with pair[0].read() as session:
        early = read_log(session, auction)
        assert read_log(session, "none") is None
        assert read_log(session, auction, known=early) is early
    bid = append_event(pair[1], auction, bid_of(sealed(pair[1], auction)), known=early)
    with pair[0].read() as session:
        late, whole = read_log(session, auction, known=early), read_log(session, auction)
    assert (late.state, late.events) == (whole.state, whole.events)
    assert late.tree.root() == whole.tree.root()
    assert len(early.tree) == 2
    assert bid.state == whole.state


def test_a_crash_at_any_step_loses_no_receipt_that_was_given(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'before' / 'bunyad.db'}")
    auction = published(database)
    body = sealed(database, auction)
    database.close()
    told = {"folder": str(tmp_path), "auction": auction, "bid": body}
    script = Path(__file__).with_name("crasher.py")
    run = subprocess.run([sys.executable, str(script)], input=json.dumps(told), text=True,
                         capture_output=True, check=True)  # fmt: skip
    tries = [json.loads(line) for line in run.stdout.splitlines()]
    given = [one["receipt"] for one in tries]
    kept = []
    for one in tries:
        again = open_database(f"sqlite:///{tmp_path / one['folder'] / 'bunyad.db'}")
        kept.append(verified(again, auction))
        with again.read() as session:
            rows = session.scalars(select(AuctionEvent.leaf_hash)).all()
            key = public_key(server_secret(session))
        if one["receipt"] is not None:
            check_receipt(one["receipt"], auction=auction, server_key=key)
            assert one["receipt"]["leaf"] in rows
        # Who got no receipt hands in again: it is kept now, or was kept before.
        if kept[-1] == 2:
            assert append_event(again, auction, bid_of(body)).head["size"] == 3
        again.close()
    assert len(tries) > 10
    assert kept == sorted(kept), "before the commit nothing is kept, after it all is"
    assert {2, 3} == set(kept)
    assert all(given[-2:])
    assert given[0] is None
