"""Members of a body, read by the model: properties to columns, relations apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from bunyad.operate.sensorthings.language.paths import Name
from bunyad.operate.sensorthings.model import CONTROL, Form, Kind, Property
from bunyad.operate.sensorthings.queries.geometry import read_shape
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import read_moment, read_time

_OBJECTS = {"properties", "parameters", "unitOfMeasurement"}
_LISTS = {"unitOfMeasurements": dict, "multiObservationDataTypes": str}
_SHAPES = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
    "GeometryCollection", "Feature",
}  # fmt: skip
LONGEST_NAME = 256


@dataclass(slots=True)
class Said:
    """
    What a body says.

    Parameters
    ----------
    columns
        Column to value.
    properties
        Names of the properties it gives.
    relations
        Relation to what it gives there.
    name
        `@iot.id` that the client chose.
    digits
        Digits of its times, and the bits they stand in.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    properties: list[str] = field(default_factory=list)
    relations: dict[str, Any] = field(default_factory=dict)
    name: Name | None = None
    digits: int = 0
    mask: int = 0


def read_body(kind: Kind, body: object, *, whole: bool) -> Said:
    """
    Read a body.

    Parameters
    ----------
    kind
        What it describes.
    body
        The JSON.
    whole
        Whether all required properties must be there, and what is absent becomes null.

    Raises
    ------
    Refusal
        If a member is unknown, missing or of the wrong form.
    """
    if not isinstance(body, dict):
        raise Refusal("the body is no JSON object", where=kind.name, mend="send one entity in {}")
    said = Said()
    for name, it in body.items():
        if name in kind.properties:
            _take(said, kind.properties[name], it, kind)
        elif name in kind.relations:
            said.relations[name] = it
        elif name in {f"{CONTROL}id", "id"}:
            said.name = read_chosen(it, kind)
        elif CONTROL not in name:
            raise Refusal(
                f"{kind.name} has no '{name[:40]}'",
                where="body",
                mend=f"it has {', '.join([*kind.properties, *kind.relations])}",
            )
    if whole:
        _complete(said, kind, body)
    return said


def _take(said: Said, found: Property, it: object, kind: Kind) -> None:
    if found.kept:
        return
    if it is None and found.required and found.form is not Form.RESULT:
        raise _missing(kind, found.name)
    said.properties.append(found.name)
    _READERS[found.form](said, found, it, kind)


def _complete(said: Said, kind: Kind, body: dict[str, object]) -> None:
    for name, found in kind.properties.items():
        if name in body or found.kept:
            continue
        if found.required:
            raise _missing(kind, name)
        if found.form not in {Form.TIME, Form.RESULT}:
            for each in found.columns:
                said.columns[each] = None


def _missing(kind: Kind, name: str) -> Refusal:
    return Refusal(f"{kind.name} lacks '{name}'", where="body", mend=f"give its {name}")


def read_chosen(it: object, kind: Kind) -> Name:
    """
    Read an `@iot.id`.

    Raises
    ------
    Refusal
        If it is neither a whole number nor a text of 1 to 256 characters.
    """
    if isinstance(it, int) and not isinstance(it, bool) and abs(it) < 2**62:
        return it
    if isinstance(it, str) and 0 < len(it) <= LONGEST_NAME:
        return it
    raise Refusal(
        f"{str(it)[:80]!r} is no @iot.id of a {kind.name}",
        where=f"{CONTROL}id",
        mend="give a whole number or a text",
    )


def _wrong(found: Property, kind: Kind, it: object, wish: str) -> Refusal:
    return Refusal(
        f"{kind.name}/{found.name} is {str(it)[:60]!r}", where="body", mend=f"give {wish}"
    )


def _text(said: Said, found: Property, it: object, kind: Kind) -> None:
    if not isinstance(it, str):
        raise _wrong(found, kind, it, "a text")
    said.columns[found.column] = it


def _json(said: Said, found: Property, it: object, kind: Kind) -> None:
    if it is not None and found.name in _OBJECTS and not isinstance(it, dict):
        raise _wrong(found, kind, it, "a JSON object")
    member = _LISTS.get(found.name)
    if member and not (isinstance(it, list) and all(isinstance(each, member) for each in it)):
        raise _wrong(found, kind, it, "a list")
    said.columns[found.column] = None if it is None else orjson.dumps(it).decode()


def _shape(said: Said, found: Property, it: object, kind: Kind) -> None:
    text = orjson.dumps(it).decode()
    looks = isinstance(it, dict) and ("coordinates" in it or it.get("type") in _SHAPES)
    if looks and read_shape(text) is None:
        raise _wrong(found, kind, it, "GeoJSON such as {'type': 'Point', 'coordinates': [46, 39]}")
    said.columns[found.column] = text


def _when(found: Property, it: object, kind: Kind) -> str:
    if not isinstance(it, str):
        raise _wrong(found, kind, it, "a time such as 2026-03-01T06:00:00Z")
    return it


def _instant(said: Said, found: Property, it: object, kind: Kind) -> None:
    said.mask |= 7 << found.shift
    said.columns[found.column] = None
    if it is not None:
        us, digits = read_moment(_when(found, it, kind))
        said.columns[found.column] = us
        said.digits |= digits << found.shift


def _span(said: Said, found: Property, it: object, kind: Kind) -> None:
    start, end = found.columns
    said.mask |= 63 << found.shift
    said.columns[start] = said.columns[end] = None
    if it is None:
        if found.form is Form.TIME:
            raise _wrong(found, kind, it, "a time such as 2026-03-01T06:00:00Z")
        return
    time = read_time(_when(found, it, kind))
    if time.end_us is None and found.form is Form.INTERVAL:
        raise _wrong(found, kind, it, "two times with a slash between")
    said.columns[start], said.columns[end] = time.start_us, time.end_us
    said.digits |= time.digits << found.shift


def _result(said: Said, _: Property, it: object, __: Kind) -> None:
    said.columns["value"], said.columns["body"] = split_result(it)


def split_result(it: object) -> tuple[float | str | None, str | None]:
    """
    Return a result as a reading keeps it: a number or text, or the JSON of an instance.

    Examples
    --------
    >>> split_result(3), split_result([1])
    ((3, None), (None, '{"type":"Property","value":[1]}'))
    """
    if isinstance(it, str):
        return it, None
    if isinstance(it, float) and math.isfinite(it):
        return it, None
    if isinstance(it, int) and not isinstance(it, bool) and -(2**63) <= it < 2**63:
        return it, None
    return None, orjson.dumps({"type": "Property", "value": it}).decode()


_READERS: dict[Form, Callable[[Said, Property, object, Kind], None]] = {
    Form.TEXT: _text,
    Form.JSON: _json,
    Form.GEOMETRY: _shape,
    Form.INSTANT: _instant,
    Form.INTERVAL: _span,
    Form.TIME: _span,
    Form.RESULT: _result,
}


def check_body(content: bytes) -> object:
    """
    Return the JSON of a request's content.

    Raises
    ------
    Refusal
        If it is none.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Refusal(
            f"the body is no JSON: {error}", where="body", mend="send JSON in UTF-8"
        ) from None
