"""The tables of SensorThings in a tenant's file, beside the records' own."""

from __future__ import annotations

from bunyad.operate.records import add_tables
from bunyad.operate.sensorthings import postgresql

# `named` is the `@iot.id` that a client chose where it is a text; else the key is the `@iot.id`.
# The key of a Datastream is its series', that of an Observation its reading's.
# `sensorthings_thing.entity` and `sensorthings_datastream.attribute` are set where these show an
# entity of the broker and one of its attributes.
# A MultiDatastream is a row of `sensorthings_datastream` that `sensorthings_multi` names; its
# `unit` is a list, its `observed_property` 0.
# `feature` of a Datastream is that of readings with none of their own; `area_feature` the last one
# taken into `observed_area`.
# `sensorthings_gone` has the entities that were shown until they were deleted.
# `digits` holds how many digits each time had after the second: 3 bits each, in the order start
# and end of the phenomenon, result, start and end of validity.
TABLES = """
CREATE TABLE IF NOT EXISTS sensorthings_thing(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  named TEXT UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  properties TEXT,
  entity INTEGER UNIQUE
);
CREATE TABLE IF NOT EXISTS sensorthings_location(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  named TEXT UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  encoding_type TEXT NOT NULL,
  location TEXT NOT NULL,
  properties TEXT,
  feature INTEGER
);
CREATE TABLE IF NOT EXISTS sensorthings_thing_location(
  thing INTEGER NOT NULL,
  location INTEGER NOT NULL,
  PRIMARY KEY(thing, location)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sensorthings_location_thing
  ON sensorthings_thing_location(location);
CREATE TABLE IF NOT EXISTS sensorthings_past(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  named TEXT UNIQUE,
  time INTEGER NOT NULL,
  thing INTEGER NOT NULL,
  digits INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS sensorthings_past_of ON sensorthings_past(thing, time);
CREATE TABLE IF NOT EXISTS sensorthings_past_location(
  past INTEGER NOT NULL,
  location INTEGER NOT NULL,
  PRIMARY KEY(past, location)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sensorthings_location_past
  ON sensorthings_past_location(location);
CREATE TABLE IF NOT EXISTS sensorthings_sensor(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  named TEXT UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  encoding_type TEXT NOT NULL,
  metadata TEXT NOT NULL,
  properties TEXT
);
CREATE TABLE IF NOT EXISTS sensorthings_observed_property(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  named TEXT UNIQUE,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  description TEXT NOT NULL,
  properties TEXT
);
CREATE TABLE IF NOT EXISTS sensorthings_feature(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  named TEXT UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  encoding_type TEXT NOT NULL,
  feature TEXT NOT NULL,
  properties TEXT
);
CREATE TABLE IF NOT EXISTS sensorthings_datastream(
  key INTEGER PRIMARY KEY,
  named TEXT UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  observation_type TEXT NOT NULL,
  unit TEXT NOT NULL,
  properties TEXT,
  observed_area TEXT,
  phenomenon_start INTEGER,
  phenomenon_end INTEGER,
  result_start INTEGER,
  result_end INTEGER,
  thing INTEGER NOT NULL,
  sensor INTEGER NOT NULL,
  observed_property INTEGER NOT NULL,
  feature INTEGER,
  area_feature INTEGER,
  attribute TEXT
);
CREATE INDEX IF NOT EXISTS sensorthings_datastream_thing ON sensorthings_datastream(thing);
CREATE INDEX IF NOT EXISTS sensorthings_datastream_sensor ON sensorthings_datastream(sensor);
CREATE INDEX IF NOT EXISTS sensorthings_datastream_observed
  ON sensorthings_datastream(observed_property);
CREATE INDEX IF NOT EXISTS sensorthings_datastream_feature
  ON sensorthings_datastream(feature) WHERE feature IS NOT NULL;
CREATE TABLE IF NOT EXISTS sensorthings_multi(
  datastream INTEGER PRIMARY KEY,
  data_types TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sensorthings_multi_property(
  multi INTEGER NOT NULL,
  observed_property INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY(multi, observed_property)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sensorthings_property_multi
  ON sensorthings_multi_property(observed_property);
CREATE TABLE IF NOT EXISTS sensorthings_observation(
  ref INTEGER PRIMARY KEY,
  named TEXT UNIQUE,
  feature INTEGER NOT NULL,
  phenomenon_end INTEGER,
  result_time INTEGER,
  valid_start INTEGER,
  valid_end INTEGER,
  quality TEXT,
  parameters TEXT,
  digits INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS sensorthings_observation_feature
  ON sensorthings_observation(feature);
CREATE INDEX IF NOT EXISTS sensorthings_observation_result
  ON sensorthings_observation(result_time) WHERE result_time IS NOT NULL;
CREATE TRIGGER IF NOT EXISTS sensorthings_forget AFTER DELETE ON reading BEGIN
  DELETE FROM sensorthings_observation WHERE ref = OLD.ref;
END;
CREATE TABLE IF NOT EXISTS sensorthings_gone(
  entity INTEGER PRIMARY KEY
);
"""

assert postgresql.FUNCTIONS  # loaded beside the tables
add_tables("sensorthings", TABLES)
