"""
What is begun in one request and finished in another, once and within minutes.

It is kept in the database, so that another server on the same database can finish it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bunyad.store.database import Database
from bunyad.store.models import Ceremony, now
from bunyad.web.problems import Problem
from bunyad.web.services import hash_token, new_token

LIFE_S = 600
"""Time in which somebody has to come back [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What was begun."""

    account_id: str | None
    detail: dict[str, Any]


def begin_ceremony(
    session: Session, kind: str, *, account_id: str | None, detail: dict[str, Any]
) -> str:
    """
    Keep what is needed at the end; return the token that finishes it.

    Parameters
    ----------
    session
        The database.
    kind
        What is begun.
    account_id
        Whose it is; none where nobody is signed in yet.
    detail
        What is needed at the end.
    """
    token, hashed = new_token()
    session.execute(delete(Ceremony).where(Ceremony.expires < now()))
    session.add(
        Ceremony(
            token_hash=hashed, kind=kind, account_id=account_id, detail=detail,
            expires=now() + timedelta(seconds=LIFE_S),
        )
    )  # fmt: skip
    return token


def take_ceremony(database: Database, kind: str, token: str) -> Begun:
    """
    Return what was begun and forget it, so that it counts once, even where the rest fails.

    Raises
    ------
    Problem
        422 where it was never begun, or has ended.
    """
    with database.begin() as session:
        taken = session.execute(
            delete(Ceremony)
            .where(
                Ceremony.token_hash == hash_token(token), Ceremony.kind == kind,
                Ceremony.expires > now(),
            )
            .returning(Ceremony.account_id, Ceremony.detail)
        ).first()  # fmt: skip
    if taken is None:
        raise Problem(
            422, "too-late", "This took too long, or was done already.", mend="Begin again."
        )
    return Begun(account_id=taken.account_id, detail=taken.detail)
