"""What a change goes along with: the writer's transaction, and what it touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from bunyad.operate.records import Writing
from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.model import Kind


class Touched(NamedTuple):
    """An entity that was made or changed: its kind, key, and the properties changed (none: new)."""

    kind: str
    key: int
    changed: tuple[str, ...] = ()


@dataclass(slots=True)
class Work:
    """
    A change on its way.

    Parameters
    ----------
    tx
        The writer's transaction.
    touched
        What it made or changed so far.
    """

    tx: Writing
    touched: list[Touched] = field(default_factory=list)

    @property
    def db(self) -> Db:
        """Return the writer's connection."""
        return self.tx.db

    @property
    def now_us(self) -> int:
        """Return the time of the change, whole milliseconds [us]."""
        return self.tx.now_us // 1000 * 1000

    def touch(self, kind: Kind, key: int, *changed: str) -> None:
        """Note that an entity was made, or which of its properties changed."""
        self.touched.append(Touched(kind.name, key, changed))
