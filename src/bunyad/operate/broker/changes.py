"""What becomes of an entity when a part of it is written: pure functions from before to after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bunyad.operate.broker.model import NULL, UNTOLD, VALUE_OF, Entity, Instance
from bunyad.operate.broker.problems import bad_request, not_found

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
DEEP = {"Property", "LanguageProperty", "JsonProperty"}  # kinds whose values are merged


@dataclass(slots=True)
class Changed:
    """
    The outcome of a change.

    Attributes
    ----------
    after
        The entity as it is now.
    touched
        Attribute IRI to `created`, `updated` or `deleted`.
    refused
        Attribute IRI to why it was left as it is.
    """

    after: Entity
    touched: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    members: bool = False


def takes_away(before: Entity, changed: Changed) -> bool:
    """Tell whether an attribute, or an instance of one, is there no more."""
    was, attrs = before["attrs"], changed.after["attrs"]
    return any(len(attrs.get(iri, ())) < len(was.get(iri, ())) for iri in changed.touched)


def is_null(instance: Instance) -> bool:
    """Tell whether an instance asks for its own deletion."""
    value = instance.get(VALUE_OF.get(instance["type"], "value"))
    return value == NULL or (
        isinstance(value, dict) and instance["type"] == "LanguageProperty"
        and value == {"@none": NULL}
    )  # fmt: skip


def replace_entity(before: Entity, fragment: Entity) -> Changed:
    """Put what is written in the place of everything that was (5.6.18)."""
    after = {
        **fragment, "id": before["id"], "type": fragment["type"] or before["type"],
        "createdAt": before["createdAt"],
    }  # fmt: skip
    after["attrs"] = {
        iri: _aged(before["attrs"].get(iri, ()), instances)
        for iri, instances in fragment["attrs"].items()
    }
    changed = Changed(after, members=True)
    for iri in fragment["attrs"]:
        changed.touched[iri] = UPDATED if iri in before["attrs"] else CREATED
    for iri in before["attrs"]:
        if iri not in fragment["attrs"]:
            changed.touched[iri] = DELETED
    return changed


def append_attributes(before: Entity, fragment: Entity, *, overwrite: bool = True) -> Changed:
    """Add attributes, in the place of those that are there if `overwrite` (5.6.3)."""
    changed = _start(before, fragment)
    _add_types(changed, fragment)
    _set_scope(changed, fragment, replace=overwrite)
    for iri, instances in fragment["attrs"].items():
        known = {_set_of(one): one for one in before["attrs"].get(iri, ())}
        fresh = [one for one in instances if overwrite or _set_of(one) not in known]
        if not overwrite and len(fresh) < len(instances):
            changed.refused[iri] = "it is there already, and noOverwrite was asked for"
        _put_instances(changed, iri, fresh)
    return changed


def update_attributes(before: Entity, fragment: Entity) -> Changed:
    """Put attributes in the place of those that are there, add the others (5.6.2, 5.5.8)."""
    changed = _start(before, fragment)
    _add_types(changed, fragment)
    if before.get("scope"):
        _set_scope(changed, fragment, replace=True)
    for iri, instances in fragment["attrs"].items():
        gone = [one for one in instances if is_null(one)]
        _put_instances(changed, iri, [one for one in instances if not is_null(one)])
        _drop_instances(changed, iri, {_set_of(one) for one in gone})
    return changed


@dataclass(frozen=True, slots=True)
class Merging:
    """
    How a merge reads what is written.

    Attributes
    ----------
    observed_at
        Instant for attributes that have one and are not given another.
    language
        Language of plain texts that are merged into a LanguageProperty.
    simple
        Whether values are written alone, so that attributes keep their kind.
    """

    observed_at: str | None = None
    language: str | None = None
    simple: bool = False


def merge_entity(before: Entity, fragment: Entity, how: Merging = Merging()) -> Changed:
    """Merge what is written into what is there, at any depth (5.6.17, 5.5.12)."""
    changed = _start(before, fragment)
    _add_types(changed, fragment)
    _set_scope(changed, fragment, replace=True)
    for iri, instances in fragment["attrs"].items():
        known = {_set_of(one): one for one in before["attrs"].get(iri, ())}
        merged, gone = [], set()
        for instance in instances:
            old = known.get(_set_of(instance))
            if is_null(instance):
                gone.add(_set_of(instance))
            elif old is None:
                check_whole(instance)
                merged.append(_without_nulls(instance))
            else:
                merged.append(merge_instance(old, instance, how))
        _put_instances(changed, iri, merged)
        _drop_instances(changed, iri, gone)
    return changed


def merge_instance(old: Instance, new: Instance, how: Merging = Merging()) -> Instance:
    """Merge one instance into what it was."""
    kind = old["type"]
    worded = kind == "LanguageProperty" and how.language and new["type"] == "Property"
    if new["type"] == UNTOLD or worded or (how.simple and kind != new["type"]):
        new = _as_kind(new, kind, how.language)
    if kind != new["type"]:
        return {**_without_nulls(new), "createdAt": old["createdAt"]}
    member = VALUE_OF[kind]
    after = {**old, **new, "createdAt": old["createdAt"]}
    if member in new:
        after[member] = merge_values(old.get(member), new[member]) if kind in DEEP else new[member]
    if how.observed_at is not None and "observedAt" in old and "observedAt" not in new:
        after["observedAt"] = how.observed_at
    _drop_nulls(after)
    attrs = _merge_attributes(old.get("attrs", {}), new.get("attrs", {}))
    after.pop("attrs", None)
    if attrs:
        after["attrs"] = attrs
    return after


def _merge_attributes(
    old: dict[str, list[Instance]], new: dict[str, list[Instance]]
) -> dict[str, list[Instance]]:
    attrs = dict(old)
    for iri, instances in new.items():
        known = {_set_of(one): one for one in attrs.get(iri, ())}
        for instance in instances:
            key = _set_of(instance)
            if is_null(instance):
                known.pop(key, None)
            elif key in known:
                known[key] = merge_instance(known[key], instance)
            else:
                known[key] = _without_nulls(instance)
        attrs[iri] = list(known.values())
        if not attrs[iri]:
            del attrs[iri]
    return attrs


def merge_values(old: Any, new: Any) -> Any:
    """
    Merge a value into another (RFC 7396, with `urn:ngsi-ld:null` beside null).

    Examples
    --------
    >>> merge_values({"street": "A", "city": "B"}, {"street": "C", "city": "urn:ngsi-ld:null"})
    {'street': 'C'}
    """
    if not isinstance(new, dict):
        return new
    merged = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is None or value == NULL:
            merged.pop(key, None)
        else:
            merged[key] = merge_values(merged.get(key), value)
    return merged


def patch_attribute(before: Entity, iri: str, name: str, fragment: Instance) -> Changed:
    """Change some members of one attribute, leaving the others (5.6.4)."""
    changed = _start(before, fragment)
    old = _find(before, iri, name, fragment.get("datasetId"))
    if is_null(fragment):
        _drop_instances(changed, iri, {fragment.get("datasetId")})
        return changed
    if fragment["type"] not in {old["type"], UNTOLD}:
        raise bad_request(f"{name} is a {old['type']} and cannot become a {fragment['type']}")
    attrs = dict(old.get("attrs", {}))
    for sub, instances in fragment.get("attrs", {}).items():
        known = {_set_of(one): one for one in attrs.get(sub, ())}
        for instance in instances:
            if is_null(instance):
                known.pop(_set_of(instance), None)
            else:
                known[_set_of(instance)] = instance
        attrs[sub] = list(known.values())
        if not attrs[sub]:
            del attrs[sub]
    after = {**old, **fragment, "type": old["type"], "createdAt": old["createdAt"]}
    _drop_nulls(after)
    after.pop("attrs", None)
    if attrs:
        after["attrs"] = attrs
    _put_instances(changed, iri, [after])
    return changed


def replace_attribute(before: Entity, iri: str, name: str, instances: list[Instance]) -> Changed:
    """Put one attribute's instances in the place of those with the same datasetId (5.6.19)."""
    changed = _start(before, instances[0])
    for instance in instances:
        _find(before, iri, name, instance.get("datasetId"))
    _put_instances(changed, iri, instances)
    return changed


def delete_attribute(
    before: Entity, iri: str, name: str, *, dataset: str | None = None, every: bool = False,
    now: str,
) -> Changed:  # fmt: skip
    """Take one attribute away: an instance of it, or all (5.6.5)."""
    changed = _start(before, {"modifiedAt": now})
    if iri not in before["attrs"]:
        raise not_found(f"the entity has no attribute {name}")
    if every:
        _drop_instances(changed, iri, {_set_of(one) for one in before["attrs"][iri]})
    else:
        dataset = None if dataset == "@none" else dataset
        _find(before, iri, name, dataset)
        _drop_instances(changed, iri, {dataset})
    return changed


def _start(before: Entity, fragment: dict[str, Any]) -> Changed:
    after = {**before, "modifiedAt": fragment["modifiedAt"], "attrs": dict(before["attrs"])}
    expires = fragment.get("expiresAt")
    if expires == NULL:
        after.pop("expiresAt", None)
    elif expires is not None:
        after["expiresAt"] = expires
    return Changed(after, members=after.get("expiresAt") != before.get("expiresAt"))


def _drop_nulls(instance: Instance) -> None:
    for member in ("observedAt", "unitCode", "expiresAt"):
        if instance.get(member) == NULL:
            del instance[member]


def _set_of(instance: Instance) -> str | None:
    dataset: str | None = instance.get("datasetId")
    return dataset


def _find(entity: Entity, iri: str, name: str, dataset: str | None) -> Instance:
    for instance in entity["attrs"].get(iri, ()):
        if _set_of(instance) == dataset:
            return instance  # type: ignore[no-any-return]
    which = "" if dataset is None else f" with the datasetId {dataset}"
    raise not_found(f"the entity has no attribute {name}{which}")


def _aged(old: Any, new: list[Instance]) -> list[Instance]:
    """Give new instances the age of those that they replace."""
    made = {_set_of(one): one["createdAt"] for one in old}
    return [
        {**one, "createdAt": made[_set_of(one)]} if _set_of(one) in made else one for one in new
    ]


def _put_instances(changed: Changed, iri: str, instances: list[Instance]) -> None:
    if not instances:
        return
    attrs = changed.after["attrs"]
    old = attrs.get(iri, [])
    by_set = {_set_of(one): one for one in old}
    for instance in _aged(old, instances):
        by_set[_set_of(instance)] = instance
    attrs[iri] = list(by_set.values())
    changed.touched[iri] = UPDATED if old else CREATED


def _drop_instances(changed: Changed, iri: str, sets: set[str | None]) -> None:
    attrs = changed.after["attrs"]
    old = attrs.get(iri)
    if not sets or not old:
        return
    left = [one for one in old if _set_of(one) not in sets]
    if len(left) == len(old):
        return
    if left:
        attrs[iri] = left
        changed.touched.setdefault(iri, UPDATED)
    else:
        del attrs[iri]
        changed.touched[iri] = DELETED


def _add_types(changed: Changed, fragment: Entity) -> None:
    types = changed.after["type"]
    fresh = [iri for iri in fragment["type"] if iri not in types]
    if fresh:
        changed.after["type"] = [*types, *fresh]
        changed.members = True


def _set_scope(changed: Changed, fragment: Entity, *, replace: bool) -> None:
    scope = fragment.get("scope")
    if scope is None:
        return
    if not replace:
        scope = list(dict.fromkeys([*changed.after.get("scope", ()), *scope]))
    if scope:
        changed.after["scope"] = scope
    else:
        changed.after.pop("scope", None)
    changed.members = True


def _without_nulls(instance: Instance) -> Instance:
    after = dict(instance)
    _drop_nulls(after)
    attrs = {
        iri: left
        for iri, instances in instance.get("attrs", {}).items()
        if (left := [_without_nulls(one) for one in instances if not is_null(one)])
    }
    after.pop("attrs", None)
    if attrs:
        after["attrs"] = attrs
    member = VALUE_OF[instance["type"]]
    if isinstance(after.get(member), dict) and instance["type"] in DEEP:
        after[member] = merge_values(None, after[member])
    return after


def check_whole(instance: Instance) -> None:
    """Raise BadRequestData if an instance has no value of its own."""
    if instance["type"] == UNTOLD:
        raise bad_request("an attribute that is not there yet is given without a value")


def _as_kind(new: Instance, kind: str, language: str | None) -> Instance:
    """Read what does not say its kind as the kind of attribute that is there (5.6.17)."""
    after = {**new, "type": kind}
    if new["type"] == UNTOLD:
        return after
    value = after.pop("value", None)
    member = VALUE_OF[kind]
    if kind == "LanguageProperty" and isinstance(value, str):
        value = {language or "@none": value}
    elif isinstance(value, dict) and member in value and kind != "GeoProperty":
        value = value[member]
    after[member] = value
    return after
