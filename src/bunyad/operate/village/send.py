"""Entities into a broker: over its web address, or straight into its data folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bunyad.errors import InputError, SourceError
from bunyad.operate import records
from bunyad.operate.village.vocabulary import CONTEXT_ID, expand, village_context

__all__ = [
    "Broker", "check_answer", "context_address", "keep_entities", "send_entities", "to_internal",
]  # fmt: skip

BATCH = 500
"""Entities in one request."""
SECONDS = 120.0
"""Longest wait for one answer [s]."""
STRUCTURE = {"id", "type", "@context", "scope"}
CONTEXT_LINK = 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
MEMBERS = ("value", "object", "json", "unitCode", "observedAt", "datasetId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where entities are sent, and in whose name."""

    url: str
    """Address of the server, without /ngsi-ld/v1."""
    tenant: str = ""
    token: str = ""

    def headers(self, context: str = CONTEXT_ID) -> dict[str, str]:
        """Return the headers of a request with entities."""
        told = {"Content-Type": "application/json", "Link": f"<{context}>; {CONTEXT_LINK}"}
        if self.tenant:
            told["NGSILD-Tenant"] = self.tenant
        if self.token:
            told["Authorization"] = f"Bearer {self.token}"
        return told


def send_entities(entities: Sequence[dict[str, Any]], broker: Broker, *, link: str = "") -> int:
    """
    Put entities into a broker; attributes that are there already are updated.

    Parameters
    ----------
    entities
        Normalised entities with short names.
    broker
        Where to.
    link
        Address of the `@context`; by default the broker is asked whether it knows the village's,
        and given it if not.

    Returns
    -------
    int
        How many were taken.

    Raises
    ------
    SourceError
        If the broker does not answer, or refuses some.
    """
    import httpx  # noqa: PLC0415  (only who sends needs it)

    base = f"{broker.url.rstrip('/')}/ngsi-ld/v1"
    try:
        with httpx.Client(timeout=SECONDS) as client:
            context = link or context_address(client, base, broker)
            for batch in _batches(entities, BATCH):
                answer = client.post(
                    f"{base}/entityOperations/upsert?options=update",
                    content=orjson.dumps(batch),
                    headers=broker.headers(context),
                )
                check_answer(answer, base)
    except httpx.HTTPError as error:
        raise SourceError(
            f"it does not answer ({type(error).__name__})",
            where=broker.url,
            mend="start it with `bunyad operate serve`, or give another address",
        ) from None
    return len(entities)


def context_address(client: Any, base: str, broker: Broker) -> str:
    """Return the address under which a broker knows the village's context, given it if need be."""
    asked = client.get(f"{base}/entities?type=Settlement&limit=1", headers=broker.headers())
    if asked.status_code == 200:
        return CONTEXT_ID
    headers = broker.headers() | {"Content-Type": "application/json"}
    headers.pop("Link")
    content = orjson.dumps({"@context": dict(village_context())})
    answer = client.post(f"{base}/jsonldContexts", content=content, headers=headers)
    check_answer(answer, base)
    location = str(answer.headers["location"])
    if location.startswith("http"):
        return location
    root = base.removesuffix("/ngsi-ld/v1")
    return f"{root}{location}" if location.startswith("/") else f"{base}/jsonldContexts/{location}"


def check_answer(answer: Any, where: str) -> None:
    """Raise what a broker refused."""
    if answer.status_code in {200, 201, 204}:
        return
    try:
        told = answer.json()
    except ValueError:
        told = {}
    errors = told.get("errors") or [told]
    first = errors[0].get("error", errors[0])
    what = first.get("detail") or first.get("title") or f"status {answer.status_code}"
    raise SourceError(f"the broker refused {len(errors)} ({what})", where=where, mend="see its log")


def _batches(entities: Sequence[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Give entities in parts."""
    for start in range(0, len(entities), size):
        yield list(entities[start : start + size])


def keep_entities(
    data: Path, entities: Iterable[dict[str, Any]], *, tenant: str = "", database: str = ""
) -> int:
    """
    Put entities straight into the data folder of a broker that is not running, or its database.

    Parameters
    ----------
    data
        The broker's data folder; made where it is not there.
    entities
        Normalised entities with short names.
    tenant
        Name of the tenant; by default the one without a name.
    database
        URL of the PostgreSQL database that keeps the records instead of the folder.

    Returns
    -------
    int
        How many.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    try:
        opened = records.open_records(data, database=database)
    except OSError as error:
        raise InputError(
            f"it cannot be written ({error.strerror})", where=str(data), mend="give another folder"
        ) from None
    try:
        place = opened.tenant(tenant, create=True)
        assert place is not None
        count = 0
        for batch in _batches(list(entities), BATCH):
            count += place.submit(partial(_put_all, batch=batch)).result()
    finally:
        opened.close()
    return count


def _put_all(tx: Any, batch: Iterable[dict[str, Any]]) -> int:
    """Keep entities in one transaction; attributes that they do not name stay."""
    count = 0
    now = records.to_iso(tx.now_us)
    for told in batch:
        fresh = to_internal(told, now)
        before = records.load_entity(tx.db, fresh["id"])
        if before is None:
            records.put_entity(tx, fresh)
        else:
            after = {**before, "modifiedAt": now, "attrs": {**before["attrs"], **fresh["attrs"]}}
            touched = dict.fromkeys(fresh["attrs"], "updated")
            records.put_entity(tx, after, before=before, touched=touched)
        count += 1
    return count


def to_internal(entity: dict[str, Any], now: str) -> dict[str, Any]:
    """
    Return a village's entity in the form in which records keep it.

    Parameters
    ----------
    entity
        Normalised, with short names of the village's vocabulary.
    now
        Instant of the write, ISO 8601.
    """
    attributes = {}
    for name, content in entity.items():
        if name in STRUCTURE:
            continue
        instances = content if isinstance(content, list) else [content]
        attributes[expand(name)] = [
            {key: one[key] for key in ("type", *MEMBERS) if key in one}
            | {"createdAt": now, "modifiedAt": now}
            for one in instances
        ]
    return {
        "id": entity["id"],
        "type": [expand(entity["type"])],
        "createdAt": now,
        "modifiedAt": now,
        "attrs": attributes,
    }
