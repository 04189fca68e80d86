"""
Organisations: who comes, what they offer, what they have done and what they wish.

model      an organisation, its references and documents; people to talk to, kept apart
codes      countries, languages and branches of the economy by their standard codes
folding    one spelling for names in several scripts
reading    organisations from CSV and XLSX, with every fault told
fields     how one field of a line is read
writing    organisations to CSV and XLSX
directory  organisations, contacts and merges together; merging and undoing it
twins      entries that are likely the same organisation, with reasons
people     consent to the use of personal data, and its deletion
invitation signed links by which an organisation takes over its entry
"""

from __future__ import annotations

from bunyad.partner.organisations.codes import (
    branch_likeness,
    branches,
    countries,
    languages,
    section_of,
)
from bunyad.partner.organisations.directory import (
    Directory,
    Merge,
    join_directories,
    merge_organisations,
    undo_merge,
)
from bunyad.partner.organisations.invitation import Invitation, read_invitation, sign_invitation
from bunyad.partner.organisations.model import (
    PURPOSES,
    SORTS,
    Contact,
    Document,
    Organisation,
    Reference,
)
from bunyad.partner.organisations.people import Deletion, forget_contact, give_consent
from bunyad.partner.organisations.reading import (
    Imported,
    parse_organisations,
    read_organisations,
)
from bunyad.partner.organisations.twins import Twins, find_twins
from bunyad.partner.organisations.writing import organisations_csv, organisations_xlsx

__all__ = [
    "PURPOSES",
    "SORTS",
    "Contact",
    "Deletion",
    "Directory",
    "Document",
    "Imported",
    "Invitation",
    "Merge",
    "Organisation",
    "Reference",
    "Twins",
    "branch_likeness",
    "branches",
    "countries",
    "find_twins",
    "forget_contact",
    "give_consent",
    "join_directories",
    "languages",
    "merge_organisations",
    "organisations_csv",
    "organisations_xlsx",
    "parse_organisations",
    "read_invitation",
    "read_organisations",
    "section_of",
    "sign_invitation",
    "undo_merge",
]
