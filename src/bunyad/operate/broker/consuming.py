"""Entities read: one by its identifier, many by a query (ETSI GS CIM 009, 5.7.1, 5.7.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from bunyad.operate.broker.asking import Question, params_of_query, questions_of
from bunyad.operate.broker.bodies import answer, answer_geo, read_document, wanted_media
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.entities import type_test
from bunyad.operate.broker.http import GEO_JSON, Call, Reply, Route
from bunyad.operate.broker.linking import Joining, read_joining
from bunyad.operate.broker.model import Entity
from bunyad.operate.broker.names import check_uri
from bunyad.operate.broker.ordering import Order, params_of_order, read_order
from bunyad.operate.broker.params import (
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    LARGEST_OFFSET,
    OF_QUERIES,
    OF_TELLING,
    form_of,
    number,
    options_of,
    truth,
)
from bunyad.operate.broker.problems import bad_request, not_found, too_many_results
from bunyad.operate.broker.telling import (
    Form,
    feature_of,
    is_told,
    kept_attributes,
    tell_entity,
    tell_feature,
)
from bunyad.operate.records import find_entities, load_entity
from bunyad.operate.records.database import Db

MOST_ORDERED = 100_000  # entities that are put into an order for one answer


async def retrieve(call: Call) -> Reply:
    """Answer GET /entities/{id}."""
    media = wanted_media(call, geo=True)
    key = check_uri(call.parts["id"], "the entity's id")
    context = await call.linked_context()
    form = form_of(call, context, geo=media == GEO_JSON)
    joining = read_joining(call)
    db = call.tenant().reader()
    entity = load_entity(db, key)
    if entity is None or not type_test(call, context)(entity) or is_over(entity):
        raise not_found(f"there is no entity {key}")
    if (form.attributes or form.pick or form.omit) and not _has_any(entity, form):
        raise not_found(f"the entity {key} has none of the members asked for")
    if joining is not None:
        return _tell_joined(call, [entity], context, form, joining, media, db, single=True)
    if media == GEO_JSON:
        return answer_geo(call, tell_feature(entity, context, form), context)
    return answer(call, tell_entity(entity, context, form), context, media)


async def query(call: Call) -> Reply:
    """Answer GET /entities."""
    media = wanted_media(call, geo=True)
    context = await call.linked_context()
    (asked,) = questions_of(call, [call.params], context)
    form = form_of(call, context, geo=media == GEO_JSON)
    if not (asked.restricted or truth(call, "local")):
        raise bad_request(
            "a query names types, attributes, values (q) or a place (georel), or is local"
        )
    return _reply(call, [asked], context, form, media)


async def query_by_post(call: Call) -> Reply:
    """Answer POST /entityOperations/query."""
    media = wanted_media(call, geo=True)
    document, context = await read_document(call)
    questions = questions_of(call, params_of_query(document), context)
    if not all(asked.restricted for asked in questions) and not truth(call, "local"):
        raise bad_request("a query names types, attributes, values (q) or a place (geoQ)")
    call.params = told_by(call, document, media)
    form = form_of(call, context, geo=media == GEO_JSON)
    return _reply(call, questions, context, form, media)


def told_by(call: Call, document: dict[str, Any], media: str) -> dict[str, str]:
    """
    Return the parameters of a query in a body that say how is answered.

    Parameters
    ----------
    call
        The request; its own parameters are among them.
    document
        The query.
    media
        Media type of the answer.
    """
    told = {**call.params}
    for member in ("lang", "pick", "omit", "attrs", "datasetId", "join", "containedBy",
                   "geometryProperty", "format", "orderBy"):  # fmt: skip
        if member in document:
            value = document[member]
            told[member] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    told |= params_of_order(document.get("ordering"))
    if "joinLevel" in document:
        told["joinLevel"] = str(document["joinLevel"])
    if media != GEO_JSON:
        told.pop("geometryProperty", None)
    return told


def is_over(entity: Entity) -> bool:
    """Tell whether an entity's time is over (`expiresAt`, 4.25)."""
    if "expiresAt" not in entity:
        return False
    from bunyad.operate.records import from_iso, now_us  # noqa: PLC0415  (few entities have it)

    return from_iso(entity["expiresAt"]) <= now_us()


def _reply(
    call: Call, questions: list[Question], context: Context, form: Form, media: str
) -> Reply:
    params = call.params
    limit = number(call, "limit", DEFAULT_LIMIT, most=10**9)
    count = truth(call, "count") or "count" in options_of(call)
    if limit > LARGEST_LIMIT:
        raise too_many_results(f"limit is {limit}; one answer has at most {LARGEST_LIMIT} entities")
    if limit == 0 and not count:
        raise bad_request("limit is 0, which only makes sense with count")
    offset = number(call, "offset", 0, most=LARGEST_OFFSET)
    joining = read_joining(call)
    db = call.tenant().reader()
    order = read_order(params, context)
    entities, total, more = _find(db, questions, order, limit, offset, count=count)
    levels = 0 if joining is None else joining.depth
    if any(asked.depth > levels for asked in questions):
        raise bad_request("q follows more relationships than join and joinLevel do")
    if joining is not None:
        reply = _tell_joined(call, entities, context, form, joining, media, db)
    elif media == GEO_JSON:
        features = [tell_feature(entity, context, form) for entity in entities]
        collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
        reply = answer_geo(call, collection, context)
    else:
        told = [tell_entity(entity, context, form) for entity in entities]
        if form.pick is not None or form.omit is not None:
            told = [one for one in told if one]
        reply = answer(call, told, context, media)
    if total is not None:
        reply.headers.append(("NGSILD-Results-Count", str(total)))
    add_pages(call, reply, limit, offset, more=more)
    return reply


def _find(
    db: Db, questions: list[Question], order: Order | None, limit: int,
    offset: int, *, count: bool,
) -> tuple[list[Entity], int | None, bool]:  # fmt: skip
    if len(questions) == 1 and order is None:
        asked = questions[0]
        entities, total = find_entities(
            db, asked.wanted(limit=limit + 1, offset=offset, count=count)
        )
        found, more = entities[:limit], len(entities) > limit
        return [entity for entity in found if not is_over(entity)], total, more
    known: dict[str, Entity] = {}
    for asked in questions:
        for entity in find_entities(db, asked.wanted(limit=MOST_ORDERED + 1))[0]:
            known.setdefault(entity["id"], entity)
    if len(known) > MOST_ORDERED:
        raise too_many_results(f"more than {MOST_ORDERED} entities cannot be put into an order")
    everything = [entity for entity in known.values() if not is_over(entity)]
    if order is not None:
        everything = order.sort(everything)
    page = everything[offset : offset + limit]
    total = len(everything) if count else None
    return page, total, offset + limit < len(everything)


def _tell_joined(  # noqa: PLR0913,PLR0917  (what an answer is made of)
    call: Call, entities: list[Entity], context: Context, form: Form, joining: Joining,
    media: str, db: Db, *, single: bool = False,
) -> Reply:  # fmt: skip
    told = joining.tell(entities, context, form, db)
    one = single and joining.way == "inline"
    if media == GEO_JSON:
        features = [feature_of(document, entity, form) for document, entity in told]
        collection = {"type": "FeatureCollection", "features": features}
        return answer_geo(call, features[0] if one else collection, context)
    documents = [document for document, _ in told]
    return answer(call, documents[0] if one else documents, context, media)


def _has_any(entity: Entity, form: Form) -> bool:
    """Tell whether anything of an entity is told (an attribute, where `attrs` names some)."""
    if kept_attributes(entity, form):
        return True
    return not form.attributes and any(
        member in entity and is_told(member, form) for member in ("id", "type", "scope")
    )


def add_pages(call: Call, reply: Reply, limit: int, offset: int, *, more: bool) -> None:
    """
    Add the Link headers to the next and the previous page (6.3.10).

    Parameters
    ----------
    call
        The request.
    reply
        Its answer.
    limit, offset
        The page.
    more
        Whether there is a next page.
    """
    if limit == 0:
        return
    others = {key: value for key, value in call.params.items() if key not in {"limit", "offset"}}
    path = call.path

    def link(to: int, relation: str) -> str:
        page = urlencode({**others, "limit": limit, "offset": to}, quote_via=quote, safe=":,;/")
        return f'<{path}?{page}>;rel="{relation}";type="{reply.media}"'

    if offset > 0:
        reply.headers.append(("Link", link(max(0, offset - limit), "prev")))
    if more:
        reply.headers.append(("Link", link(offset + limit, "next")))


ROUTES = (
    Route("GET", "/entities/{id}", retrieve, OF_TELLING),
    Route("GET", "/entities", query, OF_QUERIES),
    Route("POST", "/entityOperations/query", query_by_post, OF_QUERIES),
)
