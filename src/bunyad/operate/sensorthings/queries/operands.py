"""What stands left and right of a sign, by kind, and how one kind is read as another."""

from __future__ import annotations

from dataclasses import dataclass

from bunyad.operate.sensorthings.queries.pieces import Piece, piece, placed, value
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import Time

NOTHING = Piece("NULL")
LOOSE = frozenset({"json", "result"})  # kinds whose type is only known row by row


@dataclass(frozen=True, slots=True)
class Operand:
    """
    A value within a condition.

    Parameters
    ----------
    kind
        number, text, boolean, null, time, date, clock, duration, geometry, json, result or id.
    sql
        Its expression; of a time its start, of json the document, of an id the key.
    other
        End of a time; body of a result; name of an id.
    path
        Way within a json document: written out, or an expression where it differs by row.
    """

    kind: str
    sql: Piece
    other: Piece = NOTHING
    path: str | Piece = "$"


def number_of(operand: Operand) -> Piece:
    """Return an operand as a number, null where it is none."""
    if operand.kind in {"number", "duration"}:
        return operand.sql
    if operand.kind == "json":
        return _json(
            "CASE WHEN json_type({d}, {p}) IN ('integer', 'real') THEN json_extract({d}, {p}) END",
            operand,
        )
    if operand.kind == "result":
        return placed("CASE WHEN typeof({v}) IN ('integer', 'real') THEN {v} END", v=operand.sql)
    if operand.kind in {"id", "null"}:
        return operand.sql
    raise _unfit(operand, "a number")


def text_of(operand: Operand) -> Piece:
    """Return an operand as a text."""
    if operand.kind in {"text", "date", "clock", "null"}:
        return operand.sql
    if operand.kind == "json":
        return _json(
            "CASE json_type({d}, {p}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
            "ELSE CAST(json_extract({d}, {p}) AS TEXT) END",
            operand,
        )
    if operand.kind == "result":
        inner = text_of(Operand("json", operand.other, path="$.value"))
        return placed(
            "CASE WHEN {v} IS NULL THEN {j} ELSE CAST({v} AS TEXT) END", v=operand.sql, j=inner
        )
    if operand.kind == "number":
        return piece("CAST({} AS TEXT)", operand.sql)
    if operand.kind == "boolean":
        return piece("CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", operand.sql)
    if operand.kind == "id":
        return piece("CAST({} AS TEXT)", name_of(operand))
    raise _unfit(operand, "a text")


def truth_of(operand: Operand) -> Piece:
    """Return an operand as a condition, null where it is none."""
    if operand.kind in {"boolean", "null"}:
        return operand.sql
    if operand.kind == "result":
        operand = Operand("json", operand.other, path="$.value")
    if operand.kind == "json":
        return _json("CASE json_type({d}, {p}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END", operand)
    raise _unfit(operand, "a condition")


def time_of(operand: Operand) -> Operand:
    """Return an operand as a time; a text is read as one row by row."""
    if operand.kind == "time":
        return operand
    if operand.kind in LOOSE or operand.kind == "text":
        return Operand("time", piece("sensorthings_moment({})", text_of(operand)))
    if operand.kind == "null":
        return Operand("time", NOTHING)
    if operand.kind == "date":  # its first moment
        seconds = piece("CAST(strftime('%s', {}) AS INTEGER)", operand.sql)
        return Operand("time", piece("({} * 1000000)", seconds))
    raise _unfit(operand, "a time")


def shape_of(operand: Operand) -> Piece:
    """Return an operand as a shape: GeoJSON or well-known text."""
    if operand.kind == "geometry":
        return operand.sql
    if operand.kind == "json":
        return _json("json_extract({d}, {p})", operand)
    raise _unfit(operand, "a shape")


def name_of(operand: Operand) -> Piece:
    """Return the `@iot.id` of an id operand."""
    return piece("coalesce({}, {})", operand.other, operand.sql)


def is_null(operand: Operand) -> Piece:
    """Return the condition that an operand is null."""
    if operand.kind == "json":
        return _json("json_extract({d}, {p}) IS NULL", operand)
    if operand.kind == "result":
        return placed(
            "{v} IS NULL AND json_extract({b}, '$.value') IS NULL",
            v=operand.sql,
            b=operand.other,
        )
    return piece("{} IS NULL", operand.sql)


def sort_keys(operand: Operand, *, shared: bool = False) -> list[Piece]:
    """
    Return the expressions that put an operand in order.

    Parameters
    ----------
    operand
        The operand.
    shared
        Whether PostgreSQL is asked, where a column has one kind: numbers before texts are two.
    """
    if shared and operand.kind in {"json", "result", "id"}:
        return _sort_keys_by_kind(operand)
    if operand.kind == "time":
        return [operand.sql] if operand.other == NOTHING else [operand.sql, operand.other]
    if operand.kind == "json":
        return [_json("json_extract({d}, {p})", operand)]
    if operand.kind == "result":
        return [
            placed("coalesce({v}, json_extract({b}, '$.value'))", v=operand.sql, b=operand.other)
        ]
    return [name_of(operand)] if operand.kind == "id" else [operand.sql]


def _sort_keys_by_kind(operand: Operand) -> list[Piece]:
    if operand.kind == "id":  # numbers stand first, as they have no name
        return [operand.other, operand.sql]
    if operand.kind == "json":
        it = _json("sensorthings_at({d}, {p})", operand)
    else:
        it = placed(
            "coalesce(CAST({v} AS JSONB), sensorthings_at({b}, '$.value'))",
            v=operand.sql,
            b=operand.other,
        )
    # numbers stand before texts, as what has no text comes first
    return [piece("sensorthings_text_of({})", it), piece("sensorthings_number_of({})", it)]


def constant(kind: str, it: object) -> Operand:
    """Return the operand of a literal."""
    if isinstance(it, Time):
        end = NOTHING if it.end_us is None else value(it.end_us)
        return Operand("time", value(it.start_us), end)
    if kind == "null":
        return Operand("null", NOTHING)
    return Operand(kind, value(it))


def _json(template: str, operand: Operand) -> Piece:
    path = operand.path if isinstance(operand.path, Piece) else value(operand.path)
    return placed(template, d=operand.sql, p=path)


def _unfit(operand: Operand, wish: str) -> Refusal:
    return Refusal(
        f"a {operand.kind} is not {wish}",
        where="$filter",
        mend="compare like with like: numbers, 'texts', times such as 2026-03-01T06:00:00Z",
    )
