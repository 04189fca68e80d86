"""What endpoints work with: settings, database, who asks, and limits."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from bunyad.errors import InputError
from bunyad.store.auctions import guard_server_key
from bunyad.store.database import Database, open_database
from bunyad.store.models import Account, ApiToken, AuditEntry, Login, Organisation, now
from bunyad.web.limits import Limits
from bunyad.web.problems import Problem
from bunyad.web.rights import NOBODY, Person, Role
from bunyad.web.settings import Settings

COOKIE = "bunyad-login"
TOKEN_BYTES = 32


def open_guarded(settings: Settings) -> Database:
    """
    Open the database of a server, and see to it that its signing key can be used.

    Raises
    ------
    InputError
        If the database does not open, or its signing key is sealed by another key.
    """
    database = open_database(settings.database_url, sealing_key=settings.sealing_key)
    try:
        guard_server_key(database)
    except InputError:
        database.close()
        raise
    return database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that an endpoint may use."""

    settings: Settings
    database: Database
    limits: Limits
    cache: dict[str, Any] = field(default_factory=dict)
    clock: Callable[[], datetime] = now
    """Gives the present time, which decides on deadlines."""

    def find_person(self, request: Request) -> Person:
        """
        Return who asks, by cookie or by token.

        Raises
        ------
        Problem
            401 where a token is given that is wrong or has ended; 429 after too many requests.
        """
        address = request.client.host if request.client else ""
        most = self.settings.requests_per_minute
        try:
            person = self._by_proof(request)
        except Problem:
            self.limits.count(f"request:{address}", most)
            raise
        self.limits.count(f"request:{person.id or address}", most)
        return person

    def _by_proof(self, request: Request) -> Person:
        bearer = request.headers.get("authorization", "")
        if bearer:
            return self._by_token(bearer)
        cookie = request.cookies.get(COOKIE)
        return self._by_cookie(cookie) if cookie else NOBODY

    def _by_token(self, bearer: str) -> Person:
        kind, _, token = bearer.partition(" ")
        with self.database.read() as session:
            found = session.execute(
                select(Account, Organisation)
                .join(ApiToken, ApiToken.account_id == Account.id)
                .join(Organisation, Organisation.id == Account.organisation_id)
                .where(ApiToken.token_hash == hash_token(token), ApiToken.expires > now())
            ).first()
        if kind.lower() != "bearer" or found is None or not found[0].is_active:
            raise Problem(
                401, "wrong-token", "The token is unknown or has ended.", mend="Make a new token."
            )
        return person_of(found[0], found[1])

    def _by_cookie(self, cookie: str) -> Person:
        with self.database.read() as session:
            found = session.execute(
                select(Account, Organisation)
                .join(Login, Login.account_id == Account.id)
                .join(Organisation, Organisation.id == Account.organisation_id)
                .where(Login.token_hash == hash_token(cookie), Login.expires > now())
            ).first()
        if found is None or not found[0].is_active:
            return NOBODY
        return person_of(found[0], found[1])


def person_of(account: Account, organisation: Organisation) -> Person:
    """Return an account as who asks."""
    return Person(
        id=account.id,
        name=account.name,
        role=Role(account.role),
        organisation_id=account.organisation_id,
        settlement=organisation.settlement,
        language=account.language,
    )


def new_token() -> tuple[str, str]:
    """Return a secret for its holder, and its hash for the database."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Hash a random token; it has 256 bits of chance, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def record(session: Session, person: Person, action: str, subject: str, **detail: Any) -> None:
    """Add an entry to the audit log."""
    session.add(AuditEntry(account_id=person.id, action=action, subject=subject, detail=detail))
