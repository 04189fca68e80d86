"""Closes auctions by the clock, whether or not anybody looks."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bunyad.auction.events import time_text
from bunyad.store.auctions import close_due
from bunyad.store.auctions.models import Auction
from bunyad.web.services import Services

LOOK_S = 1.0
"""Time between looks at the clock [s]."""
log = logging.getLogger(__name__)


class Closer:
    """A thread that closes auctions whose deadline has passed; any number of servers may run it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="auction-closer")

    def start(self) -> None:
        """Begin to watch the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                close_all_due(self._services)
            except SQLAlchemyError:
                log.exception("closing auctions failed; trying again")


def close_all_due(services: Services) -> list[str]:
    """Close every auction whose deadline has passed; return those closed here."""
    with services.database.read() as session:
        due = session.scalars(
            select(Auction.id).where(
                Auction.stage == "open", Auction.deadline <= time_text(services.clock())
            )
        ).all()
    return [one for one in due if close_due(services.database, one, clock=services.clock)]
