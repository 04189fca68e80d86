"""Organisations, contacts and merges together; every change gives a new directory."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from bunyad.errors import Fault, InputError
from bunyad.partner.organisations.model import Contact, Organisation

TUPLES = ("sectors", "languages", "references", "documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two entries that became one; enough to undo it."""

    kept: Organisation
    """The entry that stays, as it was."""
    gone: Organisation
    """The entry that went, as it was."""
    merged: Organisation
    """What became of them."""
    moved: tuple[Contact, ...]
    """Contacts of the entry that went, as they were."""
    came: frozenset[str]
    """Their addresses that the kept entry did not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody who comes; persons apart from organisations."""

    organisations: tuple[Organisation, ...] = ()
    contacts: tuple[Contact, ...] = ()
    merges: tuple[Merge, ...] = ()
    """Newest last."""

    def find(self, identifier: str) -> Organisation:
        """
        Return an organisation.

        Raises
        ------
        InputError
            If there is none of this identifier.
        """
        for one in self.organisations:
            if one.id == identifier:
                return one
        raise InputError(
            f"there is no organisation {identifier!r}", where="organisation", mend="list them"
        )


def join_directories(one: Directory, more: Directory) -> Directory:
    """
    Add the entries of a directory to another.

    Raises
    ------
    InputError
        Naming every identifier that both have; nothing is added then.
    """
    known = {entry.id for entry in one.organisations}
    faults = [
        Fault(entry.id, "there is an organisation of this identifier", "give it another")
        for entry in more.organisations
        if entry.id in known
    ]
    if faults:
        raise InputError.of(faults)
    return Directory(
        organisations=one.organisations + more.organisations,
        contacts=one.contacts + more.contacts,
        merges=one.merges + more.merges,
    )


def merge_organisations(directory: Directory, *, kept: str, gone: str) -> Directory:
    """
    Make one entry of two; `undo_merge` makes it two again.

    What the kept entry tells wins; what it leaves open comes from the other; lists are joined.

    Parameters
    ----------
    directory
        Where both are.
    kept
        Identifier of the entry that stays.
    gone
        Identifier of the one that goes.

    Raises
    ------
    InputError
        If one of them is not there, or both are the same.
    """
    if kept == gone:
        raise InputError(f"{kept!r} is one entry", where="merge", mend="name two")
    stays, goes = directory.find(kept), directory.find(gone)
    merged = replace(stays, **_joined(stays, goes))
    moved = tuple(one for one in directory.contacts if one.organisation == gone)
    known = {one.email for one in directory.contacts if one.organisation == kept}
    there = [replace(one, organisation=kept) for one in moved if one.email not in known]
    merge = Merge(
        kept=stays,
        gone=goes,
        merged=merged,
        moved=moved,
        came=frozenset(one.email for one in there),
    )
    return Directory(
        organisations=tuple(
            merged if one.id == kept else one for one in directory.organisations if one.id != gone
        ),
        contacts=(*(one for one in directory.contacts if one.organisation != gone), *there),
        merges=(*directory.merges, merge),
    )


def undo_merge(directory: Directory, *, gone: str) -> Directory:
    """
    Make two entries again of two that were merged.

    Parameters
    ----------
    directory
        Where the merged entry is.
    gone
        Identifier of the entry that went.

    Raises
    ------
    InputError
        If it was not merged, or the merged entry was changed since: then nobody but a person can
        say to which of the two the change belongs.
    """
    found = next((one for one in reversed(directory.merges) if one.gone.id == gone), None)
    if found is None:
        raise InputError(f"{gone!r} was not merged", where="merge", mend="list the merges")
    if directory.find(found.kept.id) != found.merged:
        raise InputError(
            f"{found.kept.id!r} was changed after the merge", where="merge",
            mend="undo the change first, or write the entry again",
        )  # fmt: skip
    present = {one.email: one for one in directory.contacts if one.organisation == found.kept.id}
    # What a person agreed to or withdrew since the merge holds for the entry that comes back too.
    back = (replace(present.get(one.email, one), organisation=gone) for one in found.moved)
    return Directory(
        organisations=(
            *(found.kept if one.id == found.kept.id else one for one in directory.organisations),
            found.gone,
        ),
        contacts=(
            *(
                one
                for one in directory.contacts
                if one.organisation != found.kept.id or one.email not in found.came
            ),
            *back,
        ),
        merges=tuple(one for one in directory.merges if one is not found),
    )


def _joined(stays: Organisation, goes: Organisation) -> dict[str, Any]:
    """Return the fields that change when two entries become one."""
    changed: dict[str, Any] = {}
    for one in fields(Organisation):
        mine, other = getattr(stays, one.name), getattr(goes, one.name)
        if one.name in TUPLES:
            changed[one.name] = tuple(dict.fromkeys((*mine, *other)))
        elif mine in (None, ""):
            changed[one.name] = other
    return changed
