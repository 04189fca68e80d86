"""All tenants of a data folder, or of a database that several servers share."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

from bunyad.errors import InputError
from bunyad.operate.records.database import Home, SqliteFile
from bunyad.operate.records.names import file_name, tenant_name
from bunyad.operate.records.sharing import Sharing
from bunyad.operate.records.tenant import Tenant

FORM_OF_TENANTS = re.compile(r"[A-Za-z0-9_\-.~:]{1,128}")
MOST_TENANTS = 1_000


class Records:
    """
    All tenants of one data folder, or of one database.

    Of a folder only one process may write, and any number may read; a database may have several
    servers that write.

    Attributes
    ----------
    sharing
        What several servers on one database do together; None with a folder.
    on_open
        Functions called with every tenant that is opened.
    most_tenants
        Tenants that there may be beside the default one.
    """

    def __init__(
        self, folder: Path, *, synchronous: str = "FULL", sharing: Sharing | None = None
    ) -> None:
        self.folder = folder
        self.sharing = sharing
        self._synchronous = synchronous
        self._tenants: dict[str, Tenant] = {}
        self._lock = threading.Lock()
        self.most_tenants = MOST_TENANTS
        self.on_open: list[Callable[[Tenant], None]] = []

    def tenant(self, name: str = "", *, create: bool = True) -> Tenant | None:
        """
        Return a tenant's records, opened once.

        Parameters
        ----------
        name
            Name of the tenant; empty for the default one.
        create
            Whether to make the tenant where there is none.

        Returns
        -------
        Tenant or None
            None where the tenant is not known and not to be made.
        """
        found = self._tenants.get(name)
        if found is not None:
            return found
        if name and not FORM_OF_TENANTS.fullmatch(name):
            raise InputError(
                f"{name!r} is no name of a tenant",
                where="tenant",
                mend="use letters, digits and _ - . ~ :, at most 128",
            )
        with self._lock:
            found = self._tenants.get(name)
            if found is None:
                if create and name:
                    self._check_room(name)
                home = self._home(name, create=create)
                if home is None:
                    return None
                found = Tenant(name, home)
                if self.sharing is not None:
                    self.sharing.opened(found)
                for watcher in self.on_open:
                    watcher(found)
                self._tenants[name] = found
        return found

    def _check_room(self, name: str) -> None:
        known = set(self.names()) - {""}
        if name not in known and len(known) >= self.most_tenants:
            raise InputError(
                f"there are {len(known)} tenants already, as many as there may be",
                where="tenant",
                mend="name one that is there, or start the server with more --tenants",
            )

    def _home(self, name: str, *, create: bool) -> Home | None:
        path = self._path(name)
        if self.sharing is not None:
            return self.sharing.database.home(name, path, create=create)
        if not create and not path.exists():
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteFile(path, self._synchronous)

    def open_tenants(self) -> list[Tenant]:
        """Return the tenants that are open."""
        return list(self._tenants.values())

    def names(self) -> list[str]:
        """Return the names of all tenants that exist, the default one (empty) included."""
        if self.sharing is not None:
            return self.sharing.database.names()
        stems = (path.stem for path in sorted((self.folder / "tenants").glob("*.sqlite")))
        names = [
            tenant_name(stem) for stem in stems if "." not in stem
        ]  # those are other parts' files
        return [*([""] if self._path("").exists() else []), *names]

    def close(self) -> None:
        """Finish what was submitted and close all files."""
        with self._lock:
            for tenant in self._tenants.values():
                tenant.close()
            self._tenants.clear()
            if self.sharing is not None:
                self.sharing.close()

    def _path(self, name: str) -> Path:
        if not name:
            return self.folder / "records.sqlite"
        return self.folder / "tenants" / f"{file_name(name)}.sqlite"


def open_records(folder: Path, *, synchronous: str = "FULL", database: str = "") -> Records:
    """
    Open the records of a data folder, made where it is not, or of a database.

    Parameters
    ----------
    folder
        Data folder.
    synchronous
        SQLite's setting: with `FULL` an answered write survives a power cut, with `NORMAL` a
        killed process only.
    database
        URL of a PostgreSQL database that keeps the records instead of the folder's files.

    Returns
    -------
    Records
        All tenants.

    Raises
    ------
    InputError
        If the folder cannot be made, or the database does not open.
    """
    if database and not re.match(r"postgresql(\+psycopg)?://", database):
        raise InputError(
            "live data are kept in files of SQLite or in PostgreSQL",
            where="--database",
            mend="give postgresql://USER:PASSWORD@HOST/NAME, or leave it away for files in --data",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the data folder cannot be made: {error.strerror}",
            where=str(folder),
            mend="choose another folder, or ask for the right to write there",
        ) from None
    if not database:
        return Records(folder, synchronous=synchronous)
    from bunyad.operate.records.schemas import PostgresDatabase  # noqa: PLC0415  (few have it)

    return Records(folder, sharing=Sharing(PostgresDatabase(database)))
