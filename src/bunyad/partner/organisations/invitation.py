"""Signed links by which an organisation takes over its entry."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import NoReturn

from bunyad.errors import InputError
from bunyad.partner.signing import is_signed, public_key, sign

KIND = "invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Who is invited to which entry, and until when."""

    organisation: str
    """Identifier of the entry."""
    email: str
    """Address that the link was sent to; it is personal data."""
    expires: str
    """Last moment, in UTC as 2026-11-22T10:00:00.000Z."""
    number: str
    """Number of this invitation, so that it can be taken back and used only once."""


def sign_invitation(invitation: Invitation, *, secret: str) -> str:
    """
    Return an invitation as text for a link.

    Parameters
    ----------
    invitation
        What it says.
    secret
        Ed25519 key of the server, 32 bytes in hexadecimal.

    Examples
    --------
    >>> one = Invitation(organisation="araz", email="a@example.org",
    ...                  expires="2027-01-01T00:00:00.000Z", number="7")
    >>> text = sign_invitation(one, secret="22" * 32)
    >>> read_invitation(text, key=public_key("22" * 32), now="2026-11-22T10:00:00.000Z") == one
    True
    """
    content = asdict(invitation)
    packed = {**content, "signature": sign(KIND, content, secret=secret)}
    text = json.dumps(packed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_invitation(text: str, *, key: str, now: str) -> Invitation:
    """
    Return what a link says, if it was signed and is still good.

    Parameters
    ----------
    text
        As `sign_invitation` gave it.
    key
        Public key of the server, in hexadecimal.
    now
        The present moment in UTC.

    Raises
    ------
    InputError
        If it is damaged, was signed by another, or has run out.
    """
    try:
        content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        signature = content.pop("signature")
        invitation = Invitation(**content)
    except (ValueError, binascii.Error, TypeError, KeyError, AttributeError, RecursionError):
        _refuse("it is damaged")
    if not all(isinstance(value, str) for value in content.values()):
        _refuse("it is damaged")
    if not is_signed(KIND, content, signature=signature, key=key):
        _refuse("this server did not sign it")
    if now > invitation.expires:
        _refuse(f"it was good until {invitation.expires}")
    return invitation


def _refuse(what: str) -> NoReturn:
    raise InputError(what, where="invitation", mend="ask the organiser for a new link")


__all__ = ["Invitation", "public_key", "read_invitation", "sign_invitation"]
