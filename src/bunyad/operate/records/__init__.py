"""
Records: what is, what was, and its sums by hour and day.

opening   all tenants of a data folder or a database
tenant    one tenant's records: readers, and one writer that commits in groups
database  what is asked of a database; SQLite's files
postgresql, dialect, schemas, sharing
          PostgreSQL instead: a connection, its words, a schema for each tenant, and what several
          servers on one database do together
entities  the current state: kept, found by type, attribute, value, place and scope
readings  the past: series and their readings, the last values
lending   the same for who only looks, or keeps a log: connections that are lent
beside    logs of other parts: a file beside the records, or tables in the database
rollups   sums by hour and day
keeping   what is done now and then: sums, and moving old readings away
history   long history as Parquet, and how long readings are kept
documents small things of other parts: subscriptions, contexts, rules
schema    the tables
"""

from __future__ import annotations

from bunyad.operate.records.database import Db
from bunyad.operate.records.documents import (
    delete_document,
    load_document,
    load_documents,
    put_document,
)
from bunyad.operate.records.entities import (
    delete_entity,
    find_entities,
    insert_entity,
    load_entities,
    load_entity,
    put_entity,
)
from bunyad.operate.records.opening import Records, open_records
from bunyad.operate.records.readings import (
    Reading,
    append_readings,
    last_values,
    load_readings,
    series_ref,
)
from bunyad.operate.records.rollups import Sum, load_sums, recount, roll_up
from bunyad.operate.records.schema import add_tables
from bunyad.operate.records.tenant import Change, Tenant, Writing
from bunyad.operate.records.times import from_iso, now_us, to_iso
from bunyad.operate.records.wanted import Fact, Wanted

__all__ = [
    "Change",
    "Db",
    "Fact",
    "Reading",
    "Records",
    "Sum",
    "Tenant",
    "Wanted",
    "Writing",
    "add_tables",
    "append_readings",
    "delete_document",
    "delete_entity",
    "find_entities",
    "from_iso",
    "insert_entity",
    "last_values",
    "load_document",
    "load_documents",
    "load_entities",
    "load_entity",
    "load_readings",
    "load_sums",
    "now_us",
    "open_records",
    "put_document",
    "put_entity",
    "recount",
    "roll_up",
    "series_ref",
    "to_iso",
]
