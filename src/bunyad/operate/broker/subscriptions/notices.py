"""What a notification tells of an entity that changed (CIM 009, 5.8.6 and 5.3.1)."""

from __future__ import annotations

from typing import Any

from bunyad.operate.broker.linking import Joining
from bunyad.operate.broker.model import NULL, VALUE_OF, Entity, Instance
from bunyad.operate.broker.params import DEEPEST_JOIN
from bunyad.operate.broker.subscriptions.changes import Turn
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.broker.telling import CONCISE, SIMPLIFIED, is_told, tell_entity, tell_feature
from bunyad.operate.records import Change, to_iso
from bunyad.operate.records.database import Db

Told = dict[str, Any]


def tell_change(watch: Watch, change: Change, turns: list[Turn], now_us: int, db: Db) -> list[Any]:
    """
    Return what a notification tells of a change.

    Parameters
    ----------
    watch
        The subscription.
    change
        The entity before and after.
    turns
        Instances that changed.
    now_us
        When [µs since 1970].
    db
        Where linked entities are found.

    Returns
    -------
    list of dict
        The entity as told, and those it links to where the subscription joins them.
    """
    if change.after is None:
        assert change.before is not None
        return [_tell_deleted(watch, change.before, turns, now_us)]
    told = tell_present(watch, change.after, db)
    first = told[0]
    members = first["properties"] if watch.accept.endswith("geo+json") else first
    for turn in turns:
        if turn.after is None and turn.before is not None and _is_told(watch, turn.attribute):
            name = watch.sends_with.compact(turn.attribute)
            gone = _tell_gone(watch, turn.before, now_us, beside=name in members)
            members[name] = _beside(members.get(name), gone)
        elif turn.before is not None and _shows_changes(watch):
            _add_previous(watch, members, turn)
    return told


def tell_present(watch: Watch, entity: Entity, db: Db) -> list[Any]:
    """Return an entity as it is, in the subscription's form, with those it links to."""
    if watch.accept.endswith("geo+json"):
        return [tell_feature(entity, watch.sends_with, watch.form)]
    notification = watch.document["notification"]
    way = notification.get("join", "@none")
    if way == "@none":
        return [tell_entity(entity, watch.sends_with, watch.form)]
    joining = Joining(way, min(notification.get("joinLevel", 1), DEEPEST_JOIN), set())
    return [told for told, _ in joining.tell([entity], watch.sends_with, watch.form, db)]


def _shows_changes(watch: Watch) -> bool:
    return bool(watch.document["notification"].get("showChanges"))


def _is_told(watch: Watch, attribute: str) -> bool:
    form = watch.form
    return (not form.attributes or attribute in form.attributes) and is_told(attribute, form)


# --- what is no more, and what was --------------------------------------------------------


def _tell_deleted(watch: Watch, before: Entity, turns: list[Turn], now_us: int) -> Told:
    bare = {**before, "attrs": {}}
    told = tell_entity(bare, watch.sends_with, watch.form)
    told["deletedAt"] = to_iso(now_us)
    shown = turns if _shows_changes(watch) or "attributeDeleted" in watch.triggers else []
    for turn in shown:
        watched = not watch.watched or turn.attribute in watch.watched
        told_anyway = _shows_changes(watch) or watched
        if turn.before is not None and told_anyway and _is_told(watch, turn.attribute):
            name = watch.sends_with.compact(turn.attribute)
            gone = _tell_gone(watch, turn.before, now_us, whole_entity=True)
            told[name] = _beside(told.get(name), gone)
    if watch.accept.endswith("geo+json"):
        key = told.pop("id", None)
        return {"id": key, "type": "Feature", "geometry": None, "properties": told}
    return told


def _tell_gone(
    watch: Watch, before: Instance, now_us: int, *, whole_entity: bool = False,
    beside: bool = False,
) -> Any:  # fmt: skip
    kind = before["type"]
    whole = beside or watch.form.system or _shows_changes(watch) or "datasetId" in before
    if watch.form.name == SIMPLIFIED or not whole:
        return NULL
    value: Any = NULL
    if kind == "LanguageProperty" and not whole_entity:
        value = {"@none": NULL}
    told: Told = {} if watch.form.name == CONCISE else {"type": kind}
    told[VALUE_OF[kind]] = value
    if "datasetId" in before:
        told["datasetId"] = before["datasetId"]
    if watch.form.system:
        told["createdAt"] = before["createdAt"]
        told["modifiedAt"] = before["modifiedAt"]
        told["deletedAt"] = to_iso(now_us)
    if _shows_changes(watch):
        told[_previous(kind)] = before.get(VALUE_OF[kind])
    return told


def _previous(kind: str) -> str:
    member = VALUE_OF[kind]
    return f"previous{member[0].upper()}{member[1:]}"


def _beside(known: Any, gone: Any) -> Any:
    if known is None or not isinstance(gone, dict):
        return gone if known is None else known
    if "datasetId" not in gone and known == NULL:
        return gone
    instances = known if isinstance(known, list) else [known]
    if len(instances) == 1 and isinstance(instances[0], dict) and NULL in instances[0].values():
        return instances[0]  # all instances are deleted: the attribute is
    return [*instances, gone]


def _add_previous(watch: Watch, members: Told, turn: Turn) -> None:
    assert turn.before is not None
    assert turn.after is not None
    name = watch.sends_with.compact(turn.attribute)
    kind = turn.before["type"]
    was = turn.before.get(VALUE_OF[kind])
    if name not in members or was == turn.after.get(VALUE_OF[kind]):
        return
    told = members[name]
    if not isinstance(told, dict | list):
        told = members[name] = {VALUE_OF[kind]: told}
    for instance in told if isinstance(told, list) else [told]:
        if isinstance(instance, dict) and (
            instance.get("datasetId") == turn.after.get("datasetId")
        ):
            instance[_previous(kind)] = was
