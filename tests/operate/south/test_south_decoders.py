"""Messages of meters and sensors, decoded and mapped."""

from __future__ import annotations

import base64
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sparkplug_forms import sparkplug

from bunyad.errors import InputError
from bunyad.operate.south.lorawan import Bits, Codec, decode, load_codec, uplink_values
from bunyad.operate.south.mapping import Unfit, filter_of, instant_of, pattern_of, pick
from bunyad.operate.south.sample import Sample, pack, unpack
from bunyad.operate.south.sources import MqttSource, Point, read_sources, sources_schema
from bunyad.operate.south.sparkplug import read_payload
from bunyad.operate.south.topics import TopicReader
from bunyad.operate.south.units import convert, units

AT_US = 1_909_094_400_000_000
NOW = "2030-07-01T00:00:00Z"


def reader(**changes) -> TopicReader:
    content = {
        "name": "test",
        "mqtt": "mqtt://127.0.0.1",
        "topics": ("meters/{home}",),
        "points": (
            Point(
                value="power.total", entity="urn:meter:{home}", type="ThreePhaseAcMeasurement",
                attribute="totalActivePower", unit="WTT", from_unit="KWT",
            ),
        ),
        **changes,
    }  # fmt: skip
    return TopicReader(MqttSource(**content), clock=lambda: AT_US)


def test_a_json_message_becomes_a_sample_in_the_attributes_unit() -> None:
    samples = reader().read("meters/12", b'{"power": {"total": 1.5}}')

    assert samples == [
        Sample("urn:meter:12", "ThreePhaseAcMeasurement", "totalActivePower", AT_US, 1500.0, "WTT")
    ]


def test_the_time_of_a_message_is_taken_where_it_is_told() -> None:
    for told in (f'"{NOW}"', "1909094400", "1909094400000", "1909094400000000"):
        content = b'{"t": %s, "power": {"total": 1}}' % told.encode()
        (sample,) = reader(time="t").read("meters/12", content)
        assert sample.at_us == AT_US

    with pytest.raises(Unfit, match="it has no t"):
        reader(time="t").read("meters/12", b'{"power": {"total": 1}}')
    with pytest.raises(Unfit, match="is no time"):
        reader(time="t").read("meters/12", b'{"t": "noon", "power": {"total": 1}}')


def test_a_star_takes_every_member_that_is_left_with_the_vocabularys_unit() -> None:
    points = (Point(value="*", entity="urn:ngsi-ld:{type}:x:{name}", type="{type}"),)
    told = reader(topics=("v/{type}/{name}",), points=points, time="at").read(
        "v/Tank/tank", b'{"at": "2030-07-01T00:00:00Z", "level": 2.5, "nothing": null}'
    )

    assert told == [Sample("urn:ngsi-ld:Tank:x:tank", "Tank", "level", AT_US, 2.5, "MTR")]


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("elsewhere/12", b"{}", "none of the source's"),
        ("meters/12", b"{", "no JSON"),
        ("meters/12", b'{"power": {"total": "much"}}', "no number"),
        ("meters/12", b'{"power": {"total": true}}', "no number"),
        ("meters/12", b'{"power": {"total": [1]}}', "no number"),
    ],
)
def test_a_message_that_does_not_fit_says_why(topic: str, payload: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        reader().read(topic, payload)


def test_a_value_that_is_not_there_is_left_out() -> None:
    assert reader().read("meters/12", b'{"energy": 5}') == []
    assert reader().read("meters/12", b'{"power": {"total": null}}') == []


def test_templates_of_topics_find_names() -> None:
    assert filter_of("a/{b}/+/#") == "a/+/+/#"
    assert pattern_of("a/{b}/#").fullmatch("a/x").groupdict() == {"b": "x"}
    assert pattern_of("a/{b}/#").fullmatch("a/x/y/z").groupdict() == {"b": "x"}
    assert pattern_of("a.c/{b}").fullmatch("abc/x") is None


@given(
    st.text(),
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
        max_leaves=8,
    ),
)
def test_no_path_into_any_content_breaks_anything(path: str, content) -> None:
    pick(content, path)


@given(st.binary(max_size=200))
def test_no_payload_breaks_the_sparkplug_reader(payload: bytes) -> None:
    with suppress(Unfit):
        read_payload(payload)


SPARK_POINTS = (
    Point(value="Power/Total", entity="urn:s:{node}:{device}", type="Device", attribute="power"),
    Point(value="Temperature", entity="urn:s:{node}:{device}", type="Device", attribute="t"),
)


def sparks() -> TopicReader:
    return reader(topics=("spBv1.0/#",), decoder="sparkplug", points=SPARK_POINTS)


def test_sparkplug_metrics_are_read_as_googles_library_wrote_them() -> None:
    payload = sparkplug(
        {"name": "i8", "datatype": 1, "int_value": 0xFF},
        {"name": "i16", "datatype": 2, "int_value": 0x8000},
        {"name": "i32", "datatype": 3, "int_value": 0xFFFFFFFE},
        {"name": "i64", "datatype": 4, "long_value": 0xFFFFFFFFFFFFFFFD},
        {"name": "u32", "datatype": 7, "int_value": 0xFFFFFFFE},
        {"name": "u64", "datatype": 8, "long_value": 2**63},
        {"name": "f", "datatype": 9, "float_value": 21.3},
        {"name": "d", "datatype": 10, "double_value": 0.1},
        {"name": "b", "datatype": 11, "boolean_value": True},
        {"name": "s", "datatype": 12, "string_value": "ağıllı kənd"},
        {"name": "null", "datatype": 9, "is_null": True},
        {"alias": 7, "timestamp": 5, "datatype": 9, "float_value": 1.5},
        seq=3, uuid="x", body=b"y",
    )  # fmt: skip

    at_ms, metrics = read_payload(payload)

    assert at_ms == 1_909_094_400_000
    assert {one.name: one.value for one in metrics if one.name} == {
        "i8": -1, "i16": -32_768, "i32": -2, "i64": -3, "u32": 0xFFFFFFFE, "u64": 2**63,
        "f": 21.3, "d": 0.1, "b": True, "s": "ağıllı kənd", "null": None,
    }  # fmt: skip
    assert (metrics[-1].alias, metrics[-1].at_ms, metrics[-1].value) == (7, 5, 1.5)


def test_aliases_are_known_from_the_birth_and_unknown_ones_left_out() -> None:
    source = sparks()
    birth = sparkplug(
        {"name": "Power/Total", "alias": 1, "datatype": 10, "double_value": 5.0},
        {"name": "Temperature", "alias": 2, "datatype": 9, "is_null": True},
    )
    data = sparkplug(
        {"alias": 1, "datatype": 10, "double_value": 6.0, "timestamp": 1_909_094_401_000}
    )

    before = source.read("spBv1.0/g/DDATA/n/d", data)
    born = source.read("spBv1.0/g/DBIRTH/n/d", birth)
    after = source.read("spBv1.0/g/DDATA/n/d", data)
    other = source.read("spBv1.0/g/DDATA/n/e", data)

    assert before == other == []
    assert [(one.entity, one.value) for one in born] == [("urn:s:n:d", 5.0)]
    assert [(one.value, one.at_us) for one in after] == [(6.0, AT_US + 1_000_000)]
    assert source.read("spBv1.0/g/NDEATH/n", sparkplug()) == []


UPLINK = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2030-07-01T00:00:00.5+00:00",
    "deviceInfo": {
        "tenantName": "Aghali", "applicationName": "water", "deviceName": "home-007",
        "deviceProfileName": "meter", "devEui": "0101010101010101", "tags": {"home": "7"},
    },
    "fCnt": 4, "fPort": 1,
    "data": base64.b64encode(struct.pack(">IHBB", 191_051, 125, 0, 87)).decode(),
    "rxInfo": [{"gatewayId": "a", "rssi": -102, "snr": 4.5}, {"gatewayId": "b", "rssi": -88, "snr": 9}],
}  # fmt: skip
"""In the form of ChirpStack 4's documentation of the event `up`."""


def test_a_lorawan_uplink_is_read_by_its_codec() -> None:
    values = uplink_values(UPLINK, load_codec("bunyad-water"))

    assert values == {
        "waterConsumption": 191_051, "flow": 12.5, "alarmStopsLeaks": 0, "batteryLevel": 0.87,
        "rssi": -88, "snr": 9, "fCnt": 4,
    }  # fmt: skip


def test_a_lorawan_uplink_becomes_samples_of_the_entity_that_its_device_names() -> None:
    import orjson

    points = (
        Point(
            value="waterConsumption",
            entity="urn:water:{deviceName}",
            type="WaterConsumptionObserved",
            unit="LTR",
        ),
        Point(value="rssi", entity="urn:device:{home}", type="Device", unit="DBM"),
    )
    source = reader(
        topics=("application/{app}/device/{eui}/event/up",), decoder="chirpstack",
        codec="bunyad-water", points=points,
    )  # fmt: skip

    water, radio = source.read("application/1/device/0101/event/up", orjson.dumps(UPLINK))

    assert water == Sample(
        "urn:water:home-007",
        "WaterConsumptionObserved",
        "waterConsumption",
        AT_US + 500_000,
        191_051.0,
        "LTR",
    )
    assert (radio.entity, radio.value) == ("urn:device:7", -88)


def test_values_that_the_network_has_decoded_are_taken() -> None:
    event = {**UPLINK, "object": {"level": 3}, "fPort": 99}

    assert uplink_values(event, load_codec("bunyad-water"))["level"] == 3
    assert "flow" not in uplink_values(event, load_codec("bunyad-water")), "another port"


def test_cayenne_payloads_of_its_own_documentation_are_read() -> None:
    codec = load_codec("cayenne-lpp")

    two = decode(codec, bytes.fromhex("03670110056700FF"))
    cold = decode(codec, bytes.fromhex("0167FFD7"))
    behind = decode(codec, bytes.fromhex("067104D2FB2E0000" + "016700FF"))

    assert two == {"temperature_3": 27.2, "temperature_5": 25.5}
    assert cold == {"temperature_1": -4.1}
    assert behind == {"temperature_1": 25.5}


@pytest.mark.parametrize("payload", ["0199", "01", "0167FF"])
def test_a_payload_that_does_not_fit_its_codec_is_refused(payload: str) -> None:
    codec = load_codec("cayenne-lpp")

    if len(payload) == 2:
        assert decode(codec, bytes.fromhex(payload)) == {}
    else:
        with pytest.raises(Unfit):
            decode(codec, bytes.fromhex(payload))


@given(st.integers(-(2**23), 2**23 - 1))
def test_odd_sizes_of_numbers_are_read(number: int) -> None:
    codec = Codec(
        name="t", source="t", fields=(Bits(name="v", kind="int24", at=1, order="little"),)
    )

    payload = b"\x00" + number.to_bytes(3, "little", signed=True)

    assert decode(codec, payload) == {"v": float(number)}


def test_what_is_no_uplink_is_refused() -> None:
    for event in ({}, [], {"deviceInfo": 3}, {**UPLINK, "data": "???"}):
        with pytest.raises(Unfit):
            uplink_values(event, load_codec("bunyad-water"))
    with pytest.raises(InputError, match="cannot be read"):
        load_codec("no-such-codec")


@given(st.floats(-1e6, 1e6), st.sampled_from(sorted(units())), st.sampled_from(sorted(units())))
def test_units_change_there_and_back(value: float, one: str, other: str) -> None:
    if units()[one].quantity != units()[other].quantity:
        with pytest.raises(ValueError, match="is"):
            convert(value, from_unit=one, to_unit=other)
        return

    there = convert(value, from_unit=one, to_unit=other)

    assert convert(there, from_unit=other, to_unit=one) == pytest.approx(value, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "one", "other", "expected"),
    [
        (1, "KWH", "JOU", 3.6e6),
        (1, "BAR", "A97", 1000),
        (0, "CEL", "FAH", 32),
        (10, "L2", "E32", 600),
        (36, "KMH", "MTS", 10),
    ],
)
def test_units_change_as_every_table_says(value, one, other, expected) -> None:
    assert convert(value, from_unit=one, to_unit=other) == pytest.approx(expected)


def test_instants_that_are_none_are_refused() -> None:
    for value in (None, True, -5, 0, "yesterday", [1]):
        with pytest.raises(Unfit):
            instant_of(value)


@given(
    st.lists(
        st.tuples(
            st.text(min_size=1),
            st.integers(0, 2**50),
            st.floats(allow_nan=False, allow_infinity=False),
        )
    )
)
def test_samples_are_packed_and_unpacked(rows) -> None:
    samples = [Sample(text, "T", "a", at, value) for text, at, value in rows if text.isprintable()]

    assert unpack(pack(samples)) == samples


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[3]",
        '[["a","b","c",1]]',
        '[["a","b","c",1,null]]',
        '[["","b","c",1,2]]',
        '[["a","b","c",true,2]]',
        '[[1,"b","c",1,2]]',
    ],
)
def test_what_is_no_sample_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"sample|instant|list"):
        unpack(text)


GOOD = """
format: bunyad-sources/1
gateway: gate
sources:
  - name: meters
    mqtt: mqtt://127.0.0.1
    topics: ["m/{home}"]
    points:
      - {value: p, entity: "urn:{home}", type: Device, unit: WTT, from_unit: KWT}
"""


def test_a_file_of_sources_is_read(tmp_path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD)

    sources = read_sources(path)

    assert isinstance(sources.sources[0], MqttSource)
    assert sources.sources[0].points[0].from_unit == "KWT"


def test_all_faults_of_a_file_of_sources_are_named(tmp_path) -> None:
    path = tmp_path / "sources.yaml"
    cases = {
        GOOD.replace("KWT", "LTR"): "litre is volume, watt is power",
        GOOD.replace("KWT", "XYZ"): "the unit 'XYZ' is not known",
        GOOD.replace("    mqtt: mqtt://127.0.0.1\n", ""): "a source has one of",
        GOOD.replace("name: meters", "nam: meters"): "nam",
        GOOD.replace("gateway: gate\n", ""): "gateway",
        "just text": "dictionary",
        "a: [": "not valid YAML",
    }
    for text, what in cases.items():
        path.write_text(text)
        with pytest.raises(InputError, match=what):
            read_sources(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_sources(tmp_path / "none.yaml")


def test_the_schema_of_sources_knows_every_kind() -> None:
    text = str(sources_schema())

    for kind in (
        "MqttSource",
        "ModbusSource",
        "OpcUaSource",
        "DlmsSource",
        "OcppSource",
        "CsvSource",
        "HttpSource",
    ):
        assert kind in text
