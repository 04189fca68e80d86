"""The commands that check, convert and compare files of organisations."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from cyclopts import App

from bunyad.cli.app import AsJson
from bunyad.cli.partner.app import as_table_file, partner_app, read_directory, write_file

organisations_app = App(
    name="organisations", help="Organisations: check a file, convert it, find twins in it."
)
partner_app.command(organisations_app)


@organisations_app.command(name="check")
def check_organisations(file: Path, /, *, as_json: AsJson = False) -> None:
    """
    Check a file of organisations and tell every fault with its line and field.

    Parameters
    ----------
    file
        CSV or XLSX with a header; see `bunyad partner organisations columns`.
    as_json
        Print what is in it for machines.
    """
    directory = read_directory(file)
    found = directory.organisations
    if as_json:
        countries = dict(Counter(one.country for one in found))
        print(json.dumps({"organisations": len(found), "contacts": len(directory.contacts),
                          "countries": countries}))  # fmt: skip
        return
    print(f"{file} is sound: {len(found)} organisations, {len(directory.contacts)} contacts")


@organisations_app.command(name="columns")
def list_columns() -> None:
    """List the columns of a file of organisations, and what they hold."""
    from bunyad.partner.organisations.fields import COLUMNS, REQUIRED

    width = max(len(name) for name in COLUMNS)
    for name, meaning in COLUMNS.items():
        print(f"{name:<{width}}  {meaning}{' (needed)' if name in REQUIRED else ''}")


@organisations_app.command(name="convert")
def convert(
    file: Path, out: Path, /, *, keep_good: bool = False, with_contacts: bool = False
) -> None:
    """
    Write a file of organisations anew, as CSV or XLSX, with codes in place of names.

    Parameters
    ----------
    file
        CSV or XLSX to read.
    out
        CSV or XLSX to write.
    keep_good
        Leave out faulty rows and tell them; otherwise one fault refuses the file.
    with_contacts
        Write names and addresses of persons too.
    """
    from bunyad.partner.organisations import organisations_csv, organisations_xlsx

    write = organisations_csv if as_table_file(out) == "csv" else organisations_xlsx
    directory = read_directory(file, keep_good=keep_good)
    write_file(out, write(directory, with_contacts=with_contacts))
    print(f"Wrote {len(directory.organisations)} organisations to {out}")


@organisations_app.command(name="twins")
def list_twins(file: Path, /, *, as_json: AsJson = False) -> None:
    """
    List entries that are likely the same organisation, surest first, with the reasons.

    Parameters
    ----------
    file
        CSV or XLSX of organisations.
    as_json
        Print them for machines.
    """
    from dataclasses import asdict

    from bunyad.partner.organisations import find_twins

    found = find_twins(read_directory(file))
    if as_json:
        print(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        print(f"{one.likeness:.2f}  {one.one}  {one.other}  same {', '.join(one.reasons)}")
    if not found:
        print("No two entries look like the same organisation.")
