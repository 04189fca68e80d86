"""
How PostgreSQL is told what the chapter says in SQLite's words.

Two columns of SQLite hold values of any kind. `fact.value` becomes bytes whose order is SQLite's:
numbers before texts before marks. `reading.value` and `setting.value` become JSON, so that 5, 5.0
and "5" stay what they are.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

_NUMBER, _TEXT, _MARK = b"\x01", b"\x02", b"\x03"
_SIGN = 1 << 63
_ALL = (1 << 64) - 1
_HALF = 1 << 15  # what a whole number of 64 bits can lie beside its floating point, at most 512

Encoder = Callable[[Any], Any]


def fact_key(value: str | float | bytes) -> bytes:
    """
    Return bytes that are ordered as SQLite orders values: numbers, texts, marks.

    Examples
    --------
    >>> fact_key(-2) < fact_key(1.5) < fact_key(2**60) < fact_key(2**60 + 1) < fact_key("")
    True
    >>> fact_key(5) == fact_key(5.0)
    True
    """
    if isinstance(value, str):
        return _TEXT + value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return _MARK + value
    near = float(value) + 0.0  # -0.0 is 0
    beside = value - int(near) if isinstance(value, int) else 0
    (bits,) = struct.unpack(">Q", struct.pack(">d", near))
    ordered = (~bits & _ALL) if bits & _SIGN else bits | _SIGN
    return _NUMBER + struct.pack(">QH", ordered, beside + _HALF)


def json_value(value: Any) -> str | None:
    """Return a value as JSON, as the columns of readings and settings have it."""
    return None if value is None else orjson.dumps(value).decode()


ENCODERS: dict[str, Encoder] = {
    "fact": fact_key, "reading": json_value, "setting": json_value,
}  # fmt: skip
"""Tables that hold values of any kind under `value`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A statement in PostgreSQL's words.

    Attributes
    ----------
    text
        The statement, with `$1`, `$2`, … for its values.
    encoders
        Places of values that are written otherwise, and how.
    """

    text: str
    encoders: tuple[tuple[int, Encoder], ...] = ()

    def values(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values as PostgreSQL takes them."""
        if not self.encoders:
            return values
        told = list(values)
        for place, encode in self.encoders:
            told[place] = encode(told[place])
        return told


_TOPS = (
    "SELECT 'entity', CASE WHEN is_called THEN last_value ELSE 0 END FROM entity_ref_seq UNION ALL "
    "SELECT 'series', CASE WHEN is_called THEN last_value ELSE 0 END FROM series_ref_seq"
)
# what stands in a statement, and what PostgreSQL is told instead
_PHRASES = (
    ("BEGIN IMMEDIATE", "BEGIN"),
    ("SELECT CAST(value AS INTEGER) AS value FROM json_each(?)",
     "SELECT CAST(json_array_elements_text(CAST(? AS json)) AS BIGINT) AS value"),
    ("SELECT CAST(value AS INTEGER) FROM json_each(?)",
     "SELECT CAST(json_array_elements_text(CAST(? AS json)) AS BIGINT)"),
    ("SELECT value FROM json_each(?)", "SELECT json_array_elements_text(CAST(? AS json))"),
    ("json_extract(body, '$.ends_us')", "CAST(CAST(body AS json) ->> 'ends_us' AS BIGINT)"),
    # SQLite is told so in which order to look
    ("CROSS JOIN entity e ON", "JOIN entity e ON"),
    ("f.value = x'01'", "f.value = '\\x0301'"),
    ("f.value < x''", "f.value < '\\x03'"),
    ("f.value < ''", "f.value < '\\x02'"),
    ("f.value >= ''", "f.value >= '\\x02'"),
    ("p.east >= ? AND p.west <= ? AND p.north >= ? AND p.south <= ?",
     "box(point(p.west, p.south), point(p.east, p.north)) && box_of(?, ?, ?, ?)"),
    ("SELECT name, seq FROM sqlite_sequence",
     _TOPS),
)  # fmt: skip
words: list[Callable[[str], str]] = []
"""Functions of other parts of the chapter that put their own statements into such words."""
_INSERTED = re.compile(r"INSERT INTO (fact|reading|setting)\(([^)]*)\)\s*VALUES\s*\(([^)]*)\)")
_COMPARED = re.compile(r"\bvalue (?:=|<=|>=|<|>) (?=\?)")
_BETWEEN = re.compile(r"\bvalue BETWEEN (?=\? AND (\?))")
_MARKS = re.compile(r"\?(\d*)")


@lru_cache(maxsize=2048)
def translate(statement: str) -> Statement:
    """
    Return a statement of SQLite's in PostgreSQL's words.

    Examples
    --------
    >>> translate("SELECT body FROM entity WHERE id = ?").text
    'SELECT body FROM entity WHERE id = $1'
    """
    places = _encoded(statement)
    text = statement
    for tell in words:
        text = tell(text)
    for phrase, other in _PHRASES:
        text = text.replace(phrase, other)
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[1]:
            return f"${found[1]}"
        count += 1
        return f"${count}"

    return Statement(_MARKS.sub(number, text), places)


def _encoded(statement: str) -> tuple[tuple[int, Encoder], ...]:
    """Find the values for columns that hold any kind."""
    found: list[tuple[int, Encoder]] = []

    def add(at: int, table: str) -> None:
        found.append((statement.count("?", 0, at), ENCODERS[table]))

    inserted = _INSERTED.search(statement)
    if inserted:
        columns = [one.strip() for one in inserted[2].split(",")]
        start = inserted.start(3)
        for column, one in zip(columns, inserted[3].split(","), strict=True):
            if column == "value" and one.strip() == "?":
                add(start, inserted[1])
            start += len(one) + 1
        return tuple(found)
    table = next((one for one in ENCODERS if re.search(rf"\b{one}\b", statement)), None)
    if table is not None:
        for match in _COMPARED.finditer(statement):
            add(match.end(), table)
        for match in _BETWEEN.finditer(statement):
            add(match.end(), table)
            add(match.start(1), table)
    return tuple(sorted(found, key=lambda pair: pair[0]))


_TRIGGER = """
CREATE OR REPLACE FUNCTION \\1() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN \\3 RETURN OLD; END $$;
CREATE OR REPLACE TRIGGER \\1 AFTER DELETE ON \\2 FOR EACH ROW EXECUTE FUNCTION \\1();
"""
_PLACE = """
CREATE TABLE IF NOT EXISTS place(
  ref BIGINT PRIMARY KEY, west FLOAT8 NOT NULL, east FLOAT8 NOT NULL, south FLOAT8 NOT NULL,
  north FLOAT8 NOT NULL
);
CREATE INDEX IF NOT EXISTS place_box
  ON place USING gist (box(point(west, south), point(east, north)));
"""
_KINDS = (
    (r"\bINTEGER PRIMARY KEY(?: AUTOINCREMENT)?",
     "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
    (r"\bINTEGER\b", "BIGINT"),
    (r"\bBLOB\b", "BYTEA"),
    (r"\bREAL\b", "DOUBLE PRECISION"),
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
    (r"\bWITHOUT ROWID\b", ""),
    (r"\bvalue NOT NULL,", "value BYTEA NOT NULL,"),
    (r"\bvalue(?=,?\s*\n)", "value JSON"),
    (r"CREATE TRIGGER IF NOT EXISTS (\w+) AFTER DELETE ON (\w+) BEGIN\s+(.*?)\s+END;", _TRIGGER),
    (r"CREATE VIRTUAL TABLE IF NOT EXISTS place USING rtree\(ref, west, east, south, north\);",
     _PLACE),
)  # fmt: skip


def translate_tables(script: str) -> str:
    """Return the statements that make tables in PostgreSQL's words."""
    for form, other in _KINDS:
        script = re.sub(form, other, script, flags=re.DOTALL)
    return script
