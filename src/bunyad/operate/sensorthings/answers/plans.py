"""The statements by which pages and what is expanded in them are fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from bunyad.operate.sensorthings.answers.find import source
from bunyad.operate.sensorthings.answers.tell import Teller
from bunyad.operate.sensorthings.language.options import Options, Order
from bunyad.operate.sensorthings.language.tree import Path
from bunyad.operate.sensorthings.model import KINDS, NOT_DELETED, Kind, Relation, target_of
from bunyad.operate.sensorthings.queries.compile import Compiler
from bunyad.operate.sensorthings.queries.pieces import Later, Piece, all_of, piece, value
from bunyad.operate.sensorthings.refusals import Refusal

_NEVER_NULL = re.compile(r"[ew]\.(?:key|ref|at_us)")
MOST_OF_SERIES = 1_000  # Observations of each Datastream looked at for a page of all in order
_OF_DATASTREAM = KINDS["Datastream"].relations["Observations"].many.format(a="e", p="?")
# orders of sets where nobody asks for one, other than by key: Observations as the readings' index
# has them, and what relations say
_ORDERS = {_OF_DATASTREAM: Piece("e.at_us")} | {
    each.many.format(a="e", p="?"): Piece(each.order.format(a="e", p="?"), (Later.PARENT,))
    for kind in KINDS.values()
    for each in kind.relations.values()
    if each.order
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a page is fetched: what tells its rows, the statement, the one that counts all."""

    teller: Teller
    statement: Piece
    counting: Piece | None


@lru_cache(maxsize=512)
def plan_page(
    name: str, options: Options, among: Piece | None, base: str, *, shared: bool = False
) -> Plan:
    """
    Return how a page is fetched; kept, as clients ask the same again and again.

    Parameters
    ----------
    name
        Name of the kind.
    options
        Options of the request.
    among
        Condition on the set's rows, table `e`.
    base
        Address of the service.
    shared
        Whether PostgreSQL is asked, and not SQLite.
    """
    kind = KINDS[name]
    teller = Teller(kind, options, base)
    compiler = Compiler(kind, "e", shared=shared)
    conditions = conditions_of(compiler, options, among)
    keys = _keys(kind, compiler, options.order)
    if not options.order and among and among.text in _ORDERS:
        keys.insert(0, (_ORDERS[among.text], False))
    tables = f"FROM {source(kind, 'e')} {compiler.tables} WHERE {{}}"
    counting = None
    if options.count:
        counting = piece(f"SELECT count(*) {tables}", all_of(conditions))
    if options.after is not None:
        conditions = [*conditions, _after(keys, options.after, shared=shared)]
    if among is None and _goes_by_time(kind, options):
        conditions.append(_ends_of_series(options, shared=shared))
    columns = [each.format(a="e") for each in teller.columns]
    extra = [key for key, _ in keys[:-1]]
    statement = piece(
        f"SELECT {', '.join([*columns, *['{}'] * len(extra)])} {tables} "
        "ORDER BY {} LIMIT {} OFFSET {}",
        *extra,
        all_of(conditions),
        _order(keys, shared=shared),
        value(options.page + 1),
        value(0 if options.after is not None else options.skip),
    )
    return Plan(teller, statement, counting)


def _goes_by_time(kind: Kind, options: Options) -> bool:
    few = options.page + options.skip <= MOST_OF_SERIES
    return (
        kind.name == "Observation"
        and few
        and bool(options.order)
        and options.order[0].by == Path(("phenomenonTime",))
    )


def _ends_of_series(options: Options, *, shared: bool) -> Piece:
    """
    Return the condition that an Observation is among the first of its Datastream in an order.

    What is among the first of all is among the first of its own; and those of one Datastream lie
    in the order of an index.
    """
    kind = KINDS["Observation"]
    inner = Compiler(kind, "w", shared=shared)
    conditions = conditions_of(inner, replace(options, order=()), None)
    keys = _keys(kind, inner, options.order)
    if options.after is not None:
        conditions.append(_after(keys, options.after, shared=shared))
    joined = "CROSS JOIN LATERAL" if shared else "JOIN reading r ON r.ref IN"
    return piece(
        f"e.ref IN (SELECT r.ref FROM sensorthings_datastream d {joined} ("  # noqa: S608  (ours)
        f"SELECT w.ref FROM {source(kind, 'w')} {inner.tables} "
        f"WHERE w.series = d.key AND {{}} ORDER BY {{}} LIMIT {{}}){' r' if shared else ''})",
        all_of(conditions),
        _order(keys, shared=shared),
        value(options.page + 1 + options.skip),
    )


def conditions_of(compiler: Compiler, options: Options, among: Piece | None) -> list[Piece]:
    """Return the conditions that the rows of a set must meet, the `$filter` among them."""
    kind = compiler.kind
    conditions = [among] if among else []
    if among and among.text == _OF_DATASTREAM:
        conditions.append(Piece(NOT_DELETED.format(a="e")))
    elif kind.always:
        conditions.append(Piece(kind.always.format(a=compiler.alias)))
    if options.where is not None:
        conditions.append(_where(compiler, options))
    return conditions


def plan_many(
    relation: Relation, teller: Teller, options: Options, parents: Piece, *, shared: bool = False
) -> Piece:
    """
    Return the statement that fetches what several entities lead to, a page for each.

    Parameters
    ----------
    relation
        The relation that is expanded.
    teller
        What tells the rows.
    options
        Options of the `$expand`.
    parents
        JSON list of the entities' keys.
    shared
        Whether PostgreSQL is asked, and not SQLite.
    """
    target = target_of(relation)
    inner = Compiler(target, "w", shared=shared)
    conditions = conditions_of(inner, options, _of_parent(relation, "w"))
    inner_keys = _keys(target, inner, options.order)
    outer = Compiler(target, "e", shared=shared)
    outer_keys = _keys(target, outer, options.order)
    ordering = ""
    if relation.order and not options.order:
        table, own, other = relation.link  # SQLite finds no `p` in a query within an inner ORDER BY
        ordering = f"JOIN {table} k ON k.{own} = p.value AND k.{other} = {target.key.format(a='w')}"
        inner_keys.insert(0, (Piece("k.position"), False))
        outer_keys.insert(0, (Piece(relation.order.format(a="e", p="p.value")), False))
    columns = ", ".join(each.format(a="e") for each in teller.columns)
    own_key, inner_key = target.key.format(a="e"), target.key.format(a="w")
    start, end = f"JOIN {target.table} e ON {own_key} IN (", ")"
    if shared:  # PostgreSQL would look at each row for each parent
        start = "CROSS JOIN LATERAL ("
        end = f") i JOIN {target.table} e ON {own_key} = i.{inner_key.partition('.')[2]}"
    return piece(
        f"SELECT p.value, {columns} FROM json_each({{}}) p {start}"  # noqa: S608  (names of ours)
        f"SELECT {inner_key} FROM {source(target, 'w')} {inner.tables} "
        f"{ordering} WHERE {{}} ORDER BY {{}} LIMIT {{}} OFFSET {{}}{end} "
        f"{target.more.format(a='e')} {outer.tables} ORDER BY p.key, {{}}",
        parents,
        all_of(conditions),
        _order(inner_keys, shared=shared),
        value(options.page + 1),
        value(options.skip),
        _order(outer_keys, shared=shared),
    )


def plan_totals(
    relation: Relation, options: Options, parents: Piece, *, shared: bool = False
) -> Piece:
    """Return the statement that counts what several entities lead to."""
    target = target_of(relation)
    inner = Compiler(target, "w", shared=shared)
    conditions = conditions_of(inner, options, _of_parent(relation, "w"))
    return piece(
        f"SELECT p.value, (SELECT count(*) FROM {source(target, 'w')} "  # noqa: S608  (ours)
        f"{inner.tables} WHERE {{}}) FROM json_each({{}}) p",
        all_of(conditions),
        parents,
    )


def _of_parent(relation: Relation, alias: str) -> Piece:
    return Piece(relation.many.format(a=alias, p="p.value"))


def _where(compiler: Compiler, options: Options) -> Piece:
    assert options.where is not None
    kind = compiler.kind
    plain = replace(compiler, joins={}, several=False)
    condition = plain.condition(options.where)
    if not plain.several:
        compiler.joins = plain.joins
        return condition
    # a path to several entities repeats rows: ask for the keys apart
    apart = Compiler(kind, f"{compiler.alias}s", shared=compiler.shared)
    condition = apart.condition(options.where)
    key = kind.key
    return piece(
        f"{key.format(a=compiler.alias)} IN (SELECT {key.format(a=apart.alias)} "  # noqa: S608
        f"FROM {source(kind, apart.alias)} {apart.tables} WHERE {{}})",
        condition,
    )


Keys = list[tuple[Piece, bool]]


def _keys(kind: Kind, compiler: Compiler, order: tuple[Order, ...]) -> Keys:
    keys: Keys = []
    for each in order:
        keys += [(key, each.descending) for key in compiler.order(each.by)]
    descending = bool(keys) and keys[-1][1]  # so that an index serves backwards, too
    return [*keys, (Piece(kind.key.format(a=compiler.alias)), descending)]


def _order(keys: Keys, *, shared: bool) -> Piece:
    """Return the keys of an order as a statement has them; nulls come first."""
    parts = ", ".join(
        f"{{}}{' DESC' if descending else ''}{_nulls(key, descending) if shared else ''}"
        for key, descending in keys
    )
    return piece(parts, *(key for key, _ in keys))


def _nulls(key: Piece, descending: bool) -> str:  # noqa: FBT001  (one of a pair)
    """Return where PostgreSQL puts nulls; nothing where there are none: so an index serves."""
    if _NEVER_NULL.fullmatch(key.text):
        return ""
    return " NULLS LAST" if descending else " NULLS FIRST"


def _after(keys: Keys, last: tuple[object, ...], *, shared: bool) -> Piece:
    """Return the condition that a row comes after another in an order; nulls come first."""
    if len(last) != len(keys):
        raise Refusal(
            "the token is of another order", where="$skiptoken", mend="follow @iot.nextLink"
        )
    choices = []
    equal = "IS NOT DISTINCT FROM" if shared else "IS"
    same: list[Piece] = []
    for (key, descending), end in zip(keys, last, strict=True):
        if end is None:
            later = Piece("1 = 0") if descending else piece("{} IS NOT NULL", key)
        elif descending:
            later = piece("({} < {} OR {} IS NULL)", key, value(end), key)
        else:
            later = piece("{} > {}", key, value(end))
        choices.append(all_of([*same, later]))
        same.append(piece(f"{{}} {equal} {{}}", key, value(end)))
    return all_of(choices, "OR")
