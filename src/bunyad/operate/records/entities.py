"""The current state: entities kept, and found by type, attribute, value, place and scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.records.readings import keep_first_instances, keep_instances
from bunyad.operate.records.tenant import Change, Entity, Writing
from bunyad.operate.records.wanted import Wanted, search_statement

LONGEST_FACT = 128  # characters of a text that the index of values keeps
MOST_FACTS = 32  # scalars of one attribute that the index of values keeps
NO_SCALAR = b""
MORE = b"\x01"
_NEW_TYPE = "INSERT INTO entity_type(type, entity) VALUES(?, ?)"
_NEW_FACT = "INSERT INTO fact(attribute, value, entity) VALUES(?, ?, ?)"
_NEW_GEOMETRY = "INSERT INTO geometry(ref, entity, attribute) VALUES(?, ?, ?)"
_NEW_PLACE = "INSERT INTO place VALUES(?, ?, ?, ?, ?)"
_NEW_SCOPE = "INSERT INTO entity_scope(scope, entity) VALUES(?, ?)"
VALUES = ("value", "object", "languageMap", "vocab", "json", "valueList", "objectList")


def load_entity(db: Db, key: str) -> Entity | None:
    """Return the entity of an identifier, or None where there is none now."""
    row = db.execute("SELECT body FROM entity WHERE id = ?", (key,)).fetchone()
    return None if row is None or row[0] is None else orjson.loads(row[0])


def load_entities(db: Db, keys: Iterable[str]) -> dict[str, Entity]:
    """Return the entities of several identifiers, those that exist now, by identifier."""
    rows = db.execute(
        "SELECT id, body FROM entity WHERE id IN (SELECT value FROM json_each(?)) "
        "AND body IS NOT NULL",
        (orjson.dumps(list(keys)).decode(),),
    )
    return {key: orjson.loads(body) for key, body in rows}


def put_entity(
    tx: Writing, after: Entity, *, before: Entity | None = None,
    touched: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """
    Keep an entity as it is now, with its past and the indices by which it is found.

    Parameters
    ----------
    tx
        The writer's transaction.
    after
        The entity; its `modifiedAt` says when.
    before
        The entity as it was in this transaction before, None for a new one.
    touched
        Attribute IRI to `created`, `updated` or `deleted`: what subscribers are told and what is
        added to the past; by default all attributes as created.
    """
    tx.flush()
    if touched is None:
        touched = dict.fromkeys(after["attrs"], "created")
    if before is None:
        ref = _insert(tx, after, "")
        assert ref is not None
    else:
        ref = tx.db.execute(
            "UPDATE entity SET body = ?, types = ?, modified_us = ? WHERE id = ? RETURNING ref",
            (*_texts(after), tx.now_us, after["id"]),
        ).fetchone()[0]
    _keep(tx, ref, after, before, touched)


def insert_entity(tx: Writing, entity: Entity) -> bool:
    """
    Keep a new entity; tell whether there was none of its identifier.

    Parameters
    ----------
    tx
        The writer's transaction; nothing is changed where the entity is there already.
    entity
        The entity.
    """
    tx.tops()
    ref = _insert(tx, entity, " WHERE entity.body IS NULL")
    if ref is None:
        return False
    if ref <= tx.entity_top:
        tx.flush()
        _keep(tx, ref, entity, None, dict.fromkeys(entity["attrs"], "created"))
        return True
    tx.entity_top = ref
    word = tx.word
    tx.later(_NEW_TYPE, [(word(iri), ref) for iri in entity["type"]])
    tx.later(_NEW_FACT, [
        (word(iri), fact, ref)
        for iri, instances in entity["attrs"].items()
        for fact in facts_of(instances)
    ])  # fmt: skip
    if "scope" in entity:
        tx.later(_NEW_SCOPE, [(scope, ref) for scope in entity["scope"]])
    if places := _places(entity):
        first = tx.place_top + 1
        tx.place_top += len(places)
        tx.later(_NEW_GEOMETRY, [
            (number, ref, word(iri)) for number, (iri, _) in enumerate(places, start=first)
        ])  # fmt: skip
        tx.later(_NEW_PLACE, [(number, *box) for number, (_, box) in enumerate(places, first)])
    keep_first_instances(tx, ref, entity)
    tx.changes.append(Change(entity["id"], None, entity, dict.fromkeys(entity["attrs"], "created")))
    return True


def _texts(entity: Entity) -> tuple[str, str]:
    return orjson.dumps(entity).decode(), orjson.dumps(entity["type"]).decode()


def _insert(tx: Writing, entity: Entity, only: str) -> int | None:
    row = tx.db.execute(
        "INSERT INTO entity(id, body, types, created_us, modified_us) VALUES(?, ?, ?, ?, ?) "
        "ON CONFLICT(id) DO UPDATE SET body = excluded.body, types = excluded.types, "
        "created_us = excluded.created_us, modified_us = excluded.modified_us, "
        f"deleted_us = NULL{only} RETURNING ref",
        (entity["id"], *_texts(entity), tx.now_us, tx.now_us),
    ).fetchone()
    return None if row is None else int(row[0])


def _keep(
    tx: Writing, ref: int, after: Entity, before: Entity | None, touched: dict[str, str]
) -> None:
    _index(tx, ref, before, after)
    keep_instances(tx, ref, after, touched, before)
    tx.entity_top = -1  # learnt again before numbers are given out
    tx.changes.append(Change(after["id"], before, after, touched))


def delete_entity(tx: Writing, before: Entity) -> None:
    """
    Take an entity out of the current state; its past stays.

    Parameters
    ----------
    tx
        The writer's transaction.
    before
        The entity as it is in this transaction.
    """
    tx.flush()
    row = tx.db.execute(
        "UPDATE entity SET body = NULL, deleted_us = ? WHERE id = ? RETURNING ref",
        (tx.now_us, before["id"]),
    ).fetchone()
    _index(tx, row[0], before, None)
    tx.changes.append(Change(before["id"], before, None, dict.fromkeys(before["attrs"], "deleted")))


def find_entities(db: Db, wanted: Wanted) -> tuple[list[Entity], int | None]:
    """
    Find entities.

    Parameters
    ----------
    db
        A reading connection, or the writer's.
    wanted
        What to find.

    Returns
    -------
    list of dict
        Entities of the page asked for, by the order of their making.
    int or None
        How many there are in all, where that was asked for.
    """
    if wanted.matches is None:
        found = [orjson.loads(row[0]) for row in db.execute(*search_statement(db, wanted))]
        total = None
        if wanted.count:
            statement, values = search_statement(db, wanted, counts=True)
            total = db.execute(statement, values).fetchone()[0]
        return found, total
    return _sift(db, wanted)


def _sift(db: Db, wanted: Wanted) -> tuple[list[Entity], int | None]:
    matches = wanted.matches
    assert matches is not None
    page: list[Entity] = []
    seen = 0
    last = None if wanted.limit is None else wanted.offset + wanted.limit
    for (body,) in db.execute(*search_statement(db, wanted, whole=True)):
        if last is not None and seen >= last and not wanted.count:
            break
        entity = orjson.loads(body)
        if not matches(entity):
            continue
        if seen >= wanted.offset and (last is None or seen < last):
            page.append(entity)
        seen += 1
    return page, seen if wanted.count else None


def facts_of(instances: list[dict[str, Any]]) -> set[Any]:
    """
    Return the scalars of an attribute by which it can be found.

    Parameters
    ----------
    instances
        The attribute's instances.

    Returns
    -------
    set
        Texts (their beginning) and numbers; `NO_SCALAR` where there are none (a place is found by
        its box), `MORE` beside them where there are too many to keep.
    """
    found: set[Any] = set()
    for instance in instances:
        value = instance.get("value")
        if isinstance(value, str):
            found.add(value[:LONGEST_FACT])
        elif isinstance(value, int | float):
            found.add(value if -(2**63) <= value < 2**63 else float(value))
        elif instance["type"] != "GeoProperty":
            for member in VALUES:
                if member in instance:
                    _gather(instance[member], found)
    if len(found) > MOST_FACTS:
        return {*list(found)[:MOST_FACTS], MORE}
    return found or {NO_SCALAR}


def _gather(value: Any, found: set[Any]) -> None:
    if isinstance(value, str):
        found.add(value[:LONGEST_FACT])
    elif isinstance(value, int | float):
        found.add(value if -(2**63) <= value < 2**63 else float(value))
    elif len(found) <= MOST_FACTS:
        if isinstance(value, list):
            for part in value[: MOST_FACTS + 1]:
                _gather(part, found)
        elif isinstance(value, dict):
            for part in list(value.values())[: MOST_FACTS + 1]:
                _gather(part, found)


def _index(tx: Writing, ref: int, before: Entity | None, after: Entity | None) -> None:
    db = tx.db
    gone_attributes = [] if before is None else [
        iri for iri in before["attrs"] if after is None or iri not in after["attrs"]
    ]  # fmt: skip
    # whatever was kept of them, also by an earlier version
    db.executemany(
        "DELETE FROM fact WHERE entity = ? AND attribute = ?",
        [(ref, tx.word(iri)) for iri in gone_attributes],
    )
    for table, column, rows in (
        ("entity_type", "type", _types), ("fact", "attribute, value", _facts),
        ("entity_scope", "scope", _scopes),
    ):  # fmt: skip
        old = rows(tx, before) if before is not None else set()
        new = rows(tx, after) if after is not None else set()
        if gone := old - new:
            where = " AND ".join(f"{name} = ?" for name in column.split(", "))
            db.executemany(
                f"DELETE FROM {table} WHERE {where} AND entity = ?",  # noqa: S608  (fixed names)
                [(*row, ref) for row in gone],
            )
        if fresh := new - old:
            marks = "?, " * (column.count(",") + 1)
            db.executemany(
                f"INSERT INTO {table}({column}, entity) VALUES({marks}?) ON CONFLICT DO NOTHING",
                [(*row, ref) for row in fresh],
            )
    _index_places(tx, ref, before, after)


def _types(tx: Writing, entity: Entity) -> set[tuple[Any, ...]]:
    return {(tx.word(iri),) for iri in entity["type"]}


def _facts(tx: Writing, entity: Entity) -> set[tuple[Any, ...]]:
    return {
        (tx.word(iri), fact)
        for iri, instances in entity["attrs"].items()
        for fact in facts_of(instances)
    }


def _scopes(_tx: Writing, entity: Entity) -> set[tuple[Any, ...]]:
    return {(scope,) for scope in entity.get("scope", ())}


def _index_places(tx: Writing, ref: int, before: Entity | None, after: Entity | None) -> None:
    old = _places(before) if before is not None else []
    new = _places(after) if after is not None else []
    if old == new:
        return
    db = tx.db
    if old:
        rows = db.execute("SELECT ref FROM geometry WHERE entity = ?", (ref,)).fetchall()
        db.executemany("DELETE FROM place WHERE ref = ?", rows)
        db.execute("DELETE FROM geometry WHERE entity = ?", (ref,))
    for iri, box in new:
        (made,) = db.execute(
            "INSERT INTO geometry(entity, attribute) VALUES(?, ?) RETURNING ref",
            (ref, tx.word(iri)),
        ).fetchone()
        db.execute(_NEW_PLACE, (made, *box))


def _places(entity: Entity) -> list[tuple[str, tuple[float, float, float, float]]]:
    return [
        (iri, box)
        for iri, instances in entity["attrs"].items()
        for instance in instances
        if instance["type"] == "GeoProperty" and (box := box_of(instance.get("value"))) is not None
    ]


def box_of(geometry: Any) -> tuple[float, float, float, float] | None:
    """
    Return west, east, south and north of a GeoJSON geometry [°], or None where it has none.

    Examples
    --------
    >>> box_of({"type": "Point", "coordinates": [46.5, 39.2]})
    (46.5, 46.5, 39.2, 39.2)
    """
    if not isinstance(geometry, dict):
        return None
    points = list(_points(geometry.get("coordinates")))
    for part in geometry.get("geometries", ()):
        points.extend(_points(part.get("coordinates")))
    if not points:
        return None
    if len(points) == 1:
        x, y = points[0]
        return x, x, y, y
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), max(xs), min(ys), max(ys)


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list | tuple) or not coordinates:
        return
    if isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)
