"""
Countries (ISO 3166-1), languages (ISO 639-1) and branches of the economy (ISIC rev. 4).

The names of countries and languages are those of Unicode's CLDR 48; the titles of the branches
are those of the United Nations, International Standard Industrial Classification of All Economic
Activities, Revision 4, Statistical Papers M 4/Rev. 4, 2008.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

CLASS_DEPTH = 4
"""Sections, divisions, groups, classes."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A section, division, group or class of ISIC."""

    code: str
    above: str
    """Code of the branch that holds it; empty for a section."""
    title: str


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("bunyad.partner.organisations").joinpath(f"data/{name}.csv")
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@cache
def countries() -> dict[str, dict[str, str]]:
    """
    Return the names of all countries by code, in en, az, ru and ur.

    Examples
    --------
    >>> len(countries()), countries()["PK"]["az"]
    (249, 'Pakistan')
    """
    return {row.pop("code"): row for row in _rows("countries")}


@cache
def languages() -> dict[str, dict[str, str]]:
    """
    Return the names of languages by code, in en and az.

    Examples
    --------
    >>> languages()["ur"]["en"]
    'Urdu'
    """
    return {row.pop("code"): row for row in _rows("languages")}


@cache
def branches() -> dict[str, Branch]:
    """
    Return ISIC rev. 4 by code.

    Examples
    --------
    >>> branches()["6201"].title
    'Computer programming activities'
    """
    return {row["code"]: Branch(**row) for row in _rows("isic4")}


def read_branch(text: str) -> str | None:
    """
    Return the ISIC code that a text names, or None.

    NACE rev. 2 has the sections and divisions of ISIC rev. 4 and splits some of its groups and
    classes further (Eurostat, NACE Rev. 2, 2008, section 1.3). A code with a point, as NACE
    writes it, is therefore taken at its deepest level that ISIC has too.

    Examples
    --------
    >>> read_branch("6201"), read_branch("62.01"), read_branch("J62.03"), read_branch("99.9")
    ('6201', '6201', '620', '99')
    """
    known = branches()
    bare = text.strip().upper().replace(" ", "")
    if bare in known:
        return bare
    if bare[:1].isalpha() and bare[:1].isascii() and len(bare) > 1:
        section, bare = bare[0], bare[1:]
        if section_of(bare[:2]) != section:
            return None
        if bare in known:
            return bare
    if "." not in bare:
        return None
    digits = bare.replace(".", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > CLASS_DEPTH:
        return None
    return next((digits[:n] for n in range(len(digits), 1, -1) if digits[:n] in known), None)


@cache
def path_of(code: str) -> tuple[str, ...]:
    """
    Return a branch with all that hold it, from the section down.

    Examples
    --------
    >>> path_of("6201")
    ('J', '62', '620', '6201')
    """
    above = branches()[code].above
    return (*path_of(above), code) if above else (code,)


def section_of(code: str) -> str:
    """
    Return the section of a branch; empty if there is no such branch.

    Examples
    --------
    >>> section_of("4220")
    'F'
    """
    return path_of(code)[0] if code in branches() else ""


def branch_likeness(one: str, other: str) -> float:
    """
    Return how alike two branches are, 0 to 1 [-].

    It is twice the depth of what they share over the sum of their depths (Wu and Palmer 1994,
    Verb semantics and lexical selection, 32nd Annual Meeting of the ACL, p. 133-138).

    Examples
    --------
    >>> branch_likeness("6201", "6201"), branch_likeness("6201", "6202")
    (1.0, 0.75)
    >>> branch_likeness("62", "43")
    0.0
    """
    first, second = path_of(one), path_of(other)
    shared = sum(a == b for a, b in zip(first, second, strict=False))
    return 2 * shared / (len(first) + len(second))
