"""From what a client writes to the form of an entity inside of the broker."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.geometry import check_geometry, is_geometry
from bunyad.operate.broker.model import CORE, KINDS, NULL, UNTOLD, VALUE_OF, Entity, Instance
from bunyad.operate.broker.names import check_instant, check_name, check_uri, is_scope, is_uri
from bunyad.operate.broker.problems import bad_request

DEEPEST = 12  # attributes of attributes of …
OF_ENTITIES = {"id", "type", "scope", "@context", "@id", "@type"}
SYSTEM = {"createdAt", "modifiedAt", "deletedAt"}
# members of an instance that are no attributes of it
OF_INSTANCES = SYSTEM | {
    "type", "value", "object", "languageMap", "vocab", "json", "valueList", "objectList",
    "datasetId", "observedAt", "unitCode", "instanceId", "valueType", "objectType", "@context",
    "previousValue", "previousObject", "previousLanguageMap", "previousVocab", "previousJson",
    "previousValueList", "previousObjectList", "entity", "entityList", "lang", "expiresAt",
}  # fmt: skip
WRAPPED = {"languageMap", "vocab", "json", "valueList", "objectList"}
NEVER_BESIDE = WRAPPED | {"value", "object", "@context"}  # another kind's value, or a context
# terms of the core context that no attribute may be called (4.5.1)
NEVER_ATTRIBUTES = OF_INSTANCES - SYSTEM - WRAPPED - {
    "type", "value", "object", "@context", "entity", "entityList", "expiresAt",
}  # fmt: skip
ALWAYS_PLACES = {CORE + name for name in ("location", "observationSpace", "operationSpace")}
_LANGUAGE = re.compile(r"@none|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646, well-formed
KIND_OF = {member: kind for kind, member in VALUE_OF.items() if kind != "GeoProperty"}


class Reader:
    """
    Reads what clients write.

    Parameters
    ----------
    context
        What names stand for.
    now
        The instant of the request, as text.
    nulls
        Whether `urn:ngsi-ld:null` and null may stand for "delete this", and attributes may be
        given without their value (in fragments).
    merges
        Whether that URI may stand inside of values as well (in fragments that are merged).
    simple
        Whether attributes are written as their values alone.
    """

    __slots__ = ("_context", "_expand", "_merges", "_now", "_nulls", "_simple")

    def __init__(
        self, context: Context, now: str, *, nulls: bool = False, merges: bool = False,
        simple: bool = False,
    ) -> None:  # fmt: skip
        self._merges = merges
        self._context = context
        self._simple = simple
        self._expand: Callable[[str], str] = context.expand
        self._now = now
        self._nulls = nulls

    def entity(self, document: Any) -> Entity:
        """
        Read an entity.

        Parameters
        ----------
        document
            JSON object in normalised, concise or simplified form.

        Returns
        -------
        dict
            The entity (see `broker.model`).

        Raises
        ------
        Problem
            BadRequestData with what is wrong.
        """
        entity = self.fragment(document)
        if "id" not in entity:
            raise bad_request("the entity has no id")
        if not entity["type"]:
            raise bad_request("the entity has no type")
        return entity

    def fragment(self, document: Any) -> Entity:
        """Read a part of an entity: `id` and `type` may be missing (then the list is empty)."""
        if not isinstance(document, dict):
            raise bad_request("an entity is a JSON object")
        now = self._now
        entity: Entity = {"type": [], "createdAt": now, "modifiedAt": now}
        attrs: dict[str, list[Instance]] = {}
        for name, value in document.items():
            if name in OF_ENTITIES:
                self._member(entity, name, value)
            elif name in SYSTEM:
                continue
            elif name == "expiresAt":
                deletes = self._nulls and value == NULL
                entity["expiresAt"] = NULL if deletes else check_instant(value, "expiresAt")
            else:
                self._attribute(attrs, name, value)
        entity["attrs"] = attrs
        return entity

    def _attribute(self, attrs: dict[str, list[Instance]], name: str, value: Any) -> None:
        check_name(name, "an attribute's name")
        if name in NEVER_ATTRIBUTES:
            raise bad_request(f"{name} is a member of attributes, no attribute")
        iri = self._expand(name)
        if iri in attrs:
            raise bad_request(f"the attribute {name} is there twice")
        attrs[iri] = self.instances(name, value)
        if iri in ALWAYS_PLACES:
            _check_place(name, attrs[iri])

    def types(self, value: Any) -> list[str]:
        """Read one type or several."""
        names = value if isinstance(value, list) else [value]
        if not names:
            raise bad_request("the list of types is empty")
        found = [self._expand(check_name(name, "a type")) for name in names]
        return list(dict.fromkeys(found))

    def instances(self, name: str, value: Any, depth: int = 0) -> list[Instance]:
        """
        Read the instances of an attribute.

        Parameters
        ----------
        name
            The attribute's name, for error texts.
        value
            One instance, a list of instances, or a plain value (concise form).
        depth
            How many attributes are around this one.

        Returns
        -------
        list of dict
            Instances, each with a `datasetId` of its own.
        """
        if depth > DEEPEST:
            raise bad_request(f"{name} is more than {DEEPEST} attributes deep")
        if self._simple:
            return self._simple_instances(name, value)
        if isinstance(value, list) and value and all(_is_instance(part) for part in value):
            found = [self.instance(name, part, depth) for part in value]
            sets = [instance.get("datasetId") for instance in found]
            if len(set(sets)) < len(sets):
                raise bad_request(f"{name} has two instances with the same datasetId")
            return found
        return [self.instance(name, value, depth)]

    def instance(self, name: str, value: Any, depth: int = 0) -> Instance:
        """Read one instance of an attribute."""
        if not isinstance(value, dict):
            return self._plain(name, value)
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in VALUE_OF:
            if kind is None and value.get("@type") in KINDS:
                return self.instance(name, _with_type(value), depth)
            if kind is not None and is_geometry(value):
                return self._plain(name, value)
            kind = self._guess(name, value, kind)
            if kind is None and not self._nulls:
                return self._plain(name, value)
        return self._told(name, value, kind or UNTOLD, depth)

    def _simple_instances(self, name: str, value: Any) -> list[Instance]:
        if isinstance(value, dict) and len(value) == 1:
            member, inner = next(iter(value.items()))
            if member == "dataset" and isinstance(inner, dict):
                return [
                    instance if key == "@none" else {
                        **instance, "datasetId": check_uri(key, f"a datasetId of {name}")
                    }
                    for key, one in inner.items()
                    for instance in self._simple_instances(name, one)
                ]  # fmt: skip
            if member in WRAPPED:
                return [self._told(name, value, KIND_OF[member], 0)]
        return [self._plain(name, value)]

    def _told(self, name: str, value: dict[str, Any], kind: str, depth: int) -> Instance:
        member = VALUE_OF.get(kind, "")
        now = self._now
        instance: Instance = {"type": kind}
        if member in value:
            instance[member] = self._value(name, kind, value[member])
        elif not self._nulls:
            raise bad_request(f"{name} is a {kind} and has no {member}")
        else:
            instance["type"] = UNTOLD
        for other, told in value.items():
            if other in OF_INSTANCES:
                if other not in {"type", member} and other not in SYSTEM:
                    self._of_instance(name, instance, other, told)
                continue
            check_name(other, f"the name of an attribute of {name}")
            attrs = instance.setdefault("attrs", {})
            attrs[self._expand(other)] = self.instances(f"{name}.{other}", told, depth + 1)
        instance["createdAt"] = instance["modifiedAt"] = now
        return instance

    def _plain(self, name: str, value: Any) -> Instance:
        if value is None and not self._nulls:
            raise bad_request(f"{name} is null")
        kind = "GeoProperty" if is_geometry(value) else "Property"
        if kind == "GeoProperty":
            check_geometry(name, value)
        now = self._now
        value = NULL if value is None else value
        if value == NULL and not self._nulls:
            raise bad_request(f"{name} is {NULL}, which only an update may say")
        return {"type": kind, "value": value, "createdAt": now, "modifiedAt": now}

    def _guess(self, name: str, value: dict[str, Any], kind: Any) -> str | None:
        """Return the kind of an instance that does not say it (concise form)."""
        if kind is not None:
            raise bad_request(f"{name} has the type {kind!r}, which no attribute can have")
        for member, guess in KIND_OF.items():
            if member in value:
                if guess == "Property" and is_geometry(value[member]):
                    return "GeoProperty"
                return guess
        return None

    def _value(self, name: str, kind: str, value: Any) -> Any:
        if value is None and kind != "JsonProperty":
            if self._nulls:
                return NULL
            raise bad_request(f"the {VALUE_OF[kind]} of {name} is null")
        if isinstance(value, str) and value == NULL:
            if self._nulls:
                return NULL
            raise bad_request(f"{name} is {NULL}, which only an update may say")
        check = _CHECKS.get(kind)
        if check is not None:
            check(name, value, nulls=self._nulls)
        elif kind == "Property" and not self._merges and _has_null(value):
            raise bad_request(f"{name} holds {NULL}, which only a merge may say")
        if kind == "VocabProperty":
            if isinstance(value, list):
                return [self._expand(word) for word in value]
            return self._expand(value)
        if kind == "ListRelationship":
            return [part["object"] if isinstance(part, dict) else part for part in value]
        return value

    def _of_instance(self, name: str, instance: Instance, member: str, value: Any) -> None:
        if member in {"observedAt", "expiresAt"}:
            deletes = self._nulls and value == NULL
            instance[member] = NULL if deletes else check_instant(value, f"{member} of {name}")
        elif member == "datasetId":
            if value == NULL:
                raise bad_request(f"the datasetId of {name} cannot be deleted")
            if value != "@none":
                instance[member] = check_uri(value, f"datasetId of {name}")
        elif member == "unitCode":
            if not isinstance(value, str) or instance["type"] == "LanguageProperty":
                raise bad_request(f"unitCode of {name} is no text, or what has it has no unit")
            instance[member] = value
        elif member in {"valueType", "objectType"}:
            if not isinstance(value, str | list):
                raise bad_request(f"{member} of {name} is neither a name nor a list of names")
            instance[member] = (
                [self._expand(str(part)) for part in value]
                if isinstance(value, list)
                else self._expand(value)
            )
        elif member in NEVER_BESIDE:
            raise bad_request(f"{name} is a {instance['type']} and cannot have {member}")

    def _member(self, entity: Entity, name: str, value: Any) -> None:
        if name in {"id", "@id"}:
            if value == NULL:
                raise bad_request(f"the entity's id is {NULL}")
            entity["id"] = check_uri(value, "the entity's id")
        elif name in {"type", "@type"}:
            entity["type"] = self.types(value)
        elif name == "scope":
            entity["scope"] = self._scope(value)

    def _scope(self, value: Any) -> list[str]:
        if isinstance(value, dict):
            value = value.get("value")
        if self._nulls and (value is None or value == NULL):
            return []
        scopes = value if isinstance(value, list) else [value]
        for scope in scopes:
            if not is_scope(scope):
                raise bad_request(f"the scope {scope!r} is not like /Zangilan/Aghali")
        return list(dict.fromkeys(scopes))


def _is_instance(value: Any) -> bool:
    """Tell whether an element of a list is an attribute's instance rather than a value."""
    return isinstance(value, dict) and (
        value.get("type") in KINDS
        or value.get("@type") in KINDS
        or any(member in value for member in KIND_OF)
    )


def _with_type(value: dict[str, Any]) -> dict[str, Any]:
    """Return an instance whose kind stands under `@type`, for which `type` is an alias (4.5)."""
    return {"type": value["@type"], **{key: it for key, it in value.items() if key != "@type"}}


def _check_place(name: str, instances: list[Instance]) -> None:
    for instance in instances:
        kind = instance["type"]
        if kind not in {"GeoProperty", UNTOLD} and instance.get(VALUE_OF[kind]) != NULL:
            raise bad_request(f"{name} is a {kind}, not a GeoProperty")


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(part == NULL or _has_null(part) for part in value.values())
    return False


def _check_object(name: str, value: Any, *, nulls: bool) -> None:
    for target in value if isinstance(value, list) else (value,):
        if not (is_uri(target) or (nulls and target == NULL)):
            raise bad_request(f"the object of {name} is {target!r}, not a URI")
    if value == []:
        raise bad_request(f"the object of {name} is an empty list")


def _check_geometry(name: str, value: Any, *, nulls: bool) -> None:  # noqa: ARG001  (one form)
    check_geometry(name, value)


def _check_languages(name: str, value: Any, *, nulls: bool) -> None:
    if not isinstance(value, dict):
        raise bad_request(f"the languageMap of {name} is no JSON object")
    for language, text in value.items():
        if _LANGUAGE.fullmatch(language) is None:
            raise bad_request(f"the languageMap of {name} has {language!r}, no language")
        if text == NULL and not nulls:
            raise bad_request(f"{name} is {NULL}, which only an update may say")
        texts = text if isinstance(text, list) else [text]
        if not all(isinstance(part, str) for part in texts):
            if nulls and text is None:
                continue
            raise bad_request(f"the languageMap of {name} does not give texts by language")


def _check_words(name: str, value: Any, *, nulls: bool) -> None:  # noqa: ARG001  (one form)
    words = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(word, str) for word in words):
        raise bad_request(f"the vocab of {name} is neither a word nor a list of words")


def _check_list(name: str, value: Any, *, nulls: bool) -> None:  # noqa: ARG001  (one form)
    if not isinstance(value, list):
        raise bad_request(f"the valueList of {name} is no list")


def _check_objects(name: str, value: Any, *, nulls: bool) -> None:  # noqa: ARG001  (one form)
    if not isinstance(value, list):
        raise bad_request(f"the objectList of {name} is no list")
    for part in value:
        target = part.get("object") if isinstance(part, dict) else part
        if not is_uri(target):
            raise bad_request(f"the objectList of {name} has {target!r}, not a URI")


_CHECKS: dict[str, Callable[..., None]] = {
    "Relationship": _check_object,
    "GeoProperty": _check_geometry,
    "LanguageProperty": _check_languages,
    "VocabProperty": _check_words,
    "ListProperty": _check_list,
    "ListRelationship": _check_objects,
}
