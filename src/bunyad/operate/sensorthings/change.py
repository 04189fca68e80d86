"""What POST, PATCH, PUT and DELETE do, within the writer's transaction."""

from __future__ import annotations

from typing import Any

import orjson

from bunyad.operate.sensorthings.answers.fetch import Fetcher
from bunyad.operate.sensorthings.answers.find import Place, find_key, find_place
from bunyad.operate.sensorthings.changes.bodies import check_body, read_chosen
from bunyad.operate.sensorthings.changes.bulk import observe_all
from bunyad.operate.sensorthings.changes.create import back_of, create
from bunyad.operate.sensorthings.changes.delete import delete
from bunyad.operate.sensorthings.changes.links import change_links
from bunyad.operate.sensorthings.changes.update import apply_steps, update
from bunyad.operate.sensorthings.changes.work import Work
from bunyad.operate.sensorthings.language.options import Options
from bunyad.operate.sensorthings.language.paths import Resource, write_name
from bunyad.operate.sensorthings.message import Reply, Request, tell
from bunyad.operate.sensorthings.model import CONTROL, KINDS, Kind
from bunyad.operate.sensorthings.refusals import NotAllowed, Refusal

JSON_PATCH = "application/json-patch+json"
_ERROR = "error"  # the word that 13.2.2 wants where an Observation's address would stand
MOST_ROWS = 100_000  # of one CreateObservations


def change(work: Work, request: Request, resource: Resource) -> Reply:
    """
    Follow a request that changes something.

    Raises
    ------
    Refusal
        If it cannot be followed; the transaction is to be undone then.
    """
    if resource.ending == "$ref":
        return change_links(work, request, resource)
    if resource.member or not resource.steps or resource.ending:
        raise not_allowed(request.method)
    if request.method == "POST":
        return _post(work, request, resource)
    place = find_place(work.db, resource.steps)
    if request.method == "DELETE":
        return _delete(work, request, place)
    if place.key is None or request.method not in {"PATCH", "PUT"}:
        raise not_allowed(request.method)
    body = check_body(request.content)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "PATCH" and (media == JSON_PATCH or isinstance(body, list)):
        apply_steps(work, place.kind, place.key, body)
    else:
        update(work, place.kind, place.key, body, whole=request.method == "PUT")
    told = Fetcher(work.db, request.base, work.now_us).one(place.kind, place.key, Options())
    return tell(told)


def not_allowed(method: str) -> NotAllowed:
    """Return the refusal of a method that a path does not know."""
    return NotAllowed(f"{method} is not for this path", where="method", mend="see the header Allow")


def _post(work: Work, request: Request, resource: Resource) -> Reply:
    last = resource.steps[-1]
    if not last.many:
        raise not_allowed("POST")
    given: dict[str, int] = {}
    if last.relation is not None:
        parent = find_place(work.db, resource.steps[:-1])
        assert parent.key is not None
        given[back_of(parent.kind, last.relation).name] = parent.key
    key = create(work, last.kind, check_body(request.content), given)
    chosen = b"@iot.id" in request.content or b'"id"' in request.content
    link = (
        link_of(work, last.kind, key, request.base)
        if chosen
        else (f"{request.base}/{last.kind.plural}({key})")
    )
    reply = Reply(201, b"", headers=[("location", link)])
    if "return=representation" in request.headers.get("prefer", ""):
        told = Fetcher(work.db, request.base, work.now_us).one(last.kind, key, Options())
        reply.body = orjson.dumps(told)
    return reply


def link_of(work: Work, kind: Kind, key: int, base: str) -> str:
    """Return the address of an entity."""
    table = "sensorthings_observation" if kind.name == "Observation" else kind.table
    column = "ref" if kind.name == "Observation" else "key"
    row = work.db.execute(
        f"SELECT named FROM {table} WHERE {column} = ?",  # noqa: S608  (names of ours)
        (key,),
    ).fetchone()
    named = row[0] if row else None
    return f"{base}/{kind.plural}({write_name(key if named is None else named)})"


def _delete(work: Work, request: Request, place: Place) -> Reply:
    if place.key is not None:
        delete(work, place.kind, [place.key])
        return Reply(200)
    options = request.options()
    if options.where is None:
        # the words are those that clients of such deletes look for
        raise _NoFilter
    fetcher = Fetcher(work.db, request.base, work.now_us)
    keys = fetcher.keys(place, options)
    delete(work, place.kind, keys)
    return tell({"deleted": len(keys)})


class _NoFilterError(Refusal):
    def __init__(self) -> None:
        super().__init__("$filter is required for collection delete")

    def body(self) -> dict[str, object]:
        return super().body() | {"message": "$filter is required for collection delete"}


_NoFilter = _NoFilterError()


def create_observations(work: Work, request: Request) -> Reply:
    """
    Make many Observations from data arrays; of rows that fail, the answer says so.

    Raises
    ------
    Refusal
        If the body is no list of data arrays.
    """
    groups = check_body(request.content)
    if not isinstance(groups, list):
        raise _no_array("the body is no list")
    links: list[str] = []
    for group in groups:
        links += _create_group(work, group, request.base)
    return tell(links, 201)


def _create_group(work: Work, group: Any, base: str) -> list[str]:
    owner = "Datastream"
    if isinstance(group, dict) and "MultiDatastream" in group:
        owner = "MultiDatastream"
    if not isinstance(group, dict) or not isinstance(group.get(owner), dict):
        raise _no_array("a data array lacks its Datastream")
    components, rows = group.get("components"), group.get("dataArray")
    if not isinstance(components, list) or not isinstance(rows, list):
        raise _no_array("a data array lacks components or dataArray")
    if "result" not in components or len(rows) > MOST_ROWS:
        raise _no_array("a data array lacks the component result, or has too many rows")
    kind = KINDS[owner]
    name = read_chosen(group[owner].get(f"{CONTROL}id"), kind)
    datastream = find_key(work.db, kind, name)
    if datastream is None:
        return [_ERROR] * len(rows)
    return [
        _ERROR if isinstance(it, Refusal) else f"{base}/Observations({write_name(it)})"
        for it in observe_all(work, datastream, components, rows, owner=owner)
    ]


def _no_array(what: str) -> Refusal:
    return Refusal(
        what,
        where="CreateObservations",
        mend='send [{"Datastream": {"@iot.id": …}, "components": ["phenomenonTime", "result"], '
        '"dataArray": [[…, …]]}]',
    )
