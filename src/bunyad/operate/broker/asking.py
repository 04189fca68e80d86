"""Which entities a request asks for: the parameters of a query, compiled."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.model import Entity
from bunyad.operate.broker.names import check_name, check_uri
from bunyad.operate.broker.params import attribute_iris, names_of
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.broker.query import (
    compile_geo,
    compile_pattern,
    compile_query,
    compile_scopes,
    compile_types,
)
from bunyad.operate.records import Wanted, load_entity

Test = Callable[[Entity], bool]


@dataclass(slots=True)
class Question:
    """
    What is asked for, compiled.

    Attributes
    ----------
    tests
        What the store cannot tell by itself; each must hold.
    restricted
        Whether types, attributes, values or places restrict it (as the standard wants it).
    """

    ids: tuple[str, ...] = ()
    types: tuple[tuple[str, ...], ...] = ()
    attributes: tuple[str, ...] = ()
    facts: tuple[Any, ...] = ()
    boxes: tuple[Any, ...] = ()
    tests: list[Test] = field(default_factory=list)
    restricted: bool = False

    def wanted(self, *, limit: int | None, offset: int = 0, count: bool = False) -> Wanted:
        """Return what to look for in the store."""
        tests = self.tests
        matches: Test | None = None
        if len(tests) == 1:
            matches = tests[0]
        elif tests:
            matches = lambda entity: all(test(entity) for test in tests)  # noqa: E731  (closure)
        return Wanted(
            ids=self.ids, types=self.types, attributes=self.attributes, facts=self.facts,
            boxes=self.boxes, matches=matches, limit=limit, offset=offset, count=count,
        )  # fmt: skip


def read_question(
    params: Mapping[str, str], context: Context, db: Callable[[], sqlite3.Connection]
) -> Question:
    """
    Compile the parameters of a query.

    Parameters
    ----------
    params
        Parameters as in a query string.
    context
        What names stand for.
    db
        Gives a reading connection, for queries that follow relationships.

    Raises
    ------
    Problem
        BadRequestData if one is malformed.
    """
    asked = Question()
    expand = context.expand
    if params.get("id"):
        asked.ids = tuple(check_uri(key, "id") for key in names_of_ids(params["id"]))
    if params.get("idPattern"):
        pattern = compile_pattern(params["idPattern"])
        asked.tests.append(lambda entity: pattern.search(entity["id"]))
    if "type" in params:
        _ask_types(asked, params["type"], expand)
    if "attrs" in params:
        asked.attributes = tuple(attribute_iris(params["attrs"], context))
        asked.restricted = asked.restricted or bool(asked.attributes)
    if params.get("q"):
        _ask_values(asked, params, expand, db)
    if any(name in params for name in ("georel", "geometry", "coordinates")):
        _ask_place(asked, params, expand)
    if params.get("scopeQ"):
        scopes = compile_scopes(params["scopeQ"])
        asked.tests.append(lambda entity: scopes.matches(entity.get("scope", ())))
    return asked


def names_of_ids(text: str) -> list[str]:
    """Return identifiers that commas divide."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _ask_types(asked: Question, text: str, expand: Callable[[str], str]) -> None:
    selection = compile_types(text, expand)
    if selection.alternatives is not None:
        asked.types = tuple(tuple(sorted(group)) for group in selection.alternatives)
        asked.restricted = True


def _ask_values(
    asked: Question, params: Mapping[str, str], expand: Callable[[str], str],
    db: Callable[[], sqlite3.Connection],
) -> None:  # fmt: skip
    terms = [expand(name) for name in names_of(params.get("expandValues"))]
    query = compile_query(params["q"], expand, terms)
    asked.facts += query.facts
    asked.restricted = True
    if query.links:
        asked.tests.append(lambda entity: query.matches(entity, lambda key: load_entity(db(), key)))
    else:
        asked.tests.append(query.matches)


def _ask_place(asked: Question, params: Mapping[str, str], expand: Callable[[str], str]) -> None:
    attribute = expand(check_name(params.get("geoproperty") or "location", "geoproperty"))
    place = compile_geo(
        params.get("georel"), params.get("geometry"), params.get("coordinates"), attribute
    )
    asked.restricted = True
    if place.bounds is not None:
        west, south, east, north = place.bounds
        asked.boxes += ((attribute, (west, east, south, north)),)
    asked.tests.append(place.matches)


def params_of_query(document: dict[str, Any]) -> list[dict[str, str]]:
    """
    Return the parameters that a Query (5.2.23) stands for, one set for each entity selector.

    Raises
    ------
    Problem
        BadRequestData if it is malformed.
    """
    if document.get("type") != "Query":
        raise bad_request("the type of a query is Query")
    common: dict[str, str] = {
        member: _text(document[member], member)
        for member in ("q", "csf", "scopeQ")
        if member in document
    }
    for member in ("attrs", "expandValues"):
        if member in document:
            common[member] = ",".join(_texts(document[member], member))
    if document.get("geoQ") is not None:
        common |= _place(document["geoQ"])
    selectors = document.get("entities")
    if selectors is None:
        return [common]
    if not isinstance(selectors, list) or not selectors:
        raise bad_request("entities is no list of selectors")
    return [{**common, **_selector(one)} for one in selectors]


def _place(geo: Any) -> dict[str, str]:
    if not isinstance(geo, dict):
        raise bad_request("geoQ is no JSON object")
    params = {
        member: _text(geo[member], member)
        for member in ("georel", "geometry", "geoproperty")
        if member in geo
    }
    if "coordinates" in geo:
        told = geo["coordinates"]
        params["coordinates"] = told if isinstance(told, str) else orjson.dumps(told).decode()
    return params


def _selector(selector: Any) -> dict[str, str]:
    if not isinstance(selector, dict):
        raise bad_request("a selector of entities is a JSON object")
    params: dict[str, str] = {}
    if "id" in selector:
        keys = selector["id"]
        params["id"] = ",".join(_texts(keys, "id") if isinstance(keys, list) else [
            check_uri(keys, "id")])  # fmt: skip
    if "idPattern" in selector:
        params["idPattern"] = _text(selector["idPattern"], "idPattern")
    if "type" in selector:
        types = selector["type"]
        params["type"] = ",".join(_texts(types, "type")) if isinstance(types, list) else _text(
            types, "type"
        )  # fmt: skip
    return params


def _text(value: Any, member: str) -> str:
    if not isinstance(value, str):
        raise bad_request(f"{member} is no text")
    return value


def _texts(value: Any, member: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise bad_request(f"{member} is no list of texts")
    return value
