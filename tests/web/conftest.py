"""Servers that the tests of the web part share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from store.ready import ready_database
from untraced import rest_in
from web.plan_folder import REGION, write_whole_plan
from web.servers import Server, running_server

from bunyad.store.models import PlanRecord


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Return a server with an account of every role, on SQLite or on what `on_both` asks for."""
    is_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = ready_database(request.getfixturevalue("cluster")) if is_postgresql else None
    with running_server(tmp_path, url=url) as running:
        yield running


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small region and a plan of it, to be read or copied."""
    data = tmp_path_factory.mktemp("made")
    rest_in(write_whole_plan)(data, data / "plan")  # its rooms are measured in their own tests
    return data


@pytest.fixture(scope="module")
def layered(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """Return a server and its public plan."""
    with running_server(tmp_path_factory.mktemp("layered")) as server:
        data = server.services.settings.data
        shutil.copytree(made / "regions", data / "regions")
        with server.services.database.begin() as session:
            record = PlanRecord(name="land", why="base", region=REGION, is_public=True)
            session.add(record)
            session.flush()
            plan = record.id
        shutil.copytree(made / "plan", data / "plans" / plan)
        yield server, plan
