"""
Functions of shapes where PostgreSQL is asked, which has none: it is told what shapely says.

A statement is run. What it asks of shapes and is not told yet, its functions note in a table of the
session's own; shapely answers, and the statement is run again, until it asks nothing new. So each
pair of shapes is compared once, whatever the rest of the statement is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bunyad.operate.records.database import Db
from bunyad.operate.sensorthings.queries.geometry import shape_says
from bunyad.operate.sensorthings.refusals import Refusal

SHAPES = "sensorthings_shape("
"""How a call stands in a statement."""
FUNCTIONS = """
CREATE OR REPLACE FUNCTION sensorthings_measure(operator TEXT, a TEXT, b TEXT, pattern TEXT)
  RETURNS FLOAT8 LANGUAGE plpgsql VOLATILE AS $$
DECLARE known TEXT; said FLOAT8; BEGIN
  IF a IS NULL OR b IS NULL AND operator <> 'length' THEN RETURN NULL; END IF;
  known := md5(operator || chr(31) || a || chr(31) || coalesce(b, '') || chr(31)
    || coalesce(pattern, ''));
  SELECT says INTO said FROM sensorthings_told WHERE key = known;
  IF NOT FOUND THEN
    INSERT INTO sensorthings_asked VALUES (known, operator, a, b, pattern) ON CONFLICT DO NOTHING;
  END IF;
  RETURN said;
END $$;
CREATE OR REPLACE FUNCTION sensorthings_shape(operator TEXT, a TEXT, b TEXT, pattern TEXT)
  RETURNS BOOLEAN LANGUAGE sql VOLATILE AS $$
  SELECT sensorthings_measure(operator, a, b, pattern) = 1 $$;
"""
PHRASES = (
    ("sensorthings_shape('distance'", "sensorthings_measure('distance'"),
    ("sensorthings_shape('length'", "sensorthings_measure('length'"),
)
_BEGIN = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS sensorthings_told(key TEXT PRIMARY KEY, says FLOAT8)",
    (
        "CREATE TEMPORARY TABLE IF NOT EXISTS sensorthings_asked("
        "key TEXT PRIMARY KEY, operator TEXT, a TEXT, b TEXT, pattern TEXT)"
    ),
    "TRUNCATE sensorthings_told, sensorthings_asked",
)
_ASKED = "DELETE FROM sensorthings_asked RETURNING key, operator, a, b, pattern"
_TELL = (
    "INSERT INTO sensorthings_told SELECT * FROM "
    "unnest(CAST(? AS TEXT[]), CAST(? AS FLOAT8[])) ON CONFLICT DO NOTHING"
)
_MOST_ROUNDS = 20
"""Runs of one statement; those of two conditions one within the other take three."""


def run_with_shapes(db: Db, statement: str, values: Sequence[Any]) -> list[Any]:
    """
    Return the rows of a statement that asks of shapes.

    Parameters
    ----------
    db
        Connection to PostgreSQL.
    statement, values
        The statement and the values of its question marks.

    Raises
    ------
    Refusal
        If it asks of new shapes again and again.
    """
    for one in _BEGIN:
        db.execute(one)
    for _ in range(_MOST_ROUNDS):
        rows = db.execute(statement, values).fetchall()
        asked = db.execute(_ASKED).fetchall()
        if not asked:
            return rows
        keys = [key for key, *_ in asked]
        says = [shape_says(operator, a, b, pattern) for _, operator, a, b, pattern in asked]
        db.execute(_TELL, (keys, [None if one is None else float(one) for one in says]))
    raise Refusal("shapes within shapes", where="$filter", mend="make the condition simpler")
