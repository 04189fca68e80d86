"""An event of a venture: what was done, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bunyad.auction.events.event import check_time
from bunyad.errors import Fault, InputError
from bunyad.partner.ventures.bodies import BODIES

FIELDS = ("venture", "index", "kind", "time", "actor", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class VentureEvent:
    """
    One thing done in a venture.

    `actor` is `organiser`, `server`, or `party:` and the identifier of an organisation. `time` is
    UTC to the millisecond, so that texts sort as times do.
    """

    venture: str
    index: int
    kind: str
    time: str
    actor: str
    body: Mapping[str, Any]

    @property
    def role(self) -> str:
        """What the actor is."""
        return self.actor.partition(":")[0]

    @property
    def name(self) -> str:
        """Which party acts; empty for others."""
        return self.actor.partition(":")[2]


def read_venture_event(content: Any) -> VentureEvent:
    """
    Read an event from JSON values, and check that its body is of its kind.

    Raises
    ------
    InputError
        With every fault of it.
    """
    if not isinstance(content, Mapping) or set(content) != set(FIELDS):
        raise _fault("it does not have exactly the six fields of an event", "event")
    where = f"event {content['index']}"
    index, kind = content["index"], content["kind"]
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise _fault(f"its index is {index!r}", "event")
    if not all(isinstance(content[name], str) for name in ("venture", "kind", "time", "actor")):
        raise _fault("venture, kind, time and actor have to be texts", where)
    if kind not in BODIES:
        raise _fault(f"there is no kind {kind!r}", where)
    check_time(content["time"], where=where)
    check_venture_body(kind, content["body"], where=where)
    return VentureEvent(**content)


def check_venture_body(kind: str, body: Any, *, where: str) -> None:
    """
    Refuse a body that has not exactly the fields of its kind.

    Raises
    ------
    InputError
        Naming every field that is wrong.
    """
    try:
        BODIES[kind].model_validate(body)
    except ValidationError as error:
        raise InputError.of(
            Fault(
                where=f"{where} ({kind}): {'.'.join(str(part) for part in fault['loc'])}",
                what=fault["msg"],
                mend="see docs/how-to/found-a-venture.md",
            )
            for fault in error.errors(include_url=False, include_input=False)
        ) from None


def _fault(what: str, where: str) -> InputError:
    return InputError(
        what, where=where, mend="give venture, index, kind, time, actor and body of a known kind"
    )
