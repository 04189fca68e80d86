"""How one field of a line is read; a line's faults are gathered, each with its field."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import process

from bunyad.errors import Fault
from bunyad.partner.organisations.codes import countries, languages, read_branch
from bunyad.partner.organisations.folding import fold
from bunyad.partner.organisations.model import SORTS, Document, Reference

COLUMNS = {
    "id": "identifier of your own; left out: made from the name and the line",
    "name": "name, as on its letters",
    "sort": f"one of {', '.join(SORTS)}",
    "country": "ISO 3166-1 code such as AZ, or the English name",
    "sectors": "codes of ISIC rev. 4 or NACE rev. 2, the main one first, apart by ;",
    "staff": "people who work for it",
    "turnover_usd": "sales of the last year [US$]",
    "languages": "ISO 639-1 codes such as az; en",
    "offers": "what it offers, in any language",
    "wishes": "what and whom it looks for",
    "references": "title | country | year | US$, apart by ;",
    "documents": "name | SHA-256, apart by ;",
    "website": "address that begins with http",
    "longitude": "of the head office [°]",
    "latitude": "of the head office [°]",
    "is_published": "yes or no",
    "contact_name": "a person to talk to",
    "contact_email": "of this person",
    "contact_phone": "of this person",
}
"""Columns of a file of organisations, with what they hold."""
REQUIRED = ("name", "sort", "country", "sectors", "languages", "offers")
LONGEST = {"name": 200, "offers": 20_000, "wishes": 20_000, "website": 500, "id": 100}
LARGEST = 1e15
YEARS = (1900, 2200)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WEBSITE = re.compile(r"https?://[^\s/]+\.[^\s]+")
_HASH = re.compile(r"[0-9a-f]{64}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class WrongError(Exception):
    """A field that cannot be read."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend


@dataclass(slots=True)
class Row:
    """A line of the file while it is read."""

    place: str
    values: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def read(self, name: str, reader: Callable[[str], Any], default: Any = None) -> Any:
        """Return a field as a reader gives it, or note what is wrong with it."""
        text = self.values.get(name, "")
        if not text:
            if name in REQUIRED:
                self.faults.append(
                    Fault(f"{self.place}: {name}", "the field is empty", f"give {COLUMNS[name]}")
                )
            return default
        try:
            if len(text) > LONGEST.get(name, LONGEST["offers"]):
                raise WrongError(  # noqa: TRY301  (told as any other fault)
                    f"it has {len(text)} letters", f"give at most {LONGEST.get(name, 20_000)}"
                )
            if _CONTROL.search(text):
                raise WrongError(  # noqa: TRY301
                    "it holds a letter that cannot be printed", "remove it"
                )
            return reader(text)
        except WrongError as wrong:
            self.faults.append(Fault(f"{self.place}: {name}", wrong.what, wrong.mend))
            return default


def parts(text: str, mark: str = ";") -> list[str]:
    """Return the parts of a text that a mark sets apart, without empty ones."""
    return [part.strip() for part in text.split(mark) if part.strip()]


def identifier(text: str) -> str:
    """Return an identifier, of letters that are safe in addresses."""
    if not _IDENTIFIER.fullmatch(text):
        raise WrongError(f"the value is {text!r}", "use Latin letters, digits, and . _ -")
    return text


def sort(text: str) -> str:
    """Return one of `SORTS`."""
    if text.lower() in SORTS:
        return text.lower()
    raise WrongError(f"the value is {text!r}", f"give one of {', '.join(SORTS)}")


def country(text: str) -> str:
    """Return the code of a country from its code or one of its names."""
    known = countries()
    if text.upper() in known:
        return text.upper()
    found = _country_names().get(fold(text))
    if found:
        return found
    near = process.extractOne(fold(text), list(_country_names()), score_cutoff=70)
    guess = (
        f"; {known[_country_names()[near[0]]]['en']} is {_country_names()[near[0]]}" if near else ""
    )
    raise WrongError(f"{text!r} is no country", f"give a code of ISO 3166-1 such as AZ{guess}")


_names: dict[str, str] = {}


def _country_names() -> dict[str, str]:
    """Return the codes of countries by their folded names."""
    if not _names:
        for code, names in countries().items():
            _names.update({fold(name): code for name in names.values() if name})
    return _names


def sectors(text: str) -> tuple[str, ...]:
    """Return codes of ISIC."""
    found: dict[str, None] = {}
    for part in parts(text.replace(",", ";")):
        code = read_branch(part)
        if code is None:
            raise WrongError(f"{part!r} is no code of ISIC rev. 4", "give codes such as 6201 or J")
        found[code] = None
    if not found:
        raise WrongError("it names no branch", "give a code such as 6201")
    return tuple(found)


def spoken(text: str) -> tuple[str, ...]:
    """Return codes of languages."""
    found: dict[str, None] = {}
    for part in parts(text.replace(",", ";")):
        if part.lower() not in languages():
            raise WrongError(f"{part!r} is no language", "give codes of ISO 639-1 such as az; en")
        found[part.lower()] = None
    if not found:
        raise WrongError("it names no language", "give a code such as en")
    return tuple(found)


def amount(text: str) -> float:
    """Return an amount of money."""
    return _number(text, 0, LARGEST, "an amount such as 250000, without thousands marks")


def people(text: str) -> int:
    """Return a number of people."""
    number = _number(text, 0, 10_000_000, "a whole number of people")
    if number != int(number):
        raise WrongError(f"the value is {text!r}", "give a whole number of people")
    return int(number)


def longitude(text: str) -> float:
    """Return a longitude [°]."""
    return _number(text, -180, 180, "degrees from -180 to 180")


def latitude(text: str) -> float:
    """Return a latitude [°]."""
    return _number(text, -90, 90, "degrees from -90 to 90")


def _number(text: str, least: float, most: float, wanted: str) -> float:
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise WrongError(f"the value is {text!r}", f"give {wanted}")
    return number


def references(text: str) -> tuple[Reference, ...]:
    """Return references, each as title | country | year | US$."""
    found = []
    for part in parts(text):
        given = [one.strip() for one in part.split("|")]
        if len(given) > 4 or not given[0]:
            raise WrongError(f"{part!r} is no reference", "give title | country | year | US$")
        title, place, year, usd = given + [""] * (4 - len(given))
        found.append(Reference(
            title=title, country=country(place) if place else "",
            year=int(_number(year, *YEARS, "a year such as 2024")) if year else None,
            amount_usd=amount(usd) if usd else None,
        ))  # fmt: skip
    return tuple(found)


def documents(text: str) -> tuple[Document, ...]:
    """Return documents, each as name | SHA-256."""
    found = []
    for part in parts(text):
        name, _, digest = (one.strip() for one in part.partition("|"))
        if not name or not _HASH.fullmatch(digest.lower()):
            raise WrongError(f"{part!r} is no document", "give name | SHA-256 in hexadecimal")
        found.append(Document(name=name, sha256=digest.lower()))
    return tuple(found)


def website(text: str) -> str:
    """Return an address on the web."""
    if not _WEBSITE.fullmatch(text):
        raise WrongError(f"{text!r} is no address", "give one such as https://example.org")
    return text


def email(text: str) -> str:
    """Return an address of mail."""
    if not _EMAIL.fullmatch(text):
        raise WrongError(f"{text!r} is no address of mail", "give one such as a@example.org")
    return text


def number_text(value: float | None) -> str:
    """Return a number as a person writes it; empty for none."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def answer(text: str) -> bool:
    """Return yes or no."""
    if text.lower() not in _ANSWERS:
        raise WrongError(f"the value is {text!r}", "give yes or no")
    return _ANSWERS[text.lower()]
