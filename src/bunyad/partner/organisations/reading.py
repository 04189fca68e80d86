"""Organisations from CSV and XLSX: every fault is told, and nothing is done by halves."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bunyad.errors import Fault, InputError
from bunyad.partner.organisations import fields
from bunyad.partner.organisations.directory import Directory
from bunyad.partner.organisations.fields import COLUMNS, REQUIRED, Row
from bunyad.partner.organisations.folding import fold
from bunyad.partner.organisations.model import Contact, Organisation

MOST_ROWS = 1_000_000
MOST_BYTES = 200_000_000
FORMULA = re.compile(r"'*[=+\-@]")
"""How a cell starts that a spreadsheet would reckon; `writing` puts a ' before it."""
BEYOND = "(beyond the header)"
Line = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was read of a file: the good rows, and what is wrong with the others."""

    directory: Directory
    faults: tuple[Fault, ...]
    rows: int
    """Rows of the file without the header and without empty lines."""
    faulty_rows: int


def read_organisations(path: Path, *, keeps_good_rows: bool = False) -> Imported:
    """
    Read organisations from a CSV or XLSX file.

    Parameters
    ----------
    path
        A table with a header; see `COLUMNS`. The text of a CSV is UTF-8, its fields are apart by
        `,` or `;`. Of an XLSX file the first sheet is read.
    keeps_good_rows
        Whether faulty rows are left out; otherwise one fault refuses the whole file.

    Returns
    -------
    Imported
        The good rows; the faults of the others if `keeps_good_rows`.

    Raises
    ------
    InputError
        With every fault, each with line and field; or if the file cannot be read at all.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", where=str(path), mend="give another file"
        ) from None
    return parse_organisations(
        content, where=str(path), is_xlsx=path.suffix.lower() in (".xlsx", ".xlsm"),
        keeps_good_rows=keeps_good_rows,
    )  # fmt: skip


def parse_organisations(
    content: bytes, *, where: str = "organisations", is_xlsx: bool = False,
    keeps_good_rows: bool = False,
) -> Imported:  # fmt: skip
    r"""
    Read organisations from the bytes of a CSV or XLSX file, as `read_organisations`.

    Examples
    --------
    >>> text = "name,sort,country,sectors,languages,offers\nAraz,company,AZ,6201,az,software\n"
    >>> parse_organisations(text.encode()).directory.organisations[0].id
    'araz'
    """
    if len(content) > MOST_BYTES:
        raise InputError(
            f"it has {len(content)} bytes", where=where, mend=f"give at most {MOST_BYTES}"
        )
    lines = _xlsx_lines(content, where) if is_xlsx else _csv_lines(content, where)
    organisations: list[Organisation] = []
    contacts: list[Contact] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    rows = faulty = 0
    for place, values in lines:
        rows += 1
        row = Row(place, values)
        if BEYOND in values:
            row.faults.append(
                Fault(place, "there are more fields than columns", "quote fields that hold a comma")
            )
        organisation, contact = _organisation(row, seen)
        if row.faults:
            faulty += 1
            faults += row.faults
            continue
        seen[organisation.id] = place
        organisations.append(organisation)
        if contact is not None:
            contacts.append(contact)
    if faults and not keeps_good_rows:
        raise InputError.of(faults)
    return Imported(
        directory=Directory(organisations=tuple(organisations), contacts=tuple(contacts)),
        faults=tuple(faults),
        rows=rows,
        faulty_rows=faulty,
    )


def _organisation(row: Row, seen: dict[str, str]) -> tuple[Organisation, Contact | None]:
    """Return what a row tells; its faults are in the row."""
    name = row.read("name", str, "")
    given = row.read("id", fields.identifier, "")
    found = given or _identifier(name, row.place, seen)
    if found in seen:
        row.faults.append(
            Fault(f"{row.place}: id", f"{found!r} stands at {seen[found]} too",
                  "give each organisation its own")
        )  # fmt: skip
    organisation = Organisation(
        id=found,
        name=name,
        sort=row.read("sort", fields.sort, ""),
        country=row.read("country", fields.country, ""),
        sectors=row.read("sectors", fields.sectors, ()),
        languages=row.read("languages", fields.spoken, ()),
        offers=row.read("offers", str, ""),
        staff=row.read("staff", fields.people),
        turnover_usd=row.read("turnover_usd", fields.amount),
        wishes=row.read("wishes", str, ""),
        references=row.read("references", fields.references, ()),
        documents=row.read("documents", fields.documents, ()),
        website=row.read("website", fields.website, ""),
        longitude=row.read("longitude", fields.longitude),
        latitude=row.read("latitude", fields.latitude),
        is_published=row.read("is_published", fields.answer, default=False),
    )
    if (organisation.longitude is None) != (organisation.latitude is None):
        row.faults.append(
            Fault(f"{row.place}: longitude, latitude", "one of them is missing or wrong",
                  "give both or none")
        )  # fmt: skip
    return organisation, _contact(row, found)


def _contact(row: Row, organisation: str) -> Contact | None:
    """Return the person of a row, if it names one."""
    name = row.read("contact_name", str, "")
    email = row.read("contact_email", fields.email, "")
    phone = row.read("contact_phone", str, "")
    if not (name or email or phone):
        return None
    if not email and not any(one.where.endswith("contact_email") for one in row.faults):
        row.faults.append(
            Fault(f"{row.place}: contact_email", "the field is empty", "a contact needs an address")
        )
    return Contact(organisation=organisation, name=name, email=email, phone=phone)


def _identifier(name: str, place: str, seen: dict[str, str]) -> str:
    """Return an identifier made from a name; the same name a second time gets its line."""
    bare = "-".join("".join(one for one in fold(name) if one.isascii()).split())[:80]
    line = place.rpartition(":")[2]
    bare = bare or f"organisation-{line}"
    return f"{bare}-{line}" if bare in seen else bare


def _csv_lines(content: bytes, where: str) -> Iterator[Line]:
    """Yield the place and the fields of each record; a place is the record's first line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"byte {error.start} is no UTF-8", where=f"{where}:{line}",
            mend="save it as CSV UTF-8, or as XLSX",
        ) from None  # fmt: skip
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    yield from _lines(_records(reader, where), where)


def _records(reader: Any, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line at which it starts."""
    start = 1
    try:
        for record in reader:
            yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"it is no valid CSV ({error})", where=f"{where}:{start}", mend="mend its quotes"
        ) from None


def _xlsx_lines(content: bytes, where: str) -> Iterator[Line]:
    """Yield the place and the fields of each row of the first sheet."""
    from openpyxl import load_workbook  # noqa: PLC0415  (few files are workbooks)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(one.file_size for one in archive.infolist())
        if size > MOST_BYTES:
            raise InputError(f"it unpacks to {size} bytes", where=where, mend="split it")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        yield from _lines(
            ((at + 1, [_cell(value) for value in row]) for at, row in enumerate(rows)), where
        )
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError):
        raise InputError("it is no workbook", where=where, mend="save it as XLSX or CSV") from None


def _cell(value: Any) -> str:
    """Return what stands in a cell, numbers as a person would write them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _lines(records: Iterable[tuple[int, list[str]]], where: str) -> Iterator[Line]:
    """Yield records as fields by name, once the header is found sound."""
    numbered = iter(records)
    start, header = next(numbered, (1, []))
    names = [name.strip().lower() for name in header]
    while names and not names[-1]:
        names.pop()
    faults = _header_faults(names, f"{where}:{start}")
    if faults:
        raise InputError.of(faults)
    for count, (line, record) in enumerate(numbered):
        if not any(value.strip() for value in record):
            continue
        if count >= MOST_ROWS:
            raise InputError("it has too many rows", where=where, mend=f"give {MOST_ROWS} at most")
        values = {
            name: _unmarked(value.strip()) for name, value in zip(names, record, strict=False)
        }
        if any(value.strip() for value in record[len(names) :]):
            values[BEYOND] = "yes"
        yield f"{where}:{line}", values


def _unmarked(text: str) -> str:
    """Return a cell without the ' that keeps a spreadsheet from reckoning it."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text) else text


def _header_faults(names: list[str], place: str) -> list[Fault]:
    """Return what is wrong with a header."""
    faults = [
        Fault(f"{place}: {name}", "the column is missing", f"it holds {COLUMNS[name]}")
        for name in REQUIRED
        if name not in names
    ]
    faults += [
        Fault(f"{place}: {name or '(empty)'}", "there is no such column",
              f"choose from {', '.join(COLUMNS)}")
        for name in names
        if name not in COLUMNS
    ]  # fmt: skip
    faults += [
        Fault(f"{place}: {name}", "the column stands twice", "remove one")
        for name in sorted({one for one in names if names.count(one) > 1})
    ]
    return faults
