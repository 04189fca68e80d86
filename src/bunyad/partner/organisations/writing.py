"""Organisations to CSV and XLSX, as `reading` reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bunyad.partner.organisations.directory import Directory
from bunyad.partner.organisations.fields import COLUMNS, number_text
from bunyad.partner.organisations.model import Contact, Organisation, Reference
from bunyad.partner.organisations.reading import FORMULA

OF_PERSONS = ("contact_name", "contact_email", "contact_phone")


def organisations_csv(directory: Directory, *, with_contacts: bool = False) -> bytes:
    """
    Return organisations as CSV, UTF-8 with the mark that spreadsheets look for.

    Parameters
    ----------
    directory
        Whom to write.
    with_contacts
        Whether to write personal data too: the first contact of each.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(_table(directory, with_contacts))
    return text.getvalue().encode("utf-8-sig")


def organisations_xlsx(directory: Directory, *, with_contacts: bool = False) -> bytes:
    """
    Return organisations as a workbook of one sheet; every cell is text, and none is a formula.

    Parameters
    ----------
    directory
        Whom to write.
    with_contacts
        Whether to write personal data too: the first contact of each.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (few ask for a workbook)

    book = Workbook(write_only=True)
    sheet = book.create_sheet("organisations")
    for row in _table(directory, with_contacts):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(directory: Directory, with_contacts: bool) -> Iterator[list[str]]:  # noqa: FBT001
    """Yield the header and the rows."""
    names = [name for name in COLUMNS if with_contacts or name not in OF_PERSONS]
    first: dict[str, Contact] = {}
    for one in directory.contacts:
        first.setdefault(one.organisation, one)
    yield names
    for entry in directory.organisations:
        cells = _cells(entry, first.get(entry.id) if with_contacts else None)
        yield [_marked(cells[name]) for name in names]


def _cells(entry: Organisation, contact: Contact | None) -> dict[str, str]:
    """Return an entry as text by column."""
    return {
        "id": entry.id,
        "name": entry.name,
        "sort": entry.sort,
        "country": entry.country,
        "sectors": "; ".join(entry.sectors),
        "staff": "" if entry.staff is None else str(entry.staff),
        "turnover_usd": number_text(entry.turnover_usd),
        "languages": "; ".join(entry.languages),
        "offers": entry.offers,
        "wishes": entry.wishes,
        "references": "; ".join(_reference(one) for one in entry.references),
        "documents": "; ".join(f"{one.name} | {one.sha256}" for one in entry.documents),
        "website": entry.website,
        "longitude": number_text(entry.longitude),
        "latitude": number_text(entry.latitude),
        "is_published": "yes" if entry.is_published else "no",
        "contact_name": contact.name if contact else "",
        "contact_email": contact.email if contact else "",
        "contact_phone": contact.phone if contact else "",
    }


def _reference(one: Reference) -> str:
    parts = [one.title, one.country, "" if one.year is None else str(one.year)]
    told = [*parts, number_text(one.amount_usd)]
    while not told[-1]:
        told.pop()
    return " | ".join(told)


def _marked(text: str) -> str:
    """Return a cell that no spreadsheet reckons (OWASP, CSV injection)."""
    return f"'{text}" if FORMULA.match(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
