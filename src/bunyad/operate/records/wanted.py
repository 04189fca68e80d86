"""What entities are looked for, and the statement that finds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from bunyad.operate.records.database import Db

FEW = 500  # facts up to which it is quicker to gather their entities than to walk them all
HAS, EQUAL, ABOVE, AT_LEAST, BELOW, AT_MOST, BETWEEN = "has", "==", ">", ">=", "<", "<=", ".."

_IS_THERE = "e.body IS NOT NULL"
_WALKED = "entity_type t0 CROSS JOIN entity e ON e.ref = t0.entity"


@dataclass(frozen=True, slots=True)
class Fact:
    """
    A condition on the values of a top-level attribute.

    Attributes
    ----------
    attribute
        IRI.
    test
        `has`, `==`, `>`, `>=`, `<`, `<=` or `..` (both ends in).
    value, high
        A text or a number; `high` is the far end of `..`.
    """

    attribute: str
    test: str = HAS
    value: str | float | None = None
    high: str | float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What entities are looked for; every condition must hold.

    Attributes
    ----------
    ids
        Identifiers, one of which it must be.
    types
        Lists of type IRIs: it must have all types of one of the lists.
    attributes
        Attribute IRIs, one of which it must have.
    facts
        Lists of conditions: of each list one must hold.
    boxes
        Attribute IRI with west, east, south, north [°]: the place must touch the box.
    matches
        Function of the entity for what the others do not say; None where they say it all.
    limit, offset
        Page.
    count
        Whether to count all.
    """

    ids: tuple[str, ...] = ()
    types: tuple[tuple[str, ...], ...] = ()
    attributes: tuple[str, ...] = ()
    facts: tuple[tuple[Fact, ...], ...] = ()
    boxes: tuple[tuple[str, tuple[float, float, float, float]], ...] = ()
    matches: Callable[[dict[str, Any]], bool] | None = None
    limit: int | None = None
    offset: int = 0
    count: bool = False


def search_statement(
    db: Db, wanted: Wanted, *, counts: bool = False, whole: bool = False
) -> tuple[str, list[Any]]:
    """
    Write the statement that finds entities.

    Parameters
    ----------
    db
        Connection by which names become numbers.
    wanted
        What to find.
    counts
        Whether it counts instead.
    whole
        Whether it ignores the page.

    Returns
    -------
    str
        The statement.
    list
        Its values.
    """
    search = _Search(db)
    if wanted.ids:
        search.add("e.id IN (SELECT value FROM json_each(?))", orjson.dumps(wanted.ids).decode())
    for iri, box in wanted.boxes:
        search.add(
            "e.ref IN (SELECT g.entity FROM place p JOIN geometry g ON g.ref = p.ref WHERE "
            "g.attribute = ? AND p.east >= ? AND p.west <= ? AND p.north >= ? AND p.south <= ?)",
            search.word(iri), *box,
        )  # fmt: skip
    for group in wanted.facts:
        search.facts(group)
    if wanted.attributes:
        search.facts(tuple(Fact(attribute=iri) for iri in wanted.attributes))
    if wanted.types:
        search.types(wanted.types, driven=bool(wanted.ids or wanted.boxes or search.few))
    if counts:
        return search.counting, search.values
    statement = f"SELECT e.body FROM {search.source} WHERE {search.where} ORDER BY {search.order}"  # noqa: S608
    if wanted.limit is not None and not whole:
        statement += " LIMIT ? OFFSET ?"
        search.values += [wanted.limit, wanted.offset]
    return statement, search.values


class _Search:
    """A statement in the making: few rows are gathered first, many are walked in order."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.source = "entity e"
        self.order = "e.ref"
        self.values: list[Any] = []
        self.few = False
        self._conditions = [_IS_THERE]

    @property
    def where(self) -> str:
        # where types are walked, tests come before the entity's row is read
        return " AND ".join(self._conditions).replace("{ref}", self.order)

    @property
    def counting(self) -> str:
        """The statement that counts; the entities themselves are not read where indices say all."""
        if self.source == _WALKED:  # what is deleted has no types
            conditions = [one for one in self._conditions if one != _IS_THERE]
            where = " AND ".join(conditions).replace("{ref}", self.order)
            return f"SELECT count(*) FROM entity_type t0 WHERE {where}"  # noqa: S608  (own text)
        if self._conditions == [_IS_THERE]:
            return ("SELECT (SELECT count(*) FROM entity) - "
                    "(SELECT count(*) FROM entity WHERE body IS NULL)")  # fmt: skip
        return f"SELECT count(*) FROM {self.source} WHERE {self.where}"  # noqa: S608  (own text)

    def add(self, condition: str, *values: Any) -> None:
        self._conditions.append(condition)
        self.values += values

    def word(self, iri: str) -> int:
        row = self.db.execute("SELECT ref FROM word WHERE iri = ?", (iri,)).fetchone()
        return -1 if row is None else int(row[0])

    def facts(self, group: tuple[Fact, ...]) -> None:
        """Ask for one of some facts."""
        found, values = [], []
        for fact in group:
            word = self.word(fact.attribute)
            for test, told in _tests(fact):
                found.append(f"SELECT f.entity FROM fact f WHERE f.attribute = ?{test}")  # noqa: S608
                values += [word, *told]
        gathered = " UNION ALL ".join(found)
        (count,) = self.db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM ({gathered}) AS many LIMIT {FEW + 1}) AS few",  # noqa: S608
            values,
        ).fetchone()
        if count <= FEW:
            self.few = True
            self.add(f"e.ref IN ({gathered})", *values)
            return
        each = " OR ".join(f"EXISTS ({one} AND f.entity = {{ref}})" for one in found)
        self.add(f"({each})", *values)

    def types(self, groups: tuple[tuple[str, ...], ...], *, driven: bool) -> None:
        """Ask for all types of one of some groups."""
        if len(groups) == 1 and not driven:
            self.source = _WALKED
            self.order = "t0.entity"
            first, *others = groups[0]
            self._conditions.insert(0, "t0.type = ?")
            self.values.insert(0, self.word(first))
            groups = (tuple(others),) if others else ()
        if groups:
            each = "EXISTS (SELECT 1 FROM entity_type t WHERE t.type = ? AND t.entity = {ref})"
            either = " OR ".join("(" + " AND ".join([each] * len(group)) + ")" for group in groups)
            self.add(f"({either})", *(self.word(iri) for group in groups for iri in group))


def _tests(fact: Fact) -> list[tuple[str, list[Any]]]:
    """Return the conditions on a fact's value; x'01' stands for values that are not kept."""
    if fact.test == HAS:
        return [("", [])]
    more: tuple[str, list[Any]] = (" AND f.value = x'01'", [])
    if fact.test == BETWEEN:
        return [(" AND f.value BETWEEN ? AND ?", [fact.value, fact.high]), more]
    text = isinstance(fact.value, str)
    test = f" AND f.value {'=' if fact.test == EQUAL else fact.test} ?"
    # SQLite puts numbers before texts and texts before blobs
    if fact.test in {ABOVE, AT_LEAST}:
        test += " AND f.value < x''" if text else " AND f.value < ''"
    elif fact.test in {BELOW, AT_MOST} and text:
        test += " AND f.value >= ''"
    return [(test, [fact.value]), more]
