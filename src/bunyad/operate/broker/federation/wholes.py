"""Entities that are told whole, with parts from several sources (CIM 009, 5.8.6)."""

from __future__ import annotations

from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import NULL, Entity
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.subscriptions.notices import tell_present
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.broker.telling import is_told
from bunyad.operate.records.database import Db

Told = dict[str, Any]
_DELETED = "deletedAt"


def without_gone(part: Any) -> tuple[Told, Told]:
    """
    Return what a source tells of an entity without what is no more, and what that is.

    Examples
    --------
    >>> without_gone({"id": "urn:a", "type": "A", "level": "urn:ngsi-ld:null", "power": 1})
    ({'id': 'urn:a', 'type': 'A', 'power': 1}, {'level': 'urn:ngsi-ld:null'})
    """
    present: Told = {}
    gone: Told = {}
    if not isinstance(part, dict):
        raise bad_request("an entity is an object")
    for name, value in part.items():
        if name == _DELETED or _is_gone(value):
            gone[name] = value
        elif isinstance(value, list) and any(map(_is_gone, value)):
            present[name] = [one for one in value if not _is_gone(one)]
            if not present[name]:
                gone[name] = present.pop(name)
        else:
            present[name] = value
    return present, gone


def _is_gone(value: Any) -> bool:
    if not isinstance(value, dict):
        return bool(value == NULL)
    return _DELETED in value or any(one in (NULL, {"@none": NULL}) for one in value.values())


def tell_whole(watch: Watch, whole: Entity, gone: Told, db: Db, names: Context) -> list[Any]:
    """
    Return what a notification tells of a whole entity.

    Parameters
    ----------
    watch
        The subscription.
    whole
        The entity, put together.
    gone
        What is no more of the part that changed, as its source has told it.
    db
        Where linked entities are found.
    names
        What the names in `gone` stand for.
    """
    told = tell_present(watch, whole, db)
    first = told[0]
    members = first["properties"] if watch.accept.endswith("geo+json") else first
    for name in gone:
        attribute = names.expand(name)
        if name == _DELETED:
            if not whole["attrs"]:
                members[name] = gone[name]
        elif attribute not in whole["attrs"] and _wants(watch, attribute):
            members[watch.sends_with.compact(attribute)] = NULL
    return told


def _wants(watch: Watch, attribute: str) -> bool:
    form = watch.form
    return (not form.attributes or attribute in form.attributes) and is_told(attribute, form)
