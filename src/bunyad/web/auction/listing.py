"""Lists: auctions, lots for the list and the map, and one lot with its time line."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select

from bunyad.store.auctions.models import Auction
from bunyad.web.auction.bodies import (
    AuctionPage,
    AuctionQuery,
    AuctionState,
    LotPage,
    LotQuery,
    LotRow,
    LotState,
)
from bunyad.web.auction.drafting import auction_now
from bunyad.web.auction.finding import known_log, may_see, see_auction
from bunyad.web.auction.rooms import tell_documents, tell_questions
from bunyad.web.auction.telling import lots_of_award, tell_auction, tell_deeds, tell_row
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.plans.listing import read_cursor, write_cursor
from bunyad.web.problems import not_found

FIELD = ":"
"""Parts an auction's id from a lot's place in a cursor."""


def list_auctions(call: Call[AuctionQuery, Nothing]) -> AuctionPage:
    """List auctions, newest first: those that are published, and one's own drafts."""
    query = call.query
    wanted = select(Auction).where(may_see(call.person))
    if query.stage:
        wanted = wanted.where(Auction.stage == query.stage)
    with call.services.database.read() as session:
        rows = session.scalars(_after(wanted, query.cursor).limit(query.limit + 1)).all()
        items = [
            tell_row(
                session, call.person, row,
                lots=len(known_log(call.services, session, row).state.lots),
            )
            for row in rows[: query.limit]
        ]  # fmt: skip
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    return AuctionPage(items=items, next=write_cursor(last.created, last.id) if last else None)


def _after(wanted: Select[Any], cursor: str, *, with_last: bool = False) -> Select[Any]:
    """Return the newest first, from where the last page ended."""
    if cursor:
        created, last = read_cursor(cursor)
        here = Auction.id <= last if with_last else Auction.id < last
        wanted = wanted.where(
            or_(Auction.created < created, and_(Auction.created == created, here))
        )
    return wanted.order_by(Auction.created.desc(), Auction.id.desc())


def get_auction(call: Call[Nothing, Nothing]) -> AuctionState:
    """Return an auction."""
    return auction_now(call)


def list_lots(call: Call[LotQuery, Nothing]) -> LotPage:
    """List the lots of published auctions, those of the newest first."""
    query = call.query
    cursor, place = query.cursor, 0
    if FIELD in cursor:
        cursor, _, number = cursor.partition(FIELD)
        place = int(number) if number.isascii() and number.isdigit() else 0
    wanted = select(Auction).where(may_see(call.person), Auction.deadline != "")
    if query.auction:
        wanted = wanted.where(Auction.id == query.auction)
    items: list[LotRow] = []
    with call.services.database.read() as session:
        for row in session.scalars(_after(wanted, cursor, with_last=True)):
            lots = known_log(call.services, session, row).state.lots
            for position, lot in enumerate(lots[place:], start=place):
                if len(items) == query.limit:
                    here = f"{write_cursor(row.created, row.id)}{FIELD}{position}"
                    return LotPage(items=items, next=here)
                items.append(
                    LotRow(auction=row.id, title=row.title, stage=row.stage,
                           deadline=row.deadline or None, lot=dict(lot))
                )  # fmt: skip
            place = 0
    return LotPage(items=items, next=None)


def get_lot(call: Call[Nothing, Nothing]) -> LotState:
    """Return a lot with its time line, questions, files and awards."""
    seen = see_auction(call)
    name = call.path["lot"]
    lot = next((one for one in seen.state.lots if one["id"] == name), None)
    if lot is None:
        raise not_found("lot")
    with call.services.database.read() as session:
        questions = tell_questions(session, call.person, seen)
        documents = tell_documents(session, seen.row.id, organisation=None)
        return LotState(
            auction=tell_auction(session, call, seen),
            lot=dict(lot),
            deeds=tell_deeds(seen, name),
            questions=[one for one in questions if one.lot in (None, name)],
            documents=[one for one in documents if one.lot in (None, name)],
            awards=[dict(one) for one in seen.state.awards if name in lots_of_award(seen, one)],
        )
