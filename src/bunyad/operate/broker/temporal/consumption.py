"""Requests that read the past (CIM 009, 5.7.3 and 5.7.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson

from bunyad.operate.broker.asking import Question, params_of_query, questions_of
from bunyad.operate.broker.bodies import answer, read_document, wanted_media
from bunyad.operate.broker.contexts import Context
from bunyad.operate.broker.http import Call, Reply, Route
from bunyad.operate.broker.names import check_uri
from bunyad.operate.broker.pages import Page, page_of, paged
from bunyad.operate.broker.params import OF_QUERIES, OF_TELLING, form_of, options_of, truth
from bunyad.operate.broker.problems import bad_request, invalid_request, not_found
from bunyad.operate.broker.telling import Form
from bunyad.operate.broker.temporal.aggregates import Totals, read_totals
from bunyad.operate.broker.temporal.archived import Row, archive_files, warnings_of_missing
from bunyad.operate.broker.temporal.past import (
    SCOPE,
    Evolution,
    Line,
    evolutions,
    find_evolution,
    load_archived,
    load_lines,
)
from bunyad.operate.broker.temporal.telling import (
    AGGREGATED,
    BRIEF,
    NORMAL,
    VALUES,
    cut_page,
    range_of,
    tell_evolution,
)
from bunyad.operate.broker.temporal.window import Window, read_window
from bunyad.operate.records import Tenant, load_entity
from bunyad.operate.records.database import Db

_FORMS = {
    "normalized": NORMAL,
    "concise": BRIEF,
    "temporalValues": VALUES,
    "simplified": VALUES,
    "keyValues": VALUES,
    "aggregatedValues": AGGREGATED,
    "aggregated": AGGREGATED,
}
_OTHERS = frozenset({"sysAttrs", "count", "audit"})
_ENDLESS_PAGE = 1_000_000
MOST_LOOKED_AT = 100_000
"""Entities looked at for one query."""
FIRST_PART, LARGEST_PART = 16, 256  # entities that are looked at together


@dataclass(frozen=True, slots=True)
class Speaking:
    """In which words and as which media type is answered."""

    context: Context
    media: str


@dataclass(frozen=True, slots=True)
class Telling:
    """How the past is told."""

    context: Context
    window: Window
    form: Form
    how: str
    totals: Totals | None


async def retrieve_evolution(call: Call) -> Reply:
    """Tell one entity's past (5.7.3)."""
    media = wanted_media(call)
    key = check_uri(call.parts["id"], "the entity's id")
    context = await call.linked_context()
    told = _read_telling(call, call.params, context, needed=False)
    tenant = call.tenant()
    db = tenant.reader()
    found = find_evolution(db, key)
    if found is None:
        raise not_found(f"nothing is known of the past of {key}")
    if archive_files(tenant, told.window):  # slow, and others wait
        found.lines = await asyncio.to_thread(_load, tenant, found, told)
    else:
        found.lines = _load(tenant, found, told)
    if not found.lines and not _has_any(db, found):
        raise not_found(f"nothing is known of the past of {key}")
    if not found.lines and not _knows_any(db, found, told.form.attributes):
        raise not_found(f"the past of {key} has none of the attributes asked for")  # 6.19.3.1
    if told.how != AGGREGATED:
        cut_page(found.lines, told.window)
    document = tell_evolution(found, context, told.form, told.how, told.totals)
    reply = answer(call, document, context, media)
    return _with_warnings(_with_range(reply, [found], told, call.params), call, told)


async def query_evolutions(call: Call) -> Reply:
    """Tell the past of all entities that a query finds (5.7.4)."""
    media = wanted_media(call)
    context = await call.linked_context()
    asked = questions_of(call, [call.params], context)
    return await _query(call, call.params, asked, Speaking(context, media))


async def query_evolutions_by_post(call: Call) -> Reply:
    """Tell the past of all entities that a query in the body finds (6.24)."""
    media = wanted_media(call)
    document, context = await read_document(call)
    params = told_by(call, document)
    asked = questions_of(call, params_of_query(document), context)
    return await _query(call, params, asked, Speaking(context, media))


async def keys_of(
    call: Call, params: dict[str, str], asked: list[Question], context: Context
) -> list[str]:
    """
    Return the identifiers of all entities that a query of the past finds.

    Parameters
    ----------
    call
        The request.
    params
        Which part of the past is meant, and how it would be told.
    asked
        The query.
    context
        What names stand for.
    """
    told = _read_telling(call, params, context, needed=True)
    tenant = call.tenant()
    return await asyncio.to_thread(lambda: [one.id for one in _matching(tenant, asked, told)])


def told_by(call: Call, document: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of a query of the past that stands in a body."""
    params = {**call.params}
    for name in ("temporalQ", "aggrParams"):
        part = document.get(name, {})
        if not isinstance(part, dict):
            raise bad_request(f"{name} is no object")
        params |= _texts(part)
    for name in ("attrs", "pick", "omit", "datasetId", "lang"):
        if name in document:
            value = document[name]
            params[name] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return params


def _texts(temporal: dict[str, Any]) -> dict[str, str]:
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in temporal.items()
    }


async def _query(
    call: Call, params: dict[str, str], asked: list[Question], speaking: Speaking
) -> Reply:
    told = _read_telling(call, params, speaking.context, needed=True)
    if not all(one.restricted for one in asked) and not truth(call, "local"):
        raise bad_request("a query names types, attributes, values (q) or a place, or is local")
    if any(one.depth for one in asked):
        raise bad_request("a query of the past follows no relationships")
    descending = _read_order(params)
    page = page_of(call)
    tenant = call.tenant()
    if archive_files(tenant, told.window):  # slow, and others wait
        found, total = await asyncio.to_thread(_find, tenant, asked, told, page, descending)
    else:
        found, total = _find(tenant, asked, told, page, descending)
    if told.how != AGGREGATED:
        for one in found:
            cut_page(one.lines, told.window)
    documents = [
        tell_evolution(one, told.context, told.form, told.how, told.totals) for one in found
    ]
    reply = paged(call, answer(call, documents, told.context, speaking.media), page, total)
    return _with_warnings(_with_range(reply, found, told, params), call, told)


def _read_order(params: dict[str, str]) -> bool | None:
    """Return whether the greatest identifier comes first; None where no order is asked for."""
    if "orderBy" not in params:
        return None
    name, _, direction = params["orderBy"].partition(";")
    if name != "id" or direction not in {"", "asc", "desc"}:
        raise bad_request("the past of entities is ordered by id only")
    return direction == "desc"


def _find(
    tenant: Tenant, asked: list[Question], told: Telling, page: Page,
    descending: bool | None,  # noqa: FBT001  (an order, or none)
) -> tuple[list[Evolution], int]:  # fmt: skip
    """Return the entities of a page, and how many there are or at least are."""
    if descending is not None:
        every = sorted(_matching(tenant, asked, told), key=lambda one: one.id, reverse=descending)
        return every[page.offset : page.offset + page.limit], len(every)
    found: list[Evolution] = []
    total = 0
    for one in _matching(tenant, asked, told):
        if page.offset <= total < page.offset + page.limit:
            found.append(one)
        total += 1
        if not page.count and total > page.offset + page.limit:
            break
    return found, total


def _matching(tenant: Tenant, asked: list[Question], told: Telling) -> Iterator[Evolution]:
    seen: set[int] = set()
    for question in asked:
        every = evolutions(tenant.reader(), list(question.ids), question.types)
        loaded = frozenset(question.attributes) or told.form.attributes
        wanted = loaded | question.names | {SCOPE} if loaded and question.tests else loaded
        looked, size = 0, FIRST_PART
        while part := list(islice(every, size)):
            looked += len(part)
            if looked > MOST_LOOKED_AT:
                raise invalid_request("the query looks at too many entities; name their types")
            part = [one for one in part if one.ref not in seen]
            archived = load_archived(tenant, [one.ref for one in part], _window_of(told), wanted)
            for one in part:
                one.lines = _load(tenant, one, told, loaded, archived=archived)
                if one.lines and _answers(tenant, question, one, told, archived):
                    seen.add(one.ref)
                    yield one
            if told.how != AGGREGATED:  # of these, all instances are at hand at once
                size = min(2 * size, LARGEST_PART)


def _answers(
    tenant: Tenant, question: Question, one: Evolution, told: Telling,
    archived: Mapping[int, list[Row]],
) -> bool:  # fmt: skip
    """
    Tell whether an entity's instances in the window meet what is asked of values and place.

    An attribute that was never observed at any instant has no past: it is what it is (C.5.5).
    """
    if not question.tests:
        return True
    lines, loaded = one.lines, frozenset(question.attributes) or told.form.attributes
    if loaded and (others := (question.names | {SCOPE}) - loaded):
        lines = [*lines, *_load(tenant, one, told, others, archived=archived)]
    attrs: dict[str, list[Any]] = {}
    scopes: list[str] = []
    for line in lines:
        instances = [instance for _, instance in line.instances]
        attrs.setdefault(line.attribute, []).extend(instances)
        if line.attribute == SCOPE:
            scopes += [scope for instance in instances for scope in instance.get("value") or ()]
    if told.window.member == "observedAt" and not (question.names | {SCOPE}) <= attrs.keys():
        present = load_entity(tenant.reader(), one.id) or {"attrs": {}}
        scopes = scopes or present.get("scope", [])
        for iri in question.names - attrs.keys():
            instances = present["attrs"].get(iri, [])
            attrs[iri] = [instance for instance in instances if "observedAt" not in instance]
    entity = {"id": one.id, "type": one.types, "attrs": attrs, "scope": scopes}
    return all(test(entity) for test in question.tests)


def _load(
    tenant: Tenant,
    one: Evolution,
    told: Telling,
    attributes: frozenset[str] = frozenset(),
    *,
    archived: Mapping[int, list[Row]] | None = None,
) -> list[Line]:
    wanted = attributes or told.form.attributes
    lines = load_lines(tenant, one.ref, _window_of(told), wanted, archived=archived)
    if told.form.datasets:
        lines = [line for line in lines if (line.dataset or "@none") in told.form.datasets]
    return lines


def _window_of(told: Telling) -> Window:
    """Return the window whose instances are read: all of them, where sums are made of them."""
    if told.how == AGGREGATED:
        return replace(told.window, page=_ENDLESS_PAGE)
    return told.window


def _has_any(db: Db, one: Evolution) -> bool:
    """Tell whether the entity is there now, or anything of its past is."""
    row = db.execute(
        "SELECT e.body IS NOT NULL OR e.deleted_us IS NULL OR EXISTS ("
        "SELECT 1 FROM series s JOIN reading r ON r.series = s.ref WHERE s.entity = e.ref)"
        " FROM entity e WHERE e.ref = ?",
        (one.ref,),
    ).fetchone()
    return bool(row and row[0])


def _knows_any(db: Db, one: Evolution, attributes: frozenset[str]) -> bool:
    """Tell whether the entity ever had one of some attributes, if there are any."""
    statement = (
        "SELECT 1 FROM series s JOIN word w ON w.ref = s.attribute"
        " WHERE s.entity = ? AND w.iri IN (SELECT value FROM json_each(?)) LIMIT 1"
    )
    names = orjson.dumps(sorted(attributes)).decode()
    return not attributes or db.execute(statement, (one.ref, names)).fetchone() is not None


def _read_telling(call: Call, params: dict[str, str], context: Context, *, needed: bool) -> Telling:
    window = read_window(params, needed=needed, preference=call.headers.get("prefer", ""))
    options = options_of(call)
    unknown = options - _FORMS.keys() - _OTHERS
    if unknown:
        raise invalid_request(f"there is no option {min(unknown)!r}")
    if {VALUES, AGGREGATED} <= {_FORMS[one] for one in options & _FORMS.keys()}:
        raise invalid_request("options has both temporalValues and aggregatedValues")
    asked = params.get("format") or next((one for one in sorted(options) if one in _FORMS), "")
    if asked and asked not in _FORMS:
        raise invalid_request(f"format is {asked!r}, none of {', '.join(_FORMS)}")
    how = _FORMS.get(asked, NORMAL)
    plain = {name: value for name, value in params.items() if name not in {"options", "format"}}
    given = call.params
    call.params = plain
    form = form_of(call, context)
    call.params = given
    form = replace(form, system="sysAttrs" in options or form.system)
    totals = read_totals(params, window) if how == AGGREGATED else None
    return Telling(context, window, form, how, totals)


def _with_range(
    reply: Reply, found: list[Evolution], told: Telling, params: dict[str, str]
) -> Reply:
    if told.how != AGGREGATED and (text := range_of(found, told.window, params)):
        reply.status = 206
        reply.headers.append(("Content-Range", text))
    return reply


def _with_warnings(reply: Reply, call: Call, told: Telling) -> Reply:
    """Say in the answer, and in the request, what of the past is missing."""
    missing = warnings_of_missing(call.tenant(), told.window)
    call.warnings += missing
    reply.headers += [("NGSILD-Warning", text) for text in missing]
    return reply


_OF_WINDOWS = frozenset(
    {
        "timerel",
        "timeAt",
        "endTimeAt",
        "timeproperty",
        "lastN",
        "aggrMethods",
        "aggrPeriodDuration",
    }
)
_LINKING = frozenset({"join", "joinLevel", "containedBy", "geometryProperty"})
_OF_QUERIES = (OF_QUERIES | _OF_WINDOWS) - _LINKING
_OF_ONE = (OF_TELLING | _OF_WINDOWS) - _LINKING
ROUTES = (
    Route("GET", "/temporal/entities", query_evolutions, _OF_QUERIES),
    Route("GET", "/temporal/entities/{id}", retrieve_evolution, _OF_ONE),
    Route(
        "POST",
        "/temporal/entityOperations/query",
        query_evolutions_by_post,
        _OF_QUERIES,
    ),
)
