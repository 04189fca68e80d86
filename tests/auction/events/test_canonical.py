"""One text for one value."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bunyad.auction.events import canonical, digest, read_canonical
from bunyad.errors import InputError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEY = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_text_is_that_of_another_program_for_rfc_8785(value) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_written_is_read_back(value) -> None:
    assert read_canonical(canonical(value)) == value


@given(VALUES)
def test_any_other_way_to_write_it_is_refused(value) -> None:
    other = json.dumps(value, indent=1).encode()
    if other != canonical(value):
        with pytest.raises(InputError, match="canonical"):
            read_canonical(other)


def test_the_example_of_rfc_8785_without_floats() -> None:
    """Section 3.2.3 sorts these keys; the two beyond 2^16 are left out here."""
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u0080": 5, "\u00f6": 6}

    assert list(json.loads(canonical(names))) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ufb33"]


def _nest(levels: int) -> list:
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (1.5, "float"),
        ({"a": [float("nan")]}, "float"),
        (2**53, "beyond"),
        ({1: 2}, "plain text"),
        ({"\U0001f600": 1}, "plain text"),
        ("\ud800", "surrogate"),
        (b"x", "bytes"),
        ({"a": {1, 2}}, "set"),
        (_nest(65), "levels"),
    ],
)
def test_what_has_no_single_form_is_refused(value, what: str) -> None:
    with pytest.raises(InputError, match=what):
        canonical(value)


@pytest.mark.parametrize("data", [b"", b"\xff", b"[" * 100_000, b"NaN", b'{"a":1,"a":1}', b"-0"])
def test_what_is_not_canonical_json_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read_canonical(data)


def test_sixty_four_levels_are_taken() -> None:
    assert len(canonical(_nest(64))) == 130


def test_the_digest_is_that_of_the_text() -> None:
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest({"b": 1}) != digest({"b": "1"})
