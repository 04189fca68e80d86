"""What requests about accounts carry and what answers give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\sİ]+@[^@\sİ]+$", min_length=3, max_length=254)]
"""Length by RFC 5321; without the one letter that grows when it is made small."""
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ShortTitle = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
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


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How one can sign in here, besides by password."""

    passkeys: bool
    """Whether browsers allow passkeys at this server's address."""
    outside: str | None
    """Name of the provider that accounts may come from, if any."""
    is_linked: bool
    """Whether the one who asks can come from there."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser needs to make or to show a passkey."""

    ceremony: str
    """To be sent back with what the browser gives."""
    options: dict[str, Any]
    """Of `navigator.credentials` (WebAuthn Level 3, in JSON)."""


class PasskeyProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a browser gives where a passkey is shown."""

    ceremony: Secret
    credential: dict[str, Any]


class PasskeyDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a browser gives where a passkey was made, and its name."""

    ceremony: Secret
    credential: dict[str, Any]
    name: ShortTitle


class PasskeyName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another name for a passkey."""

    name: ShortTitle


class PasskeyState(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey."""

    id: str
    name: str
    created: datetime


class OutsideDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody goes to the provider: to sign in, to join, or to link the own account."""

    invitation: Secret | None = None
    """Token of the invitation by which an account is made."""
    link: bool = False
    """Whether the account of who asks is linked."""


class OutsidePage(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes on."""

    url: str


class OutsideReturn(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider sends the browser back with (RFC 6749, RFC 9207)."""

    state: str = ""
    code: str = ""
    error: str = ""
    iss: str = ""


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
    settlement: Annotated[str, msgspec.Meta(max_length=100)] | None = None


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

    name: ShortTitle


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

    before: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
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
