"""Databases whose tables are there already: a process runs all migrations once, not at each test."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from store.postgresql import Cluster

from bunyad.store.database import open_database

TEMPLATE = "ready"


def ready_file(folder: Path) -> str:
    """Lay a database into a folder that has none, as `bunyad.db`; return its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "bunyad.db"
    if not file.exists():
        shutil.copyfile(Path(_made().name) / file.name, file)
    return f"sqlite:///{file}"


def ready_database(cluster: Cluster) -> str:
    """Make a database on a PostgreSQL; return its URL."""
    if not cluster.has(TEMPLATE):
        open_database(cluster.make_database(name=TEMPLATE)).close()
    return cluster.make_database(like=TEMPLATE)


@cache
def _made() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="bunyad-ready-", ignore_cleanup_errors=True)
    open_database(f"sqlite:///{folder.name}/bunyad.db").close()
    return folder
