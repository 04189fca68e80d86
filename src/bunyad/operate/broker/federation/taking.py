"""What a write would take away from a source: who may delete nothing here may not do it there."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.registration import Registration
from bunyad.operate.broker.federation.sources import (
    Errand,
    ask_source,
    context_for,
    context_of_source,
)
from bunyad.operate.broker.http import Call
from bunyad.operate.broker.model import NULL
from bunyad.operate.broker.outgoing import Client
from bunyad.operate.broker.problems import Problem

REPLACING = frozenset({"replaceEntity", "replaceAttrs"})
_MEMBERS = frozenset({"id", "type", "scope", "@context", "@id", "@type", "expiresAt"})


def forbidden() -> Problem:
    """Return the refusal of who may take nothing away."""
    return Problem(403, None, "Forbidden", "a token of this role takes nothing away")


def check_nulls(call: Call) -> None:
    """
    Raise where somebody who may not do so asks for something to be deleted by writing null.

    Raises
    ------
    Problem
        403.
    """
    if not call.may_delete and NULL.encode() in call.content:
        raise forbidden()


async def would_take_away(
    client: Client, call: Call, source: Registration, document: Any, context: Context
) -> bool:
    """
    Tell whether a source would have less after something there is replaced; asks it what it has.

    Parameters
    ----------
    client
        Keeps the connections.
    call
        The request; its path names the entity, and the attribute where only that is replaced.
    source
        The source.
    document
        What it would get.
    context
        What the names in it stand for.

    Returns
    -------
    bool
        Also where the source does not tell what it has.
    """
    speaks = context_for(context)
    path = f"/entities/{quote(call.parts['id'], safe=':')}"
    errand = Errand(method="GET", path=path, params={}, context=speaks)
    answer = await ask_source(client, call, source, errand)
    if answer.status == 404:
        return False
    try:
        known = orjson.loads(answer.body) if answer.status == 200 else None
    except orjson.JSONDecodeError:
        known = None
    if not isinstance(known, dict):
        return True
    words = speaks or call.broker.contexts.core
    there = _counts(known, await context_of_source(call, source) or words)
    attribute = call.parts.get("attribute")
    if attribute is not None:
        return _count(document) < there.get(context.expand(attribute), 0)
    after = _counts(document if isinstance(document, dict) else {}, words)
    return any(after.get(iri, 0) < count for iri, count in there.items())


def _counts(entity: dict[str, Any], context: Context) -> dict[str, int]:
    """Return how many instances an entity has of each attribute."""
    return {
        context.expand(name): _count(value)
        for name, value in entity.items()
        if name not in _MEMBERS
    }


def _count(value: Any) -> int:
    """Return how many instances there are: in a list, where they are objects of kinds."""
    many = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return len(value) if many else 1
