"""The entities that a path leads to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.language.paths import Name, Step
from bunyad.operate.sensorthings.model import KINDS, Kind
from bunyad.operate.sensorthings.queries.pieces import Later, Piece
from bunyad.operate.sensorthings.refusals import NotThere


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a path ends.

    Parameters
    ----------
    kind
        What stands there.
    key
        Key of the one entity; none for a set.
    among
        Condition on the set's rows, table `e`.
    parent
        Key of the entity whose set it is.
    """

    kind: Kind
    key: int | None = None
    among: Piece | None = None
    parent: int | None = None


def source(kind: Kind, alias: str) -> str:
    """
    Return the tables of a kind as `FROM` has them.

    Examples
    --------
    >>> from bunyad.operate.sensorthings.model import KINDS
    >>> source(KINDS["Thing"], "e")
    'sensorthings_thing e'
    """
    return f"{kind.table} {alias} {kind.more.format(a=alias)}".rstrip()


def find_key(db: Db, kind: Kind, name: Name) -> int | None:
    """Return the key of the entity that has an `@iot.id`, or none."""
    by_key, by_name = _key_statements(kind.name)
    row = None
    if isinstance(name, int):
        row = db.execute(by_key, (name,)).fetchone()
    if row is None:
        row = db.execute(by_name, (str(name),)).fetchone()
    return None if row is None else int(row[0])


@lru_cache(maxsize=16)
def _key_statements(kind_name: str) -> tuple[str, str]:
    kind = KINDS[kind_name]
    key, named = kind.key.format(a="e"), kind.named.format(a="e")
    always = f" AND {kind.always.format(a='e')}" if kind.always else ""
    start = f"SELECT {key} FROM {source(kind, 'e')} WHERE "  # noqa: S608  (names of ours)
    return f"{start}{key} = ? AND {named} IS NULL{always}", f"{start}{named} = ?{always}"


def find_place(db: Db, steps: tuple[Step, ...]) -> Place:
    """
    Follow a path.

    Raises
    ------
    NotThere
        If one of its entities is not there, or is not one of the entity before.
    """
    place = _first(db, steps[0])
    for step in steps[1:]:
        place = _next(db, place, step)
    return place


def _first(db: Db, step: Step) -> Place:
    if step.name is None:
        return Place(step.kind)
    return Place(step.kind, _known(db, step.kind, step.name))


def _known(db: Db, kind: Kind, name: Name) -> int:
    key = find_key(db, kind, name)
    if key is None:
        raise _missing(kind, name)
    return key


def _missing(kind: Kind, name: object) -> NotThere:
    return NotThere(
        f"there is no {kind.name} {str(name)[:80]}", where="path", mend=f"look into {kind.plural}"
    )


def _check_sort(db: Db, kind: Kind, key: int) -> None:
    if kind.sort:
        where = f"e.key = ? AND {kind.sort.format(a='e')}"
        if not db.execute(f"SELECT 1 FROM {kind.table} e WHERE {where}", (key,)).fetchone():  # noqa: S608  (ours)
            raise _missing(kind, "here")


def _next(db: Db, place: Place, step: Step) -> Place:
    relation = step.relation
    assert relation is not None
    assert place.key is not None
    if relation.one:
        statement = (
            f"SELECT {relation.one.format(a='e')} FROM {source(place.kind, 'e')} "  # noqa: S608
            f"WHERE {place.kind.key.format(a='e')} = ?"
        )
        row = db.execute(statement, (place.key,)).fetchone()
        if row is None or row[0] is None:
            raise _missing(step.kind, "here")
        _check_sort(db, step.kind, int(row[0]))
        return Place(step.kind, int(row[0]))
    condition = relation.many.format(a="e", p="?")
    if step.name is None:
        among = Piece(condition, (Later.PARENT,) * condition.count("?"))
        return Place(step.kind, None, among, place.key)
    key = _known(db, step.kind, step.name)
    statement = (
        f"SELECT 1 FROM {source(step.kind, 'e')} "  # noqa: S608  (names of ours)
        f"WHERE {step.kind.key.format(a='e')} = ? AND {condition}"
    )
    parents = (place.key,) * condition.count("?")
    if db.execute(statement, (key, *parents)).fetchone() is None:
        raise _missing(step.kind, step.name)
    return Place(step.kind, key)
