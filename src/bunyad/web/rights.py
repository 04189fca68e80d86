"""Who may do what: roles, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bunyad.web.problems import Problem


class Role(StrEnum):
    """What an account is for."""

    ADMIN = "admin"
    PLANNER = "planner"
    COMMISSION = "commission"
    BIDDER = "bidder"
    ORGANISER = "organiser"
    PARTNER = "partner"
    OPERATOR = "operator"
    PUBLIC = "public"
    """Nobody who is signed in."""


ANYBODY = frozenset(Role)
SIGNED_IN = ANYBODY - {Role.PUBLIC}
PLANNERS = frozenset({Role.ADMIN, Role.PLANNER})
COMMISSION = frozenset({Role.COMMISSION})
BIDDERS = frozenset({Role.BIDDER})
ORGANISERS = frozenset({Role.ADMIN, Role.ORGANISER})
PARTNERS = frozenset({Role.PARTNER})
ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks."""

    id: str | None
    name: str
    role: Role
    organisation_id: str | None
    settlement: str | None
    """Settlement that an operator looks after, `*` for all."""
    language: str = "en"


NOBODY = Person(id=None, name="", role=Role.PUBLIC, organisation_id=None, settlement=None)


def check_role(person: Person, may: frozenset[Role]) -> None:
    """
    Refuse who may not.

    Raises
    ------
    Problem
        401 where signing in could help, 403 where it could not.
    """
    if person.role in may:
        return
    if person.role is Role.PUBLIC:
        raise Problem(401, "sign-in-needed", "You are not signed in.", mend="Sign in first.")
    raise Problem(
        403,
        "not-allowed",
        f"The role {person.role} may not do this.",
        mend="Ask somebody of your organisation whose role may.",
    )
