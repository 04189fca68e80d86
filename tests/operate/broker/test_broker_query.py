"""The query language, against the examples of the standard (CIM 009, 4.9) and against chance."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.operate import records
from bunyad.operate.broker.problems import Problem
from bunyad.operate.broker.query import compile_query, compile_scopes, compile_types

BASE = "https://example.org/"


def expand(term: str) -> str:
    return term if "://" in term else BASE + term


def entity(**attributes):
    return {
        "id": "urn:x",
        "type": [BASE + "T"],
        "createdAt": "2026-01-01T00:00:00Z",
        "modifiedAt": "2026-02-01T00:00:00Z",
        "attrs": {
            expand(name): value if isinstance(value, list) else [value]
            for name, value in attributes.items()
        },
    }


def prop(value, **more):
    return {"type": "Property", "value": value, "modifiedAt": "2026-02-01T00:00:00Z", **more}


CAR = entity(
    temperature=prop(20, observedAt="2018-01-01T12:00:00Z", unitCode="CEL"),
    speed=[prop(60, datasetId="urn:gps"), prop(40)],
    brand=prop("Mercedes"),
    parked={"type": "Relationship", "object": "urn:ngsi-ld:OffStreetParking:Downtown1"},
    seats={"type": "Relationship", "object": ["urn:a", "urn:b"]},
    colour=prop(["blue", "red", "green"]),
    new=prop(True),
    address=prop({"city": "Berlin", "geo": {"floor": 3}}),
    made=prop({"@type": "DateTime", "@value": "2020-05-05T00:00:00Z"}),
    opens=prop("08:30:00Z"),
    name={
        "type": "LanguageProperty",
        "languageMap": {"en": ["red", "cat"], "fr": "rouge", "de": "rot"},
    },
    gender={"type": "VocabProperty", "vocab": BASE + "Male"},
    tickets={"type": "JsonProperty", "json": {"id": "85a", "value": "Overstay 60 minutes"}},
    list={"type": "ListProperty", "valueList": [1, 2, [3]]},
    links={"type": "ListRelationship", "objectList": [{"object": "urn:a"}, {"object": "urn:c"}]},
    sensor=prop(
        40, attrs={expand("rawdata"): [prop({"airquality": {"particulate": 40, "PM20": 85}})]}
    ),
)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("temperature", True),
        ("humidity", False),
        ("temperature==20", True),
        ("temperature!=20", False),
        ("humidity!=20", False),
        ('brand!="Mercedes"', False),
        ('brand!="Audi"', True),
        ("brand!=5", True),
        ('parked=="urn:ngsi-ld:OffStreetParking:Downtown1"', True),
        ("parked==urn:ngsi-ld:OffStreetParking:Downtown1", True),
        ("parked>5", False),
        ('parked~="Downtown"', False),
        ("seats==urn:b", True),
        ("seats!=urn:b", False),
        ("speed>50", True),
        ("speed<50", True),
        ("speed>=60;speed<=40", True),
        ("speed==60", True),
        ("speed!=60", True),
        ('((speed>50|rpm>3000);brand=="Mercedes")', True),
        ("(temperature>=20;temperature<=25)|capacity<=10", True),
        ('brand=="Audi";speed>50|temperature', True),
        ('brand=="Audi";(speed>50|temperature)', False),
        ("temperature.observedAt>=2017-12-24T12:00:00Z", True),
        ("temperature.observedAt>=2018-12-24T12:00:00Z", False),
        ("temperature.observedAt==2018-01-01T12:00:00.000Z", True),
        ('temperature.unitCode=="CEL"', True),
        ('speed.datasetId=="urn:gps"', True),
        ("createdAt<2026-01-02T00:00:00Z", True),
        ("modifiedAt<2026-01-02T00:00:00Z", False),
        ('address[city]=="Berlin"', True),
        ("address[geo.floor]==3", True),
        ("address[street]", False),
        ("sensor.rawdata[airquality.particulate]==40", True),
        ("sensor.rawdata[airquality.particulate]==41", False),
        ('tickets[value]=="Overstay 60 minutes"', True),
        ('colour=="red"', True),
        ('colour!="red"', False),
        ('colour=="black","red"', True),
        ('colour!="black","white"', True),
        ("temperature==10..20", True),
        ("temperature!=10..20", False),
        ("temperature==10..19.5", False),
        ('brand=="A".."N"', True),
        ("made==2020-01-01T00:00:00Z..2021-01-01T00:00:00Z", True),
        ("opens>08:00:00Z", True),
        ("opens<08:00:00Z", False),
        ("new==true", True),
        ("new==false", False),
        ("new==1", False),
        ('brand~="^Mer"', True),
        ("brand~=Mer.*", True),
        ("brand!~=Mer.*", False),
        ("temperature!~=Mer.*", False),
        ("brand~=(Mer|Aud).*;speed>50", True),
        ('name[en]=="red"', True),
        ('name[fr]=="red"', False),
        ('name[*]=="rot"', True),
        ('name=="rot"', True),
        ('name[*]!="rot"', False),
        ('name[it]=="rosso"', False),
        (f"gender=={BASE}Male", True),
        ("gender==Male", False),
        ("list==3", True),
        ("links==urn:c", True),
        ("links!=urn:c", False),
    ],
)
def test_a_query_is_answered_as_the_standard_says(query: str, answer: bool) -> None:
    assert compile_query(query, expand).matches(CAR) is answer


def test_terms_are_expanded_where_the_request_says_so() -> None:
    assert compile_query("gender==Male", expand, ["gender"]).matches(CAR)
    assert compile_query('gender=="Male"', expand, ["gender"]).matches(CAR)
    assert not compile_query("gender==Female", expand, ["gender"]).matches(CAR)


def test_a_query_follows_relationships_to_other_entities() -> None:
    device = {**entity(humidity=prop(40)), "type": [BASE + "Device"]}
    room = {**entity(holds={"type": "Relationship", "object": "urn:device"}), "id": "urn:room"}
    house = entity(room={"type": "Relationship", "object": ["urn:none", "urn:room"]})
    found = {"urn:device": device, "urn:room": room}

    assert compile_query("holds{humidity}==40", expand).matches(room, found.get)
    assert compile_query("holds{Device:humidity}==40", expand).matches(room, found.get)
    assert compile_query("holds{Device,Meter:humidity}==40", expand).matches(room, found.get)
    assert not compile_query("holds{Meter:humidity}==40", expand).matches(room, found.get)
    assert compile_query("room{holds{Device:humidity}}>39", expand).matches(house, found.get)
    assert not compile_query("room{holds{Device:humidity}}>39", expand).matches(house)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "speed=50",
        "speed==",
        "==50",
        "speed>true",
        "speed>urn:a",
        "speed==50;",
        "|speed",
        "(speed",
        "speed)",
        "speed==1..",
        "speed>1..2",
        'speed==1.."a"',
        'brand=="open',
        "address[",
        "address[]",
        "a..b==1",
        "made==2020-13-01",
        "!speed",
        "speed == 50",
        "sensor{humidity==40",
        "sensor{}==40",
        'brand~=""(',
        "brand~=(",
        "%%",
        "(" * 5000,
        "a;" * 9000 + "a",
        "x" * 30_000,
    ],
)
def test_a_malformed_query_is_refused(query: str) -> None:
    with pytest.raises(Problem) as refused:
        compile_query(query, expand)
    assert refused.value.status == 400


@given(st.text(alphabet='ab.[]{}()=!<>~;|,"0123-:TZ\\*/ {}', max_size=40))
def test_no_text_breaks_the_query_language(text: str) -> None:
    with contextlib.suppress(Problem):
        assert compile_query(text, expand).matches(CAR, {}.get) in {True, False}


SCALARS = st.one_of(
    st.integers(-5, 5), st.sampled_from([0.5, 2.0]), st.booleans(), st.sampled_from(["", "a", "b"])
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=4), st.just({"a": 1}))
TERMS = st.builds(
    lambda name, operator, value: f"{name}{operator}{value}",
    st.sampled_from(["x", "y"]),
    st.sampled_from(["==", "!=", ">", ">=", "<", "<="]),
    st.sampled_from(['"a"', '"b"', "1", "2", "-3", "0.5"]),
) | st.sampled_from(["x", "y", "x==1..3", 'x=="a",2', "y==true", 'y~="a"'])
QUERIES = st.recursive(
    TERMS,
    lambda inner: st.builds(
        lambda parts, sign: "(" + sign.join(parts) + ")",
        st.lists(inner, min_size=1, max_size=3),
        st.sampled_from([";", "|"]),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("sieve")
    kept = records.open_records(folder, synchronous="OFF")
    yield kept.tenant()
    kept.close()


@settings(max_examples=60, deadline=None)
@given(query=QUERIES, values=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5))
def test_the_sieve_of_a_query_loses_no_answer(query: str, values, tenant) -> None:
    asked = compile_query(query, expand)
    entities = [
        {**entity(x=prop(x), y=prop(y)), "id": f"urn:{at}"} for at, (x, y) in enumerate(values)
    ]

    def keep(tx: records.Writing) -> set[str]:
        for one in entities:
            records.put_entity(tx, one)
        found, _ = records.find_entities(tx.db, records.Wanted(facts=asked.facts))
        for one in entities:
            records.delete_entity(tx, one)
        return {one["id"] for one in found}

    try:
        passed = tenant.submit(keep).result(10)
    except sqlite3.Error as error:
        pytest.fail(str(error))
    assert {one["id"] for one in entities if asked.matches(one)} <= passed


@pytest.mark.parametrize(
    ("query", "scopes", "answer"),
    [
        ("/Madrid", ["/Madrid"], True),
        ("/Madrid", ["/Madrid/Gardens"], False),
        ("/Madrid/Gardens/#", ["/Madrid/Gardens"], True),
        ("/Madrid/Gardens/#", ["/Madrid/Gardens/ParqueNorte/Parterre1"], True),
        ("/Madrid/Gardens/#", ["/Madrid"], False),
        ("/Madrid/+/ParqueNorte", ["/Madrid/Sights/ParqueNorte"], True),
        ("/Madrid/+/ParqueNorte", ["/Madrid/ParqueNorte"], False),
        ("(/Madrid/Districts;/CompanyA)", ["/CompanyA", "/Madrid/Districts"], True),
        ("(/Madrid/Districts;/CompanyA)", ["/CompanyA"], False),
        ("(/Madrid/Districts;/CompanyA)|/CompanyB", ["/CompanyB"], True),
        ("/A,/CompanyB", ["/CompanyB"], True),
        ("/#", ["/CompanyB"], True),
        ("/#", [], False),
    ],
)
def test_scopes_are_matched_as_the_standard_says(query, scopes, answer) -> None:
    assert compile_scopes(query).matches(scopes) is answer


@pytest.mark.parametrize("query", ["", "/", "Madrid", "/Madrid//a", "/a;", "(/a", "/#/a", "/1"])
def test_a_malformed_query_of_scopes_is_refused(query: str) -> None:
    with pytest.raises(Problem):
        compile_scopes(query)


@pytest.mark.parametrize(
    ("query", "types", "answer"),
    [
        ("Building|House", ["House"], True),
        ("Building,House", ["Home"], False),
        ("(Home;Vehicle)", ["Vehicle", "Home", "Boat"], True),
        ("(Home;Vehicle)", ["Home"], False),
        ("(Home;Vehicle)|Motorhome", ["Motorhome"], True),
        ("Home;(Vehicle|Boat)", ["Home", "Boat"], True),
        ("*", ["Anything"], True),
    ],
)
def test_types_are_selected_as_the_standard_says(query, types, answer) -> None:
    assert compile_types(query, str).matches(types) is answer


@pytest.mark.parametrize(
    "query", ["", "Home;", "(Home", "Home)", ",", "Ho me", "(a|b);" * 12 + "c"]
)
def test_a_malformed_selection_of_types_is_refused(query: str) -> None:
    with pytest.raises(Problem):
        compile_types(query, str)
