"""What a subscription may say (CIM 009, 5.2.12 to 5.2.15 and 5.2.33)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import NULL
from bunyad.operate.broker.names import check_instant, check_name, check_uri
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query import (
    compile_geo,
    compile_pattern,
    compile_query,
    compile_scopes,
    compile_types,
)
from bunyad.operate.records import from_iso

Document = dict[str, Any]

TRIGGERS = (
    "entityCreated",
    "entityUpdated",
    "entityDeleted",
    "attributeCreated",
    "attributeUpdated",
    "attributeDeleted",
)
USUAL_TRIGGERS = ("attributeCreated", "attributeUpdated")
FORMATS = ("normalized", "concise", "simplified", "keyValues")
MEDIA = ("application/json", "application/ld+json", "application/geo+json")
MEMBERS = frozenset(
    {"id", "type", "entities", "notification", "notificationTrigger", "watchedAttributes", "q",
     "geoQ", "scopeQ", "temporalQ", "csf", "datasetId", "description", "expandValues", "expiresAt",
     "isActive", "jsonKeys", "jsonldContext", "lang", "localOnly", "ngsildConformance",
     "splitEntities", "subscriptionName", "throttling", "timeInterval"}
)  # fmt: skip
"""Members of a subscription that clients write; others are not kept."""
SCHEMES = ("http", "https", "mqtt", "mqtts")
MOST_SELECTORS = 1_000


def check_subscription(document: Document, context: Context, now_us: int) -> None:
    """
    Raise unless a whole subscription is as the standard has it.

    Parameters
    ----------
    document
        The subscription without its `@context`.
    context
        What its names stand for.
    now_us
        The present instant [µs since 1970].

    Raises
    ------
    Problem
        `BadRequestData` with the first thing that is wrong.
    """
    if document.get("type") != "Subscription":
        raise bad_request("the type of a subscription is Subscription")
    for name, value in document.items():
        if value is None or value == NULL:
            raise bad_request(f"{name} is null")
        if check := _CHECKS.get(name):
            check(name, value, context)
    if "id" in document:
        check_uri(document["id"], "the subscription's id")
    if "notification" not in document:
        raise bad_request("a subscription has a notification")
    if not {"entities", "watchedAttributes"} & document.keys() and not document.get("localOnly"):
        raise bad_request("a subscription has entities or watchedAttributes")
    if "timeInterval" in document and "entities" not in document and not document.get("localOnly"):
        raise bad_request("a subscription with timeInterval has entities")
    _check_times(document, now_us)
    _check_geo(document, context)
    if "q" in document:
        compile_query(document["q"], context.expand, expand_values(document))


def _check_times(document: Document, now_us: int) -> None:
    if "timeInterval" in document:
        for other in ("throttling", "watchedAttributes"):
            if other in document:
                raise bad_request(f"timeInterval and {other} exclude each other")
    if "expiresAt" in document and from_iso(document["expiresAt"]) <= now_us:
        raise bad_request(f"expiresAt is {document['expiresAt']}, which is past")


def _check_geo(document: Document, context: Context) -> None:
    if "geoQ" in document:
        compile_geo_of(document["geoQ"], context)


def compile_geo_of(asked: Any, context: Context) -> Any:
    """Compile the `geoQ` of a document."""
    if not isinstance(asked, dict):
        raise bad_request("geoQ is an object")
    attribute = asked.get("geoproperty", "location")
    check_name(attribute, "geoproperty")
    return compile_geo(
        asked.get("georel"),
        asked.get("geometry"),
        asked.get("coordinates"),
        context.expand(attribute),
    )


def expand_values(document: Document) -> list[str]:
    """Return the names whose values a document wants expanded."""
    asked = document.get("expandValues", [])
    return [name.strip() for name in asked.split(",")] if isinstance(asked, str) else list(asked)


# --- one check a member -------------------------------------------------------------------


def _text(name: str, value: Any, _context: Context) -> None:
    if not isinstance(value, str) or not value:
        raise bad_request(f"{name} is no text")


def _truth(name: str, value: Any, _context: Context) -> None:
    if not isinstance(value, bool):
        raise bad_request(f"{name} is neither true nor false")


def _above_zero(name: str, value: Any, _context: Context) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:
        raise bad_request(f"{name} is {value!r}, not a number above 0")


def _names(name: str, value: Any, _context: Context) -> None:
    if not isinstance(value, list) or not value:
        raise bad_request(f"{name} is no list of names")
    for one in value:
        check_name(one, name)


def _attributes(name: str, value: Any, context: Context) -> None:
    _names(name, value, context)
    if found := {"id", "type", "scope"} & set(value):
        raise bad_request(f"{min(found)} is no attribute; pick tells members")


def _datasets(name: str, value: Any, _context: Context) -> None:
    for one in value if isinstance(value, list) and value else [value]:
        if one != "@none":
            check_uri(one, name)


def _moment(name: str, value: Any, _context: Context) -> None:
    check_instant(value, name)


def _uri(name: str, value: Any, _context: Context) -> None:
    check_uri(value, name)


def _scopes(name: str, value: Any, context: Context) -> None:
    _text(name, value, context)
    compile_scopes(value)


def _query(name: str, value: Any, context: Context) -> None:
    _text(name, value, context)
    if name == "csf":
        compile_query(value, context.expand)


def _expanded(name: str, value: Any, _context: Context) -> None:
    names = value.split(",") if isinstance(value, str) else value
    for one in names if isinstance(names, list) else [names]:
        check_name(one.strip() if isinstance(one, str) else one, name)


def _triggers(name: str, value: Any, _context: Context) -> None:
    if not isinstance(value, list) or not value or not all(one in TRIGGERS for one in value):
        raise bad_request(f"{name} lists some of {', '.join(TRIGGERS)}")


def check_selectors(name: str, value: Any, context: Context) -> None:
    """Raise unless a value is a list of selectors of entities."""
    if not isinstance(value, list) or not value or len(value) > MOST_SELECTORS:
        raise bad_request(f"{name} is no list of selectors of entities")
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise bad_request(f"a selector of {name} has a type")
        compile_types(one["type"], context.expand)
        ids = one.get("id", [])
        for key in ids if isinstance(ids, list) else [ids]:
            check_uri(key, f"an id of {name}")
        if "idPattern" in one:
            _text("idPattern", one["idPattern"], context)
            compile_pattern(one["idPattern"])


def _notification(_name: str, value: Any, context: Context) -> None:
    if not isinstance(value, dict):
        raise bad_request("notification is an object")
    for name, one in value.items():
        if check := _OF_NOTIFICATIONS.get(name):
            check(name, one, context)
    if "endpoint" not in value:
        raise bad_request("notification has an endpoint")
    picked, omitted = set(value.get("pick", [])), set(value.get("omit", []))
    if "attributes" in value and (picked or omitted):
        raise bad_request("attributes excludes pick and omit")
    if picked & omitted:
        raise bad_request(f"{min(picked & omitted)} is in pick and in omit")
    if value.get("showChanges") and value.get("format") in {"keyValues", "simplified"}:
        raise bad_request(f"showChanges is not to be had with the format {value['format']}")


def _format(name: str, value: Any, _context: Context) -> None:
    if value not in FORMATS:
        raise bad_request(f"{name} is one of {', '.join(FORMATS)}")


def _join(name: str, value: Any, _context: Context) -> None:
    if value not in ("flat", "inline", "@none"):
        raise bad_request(f"{name} is flat, inline or @none")


def _level(name: str, value: Any, _context: Context) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise bad_request(f"{name} is a whole number above 0")


def _members(name: str, value: Any, _context: Context) -> None:
    if not isinstance(value, list) or not value:
        raise bad_request(f"{name} is no list of members")
    for one in value:
        if not isinstance(one, str) or one not in {"id", "type", "scope"}:
            check_name(one, name)


def check_endpoint(_name: str, value: Any, context: Context) -> None:
    """Raise unless a value is an endpoint of notifications."""
    if not isinstance(value, dict):
        raise bad_request("endpoint is an object with a uri")
    check_uri(value.get("uri"), "the endpoint's uri")
    try:
        parts = urlsplit(value["uri"])
        known = parts.scheme in SCHEMES and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise bad_request(f"the endpoint's uri begins with one of {', '.join(SCHEMES)}")
    if "accept" in value and value["accept"] not in MEDIA:
        raise bad_request(f"accept is one of {', '.join(MEDIA)}")
    for name in ("timeout", "cooldown"):
        if name in value:
            _above_zero(name, value[name], context)
    for name in ("receiverInfo", "notifierInfo"):
        check_pairs(name, value.get(name, []))


def check_pairs(name: str, value: Any) -> None:
    """Raise unless a value is a list of keys and values."""
    if not isinstance(value, list):
        raise bad_request(f"{name} is a list of keys and values")
    for pair in value:
        texts = isinstance(pair, dict) and (pair.get("key"), pair.get("value"))
        if not texts or not all(isinstance(text, str) and text.isprintable() for text in texts):
            raise bad_request(f"{name} holds objects with key and value, both texts of one line")


_Check = Callable[[str, Any, Context], None]
_CHECKS: dict[str, _Check] = {
    "entities": check_selectors,
    "watchedAttributes": _names,
    "notificationTrigger": _triggers,
    "notification": _notification,
    "q": _query,
    "csf": _query,
    "scopeQ": _scopes,
    "datasetId": _datasets,
    "expandValues": _expanded,
    "jsonKeys": _expanded,
    "expiresAt": _moment,
    "isActive": _truth,
    "localOnly": _truth,
    "splitEntities": _truth,
    "timeInterval": _above_zero,
    "throttling": _above_zero,
    "lang": _text,
    "description": _text,
    "subscriptionName": _text,
    "jsonldContext": _uri,
}
_OF_NOTIFICATIONS: dict[str, _Check] = {
    "endpoint": check_endpoint,
    "attributes": _attributes,
    "format": _format,
    "pick": _members,
    "omit": _members,
    "join": _join,
    "joinLevel": _level,
    "showChanges": _truth,
    "sysAttrs": _truth,
}


def cleaned(document: Document) -> Document:
    """Return a document with what clients may write only."""
    kept = {name: value for name, value in document.items() if name in MEMBERS}
    if isinstance(kept.get("notification"), dict):
        kept["notification"] = {
            name: value for name, value in kept["notification"].items() if name in _OF_NOTIFICATIONS
        }
    return kept


def merged(document: Document, fragment: Document) -> Document:
    """
    Return a document with a fragment's members in place of its own; null takes one away.

    Examples
    --------
    >>> merged({"q": "a", "lang": "az"}, {"q": None, "lang": "en"})
    {'lang': 'en'}
    """
    result = dict(document)
    for name, value in fragment.items():
        if value is None or value == NULL:
            result.pop(name, None)
        elif name in {"notification", "endpoint"} and isinstance(value, dict):
            known = result.get(name)
            result[name] = merged(known if isinstance(known, dict) else {}, value)
        else:
            result[name] = value
    return result
