"""What requests about accounts carry and what answers give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+$", min_length=3, max_length=320)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Code = Annotated[str, msgspec.Meta(pattern=r"^\d{6}$")]


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in, with what proof."""

    email: Email
    password: Password
    code: Code | None = None
    """Of the second factor, where the account has one."""


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks."""

    id: str | None
    name: str
    role: str
    organisation: str
    settlement: str | None
    language: str
    has_second_factor: bool
    needs_set_up: bool
    """Whether the server has no account yet."""


class Invite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite."""

    email: Email
    role: str
    organisation_id: str


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation; its link is shown once."""

    id: str
    email: str
    role: str
    url: str
    expires: datetime


class Accept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account that an invited person makes."""

    token: str
    name: Title
    password: Password


class OrganisationDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation to be made."""

    name: Title
    kind: str
    settlement: str | None = None


class OrganisationState(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation."""

    id: str
    name: str
    kind: str
    settlement: str | None


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """An account as an administrator sees it."""

    id: str
    email: str
    name: str
    role: str
    organisation_id: str
    is_active: bool
    has_second_factor: bool
    created: datetime


class AccountChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another role, or an end."""

    role: str | None = None
    is_active: bool | None = None


class TokenDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made."""

    name: Title


class TokenState(msgspec.Struct, frozen=True, kw_only=True):
    """A token; the secret is shown once."""

    id: str
    name: str
    created: datetime
    expires: datetime
    secret: str | None = None


class SecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """A secret for an app that shows codes."""

    secret: str
    uri: str


class CodeOnly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that proves that the app is set up."""

    code: Code


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries to list."""

    before: int = 0
    """Number of an entry; earlier ones are listed."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class AuditState(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did."""

    id: int
    at: datetime
    account: str | None
    action: str
    subject: str
    detail: dict[str, Any]
