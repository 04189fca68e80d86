"""Which part of the past is asked for (CIM 009, 4.11, 6.3.10 and 6.18)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bunyad.operate.broker.names import check_instant
from bunyad.operate.broker.problems import bad_request
from bunyad.operate.records import from_iso

PROPERTIES = ("observedAt", "createdAt", "modifiedAt", "deletedAt")
RELATIONS = ("before", "after", "between")
USUAL_INSTANCES = 1_000
"""Instances of an attribute in one answer, unless the client prefers another number."""
USUAL_OF_MANY = 100
"""The same in the answer to a query, which tells of many entities."""
MOST_INSTANCES = 10_000
MOST_LAST = 1_000_000
ENDLESS_US = 2**62
_NO_SECONDS = re.compile(r"(T\d\d:\d\d)(Z|[+-]\d\d:?\d\d)$")
_PREFERENCE = re.compile(r"\bmaxpagesize\s*=\s*\"?(\d{1,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    A part of the past.

    Attributes
    ----------
    relation
        `before`, `after` or `between`; empty for all of the past.
    from_us, to_us
        First instant in it, and the instant before which it ends [µs since 1970].
    member
        Member of the instances that the instants speak of.
    last
        How many of the latest instances of each attribute are wanted; 0 for all.
    page
        How many instances of each attribute one answer has.
    """

    relation: str = ""
    from_us: int = -ENDLESS_US
    to_us: int = ENDLESS_US
    member: str = "observedAt"
    last: int = 0
    page: int = USUAL_INSTANCES


def read_window(params: Mapping[str, str], *, needed: bool, preference: str = "") -> Window:
    """
    Read a temporal query.

    Parameters
    ----------
    params
        `timerel`, `timeAt`, `endTimeAt`, `timeproperty`, `lastN`.
    needed
        Whether there must be one, as in queries, which tell of many entities.
    preference
        The `Prefer` header; `maxpagesize=500` asks for more instances in one answer.

    Raises
    ------
    Problem
        `BadRequestData` if it is malformed, or missing.
    """
    relation = params.get("timerel", "")
    if relation and relation not in RELATIONS:
        raise bad_request(f"timerel is {relation!r}, none of {', '.join(RELATIONS)}")
    if needed and not relation:
        raise bad_request("a temporal query has timerel and timeAt")
    if bool(relation) != ("timeAt" in params):
        raise bad_request("timerel and timeAt belong together")
    if (relation == "between") != ("endTimeAt" in params):
        raise bad_request("endTimeAt belongs to timerel=between")
    member = params.get("timeproperty", "observedAt")
    if member not in PROPERTIES:
        raise bad_request(f"timeproperty is {member!r}, none of {', '.join(PROPERTIES)}")
    from_us, to_us = _bounds(params, relation)
    asked = _PREFERENCE.search(preference)
    usual = USUAL_OF_MANY if needed else USUAL_INSTANCES
    return Window(
        relation=relation,
        from_us=from_us,
        to_us=to_us,
        member=member,
        last=_last(params.get("lastN")),
        page=max(1, min(int(asked[1]), MOST_INSTANCES)) if asked else usual,
    )


def _bounds(params: Mapping[str, str], relation: str) -> tuple[int, int]:
    if not relation:
        return -ENDLESS_US, ENDLESS_US
    at_us = _instant(params["timeAt"], "timeAt")
    if relation == "before":
        return -ENDLESS_US, at_us
    if relation == "after":
        return at_us, ENDLESS_US
    end_us = _instant(params["endTimeAt"], "endTimeAt")
    if end_us < at_us:
        raise bad_request("endTimeAt lies before timeAt")
    return at_us, end_us


def _instant(text: str, what: str) -> int:
    """Return an instant [µs since 1970]; seconds may be missing, as ISO 8601 has it."""
    return from_iso(check_instant(_NO_SECONDS.sub(r"\1:00\2", text), what))


def _last(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= MOST_LAST):
        raise bad_request(f"lastN is {text[:40]!r}, not a whole number above 0")
    return int(text)
