"""Where a living place, its alarms and its commands are kept: files or a database."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bunyad.operate.alarms import keeping
from bunyad.operate.alarms.keeping import AlarmLog
from bunyad.operate.alarms.watching import log_path
from bunyad.operate.commands import desk
from bunyad.operate.place import no_records, open_reader
from bunyad.operate.records.beside import has_tables
from bunyad.operate.records.database import Db

if TYPE_CHECKING:
    from bunyad.operate.records.lending import Lending


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """
    A living place: of one tenant, in a folder or in a database.

    Attributes
    ----------
    folder
        Data folder of the broker.
    tenant
        Name of the tenant; empty: the default one.
    database
        URL of the PostgreSQL database that keeps all instead of files in the folder.
    lending
        What lends connections to that database; by default each is made anew.
    """

    folder: Path
    tenant: str = ""
    database: str = field(default="", repr=False)
    lending: Lending | None = None

    def records(self) -> Db:
        """
        Open the records for reading.

        Raises
        ------
        InputError
            If there are none.
        """
        if not self.database:
            return open_reader(self.folder, self.tenant)
        return self._shared(writes=False)

    def is_watched(self) -> bool:
        """Tell whether a process watches the place for alarms, or has."""
        if not self.database:
            return log_path(self.folder, self.tenant).is_file()
        return self._has(keeping.TABLES)

    def alarms(self) -> AlarmLog:
        """Open the log of alarms, made where there is none."""
        if not self.database:
            return AlarmLog(log_path(self.folder, self.tenant))
        return AlarmLog(self._shared(writes=True))

    def is_commanded(self) -> bool:
        """Tell whether anybody ever asked for a command."""
        if not self.database:
            return self._commands_path.is_file()
        return self._has(desk.TABLES)

    def commands(self) -> Path | Db:
        """Return where a desk keeps its commands: an open database, or the path of a file."""
        return self._shared(writes=True) if self.database else self._commands_path

    @property
    def _commands_path(self) -> Path:
        path = log_path(self.folder, self.tenant)
        return path.with_name(path.name.replace("alarms", "commands"))

    def _has(self, tables: str) -> bool:
        db = self._open(writes=False)
        if db is None:
            return False
        with closing(db):
            return has_tables(db, tables)

    def _shared(self, *, writes: bool) -> Db:
        found = self._open(writes=writes)
        if found is None:
            raise no_records()
        return found

    def _open(self, *, writes: bool) -> Db | None:
        if self.lending is not None:
            return self.lending.open(self.tenant, writes=writes)
        from bunyad.operate.records.lending import open_shared  # noqa: PLC0415  (few have it)

        return open_shared(self.database, self.tenant, writes=writes)
