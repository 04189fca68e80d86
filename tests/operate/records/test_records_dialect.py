"""What SQLite is asked, in PostgreSQL's words; and a database that cannot be had."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.operate import records
from bunyad.operate.records import schema
from bunyad.operate.records.dialect import fact_key, translate, translate_tables
from bunyad.operate.records.keeping import Keeping
from bunyad.operate.server import make_server

VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.sampled_from([b"", b"\x01"]),
)  # fmt: skip


@given(st.lists(VALUES, max_size=12))
def test_facts_are_ordered_as_sqlite_orders_values(values: list[Any]) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t(n INTEGER, value)")
    db.executemany("INSERT INTO t VALUES(?, ?)", list(enumerate(values)))
    rows = [n for (n,) in db.execute("SELECT n FROM t ORDER BY value, n")]
    pairs = db.execute("SELECT a.n, b.n FROM t a JOIN t b ON a.value = b.value").fetchall()
    db.close()

    assert sorted(range(len(values)), key=lambda n: (fact_key(values[n]), n)) == rows
    equal = {(a, b) for a in range(len(values)) for b in range(len(values))
             if fact_key(values[a]) == fact_key(values[b])}  # fmt: skip
    assert equal == set(pairs)


@pytest.mark.parametrize(
    ("asked", "told", "places"),
    [
        ("SELECT ref FROM word WHERE iri = ?", "SELECT ref FROM word WHERE iri = $1", []),
        ("INSERT INTO fact(attribute, value, entity) VALUES(?, ?, ?)",
         "INSERT INTO fact(attribute, value, entity) VALUES($1, $2, $3)", [1]),
        ("INSERT INTO setting(name, value) VALUES('rolled', ?)",
         "INSERT INTO setting(name, value) VALUES('rolled', $1)", [0]),
        ("SELECT f.entity FROM fact f WHERE f.attribute = ? AND f.value BETWEEN ? AND ?",
         "SELECT f.entity FROM fact f WHERE f.attribute = $1 AND f.value BETWEEN $2 AND $3",
         [1, 2]),
        ("SELECT f.entity FROM fact f WHERE f.attribute = ? AND f.value > ? AND f.value < ''",
         ("SELECT f.entity FROM fact f WHERE f.attribute = $1 AND f.value > $2 AND "
          "f.value < '\\x02'"), [1]),
        ("DELETE FROM reading WHERE series = ?1 AND at_us < ?2",
         "DELETE FROM reading WHERE series = $1 AND at_us < $2", []),
        ("SELECT value FROM setting WHERE name = ?", "SELECT value FROM setting WHERE name = $1",
         []),
    ],
)  # fmt: skip
def test_a_statement_is_told_in_postgresqls_words(asked: str, told: str, places: list[int]) -> None:
    found = translate(asked)

    assert found.text == told
    assert [place for place, _ in found.encoders] == places


def test_no_word_of_sqlites_is_left_in_the_tables() -> None:
    tables = translate_tables(schema.all_tables())

    assert not re.search(r"AUTOINCREMENT|WITHOUT ROWID|VIRTUAL|\bINTEGER\b|\bREAL\b", tables)


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SQLite or in PostgreSQL"):
        records.open_records(tmp_path, database="mysql://x/y")


def test_a_database_that_does_not_answer_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not open") as told:
        records.open_records(tmp_path, database="postgresql://me:secret@127.0.0.1:9/none")
    assert "secret" not in str(told.value)


def test_servers_with_folders_of_their_own_are_refused_where_readings_move_to_files(
    cluster: Any, tmp_path: Path
) -> None:
    url = cluster.make_database()
    make_server(tmp_path / "one", database=url).server.records.close()

    with pytest.raises(InputError, match="another folder"):
        make_server(tmp_path / "two", database=url)

    other = cluster.make_database()
    for name in ("three", "four"):
        made = make_server(tmp_path / name, database=other, keeping=Keeping(days=0, readings=0))
        made.server.records.close()
