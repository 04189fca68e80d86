"""Entities that relationships lead to, told with those that were asked for (4.5.23)."""

from __future__ import annotations

from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call
from bunyad.operate.broker.model import Entity, Instance
from bunyad.operate.broker.names import check_uri
from bunyad.operate.broker.params import DEEPEST_JOIN, names_of, number
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.telling import Form, is_told, tell_entity
from bunyad.operate.records import load_entities, load_entity
from bunyad.operate.records.database import Db

JOINS = {"flat", "inline", "@none"}
MOST_LINKED = 5_000


class Joining:
    """
    How linked entities are told.

    Parameters
    ----------
    way
        `flat` (beside) or `inline` (inside of the relationship).
    depth
        How many relationships are followed.
    met
        Identifiers that are not told again.
    """

    def __init__(self, way: str, depth: int, met: set[str]) -> None:
        self.way = way
        self.depth = depth
        self.met = met

    def tell(
        self, entities: list[Entity], context: Context, form: Form, db: Db
    ) -> list[tuple[dict[str, Any], Entity]]:
        """Tell entities with those that they are linked to; return what is told, and of whom."""
        if self.way == "flat":
            return self._flat(entities, context, form, db)
        return [
            (self._inline(entity, context, form, db, self.depth, self.met | {entity["id"]}), entity)
            for entity in entities
        ]

    def _flat(
        self, entities: list[Entity], context: Context, form: Form, db: Db
    ) -> list[tuple[dict[str, Any], Entity]]:
        met = self.met | {entity["id"] for entity in entities}
        layer = [(entity, form) for entity in entities]
        found = list(layer)
        for _turn in range(self.depth):
            forms: dict[str, Form] = {}
            for entity, how in layer:
                for iri, key in targets_of(entity, how):
                    if key not in met:
                        forms.setdefault(key, how.inside(iri))
            if not forms or len(found) > MOST_LINKED:
                break
            known = load_entities(db, forms)
            met.update(forms)
            layer = [(known[key], how) for key, how in forms.items() if key in known]
            found += layer
        return [(tell_entity(entity, context, how), entity) for entity, how in found]

    def _inline(
        self, entity: Entity, context: Context, form: Form, db: Db, left: int,
        met: set[str],
    ) -> dict[str, Any]:  # fmt: skip
        if left == 0:
            return tell_entity(entity, context, form)

        def linked(iri: str, instance: Instance) -> Any:
            keys = _keys(instance)
            how = form.inside(iri)
            told = []
            for key in keys:
                other = None if key in met else load_entity(db, key)
                if other is not None:
                    told.append(self._inline(other, context, how, db, left - 1, met | {key}))
            if not told:
                return None
            single = len(keys) == 1 and instance["type"] == "Relationship"
            return told[0] if single else told

        return tell_entity(entity, context, form, linked)


def read_joining(call: Call) -> Joining | None:
    """Return how linked entities are to be told, None if they are not."""
    way = call.params.get("join")
    return joining_of(
        way, number(call, "joinLevel", 1, least=1, most=DEEPEST_JOIN),
        call.params.get("containedBy"), level_given="joinLevel" in call.params,
    )  # fmt: skip


def joining_of(
    way: str | None, depth: int, contained: str | None, *, level_given: bool = False
) -> Joining | None:
    """Return how linked entities are to be told, from what a client wrote."""
    if way is None or way == "@none":
        if level_given and way is None:
            raise bad_request("joinLevel needs join")
        return None
    if way not in JOINS:
        raise bad_request(f"join is {way!r}, neither flat nor inline nor @none")
    met = {check_uri(key, "containedBy") for key in names_of(contained)}
    return Joining(way, depth, met)


def targets_of(entity: Entity, form: Form) -> list[tuple[str, str]]:
    """Return the told relationships of an entity: attribute IRI and identifier led to."""
    return [
        (iri, key)
        for iri, instances in entity["attrs"].items()
        if is_told(iri, form) and (not form.attributes or iri in form.attributes)
        for instance in instances
        for key in _keys(instance)
    ]


def _keys(instance: Instance) -> list[str]:
    target = instance.get("object", instance.get("objectList"))
    if instance["type"] not in {"Relationship", "ListRelationship"} or target is None:
        return []
    return list(target) if isinstance(target, list) else [target]
