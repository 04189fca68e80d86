"""
Hands in a bid again and again, and dies each time at a later step.

Reads where on standard input; writes, for each try, the receipt that its process had given.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from bunyad.store.auctions import Act, append_event
from bunyad.store.database import Database, open_database


class Dying(Database):
    """A database whose process is killed at a certain step of its work."""

    left = 0

    def step(self, *_: object) -> None:
        """Count a step; die at the last."""
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction; the moments around its end are steps too."""
        with super().begin() as session:
            yield session
            self.step()
        self.step()


def hand_in(url: str, auction: str, bid: dict, die_at: int, out: int) -> None:
    """Hand in a bid, in a process that dies at a step."""
    database = Dying(open_database(url).engine)
    database.left = die_at
    for name in ("before_cursor_execute", "after_cursor_execute"):
        event.listen(database.engine, name, database.step)
    event.listen(database.engine, "commit", database.step)
    act = Act(kind="bid", actor=f"bidder:{bid['bidder']}", body=bid)
    receipt = append_event(database, auction, act).receipt
    os.write(out, json.dumps(receipt).encode())
    database.step()


def main() -> None:
    """Try with every step, until a process lives through all of them."""
    told = json.load(sys.stdin)
    folder, die_at, lives = Path(told["folder"]), 0, False
    while not lives:
        shutil.copytree(folder / "before", folder / str(die_at))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            url = f"sqlite:///{folder / str(die_at) / 'bunyad.db'}"
            hand_in(url, told["auction"], told["bid"], die_at, writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        lives = os.waitpid(child, 0)[1] == 0
        receipt = json.loads(said) if said else None
        sys.stdout.write(json.dumps({"folder": str(die_at), "receipt": receipt}) + "\n")
        die_at += 1


if __name__ == "__main__":
    main()
