"""Options are declared once, checked when they are set, and come from known places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.errors import InputError
from bunyad.options import (
    ROOMS,
    SHARING,
    EnergyOptions,
    Options,
    option_rows,
    option_table,
    resolve_options,
)
from bunyad.options.base import renamed_options

FLOATS = [row for row in option_table() if row.minimum is not None and row.maximum is not None]


@pytest.mark.parametrize("room", ROOMS)
def test_every_declared_option_is_a_field_and_every_field_is_declared(room: str) -> None:
    fields = set(type(getattr(Options(), room)).model_fields)

    shared = set(option_rows("finance")) if room in SHARING else set()
    assert fields == shared | set(option_rows(room))


def test_a_shared_option_reaches_every_room_that_reckons_with_it() -> None:
    options = resolve_options(("here", {"finance.discount_rate": 0.05}))

    assert options.finance.discount_rate == 0.05
    assert options.potential.discount_rate == options.energy.discount_rate == 0.05


def test_rooms_cannot_reckon_with_two_costs_of_capital() -> None:
    with pytest.raises(ValueError, match=r"one value of finance\.discount_rate in all rooms"):
        Options(energy=EnergyOptions(discount_rate=0.01))


def test_a_wrong_shared_option_is_named_once() -> None:
    with pytest.raises(InputError) as refused:
        resolve_options(("here", {"finance.discount_rate": 2}))

    assert [fault.what for fault in refused.value.faults] == ["finance.discount_rate is 2"]


def test_every_renamed_option_says_where_it_is_now() -> None:
    known = {row.key for row in option_table()}
    for old, new in renamed_options().items():
        assert old not in known
        assert set(new.split(", ")) <= known
        with pytest.raises(InputError, match=f"It is now {new}"):
            resolve_options(("here", {old: 1}))


@pytest.mark.parametrize("row", option_table(), ids=lambda row: row.key)
def test_every_option_has_title_unit_and_source(row) -> None:
    assert row.title
    assert row.unit
    assert len(row.source) > 3


def test_later_layers_win() -> None:
    key = FLOATS[0].key
    low, high = FLOATS[0].minimum, FLOATS[0].maximum

    options = resolve_options(("first", {key: low}), ("second", {key: high}))

    room, name = key.split(".")
    assert getattr(getattr(options, room), name) == high


@given(st.sampled_from(FLOATS), st.floats(1e-6, 1e6))
def test_values_beyond_the_range_are_refused_with_the_range(row, beyond: float) -> None:
    with pytest.raises(InputError, match="Give a value from") as refused:
        resolve_options(("here", {row.key: row.maximum * 1.001 + beyond}))

    assert refused.value.faults[0].where == "here"
    assert row.key in str(refused.value)


def test_an_unknown_option_names_the_nearest_known_ones() -> None:
    known = FLOATS[0].key

    with pytest.raises(InputError, match=f"Did you mean .*{known}"):
        resolve_options(("here", {known + "x": 1}))


def test_all_wrong_options_are_shown_at_once() -> None:
    with pytest.raises(InputError) as refused:
        resolve_options(("here", {FLOATS[0].key: "many", "no.such": 1}))

    assert len(refused.value.faults) == 2


@pytest.mark.parametrize("value", ["nan", "inf", float("nan"), "", None, [1]])
def test_values_that_are_no_numbers_are_refused(value: object) -> None:
    with pytest.raises(InputError):
        resolve_options(("here", {FLOATS[0].key: value}))
