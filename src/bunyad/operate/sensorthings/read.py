"""What GET answers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.answers.fetch import Fetcher, Page
from bunyad.operate.sensorthings.answers.find import Place, find_place, source
from bunyad.operate.sensorthings.answers.formats import write_formatted
from bunyad.operate.sensorthings.answers.tables import options_of_array, write_arrays
from bunyad.operate.sensorthings.answers.tell import digits_of, value_of
from bunyad.operate.sensorthings.conformance import CONFORMANCE, OVER_MQTT
from bunyad.operate.sensorthings.language.options import Options, write_token
from bunyad.operate.sensorthings.language.paths import Resource
from bunyad.operate.sensorthings.message import TEXT, Reply, Request, tell
from bunyad.operate.sensorthings.model import CONTROL, SETS
from bunyad.operate.sensorthings.refusals import NotThere

LONGEST_S = 20.0  # seconds that one statement may take
STEPS_BETWEEN_LOOKS = 100_000  # of SQLite's machine: about 5 ms
LONGEST_TOKEN = 1500  # characters; beyond, a link pages by number
_LIMIT = "SELECT set_config('statement_timeout', ?, false)"  # in PostgreSQL
_FILES = frozenset({"csv", "geojson"})
_SELF = Options(select=(f"{CONTROL}selfLink",))


def read(db: Db, request: Request, resource: Resource, now_us: int) -> Reply:
    """
    Answer a GET.

    Parameters
    ----------
    db
        Connection to read from.
    request
        The request.
    resource
        What its path names.
    now_us
        What `now()` is [us].

    Raises
    ------
    Refusal
        If what is named is not there, or an option cannot be followed.
    """
    if not resource.steps:
        return tell(describe(request.base, request.mqtt))
    with ending(db, LONGEST_S):
        return _read(db, request, resource, now_us)


@contextmanager
def ending(db: Db, longest_s: float) -> Iterator[None]:
    """Let no statement take longer than so many seconds [s]."""
    if isinstance(db, sqlite3.Connection):
        end = time.monotonic() + longest_s
        db.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_LOOKS)
        try:
            yield
        finally:
            db.set_progress_handler(None, 0)
        return
    db.execute(_LIMIT, (f"{longest_s}s",))
    try:
        yield
    finally:
        with suppress(sqlite3.Error):  # a lost connection has no limit
            db.execute(_LIMIT, ("0",))


def _read(db: Db, request: Request, resource: Resource, now_us: int) -> Reply:
    place = find_place(db, resource.steps)
    fetcher = Fetcher(db, request.base, now_us)
    if resource.member:
        return read_member(fetcher, place, resource)
    options = request.options()
    if resource.ending == "$count":
        total = fetcher.page(place.kind, _counting(options), place).total
        return Reply(200, str(total).encode(), TEXT)
    if resource.ending == "$ref":
        options = Options(
            where=options.where, select=_SELF.select, order=options.order, count=options.count,
            top=options.top, skip=options.skip, after=options.after,
        )  # fmt: skip
    if place.key is not None:
        told = fetcher.one(place.kind, place.key, options)
        if told is None:
            raise NotThere("the entity is gone", where="path", mend="look again")
        if options.form in _FILES:
            return write_formatted(place.kind, options, [told])
        return tell(told)
    return _set(fetcher, place, options, request)


def _counting(options: Options) -> Options:
    return Options(where=options.where, count=True, top=0)


def describe(base: str, mqtt: str = "") -> dict[str, Any]:
    """
    Return the document at the service's root.

    Parameters
    ----------
    base
        Address of the service.
    mqtt
        Address of the MQTT broker that tells of changes; none where there is none.

    Examples
    --------
    >>> describe("http://host/v1.1")["value"][0]
    {'name': 'Things', 'url': 'http://host/v1.1/Things'}
    """
    settings: dict[str, Any] = {"conformance": CONFORMANCE}
    if mqtt:
        settings["conformance"] = [*CONFORMANCE, *OVER_MQTT]
        settings |= {requirement: {"endpoints": [mqtt]} for requirement in OVER_MQTT}
    return {
        "value": [{"name": name, "url": f"{base}/{name}"} for name in SETS],
        "serverSettings": settings,
    }


def _set(fetcher: Fetcher, place: Place, options: Options, request: Request) -> Reply:
    array = options.form == "dataarray" and place.kind.name == "Observation"
    wanted = options_of_array(options) if array else options
    page = fetcher.page(place.kind, wanted, place)
    told: list[dict[str, Any]] = fetcher.tell(page, wanted)
    link = _next(request, options, page) if page.last is not None else ""
    if options.form in _FILES:
        return write_formatted(place.kind, options, told, link)
    answer: dict[str, Any] = {}
    if page.total is not None:
        answer[f"{CONTROL}count"] = page.total
    if link:
        answer[f"{CONTROL}nextLink"] = link
    answer["value"] = write_arrays(told, options, request.base) if array else told
    return tell(answer)


def _next(request: Request, options: Options, page: Page) -> str:
    assert page.last is not None
    moved = {"$skip", "$skiptoken"}
    pairs = [pair for pair in request.pairs() if pair[0].lower() not in moved]
    pairs.append(("$skip", str(options.skip + options.page)))
    token = write_token(page.last)
    if len(token) <= LONGEST_TOKEN:
        pairs.append(("$skiptoken", token))
    return request.link(pairs)


def read_member(fetcher: Fetcher, place: Place, resource: Resource) -> Reply:
    """
    Return a property of an entity, or a part of it.

    Raises
    ------
    NotThere
        If the part is not there.
    """
    first, *inner = resource.member
    value: Any
    if isinstance(first, str) and first.startswith(CONTROL):
        told = fetcher.one(place.kind, place.key or 0, Options(select=(first,)))
        value = (told or {}).get(first)
    else:
        value = _value(fetcher, place, str(first))
    name = str(first)
    for step in inner:
        value, name = _within(value, step), f"{name}[{step}]" if isinstance(step, int) else step
    if value is None:
        return Reply(204)
    if resource.ending == "$value":
        text = value.encode() if isinstance(value, str) else orjson.dumps(value)
        return Reply(200, text, TEXT)
    return tell({name: value})


def _value(fetcher: Fetcher, place: Place, name: str) -> Any:
    kind = place.kind
    found = kind.properties[name]
    columns = ", ".join(each.format(a="e") for each in (digits_of(kind), *found.sql))
    row = fetcher.db.execute(
        f"SELECT {columns} FROM {source(kind, 'e')} "  # noqa: S608  (names of ours)
        f"WHERE {kind.key.format(a='e')} = ?",
        (place.key,),
    ).fetchone()
    value = value_of(found, row)
    return orjson.loads(orjson.dumps(value))


def _within(value: Any, step: str | int) -> Any:
    if isinstance(value, dict) and step in value:
        return value[step]
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    raise NotThere(f"'{step}' is not within it", where="path", mend="look at the whole value")
