"""Requests about exchanges."""

from __future__ import annotations

from typing import Any

from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner_days.bodies import (
    EffortBody,
    KeptChange,
    KeptDraft,
    KeptRow,
    KeptState,
)
from bunyad.web.partner_days.keeping import (
    change_kept,
    draft_kept,
    find_own,
    get_kept,
    keep_result,
    list_kept,
)

KIND = "exchange"


def _check(document: dict[str, Any]) -> object:
    from bunyad.partner.exchange import read_exchange  # noqa: PLC0415  (solvers load slowly)

    return read_exchange(document)


def list_exchanges(call: Call[Nothing, Nothing]) -> list[KeptRow]:
    """List the exchanges that one may see."""
    return list_kept(call, KIND)


def draft_exchange(call: Call[Nothing, KeptDraft]) -> KeptState:
    """Keep a new exchange."""
    return draft_kept(call, KIND, _check)


def get_exchange(call: Call[Nothing, Nothing]) -> KeptState:
    """Return an exchange."""
    return get_kept(call, KIND)


def change_exchange(call: Call[Nothing, KeptChange]) -> KeptState:
    """Change an exchange; a changed document has no matching yet."""
    return change_kept(call, KIND, _check)


def match_applicants(call: Call[Nothing, EffortBody]) -> KeptState:
    """Match, check the result, and keep it with its statistics."""
    from bunyad.partner.exchange import (  # noqa: PLC0415  (solvers load slowly)
        NOWHERE,
        blocking_pairs,
        count_wishes,
        match_exchange,
        read_exchange,
    )

    with call.services.database.read() as session:
        kept = find_own(session, call.person, KIND, call.path[KIND])
    exchange = read_exchange(kept.body["document"])
    made = match_exchange(exchange, seed=call.body.seed, seconds=call.body.seconds)
    counts = count_wishes(exchange, made)
    result = {
        "placed": {
            name: exchange.hosts[host]
            for name, host in zip(exchange.applicants, made.host_of, strict=True)
            if host != NOWHERE
        },
        "blocking_pairs": [
            {"applicants": [exchange.applicants[who] for who in one.applicants],
             "hosts": [exchange.hosts[host] for host in one.hosts if host != NOWHERE]}
            for one in blocking_pairs(exchange, made)
        ],
        "method": made.method,
        "proved": made.is_optimal,
        "notes": list(made.notes),
        "by_wish": list(counts.by_wish),
        "applicants": counts.applicants,
        "places": counts.places,
    }  # fmt: skip
    return keep_result(call, kept, result)
