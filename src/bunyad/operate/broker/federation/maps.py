"""
Maps of where entities are, for requests that belong together (CIM 009, 4.5.25, 5.5.14, 5.14).

A request that asks for a map, or names one that is over, makes one; one that names a map is bound
to its entities and their sources.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote
from weakref import WeakKeyDictionary

import orjson

from bunyad.operate.broker.asking import params_of_query, questions_of
from bunyad.operate.broker.bodies import answer, read_document, read_json, wanted_media
from bunyad.operate.broker.consuming import is_over, told_by
from bunyad.operate.broker.federation.past import errands_of_past, told_pasts
from bunyad.operate.broker.federation.reading import Asked, Federated, errands_for, read_asked
from bunyad.operate.broker.federation.registration import Registration, Wanted
from bunyad.operate.broker.federation.sources import Errand, context_for, sources_for
from bunyad.operate.broker.http import Call, EntityMap, Handler, Reply, Route
from bunyad.operate.broker.names import check_instant, check_uri, is_uri
from bunyad.operate.broker.params import OF_QUERIES, truth
from bunyad.operate.broker.problems import Problem, bad_request, not_found, too_many_results
from bunyad.operate.broker.temporal import consumption
from bunyad.operate.broker.temporal.aggregates import read_duration
from bunyad.operate.records import (
    Writing,
    delete_document,
    find_entities,
    from_iso,
    load_document,
    load_entity,
    now_us,
    put_document,
    to_iso,
)

if TYPE_CHECKING:
    from bunyad.operate.broker.app import Broker

KIND = "entityMap"
USUAL_LIFE_S, LONGEST_LIFE_S = 3_600.0, 86_400.0
MONTH_S = 30 * 86_400.0
MOST_MAPPED = 100_000
HERE = "@none"
HEADER = "NGSILD-EntityMap"
Sort = Literal["present", "past"]
_OPERATIONS = {
    "present": ("createEntityMapQueryEntity", "/entityMaps"),
    "past": ("createEntityMapQueryTemporal", "/temporal/entityMaps"),
}
_OF_WINDOWS = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN")
_maps: WeakKeyDictionary[Broker, Maps] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Sought:
    """A query whose entities are to be mapped: selections, and how its answer would be told."""

    asked: Asked
    told: dict[str, str]
    sort: Sort


class Maps:
    """Makes maps, keeps them, and binds requests to them."""

    def __init__(self, federated: Federated) -> None:
        self._federated = federated

    async def query(self, handler: Handler, call: Call) -> Reply:
        """Answer a query, GET or POST, of what is now."""
        return await self._around(handler, call, "present")

    async def query_past(self, handler: Handler, call: Call) -> Reply:
        """Answer a query, GET or POST, of what was."""
        return await self._around(handler, call, "past")

    async def create(self, call: Call, sort: Sort) -> Reply:
        """Answer a request that only asks for the map of a query (5.14.4, 5.14.5)."""
        media = wanted_media(call)
        sought = await _sought(call, sort)
        made, ends_us = await self._make(call, sought)
        reply = answer(call, _document(made, ends_us), sought.asked.context, media, status=201)
        reply.headers.append((HEADER, _address(made.key)))
        return reply

    async def _around(self, handler: Handler, call: Call, sort: Sort) -> Reply:
        named = call.headers.get(HEADER.lower())
        if named is None and "entityMap" not in call.params and b'"entityMap"' not in call.content:
            return await handler(call)
        sought = await _sought(call, sort)
        mapped = None if named is None else _load(call, named)
        status = 200
        if mapped is None:
            if named is None and not _wants(sought.told):
                return await handler(call)
            mapped, _ = await self._make(call, sought)
            status = 201
        return await _bound(handler, call, mapped, status)

    async def retrieve(self, handler: Handler, call: Call) -> Reply:
        """Answer GET /entities/{id}, and the same of its past."""
        named = call.headers.get(HEADER.lower())
        if named is None and not (call.params and truth(call, "entityMap")):
            return await handler(call)
        mapped = None if named is None else _load(call, named)
        if mapped is not None:
            return await _bound(handler, call, mapped, 200)
        key = check_uri(call.parts["id"], "the entity's id")
        context = await call.linked_context()
        ends_us = now_us() + int(1e6 * _life_s(call.params.get("entityMapLifetime")))
        sources = sources_for(call, "retrieveEntity", Wanted(ids=frozenset({key})))
        errand = Errand(method="GET", path=f"/entities/{quote(key, safe=':')}", params={})
        found = await asyncio.gather(
            *(self._federated.keys_of(call, source, errand, context) for source in sources)
        )
        here = load_entity(call.tenant().reader(), key) is not None
        places = [HERE] if here else []
        places += [source.key for source, keys in zip(sources, found, strict=True) if key in keys]
        made = _new({key: places} if places else {}, {})
        await call.tenant().write(lambda tx: _keep(tx, made, ends_us))
        return await _bound(handler, call, made, 201)

    async def _make(self, call: Call, sought: Sought) -> tuple[EntityMap, int]:
        lifetime = sought.told.get("entityMapLifetime")
        ends_us = now_us() + int(1e6 * _life_s(lifetime))
        where: dict[str, list[str]] = {key: [HERE] for key in await self._here(call, sought)}
        linked: dict[str, str] = {}
        operation, path = _OPERATIONS[sought.sort]
        errands = errands_for(call, sought.asked, operation, path)
        able = {source.key for source, _ in errands}
        if sought.sort == "present":
            others = errands_for(call, sought.asked)
        else:
            errands = [(one, _timed(errand, sought)) for one, errand in errands]
            others = errands_of_past(call, sought.told, sought.asked)
        errands += [one for one in others if one[0].key not in able]
        found = await asyncio.gather(
            *(self._there(call, source, errand, sought) for source, errand in errands)
        )
        for (source, _), (key, keys) in zip(errands, found, strict=True):
            if key:
                linked[source.key] = key
            for one in keys:
                places = where.setdefault(one, [])
                if source.key not in places:
                    places.append(source.key)
        if len(where) > MOST_MAPPED:
            raise too_many_results(f"a map has at most {MOST_MAPPED} entities")
        made = _new(where, linked)
        await call.tenant().write(lambda tx: _keep(tx, made, ends_us))
        return made, ends_us

    async def _here(self, call: Call, sought: Sought) -> list[str]:
        asked = sought.asked
        questions = questions_of(call, asked.selections, asked.context)
        if not all(one.restricted for one in questions) and not truth(call, "local"):
            raise bad_request("a query names types, attributes, values (q) or a place, or is local")
        if sought.sort == "past":
            return await consumption.keys_of(call, sought.told, questions, asked.context)
        db = call.tenant().reader()
        return [
            entity["id"]
            for question in questions
            for entity in find_entities(db, question.wanted(limit=MOST_MAPPED + 1))[0]
            if not is_over(entity)
        ]

    async def _there(
        self, call: Call, source: Registration, errand: Errand, sought: Sought
    ) -> tuple[str | None, Iterable[str]]:
        """Return the map that a source makes, where it does, and its entities."""
        context = sought.asked.context
        if errand.path == "/entities":
            return None, await self._federated.keys_of(call, source, errand, context)
        if errand.path == "/temporal/entities":
            answered = await self._federated.ask(call, source, errand)
            return None, [one["id"] for one in told_pasts(answered)]
        answered = await self._federated.ask(
            call, source, Errand(
                method="GET", path=errand.path, params=errand.params, context=context_for(context)
            ),
        )  # fmt: skip
        if answered.status not in {200, 201}:
            return None, ()
        try:
            told = orjson.loads(answered.body)
            return check_uri(told["id"], "a map's id"), list(told["entityMap"])
        except (orjson.JSONDecodeError, KeyError, TypeError, Problem):
            return None, ()


async def _sought(call: Call, sort: Sort) -> Sought:
    if call.method != "POST":
        context = await call.linked_context()
        return Sought(read_asked(call, [call.params], context), call.params, sort)
    document, context = await read_document(call)
    selections = params_of_query(document)
    if sort == "past":
        told = consumption.told_by(call, document)
    else:
        told = told_by(call, document, wanted_media(call, geo=True))
    for name in ("entityMap", "splitEntities"):
        if name in document:
            told[name] = orjson.dumps(document[name]).decode()
    if "entityMapLifetime" in document:
        told["entityMapLifetime"] = str(document["entityMapLifetime"])
    split = told.get("splitEntities") == "true"
    return Sought(Asked(selections, context, split), told, sort)


async def _bound(handler: Handler, call: Call, mapped: EntityMap, status: int) -> Reply:
    """Answer a request that is bound to a map, and name the map."""
    call.mapped = mapped
    reply = await handler(call)
    if reply.status == 200:
        reply.status = status
    reply.headers.append((HEADER, _address(mapped.key)))
    return reply


def _timed(errand: Errand, sought: Sought) -> Errand:
    """Return an errand for a map of the past with the window that is meant."""
    window = {name: sought.told[name] for name in _OF_WINDOWS if name in sought.told}
    return replace(errand, params={**errand.params, **window})


def _new(where: dict[str, list[str]], linked: dict[str, str]) -> EntityMap:
    return EntityMap(f"urn:ngsi-ld:EntityMap:{uuid.uuid4()}", where, linked)


def _wants(told: dict[str, str]) -> bool:
    wants = told.get("entityMap", "false").lower()
    if wants not in {"true", "false"}:
        raise bad_request(f"entityMap is {wants!r}, neither true nor false")
    return wants == "true"


def _life_s(text: str | None) -> float:
    if text is None:
        return USUAL_LIFE_S
    duration = read_duration(text, "entityMapLifetime")
    return min(LONGEST_LIFE_S, MONTH_S * duration.months + duration.seconds)


def _keep(tx: Writing, made: EntityMap, ends_us: int) -> None:
    """Keep a map; forget those that are over."""
    tx.db.execute(
        "DELETE FROM document WHERE kind = ? AND json_extract(body, '$.ends_us') <= ?",
        (KIND, tx.now_us),
    )
    body = {"where": made.where, "linked": made.linked, "ends_us": ends_us}
    put_document(tx, KIND, made.key, body, is_news=False)


def _load(call: Call, named: str) -> EntityMap | None:
    """Return the map of an identifier or address, if there is one and its time is not over."""
    key = named.rsplit("/", 1)[-1]
    body = load_document(call.tenant().reader(), KIND, key)
    if body is None or body["ends_us"] <= now_us():
        return None
    return EntityMap(key, body["where"], body["linked"])


def _address(key: str) -> str:
    return f"/ngsi-ld/v1/entityMaps/{key}"


def _document(made: EntityMap, ends_us: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": made.key, "type": "EntityMap", "expiresAt": to_iso(ends_us), "entityMap": made.where,
    }  # fmt: skip
    if made.linked:
        told["linkedMaps"] = made.linked
    return told


# --- requests -----------------------------------------------------------------------------


def _known(call: Call) -> tuple[EntityMap, int]:
    key = call.parts["id"]
    if not is_uri(key):
        raise bad_request(f"{key!r} is no URI")
    body = load_document(call.tenant().reader(), KIND, key)
    if body is None or body["ends_us"] <= now_us():
        raise not_found(f"there is no map {key}")
    return EntityMap(key, body["where"], body["linked"]), body["ends_us"]


async def retrieve_map(call: Call) -> Reply:
    """Answer GET /entityMaps/{id} (5.14.1)."""
    media = wanted_media(call)
    return answer(call, _document(*_known(call)), await call.linked_context(), media)


async def update_map(call: Call) -> Reply:
    """Answer PATCH /entityMaps/{id}: only the time when it is over is changed (5.14.2)."""
    mapped, ends_us = _known(call)
    document = read_json(call)
    if not isinstance(document, dict):
        raise bad_request("the body is no JSON object")
    if document.get("type", "EntityMap") != "EntityMap":
        raise bad_request("the type of a map is EntityMap")
    if "expiresAt" in document:
        wanted_us = from_iso(check_instant(document["expiresAt"], "expiresAt"))
        ends_us = min(wanted_us, now_us() + int(1e6 * LONGEST_LIFE_S))
    await call.tenant().write(lambda tx: _keep(tx, mapped, ends_us))
    return Reply(204)


async def delete_map(call: Call) -> Reply:
    """Answer DELETE /entityMaps/{id} (5.14.3)."""
    mapped, _ = _known(call)
    await call.tenant().write(lambda tx: delete_document(tx, KIND, mapped.key))
    return Reply(204)


async def create_map(call: Call) -> Reply:
    """Answer GET and POST /entityMaps."""
    return await _maps[call.broker].create(call, "present")


async def create_map_of_past(call: Call) -> Reply:
    """Answer GET and POST /temporal/entityMaps."""
    return await _maps[call.broker].create(call, "past")


def attach_maps(broker: Broker, federated: Federated) -> None:
    """Let requests of a broker ask for maps and name them."""
    maps = _maps[broker] = Maps(federated)
    broker.wrap("GET", "/entities", maps.query)
    broker.wrap("GET", "/entities/{id}", maps.retrieve)
    broker.wrap("GET", "/temporal/entities/{id}", maps.retrieve)
    broker.wrap("POST", "/entityOperations/query", maps.query)
    broker.wrap("GET", "/temporal/entities", maps.query_past)
    broker.wrap("POST", "/temporal/entityOperations/query", maps.query_past)


_OF_PAST = OF_QUERIES | {
    "timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration",
}  # fmt: skip
ROUTES = (
    Route("GET", "/entityMaps", create_map, OF_QUERIES),
    Route("POST", "/entityMaps", create_map, OF_QUERIES),
    Route("GET", "/temporal/entityMaps", create_map_of_past, _OF_PAST),
    Route("POST", "/temporal/entityMaps", create_map_of_past, _OF_PAST),
    Route("GET", "/entityMaps/{id}", retrieve_map, frozenset({"via", "local"})),
    Route("PATCH", "/entityMaps/{id}", update_map, frozenset({"via", "local"})),
    Route("DELETE", "/entityMaps/{id}", delete_map, frozenset({"via", "local"})),
)
