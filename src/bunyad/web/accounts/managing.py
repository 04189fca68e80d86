"""Organisations, invitations, accounts, tokens and the audit log."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from starlette.responses import Response

from bunyad.store.models import (
    Account,
    ApiToken,
    AuditEntry,
    Invitation,
    Organisation,
    now,
)
from bunyad.web.accounts.bodies import (
    Accept,
    AccountChange,
    AccountState,
    AuditQuery,
    AuditState,
    Invite,
    Invited,
    OrganisationDraft,
    OrganisationState,
    TokenDraft,
    TokenState,
)
from bunyad.web.accounts.passwords import hash_password
from bunyad.web.accounts.signing_in import end_logins, open_login
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import NOBODY, SIGNED_IN, Person, Role
from bunyad.web.services import Services, hash_token, new_token, record

KINDS = ("authority", "agency", "company", "village", "other")


def list_organisations(call: Call[Nothing, Nothing]) -> list[OrganisationState]:
    """List the organisations."""
    with call.services.database.read() as session:
        rows = session.scalars(select(Organisation).order_by(Organisation.name))
        return [_organisation(row) for row in rows]


def draft_organisation(call: Call[Nothing, OrganisationDraft]) -> OrganisationState:
    """Make an organisation."""
    draft = call.body
    _check_word("kind", draft.kind, KINDS)
    with call.services.database.begin() as session:
        if session.scalars(select(Organisation).where(Organisation.name == draft.name)).first():
            raise Problem(
                409, "name-taken", "There is an organisation of this name.",
                mend="Choose another name, or invite people to that one.",
            )  # fmt: skip
        made = Organisation(name=draft.name, kind=draft.kind, settlement=draft.settlement)
        session.add(made)
        session.flush()
        record(session, call.person, "organisation.draft", made.id, name=made.name)
        return _organisation(made)


def invite(call: Call[Nothing, Invite]) -> Invited:
    """Make an invitation; its link is shown once, to be passed on."""
    asked = call.body
    _check_word("role", asked.role, tuple(sorted(SIGNED_IN)))
    with call.services.database.begin() as session:
        if session.get(Organisation, asked.organisation_id) is None:
            raise not_found("organisation")
        return make_invitation(
            session, call.services, call.person, email=asked.email.lower(),
            role=Role(asked.role), organisation_id=asked.organisation_id,
        )  # fmt: skip


def make_invitation(
    session: Session, services: Services, person: Person, *, email: str, role: Role,
    organisation_id: str,
) -> Invited:  # fmt: skip
    """Keep an invitation and return its link."""
    token, hashed = new_token()
    made = Invitation(
        token_hash=hashed, email=email, role=role, organisation_id=organisation_id,
        invited_by=person.id, expires=now() + timedelta(days=services.settings.invitation_days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, person, "invitation.make", made.id, email=email, role=role)
    return Invited(
        id=made.id, email=email, role=role, expires=made.expires,
        url=f"{services.settings.public_url}/#/join?token={token}",
    )  # fmt: skip


def accept_invitation(call: Call[Nothing, Accept]) -> Response:
    """Make the account that an invitation is for, and sign in."""
    asked = call.body
    address = call.request.client.host if call.request.client else ""
    call.services.limits.count(f"join:{address}", call.services.settings.sign_ins_per_minute)
    with call.services.database.begin() as session:
        account = use_invitation(session, hash_token(asked.token), name=asked.name)
        account.password_hash = hash_password(asked.password, email=account.email)
        return open_login(session, call.services, call.request, account)


def use_invitation(session: Session, hashed: str, *, name: str) -> Account:
    """
    Make the account that an invitation is for.

    Parameters
    ----------
    session
        The database.
    hashed
        Hash of the invitation's token.
    name
        How the person is called.

    Raises
    ------
    Problem
        404 where the invitation was used or has ended; 409 where the account is there.
    """
    # The change counts only where the invitation is unused, so two at once make one account.
    used = session.execute(
        update(Invitation)
        .where(
            Invitation.token_hash == hashed, Invitation.used.is_(None), Invitation.expires > now()
        )
        .values(used=now())
        .returning(Invitation.email, Invitation.role, Invitation.organisation_id)
    ).first()
    if used is None:
        raise Problem(
            404, "no-invitation", "The invitation was used, or has ended.",
            mend="Ask for a new one.",
        )  # fmt: skip
    return make_account(
        session, email=used.email, name=name, role=used.role, organisation_id=used.organisation_id
    )


def make_account(
    session: Session, *, email: str, name: str, role: str, organisation_id: str
) -> Account:
    """
    Make an account.

    Raises
    ------
    Problem
        409 where there is one of this address.
    """
    if session.scalars(select(Account).where(Account.email == email)).first():
        raise Problem(409, "has-account", "There is an account of this address.", mend="Sign in.")
    account = Account(email=email, name=name, role=role, organisation_id=organisation_id)
    session.add(account)
    session.flush()
    record(session, NOBODY, "account.make", account.id, role=role)
    return account


def list_accounts(call: Call[Nothing, Nothing]) -> list[AccountState]:
    """List the accounts."""
    with call.services.database.read() as session:
        return [_account(row) for row in session.scalars(select(Account).order_by(Account.email))]


def change_account(call: Call[Nothing, AccountChange]) -> AccountState:
    """Give an account another role, or end it; it is signed out everywhere."""
    change = call.body
    if change.role is not None:
        _check_word("role", change.role, tuple(sorted(SIGNED_IN)))
    with call.services.database.begin() as session:
        account = session.get(Account, call.path["account"])
        if account is None:
            raise not_found("account")
        if account.id == call.person.id:
            raise Problem(
                409, "own-account", "This is your own account.",
                mend="Ask another administrator.",
            )  # fmt: skip
        if change.role is not None:
            account.role = change.role
        if change.is_active is not None:
            account.is_active = change.is_active
        end_logins(session, account.id)
        record(session, call.person, "account.change", account.id, role=account.role,
               is_active=account.is_active)  # fmt: skip
        return _account(account)


def list_tokens(call: Call[Nothing, Nothing]) -> list[TokenState]:
    """List my tokens."""
    with call.services.database.read() as session:
        rows = session.scalars(
            select(ApiToken).where(ApiToken.account_id == call.person.id).order_by(ApiToken.created)
        )
        return [_token(row) for row in rows]


def draft_token(call: Call[Nothing, TokenDraft]) -> TokenState:
    """Make a token; its secret is shown once."""
    token, hashed = new_token()
    with call.services.database.begin() as session:
        made = ApiToken(
            token_hash=hashed, account_id=str(call.person.id), name=call.body.name,
            expires=now() + timedelta(days=call.services.settings.token_days),
        )  # fmt: skip
        session.add(made)
        session.flush()
        record(session, call.person, "token.make", made.id, name=made.name)
        return _token(made, secret=token)


def remove_token(call: Call[Nothing, Nothing]) -> None:
    """End one of my tokens."""
    with call.services.database.begin() as session:
        own = (ApiToken.id == call.path["token"], ApiToken.account_id == call.person.id)
        if session.scalars(select(ApiToken).where(*own)).first() is None:
            raise not_found("token")
        session.execute(delete(ApiToken).where(*own))
        record(session, call.person, "token.remove", call.path["token"])


def list_audit(call: Call[AuditQuery, Nothing]) -> list[AuditState]:
    """List what was done, newest first."""
    with call.services.database.read() as session:
        wanted = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(call.query.limit)
        if call.query.before:
            wanted = wanted.where(AuditEntry.id < call.query.before)
        return [
            AuditState(id=row.id, at=row.at, account=row.account_id, action=row.action,
                       subject=row.subject, detail=row.detail)
            for row in session.scalars(wanted)
        ]  # fmt: skip


def _organisation(row: Organisation) -> OrganisationState:
    return OrganisationState(id=row.id, name=row.name, kind=row.kind, settlement=row.settlement)


def _account(row: Account) -> AccountState:
    return AccountState(
        id=row.id, email=row.email, name=row.name, role=row.role,
        organisation_id=row.organisation_id, is_active=row.is_active,
        has_second_factor=row.totp_secret is not None, created=row.created,
    )  # fmt: skip


def _token(row: ApiToken, *, secret: str | None = None) -> TokenState:
    return TokenState(
        id=row.id, name=row.name, created=row.created, expires=row.expires, secret=secret
    )


def _check_word(field: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise Problem(
            422, "wrong-input", f"{field} is {word!r}.", mend=f"Give one of {', '.join(known)}."
        )
