"""
A living place as its records have it: its things, how they hang together, what is expected.

Read straight from the records' tables, which any process may do while the broker writes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from bunyad.errors import InputError
from bunyad.operate.alarms.feed import Point
from bunyad.operate.records.database import Db
from bunyad.operate.records.names import file_name
from bunyad.operate.records.rollups import load_hours

Floats = npt.NDArray[np.float64]

HOUR_US = 3_600_000_000
HOUR_S = 3600
_LINK_KINDS = ("Relationship", "ListRelationship")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing of the place."""

    point: Point
    lon: float | None = None
    lat: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """Plain values that it was provisioned with or that came last, by short name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the plan expects of one attribute, hour by hour."""

    id: str
    title: str
    type: str
    """Type of the things it holds for."""
    attribute: str
    unit: str
    """UN/CEFACT code of the hours."""
    is_total: bool
    """Whether hours tell how much a counter rises; else they are means."""
    hours: Floats
    """8,760 values from the first hour of the year on, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the records know."""

    things: Mapping[str, Thing]
    series: Mapping[tuple[str, str], int]
    """Thing and short name of an attribute to its series."""
    expected: Mapping[tuple[str, str], Expected]
    """Thing and short name of an attribute to what is expected of it."""

    @property
    def points(self) -> tuple[Point, ...]:
        """What alarms watch."""
        return tuple(one.point for one in self.things.values())

    def of_type(self, *types: str) -> tuple[str, ...]:
        """Return the ids of the things of some types."""
        return tuple(name for name, one in self.things.items() if one.point.type in types)

    def settlement(self) -> Thing | None:
        """Return the settlement that it is, where it was provisioned."""
        found = self.of_type("Settlement")
        return self.things[found[0]] if found else None

    @property
    def is_played(self) -> bool:
        """Return whether its readings come from the simulator: modelled, not measured."""
        found = self.settlement()
        return found is not None and found.values.get("isPlayed") is True


def short_name(iri: str) -> str:
    """
    Return the last part of an IRI: the name that people and rules use.

    Parameters
    ----------
    iri
        IRI of a type or an attribute.

    Examples
    --------
    >>> short_name("https://smartdatamodels.org/dataModel.Energy/totalActivePower")
    'totalActivePower'
    """
    return re.split(r"[/#:]", iri)[-1]


def read_place(db: Db) -> Place:
    """
    Return what the records of one tenant know of their place.

    Parameters
    ----------
    db
        Connection that reads one tenant's file.
    """
    profiles: dict[str, Expected] = {}
    things: dict[str, Thing] = {}
    hopes: list[tuple[str, str]] = []
    # one at a time: the hours of all profiles at once would be hundreds of megabytes
    for (text,) in db.execute("SELECT body FROM entity WHERE body IS NOT NULL ORDER BY id"):
        body = orjson.loads(text)
        attrs = {short_name(name): found for name, found in body["attrs"].items()}
        kind = short_name(body["type"][0])
        if kind == "ExpectedProfile":
            profiles[body["id"]] = _expected(body["id"], attrs)
        else:
            things[body["id"]] = _thing(body["id"], kind, attrs)
        links = attrs.get("refExpected", ())
        hopes += [
            (body["id"], one["object"]) for one in links if isinstance(one.get("object"), str)
        ]
    expected = {
        (name, profiles[ref].attribute): profiles[ref] for name, ref in hopes if ref in profiles
    }
    return Place(things=things, series=_series(db), expected=expected)


def _expected(name: str, attrs: Mapping[str, Any]) -> Expected:
    return Expected(
        id=name,
        title=str(_value(attrs, "title") or name),
        type=str(_value(attrs, "measuredType") or ""),
        attribute=str(_value(attrs, "measuredAttribute")),
        unit=str(_value(attrs, "unitOfHours") or ""),
        is_total=_value(attrs, "hourMeaning") == "total",
        hours=np.array(attrs["hours"][0]["json"], float),
    )


def _value(attrs: Mapping[str, Any], name: str) -> Any:
    found = attrs.get(name)
    return found[0].get("value") if found else None


def _thing(name: str, kind: str, attrs: Mapping[str, Any]) -> Thing:
    links = {
        key: found[0]["object"]
        for key, found in attrs.items()
        if found[0]["type"] in _LINK_KINDS and isinstance(found[0].get("object"), str)
    }
    values = {key: found[0]["value"] for key, found in attrs.items() if "value" in found[0]}
    where = values.pop("location", None)
    at = where.get("coordinates") if isinstance(where, dict) else None
    is_point = isinstance(at, list) and len(at) >= 2 and isinstance(at[0], int | float)
    point = Point(
        name, kind, name=str(values.get("name", name)), links=links, attributes=frozenset(attrs)
    )
    if not is_point or at is None:
        return Thing(point=point, values=values)
    return Thing(point=point, lon=float(at[0]), lat=float(at[1]), values=values)


def _series(db: Db) -> dict[tuple[str, str], int]:
    rows = db.execute(
        "SELECT entity.id, word.iri, series.ref FROM series "
        "JOIN entity ON entity.ref = series.entity JOIN word ON word.ref = series.attribute "
        "WHERE series.dataset = ''"
    )
    return {(name, short_name(iri)): ref for name, iri, ref in rows}


def hours_of_plan(start_s: float, count: int) -> npt.NDArray[np.int64]:
    """
    Return the hours of the plan's year (no leap day) that stand for hours of any year.

    Parameters
    ----------
    start_s
        Begin of the first hour, seconds since 1970.
    count
        How many hours.

    Examples
    --------
    >>> hours_of_plan(3600.0 * 24, 3).tolist()
    [24, 25, 26]
    """
    from bunyad.operate.village.expected import hour_of_plan  # noqa: PLC0415  (a sibling)

    return hour_of_plan((int(start_s) + HOUR_S * np.arange(count)) * 1_000_000)


def read_hours(
    db: Db, series: Iterable[int], *, start_s: float, end_s: float,
    column: str = "mean",
) -> Floats:  # fmt: skip
    """
    Return hours of some series, a row an hour and a column a series; nan where nothing came.

    Sums of hours are taken where the records have them, and made of the readings where not.

    Parameters
    ----------
    db
        Connection that reads one tenant's file.
    series
        The series.
    start_s, end_s
        The while, whole hours since 1970 [s].
    column
        `mean` or `last` of the hour.
    """
    wanted = list(series)
    rows = int((end_s - start_s) // HOUR_S)
    table = np.full((rows, len(wanted)), np.nan)
    first, last = int(start_s) * 1_000_000, int(end_s) * 1_000_000
    read = _READ if isinstance(db, sqlite3.Connection) else _READ_SHARED
    for number, ref in enumerate(wanted):
        sums = load_hours(db, ref, from_us=first, to_us=last)
        known = [(one.at_us, one.last if column == "last" else one.mean) for one in sums]
        begin = known[-1][0] + HOUR_US if known else first
        found = known + db.execute(read, (column, ref, begin, last)).fetchall()
        if found:
            at = (np.array([row[0] for row in found]) - first) // HOUR_US
            table[at, number] = [row[1] for row in found]
    return table


_READ = (
    "SELECT at_us / 3600000000 * 3600000000, CASE ? WHEN 'last' THEN value ELSE mean END FROM "
    "(SELECT max(at_us) AS at_us, value, avg(value) AS mean FROM reading "
    "WHERE series = ? AND at_us >= ? AND at_us < ? AND typeof(value) IN ('real', 'integer') "
    "GROUP BY at_us / 3600000000)"
)
"""Hours from readings; beside max(), SQLite gives the value of the row with the greatest time."""
_READ_SHARED = (
    "SELECT hour_us, CASE ? WHEN 'last' THEN (array_agg(number ORDER BY at_us DESC))[1] "
    "ELSE avg(number) END FROM (SELECT at_us / 3600000000 * 3600000000 AS hour_us, at_us, "
    "CAST(value #>> '{}' AS DOUBLE PRECISION) AS number FROM reading "
    "WHERE series = ? AND at_us >= ? AND at_us < ? AND json_typeof(value) = 'number') AS numbers "
    "GROUP BY hour_us ORDER BY hour_us"
)


def newest(db: Db, series: Iterable[int]) -> float | None:
    """Return the time of the newest reading of some series [s], or None."""
    found = [
        db.execute("SELECT max(at_us) FROM reading WHERE series = ?", (ref,)).fetchone()[0]
        for ref in series
    ]
    known = [at for at in found if at is not None]
    return max(known) / 1e6 if known else None


def open_reader(folder: Path, tenant: str = "", *, database: str = "") -> Db:
    """
    Open the records of a tenant for reading, while the broker may be writing.

    Parameters
    ----------
    folder
        Data folder of the broker.
    tenant
        Name of the tenant; empty: the default one.
    database
        URL of the PostgreSQL database that keeps the records instead of the folder.

    Raises
    ------
    InputError
        If there are no such records.
    """
    if database:
        from bunyad.operate.records.lending import open_shared  # noqa: PLC0415  (few have it)

        shared = open_shared(database, tenant)
        if shared is None:
            raise no_records()
        return shared
    path = folder / (f"tenants/{file_name(tenant)}.sqlite" if tenant else "records.sqlite")
    if not path.is_file():
        raise InputError(
            "there are no records of a living place",
            where=str(path),
            mend="give the --data folder of `bunyad operate serve` or `bunyad operate provision`",
        )
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    db.execute("PRAGMA query_only = ON")
    return db


def no_records() -> InputError:
    """Return the error of a database without records of a place."""
    return InputError(
        "there are no records of a living place",
        where="--database",
        mend="give the --database of `bunyad operate serve`, and a tenant that it has",
    )


def place_clock(db: Db) -> float | None:
    """
    Return the time of the reading that came last [s], or None before the first.

    A village that is played faster than real has a clock of its own.

    Parameters
    ----------
    db
        Connection that reads one tenant's file.
    """
    row = db.execute("SELECT at_us FROM reading ORDER BY ref DESC LIMIT 1").fetchone()
    return None if row is None else float(row[0]) / 1e6
