"""Run the server: adopt plans that are there, invite the first person, answer requests."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import uvicorn
from sqlalchemy import func, select

from bunyad.errors import InputError
from bunyad.plan.run import PROVENANCE
from bunyad.store.database import Database
from bunyad.store.models import Account, Organisation, PlanRecord
from bunyad.web.accounts.managing import make_invitation
from bunyad.web.app import make_app
from bunyad.web.limits import Limits
from bunyad.web.rights import NOBODY, Role
from bunyad.web.services import Services, open_guarded
from bunyad.web.settings import Settings

FIRST_ORGANISATION = "Operators of this server"


def run_server(settings: Settings, *, host: str, port: int) -> None:
    """
    Answer requests until the process is told to stop.

    Parameters
    ----------
    settings
        How the server is set up.
    host, port
        Address to listen at.

    Raises
    ------
    InputError
        If the address is taken or the database does not open.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"cannot listen at {host}:{port}: {error.strerror}",
                where="bunyad serve",
                mend="choose another --port, or stop what listens there",
            ) from None
    logging.getLogger("alembic").setLevel(logging.WARNING)
    uvicorn.run(
        make_app(replace(settings, warms_up=True)), host=host, port=port, log_level="warning",
        access_log=False, server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip


def prepare(settings: Settings, plans: Iterable[Path]) -> str | None:
    """
    Take up plans that the command line has made; return the first person's invitation.

    Parameters
    ----------
    settings
        How the server is set up.
    plans
        Plan folders; everybody may see them.

    Returns
    -------
    str or None
        Link by which the first account is made, where there is none.
    """
    database = open_guarded(settings)
    try:
        for folder in plans:
            adopt_plan(database, folder)
        return _first_invitation(settings, database)
    finally:
        database.close()


def adopt_plan(database: Database, folder: Path) -> None:
    """
    Show a plan folder that lies outside of the server's own.

    Raises
    ------
    InputError
        If there is no plan in it.
    """
    path = folder.resolve()
    try:
        provenance = json.loads((path / PROVENANCE).read_text("utf-8"))
    except (OSError, ValueError):
        raise InputError(
            "the folder holds no plan", where=str(folder), mend="make one with `bunyad plan`"
        ) from None
    with database.begin() as session:
        if session.scalars(select(PlanRecord).where(PlanRecord.folder == str(path))).first():
            return
        session.add(
            PlanRecord(
                name=path.name, region=provenance["region"], folder=str(path), is_public=True
            )
        )


def _first_invitation(settings: Settings, database: Database) -> str | None:
    """Invite the first person as administrator, where nobody has an account."""
    services = Services(settings=settings, database=database, limits=Limits())
    with database.begin() as session:
        if session.scalar(select(func.count()).select_from(Account)):
            return None
        organisation = session.scalars(
            select(Organisation).where(Organisation.name == FIRST_ORGANISATION)
        ).first()
        if organisation is None:
            organisation = Organisation(name=FIRST_ORGANISATION, kind="authority")
            session.add(organisation)
            session.flush()
        invited = make_invitation(
            session, services, NOBODY, email="admin@localhost", role=Role.ADMIN,
            organisation_id=organisation.id,
        )  # fmt: skip
        return invited.url


def default_settings(
    *, data: Path, database_url: str | None, public_url: str, runs_jobs: bool = True
) -> Settings:
    """Return settings with everything in one folder, but for what is given."""
    folder = data.resolve()
    return Settings(
        data=folder,
        database_url=database_url or f"sqlite:///{folder / 'bunyad.db'}",
        public_url=public_url.rstrip("/"),
        runs_jobs=runs_jobs,
        worker_name=f"{socket.gethostname()}-{os.getpid()}",
    )
