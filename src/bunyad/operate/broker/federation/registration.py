"""A registration of a context source: what it may say, and what it has (CIM 009, 5.2.9, 5.12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.operations import GROUPS, NAMES, spell_out
from bunyad.operate.broker.http import JSON, JSON_LD
from bunyad.operate.broker.model import NULL
from bunyad.operate.broker.names import check_instant, check_name, check_uri, is_scope
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query import Pattern, compile_pattern
from bunyad.operate.broker.query.geometry import check_geometry
from bunyad.operate.broker.subscriptions.forms import check_pairs
from bunyad.operate.broker.subscriptions.watch import Tally
from bunyad.operate.broker.temporal.aggregates import read_duration
from bunyad.operate.records import from_iso, to_iso

Document = dict[str, Any]

MODES = ("inclusive", "exclusive", "redirect", "auxiliary")
MEMBERS = frozenset(
    {"id", "type", "endpoint", "information", "registrationName", "description", "mode",
     "operations", "contextSourceInfo", "contextSourceAlias", "tenant", "expiresAt", "scope",
     "datasetId", "location", "observationSpace", "operationSpace", "observationInterval",
     "managementInterval", "management", "refreshRate"}
)  # fmt: skip
"""Members that the standard has; any other is a property of the context source."""
READ_ONLY = frozenset(
    {
        "@context",
        "status",
        "timesSent",
        "timesFailed",
        "lastSuccess",
        "lastFailure",
        "createdAt",
        "modifiedAt",
        "deletedAt",
    }
)
_AUXILIARY = frozenset({"retrieveOps", "retrieveEntity", "queryEntity"})


@dataclass(frozen=True, slots=True)
class Kin:
    """Entities of a context source: by type, and by id or pattern of ids."""

    types: frozenset[str]
    id: str | None
    pattern: Pattern | None
    pattern_text: str | None


@dataclass(frozen=True, slots=True)
class Information:
    """Entities and attributes that a context source may have; none of either means any."""

    kin: tuple[Kin, ...]
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What a request is about.

    Attributes
    ----------
    choices
        Sets of types of which an entity must have one whole; None for any.
    ids
        Identifiers; empty for any.
    pattern
        Pattern of identifiers.
    attributes
        IRIs; empty for any.
    """

    choices: tuple[frozenset[str], ...] | None = None
    ids: frozenset[str] = frozenset()
    pattern: Pattern | None = None
    attributes: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Registration:
    """A registration, compiled."""

    document: Document
    context: Context
    information: tuple[Information, ...]
    operations: frozenset[str]
    expires_us: int | None
    tally: Tally
    made_us: int = 0
    changed_us: int = 0

    @property
    def key(self) -> str:
        """Return the registration's identifier."""
        return str(self.document["id"])

    @property
    def mode(self) -> str:
        """Return how the source works together with the broker."""
        return str(self.document.get("mode", "inclusive"))

    def is_over(self, now_us: int) -> bool:
        """Tell whether the registration's time is over."""
        return self.expires_us is not None and self.expires_us <= now_us

    def matching(self, wanted: Wanted) -> list[int]:
        """Return the places in `information` that match what a request is about (5.12)."""
        return [at for at, information in enumerate(self.information) if _fits(information, wanted)]

    def covered(self, key: str, types: Iterable[str]) -> tuple[bool, frozenset[str]]:
        """Return whether it has an entity, and which of its attributes; none means all."""
        wanted = Wanted(choices=(frozenset(types),), ids=frozenset({key}))
        found = [self.information[at] for at in self.matching(wanted)]
        if any(not information.attributes for information in found):
            return True, frozenset()
        return bool(found), frozenset().union(*(one.attributes for one in found))


def _fits(information: Information, wanted: Wanted) -> bool:
    if wanted.attributes and information.attributes and not (
        wanted.attributes & information.attributes
    ):  # fmt: skip
        return False
    if not information.kin or (wanted.choices is None and not wanted.ids and not wanted.pattern):
        return True
    return any(_is_kin(kin, wanted) for kin in information.kin)


def _is_kin(kin: Kin, wanted: Wanted) -> bool:
    if wanted.choices is not None and not any(
        choice & kin.types if len(choice) > 1 else choice <= kin.types for choice in wanted.choices
    ):
        return False
    anybody = (kin.id is None and kin.pattern is None) or not (wanted.ids or wanted.pattern)
    return anybody or _is_one(kin, wanted)


def _is_one(kin: Kin, wanted: Wanted) -> bool:
    if kin.id is not None and kin.id in wanted.ids:
        return True
    if kin.pattern is not None and any(kin.pattern.search(key) for key in wanted.ids):
        return True
    if wanted.pattern is None:
        return False
    return kin.pattern is not None or (kin.id is not None and wanted.pattern.search(kin.id))


# --- reading ------------------------------------------------------------------------------


def check_registration(document: Document, now_us: int) -> None:
    """
    Raise unless a whole registration is as the standard has it.

    Raises
    ------
    Problem
        `BadRequestData` with the first thing that is wrong.
    """
    if document.get("type") != "ContextSourceRegistration":
        raise bad_request("the type of a registration is ContextSourceRegistration")
    for name, value in document.items():
        if value is None or value == NULL:
            raise bad_request(f"{name} is null")
        if name not in MEMBERS:
            check_name(name, "the name of a context source's property")
    check_uri(document["id"], "the registration's id")
    endpoint = check_uri(document.get("endpoint"), "the endpoint")
    if not endpoint.startswith(("http://", "https://")):
        raise bad_request("the endpoint begins with http:// or https://")
    _check_information(document.get("information"))
    _check_plain(document)
    _check_where_and_when(document, now_us)
    _check_info(document.get("contextSourceInfo", []))
    _check_management(document.get("management", {}))
    _check_mode(document)


def _check_info(pairs: Any) -> None:
    """Raise unless how to speak with a source is as 4.3.6.6 has it."""
    check_pairs("contextSourceInfo", pairs)
    for pair in pairs:
        key, value = pair["key"].lower(), pair["value"]
        if key in {"accept", "contenttype"} and value not in {JSON, JSON_LD}:
            raise bad_request(f"{pair['key']} of contextSourceInfo is neither {JSON} nor {JSON_LD}")
        if key == "jsonldcontext":
            check_uri(value, "jsonldContext of contextSourceInfo")


def _check_management(management: Any) -> None:
    """Raise unless how a source is to be treated is as table 5.2.34-1 has it."""
    if not isinstance(management, dict):
        raise bad_request("management is no object")
    for name in ("timeout", "cooldown"):
        value = management.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise bad_request(f"{name} of management is {value!r}, no number above 0")
    if not isinstance(management.get("localOnly", False), bool):
        raise bad_request("localOnly of management is neither true nor false")
    if "cacheDuration" in management:
        read_duration(str(management["cacheDuration"]), "cacheDuration")


def _check_where_and_when(document: Document, now_us: int) -> None:
    if "expiresAt" in document:
        expires = check_instant(document["expiresAt"], "expiresAt")
        if from_iso(expires) <= now_us:
            raise bad_request(f"expiresAt is {expires}, which is past")
    for name in ("location", "observationSpace", "operationSpace"):
        if name in document:
            check_geometry(document[name])
    for name in ("observationInterval", "managementInterval"):
        if name in document:
            _check_interval(name, document[name])


def _check_plain(document: Document) -> None:
    for name in ("registrationName", "description", "tenant", "contextSourceAlias", "refreshRate"):
        if name in document and (not isinstance(document[name], str) or not document[name]):
            raise bad_request(f"{name} is no text")
    scopes = document.get("scope", [])
    for scope in scopes if isinstance(scopes, list) else [scopes]:
        if not is_scope(scope):
            raise bad_request(f"{scope!r} is no scope")
    datasets = document.get("datasetId", [])
    for key in datasets if isinstance(datasets, list) else [datasets]:
        if key != "@none":
            check_uri(key, "datasetId")


def _check_interval(name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise bad_request(f"{name} is an object with startAt")
    start = from_iso(check_instant(value.get("startAt"), f"startAt of {name}"))
    if "endAt" in value and from_iso(check_instant(value["endAt"], f"endAt of {name}")) < start:
        raise bad_request(f"{name} ends before it starts")


def _check_information(value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise bad_request("information is a list of what the source has")
    for one in value:
        known = ("entities", "propertyNames", "relationshipNames")
        if not isinstance(one, dict) or not any(name in one for name in known):
            raise bad_request("an element of information has entities or names of attributes")
        for name in ("propertyNames", "relationshipNames"):
            if name in one and (not isinstance(one[name], list) or not one[name]):
                raise bad_request(f"{name} is a list of names")
            for attribute in one.get(name, []):
                check_name(attribute, name)
        entities = one.get("entities", [{"type": "any"}])
        if not isinstance(entities, list) or not entities:
            raise bad_request("entities of information is a list")
        for entity in entities:
            _check_kin(entity)


def _check_kin(entity: Any) -> None:
    if not isinstance(entity, dict):
        raise bad_request("an element of entities is an object")
    types = entity.get("type")
    for name in types if isinstance(types, list) and types else [types]:
        check_name(name, "a type")
    if "id" in entity:
        check_uri(entity["id"], "an id in entities")
    if "idPattern" in entity:
        if not isinstance(entity["idPattern"], str):
            raise bad_request("idPattern is a text")
        compile_pattern(entity["idPattern"])


def _check_mode(document: Document) -> None:
    mode = document.get("mode", "inclusive")
    if mode not in MODES:
        raise bad_request(f"mode is {mode!r}, none of {', '.join(MODES)}")
    operations = document.get("operations", [])
    if not isinstance(operations, list) or ("operations" in document and not operations):
        raise bad_request("operations is a list of names")
    for name in operations:
        if not isinstance(name, str) or (name not in NAMES and name not in GROUPS):
            raise bad_request(f"{name!r} is no operation")
    if mode == "auxiliary" and not set(operations or ["federationOps"]) <= _AUXILIARY:
        raise bad_request("an auxiliary source is read only: retrieveOps, or one of them")
    if mode == "exclusive":
        for one in document["information"]:
            single = one.get("entities") and all("id" in entity for entity in one["entities"])
            if not single or not (one.get("propertyNames") or one.get("relationshipNames")):
                raise bad_request(
                    "an exclusive source has named attributes of entities by their id"
                )


def compile_registration(document: Document, context: Context) -> Registration:
    """Compile a registration that was checked."""
    expires = document.get("expiresAt")
    return Registration(
        document=document,
        context=context,
        information=tuple(_information(one, context) for one in document["information"]),
        operations=spell_out(document.get("operations")),
        expires_us=None if expires is None else from_iso(expires),
        tally=Tally(),
    )


def _information(one: Document, context: Context) -> Information:
    names = [*one.get("propertyNames", []), *one.get("relationshipNames", [])]
    return Information(
        tuple(_kin(entity, context) for entity in one.get("entities", [])),
        frozenset(map(context.expand, names)),
    )


def _kin(entity: Document, context: Context) -> Kin:
    types = entity["type"]
    text = entity.get("idPattern")
    return Kin(
        frozenset(map(context.expand, types if isinstance(types, list) else [types])),
        entity.get("id"),
        None if text is None else compile_pattern(text),
        text,
    )


# --- telling ------------------------------------------------------------------------------


def tell_registration(
    registration: Registration, context: Context, places: list[int] | None = None, *,
    system: bool = False,
) -> Document:  # fmt: skip
    """
    Tell a registration.

    Parameters
    ----------
    registration
        The registration.
    context
        What its names are called.
    places
        Elements of `information` to tell only; None for all.
    system
        Whether it is told when it was made and changed.
    """
    told = dict(registration.document)

    def rename(name: str) -> str:
        return context.compact(registration.context.expand(name))

    found = told["information"]
    if places is not None:
        found = [found[at] for at in places]
    told["information"] = [_tell_information(one, rename) for one in found]
    for name in list(told):
        if name not in MEMBERS:
            told[rename(name)] = told.pop(name)
    if system and registration.made_us:
        told["createdAt"] = to_iso(registration.made_us)
        told["modifiedAt"] = to_iso(registration.changed_us)
    tally = registration.tally
    if tally.sent:
        told["timesSent"], told["timesFailed"] = tally.sent, tally.failed
        told["status"] = "failed" if tally.failure_us > tally.success_us else "ok"
        for name, at_us in (("lastSuccess", tally.success_us), ("lastFailure", tally.failure_us)):
            if at_us:
                told[name] = to_iso(at_us)
    return told


def _tell_information(one: Document, rename: Any) -> Document:
    told = dict(one)
    for name in ("propertyNames", "relationshipNames"):
        if name in told:
            told[name] = [rename(attribute) for attribute in told[name]]
    if "entities" in told:
        told["entities"] = [
            {
                **entity,
                "type": [rename(name) for name in entity["type"]]
                if isinstance(entity["type"], list)
                else rename(entity["type"]),
            }
            for entity in told["entities"]
        ]
    return told
