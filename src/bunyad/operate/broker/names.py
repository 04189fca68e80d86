"""What identifiers, names and instants may look like."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bunyad.operate.broker.problems import bad_request
from bunyad.operate.records.times import from_iso

LONGEST_NAME = 2048  # characters

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`\x00-\x1f]+")
_NAME = re.compile(r"[^\W\d_][\w\-.]*|@?[\w\-.]+:[^\s<>\"'=;()\\^`{}|\x00-\x1f]+")
_SCOPE = re.compile(r"/?[^\W\d][\w\-.]*(?:/[^\W][\w\-.]*)*")
_INSTANT = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})"
)


def is_uri(text: Any) -> bool:
    """
    Tell whether a value is a URI.

    Examples
    --------
    >>> is_uri("urn:ngsi-ld:Streetlight:7"), is_uri("Streetlight 7")
    (True, False)
    """
    return isinstance(text, str) and len(text) <= LONGEST_NAME and _URI.fullmatch(text) is not None


def is_instant(text: Any) -> bool:
    """
    Tell whether a value is a date and time with a zone.

    Examples
    --------
    >>> is_instant("2026-11-22T10:00:00Z"), is_instant("2026-11-22")
    (True, False)
    """
    if not isinstance(text, str) or _INSTANT.fullmatch(text) is None:
        return False
    try:
        from_iso(text)
    except ValueError:  # such as 30 February
        return False
    return True


def is_name(text: Any) -> bool:
    """Tell whether a value can be the name of an attribute or a type."""
    return isinstance(text, str) and _is_name(text)


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and _NAME.fullmatch(text) is not None


def is_scope(text: Any) -> bool:
    """Tell whether a value is a scope such as `/Zangilan/Aghali`."""
    return (
        isinstance(text, str) and len(text) <= LONGEST_NAME and _SCOPE.fullmatch(text) is not None
    )


def check_uri(text: Any, what: str) -> str:
    """Return a URI, or raise BadRequestData."""
    if not is_uri(text):
        raise bad_request(f"{what} is {_shown(text)}, not a URI")
    return str(text)


def check_instant(text: Any, what: str) -> str:
    """Return an instant, or raise BadRequestData."""
    if not is_instant(text):
        raise bad_request(f"{what} is {_shown(text)}, not a date and time such as "
                          "2026-11-22T10:00:00Z")  # fmt: skip
    return str(text)


def check_name(text: Any, what: str) -> str:
    """Return a name, or raise BadRequestData."""
    if not is_name(text):
        raise bad_request(f"{what} is {_shown(text)}, which cannot be a name")
    return str(text)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
