"""The data room, and questions with their answers."""

from __future__ import annotations

import hashlib
import mimetypes
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bunyad.auction.events import Event
from bunyad.store.auctions.models import AuctionQuestion, Document
from bunyad.store.models import Organisation
from bunyad.web.auction.bodies import (
    AskedQuestion,
    DocumentState,
    FileQuery,
    GivenAnswer,
    QuestionState,
)
from bunyad.web.auction.finding import Seen, as_agency, body_of, do, see_auction
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Person, Role
from bunyad.web.services import record

MOST_DOCUMENTS = 500
"""Files that an auction holds at most."""


def list_documents(call: Call[Nothing, Nothing]) -> list[DocumentState]:
    """List the data room."""
    seen = see_auction(call)
    with call.services.database.read() as session:
        return tell_documents(session, seen.row.id, organisation=None)


async def upload_document(call: Call[FileQuery, Nothing]) -> DocumentState:
    """Add a file to the data room, or, for a bidder, to its application."""
    seen = await run_in_threadpool(_may_upload, call)
    most = call.services.settings.largest_document_mb * 1_000_000
    content = bytearray()
    async for chunk in call.request.stream():
        content += chunk
        if len(content) > most:
            raise Problem(
                413, "too-large", f"The file has more than {most // 1_000_000} MB.",
                mend="Send less, or ask for a larger limit.",
            )  # fmt: skip
    return await run_in_threadpool(_keep, call, seen, bytes(content))


def _may_upload(call: Call[FileQuery, Nothing]) -> Seen:
    """Refuse who may not add files, before the file is read."""
    settings = call.services.settings
    call.services.limits.count(f"auction:{call.person.id}", settings.auction_acts_per_minute)
    seen = see_auction(call) if call.person.role is Role.BIDDER else as_agency(call)
    if call.query.lot and call.query.lot not in seen.state.lot_ids:
        raise not_found("lot")
    return seen


def _keep(call: Call[FileQuery, Nothing], seen: Seen, content: bytes) -> DocumentState:
    is_bidder = call.person.role is Role.BIDDER
    with call.services.database.begin() as session:
        found = select(Document.id).where(Document.auction_id == seen.row.id)
        if len(session.scalars(found).all()) >= MOST_DOCUMENTS:
            raise Problem(
                422, "wrong-input", f"An auction has at most {MOST_DOCUMENTS} files.",
                mend="Remove some, or put several into one archive.",
            )  # fmt: skip
        kept = Document(
            auction_id=seen.row.id,
            organisation_id=call.person.organisation_id if is_bidder else None,
            lot=call.query.lot or None,
            name=call.query.name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        )
        session.add(kept)
        session.flush()
        if not is_bidder:
            record(session, call.person, "auction.upload", seen.row.id, name=kept.name)
        return _tell(kept, seen.bidder)


def get_document(call: Call[Nothing, Nothing]) -> Response:
    """Download a file of the data room, or of an application that one may see."""
    seen = see_auction(call)
    with call.services.database.read() as session:
        kept = _find(session, call.person, seen, call.path["document"])
        headers = {
            "Content-Disposition": f"attachment; filename*=utf-8''{quote(kept.name, safe='')}",
            "ETag": f'"{kept.sha256[:32]}"',
            "Cache-Control": "private, no-cache",
        }
        if headers["ETag"] in call.request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        kind = mimetypes.guess_type(kept.name)[0] or "application/octet-stream"
        return Response(kept.content, media_type=kind, headers=headers)


def remove_document(call: Call[Nothing, Nothing]) -> None:
    """Remove a file of one's own from the data room or from one's application."""
    seen = see_auction(call)
    with call.services.database.begin() as session:
        kept = _find(session, call.person, seen, call.path["document"])
        is_mine = kept.organisation_id == call.person.organisation_id
        if not (is_mine if kept.organisation_id else seen.is_own):
            raise Problem(403, "not-allowed", "This file is another's.", mend="Ask its owner.")
        session.delete(kept)
        record(session, call.person, "auction.remove-file", seen.row.id, name=kept.name)


def _find(session: Session, person: Person, seen: Seen, key: str) -> Document:
    """Return a file that somebody may see: applications are for commission, agency and owner."""
    kept = session.get(Document, key)
    is_there = kept is not None and kept.auction_id == seen.row.id
    if kept is None or not is_there:
        raise not_found("file")
    is_open = kept.organisation_id in (None, person.organisation_id)
    if not (is_open or seen.is_own or seen.commissioner is not None):
        raise not_found("file")
    return kept


def tell_documents(
    session: Session, auction: str, *, organisation: str | None
) -> list[DocumentState]:
    """Return the files of the data room, or of a bidder's application."""
    rows = session.execute(
        select(Document, Organisation.name)
        .join(Organisation, Organisation.id == Document.organisation_id, isouter=True)
        .where(Document.auction_id == auction, Document.organisation_id == organisation)
        .order_by(Document.created, Document.id)
    )
    return [_tell(kept, bidder) for kept, bidder in rows]


def _tell(kept: Document, bidder: str | None) -> DocumentState:
    return DocumentState(
        id=kept.id, name=kept.name, size=kept.size, sha256=kept.sha256, lot=kept.lot,
        created=kept.created, bidder=bidder,
    )  # fmt: skip


def list_questions(call: Call[Nothing, Any]) -> list[QuestionState]:
    """List questions and answers, oldest first."""
    seen = see_auction(call)
    with call.services.database.read() as session:
        return tell_questions(session, call.person, seen)


def ask_question(call: Call[Nothing, AskedQuestion]) -> list[QuestionState]:
    """Ask; everybody reads what was asked, nobody who asked."""
    seen = see_auction(call)
    if call.body.lot is not None and call.body.lot not in seen.state.lot_ids:
        raise not_found("lot")

    def keep(session: Session, event: Event) -> None:
        session.add(
            AuctionQuestion(
                auction_id=seen.row.id, index=event.index, account_id=call.person.id
            )
        )  # fmt: skip

    do(call, seen, "question", "public", body_of(call.body), also=keep)
    return list_questions(call)


def answer_question(call: Call[Nothing, GivenAnswer]) -> list[QuestionState]:
    """Answer a question for everybody."""
    seen = as_agency(call)
    body = {"question": whole(call.path["question"], "question"), "text": call.body.text}
    do(call, seen, "answer", "agency", body)
    return list_questions(call)


def tell_questions(session: Session, person: Person, seen: Seen) -> list[QuestionState]:
    """Return the questions of an auction with their answers."""
    mine = set(
        session.scalars(
            select(AuctionQuestion.index).where(
                AuctionQuestion.auction_id == seen.row.id,
                AuctionQuestion.account_id == person.id,
            )
        )
    )
    answers: dict[int, Event] = {
        event.body["question"]: event for event in seen.log.events if event.kind == "answer"
    }
    return [
        QuestionState(
            index=index,
            text=body["text"],
            lot=body.get("lot"),
            time=seen.log.events[index].time,
            answer=answers[index].body["text"] if index in answers else None,
            answered=answers[index].time if index in answers else None,
            is_mine=person.id is not None and index in mine,
        )
        for index, body in seen.state.questions.items()
    ]


def whole(word: str, what: str) -> int:
    """
    Return the number of an event from a word of the path.

    Raises
    ------
    Problem
        404 where it is none.
    """
    if not (word.isascii() and word.isdigit() and len(word) < len(str(2**31))):
        raise not_found(what)
    return int(word)
