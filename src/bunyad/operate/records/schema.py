"""The tables of one tenant's file."""

from __future__ import annotations

# `word` gives every IRI (types, attributes) a small number, so that indices stay small.
# `entity.body` is the entity as `broker.model` describes it; NULL where only its past is left.
# `fact` answers "which entities have this attribute, with this value": one row for every scalar
# of a top-level attribute, a row with an empty blob where the value is none.
# Numbers of entities, series and readings are never given twice (AUTOINCREMENT): sums, files and
# what the writer remembers name them.
# `hourly_day` has the hours of days that are long over (`hours`): of a series and day, either there
# is a row here or there are rows in `hourly`.
# `reading` is the past: one row for each value that an attribute (or an Observation) ever had.
TABLES = """
CREATE TABLE IF NOT EXISTS word(
  ref INTEGER PRIMARY KEY,
  iri TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS entity(
  ref INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  body TEXT,
  types TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  modified_us INTEGER NOT NULL,
  deleted_us INTEGER
);
CREATE INDEX IF NOT EXISTS entity_gone ON entity(ref) WHERE body IS NULL;
CREATE TABLE IF NOT EXISTS entity_type(
  type INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  PRIMARY KEY(type, entity)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fact(
  attribute INTEGER NOT NULL,
  value NOT NULL,
  entity INTEGER NOT NULL,
  PRIMARY KEY(attribute, value, entity)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fact_of ON fact(entity, attribute, value);
CREATE TABLE IF NOT EXISTS entity_scope(
  scope TEXT NOT NULL,
  entity INTEGER NOT NULL,
  PRIMARY KEY(scope, entity)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS geometry(
  ref INTEGER PRIMARY KEY,
  entity INTEGER NOT NULL,
  attribute INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS geometry_of ON geometry(entity);
CREATE VIRTUAL TABLE IF NOT EXISTS place USING rtree(ref, west, east, south, north);
CREATE TABLE IF NOT EXISTS series(
  ref INTEGER PRIMARY KEY AUTOINCREMENT,
  entity INTEGER NOT NULL,
  attribute INTEGER NOT NULL,
  dataset TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL DEFAULT 'Property',
  unit TEXT,
  UNIQUE(entity, attribute, dataset)
);
CREATE TABLE IF NOT EXISTS reading(
  ref INTEGER PRIMARY KEY AUTOINCREMENT,
  series INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  made_us INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  value,
  body TEXT
);
CREATE INDEX IF NOT EXISTS reading_by_series ON reading(series, at_us);
CREATE TABLE IF NOT EXISTS hourly(
  series INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  count INTEGER NOT NULL,
  sum REAL NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  last REAL NOT NULL,
  last_us INTEGER NOT NULL,
  PRIMARY KEY(series, at_us)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS daily(
  series INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  count INTEGER NOT NULL,
  sum REAL NOT NULL,
  min REAL NOT NULL,
  max REAL NOT NULL,
  last REAL NOT NULL,
  last_us INTEGER NOT NULL,
  PRIMARY KEY(series, at_us)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hourly_day(
  series INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY(series, at_us)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS document(
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY(kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS archive(
  file TEXT PRIMARY KEY,
  until_us INTEGER NOT NULL,
  newest INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS setting(
  name TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;
"""

_extensions: dict[str, str] = {}
_functions: dict[str, str] = {}


def add_tables(name: str, script: str) -> None:
    """
    Let a part of the chapter keep tables of its own in every tenant's file.

    Parameters
    ----------
    name
        Name of the part, such as `sensorthings`.
    script
        Statements that may run again and again (`IF NOT EXISTS`); names of tables start with
        the part's name.
    """
    _extensions[name] = script


def add_functions(name: str, script: str) -> None:
    """
    Let a part of the chapter have functions in PostgreSQL that SQLite has or is given.

    Parameters
    ----------
    name
        Name of the part.
    script
        Statements in PostgreSQL's words that may run again and again (`OR REPLACE`).
    """
    _functions[name] = script


def all_functions() -> str:
    """Return the functions of all parts that are loaded, for PostgreSQL."""
    return "\n".join(_functions.values())


def all_tables() -> str:
    """Return the statements of all parts that are loaded."""
    return "\n".join((TABLES, *_extensions.values()))
