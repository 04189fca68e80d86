"""
The receiving end of an unreliable link.

The receiver keeps, for each gateway and outbox, the highest sequence number that it has, in the
same transaction as the readings themselves: whatever is sent again is left out, whatever comes too
early is refused until what goes before it is there. So nothing is lost and nothing counts twice,
also where the server dies between writing and answering.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from bunyad.errors import InputError
from bunyad.operate import records
from bunyad.operate.broker.model import DEFAULT_VOCABULARY
from bunyad.operate.south.deliver import PATH
from bunyad.operate.south.sample import Sample, samples_of
from bunyad.operate.village.vocabulary import village_context

if TYPE_CHECKING:
    from bunyad.operate.server import Server

__all__ = [
    "Received", "Request", "iri_of", "keep_samples", "mounted_app", "read_request", "receive",
    "south_app",
]  # fmt: skip

records.add_tables(
    "south",
    """
    CREATE TABLE IF NOT EXISTS south_mark(
      device TEXT NOT NULL,
      epoch TEXT NOT NULL,
      highest INTEGER NOT NULL,
      missing INTEGER NOT NULL DEFAULT 0,
      at_us INTEGER NOT NULL,
      PRIMARY KEY(device, epoch)
    ) WITHOUT ROWID;
    """,
)

MOST_BYTES = 16_000_000
"""Longest request."""
LONGEST_NAME = 128
MOST_NUMBERS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a gateway sent."""

    device: str
    epoch: str
    oldest: int
    """Number of the message that waits longest at the gateway."""
    messages: list[tuple[int, list[Sample]]]


@dataclass(slots=True, kw_only=True)
class Received:
    """What became of a request."""

    highest: int
    """Number up to which everything is there."""
    taken: int = 0
    repeated: int = 0
    missing: int = 0
    """Messages that the gateway no longer has and that never came."""
    entities: list[str] = field(default_factory=list)


def read_request(content: bytes) -> Request:
    """
    Read what a gateway sent.

    Raises
    ------
    ValueError
        Saying what is wrong with it.
    """
    told = orjson.loads(content)
    if not isinstance(told, dict) or set(told) != {"device", "epoch", "oldest", "messages"}:
        raise ValueError("a delivery has device, epoch, oldest and messages")
    for name in ("device", "epoch"):
        if not isinstance(told[name], str) or not 0 < len(told[name]) <= LONGEST_NAME:
            raise ValueError(f"{name} is a text of up to {LONGEST_NAME} characters")
    if not _is_count(told["oldest"]) or not isinstance(told["messages"], list):
        raise ValueError("oldest is a number, messages a list")
    messages = []
    for message in told["messages"]:
        is_pair = isinstance(message, list) and len(message) == 2
        if not is_pair or not _is_count(message[0]):
            raise ValueError("a message has a number and samples")
        messages.append((message[0], samples_of(message[1])))
    return Request(
        device=told["device"], epoch=told["epoch"], oldest=told["oldest"], messages=messages
    )


def _is_count(value: Any) -> bool:
    """Tell whether a value is a sequence number."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST_NUMBERS


def receive(tx: records.Writing, request: Request) -> Received:
    """
    Take what is new of a request, within one transaction.

    Parameters
    ----------
    tx
        The writer's transaction.
    request
        What a gateway sent.
    """
    key = (request.device, request.epoch)
    row = tx.db.execute(
        "SELECT highest FROM south_mark WHERE device = ? AND epoch = ?", key
    ).fetchone()
    told = Received(highest=row[0] if row else 0)
    if request.oldest > told.highest + 1:  # the gateway has lost what goes before, or we have
        told.missing = request.oldest - told.highest - 1
        told.highest = request.oldest - 1
    fresh: list[Sample] = []
    for number, samples in sorted(request.messages, key=lambda message: message[0]):
        if number <= told.highest:
            told.repeated += 1
        elif number == told.highest + 1:
            fresh += samples
            told.taken += 1
            told.highest = number
        else:
            break
    if told.taken or told.missing:
        told.entities = keep_samples(tx, fresh)
        tx.db.execute(
            "INSERT INTO south_mark VALUES(?, ?, ?, ?, ?) ON CONFLICT(device, epoch) DO UPDATE SET "
            "highest = excluded.highest, missing = south_mark.missing + excluded.missing, "
            "at_us = excluded.at_us",
            (*key, told.highest, told.missing, tx.now_us),
        )
    return told


def iri_of(name: str) -> str:
    """
    Return the address of a type or attribute: the village's, itself, or the default one.

    Examples
    --------
    >>> iri_of("fillingLevel")
    'https://smartdatamodels.org/dataModel.WasteManagement/fillingLevel'
    """
    if ":" in name:
        return name
    return village_context().get(name, DEFAULT_VOCABULARY + name)


def keep_samples(tx: records.Writing, samples: Iterable[Sample]) -> list[str]:
    """
    Keep samples: the latest of each attribute becomes its state, all become its past.

    A sample that is older than the state only joins the past.

    Parameters
    ----------
    tx
        The writer's transaction.
    samples
        In any order.

    Returns
    -------
    list of str
        Entities that were touched.
    """
    by_entity: dict[str, list[Sample]] = {}
    for sample in samples:
        by_entity.setdefault(sample.entity, []).append(sample)
    now = records.to_iso(tx.now_us)
    before = records.load_entities(tx.db, by_entity)
    for entity, mine in by_entity.items():
        _keep_entity(tx, entity, before.get(entity), mine, now)
    return list(by_entity)


def _keep_entity(
    tx: records.Writing, key: str, before: dict[str, Any] | None, mine: list[Sample], now: str
) -> None:
    """Keep the samples of one entity."""
    old = before["attrs"] if before else {}
    attributes = dict(old)
    touched: dict[str, str] = {}
    past: list[tuple[str, Sample]] = []
    for sample in sorted(mine, key=lambda one: one.at_us):
        iri = iri_of(sample.attribute)
        others = [
            one for one in attributes.get(iri, ()) if one.get("datasetId", "") != sample.dataset
        ]
        current = next(
            (one for one in attributes.get(iri, ()) if one.get("datasetId", "") == sample.dataset),
            None,
        )
        fresh = _instance(sample, current, now)
        if current is not None and _observed_us(current) > sample.at_us:
            past.append((iri, sample))  # late: the state stays as it is
            continue
        if current is not None and current["modifiedAt"] == now and iri in touched:
            past.append((iri, _sample_of(sample, current)))  # put_entity keeps the last one only
        attributes[iri] = [*others, fresh]
        touched[iri] = "updated" if iri in old else "created"
    if touched:
        after = {
            "id": key,
            "type": before["type"] if before else [iri_of(mine[0].type)],
            "createdAt": before["createdAt"] if before else now,
            **({"scope": before["scope"]} if before and "scope" in before else {}),
            "modifiedAt": now,
            "attrs": attributes,
        }
        records.put_entity(tx, after, before=before, touched=touched)
    _append(tx, key, past)


def _instance(sample: Sample, current: dict[str, Any] | None, now: str) -> dict[str, Any]:
    """Return a sample as an instance of its attribute; attributes of the attribute stay."""
    instance = {
        "type": "Property",
        "value": sample.value,
        "observedAt": records.to_iso(sample.at_us),
        "createdAt": current["createdAt"] if current else now,
        "modifiedAt": now,
    }
    if sample.unit:
        instance["unitCode"] = sample.unit
    if sample.dataset:
        instance["datasetId"] = sample.dataset
    if current and "attrs" in current:
        instance["attrs"] = current["attrs"]
    return instance


def _observed_us(instance: dict[str, Any]) -> int:
    """Return when an instance was observed, before all times where nobody said [µs since 1970]."""
    told = instance.get("observedAt")
    return int(records.from_iso(told)) if told else -1


def _sample_of(sample: Sample, instance: dict[str, Any]) -> Sample:
    """Return the sample that an instance was made of."""
    at_us = records.from_iso(instance["observedAt"])
    unit = instance.get("unitCode", "")
    return sample._replace(at_us=at_us, value=instance["value"], unit=unit)


def _append(tx: records.Writing, key: str, past: list[tuple[str, Sample]]) -> None:
    """Add samples to the past alone."""
    readings = []
    for iri, sample in past:
        series = records.series_ref(tx, key, iri, dataset=sample.dataset, unit=sample.unit or None)
        is_number = isinstance(sample.value, float | int) and not isinstance(sample.value, bool)
        plain = isinstance(sample.value, str) or (is_number and abs(sample.value) < MOST_NUMBERS)
        body = None
        if not plain:
            observed = records.to_iso(sample.at_us)
            told = {"type": "Property", "value": sample.value, "observedAt": observed}
            body = orjson.dumps(told).decode()
        value = sample.value if plain else None
        readings.append(records.Reading(series, sample.at_us, value, body))
    records.append_readings(tx, readings)


Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Answer = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Answer], Awaitable[None]]


def mounted_app(server: Server) -> Asgi:
    """Return the application for the server of live data."""
    return south_app(server.records)


def south_app(opened: records.Records) -> Asgi:
    """
    Return the ASGI application that takes deliveries, at `/south/v1/deliver`.

    Parameters
    ----------
    opened
        The records of the broker.
    """

    async def app(scope: Scope, get: Receive, answer: Answer) -> None:
        if scope["type"] != "http":
            return
        if not str(scope["path"]).endswith(PATH.rsplit("/", 1)[1]):
            await _say(answer, 404, {"title": "There is nothing here"})
            return
        if scope["method"] != "POST":
            await _say(answer, 405, {"title": "Deliveries are posted"})
            return
        content = await _body(get)
        if content is None:
            await _say(answer, 413, {"title": f"A delivery has up to {MOST_BYTES} bytes"})
            return
        try:
            request = read_request(content)
        except (ValueError, RecursionError) as error:
            await _say(answer, 400, {"title": "It is no delivery", "detail": str(error)})
            return
        name = dict(scope["headers"]).get(b"ngsild-tenant", b"").decode("latin-1")
        try:
            tenant = opened.tenant(name, create=True)
        except InputError as error:
            await _say(answer, 400, {"title": "It is no tenant", "detail": str(error)})
            return
        assert tenant is not None, "it is made where it is not"
        told = await tenant.write(lambda tx: receive(tx, request))
        await _say(
            answer, 200,
            {"highest": told.highest, "taken": told.taken, "repeated": told.repeated,
             "missing": told.missing},
        )  # fmt: skip

    return app


async def _body(get: Receive) -> bytes | None:
    """Return the body of a request, or None where it is too long."""
    parts, size = [], 0
    while True:
        event = await get()
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            return None
        if not event.get("more_body"):
            return b"".join(parts)


async def _say(answer: Answer, status: int, content: dict[str, Any]) -> None:
    """Answer with JSON."""
    body = json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await answer({"type": "http.response.start", "status": status, "headers": headers})
    await answer({"type": "http.response.body", "body": body})
