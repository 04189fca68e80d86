"""
Consent to the use of personal data, and its deletion.

Names, addresses and telephones of persons are only in `Contact`. Deleting removes all of them;
what stays says that somebody was deleted, when, and which things stay for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bunyad.errors import InputError
from bunyad.partner.organisations.directory import Directory
from bunyad.partner.organisations.model import PURPOSES, Contact

KEPT = {
    "organisation": "the entry of the organisation: it tells of no person",
    "agreements": "signatures under agreements: the other parties hold copies and rely on them",
    "deletion": "that a contact was deleted, and when: to show that the wish was met",
}
"""What a deletion leaves, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """That a contact was deleted; it says nothing of who it was."""

    organisation: str
    time: str
    kept: tuple[str, ...] = tuple(KEPT)


def give_consent(
    directory: Directory, *, organisation: str, email: str, purposes: tuple[str, ...], time: str
) -> Directory:
    """
    Note to what a person agrees from now on; what is left out is withdrawn.

    Parameters
    ----------
    directory
        Where the contact is.
    organisation
        Identifier of the organisation.
    email
        Address of the person.
    purposes
        Some of `PURPOSES`; those agreed to before keep their time.
    time
        The present moment in UTC.

    Raises
    ------
    InputError
        If there is no such contact or purpose.
    """
    unknown = [one for one in purposes if one not in PURPOSES]
    if unknown:
        raise InputError(
            f"there is no purpose {unknown[0]!r}", where="consent",
            mend=f"choose from {', '.join(PURPOSES)}",
        )  # fmt: skip
    contact = _contact(directory, organisation, email)
    agreed = {one: contact.consents.get(one, time) for one in purposes}
    changed = replace(contact, consents=agreed)
    return replace(
        directory,
        contacts=tuple(changed if one is contact else one for one in directory.contacts),
    )


def forget_contact(
    directory: Directory, *, organisation: str, email: str, time: str
) -> tuple[Directory, Deletion]:
    """
    Delete a person from a directory, also from merges that could be undone.

    Returns
    -------
    tuple of Directory and Deletion
        The directory without the person, and what may be kept of the act.

    Raises
    ------
    InputError
        If there is no such contact.
    """
    contact = _contact(directory, organisation, email)
    left = tuple(one for one in directory.contacts if one is not contact)
    merges = tuple(
        replace(
            one,
            moved=tuple(moved for moved in one.moved if moved.email != contact.email),
            came=one.came - {contact.email},
        )
        if organisation in (one.kept.id, one.gone.id)
        else one
        for one in directory.merges
    )
    return (
        replace(directory, contacts=left, merges=merges),
        Deletion(organisation=organisation, time=time),
    )


def _contact(directory: Directory, organisation: str, email: str) -> Contact:
    for one in directory.contacts:
        if one.organisation == organisation and one.email.lower() == email.lower():
            return one
    raise InputError(
        f"{organisation!r} has no contact of this address",
        where="contact",
        mend="list its contacts",
    )
