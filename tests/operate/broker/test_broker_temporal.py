"""The past of entities: written, read in windows and pages, summed up and set right."""

import asyncio
import math
import statistics
from pathlib import Path
from typing import Any

import pytest
from broker_life import Asked, broker
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.operate.broker.problems import Problem
from bunyad.operate.broker.temporal import past
from bunyad.operate.broker.temporal.aggregates import (
    METHODS,
    Duration,
    Totals,
    aggregate,
    read_duration,
)
from bunyad.operate.broker.temporal.past import Line
from bunyad.operate.broker.temporal.window import Window
from bunyad.operate.records import from_iso, history, now_us, to_iso
from bunyad.operate.records.keeping import Keeper, Keeping

KEY = "urn:ngsi-ld:Meter:1"
PATH = f"/temporal/entities/{KEY}"


def live(folder: Path, story) -> None:
    async def run() -> None:
        async with broker(folder) as ask:
            await story(ask)

    asyncio.run(run())


def reading(value: Any, minute: int, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": at(minute), **more}


def at(minute: int) -> str:
    return f"2026-03-01T{minute // 60:02d}:{minute % 60:02d}:00Z"


def meter(count: int = 3, **more: Any) -> dict[str, Any]:
    return {
        "id": KEY,
        "type": "Meter",
        "power": [reading(10 * n, n) for n in range(count)],
        **more,
    }


def values(told: dict[str, Any], name: str = "power") -> list[Any]:
    return [instance["value"] for instance in told[name]]


def test_the_past_is_made_added_to_and_told(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        made = await ask("POST", "/temporal/entities", meter())
        assert made.status == 201
        assert made.headers["location"] == f"/ngsi-ld/v1{PATH}"
        more = {"power": [reading(99, 30)], "name": [reading("Köşk", 1)]}
        assert (await ask("POST", f"{PATH}/attrs", more)).status == 204
        assert (await ask("POST", "/temporal/entities", meter(1))).status == 204
        told = (await ask("GET", PATH)).document

        assert values(told) == [0, 0, 10, 20, 99]
        assert values(told, "name") == ["Köşk"]
        assert told["power"][1]["observedAt"] == at(0)
        assert len({one["instanceId"] for one in told["power"]}) == 5

    live(tmp_path, story)


def test_an_entity_that_its_past_made_is_there_until_its_past_is_deleted(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        for _ in range(2):
            told = await ask("POST", "/temporal/entities", meter(scope="/A"))
            assert told.status == 201
            present = (await ask("GET", f"/entities/{KEY}")).document
            assert (present["power"]["value"], present["scope"]) == (20, "/A")
            past = (await ask("GET", PATH)).document
            assert (values(past), values(past, "scope")) == ([0, 10, 20], [["/A"]])
            assert (await ask("DELETE", PATH)).status == 204
            assert (await ask("GET", f"/entities/{KEY}")).status == 404
        await ask("POST", "/entities", {"id": KEY, "type": "Meter", "power": reading(5, 5)})
        assert (await ask("DELETE", PATH)).status == 204
        assert (await ask("GET", f"/entities/{KEY}")).document["power"]["value"] == 5

    live(tmp_path, story)


def test_deletions_are_told_where_they_are_asked_for(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter(scope="/A"))
        await ask("DELETE", f"/entities/{KEY}/attrs/power")
        await ask("DELETE", f"/entities/{KEY}/attrs/scope")
        told = (await ask("GET", PATH, timeproperty="deletedAt")).document
        assert values(told) == ["urn:ngsi-ld:null"]
        assert values(told, "scope") == [[]]
        assert "deletedAt" in told["power"][0]
        short = await ask("GET", PATH, timeproperty="deletedAt", options="temporalValues")
        assert short.document["power"]["values"][0][0] == "urn:ngsi-ld:null"

    live(tmp_path, story)


def test_the_distant_past_is_read_from_files(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        level = [reading("full", 7), {**reading(2, 8), "unitCode": "MTR"}]
        await ask("POST", "/temporal/entities", meter(30, level=level))
        tenant = ask.app.server.records.tenant("")
        assert tenant is not None
        moved = await asyncio.to_thread(history.archive_readings, tenant, keep_days=1)
        assert moved >= 30
        await ask("POST", f"{PATH}/attrs", {"power": [reading(-1, 40)]})
        pages = {"prefer": "maxpagesize=100"}
        told = (await ask("GET", PATH, headers=pages)).document
        assert values(told) == [*range(0, 300, 10), -1]
        assert [one.get("unitCode") for one in told["level"]] == [None, "MTR"]
        last = (await ask("GET", PATH, lastN="3")).document
        assert values(last) == [-1, 290, 280]
        window = {"timerel": "between", "timeAt": at(5), "endTimeAt": at(8)}
        assert values((await ask("GET", PATH, **window)).document) == [50, 60, 70]
        assert (await ask("DELETE", f"{PATH}/attrs/power", deleteAll="true")).status == 204
        assert "power" not in (await ask("GET", PATH, headers=pages)).document

    live(tmp_path, story)


def test_the_distant_past_of_many_is_read_from_files_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[int] = []
    read = past.archived_rows

    def counted(files: Any, series: Any, *rest: Any, **more: Any) -> Any:
        asked_for.append(len(series))
        return read(files, series, *rest, **more)

    monkeypatch.setattr(past, "archived_rows", counted)

    async def story(ask: Asked) -> None:
        for number in range(40):
            power = [reading(number, 0), reading(number + 100, 1)]
            entity = {"id": f"urn:ngsi-ld:Meter:{number:02}", "type": "Meter", "power": power}
            await ask("POST", "/temporal/entities", entity)
        tenant = ask.app.server.records.tenant("")
        assert tenant is not None
        window = {"timerel": "after", "timeAt": at(0), "type": "Meter", "limit": "100"}
        queries = ({}, {"q": "power>137"}, {"lastN": "1", "q": "power>30"}, {"limit": "3"})
        before = [(await ask("GET", "/temporal/entities", **window | one)).document
                  for one in queries]  # fmt: skip
        assert [len(one) for one in before] == [40, 2, 40, 3]
        assert await asyncio.to_thread(history.archive_readings, tenant, keep_days=1) == 80
        after = [(await ask("GET", "/temporal/entities", **window | one)).document
                 for one in queries]  # fmt: skip
        assert after == before
        assert asked_for == [16, 24] * 3 + [16]

    live(tmp_path, story)


def test_a_missing_file_of_the_distant_past_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter(30))
        tenant = ask.app.server.records.tenant("")
        assert tenant is not None
        await asyncio.to_thread(history.archive_readings, tenant, keep_days=1)
        (path,) = history.history_files(tenant)
        whole = {"timerel": "after", "timeAt": at(0)}
        assert "ngsild-warning" not in (await ask("GET", PATH)).headers
        path.rename(path.with_suffix(".away"))
        for wanted, more in ((PATH, {}), ("/temporal/entities", {"type": "Meter", **whole})):
            answered = await ask("GET", wanted, **more)
            assert answered.status == 200
            assert f"{path.name} is missing" in answered.headers["ngsild-warning"]
        late = await ask("GET", PATH, timerel="after", timeAt=to_iso(now_us()))
        assert "ngsild-warning" not in late.headers
        with pytest.raises(InputError, match="Put it back"):
            history.load_history(tenant, [1], from_us=0, to_us=now_us())
        keeper = Keeper(ask.app.server.records, Keeping(every_s=0.01))
        await keeper.start()
        async with asyncio.timeout(60):
            while path.name not in caplog.text:  # noqa: ASYNC110  (a log has no event)
                await asyncio.sleep(0.01)
        await keeper.stop()

    live(tmp_path, story)


def test_ordinary_writes_leave_a_past(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        now = {"id": KEY, "type": "Meter", "scope": "/A", "power": reading(1, 1)}
        await ask("POST", "/entities", now)
        await ask("PATCH", f"/entities/{KEY}/attrs", {"power": reading(2, 2)})
        level = {"type": "Relationship", "object": "urn:a"}
        await ask("POST", f"/entities/{KEY}/attrs", {"feeder": level, "scope": ["/A", "/B"]})
        await ask("DELETE", f"/entities/{KEY}/attrs/feeder")
        told = (await ask("GET", PATH)).document

        assert values(told) == [1, 2]
        assert [one["object"] for one in told["feeder"]] == ["urn:a", "urn:ngsi-ld:null"]
        assert "deletedAt" in told["feeder"][1]
        assert values(told, "scope") == [["/A"], ["/A", "/B"]]
        gone = await ask(
            "GET", PATH, timerel="after", timeAt="2020-01-01T00:00:00Z", timeproperty="deletedAt"
        )
        assert set(gone.document) == {"id", "type", "feeder"}
        await ask("DELETE", f"/entities/{KEY}")
        assert values((await ask("GET", PATH)).document)[:2] == [1, 2]

    live(tmp_path, story)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"timerel": "before", "timeAt": at(2)}, [0, 10]),
        ({"timerel": "after", "timeAt": at(1)}, [10, 20, 30, 40]),
        ({"timerel": "between", "timeAt": at(1), "endTimeAt": at(3)}, [10, 20]),
        ({"lastN": "2"}, [40, 30]),
        ({"timerel": "before", "timeAt": at(4), "lastN": "1"}, [30]),
        ({"timerel": "after", "timeAt": "2020-01-01T00:00:00Z", "timeproperty": "modifiedAt"},
         [0, 10, 20, 30, 40]),
    ],
)  # fmt: skip
def test_a_window_of_time_is_told(params: dict[str, str], told: list[int], tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter(5))
        found = await ask("GET", PATH, **params)
        assert found.status == 200
        assert values(found.document) == told

    live(tmp_path, story)


@pytest.mark.parametrize(
    "params",
    [
        {"timerel": "during", "timeAt": at(0)},
        {"timerel": "before"},
        {"timeAt": at(0)},
        {"timerel": "between", "timeAt": at(0)},
        {"timerel": "between", "timeAt": at(2), "endTimeAt": at(1)},
        {"timerel": "before", "timeAt": at(0), "endTimeAt": at(1)},
        {"timerel": "before", "timeAt": "yesterday"},
        {"timerel": "before", "timeAt": at(0), "timeproperty": "power"},
        {"lastN": "0"},
        {"lastN": "-1"},
        {"lastN": "many"},
        {"options": "aggregatedValues"},
        {"options": "aggregatedValues", "aggrMethods": "median"},
        {"options": "aggregatedValues", "aggrMethods": "avg", "aggrPeriodDuration": "1h"},
        {"options": "pretty"},
        {"format": "pretty"},
        {"pick": "power", "omit": "power"},
    ],
)
def test_a_faulty_window_is_refused(params: dict[str, str], tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter())
        for path in (PATH, "/temporal/entities"):
            told = await ask("GET", path, **{"type": "Meter"} if path != PATH else {}, **params)
            assert told.status == 400, path

    live(tmp_path, story)


def test_queries_find_entities_by_what_they_were(tmp_path: Path) -> None:
    window = {"timerel": "after", "timeAt": at(0)}

    async def story(ask: Asked) -> None:
        for number in range(3):
            place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [46, 39]}}
            document = meter(
                id=f"{KEY}{number}", power=[reading(number, 5)], scope=f"/S{number}",
                place=[{**place, "observedAt": at(3)}],
            )  # fmt: skip
            assert (await ask("POST", "/temporal/entities", document)).status == 201

        async def found(**params: str) -> list[str]:
            told = await ask("GET", "/temporal/entities", **window, **params)
            assert told.status == 200, told.body
            return [one["id"].removeprefix(KEY) for one in told.document]

        assert await found(type="Meter") == ["0", "1", "2"]
        assert await found(type="Pump") == []
        assert await found(attrs="power") == ["0", "1", "2"]
        assert await found(attrs="pressure") == []
        assert await found(type="Meter", q="power>0") == ["1", "2"]
        assert await found(type="Meter", id=f"{KEY}1,{KEY}2") == ["1", "2"]
        assert await found(type="Meter", idPattern=".*[02]$") == ["0", "2"]
        near = {"georel": "near;maxDistance==9", "geometry": "Point", "coordinates": "[46,39]"}
        assert await found(type="Meter", geoproperty="place", **near) == ["0", "1", "2"]
        assert await found(local="true") == ["0", "1", "2"]
        paged = await ask(
            "GET", "/temporal/entities", type="Meter", limit="1", offset="1", count="true", **window
        )
        assert [one["id"] for one in paged.document] == [f"{KEY}1"]
        assert paged.headers["ngsild-results-count"] == "3"
        assert 'rel="next"' in paged.headers["link"]
        assert 'rel="prev"' in paged.headers["link"]

        body = {"type": "Query", "entities": [{"type": "Meter"}], "q": "power==2"}
        told = await ask("POST", "/temporal/entityOperations/query", {**body, "temporalQ": window})
        assert [one["id"] for one in told.document] == [f"{KEY}2"]
        assert (await ask("POST", "/temporal/entityOperations/query", body)).status == 400
        assert (await ask("GET", "/temporal/entities", type="Meter")).status == 400
        assert (await ask("GET", "/temporal/entities", **window)).status == 400

    live(tmp_path, story)


def test_values_alone_are_told_with_their_times(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        names = [{"type": "LanguageProperty", "languageMap": {"az": "sayğac"}, "observedAt": at(1)}]
        sets = [reading(1, 1), reading(2, 1, datasetId="urn:set:b")]
        feeder = [{"type": "Relationship", "object": "urn:f", "observedAt": at(1)}]
        await ask("POST", "/temporal/entities", meter(2, name=names, sets=sets, feeder=feeder))
        told = (await ask("GET", PATH, options="temporalValues")).document

        assert told["power"] == {"type": "Property", "values": [[0, at(0)], [10, at(1)]]}
        assert told["feeder"] == {"type": "Relationship", "objects": [["urn:f", at(1)]]}
        assert told["name"]["languageMaps"] == [[{"languageMap": {"az": "sayğac"}}, at(1)]]
        assert [one.get("datasetId") for one in told["sets"]] == [None, "urn:set:b"]
        one = (await ask("GET", PATH, options="temporalValues", datasetId="urn:set:b")).document
        assert set(one) == {"id", "type", "sets"}
        picked = (await ask("GET", PATH, pick="id,power")).document
        assert set(picked) == {"id", "power"}

    live(tmp_path, story)


def test_long_pasts_come_in_pages_that_miss_nothing(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        fast = [reading(n, n) for n in range(40)]
        slow = [reading(n, 3 * n) for n in range(12)]
        await ask("POST", "/temporal/entities", meter(power=fast, level=slow))
        found: dict[str, list[int]] = {"power": [], "level": []}
        params = {"timerel": "after", "timeAt": at(0)}
        pages = {"prefer": "maxpagesize=10"}
        for _ in range(10):
            told = await ask("GET", PATH, headers=pages, **params)
            for name in found:
                found[name] += values(told.document, name) if name in told.document else []
            if told.status == 200:
                break
            assert told.status == 206
            start_end, _, size = told.headers["content-range"].partition(" ")[2].partition("/")
            assert size == "*"
            end = start_end.partition("Z-")[2]
            params["timeAt"] = to_iso(from_iso(end) + 1)
        assert found == {"power": list(range(40)), "level": list(range(12))}

        back = await ask("GET", PATH, headers=pages, lastN="25")
        assert back.status == 206
        assert back.headers["content-range"] == f"date-time {at(39)}-{at(30)}/25"
        assert values(back.document) == list(range(39, 29, -1))
        whole = await ask("GET", PATH)
        assert whole.status == 200
        assert len(whole.document["power"]) == 40

    live(tmp_path, story)


def test_a_past_without_any_attribute_asked_for_is_not_there(tmp_path: Path) -> None:
    """As ETSI's OpenAPI description says of attrs; outside of the window is another matter."""

    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter())
        assert (await ask("GET", PATH, attrs="colour")).status == 404
        late = await ask("GET", PATH, attrs="power,colour", timerel="after", timeAt=at(600))
        assert late.status == 200
        assert set(late.document) == {"id", "type"}

    live(tmp_path, story)


@pytest.mark.parametrize(("path", "page"), [(PATH, 1000), ("/temporal/entities", 100)])
def test_an_answer_about_many_entities_has_shorter_pasts(
    tmp_path: Path, path: str, page: int
) -> None:
    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter(power=[reading(n, n) for n in range(page)]))
        window = {"timerel": "after", "timeAt": at(0), "attrs": "power"}
        assert (await ask("GET", path, **window)).status == 200
        await ask("POST", f"{PATH}/attrs", {"power": [reading(7, page)]})
        told = await ask("GET", path, **window)

        assert told.status == 206  # 6.3.10
        one = told.document if path == PATH else told.document[0]
        assert len(one["power"]) == page

    live(tmp_path, story)


def test_instances_are_set_right_and_deleted(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        await ask("POST", "/temporal/entities", meter())
        told = (await ask("GET", PATH, options="sysAttrs")).document
        first, second = told["power"][0], told["power"][1]
        right = {"power": [reading(7, 0)]}
        where = f"{PATH}/attrs/power/{first['instanceId']}"
        assert (await ask("PATCH", where, right)).status == 204
        assert (await ask("DELETE", f"{PATH}/attrs/power/{second['instanceId']}")).status == 204
        now = (await ask("GET", PATH, options="sysAttrs")).document["power"]

        assert [one["value"] for one in now] == [7, 20]
        assert now[0]["createdAt"] == first["createdAt"]
        assert now[0]["modifiedAt"] > first["modifiedAt"]
        missing = f"{PATH}/attrs/power/urn:ngsi-ld:instance:999"
        for path in (missing, f"{PATH}/attrs/level/{first['instanceId']}"):
            assert (await ask("DELETE", path)).status == 404
        assert (await ask("PATCH", missing, right)).status == 404
        assert (await ask("DELETE", f"{PATH}/attrs/power/7")).status == 400
        assert (await ask("PATCH", where, {"power": [reading(1, 1), reading(2, 2)]})).status == 400

    live(tmp_path, story)


def test_attributes_and_entities_are_forgotten(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        sets = [reading(1, 1), reading(2, 1, datasetId="urn:set:b")]
        await ask("POST", "/temporal/entities", meter(sets=sets, level=sets))
        assert (await ask("DELETE", f"{PATH}/attrs/sets", datasetId="urn:set:b")).status == 204
        assert values((await ask("GET", PATH)).document, "sets") == [1]
        assert (await ask("DELETE", f"{PATH}/attrs/sets", datasetId="urn:set:b")).status == 404
        assert (await ask("DELETE", f"{PATH}/attrs/level")).status == 204
        assert values((await ask("GET", PATH)).document, "level") == [2]
        assert (await ask("DELETE", f"{PATH}/attrs/level", deleteAll="true")).status == 204
        assert "level" not in (await ask("GET", PATH)).document
        assert (await ask("DELETE", PATH)).status == 204
        for method, path in (("GET", PATH), ("DELETE", PATH), ("DELETE", f"{PATH}/attrs/power")):
            assert (await ask(method, path)).status == 404
        assert (await ask("POST", f"{PATH}/attrs", {"power": [reading(1, 1)]})).status == 404
        assert (await ask("GET", "/temporal/entities/meter")).status == 400
        assert await ask("POST", "/temporal/entities", {"id": KEY, "type": "Meter", "a": []})

    live(tmp_path, story)


def test_sums_are_told_period_by_period(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        power = [reading(n, 20 * n) for n in range(6)]
        await ask("POST", "/temporal/entities", meter(power=power))
        told = await ask(
            "GET", PATH, options="aggregatedValues", aggrMethods="avg,totalCount",
            aggrPeriodDuration="PT1H",
        )  # fmt: skip
        assert told.document["power"] == {
            "type": "Property",
            "avg": [[1.0, at(0), at(60)], [4.0, at(60), at(120)]],
            "totalCount": [[3, at(0), at(60)], [3, at(60), at(120)]],
        }
        window = {"timerel": "between", "timeAt": at(0), "endTimeAt": at(100)}
        told = await ask("GET", PATH, format="aggregatedValues", aggrMethods="max", **window)
        assert told.document["power"]["max"] == [[4, at(0), at(100)]]

    live(tmp_path, story)


def line(numbers: list[Any]) -> Line:
    return Line(
        "a", "", "Property",
        [(1_000_000 * n, {"type": "Property", "value": v}) for n, v in enumerate(numbers)],
    )  # fmt: skip


ALL = Totals(METHODS, Duration(0, 0.0), Window())


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30))
def test_sums_agree_with_those_of_the_statistics_module(numbers: list[int]) -> None:
    told = {name: rows[0][0] for name, rows in aggregate(line(numbers), ALL).items()}

    assert told["avg"] == pytest.approx(statistics.fmean(numbers))
    assert told["stddev"] == pytest.approx(statistics.pstdev(numbers))
    assert told["sum"] == sum(numbers)
    assert told["sumsq"] == sum(number**2 for number in numbers)
    assert (told["min"], told["max"]) == (min(numbers), max(numbers))
    assert (told["totalCount"], told["distinctCount"]) == (len(numbers), len(set(numbers)))


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=40),
    st.integers(1, 3_000),
    st.integers(0, 2),
)
def test_every_instance_is_in_one_period(seconds: list[int], length: int, months: int) -> None:
    instants = sorted(seconds)
    instances = [(10**6 * s, {"type": "Property", "value": 1}) for s in instants]
    duration = Duration(months, float(length))
    totals = Totals(("sum", "totalCount"), duration, Window())

    told = aggregate(Line("a", "", "Property", instances), totals)

    assert sum(row[0] for row in told["totalCount"]) == len(seconds)
    ends = [from_iso(row[2]) for row in told["sum"]]
    starts = [from_iso(row[1]) for row in told["sum"]]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert starts[0] == instants[0] * 10**6


@pytest.mark.parametrize(
    ("numbers", "method", "told"),
    [
        ([True, False, True], "sum", 2),
        ([[1, 2], [1]], "avg", 1.5),
        (["b", "a"], "min", "a"),
        (["b", "a"], "avg", None),
        (["08:00:00Z", "10:00:00Z"], "avg", "09:00:00Z"),
        ([{"a": 1}, {"a": 1}], "distinctCount", 1),
        ([{"a": 1}], "max", None),
        ([math.nan], "sum", None),
    ],
)
def test_kinds_of_values_have_their_own_sums(numbers, method, told) -> None:
    rows = aggregate(line(numbers), Totals((method,), Duration(0, 0.0), Window()))
    assert (rows[method][0][0] if rows else None) == told


def test_months_have_their_own_lengths() -> None:
    days = [from_iso(f"2026-{month:02d}-15T00:00:00Z") for month in range(1, 5)]
    instances = [(day, {"type": "Property", "value": 1}) for day in days]
    rows = aggregate(
        Line("a", "", "Property", instances), Totals(("sum",), read_duration("P1M"), Window())
    )["sum"]
    assert [row[1][:10] for row in rows] == [to_iso(day)[:10] for day in days]


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "P1H", "PT1D", "P-1D", "P1DT", "PT1H2"])
def test_a_malformed_duration_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        read_duration(text)


def test_unknown_parameters_are_refused(tmp_path: Path) -> None:
    async def story(ask: Asked) -> None:
        paths = ("/temporal/entities", PATH, "/subscriptions", "/jsonldContexts")
        for path in paths:
            told = await ask("GET", path, colour="red")
            assert told.status == 400, path
            assert told.document["type"].endswith("/InvalidRequest")

    live(tmp_path, story)


def test_the_past_is_asked_for_and_summed_up_as_the_standard_shows(tmp_path: Path) -> None:
    """Examples C.5.5 and C.5.14 of ETSI GS CIM 009: what has no past is what it is."""
    key, noon = "urn:ngsi-ld:Vehicle:B9211", "2018-08-01T12:0"
    speeds = [
        {"type": "Property", "value": value, "observedAt": f"{noon}{minute}:00Z"}
        for value, minute in ((120, 3), (80, 5), (100, 7))
    ]
    asked = {
        "type": "Vehicle", "timerel": "between", "timeAt": f"{noon}0:00Z",
        "endTimeAt": "2018-08-01T13:00:00Z",
    }  # fmt: skip
    summed = {"aggrMethods": "max,avg", "aggrPeriodDuration": "PT4M", "format": "aggregatedValues"}

    async def story(ask: Asked) -> None:
        brand = {"type": "Property", "value": "Volvo"}
        vehicle = {"id": key, "type": "Vehicle", "scope": "/Baku", "brandName": [brand]}
        await ask("POST", "/temporal/entities", {**vehicle, "speed": speeds})
        other = 'brandName!="Mercedes"'

        first = (await ask("GET", "/temporal/entities", **asked, q=other, attrs="speed")).document
        second = (
            await ask("GET", "/temporal/entities", **asked, q=other, attrs="speed,brandName")
        ).document
        none = await ask("GET", "/temporal/entities", **asked, q='brandName=="Mercedes"')
        scoped = await ask("GET", "/temporal/entities", **asked, scopeQ="/Baku", attrs="speed")
        (sums,) = (
            await ask("GET", "/temporal/entities", **asked, **summed, q=other, attrs="speed")
        ).document

        assert values(first[0], "speed") == [120, 80, 100]
        assert second[0].keys() == {"id", "type", "speed"}
        assert (none.document, len(scoped.document)) == ([], 1)
        periods = [(f"{noon}0:00Z", f"{noon}4:00Z"), (f"{noon}4:00Z", f"{noon}8:00Z")]
        assert sums["speed"] == {
            "type": "Property",
            "max": [[value, *period] for value, period in zip((120, 100), periods, strict=True)],
            "avg": [[value, *period] for value, period in zip((120, 90), periods, strict=True)],
        }

    live(tmp_path, story)
