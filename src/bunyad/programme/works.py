"""A piece of work that has no date yet."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from bunyad.project import Project

__all__ = ["DEGREES", "Work", "date_work", "make_slug", "years_needed"]


DEGREES = "EPSG:4326"
"""Longitude and latitude, in which projects lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of work before it is dated; the fields of `Project` mean the same here."""

    id: str
    kind: str
    name: str
    district: str
    geometry: Any
    capacity: float
    unit: str
    capex_usd: float
    opex_usd_per_year: float
    requires: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    funding: str = "public"
    provenance: str
    years: int
    """Least duration [a]."""
    release: int | None = None
    """First year in which work may start; any if none."""
    due: int
    """Year by whose end it is wanted."""
    merit: float
    """What it gives for each US$, to part works that are equally urgent."""
    ground_ha: tuple[tuple[str, float], ...] = ()
    """Land that it stands on, by district [ha]."""


def date_work(work: Work, *, start: int, finish: int) -> Project:
    """Return the project that a work becomes once its years are known."""
    return Project(
        id=work.id,
        kind=work.kind,
        name=work.name,
        district=work.district,
        geometry=work.geometry,
        capacity=work.capacity,
        unit=work.unit,
        capex_usd=work.capex_usd,
        opex_usd_per_year=work.opex_usd_per_year,
        start=start,
        finish=finish,
        requires=work.requires,
        serves=work.serves,
        funding=work.funding,
        provenance=work.provenance,
    )


def make_slug(text: str) -> str:
    """
    Return `text` in lower-case ASCII letters, digits and hyphens.

    Examples
    --------
    >>> make_slug("Şuşa (city)")
    'susa-city'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def years_needed(size: float, size_per_year: float) -> int:
    """
    Return the whole years that a size takes, at least one.

    Examples
    --------
    >>> years_needed(81.7, 30)
    3
    """
    return max(1, math.ceil(round(size / size_per_year, 6)))
