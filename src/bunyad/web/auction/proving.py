"""What lets anybody check the server: record, tree heads, proofs, and a replay for the asking."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bunyad.auction.seal import make_record, public_key, verify_record
from bunyad.store.auctions import server_secret
from bunyad.store.auctions.models import TreeHead
from bunyad.web.auction.bodies import (
    CheckState,
    Growth,
    GrowthQuery,
    HeadState,
    Inclusion,
    LeafQuery,
    VerificationState,
)
from bunyad.web.auction.finding import Seen, see_auction
from bunyad.web.auction.telling import withheld_from
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found


def get_record(call: Call[Nothing, Nothing]) -> bytes:
    """Return the record, byte for byte; before the opening, of bids only the hashes."""
    seen = see_auction(call)
    with call.services.database.read() as session:
        heads = session.scalars(
            select(TreeHead.content)
            .where(TreeHead.auction_id == seen.row.id, TreeHead.size <= seen.state.size)
            .order_by(TreeHead.size)
        ).all()
        key = public_key(server_secret(session))
    return make_record(seen.log.events, heads, server_key=key, withhold=withheld_from(seen))


def get_head(call: Call[Nothing, Nothing]) -> HeadState:
    """Return the newest signed tree head."""
    seen = see_auction(call)
    return _head(call, seen, seen.state.size)


def prove_growth(call: Call[GrowthQuery, Nothing]) -> Growth:
    """Prove that the log of one size begins with that of another."""
    seen = see_auction(call)
    old, size = call.query.old, _size(seen, call.query.size)
    if not 0 < old <= size:
        raise not_found("tree head")
    proof = seen.log.tree.consistency_proof(old, size)
    return Growth(
        old=_head(call, seen, old), new=_head(call, seen, size),
        proof=[step.hex() for step in proof],
    )  # fmt: skip


def prove_inclusion(call: Call[LeafQuery, Nothing]) -> Inclusion:
    """Prove that an event is in the log."""
    seen = see_auction(call)
    index, size = call.query.index, _size(seen, call.query.size)
    if index >= size:
        raise not_found("event")
    return Inclusion(
        index=index,
        leaf=seen.log.tree.leaf(index).hex(),
        head=_head(call, seen, size),
        proof=[step.hex() for step in seen.log.tree.inclusion_proof(index, size)],
    )


def _size(seen: Seen, size: int | None) -> int:
    """Return a size of the log that there was."""
    size = seen.state.size if size is None else size
    if not 0 < size <= seen.state.size:
        raise not_found("tree head")
    return size


def _head(call: Call[Any, Any], seen: Seen, size: int) -> HeadState:
    with call.services.database.read() as session:
        kept = session.get_one(TreeHead, (seen.row.id, size))
    return msgspec.convert(kept.content, HeadState)


async def verify(call: Call[Nothing, Nothing]) -> Response:
    """Replay a record that is sent, from itself alone; nothing of it is kept."""
    settings = call.services.settings
    client = call.request.client
    asker = call.person.id or (client.host if client else "")
    call.services.limits.count(f"verify:{asker}", settings.verifications_per_minute)
    content = bytearray()
    async for chunk in call.request.stream():
        content += chunk
        if len(content) > settings.largest_document_mb * 1_000_000:
            raise Problem(
                413, "too-large", f"The record has more than {settings.largest_document_mb} MB.",
                mend="Verify it with `bunyad auction verify` on your own machine.",
            )  # fmt: skip
    found = await run_in_threadpool(verify_record, bytes(content))
    told = VerificationState(
        auction=found.auction,
        ok=found.ok,
        is_complete=found.is_complete,
        checks=[
            CheckState(name=one.name, ok=one.ok, text=one.text, index=one.index)
            for one in found.checks
        ],
    )
    return Response(msgspec.json.encode(told), media_type="application/json")
