"""
What the service refuses, and with which HTTP status.

Refusal           400 unless told otherwise; the base
├─ NotForYou      403 who asks may not do it
├─ NotThere       404 the path names nothing
├─ NotAllowed     405 the path knows no such method
├─ Taken          409 the `@iot.id` belongs to another, or the entity is kept elsewhere
└─ NotDone        501 a part of the standard that this service does not offer
"""

from __future__ import annotations

from bunyad.errors import InputError


class Refusal(InputError):  # noqa: N818  (it is what the service does, as HTTP says it)
    """
    A request that the service will not follow.

    Parameters
    ----------
    what
        What is wrong, with the offending value.
    where
        The part of the request: a path, a query option, a member of the body.
    mend
        What to do about it.

    Examples
    --------
    >>> Refusal("'-5' is no count", where="$top", mend="give a whole number from 0").body()
    {'code': 400, 'type': 'error', 'message': "$top: '-5' is no count. Give a whole number from 0."}
    """

    status = 400

    def __init__(self, what: str, *, where: str = "request", mend: str = "see OGC 18-088") -> None:
        super().__init__(what, where=where, mend=mend)

    def body(self) -> dict[str, object]:
        """Return the error as the service's JSON shows it."""
        return {"code": self.status, "type": "error", "message": str(self)}


class NotForYou(Refusal):
    """Who asks may not do it."""

    status = 403


class NotThere(Refusal):
    """The path names nothing that is there."""

    status = 404


class NotAllowed(Refusal):
    """The path is known, but not with this method."""

    status = 405


class Taken(Refusal):
    """The `@iot.id` belongs to another, or the entity is kept elsewhere."""

    status = 409


class NotDone(Refusal):
    """The standard has it, this service has not."""

    status = 501
