"""A PostgreSQL of the tests' own, from the programs that are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=",
            "max_connections=90")  # fmt: skip


def programs() -> Path | None:
    """Return the folder of `initdb`, of the newest version that is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name)
    )
    return folders[-1] if folders else None


def need_programs() -> Path:
    """Return the programs' folder; skip where there is none, but fail on the build server."""
    folder = programs()
    if folder is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("PostgreSQL is not installed: scripts/need_postgresql.sh says how")
    assert folder is not None
    return folder


class Cluster:
    """A running PostgreSQL that hands out fresh databases."""

    def __init__(self, sockets: Path, user: str) -> None:
        self._sockets = sockets
        self._user = user
        self._count = 0
        self._named: set[str] = set()

    def has(self, name: str) -> bool:
        """Tell whether a database was made under a name."""
        return name in self._named

    def make_database(self, *, name: str = "", like: str = "template1") -> str:
        """Make a database like another that nobody has open, else an empty one; return its URL."""
        self._count += 1
        name = name or f"test{self._count}"
        with psycopg.connect(self._line("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        self._named.add(name)
        return f"postgresql+psycopg://{self._user}@/{name}?host={self._sockets}"

    def _line(self, name: str) -> str:
        return f"host={self._sockets} user={self._user} dbname={name}"


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL in a temporary folder, reached by a socket in it; never as root."""
    folder = need_programs()
    user, prefix = _owner()
    home = Path(tempfile.mkdtemp(prefix="bunyad-pg-"))
    shutil.chown(home, user)
    try:
        data = home / "data"
        subprocess.run(
            [*prefix, folder / "initdb", "--pgdata", data, "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C", "--username", user],
            check=True, stdout=subprocess.DEVNULL, cwd=home,
        )  # fmt: skip
        options = " ".join(f"-c {one}" for one in (*SETTINGS, f"unix_socket_directories={home}"))
        control = [*prefix, folder / "pg_ctl", "--pgdata", data, "--silent", "--wait"]
        subprocess.run(
            [*control, "--log", home / "log", "--options", options, "start"], check=True, cwd=home
        )
        try:
            yield Cluster(home, user)
        finally:
            subprocess.run([*control, "--mode=immediate", "stop"], check=True, cwd=home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def database_of(request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh database where a fixture's parameter asks for one, else nothing."""
    if request.param != "postgresql":
        return ""
    return str(request.getfixturevalue("cluster").make_database())


def _owner() -> tuple[str, list[str]]:
    """Return who runs it, and what to put before its commands: `initdb` refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name, []
    user = next(name for name in ("postgres", "nobody") if _is_known(name))
    group = str(pwd.getpwnam(user).pw_gid)
    return user, ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


def _is_known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
