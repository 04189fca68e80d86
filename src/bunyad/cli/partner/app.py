"""The group of commands, and how they read and write files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from bunyad.cli.app import app
from bunyad.errors import InputError, OutputError

if TYPE_CHECKING:
    from bunyad.partner.organisations import Directory

partner_app = App(
    name="partner", help="Bring invited companies, startups and local partners to the projects."
)
app.command(partner_app)


def write_file(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), mend="choose another file"
        ) from None


def write_rows(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    write_file(path, text.getvalue().encode())


def read_directory(path: Path, *, keep_good: bool = False) -> Directory:
    """Return the organisations of a file, and tell the faults of rows that are left out."""
    import sys

    from bunyad.partner.organisations import read_organisations

    found = read_organisations(path, keeps_good_rows=keep_good)
    for fault in found.faults:
        print(fault, file=sys.stderr)
    if found.faulty_rows:
        print(f"Left out: {found.faulty_rows} of {found.rows} rows.", file=sys.stderr)
    return found.directory


def as_table_file(path: Path) -> str:
    """Return the kind of a table file by its name: csv or xlsx."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("csv", "xlsx"):
        raise InputError(f"the name ends in {path.suffix!r}", where=str(path),
                         mend="end it in .csv or .xlsx")  # fmt: skip
    return kind
