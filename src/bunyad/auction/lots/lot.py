"""What is put up for auction."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """A project of the plan that must be finished first."""

    id: str
    name: str
    kind: str
    finish: int
    """Last year of its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file of a lot's data room."""

    name: str
    title: str
    origin: str
    """File of the plan or the region that it was cut from."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One plant at one site, as the plan sees it; bidders make their own estimates."""

    id: str
    """Identifier of the project, the same in plan, auction and operation."""
    title: str
    technology: str
    """solar, wind, hydro or storage."""
    district: str
    site: str
    """Identifier of the site; of a battery, of its bus."""
    geometry: Any
    """Site in EPSG:4326: the whole of it, of which the plant may need a part."""
    site_area_km2: float
    """Usable land of the whole site [km²]."""
    area_km2: float
    """Part of it that the plant takes at the site's own density [km²]."""
    capacity_mw: float
    storage_mwh: float
    """Content of a battery [MWh]; 0 for plants."""
    p50_gwh: float
    """Energy of the first year in the expected case [GWh/a]; 0 for batteries."""
    p75_gwh: float
    p90_gwh: float
    full_load_hours: float
    node: str
    """Bus of the plan that it feeds."""
    node_name: str
    node_kv: float
    """Voltage of the bus [kV]."""
    connection_usd: float
    """What the plan reckons for the way to the bus [US$]."""
    capex_usd: float
    """Whole cost with connection and clearance [US$]."""
    opex_usd_per_year: float
    clearance_usd: float
    """Part of the cost that clears mined land [US$]."""
    land_from: int
    """First year in which the land can be cleared; 0 where nothing is known."""
    earliest_operation: int
    """First working year if the work goes as planned."""
    requires: tuple[Prerequisite, ...]
    lcoe_usd_per_mwh: float
    """Real levelised cost with connection, at the plan's cost of capital [US$/MWh]."""
    equity_price_usd_per_mwh: Decimal | None
    """Least price that gives equity its return [US$/MWh]; none for batteries."""
    suggested_ceiling: Decimal | None
    """That price with a margin, in `price_unit`; none for batteries."""
    price_unit: str
    files: tuple[DataFile, ...] = ()
