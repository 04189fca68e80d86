"""The Project: the one type that threads plan, auction, partner and operate together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = (
    "clearance",
    "road",
    "railway",
    "power_line",
    "solar",
    "wind",
    "hydro",
    "storage",
    "settlement",
    "smart_village",
)
"""Kinds of project, in the order in which they are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """
    One piece of work that is planned, offered, built and watched.

    The identifier stays the same from plan to lot, contract and live entity.
    """

    id: str
    """Stable identifier: kind and place, such as `solar-jabrayil-3`."""
    kind: str
    """One of `KINDS`."""
    name: str
    """Name for people, in English."""
    district: str
    """District that it lies in, or the one where it starts."""
    geometry: Any
    """Shapely geometry in EPSG:4326 (longitude, latitude)."""
    capacity: float
    """Size in `unit`."""
    unit: str
    """Unit of the capacity, such as `MW`, `km`, `ha` or `people`."""
    capex_usd: float
    """Capital cost in the region's price year [US$]."""
    opex_usd_per_year: float
    """Yearly cost once it runs [US$/a]."""
    start: int
    """First year of work."""
    finish: int
    """Last year of work; it is in use from the year after."""
    requires: tuple[str, ...]
    """Identifiers of projects that must be finished first."""
    serves: tuple[str, ...]
    """Identifiers of the settlements it serves."""
    funding: str
    """Who pays: `public` or `private`."""
    provenance: str
    """Room and inputs that it comes from, in words."""
