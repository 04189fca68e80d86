"""
An entity that only its past has made.

The standard keeps the present of entities (5.6.1) apart from their past (5.6.11) and does not say
what the one is where only the other was given. Here an entity that comes into being by its past
has a present as well: the latest instance of each attribute. It goes when its past is deleted,
unless it was made anew since.
"""

from __future__ import annotations

from typing import Any

from bunyad.operate.broker.model import Entity, Instance
from bunyad.operate.broker.temporal.past import SCOPE, Evolution
from bunyad.operate.records import (
    Writing,
    delete_document,
    delete_entity,
    from_iso,
    load_document,
    load_entity,
    put_document,
    put_entity,
    to_iso,
)

KIND = "entityOfPast"


def make_present(tx: Writing, entity: Entity, lines: dict[str, list[Instance]]) -> None:
    """
    Give an entity a present, made of the latest instances of its past.

    Parameters
    ----------
    tx
        The writer's transaction.
    entity
        Identifier and types.
    lines
        Attribute IRI to instances.
    """
    at = to_iso(tx.now_us)
    present: dict[str, Any] = {
        "id": entity["id"],
        "type": entity["type"],
        "createdAt": at,
        "modifiedAt": at,
        "attrs": {iri: _latest(found) for iri, found in lines.items() if iri != SCOPE},
    }
    if SCOPE in lines:
        present["scope"] = lines[SCOPE][-1]["value"]
    (ref,) = tx.db.execute("SELECT ref FROM entity WHERE id = ?", (entity["id"],)).fetchone()
    tx.tops()
    tx.entity_top = max(tx.entity_top, ref)  # its past is there already
    put_entity(tx, present, touched={})
    put_document(tx, KIND, entity["id"], from_iso(at), is_news=False)


def unmake_present(tx: Writing, found: Evolution) -> None:
    """Take away the present that a past has made, if it is that still."""
    made_us = load_document(tx.db, KIND, found.id)
    if made_us is None:
        return
    delete_document(tx, KIND, found.id)
    before = load_entity(tx.db, found.id)
    if before is not None and found.created_us == made_us:
        delete_entity(tx, before)


def _latest(instances: list[Instance]) -> list[Instance]:
    """Return the latest instance of each dataset: the one observed last, or given last."""
    latest: dict[str | None, Instance] = {}
    for instance in instances:
        dataset = instance.get("datasetId")
        known = latest.get(dataset)
        if known is None or _moment(instance) >= _moment(known):
            latest[dataset] = instance
    return list(latest.values())


def _moment(instance: Instance) -> int:
    observed = instance.get("observedAt")
    return 0 if observed is None else from_iso(observed)
