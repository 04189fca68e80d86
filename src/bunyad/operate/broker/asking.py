"""Which entities a request asks for: the parameters of a query, compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call
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
from bunyad.operate.records.database import Db

Test = Callable[[Entity], bool]
SYSTEM = {"createdAt", "modifiedAt", "deletedAt", "expiresAt", "observedAt"}
"""Names that alone do not restrict a query (5.7.2)."""
NOBODY = "urn:ngsi-ld:null"
"""An identifier that no entity has."""


@dataclass(slots=True)
class Question:
    """
    What is asked for, compiled.

    Attributes
    ----------
    tests
        What the store cannot tell by itself; each must hold.
    restricted
        Whether types, attributes, values or places restrict it, or it is about what is here only
        (as the standard wants it).
    depth
        How many relationships its values follow.
    names
        Attributes that its tests look at.
    """

    ids: tuple[str, ...] = ()
    types: tuple[tuple[str, ...], ...] = ()
    attributes: tuple[str, ...] = ()
    facts: tuple[Any, ...] = ()
    boxes: tuple[Any, ...] = ()
    tests: list[Test] = field(default_factory=list)
    restricted: bool = False
    depth: int = 0
    names: frozenset[str] = frozenset()

    def bind(self, keys: Iterable[str]) -> None:
        """Ask for entities of these identifiers only."""
        self.ids = tuple(key for key in keys if not self.ids or key in self.ids) or (NOBODY,)

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


def questions_of(
    call: Call, selections: Iterable[Mapping[str, str]], context: Context
) -> list[Question]:
    """
    Compile what a request asks for, bound to the entities of the map that it names.

    Parameters
    ----------
    call
        The request.
    selections
        Parameters of queries; an entity that any of them finds is meant.
    context
        What names stand for.
    """
    tenant = call.tenant()
    questions = [read_question(params, context, tenant.reader) for params in selections]
    if call.mapped is not None:
        for asked in questions:
            asked.bind(call.mapped.where)
    return questions


def read_question(params: Mapping[str, str], context: Context, db: Callable[[], Db]) -> Question:
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
    elif params.get("idPattern"):  # id takes precedence (5.2.33)
        pattern = compile_pattern(params["idPattern"])
        asked.tests.append(lambda entity: pattern.search(entity["id"]))
    if "type" in params:
        _ask_types(asked, params, expand)
    if "attrs" in params:
        asked.attributes = tuple(attribute_iris(params["attrs"], context))
        asked.restricted = asked.restricted or not SYSTEM.issuperset(names_of(params["attrs"]))
    if "csf" in params:
        compile_query(params["csf"], expand)
    if "q" in params:
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


def _ask_types(
    asked: Question, params: Mapping[str, str], expand: Callable[[str], str]
) -> None:  # fmt: skip
    selection = compile_types(params["type"], expand)
    asked.restricted = True
    if selection.alternatives is not None:
        asked.types = tuple(tuple(sorted(group)) for group in selection.alternatives)
    elif params.get("local", "").lower() == "false":
        raise bad_request("all types are asked for here only: local cannot be false")


def _ask_values(
    asked: Question, params: Mapping[str, str], expand: Callable[[str], str],
    db: Callable[[], Db],
) -> None:  # fmt: skip
    terms = [expand(name) for name in names_of(params.get("expandValues"))]
    query = compile_query(params["q"], expand, terms)
    asked.facts += query.facts
    asked.restricted = asked.restricted or not query.names <= {expand(name) for name in SYSTEM}
    asked.depth = query.depth
    asked.names |= query.names
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
    asked.names |= {attribute}
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
    for member in ("attrs", "expandValues", "pick", "omit", "datasetId", "containedBy"):
        if member in document:
            lists = member != "expandValues"
            common[member] = ",".join(_texts(document[member], member, lists=lists))
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
    types = selector.get("type")
    params["type"] = ",".join(_texts(types, "type")) if isinstance(types, list) else _text(
        types, "the type of a selector"
    )  # fmt: skip
    return params


def _text(value: Any, member: str) -> str:
    if not isinstance(value, str):
        raise bad_request(f"{member} is no text")
    return value


def _texts(value: Any, member: str, *, lists: bool = False) -> list[str]:
    if isinstance(value, str) and not lists:
        return [value]
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise bad_request(f"{member} is no list of texts")
    return value
