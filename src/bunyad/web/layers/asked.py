"""What a request asks of a layer: a box, a time, values of columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from bunyad.web.endpoint import Call
from bunyad.web.layers.stored import StoredLayer
from bunyad.web.problems import FaultBody, Problem

OPEN = ("", "..")
FORMS = ("", "json", "geojson")
CORNERS = (4, 6)
"""Numbers of a box, without and with heights."""


def check_names(call: Call[Any, Any], known: Mapping[str, Any] | None = None) -> None:
    """
    Refuse parameters that nobody knows, and forms that are not answered.

    Parameters
    ----------
    call
        The request.
    known
        Columns that may be asked for besides.

    Raises
    ------
    Problem
        400, as the standard asks.
    """
    fields = {field.name for field in msgspec.structs.fields(type(call.query))}
    for name in call.request.query_params:
        if name not in fields and name not in (known or {}):
            raise _wrong(name, "nobody knows this parameter", "Leave it out")
    if call.query.f not in FORMS:
        raise _wrong("f", f"answers have no form {call.query.f!r}", "Give f=json")


def chosen_rows(layer: StoredLayer, asked: Mapping[str, str]) -> NDArray[np.intp]:
    """
    Return the rows of a layer that a request asks for, in the layer's order.

    Parameters
    ----------
    layer
        The layer.
    asked
        `bbox`, `datetime` and values of columns, as text.

    Raises
    ------
    Problem
        400 where a value cannot be read.
    """
    is_chosen = np.ones(len(layer.features), dtype=bool)
    if asked.get("bbox"):
        is_chosen &= _within(layer, asked["bbox"])
    if asked.get("datetime"):
        is_chosen &= _during(layer, asked["datetime"])
    for name, value in asked.items():
        if name in layer.table:
            is_chosen &= _equal(layer.table[name], name, value)
    return np.flatnonzero(is_chosen)


def _within(layer: StoredLayer, text: str) -> NDArray[np.bool_]:
    """Return which shapes touch a box; one that crosses the date line is two boxes."""
    west, south, east, north = _corners(text)
    boxes = (
        [shapely.box(west, south, east, north)]
        if west <= east
        else [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )
    found = np.zeros(len(layer.features), dtype=bool)
    for box in boxes:
        found[layer.tree.query(box, predicate="intersects")] = True
    return found


def _corners(text: str) -> tuple[float, float, float, float]:
    """Read a box; heights are let go of."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in CORNERS or not np.isfinite(values).all():
        raise _wrong("bbox", f"{text!r} is no box", "Give west,south,east,north in degrees")
    half = len(values) // 2
    west, south, east, north = values[0], values[1], values[half], values[half + 1]
    if south > north:
        raise _wrong("bbox", "the south lies above the north", "Give west,south,east,north")
    return west, south, east, north


def _during(layer: StoredLayer, text: str) -> NDArray[np.bool_]:
    """Return which features are there at a time; those that know no time always are."""
    first, last = _span(text)
    found = np.ones(len(layer.features), dtype=bool)
    if layer.begins is None or layer.ends is None:
        return found
    if first is not None:
        found &= layer.ends >= first
    if last is not None:
        found &= layer.begins <= last
    return found


def _span(text: str) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    """Read a moment or a span of time."""
    parts = text.split("/")
    if len(parts) == 1:
        moment = _moment(text)
        return moment, _end_of_day(text, moment)
    if len(parts) != 2 or all(part in OPEN for part in parts):
        raise _no_time(text)
    first, last = (None if part in OPEN else _moment(part) for part in parts)
    if last is not None:
        last = _end_of_day(parts[1], last)
    if first is not None and last is not None and first > last:
        raise _no_time(text)
    return first, last


def _moment(text: str) -> np.datetime64:
    """Read a moment of RFC 3339, or a day."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise _no_time(text) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "s")


def _end_of_day(text: str, moment: np.datetime64) -> np.datetime64:
    """Return the last second of a day that is given without a time."""
    is_day = "T" not in text.upper()
    return moment + np.timedelta64(1, "D") - np.timedelta64(1, "s") if is_day else moment


def _equal(column: pd.Series[Any], name: str, text: str) -> NDArray[np.bool_]:
    """Return which values of a column equal a text."""
    if pd.api.types.is_bool_dtype(column):
        if text not in ("true", "false"):
            raise _wrong(name, f"{text!r} is neither true nor false", "Give true or false")
        return np.asarray(column == (text == "true"), dtype=bool)
    if pd.api.types.is_numeric_dtype(column):
        try:
            return np.asarray(column == float(text), dtype=bool)
        except ValueError:
            raise _wrong(name, f"{text!r} is no number", "Give a number") from None
    return np.asarray(column == text, dtype=bool)


def _no_time(text: str) -> Problem:
    return _wrong(
        "datetime", f"{text!r} is no time",
        "Give a moment such as 2030-01-01T00:00:00Z, or two parted by / where .. is open",
    )  # fmt: skip


def _wrong(name: str, what: str, mend: str) -> Problem:
    """Refuse a parameter, with the status that the standard asks for."""
    fault = FaultBody(where=f"query.{name}", what=what, mend=mend)
    return Problem(400, "wrong-input", "Something in the request is wrong.", faults=(fault,))
