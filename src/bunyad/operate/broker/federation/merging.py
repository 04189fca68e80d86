"""One entity out of the parts that several sources have (CIM 009, 4.5.5)."""

from __future__ import annotations

from typing import Any

from bunyad.operate.broker.federation.registration import Registration
from bunyad.operate.broker.model import Entity, Instance
from bunyad.operate.records import from_iso

_PROXIED = frozenset({"redirect", "exclusive"})


def merge_all(
    local: Entity | None, found: list[tuple[Registration, list[Entity]]], key: str
) -> Entity | None:
    """Return an entity out of what is here and what the sources have."""
    whole = None if local is None else without(local, _held_elsewhere(local, found))
    for source, entities in found:
        for entity in entities:
            if entity["id"] != key:
                continue
            fills = source.mode == "auxiliary"
            whole = entity if whole is None else merge_entity(whole, entity, fills=fills)
    return whole


def _held_elsewhere(
    local: Entity, found: list[tuple[Registration, list[Entity]]]
) -> frozenset[str]:
    """Return the attributes of an entity that exclusive and redirect sources hold alone."""
    held: frozenset[str] = frozenset()
    for source, _ in found:
        if source.mode in _PROXIED:
            has, attributes = source.covered(local["id"], local["type"])
            held |= (attributes or frozenset(local["attrs"])) if has else frozenset()
    return held


def merge_entity(known: Entity, other: Entity, *, fills: bool = False) -> Entity:
    """
    Return an entity with another part of it.

    Of two instances of an attribute with the same `datasetId`, the one observed later stays, or
    where nobody observed, the one written later.

    Parameters
    ----------
    known
        What is known so far.
    other
        The part that comes to it.
    fills
        Whether it only fills in what is missing (an auxiliary source).
    """
    attrs: dict[str, list[Instance]] = dict(known["attrs"])
    for iri, instances in other["attrs"].items():
        if iri not in attrs:
            attrs[iri] = instances
        elif not fills:
            attrs[iri] = _merge_instances(attrs[iri], instances)
    merged: dict[str, Any] = {
        **known,
        "type": list(dict.fromkeys([*known["type"], *other["type"]])),
        "createdAt": min(known["createdAt"], other["createdAt"]),
        "modifiedAt": max(known["modifiedAt"], other["modifiedAt"]),
        "attrs": attrs,
    }
    if scopes := list(dict.fromkeys([*known.get("scope", ()), *other.get("scope", ())])):
        merged["scope"] = scopes
    return merged


def _merge_instances(known: list[Instance], others: list[Instance]) -> list[Instance]:
    by_set = {instance.get("datasetId"): instance for instance in known}
    for instance in others:
        dataset = instance.get("datasetId")
        if dataset not in by_set or _is_newer(instance, by_set[dataset]):
            by_set[dataset] = instance
    return list(by_set.values())


def _is_newer(one: Instance, other: Instance) -> bool:
    for member in ("observedAt", "modifiedAt"):
        if member in one and member in other:
            return from_iso(one[member]) > from_iso(other[member])
    return "observedAt" in one


def without(entity: Entity, attributes: frozenset[str]) -> Entity:
    """Return an entity without some attributes."""
    kept = {iri: found for iri, found in entity["attrs"].items() if iri not in attributes}
    return {**entity, "attrs": kept}
