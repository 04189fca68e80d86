"""An event: what was done in an auction, by whom and when; a leaf of its log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from bunyad.auction.events.bodies import BODIES
from bunyad.auction.events.canonical import canonical
from bunyad.errors import Fault, InputError

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
FIELDS = ("auction", "index", "kind", "time", "actor", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One thing done in an auction.

    `actor` is a role, or a role and a name: `agency`, `server`, `public`, `commissioner:Leyla`,
    `bidder:araz-solar`. `time` is UTC to the millisecond, so that texts sort as times do.
    """

    auction: str
    index: int
    kind: str
    time: str
    actor: str
    body: Mapping[str, Any]

    @property
    def role(self) -> str:
        """What the actor is: agency, server, commissioner, bidder or public."""
        return self.actor.partition(":")[0]

    @property
    def name(self) -> str:
        """Who of that role acts; empty if there is but one."""
        return self.actor.partition(":")[2]

    def content(self) -> dict[str, Any]:
        """Return the event as JSON values."""
        return {name: getattr(self, name) for name in FIELDS}

    def leaf(self) -> bytes:
        """Return the canonical JSON, which the log hashes."""
        return canonical(self.content())


def read_event(content: Any) -> Event:
    """
    Read an event from JSON values, and check that its body is of its kind.

    Raises
    ------
    InputError
        With every fault of it: missing and unknown fields, wrong types, unknown kind.
    """
    where = "event"
    if isinstance(content, Mapping) and isinstance(content.get("index"), int):
        where = f"event {content['index']}"
    if not isinstance(content, Mapping) or set(content) != set(FIELDS):
        raise _fault("it does not have exactly the six fields of an event", where)
    index, kind = content["index"], content["kind"]
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise _fault(f"its index is {index!r}", where)
    if not all(isinstance(content[name], str) for name in ("auction", "kind", "time", "actor")):
        raise _fault("auction, kind, time and actor have to be texts", where)
    if kind not in BODIES:
        raise _fault(f"there is no kind {kind!r}", where)
    check_time(content["time"], where=where)
    check_body(kind, content["body"], where=where)
    canonical(dict(content))
    return Event(**content)


def check_body(kind: str, body: Any, *, where: str) -> None:
    """Refuse a body that has not exactly the fields of its kind."""
    try:
        BODIES[kind].model_validate(body)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"{where} ({kind}): {'.'.join(str(part) for part in fault['loc'])}",
                what=fault["msg"],
                mend="see docs/reference/auction-events.md",
            )
            for fault in error.errors(include_url=False, include_input=False)
        ) from None


def check_time(text: str, *, where: str) -> None:
    """Refuse a time that is not of the form 2026-11-22T10:00:00.000Z."""
    try:
        if TIME.fullmatch(text) and datetime.fromisoformat(text):
            return
    except ValueError:
        pass
    raise InputError(
        f"{text!r} is no time", where=where, mend="give UTC as 2026-11-22T10:00:00.000Z"
    )


def time_text(moment: datetime) -> str:
    """
    Return a moment as events write it: UTC, milliseconds cut.

    Examples
    --------
    >>> time_text(datetime(2026, 11, 22, 10, tzinfo=UTC))
    '2026-11-22T10:00:00.000Z'
    """
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def _fault(what: str, where: str) -> InputError:
    return InputError(
        what, where=where, mend="give auction, index, kind, time, actor and body of a known kind"
    )
