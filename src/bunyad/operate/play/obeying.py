"""Commands that others write into the attributes of a played village's entities."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from bunyad.operate.play.living import Playing
from bunyad.operate.play.orders import OBEYS
from bunyad.operate.records.times import to_iso

__all__ = ["Obeying"]

EVERY_S = 0.5
"""Time between two looks [s]."""
MOST = 1000
"""Things of a look; a village has fewer that can be switched."""


class Obeying:
    """
    What looks for commands at an NGSI-LD broker.

    It looks into the past of the attributes, so that a command is seen also where the village has
    told its own state since. What the village tells says when it was observed; a command does not.

    Parameters
    ----------
    playing
        The village at play.
    base
        Address of the broker's NGSI-LD.
    headers
        Headers of requests, the context's link among them.
    """

    def __init__(self, playing: Playing, base: str, headers: Mapping[str, str]) -> None:
        self._playing = playing
        self._address = f"{base}/temporal/entities"
        kept = {"link", "ngsild-tenant", "authorization"}
        self._headers = {name: it for name, it in headers.items() if name.lower() in kept}
        self._since = to_iso(time.time_ns() // 1000)

    async def go_on(self, client: httpx.AsyncClient) -> None:
        """Look again and again; a look that fails is made up for by the next."""
        while True:
            with suppress(httpx.HTTPError):
                await self.look(client)
            await asyncio.sleep(EVERY_S)

    async def look(self, client: httpx.AsyncClient) -> int:
        """Take the commands that came since the last look; return how many were understood."""
        types, attributes = (sorted({pair[at] for pair in OBEYS}) for at in (0, 1))
        answer = await client.get(
            self._address,
            params={
                "type": ",".join(types), "attrs": ",".join(attributes), "timerel": "after",
                "timeAt": self._since, "timeproperty": "modifiedAt", "options": "sysAttrs",
                "limit": str(MOST),
            },
            headers=self._headers,
        )  # fmt: skip
        entities = answer.json() if answer.status_code in {200, 206} else []
        found = [
            (instance.get("modifiedAt", ""), entity["id"], attribute, instance)
            for entity in entities
            for attribute in attributes
            for instance in _several(entity.get(attribute, []))
        ]
        taken = 0
        for modified, thing, attribute, instance in sorted(found, key=lambda one: one[0]):
            self._since = max(self._since, modified)
            if "observedAt" not in instance:
                taken += self._playing.orders.take(thing, attribute, instance.get("value"))
        return taken


def _several(instances: Any) -> list[dict[str, Any]]:
    return instances if isinstance(instances, list) else [instances]
