"""Many entities written at once (ETSI GS CIM 009, 5.6.7 to 5.6.10, 5.6.20, 5.6.21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from bunyad.operate.broker.asking import read_question
from bunyad.operate.broker.bodies import context_of, media_of, read_json
from bunyad.operate.broker.changes import (
    Changed,
    append_attributes,
    delete_attribute,
    merge_entity,
    replace_entity,
    update_attributes,
)
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.entities import FORMS, insert, keep, merging_of, reader
from bunyad.operate.broker.http import JSON_LD, Call, Reply, Route
from bunyad.operate.broker.model import Entity
from bunyad.operate.broker.names import check_name, is_uri
from bunyad.operate.broker.params import OF_QUERIES, check_options, names_of, truth
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.records import (
    Writing,
    delete_entity,
    find_entities,
    load_entity,
    now_us,
    to_iso,
)

LARGEST_BATCH = 100_000
Outcome = tuple[str, Problem | None, bool]  # identifier, what went wrong, whether it is new
Apply = Callable[[Writing, Entity], bool]


async def create(call: Call) -> Reply:
    """Answer POST /entityOperations/create."""

    def apply(tx: Writing, entity: Entity) -> bool:
        insert(tx, entity)
        return True

    outcomes = await _run(call, apply, whole=True, create=True)
    if any(problem for _, problem, _ in outcomes):
        return _result(outcomes)
    return Reply(201, orjson.dumps([key for key, _, _ in outcomes]))


async def upsert(call: Call) -> Reply:
    """Answer POST /entityOperations/upsert."""
    updates = "update" in check_options(call, FORMS | {"replace", "update"})

    def apply(tx: Writing, entity: Entity) -> bool:
        before = load_entity(tx.db, entity["id"])
        if before is None:
            insert(tx, entity)
            return True
        changed = update_attributes(before, entity) if updates else replace_entity(before, entity)
        keep(call, tx, before, changed)
        return False

    outcomes = await _run(call, apply, whole=True, create=True)
    if any(problem for _, problem, _ in outcomes):
        return _result(outcomes)
    fresh = [key for key, _, new in outcomes if new]
    return Reply(201, orjson.dumps(fresh)) if fresh else Reply(204)


async def update(call: Call) -> Reply:
    """Answer POST /entityOperations/update."""
    options = check_options(call, FORMS | {"noOverwrite", "replace", "update"})

    def work(before: Entity, fragment: Entity) -> Changed:
        if "replace" in options:  # not in the standard, but in other brokers and their tutorials
            return replace_entity(before, fragment)
        return append_attributes(before, fragment, overwrite="noOverwrite" not in options)

    return await _change(call, work)


async def merge(call: Call) -> Reply:
    """Answer POST /entityOperations/merge."""
    how = merging_of(call)
    return await _change(
        call, lambda before, fragment: merge_entity(before, fragment, how), merges=True
    )


async def delete(call: Call) -> Reply:
    """Answer POST /entityOperations/delete."""
    keys = _read_list(call, "identifiers")

    def work(tx: Writing) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for key in keys:
            if not is_uri(key):
                outcomes.append((str(key), bad_request(f"{key!r} is no URI"), False))
                continue
            before = load_entity(tx.db, key)
            if before is None:
                outcomes.append((key, not_found(f"there is no entity {key}"), False))
                continue
            delete_entity(tx, before)
            outcomes.append((key, None, False))
        return outcomes

    outcomes = await call.tenant().write(work)
    if any(problem for _, problem, _ in outcomes):
        return _result(outcomes)
    return Reply(204)


async def purge(call: Call) -> Reply:
    """Answer DELETE /entities: delete what a query finds, or some of its attributes."""
    context = await call.linked_context()
    tenant = call.tenant()
    asked = read_question(call.params, context, tenant.reader)
    drop = [context.expand(check_name(name, "drop")) for name in names_of(call.params.get("drop"))]
    hold = [context.expand(check_name(name, "keep")) for name in names_of(call.params.get("keep"))]
    if asked.depth:
        raise bad_request("a purge follows no relationships")
    if not (asked.restricted or truth(call, "local") or drop or hold):
        raise bad_request("a purge names types, attributes, values (q) or a place, or is local")
    if drop and hold:
        raise bad_request("a purge either drops attributes or keeps some")
    now = to_iso(now_us())

    def work(tx: Writing) -> None:
        for before in find_entities(tx.db, asked.wanted(limit=None))[0]:
            if not (drop or hold):
                delete_entity(tx, before)
                continue
            gone = [iri for iri in before["attrs"] if (iri in drop if drop else iri not in hold)]
            changed = Changed(before)
            touched: dict[str, str] = {}
            for iri in gone:
                changed = delete_attribute(changed.after, iri, iri, every=True, now=now)
                touched |= changed.touched
            keep(call, tx, before, Changed(changed.after, touched))

    await tenant.write(work)
    return Reply(204)


async def _change(
    call: Call, work: Callable[[Entity, Entity], Changed], *, merges: bool = False
) -> Reply:
    refused: dict[str, Problem] = {}

    def apply(tx: Writing, fragment: Entity) -> bool:
        key = fragment["id"]
        before = load_entity(tx.db, key)
        if before is None:
            raise not_found(f"there is no entity {key}")
        changed = work(before, fragment)
        keep(call, tx, before, changed)
        if changed.refused:
            names = ", ".join(sorted(changed.refused))
            refused[key] = bad_request(f"{names} are there already, and noOverwrite was asked for")
        return False

    outcomes = await _run(call, apply, whole=False, create=False, merges=merges)
    outcomes = [(key, problem or refused.get(key), new) for key, problem, new in outcomes]
    if any(problem for _, problem, _ in outcomes):
        return _result(outcomes)
    return Reply(204)


async def _run(
    call: Call, apply: Apply, *, whole: bool, create: bool, merges: bool = False
) -> list[Outcome]:
    documents = _read_list(call, "entities")
    read = [await _read(call, document, whole=whole, merges=merges) for document in documents]

    def work(tx: Writing) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for key, entity, problem in read:
            new = False
            if entity is not None:
                try:
                    new = apply(tx, entity)
                except Problem as error:
                    problem = error  # noqa: PLW2901  (what went wrong with this one)
            outcomes.append((key, problem, new))
        return outcomes

    if all(entity is None for _, entity, _ in read):
        return [(key, problem, False) for key, _, problem in read]
    return await call.tenant(create=create).write(work)


def _read_list(call: Call, what: str) -> list[Any]:
    found = read_json(call) if call.content else None
    if not isinstance(found, list) or not found:
        raise bad_request(f"the body is no list of {what}")
    if None in found:
        raise bad_request(f"one of the {what} is null")
    if len(found) > LARGEST_BATCH:
        raise bad_request(f"a batch has at most {LARGEST_BATCH} {what}")
    return found


async def _read(
    call: Call, document: Any, *, whole: bool, merges: bool
) -> tuple[str, Entity | None, Problem | None]:
    """Read one entity of a batch: its identifier, and it or what is wrong with it."""
    key = document.get("id", "") if isinstance(document, dict) else ""
    try:
        if not isinstance(document, dict):
            raise bad_request("an entity is a JSON object")
        context = await _context(call, document)
        told = reader(call, context, nulls=merges, merges=merges)
        entity = told.entity(document) if whole else told.fragment(document)
        if "id" not in entity:
            raise bad_request("the entity has no id")
    except Problem as problem:
        return str(key), None, problem
    return entity["id"], entity, None


async def _context(call: Call, document: dict[str, Any]) -> Context:
    if media_of(call) == JSON_LD and "@context" not in document:
        raise bad_request("an entity in a body of application/ld+json has its own @context")
    return await context_of(call, document)


def _result(outcomes: list[Outcome]) -> Reply:
    """Return 207 with what was done and what was not (5.2.16)."""
    result = {
        "success": [key for key, problem, _ in outcomes if problem is None],
        "errors": [
            {"entityId": key, "error": problem.document()}
            for key, problem, _ in outcomes
            if problem is not None
        ],
    }
    return Reply(207, orjson.dumps(result))


_BATCH = frozenset({"options", "format", "local", "via"})
ROUTES = (
    Route("POST", "/entityOperations/create", create, _BATCH),
    Route("POST", "/entityOperations/upsert", upsert, _BATCH),
    Route("POST", "/entityOperations/update", update, _BATCH),
    Route("POST", "/entityOperations/merge", merge, _BATCH | {"observedAt", "lang"}),
    Route("POST", "/entityOperations/delete", delete, _BATCH),
    Route("DELETE", "/entities", purge, OF_QUERIES | {"drop", "keep"}),
)
