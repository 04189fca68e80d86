"""Entities written in groups are found by every index, and counted without being read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.operate import records
from bunyad.operate.records import Fact, Tenant, Wanted
from bunyad.operate.records.entities import find_entities
from bunyad.operate.records.tenant import insert_rows

LAMP, POWER, PLACE = "urn:t:Lamp", "urn:a:power", "urn:a:place"


def lamp(number: int, now: str) -> dict[str, Any]:
    made = {"createdAt": now, "modifiedAt": now}
    point = {"type": "Point", "coordinates": [number / 10, 39.0]}
    return {
        "id": f"urn:lamp:{number}", "type": [LAMP], **made,
        "attrs": {
            POWER: [{"type": "Property", "value": number, **made}],
            PLACE: [{"type": "GeoProperty", "value": point, **made}],
        },
    }  # fmt: skip


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    found = records.open_records(tmp_path, synchronous="OFF").tenant()
    assert found is not None
    return found


def insert(tenant: Tenant, numbers: range) -> int:
    def work(tx: records.Writing) -> int:
        now = records.to_iso(tx.now_us)
        return sum(records.insert_entity(tx, lamp(number, now)) for number in numbers)

    return tenant.submit(work).result()


def test_entities_of_several_groups_are_found_and_counted(tenant: Tenant) -> None:
    assert [insert(tenant, one) for one in (range(70), range(60, 90), range(85))] == [70, 20, 0]
    gone = records.load_entity(tenant.reader(), "urn:lamp:5")
    assert gone is not None
    tenant.submit(lambda tx: records.delete_entity(tx, gone)).result()
    db = tenant.reader()

    for wanted, count in (
        (Wanted(count=True), 89),
        (Wanted(types=((LAMP,),), count=True, limit=3), 89),
        (Wanted(types=((LAMP,),), facts=((Fact(POWER, ">=", 80),),), count=True), 10),
        (Wanted(boxes=((PLACE, (0.35, 0.65, 38.0, 40.0)),), count=True), 2),
        (Wanted(types=(("urn:t:none",),), count=True), 0),
    ):
        found, total = find_entities(db, wanted)
        assert total == count
        assert len(found) == min(count, wanted.limit or count)
    assert insert(tenant, range(5, 6)) == 1
    assert find_entities(db, Wanted(count=True, limit=0))[1] == 90


@given(st.integers(0, 150))
def test_rows_are_inserted_in_their_order_however_many(count: int) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t(ref INTEGER PRIMARY KEY, a, b)")

    insert_rows(db, "INSERT INTO t(a, b) VALUES(?, ?)", [(one, str(one)) for one in range(count)])

    rows = db.execute("SELECT a, b FROM t ORDER BY ref").fetchall()
    assert rows == [(one, str(one)) for one in range(count)]
    db.close()


def test_facts_that_an_earlier_version_kept_of_a_place_neither_stay_nor_stand_in_the_way(
    tenant: Tenant,
) -> None:
    insert(tenant, range(1))

    def change(tx: records.Writing, attrs: dict[str, Any]) -> None:
        before = records.load_entity(tx.db, "urn:lamp:0")
        assert before is not None
        now = records.to_iso(tx.now_us)
        after = {**before, "modifiedAt": now, "attrs": attrs}
        records.put_entity(tx, after, before=before, touched=dict.fromkeys(attrs, "updated"))

    def place(tx: records.Writing) -> None:
        now = records.to_iso(tx.now_us)
        times = {"createdAt": now, "modifiedAt": now}
        point = {"type": "Point", "coordinates": [46.5, 39.2]}
        change(tx, {"urn:place": [{"type": "GeoProperty", "value": point, **times}]})
        row = (tx.word("urn:place"), 46.5, 1)
        tx.db.execute("INSERT INTO fact(attribute, value, entity) VALUES(?, ?, ?)", row)

    def number(tx: records.Writing) -> None:
        now = records.to_iso(tx.now_us)
        told = {"type": "Property", "value": 46.5, "createdAt": now, "modifiedAt": now}
        change(tx, {"urn:place": [told]})

    tenant.submit(place).result()
    tenant.submit(number).result()
    placed = Wanted(attributes=("urn:place",))
    assert len(find_entities(tenant.reader(), placed)[0]) == 1
    tenant.submit(lambda tx: change(tx, {})).result()
    assert find_entities(tenant.reader(), placed)[0] == []
