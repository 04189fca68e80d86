"""Money: decimals at the edges, whole numbers of the smallest step inside, floats nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from bunyad.errors import InputError

LARGEST_STEPS = 2**63 - 1
"""What a 64-bit whole number holds."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def to_steps(value: Decimal | str | int, decimals: int, *, where: str = "amount") -> int:
    """
    Return a value as a whole number of its smallest step.

    Parameters
    ----------
    value
        Price, quantity or amount; a text such as "4.25", never a float.
    decimals
        Digits after the point that the rules allow.
    where
        Field that errors name.

    Raises
    ------
    InputError
        If it is no number, finer than a step, or beyond 64 bits.

    Examples
    --------
    >>> to_steps("4.25", 2)
    425
    """
    mend = f"give a decimal text with at most {decimals} digits after the point"
    if isinstance(value, float | bool):
        raise InputError(f"{value!r} is no exact number", where=where, mend=mend)
    try:
        steps = Decimal(value).scaleb(decimals, _EXACT)
    except InvalidOperation:
        raise InputError(f"{value!r} is no number", where=where, mend=mend) from None
    if not steps.is_finite() or steps != steps.to_integral_value():
        raise InputError(f"{value} is not in whole steps", where=where, mend=mend)
    if abs(steps) > LARGEST_STEPS:
        raise InputError(f"{value} is too large", where=where, mend="give a smaller number")
    return int(steps)


def from_steps(steps: int, decimals: int) -> Decimal:
    """
    Return a whole number of steps as a decimal with all its digits.

    Examples
    --------
    >>> from_steps(425, 2), from_steps(400, 2)
    (Decimal('4.25'), Decimal('4.00'))
    """
    return Decimal(steps).scaleb(-decimals, _EXACT)


def round_ratio(numerator: int, denominator: int) -> int:
    """
    Return a ratio of whole numbers rounded to whole, a half to the even one.

    Examples
    --------
    >>> [round_ratio(n, 2) for n in (1, 3, 5, -1)]
    [0, 2, 2, 0]
    """
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    up = abs(twice) > abs(denominator) or (abs(twice) == abs(denominator) and whole % 2 == 1)
    return whole + up


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """
    Return whole parts of a total by weight that add up to it exactly.

    Steps that rounding down leaves go to the largest remainders, then to the first (Hamilton's
    method).

    Examples
    --------
    >>> share_out(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise InputError(
            f"{total} cannot be shared by {list(weights)}",
            where="share_out",
            mend="give a total and weights of 0 or more, one of them above 0",
        )
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts
