"""One row of a table as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from bunyad.operate.sensorthings.language.options import Options
from bunyad.operate.sensorthings.language.paths import write_name
from bunyad.operate.sensorthings.model import CONTROL, Form, Kind, Property
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import fewest_digits, write_moment, write_time

Row = Sequence[Any]
_DIGITS = {"Observation": "{a}x.digits", "HistoricalLocation": "{a}.digits"}
_IS_OF_MULTI = "EXISTS (SELECT 1 FROM sensorthings_multi m WHERE m.datastream = {a}.series)"
_WITH_PARTS = frozenset({Form.JSON, Form.GEOMETRY, Form.RESULT})
_ALWAYS_TOLD = {("Observation", "resultTime"), ("Observation", "result")}  # also where null


class Teller:
    """
    What tells the rows of one kind as one request wants them.

    Parameters
    ----------
    kind
        The kind.
    options
        What to select and to expand.
    base
        Address of the service, without a slash at its end.

    Raises
    ------
    Refusal
        If a name to select or expand is unknown.
    """

    def __init__(self, kind: Kind, options: Options, base: str) -> None:
        self.kind = kind
        within = _within(kind, options.select)
        chosen = _chosen(kind, options.select, within)
        expanded = {_relation(kind, each.relation) for each in options.expand}
        self.columns = [kind.key, kind.named, _DIGITS.get(kind.name, "0")]
        self._set = f"{base}/{kind.plural}("
        self._id = f"{CONTROL}id" in chosen
        self._link = f"{CONTROL}selfLink" in chosen
        self._parts: list[tuple[str, int, Callable[..., Any], int, bool]] = []
        for name, each in kind.properties.items():
            if name in chosen:
                always = (kind.name, name) in _ALWAYS_TOLD
                write = _WRITERS[each.form]
                if name in within:
                    write = _picking(write, within[name])
                self._parts.append((name, len(self.columns), write, each.shift, always))
                self.columns += each.sql
        self._leads = [
            (f"{name}@iot.navigationLink", f"/{name}")
            for name in kind.relations
            if name in chosen and name not in expanded
        ]
        self._alternatives: dict[str, bool] = {}
        if kind.name == "Observation":  # it is one of a Datastream, or of a MultiDatastream
            self._multi = len(self.columns)
            self.columns.append(_IS_OF_MULTI)
            self._alternatives = {"/Datastream": False, "/MultiDatastream": True}
        self.others: dict[str, int] = {}
        for name in expanded:
            if kind.relations[name].one:
                self.others[name] = len(self.columns)
                self.columns.append(kind.relations[name].one)

    def link(self, row: Row) -> str:
        """Return the address of a row's entity."""
        return f"{self._set}{write_name(row[0] if row[1] is None else row[1])})"

    def tell(self, row: Row) -> dict[str, Any]:
        """Return a row as its JSON."""
        key = row[0] if row[1] is None else row[1]
        link = f"{self._set}{key if row[1] is None else write_name(key)})"
        told: dict[str, Any] = {}
        if self._id:
            told["@iot.id"] = key
        if self._link:
            told["@iot.selfLink"] = link
        digits = row[2]
        for name, at, write, shift, always in self._parts:
            if row[at] is not None:
                told[name] = write(row, at, None if digits is None else digits >> shift)
            elif always:
                told[name] = write(row, at, None) if name == "result" else None
        for key, tail in self._leads:
            if tail not in self._alternatives or self._alternatives[tail] == bool(row[self._multi]):
                told[key] = link + tail
        return told


Ways = list[list[str]]


def _within(kind: Kind, select: tuple[str, ...]) -> dict[str, Ways]:
    """Return of which properties only parts are selected, such as `properties/owner`."""
    found: dict[str, Ways] = {}
    for each in select:
        name, *way = each.split("/")
        known = kind.properties.get(name)
        if way and name not in select and known is not None and known.form in _WITH_PARTS:
            found.setdefault(name, []).append(way)
    return found


def _picking(write: Callable[..., Any], ways: Ways) -> Callable[..., Any]:
    def picked(row: Row, at: int, digits: int | None) -> Any:
        whole = orjson.loads(orjson.dumps(write(row, at, digits)))
        if not isinstance(whole, dict):
            return whole
        parts: dict[str, Any] = {}
        for way in ways:
            _pick(whole, way, parts)
        return parts

    return picked


def _pick(whole: dict[str, Any], way: list[str], into: dict[str, Any]) -> None:
    name, *rest = way
    if name not in whole:
        return
    it = whole[name]
    if rest and isinstance(it, dict):
        _pick(it, rest, into.setdefault(name, {}))
    elif not rest:
        into[name] = it


def _chosen(kind: Kind, select: tuple[str, ...], within: dict[str, Ways]) -> set[str]:
    known = {f"{CONTROL}id", f"{CONTROL}selfLink", *kind.properties, *kind.relations}
    if not select:
        return known
    chosen = {f"{CONTROL}id" if name == "id" else name for name in select}
    for each in [name for name in chosen if name.partition("/")[0] in kind.properties]:
        first = each.partition("/")[0]
        if first in within or kind.properties[first].form in _WITH_PARTS:
            chosen.discard(each)
            chosen.add(first)
    unknown = sorted(chosen - known)
    if unknown:
        raise Refusal(
            f"{kind.name} has no '{unknown[0][:40]}'",
            where="$select",
            mend=f"it has {', '.join([*kind.properties, *kind.relations])}",
        )
    return chosen


def _relation(kind: Kind, name: str) -> str:
    if name not in kind.relations:
        raise Refusal(
            f"{kind.name} has no relation '{name[:40]}'",
            where="$expand",
            mend=f"it has {', '.join(kind.relations)}",
        )
    return name


def _plain(row: Row, at: int, _: int | None) -> Any:
    return row[at]


def _fragment(row: Row, at: int, _: int | None) -> Any:
    return orjson.Fragment(row[at])


def _instant(row: Row, at: int, digits: int | None) -> Any:
    return write_moment(row[at], fewest_digits(row[at]) if digits is None else digits & 7)


def _time(row: Row, at: int, digits: int | None) -> Any:
    start, end = row[at], row[at + 1]
    if digits is None:
        digits = fewest_digits(start)
    return write_time(start, end, digits)


def _interval(row: Row, at: int, digits: int | None) -> Any:
    start, end = row[at], row[at + 1]
    if not digits:
        digits = fewest_digits(start) | fewest_digits(end) << 3
    return write_time(start, end, digits)


def _result(row: Row, at: int, _: int | None) -> Any:
    value, body = row[at], row[at + 1]
    if value is None and body is not None:
        return orjson.loads(body).get("value")
    return value


_WRITERS: dict[Form, Callable[..., Any]] = {
    Form.TEXT: _plain,
    Form.JSON: _fragment,
    Form.GEOMETRY: _fragment,
    Form.INSTANT: _instant,
    Form.INTERVAL: _interval,
    Form.TIME: _time,
    Form.RESULT: _result,
}


def value_of(found: Property, row: Row) -> Any:
    """Return a property's value from a row of digits and the property's columns."""
    digits = row[0]
    if row[1] is None and found.form is not Form.RESULT:
        return None
    return _WRITERS[found.form](row, 1, None if digits is None else digits >> found.shift)


def digits_of(kind: Kind) -> str:
    """Return the expression of the digits of a kind's times."""
    return _DIGITS.get(kind.name, "0")
