"""
Passkeys: a key pair of a person's device, whose private half never leaves it (WebAuthn Level 3).

A passkey is asked to know its holder, by finger, face or PIN; so it stands for password and second
factor at once.
"""

from __future__ import annotations

from typing import Any

import webauthn
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bunyad.store.models import Account, Passkey
from bunyad.web.accounts.bodies import (
    Offer,
    PasskeyDraft,
    PasskeyName,
    PasskeyProof,
    PasskeyState,
)
from bunyad.web.accounts.ceremonies import begin_ceremony, take_ceremony
from bunyad.web.accounts.signing_in import count_sign_in, open_login
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found
from bunyad.web.services import record
from bunyad.web.settings import Settings

MAKE = "passkey-make"
SHOW = "passkey-show"
TITLE = "Bunyad"
MOST = 20
"""Passkeys of one account."""
FAULTS = (WebAuthnException, ValueError, TypeError, KeyError)
"""What the library raises where a browser's words make no sense."""


def offer_passkey(call: Call[Nothing, Nothing]) -> Offer:
    """Say what a browser needs to make a passkey."""
    host = passkey_host(call.services.settings)
    with call.services.database.begin() as session:
        account = session.get_one(Account, call.person.id)
        known = session.scalars(select(Passkey).where(Passkey.account_id == account.id)).all()
        if len(known) >= MOST:
            raise Problem(
                409, "many-passkeys", f"The account has {MOST} passkeys.", mend="Remove one first."
            )
        options = webauthn.generate_registration_options(
            rp_id=host,
            rp_name=TITLE,
            user_id=account.id.encode(),
            user_name=account.email,
            user_display_name=account.name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=one.credential_id) for one in known
            ],
        )
        return _offer(session, MAKE, account.id, options.challenge, options)


def draft_passkey(call: Call[Nothing, PasskeyDraft]) -> PasskeyState:
    """Keep a passkey that a browser has made."""
    settings = call.services.settings
    begun = take_ceremony(call.services.database, MAKE, call.body.ceremony)
    if begun.account_id != call.person.id:
        raise not_found("passkey that was begun")
    try:
        made = webauthn.verify_registration_response(
            credential=call.body.credential,
            expected_challenge=base64url_to_bytes(begun.detail["challenge"]),
            expected_rp_id=passkey_host(settings),
            expected_origin=settings.origin,
            require_user_verification=True,
        )
    except FAULTS:
        raise Problem(
            422, "wrong-passkey", "The passkey does not prove itself.",
            mend="Begin again, in the browser where you are signed in.",
        ) from None  # fmt: skip
    with call.services.database.begin() as session:
        if session.scalars(
            select(Passkey).where(Passkey.credential_id == made.credential_id)
        ).first():
            raise Problem(409, "has-passkey", "This passkey is here already.", mend="Use it.")
        kept = Passkey(
            account_id=str(call.person.id), credential_id=made.credential_id,
            public_key=made.credential_public_key, sign_count=made.sign_count, name=call.body.name,
        )  # fmt: skip
        session.add(kept)
        session.flush()
        record(session, call.person, "passkey.make", kept.id, name=kept.name)
        return _state(kept)


def list_passkeys(call: Call[Nothing, Nothing]) -> list[PasskeyState]:
    """List my passkeys."""
    with call.services.database.read() as session:
        rows = session.scalars(
            select(Passkey).where(Passkey.account_id == call.person.id).order_by(Passkey.created)
        )
        return [_state(row) for row in rows]


def rename_passkey(call: Call[Nothing, PasskeyName]) -> PasskeyState:
    """Give one of my passkeys another name."""
    with call.services.database.begin() as session:
        found = _own(session, call)
        found.name = call.body.name
        record(session, call.person, "passkey.rename", found.id, name=found.name)
        return _state(found)


def remove_passkey(call: Call[Nothing, Nothing]) -> None:
    """Forget one of my passkeys, unless I could not come back without it."""
    with call.services.database.begin() as session:
        found = _own(session, call)
        account = session.get_one(Account, call.person.id)
        left = session.scalar(
            select(func.count()).select_from(Passkey).where(Passkey.account_id == account.id)
        )
        if left == 1 and account.password_hash is None and account.outside_subject is None:
            raise Problem(
                409, "last-way-in", "Without it you could not sign in again.",
                mend="Add another passkey first.",
            )  # fmt: skip
        session.execute(delete(Passkey).where(Passkey.id == found.id))
        record(session, call.person, "passkey.remove", found.id, name=found.name)


def offer_passkey_sign_in(call: Call[Nothing, Nothing]) -> Offer:
    """Say what a browser needs to show a passkey; it names no account, so it tells of none."""
    count_sign_in(call)
    options = webauthn.generate_authentication_options(
        rp_id=passkey_host(call.services.settings),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    with call.services.database.begin() as session:
        return _offer(session, SHOW, None, options.challenge, options)


def sign_in_by_passkey(call: Call[Nothing, PasskeyProof]) -> Response:
    """Sign in by a passkey."""
    count_sign_in(call)
    challenge = take_ceremony(call.services.database, SHOW, call.body.ceremony).detail["challenge"]
    with call.services.database.begin() as session:
        try:
            account = _account_of(session, call, challenge)
        except FAULTS:
            account = None
        if account is None or not account.is_active:
            raise Problem(
                401, "wrong-passkey", "This passkey is not known here, or does not prove itself.",
                mend="Sign in by password, or by another passkey.",
            )  # fmt: skip
        return open_login(session, call.services, call.request, account)


def _account_of(
    session: Session, call: Call[Nothing, PasskeyProof], challenge: str
) -> Account | None:
    """Return the account whose passkey a browser shows; note how often the passkey was used."""
    settings, credential = call.services.settings, call.body.credential
    shown = session.scalars(
        select(Passkey).where(Passkey.credential_id == base64url_to_bytes(credential["rawId"]))
    ).first()
    if shown is None:
        return None
    handle = credential["response"].get("userHandle")
    if handle is not None and base64url_to_bytes(handle) != shown.account_id.encode():
        return None
    proven = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=passkey_host(settings),
        expected_origin=settings.origin,
        credential_public_key=shown.public_key,
        credential_current_sign_count=shown.sign_count,
        require_user_verification=True,
    )
    shown.sign_count = proven.new_sign_count
    return session.get_one(Account, shown.account_id)


def passkey_host(settings: Settings) -> str:
    """
    Return the host that passkeys of this server belong to.

    Raises
    ------
    Problem
        409 where browsers allow none at this address.
    """
    host = settings.passkey_host
    if host is None:
        raise Problem(
            409, "no-passkeys", "Browsers allow no passkeys at this address.",
            mend="Open the server by a name with https, or as localhost.",
        )  # fmt: skip
    return host


def _offer(
    session: Session, kind: str, account_id: str | None, challenge: bytes, options: Any
) -> Offer:
    detail = {"challenge": bytes_to_base64url(challenge)}
    token = begin_ceremony(session, kind, account_id=account_id, detail=detail)
    return Offer(ceremony=token, options=options_to_json_dict(options))


def _own(session: Session, call: Call[Any, Any]) -> Passkey:
    found = session.get(Passkey, call.path["passkey"])
    if found is None or found.account_id != call.person.id:
        raise not_found("passkey")
    return found


def _state(row: Passkey) -> PasskeyState:
    return PasskeyState(id=row.id, name=row.name, created=row.created)
