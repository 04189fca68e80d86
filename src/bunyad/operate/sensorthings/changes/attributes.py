"""Observations of Datastreams that show an attribute of an entity: they become its value."""

from __future__ import annotations

import orjson

from bunyad.operate.records import Reading, Writing, from_iso, load_entity, put_entity, to_iso


def set_attribute(tx: Writing, reading: Reading, attribute: str) -> bool:
    """
    Make an Observation the value of the attribute that its Datastream shows.

    Parameters
    ----------
    tx
        The writer's transaction.
    reading
        The Observation's reading.
    attribute
        IRI of the attribute.

    Returns
    -------
    bool
        Whether the reading was kept so; not, where the attribute has a later value.
    """
    row = tx.db.execute(
        "SELECT e.id, s.dataset FROM series s JOIN entity e ON e.ref = s.entity WHERE s.ref = ?",
        (reading.series,),
    ).fetchone()
    before = load_entity(tx.db, row[0]) if row else None
    if before is None:
        return False
    now = to_iso(tx.now_us)
    instances = []
    known = False
    for instance in before["attrs"].get(attribute, ()):
        if instance.get("datasetId", "") != row[1]:
            instances.append(instance)
            continue
        known = True
        if from_iso(instance.get("observedAt", "1970-01-01T00:00:00Z")) > reading.at_us:
            return False
        value = reading.value
        if reading.body is not None:
            value = orjson.loads(reading.body).get("value")
        own = {"value": value, "observedAt": to_iso(reading.at_us), "modifiedAt": now}
        instances.append(instance | own)
    if not known:
        return False
    after = before | {
        "modifiedAt": now,
        "attrs": before["attrs"] | {attribute: instances},
    }
    put_entity(tx, after, before=before, touched={attribute: "updated"})
    return True
