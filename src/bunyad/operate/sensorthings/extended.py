"""Datastreams whose times new Observations have extended: news for who listens to Datastreams."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.changes.work import Touched
from bunyad.operate.sensorthings.model import KINDS

MOST = 50_000  # Datastreams whose times are known by heart
_NEW = (
    "SELECT r.series, min(r.at_us), max(coalesce(x.phenomenon_end, r.at_us)), "
    "min(x.result_time), max(x.result_time) FROM reading r "
    "LEFT JOIN sensorthings_observation x ON x.ref = r.ref "
    "WHERE r.ref IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) GROUP BY r.series"
)
_PROPERTIES = KINDS["Datastream"].properties
_WHOLE = (
    "SELECT e.key, "  # noqa: S608  (names of ours)
    + ", ".join(
        sql.format(a="e")
        for name in ("phenomenonTime", "resultTime")
        for sql in _PROPERTIES[name].sql
    )
    + f", {KINDS['MultiDatastream'].sort.format(a='e')} "  # noqa: S608  (as above)
    "FROM sensorthings_datastream e "
    "WHERE e.key IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"
)


class _Times(NamedTuple):
    """First and last time, of phenomena and of results [us]."""

    start: int | None
    end: int | None
    result_start: int | None
    result_end: int | None

    def reached_by(self, new: _Times) -> list[str]:
        """Return the properties at whose end or start new Observations are."""
        pairs = (("phenomenonTime", 0), ("resultTime", 2))
        return [
            name
            for name, at in pairs
            if new[at] is not None and (new[at] == self[at] or new[at + 1] == self[at + 1])
        ]


class Extended:
    """What knows the times of Datastreams that were told."""

    def __init__(self) -> None:
        self._known: dict[int, _Times] = {}

    def by(self, db: Db, touched: Iterable[Touched]) -> list[Touched]:
        """
        Return the Datastreams whose times are other than told, each once.

        Parameters
        ----------
        db
            The records.
        touched
            What was made or changed; Observations count.
        """
        refs = [each.key for each in touched if each.kind == "Observation"]
        if not refs:
            return []
        rows = db.execute(_NEW, (orjson.dumps(refs).decode(),)).fetchall()
        new = {row[0]: _Times(*row[1:]) for row in rows}
        found = []
        listed = orjson.dumps(list(new)).decode()
        for key, *rest, is_multi in db.execute(_WHOLE, (listed,)).fetchall():
            now = _Times(*rest)
            changed = self._changed(key, now, new[key])
            self._keep(key, now)
            if changed:
                kind = "MultiDatastream" if is_multi else "Datastream"
                found.append(Touched(kind, key, tuple(changed)))
        return found

    def _changed(self, key: int, now: _Times, new: _Times) -> list[str]:
        known = self._known.get(key)
        if known is None:
            return now.reached_by(new)
        pairs = (("phenomenonTime", 0), ("resultTime", 2))
        return [name for name, at in pairs if now[at : at + 2] != known[at : at + 2]]

    def _keep(self, key: int, now: _Times) -> None:
        self._known.pop(key, None)
        self._known[key] = now
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
