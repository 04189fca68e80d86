"""
Links between entities that are there: POST, PUT and DELETE of `…/$ref`.

As OData 4.01 has it (Part 1, 11.4.6): POST adds to a relation to several, PUT says which one a
relation to one leads to, DELETE takes a link away, not the entity.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bunyad.operate.sensorthings.answers.find import Place, find_key, find_place
from bunyad.operate.sensorthings.changes.bodies import check_body, read_chosen
from bunyad.operate.sensorthings.changes.places import follow_past
from bunyad.operate.sensorthings.changes.update import update
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.language.paths import Name, Resource, parse_path
from bunyad.operate.sensorthings.message import Reply, Request, split_address
from bunyad.operate.sensorthings.model import CONTROL, Kind, Relation
from bunyad.operate.sensorthings.refusals import NotAllowed, NotThere, Refusal

_UPWARDS = re.compile(r"^(?:/\.\.)+")  # an address may begin at that of the link
_ADDRESSES = ("@odata.id", "@id", f"{CONTROL}selfLink", "url")
_LOOSE = {("Thing", "Locations"), ("Location", "Things")}
_NOT_LAST = {("HistoricalLocation", "Locations"), ("Location", "HistoricalLocations")}


def change_links(work: Work, request: Request, resource: Resource) -> Reply:
    """
    Follow a request that changes a link.

    Raises
    ------
    Refusal
        If it cannot be followed.
    """
    last = resource.steps[-1]
    relation = last.relation
    if relation is None:
        raise _not_here(request.method)
    parent = find_place(work.db, resource.steps[:-1])
    if request.method == "DELETE":
        _unlink(work, request, resource, parent)
        return Reply(204)
    if request.method != ("PUT" if relation.one else "POST") or last.name is not None:
        raise _not_here(request.method)
    name = _meant(work, request, last.kind, check_body(request.content))
    if not relation.one and _is_linked(work, resource, name):
        return Reply(204)
    if (parent.kind.name, relation.name) == ("MultiDatastream", "ObservedProperties"):
        raise _in_order()
    assert parent.key is not None
    link: Any = {f"{CONTROL}id": name}
    body = {relation.name: link if relation.one else [link]}
    update(work, parent.kind, parent.key, body, whole=False)
    return Reply(204)


def _not_here(method: str) -> NotAllowed:
    return NotAllowed(
        f"{method} is not for this link",
        where="method",
        mend="POST to a relation to several, PUT to a relation to one, DELETE a link",
    )


def _in_order() -> Refusal:
    return Refusal(
        "MultiDatastreams say themselves what they observe, in order",
        where="ObservedProperties",
        mend="change the MultiDatastream",
    )


def _meant(work: Work, request: Request, kind: Kind, body: object) -> Name:
    """Return the `@iot.id` of the entity that a body names."""
    if isinstance(body, dict) and f"{CONTROL}id" in body:
        name = read_chosen(body[f"{CONTROL}id"], kind)
        if find_key(work.db, kind, name) is None:
            raise Refusal(
                f"there is no {kind.name} {str(name)[:80]}",
                where="body",
                mend=f"link one of {kind.plural}",
            )
        return name
    for member in _ADDRESSES:
        if isinstance(body, dict) and isinstance(body.get(member), str):
            return _named(work, request, kind, body[member])
    raise Refusal(
        "the body names no entity",
        where="body",
        mend=f'send {{"@iot.id": …}} or {{"@odata.id": "{kind.plural}(…)"}}',
    )


def _named(work: Work, request: Request, kind: Kind, address: str) -> Name:
    """Return the `@iot.id` of the entity at an address."""
    path, _ = split_address(address, request.base)
    try:
        steps = parse_path(_UPWARDS.sub("", path)).steps
        if steps and steps[-1].kind is kind and steps[-1].name is not None:
            find_place(work.db, steps)
            return steps[-1].name
    except NotThere:
        pass
    raise Refusal(
        f"{address[:80]!r} leads to no {kind.name}",
        where="body",
        mend=f"give an address such as {kind.plural}(1)",
    )


def _is_linked(work: Work, resource: Resource, name: Name) -> bool:
    try:
        _key_within(work, resource, name)
    except NotThere:
        return False
    return True


def _key_within(work: Work, resource: Resource, name: Name) -> int:
    """Return the key of an entity that is linked where a path leads."""
    step = replace(resource.steps[-1], name=name)
    key = find_place(work.db, (*resource.steps[:-1], step)).key
    assert key is not None
    return key


def _unlink(work: Work, request: Request, resource: Resource, parent: Place) -> None:
    last = resource.steps[-1]
    relation = last.relation
    assert relation is not None
    assert parent.key is not None
    name = last.name
    if name is None and not relation.one:
        asked = dict(request.pairs()).get("$id")
        if asked is None:
            raise Refusal(
                "the link to be taken away is not named",
                where="$id",
                mend=f"DELETE {relation.name}(…)/$ref, or {relation.name}/$ref?$id=…",
            )
        name = _named(work, request, last.kind, asked)
    way = (parent.kind.name, relation.name)
    if name is None or way not in _LOOSE | _NOT_LAST:
        raise Refusal(
            f"what {parent.kind.name}/{relation.name} links cannot be without each other",
            where="path",
            mend="link it to another with PUT or POST, or delete the entity",
        )
    other = _key_within(work, resource, name)
    if way in _NOT_LAST:
        _leave_past(work, parent.key, other, relation)
    table, own, its = relation.link
    work.db.execute(
        f"DELETE FROM {table} WHERE {own} = ? AND {its} = ?",  # noqa: S608  (names of ours)
        (parent.key, other),
    )
    work.touch(parent.kind, parent.key, relation.name)


def _leave_past(work: Work, own: int, other: int, relation: Relation) -> None:
    """Take a Location from a HistoricalLocation, which needs one at least."""
    past, location = (own, other) if relation.target == "Location" else (other, own)
    left = work.db.execute(
        "SELECT 1 FROM sensorthings_past_location WHERE past = ? AND location <> ? LIMIT 1",
        (past, location),
    ).fetchone()
    if left is None:
        raise Refusal(
            "a HistoricalLocation has a Location at least",
            where="path",
            mend="link another Location first, or delete the HistoricalLocation",
        )
    work.db.execute(
        "DELETE FROM sensorthings_past_location WHERE past = ? AND location = ?", (past, location)
    )
    follow_past(work, past)
