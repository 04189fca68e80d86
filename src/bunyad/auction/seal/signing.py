"""Signatures: what is signed says what it is and of which auction, so that none fits elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pyrage import RecipientError, x25519

from bunyad.auction.events import AuctionState, Event, canonical, may_append
from bunyad.errors import InputError

SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
SIGNED = ("bid", "withdrawn", "tie_seed_committed", "share_given", "tie_seed_revealed")
"""Kinds of event whose body is signed by who acts."""


def statement(kind: str, auction: str, body: Mapping[str, Any]) -> bytes:
    """Return what is signed: kind, version, auction, and the body without its signature."""
    unsigned = {key: value for key, value in body.items() if key != "signature"}
    return f"bunyad auction {kind} v1\n".encode() + canonical(
        {"auction": auction, "body": unsigned}
    )


def sign_body(
    body: Mapping[str, Any], *, kind: str, auction: str, signing_secret: str
) -> dict[str, Any]:
    """Return a body with its Ed25519 signature (RFC 8032)."""
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signing_secret))
    return {**body, "signature": secret.sign(statement(kind, auction, body)).hex()}


def is_signed(body: Mapping[str, Any], *, kind: str, auction: str, signing_key: str) -> bool:
    """Tell whether a body carries the signature of a key; hexadecimal is in small letters."""
    signature = body.get("signature")
    if not isinstance(signature, str) or not SIGNATURE.fullmatch(signature):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signing_key))
        key.verify(bytes.fromhex(signature), statement(kind, auction, body))
    except (ValueError, InvalidSignature):
        return False
    return True


def admit(state: AuctionState | None, event: Event, now: str) -> None:
    """
    Refuse an event that may not follow the state, or whose signature is not the actor's.

    A server asks this before it appends; `verify_record` asks it of every event of a record.

    Raises
    ------
    InputError
        As `may_append`, and with `rule signature`.
    """
    may_append(state, event, now)
    if event.kind == "published":
        _check_recipients(event)
    if state is None or event.kind not in SIGNED:
        return
    if event.role == "commissioner":
        call = state.published
        key = call.commissioners[call.position(event.name)]["signing_key"]
    else:
        key = event.body.get("signing_key") or state.bidder_keys[event.name]
    if not is_signed(event.body, kind=event.kind, auction=event.auction, signing_key=key):
        raise InputError(
            f"{event.actor} did not sign this {event.kind}",
            where="rule signature",
            mend="sign it with the key that the call or the bid names",
        )


def _check_recipients(event: Event) -> None:
    """Refuse a call to which nobody could seal."""
    for member in event.body["commissioners"]:
        try:
            x25519.Recipient.from_str(member["recipient"])
        except RecipientError:
            raise InputError(
                f"the recipient of {member['name']} is mistyped",
                where="rule call",
                mend="take it from the commissioner's public.json",
            ) from None
