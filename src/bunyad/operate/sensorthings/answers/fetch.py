"""A page of entities, with what is expanded inside of them: one statement for each level."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.answers.find import Place, source
from bunyad.operate.sensorthings.answers.plans import (
    conditions_of,
    plan_many,
    plan_page,
    plan_totals,
)
from bunyad.operate.sensorthings.answers.tell import Row, Teller
from bunyad.operate.sensorthings.language.options import Expand, Options
from bunyad.operate.sensorthings.message import write_query
from bunyad.operate.sensorthings.model import Kind, target_of
from bunyad.operate.sensorthings.queries.compile import OF_FUNCTIONS, Compiler
from bunyad.operate.sensorthings.queries.geometry import add_functions
from bunyad.operate.sensorthings.queries.pieces import Piece, all_of, filled, piece, value
from bunyad.operate.sensorthings.queries.shapes import SHAPES, run_with_shapes
from bunyad.operate.sensorthings.refusals import NotDone, Refusal

MOST = 300_000  # entities of one answer, expanded ones counted


@dataclass(slots=True)
class Page:
    """
    Some entities of a set.

    Parameters
    ----------
    rows
        Their rows.
    teller
        What tells them.
    last
        Values of the order's keys of the last one, where more follow.
    total
        How many there are in all, where that was asked for.
    """

    rows: list[Row]
    teller: Teller
    last: tuple[object, ...] | None = None
    total: int | None = None


@dataclass(slots=True)
class Fetcher:
    """
    What fetches the entities of one request.

    Parameters
    ----------
    db
        Connection to read from.
    base
        Address of the service.
    now_us
        What `now()` is [us].
    """

    db: Db
    base: str
    now_us: int
    count: int = 0
    ready: bool = field(default=False)

    @property
    def shared(self) -> bool:
        """Return whether PostgreSQL is asked, and not SQLite."""
        return not isinstance(self.db, sqlite3.Connection)

    def page(self, kind: Kind, options: Options, place: Place | None = None) -> Page:
        """
        Return a page of a set.

        Parameters
        ----------
        kind
            What the set holds.
        options
            Condition, order, page.
        place
            Where the set is; none for all of the kind.
        """
        among, parent = (place.among, place.parent) if place else (None, None)
        plan = plan_page(kind.name, options, among, self.base, shared=self.shared)
        total = int(self.run(plan.counting, parent)[0][0]) if plan.counting else None
        rows = self.run(plan.statement, parent)
        last = None
        if len(rows) > options.page:
            rows.pop()
            if rows:
                end = rows[-1]
                last = (*end[len(plan.teller.columns) :], end[0])
        self._counted(len(rows))
        return Page(rows, plan.teller, last, total)

    def tell(self, page: Page, options: Options) -> list[dict[str, Any]]:
        """Return a page's entities as JSON, with what is to be expanded."""
        told = [page.teller.tell(row) for row in page.rows]
        for expand in options.expand:
            self._expand(page, expand, told)
        return told

    def one(self, kind: Kind, key: int, options: Options) -> dict[str, Any] | None:
        """Return one entity as JSON, or none where it is gone."""
        teller = Teller(kind, options, self.base)
        rows = self._by_keys(kind, teller, [key])
        if not rows:
            return None
        return self.tell(Page(rows, teller), options)[0]

    def keys(self, place: Place, options: Options, *, only: int | None = None) -> list[int]:
        """Return the keys of all entities (or of one at most) of a set that meet a condition."""
        kind = place.kind
        compiler = Compiler(kind, "e", shared=self.shared)
        conditions = conditions_of(compiler, options, place.among)
        if only is not None:
            conditions.append(Piece(f"{kind.key.format(a='e')} = ?", (only,)))
        statement = piece(
            f"SELECT {kind.key.format(a='e')} FROM {source(kind, 'e')} "  # noqa: S608  (ours)
            f"{compiler.tables} WHERE {{}}",
            all_of(conditions),
        )
        return [int(row[0]) for row in self.run(statement, place.parent)]

    def run(self, statement: Piece, parent: int | None = None) -> list[Row]:
        """Return the rows of a statement; `parent` is the entity whose set it asks for."""
        is_new = not self.ready and OF_FUNCTIONS in statement.text
        if is_new and isinstance(self.db, sqlite3.Connection):
            add_functions(self.db)
            self.ready = True
        try:
            values = filled(statement.values, self.now_us, parent)
            if self.shared and SHAPES in statement.text:
                return run_with_shapes(self.db, statement.text, values)
            return self.db.execute(statement.text, values).fetchall()
        except (sqlite3.OperationalError, OverflowError) as error:
            raise Refusal(
                f"the query cannot be run: {error}", where="query", mend="make it simpler"
            ) from None
        except sqlite3.DatabaseError as error:
            if not self.shared:
                raise
            raise NotDone(
                f"PostgreSQL does not take the query: {error}", where="query", mend="ask otherwise"
            ) from None

    def _counted(self, more: int) -> None:
        self.count += more
        if self.count > MOST:
            raise Refusal(
                f"the answer would hold more than {MOST} entities",
                where="$expand",
                mend="ask for fewer with $top, also within $expand",
            )

    def _by_keys(self, kind: Kind, teller: Teller, keys: Sequence[int]) -> list[Row]:
        columns = ", ".join(each.format(a="e") for each in teller.columns)
        key = kind.key.format(a="e")
        sort = f"{kind.sort.format(a='e')} AND " if kind.sort else ""
        start = f"SELECT {columns} FROM {source(kind, 'e')} WHERE {sort}{key} "  # noqa: S608  (ours)
        if len(keys) == 1:
            return self.db.execute(f"{start} = ?", (keys[0],)).fetchall()
        listed = orjson.dumps(list(keys)).decode()
        among = f"{start} IN (SELECT CAST(value AS INTEGER) FROM json_each(?))"  # noqa: S608  (names of ours)
        return self.db.execute(among, (listed,)).fetchall()

    def _expand(self, page: Page, expand: Expand, told: list[dict[str, Any]]) -> None:
        relation = page.teller.kind.relations[expand.relation]
        if not told:
            return
        if relation.one:
            self._expand_one(page, expand, told)
        else:
            self._expand_many(page, expand, told)

    def _expand_one(self, page: Page, expand: Expand, told: list[dict[str, Any]]) -> None:
        at = page.teller.others[expand.relation]
        keys = sorted({row[at] for row in page.rows if row[at] is not None})
        kind = target_of(page.teller.kind.relations[expand.relation])
        teller = Teller(kind, expand.options, self.base)
        rows = self._by_keys(kind, teller, keys) if keys else []
        self._counted(len(rows))
        others = self.tell(Page(rows, teller), expand.options)
        by_key = {row[0]: other for row, other in zip(rows, others, strict=True)}
        for row, entity in zip(page.rows, told, strict=True):
            if row[at] in by_key:
                entity[expand.relation] = by_key[row[at]]

    def _expand_many(self, page: Page, expand: Expand, told: list[dict[str, Any]]) -> None:
        kind, options = page.teller.kind, expand.options
        relation = kind.relations[expand.relation]
        target = target_of(relation)
        teller = Teller(target, options, self.base)
        parents = value(orjson.dumps([row[0] for row in page.rows]).decode())
        rows = self.run(plan_many(relation, teller, options, parents, shared=self.shared))
        self._counted(len(rows))
        others = self.tell(Page([row[1:] for row in rows], teller), options)
        by_parent: dict[int, list[dict[str, Any]]] = {row[0]: [] for row in page.rows}
        for row, other in zip(rows, others, strict=True):
            by_parent[row[0]].append(other)
        totals: dict[int, int] = {}
        if options.count:
            counting = plan_totals(relation, options, parents, shared=self.shared)
            totals = {row[0]: row[1] for row in self.run(counting)}
        for row, entity in zip(page.rows, told, strict=True):
            found = by_parent[row[0]]
            if options.count:
                entity[f"{relation.name}@iot.count"] = totals.get(row[0], 0)
            entity[relation.name] = found[: options.page]
            if len(found) > options.page:
                link = f"{page.teller.link(row)}/{relation.name}"
                entity[f"{relation.name}@iot.nextLink"] = link + _rest(options)


def _rest(options: Options) -> str:
    pairs = [pair for pair in options.said if pair[0].lower() != "$skip"]
    return f"?{write_query([*pairs, ('$skip', str(options.skip + options.page))])}"
