"""
The functions of Table 23 of OGC 18-088, and those that the reference servers add.

Distances and lengths of `geo.distance` and `geo.length` are in degrees of the plane of longitude
and latitude, as the reference servers and the conformance suites have them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bunyad.operate.sensorthings.queries.compare import compare_times, end_of
from bunyad.operate.sensorthings.queries.operands import (
    NOTHING,
    Operand,
    number_of,
    shape_of,
    text_of,
    time_of,
)
from bunyad.operate.sensorthings.queries.pieces import Later, Piece, piece, placed, value
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import FIRST, LAST

Function = Callable[[Sequence[Operand]], Operand]
RELATIONS = (
    "st_equals", "st_disjoint", "st_touches", "st_within", "st_overlaps", "st_crosses",
    "st_intersects", "st_contains",
)  # fmt: skip


def call_function(name: str, given: Sequence[Operand]) -> Operand:
    """
    Return what a function says of its operands.

    Parameters
    ----------
    name
        Name of the function, in small letters.
    given
        Its operands.

    Raises
    ------
    Refusal
        If there is no such function, or it takes others.
    """
    found = FUNCTIONS.get(name)
    if found is None:
        raise Refusal(
            f"there is no function '{name[:40]}'",
            where="$filter",
            mend="see Table 23 of OGC 18-088: substringof, startswith, year, st_within, …",
        )
    least, most, function = found
    if not least <= len(given) <= most:
        raise Refusal(
            f"{name} is given {len(given)}", where="$filter", mend=f"give it {least} to {most}"
        )
    return function(given)


def _texts(kind: str, template: str) -> Function:
    def function(given: Sequence[Operand]) -> Operand:
        parts = dict(zip("xyz", (text_of(each) for each in given), strict=False))
        return Operand(kind, placed(template, **parts))

    return function


def _numbers(template: str) -> Function:
    return lambda given: Operand("number", piece(template, number_of(given[0])))


def _substring(given: Sequence[Operand]) -> Operand:
    text, *places = text_of(given[0]), *(number_of(each) for each in given[1:])
    if len(places) == 1:
        return Operand("text", piece("substr({}, {} + 1)", text, places[0]))
    return Operand("text", piece("substr({}, {} + 1, {})", text, *places))


# seconds since 1970, rounded down also before it
_SECONDS = "(({x} - (({x} % 1000000) + 1000000) % 1000000) / 1000000)"
_FRACTION = "((({x} % 1000000) + 1000000) % 1000000)"


def _clock(kind: str, template: str) -> Function:
    def function(given: Sequence[Operand]) -> Operand:
        if kind in {"date", "clock"} and given[0].kind == kind:
            return given[0]
        start = time_of(given[0]).sql
        return Operand(kind, placed(template, x=start))

    return function


def _part(form: str) -> Function:
    template = f"CAST(strftime('{form}', {_SECONDS}, 'unixepoch') AS INTEGER)"
    return _clock("number", template)


def _shapes(operator: str) -> Function:
    def function(given: Sequence[Operand]) -> Operand:
        shapes = [shape_of(each) for each in given]
        call = piece(f"sensorthings_shape('{operator}', {{}}, {{}}, NULL)", *shapes)
        return Operand("number" if operator == "distance" else "boolean", call)

    return function


def _relate(given: Sequence[Operand]) -> Operand:
    shapes = [shape_of(each) for each in given[:2]]
    pattern = text_of(given[2])
    return Operand("boolean", piece("sensorthings_shape('relate', {}, {}, {})", *shapes, pattern))


def _length(given: Sequence[Operand]) -> Operand:
    shape = shape_of(given[0])
    return Operand("number", piece("sensorthings_shape('length', {}, NULL, NULL)", shape))


def _times(condition: Callable[[Operand, Operand], Piece]) -> Function:
    return lambda given: Operand("boolean", condition(time_of(given[0]), time_of(given[1])))


def _meets(left: Operand, right: Operand) -> Piece:
    return piece("{} = {} OR {} = {}", left.sql, end_of(right), end_of(left), right.sql)


def _during(left: Operand, right: Operand) -> Piece:
    if right.other == NOTHING:
        raise Refusal(
            "during needs a span", where="$filter", mend="give two times with a slash between"
        )
    inside = "CASE WHEN {end} IS NULL THEN {start} < {till} ELSE {end} <= {till} END"
    if left.other == NOTHING:
        inside = "{start} < {till}"
    return placed(
        "{start} >= {from} AND " + inside,
        start=left.sql,
        end=left.other,
        till=right.other,
        **{"from": right.sql},
    )


def _overlaps(left: Operand, right: Operand) -> Piece:
    # a moment lies in a span from its start up to, not at, its end
    return placed(
        "({a} < {d} OR {a} = {d} AND {a} = {c}) AND ({c} < {b} OR {c} = {b} AND {a} = {c})",
        a=left.sql,
        b=end_of(left),
        c=right.sql,
        d=end_of(right),
    )


def _starts(left: Operand, right: Operand) -> Piece:
    return piece("{} = {}", left.sql, right.sql)


def _finishes(left: Operand, right: Operand) -> Piece:
    return piece("{} = {}", end_of(left), end_of(right))


def _truth(template: str) -> Function:
    return _texts("boolean", template)


FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "substringof": (2, 2, _truth("instr({y}, {x}) > 0")),
    "contains": (2, 2, _truth("instr({x}, {y}) > 0")),
    "startswith": (2, 2, _truth("substr({x}, 1, length({y})) = {y}")),
    "endswith": (2, 2, _truth("(length({y}) = 0 OR substr({x}, -length({y})) = {y})")),
    "length": (1, 1, _texts("number", "length({x})")),
    "indexof": (2, 2, _texts("number", "instr({x}, {y})")),
    "substring": (2, 3, _substring),
    "tolower": (1, 1, _texts("text", "sensorthings_lower({x})")),
    "toupper": (1, 1, _texts("text", "sensorthings_upper({x})")),
    "trim": (1, 1, _texts("text", "trim({x})")),
    "concat": (2, 2, _texts("text", "({x} || {y})")),
    "round": (1, 1, _numbers("round({})")),
    "floor": (1, 1, _numbers("floor({})")),
    "ceiling": (1, 1, _numbers("ceil({})")),
    "year": (1, 1, _part("%Y")),
    "month": (1, 1, _part("%m")),
    "day": (1, 1, _part("%d")),
    "hour": (1, 1, _part("%H")),
    "minute": (1, 1, _part("%M")),
    "second": (1, 1, _part("%S")),
    "fractionalseconds": (1, 1, _clock("number", f"({_FRACTION} / 1000000.0)")),
    "totaloffsetminutes": (1, 1, _clock("number", "CASE WHEN {x} IS NULL THEN NULL ELSE 0 END")),
    "date": (1, 1, _clock("date", f"date({_SECONDS}, 'unixepoch')")),
    "time": (
        1,
        1,
        _clock("clock", f"(time({_SECONDS}, 'unixepoch') || printf('.%06d', {_FRACTION}))"),
    ),
    "now": (0, 0, lambda _: Operand("time", value(Later.NOW))),
    "mindatetime": (0, 0, lambda _: Operand("time", value(FIRST))),
    "maxdatetime": (0, 0, lambda _: Operand("time", value(LAST))),
    "before": (2, 2, _times(lambda left, right: compare_times("lt", left, right))),
    "after": (2, 2, _times(lambda left, right: compare_times("gt", left, right))),
    "meets": (2, 2, _times(_meets)),
    "during": (2, 2, _times(_during)),
    "overlaps": (2, 2, _times(_overlaps)),
    "starts": (2, 2, _times(_starts)),
    "finishes": (2, 2, _times(_finishes)),
    "geo.distance": (2, 2, _shapes("distance")),
    "geo.length": (1, 1, _length),
    "geo.intersects": (2, 2, _shapes("intersects")),
    "st_relate": (3, 3, _relate),
} | {name: (2, 2, _shapes(name.removeprefix("st_"))) for name in RELATIONS}
