"""Shares of a secret."""

from __future__ import annotations

import itertools
import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunyad.auction.seal import shamir
from bunyad.auction.seal.shamir import complete_shares, split_secret


def slow_product(one: int, other: int) -> int:
    """Multiply polynomials as whole numbers without carry, then divide by AES's."""
    total = 0
    for bit in range(8):
        if other >> bit & 1:
            total ^= one << bit
    for bit in range(15, 7, -1):
        if total >> bit & 1:
            total ^= 0x11B << (bit - 8)
    return total


def test_products_are_those_of_fips_197() -> None:
    """Sections 4.2 and 4.2.1 multiply {57} by {83} and by {13}."""
    assert shamir._product(0x57, 0x83) == 0xC1
    assert shamir._product(0x57, 0x13) == 0xFE


def test_products_are_those_of_long_multiplication() -> None:
    for one, other in itertools.product(range(0, 256, 5), range(256)):
        assert shamir._product(one, other) == slow_product(one, other)


def test_each_element_has_an_inverse() -> None:
    assert all(slow_product(value, shamir._inverse(value)) == 1 for value in range(1, 256))


@given(st.binary(min_size=1, max_size=80), st.data())
def test_any_k_shares_give_the_secret_and_all_shares(secret: bytes, data) -> None:
    shares = data.draw(st.integers(1, 9))
    threshold = data.draw(st.integers(1, shares))
    made = split_secret(secret, threshold=threshold, shares=shares, random_bytes=os.urandom)
    places = data.draw(st.permutations(range(shares)))[:threshold]

    found, every = complete_shares(
        {place: made[place] for place in places}, threshold=threshold, shares=shares
    )

    assert (found, every) == (secret, made)


def test_one_share_less_says_nothing() -> None:
    """Over all random bytes each pair of shares is seen as often, whatever the secret is."""

    def pairs(secret: int) -> Counter:
        found: Counter = Counter()
        for first, second in itertools.product(range(256), range(0, 256, 16)):
            draw = iter([bytes([first]), bytes([second])]).__next__
            made = split_secret(
                bytes([secret]), threshold=3, shares=3, random_bytes=lambda _, d=draw: d()
            )
            found[made[0]] += 1
        return found

    assert pairs(0) == pairs(0x5A)
    assert set(pairs(7).values()) == {16}


def test_too_few_or_uneven_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2"):
        complete_shares({0: b"x"}, threshold=2, shares=3)
    with pytest.raises(ValueError, match="2 of 2"):
        complete_shares({0: b"x", 2: b"yy"}, threshold=2, shares=3)
    with pytest.raises(ValueError, match="cannot be"):
        split_secret(b"x", threshold=4, shares=3, random_bytes=os.urandom)
