"""How often somebody may ask."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from bunyad.web.problems import Problem

MINUTE_S = 60.0
MOST_KEPT = 10_000
"""Askers that are remembered; the longest silent one is forgotten first."""


class Limits:
    """Counts requests in a bucket for each asker, which fills evenly over a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, asker: str, per_minute: int) -> None:
        """
        Count a request.

        Parameters
        ----------
        asker
            Account or address, with what is asked for.
        per_minute
            Requests a minute.

        Raises
        ------
        Problem
            429, with the seconds to wait, where there were too many.
        """
        moment = time.monotonic()
        with self._lock:
            left, last = self._buckets.pop(asker, (float(per_minute), moment))
            left = min(float(per_minute), left + (moment - last) * per_minute / MINUTE_S)
            is_over = left < 1
            self._buckets[asker] = (left if is_over else left - 1, moment)
            if len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
        if is_over:
            wait = max(1, round((1 - left) * MINUTE_S / per_minute))
            raise Problem(
                429,
                "too-many-requests",
                "There were too many requests.",
                mend=f"Wait {wait} s and try again.",
                headers={"Retry-After": str(wait)},
            )
