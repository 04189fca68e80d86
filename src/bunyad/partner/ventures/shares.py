"""Parts of a whole, exact: percentages such as 33.5, or ratios such as 1/3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from bunyad.errors import InputError

PERCENT = 100
_SHARE = re.compile(r"(\d{1,3}(\.\d{1,12})?)|(\d{1,12}/[1-9]\d{0,11})", re.ASCII)


def read_share(text: str, *, where: str = "share") -> Fraction:
    """
    Return a share as a part of one.

    Raises
    ------
    InputError
        If it is neither a percentage nor a ratio, or not above 0 and at most the whole.

    Examples
    --------
    >>> read_share("33.5"), read_share("1/3")
    (Fraction(67, 200), Fraction(1, 3))
    """
    mend = "give a percentage such as 33.5, or a ratio such as 1/3"
    if not _SHARE.fullmatch(text):
        raise InputError(f"{text!r} is no share", where=where, mend=mend)
    found = Fraction(text) if "/" in text else Fraction(text) / PERCENT
    if not 0 < found <= 1:
        raise InputError(f"{text} is not above 0 and at most the whole", where=where, mend=mend)
    return found


def read_shares(texts: Mapping[str, str], *, where: str = "shares") -> dict[str, Fraction]:
    """
    Return the shares of all parties, which make up the whole exactly.

    Raises
    ------
    InputError
        If one is no share, or they add up to less or more than 100 %.

    Examples
    --------
    >>> read_shares({"araz": "1/3", "indus": "2/3"})["indus"]
    Fraction(2, 3)
    >>> read_shares({"araz": "33.3", "indus": "66.6"})
    Traceback (most recent call last):
        ...
    bunyad.errors.InputError: shares: they add up to 99.9 %. Give shares that add up to 100 %, ...
    """
    found = {name: read_share(text, where=f"{where}.{name}") for name, text in texts.items()}
    whole = sum(found.values(), Fraction(0))
    if whole != 1:
        raise InputError(
            f"they add up to {float(whole * PERCENT):.12g} %", where=where,
            mend="give shares that add up to 100 %, as ratios such as 1/3 where decimals cannot",
        )  # fmt: skip
    return found
