"""Entities written one by one (ETSI GS CIM 009, 5.6.1 to 5.6.6, 5.6.17 to 5.6.19)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson

from bunyad.operate.broker.bodies import read_document, read_json
from bunyad.operate.broker.changes import (
    Changed,
    Merging,
    append_attributes,
    check_whole,
    delete_attribute,
    merge_entity,
    patch_attribute,
    replace_attribute,
    replace_entity,
    takes_away,
    update_attributes,
)
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.model import Entity, Instance
from bunyad.operate.broker.names import check_instant, check_name, check_uri
from bunyad.operate.broker.params import check_options, options_of, truth
from bunyad.operate.broker.problems import (
    Problem,
    already_exists,
    bad_request,
    invalid_request,
    not_found,
)
from bunyad.operate.broker.query import compile_types
from bunyad.operate.broker.reading import Reader
from bunyad.operate.records import (
    Writing,
    delete_entity,
    insert_entity,
    load_entity,
    now_us,
    put_entity,
    to_iso,
)

SIMPLE = {"keyValues", "simplified"}
FORMS = SIMPLE | {"normalized", "concise"}
SAFE_IN_PATHS = ":@!$&'()*+,;=~"
_NOTHING_TO_QUOTE = re.compile(r"[\w.:@!$&'()*+,;=~-]*", re.ASCII).fullmatch


async def create_entity(call: Call) -> Reply:
    """Answer POST /entities."""
    document, context = await read_document(call)
    if not document:
        raise invalid_request("the body is empty")
    entity = reader(call, context).entity(document)

    def work(tx: Writing) -> None:
        insert(tx, entity)

    await call.tenant(create=True).write(work, checked=True)
    key = entity["id"]
    if not _NOTHING_TO_QUOTE(key):
        key = quote(key, safe=SAFE_IN_PATHS)
    return Reply(201, headers=[("Location", f"/ngsi-ld/v1/entities/{key}")])


async def replace(call: Call) -> Reply:
    """Answer PUT /entities/{id}."""
    key = check_uri(call.parts["id"], "the entity's id")
    context, fragment = await _known_fragment(call, key)
    await change(call, context, key, lambda before: replace_entity(before, fragment))
    return Reply(204)


async def merge(call: Call) -> Reply:
    """Answer PATCH /entities/{id}."""
    key = check_uri(call.parts["id"], "the entity's id")
    context, fragment = await _known_fragment(call, key, nulls=True, merges=True)
    how = merging_of(call)
    await change(call, context, key, lambda before: merge_entity(before, fragment, how))
    return Reply(204)


async def remove(call: Call) -> Reply:
    """Answer DELETE /entities/{id}."""
    key = check_uri(call.parts["id"], "the entity's id")
    context = await call.linked_context()
    fits = type_test(call, context)

    def work(tx: Writing) -> None:
        before = load_entity(tx.db, key)
        if before is None or not fits(before):
            raise not_found(f"there is no entity {key}")
        delete_entity(tx, before)

    await call.tenant().write(work)
    return Reply(204)


async def append(call: Call) -> Reply:
    """Answer POST /entities/{id}/attrs."""
    key = check_uri(call.parts["id"], "the entity's id")
    overwrite = "noOverwrite" not in check_options(call, FORMS | {"noOverwrite"})
    context, fragment = await _known_fragment(call, key)
    changed = await change(
        call, context, key,
        lambda before: append_attributes(before, fragment, overwrite=overwrite),
    )  # fmt: skip
    return _result(changed)


async def update(call: Call) -> Reply:
    """Answer PATCH /entities/{id}/attrs."""
    key = check_uri(call.parts["id"], "the entity's id")
    context, fragment = await _known_fragment(call, key, nulls=True)
    for instances in fragment["attrs"].values():
        for instance in instances:
            check_whole(instance)
    changed = await change(call, context, key, lambda before: update_attributes(before, fragment))
    return _result(changed)


async def patch(call: Call) -> Reply:
    """Answer PATCH /entities/{id}/attrs/{attribute}."""
    key, name = _names(call)
    document, context = await read_document(call)
    document.pop("@context", None)
    iri = context.expand(name)
    instance = one_instance(reader(call, context, nulls=True), name, document)
    await change(call, context, key, lambda before: patch_attribute(before, iri, name, instance))
    return Reply(204)


async def replace_one(call: Call) -> Reply:
    """Answer PUT /entities/{id}/attrs/{attribute}."""
    key, name = _names(call)
    document: Any = read_json(call)
    if isinstance(document, list):
        context = await call.linked_context()
    else:
        document, context = await read_document(call)
        document.pop("@context", None)
        if len(document) == 1 and name in document and isinstance(document[name], dict | list):
            document = document[name]
    iri = context.expand(name)
    instances = reader(call, context).instances(name, document)
    await change(call, context, key, lambda before: replace_attribute(before, iri, name, instances))
    return Reply(204)


async def delete_one(call: Call) -> Reply:
    """Answer DELETE /entities/{id}/attrs/{attribute}."""
    key, name = _names(call)
    context = await call.linked_context()
    iri = context.expand(name)
    dataset = call.params.get("datasetId")
    if dataset not in {None, "@none"}:
        check_uri(dataset, "datasetId")
    every = truth(call, "deleteAll")
    now = to_iso(now_us())

    def work(before: Entity) -> Changed:
        if name == "scope":
            return _without_scope(before, now)
        return delete_attribute(before, iri, name, dataset=dataset, every=every, now=now)

    await change(call, context, key, work)
    return Reply(204)


async def no_id(_call: Call) -> Reply:
    """Answer what needs an identifier and has none."""
    raise bad_request("the path names no entity")


def insert(tx: Writing, entity: Entity) -> None:
    """Keep a new entity, or raise AlreadyExists."""
    if not insert_entity(tx, entity):
        raise already_exists(f"there is an entity {entity['id']} already")


async def change(
    call: Call, context: Context, key: str, work: Callable[[Entity], Changed]
) -> Changed:
    """
    Change an entity by a function of what it is.

    Parameters
    ----------
    call
        The request; its `type` says of which types the entity must be.
    context
        What names stand for.
    key
        The entity's identifier.
    work
        Function from the entity to its change.

    Raises
    ------
    Problem
        ResourceNotFound if there is no such entity.
    """
    fits = type_test(call, context)

    def job(tx: Writing) -> Changed:
        before = load_entity(tx.db, key)
        if before is None or not fits(before):
            raise not_found(f"there is no entity {key}")
        changed = work(before)
        keep(call, tx, before, changed)
        return changed

    return await call.tenant().write(job)


def keep(call: Call, tx: Writing, before: Entity, changed: Changed) -> None:
    """
    Keep a changed entity, if it is changed at all.

    Raises
    ------
    Problem
        403 if something is taken away by who may not do so.
    """
    if not call.may_delete and takes_away(before, changed):
        raise Problem(403, None, "Forbidden", "a token of this role takes nothing away")
    if changed.touched or changed.members:
        put_entity(tx, changed.after, before=before, touched=changed.touched)


def type_test(call: Call, context: Context) -> Callable[[Entity], bool]:
    """Return the test that the parameter `type` asks for."""
    text = call.params.get("type")
    if not text:
        return lambda _entity: True
    selection = compile_types(text, context.expand)
    return lambda entity: selection.matches(entity["type"])


def reader(call: Call, context: Context, *, nulls: bool = False, merges: bool = False) -> Reader:
    """Return the reader of what the request's body says."""
    return Reader(context, to_iso(now_us()), nulls=nulls, merges=merges, simple=_is_simple(call))


def merging_of(call: Call) -> Merging:
    """Return how a request wants to merge (6.5.3.4)."""
    observed = call.params.get("observedAt")
    return Merging(
        observed_at=None if observed is None else check_instant(observed, "observedAt"),
        language=call.params.get("lang"), simple=_is_simple(call),
    )  # fmt: skip


async def _known_fragment(
    call: Call, key: str, *, nulls: bool = False, merges: bool = False
) -> tuple[Context, Entity]:
    """Read a fragment; of an entity that is not there that is told first (5.6.2 to 5.6.18)."""
    try:
        document, context = await read_document(call)
        fragment = reader(call, context, nulls=nulls, merges=merges).fragment(document)
        _check_same(fragment, key)
    except Problem as problem:
        if problem.status == 400 and load_entity(call.tenant().reader(), key) is None:
            raise not_found(f"there is no entity {key}") from None
        raise
    return context, fragment


def one_instance(told: Reader, name: str, document: Any) -> Instance:
    """Read a fragment of one attribute, written alone or under the attribute's name."""
    if len(document) == 1 and name in document and isinstance(document[name], dict):
        document = document[name]
    instances = told.instances(name, document)
    if len(instances) != 1:
        raise bad_request("a fragment is one instance of an attribute")
    return instances[0]


def _is_simple(call: Call) -> bool:
    if not call.params:
        return False
    return bool(SIMPLE & {*options_of(call), call.params.get("format", "")})


def _names(call: Call) -> tuple[str, str]:
    key = check_uri(call.parts["id"], "the entity's id")
    name = check_name(call.parts["attribute"], "the attribute's name")
    if name in {"id", "type", "@context"} or (name == "scope" and call.method != "DELETE"):
        raise bad_request(f"{name} is no attribute")
    return key, name


def _check_same(fragment: Entity, key: str) -> None:
    """Raise if a fragment says that it is of another entity (5.4)."""
    if fragment.get("id", key) != key:
        raise bad_request(f"the body is of {fragment['id']}, the path of {key}")


def _without_scope(before: Entity, now: str) -> Changed:
    if "scope" not in before:
        raise not_found("the entity has no scope")
    after = {key: value for key, value in before.items() if key != "scope"}
    return Changed({**after, "modifiedAt": now}, members=True)


def _result(changed: Changed) -> Reply:
    """Return 204, or 207 where some attributes were left as they were (5.2.18)."""
    if not changed.refused:
        return Reply(204)
    result = {
        "updated": list(changed.touched),
        "notUpdated": [
            {"attributeName": iri, "reason": why} for iri, why in changed.refused.items()
        ],
    }
    return Reply(207, orjson.dumps(result))


_WRITE = frozenset({"options", "format", "local", "type", "via"})
ROUTES = (
    Route("POST", "/entities", create_entity, _WRITE),
    Route("PUT", "/entities", no_id),
    Route("PATCH", "/entities", no_id),
    Route("PUT", "/entities/{id}", replace, _WRITE),
    Route("PATCH", "/entities/{id}", merge, _WRITE | {"observedAt", "lang"}),
    Route("DELETE", "/entities/{id}", remove, _WRITE),
    Route("POST", "/entities/{id}/attrs", append, _WRITE),
    Route("PATCH", "/entities/{id}/attrs", update, _WRITE),
    Route("PATCH", "/entities/{id}/attrs/{attribute}", patch, _WRITE),
    Route("PUT", "/entities/{id}/attrs/{attribute}", replace_one, _WRITE),
    Route("DELETE", "/entities/{id}/attrs/{attribute}", delete_one,
          _WRITE | {"datasetId", "deleteAll"}),
)  # fmt: skip
