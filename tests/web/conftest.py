"""Servers that the tests of the web part share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.servers import Server, running_server


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Return a server with an account of every role, on SQLite or on what `on_both` asks for."""
    is_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = request.getfixturevalue("cluster").make_database() if is_postgresql else None
    with running_server(tmp_path, url=url) as running:
        yield running
