"""Which registrations are asked for (CIM 009, 5.10.2 and 5.12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.federation.registration import MEMBERS, Registration, Wanted
from bunyad.operate.broker.names import check_name, check_uri
from bunyad.operate.broker.params import names_of
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query import (
    compile_geo,
    compile_pattern,
    compile_query,
    compile_scopes,
    compile_types,
)
from bunyad.operate.broker.temporal.window import ENDLESS_US, Window, read_window
from bunyad.operate.records import from_iso

Test = Callable[[Registration], bool]


@dataclass(slots=True)
class Asking:
    """What registrations are asked for: by what they have, and by what they are."""

    wanted: Wanted
    tests: list[Test] = field(default_factory=list)
    temporal: bool = False

    def places(self, registration: Registration) -> list[int]:
        """Return the places in a registration's information that match; none if it does not."""
        if not all(test(registration) for test in self.tests):
            return []
        return registration.matching(self.wanted)


def read_asking(params: Mapping[str, str], context: Context) -> Asking:
    """
    Read which registrations a request asks for.

    Raises
    ------
    Problem
        `BadRequestData` if something is malformed, or too much is asked for.
    """
    if not any(name in params for name in ("type", "attrs", "q", "georel")):
        raise bad_request("a query of registrations names type, attrs, q or georel")
    attributes = {
        context.expand(check_name(name, "attrs")) for name in names_of(params.get("attrs"))
    }
    if "q" in params:
        attributes |= compile_query(params["q"], context.expand).names
    pattern = params.get("idPattern")
    choices = None
    if "type" in params:
        alternatives = compile_types(params["type"], context.expand).alternatives
        choices = None if alternatives is None else tuple(alternatives)
    wanted = Wanted(
        choices=choices,
        ids=frozenset(check_uri(key, "id") for key in names_of(params.get("id"))),
        pattern=None if pattern is None else compile_pattern(pattern),
        attributes=frozenset(attributes),
    )
    asking = Asking(wanted, temporal="timerel" in params)
    asking.tests.append(interval_test(read_window(params, needed=False)))
    if "csf" in params:
        asking.tests.append(filter_test(params["csf"], context))
    if "scopeQ" in params:
        asking.tests.append(scope_test(params["scopeQ"]))
    if any(name in params for name in ("georel", "geometry", "coordinates")):
        asking.tests.append(place_test(params, context))
    return asking


def filter_test(text: str, context: Context) -> Test:
    """Return the test of a context source filter: a query of the source's own properties."""
    query = compile_query(text, context.expand)

    def test(registration: Registration) -> bool:
        attrs: dict[str, list[dict[str, Any]]] = {}
        for name, value in registration.document.items():
            known = name in MEMBERS
            iri = context.expand(name) if known else registration.context.expand(name)
            attrs[iri] = [_as_property(value)]
        return query.matches({"attrs": attrs})

    return test


def _as_property(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and value.get("type") in ("Property", "Relationship"):
        return value
    return {"type": "Property", "value": value}


def scope_test(text: str) -> Test:
    """Return the test of a query of scopes."""
    query = compile_scopes(text)

    def test(registration: Registration) -> bool:
        scopes = registration.document.get("scope", [])
        return query.matches(scopes if isinstance(scopes, list) else [scopes])

    return test


def place_test(asked: Mapping[str, Any], context: Context) -> Test:
    """Return the test of a geo-query against the place that a registration gives."""
    name = asked.get("geoproperty") or "location"
    check_name(name, "geoproperty")
    query = compile_geo(
        asked.get("georel"), asked.get("geometry"), asked.get("coordinates"), context.expand(name)
    )

    def test(registration: Registration) -> bool:
        place = registration.document.get(name)
        if place is None:
            return False
        if isinstance(place, dict) and place.get("type") == "GeoProperty":
            place = place.get("value")
        instance = {"type": "GeoProperty", "value": place}
        return query.matches({"attrs": {query.attribute: [instance]}})

    return test


def interval_test(window: Window) -> Test:
    """Return the test of a temporal query: sources of the past have intervals, others none."""
    name = "observationInterval" if window.member == "observedAt" else "managementInterval"

    def test(registration: Registration) -> bool:
        document = registration.document
        if not window.relation:
            return not {"observationInterval", "managementInterval"} & document.keys()
        interval = document.get(name)
        if interval is None:
            return False
        start = from_iso(interval["startAt"])
        end = from_iso(interval["endAt"]) if "endAt" in interval else ENDLESS_US
        if window.relation == "between":
            return start <= window.to_us and end >= window.from_us
        at = window.to_us if window.relation == "before" else window.from_us
        return start <= at <= end

    return test
