"""One text for one value, so that its hash and its signature mean the same everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bunyad.errors import InputError

SAFE = 2**53 - 1
"""Largest whole number that every reader of JSON keeps exactly (RFC 8259, section 6)."""


DEEPEST = 64
"""Levels of lists and dicts in one another; some readers of JSON stop not far beyond."""


def canonical(value: Any) -> bytes:
    """
    Return the canonical JSON of a value, as RFC 8785 writes it.

    Keys are sorted, there are no spaces, letters are UTF-8. Numbers are whole: prices and
    quantities are texts such as "4.25", because a float would not be the same on every machine.

    Parameters
    ----------
    value
        Dicts with text keys, lists, tuples, texts, whole numbers, booleans and None.

    Raises
    ------
    InputError
        If the value holds a float, a number beyond 2⁵³, a lone surrogate or another type, or is
        too deep.

    Examples
    --------
    >>> canonical({"b": [1, None], "a": "4.25"})
    b'{"a":"4.25","b":[1,null]}'
    """
    _check(value, "$", 0)
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise _fault("a text holds half a letter (a lone surrogate)", "$") from None


def digest(value: Any) -> str:
    """
    Return the SHA-256 of a value's canonical JSON, in hexadecimal.

    Examples
    --------
    >>> digest({})[:8]
    '44136fa3'
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def read_canonical(data: bytes) -> Any:
    """
    Read canonical JSON, and refuse any other way to write the same value.

    Raises
    ------
    InputError
        If it is no JSON, or not the canonical text of what it says.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise _fault("it is no JSON", "the text") from None
    if canonical(value) != data:
        raise _fault("it is not written in the canonical form", "the text")
    return value


def _check(value: Any, where: str, depth: int) -> None:
    """Refuse what has no single form."""
    if depth > DEEPEST:
        raise _fault(f"more than {DEEPEST} levels stand in one another", "$")
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str) or any(letter > "\uffff" for letter in key):
                raise _fault(f"the key {key!r} is no plain text", where)
            _check(part, f"{where}.{key}", depth + 1)
    elif isinstance(value, list | tuple):
        for position, part in enumerate(value):
            _check(part, f"{where}[{position}]", depth + 1)
    elif not (value is None or isinstance(value, str | int)):
        raise _fault(f"{value!r} is a {type(value).__name__}", where)
    elif isinstance(value, int) and abs(value) > SAFE:
        raise _fault(f"{value} is beyond 2^53", where)


def _fault(what: str, where: str) -> InputError:
    return InputError(what, where=where, mend='give whole numbers, and decimals as texts: "4.25"')
