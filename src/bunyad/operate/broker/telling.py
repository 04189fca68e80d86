"""From the form of an entity inside of the broker to what clients get to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import VALUE_OF, Entity, Instance
from bunyad.operate.broker.projection import Projection

NORMALISED, CONCISE, SIMPLIFIED = "normalized", "concise", "simplified"
SYSTEM = ("createdAt", "modifiedAt", "expiresAt")
WRAPPED = {"languageMap", "vocab", "json"}  # told as an object of one member (4.5.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    How entities are told.

    Attributes
    ----------
    name
        `normalized`, `concise` or `simplified`.
    system
        Whether creation and modification times are told.
    language
        Preferred languages, comma-separated; None tells all languages.
    pick, omit
        Members to tell only, and not to tell.
    attributes
        Attribute IRIs to tell only; empty tells all.
    datasets
        Instances to tell only, by `datasetId` (`@none` is the default one); empty tells all.
    geometry
        IRI of the attribute that GeoJSON shows.
    """

    name: str = NORMALISED
    system: bool = False
    language: str | None = None
    pick: Projection | None = None
    omit: Projection | None = None
    attributes: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    geometry: str = "https://uri.etsi.org/ngsi-ld/location"

    def inside(self, attribute: str) -> Form:
        """Return how the entities are told that an attribute leads to."""
        pick = self.pick.inside.get(attribute) if self.pick else None
        omit = self.omit.inside.get(attribute) if self.omit else None
        return replace(self, pick=pick, omit=omit, attributes=frozenset())


PLAIN = Form()
Linked: TypeAlias = "Callable[[str, Instance], Any]"  # attribute IRI and instance
Follow: TypeAlias = "Callable[[Instance], Any]"


def tell_entity(
    entity: Entity, context: Context, form: Form = PLAIN,
    linked: Linked | None = None,
) -> dict[str, Any]:  # fmt: skip
    """
    Tell an entity.

    Parameters
    ----------
    entity
        The entity (see `broker.model`).
    context
        What IRIs are called.
    form
        How it is told.
    linked
        Function of an attribute's IRI and instance that gives the told entity (or entities) that
        it leads to, where these are told inside of it; None tells none.

    Returns
    -------
    dict
        The entity without `@context`.
    """
    compact = context.compact
    told = _members(entity, compact, form)
    only = form.attributes
    plain = not (only or form.pick or form.omit or form.datasets)
    tell = _TELLERS[form.name]
    for iri, instances in entity["attrs"].items():
        if not plain:
            if (only and iri not in only) or not is_told(iri, form):
                continue
            if form.datasets:
                instances = [  # noqa: PLW2901  (what is left of them)
                    instance
                    for instance in instances
                    if instance.get("datasetId", "@none") in form.datasets
                ]
        if instances:
            follow = None if linked is None else partial(linked, iri)
            told[compact(iri)] = tell(instances, context, form, follow)
    return told


def _members(entity: Entity, compact: Callable[[str], str], form: Form) -> dict[str, Any]:
    """Tell what entities have beside attributes."""
    told: dict[str, Any] = {}
    if is_told("id", form):
        told["id"] = entity["id"]
    if is_told("type", form):
        types = [compact(iri) for iri in entity["type"]]
        told["type"] = types[0] if len(types) == 1 else types
    scope = entity.get("scope")
    if scope and is_told("scope", form):
        told["scope"] = scope[0] if len(scope) == 1 else scope
    if form.system:
        told |= {member: entity[member] for member in SYSTEM if member in entity}
    return told


def kept_attributes(entity: Entity, form: Form) -> bool:
    """Tell whether any attribute of an entity is told."""
    return any(
        (not form.attributes or iri in form.attributes)
        and is_told(iri, form)
        and (
            not form.datasets
            or any(one.get("datasetId", "@none") in form.datasets for one in instances)
        )
        for iri, instances in entity["attrs"].items()
    )


def tell_instance(
    instance: Instance, context: Context, form: Form = PLAIN,
    linked: Follow | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Tell one instance in normalised form, with its value, its members and its attributes."""
    kind = instance["type"]
    if kind == "Property" and not form.system and "attrs" not in instance:
        told = dict(instance)
        told.pop("createdAt", None)
        told.pop("modifiedAt", None)
        told.pop("expiresAt", None)
        if "valueType" not in told:
            return told
    if kind == "LanguageProperty" and form.language is not None:
        told = _in_language(instance, form.language)
    else:
        member = VALUE_OF[kind]
        told = {"type": kind, member: _value(instance, member, context)}
    _add_rest(told, instance, context, form)
    if linked is not None and kind in {"Relationship", "ListRelationship"}:
        found = linked(instance)
        if found is not None:
            told["entity" if isinstance(found, dict) else "entityList"] = found
    return told


def is_told(member: str, form: Form) -> bool:
    """Tell whether a member of entities is told."""
    if form.pick is not None and member not in form.pick.names:
        return False
    return form.omit is None or member not in form.omit.names or member in form.omit.inside


def _value(instance: Instance, member: str, context: Context) -> Any:
    value = instance.get(member)
    if member == "vocab":
        if isinstance(value, list):
            return [context.compact(word) for word in value]
        return context.compact(value) if isinstance(value, str) else value
    if member == "objectList" and isinstance(value, list):
        return [{"object": target} for target in value]
    return value


def _add_rest(told: dict[str, Any], instance: Instance, context: Context, form: Form) -> None:
    for member in ("unitCode", "observedAt", "datasetId"):
        if member in instance:
            told[member] = instance[member]
    for member in ("valueType", "objectType"):
        if member in instance:
            types = instance[member]
            told[member] = (
                [context.compact(iri) for iri in types]
                if isinstance(types, list)
                else context.compact(types)
            )
    if form.system:
        told |= {member: instance[member] for member in SYSTEM if member in instance}
    if "instanceId" in instance:
        told["instanceId"] = instance["instanceId"]
    attrs = instance.get("attrs")
    if attrs:
        tell = _TELLERS[form.name if form.name != SIMPLIFIED else NORMALISED]
        for iri, instances in attrs.items():
            told[context.compact(iri)] = tell(instances, context, form, None)


def _in_language(instance: Instance, wanted: str) -> dict[str, Any]:
    """Choose a language (RFC 4647 lookup; clause 4.15 of the standard)."""
    texts = instance.get("languageMap")
    if not isinstance(texts, dict) or not texts:
        return {"type": "LanguageProperty", "languageMap": texts}
    language = choose_language(texts, wanted)
    return {"type": "Property", "value": texts[language], "lang": language}


def choose_language(texts: dict[str, Any], wanted: str) -> str:
    """
    Return the language in which a text is told.

    Parameters
    ----------
    texts
        Texts by language; not empty.
    wanted
        Languages by preference, comma-separated, with weights (`fr;q=0.8`) and `*` as in HTTP.

    Examples
    --------
    >>> choose_language({"en": "village", "az": "kənd"}, "az-AZ,en;q=0.5")
    'az'
    """
    for tag in _by_preference(wanted):
        if tag == "*":
            break
        known = {language.lower(): language for language in texts}
        part = tag.lower()
        while part:
            if part in known:
                return known[part]
            part = part.rpartition("-")[0]
        for language, written in known.items():
            if language.startswith(tag.lower() + "-"):
                return written
    for default in ("@none", "en"):
        if default in texts:
            return default
    return next(iter(texts))


def _by_preference(wanted: str) -> list[str]:
    tags = []
    for place, part in enumerate(wanted.split(",")):
        tag, _, weight = part.partition(";q=")
        try:
            share = float(weight) if weight else 1.0
        except ValueError:
            share = 0.0
        if tag.strip():
            tags.append((-share, place, tag.strip()))
    return [tag for _, _, tag in sorted(tags)]


def _normalised(
    instances: list[Instance], context: Context, form: Form,
    linked: Follow | None,
) -> Any:  # fmt: skip
    told = [tell_instance(instance, context, form, linked) for instance in instances]
    return told[0] if len(told) == 1 else told


def _concise(
    instances: list[Instance], context: Context, form: Form,
    linked: Follow | None,
) -> Any:  # fmt: skip
    told = []
    for instance in instances:
        whole = tell_instance(instance, context, form, linked)
        kind = whole.pop("type")
        if (
            kind in {"Property", "GeoProperty"}
            and len(whole) == 1
            and not (kind == "Property" and isinstance(whole["value"], dict | list))
        ):
            told.append(whole["value"])
        else:
            told.append(whole)
    return told[0] if len(told) == 1 else told


def _simplified(
    instances: list[Instance], context: Context, form: Form,
    linked: Follow | None,
) -> Any:  # fmt: skip
    if len(instances) == 1 and "datasetId" not in instances[0]:
        return simple_value(instances[0], context, form, linked)
    if len(instances) == 1:
        return simple_value(instances[0], context, form, linked)
    return {
        "dataset": {
            instance.get("datasetId", "@none"): simple_value(instance, context, form, linked)
            for instance in instances
        }
    }


def simple_value(
    instance: Instance, context: Context, form: Form = PLAIN,
    linked: Follow | None = None,
) -> Any:  # fmt: skip
    """Tell an instance as its value alone (clause 4.5.4 of the standard)."""
    kind = instance["type"]
    if kind == "LanguageProperty" and form.language is not None:
        chosen = _in_language(instance, form.language)
        if "value" in chosen:
            return chosen["value"]
    if linked is not None and kind in {"Relationship", "ListRelationship"}:
        found = linked(instance)
        if found is not None:
            return found
    member = VALUE_OF[kind]
    value = _value(instance, member, context)
    if member == "objectList":
        value = instance.get(member)
    return {member: value} if member in WRAPPED else value


_TELLERS: dict[str, Callable[..., Any]] = {
    NORMALISED: _normalised, CONCISE: _concise, SIMPLIFIED: _simplified,
}  # fmt: skip


def tell_feature(entity: Entity, context: Context, form: Form = PLAIN) -> dict[str, Any]:
    """Tell an entity as a GeoJSON feature (clause 4.5.16 of the standard)."""
    return feature_of(tell_entity(entity, context, form), entity, form)


def feature_of(told: dict[str, Any], entity: Entity, form: Form) -> dict[str, Any]:
    """Return a told entity as a GeoJSON feature, with the place that the form names."""
    feature: dict[str, Any] = {"type": "Feature", "geometry": None, "properties": told}
    key = told.pop("id", None)
    if key is not None:
        feature = {"id": key, **feature}
    instances = entity["attrs"].get(form.geometry, ())
    shown = None
    for instance in instances:
        if instance["type"] == "GeoProperty":
            if form.datasets and instance.get("datasetId", "@none") not in form.datasets:
                continue
            if shown is None or "datasetId" not in instance:
                shown = instance["value"]
    feature["geometry"] = shown
    return feature
