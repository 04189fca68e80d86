"""How commands reach an auction: a server by its address, or a folder on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bunyad.errors import InputError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bunyad.client import Client
    from bunyad.web.services import Services

TOKEN = "BUNYAD_TOKEN"  # noqa: S105  # a name, no secret
ADDRESS = "http://localhost"
ROLES = {"agency": "planner", "commission": "commission", "bidder": "bidder", "public": ""}
HOUR = timedelta(hours=1)


def _utc() -> datetime:
    return datetime.now(UTC)


CLOCK = _utc
"""Gives the present time of a folder."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Reach:
    """
    Where the auction is, and as whom to act.

    Parameters
    ----------
    server
        Address of a server; the token of your account is read from BUNYAD_TOKEN.
    store
        Folder on this machine that holds the auction, instead of a server.
    as_
        With --store: agency, commission:NAME, bidder:NAME or public.
    """

    server: str | None = None
    store: Path | None = None
    as_: Annotated[str, Parameter(name="--as")] = "agency"


@contextmanager
def reach(where: Reach) -> Iterator[Client]:
    """
    Open the way to an auction.

    Raises
    ------
    InputError
        If neither or both of a server and a folder are named.
    """
    from bunyad.cli.auction.in_process import InProcess
    from bunyad.client import Client

    if (where.server is None) == (where.store is None):
        raise InputError(
            "it takes one of --server and --store", where="bunyad auction",
            mend="give --server URL, or --store FOLDER",
        )  # fmt: skip
    if where.server is not None:
        with Client(where.server, os.environ.get(TOKEN, "")) as client:
            yield client
        return
    assert where.store is not None
    with _local(where.store) as (app, services):
        token = _token_of(services, where.as_)
        with Client(ADDRESS, token, transport=InProcess(app)) as client:
            yield client


@contextmanager
def _local(folder: Path) -> Iterator[tuple[ASGIApp, Services]]:
    """Put the server's application together over a folder, without a server."""
    import logging

    from bunyad.web.app import make_app
    from bunyad.web.server import default_settings

    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = make_app(default_settings(data=folder, database_url=None, public_url=ADDRESS))
    services: Services = replace(app.state.services, clock=CLOCK)
    app.state.services = services
    try:
        yield app, services
    finally:
        services.database.close()


def _token_of(services: Services, actor: str) -> str:
    """Return a short-lived token of an account in a folder, which is made where it is missing."""
    from sqlalchemy import select

    from bunyad.store.models import Account, ApiToken, Organisation, now
    from bunyad.web.services import new_token

    kind, _, name = actor.partition(":")
    if kind not in ROLES or (kind in ("commission", "bidder")) != bool(name):
        raise InputError(
            f"{actor!r} is nobody", where="--as",
            mend="give agency, commission:NAME, bidder:NAME or public",
        )  # fmt: skip
    if kind == "public":
        return ""
    name = name or kind
    with services.database.begin() as session:
        organisation = session.scalars(
            select(Organisation).where(Organisation.name == name)
        ).one_or_none()
        if organisation is None:
            organisation = Organisation(name=name, kind="other")
            session.add(organisation)
            session.flush()
        email = local_email(kind, name)
        account = session.scalars(select(Account).where(Account.email == email)).one_or_none()
        if account is None:
            account = Account(
                name=name, email=email, role=ROLES[kind], organisation_id=organisation.id
            )
            session.add(account)
            session.flush()
        token, hashed = new_token()
        session.add(
            ApiToken(token_hash=hashed, account_id=account.id, name="command line",
                     expires=now() + HOUR)
        )  # fmt: skip
    return token


def email_of(where: Reach, who: str) -> str:
    """Return a commissioner's address: as given, or that of an account in the folder."""
    if where.store is None:
        return who
    with _local(where.store) as (_, services):
        _token_of(services, f"commission:{who}")
    return local_email("commission", who)


def local_email(kind: str, name: str) -> str:
    """Return the address by which an account of a folder is known."""
    return f"{kind}:{name}@localhost".lower()


def plain(value: Any) -> Any:
    """Return an answer as JSON values."""
    import msgspec

    return msgspec.to_builtins(value)
