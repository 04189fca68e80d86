"""What SQLite calls while it reads: shapes, times within texts, letters of any script."""

from __future__ import annotations

import math
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import read_moment

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WEST, EAST = -180.0, 180.0
_PATTERN_LENGTH = 9  # of a DE-9IM pattern


def add_functions(db: sqlite3.Connection) -> None:
    """Let a connection call what conditions may need."""
    for name, count, function in (
        ("sensorthings_shape", 4, shape_says),
        ("sensorthings_moment", 1, _moment),
        ("sensorthings_lower", 1, _lower),
        ("sensorthings_upper", 1, _upper),
        ("sensorthings_rest", 2, _rest),
    ):
        db.create_function(name, count, function, deterministic=True)


def check_shape(text: object) -> str:
    """
    Return a literal shape as it stands.

    Raises
    ------
    Refusal
        If it is no well-known text of a shape.
    """
    if not isinstance(text, str) or read_shape(text) is None:
        raise Refusal(
            f"'{str(text)[:80]}' is no shape",
            where="$filter",
            mend="give well-known text such as geography'POINT(46.6 39.3)'",
        )
    return text


@lru_cache(maxsize=8192)
def read_shape(text: str) -> BaseGeometry | None:
    """
    Read GeoJSON (also a Feature) or well-known text; none where it is neither.

    Examples
    --------
    >>> read_shape("POINT(1 2)").x, read_shape('{"type":"Point","coordinates":[3,4]}').y
    (1.0, 4.0)
    """
    import shapely.errors  # noqa: PLC0415  (a server that is never asked for shapes starts lighter)
    from shapely.geometry import shape  # noqa: PLC0415  (as above)

    try:
        if text.lstrip().startswith("{"):
            document = orjson.loads(text)
            found = shape(document.get("geometry", document))
        else:
            found = shapely.from_wkt(_without_srid(text))
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        shapely.errors.ShapelyError,
    ):
        return None
    return found if found is None or all(map(math.isfinite, found.bounds)) else None


def _without_srid(text: str) -> str:
    head, mark, tail = text.partition(";")
    return tail if mark and head.strip().upper().startswith("SRID=") else text


def shape_says(
    operator: str, left: str | None, right: str | None, pattern: str | None
) -> float | bool | None:
    """
    Return what a function of shapes says of two; none where one of them is no shape.

    Examples
    --------
    >>> shape_says("distance", "POINT(0 0)", "POINT(3 4)", None)
    5.0
    >>> shape_says("within", "POINT(0 0)", "nowhere", None) is None
    True
    """
    first = read_shape(left) if isinstance(left, str) else None
    if first is None:
        return None
    if operator == "length":
        return float(first.length) if "Line" in first.geom_type else 0.0
    second = read_shape(right) if isinstance(right, str) else None
    if second is None:
        return None
    if operator == "relate":
        if pattern is None or len(pattern) != _PATTERN_LENGTH or set(pattern) - set("TF*012"):
            return None
        return bool(first.relate_pattern(second, pattern))
    answer = getattr(first, operator)(second)
    return float(answer) if operator == "distance" else bool(answer)


def _moment(text: str | None) -> int | None:
    try:
        return None if text is None else read_moment(text)[0]
    except Refusal:
        return None


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()


def _rest(left: float | None, right: float | None) -> float | None:
    if left is None or right is None or right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        return left - right * int(left / right) if abs(left) < 2**53 else left % right
    return math.fmod(left, right)
