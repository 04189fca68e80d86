"""Signing in and out, and who I am."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import msgspec
import pyotp
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bunyad.store.models import Account, Ceremony, Login, Organisation, now
from bunyad.web.accounts.bodies import CodeOnly, Me, SecondFactor, SignIn
from bunyad.web.accounts.ceremonies import begin_ceremony
from bunyad.web.accounts.passwords import is_password
from bunyad.web.endpoint import Call, Nothing
from bunyad.web.problems import Problem
from bunyad.web.services import COOKIE, Services, hash_token, new_token, person_of, record

FACTOR = "second-factor"
CODE_S = 30
"""Time for which a code counts (RFC 6238) [s]."""


def get_me(call: Call[Nothing, Any]) -> Me:
    """Return who asks."""
    with call.services.database.read() as session:
        return _me(session, session.get(Account, call.person.id) if call.person.id else None)


def sign_in(call: Call[Nothing, SignIn]) -> Response:
    """Sign in by password, and by code where the account has a second factor."""
    asked = call.body
    email = asked.email.lower()
    count_sign_in(call, email)
    with call.services.database.begin() as session:
        account = session.scalars(select(Account).where(Account.email == email)).first()
        is_right = is_password(asked.password, account.password_hash if account else None)
        if account is None or not is_right or not account.is_active:
            raise Problem(
                401, "wrong-sign-in", "The address or the password is wrong.",
                mend="Try again, or ask for a new invitation.",
            )  # fmt: skip
        if account.totp_secret is not None:
            _check_code(account, asked.code)
        return open_login(session, call.services, call.request, account)


def sign_out(call: Call[Nothing, Nothing]) -> Response:
    """Sign this browser out."""
    cookie = call.request.cookies.get(COOKIE, "")
    with call.services.database.begin() as session:
        session.execute(delete(Login).where(Login.token_hash == hash_token(cookie)))
        if call.person.id:
            record(session, call.person, "account.sign-out", call.person.id)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


def offer_second_factor(call: Call[Nothing, Nothing]) -> SecondFactor:
    """Give a secret for an app that shows codes; it counts once a code has proven it."""
    secret = pyotp.random_base32()
    with call.services.database.begin() as session:
        account = session.get_one(Account, call.person.id)
        session.execute(delete(Ceremony).where(*_offered(account.id)))
        begin_ceremony(session, FACTOR, account_id=account.id, detail={"secret": secret})
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name="Bunyad")
    return SecondFactor(secret=secret, uri=uri)


def confirm_second_factor(call: Call[Nothing, CodeOnly]) -> None:
    """Take the offered secret into use."""
    own = str(call.person.id)
    with call.services.database.begin() as session:
        offered = session.scalars(
            select(Ceremony).where(*_offered(own), Ceremony.expires > now())
        ).first()
        secret = offered.detail["secret"] if offered else ""
        if not secret or not pyotp.TOTP(secret).verify(call.body.code, valid_window=1):
            raise Problem(
                422, "wrong-code", "The code is not right.", mend="Scan the picture again."
            )
        session.get_one(Account, own).totp_secret = secret
        session.execute(delete(Ceremony).where(*_offered(own)))
        record(session, call.person, "account.second-factor", own)


def _offered(account_id: str) -> tuple[ColumnElement[bool], ...]:
    return Ceremony.kind == FACTOR, Ceremony.account_id == account_id


def open_login(
    session: Session, services: Services, request: Request, account: Account
) -> Response:
    """Give a browser its cookie, and say who it is now."""
    response = Response(msgspec.json.encode(_me(session, account)), media_type="application/json")
    set_login(session, services, request, account, response)
    return response


def set_login(
    session: Session, services: Services, request: Request, account: Account, response: Response
) -> None:
    """Keep that a browser is signed in, and give it the cookie with an answer."""
    token, hashed = new_token()
    days = services.settings.login_days
    session.execute(delete(Login).where(Login.expires < now()))
    session.add(
        Login(
            token_hash=hashed, account_id=account.id, expires=now() + timedelta(days=days),
            agent=request.headers.get("user-agent", "")[:200],
        )
    )  # fmt: skip
    organisation = session.get_one(Organisation, account.organisation_id)
    record(session, person_of(account, organisation), "account.sign-in", account.id)
    response.set_cookie(
        COOKIE, token, max_age=days * 86400, path="/", httponly=True, samesite="lax",
        secure=services.settings.is_secure,
    )  # fmt: skip


def count_sign_in(call: Call[Any, Any], *names: str) -> None:
    """
    Count a try to get in, by address and by what is named.

    Raises
    ------
    Problem
        429 after too many.
    """
    address = call.request.client.host if call.request.client else ""
    for asker in (address, *names):
        call.services.limits.count(f"sign-in:{asker}", call.services.settings.sign_ins_per_minute)


def _check_code(account: Account, code: str | None) -> None:
    """Take a code once; the one before and the one after count too, as clocks differ."""
    if code is None:
        raise Problem(
            401, "code-needed", "This account has a second factor.", mend="Give its code too."
        )
    app = pyotp.TOTP(str(account.totp_secret))
    step = int(time.time()) // CODE_S
    for near in (step - 1, step, step + 1):
        if near > account.totp_last_step and _same(app.at(near * CODE_S), code):
            account.totp_last_step = near
            return
    raise Problem(401, "wrong-sign-in", "The code is wrong or was used.", mend="Wait for the next.")


def _same(one: str, other: str) -> bool:
    return pyotp.utils.strings_equal(one, other)


def _me(session: Session, account: Account | None) -> Me:
    if account is None:
        is_empty = session.scalar(select(func.count()).select_from(Account)) == 0
        return Me(id=None, name="", role="public", organisation="", settlement=None,
                  language="en", has_second_factor=False, needs_set_up=is_empty)  # fmt: skip
    organisation = session.get_one(Organisation, account.organisation_id)
    return Me(
        id=account.id,
        name=account.name,
        role=account.role,
        organisation=organisation.name,
        settlement=organisation.settlement,
        language=account.language,
        has_second_factor=account.totp_secret is not None,
        needs_set_up=False,
    )


def end_logins(session: Session, account_id: str) -> Any:
    """Sign an account out everywhere."""
    return session.execute(delete(Login).where(Login.account_id == account_id))
