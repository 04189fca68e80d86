"""Money is exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.auction.money import from_steps, round_ratio, share_out, to_steps
from bunyad.errors import InputError

WHOLE = st.integers(-(2**62), 2**62)


@given(WHOLE, st.integers(0, 8))
def test_steps_and_decimals_are_two_ways_to_write_the_same(steps: int, decimals: int) -> None:
    value = from_steps(steps, decimals)

    assert Fraction(value) == Fraction(steps, 10**decimals)
    assert to_steps(value, decimals) == steps
    assert to_steps(str(value), decimals) == steps


@pytest.mark.parametrize(
    "value", ["4.251", "four", "", "NaN", "Infinity", 4.25, True, Decimal("1e30"), "sNaN"]
)
def test_what_is_no_whole_number_of_steps_is_refused(value) -> None:
    with pytest.raises(InputError, match="price"):
        to_steps(value, 2, where="price")


@given(WHOLE, st.integers(1, 10**9))
def test_a_ratio_is_rounded_as_python_rounds_fractions(numerator: int, denominator: int) -> None:
    assert round_ratio(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_parts_add_up_to_the_total_and_lie_within_a_step(total: int, weights: list[int]) -> None:
    if not sum(weights):
        with pytest.raises(InputError):
            share_out(total, weights)
        return

    parts = share_out(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
