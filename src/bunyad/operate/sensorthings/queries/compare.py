"""
The signs between operands: comparison and arithmetic.

Times follow what the reference servers agreed upon: a moment is before a span where it is before
its start; a span is before a moment or a span where its end is not after the other's start; not
later (`le`) where neither start nor end is later.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bunyad.operate.sensorthings.queries.operands import (
    LOOSE,
    NOTHING,
    Operand,
    is_null,
    name_of,
    number_of,
    text_of,
    time_of,
    truth_of,
)
from bunyad.operate.sensorthings.queries.pieces import Piece, piece, placed, value
from bunyad.operate.sensorthings.refusals import Refusal

SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TURNED = {"gt": "lt", "ge": "le"}
_SUMS = {"add": "+", "sub": "-", "mul": "*"}


def compare(sign: str, left: Operand, right: Operand) -> Piece:
    """
    Return the condition that two operands stand so to each other.

    Raises
    ------
    Refusal
        If their kinds cannot be compared.
    """
    kinds = {left.kind, right.kind}
    if "null" in kinds:
        return _with_null(sign, left, right)
    if "time" in kinds:
        return compare_times(sign, time_of(left), time_of(right))
    if "id" in kinds:
        return _with_id(sign, left, right)
    if "geometry" in kinds:
        raise Refusal("shapes have no order", where="$filter", mend="use st_equals(…)")
    how = _domain(sign, left, right)
    template = f"{{}} {SIGNS[sign]} {{}}"
    if how is truth_of:
        template = f"({{}}) {SIGNS[sign]} ({{}})"
    return piece(template, how(left), how(right))


def _domain(sign: str, left: Operand, right: Operand) -> Callable[[Operand], Piece]:
    kinds = {left.kind, right.kind}
    if kinds & {"text", "date", "clock"}:
        return text_of
    if "boolean" in kinds:
        return truth_of
    if kinds <= LOOSE and sign in {"eq", "ne"}:
        return text_of
    return number_of


def _with_null(sign: str, left: Operand, right: Operand) -> Piece:
    operand = right if left.kind == "null" else left
    if sign == "eq":
        return is_null(operand)
    if sign == "ne":
        return piece("NOT ({})", is_null(operand))
    return Piece("NULL")


def _with_id(sign: str, left: Operand, right: Operand) -> Piece:
    if left.kind != "id":
        left, right = right, left
        sign = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}.get(sign, sign)
    if right.kind == "id":
        return piece(f"{{}} {SIGNS[sign]} {{}}", name_of(left), name_of(right))
    if right.kind == "number":
        if sign == "eq":
            return piece("{} = {} AND {} IS NULL", left.sql, right.sql, left.other)
        return piece(f"{{}} {SIGNS[sign]} {{}}", left.sql, right.sql)
    if right.kind == "text" and sign == "eq":
        return _is_named(left, right)
    return piece(f"{{}} {SIGNS[sign]} {{}}", text_of(left), text_of(right))


def _is_named(left: Operand, right: Operand) -> Piece:
    """Return the condition that an entity has a name; '7' may also be that of number 7."""
    named = piece("{} = {}", left.other, right.sql)
    literal = right.sql.values[0] if right.sql.text == "?" else None
    if not isinstance(literal, str) or not re.fullmatch(r"[1-9]\d{0,17}", literal):
        return named
    numbered = piece("{} = {} AND {} IS NULL", left.sql, value(int(literal)), left.other)
    return piece("({}) OR ({})", named, numbered)


def compare_times(sign: str, left: Operand, right: Operand) -> Piece:
    """Return the condition that two times stand so to each other."""
    if sign in _TURNED:
        return compare_times(_TURNED[sign], right, left)
    if sign == "lt":
        return _before(left, right)
    if sign == "le":
        return piece("{} <= {} AND {} <= {}", left.sql, right.sql, end_of(left), end_of(right))
    same = piece("{} = {} AND {} = {}", left.sql, right.sql, end_of(left), end_of(right))
    return same if sign == "eq" else piece("NOT ({})", same)


def _before(left: Operand, right: Operand) -> Piece:
    if left.other == NOTHING:
        return piece("{} < {}", left.sql, right.sql)
    if left.other.text == "?":
        return piece("{} <= {}", left.other, right.sql)
    return placed(
        "{start} <= {then} AND CASE WHEN {end} IS NULL THEN {start} < {then} "
        "ELSE {end} <= {then} END",
        start=left.sql,
        end=left.other,
        then=right.sql,
    )


def end_of(time: Operand) -> Piece:
    """Return the end of a time: of a moment, the moment."""
    if time.other == NOTHING:
        return time.sql
    if time.other.text == "?":
        return time.other
    return piece("coalesce({}, {})", time.other, time.sql)


def is_moment(time: Operand) -> Piece:
    """Return the condition that a time is a moment."""
    return piece("{} IS NULL", time.other)


def calculate(sign: str, left: Operand, right: Operand) -> Operand:
    """
    Return the sum, difference, product, quotient or rest of two operands.

    Raises
    ------
    Refusal
        If their kinds have none.
    """
    kinds = (left.kind, right.kind)
    if kinds == ("time", "duration") and sign in {"add", "sub"}:
        return _shifted(left, right, _SUMS[sign])
    if kinds == ("duration", "time") and sign == "add":
        return _shifted(right, left, "+")
    if kinds == ("time", "time") and sign == "sub":
        return _between(left, right)
    kind = "duration" if "duration" in kinds else "number"
    first, second = number_of(left), number_of(right)
    if sign == "div":
        both = placed("{a} * 1.0 / {b}", a=first, b=second)
        return Operand(kind, piece("({})", both))
    if sign == "mod":
        return Operand(kind, piece("sensorthings_rest({}, {})", first, second))
    return Operand(kind, piece(f"({{}} {_SUMS[sign]} {{}})", first, second))


def _shifted(time: Operand, by: Operand, sign: str) -> Operand:
    start = piece(f"({{}} {sign} {{}})", time.sql, by.sql)
    if time.other == NOTHING:
        return Operand("time", start)
    # the end of a literal stays one question mark's worth of knowledge: never null
    return Operand("time", start, piece(f"({{}} {sign} {{}})", time.other, by.sql))


def _between(left: Operand, right: Operand) -> Operand:
    parts = [
        each.sql
        if each.other == NOTHING
        else piece("CASE WHEN {} THEN {} END", is_moment(each), each.sql)
        for each in (left, right)
    ]
    return Operand("duration", piece("({} - {})", *parts))
