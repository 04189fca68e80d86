"""What `$filter` finds; expected sets follow OGC 18-088 and the reference servers' public tests."""

from __future__ import annotations

import math
import operator

import pytest
import sensorthings_worlds as worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from store.postgresql import database_of

T = {
    "600": "2016-01-01T06:00:00.000Z", "659": "2016-01-01T06:59:00.000Z",
    "700": "2016-01-01T07:00:00.000Z", "701": "2016-01-01T07:01:00.000Z",
    "759": "2016-01-01T07:59:00.000Z", "800": "2016-01-01T08:00:00.000Z",
    "801": "2016-01-01T08:01:00.000Z", "900": "2016-01-01T09:00:00.000Z",
    "2014": "2014-01-01T06:00:00.000Z", "2015": "2015-01-01T06:00:00.000Z",
    "2015b": "2015-01-01T07:00:00.000Z", "2017": "2017-01-01T09:00:00.000Z",
    "2017b": "2017-01-01T10:00:00.000Z", "2018": "2018-01-01T09:00:00.000Z",
}  # fmt: skip
MOMENTS = ("600", "659", "700", "701", "759", "800", "801", "900")
SPANS = (
    ("600", "659"), ("600", "700"), ("600", "701"), ("700", "800"), ("701", "759"),
    ("759", "900"), ("800", "900"), ("801", "900"), ("659", "801"), ("700", "759"),
    ("700", "801"), ("659", "800"), ("701", "800"),
)  # fmt: skip


def span(start, end):
    return f"{T[start]}/{T[end]}"


SEVEN, SEVEN_TO_EIGHT = T["700"], span("700", "800")


@pytest.fixture(scope="module", params=["files", "postgresql"])
def times(request, tmp_path_factory):
    """25 Observations at moments and spans around 07:00 to 08:00; one Datastream without any."""
    client = worlds.Client(tmp_path_factory.mktemp("times"), database=database_of(request))
    own = {"Sensor": worlds.sensor(), "ObservedProperty": worlds.observed()}
    client.make(
        "Things",
        worlds.thing(
            Locations=[worlds.location()],
            Datastreams=[worlds.datastream(**own), worlds.datastream("empty", **own)],
        ),
    )
    seen = [(T[moment], T[moment], None) for moment in MOMENTS]
    seen += [(span(*each), None, span(*each)) for each in SPANS]
    seen += [
        (T["2015"], T["2015"], None), (T["2017"], T["2017"], None),
        (span("2015", "2015b"), T["2015"], span("2015", "2015b")),
        (span("2017", "2017b"), T["2017b"], span("2017", "2017b")),
    ]  # fmt: skip
    for at, (phenomenon, result_time, valid) in enumerate(seen):
        client.make(
            "Datastreams(1)/Observations",
            {
                "phenomenonTime": phenomenon, "result": at, "resultTime": result_time,
                "validTime": valid,
            },
        )  # fmt: skip
    yield client
    client.close()


def found(client, condition, kind="Observations"):
    return [each["result"] for each in client.values(kind, filter=condition)]


# sign: of resultTime, validTime, phenomenonTime against 07:00, then against 07:00 to 08:00
TIME_SETS = {
    "{} lt {}": (
        [0, 1, 21, 23], [8, 9, 23], [0, 1, 8, 9, 21, 23],
        [0, 1, 21, 23], [8, 9, 23], [0, 1, 8, 9, 21, 23],
    ),
    "{} gt {}": (
        [3, 4, 5, 6, 7, 22, 24], [12, 13, 14, 15, 20, 24],
        [3, 4, 5, 6, 7, 12, 13, 14, 15, 20, 22, 24],
        [5, 6, 7, 22, 24], [14, 15, 24], [5, 6, 7, 14, 15, 22, 24],
    ),
    "{} le {}": (
        [0, 1, 2, 21, 23], [8, 9, 23], [0, 1, 2, 8, 9, 21, 23],
        [0, 1, 2, 21, 23], [8, 9, 10, 11, 17, 19, 23], [0, 1, 2, 8, 9, 10, 11, 17, 19, 21, 23],
    ),
    "{} ge {}": (
        [2, 3, 4, 5, 6, 7, 22, 24], [11, 12, 13, 14, 15, 17, 18, 20, 24],
        [2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 17, 18, 20, 22, 24],
        [5, 6, 7, 22, 24], [11, 13, 14, 15, 18, 20, 24],
        [5, 6, 7, 11, 13, 14, 15, 18, 20, 22, 24],
    ),
    "{} eq {}": ([2], [], [2], [], [11], [11]),
    "meets({}, {})": (
        [2], [9, 11, 17, 18], [2, 9, 11, 17, 18], [2, 5], [9, 14], [2, 5, 9, 14],
    ),
    "overlaps({}, {})": (
        [2], [10, 11, 16, 17, 18, 19], [2, 10, 11, 16, 17, 18, 19], [2, 3, 4],
        [10, 11, 12, 13, 16, 17, 18, 19, 20], [2, 3, 4, 10, 11, 12, 13, 16, 17, 18, 19, 20],
    ),
    "starts({}, {})": ([2], [11, 17, 18], [2, 11, 17, 18], [2], [11, 17, 18], [2, 11, 17, 18]),
}  # fmt: skip
MIRRORED = {"{} lt {}": "{} gt {}", "{} gt {}": "{} lt {}", "{} le {}": "{} ge {}",
            "{} ge {}": "{} le {}"}  # fmt: skip


@pytest.mark.parametrize("form", TIME_SETS)
def test_times_compare_as_the_reference_servers_do(times, form):
    operands = [
        (name, literal)
        for literal in (SEVEN, SEVEN_TO_EIGHT)
        for name in ("resultTime", "validTime", "phenomenonTime")
    ]
    mirror = MIRRORED.get(form, form)

    assert tuple(found(times, form.format(*each)) for each in operands) == TIME_SETS[form]
    assert tuple(
        found(times, mirror.format(*reversed(each))) for each in operands
    ) == TIME_SETS[form]  # fmt: skip


def test_before_and_after_are_less_and_greater(times):
    assert found(times, f"before(phenomenonTime,{SEVEN})") == TIME_SETS["{} lt {}"][2]
    assert found(times, f"after(validTime,{SEVEN_TO_EIGHT})") == TIME_SETS["{} gt {}"][4]
    assert found(times, f"finishes(validTime,{T['800']})") == [11, 19, 20]


def test_during_wants_a_span_to_be_in(times):
    assert found(times, f"during(resultTime,{SEVEN_TO_EIGHT})") == [2, 3, 4]
    assert found(times, f"during(validTime,{SEVEN_TO_EIGHT})") == [11, 12, 17, 20]
    assert found(times, f"during({SEVEN},phenomenonTime)") == [10, 11, 16, 17, 18, 19]
    assert found(times, f"during({SEVEN_TO_EIGHT},validTime)") == [11, 16, 18, 19]
    for condition in (f"during(validTime,{SEVEN})", f"during({SEVEN},resultTime)"):
        assert times.ask("GET", "Observations", options={"$filter": condition}).status == 400


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"resultTime add duration'PT1H' gt {T['900']}", [6, 7, 22, 24]),
        (f"phenomenonTime add duration'PT1H' gt {T['900']}", [6, 7, 15, 22, 24]),
        (f"validTime gt {T['900']} sub duration'PT1H'", [15, 24]),
        (f"phenomenonTime sub duration'PT1H' gt {T['700']}", [6, 7, 15, 22, 24]),
        (f"phenomenonTime lt {span('600', '700')} add duration'PT1H'", [0, 1, 8, 9, 21, 23]),
        (f"validTime gt {span('800', '900')} sub duration'PT1H'", [14, 15, 24]),
        (f"phenomenonTime sub {T['800']} eq duration'PT1H'", [7]),
        (f"not validTime lt {T['700']} and not validTime ge {T['800']}",
         [10, 11, 12, 13, 16, 17, 18, 19, 20]),
        ("year(phenomenonTime) eq 2015", [21, 23]),
        ("hour(resultTime) eq 7 and minute(resultTime) ge 1", [3, 4]),
        ("day(resultTime) eq 1 and month(resultTime) eq 1 and second(resultTime) ne 0", []),
        ("date(resultTime) eq 2015-01-01", [21, 23]),
        ("resultTime lt 2016-01-01 and resultTime gt 2015-01-01", [21, 23]),
        ("time(resultTime) eq 06:59", [1]),
        ("time(resultTime) eq time(resultTime) and resultTime gt 2017-01-01T09:30:00Z", [24]),
        ("fractionalseconds(resultTime) eq 0 and totaloffsetminutes(resultTime) eq 0 and result lt 1",
         [0]),
        ("phenomenonTime gt now()", []),
        ("phenomenonTime gt mindatetime() and phenomenonTime lt maxdatetime() and result gt 22",
         [23, 24]),
        ("phenomenonTime eq 2016-01-01T08:00:00+01:00", [2]),
        ("phenomenonTime eq 2016-01-01T08:00:00 01:00", [2]),  # a plus sign read as a space
        ("resultTime eq null and result lt 10", [8, 9]),
        ("validTime ne null and result gt 22", [23, 24]),
    ],
)  # fmt: skip
def test_times_are_reckoned_with(times, condition, expected):
    assert found(times, condition) == expected


def test_datastreams_know_the_times_of_their_observations(times):
    first, second = times.values("Datastreams")

    assert first["phenomenonTime"] == "2015-01-01T06:00:00Z/2017-01-01T10:00:00Z"
    assert first["resultTime"] == "2015-01-01T06:00:00Z/2017-01-01T10:00:00Z"
    assert "phenomenonTime" not in second
    for condition, ids in (
        (f"phenomenonTime lt {T['2017b']}", [1]), (f"resultTime gt {T['2014']}", [1]),
        (f"phenomenonTime eq {span('2015', '2017b')}", [1]),
        (f"phenomenonTime ge {span('2014', '2017b')}", [1]),
        (f"phenomenonTime le {SEVEN}", []), (f"overlaps(resultTime,{SEVEN})", [1]),
        (f"during(resultTime,{span('2014', '2018')})", [1]),
        (f"meets(phenomenonTime,{span('2014', '2015')})", [1]),
    ):  # fmt: skip
        assert times.ids("Datastreams", filter=condition) == ids, condition


@pytest.fixture(scope="module", params=["files", "postgresql"])
def places(request, tmp_path_factory):
    client = worlds.Client(tmp_path_factory.mktemp("places"), database=database_of(request))
    shapes = [
        *({"type": "Point", "coordinates": [8, y]} for y in (51, 52, 53, 54)),
        {"type": "Polygon", "coordinates": [[[8, 53], [7, 52], [7, 53], [8, 53]]]},
        {"type": "LineString", "coordinates": [[5, 52], [5, 53]]},
        {"type": "LineString", "coordinates": [[5, 52], [6, 53]]},
        {"type": "LineString", "coordinates": [[4, 52], [8, 52]]},
    ]
    for at, shape in enumerate(shapes):
        client.make("Locations", worlds.location(f"L{at}", shape, properties={"at": at}))
    client.make("Locations", worlds.location("address", "Main street 1"))
    yield client
    client.close()


REACH = "st_within(o/FeatureOfInterest/feature,geography'POINT(0 0)')"
BOX = "geography'POLYGON((7.5 51.5, 7.5 53.5, 8.5 53.5, 8.5 51.5, 7.5 51.5))'"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("geo.distance(location, geography'POINT(8 54.1)') lt 1", [3]),
        ("geo.distance(location, geography'POINT(8 54.1)') gt 1", [0, 1, 2, 4, 5, 6, 7]),
        ("geo.intersects(location, geography'LINESTRING(7.5 51, 7.5 54)')", [4, 7]),
        ("geo.length(location) gt 1", [6, 7]),
        ("geo.length(location) eq 1", [5]),
        ("geo.length(location) ne 1", [0, 1, 2, 3, 4, 6, 7]),
        ("geo.length(geography'LINESTRING(0 0, 0 1)') lt 1", []),
        (f"st_contains({BOX}, location)", [1, 2]),
        ("st_crosses(geography'LINESTRING(7.5 51.5, 7.5 53.5)', location)", [4, 7]),
        (f"st_disjoint({BOX}, location)", [0, 3, 5, 6]),
        ("st_equals(location, geography'SRID=4326;POINT(8 53)')", [2]),
        ("st_intersects(location, geography'LINESTRING(7.5 51, 7.5 54)')", [4, 7]),
        (f"st_overlaps({BOX}, location)", [4]),
        (f"st_relate({BOX}, location, 'T********')", [1, 2, 4, 7]),
        ("st_touches(geography'POLYGON((8 53, 7.5 54.5, 8.5 54.5, 8 53))', location)", [2, 4]),
        ("st_within(geography'POINT(7.5 52.75)', location)", [4]),
        (f"not st_disjoint(location, {BOX})", [1, 2, 4, 7]),
        (f"Things/Datastreams/any(d:d/Observations/any(o:{REACH}))", []),
    ],
)
def test_shapes_relate_as_the_reference_servers_say(places, condition, expected):
    found = places.values("Locations", filter=condition)

    assert [each["properties"]["at"] for each in found] == expected


def test_shapes_are_counted_ordered_by_and_asked_within_others(places):
    far = "geo.distance(location,geography'POINT(8 54.1)')"
    told = places.get("Locations", filter=f"{far} gt 1", orderby=f"{far} desc", top=2, count="true")
    assert told["@iot.count"] == 7
    assert [one["properties"]["at"] for one in told["value"]] == [5, 0]

    outer = f"st_disjoint({BOX},location) eq true and (properties/at lt 2 or {far} lt 1)"
    found = places.values("Locations", filter=outer)
    assert [one["properties"]["at"] for one in found] == [0, 3]


def test_shapes_of_the_last_request_are_no_answer_to_the_next(places):
    near = "geo.distance(location,geography'POINT(8 {})') lt 0.5"
    for _ in range(2):
        for at, y in enumerate((51, 52, 53)):
            found = places.values("Locations", filter=near.format(y), top=1)
            assert found[0]["properties"]["at"] == at


@pytest.fixture(scope="module", params=["files", "postgresql"])
def world(request, tmp_path_factory):
    client = worlds.Client(tmp_path_factory.mktemp("world"), database=database_of(request))
    client.make("Things", worlds.tree())
    client.make("Things", worlds.thing("Thing 2", properties={"rooms": 4, "mixed": "5"}))
    client.make("Things", worlds.thing("O'Brien", properties={"mixed": 5, "open": False}))
    for result in (2.5, "text", True, [1, {"a": 7}], {"b": {"c": 8}}, None):
        client.make(
            "Datastreams(1)/Observations",
            worlds.observation(
                "2021-01-01T00:00:00Z", result,
                resultQuality="good" if result is True else {"code": 2},
                parameters={"int": 7, "kind": "text" if result == "text" else "other"},
            ),
        )  # fmt: skip
    yield client
    client.close()


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("properties/rooms eq 3", [1]), ("properties/rooms gt 3", [2]),
        ("properties/rooms eq null", [3]), ("properties/rooms ne null", [1, 2]),
        ("properties/open", [1]), ("not properties/open", [3]), ("properties/open eq false", [3]),
        ("properties/floors[1] eq 2", [1]), ("2 in properties/floors", [1]),
        ("properties/rooms in (4,5)", [2]), ("id in (1,3)", [1, 3]), ("@iot.id eq 2", [2]),
        ("id eq '2'", [2]), ("id in ('2','x')", [2]), ("Datastreams/id eq '1'", [1]), ("ID eq 2", [2]),
        ("properties/mixed eq '5'", [2, 3]), ("properties/mixed eq 5", [3]),
        ("properties/reference eq 'first'", [1]), ("startswith(properties/reference,'fi')", [1]),
        ("name eq 'O''Brien'", [3]), ("name eq 'THING 2'", []), ("tolower(name) eq 'thing 2'", [2]),
        ("toupper(name) eq 'THING 2'", [2]), ("length(name) eq 7", [2, 3]),
        ("indexof(name,'2') eq 7", [2]), ("substring(name,6) eq '2'", [2]),
        ("substring(name,0,5) eq 'Thing'", [2]), ("concat(name,'!') eq 'Thing 2!'", [2]),
        ("trim(concat(name,'  ')) eq name", [1, 2, 3]), ("substringof('hous',name)", [1]),
        ("contains(name,'hous')", [1]), ("endswith(name,'2')", [2]), ("endswith(name,'')", [1, 2, 3]),
        ("Datastreams/id eq null", [2, 3]), ("Datastreams/id ne null", [1]),
        ("Locations/name eq 'By the river'", [1]),
        ("HistoricalLocations/Locations/location/type eq 'Point'", [1]),
        ("Datastreams/Observations/result eq 6", [1]),
        ("Datastreams/ObservedProperty/Datastreams/Thing/id eq 1", [1]),
        ("Datastreams/name eq 'datastream name 1' and Datastreams/Observations/result gt 4", []),
        ("name gt 'O' and (id lt 2 or id gt 2)", [1, 3]), ("not (id eq 1) and not (id eq 2)", [3]),
        ("true", [1, 2, 3]), ("1 eq 2", []), ("(id add 1) mul 2 eq 6", [2]), ("-id eq -2", [2]),
        ("id div 2 eq 1.5", [3]), ("id mod 2 eq 0", [2]), ("round(id div 2) eq 2", [3]),
        ("floor(id div 2) eq 1 and ceiling(id div 2) eq 2", [3]), ("id sub 1 eq 1", [2]),
        ("Datastreams/any(d:d/name eq 'datastream name 2')", [1]), ("Datastreams/any()", [1]),
        ("Datastreams/all(d:d/Observations/any(o:o/result gt 3))", [1, 2, 3]),
        ("Datastreams/all(d:d/id eq 1)", [2, 3]), ("not Datastreams/any()", [2, 3]),
        ("Datastreams/any(d:d/Observations/any(o:o/result eq 3 and d/id eq 1 and id eq 1))", [1]),
        ("Datastreams/any(d:d/Observations/any(o:o/result eq 3) and d/id eq 2)", []),
        ("properties/floors/any(f:f gt 1)", [1]), ("properties/floors/all(f:f lt 2)", [2, 3]),
        ("Locations/HistoricalLocations/any(h:h/Thing/id eq id)", [1]),
    ],
)  # fmt: skip
def test_conditions_find_things(world, condition, ids):
    assert world.ids("Things", filter=condition) == ids


@pytest.mark.parametrize(
    ("condition", "results"),
    [
        ("result gt 2 and result lt 4", [3, 2.5]), ("result eq 'text'", ["text"]),
        ("result eq true", [True]), ("result", [True]), ("result eq null", [None]),
        ("result[1]/a eq 7", [[1, {"a": 7}]]), ("result/any(r:r/a eq 7)", [[1, {"a": 7}]]), ("result/b/c eq 8", [{"b": {"c": 8}}]),
        ("resultQuality eq 'good'", [True]), ("parameters/kind eq result", ["text"]),
        ("result add 0.5 eq 3", [2.5]), ("length(result) eq 4", ["text", True]),
        ("Datastream/Thing/properties/rooms eq result", [3]),
        ("Datastream/@iot.id eq 2 and FeatureOfInterest/feature/type eq 'Point'", [5, 6]),
        ("Datastream/unitOfMeasurement/symbol eq '°C' and result gt 5", [6]),
    ],
)  # fmt: skip
def test_conditions_find_observations_of_any_result(world, condition, results):
    assert [each["result"] for each in world.values("Observations", filter=condition)] == results


NUMBERS = st.one_of(
    st.integers(-20, 20), st.floats(-20, 20, allow_nan=False).map(lambda x: round(x, 2))
)
SIGNS = {"eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge,
         "lt": operator.lt, "le": operator.le}  # fmt: skip


@st.composite
def conditions(draw, depth=3):
    """Return a filter over `result` and a function that says the same of a number."""
    kind = draw(st.sampled_from(("sign", "and", "or", "not")[: 4 if depth else 1]))
    if kind == "sign":
        sign, number, step = draw(st.sampled_from(sorted(SIGNS))), draw(NUMBERS), draw(NUMBERS)
        word, doing = draw(
            st.sampled_from((("add", operator.add), ("sub", operator.sub), ("mul", operator.mul)))
        )
        return (
            f"result {word} {step!r} {sign} {number!r}",
            lambda x: SIGNS[sign](doing(x, step), number),
        )
    left, left_says = draw(conditions(depth=depth - 1))
    if kind == "not":
        return f"not ({left})", lambda x: not left_says(x)
    right, right_says = draw(conditions(depth=depth - 1))
    if kind == "and":
        return f"({left}) and ({right})", lambda x: left_says(x) and right_says(x)
    return f"({left}) or ({right})", lambda x: left_says(x) or right_says(x)


@settings(max_examples=60, deadline=None)
@given(case=conditions())
def test_filters_say_what_python_says(times, case):
    text, says = case
    assert found(times, text) == [x for x in range(25) if says(x)]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                ["result", "eq", "and", "not", "(", ")", "'", "1", "'a'", "phenomenonTime", "null",
                 "2016-01-01T07:00:00Z", "/", "[", "0", "]", ",", "in", "Datastream", "name",
                 "st_within", "geography'POINT(1 2)'", "year", "parameters", ";", "--", "?",
                 "round", "-", "duration'PT1H'", "add", "div", "$it", "DROP TABLE reading"],
            ),
            max_size=14,
        ).map(" ".join),
    )
)  # fmt: skip
def test_any_filter_is_answered_or_refused_never_failed(times, text):
    answer = times.ask("GET", "Observations", options={"$filter": text})

    assert answer.status in {200, 400}, (text, answer.text)
    assert math.isfinite(len(times.ids("Datastreams")))


def test_hundreds_of_alternatives_are_no_trouble(times):
    condition = " or ".join(f"result eq {n}" for n in range(900))

    assert found(times, condition) == list(range(25))


def test_a_query_that_takes_too_long_is_ended(times, monkeypatch):
    from bunyad.operate.sensorthings import read

    monkeypatch.setattr(read, "LONGEST_S", 0.05 if times.database else -1.0)
    monkeypatch.setattr(read, "STEPS_BETWEEN_LOOKS", 1)

    with worlds.nobody_reads(times, "reading"):  # in files a query is ended without
        answer = times.ask("GET", "Observations", options={"$filter": "result gt 3"})

    assert answer.status == 400
    assert "timeout" in answer.text if times.database else "interrupted" in answer.text


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 27),
    st.integers(0, 9),
    st.sampled_from(["", " desc"]),
    st.sampled_from(["", "result gt 7"]),
)
def test_pages_of_all_by_time_are_parts_of_the_whole(times, skip, top, way, condition):
    options = {"orderby": f"phenomenonTime{way},result"} | (
        {"filter": condition} if condition else {}
    )
    whole = [each["result"] for each in times.values("Observations", **options, top=2000)]

    part = times.values("Observations", **options, skip=skip, top=top)

    assert [each["result"] for each in part] == whole[skip : skip + top]
