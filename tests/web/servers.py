"""Servers for tests: with people of every role and plans that are small files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from store.ready import ready_file

from bunyad.plan.run import PROVENANCE
from bunyad.store.models import Account, ApiToken, Organisation, PlanRecord, now
from bunyad.web.app import make_app
from bunyad.web.rights import SIGNED_IN, Role
from bunyad.web.server import default_settings
from bunyad.web.services import Services, new_token

ADDRESS = "http://testserver"
on_both = pytest.mark.parametrize("server", ["sqlite", "postgresql"], indirect=True)
"""Runs a test on both databases."""


@dataclass(slots=True, kw_only=True)
class Server:
    """A server under test."""

    client: TestClient
    services: Services
    tokens: dict[str, str] = field(default_factory=dict)

    def as_role(self, role: str) -> dict[str, str]:
        """Return the headers with which a role asks; none for the public."""
        return {} if role == "public" else {"Authorization": f"Bearer {self.tokens[role]}"}

    def plan(self, name: str = "plan", *, of: str = "planner", is_public: bool = False) -> str:
        """Keep a made plan of a role's organisation; return its identifier."""
        with self.services.database.begin() as session:
            account = session.scalars(
                select(Account).where(Account.email == f"{of}@example.org")
            ).one()
            plan = PlanRecord(
                name=name, region="karabakh", is_public=is_public,
                organisation_id=account.organisation_id, created_by=account.id,
            )  # fmt: skip
            session.add(plan)
            session.flush()
            write_plan(self.services.settings.data / "plans" / plan.id, people=len(name))
            return plan.id


def write_plan(folder: Path, *, people: int) -> None:
    """Write a plan folder with the files that the server reads."""
    options = {"settle": {"people_per_home": 4.0, "growth": people / 100}}
    page = {
        "region": {"last_year": 2040},
        "cards": [{"key": "people", "value": people, "unit": "people"}],
        "provenance": {"options": options},
    }
    (folder / "tables").mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(page))
    (folder / "report.html").write_text("<h1>plan</h1>")
    (folder / PROVENANCE).write_text(json.dumps({"region": "karabakh", "options": options}))
    (folder / "tables" / "plants.csv").write_text("id\na\n")
    (folder / "secret.txt").write_text("not of the plan")


@contextmanager
def running_server(folder: Path, *, url: str | None = None, **more: Any) -> Iterator[Server]:
    """Run a server with an account of every role, each in its own organisation."""
    address = url or ready_file(folder)
    settings = default_settings(
        data=folder, database_url=address, public_url=ADDRESS, runs_jobs=False
    )
    settings = replace(settings, **more)
    app = make_app(settings)
    with TestClient(app, base_url=ADDRESS) as client:
        server = Server(client=client, services=app.state.services)
        with server.services.database.begin() as session:
            for role in sorted([*SIGNED_IN, "other-planner"]):
                organisation = Organisation(name=f"{role}s", kind="other")
                session.add(organisation)
                session.flush()
                account = Account(
                    email=f"{role}@example.org", name=role.title(), organisation_id=organisation.id,
                    role=Role.PLANNER if role == "other-planner" else role,
                )  # fmt: skip
                session.add(account)
                session.flush()
                token, hashed = new_token()
                server.tokens[role] = token
                session.add(
                    ApiToken(token_hash=hashed, account_id=account.id, name="test",
                             expires=now() + timedelta(days=1))
                )  # fmt: skip
        yield server
