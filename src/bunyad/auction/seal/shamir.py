"""
Key shares: any k of n people rebuild a secret, k - 1 of them learn nothing of it.

Shamir, "How to share a secret" (Communications of the ACM 22, 1979), byte by byte over GF(2⁸)
with the polynomial of AES (FIPS 197, section 4.2): x⁸ + x⁴ + x³ + x + 1. Share i is the
polynomial's value at i + 1; the secret is its value at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

FIELD = 256
POLYNOMIAL = 0x11B
MOST_SHARES = FIELD - 1


def split_secret(
    secret: bytes, *, threshold: int, shares: int, random_bytes: Callable[[int], bytes]
) -> tuple[bytes, ...]:
    """
    Split a secret into shares as long as itself.

    Parameters
    ----------
    secret
        What is shared.
    threshold
        How many shares rebuild it.
    shares
        How many there are, at most 255.
    random_bytes
        Source of so many random bytes: `os.urandom` but in tests.
    """
    if not 1 <= threshold <= shares <= MOST_SHARES:
        raise ValueError(f"{threshold} of {shares} shares cannot be")
    coefficients = [secret, *(random_bytes(len(secret)) for _ in range(threshold - 1))]
    return tuple(_value(coefficients, place + 1) for place in range(shares))


def complete_shares(
    known: Mapping[int, bytes], *, threshold: int, shares: int
) -> tuple[bytes, tuple[bytes, ...]]:
    """
    Return the secret and all shares from any `threshold` of them.

    Parameters
    ----------
    known
        Shares by place, from 0; of more than needed the first places are taken.
    threshold
        How many rebuild the secret.
    shares
        How many there are.

    Raises
    ------
    ValueError
        If too few are known, or they differ in length.
    """
    taken = dict(sorted(known.items())[:threshold])
    if len(taken) < threshold or len({len(share) for share in taken.values()}) != 1:
        raise ValueError(f"{len(taken)} of {threshold} shares")
    at = tuple(place + 1 for place in taken)
    found = [_interpolate(at, tuple(taken.values()), x) for x in range(shares + 1)]
    return found[0], tuple(found[1:])


def _value(coefficients: list[bytes], x: int) -> bytes:
    """Return the polynomials' values at x, by Horner's rule."""
    total = bytes(len(coefficients[0]))
    for coefficient in reversed(coefficients):
        total = _add(total.translate(_times(x)), coefficient)
    return total


def _interpolate(at: tuple[int, ...], values: tuple[bytes, ...], x: int) -> bytes:
    """Return the values at x of the polynomials through points, by Lagrange's formula."""
    total = bytes(len(values[0]))
    for weight, value in zip(_weights(at, x), values, strict=True):
        total = _add(total, value.translate(_times(weight)))
    return total


@cache
def _weights(at: tuple[int, ...], x: int) -> tuple[int, ...]:
    """Return Lagrange's weights at x of points at `at`; subtraction is exclusive or."""
    weights = []
    for here in at:
        weight = 1
        for there in at:
            if there != here:
                weight = _product(weight, _product(x ^ there, _inverse(here ^ there)))
        weights.append(weight)
    return tuple(weights)


def _add(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))


@cache
def _times(factor: int) -> bytes:
    """Return the products of a factor with every element."""
    return bytes(_product(factor, value) for value in range(FIELD))


@cache
def _product(one: int, other: int) -> int:
    """Return a product in GF(2⁸), by shift and add."""
    total = 0
    while other:
        if other & 1:
            total ^= one
        one <<= 1
        if one & FIELD:
            one ^= POLYNOMIAL
        other >>= 1
    return total


@cache
def _inverse(value: int) -> int:
    """Return the element whose product with the value is 1."""
    return next(other for other in range(1, FIELD) if _product(value, other) == 1)
