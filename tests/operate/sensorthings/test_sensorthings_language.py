"""URLs and times: what can be read, and that nothing else than a refusal comes of the rest."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunyad.operate.sensorthings.language.options import parse_options, write_token
from bunyad.operate.sensorthings.language.parser import parse_expression
from bunyad.operate.sensorthings.language.paths import parse_path, read_name, write_name
from bunyad.operate.sensorthings.language.tree import Binary, Call, Literal, Path, Unary
from bunyad.operate.sensorthings.message import split_address
from bunyad.operate.sensorthings.refusals import Refusal
from bunyad.operate.sensorthings.times import (
    FIRST,
    LAST,
    Time,
    read_duration,
    read_moment,
    read_time,
    write_moment,
    write_time,
)

MOMENTS = st.datetimes(
    dt.datetime(1, 1, 2),  # noqa: DTZ001  (the zone is drawn beside)
    dt.datetime(9999, 12, 30),  # noqa: DTZ001  (as above)

    timezones=st.sampled_from([dt.timezone(dt.timedelta(hours=h)) for h in (-12, -5, 0, 4, 14)]),
)  # fmt: skip


@given(MOMENTS)
def test_moments_are_read_as_python_reads_them(moment):
    us, digits = read_moment(moment.isoformat())

    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert us == since // dt.timedelta(microseconds=1)
    assert digits == (6 if moment.microsecond else 0)


@given(st.integers(FIRST, LAST), st.integers(0, 6))
def test_moments_come_back_with_as_many_digits(us, digits):
    us -= us % 10 ** (6 - digits)

    assert read_moment(write_moment(us, digits)) == (us, digits)


@given(st.integers(0, 10**15), st.integers(0, 10**12), st.integers(0, 6), st.integers(0, 6))
def test_spans_come_back(start, length, first, second):
    start -= start % 10 ** (6 - first)
    end = start + length
    end += -end % 10 ** (6 - second)
    span = Time(start, end, first | second << 3)

    assert read_time(write_time(start, end, span.digits)) == span


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_refused(text):
    for read in (read_time, read_moment, read_duration):
        try:
            read(text)
        except Refusal as refusal:
            assert refusal.status == 400  # noqa: PT017  (what is raised is what is tested)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("PT1H", 3_600_000_000),
        ("P1W", 604_800_000_000),
        ("-PT0.5S", -500_000),
        ("P1DT1M", 86_460_000_000),
        ("pt10m", 600_000_000),
    ],
)
def test_durations_are_microseconds(text, us):
    assert read_duration(text) == us


@pytest.mark.parametrize("text", ["P", "PT", "P1Y", "P1M", "1H", "PT1H1H"])
def test_durations_without_a_length_are_refused(text):
    with pytest.raises(Refusal):
        read_duration(text)


def test_spans_may_be_told_by_a_duration():
    assert read_time("2024-01-31T00:00:00Z/P1M").end_us == read_moment("2024-02-29T00:00:00Z")[0]
    assert read_time("P1Y/2025-01-01T00:00:00Z").start_us == read_moment("2024-01-01T00:00:00Z")[0]
    assert read_moment("2016-12-31T23:59:60Z") == read_moment("2017-01-01T00:00:00Z")


def test_not_binds_looser_than_comparison_and_tighter_than_and():
    tree = parse_expression("not result gt 4 and a or b")

    assert tree == Binary(
        "or",
        Binary("and", Unary("not", Binary("gt", Path(("result",)), Literal("number", 4))),
               Path(("a",))),
        Path(("b",)),
    )  # fmt: skip


def test_products_bind_tighter_than_sums():
    tree = parse_expression("1 add 2 mul 3 eq 7")

    assert tree.left == Binary(
        "add", Literal("number", 1),
        Binary("mul", Literal("number", 2), Literal("number", 3)),
    )  # fmt: skip


def test_words_are_told_apart():
    assert parse_expression("a/b-c[2]/@iot.id") == Path(("a", "b-c", 2, "@iot.id"))
    assert parse_expression("Geo.Distance(a,'it''s')") == Call(
        "geo.distance", (Path(("a",)), Literal("text", "it's"))
    )
    assert parse_expression("time eq 12:30").right == Literal("clock", "12:30:00.000000")
    assert parse_expression("1e3") == Literal("number", 1000.0)


@pytest.mark.parametrize(
    "text", ["", "(", ")", "a eq", "a b", "a eq 'x", "a/", "a[", "a[-1]", "f(", "f(a,", "1 2",
             "a in 5", "a eq\x001", "(" * 100 + "a" + ")" * 100, "not", "a" * 30_000]
)  # fmt: skip
def test_broken_expressions_are_refused_with_a_place(text):
    with pytest.raises(Refusal) as refused:
        parse_expression(text)
    assert str(refused.value)


@settings(max_examples=300)
@given(
    st.one_of(st.text(max_size=60), st.text("()[]/$@'\"=;,:. \t%+-0123abcdefnorTZ", max_size=60))
)
def test_any_text_is_read_or_refused_everywhere(text):
    for read in (
        parse_expression, parse_path,
        lambda it: parse_options([("$expand", it)]), lambda it: parse_options([("$orderby", it)]),
        lambda it: parse_options([("$select", it), ("$skiptoken", it)]),
        lambda it: parse_options([(it, "1")]),
    ):  # fmt: skip
        try:
            read(text)
        except Refusal as refusal:
            assert refusal.status in {400, 404, 501}  # noqa: PT017  (as above)


@given(st.one_of(st.integers(-(10**17), 10**17), st.text(min_size=1, max_size=20)))
def test_names_come_back_from_links(name):
    from urllib.parse import unquote

    assert read_name(unquote(write_name(name))) == name


@given(st.lists(st.one_of(st.none(), st.integers(-(2**60), 2**60), st.text(max_size=9),
                          st.floats(allow_nan=False, allow_infinity=False))))  # fmt: skip
def test_tokens_of_pages_come_back(values):
    assert parse_options([("$skiptoken", write_token(tuple(values)))]).after == tuple(values)


def test_addresses_in_batches_are_below_the_root():
    base = "http://host:1/sensorthings/v1.1"
    for address in ("Things(1)?a=b", "/v1.1/Things(1)?a=b", f"{base}/Things(1)?a=b",
                    "/sensorthings/v1.1/Things(1)?a=b", "/Things(1)?a=b"):  # fmt: skip
        assert split_address(address, base) == ("/Things(1)", "a=b")
    there = split_address("/sensorthings/v1.1/Things(1)", "http://host:1/v1.1")
    assert there == ("/Things(1)", "")
