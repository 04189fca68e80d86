"""Servers that the tests of the web part share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.servers import Server, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server with an account of every role."""
    with running_server(tmp_path) as running:
        yield running
