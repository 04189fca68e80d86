"""Readings, their sums, their long history; what survives a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.postgresql import database_of

from bunyad.operate import records
from bunyad.operate.records import Reading, Tenant, history
from bunyad.operate.records.backfill import backfill
from bunyad.operate.records.exact import split_runs
from bunyad.operate.records.history import (
    archive_readings,
    archive_surplus,
    forget_history,
    load_history,
)
from bunyad.operate.records.hours import COLUMNS, HOURS, pack_days, unpack_day
from bunyad.operate.records.keeping import Keeper, Keeping
from bunyad.operate.records.rollups import load_hours, pack_hours
from bunyad.operate.records.times import DAY_US, HOUR_US, from_iso

NOON = from_iso("2026-06-15T12:00:00Z")


@pytest.fixture(params=["files", "postgresql"])
def tenant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tenant]:
    store = records.open_records(tmp_path, synchronous="OFF", database=database_of(request))
    found = store.tenant()
    assert found is not None
    found.submit(lambda tx: records.put_entity(tx, meter(tx))).result()
    yield found
    store.close()


def meter(tx: Any, value: float = 1.0) -> dict[str, Any]:
    now = records.to_iso(tx.now_us)
    return {
        "id": "urn:meter", "type": ["Meter"], "createdAt": now, "modifiedAt": now,
        "attrs": {"power": [{"type": "Property", "value": value, "unitCode": "KWT",
                             "observedAt": now, "createdAt": now, "modifiedAt": now}]},
    }  # fmt: skip


def series_of(tenant: Tenant, attribute: str = "energy") -> int:
    return tenant.submit(lambda tx: records.series_ref(tx, "urn:meter", attribute)).result()


def add(tenant: Tenant, readings: list[Reading]) -> None:
    tenant.submit(lambda tx: records.append_readings(tx, readings)).result()


def test_a_written_attribute_leaves_a_reading_without_a_body(tenant: Tenant) -> None:
    series = series_of(tenant, "power")

    (reading,) = records.load_readings(tenant.reader(), series)

    assert (reading.value, reading.body, reading.observed) == (1.0, None, True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-1000, 1000), st.integers(0, 2)),
                min_size=1, max_size=60))  # fmt: skip
def test_sums_are_those_of_the_readings_whenever_they_are_made(
    rows: list[tuple[int, int, int]],
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = records.open_records(Path(folder), synchronous="OFF")
        tenant = store.tenant()
        assert tenant is not None
        tenant.submit(lambda tx: records.put_entity(tx, meter(tx))).result()
        series = series_of(tenant)
        for quarter, value, rolls in rows:
            add(tenant, [Reading(series, NOON + quarter * HOUR_US // 4, value)])
            if rolls:
                tenant.submit(records.roll_up).result()
            if rolls == 2:
                tenant.submit(lambda tx: pack_hours(tx, before_us=NOON + DAY_US // 2)).result()

        found = records.load_sums(
            tenant.reader(), [series], "hour", from_us=NOON - DAY_US, to_us=NOON + DAY_US
        )
        store.close()

    hours: dict[int, list[tuple[int, int, int]]] = {}
    for number, (quarter, value, _) in enumerate(rows):
        at = NOON + quarter * HOUR_US // 4
        hours.setdefault(at - at % HOUR_US, []).append((at, number, value))
    assert [one.at_us for one in found] == sorted(hours)
    for one in found:
        values = [value for _, _, value in hours[one.at_us]]
        assert (one.count, one.sum, one.min, one.max) == (
            len(values), sum(values), min(values), max(values),
        )  # fmt: skip
        assert one.last_us == max(at for at, _, _ in hours[one.at_us])


def test_days_sum_what_hours_sum(tenant: Tenant) -> None:
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON + n * HOUR_US, n) for n in range(48)])
    tenant.submit(records.roll_up).result()

    def sums(period: Any) -> float:
        found = records.load_sums(
            tenant.reader(), [series], period, from_us=NOON - DAY_US, to_us=NOON + 4 * DAY_US
        )
        return sum(one.sum for one in found)

    assert sums("hour") == sums("day") == sum(range(48))


def test_changed_readings_are_summed_again(tenant: Tenant) -> None:
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON, 5), Reading(series, NOON + 1, 7)])
    tenant.submit(records.roll_up).result()

    def take_away(tx: Any) -> None:
        tx.db.execute("DELETE FROM reading WHERE series = ? AND at_us = ?", (series, NOON + 1))
        records.recount(tx, series, from_us=NOON + 1, to_us=NOON + 1)

    tenant.submit(take_away).result()

    (found,) = records.load_sums(
        tenant.reader(), [series], "hour", from_us=NOON, to_us=NOON + HOUR_US
    )
    assert (found.count, found.sum, found.last) == (1, 5.0, 5.0)


def test_a_change_in_a_packed_day_is_summed_again(tenant: Tenant) -> None:
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON + hour * HOUR_US, hour / 10) for hour in range(-30, 5)])
    tenant.submit(records.roll_up).result()
    tenant.submit(lambda tx: pack_hours(tx, before_us=NOON + DAY_US // 2)).result()
    count = f"SELECT count(*) FROM hourly WHERE series = {series}"
    assert tenant.reader().execute(count).fetchone() == (0,)

    def take_away(tx: Any) -> None:
        at_us = NOON + 3 * HOUR_US
        tx.db.execute("DELETE FROM reading WHERE series = ? AND at_us = ?", (series, at_us))
        records.recount(tx, series, from_us=NOON + 3 * HOUR_US, to_us=NOON + 3 * HOUR_US)

    tenant.submit(take_away).result()

    found = load_hours(tenant.reader(), series, from_us=NOON - 2 * DAY_US, to_us=NOON + DAY_US)
    assert [one.last for one in found] == [n / 10 for n in range(-30, 5) if n != 3]
    assert [one.at_us for one in found] == sorted(one.at_us for one in found)
    assert tenant.reader().execute(count).fetchone() == (16,)  # one day is rows again


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**9), 10**9).map(lambda whole: whole / 100),
    st.sampled_from([0.0, -0.0, 0.1 + 0.2, 2.0**53, 230.1]),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.lists(NUMBERS, min_size=HOURS, max_size=HOURS),
                          st.sets(st.integers(0, HOURS - 1), min_size=1)), min_size=1, max_size=4))  # fmt: skip
def test_packed_hours_come_back_to_the_bit(rows: list[tuple[list[float], set[int]]]) -> None:
    panel = np.array([numbers for numbers, _ in rows])
    for row, (_, hours) in enumerate(rows):
        panel[row, [hour for hour in range(HOURS) if hour not in hours]] = np.nan
    whole = np.where(np.isnan(panel), np.nan, np.arange(HOURS) * 1e8)

    bodies = pack_days([whole if name in {"count", "last_us"} else panel for name in COLUMNS])

    for row, body in zip(panel, bodies, strict=True):
        told = list(unpack_day(NOON, body))
        hours = np.flatnonzero(~np.isnan(row)).tolist()
        assert [one[0] for one in told] == [NOON + hour * HOUR_US for hour in hours]
        for column in (2, 3, 4, 5):
            back = np.array([one[column] for one in told])
            assert back.tobytes() == row[hours].tobytes()
        assert [one[1] for one in told] == [hour * 10**8 for hour in hours]
        assert [one[6] - one[0] for one in told] == [hour * 10**8 for hour in hours]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), NUMBERS), max_size=40))
def test_numbers_with_few_decimals_are_whole_ones_to_the_bit(
    rows: list[tuple[int, float]],
) -> None:
    rows.sort(key=lambda row: row[0])
    of = np.array([row[0] for row in rows], np.int64)
    values = np.array([row[1] for row in rows], float)

    whole, decimals = split_runs(values, of)

    is_whole = decimals <= 6
    told = (whole / 10.0 ** np.where(is_whole, decimals, 0))[is_whole]
    assert told.tobytes() == (values[is_whole] + 0.0).tobytes()  # -0.0 + 0.0 is 0.0
    for series in set(of.tolist()):
        assert len(set(decimals[of == series].tolist())) == 1


def test_of_too_many_readings_the_older_half_moves(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "ROWS_OF_BATCH", 7)
    series = series_of(tenant)
    values = [0.1 * n for n in range(97)] + [-0.0, 1e300, 0.1 + 0.2]
    add(tenant, [Reading(series, NOON + n * HOUR_US, one) for n, one in enumerate(values)])
    assert archive_surplus(tenant, most=200) == 0

    staying = archive_surplus(tenant, most=60)

    held = "SELECT count(*) FROM reading WHERE series = ?"
    assert tenant.reader().execute(held, (series,)).fetchone() == (31,)
    assert archive_surplus(tenant, most=60, staying=staying) == staying
    found = load_history(tenant, [series], from_us=0, to_us=NOON + 1000 * HOUR_US)
    told = found["value"].to_numpy()
    assert told.tobytes() == np.array(values).tobytes()


def test_the_last_value_is_the_latest_observed_not_the_latest_written(tenant: Tenant) -> None:
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON, 5), Reading(series, NOON - 1, 7)])

    assert records.last_values(tenant.reader(), [series]) == {series: (NOON, 5)}


def test_old_readings_move_to_files_and_are_found_there(tenant: Tenant) -> None:
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON + day * DAY_US, day) for day in range(10)])
    tenant.submit(records.roll_up).result()
    end = NOON + 10 * DAY_US

    assert archive_readings(tenant, keep_days=3, now=end) == 7
    assert archive_readings(tenant, keep_days=3, now=end) == 0

    left = records.load_readings(tenant.reader(), series)
    assert [reading.value for reading in left] == [7, 8, 9]
    table = load_history(tenant, [series], from_us=NOON, to_us=end)
    assert table.column("value").to_pylist() == list(range(10))
    days = records.load_sums(tenant.reader(), [series], "day", from_us=NOON, to_us=end)
    assert [one.sum for one in days] == list(range(10))
    assert forget_history(tenant, keep_days=1, now=end + 30 * DAY_US) == 1
    table = load_history(tenant, [series], from_us=NOON, to_us=end)
    assert table.column("value").to_pylist() == [7, 8, 9]


def test_a_crash_between_file_and_deletion_doubles_nothing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON + day * DAY_US, day) for day in range(4)])
    end = NOON + 10 * DAY_US
    with monkeypatch.context() as patched:
        patched.setattr("bunyad.operate.records.history._finish", lambda _tenant: None)
        archive_readings(tenant, keep_days=3, now=end)

    table = load_history(tenant, [series], from_us=NOON, to_us=end)
    assert table.column("value").to_pylist() == [0, 1, 2, 3]

    archive_readings(tenant, keep_days=3, now=end)
    assert [one.value for one in records.load_readings(tenant.reader(), series)] == [3]
    assert load_history(tenant, [series], from_us=NOON, to_us=end).num_rows == 4


def test_a_job_that_fails_undoes_itself_only(tenant: Tenant) -> None:
    def wrong(tx: Any) -> None:
        records.put_document(tx, "kind", "a", 1)
        raise LookupError("on purpose")

    first = tenant.submit(lambda tx: records.put_document(tx, "kind", "b", 2))
    second = tenant.submit(wrong)
    third = tenant.submit(lambda tx: records.put_document(tx, "kind", "c", 3))

    with pytest.raises(LookupError):
        second.result()
    first.result()
    third.result()
    assert dict(records.load_documents(tenant.reader(), "kind")) == {"b": 2, "c": 3}


def test_what_hooks_write_is_kept_with_the_changes(tenant: Tenant) -> None:
    seen: list[Any] = []
    tenant.before_commit.append(
        lambda tx: records.put_document(tx, "outbox", "1", [one.id for one in tx.changes])
    )
    tenant.after_commit.append(seen.extend)

    def change(tx: Any) -> None:
        before = records.load_entity(tx.db, "urn:meter")
        records.put_entity(tx, meter(tx, 2.0), before=before, touched={"power": "updated"})

    tenant.submit(change).result()

    assert records.load_document(tenant.reader(), "outbox", "1") == ["urn:meter"]
    assert [one.touched for one in seen] == [{"power": "updated"}]


def test_the_latest_reading_and_those_that_are_held_stay_and_are_told_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_held", {})
    history.hold_readings("test", f"reading.at_us = {NOON + 2}")
    series = series_of(tenant)
    add(tenant, [Reading(series, NOON + place, float(place)) for place in range(5)])
    archive_readings(tenant, keep_days=1, now=NOON + 9 * DAY_US)
    left = records.load_readings(tenant.reader(), series)
    assert [one.value for one in left] == [2.0, 4.0]
    told = load_history(tenant, [series], from_us=0, to_us=NOON + DAY_US)
    assert told["value"].to_pylist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_day_of_another_system_is_added_at_once(tenant: Tenant) -> None:
    keys = [series_of(tenant, f"a{one}") for one in range(3)]
    day = NOON // DAY_US * DAY_US
    times = day + np.arange(0, DAY_US, DAY_US // 48)
    panel = np.random.default_rng(1).normal(size=(3, 48)).round(3)
    panel[1, 5] = panel[2, :20] = np.nan
    add(tenant, [Reading(keys[0], day + 7, 100.0)])

    assert backfill(tenant, keys, times, panel) == 3 * 48 - 21

    add(tenant, [Reading(keys[0], day + 9, 50.0)])
    rows = [(key, int(at), float(value)) for key, row in zip(keys, panel, strict=True)
            for at, value in zip(times, row, strict=True) if value == value]  # fmt: skip
    rows += [(keys[0], day + 7, 100.0), (keys[0], day + 9, 50.0)]
    for _ in range(2):
        told = load_history(tenant, keys, from_us=0, to_us=NOON + DAY_US)
        assert len(set(told["ref"].to_pylist())) == len(rows)
        columns = (told[name].to_pylist() for name in ("series", "at_us", "value"))
        assert list(zip(*columns, strict=True)) == sorted(rows)
        for period in ("hour", "day"):
            sums = records.load_sums(tenant.reader(), keys, period, from_us=day, to_us=day + DAY_US)
            assert sum(one.count for one in sums) == len(rows)
            assert sum(one.sum for one in sums) == pytest.approx(sum(row[2] for row in rows))
            assert max(one.max for one in sums) == 100.0
        tenant.submit(records.roll_up).result()
    assert backfill(tenant, keys, times + DAY_US // 2 + 3 * DAY_US, panel) == 3 * 48 - 21
    later = load_history(tenant, keys, from_us=day + 3 * DAY_US, to_us=day + 5 * DAY_US)
    assert later.num_rows == 3 * 48 - 21
    with pytest.raises(ValueError, match="shape"):
        backfill(tenant, keys[:2], times, panel)


def test_a_living_server_sums_packs_and_moves_by_itself(tmp_path: Path) -> None:
    async def story() -> None:
        store = records.open_records(tmp_path, synchronous="OFF")
        tenant = store.tenant()
        assert tenant is not None
        await asyncio.to_thread(tenant.submit(lambda tx: records.put_entity(tx, meter(tx))).result)
        series = await asyncio.to_thread(series_of, tenant)
        first = records.now_us() - 6 * DAY_US
        await asyncio.to_thread(
            add, tenant, [Reading(series, first + n * HOUR_US, n / 10) for n in range(120)]
        )
        keeper = Keeper(store, Keeping(days=35, readings=50, every_s=0.01))
        await keeper.start()
        db = tenant.reader()

        def is_done() -> bool:
            packed = db.execute("SELECT count(*) FROM hourly_day").fetchone()[0]
            moved = db.execute("SELECT count(*) FROM archive WHERE deleted = 1").fetchone()[0]
            return packed >= 3 and moved == 1

        try:
            async with asyncio.timeout(60):
                while True:
                    if is_done():
                        break
                    await asyncio.sleep(0.01)
        finally:
            await keeper.stop()
        assert db.execute("SELECT count(*) FROM reading").fetchone()[0] <= 50
        found = load_hours(db, series, from_us=0, to_us=2**62)
        assert [one.sum for one in found] == [n / 10 for n in range(120)]
        await asyncio.to_thread(store.close)

    asyncio.run(story())
