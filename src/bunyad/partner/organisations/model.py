"""An organisation, and the people to talk to, who are kept apart from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SORTS = (
    "company",
    "startup",
    "agency",
    "university",
    "school",
    "investor",
    "bank",
    "association",
    "other",
)
"""What an organisation can be."""

PURPOSES = ("matching", "meetings", "directory")
"""What a person may agree to: be matched, be invited to meet, be named in the directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something that an organisation has done."""

    title: str
    country: str = ""
    """ISO 3166-1 code of two letters; empty: not told."""
    year: int | None = None
    amount_usd: float | None = None
    """Value of the contract [US$]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file of an organisation, known by its hash."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An entry of the directory; it holds nothing about persons."""

    id: str
    name: str
    sort: str
    """One of `SORTS`."""
    country: str
    """ISO 3166-1 code of two letters."""
    sectors: tuple[str, ...]
    """Codes of ISIC rev. 4, of any depth, the main one first."""
    languages: tuple[str, ...]
    """ISO 639-1 codes."""
    offers: str
    """What it offers, in its own words and language."""
    staff: int | None = None
    """People who work for it."""
    turnover_usd: float | None = None
    """Sales of the last year [US$/a]."""
    wishes: str = ""
    """What and whom it looks for, in its own words."""
    references: tuple[Reference, ...] = ()
    documents: tuple[Document, ...] = ()
    website: str = ""
    longitude: float | None = None
    """Place of its head office in EPSG:4326 [°]."""
    latitude: float | None = None
    is_published: bool = False
    """Whether everybody may see the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person to talk to: personal data, which is kept apart and can be deleted."""

    organisation: str
    """Identifier of the organisation."""
    name: str
    email: str
    phone: str = ""
    consents: Mapping[str, str] = field(default_factory=dict)
    """Moment in UTC at which the person agreed, by purpose; see `PURPOSES`."""
