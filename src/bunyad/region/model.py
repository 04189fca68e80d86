"""The values that describe a region: what is there before anything is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import xarray as xr

from bunyad.tables import schema

DISTRICTS = schema(
    "districts",
    ("name", "str", "", "Name of the district, the key that other tables use"),
    ("name_local", "str", "", "Name in the region's language"),
    ("economic_region", "str", "", "Larger unit that it belongs to"),
    ("area_km2", "float", "km²", "Area in the metric projection"),
    ("geometry", "geometry", "m", "Polygon"),
)
SETTLEMENTS = schema(
    "settlements",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name in English"),
    ("name_local", "str", "", "Name in the region's language"),
    ("district", "str", "", "District"),
    ("kind", "str", "", "city, town or village"),
    ("is_rebuilt", "bool", "", "Whether the programme rebuilds it; else it stands already"),
    ("elevation_m", "float", "m", "Height of the ground, from the terrain"),
    ("source", "str", "", "Where the entry comes from"),
    ("geometry", "geometry", "m", "Point"),
)
POPULATION = schema(
    "population",
    ("settlement", "str", "", "Settlement identifier"),
    ("year", "int", "a", "Year"),
    ("people", "float", "people", "People living there at the end of the year"),
    ("origin", "str", "", "published or assumed"),
    ("source", "str", "", "Where the figure comes from"),
)
PLANTS = schema(
    "plants",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name"),
    ("technology", "str", "", "hydro, solar or wind"),
    ("status", "str", "", "existing or committed"),
    ("capacity_mw", "float", "MW", "Rated power"),
    ("annual_energy_gwh", "float?", "GWh/a", "Published yearly energy, where there is one"),
    ("district", "str", "", "District"),
    ("source", "str", "", "Where the entry comes from"),
    ("geometry", "geometry", "m", "Point"),
)
SUBSTATIONS = schema(
    "substations",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name"),
    ("voltage_kv", "float", "kV", "Highest voltage"),
    ("district", "str", "", "District"),
    ("source", "str", "", "Where the entry comes from"),
    ("geometry", "geometry", "m", "Point"),
)
INTERCONNECTORS = schema(
    "interconnectors",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name"),
    ("substation", "str", "", "Substation that it ends at"),
    ("import_mw", "float", "MW", "Most that can flow in"),
    ("export_mw", "float", "MW", "Most that can flow out"),
    ("origin", "str", "", "published or assumed"),
    ("source", "str", "", "Where the entry comes from"),
)
CORRIDORS = schema(
    "corridors",
    ("id", "str", "", "Stable identifier"),
    ("name", "str", "", "Name"),
    ("kind", "str", "", "road or railway"),
    ("standard", "str", "", "Design standard: `land` follows the land, `tunnels` may use tunnels"),
    ("is_planned", "bool", "", "Whether it is part of the plan; else only a check of the engine"),
    ("stops", "str", "", "Settlement identifiers in order, parted by `;`"),
    ("published_key", "str", "", "Key of the published length, or empty"),
    ("source", "str", "", "Where the entry comes from"),
)
HAZARDS = schema(
    "hazards",
    ("district", "str", "", "District"),
    ("contaminated_ha", "float", "ha", "Land to be cleared of mines and ordnance"),
    ("origin", "str", "", "published, modelled or assumed"),
    ("source", "str", "", "Where the figure comes from"),
)
PUBLISHED = schema(
    "published",
    ("key", "str", "", "Quantity in the plan that it is held against"),
    ("title", "str", "", "What it is, in words"),
    ("value", "float", "", "Published value"),
    ("unit", "str", "", "Unit of the value"),
    ("source", "str", "", "Who published it, and when"),
    ("note", "str", "", "What the published figure counts"),
)

MASTS = schema(
    "masts",
    ("id", "str", "", "Stable identifier"),
    ("height_m", "float", "m", "Height of the measurement above ground"),
    ("mean_speed_ms", "float", "m/s", "Mean wind speed of whole years"),
    ("weibull_k", "float?", "", "Weibull shape of the measured speeds, where it is known"),
    ("years", "float", "a", "Length of the measurement"),
    ("source", "str", "", "Where the entry comes from"),
    ("geometry", "geometry", "m", "Point"),
)

FORBIDDEN = schema(
    "forbidden",
    ("kinds", "str", "", "Kinds of routes that may not go through, parted by `;`"),
    ("why", "str", "", "Reason"),
    ("geometry", "geometry", "m", "Polygon"),
)

TERRAIN_VARIABLES = {
    "elevation_m": "Height of the ground [m]",
    "slope_percent": "Slope of the ground, from the terrain model as it is [%]",
    "land_cover": "IGBP land cover class, 0 to 17 (0 water, 255 unknown)",
    "district": "Row number in the districts table, -1 outside of the region",
    "wind_speed_ms": "Long-term mean wind speed 100 m above ground [m/s]",
}
"""Variables of `Region.terrain`, dimensions (y, x), metric cell centres, north up."""

CLIMATE_VARIABLES = {
    "ghi_w_m2": "Global horizontal irradiance [W/m²]",
    "dni_w_m2": "Direct normal irradiance [W/m²]",
    "dhi_w_m2": "Diffuse horizontal irradiance [W/m²]",
    "temp_air_c": "Air temperature 2 m above ground [°C]",
    "wind_speed_ms": "Wind speed 100 m above ground [m/s]",
    "albedo": "Part of sunlight that the ground reflects, snow and all; may be missing [-]",
}
"""
Variables of `Region.climate`, dimensions (point, time), one whole year of 8,760 hours in UTC.

The value of hour h stands for the hour that begins at h. Coordinates of `point`: `lat`, `lon`
[degrees], `x`, `y` [m], `elevation_m` [m].
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One file of a region folder, with where it comes from and under which licence."""

    key: str
    file: str
    origin: str
    """`measured`, `published`, `modelled` or `assumed`."""
    source: str
    licence: str
    note: str
    sha256: str = ""
    """Hash that the file must have; empty where nobody noted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A value that the region sets for an option, with its unit and source."""

    key: str
    value: float | str
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Money of the region."""

    code: str
    per_usd: float
    price_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LandRule:
    """One rule for land: where plants may not stand."""

    kind: str
    """What it looks at, one of `bunyad.region.rules.KINDS`."""
    title: str
    technologies: tuple[str, ...]
    layer: str
    """Layer that it looks at; empty where its kind needs none."""
    values: tuple[float, ...]
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """
    What is there: land, climate, people, networks, hazards and assumptions.

    Geometry is in the metric projection `crs`; the declared tables of this module tell the
    columns of each table.
    """

    name: str
    title: Mapping[str, str]
    crs: str
    first_year: int
    last_year: int
    currency: Currency
    boundary: gpd.GeoDataFrame
    """One row: the outline of the whole region."""
    districts: gpd.GeoDataFrame
    terrain: xr.Dataset
    climate: xr.Dataset
    settlements: gpd.GeoDataFrame
    population: pd.DataFrame
    rivers: gpd.GeoDataFrame
    protected: gpd.GeoDataFrame
    """Protected land; empty where no layer is there."""
    plants: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    interconnectors: pd.DataFrame
    corridors: pd.DataFrame
    hazards: pd.DataFrame
    published: pd.DataFrame
    layers: tuple[Layer, ...]
    assumptions: tuple[Assumption, ...]
    extra_layers: Mapping[str, gpd.GeoDataFrame | xr.DataArray] = field(default_factory=dict)
    """Layers that only the rules for land look at; rasters lie on the terrain's grid."""
    land_rules: tuple[LandRule, ...] | None = None
    """Rules for land in the order in which they are applied; none for those of the options."""
    masts: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(columns=MASTS.names()))
    """Wind measured at masts; empty where no layer is there."""
    forbidden: gpd.GeoDataFrame = field(
        default_factory=lambda: gpd.GeoDataFrame(columns=FORBIDDEN.names())
    )
    """Land closed to routes; a scenario's changes bring it, no folder has it."""
    weather_years: xr.Dataset | None = None
    """All years of the climate, where it has several; `climate` is the most typical of them."""
