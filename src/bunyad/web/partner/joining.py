"""Signed links by which an organisation takes over its entry; consent and deletion of persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bunyad.auction.events import time_text
from bunyad.partner.organisations import (
    Directory,
    Invitation,
    forget_contact,
    give_consent,
    read_invitation,
    sign_invitation,
)
from bunyad.partner.organisations.people import KEPT
from bunyad.partner.signing import public_key
from bunyad.store.auctions import server_secret
from bunyad.store.models import Organisation, new_id
from bunyad.store.partners import (
    Kept,
    list_documents,
    read_document,
    remove_document,
    save_document,
)
from bunyad.web.accounts.bodies import Me
from bunyad.web.accounts.managing import make_account
from bunyad.web.accounts.passwords import hash_password
from bunyad.web.accounts.signing_in import get_me, open_login
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.partner.bodies import (
    ClaimBody,
    ConsentBody,
    ContactState,
    DeletionState,
    InvitationBody,
    PartnerLink,
)
from bunyad.web.partner.finding import (
    CONTACT,
    DELETION,
    ENTRY,
    INVITATION,
    contact_of,
    entry_of,
    find_entry,
    is_host,
)
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Role
from bunyad.web.services import record


def invite_partner(call: Call[Nothing, InvitationBody]) -> PartnerLink:
    """Sign a link for an organisation to take over its entry; earlier links end."""
    with call.services.database.begin() as session:
        kept = find_entry(session, call)
        if not is_host(call.person, kept):
            raise Problem(403, "not-allowed", "The organiser invites.", mend="Ask the organiser.")
        email = (call.body.email or _first_address(session, kept)).lower()
        for old in list(list_documents(session, INVITATION, about=kept.id)):
            remove_document(session, INVITATION, old.id)
        number = new_id()
        days = call.services.settings.invitation_days
        invitation = Invitation(
            organisation=kept.id,
            email=email,
            expires=time_text(call.services.clock() + timedelta(days=days)),
            number=number,
        )
        save_document(session, Kept(kind=INVITATION, id=number, body={}, about=kept.id,
                                    organisation=kept.organisation))  # fmt: skip
        text = sign_invitation(invitation, secret=server_secret(session))
        record(session, call.person, "partner.invite", kept.id)
    return PartnerLink(
        url=f"{call.services.settings.public_url}/#/partner-join?token={text}",
        email=email,
        expires=invitation.expires,
    )


def _first_address(session: Session, kept: Kept) -> str:
    for one in list_documents(session, CONTACT, about=kept.id):
        return contact_of(one).email
    raise Problem(
        422, "wrong-input", "The entry has no contact.", mend="Give the address to invite."
    )


def claim_partner(call: Call[Nothing, ClaimBody]) -> Me | Response:
    """Take over an entry by its link: with one's account, or making one."""
    address = call.request.client.host if call.request.client else ""
    settings = call.services.settings
    call.services.limits.count(f"join:{address}", settings.sign_ins_per_minute)
    with call.services.database.begin() as session:
        secret = server_secret(session)
        now = time_text(call.services.clock())
        invitation = read_invitation(call.body.token, key=public_key(secret), now=now)
        kept = read_document(session, ENTRY, invitation.organisation)
        if kept is None or not remove_document(session, INVITATION, invitation.number):
            raise Problem(
                404, "no-invitation", "The invitation was used, or has ended.",
                mend="Ask for a new one.",
            )  # fmt: skip
        if call.person.role is Role.PARTNER:
            save_document(session, replace(kept, about=call.person.organisation_id))
            record(session, call.person, "partner.claim", kept.id)
            return get_me(cast("Call[Nothing, Nothing]", call))
        if call.person.role is not Role.PUBLIC:
            raise Problem(
                409, "other-role", "Your account is not that of a partner.",
                mend="Sign out, and open the link again.",
            )  # fmt: skip
        if call.body.name is None or call.body.password is None:
            raise Problem(
                422, "wrong-input", "A name and a password are missing.",
                mend="Give both, or sign in as a partner first.",
            )  # fmt: skip
        made = _own_organisation(session, entry_of(kept).name)
        save_document(session, replace(kept, about=made.id))
        account = make_account(
            session, email=invitation.email, name=call.body.name, role=Role.PARTNER,
            organisation_id=made.id,
        )  # fmt: skip
        account.password_hash = hash_password(call.body.password, email=account.email)
        return open_login(session, call.services, call.request, account)


def _own_organisation(session: Session, name: str) -> Organisation:
    """Make the organisation of new accounts; names of accounts' organisations differ."""
    names = set(
        session.scalars(select(Organisation.name).where(Organisation.name.startswith(name)))
    )
    free = next(
        one for number in range(1, len(names) + 2)
        if (one := name if number == 1 else f"{name} ({number})") not in names
    )  # fmt: skip
    made = Organisation(name=free, kind="company")
    session.add(made)
    session.flush()
    return made


def _find_contact(session: Session, call: Call[Any, Any]) -> tuple[Kept, Kept]:
    """Return an entry that may be changed and one of its persons."""
    kept = find_entry(session, call, to_change=True)
    contact = read_document(session, CONTACT, call.path["contact"])
    if contact is None or contact.about != kept.id:
        raise not_found("contact")
    return kept, contact


def give_partner_consent(call: Call[Nothing, ConsentBody]) -> ContactState:
    """Note to what a person agrees from now on; what is left out is withdrawn."""
    with call.services.database.begin() as session:
        _, kept = _find_contact(session, call)
        person = contact_of(kept)
        changed = give_consent(
            Directory(contacts=(person,)), organisation=person.organisation, email=person.email,
            purposes=tuple(call.body.purposes), time=time_text(call.services.clock()),
        ).contacts[0]  # fmt: skip
        save_document(session, replace(kept, body=msgspec.to_builtins(changed)))
        record(session, call.person, "partner.consent", kept.id, purposes=call.body.purposes)
        return ContactState(id=kept.id, name=changed.name, email=changed.email,
                            phone=changed.phone, consents=dict(changed.consents))  # fmt: skip


def forget_partner_contact(call: Call[Nothing, Nothing]) -> DeletionState:
    """Delete a person; tell what stays and why."""
    with call.services.database.begin() as session:
        entry, kept = _find_contact(session, call)
        person = contact_of(kept)
        _, deletion = forget_contact(
            Directory(contacts=(person,)), organisation=person.organisation, email=person.email,
            time=time_text(call.services.clock()),
        )  # fmt: skip
        remove_document(session, CONTACT, kept.id)
        body = {"time": deletion.time, "kept": list(deletion.kept)}
        save_document(session, Kept(kind=DELETION, id=new_id(), body=body, about=entry.id,
                                    organisation=entry.organisation))  # fmt: skip
        record(session, call.person, "partner.forget", entry.id)
        return DeletionState(time=deletion.time, kept={one: KEPT[one] for one in deletion.kept})
