"""Requests that write the past (CIM 009, 5.6.11 to 5.6.16)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bunyad.operate.broker.bodies import read_document
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.model import OF_INSTANCES, Instance
from bunyad.operate.broker.names import check_name, check_uri
from bunyad.operate.broker.params import truth
from bunyad.operate.broker.problems import Problem, bad_request, not_found
from bunyad.operate.broker.reading import Reader
from bunyad.operate.broker.temporal.past import (
    SCOPE,
    Evolution,
    add_instances,
    add_types,
    delete_evolution,
    delete_lines,
    find_evolution,
    find_instance,
    has_line,
    put_evolution,
    replace_instance,
)
from bunyad.operate.broker.temporal.past import delete_instance as forget_instance
from bunyad.operate.broker.temporal.present import make_present, unmake_present
from bunyad.operate.records import Writing, now_us, to_iso

_MEMBERS = frozenset({"id", "type", "scope", "@context", "@id", "@type"})
_SYSTEM = frozenset({"createdAt", "modifiedAt", "deletedAt", "expiresAt"})
Lines = dict[str, list[Instance]]


async def create_evolution(call: Call) -> Reply:
    """Add an entity's past, or add to it (5.6.11)."""
    document, context = await read_document(call)
    reader = _reader(context)
    bare = {name: value for name, value in document.items() if name in _MEMBERS}
    entity = reader.entity(bare)
    lines = _read_lines(document, reader, context)

    def work(tx: Writing) -> bool:
        is_new = put_evolution(tx, entity["id"], entity["type"], lines)
        if is_new:
            make_present(tx, entity, lines)
        return is_new

    if not await call.tenant(create=True).write(work):
        return Reply(204)
    where = f"/ngsi-ld/v1/temporal/entities/{quote(entity['id'], safe=':')}"
    return Reply(201, headers=[("Location", where)])


async def append_lines(call: Call) -> Reply:
    """Add instances of attributes to an entity's past (5.6.12)."""
    key = _key(call)
    document, context = await read_document(call)
    reader = _reader(context)
    lines = _read_lines(document, reader, context)
    types = reader.types(document["type"]) if "type" in document else []

    def work(tx: Writing) -> None:
        found = _known(find_evolution(tx.db, key), key)
        add_instances(tx, found.ref, lines)
        add_types(tx, found, types)

    await call.tenant().write(work)
    return Reply(204)


async def delete_attribute(call: Call) -> Reply:
    """Forget an attribute's past, of one dataset or of all (5.6.13)."""
    key, name = _key(call), _name(call)
    context = await call.linked_context()
    dataset: str | None = call.params.get("datasetId") or ""
    if dataset and dataset != "@none":
        check_uri(dataset, "datasetId")
    dataset = None if truth(call, "deleteAll") else "" if dataset == "@none" else dataset

    def work(tx: Writing) -> None:
        found = _known(find_evolution(tx.db, key), key)
        if not delete_lines(tx, found.ref, _expand(context, name), dataset):
            raise not_found(f"the past of {key} has no such instances of {name}")

    await call.tenant().write(work)
    return Reply(204)


async def modify_instance(call: Call) -> Reply:
    """Put an instance in the place of another (5.6.14)."""
    if not call.parts["attribute"]:
        raise Problem(405, None, "Method Not Allowed", "the path names no attribute")
    key, name, reading = _key(call), _name(call), _reading(call)
    document, context = await read_document(call)
    reader = _reader(context)
    lines = _read_lines(document, reader, context)
    iri = _expand(context, name)
    if len(lines.get(iri, ())) != 1:
        raise bad_request(f"the body holds one instance of {name}")
    instance = lines[iri][0]

    def work(tx: Writing) -> None:
        series = _find(tx, key, name, iri, reading)
        replace_instance(tx, series, reading, {**instance, "modifiedAt": to_iso(tx.now_us)})

    await call.tenant().write(work)
    return Reply(204)


async def delete_instance(call: Call) -> Reply:
    """Forget one instance (5.6.15)."""
    key, name, reading = _key(call), _name(call), _reading(call)
    context = await call.linked_context()

    def work(tx: Writing) -> None:
        series = _find(tx, key, name, _expand(context, name), reading)
        forget_instance(tx, series, reading)

    await call.tenant().write(work)
    return Reply(204)


async def remove_evolution(call: Call) -> Reply:
    """Forget an entity's past (5.6.16)."""
    key = _key(call)

    def work(tx: Writing) -> None:
        found = _known(find_evolution(tx.db, key), key)
        unmake_present(tx, found)
        delete_evolution(tx, found)

    await call.tenant().write(work)
    return Reply(204)


# --- parts of requests ----------------------------------------------------------------------


def _reader(context: Context) -> Reader:
    return Reader(context, to_iso(now_us()))


def _read_lines(document: dict[str, Any], reader: Reader, context: Context) -> Lines:
    """Read attributes of a temporal representation: of each one instance or a list of them."""
    lines: Lines = {}
    for name, value in document.items():
        if name in _SYSTEM or name in _MEMBERS - {"scope"}:
            continue
        if name == "scope":
            lines[SCOPE] = [_read_scope(value, reader)]
            continue
        check_name(name, "an attribute's name")
        parts = value if isinstance(value, list) else [value]
        if not parts:
            raise bad_request(f"{name} has no instances")
        whole = isinstance(value, list) and not all(isinstance(part, dict) for part in parts)
        found = [value] if whole else parts
        lines[context.expand(name)] = [reader.instance(name, part) for part in found]
    return lines


def _read_scope(value: Any, reader: Reader) -> Instance:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]
    scopes = reader.fragment({"scope": value})["scope"]
    at = to_iso(now_us())
    return {"type": "Property", "value": scopes, "createdAt": at, "modifiedAt": at}


def _key(call: Call) -> str:
    return check_uri(call.parts["id"], "the entity's id")


def _name(call: Call) -> str:
    return check_name(call.parts["attribute"], "the attribute's name")


def _expand(context: Context, name: str) -> str:
    return SCOPE if name == "scope" else context.expand(name)


def _reading(call: Call) -> int:
    text = check_uri(call.parts["instance"], "the instance's id")
    number = text.removeprefix(OF_INSTANCES)
    if number == text or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return -1
    return int(number)


def _known(found: Evolution | None, key: str) -> Evolution:
    if found is None:
        raise not_found(f"nothing is known of the past of {key}")
    return found


def _find(tx: Writing, key: str, name: str, iri: str, reading: int) -> int:
    found = _known(find_evolution(tx.db, key), key)
    if not has_line(tx.db, found.ref, iri):
        raise not_found(f"the past of {key} has no {name}")
    series = find_instance(tx.db, found.ref, iri, reading)
    if series is None:
        raise not_found(f"the past of {name} of {key} has no such instance")
    return series


_WRITE = frozenset({"local", "via", "options"})
_INSTANCE = "/temporal/entities/{id}/attrs/{attribute}/{instance}"
ROUTES = (
    Route("POST", "/temporal/entities", create_evolution, _WRITE),
    Route("POST", "/temporal/entities/{id}/attrs", append_lines, _WRITE),
    Route("DELETE", "/temporal/entities/{id}", remove_evolution, _WRITE),
    Route(
        "DELETE",
        "/temporal/entities/{id}/attrs/{attribute}",
        delete_attribute,
        _WRITE | {"datasetId", "deleteAll"},
    ),
    Route("PATCH", _INSTANCE, modify_instance, _WRITE),
    Route("DELETE", _INSTANCE, delete_instance, _WRITE),
)
