"""What questions about the land carry and what answers give."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]


class CellQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A place."""

    lon: Longitude
    lat: Latitude
    share: str = ""


class ReasonAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that excludes a place."""

    technology: str
    rule: str
    text: str
    value: float
    limit: str
    unit: str


class CellAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for and against plants at a place."""

    is_inside: bool
    elevation_m: float | None
    solar_yield_kwh_per_kw: float | None
    wind_full_load_hours: float | None
    wind_speed_hub_ms: float | None
    reasons: list[ReasonAnswer]


class AreaQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A polygon to be asked about."""

    polygon: dict[str, Any]
    """GeoJSON Polygon or MultiPolygon in longitude and latitude."""
    share: str = ""


class TechnologyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One technology in an area."""

    technology: str
    eligible_km2: float
    capacity_mw: float
    annual_energy_gwh: float
    excluded_km2: dict[str, float]
    """Land that each rule takes from what the earlier rules left, by rule."""


class AreaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an area could yield."""

    area_km2: float
    inside_km2: float
    """Part of it within the region."""
    settlements: int
    technologies: list[TechnologyAnswer]


class RouteQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A route that is drawn: from here to there, by places between."""

    places: Annotated[list[tuple[Longitude, Latitude]], msgspec.Meta(min_length=2, max_length=8)]
    """Longitude and latitude of each place."""
    kind: str = "road"
    """`road`, `railway` or `power_line`."""
    standard: str = "land"
    """`land` or `tunnels`; for power lines `high`, `regional` or `distribution`."""
    share: str = ""


class SpanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A length with the ends of its 80 % interval on real land."""

    km: float
    low_km: float
    high_km: float


class StationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a route's profile."""

    station_km: float
    height_m: float
    ground_m: float
    structure: str
    """`open`, `bridge` or `tunnel`, from here to the next."""


class CostAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a route's cost."""

    item: str
    quantity: float
    unit: str
    cost_usd: float


class RouteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A route between drawn places."""

    kind: str
    standard: str
    length_km: float
    """On the terrain's cells."""
    real_length: SpanAnswer | None
    """Corrected for what the cells hide; none for power lines."""
    climb_m: float
    max_grade_percent: float
    bridges: SpanAnswer
    tunnels: SpanAnswer
    capex_usd: float
    hours: float | None
    """Time of a truck or a freight train."""
    line: dict[str, Any]
    """GeoJSON LineString."""
    stations: list[StationAnswer]
    costs: list[CostAnswer]
