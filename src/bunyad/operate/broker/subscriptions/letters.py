"""How a notification is written: its headers and its body (CIM 009, 5.3.1 and 6.3.8)."""

from __future__ import annotations

from typing import Any

import orjson

from bunyad.operate.broker.bodies import LINK_OF_CONTEXT, told_context
from bunyad.operate.broker.subscriptions.outbox import Letter
from bunyad.operate.broker.subscriptions.watch import Watch
from bunyad.operate.records import to_iso


def headers_of(watch: Watch, tenant: str) -> list[tuple[str, str]]:
    """Return the headers of a notification."""
    headers = [("Content-Type", watch.accept)]
    if watch.accept == "application/json" or _prefers_link(watch):
        headers.append(("Link", LINK_OF_CONTEXT.format(watch.link)))
    if tenant:
        headers.append(("NGSILD-Tenant", tenant))
    given = [(pair["key"], pair["value"]) for pair in watch.endpoint.get("receiverInfo", [])]
    names = {name.lower() for name, _ in given}
    return [pair for pair in headers if pair[0].lower() not in names] + given


def notification_of(watch: Watch, letter: Letter) -> dict[str, Any]:
    """Return a notification as the standard has it (CIM 009, 5.3.1)."""
    data = orjson.loads(letter.data)
    told: dict[str, Any] = {
        "id": letter.key,
        "type": "Notification",
        "subscriptionId": watch.key,
        "notifiedAt": to_iso(letter.made_us),
    }
    context = {}
    if watch.accept != "application/json" and not _prefers_link(watch):
        context = {"@context": told_context(watch.sends_with)}
    if watch.accept == "application/geo+json":
        told["data"] = {"type": "FeatureCollection", "features": data, **context}
    else:
        told["data"] = [{**entity, **context} for entity in data] if context else data
    return told


def _prefers_link(watch: Watch) -> bool:
    """Tell whether GeoJSON is wanted without its context (6.3.8)."""
    return watch.accept == "application/geo+json" and any(
        pair["key"].lower() == "prefer" and pair["value"].replace('"', "") == "body=json"
        for pair in watch.endpoint.get("receiverInfo", [])
    )
