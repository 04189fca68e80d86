"""Where a village that was played before goes on."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from bunyad.errors import SourceError
from bunyad.operate.village.send import Broker, check_answer

LONGEST_WAIT_S = 60.0
TELLING = "WeatherObserved"  # every village has a station, which never falls silent for long


def last_told(broker: Broker) -> datetime:
    """
    Return the instant after which a played village goes on.

    Parameters
    ----------
    broker
        Who keeps its readings.

    Returns
    -------
    datetime
        That of the weather station's newest reading; this midnight [UTC] where there is none yet.

    Raises
    ------
    SourceError
        If the broker refuses to tell, or does not answer for a while.
    """
    import httpx  # noqa: PLC0415  (only who plays needs it)

    url = f"{broker.url.rstrip('/')}/ngsi-ld/v1/entities"
    end = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            answer = httpx.get(url, params={"type": TELLING, "limit": 1}, headers=broker.headers())
            break
        except httpx.TransportError as error:  # it may be on its way back
            if time.monotonic() > end:
                raise SourceError(
                    f"it does not answer ({type(error).__name__})",
                    where=broker.url, mend="start it with `bunyad operate serve`",
                ) from None  # fmt: skip
            time.sleep(0.1)
    check_answer(answer, url)
    told = [at for entity in answer.json() for at in _instants(entity)]
    if not told:
        return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(told)


def _instants(entity: dict[str, Any]) -> list[datetime]:
    return [
        datetime.fromisoformat(one["observedAt"])
        for one in entity.values()
        if isinstance(one, dict) and "observedAt" in one
    ]
