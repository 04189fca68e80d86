"""Whatever is sent, the broker says what is wrong with it and never breaks."""

import asyncio
import copy
from pathlib import Path
from typing import Any

from broker_life import broker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SUBSCRIPTION = {
    "type": "Subscription",
    "entities": [{"type": "A|(B;C)", "idPattern": "^a.*", "id": ["urn:a"]}],
    "watchedAttributes": ["x"],
    "q": 'x>5;(y=="a"|z~="b+")',
    "geoQ": {"georel": "near;maxDistance==5", "geometry": "Point", "coordinates": [1, 2]},
    "scopeQ": "/A/#",
    "expiresAt": "2036-01-01T00:00:00Z",
    "throttling": 5,
    "notification": {
        "attributes": ["x"],
        "format": "concise",
        "endpoint": {
            "uri": "http://127.0.0.1:9/",
            "accept": "application/json",
            "receiverInfo": [{"key": "a", "value": "b"}],
        },
    },
    "datasetId": ["urn:d", "@none"],
    "lang": "az",
}
REGISTRATION = {
    "type": "ContextSourceRegistration",
    "endpoint": "http://127.0.0.1:9",
    "information": [
        {"entities": [{"type": "A", "id": "urn:a"}], "propertyNames": ["x"]},
        {"entities": [{"type": ["B"], "idPattern": ".*"}], "relationshipNames": ["y"]},
    ],
    "mode": "inclusive",
    "operations": ["retrieveOps"],
    "contextSourceInfo": [{"key": "a", "value": "b"}],
    "observationInterval": {"startAt": "2026-01-01T00:00:00Z", "endAt": "2027-01-01T00:00:00Z"},
    "location": {"type": "Point", "coordinates": [1, 2]},
    "scope": ["/A"],
    "expiresAt": "2036-01-01T00:00:00Z",
    "owner": "agency",
}
EVOLUTION = {
    "id": "urn:fuzz:1",
    "type": "A",
    "scope": "/A",
    "x": [
        {"type": "Property", "value": 5, "observedAt": "2026-01-01T00:00:00Z", "unitCode": "C"},
        {"type": "Property", "value": {"a": [1]}, "datasetId": "urn:d"},
    ],
    "y": [{"type": "Relationship", "object": "urn:b"}],
    "z": {"type": "LanguageProperty", "languageMap": {"az": "a"}},
    "w": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1, 2]}},
}
QUERY = {
    "type": "Query",
    "entities": [{"type": "A", "idPattern": ".*"}],
    "q": "x>5",
    "geoQ": {"georel": "within", "geometry": "Point", "coordinates": [1, 2]},
    "temporalQ": {
        "timerel": "between",
        "timeAt": "2026-01-01T00:00:00Z",
        "endTimeAt": "2027-01-01T00:00:00Z",
        "lastN": 5,
    },
    "attrs": ["x"],
}
CONTEXT = {"@context": [{"A": "https://example.org/A", "B": {"@id": "https://e.org/B"}}]}
PLACES = [
    ("/subscriptions", SUBSCRIPTION),
    ("/csourceSubscriptions", SUBSCRIPTION),
    ("/csourceRegistrations", REGISTRATION),
    ("/temporal/entities", EVOLUTION),
    ("/temporal/entityOperations/query", QUERY),
    ("/jsonldContexts", CONTEXT),
]

JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.sampled_from([1e308, -0.0, 10**25]),
        st.text(max_size=8),
        st.sampled_from(
            ["urn:ngsi-ld:null", "@none", "(", "a{", "((", "/#", "2026-13-01T00:00:00Z", "\0", "%"]
        ),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def ways(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all parts of a document."""
    found = [way] if way else []
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for key, part in steps:
        found += ways(part, (*way, key))
    return found


@st.composite
def faulty(draw):
    path, document = draw(st.sampled_from(PLACES))
    broken = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 2))):
        way = draw(st.sampled_from(ways(document)))
        target = broken
        for key in way[:-1]:
            if not isinstance(target, dict | list):
                break
            try:
                target = target[key]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(target, dict) or (
                isinstance(target, list) and isinstance(way[-1], int) and way[-1] < len(target)
            ):
                target[way[-1]] = draw(JUNK)
    return path, broken


PARAMS = st.dictionaries(
    st.sampled_from(
        ["type", "q", "csf", "attrs", "timerel", "timeAt", "endTimeAt", "lastN", "limit", "offset",
         "options", "format", "aggrMethods", "aggrPeriodDuration", "georel", "geometry",
         "coordinates", "scopeQ", "id", "idPattern", "kind", "details", "pick", "omit", "lang",
         "datasetId", "timeproperty", "count"]
    ),
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["A", "after", "2026-01-01T00:00:00Z", "true", "avg,max", "P1M", "PT0.000001S",
             "temporalValues", "aggregatedValues", "[1,2]", "Point", "near;maxDistance==5", "x>5"]
        ),
    ),
    max_size=6,
)  # fmt: skip
READ = ["/subscriptions", "/csourceRegistrations", "/temporal/entities", "/jsonldContexts",
        "/temporal/entities/urn:fuzz:1", "/csourceSubscriptions", "/info/sourceIdentity"]  # fmt: skip


def test_nothing_that_is_sent_breaks_the_broker(tmp_path: Path) -> None:
    async def run() -> None:
        async with broker(tmp_path) as ask:
            await ask("POST", "/temporal/entities", EVOLUTION)
            loop = asyncio.get_running_loop()

            def wait(coroutine):
                return asyncio.run_coroutine_threadsafe(coroutine, loop).result(20)

            @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
            @given(faulty())
            def write(sent) -> None:
                path, document = sent
                told = wait(ask("POST", path, document))
                assert told.status < 500 or told.status == 503, told.body
                if told.status == 201 and (where := told.headers.get("location")):
                    key = where.removeprefix("/ngsi-ld/v1")
                    assert wait(ask("GET", key)).status < 500
                    assert wait(ask("DELETE", key)).status < 500

            @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
            @given(st.sampled_from(READ), PARAMS)
            def read(path: str, params: dict[str, str]) -> None:
                told = wait(ask("GET", path, **params))
                assert told.status < 500 or told.status == 503, told.body

            await asyncio.to_thread(write)
            await asyncio.to_thread(read)

    asyncio.run(run())
