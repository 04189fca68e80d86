"""
Sign in by an OpenID Connect provider: the ways there and back, and whose account it is.

An account is found by issuer and subject only. An address is never enough to get into an account
that is there, as whoever runs a provider could claim any.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from bunyad.store.models import Account, Organisation, Passkey
from bunyad.web.accounts.bodies import OutsideDraft, OutsidePage, OutsideReturn, Ways
from bunyad.web.accounts.ceremonies import LIFE_S, Begun, begin_ceremony, take_ceremony
from bunyad.web.accounts.managing import make_account, use_invitation
from bunyad.web.accounts.provider import Outsider, Provider, Visit
from bunyad.web.accounts.signing_in import count_sign_in, set_login
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem, not_found
from bunyad.web.rights import Role
from bunyad.web.services import Services, hash_token, person_of, record
from bunyad.web.settings import OutsideIdentity

KIND = "outside"
COOKIE = "bunyad-outside"
PATH = "/api/v1/session/outside"
BACK = f"{PATH}/back"


def list_ways(call: Call[Nothing, Nothing]) -> Ways:
    """Say how one can sign in here, besides by password."""
    settings = call.services.settings
    with call.services.database.read() as session:
        account = session.get(Account, call.person.id) if call.person.id else None
    return Ways(
        passkeys=settings.passkey_host is not None,
        outside=settings.outside.title if settings.outside else None,
        is_linked=account is not None and account.outside_subject is not None,
    )


def begin_outside(call: Call[Nothing, OutsideDraft]) -> Response:
    """Say where to sign in, and give the browser what it must bring back."""
    count_sign_in(call)
    _configured(call.services)
    if call.body.link and call.person.role is Role.PUBLIC:
        raise Problem(401, "sign-in-needed", "You are not signed in.", mend="Sign in first.")
    visit = Visit(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
    )
    page = provider_of(call.services).page(visit)
    invited = hash_token(call.body.invitation) if call.body.invitation else ""
    detail = {
        "state": visit.state, "nonce": visit.nonce, "verifier": visit.verifier, "invited": invited,
    }  # fmt: skip
    with call.services.database.begin() as session:
        token = begin_ceremony(
            session, KIND, account_id=call.person.id if call.body.link else None, detail=detail
        )
    response = Response(
        msgspec.json.encode(OutsidePage(url=page)),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
    # Lax, as the browser comes back from the provider's page.
    response.set_cookie(
        COOKIE, token, max_age=LIFE_S, path=PATH, httponly=True, samesite="lax",
        secure=call.services.settings.is_secure,
    )  # fmt: skip
    return response


def finish_outside(call: Call[OutsideReturn, Nothing]) -> Response:
    """Let in who comes back from the provider; the pages say what was wrong, if anything."""
    try:
        response = _let_in(call)
    except Problem as problem:
        code = problem.body.type.rpartition("/")[2]
        response = _go(f"#/sign-in?problem={code}", call)
    response.delete_cookie(COOKIE, path=PATH)
    response.headers["Cache-Control"] = "no-store"
    return response


def unlink_outside(call: Call[Nothing, Nothing]) -> None:
    """Part my account from the provider, unless I could not come back without it."""
    with call.services.database.begin() as session:
        account = session.get_one(Account, call.person.id)
        if account.outside_subject is None:
            raise not_found("link")
        has_key = session.scalars(select(Passkey).where(Passkey.account_id == account.id)).first()
        if account.password_hash is None and has_key is None:
            raise Problem(
                409, "last-way-in", "Without it you could not sign in again.",
                mend="Add a passkey first.",
            )  # fmt: skip
        account.outside_subject = None
        record(session, call.person, "account.unlink", account.id)


def provider_of(services: Services) -> Provider:
    """Return the provider, one object for all requests."""
    outside = _configured(services)
    provider: Provider = services.cache.setdefault(
        "provider", Provider(outside, back=services.settings.public_url + BACK)
    )
    return provider


def _configured(services: Services) -> OutsideIdentity:
    outside = services.settings.outside
    if outside is None:
        raise not_found("provider")
    return outside


def _let_in(call: Call[OutsideReturn, Nothing]) -> Response:
    count_sign_in(call)
    outside, answer = _configured(call.services), call.query
    token = call.request.cookies.get(COOKIE, "")
    begun = take_ceremony(call.services.database, KIND, token)
    if not hmac.compare_digest(begun.detail["state"].encode(), answer.state.encode()):
        raise Problem(401, "provider-untrue", "The answer belongs to another request.")
    if answer.error or not answer.code or answer.iss not in ("", outside.issuer):
        raise Problem(401, "provider-refused", "The provider did not let you in.")
    visit = Visit(
        state=begun.detail["state"],
        nonce=begun.detail["nonce"],
        verifier=begun.detail["verifier"],
    )
    outsider = provider_of(call.services).ask_who(answer.code, visit)
    with call.services.database.begin() as session:
        account = _account_of(session, outside, outsider, begun)
        response = _go("#/account" if begun.account_id else "#/plans", call)
        set_login(session, call.services, call.request, account, response)
        return response


def _account_of(
    session: Session, outside: OutsideIdentity, outsider: Outsider, begun: Begun
) -> Account:
    """Find, link or make the account of who came back."""
    known = session.scalars(
        select(Account).where(Account.outside_subject == outsider.subject)
    ).first()
    if begun.account_id is not None:
        account = _linked(session, known, begun.account_id)
    elif known is not None:
        account = known
    elif begun.detail["invited"]:
        account = use_invitation(session, begun.detail["invited"], name=outsider.name)
    else:
        account = _of_allowed_domain(session, outside, outsider)
    if not account.is_active:
        raise Problem(401, "wrong-sign-in", "This account was ended.")
    account.outside_subject = outsider.subject
    return account


def _linked(session: Session, known: Account | None, account_id: str) -> Account:
    """Return the account that is to be linked, if the outsider has no other one."""
    if known is not None and known.id != account_id:
        raise Problem(409, "linked-elsewhere", "Another account is linked to this person.")
    account = session.get_one(Account, account_id)
    organisation = session.get_one(Organisation, account.organisation_id)
    record(session, person_of(account, organisation), "account.link", account.id)
    return account


def _of_allowed_domain(session: Session, outside: OutsideIdentity, outsider: Outsider) -> Account:
    """Make the account of somebody whose address the operator trusts."""
    if outsider.email.rpartition("@")[2] not in outside.domains:
        raise Problem(403, "not-invited", "Nobody has invited you yet.")
    organisation = session.scalars(
        select(Organisation).where(Organisation.name == outside.organisation)
    ).first()
    if organisation is None:
        organisation = Organisation(name=outside.organisation, kind="other")
        session.add(organisation)
        session.flush()
    return make_account(
        session, email=outsider.email, name=outsider.name, role=outside.role,
        organisation_id=organisation.id,
    )  # fmt: skip


def _go(page: str, call: Call[Any, Any]) -> Response:
    return RedirectResponse(f"{call.services.settings.public_url}/{page}", status_code=303)
